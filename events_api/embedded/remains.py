"""What servers leave when they are killed: pid files that may name nobody, or somebody else by now."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from events_api.embedded.places import ServersUnavailable

PATIENCE_SECONDS = 5.0


def clear_pid_file(pid_file: Path, directory: Path, *, stop_signals: Sequence[signal.Signals]) -> None:
    """End the server that the file names if it still works in `directory`, and remove the file.

    The caller holds the lock of the installation, so that server has no living supervisor.
    """
    try:
        pid = int(pid_file.read_text(encoding="ascii").split()[0])
    except FileNotFoundError:
        return
    except (ValueError, IndexError):
        pid = 0  # cut off by a power failure
    for number in stop_signals:
        if not _works_in(pid, directory):
            break
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _works_in(pid, directory) and time.monotonic() < deadline:
            time.sleep(0.02)
    if _works_in(pid, directory):
        raise ServersUnavailable(f"process {pid} still works in {directory} and cannot be ended")
    pid_file.unlink(missing_ok=True)


def _works_in(pid: int, directory: Path) -> bool:
    if pid <= 1:
        return False
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == directory.resolve()
    except OSError:
        return False
