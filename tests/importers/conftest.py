"""A database of its own for imports: their tests compare whole databases."""

import itertools
import os
from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest

from events_api.settings import Settings, with_database
from tests.conftest import CONTROLLER

_NUMBERS = itertools.count(1)


@pytest.fixture
async def empty(servers: Settings, settings: Settings, template: str) -> AsyncIterator[Settings]:
    """The settings of a migrated database without a row of ours."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    name = f"events_test_{os.environ[CONTROLLER]}_import_{worker}_{next(_NUMBERS)}"
    owner = await asyncpg.connect(servers.database_url)
    await owner.execute(f'create database "{name}" template "{template}"')
    try:
        yield msgspec.structs.replace(
            settings,
            database_url=with_database(settings.database_url, name),
            app_database_url=with_database(settings.app_database_url, name),
        )
    finally:
        await owner.execute(f'drop database "{name}" with (force)')
        await owner.close()


@pytest.fixture
async def empty_pool(empty: Settings) -> AsyncIterator[asyncpg.Pool]:
    """Connections of the application to that database."""
    async with asyncpg.create_pool(empty.app_database_url, min_size=1, max_size=4) as pool:
        yield pool


async def snapshot(settings: Settings) -> dict[str, list[str]]:
    """Every row of every table of ours, whatever the table."""
    owner = await asyncpg.connect(settings.database_url)
    try:
        tables = await owner.fetch(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1"
        )
        everything = {}
        for (table,) in tables:
            rows = await owner.fetch(f'select t::text as line from "{table}" t order by 1')  # noqa: S608  our names
            everything[table] = [str(row["line"]) for row in rows]
        return everything
    finally:
        await owner.close()
