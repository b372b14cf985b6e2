"""What gates change, in few statements: scans, tickets, counts, flow and presence. The caller holds the edition."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import asyncpg
import numpy as np
from numpy.typing import NDArray

from events_api.domain.tickets.calendar import SECOND
from events_api.domain.tickets.facts import IN, OUT
from events_api.domain.tickets.gates import Changes, GateTicket
from events_api.domain.tickets.quantities import DIMENSIONS, QUARTER, pack
from events_api.store.ticket_counts import database_day
from events_api.store.ticket_facts import SECONDS

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_MINUTE: Final = 60 * SECOND
KEPT_QUARTERS: Final = 8
"""Quarters of an hour whose seconds a desk remembers."""
MINUTES: Final = """
    select m.minute, m.changes
    from unnest($2::timestamptz[]) as q (quarter)
        join attendance_minute m on m.edition_id = $1 and m.minute >= q.quarter
            and m.minute < q.quarter + interval '15 minutes'
"""
WRITE: Final = """
    with held as (
        update attendance_state set revision = revision + 1, changed_at = now(),
            first_at = least(first_at, $43), last_at = greatest(last_at, $44)
        where edition_id = $1 and ($45::bigint is null or (live and revision = $45))
        returning revision
    ), scans as (
        insert into live_scan (edition_id, device, sequence, ticket, at, direction, verdict, gate, session, offline,
            contradiction, before_at, before_gate, inside, standing)
        select $1, s.device, s.sequence, s.ticket, s.at, s.direction, s.verdict, s.gate, s.session, s.offline,
            s.contradiction, s.before_at, s.before_gate, s.inside, s.standing
        from held, unnest($2::integer[], $3::bigint[], $4::bytea[], $5::timestamptz[], $6::smallint[], $7::smallint[],
            $8::integer[], $9::integer[], $10::boolean[], $11::smallint[], $12::timestamptz[], $13::integer[],
            $14::bigint[], $15::smallint[])
            as s (device, sequence, ticket, at, direction, verdict, gate, session, offline, contradiction, before_at,
                before_gate, inside, standing)
    ), tickets as (
        insert into gate_ticket (edition_id, ticket, standing, listed, inside, last_at, entered_at, entered_gate,
            visits)
        select $1, t.ticket, 0, false, t.inside, t.last_at, t.entered_at, t.entered_gate,
            string_to_array(t.visits, ',')::bigint[]
        from held, unnest($16::bytea[], $17::boolean[], $18::timestamptz[], $19::timestamptz[], $20::integer[],
            $21::text[]) as t (ticket, inside, last_at, entered_at, entered_gate, visits)
        on conflict (edition_id, ticket) do update set inside = excluded.inside, last_at = excluded.last_at,
            entered_at = excluded.entered_at, entered_gate = excluded.entered_gate, visits = excluded.visits
    ), counts as (
        insert into attendance_count as c (edition_id, dimension, label_id, day, tickets_scanned, entries_in, exits,
            attendances, unique_visitors, scans_refused)
        select $1, d.dimension, d.label_id, d.day, d.scanned, d.entries, d.exits, d.attendances, d.visitors, d.refused
        from held, unnest($22::text[], $23::integer[], $24::date[], $25::bigint[], $26::bigint[], $27::bigint[],
            $28::bigint[], $29::bigint[], $30::bigint[])
            as d (dimension, label_id, day, scanned, entries, exits, attendances, visitors, refused)
        on conflict (edition_id, dimension, label_id, day) do update set
            tickets_scanned = c.tickets_scanned + excluded.tickets_scanned,
            entries_in = c.entries_in + excluded.entries_in, exits = c.exits + excluded.exits,
            attendances = c.attendances + excluded.attendances,
            unique_visitors = c.unique_visitors + excluded.unique_visitors,
            scans_refused = c.scans_refused + excluded.scans_refused
    ), quarters as (
        insert into attendance_quarter as q (edition_id, quarter, gate, entries, exits, refused)
        select $1, d.quarter, d.gate, d.entries, d.exits, d.refused
        from held, unnest($31::timestamptz[], $32::integer[], $33::bigint[], $34::bigint[], $35::bigint[])
            as d (quarter, gate, entries, exits, refused)
        on conflict (edition_id, quarter, gate) do update set entries = q.entries + excluded.entries,
            exits = q.exits + excluded.exits, refused = q.refused + excluded.refused
    ), minutes as (
        insert into attendance_minute (edition_id, minute, changes)
        select $1, d.minute, d.changes from held, unnest($36::timestamptz[], $37::bytea[]) as d (minute, changes)
        on conflict (edition_id, minute) do update set changes = excluded.changes
    ), presence as (
        insert into attendance_presence (edition_id, quarter, net, lowest, highest, highest_at)
        select $1, d.quarter, d.net, d.lowest, d.highest, d.highest_at
        from held, unnest($38::timestamptz[], $39::bigint[], $40::bigint[], $41::bigint[], $42::timestamptz[])
            as d (quarter, net, lowest, highest, highest_at)
        on conflict (edition_id, quarter) do update set net = excluded.net, lowest = excluded.lowest,
            highest = excluded.highest, highest_at = excluded.highest_at
    )
    select revision from held
