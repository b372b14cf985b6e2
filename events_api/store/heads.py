"""The heads of the audit chain, copied to a file outside the database: one JSON object a line, oldest first."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from events_api.settings import Settings
from events_api.store.chain import Head

_LINE_LENGTH = 400


class HeadsUnreadable(Exception):
    """A line of a file of heads is not one."""


def heads_file(settings: Settings) -> Path:
    """Where the worker of this installation copies the heads."""
    return settings.home / "audit-heads.ndjson"


def copy_head(path: Path, head: Head) -> None:
    """Append a head and wait until the disk has it; one that the file already ends with is not repeated."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = not path.exists()
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - _LINE_LENGTH))
        tail = file.read()
        lines = tail.splitlines()
        if lines and _same(lines[-1], head):
            return
        # a line that a power cut left half-written is closed, so that ours stands alone
        file.write((b"\n" if tail and not tail.endswith(b"\n") else b"") + msgspec.json.encode(head) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if made:
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def copied_heads(paths: Iterable[Path]) -> Iterator[Head]:
    """Read files of heads; raises HeadsUnreadable with file and line."""
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield msgspec.json.decode(line, type=Head)
                except msgspec.MsgspecError:
                    if line.endswith(b"}\n") or not line.strip():
                        raise HeadsUnreadable(f"{path.name}, line {number}: this is not a head") from None
                    # cut by a power failure before it was acknowledged


def _same(line: bytes, head: Head) -> bool:
    try:
        return msgspec.json.decode(line, type=Head) == head
    except msgspec.MsgspecError:
        return False
