"""The process that reads uploaded files: fed through its standard input, one file after the other.

A frame is 4 bytes of length, little-endian, and as many bytes. A file is a task as JSON, the bytes in frames, an empty
frame. The answer is one frame of JSON; it may come before the file ends, where the file is refused. Nothing that a
file holds ever leaves this process but by that answer: no trace, no core, no temporary file with a name.
"""

import errno
import gc
import os
import resource
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from events_api.domain.errors import DomainError
from events_api.domain.tickets.files import ADDRESS_SPACE, FileTooDemanding, NoRoomLeft
from events_api.importers.tickets.ahead import SecondReaderGone
from events_api.importers.tickets.convert import convert, guess
from events_api.importers.tickets.frames import Answer, Task

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
LARGEST_SWOLLEN: Final = 220_000
"""Kilobytes of memory after which a process is not kept for the next file."""


class Upload:
    """The bytes of one file, from the frames of the standard input."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.ended = False

    def __iter__(self) -> Iterator[bytes]:
        while not self.ended:
            size = int.from_bytes(_exactly(self._source, 4), "little")
            if not size:
                self.ended = True
                return
            yield _exactly(self._source, size)


def main() -> None:
    """Read files until the parent closes the pipe."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints does not end up between the answers
    decoder = msgspec.json.Decoder(Task)
    while header := source.read(4):
        task = decoder.decode(_exactly(source, int.from_bytes(header, "little")))
        upload = Upload(source)
        answer = _answer(task, upload)
        del task
        content = msgspec.json.encode(answer)
        try:
            target.write(len(content).to_bytes(4, "little") + content)
            target.flush()
        except BrokenPipeError:  # the parent is gone, and with it whoever would have read this
            os._exit(0)
        if not answer.usable:
            return
        for _ in upload:
            pass
        gc.collect()


def _answer(task: Task, upload: Upload) -> Answer:
    try:
        if task.guess:
            return Answer(kind="guessed", guessed=guess(task, upload))
        converted = convert(task, upload)
        return Answer(kind="converted", converted=converted, usable=_peak() <= LARGEST_SWOLLEN)
    except DomainError as refusal:
        return Answer(kind="refused", code=refusal.code, field=refusal.field, params=_plain(refusal.params))
    except (MemoryError, SecondReaderGone):
        return Answer(kind="refused", code=FileTooDemanding.code, params={"limit_bytes": ADDRESS_SPACE}, usable=False)
    except Exception as error:  # noqa: BLE001  the crash handler of this process: a trace would show what a file holds
        if isinstance(error, OSError) and error.errno in FULL:
            return Answer(kind="refused", code=NoRoomLeft.code)
        return _crashed(error)


def _peak() -> int:
    """The most memory that this process has had, in kilobytes; `ru_maxrss` counts that of its parent before, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0])


def _crashed(error: Exception) -> Answer:
    """Where a defect is, without its message, which may quote the file."""
    frames = [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    return Answer(kind="crashed", code=f"{type(error).__name__} {' '.join(frames[-4:])}", usable=False)


def _plain(params: dict[str, object]) -> dict[str, int | str | list[str] | None]:
    return msgspec.convert(params, dict[str, int | str | list[str] | None])


def _exactly(source: BinaryIO, size: int) -> bytes:
    """The next bytes of the pipe; the process ends with its parent."""
    found = source.read(size)
    if len(found) < size:
        raise SystemExit(0)
    return found


if __name__ == "__main__":
    main()
