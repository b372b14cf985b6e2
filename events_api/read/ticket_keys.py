"""The keys of ticket pseudonyms as they are shown: since when, until when, and what was made with each."""

import datetime as dt
from typing import Final
from uuid import UUID

from msgspec import Struct

from events_api.domain.tickets.keys import MONTHS_AFTER_END, MONTHS_AFTER_MADE
from events_api.read.connections import Pool, snapshot

EXPIRES: Final = f"""
    coalesce(k.expires_on, greatest(
        (coalesce(e.ends_on, k.created_at::date) + interval '{MONTHS_AFTER_END} months')::date,
        (k.created_at + interval '{MONTHS_AFTER_MADE} months')::date))
"""
"""The day on which the key `k` of the edition `e` is destroyed, where nobody said another."""
KEYS: Final = f"""
    select e.id as number, e.public_id as edition_id, v.name as event, e.year, e.ends_on, k.created_at,
           {EXPIRES} as expires_on, k.expires_on is null as expires_by_default, k.destroyed_at
      from ticket_key k join edition e on e.id = k.edition_id join event v on v.id = e.event_id
     where $1::uuid is null or e.public_id = $1
     order by k.destroyed_at is not null, {EXPIRES}, e.id
"""
FACTS: Final = """
    select b.edition_id, b.kind, sum(b.rows)::bigint as facts
      from import_block b join ticket_import i on i.edition_id = b.edition_id and i.id = b.import_id
     where b.edition_id = any($1) and i.state in ('done', 'undone')
     group by b.edition_id, b.kind
"""
LIVE: Final = "select edition_id, count(*) as scans from live_scan where edition_id = any($1) group by edition_id"
DRAFTS: Final = """
    select edition_id, count(*) as drafts from ticket_import
     where edition_id = any($1) and draft_sha256 is not null group by edition_id
"""
HOW: Final = """
    select subject_id as edition_id, operation from audit_entry
     where subject_kind = 'ticket_key' and after->>'destroyed' = 'true' and ($1::uuid is null or subject_id = $1)
     order by id
"""


class TicketKey(Struct, frozen=True, kw_only=True):
    """The key of one edition. `ticket_facts` and `scan_facts` are those of files that count or were undone, each as
    often as files have it; `drafts` are files that were read and never counted. `destroyed_by` is the operation."""

    edition_id: UUID
    event: str
    year: int
    ends_on: dt.date | None
    created_at: dt.datetime
    expires_on: dt.date
    expires_by_default: bool
    destroyed_at: dt.datetime | None
    destroyed_by: str | None
    ticket_facts: int
    scan_facts: int
    live_scans: int
    drafts: int


async def keys(pool: Pool, edition_id: UUID | None = None) -> list[TicketKey]:
    """The keys of all editions, or of one; those that still exist first, the next to expire at the top."""
    async with snapshot(pool) as connection:
        await connection.execute("set local statement_timeout = '120s'")
        rows = await connection.fetch(KEYS, edition_id)
        numbers = [row["number"] for row in rows]
        facts = {
            (row["edition_id"], row["kind"]): row["facts"]
            for row in await connection.fetch(FACTS, numbers, timeout=120)
        }
        live = {row["edition_id"]: row["scans"] for row in await connection.fetch(LIVE, numbers, timeout=120)}
        drafts = {row["edition_id"]: row["drafts"] for row in await connection.fetch(DRAFTS, numbers)}
        how = {row["edition_id"]: row["operation"] for row in await connection.fetch(HOW, edition_id)}
    found = []
    for row in rows:
        values = dict(row)
        number = values.pop("number")
        found.append(
            TicketKey(
                **values,
                destroyed_by=how.get(row["edition_id"]) if row["destroyed_at"] else None,
                ticket_facts=facts.get((number, "ticket"), 0),
                scan_facts=facts.get((number, "scan"), 0),
                live_scans=live.get(number, 0),
                drafts=drafts.get(number, 0),
            )
        )
    return found
