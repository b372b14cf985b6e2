"""The audit entries that a transaction leaves, written at its end in one statement."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from events_api.domain.actors import Actor, Grant
from events_api.store.idempotency import KEEP, Kept

_COLUMNS = "actor_kind, actor_id, role, request_id, operation, subject_kind, subject_id, before, after"
INSERT = f"insert into audit_entry ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb)"
INSERT_AND_KEEP = f"""
    with kept as ({KEEP.format(10, 11, 12, 13, 14, 15)})
    {INSERT}
"""


class Entry(NamedTuple):
    """One row of the trail, in the order of its columns."""

    actor_kind: str
    actor_id: UUID | None
    role: str
    request_id: str
    operation: str
    subject_kind: str
    subject_id: UUID | None
    before: str | None
    after: str | None


def entry(
    *,
    actor: Actor,
    grant: Grant,
    request_id: str,
    operation: str,
    subject_kind: str,
    subject_id: UUID | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> Entry:
    """Say who did what, in which role, and how the record was before and after."""
    return Entry(
        actor.kind,
        actor.id if actor.kind in {"person", "machine"} else None,
        grant.role,
        request_id,
        operation,
        subject_kind,
        subject_id,
        None if before is None else msgspec.json.encode(before).decode(),
        None if after is None else msgspec.json.encode(after).decode(),
    )


async def write_entries(connection: asyncpg.Connection, entries: Sequence[Entry], kept: Kept | None) -> None:
    """Write the entries of a transaction and the answer that it keeps under its idempotency key."""
    if kept is not None and entries:
        await connection.execute(INSERT_AND_KEEP, *entries[0], *kept.values())
        entries = entries[1:]
    elif kept is not None:
        await connection.execute(KEEP.format(1, 2, 3, 4, 5, 6), *kept.values())
    if len(entries) == 1:
        await connection.execute(INSERT, *entries[0])
    elif entries:
        await connection.executemany(INSERT, entries)
