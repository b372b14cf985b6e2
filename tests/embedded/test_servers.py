"""The embedded servers as an installation lives with them: started, refused twice, killed, found again."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from events_api.embedded import embedded_servers
from events_api.embedded.child import GUARD
from events_api.embedded.places import ACCOUNT, POINTER
from events_api.settings import Settings
from tests.embedded.conftest import (
    PATIENCE_SECONDS,
    ROOT,
    Supervisor,
    alive,
    command_line,
    descendants,
    wait_until_gone,
)

Supervise = Callable[..., Supervisor]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="issue 2: the dedicated account is for root alone")


async def test_a_restart_keeps_the_data(homes: Path, supervise: Supervise) -> None:
    first = supervise(homes / "one")
    settings = first.settings()
    await write(settings, "kept")
    first.process.send_signal(signal.SIGTERM)
    first.end()

    again = supervise(homes / "one").settings()

    assert await read(again) == ("kept", b"kept")


async def test_the_cluster_is_utf8_with_the_c_locale_and_durable(homes: Path, supervise: Supervise) -> None:
    settings = supervise(homes / "one").settings()
    shown = {
        "server_encoding": "UTF8",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "data_checksums": "on",
        "TimeZone": "UTC",
    }

    connection = await asyncpg.connect(settings.app_database_url)
    locale = await connection.fetchval("select datcollate from pg_database where datname = current_database()")
    version = connection.get_server_version().major
    found = {name: await connection.fetchval("select current_setting($1)", name) for name in shown}
    await connection.close()
    redis = Redis.from_url(settings.redis_url)
    kept = {name: (await redis.config_get(name))[name] for name in ("appendonly", "maxmemory-policy", "port")}
    await redis.aclose()

    assert locale == "C"
    assert version == 18
    assert found == shown
    assert kept == {"appendonly": "yes", "maxmemory-policy": "noeviction", "port": "0"}


async def test_the_two_roles_and_no_other_password(homes: Path, supervise: Supervise) -> None:
    settings = supervise(homes / "one").settings()

    owner = await asyncpg.connect(settings.database_url)
    app = await asyncpg.connect(settings.app_database_url)
    roles = (await owner.fetchval("select current_user"), await app.fetchval("select current_user"))
    powers = await owner.fetch(
        "select rolname, rolsuper, rolcreatedb from pg_roles where rolname like 'events%' order by 1"
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("set role events_owner")
    await owner.close()
    await app.close()

    assert roles == ("events_owner", "events_app")
    assert [tuple(row) for row in powers] == [("events_app", False, False), ("events_owner", False, True)]


async def test_a_second_supervisor_in_one_home_says_so_and_ends(homes: Path, supervise: Supervise) -> None:
    first = supervise(homes / "one")
    settings = first.settings()

    status, line = supervise(homes / "one").end()

    assert status == 1
    assert f"already running here: process {first.process.pid} keeps the servers of {homes / 'one'}" in line
    await write(settings, "undisturbed")


async def test_a_command_beside_a_supervisor_uses_its_servers(homes: Path, supervise: Supervise) -> None:
    settings = supervise(homes / "one").settings()

    async with embedded_servers(Settings.read({"EVENTS_HOME": str(homes / "one")})) as joined:
        addresses = (joined.database_url, joined.app_database_url, joined.redis_url)

    assert addresses == (settings.database_url, settings.app_database_url, settings.redis_url)


async def test_two_homes_run_side_by_side(homes: Path, supervise: Supervise) -> None:
    supervisors = [supervise(homes / name) for name in ("one", "two")]
    first, second = (one.settings() for one in supervisors)

    await write(first, "first")
    await write(second, "second")

    assert (await read(first), await read(second)) == (("first", b"first"), ("second", b"second"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_no_process_survives_the_supervisor(homes: Path, supervise: Supervise, number: signal.Signals) -> None:
    supervisor = supervise(homes / "one")
    await write(supervisor.settings(), "kept")
    family = descendants(supervisor.process.pid)
    titles = " ".join(command_line(pid) for pid in family)

    supervisor.process.send_signal(number)

    wait_until_gone(family)
    assert "postgres" in titles
    assert "redis" in titles
    assert await read(supervise(homes / "one").settings()) == ("kept", b"kept")


async def test_no_process_survives_when_supervisor_and_guards_are_killed_at_once(
    homes: Path, supervise: Supervise
) -> None:
    supervisor = supervise(homes / "one")
    await write(supervisor.settings(), "kept")
    family = descendants(supervisor.process.pid)
    guards = [pid for pid in family if "guard.py" in command_line(pid)]

    for pid in (supervisor.process.pid, *guards):
        os.kill(pid, signal.SIGKILL)

    wait_until_gone(family)
    assert len(guards) == 2
    assert await read(supervise(homes / "one").settings()) == ("kept", b"kept")


async def test_a_start_right_after_a_kill_waits_for_the_old_servers(homes: Path, supervise: Supervise) -> None:
    for value in ("first", "second", "third"):
        supervisor = supervise(homes / "one")
        settings = supervisor.settings()
        await write(settings, value)
        supervisor.process.kill()

    assert await read(supervise(homes / "one").settings()) == ("third", b"third")


@pytest.mark.parametrize("server", ["postgres -D", "redis-server"])
async def test_a_killed_server_comes_back_with_its_data(homes: Path, supervise: Supervise, server: str) -> None:
    supervisor = supervise(homes / "one")
    settings = supervisor.settings()
    await write(settings, "kept")
    await asyncio.sleep(1.1)  # Redis writes to disk once a second
    victim = next(
        pid
        for pid in descendants(supervisor.process.pid)
        if server in (line := command_line(pid)) and "guard.py" not in line
    )

    os.kill(victim, signal.SIGKILL)

    assert await read_when_it_answers(settings) == ("kept", b"kept")


@pytest.mark.parametrize("name", ["with spaces, l'été & #%?", "long/" * 30], ids=["spaces", "long"])
async def test_any_path_will_do(homes: Path, supervise: Supervise, name: str) -> None:
    supervisor = supervise(homes / name)
    settings = supervisor.settings()

    await write(settings, "kept")

    assert await read(settings) == ("kept", b"kept")


async def test_a_pid_file_that_names_a_stranger_does_not_matter(homes: Path, supervise: Supervise) -> None:
    first = supervise(homes / "one")
    first.settings()
    first.process.send_signal(signal.SIGTERM)
    first.end()
    cluster = base_of(homes / "one") / "postgres"
    with subprocess.Popen(["sleep", "60"]) as stranger:  # noqa: ASYNC220
        try:
            (cluster / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster}\n1\n5432\n\n\n\n", encoding="ascii")

            settings = supervise(homes / "one").settings()

            await write(settings, "kept")
            assert stranger.poll() is None
        finally:
            stranger.kill()


async def test_a_directory_that_is_not_ours_is_not_taken(homes: Path, supervise: Supervise) -> None:
    (homes / "one" / "postgres").mkdir(parents=True)
    (homes / "one").chmod(0o755)
    (homes / "one" / "postgres").chmod(0o755)

    status, line = supervise(homes / "one").end()

    assert status == 1
    assert "is not a private directory of the user" in line
    assert stat.S_IMODE((homes / "one" / "postgres").stat().st_mode) == 0o755


async def test_given_servers_mean_that_none_is_started(homes: Path) -> None:
    given = Settings.read(
        {
            "EVENTS_HOME": str(homes / "one"),
            "EVENTS_DATABASE_URL": "postgresql://somebody@db.invalid/events",
            "EVENTS_REDIS_URL": "redis://redis.invalid/0",
        }
    )

    before = descendants(os.getpid())

    async with embedded_servers(given) as named:
        started = descendants(os.getpid()).keys() - before.keys()

    assert named == given
    assert [pid for pid in started if "guard.py" in command_line(pid)] == []
    assert not (homes / "one").exists()


@needs_root
async def test_as_root_data_and_binaries_belong_to_the_account_and_nothing_else_changes(
    homes: Path, supervise: Supervise
) -> None:
    hidden = homes / "hidden"
    hidden.mkdir(mode=0o700)
    outside = [hidden, *hidden.parents, ROOT, *ROOT.parents, Path(sys.prefix), *Path(sys.prefix).parents]
    before = {path: identity(path) for path in outside}

    visible_base, hidden_base = homes / "one", hidden / "two"
    supervise(visible_base).settings()
    supervisor = supervise(hidden_base)
    settings = supervisor.settings()
    await write(settings, "reached")

    assert {path: identity(path) for path in outside} == before
    assert not (hidden_base / "postgres").exists()
    for base in (visible_base, base_of(hidden_base)):
        owners = {
            path.owner()
            for part in ("postgres", "redis", "run", "server")
            for path in (base / part, *(base / part).rglob("*"))
        }
        assert owners == {ACCOUNT}
    runners = {owner_of(pid) for pid in descendants(supervisor.process.pid) if "guard.py" not in command_line(pid)}
    assert 0 not in runners


def test_the_guard_kills_what_its_command_leaves_behind() -> None:
    guard = guarded("setsid sleep 300 & setsid sleep 300 & echo started; wait", seconds=5)
    family = descendants(guard.pid)

    guard.communicate(timeout=PATIENCE_SECONDS)  # closes its standard input

    assert len(family) == 3
    assert alive(family) == []


def test_the_guard_insists_when_its_command_ignores_the_signal() -> None:
    guard = guarded("trap '' TERM; echo started; sleep 300 & while true; do wait; done", seconds=0.2)

    guard.communicate(timeout=PATIENCE_SECONDS)

    assert guard.returncode == 128 + signal.SIGKILL


def guarded(script: str, *, seconds: float) -> subprocess.Popen[str]:
    """A guard over a shell script that has said that it started."""
    identity = [str(os.getuid()), str(os.getgid())]
    guard = subprocess.Popen(
        [sys.executable, "-I", "-S", str(GUARD), *identity, "TERM", str(seconds), "/bin/sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert guard.stdout is not None
    assert guard.stdout.readline() == "started\n"
    return guard


async def write(settings: Settings, value: str) -> None:
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute("create table if not exists note (value text)")
    await connection.execute("delete from note")
    await connection.execute("insert into note values ($1)", value)
    await connection.close()
    redis = Redis.from_url(settings.redis_url)
    await redis.set("note", value)
    await redis.bgrewriteaof()
    while (await redis.info("persistence"))["aof_rewrite_in_progress"]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await redis.aclose()


async def read(settings: Settings) -> tuple[str, bytes]:
    connection = await asyncpg.connect(settings.database_url)
    value = await connection.fetchval("select value from note")
    await connection.close()
    redis = Redis.from_url(settings.redis_url)
    kept = await redis.get("note")
    await redis.aclose()
    return value, kept


async def read_when_it_answers(settings: Settings) -> tuple[str, bytes]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await read(settings)
        except (OSError, asyncpg.PostgresError, RedisConnectionError):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


def base_of(home: Path) -> Path:
    pointer = home / POINTER
    return Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else home


def owner_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def identity(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mode, status.st_uid, status.st_gid
