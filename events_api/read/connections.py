"""The type of the pool that reading and writing share, and reading several things at one moment."""

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Pool = asyncpg.Pool  # the class takes no parameter when it runs


@contextlib.asynccontextmanager
async def snapshot(pool: Pool) -> AsyncIterator[asyncpg.Connection]:
    """One moment of the database, for several reads that must agree."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection  # type: ignore[misc]  # a pool hands out a proxy of the connection
