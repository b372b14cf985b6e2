"""What passes between the API and the process that reads a file: the task, and the answer."""

import datetime as dt
from pathlib import Path
from typing import Literal

from msgspec import Struct

from events_api.domain.tickets.files import Converted, FileGuess
from events_api.domain.tickets.profiles import Profile


class Task(Struct, frozen=True, kw_only=True):
    """What to do with the bytes that follow; `guess` asks only what the file is."""

    key: bytes
    zone: str
    files: str
    token: str
    guess: bool = False
    file_name: str | None = None
    format: str | None = None
    profile: Profile | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """What became of a file: read, guessed, refused with a code, or a defect of ours at a place in the code."""

    kind: Literal["converted", "guessed", "refused", "crashed"]
    converted: Converted | None = None
    guessed: FileGuess | None = None
    code: str = ""
    field: str | None = None
    params: dict[str, int | str | list[str] | None] = {}
    usable: bool = True
    """Whether the process waits for another file."""


def forget(root: Path, token: str) -> None:
    """Remove what a conversion that was broken off may have left; `token` with its dot."""
    for name in ("draft", "refusals"):
        (root / f"{token}-{name}").unlink(missing_ok=True)
