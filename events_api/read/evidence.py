"""What an officer reads before deciding about the counts of an edition, and what was decided."""

import datetime as dt
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.attendance import Grade, Quantity
from events_api.domain.tickets.evidence import (
    Comparison,
    Content,
    Counted,
    Evidence,
    SourceFile,
    Stated,
    compare,
)
from events_api.domain.tickets.methods import Interval
from events_api.domain.tickets.plausibility import Check, CheckVerdict, verdict_of
from events_api.read import programme
from events_api.read.connections import Pool, snapshot
from events_api.read.records import Condition, Visibility, visible

OWN_ESTIMATE: Final = Visibility(public="false", own=programme.EDITION_OWNED.own, known="false")

EDITION: Final = f"""
    with found as materialized (
        select t.id, t.public_id, t.starts_on, t.ends_on,
            {programme.simulated("t")} as simulated
        from edition t where t.public_id = $1 and {{seen}}
    )
    select t.*, s.revision, s.changed_at, s.live from found t left join attendance_state s on s.edition_id = t.id
"""
"""On a cluster the state is on another node than those who may see the edition: first whether, then what."""
COUNTS: Final = """
    select tickets_issued, tickets_scanned, entries_in, exits, attendances, unique_visitors, scans_refused
      from attendance_count
     where edition_id = $1 and dimension = 'edition' and label_id = 0 and day = '-infinity'
"""
PEAK: Final = """
    select greatest(0, max(before + highest)) as peak
      from (select highest, sum(net) over (order by quarter) - net as before
              from attendance_presence where edition_id = $1) as quarters
"""
FILES: Final = """
    select public_id as id, encode(sha256, 'hex') as sha256, format, lines_accepted, lines_known, lines_refused,
           imported_at, simulated
      from ticket_import where edition_id = $1 and state = 'done' order by id
"""
CHECKS: Final = "select revision, scans, checks, checked_at from attendance_check where edition_id = $1"
VERSIONS: Final = """
    with found as materialized (
        select v.public_id as id, v.edition_id as key, e.public_id as edition_id, v.number, v.decision, v.content,
               encode(v.content_hash, 'hex') as content_hash, v.figure_ids, v.decided_by, v.decided_at, v.revision
          from attendance_evidence v join edition e on e.id = v.edition_id
         where v.edition_id = $1
    )
    select v.id, v.edition_id, v.number, v.decision, v.content, v.content_hash, v.figure_ids, v.decided_by,
           v.decided_at, v.revision <> coalesce(s.revision, 0) as outdated
      from found v left join attendance_state s on s.edition_id = v.key
     order by v.number desc
"""
STATED: Final = """
    select g.public_id as id, g.quantity, g.value::float8 as value, g.grade, g.source_document as source, f.low, f.high
      from edition_figure g
      left join attendance_estimate a on a.edition_id = g.edition_id and a.figure_ids ? g.public_id::text
      left join lateral jsonb_to_recordset(a.figures) as f (quantity text, low float8, high float8)
        on f.quantity = g.quantity
     where g.edition_id = $1 and g.retired_at is null and g.grade is not null
       and not exists (select from attendance_evidence v
                        where v.edition_id = g.edition_id and g.public_id = any(v.figure_ids))
     order by g.grade, g.quantity, g.id
"""
FIGURES: Final = """
    select g.quantity, g.value::float8 as value, g.grade, g.source_document as source, g.stated_by, g.stated_at
      from edition_figure g join edition e on e.id = g.edition_id
     where e.public_id = $1 and g.retired_at is null and g.grade is not null
     order by g.quantity, g.grade, g.stated_at desc, g.id desc
"""
GATES: Final = "select id, label from attendance_label where edition_id = $1 and kind = 'gate'"
SEALED: Final = 0.5
"""The part of entries whose exit must have been written down for the peak to be counted."""


class Checked(Struct, frozen=True, kw_only=True):
    """The checks of the facts of one revision; outdated when the counts changed since."""

    revision: int
    outdated: bool
    checked_at: dt.datetime
    scans: int
    verdict: CheckVerdict
    checks: list[Check]


class FigureStated(Struct, frozen=True, kw_only=True):
    """A figure of the register: from which document, stated by whom and when."""

    quantity: Quantity
    value: float
    grade: Grade
    source: str
    stated_by: UUID | None
    stated_at: dt.datetime


