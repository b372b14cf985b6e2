"""PostgreSQL and Redis for an installation that names no servers of its own: started, kept and stopped with it."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from events_api.embedded import postgres, redis
from events_api.embedded.child import running
from events_api.embedded.places import Places, ServersUnavailable, prepare_places
from events_api.settings import APP_ROLE, OWNER_ROLE, Settings

__all__ = ["AlreadyRunning", "ServersUnavailable", "embedded_servers", "servers_of"]

LOG_LIMIT_BYTES = 10_000_000
JOIN_SECONDS = 120.0


class AlreadyRunning(ServersUnavailable):
    """Another process keeps the servers of this home."""


class Addresses(msgspec.Struct, frozen=True):
    """How to reach the servers that a process keeps."""

    pid: int
    database_url: str
    app_database_url: str
    redis_url: str


@asynccontextmanager
async def embedded_servers(settings: Settings, *, join: bool = True) -> AsyncIterator[Settings]:
    """Start the servers that the settings do not name and give the settings that name them all.

    One process per home keeps the servers. With `join`, a second one uses them; without, it is refused.
    """
    if join and settings.database_url and settings.redis_url:
        yield settings
        return
    lock = await _lock_or_addresses(settings.home, join=join)
    if isinstance(lock, Addresses):
        yield _named(settings, lock)
        return
    with lock:
        async with _kept_servers(settings) as named:
            yield named


def servers_of(settings: Settings) -> Settings:
    """The settings that name all servers; those they do not name must run already, kept by another process."""
    if (settings.app_database_url or settings.database_url) and settings.redis_url:
        return settings
    lock = _Lock(settings.home)
    addresses = None if lock.taken else _published_addresses(settings.home)
    if lock.taken:
        lock.__exit__()
    if addresses is None:
        raise ServersUnavailable(
            f"no servers run for {settings.home}: start `events-api up`, "
            "or set EVENTS_DATABASE_URL and EVENTS_REDIS_URL"
        )
    return _named(settings, addresses)


@asynccontextmanager
async def _kept_servers(settings: Settings) -> AsyncIterator[Settings]:
    wants_database, wants_redis = not settings.database_url, not settings.redis_url
    if not wants_database and not wants_redis:
        yield settings
        return
    places = await asyncio.to_thread(prepare_places, settings.home)
    async with AsyncExitStack() as stack:
        if places.run.parent != places.base:
            stack.callback(shutil.rmtree, places.run, ignore_errors=True)
        commands = []
        if wants_database:
            commands.append(await asyncio.to_thread(postgres.server_command, places, _log_file(settings, "postgres")))
        if wants_redis:
            commands.append(await asyncio.to_thread(redis.server_command, places, _log_file(settings, "redis")))
        for command in commands:
            await stack.enter_async_context(running(command))
        if wants_database:
            await postgres.make_roles_and_database(places)
        addresses = _addresses(places)
        stack.enter_context(_published(settings.home, addresses))
        yield _named(settings, addresses)


def _addresses(places: Places) -> Addresses:
    return Addresses(os.getpid(), postgres.url(places, OWNER_ROLE), postgres.url(places, APP_ROLE), redis.url(places))


def _named(settings: Settings, addresses: Addresses) -> Settings:
    changes: dict[str, str] = {}
    if not settings.database_url:
        changes |= {"database_url": addresses.database_url, "app_database_url": addresses.app_database_url}
    if not settings.redis_url:
        changes |= {"redis_url": addresses.redis_url}
    return msgspec.structs.replace(settings, **changes)


async def _lock_or_addresses(home: Path, *, join: bool) -> "_Lock | Addresses":
    """The lock of this home; or, to join, the addresses published by the process that has it."""
    deadline = asyncio.get_running_loop().time() + JOIN_SECONDS
    while True:
        lock = _Lock(home)
        if lock.taken:
            return lock
        holder = lock.holder
        if not join:
            raise AlreadyRunning(f"already running here: process {holder} keeps the servers of {home}")
        addresses = _published_addresses(home)
        if addresses is not None and str(addresses.pid) == holder:
            return addresses
        if asyncio.get_running_loop().time() > deadline:
            raise ServersUnavailable(f"process {holder} has the servers of {home} and does not say where they are")
        await asyncio.sleep(0.05)


class _Lock:
    """The kernel drops it with the process, however that ends; children do not inherit it."""

    def __init__(self, home: Path) -> None:
        if not home.exists():
            home.parent.mkdir(parents=True, exist_ok=True)
            home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
        self._file = (home / "lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            self.taken, self.holder = False, self._file.read().strip()
            self._file.close()
        else:
            self._file.truncate(0)
            self._file.write(str(os.getpid()))
            self._file.flush()
            self.taken, self.holder = True, str(os.getpid())

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._file.close()


@contextmanager
def _published(home: Path, addresses: Addresses) -> Iterator[None]:
    path = home / "servers.json"
    draft = path.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(addresses))
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _published_addresses(home: Path) -> Addresses | None:
    try:
        return msgspec.json.decode((home / "servers.json").read_bytes(), type=Addresses)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _log_file(settings: Settings, name: str) -> Path:
    directory = settings.home / "log"
    directory.mkdir(mode=0o700, exist_ok=True)
    path = directory / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        shutil.move(path, path.with_suffix(".log.1"))
    return path
