"""What the impact board of an edition and its row in the year are made from, read in one snapshot."""

from typing import Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Raw

from dashboards.impact.stored import ImpactInput, Latest, drawing_hash
from dashboards.queries.impact import beside
from events_api.domain.assessments import Figure, Inputs, stale
from events_api.domain.impact.levels import Entry
from events_api.domain.impact.territories import OF_THE_SETS
from events_api.read.assessments import NO_EVALUATION, known
from events_api.read.programme import simulated

EDITION: Final = f"""
    select e.id as key, v.name || ' ' || e.year as name, e.year, v.sort_key, v.family_id as family,
           coalesce(v.commune_insee, (
               select l.commune_insee from edition_place ep join place l on l.id = ep.place_id
                where ep.edition_id = e.id and l.commune_insee is not null
                order by ep.position, l.id limit 1)) as commune,
           (select p.organisation_id from event_party p where p.event_id = v.id and p.role = 'organiser'
             order by p.position, p.organisation_id limit 1) as organiser,
           {simulated("e")} as simulated, g.value as attendances, g.grade
      from edition e join event v on v.id = e.event_id
      left join lateral (
           select f.value::float8 as value, f.grade from edition_figure f
            where f.edition_id = e.id and f.retired_at is null and f.quantity = 'attendances' and f.grade is not null
            order by f.grade, f.stated_at desc, f.id desc limit 1) g on true
     where e.public_id = $1 and e.retired_at is null
"""
LATEST: Final = """
    select a.number, a.content as entry, a.attendance, a.entry_number, a.override_numbers, a.set_number, a.territory,
           r.content as outcome, encode(r.code_hash, 'hex') as model_hash
      from impact_assessment a join impact_result r on r.edition_id = a.edition_id and r.number = a.number
     where a.edition_id = $1 and not starts_with(r.content, $2)
     order by a.number desc limit 1
"""


async def impact_input(connection: asyncpg.Connection, edition_id: UUID) -> tuple[int, ImpactInput] | None:
    """What is known of an edition, with its key; None where it is gone."""
    row = await connection.fetchrow(EDITION, edition_id)
    if row is None:
        return None
    values = dict(row)
    key: int = values.pop("key")
    latest = await _latest(connection, key)
    found = await beside(connection, edition_id, OF_THE_SETS if latest is None else latest.territory)
    return key, ImpactInput(
        **values, latest=latest, visits=found.visits, editions=found.editions, code=drawing_hash().hex()
    )


async def _latest(connection: asyncpg.Connection, key: int) -> Latest | None:
    row = await connection.fetchrow(LATEST, key, NO_EVALUATION)
    if row is None:
        return None
    figure = None if row["attendance"] is None else msgspec.json.decode(row["attendance"], type=Figure)
    frozen = Inputs(entry=row["entry_number"], overrides=tuple(row["override_numbers"]), attendance=figure)
    return Latest(
        number=row["number"],
        entry=msgspec.json.decode(row["entry"], type=Entry),
        outcome=Raw(row["outcome"].encode()),
        set_number=row["set_number"],
        territory=row["territory"],
        model_hash=row["model_hash"],
        stale=bool(stale(frozen, (await known(connection, key)).now(row["territory"]))),
        counted=figure is None or figure.quantity == "attendances",
    )
