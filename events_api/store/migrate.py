"""Forward-only migrations: Piccolo's modules and ledger under our lock, our time-outs and one transaction each."""

import contextlib
import io
import sys
import types
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import AppConfig, AppRegistry
from piccolo.engine.postgres import PostgresEngine

APP = "events"
FOLDER = Path(__file__).resolve().parents[2] / "migrations"
LOCK = 0x6576656E7473  # "events", for pg_advisory_lock: one migrator at a time
SAFETY = {"lock_timeout": "4s", "statement_timeout": "5s", "timezone": "UTC", "application_name": "migrate"}


def sql_migration(migration_id: str, sql: str, *, description: str) -> Callable[[], Awaitable[MigrationManager]]:
    """Make the `forwards` of a migration module that runs reviewed SQL in one transaction."""

    async def forwards() -> MigrationManager:
        manager = MigrationManager(migration_id=migration_id, app_name=APP, description=description)

        async def run() -> None:
            transaction = Migration._meta.db.current_transaction.get()  # noqa: SLF001 - Piccolo's own way
            if transaction is None:
                raise RuntimeError(f"migration {migration_id} must run in a transaction")
            await transaction.connection.execute(sql)

        manager.add_raw(run)
        return manager

    return forwards


async def pending(connection: asyncpg.Connection) -> list[str]:
    """Return the ids of the migrations that this release ships and the database has not had, oldest first."""
    if await connection.fetchval("select to_regclass('migration')") is None:
        done: set[str] = set()
    else:
        rows = await connection.fetch("select name from migration where app_name = $1", APP)
        done = {row["name"] for row in rows}
    return sorted(shipped_migrations() - done)


def shipped_migrations() -> set[str]:
    """The ids of the migrations of this release."""
    return set(ForwardsMigrationManager(app_name=APP).get_migration_modules(str(FOLDER)))


async def migrate(dsn: str) -> list[str]:
    """Bring the database at `dsn` to this release and return the ids that ran; safe to call from two places at once."""
    connection = await asyncpg.connect(dsn, server_settings=SAFETY | {"lock_timeout": "0", "statement_timeout": "0"})
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        ran = await pending(connection)
        if ran:
            await _run(dsn, ran)
        return ran
    finally:
        await connection.close()


async def _run(dsn: str, ids: list[str]) -> None:
    engine = PostgresEngine(config={"dsn": dsn, "server_settings": SAFETY}, extensions=())
    conf = types.ModuleType("piccolo_conf")
    conf.__dict__.update(DB=engine, APP_REGISTRY=AppRegistry(apps=[]))
    sys.modules["piccolo_conf"] = conf  # where Piccolo looks for its engine
    Migration._meta._db = engine  # noqa: SLF001 - the ledger follows the engine of this call
    chatter = io.StringIO()
    forwards = ForwardsMigrationManager(app_name=APP)
    with contextlib.redirect_stdout(chatter):
        await forwards.create_migration_table()
        modules = forwards.get_migration_modules(AppConfig(APP, FOLDER).resolved_migrations_folder_path)
        for migration_id in ids:
            manager = await modules[migration_id].forwards()

            async def record(name: str = migration_id) -> None:
                await Migration.insert().add(Migration(name=name, app_name=APP)).run()

            manager.add_raw(record)  # in the transaction of the migration itself, unlike Piccolo's own ledger
            await manager.run()
