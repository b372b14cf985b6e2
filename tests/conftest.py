"""The servers of a test run: one cluster and two templates for all workers, a database of its own for each.

The database of a worker is shared by all its tests and is never empty: it begins with what other tests may leave
(tests/factories/leftovers.py) and cannot be truncated. A test that needs an empty one takes ``empty``; a module, by
``from tests.conftest import own_settings as settings``.
"""

import asyncio
import fcntl
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import hypothesis
import msgspec
import pytest

from events_api.settings import Settings, with_database, with_redis_database, with_role
from events_api.store.migrate import migrate
from events_api.store.pool import ON_A_COORDINATOR, open_gate_pool
from tests.cluster import create_database, drop_database
from tests.factories.leftovers import leave

HOME = "EVENTS_TEST_HOME"
CONTROLLER = "EVENTS_TEST_CONTROLLER"
DATABASE = "EVENTS_TEST_DATABASE_URL"
REDIS = "EVENTS_TEST_REDIS_URL"
_NUMBERS = itertools.count(1)

# A property is about values, not about how busy the machine was.
hypothesis.settings.register_profile("values", deadline=None)
hypothesis.settings.load_profile("values")


def pytest_configure(config: pytest.Config) -> None:
    """Name the run before its workers start; they inherit the names."""
    if not hasattr(config, "workerinput"):
        os.environ[CONTROLLER] = str(os.getpid())
        os.environ[HOME] = str(Path(tempfile.gettempdir()) / f"events-test-{os.getpid()}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """On given servers, leave nothing behind; the embedded ones go with their home."""
    if not hasattr(config, "workerinput") and os.environ.get(DATABASE):
        asyncio.run(_drop_databases_of_this_run(os.environ[DATABASE]))


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The servers that EVENTS_TEST_DATABASE_URL and EVENTS_TEST_REDIS_URL name, or embedded ones for this run."""
    given = {
        "EVENTS_HOME": str(tmp_path_factory.mktemp("home")),
        "EVENTS_DATABASE_URL": os.environ.get(DATABASE, ""),
        "EVENTS_REDIS_URL": os.environ.get(REDIS, ""),
    }
    if given["EVENTS_DATABASE_URL"] and given["EVENTS_REDIS_URL"]:
        return Settings.read(given)
    named, ours = _servers_of_the_run(given)
    if ours:
        await _hurry(named["database_url"])
    return Settings.read(
        given
        | {
            "EVENTS_DATABASE_URL": named["database_url"],
            "EVENTS_APP_DATABASE_URL": named["app_database_url"],
            "EVENTS_REDIS_URL": named["redis_url"],
        }
    )


@pytest.fixture(scope="session")
async def template(servers: Settings) -> str:
    """The name of a database that has every migration and no row of ours."""
    return await _made_once(servers, "template", "template0", migrate)


@pytest.fixture(scope="session")
async def used_template(servers: Settings, template: str) -> str:
    """The name of a migrated database in which other tests seem to have been before."""
    return await _made_once(servers, "used", template, leave)


@pytest.fixture(scope="session")
async def shared_settings(servers: Settings, used_template: str) -> AsyncIterator[Settings]:
    """The settings of this worker: a used database, a numbered Redis database and a home of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    name = f"events_test_{os.environ[CONTROLLER]}_{worker}"
    await create_database(servers.database_url, name, used_template)
    try:
        yield msgspec.structs.replace(
            servers,
            database_url=with_database(servers.database_url, name),
            app_database_url=with_database(
                servers.app_database_url or with_role(servers.database_url, "events_app"), name
            ),
            redis_url=with_redis_database(servers.redis_url, int(worker.removeprefix("gw")) + 1),
        )
    finally:
        await drop_database(servers.database_url, name)


@pytest.fixture(scope="module")
def settings(shared_settings: Settings) -> Settings:
    """The settings of the tests that stand each other."""
    return shared_settings


@pytest.fixture(scope="module")
async def own_settings(shared_settings: Settings, template: str) -> AsyncIterator[Settings]:
    """A database without a row of ours for one module; imported there as its ``settings``."""
    async with database_of_its_own(shared_settings, template, f"module_{next(_NUMBERS)}") as own:
        yield own


@pytest.fixture(scope="module")
async def pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """Connections as the application has them: the role events_app."""
    async with asyncpg.create_pool(
        settings.app_database_url, min_size=1, max_size=10, server_settings=ON_A_COORDINATOR
    ) as pool:
        yield pool


@pytest.fixture(scope="module")
async def gate_pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """Connections as live scans have them."""
    async with await open_gate_pool(settings.app_database_url, largest=10) as pool:
        yield pool


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the schema's owner, for what the application may not do."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def database_of_its_own(settings: Settings, template: str, name: str) -> AsyncIterator[Settings]:
    """The settings of a migrated database without a row of ours, beside that of the worker."""
    database = f"{urlsplit(settings.database_url).path.removeprefix('/')}_{name}"
    await create_database(settings.database_url, database, template)
    try:
        yield msgspec.structs.replace(
            settings,
            database_url=with_database(settings.database_url, database),
            app_database_url=with_database(settings.app_database_url, database),
        )
    finally:
        await drop_database(settings.database_url, database)


@pytest.fixture
async def empty(settings: Settings, template: str) -> AsyncIterator[Settings]:
    """A database for one test alone."""
    async with database_of_its_own(settings, template, f"empty_{next(_NUMBERS)}") as own:
        yield own


@pytest.fixture
async def empty_pool(empty: Settings) -> AsyncIterator[asyncpg.Pool]:
    """Connections of the application to that database."""
    async with asyncpg.create_pool(
        empty.app_database_url, min_size=1, max_size=4, server_settings=ON_A_COORDINATOR
    ) as pool:
        yield pool


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the EVENTS_ variables of the shell that started it."""
    for variable in os.environ:
        if variable.startswith("EVENTS_") and not variable.startswith("EVENTS_TEST_"):
            monkeypatch.delenv(variable)


async def _made_once(servers: Settings, suffix: str, template: str, fill: Callable[[str], Awaitable[object]]) -> str:
    """The name of a database that the first worker to ask makes for all."""
    name = f"events_test_{os.environ[CONTROLLER]}_{suffix}"
    owner = await asyncpg.connect(servers.database_url)
    try:
        await owner.execute("select pg_advisory_lock(7357)")
        if not await owner.fetchval("select exists (select from pg_database where datname = $1)", name):
            draft = f"{name}_draft"
            await owner.execute(f'drop database if exists "{draft}"')
            await owner.execute(f'create database "{draft}" template "{template}"')
            await fill(with_database(servers.database_url, draft))
            await owner.execute(f'alter database "{draft}" rename to "{name}"')
    finally:
        await owner.close()
    return name


def _servers_of_the_run(environ: dict[str, str]) -> tuple[dict[str, str], bool]:
    """Where the embedded servers are, and whether it was this worker that started them for all."""
    home = Path(os.environ[HOME])
    home.mkdir(mode=0o711, exist_ok=True)
    with (home / "test-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        addresses = home / "test-servers.json"
        ours = not addresses.exists()
        if ours:
            addresses.write_text(_start_embedded(environ | {"EVENTS_HOME": str(home)}), encoding="utf-8")
        return msgspec.json.decode(addresses.read_bytes()), ours


def _start_embedded(environ: dict[str, str]) -> str:
    process = subprocess.Popen(
        [sys.executable, "-m", "events_api.embedded", os.environ[CONTROLLER], "--temporary"],
        env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | environ,
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.stdout.close()
    process.returncode = 0  # it outlives this worker and ends by itself with the run; nobody waits for it
    if not line:
        pytest.exit("the embedded servers did not start; the reason is above", returncode=2)
    return line


async def _hurry(url: str) -> None:
    """Nothing of a test run must survive a loss of power; the tests of what must have clusters of their own."""
    superuser = await asyncpg.connect(url, user="postgres")
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            await superuser.execute(f"alter system set {setting} = off")
        await superuser.execute("select pg_reload_conf()")
    finally:
        await superuser.close()


async def _drop_databases_of_this_run(url: str) -> None:
    owner = await asyncpg.connect(url)
    try:
        names = await owner.fetch(
            "select datname from pg_database where starts_with(datname, $1)", f"events_test_{os.environ[CONTROLLER]}_"
        )
        for row in names:
            await drop_database(url, row["datname"])
    finally:
        await owner.close()
