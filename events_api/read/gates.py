"""Who is inside an edition and how people come and go: what the control room watches."""

import datetime as dt
from typing import Any, Final
from uuid import UUID

import asyncpg
from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.tickets.calendar import EventCalendar, date_of
from events_api.domain.tickets.facts import VERDICTS, Verdict
from events_api.domain.tickets.gates import Alert, alert
from events_api.read.connections import Pool, snapshot
from events_api.read.programme import OWN_EDITION, simulated
from events_api.read.records import visible

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_QUARTER: Final = dt.timedelta(minutes=15)
LATEST: Final = 20
"""Contradictions that are shown; the others are counted."""

EDITION: Final = f"""
    with found as materialized (
        select t.id, t.public_id, v.name as event, t.year, t.time_zone, t.starts_on, t.ends_on,
            {simulated("t")} as simulated,
            coalesce(s.day_starts_at, t.event_day_starts_at) as day_starts_at,
            coalesce(s.authorised_capacity, t.capacity) as capacity
        from edition t join event v on v.id = t.event_id left join gate_settings s on s.edition_id = t.id
        where t.public_id = $1 and t.retired_at is null and {{seen}}
    )
    select t.*, a.revision, a.live, a.changed_at, a.last_at
    from found t left join attendance_state a on a.edition_id = t.id
"""
"""On a cluster the state is on another node than those who may see the edition: first whether, then what."""
REVISION: Final = "select revision from attendance_state where edition_id = $1"
TOTALS: Final = """
    select coalesce(sum(entries_in) filter (where day = '-infinity'), 0)::bigint as entries,
        coalesce(sum(exits) filter (where day = '-infinity'), 0)::bigint as exits,
        coalesce(sum(scans_refused) filter (where day = '-infinity'), 0)::bigint as refused,
        coalesce(sum(entries_in) filter (where day = $2), 0)::bigint as entries_today,
        coalesce(sum(attendances) filter (where day = $2), 0)::bigint as attendances_today
    from attendance_count where edition_id = $1 and dimension = 'edition' and label_id = 0
"""
FLOWS: Final = """
    select quarter, gate, entries, exits, refused from attendance_quarter
    where edition_id = $1 and quarter >= $2 and quarter < $3 order by quarter
"""
OCCUPANCY: Final = """
    select quarter, before, before + net as after, before + highest as highest, highest_at,
        before + lowest as lowest
    from (
        select quarter, net, highest, lowest, highest_at,
            coalesce(sum(net) over (order by quarter rows between unbounded preceding and 1 preceding), 0)::bigint
                as before
        from attendance_presence where edition_id = $1) p
    order by quarter
"""
GATES: Final = "select id, label, capacity from attendance_label where edition_id = $1 and kind = 'gate'"
CONTRADICTIONS: Final = """
    select count(*) over () as number, d.label as device, l.sequence, l.at, l.verdict, l.contradiction, l.gate
    from live_scan l join attendance_label d on d.edition_id = l.edition_id and d.kind = 'device' and d.id = l.device
    where l.edition_id = $1 and l.contradiction is not null and l.voided_at is null
    order by l.at desc, l.device, l.sequence limit $2
"""


class GateFlow(Struct, frozen=True, kw_only=True):
    """A gate on the present event day; `capacity` is what it can take in a quarter of an hour."""

    gate: str | None
    entries: int
    exits: int
    refused: int
    entries_now: int
    capacity: int | None
    alert: Alert | None


class QuarterFlow(Struct, frozen=True, kw_only=True):
    """A quarter of an hour; `inside` is the most people inside in it."""

    quarter: dt.datetime
    entries: int
    exits: int
    refused: int
    inside: int


class Contradiction(Struct, frozen=True, kw_only=True):
    """What an offline device did, and what the platform would have said."""

    device: str
    sequence: int
    gate: str | None
    scanned_at: dt.datetime
    verdict: Verdict
    contradiction: Verdict


class PresenceNow(Struct, frozen=True, kw_only=True):
    """Who is inside an edition now. `flow` are the quarters of the present event day, or of the last one.

    `alert` is « near » from 90 % of the authorised capacity and « full » from 100 %. `below_nought` says that more
    people left than had come in: the number inside is shown as nought.
    """

    edition_id: UUID
    revision: int
    changed_at: dt.datetime | None
    live: bool
    simulated: bool
    day: dt.date
    inside: int
    below_nought: bool
    capacity: int | None
    filled_percent: int | None
    alert: Alert | None
    entries: int
    exits: int
    refused: int
    entries_today: int
    attendances_today: int
    peak: int
    peak_at: dt.datetime | None
    gates: list[GateFlow]
    flow: list[QuarterFlow]
    contradictions: int
    latest_contradictions: list[Contradiction]


class Watched(Struct, frozen=True, kw_only=True):
    """An edition whose presence is watched."""

    id: int
    public_id: UUID
    event: str
    year: int
    time_zone: str


async def watched(pool: Pool, viewer: Grant, edition_id: UUID) -> Watched | None:
    """The edition, as far as its presence is for this viewer: its gates, its organisers, the staff."""
    values: list[Any] = [edition_id]
    if viewer.role == "gate":
        values.append(viewer.edition)
        seen = "t.public_id = $2"
    else:
        seen = visible(OWN_EDITION, viewer, values)
    row = await pool.fetchrow(EDITION.format(seen=seen), *values)
    if row is None:
        return None
    return Watched(**{name: row[name] for name in Watched.__struct_fields__})


