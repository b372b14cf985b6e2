"""The public calendar: published editions by month, as a list, as a feed, and the pages of one event or edition."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from events_api.domain.programme import Audience, Status

Connection = asyncpg.Connection | PoolConnectionProxy
S = TypeVar("S", bound=msgspec.Struct)


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor asked for; each of `words`, reduced as sort keys are, must begin a word."""

    year: int | None = None
    family: str | None = None
    commune: str | None = None
    organiser: UUID | None = None
    status: Status | None = None
    words: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[object, ...]:
        """The values of $1 to $6 in every statement of this module."""
        return self.year, self.family, self.commune, self.organiser, self.status, list(self.words)


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """A place of an edition."""

    name: str
    address: str | None
    postcode: str | None
    commune: str | None
    latitude: float | None
    longitude: float | None
    capacity: int | None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A published edition as the calendar shows it; `rank` tells apart those of one event in one year.

    One that was `withdrawn` is in the feeds only, so that whoever kept it learns of it.
    """

    id: UUID
    key: int
    slug: str
    name: str
    sort_key: str
    year: int
    rank: int
    number: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    date_text_fr: str | None
    date_text_en: str | None
    status: Status
    sequence: int
    summary_fr: str | None
    summary_en: str | None
    simulated: bool
    audience: Audience
    family: str | None
    family_fr: str | None
    family_en: str | None
    commune: str | None
    venues: list[Venue]
    changed_at: dt.datetime
    withdrawn: bool


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Where a page of the list ended."""

    year: int
    starts_on: dt.date | None
    sort_key: str
    key: int


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list and where the next one begins."""

    listings: list[Listing]
    next: Position | None


class MonthCount(msgspec.Struct, frozen=True):
    """How many editions take place, at least in part, in a month."""

    year: int
    month: int
    editions: int


class Fingerprint(msgspec.Struct, frozen=True):
    """Changes when anything that a feed shows has changed."""

    digest: str
    changed_at: dt.datetime | None


class Choice(msgspec.Struct, frozen=True):
    """A value that some published edition has, and its names."""

    value: str
    name_fr: str
    name_en: str


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the filters can ask for."""

    years: list[int]
    families: list[Choice]
    communes: list[Choice]
    organisers: list[Choice]


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation beside an event."""

    id: UUID
    name: str
    website: str | None
    role: Literal["organiser", "partner", "funder"]


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the public page of an event shows."""

    id: UUID
    slug: str
    name: str
    description_fr: str | None
    description_en: str | None
    family: str | None
    family_fr: str | None
    family_en: str | None
    sub_sector: str | None
    audience: Audience
    commune: str | None
    website: str | None
    parties: list[Party]


class SessionItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the programme of an edition."""

    name_fr: str
    name_en: str | None
    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    status: Status
    venue: Venue | None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of an edition with its evidence."""

    quantity: str
    as_printed: str | None
    value: float
    unit: str
    grade: str | None
    source_document: str
    source_line: int | None
    source_field: str | None
    simulated: bool


class EditionPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the public page of an edition adds to its listing."""

    listing: Listing
    time_zone: str
    capacity: int | None
    guest_of_honour: str | None
    sessions: list[SessionItem]
    figures: list[Figure]


_VENUE: Final = """json_build_object(
        'name', p.name, 'address', p.address, 'postcode', p.postcode, 'latitude', p.latitude,
        'longitude', p.longitude, 'capacity', p.capacity,
        'commune', (select c.name from commune c where c.insee = p.commune_insee))"""

# An address such as /evenements/salon/2024-2 counts the editions that were ever published, so that it never changes.
_LISTINGS: Final = f"""
    with recursive organiser as (
        select id, merged_into_id from organisation where public_id = $4
        union all
        select o.id, o.merged_into_id from organisation o join organiser m on o.id = m.merged_into_id
    ), ranked as (
        select id, row_number() over (partition by event_id, year order by first_published_at, id) as rank
        from edition
        where first_published_at is not null
    ), listing as (
        select e.public_id as id, e.id as key, v.slug, v.name, v.sort_key, e.year, r.rank, e.number, e.starts_on,
            e.ends_on, e.date_text_fr, e.date_text_en, e.status, e.calendar_sequence as sequence, e.summary_fr,
            e.summary_en, e.simulated, v.audience, f.slug as family, f.name_fr as family_fr, f.name_en as family_en,
            c.name as commune, coalesce(b.venues, '[]'::json) as venues,
            greatest(e.updated_at, v.updated_at, f.updated_at, b.updated_at) as changed_at,
            (e.retired_at is not null or v.retired_at is not null) as withdrawn,
            concat_ws(':', e.mark, v.mark, f.mark, b.marks) as marks
        from edition e
        join event v on v.id = e.event_id
        join ranked r on r.id = e.id
        left join family f on f.id = v.family_id
        left join commune c on c.insee = v.commune_insee
        left join lateral (
            select json_agg({_VENUE} order by ep.position, p.id) as venues, max(p.updated_at) as updated_at,
                string_agg(p.mark::text, ':' order by ep.position, p.id) as marks
            from edition_place ep
            join place p on p.id = ep.place_id
            where ep.edition_id = e.id
        ) b on true
        where e.editorial_state = 'published'
            and ($1::integer is null or e.year = $1)
            and ($2::text is null or f.slug = $2)
            and ($3::text is null or v.commune_insee = $3 or exists (
                select from edition_place ep
                join place p on p.id = ep.place_id
                where ep.edition_id = e.id and p.commune_insee = $3))
            and ($4::uuid is null or exists (
                select from event_party t
                join organisation o on o.id = t.organisation_id
                where t.event_id = v.id and t.role = 'organiser' and o.id in (select id from organiser)))
            and ($5::text is null or e.status = $5)
            and not exists (
                select from unnest($6::text[]) as word
                where ' ' || v.sort_key not like '% ' || word || '%'
                    and not exists (
                        select from edition_place ep
                        join place p on p.id = ep.place_id
                        where ep.edition_id = e.id and ' ' || p.sort_key like '% ' || word || '%')
                    and not exists (
                        select from event_party t
                        join organisation o on o.id = t.organisation_id
                        where t.event_id = v.id and t.role = 'organiser'
                            and ' ' || o.sort_key like '% ' || word || '%'))
    )
