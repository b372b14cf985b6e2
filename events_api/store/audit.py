"""The audit entry that every write leaves in its own transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from events_api.domain.actors import Actor, Grant

INSERT = """
    insert into audit_entry
        (actor_kind, actor_id, role, request_id, operation, subject_kind, subject_id, before, after)
    values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb)
"""


async def write_entry(
    connection: asyncpg.Connection,
    *,
    actor: Actor,
    grant: Grant,
    request_id: str,
    operation: str,
    subject_kind: str,
    subject_id: UUID | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record who did what, in which role, and how the record was before and after."""
    await connection.execute(
        INSERT,
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
