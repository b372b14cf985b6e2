"""One request or job step, one transaction: opened by the handler or the job, closed before the answer is built."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
import uuid_utils.compat

from events_api.domain.actors import Actor, Grant
from events_api.domain.records import Entity
from events_api.read.connections import Pool
from events_api.store.audit import Entry, entry, leave
from events_api.store.idempotency import Kept
from events_api.store.records import Records
from events_api.store.recounts import request_recounts
from events_api.store.repositories import repository

T = TypeVar("T", bound=Entity)

ENQUEUE = """
    with wanted as (
        insert into job (public_id, kind, queue, key, payload, max_attempts, requested_by, request_id)
        values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)
        on conflict (kind, key) where key is not null and state = 'queued' do nothing
        returning id, public_id
    ), rung as (
        insert into outbox (job_id) select id from wanted
    )
    select public_id from wanted
"""


class SqlWork:
    """The unit of work on one connection: implements the `Work` that the domain owns."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        *,
        actor: Actor,
        grant: Grant,
        now: dt.datetime,
        request_id: str,
        operation: str,
        master_key: bytes,
    ) -> None:
        self.connection = connection
        self.actor = actor
        self.grant = grant
        self.now = now
        self.request_id = request_id
        self.operation = operation
        self.master_key = master_key
        self.kept: Kept | None = None
        """The answer to keep under the idempotency key of the request, written with the trail."""
        self.written: list[Entity] = []
        """The records as they were and as they are, for what follows from the writes at the end."""
        self._entries: list[Entry] = []

    def new_id(self) -> UUID:
        """A new public identifier, in the order of time (UUIDv7)."""
        return uuid_utils.compat.uuid7()

    def of(self, kind: type[T]) -> Records[T]:
        """The repository of a kind of record."""
        return repository(self, kind)

    @contextlib.asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A part of this transaction that an exception undoes alone."""
        written, entries = self.written, self._entries
        self.written, self._entries = [], []
        try:
            async with self.connection.transaction():
                yield
            written += self.written
            entries += self._entries
        finally:
            self.written, self._entries = written, entries

    async def audit(
        self,
        subject_kind: str,
        subject_id: UUID | None,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        """Leave an entry; repositories do it for every write of theirs. It is written at the end of the transaction."""
        self._entries.append(entry(subject_kind, subject_id, before, after))

    async def write_trail(self) -> None:
        """Write what the transaction leaves beside its effect; `transact` calls it before the commit."""
        written, entries, kept = self.written, self._entries, self.kept
        self.written, self._entries, self.kept = [], [], None
        if written or entries or kept is not None:
            await leave(
                self.connection,
                actor=self.actor,
                grant=self.grant,
                request_id=self.request_id,
                operation=self.operation,
                entries=entries,
                kept=kept,
                written=written,
            )

    async def enqueue(
        self, kind: str, payload: Mapping[str, Any], *, queue: str, key: str | None = None, max_attempts: int = 8
    ) -> UUID:
        """Ask for background work in this transaction; the same key waits only once. Returns the job's identifier."""
        public_id: UUID | None = await self.connection.fetchval(
            ENQUEUE,
            self.new_id(),
            kind,
            queue,
            key,
            msgspec.json.encode(payload).decode(),
            max_attempts,
            self.actor.id,
            self.request_id,
        )
        if public_id is None:  # one waits: the lock keeps it waiting until this change is there for it to see
            public_id = await self.connection.fetchval(
                "select public_id from job where kind = $1 and key = $2 and state = 'queued' for share", kind, key
            )
        if public_id is None:  # it has just been taken up, and its run may not see this change
            return await self.enqueue(kind, payload, queue=queue, key=key, max_attempts=max_attempts)
        return public_id


@contextlib.asynccontextmanager
async def transact(
    pool: Pool,
    *,
    actor: Actor,
    grant: Grant,
    request_id: str,
    operation: str,
    master_key: bytes,
    now: dt.datetime | None = None,
) -> AsyncIterator[SqlWork]:
    """Open a transaction and its unit of work; leaves with commit, or with rollback on any exception."""
    async with pool.acquire() as connection, connection.transaction():
        work = SqlWork(
            connection,  # type: ignore[arg-type]  # a pool hands out a proxy of the connection
            actor=actor,
            grant=grant,
            now=now or dt.datetime.now(dt.UTC),
            request_id=request_id,
            operation=operation,
            master_key=master_key,
        )
        yield work
        await request_recounts(work)
        await work.write_trail()
