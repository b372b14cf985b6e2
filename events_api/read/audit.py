"""The audit trail as a person reads it, personal values opened where their key still exists."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from events_api.read.connections import Pool
from events_api.read.personal import Opener

_ENTRIES = """
    select e.id as rank, e.at, e.actor_kind, e.actor_id, e.role, e.request_id, e.operation, e.subject_kind,
           e.subject_id, e.before, e.after, l.position, encode(l.hash, 'hex') as hash
      from audit_entry e left join audit_link l on l.entry_id = e.id
     where ($1::text is null or e.subject_kind = $1) and ($2::uuid is null or e.subject_id = $2)
       and ($3::uuid is null or e.actor_id = $3) and ($4::text is null or e.operation = $4)
       and ($5::timestamptz is null or e.at >= $5) and e.id < coalesce($6, 9223372036854775807)
     order by e.id desc limit $7
"""


class AuditEntry(Struct, frozen=True, kw_only=True):
    """Who did what; `before` and `after` hold the fields that differ. An erased person's values are {"erased": true}.

    `position` and `hash` are those of its link in the chain; null until it is sealed.
    """

    at: dt.datetime
    actor_kind: str
    actor_id: UUID | None
    role: str
    request_id: str
    operation: str
    subject_kind: str
    subject_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    position: int | None
    hash: str | None


class Wanted(Struct, frozen=True, kw_only=True):
    """Which entries: every filter that is given must hold."""

    subject_kind: str | None = None
    subject_id: UUID | None = None
    actor_id: UUID | None = None
    operation: str | None = None
    since: dt.datetime | None = None


async def entries(
    pool: Pool, master_key: bytes, wanted: Wanted, *, before: int | None, limit: int
) -> tuple[list[AuditEntry], int | None]:
    """Entries, the newest first, older than the key `before`; with the key to continue from, None at the end."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(
            _ENTRIES,
            wanted.subject_kind,
            wanted.subject_id,
            wanted.actor_id,
            wanted.operation,
            wanted.since,
            before,
            limit + 1,
        )
        opener = Opener(connection, master_key)  # type: ignore[arg-type]  # a pool hands out a proxy
        found = []
        for row in rows[:limit]:
            values = dict(row)
            del values["rank"]
            for name in ("before", "after"):
                if values[name] is not None:
                    values[name] = await opener.clear(msgspec.json.decode(values[name]))
            found.append(AuditEntry(**values))
    return found, rows[limit - 1]["rank"] if len(rows) > limit else None
