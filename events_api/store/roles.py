"""Which database role the application works under."""

import asyncpg

from events_api.settings import APP_ROLE, Settings, with_role


async def app_dsn(settings: Settings) -> str:
    """The address for runtime connections: events_app wherever the server has that role and lets us take it."""
    if settings.app_database_url:
        return settings.app_database_url
    connection = await asyncpg.connect(settings.database_url)
    try:
        usable = await connection.fetchval(
            "select exists (select from pg_roles where rolname = $1 and pg_has_role(oid, 'set'))", APP_ROLE
        )
    finally:
        await connection.close()
    return with_role(settings.database_url, APP_ROLE) if usable else settings.database_url
