"""The connections of one process."""

import asyncpg

from events_api.read.connections import Pool

SESSION = {
    "timezone": "UTC",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "lock_timeout": "4s",
    "jit": "off",  # every statement is short: compiling them costs more than they do
}


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """Our statements leave no session state behind (settings and locks are those of their transaction), and asyncpg
    itself rolls back what was left open: the round trip of its default reset is not needed."""
    del connection


async def open_pool(dsn: str, *, smallest: int, largest: int, application: str) -> Pool:
    """Open the pool of a process; `application` is what the server's activity view shows."""
    return await asyncpg.create_pool(
        dsn,
        min_size=smallest,
        max_size=largest,
        command_timeout=30,
        reset=_nothing_to_reset,
        max_inactive_connection_lifetime=300,
        server_settings=SESSION | {"application_name": application},
    )