"""
_COLUMNS: Final = ", ".join(field for field in Listing.__struct_fields__)

_MONTH: Final = (
    _LISTINGS
    + f"""
    select {_COLUMNS}
    from listing
    where not withdrawn and starts_on < $8 and ends_on >= $7
    order by starts_on, sort_key, key"""
)
_UNDATED: Final = (
    _LISTINGS + f"select {_COLUMNS} from listing where not withdrawn and starts_on is null order by sort_key, key"
)
_DATED: Final = _LISTINGS + f"select {_COLUMNS} from listing where starts_on is not null order by starts_on, key"
_MONTHS: Final = (
    _LISTINGS
    + """
    select extract(year from day)::integer as year, extract(month from day)::integer as month, count(*) as editions
    from listing, generate_series(date_trunc('month', starts_on::timestamp), ends_on, interval '1 month') as day
    where not withdrawn
    group by 1, 2
    order by 1, 2"""
)
_PAGE: Final = (
    _LISTINGS
    + f"""
    select {_COLUMNS}
    from listing
    where not withdrawn and ($7::integer is null
        or (-year, coalesce(starts_on, 'infinity'), sort_key, key)
            > (-$7, coalesce($8::date, 'infinity'), $9::text, $10))
    order by -year, coalesce(starts_on, 'infinity'), sort_key, key
    limit $11"""
)
_FINGERPRINT: Final = (
    _LISTINGS
    + """
    select md5(coalesce(string_agg(key || ':' || marks, ',' order by key), '')) as digest, max(changed_at) as changed_at
    from listing
    where starts_on is not null"""
)
_OF_EVENT: Final = (
    _LISTINGS
    + f"""
    select {_COLUMNS}
    from listing
    where not withdrawn and slug = $7
    order by -year, coalesce(starts_on, 'infinity'), sort_key, key"""
)
_OF_YEAR: Final = (
    _LISTINGS + f"select {_COLUMNS} from listing where not withdrawn and slug = $7 and year = $8 and rank = $9"
)

_YEARS: Final = """
    select distinct year from edition where editorial_state = 'published' and retired_at is null order by year desc"""
_PUBLISHED: Final = """
    select from edition e where e.event_id = v.id and e.editorial_state = 'published' and e.retired_at is null"""
_FAMILIES: Final = f"""
    select f.slug as value, f.name_fr, f.name_en
    from family f
    where exists (select from event v where v.family_id = f.id and v.retired_at is null and exists ({_PUBLISHED}))
    order by f.position, f.id"""
_COMMUNES: Final = f"""
    select c.insee as value, c.name as name_fr, c.name as name_en
    from commune c
    where exists (
            select from event v
            where v.commune_insee = c.insee and v.retired_at is null and exists ({_PUBLISHED}))
        or exists (
            select from edition e
            join edition_place ep on ep.edition_id = e.id
            join place p on p.id = ep.place_id
            where p.commune_insee = c.insee and e.editorial_state = 'published' and e.retired_at is null)
    order by c.sort_key"""
_ORGANISERS: Final = f"""
    select o.public_id::text as value, o.name as name_fr, o.name as name_en
    from organisation o
    where exists (
        select from event_party t
        join event v on v.id = t.event_id
        where t.organisation_id = o.id and t.role = 'organiser' and v.retired_at is null and exists ({_PUBLISHED}))
    order by o.sort_key, o.id"""

_SLUG: Final = """
    select v.slug
    from event_slug s
    join event former on former.id = s.event_id
    join event v on v.id = coalesce(former.merged_into_id, former.id)
    where s.slug = $1
        and exists (select from edition e where e.event_id = v.id and e.first_published_at is not null)"""
_EVENT: Final = f"""
    select v.public_id as id, v.slug, v.name, v.description_fr, v.description_en, f.slug as family,
        f.name_fr as family_fr, f.name_en as family_en, v.sub_sector, v.audience, c.name as commune, v.website,
        coalesce((
            select json_agg(json_build_object('id', o.public_id, 'name', o.name, 'website', o.website, 'role', t.role)
                order by t.position, o.sort_key, o.id)
            from event_party t
            join organisation o on o.id = t.organisation_id
            where t.event_id = v.id
        ), '[]'::json) as parties
    from event v
    left join family f on f.id = v.family_id
    left join commune c on c.insee = v.commune_insee
    where v.slug = $1 and v.retired_at is null and exists ({_PUBLISHED})"""
_DETAILS: Final = "select time_zone, capacity, guest_of_honour from edition where id = $1"
_SESSIONS: Final = f"""
    select s.name_fr, s.name_en, s.kind, s.starts_at, s.ends_at, s.status,
        case when p.id is not null then {_VENUE} end as venue
    from session s
    left join place p on p.id = s.place_id
    where s.edition_id = $1 and s.retired_at is null
    order by s.starts_at, s.id"""
_FIGURES: Final = """
    select g.quantity, g.as_printed, g.value::double precision as value, g.unit, g.grade, g.source_document,
        g.source_line, g.source_field, g.simulated
    from edition_figure g
    where g.edition_id = $1 and g.retired_at is null and g.grade is not null
        and not exists (select from edition_figure n where n.edition_id = g.edition_id and n.replaces_id = g.id)
    order by g.grade, g.id"""


async def month(connection: Connection, filters: Filters, year: int, number: int) -> list[Listing]:
    """List the editions that take place, at least in part, in a month."""
    first = dt.date(year, number, 1)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    return _listings(await connection.fetch(_MONTH, *filters.parameters, first, following))


async def undated(connection: Connection, filters: Filters) -> list[Listing]:
    """List the editions whose days are not known, by name."""
    return _listings(await connection.fetch(_UNDATED, *filters.parameters))


async def dated(connection: Connection, filters: Filters) -> list[Listing]:
    """List every edition whose days are known, by date: the content of a feed, the withdrawn ones included."""
    return _listings(await connection.fetch(_DATED, *filters.parameters))


async def fingerprint(connection: Connection, filters: Filters) -> Fingerprint:
    """Say in one cheap row whether a feed has changed."""
    row = await connection.fetchrow(_FINGERPRINT, *filters.parameters)
    return Fingerprint(**dict(row or {}))


async def months(connection: Connection, filters: Filters) -> list[MonthCount]:
    """Count the editions of every month that has some."""
    return [MonthCount(**dict(row)) for row in await connection.fetch(_MONTHS, *filters.parameters)]


async def page(connection: Connection, filters: Filters, after: Position | None, size: int) -> Page:
    """List editions, the latest year first and by date within it, those without a date last."""
    position = (after.year, after.starts_on, after.sort_key, after.key) if after else (None, None, None, None)
    found = _listings(await connection.fetch(_PAGE, *filters.parameters, *position, size + 1))
    last = found[size - 1] if len(found) > size else None
    return Page(
        listings=found[:size],
        next=Position(last.year, last.starts_on, last.sort_key, last.key) if last else None,
    )


async def choices(connection: Connection) -> Choices:
    """Name the years, families, communes and organisers that published editions have."""
    return Choices(
        years=[row["year"] for row in await connection.fetch(_YEARS)],
        families=[Choice(**dict(row)) for row in await connection.fetch(_FAMILIES)],
        communes=[Choice(**dict(row)) for row in await connection.fetch(_COMMUNES)],
        organisers=[Choice(**dict(row)) for row in await connection.fetch(_ORGANISERS)],
    )


async def current_slug(connection: Connection, slug: str) -> str | None:
    """Return the slug an event answers to today, from any it ever had, its own or that of an event merged into it."""
    found: str | None = await connection.fetchval(_SLUG, slug)
    return found


async def event(connection: Connection, slug: str) -> EventPage | None:
    """Return an event that has at least one published edition."""
    row = await connection.fetchrow(_EVENT, slug)
    return _struct(row, EventPage, parties=list[Party]) if row else None


async def editions_of(connection: Connection, slug: str) -> list[Listing]:
    """List the published editions of an event, the latest year first."""
    return _listings(await connection.fetch(_OF_EVENT, *Filters().parameters, slug))


async def edition(connection: Connection, slug: str, year: int, rank: int) -> EditionPage | None:
    """Return a published edition by its address."""
    row = await connection.fetchrow(_OF_YEAR, *Filters().parameters, slug, year, rank)
    if row is None:
        return None
    [listing] = _listings([row])
    details = await connection.fetchrow(_DETAILS, listing.key)
    sessions = await connection.fetch(_SESSIONS, listing.key)
    figures = await connection.fetch(_FIGURES, listing.key)
    return EditionPage(
        listing=listing,
        **dict(details or {}),
        sessions=[_struct(session, SessionItem, venue=Venue | None) for session in sessions],
        figures=[Figure(**dict(figure)) for figure in figures],
    )


def _listings(rows: Sequence[asyncpg.Record]) -> list[Listing]:
    return [_struct(row, Listing, venues=list[Venue]) for row in rows]


def _struct(row: asyncpg.Record, kind: type[S], **json_columns: Any) -> S:
    """Turn a row into its Struct; JSON arrives as text on our connections."""
    values = dict(row)
    for name, shape in json_columns.items():
        values[name] = msgspec.json.decode(values[name] or "null", type=shape)
    return kind(**values)
