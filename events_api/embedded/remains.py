"""What servers leave when they are killed: processes that have no supervisor any more."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from events_api.embedded.places import ServersUnavailable


def end_servers_in(directory: Path, program: str, *, stop_signals: Sequence[signal.Signals]) -> None:
    """End the processes of `program` that work in `directory`.

    The caller holds the lock of the installation, so they have no living supervisor; most often they are about to end.
    """
    left = _wait(directory, program, seconds=1.0)
    for number in stop_signals:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        left = _wait(directory, program, seconds=10.0)
    if left:
        raise ServersUnavailable(f"{program} still works in {directory} and cannot be ended (process {left[0]})")


def _wait(directory: Path, program: str, *, seconds: float) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := _servers_in(directory, program)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _servers_in(directory: Path, program: str) -> list[int]:
    resolved = directory.resolve()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # ended meanwhile, or somebody else's
                executable = (entry / "exe").readlink().name
                if executable.startswith(program) and (entry / "cwd").readlink() == resolved:
                    found.append(int(entry.name))
    return found
