"""The presence of an edition as a stream: one look at the database for all who watch in one process."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from events_api.read import gates as reading
from events_api.read.connections import Pool
from events_api.read.gates import Watched

LOOK_SECONDS: Final = 1.0
LASTS_SECONDS: Final = 60
"""A stream ends then; who watches connects again, and is held against the access table again."""
SIGN_OF_LIFE_SECONDS: Final = 15
TURN_SECONDS: Final = 0.004
"""Between two watchers who are told: those of a full room take turns, so that no scan waits behind two of them."""
AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
_SIGN_OF_LIFE: Final = b": still there\n\n"


class Boards:
    """The boards of one process that somebody watches."""

    def __init__(self, pool: Callable[[], Pool]) -> None:
        self._pool = pool
        self._boards: dict[UUID, Board] = {}

    async def follow(self, edition: Watched, *, once: bool = False) -> AsyncIterator[bytes]:
        """The presence as it is, then as it changes, as bytes of an event stream."""
        board = self._boards.get(edition.public_id)
        if board is None:
            board = self._boards[edition.public_id] = Board(self._pool, edition)
        ends = asyncio.get_running_loop().time() + LASTS_SECONDS
        try:
            yield b"retry: 1000\n" + await board.now()
            while not once and asyncio.get_running_loop().time() < ends:
                yield await board.next() or _SIGN_OF_LIFE
        finally:
            if not board.is_watched:
                self._boards.pop(edition.public_id, None)


class Board:
    """One edition: looks as long as somebody waits, and tells all of them what has changed."""

    def __init__(self, pool: Callable[[], Pool], edition: Watched) -> None:
        self._pool = pool
        self._edition = edition
        self._revision = -1
        self._event = b""
        self._waiting: list[asyncio.Future[bytes]] = []
        self._looking: asyncio.Task[None] | None = None

    @property
    def is_watched(self) -> bool:
        """Whether somebody waits."""
        return any(not waiting.done() for waiting in self._waiting)

    async def now(self) -> bytes:
        """The presence as it is."""
        revision = await reading.revision(self._pool(), self._edition.id)
        if revision != self._revision or not self._event:
            await self._read()
        return self._event

    async def next(self) -> bytes | None:
        """The next change, None when there is none for a while."""
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(SIGN_OF_LIFE_SECONDS):
                return await waiting
        except TimeoutError:
            return None

    async def _look(self) -> None:
        try:
            while self.is_watched:
                await asyncio.sleep(LOOK_SECONDS)
                try:
                    revision = await reading.revision(self._pool(), self._edition.id)
                    if revision == self._revision:
                        continue
                    await self._read()
                except AWAY:
                    continue  # it is said by the signs of life that nothing changes
                waiting, self._waiting = self._waiting, []
                for each in waiting:
                    if not each.done():
                        each.set_result(self._event)
                        await asyncio.sleep(TURN_SECONDS)
        finally:
            self._looking = None

    async def _read(self) -> None:
        found = await reading.presence(self._pool(), self._edition.public_id, dt.datetime.now(dt.UTC))
        if found is not None:
            self._revision = found.revision
            self._event = b"event: presence\ndata: " + msgspec.json.encode(found) + b"\n\n"
