"""What a transaction leaves beside its effect, written at its end in one statement: the entries of the audit trail, the
answer that it keeps under its idempotency key, and the jobs for the dashboards that it made stale."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from events_api.domain.actors import Actor, Grant
from events_api.domain.records import Entity
from events_api.store.idempotency import Kept
from events_api.store.refresh import MISSED, WANTED, stale

LEAVE: Final = f"""
    with {WANTED}, entered as (
        insert into audit_entry
            (actor_kind, actor_id, role, request_id, operation, subject_kind, subject_id, before, after)
        select $6::text, $4, $7::text, $5, $8::text, e.subject_kind, e.subject_id, e.before, e.after
          from unnest($9::text[], $10::uuid[], $11::jsonb[], $12::jsonb[])
               with ordinality as e (subject_kind, subject_id, before, after, rank)
         order by e.rank
    ), kept as (
        insert into idempotency (principal, key, request_hash, status, headers, body)
        select $13::text, $14::text, $15::bytea, $16::smallint, $17::jsonb, $18::bytea where $14 is not null
    )
    {MISSED}
"""
REQUEST: Final = f"with {WANTED} {MISSED}"


class Entry(NamedTuple):
    """How a record was before and after."""

    subject_kind: str
    subject_id: UUID | None
    before: str | None
    after: str | None


def entry(
    subject_kind: str, subject_id: UUID | None, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Entry:
    """The entry of one write."""
    return Entry(
        subject_kind,
        subject_id,
        None if before is None else msgspec.json.encode(before).decode(),
        None if after is None else msgspec.json.encode(after).decode(),
    )


async def leave(
    connection: asyncpg.Connection,
    *,
    actor: Actor,
    grant: Grant,
    request_id: str,
    operation: str,
    entries: Sequence[Entry],
    kept: Kept | None,
    written: Iterable[Entity],
) -> None:
    """Write who did what, in which role, and what follows from it."""
    wanted = (*await stale(connection, written), actor.id, request_id)
    missed = await connection.fetch(
        LEAVE,
        *wanted,
        actor.kind,
        grant.role,
        operation,
        [each.subject_kind for each in entries],
        [each.subject_id for each in entries],
        [each.before for each in entries],
        [each.after for each in entries],
        *((None,) * 6 if kept is None else kept.values()),
    )
    while missed:  # another transaction has just asked for the same: its job is now waiting
        missed = await connection.fetch(REQUEST, *wanted)
