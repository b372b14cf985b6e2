"""Around every request: its id, its line in the log, the security headers, HEAD answered as GET without a body."""

import asyncio
import contextlib
import time
from typing import Final

import structlog
import uuid_utils
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, ReceiveMessage, Scope, Send
from prometheus_client import CollectorRegistry, Histogram

from events_api.handlers.context import REQUEST_ID
from events_api.handlers.security import security_headers
from events_api.logs import RequestLog

SENDING: Final = frozenset({"POST", "PUT", "PATCH"})
DRAINED: Final = 256_000_000
DRAINING_SECONDS: Final = 30
"""How much of a body that nobody reads is still taken, and how long: an answer that comes while its sender is
sending closes the connection, and many senders, browsers too, then see a broken line and not the answer."""
_log = structlog.get_logger("http")


class _Body:
    """What is left of the body of a request."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = True

    async def receive(self) -> ReceiveMessage:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self._left = False
        return message

    async def drain(self) -> None:
        """Take what is still being sent, within bounds."""
        if not self._left:
            return
        taken = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAINING_SECONDS):
                while self._left and taken < DRAINED:
                    message = await self.receive()
                    taken += len(message.get("body", b"")) if message["type"] == "http.request" else 0


def _given_id(scope: HTTPScope) -> str | None:
    """The id that the client or a proxy gave the request, if it is one that we can log."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            return given if REQUEST_ID.fullmatch(given) else None
    return None


class Envelope:
    """Outside the application, so that unknown paths and wrong methods have their id and their line too."""

    def __init__(self, inner: ASGIApp, *, registry: CollectorRegistry, request_log: RequestLog, https: bool) -> None:
        self.inner = inner
        self.security_headers = security_headers(https=https)
        self.request_log = request_log
        self.durations = Histogram(
            "http_request_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ("method", "route", "status"),
            registry=registry,
        )

        self.series: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the request its id, pass it on, log its end."""
        if scope["type"] != ScopeType.HTTP:
            await self.inner(scope, receive, send)
            return
        next_app = self.inner
        head = scope["method"] == "HEAD"
        if head:
            scope["method"] = HttpMethod.GET
        state = scope.setdefault("state", {})
        request_id = _given_id(scope) or str(uuid_utils.uuid7())
        state["request_id"] = request_id
        state["head"] = head
        structlog.contextvars.bind_contextvars(request_id=request_id)
        body = _Body(receive) if scope["method"] in SENDING else None
        started = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if body is not None:
                    await body.drain()
                headers = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                names = {name.lower() for name, _ in headers}
                message["headers"] = headers + [each for each in self.security_headers if each[0] not in names]
            if head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await next_app(scope, receive if body is None else body.receive, sending)
        except Exception as error:
            _log.error("http.crash", path=scope["path"], exc_info=error)  # a handler of errors failed itself
            raise
        finally:
            seconds = time.perf_counter() - started
            method = "HEAD" if head else scope["method"]
            # the route, never the path: identifiers would make a series each
            series = (method, scope.get("path_template", "none"), status or 500)
            if series not in self.series:
                self.series[series] = self.durations.labels(*series)
            self.series[series].observe(seconds)
            self.request_log(
                request_id=request_id, method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 1)
            )
            structlog.contextvars.unbind_contextvars("request_id")