"""
Difference = tuple[tuple[int, int, int], list[int]]
LESS: Final = """
    update attendance_count c set tickets_scanned = c.tickets_scanned + d.scanned,
        entries_in = c.entries_in + d.entries, exits = c.exits + d.exits, attendances = c.attendances + d.attendances,
        unique_visitors = c.unique_visitors + d.visitors, scans_refused = c.scans_refused + d.refused
    from unnest($2::text[], $3::integer[], $4::date[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
        $9::bigint[], $10::bigint[])
        as d (dimension, label_id, day, scanned, entries, exits, attendances, visitors, refused)
    where c.edition_id = $1 and c.dimension = d.dimension and c.label_id = d.label_id and c.day = d.day
"""
LESS_FLOW: Final = """
    update attendance_quarter q set entries = q.entries + d.entries, exits = q.exits + d.exits,
        refused = q.refused + d.refused
    from unnest($2::timestamptz[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[])
        as d (quarter, gate, entries, exits, refused)
    where q.edition_id = $1 and q.quarter = d.quarter and q.gate = d.gate
"""
SCAN: Final = (
    "edition_id", "device", "sequence", "ticket", "at", "direction", "verdict", "gate", "session", "offline",
    "contradiction", "before_at", "before_gate", "inside", "standing",
)  # fmt: skip
TICKET: Final = (
    "edition_id", "ticket", "standing", "listed", "inside", "last_at", "entered_at", "entered_gate", "visits",
)  # fmt: skip
COPIED: Final = 64
"""Scans of one transaction from which COPY is cheaper than one more statement's parameters."""
Seconds = dict[int, NDArray[np.int64]]
"""By quarter of an hour, out and in of each of its 900 seconds."""


async def write(
    connection: asyncpg.Connection,
    edition_id: int,
    changes: Changes,
    *,
    seconds: Seconds,
    scans: Sequence[tuple[Any, ...]] = (),
    moved: Collection[GateTicket] = (),
    expected: int | None = None,
) -> bool:
    """Write scans, tickets that moved, and what follows; `seconds` holds quarters as they were, and follows.

    Without a transaction, `expected` is the revision that everything was read at: one statement writes all of it if the
    edition still has it, and nothing otherwise. Returns whether it did; what takes several statements it does not.
    """
    more, less = _split(changes)
    growing = {key: flow for key, flow in changes.quarters.items() if min(flow) >= 0}
    if expected is not None and (less or len(scans) > COPIED or len(growing) < len(changes.quarters)):
        return False
    presence = await _presence(connection, edition_id, changes, seconds)
    if less:
        await connection.execute(LESS, edition_id, *_count_columns(less))
    if len(scans) > COPIED:
        records = [(edition_id, *scan) for scan in scans]
        await connection.copy_records_to_table("live_scan", records=records, columns=SCAN, timeout=SECONDS)
        scans = ()
        strangers = [
            (
                edition_id, ticket.ticket, 0, False, ticket.inside, instant(ticket.last_at), instant(ticket.entered_at),
                ticket.entered_gate, [pack(visit) for visit in ticket.visits],
            )
            for ticket in moved
            if ticket.new
        ]  # fmt: skip
        await connection.copy_records_to_table("gate_ticket", records=strangers, columns=TICKET, timeout=SECONDS)
        moved = [ticket for ticket in moved if not ticket.new]
    if len(growing) < len(changes.quarters):
        shrinking = {key: flow for key, flow in changes.quarters.items() if key not in growing}
        await connection.execute(LESS_FLOW, edition_id, *_flow_columns(shrinking))
    last = [instant(ticket.last_at) for ticket in moved]
    written = await connection.fetchval(
        WRITE,
        edition_id,
        *_columns(scans, 14),
        [ticket.ticket for ticket in moved],
        [ticket.inside for ticket in moved],
        last,
        [
            at if ticket.entered_at == ticket.last_at else instant(ticket.entered_at)
            for ticket, at in zip(moved, last, strict=True)
        ],
        [ticket.entered_gate for ticket in moved],
        [",".join([str(pack(visit)) for visit in ticket.visits]) for ticket in moved],
        *_count_columns(more),
        *_flow_columns(growing),
        *presence,
        instant(changes.first_at),
        instant(changes.last_at),
        expected,
    )
    return written is not None


async def _presence(connection: asyncpg.Connection, edition_id: int, changes: Changes, seconds: Seconds) -> list[Any]:
    """The columns of the minutes that changed and of the presence over their quarters of an hour."""
    touched = sorted({second * SECOND // QUARTER * QUARTER for second in changes.seconds})
    absent = [quarter for quarter in touched if quarter not in seconds]
    if absent:
        for quarter in absent:
            seconds[quarter] = np.zeros((900, 2), np.int64)
        for row in await connection.fetch(MINUTES, edition_id, [instant(quarter) for quarter in absent]):
            _put_minute(seconds, micros_of(row["minute"]), row["changes"])
    for second, (out, entered) in changes.seconds.items():
        quarter = second * SECOND // QUARTER * QUARTER
        cell = seconds[quarter][second - quarter // SECOND]
        cell[OUT] += out
        cell[IN] += entered
    minutes = sorted({second // 60 for second in changes.seconds})
    columns: list[Any] = [
        [instant(minute * _MINUTE) for minute in minutes],
        [_minute_of(seconds, minute * _MINUTE) for minute in minutes],
        [instant(quarter) for quarter in touched],
    ]
    columns += _columns([_presence_of(quarter, seconds[quarter]) for quarter in touched], 4)
    for quarter in sorted(seconds)[:-KEPT_QUARTERS]:
        del seconds[quarter]
    return columns


def micros_of(moment: dt.datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def instant(micros: int | None, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """The instant so many microseconds after 1970, in UTC unless a zone is given."""
    if micros is None:
        return None
    found = _EPOCH + dt.timedelta(microseconds=micros)
    return found if zone is None else found.astimezone(zone)


def _put_minute(seconds: Seconds, minute: int, changes: bytes) -> None:
    """Put the seconds of a minute into the array of its quarter of an hour."""
    quarter = minute // QUARTER * QUARTER
    first = (minute - quarter) // SECOND
    seconds[quarter][first : first + 60] = np.frombuffer(changes, "<u4").reshape(60, 2)


def _minute_of(seconds: Seconds, minute: int) -> bytes:
    """The bytes of attendance_minute.changes."""
    quarter = minute // QUARTER * QUARTER
    first = (minute - quarter) // SECOND
    return seconds[quarter][first : first + 60].astype("<u4").tobytes()


def _presence_of(quarter: int, seconds: NDArray[np.int64]) -> tuple[int, int, int, dt.datetime | None]:
    """Over a quarter of an hour, from its beginning: net change, lowest and highest presence, when it was highest."""
    after = np.cumsum(seconds[:, IN] - seconds[:, OUT])
    lowest = min(int((after - seconds[:, IN]).min()), 0)
    highest = int(after.max())
    if highest <= 0:
        return int(after[-1]), lowest, 0, instant(quarter)
    return int(after[-1]), lowest, highest, instant(quarter + int(after.argmax()) * SECOND)


def _split(changes: Changes) -> tuple[list[Difference], list[Difference]]:
    """The differences of counts that only add, and those that take something away: of cells that are there."""
    more: list[Difference] = []
    less: list[Difference] = []
    for key, cell in changes.settled().items():
        if any(cell):
            (more if min(cell) >= 0 else less).append((key, cell))
    return more, less


def _count_columns(differences: Sequence[Difference]) -> list[Any]:
    """Differences as the columns of attendance_count, those of tickets issued and cancelled left out."""
    return [
        [DIMENSIONS[dimension] for (dimension, _, _), _ in differences],
        [label for (_, label, _), _ in differences],
        [database_day(day) for (_, _, day), _ in differences],
        *_columns([cell[2:] for _, cell in differences], 6),
    ]


def _flow_columns(flows: Mapping[tuple[int, int], Sequence[int]]) -> list[Any]:
    """Changes of quarters of an hour as columns of attendance_quarter."""
    return [
        [instant(quarter) for quarter, _ in flows],
        [gate for _, gate in flows],
        *_columns(list(flows.values()), 3),
    ]


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[Any]:
    """Rows turned into columns; as many where there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
