"""The embedded PostgreSQL: a cluster of its own, peer authentication on a Unix socket, nothing on the network."""

import os
import pwd
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import asyncpg

from events_api.embedded.child import Command
from events_api.embedded.places import (
    Places,
    ServersUnavailable,
    postgres_binaries,
    write_for,
)
from events_api.embedded.remains import end_servers_in
from events_api.settings import APP_ROLE, OWNER_ROLE

SUPERUSER = "postgres"
DATABASE = "events"
PORT = 5432

CONFIGURATION = """\
# Written again at every start; put your own settings into local.conf beside this file.
listen_addresses = ''
unix_socket_directories = '{run}'
unix_socket_permissions = 0700
port = {port}
max_connections = 200
shared_buffers = 128MB
fsync = on
full_page_writes = on
synchronous_commit = on
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.simple'
log_line_prefix = '%m [%p] %u '
include_if_exists = 'local.conf'
"""


def server_command(places: Places, log_file: Path) -> Command:
    """Make the cluster when there is none and say how its server is run."""
    binaries = postgres_binaries(places)
    cluster = places.postgres
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(binaries, places)
    _check_version(binaries, cluster)
    _configure(places)

    async def ready() -> bool:
        try:
            connection = await asyncpg.connect(url(places, SUPERUSER, SUPERUSER), timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True

    return Command(
        name="postgres",
        argv=[str(binaries / "postgres"), "-D", str(cluster)],
        account=places.account,
        stop_signals=(signal.SIGINT, signal.SIGQUIT),  # fast, then immediate shutdown
        grace_seconds=15.0,
        log_file=log_file,
        environ={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        before=lambda: _clear_remains(places),
        ready=ready,
    )


def url(places: Places, user: str, database: str = DATABASE) -> str:
    """The address of a database for a role."""
    return f"postgresql://{user}@/{database}?host={quote(str(places.run), safe='/')}&port={PORT}"


async def make_roles_and_database(places: Places) -> None:
    """Owner, runtime role and database, as far as they are missing."""
    connection = await asyncpg.connect(url(places, SUPERUSER, SUPERUSER))
    try:
        roles = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
        if OWNER_ROLE not in roles:
            await connection.execute(f"create role {OWNER_ROLE} login createdb")
        if APP_ROLE not in roles:
            await connection.execute(f"create role {APP_ROLE} login")
            await connection.execute(f"grant {APP_ROLE} to {OWNER_ROLE}")
        if not await connection.fetchval("select exists (select from pg_database where datname = $1)", DATABASE):
            await connection.execute(f"create database {DATABASE} owner {OWNER_ROLE}")
    finally:
        await connection.close()


def _make_cluster(binaries: Path, places: Places) -> None:
    for remnant in places.postgres.iterdir():
        raise ServersUnavailable(f"{places.postgres} holds no cluster and is not empty ({remnant.name}): move it away")
    command = [str(binaries / "initdb"), "--pgdata", str(places.postgres), "--username", SUPERUSER]
    command += ["--encoding", "UTF8", "--locale", "C", "--auth", "peer", "--data-checksums", "--no-instructions"]
    as_root = os.geteuid() == 0
    try:
        subprocess.run(  # noqa: S603  our own binaries and paths
            command,
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=places.account.uid if as_root else None,
            group=places.account.gid if as_root else None,
            extra_groups=[] if as_root else None,
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ServersUnavailable(f"initdb failed: {last}") from None
    except OSError as error:
        raise ServersUnavailable(f"initdb cannot run: {error.strerror} ({binaries})") from None


def _check_version(binaries: Path, cluster: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    shown = subprocess.run([str(binaries / "postgres"), "-V"], check=True, capture_output=True, text=True).stdout  # noqa: S603  our own binary
    ours = shown.split()[-1].split(".")[0]
    if made_by != ours:
        raise ServersUnavailable(
            f"{cluster} was made by PostgreSQL {made_by} and this is {ours}: restore a backup into a new EVENTS_HOME"
        )


def _configure(places: Places) -> None:
    accounts = {places.account.name, "root", pwd.getpwuid(os.geteuid()).pw_name}
    roles = (SUPERUSER, OWNER_ROLE, APP_ROLE)
    identities = [f'installation "{account}" {role}' for account in sorted(accounts) for role in roles]
    files = {
        "postgresql.conf": CONFIGURATION.format(run=places.run, port=PORT),
        "pg_hba.conf": "local all all peer map=installation\nlocal replication all peer map=installation\n",
        "pg_ident.conf": "\n".join(identities) + "\n",
    }
    for name, text in files.items():
        write_for(places.postgres / name, text, places.account)


def _clear_remains(places: Places) -> None:
    """What a server that was killed, or a power cut, left behind keeps the next one from starting."""
    end_servers_in(places.postgres, "postgres", stop_signals=(signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))
    (places.postgres / "postmaster.pid").unlink(missing_ok=True)
    socket = places.run / f".s.PGSQL.{PORT}"
    socket.unlink(missing_ok=True)
    socket.with_name(socket.name + ".lock").unlink(missing_ok=True)
