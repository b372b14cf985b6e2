"""What the tests of imports compare: whole databases."""

import asyncpg

from events_api.settings import Settings


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
