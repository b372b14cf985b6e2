"""Supervisors as processes of their own, in homes of their own, watched by pid."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from events_api.embedded.places import POINTER
from events_api.settings import Settings

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0
SERVERS_ALONE = ("events_api.embedded", str(os.getpid()))


class Supervisor:
    """A process that keeps the servers of one home: `python -m events_api.embedded`, or another entry."""

    def __init__(self, home: Path, entry: Sequence[str] = SERVERS_ALONE, **environ: str) -> None:
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  a pipe that nobody reads would fill up
        self.process = subprocess.Popen(
            [sys.executable, "-m", *entry],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")}
            | {"EVENTS_HOME": str(home)}
            | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def settings(self) -> Settings:
        """The addresses of its servers, once they answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(f"the supervisor ended: {self.end()}")
        named = msgspec.json.decode(line)
        return Settings(
            home=Path(named["home"]),
            database_url=named["database_url"],
            app_database_url=named["app_database_url"],
            redis_url=named["redis_url"],
        )

    def end(self) -> tuple[int, str]:
        """Wait for its end and return its status and the last line of what it said."""
        self.process.communicate(timeout=PATIENCE_SECONDS)
        self.errors.seek(0)
        return self.process.returncode, (self.errors.read().strip().splitlines() or [""])[-1]


@pytest.fixture
def homes() -> Iterator[Path]:
    """A directory for homes that every account may walk through; what the servers put elsewhere goes with it."""
    directory = Path(tempfile.mkdtemp(prefix="events-homes-"))
    directory.chmod(0o755)
    yield directory
    for pointer in directory.rglob(POINTER):
        shutil.rmtree(pointer.read_text(encoding="utf-8").strip())
    shutil.rmtree(directory)


@pytest.fixture
def supervise(homes: Path) -> Iterator[Callable[..., Supervisor]]:
    """Start supervisors that do not outlive the test, nor their homes."""
    started: list[Supervisor] = []

    def start(home: Path, entry: Sequence[str] = SERVERS_ALONE, **environ: str) -> Supervisor:
        started.append(Supervisor(home, entry, **environ))
        return started[-1]

    yield start
    families = [descendants(one.process.pid) for one in started]
    for one in reversed(started):
        one.process.terminate()
        one.process.communicate(timeout=PATIENCE_SECONDS)
        one.errors.close()
    for family in families:
        wait_until_gone(family)


def descendants(pid: int) -> dict[int, str]:
    """Every process below `pid`, with the time it was born at, which tells it from a later one of the same number."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: dict[int, str] = {}
    todo = [*parents.get(pid, [])]
    while todo:
        child = todo.pop()
        if fields := _stat(child):
            found[child] = fields[19]
        todo += parents.get(child, [])
    return found


def alive(family: dict[int, str]) -> list[int]:
    """Those of the processes that still run."""
    return [pid for pid, born in family.items() if (fields := _stat(pid)) and fields[0] != "Z" and fields[19] == born]


def wait_until_gone(family: dict[int, str]) -> None:
    """Fail when any of the processes stays."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := alive(family):
        assert time.monotonic() < deadline, f"left behind: {[command_line(pid) for pid in left]}"
        time.sleep(0.02)


def command_line(pid: int) -> str:
    """What the process was started as, or its own title."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except FileNotFoundError:
        return ""


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