class Overview(Struct, frozen=True, kw_only=True):
    """The counts of an edition with all that a decision about them needs."""

    edition_id: UUID
    revision: int
    changed_at: dt.datetime | None
    simulated: bool
    grade: Grade | None
    counted: Counted
    live: bool
    files: list[SourceFile]
    checked: Checked | None
    comparisons: list[Comparison]
    decisions: list[Evidence]
    gates: dict[int, str]


async def figures(pool: Pool, edition_id: UUID) -> list[FigureStated]:
    """Every attendance of an edition that stands, counted or not."""
    return [FigureStated(**dict(row)) for row in await pool.fetch(FIGURES, edition_id)]


async def overview(pool: Pool, viewer: Grant, edition_id: UUID) -> Overview | None:
    """All of it at one moment; None where the viewer does not see the files of the edition."""
    values: list[Any] = [edition_id]
    seen = visible(programme.OWN_EDITION, viewer, values)
    async with snapshot(pool) as connection:
        edition = await connection.fetchrow(EDITION.format(seen=seen), *values)
        if edition is None:
            return None
        counts = await counted(connection, edition["id"])
        days = None
        if edition["starts_on"] is not None and edition["ends_on"] is not None:
            days = (edition["ends_on"] - edition["starts_on"]).days + 1
        revision = edition["revision"] or 0
        return Overview(
            edition_id=edition_id,
            revision=revision,
            changed_at=edition["changed_at"],
            simulated=edition["simulated"],
            grade=counts.grade,
            counted=counts,
            live=bool(edition["live"]),
            files=await files(connection, edition["id"]),
            checked=await checked(connection, edition["id"], revision),
            comparisons=compare(await _stated(connection, edition["id"]), counts, days=days),
            decisions=await _versions(connection, edition["id"]),
            gates={row["id"]: row["label"] for row in await connection.fetch(GATES, edition["id"])},
        )


def of_edition(edition_id: UUID) -> list[Condition]:
    """What belongs to an edition."""
    return programme.of("t.edition_id", "edition", edition_id)


async def version(pool: Pool, viewer: Grant, edition_id: UUID, number: int) -> Evidence | None:
    """One decision."""
    found = await overview(pool, viewer, edition_id)
    return next((one for one in found.decisions if one.number == number), None) if found else None


async def counted(connection: asyncpg.Connection, edition_id: int) -> Counted:
    """The quantities of an edition as they are kept."""
    row = await connection.fetchrow(COUNTS, edition_id)
    if row is None:
        return Counted()
    peak = None
    if row["entries_in"] and row["exits"] >= SEALED * row["entries_in"]:
        peak = await connection.fetchval(PEAK, edition_id)
    return Counted(
        **dict(row),
        reentries=row["entries_in"] - row["attendances"],
        peak_occupancy=None if peak is None else int(peak),
    )


async def files(connection: asyncpg.Connection, edition_id: int) -> list[SourceFile]:
    """The files that count."""
    return [SourceFile(**dict(row)) for row in await connection.fetch(FILES, edition_id)]


async def checked(connection: asyncpg.Connection, edition_id: int, revision: int) -> Checked | None:
    """The last checks."""
    row = await connection.fetchrow(CHECKS, edition_id)
    if row is None:
        return None
    checks = msgspec.json.decode(row["checks"], type=list[Check])
    return Checked(
        revision=row["revision"],
        outdated=row["revision"] != revision,
        checked_at=row["checked_at"],
        scans=row["scans"],
        verdict=verdict_of(checks),
        checks=checks,
    )


async def _stated(connection: asyncpg.Connection, edition_id: int) -> list[Stated]:
    return [
        Stated(
            id=row["id"],
            quantity=row["quantity"],
            value=row["value"],
            grade=row["grade"],
            source=row["source"],
            interval=None if row["low"] is None else Interval(row["low"], row["high"]),
        )
        for row in await connection.fetch(STATED, edition_id)
    ]


async def _versions(connection: asyncpg.Connection, edition_id: int) -> list[Evidence]:
    return [
        Evidence(**{**dict(row), "content": msgspec.json.decode(row["content"], type=Content)})
        for row in await connection.fetch(VERSIONS, edition_id)
    ]
