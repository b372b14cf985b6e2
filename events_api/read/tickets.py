"""The attendance of an edition from its kept counts: quantities, flow at the gates, occupancy. Never from facts."""

import datetime as dt
from collections import defaultdict
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.read.connections import Pool, snapshot
from events_api.read.programme import OWN_EDITION, simulated
from events_api.read.records import visible

SMALLEST_CELL: Final = 11
"""Fewer people than these of one origin are not told apart."""
LabelledDimension = Literal["session", "gate", "category", "channel", "origin"]
LABELLED: Final[tuple[LabelledDimension, ...]] = ("session", "gate", "category", "channel", "origin")
CHANNEL_LABELS: Final = (None, "paid", "comp", "accredited", "pass")
SCOPE: Final = f"""
    with found as materialized (
        select t.id as key, t.public_id as edition_id, t.time_zone, {simulated("t")} as simulated,
               coalesce(g.day_starts_at, t.event_day_starts_at) as day_starts_at,
               coalesce(g.authorised_capacity, t.capacity) as authorised_capacity
          from edition t
          left join gate_settings g on g.edition_id = t.id
         where t.public_id = $1 and t.retired_at is null and {{seen}}
    )
    select t.*, coalesce(s.revision, 0) as revision, coalesce(s.live, false) as live, s.first_at, s.last_at,
           s.changed_at
      from found t
      left join attendance_state s on s.edition_id = t.key
"""
"""On a cluster the state is on another node than those who may see the edition: first whether, then what."""
COUNTS: Final = """
    select c.dimension, c.label_id, l.label, c.day, c.tickets_issued, c.tickets_cancelled, c.tickets_scanned,
           c.entries_in, c.exits, c.attendances, c.unique_visitors, c.scans_refused
      from attendance_count c
      left join attendance_label l on l.edition_id = c.edition_id and l.kind = c.dimension and l.id = c.label_id
     where c.edition_id = $1
     order by c.dimension, c.label_id, c.day
"""
ORIGINS: Final = """
    select c.label_id, l.label, c.tickets_issued, c.tickets_cancelled, c.tickets_scanned, c.entries_in, c.exits,
           c.attendances, c.unique_visitors, c.scans_refused
      from attendance_count c
      left join attendance_label l on l.edition_id = c.edition_id and l.kind = 'origin' and l.id = c.label_id
     where c.edition_id = $1 and c.dimension = 'origin' and c.day = '-infinity'
     order by c.label_id
"""
FLOW: Final = """
    select q.quarter as at, l.label as gate, q.entries, q.exits, q.refused
      from attendance_quarter q
      left join attendance_label l on l.edition_id = q.edition_id and l.kind = 'gate' and l.id = q.gate
     where q.edition_id = $1 and (q.entries > 0 or q.exits > 0 or q.refused > 0)
     order by q.quarter, q.gate
"""
PRESENCE: Final = """
    select quarter, net, lowest, highest, highest_at,
           (sum(net) over (order by quarter))::bigint - net as before
      from attendance_presence where edition_id = $1 order by quarter
"""
EXITS: Final = """
    select exits from attendance_count
     where edition_id = $1 and dimension = 'edition' and label_id = 0 and day = '-infinity'
"""


class Scope(Struct, frozen=True, kw_only=True):
    """An edition whose attendance is read, and as of when."""

    key: int
    edition_id: UUID
    time_zone: str
    day_starts_at: dt.time
    authorised_capacity: int | None
    simulated: bool
    live: bool
    revision: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    changed_at: dt.datetime | None


class Quantities(Struct, frozen=True, kw_only=True):
    """What AMP-IMPACT/1 §3.1 defines. Rates are null where there is nothing to divide by."""

    tickets_issued: int = 0
    tickets_cancelled: int = 0
    tickets_scanned: int = 0
    entries_in: int = 0
    exits: int = 0
    attendances: int = 0
    unique_visitors: int = 0
    reentries: int = 0
    scans_refused: int = 0
    no_show_rate: float | None = None
    days_per_visitor: float | None = None


