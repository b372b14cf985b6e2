"""The dashboards that the writes of a transaction made stale; `audit.leave` asks for them at its end."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import asyncpg

from events_api.domain.records import Entity
from events_api.domain.refresh import touched

TOUCHED: Final = """
    select e.public_id, e.year from edition e
     where e.public_id = any($1) or e.event_id in (select v.id from event v where v.public_id = any($2))
"""
NAMED: Final = """
    select e.public_id, e.year from edition e
     where e.event_id in (
           select p.event_id from event_party p join organisation o on o.id = p.organisation_id
            where o.public_id = any($1)
            union all
           select v.id from event v join family f on f.id = v.family_id where f.public_id = any($1)
            union all
           select l.event_id from event_action l join roadmap_action a on a.id = l.roadmap_action_id
            where a.public_id = any($1))
        or e.id in (
           select l.edition_id from edition_place l join place p on p.id = l.place_id where p.public_id = any($1))
"""
WANTED: Final = """
    wanted as (
        select 'edition:' || e.id as key, jsonb_build_object('edition', e.id) as payload
          from unnest($1::uuid[]) as e (id)
        union all
        select 'year:' || y.year, jsonb_build_object('year', y.year)
          from (select unnest($2::integer[])
                union
                select d.subject::integer from dashboard d
                 where $3::boolean and d.kind = 'year' and d.subject ~ '^[0-9]{4}$') as y (year)
    ), waiting as (
        select j.key from job j
         where j.kind = 'refresh_dashboard' and j.state = 'queued' and j.key = any(array(select key from wanted))
         order by j.key for share
    ), made as (
        insert into job (public_id, kind, queue, key, payload, max_attempts, requested_by, request_id)
        select uuidv7(), 'refresh_dashboard', 'render', w.key, w.payload, 8, $4::uuid, $5::text from wanted w
         where w.key not in (select key from waiting) order by w.key
        on conflict (kind, key) where key is not null and state = 'queued' do nothing
        returning id, key
    ), rung as (
        insert into outbox (job_id) select id from made
    )
"""
"""The jobs for the dashboards of $1 editions, $2 years and, where $3, of each year there is, asked for by $4 in $5."""
MISSED: Final = """
    select key from wanted except all (select key from waiting union all select key from made)
"""
"""Those for which another transaction has just asked: the job is waiting when it has ended, and so is to be locked."""


async def stale(connection: asyncpg.Connection, written: Iterable[Entity]) -> tuple[list[UUID], list[int], bool]:
    """The first three parameters of WANTED after these writes."""
    touch = touched(written)
    editions, years = set(touch.editions), set(touch.years)
    if touch.with_year or touch.events:
        for row in await connection.fetch(TOUCHED, list(touch.with_year), list(touch.events)):
            editions.add(row["public_id"])
            years.add(row["year"])
    if touch.names:
        for row in await connection.fetch(NAMED, list(touch.names)):
            editions.add(row["public_id"])
            years.add(row["year"])
    return list(editions), list(years), touch.every_year
