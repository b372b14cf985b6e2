"""What stands beside an assessment: what was counted of the edition, and the editions of its event up to it."""

from typing import Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from dashboards.attendance.facts import Count
from dashboards.impact.facts import EditionOfEvent, Footprint, Observed, Visits
from dashboards.impact.trend import QUANTITIES
from events_api.domain.impact.levels import Entry
from events_api.domain.impact.model import SOLD_TO_VISITORS
from events_api.read.connections import Pool, snapshot
from events_api.read.programme import simulated

MOST: Final = 5
METROPOLE_SIREN: Final = "200054807"

COUNTED: Final = f"""
    select c.dimension, c.label_id as label, c.tickets_issued, c.tickets_cancelled, c.tickets_scanned, c.entries_in,
           c.exits, c.attendances, c.unique_visitors, c.scans_refused, {simulated("e")} as simulated
      from edition e join attendance_count c on c.edition_id = e.id
     where e.public_id = $1 and c.dimension = 'edition' and c.day = '-infinity'
"""
EDITIONS: Final = f"""
    select e.id as key, e.public_id::text as id, e.year, e.number, {simulated("e")} as simulated
      from edition e
     where e.retired_at is null and e.event_id = (select event_id from edition where public_id = $1)
       and (e.year, e.id) <= (select t.year, t.id from edition t where t.public_id = $1)
     order by e.year desc, e.id desc limit {MOST}
"""
COUNTS: Final = """
    select edition_id as key, attendances, unique_visitors from attendance_count
     where edition_id = any($1) and dimension = 'edition' and day = '-infinity' and entries_in > 0
"""
GRANTED: Final = f"""
      from subsidy_allocation a
      join subsidy s on s.id = a.subsidy_id
      left join organisation f on f.id = s.funder_id
      cross join lateral (
           select case when s.nature = 'both' then null
                       when a.amount_cents is not null then a.amount_cents
                       when (select count(*) from subsidy_allocation o where o.subsidy_id = s.id) = 1
                       then s.granted_cents end as cents) p
     where a.edition_id = any($1) and s.retired_at is null and s.nature <> 'in_kind'
       and (s.funder_id is null or f.siret like '{METROPOLE_SIREN}%')
       and s.state in ('decided', 'agreement', 'paying', 'reported', 'closed')
"""
"""Cash of the métropole. What is not divided over several editions, or not divided into cash and kind, is unknown."""
SUBSIDIES: Final = f"""
    select a.edition_id as key, sum(p.cents)::bigint as cents, bool_and(p.cents is not null) as known
    {GRANTED}
     group by a.edition_id
"""
ENTRIES: Final = """
    select distinct on (edition_id) edition_id as key, content from impact_entry
     where edition_id = any($1) order by edition_id, number desc
"""
FOOTPRINTS: Final = """
    with answered as materialized (
        select q.edition_id, q.number, q.content as asked, r.content as found
          from impact_assessment q join impact_result r on r.edition_id = q.edition_id and r.number = q.number
         where q.edition_id = any($1) and q.territory = $2
    )
    select m.key, m.number, m.grade, (m.central ->> 'kg_per_unique_visitor')::float8 as kg,
           (m.central ->> 'net_primary_impact')::float8 as net, (m.central ->> 'unique_visitors')::float8 as visitors,
           (m.central ->> 'new_nights_all')::float8 as nights
      from (select distinct on (edition_id) edition_id as key, number, asked::jsonb ->> 'grade' as grade,
                   found::jsonb #> '{evaluation,result,central}' as central
              from answered
             where found::jsonb #> '{evaluation,result}' is not null
             order by edition_id, number desc) m
"""
"""Materialised, so that only the results of these editions are ever read as JSON."""
FIGURES: Final = """
    select edition_id as key, quantity, value::float8 as value, grade from edition_figure
     where edition_id = any($1) and retired_at is null and grade is not null and quantity = any($2)
     order by edition_id, grade, stated_at desc, id desc
"""


class Beside(Struct, frozen=True, kw_only=True):
    """What stands beside an assessment; it is no part of its inputs and may have changed since."""

    visits: Visits | None
    editions: tuple[EditionOfEvent, ...]


async def beside_assessment(pool: Pool, edition_id: UUID, territory: str) -> Beside:
    """Read it in one snapshot."""
    async with snapshot(pool) as connection:
        return await beside(connection, edition_id, territory)


async def beside(connection: asyncpg.Connection, edition_id: UUID, territory: str) -> Beside:
    """Whoever may see the files of an edition sees those of the others: organisers are of the event."""
    counted = await connection.fetchrow(COUNTED, edition_id)
    rows = await connection.fetch(EDITIONS, edition_id)
    keys = [row["key"] for row in rows]
    figures: dict[int, list[Observed]] = {key: [] for key in keys}
    for one in await connection.fetch(COUNTS, keys):
        figures[one["key"]] += _scanned(one)
    for one in await connection.fetch(FIGURES, keys, list(QUANTITIES)):
        figures[one["key"]].append(Observed(quantity=one["quantity"], value=one["value"], grade=one["grade"]))
    subsidies = {one["key"]: one["cents"] for one in await connection.fetch(SUBSIDIES, keys) if one["known"]}
    entries = {
        one["key"]: msgspec.json.decode(one["content"], type=Entry) for one in await connection.fetch(ENTRIES, keys)
    }
    footprints = {one["key"]: _footprint(one) for one in await connection.fetch(FOOTPRINTS, keys, territory)}
    return Beside(
        visits=None if counted is None else _visits(counted),
        editions=tuple(
            EditionOfEvent(
                id=row["id"],
                year=row["year"],
                number=row["number"],
                simulated=row["simulated"],
                figures=(*figures[row["key"]], *_entered(entries.get(row["key"]), figures[row["key"]])),
                subsidy_cents=subsidies.get(row["key"]),
                own_income_cents=_own_income(entries.get(row["key"])),
                footprint=footprints.get(row["key"]),
            )
            for row in reversed(rows)
        ),
    )


def _visits(row: asyncpg.Record) -> Visits:
    values = dict(row)
    is_simulated = values.pop("simulated")
    total = Count(day=None, **values)
    return Visits(total=total, grade="A" if total.entries_in else "B", simulated=is_simulated)


def _scanned(row: asyncpg.Record) -> list[Observed]:
    """What the gates counted is of grade A."""
    return [
        Observed(quantity="attendances", value=row["attendances"], grade="A", by="count"),
        Observed(quantity="unique_visitors", value=row["unique_visitors"], grade="A", by="count"),
    ]


def _entered(entry: Entry | None, figures: list[Observed]) -> list[Observed]:
    """What was entered for the model, where the register has no such figure."""
    if entry is None or entry.attendances is None or any(one.quantity == "attendances" for one in figures):
        return []
    return [Observed(quantity="attendances", value=entry.attendances, grade=entry.grade, by="entry")]


def _own_income(entry: Entry | None) -> int | None:
    """What was sold to visitors; a total that was only divided by assumption says nothing of it."""
    if entry is None or entry.revenue is None:
        return None
    return round(sum(entry.revenue.get(line, 0.0) for line in SOLD_TO_VISITORS) * 100)


def _footprint(row: asyncpg.Record) -> Footprint | None:
    if row["kg"] is None or row["net"] is None or not row["visitors"]:
        return None
    return Footprint(
        number=row["number"],
        kg=row["kg"],
        net_euros=row["net"] / row["visitors"],
        nights=row["nights"] or 0.0,
        grade=row["grade"],
    )
