"""The reading of uploads in child processes, as the API sees it: bytes in, a draft or a refusal out."""

import asyncio
import contextlib
import fcntl
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import structlog

from events_api.domain.errors import DomainError
from events_api.domain.files import FileEmpty, FileTooLarge
from events_api.domain.tickets.files import (
    ADDRESS_SPACE,
    REFUSALS,
    Converted,
    FileGuess,
    FileTooDemanding,
    ReadersBusy,
    UploadStalled,
)
from events_api.importers.tickets.frames import Answer, Task, forget

AT_ONCE: Final = 3
WAIT_SECONDS: Final = 30
STALL_SECONDS: Final = 60
PIPE: Final = 1 << 20
KINDS: Final[dict[str, type[DomainError]]] = {**REFUSALS, FileEmpty.code: FileEmpty, FileTooLarge.code: FileTooLarge}
_log = structlog.get_logger("tickets")


class ReaderCrashed(Exception):
    """A defect of ours in the child process; the message says where in the code."""


class Readers:
    """The child processes of this process: as many files at once as may be read, one process kept warm."""

    def __init__(self, files: Path, environ: Mapping[str, str]) -> None:
        self.files = files
        self._environ = dict(environ) | {
            "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
            "OPENBLAS_NUM_THREADS": "1",  # threads of the array libraries would only reserve memory
            "OMP_NUM_THREADS": "1",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "MALLOC_ARENA_MAX": "2",
        }
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._idle: list[asyncio.subprocess.Process] = []

    async def convert(self, task: Task, chunks: AsyncIterator[bytes]) -> Converted:
        """Read a file to its draft; raises its refusal. Cancelled, it leaves nothing behind."""
        answer = await self._run(task, chunks)
        assert answer.converted is not None  # noqa: S101  a refusal was raised
        return answer.converted

    async def guess(self, task: Task, chunks: AsyncIterator[bytes]) -> FileGuess:
        """Say what the beginning of a file looks like; raises its refusal."""
        answer = await self._run(task, chunks)
        assert answer.guessed is not None  # noqa: S101  a refusal was raised
        return answer.guessed

    async def close(self) -> None:
        """End the processes that wait."""
        while self._idle:
            process = self._idle.pop()
            process.kill()
            await process.wait()

    async def _run(self, task: Task, chunks: AsyncIterator[bytes]) -> Answer:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            raise ReadersBusy(retry_after_seconds=WAIT_SECONDS) from None
        process: asyncio.subprocess.Process | None = None
        answer: Answer | None = None
        try:
            process = await self._process()
            answer = await _fed(process, task, chunks)
        except asyncio.IncompleteReadError:  # the system ended the child, or a library did
            raise FileTooDemanding(limit_bytes=ADDRESS_SPACE) from None
        finally:
            self._slots.release()
            if process is not None:
                if answer is not None and answer.usable and process.returncode is None and len(self._idle) < 1:
                    self._idle.append(process)
                else:
                    await asyncio.shield(self._end(process))
            if answer is None:
                forget(self.files, f".{task.token}")
        return _held(answer)

    async def _process(self) -> asyncio.subprocess.Process:
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "events_api.importers.tickets.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=PIPE,
            env=self._environ,
        )
        pipe = process.stdin.transport.get_extra_info("pipe") if process.stdin is not None else None
        if pipe is not None:
            with contextlib.suppress(OSError):  # the system may allow less: only slower
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE)
        return process

    @staticmethod
    async def _end(process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _fed(process: asyncio.subprocess.Process, task: Task, chunks: AsyncIterator[bytes]) -> Answer:
    """Send a file and read the answer, which may come before the end of the file."""
    assert process.stdin is not None  # noqa: S101  started with pipes
    assert process.stdout is not None  # noqa: S101
    answering = asyncio.create_task(_answer(process.stdout))
    try:
        await _send(process.stdin, answering, task, chunks)
        return await answering
    finally:
        answering.cancel()
        with contextlib.suppress(asyncio.CancelledError, asyncio.IncompleteReadError):
            await answering


async def _send(
    pipe: asyncio.StreamWriter, answering: "asyncio.Task[Answer]", task: Task, chunks: AsyncIterator[bytes]
) -> None:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(STALL_SECONDS) as limit:
            _frame(pipe, msgspec.json.encode(task))
            async for chunk in chunks:
                limit.reschedule(loop.time() + STALL_SECONDS)
                if answering.done():  # refused: what is still to come is the business of who answers the sender
                    break
                if chunk:
                    _frame(pipe, chunk)
                    await _drained(pipe, answering)
            limit.reschedule(None)
            _frame(pipe, b"")
            await _drained(pipe, answering)
    except TimeoutError:
        raise UploadStalled(seconds=STALL_SECONDS) from None


async def _drained(pipe: asyncio.StreamWriter, answering: "asyncio.Task[Answer]") -> None:
    """Wait until the child takes more, or has answered; a child that is gone says so by its answer."""
    with contextlib.suppress(ConnectionError):
        draining = asyncio.ensure_future(pipe.drain())
        try:
            await asyncio.wait((draining, answering), return_when=asyncio.FIRST_COMPLETED)
            if draining.done():
                draining.result()
        finally:
            draining.cancel()


def _frame(pipe: asyncio.StreamWriter, content: bytes) -> None:
    if not pipe.is_closing():  # the child may be gone: its answer, or the lack of one, says so
        pipe.writelines((len(content).to_bytes(4, "little"), content))


async def _answer(pipe: asyncio.StreamReader) -> Answer:
    size = int.from_bytes(await pipe.readexactly(4), "little")
    return msgspec.json.decode(await pipe.readexactly(size), type=Answer)


def _held(answer: Answer) -> Answer:
    if answer.kind == "refused":
        raise KINDS[answer.code](field=answer.field, **answer.params)
    if answer.kind == "crashed":
        _log.error("tickets.reader-crashed", where=answer.code)
        raise ReaderCrashed(answer.code)
    return answer


def new_token() -> str:
    """A name for what a conversion writes before it is complete."""
    return secrets.token_hex(16)
