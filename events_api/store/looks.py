"""Looks at the database that requests share."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Set
from typing import Generic, TypeVar

from events_api.read.connections import Pool

Key = TypeVar("Key")
Found = TypeVar("Found")


class Looks(Generic[Key, Found]):
    """Who asks while a look at the database is under way shares the next look.

    No look begins before the requests that it serves have come: what changed before a request is in its answer.
    """

    def __init__(self, look: Callable[[Pool, Set[Key]], Awaitable[Mapping[Key, Found]]]) -> None:
        self._look = look
        self._asked: set[Key] = set()
        self._running: asyncio.Task[Mapping[Key, Found]] | None = None
        self._next: asyncio.Task[Mapping[Key, Found]] | None = None

    async def of(self, pool: Pool, key: Key) -> Found | None:
        """What is found under a key; None where there is nothing."""
        if self._next is None:
            self._asked = set()
            self._next = asyncio.create_task(self._after_the_one_before(pool))
        self._asked.add(key)
        return (await asyncio.shield(self._next)).get(key)  # one who goes away takes it from nobody else

    async def _after_the_one_before(self, pool: Pool) -> Mapping[Key, Found]:
        if self._running is not None and not self._running.done():
            await asyncio.wait([self._running])
        self._running, self._next = self._next, None
        return await self._look(pool, self._asked)
