"""`events-api up` as a person or a machine meets it: ready, killed, stopped, refused."""

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import asyncpg
import pytest

from events_api.embedded import servers_of
from events_api.settings import Settings
from events_api.store.roles import app_dsn
from tests.embedded.conftest import Supervisor, command_line, descendants, homes, supervise, wait_until_gone

__all__ = ["homes", "supervise"]

Supervise = Callable[..., Supervisor]
UP = ("events_api.cli", "up", "--port", "0", "--json")
PATIENCE_SECONDS = 120.0


@pytest.fixture
def up(supervise: Supervise, homes: Path) -> Iterator[Callable[[], tuple[Supervisor, int]]]:
    """Start `up` in one home and give its process and port once it is ready."""

    def start() -> tuple[Supervisor, int]:
        supervisor = supervise(homes / "one", entry=UP)
        assert supervisor.process.stdout is not None
        line = supervisor.process.stdout.readline()
        if not line:
            pytest.fail(f"up ended: {supervisor.end()}")
        said = json.loads(line)
        assert said == {"url": said["url"], "home": str(homes / "one"), "pid": supervisor.process.pid}
        return supervisor, int(said["url"].rpartition(":")[2])

    return start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_is_ready_and_ends_in_order_when_asked(up: Callable[[], tuple[Supervisor, int]], number: int) -> None:
    supervisor, port = up()
    family = descendants(supervisor.process.pid)
    titles = [started(family, name) for name in ("postgres", "redis-server", "cli serve", "cli worker")]
    answered = status(port, "/health/ready")

    supervisor.process.send_signal(number)
    code, _ = supervisor.end()

    assert answered == 200
    assert code == 0
    wait_until_gone(family)
    assert titles == [True, True, True, True]


def test_nothing_survives_a_kill_and_the_next_start_is_ready(up: Callable[[], tuple[Supervisor, int]]) -> None:
    supervisor, _ = up()
    family = descendants(supervisor.process.pid)

    supervisor.process.kill()

    wait_until_gone(family)
    _, port = up()
    assert status(port, "/health/ready") == 200


@pytest.mark.parametrize("name", ["cli serve", "cli worker", "postgres -D", "redis-server"])
def test_whatever_is_killed_comes_back(up: Callable[[], tuple[Supervisor, int]], name: str) -> None:
    supervisor, port = up()
    victim = next(
        pid
        for pid in sorted(descendants(supervisor.process.pid))
        if name in (line := command_line(pid)) and "guard.py" not in line
    )
    below = descendants(victim)

    os.kill(victim, signal.SIGKILL)

    wait_until_gone(below)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while status(port, "/health/ready") != 200 or not started(descendants(supervisor.process.pid), name, but=victim):
        assert time.monotonic() < deadline
        time.sleep(0.1)


async def test_what_was_asked_before_the_stop_is_still_answered(
    up: Callable[[], tuple[Supervisor, int]], homes: Path
) -> None:
    supervisor, port = up()
    settings = servers_of(Settings.read({"EVENTS_HOME": str(homes / "one")}))
    owner = await asyncpg.connect(settings.database_url)
    held = owner.transaction()
    await held.start()
    await owner.execute("lock table event in access exclusive mode")
    asked = asyncio.create_task(asyncio.to_thread(status, port, "/api/v1/events"))
    while not await owner.fetchval("select exists (select from pg_locks where not granted)"):  # noqa: ASYNC110
        await asyncio.sleep(0.02)

    supervisor.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(1)
    await held.rollback()

    assert await asked == 200
    await owner.close()
    assert (await asyncio.to_thread(supervisor.end))[0] == 0


async def test_given_servers_change_nothing_but_who_keeps_them(supervise: Supervise, homes: Path) -> None:
    kept = supervise(homes / "servers").settings()
    given = {"EVENTS_DATABASE_URL": kept.database_url, "EVENTS_REDIS_URL": kept.redis_url}

    supervisor = supervise(homes / "one", UP, **given)
    assert supervisor.process.stdout is not None
    port = int(json.loads(supervisor.process.stdout.readline())["url"].rpartition(":")[2])
    family = descendants(supervisor.process.pid)
    titles = [started(family, name) for name in ("cli serve", "cli worker", "postgres", "redis-server")]
    answered = await asyncio.to_thread(status, port, "/health/ready")
    connection = await asyncpg.connect(kept.database_url)
    roles = await connection.fetch(
        "select distinct usename, application_name from pg_stat_activity "
        "where datname = 'events' and application_name in ('api', 'worker') order by 2"
    )
    await connection.close()
    application = await asyncpg.connect(await app_dsn(Settings.read(given)))
    role = await application.fetchval("select current_user")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await application.execute("delete from audit_entry")
    await application.close()
    supervisor.process.terminate()
    ended = await asyncio.to_thread(supervisor.end)

    assert answered == 200
    assert titles == [True, True, False, False]
    assert role == "events_app"
    assert [tuple(row) for row in roles] == [("events_owner", "api"), ("events_owner", "worker")]
    assert sorted(path.name for path in (homes / "one").iterdir() if path.name != "audit-heads.ndjson") == [
        "lock",
        "secret",
    ]
    assert ended[0] == 0


def test_a_second_up_in_the_same_checkout_says_so(
    up: Callable[[], tuple[Supervisor, int]], supervise: Supervise, homes: Path
) -> None:
    first, port = up()

    code, line = supervise(homes / "one", entry=UP).end()

    assert (code, line) == (
        1,
        f"events-api: already running here: process {first.process.pid} keeps the servers of {homes / 'one'}",
    )
    assert status(port, "/health/live") == 200


def test_a_port_that_is_taken_is_named_and_nothing_stays(supervise: Supervise, homes: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, line = supervise(homes / "one", entry=("events_api.cli", "up", "--port", str(port))).end()

    assert (code, line) == (1, f"events-api: port {port} is taken: choose another with --port")


def status(port: int, path: str) -> int:
    """The status of the answer, 0 when there is none."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def started(family: dict[int, str], name: str, *, but: int = 0) -> bool:
    return any(name in command_line(pid) for pid in family if pid != but)
