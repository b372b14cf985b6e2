"""Charts that are shared, and the names of the editions that they are of."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from events_api.domain.actors import Grant
from events_api.domain.shares import ChartShare, SharedChart
from events_api.read import programme
from events_api.read.connections import Pool
from events_api.read.records import visible

TITLE: Final = """
    select v.name || ' ' || t.year as title, t.simulated
      from edition t join event v on v.id = t.event_id where t.public_id = $1
"""
EDITION: Final = "select t.id from edition t where t.public_id = $1 and {seen}"
SHARES: Final = """
    select s.public_id as id, e.public_id as edition_id, s.number as assessment, s.chart, s.token, s.created_by,
           s.created_at, s.withdrawn_by, s.withdrawn_at
      from chart_share s join edition e on e.id = s.edition_id
     where {condition}
     order by s.created_at desc, s.public_id desc
"""
PUBLIC: Final = """
    select s.token, s.chart, s.withdrawn_at is not null or e.retired_at is not null as withdrawn,
           e.public_id as edition_id, a.public_id as assessment_id, s.number, l.number as latest,
           l.computed_at as latest_at,
           case when e.editorial_state = 'published' then '/evenements/' || v.slug end as event_path
      from chart_share s
      join edition e on e.id = s.edition_id
      join event v on v.id = e.event_id
      join impact_assessment a on a.edition_id = s.edition_id and a.number = s.number
      cross join lateral (
          select r.number, r.computed_at from impact_result r
          join impact_assessment n on n.edition_id = r.edition_id and n.number = r.number
           where r.edition_id = s.edition_id and r.content::jsonb ->> 'evaluation' is not null
           order by r.number desc limit 1
      ) as l
     where s.token = $1
"""


async def edition_title(pool: Pool, edition_id: UUID) -> tuple[str, bool]:
    """The name and the year of an edition that is there, and whether its data are simulated."""
    (row,) = await pool.fetch(TITLE, edition_id)
    return row["title"], row["simulated"]


async def shares(pool: Pool, viewer: Grant, edition_id: UUID) -> list[ChartShare] | None:
    """The charts of an edition that were shared, the latest first; None where the viewer does not see its files."""
    values: list[Any] = [edition_id]
    seen = visible(programme.OWN_EDITION, viewer, values)
    key = await pool.fetchval(EDITION.format(seen=seen), *values)
    if key is None:
        return None
    rows = await pool.fetch(SHARES.format(condition="s.edition_id = $1"), key)
    return [ChartShare(**dict(row)) for row in rows]


async def share(connection: asyncpg.Connection, condition: str, *values: object) -> ChartShare | None:
    """The latest share that a condition is true of."""
    row = await connection.fetchrow(SHARES.format(condition=condition), *values)
    return None if row is None else ChartShare(**dict(row))


async def shared(pool: Pool, token: str) -> SharedChart | None:
    """What stands at the address of a share, whoever asks."""
    row = await pool.fetchrow(PUBLIC, token)
    return None if row is None else SharedChart(**dict(row))