class OfDay(Struct, frozen=True, kw_only=True):
    """The quantities of an event day; `day` is null for entries at a time that nobody wrote down."""

    day: dt.date | None
    quantities: Quantities


class OfLabel(Struct, frozen=True, kw_only=True):
    """The quantities under a label, over all days and by event day; `label` is null where none is given."""

    label: str | None
    quantities: Quantities
    days: list[OfDay]


class OfOrigin(Struct, frozen=True, kw_only=True):
    """People by origin. Null where they would be fewer than 11, or could be told from the others: `masked`."""

    origin: str | None
    masked: bool
    tickets_issued: int | None
    attendances: int | None
    unique_visitors: int | None


class Attendance(Struct, frozen=True, kw_only=True):
    """Every quantity of an edition. `masked_origins` are the masked ones together."""

    edition_id: UUID
    time_zone: str
    day_starts_at: dt.time
    authorised_capacity: int | None
    simulated: bool
    live: bool
    revision: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    changed_at: dt.datetime | None
    total: Quantities
    days: list[OfDay]
    sessions: list[OfLabel]
    gates: list[OfLabel]
    categories: list[OfLabel]
    channels: list[OfLabel]
    origins: list[OfOrigin]
    masked_origins: OfOrigin | None


class Passages(Struct, frozen=True, kw_only=True):
    """What passed one gate in the quarter of an hour that begins at `at`."""

    at: dt.datetime
    gate: str | None
    entries: int
    exits: int
    refused: int


class Flow(Struct, frozen=True, kw_only=True):
    """Passages per quarter of an hour and gate, in order; quarters without any are left out."""

    edition_id: UUID
    time_zone: str
    simulated: bool
    revision: int
    passages: list[Passages]


class Occupied(Struct, frozen=True, kw_only=True):
    """How many people were inside in the quarter of an hour that begins at `at`: as it began, at least, at most, at
    its end. Never below 0."""

    at: dt.datetime
    inside: int
    lowest: int
    highest: int
    highest_at: dt.datetime
    after: int


class Peak(Struct, frozen=True, kw_only=True):
    """The most people at once, and when there were first so many."""

    value: int
    at: dt.datetime
    share_of_capacity: float | None
    level: Literal["ok", "amber", "red"] | None


class Occupancy(Struct, frozen=True, kw_only=True):
    """People inside over time. Without exits in the log nothing can be said: `measured` is false.

    `deficit` is by how many more people left than had entered, at worst: the log misses entries.
    """

    edition_id: UUID
    time_zone: str
    simulated: bool
    revision: int
    authorised_capacity: int | None
    measured: bool
    deficit: int
    peak: Peak | None
    quarters: list[Occupied]


async def scope(connection: Any, viewer: Grant, edition_id: UUID) -> Scope | None:
    """The edition, where the viewer is of the staff or one of its organisers."""
    values: list[Any] = [edition_id]
    seen = visible(OWN_EDITION, viewer, values)
    row = await connection.fetchrow(SCOPE.format(seen=seen), *values)
    if row is None:
        return None
    return Scope(**dict(row))


async def seen(pool: Pool, viewer: Grant, edition_id: UUID) -> Scope | None:
    """The edition, for what goes beyond its counts."""
    async with pool.acquire() as connection:
        return await scope(connection, viewer, edition_id)


