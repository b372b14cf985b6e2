"""The processes that read files: one kept warm, a few at once, none that waits for ever."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events_api.domain.tickets.files import FileTooDemanding, LabelsTooMany, ReadersBusy, UploadStalled
from events_api.importers.tickets import conversion
from events_api.importers.tickets.conversion import Readers, new_token
from events_api.importers.tickets.frames import Task

FILE = b"ticket_code,scanned_at\nA,2026-07-03T18:00:05Z\n"


@pytest.fixture
async def readers(tmp_path: Path) -> AsyncIterator[Readers]:
    found = Readers(tmp_path, {name: value for name, value in os.environ.items() if not name.startswith("EVENTS_")})
    yield found
    await found.close()


def task(readers: Readers) -> Task:
    return Task(key=bytes(32), zone="Europe/Paris", files=str(readers.files), token=new_token())


async def sent(*chunks: bytes, wait: float = 0) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
        await asyncio.sleep(wait)


async def test_a_reader_is_kept_for_the_next_file_even_after_a_refusal(readers: Readers) -> None:
    await readers.convert(task(readers), sent(FILE))
    first = [process.pid for process in readers._idle]
    gates = b"".join(b"A,2026-07-03T18:00:05Z,%d\n" % rank for rank in range(6000))
    with pytest.raises(LabelsTooMany):
        await readers.convert(task(readers), sent(b"ticket_code,scanned_at,gate\n", gates, gates * 20))

    again = await readers.convert(task(readers), sent(FILE))

    assert (again.lines_read, [process.pid for process in readers._idle]) == (1, first)


async def test_files_beyond_those_that_are_read_at_once_wait_and_are_sent_away(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "WAIT_SECONDS", 0.3)
    reading = [asyncio.create_task(readers.convert(task(readers), sent(FILE, b"", wait=8))) for _ in range(3)]
    await asyncio.sleep(0.5)

    with pytest.raises(ReadersBusy):
        await readers.convert(task(readers), sent(FILE))
    for each in reading:
        each.cancel()
    ended = await asyncio.gather(*reading, return_exceptions=True)
    after = await readers.convert(task(readers), sent(FILE))

    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    assert after.lines_read == 1
    assert list(readers.files.glob(".*")) == []


async def test_an_upload_that_stands_still_is_given_up(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    await readers.convert(task(readers), sent(FILE))  # a reader is there
    monkeypatch.setattr(conversion, "STALL_SECONDS", 0.5)

    with pytest.raises(UploadStalled):
        await readers.convert(task(readers), sent(FILE, FILE, wait=30))

    assert list(readers.files.glob(".*")) == []


def children(parent: int) -> list[int]:
    """The processes that a reader has forked."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def is_there(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


@pytest.mark.parametrize("killed", [0, 1])
async def test_a_large_file_of_which_a_process_is_killed_leaves_nothing(readers: Readers, killed: int) -> None:
    await readers.convert(task(readers), sent(FILE))  # a reader is there
    lines = b"".join(b"A%d,2026-07-03T18:00:05Z\n" % number for number in range(40_000))
    pids = [process.pid for process in readers._idle]

    async def large() -> AsyncIterator[bytes]:
        yield b"ticket_code,scanned_at\n"
        for _ in range(40):
            yield lines
            if len(pids) == 1 and (second := children(pids[0])):
                pids.extend(second)
                os.kill(pids[killed], signal.SIGKILL)

    with pytest.raises(FileTooDemanding):
        await readers.convert(task(readers), large())
    after = await readers.convert(task(readers), sent(FILE))

    assert (len(pids), after.lines_read) == (2, 1)
    for _ in range(500):
        if not any(map(is_there, pids)):
            break
        await asyncio.sleep(0.02)
    assert not any(map(is_there, pids))
    assert list(readers.files.glob(".*")) == []