async def revision(pool: Pool, edition_id: int) -> int:
    """What changes with every change of the counts."""
    found: int | None = await pool.fetchval(REVISION, edition_id)
    return found or 0


async def presence(pool: Pool, edition_id: UUID, now: dt.datetime) -> PresenceNow | None:
    """Who is inside, at one moment of the database."""
    async with snapshot(pool) as connection:
        edition = await connection.fetchrow(EDITION.format(seen="true"), edition_id)
        if edition is None:
            return None
        return await _presence(connection, edition, now)


async def _presence(connection: asyncpg.Connection, edition: asyncpg.Record, now: dt.datetime) -> PresenceNow:
    key, capacity = edition["id"], edition["capacity"]
    calendar = EventCalendar(zone=edition["time_zone"], day_starts_at=edition["day_starts_at"])
    last = edition["last_at"]
    anchor = now if last is None or now - last < dt.timedelta(days=1) else last
    day = calendar.day_of((anchor - _EPOCH) // _MICROSECOND)
    begins, ends = (_EPOCH + calendar.begins(each) * _MICROSECOND for each in (day, day + 1))
    totals = await connection.fetchrow(TOTALS, key, date_of(day))
    assert totals is not None  # noqa: S101  an aggregate has one row
    occupancy = await connection.fetch(OCCUPANCY, key)
    inside = occupancy[-1]["after"] if occupancy else 0
    peak = max(occupancy, key=lambda row: row["highest"], default=None)
    flows = await connection.fetch(FLOWS, key, begins, ends)
    contradictions = await connection.fetch(CONTRADICTIONS, key, LATEST)
    names = {row["id"]: (row["label"], row["capacity"]) for row in await connection.fetch(GATES, key)}
    return PresenceNow(
        edition_id=edition["public_id"],
        revision=edition["revision"] or 0,
        changed_at=edition["changed_at"],
        live=bool(edition["live"]),
        simulated=edition["simulated"],
        day=date_of(day),
        inside=max(inside, 0),
        below_nought=any(row["lowest"] < 0 for row in occupancy),
        capacity=capacity,
        filled_percent=None if capacity is None else 100 * max(inside, 0) // capacity,
        alert=alert(max(inside, 0), capacity),
        entries=totals["entries"],
        exits=totals["exits"],
        refused=totals["refused"],
        entries_today=totals["entries_today"],
        attendances_today=totals["attendances_today"],
        peak=0 if peak is None else max(peak["highest"], 0),
        peak_at=None if peak is None or peak["highest"] <= 0 else peak["highest_at"],
        gates=_gates(flows, names, anchor),
        flow=_flow(flows, occupancy, anchor),
        contradictions=contradictions[0]["number"] if contradictions else 0,
        latest_contradictions=[
            Contradiction(
                device=row["device"],
                sequence=row["sequence"],
                gate=names.get(row["gate"], (None, None))[0],
                scanned_at=row["at"],
                verdict=VERDICTS[row["verdict"]],
                contradiction=VERDICTS[row["contradiction"]],
            )
            for row in contradictions
        ],
    )


def _gates(
    flows: list[asyncpg.Record], names: dict[int, tuple[str, int | None]], anchor: dt.datetime
) -> list[GateFlow]:
    """The gates that scanned today or have a capacity, by name."""
    seen = {row["gate"] for row in flows} | {number for number, (_, capacity) in names.items() if capacity}
    by_gate: dict[int, list[asyncpg.Record]] = {number: [] for number in seen}
    for row in flows:
        by_gate[row["gate"]].append(row)
    found = []
    for number, rows in by_gate.items():
        name, capacity = names.get(number, (None, None))
        now = sum(row["entries"] for row in rows if row["quarter"] <= anchor < row["quarter"] + _QUARTER)
        found.append(
            GateFlow(
                gate=name,
                entries=sum(row["entries"] for row in rows),
                exits=sum(row["exits"] for row in rows),
                refused=sum(row["refused"] for row in rows),
                entries_now=now,
                capacity=capacity,
                alert=alert(now, capacity),
            )
        )
    return sorted(found, key=lambda flow: (flow.gate is None, flow.gate or ""))


def _flow(flows: list[asyncpg.Record], occupancy: list[asyncpg.Record], anchor: dt.datetime) -> list[QuarterFlow]:
    """The quarters from the first in which somebody was scanned to the present one."""
    if not flows:
        return []
    quarters: list[QuarterFlow] = []
    quarter, last = flows[0]["quarter"], max(flows[-1]["quarter"], min(anchor, flows[-1]["quarter"] + 96 * _QUARTER))
    highest = {row["quarter"]: row["highest"] for row in occupancy}
    level = next((row["after"] for row in reversed(occupancy) if row["quarter"] < quarter), 0)
    after = {row["quarter"]: row["after"] for row in occupancy}
    by_quarter: dict[dt.datetime, list[asyncpg.Record]] = {}
    for row in flows:
        by_quarter.setdefault(row["quarter"], []).append(row)
    while quarter <= last and len(quarters) < 100:
        rows = by_quarter.get(quarter, [])
        quarters.append(
            QuarterFlow(
                quarter=quarter,
                entries=sum(row["entries"] for row in rows),
                exits=sum(row["exits"] for row in rows),
                refused=sum(row["refused"] for row in rows),
                inside=max(highest.get(quarter, level), 0),
            )
        )
        level = after.get(quarter, level)
        quarter += _QUARTER
    return quarters