async def attendance(pool: Pool, viewer: Grant, edition_id: UUID) -> Attendance | None:
    """Every quantity of an edition."""
    async with snapshot(pool) as connection:
        found = await scope(connection, viewer, edition_id)
        if found is None:
            return None
        rows = await connection.fetch(COUNTS, found.key)
    total, days = Quantities(), list[OfDay]()
    labels: dict[str, dict[int, tuple[str | None, Quantities, list[OfDay]]]] = defaultdict(dict)
    for row in rows:
        dimension, number, label, day, *values = row
        quantities = derived(*values)
        if dimension == "edition":
            if day == dt.date.min:
                total = quantities
            else:
                days.append(of_day(day, quantities))
            continue
        name = CHANNEL_LABELS[number] if dimension == "channel" else label
        if number not in labels[dimension]:
            labels[dimension][number] = (name, quantities if day == dt.date.min else Quantities(), [])
        if day != dt.date.min:
            labels[dimension][number][2].append(of_day(day, quantities))
    spelled = {
        dimension: [OfLabel(label=name, quantities=of, days=by_day) for name, of, by_day in labels[dimension].values()]
        for dimension in LABELLED
    }
    origins, together = masked(spelled["origin"])
    return Attendance(
        edition_id=found.edition_id,
        time_zone=found.time_zone,
        day_starts_at=found.day_starts_at,
        authorised_capacity=found.authorised_capacity,
        simulated=found.simulated,
        live=found.live,
        revision=found.revision,
        first_at=found.first_at,
        last_at=found.last_at,
        changed_at=found.changed_at,
        total=total,
        days=days,
        sessions=spelled["session"],
        gates=spelled["gate"],
        categories=spelled["category"],
        channels=spelled["channel"],
        origins=origins,
        masked_origins=together,
    )


async def flow(pool: Pool, viewer: Grant, edition_id: UUID) -> Flow | None:
    """Passages at each gate of an edition."""
    async with snapshot(pool) as connection:
        found = await scope(connection, viewer, edition_id)
        if found is None:
            return None
        rows = await connection.fetch(FLOW, found.key)
    return Flow(
        edition_id=found.edition_id,
        time_zone=found.time_zone,
        simulated=found.simulated,
        revision=found.revision,
        passages=[
            Passages(at=at, gate=gate, entries=entries, exits=exits, refused=refused)
            for at, gate, entries, exits, refused in rows
        ],
    )


async def occupancy(pool: Pool, viewer: Grant, edition_id: UUID) -> Occupancy | None:
    """People inside an edition over time."""
    async with snapshot(pool) as connection:
        found = await scope(connection, viewer, edition_id)
        if found is None:
            return None
        measured = bool(await connection.fetchval(EXITS, found.key))
        rows = await connection.fetch(PRESENCE, found.key) if measured else []
    quarters, peak, deficit = [], None, 0
    for at, net, lowest, highest, highest_at, before in rows:
        deficit = max(deficit, -(before + lowest))
        if peak is None or before + highest > peak[0]:
            peak = (before + highest, highest_at)
        quarters.append(
            Occupied(
                at=at,
                inside=max(before, 0),
                lowest=max(before + lowest, 0),
                highest=max(before + highest, 0),
                highest_at=highest_at,
                after=max(before + net, 0),
            )
        )
    return Occupancy(
        edition_id=found.edition_id,
        time_zone=found.time_zone,
        simulated=found.simulated,
        revision=found.revision,
        authorised_capacity=found.authorised_capacity,
        measured=measured,
        deficit=deficit,
        peak=None if peak is None else _peak(*peak, found.authorised_capacity),
        quarters=quarters,
    )


def derived(
    issued: int, cancelled: int, scanned: int, entries: int, exits: int, attendances: int, unique: int, refused: int
) -> Quantities:
    """The quantities with those that follow from them."""
    return Quantities(
        tickets_issued=issued,
        tickets_cancelled=cancelled,
        tickets_scanned=scanned,
        entries_in=entries,
        exits=exits,
        attendances=attendances,
        unique_visitors=unique,
        reentries=entries - attendances,
        scans_refused=refused,
        no_show_rate=1 - scanned / issued if issued else None,
        days_per_visitor=attendances / unique if unique else None,
    )


def of_day(day: dt.date, quantities: Quantities) -> OfDay:
    """The quantities of a day, without rates that only the whole has: passes are issued for no day in particular."""
    whole = msgspec.structs.replace(quantities, no_show_rate=None, days_per_visitor=None)
    return OfDay(day=None if day == dt.date.max else day, quantities=whole)


async def shown_origins(connection: Pool | asyncpg.Connection, edition: int) -> frozenset[int]:
    """The numbers of the origins of an edition that are not masked: what is said of single tickets says no others."""
    rows = await connection.fetch(ORIGINS, edition)
    origins = [OfLabel(label=label, quantities=derived(*values), days=[]) for _, label, *values in rows]
    return frozenset(row["label_id"] for row, origin in zip(rows, masked(origins)[0], strict=True) if not origin.masked)


