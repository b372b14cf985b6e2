"""A second process that reads the blocks of a large file while the first takes the file in."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Final, Generic, TypeVar

ALONE: Final = 3_000_000
"""Bytes that one process reads by itself: a second one is not worth it for less."""
Read = TypeVar("Read")


class SecondReaderGone(Exception):
    """The system ended the second process, or a library did."""


class Ahead(Generic[Read]):
    """Blocks in their order, each with what a function makes of it: None where it has to be called again here.

    The function must not need what it said of the blocks before. Behind the first blocks it runs in a second process,
    forked from this one, which reads a block while this one fetches the next. It has a copy of what this process
    knows, writes nothing, and ends with this process.
    """

    def __init__(self, blocks: Iterator[bytes], read: Callable[[bytes], Read]) -> None:
        self._blocks = blocks
        self._read = read
        self._alone = ALONE
        self._second: tuple[multiprocessing.process.BaseProcess, Connection] | None = None
        self._sent: bytes | None = None

    def __iter__(self) -> Iterator[tuple[bytes, Read | None]]:
        while True:
            if self._sent is None:
                block = next(self._blocks, b"")
                if not block:
                    return
                self._alone -= len(block)
                if self._alone >= 0 or not self._send(block):
                    yield block, None
                    continue
            following = next(self._blocks, b"")
            sent, found = self._result()
            if following:
                self._send(following)
            yield sent, found

    def behind(self) -> Iterator[bytes]:
        """The blocks that come next, taken out of the order."""
        if self._sent is not None:
            sent, _ = self._result()
            yield sent
        yield from self._blocks

    def close(self) -> None:
        """End the second process."""
        if self._second is not None:
            process, pipe = self._second
            pipe.close()
            process.kill()
            process.join()
            process.close()
            self._second = None

    def _send(self, block: bytes) -> bool:
        if self._second is None:
            try:
                self._second = _forked(self._read)
            except OSError:  # no room for another process: only slower
                self._alone = 1 << 62
                return False
        try:
            self._second[1].send_bytes(block)
        except OSError:
            raise SecondReaderGone from None
        self._sent = block
        return True

    def _result(self) -> tuple[bytes, Read | None]:
        assert self._second is not None  # noqa: S101  a block was sent
        assert self._sent is not None  # noqa: S101
        sent, self._sent = self._sent, None
        try:
            return sent, self._second[1].recv()
        except (EOFError, OSError):
            raise SecondReaderGone from None


def _forked(read: Callable[[bytes], Read]) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(read, ours, theirs), daemon=True)
    try:
        process.start()
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _serve(read: Callable[[bytes], Read], ours: Connection, theirs: Connection) -> None:
    """Answer until the first process is gone."""
    ours.close()
    with contextlib.suppress(EOFError, OSError):
        while True:
            block = theirs.recv_bytes()
            found: Read | None = None
            with contextlib.suppress(Exception):  # what is the matter shows when the first process reads the block
                found = read(block)
            theirs.send(found)
