"""Asks, at the end of a transaction, for the dashboards that its writes made stale."""

from typing import TYPE_CHECKING, Final

from events_api.domain.refresh import touched

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

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
YEARS: Final = "select subject::integer as year from dashboard where kind = 'year' and subject ~ '^[0-9]{4}$'"
REQUEST: Final = """
    with wanted as (
        select w.key, w.payload, w.public_id
          from unnest($1::text[], $2::jsonb[], $3::uuid[]) as w (key, payload, public_id)
    ), waiting as (
        select j.key from job j
         where j.kind = 'refresh_dashboard' and j.state = 'queued' and j.key = any($1) order by j.key for share
    ), made as (
        insert into job (public_id, kind, queue, key, payload, max_attempts, requested_by, request_id)
        select w.public_id, 'refresh_dashboard', 'render', w.key, w.payload, 8, $4, $5 from wanted w
         where w.key not in (select key from waiting) order by w.key
        on conflict (kind, key) where key is not null and state = 'queued' do nothing
        returning id, key
    ), rung as (
        insert into outbox (job_id) select id from made
    )
    select key from waiting union all select key from made
"""


async def request_refreshes(work: "SqlWork") -> None:
    """One job for each dashboard that shows what was written; those that wait already are held until we commit."""
    touch = touched(work.written)
    editions, years = set(touch.editions), set(touch.years)
    if touch.with_year or touch.events:
        for row in await work.connection.fetch(TOUCHED, list(touch.with_year), list(touch.events)):
            editions.add(row["public_id"])
            years.add(row["year"])
    if touch.names:
        for row in await work.connection.fetch(NAMED, list(touch.names)):
            editions.add(row["public_id"])
            years.add(row["year"])
    if touch.every_year:
        years |= {row["year"] for row in await work.connection.fetch(YEARS)}
    payloads = {f"edition:{edition}": f'{{"edition": "{edition}"}}' for edition in editions}
    payloads |= {f"year:{year}": f'{{"year": {year}}}' for year in years}
    while payloads:  # again only where another transaction has just asked for the same: its job is then waiting
        keys = sorted(payloads)
        done = await work.connection.fetch(
            REQUEST,
            keys,
            [payloads[key] for key in keys],
            [work.new_id() for _ in keys],
            work.actor.id,
            work.request_id,
        )
        for row in done:
            del payloads[row["key"]]
