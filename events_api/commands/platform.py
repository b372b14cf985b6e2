"""up, serve, worker, migrate: the processes of an installation."""

import asyncio
import ctypes
import errno
import os
import pwd
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum
from typing import Annotated, Any

import asyncpg
import msgspec
import typer

from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.domain.jobs import QUEUES
from events_api.embedded import ServersUnavailable, embedded_servers, servers_of
from events_api.embedded.child import Command, run_until_stopped, running
from events_api.embedded.places import Account
from events_api.settings import Settings, master_key
from events_api.store.distribute import distribute as distribute_tables
from events_api.store.migrate import migrate as migrate_database
from events_api.store.roles import app_dsn

PR_SET_PDEATHSIG = 1
READY_SECONDS = 60.0

app = typer.Typer()


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Where the pages and the API listen; 0 takes a free one.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Run everything in the foreground: the servers, the API and the worker."""
    settings = Settings.read()
    if port is not None:
        settings = msgspec.structs.replace(settings, port=port)

    async def until_asked_to_stop() -> None:
        async with running_platform(settings) as platform:
            if as_json:
                print_json({"url": platform.public_url, "home": platform.home, "pid": os.getpid()})
            else:
                print_line(f"Ready at {platform.public_url} (data in {platform.home}); Ctrl-C stops everything.")
            await asyncio.Event().wait()

    run_until_stopped(until_asked_to_stop)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Where the pages and the API listen.")] = None,
) -> None:
    """Run the API alone, against servers that run already."""
    from granian import Granian  # noqa: PLC0415  slow import
    from granian.constants import Interfaces, Loops  # noqa: PLC0415  slow import
    from granian.log import LogLevels  # noqa: PLC0415  slow import

    settings = asyncio.run(_runtime_settings())
    settings.export()
    Granian(
        f"{__name__}:api",
        factory=True,
        address=settings.host,
        port=settings.port if port is None else port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        workers=settings.api_processes,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=settings.shutdown_seconds,
        log_level=LogLevels.warning,
    ).serve()


class QueueName(StrEnum):
    """A queue of background jobs."""

    fast = "fast"
    bulk = "bulk"
    render = "render"


@app.command()
def worker(
    queue: Annotated[list[QueueName] | None, typer.Option(help="Serve only this queue; may be repeated.")] = None,
) -> None:
    """Run the background jobs alone, against servers that run already."""
    from workers.main import run  # noqa: PLC0415  slow import

    asyncio.run(run(servers_of(Settings.read()), [name.value for name in queue] if queue else QUEUES))


class Process(StrEnum):
    """What can be asked for its health."""

    api = "api"
    worker = "worker"


@app.command()
def health(process: Annotated[Process, typer.Argument(help="The process to ask about.")]) -> None:
    """Exit 0 when the process does its work, 1 when it does not: the check of a container."""

    from events_api.read.jobs import worker_is_alive  # noqa: PLC0415  slow import

    async def healthy() -> bool:
        if process is Process.api:
            return await _answers(Settings.read(), "/health/live")
        settings = await _runtime_settings()
        async with asyncpg.create_pool(settings.app_database_url, min_size=1, max_size=1) as pool:
            return await worker_is_alive(pool)

    alive = asyncio.run(healthy())
    print_line(f"{process.value}: {'ok' if alive else 'not answering'}")
    raise typer.Exit(0 if alive else 1)


@app.command()
def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database to this release."""

    async def bring() -> list[str]:
        async with embedded_servers(Settings.read()) as settings:
            with people.status("Migrating…"):
                return await migrate_database(settings.database_url)

    ran = asyncio.run(bring())
    if as_json:
        print_json({"ran": ran})
    else:
        print_line(
            "\n".join([*ran, f"{len(ran)} migrations applied."]) if ran else "Nothing to do: the database is at head."
        )


@app.command()
def distribute(*, as_json: AsJson = False) -> None:
    """Spread tickets and scans over the nodes of a Citus cluster whose coordinator EVENTS_DATABASE_URL names."""

    async def spread() -> list[str]:
        connection = await asyncpg.connect(Settings.read().database_url)
        try:
            with people.status("Distributing…"):
                return await distribute_tables(connection)
        finally:
            await connection.close()

    changed = asyncio.run(spread())
    if as_json:
        print_json({"distributed": changed})
    else:
        print_line(
            "\n".join([*changed, f"{len(changed)} tables distributed."])
            if changed
            else "Nothing to do: every table is distributed."
        )


@asynccontextmanager
async def running_platform(settings: Settings, *, log_files: bool = False) -> AsyncIterator[Settings]:
    """Servers, migrations, API and worker, ready when entered and gone when left; logs go to files or to the terminal.

    The settings that are given name the servers and the public address.
    """
    async with AsyncExitStack() as stack:
        named = await stack.enter_async_context(embedded_servers(settings, join=False))
        port = _free_port(named.host, named.port)
        if named.public_url == Settings().public_url:
            named = msgspec.structs.replace(named, public_url=f"http://127.0.0.1:{port}")
        named = msgspec.structs.replace(named, port=port)
        master_key(named)
        await migrate_database(named.database_url)
        named = msgspec.structs.replace(named, app_database_url=await app_dsn(named))
        for command in (_child(named, "worker", log_files=log_files), _child(named, "serve", log_files=log_files)):
            await stack.enter_async_context(running(command))
        await _await_answer(named, "/health/ready")
        yield named


def api() -> Any:
    """The application of one API process; the kernel ends it when the process that spawned it is killed."""
    from granian.utils.proxies import wrap_asgi_with_proxy_headers  # noqa: PLC0415  slow import

    from events_api.app import create_app  # noqa: PLC0415  slow import

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    settings = Settings.read()
    return wrap_asgi_with_proxy_headers(create_app(settings), trusted_hosts=list(settings.trusted_proxies))


async def _runtime_settings() -> Settings:
    """The settings of a process that works beside running servers, under the application's role."""
    settings = servers_of(Settings.read())
    return msgspec.structs.replace(settings, app_database_url=await app_dsn(settings))


def _child(settings: Settings, name: str, *, log_files: bool) -> Command:
    entry = pwd.getpwuid(os.geteuid())

    async def live() -> bool:
        return await _answers(settings, "/health/live")

    return Command(
        name=name,
        argv=[sys.executable, "-m", "events_api.cli", name],
        account=Account(entry.pw_name, entry.pw_uid, entry.pw_gid),
        grace_seconds=settings.shutdown_seconds + 5,
        log_file=settings.home / "log" / f"{name}.log" if log_files else None,
        environ=settings.environ(),
        ready=live if name == "serve" else None,
        poll_seconds=0.1,
        ready_seconds=READY_SECONDS,
    )


def _free_port(host: str, port: int) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ServersUnavailable(f"port {port} is taken: choose another with --port") from None
            raise
        return int(probe.getsockname()[1])


async def _await_answer(settings: Settings, path: str) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not await _answers(settings, path):  # noqa: ASYNC110  another process, no event to await
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise ServersUnavailable(f"{path} did not answer 200 in {READY_SECONDS:.0f} s") from None


async def _answers(settings: Settings, path: str) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  any address includes ours
    try:
        reader, writer = await asyncio.open_connection(host, settings.port)
    except OSError:
        return False
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{settings.port}\r\nConnection: close\r\n\r\n".encode())
        return (await reader.readline()).split()[1:2] == [b"200"]
    except OSError:
        return False
    finally:
        writer.close()
