"""A client that keeps a server busy: raw HTTP/1.1 over kept connections, cheap beside what it measures."""

import asyncio
import time
from collections.abc import Callable, Iterator

from msgspec import Struct


class Load(Struct, frozen=True):
    """What one run gave."""

    answers: int
    seconds: float
    wrong: int
    body_bytes: int

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], status: bytes, until: float) -> None:
        self.requests, self.status, self.until = requests, status, until
        self.answers = self.wrong = self.body_bytes = 0
        self.buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        start = head.index(b"content-length:") + 15
        length = int(head[start : head.index(b"\r\n", start) if b"\r\n" in head[start:] else len(head)])
        if len(self.buffer) < end + 4 + length:
            return
        self.answers += 1
        self.wrong += self.buffer[9:12] != self.status
        self.body_bytes = length
        self.buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.wrong += exc is not None
            self.done.set_result(None)

    def _next(self) -> None:
        if time.perf_counter() >= self.until:
            self.transport.close()
            return
        self.transport.write(next(self.requests))  # type: ignore[attr-defined]  # a TCP transport can write


async def load(
    port: int, make: Callable[[], Iterator[bytes]], *, connections: int, seconds: float, status: int
) -> Load:
    """Send requests over some connections for some seconds, each connection one at a time."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    opened = [
        await loop.create_connection(
            lambda: _Connection(make(), str(status).encode(), started + seconds), "127.0.0.1", port
        )
        for _ in range(connections)
    ]
    protocols = [protocol for _, protocol in opened]
    await asyncio.gather(*(protocol.done for protocol in protocols))
    return Load(
        sum(p.answers for p in protocols),
        time.perf_counter() - started,
        sum(p.wrong for p in protocols),
        max(p.body_bytes for p in protocols),
    )


def request(method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
