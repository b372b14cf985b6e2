"""Rows of the public calendar: each maker takes only what its test cares about."""

import datetime as dt
import itertools
from typing import Any
from uuid import UUID

import asyncpg
import uuid_utils.compat

from events_api.text.formats import sort_key

_NUMBERS = itertools.count(1)


async def insert(connection: asyncpg.Connection, table: str, **values: Any) -> int:
    """Insert one row and return its key."""
    names = ", ".join(values)
    marks = ", ".join(f"${rank}" for rank in range(1, len(values) + 1))
    statement = f"insert into {table} ({names}) values ({marks}) returning id"  # noqa: S608  # names are the tests' own
    key: int = await connection.fetchval(statement, *values.values())
    return key


async def a_commune(owner: asyncpg.Connection, insee: str = "13055", name: str = "Marseille") -> str:
    """Make sure that a commune is there; only the schema's owner may write one."""
    await owner.execute(
        """
        insert into commune (insee, name, sort_key, siren, departement, population, population_source, postcodes,
            longitude, latitude, territory_code)
        values ($1, $2, $3, '200000000', '13', 1000, 'test', '{}', 5.4, 43.3, 'amp')
        on conflict (insee) do nothing""",
        insee,
        name,
        sort_key(name),
    )
    return insee


async def a_family(connection: asyncpg.Connection, slug: str = "livre", **values: Any) -> int:
    known = await connection.fetchval("select id from family where slug = $1", slug)
    return known or await insert(
        connection,
        "family",
        **{"public_id": uuid_utils.compat.uuid7(), "slug": slug, "name_fr": "Édition", "name_en": "Books"} | values,
    )


async def an_organisation(connection: asyncpg.Connection, name: str = "Les Amis du livre", **values: Any) -> UUID:
    public_id = uuid_utils.compat.uuid7()
    row = {"public_id": public_id, "name": name, "sort_key": sort_key(name), "identifier_kind": "unknown"}
    await insert(connection, "organisation", **row | values)
    return public_id


async def an_event(
    connection: asyncpg.Connection,
    name: str = "Salon du livre",
    *,
    slug: str | None = None,
    organisers: tuple[UUID, ...] = (),
    **values: Any,
) -> int:
    slug = slug or f"evenement-{next(_NUMBERS)}"
    row = {
        "public_id": uuid_utils.compat.uuid7(),
        "slug": slug,
        "name": name,
        "sort_key": sort_key(name),
        "audience": "public",
    }
    key = await insert(connection, "event", **row | values)
    await connection.execute("insert into event_slug (slug, event_id) values ($1, $2)", slug, key)
    for organiser in organisers:
        await connection.execute(
            "insert into event_party (event_id, organisation_id, role)"
            " select $1, id, 'organiser' from organisation where public_id = $2",
            key,
            organiser,
        )
    return key


async def an_edition(
    connection: asyncpg.Connection,
    event: int,
    first: str | None = None,
    last: str | None = None,
    *,
    year: int = 2024,
    places: tuple[int, ...] = (),
    **values: Any,
) -> UUID:
    """Make a published edition; without a first day its date is only a year."""
    public_id = uuid_utils.compat.uuid7()
    starts_on = dt.date.fromisoformat(first) if first else None
    row = {
        "public_id": public_id,
        "event_id": event,
        "year": starts_on.year if starts_on else year,
        "date_precision": "exact" if starts_on else "year",
        "starts_on": starts_on,
        "ends_on": dt.date.fromisoformat(last) if last else starts_on,
        "editorial_state": "published",
        "first_published_at": dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=next(_NUMBERS)),
    }
    key = await insert(connection, "edition", **row | values)
    for position, place in enumerate(places):
        await connection.execute(
            "insert into edition_place (edition_id, place_id, position) values ($1, $2, $3)", key, place, position
        )
    return public_id


async def a_place(connection: asyncpg.Connection, name: str = "Palais du Pharo", **values: Any) -> int:
    row = {"public_id": uuid_utils.compat.uuid7(), "name": name, "sort_key": sort_key(name)}
    return await insert(connection, "place", **row | values)
