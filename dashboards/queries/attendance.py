"""What was counted of an edition, read in one snapshot."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
from msgspec import Struct

from dashboards.attendance.facts import Commune, Count, Former, Label, Money, Presence, Quarter, VisitFacts
from dashboards.queries.facts import edition_input
from events_api.domain.actors import Grant
from events_api.read.connections import Pool
from events_api.read.programme import OWN_EDITION, simulated
from events_api.read.records import visible

EDITION: Final = f"""
    select e.id as key, e.public_id::text as id, e.event_id, v.name as event, e.year, e.number, e.starts_on, e.ends_on,
           e.time_zone, coalesce(g.day_starts_at, e.event_day_starts_at) as day_starts_at,
           coalesce(g.authorised_capacity, e.capacity) as capacity, s.changed_at,
           {simulated("e")} as simulated
      from edition e join event v on v.id = e.event_id
      left join gate_settings g on g.edition_id = e.id and g.retired_at is null
      left join attendance_state s on s.edition_id = e.id
     where e.public_id = $1 and e.retired_at is null
"""
COUNTS: Final = """
    select dimension, label_id as label, day, tickets_issued, tickets_cancelled, tickets_scanned, entries_in, exits,
           attendances, unique_visitors, scans_refused
      from attendance_count where edition_id = $1 and (dimension = 'edition' or day = '-infinity')
     order by dimension, label_id, day
"""
LABELS: Final = "select kind, id, label, capacity from attendance_label where edition_id = $1 order by kind, id"
QUARTERS: Final = """
    select quarter as at, gate, entries, exits from attendance_quarter
     where edition_id = $1 and (entries > 0 or exits > 0) order by quarter, gate
"""
PRESENCE: Final = """
    select quarter as at, net, lowest, highest, highest_at from attendance_presence where edition_id = $1
     order by quarter
"""
SESSIONS: Final = """
    select starts_at, ends_at from session
     where edition_id = $1 and retired_at is null and status not in ('cancelled', 'postponed') order by starts_at, id
"""
FORMER: Final = f"""
    select e.public_id::text as id, e.year, e.number, c.day, c.attendances, {simulated("e")} as simulated
      from edition e join attendance_count c on c.edition_id = e.id
     where e.event_id = $1 and e.id <> $2 and e.year <= $3 and e.retired_at is null
       and c.dimension = 'edition' and c.day > '-infinity'
     order by e.year desc, e.id desc, c.day
"""
MONEY: Final = """
    select e.public_id::text as edition, e.year,
           (select sum(coalesce(a.amount_cents, s.granted_cents))::bigint
              from subsidy_allocation a join subsidy s on s.id = a.subsidy_id
             where a.edition_id = e.id and s.retired_at is null
               and s.state in ('decided', 'agreement', 'paying', 'reported', 'closed')) as subsidy_cents,
           (select sum(f.amount_cents)::bigint from funding_line f
             where f.edition_id = e.id and f.retired_at is null and f.nature = 'cash'
               and f.status in ('acquired', 'received')
               and f.source_kind in ('ticketing', 'sales', 'sponsor', 'own_funds')) as own_income_cents
      from edition e where e.event_id = $1 and e.year <= $2 and e.retired_at is null order by e.year, e.id
"""
COMMUNES: Final = "select insee, name, population, postcodes from commune order by insee"


COUNTED: Final = f"""
    select t.public_id as id, v.name as event, t.year, t.starts_on, t.ends_on, c.tickets_issued, c.attendances,
           c.unique_visitors, s.changed_at,
           {simulated("t")} as simulated
      from attendance_state s
      join attendance_count c on c.edition_id = s.edition_id and c.dimension = 'edition' and c.day = '-infinity'
      join edition t on t.id = s.edition_id join event v on v.id = t.event_id
     where t.retired_at is null and {{seen}}
     order by s.changed_at desc, t.id desc limit 200
"""


class CountedEdition(Struct, frozen=True, kw_only=True):
    """An edition with counts, for the list of them."""

    id: UUID
    event: str
    year: int
    starts_on: dt.date | None
    ends_on: dt.date | None
    tickets_issued: int
    attendances: int
    unique_visitors: int
    changed_at: dt.datetime
    simulated: bool


async def visit_facts(connection: asyncpg.Connection, edition_id: UUID, *, dwell_minutes: int) -> VisitFacts | None:
    """Everything the page of an edition's attendance is made from; None where the edition is gone."""
    row = await connection.fetchrow(EDITION, edition_id)
    if row is None:
        return None
    key = row["key"]
    known = await edition_input(connection, edition_id)
    return VisitFacts(
        id=row["id"],
        event=row["event"],
        year=row["year"],
        number=row["number"],
        first_day=row["starts_on"],
        last_day=row["ends_on"],
        zone=row["time_zone"],
        day_starts_at=row["day_starts_at"],
        capacity=row["capacity"],
        simulated=row["simulated"],
        changed_at=row["changed_at"],
        counts=tuple(_count(one) for one in await connection.fetch(COUNTS, key)),
        labels=_labels(await connection.fetch(LABELS, key)),
        quarters=tuple(Quarter(**dict(one)) for one in await connection.fetch(QUARTERS, key)),
        presence=tuple(Presence(**dict(one)) for one in await connection.fetch(PRESENCE, key)),
        sessions=tuple((one["starts_at"], one["ends_at"]) for one in await connection.fetch(SESSIONS, key)),
        former=_former(await connection.fetch(FORMER, row["event_id"], key, row["year"])),
        history=() if known is None else known.history,
        money=tuple(Money(**dict(one)) for one in await connection.fetch(MONEY, row["event_id"], row["year"])),
        communes=tuple(
            Commune(**{**dict(one), "postcodes": tuple(one["postcodes"])}) for one in await connection.fetch(COMMUNES)
        ),
        dwell_minutes=dwell_minutes,
    )


async def counted_editions(pool: Pool, viewer: Grant) -> list[CountedEdition]:
    """The editions that were counted and that this viewer may see, the last changed first."""
    values: list[Any] = []
    seen = visible(OWN_EDITION, viewer, values)
    return [CountedEdition(**dict(row)) for row in await pool.fetch(COUNTED.format(seen=seen), *values)]


def _count(row: asyncpg.Record) -> Count:
    values = dict(row)
    return Count(**{**values, "day": None if values["day"] == dt.date.min else values["day"]})


def _labels(rows: Sequence[asyncpg.Record]) -> dict[str, tuple[Label, ...]]:
    found: dict[str, list[Label]] = defaultdict(list)
    for row in rows:
        found[row["kind"]].append(Label(id=row["id"], name=row["label"], capacity=row["capacity"]))
    return {kind: tuple(labels) for kind, labels in found.items()}


def _former(rows: Sequence[asyncpg.Record]) -> tuple[Former, ...]:
    days: dict[str, list[tuple[dt.date, int]]] = defaultdict(list)
    of: dict[str, asyncpg.Record] = {}
    for row in rows:
        of[row["id"]] = row
        days[row["id"]].append((row["day"], row["attendances"]))
    return tuple(
        Former(id=key, year=row["year"], number=row["number"], days=tuple(days[key]), simulated=row["simulated"])
        for key, row in of.items()
    )