def masked(origins: list[OfLabel]) -> tuple[list[OfOrigin], OfOrigin | None]:
    """Origins with the small cells masked, and the masked ones together.

    What is masked must not follow from the total: it is at least two origins and 11 people, the next smallest with it.
    """
    small = [any(0 < value < SMALLEST_CELL for value in _people(origin)) for origin in origins]
    hidden = [origin for origin, few in zip(origins, small, strict=True) if few]
    others = [origin for origin, few in zip(origins, small, strict=True) if not few and any(_people(origin))]
    others.sort(key=lambda origin: (origin.quantities.unique_visitors, origin.quantities.tickets_issued))
    while hidden and others and not _safe(hidden):
        hidden.append(others.pop(0))
    names = {id(origin) for origin in hidden}
    shown = [
        OfOrigin(origin=origin.label, masked=True, tickets_issued=None, attendances=None, unique_visitors=None)
        if id(origin) in names
        else _of_origin(origin.label, _people(origin))
        for origin in origins
    ]
    if not hidden:
        return shown, None
    if not _safe(hidden):
        return shown, OfOrigin(origin=None, masked=True, tickets_issued=None, attendances=None, unique_visitors=None)
    return shown, msgspec.structs.replace(_of_origin(None, _sums(hidden)), masked=True)


def _safe(hidden: list[OfLabel]) -> bool:
    """Whether the sums of what is masked, which follow from the total, tell no cell that is small."""
    return len(hidden) > 1 and not any(0 < value < SMALLEST_CELL for value in _sums(hidden))


def _sums(origins: list[OfLabel]) -> list[int]:
    return [sum(column) for column in zip(*map(_people, origins), strict=True)]


def _people(origin: OfLabel) -> list[int]:
    of = origin.quantities
    return [of.tickets_issued, of.attendances, of.unique_visitors]


def _of_origin(label: str | None, values: list[int]) -> OfOrigin:
    issued, attendances, unique = values
    return OfOrigin(origin=label, masked=False, tickets_issued=issued, attendances=attendances, unique_visitors=unique)


def _peak(value: int, at: dt.datetime, capacity: int | None) -> Peak:
    share = None if capacity is None else value / capacity
    level: Literal["ok", "amber", "red"] | None = None
    if share is not None:
        level = "red" if share >= 1 else "amber" if share >= 0.9 else "ok"
    return Peak(value=value, at=at, share_of_capacity=share, level=level)


def rows(found: Attendance) -> list[tuple[Any, ...]]:
    """The quantities as the rows of a table: dimension, label, day, over what, then the quantities and rates."""
    table = [_row("edition", None, None, "all days", found.total)]
    table += [_row("edition", None, of.day, _over(of.day), of.quantities) for of in found.days]
    for dimension, labels in (
        ("session", found.sessions),
        ("gate", found.gates),
        ("category", found.categories),
        ("channel", found.channels),
    ):
        for of_label in labels:
            table.append(_row(dimension, of_label.label, None, "all days", of_label.quantities))
            table += [_row(dimension, of_label.label, of.day, _over(of.day), of.quantities) for of in of_label.days]
    for origin in [*found.origins, *([found.masked_origins] if found.masked_origins else [])]:
        over = "all days, masked origins together" if origin is found.masked_origins else "all days"
        issued, attended, unique = origin.tickets_issued, origin.attendances, origin.unique_visitors
        table.append(
            (
                "origin",
                origin.origin,
                None,
                over,
                issued,
                None,
                None,
                None,
                None,
                attended,
                unique,
                None,
                None,
                None,
                None,
            )
        )
    return table


def _over(day: dt.date | None) -> str:
    return "no time known" if day is None else "day"


def _row(dimension: str, label: str | None, day: dt.date | None, over: str, of: Quantities) -> tuple[Any, ...]:
    return (dimension, label, day, over, *(getattr(of, name) for name in of.__struct_fields__))
