"""A year of impact: the rows of its editions as workers wrote them, grouped, summed and listed."""

import datetime as dt
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta, Struct

from events_api.domain.attendance import Grade
from events_api.domain.impact.summaries import Distribution
from events_api.read.connections import Pool, snapshot

TERRITORY: Final = "amp"
"""The territory whose assessments a year adds; those of another one are listed and never added."""
UNKNOWN: Final = "-"
"""The filter of what has no family, no commune or no organiser."""
ORGANISERS: Final = 20
TERMS: Final = 100
GroupBy = Literal["family", "commune", "grade", "assessed_grade", "organiser", "all"]
SummedKey = Literal[
    "editions", "assessed", "attendances", "net_primary_impact", "subsidy", "net_new_visitor_spend", "organiser_net",
    "new_commercial_nights", "fte_years", "stay_tax_commune", "supported", "above_one",
]  # fmt: skip
SUMMED: Final[tuple[SummedKey, ...]] = (
    "net_primary_impact", "subsidy", "net_new_visitor_spend", "organiser_net", "new_commercial_nights", "fte_years",
    "stay_tax_commune",
)  # fmt: skip
COUNTED: Final[tuple[SummedKey, ...]] = ("editions", "assessed", "supported", "above_one")
"""What is counted and no sum: editions, those that were assessed, those of them that are supported, and those whose net
leverage has a median above one for one."""
Filter = Annotated[str, Meta(max_length=80)]


class Chosen(Struct, frozen=True, kw_only=True):
    """Which editions of a year: of a family, a commune, an organiser, with an attendance of a grade."""

    year: int
    family: Filter | None = None
    commune: Filter | None = None
    organiser: Filter | None = None
    grade: Filter | None = None

    @property
    def values(self) -> list[Any]:
        """The first parameters of the queries below."""
        return [self.year, self.family, self.commune, self.organiser, _uuid(self.organiser), self.grade]


_WHERE: Final = f"""
    i.year = $1
    and ($2::text is null or $2 = '{UNKNOWN}' and i.family_id is null
         or i.family_id = (select f.id from family f where f.slug = $2))
    and ($3::text is null or $3 = '{UNKNOWN}' and i.commune_insee is null or i.commune_insee = $3)
    and ($4::text is null or $4 = '{UNKNOWN}' and i.organiser_id is null
         or i.organiser_id = (select o.id from organisation o where o.public_id = $5::uuid))
    and ($6::text is null or $6 = '{UNKNOWN}' and i.grade is null or i.grade = $6)
"""
_SUMS: Final = f"""
    count(*) as editions, count(i.number) as assessed,
    count(i.number) filter (where i.territory <> '{TERRITORY}') as elsewhere,
    count(*) filter (where i.stale) as stale, count(*) filter (where i.simulated) as simulated,
    count(i.attendances) as attended, sum(i.attendances) as attendances,
    count(i.npi) filter (where i.territory = '{TERRITORY}') as added,
    sum(i.npi) filter (where i.territory = '{TERRITORY}') as npi,
    sum(i.support) filter (where i.territory = '{TERRITORY}') as support,
    count(i.net_leverage) as supported, count(*) filter (where i.net_leverage > 1) as above_one
"""
GROUPS: Final = f"""
    with chosen as (
        select i.number, i.territory, i.stale, i.simulated, i.attendances, i.npi, i.support, i.net_leverage,
               i.grade, i.assessed_grade, f.slug as family, f.name_fr, f.name_en, f.position, i.commune_insee as commune
          from impact_edition i left join family f on f.id = i.family_id where {_WHERE}
    )
    select case grouping(i.family, i.commune, i.grade, i.assessed_grade)
               when 7 then 'family' when 11 then 'commune' when 13 then 'grade' when 14 then 'assessed_grade'
               else 'all' end as by,
           coalesce(i.family, i.commune, i.grade, i.assessed_grade, '{UNKNOWN}') as key,
           min(i.name_fr) as name_fr, min(i.name_en) as name_en, min(i.position) as position, {_SUMS}
      from chosen i
     group by grouping sets ((i.family), (i.commune), (i.grade), (i.assessed_grade), ())
     order by position nulls last, key
"""
OF_ORGANISERS: Final = f"""
    with grouped as (
        select i.organiser_id, {_SUMS} from impact_edition i where {_WHERE} group by i.organiser_id
    ), counted as (
        select g.*, count(*) over () as organisers from grouped g
         order by g.attendances desc nulls last, g.organiser_id limit {ORGANISERS}
    )
    select 'organiser' as by, coalesce(o.public_id::text, '{UNKNOWN}') as key, o.name as name_fr, o.name as name_en,
           g.editions, g.assessed, g.elsewhere, g.stale, g.simulated, g.attended, g.attendances, g.added, g.npi,
           g.support, g.supported, g.above_one, g.organisers
      from counted g left join organisation o on o.id = g.organiser_id
     order by g.attendances desc nulls last, g.organiser_id
"""
EDITIONS: Final = f"""
    with chosen as (
        select i.edition_id, i.sort_key, i.year, i.family_id, i.commune_insee, i.organiser_id, i.simulated,
               i.attendances, i.grade, i.attended_by, i.number, i.assessed_grade, i.territory, i.set_number,
               i.model_hash, i.stale, i.figures
          from impact_edition i
         where {_WHERE}
           and ($7::uuid is null or (i.sort_key, i.edition_id) > (
               select n.sort_key, n.edition_id from impact_edition n join edition m on m.id = n.edition_id
                where m.public_id = $7))
         order by i.sort_key, i.edition_id limit $8
    )
    select e.public_id as id, v.name as event, c.year, f.name_fr as family_fr, f.name_en as family_en,
           m.name as commune, o.name as organiser, c.simulated, c.attendances, c.grade, c.attended_by, c.number,
           c.assessed_grade, c.territory, c.set_number, encode(c.model_hash, 'hex') as model_hash, c.stale, c.figures
      from chosen c join edition e on e.id = c.edition_id join event v on v.id = e.event_id
      left join family f on f.id = c.family_id left join commune m on m.insee = c.commune_insee
      left join organisation o on o.id = c.organiser_id
     order by c.sort_key, c.edition_id
"""
PAIR: Final = """
    select e.public_id as id, v.name as event, i.year, f.name_fr as family_fr, f.name_en as family_en,
           m.name as commune, o.name as organiser, i.simulated, i.attendances, i.grade, i.attended_by, i.number,
           i.assessed_grade, i.territory, i.set_number, encode(i.model_hash, 'hex') as model_hash, i.stale, i.figures
      from impact_edition i join edition e on e.id = i.edition_id join event v on v.id = e.event_id
      left join family f on f.id = i.family_id left join commune m on m.insee = i.commune_insee
      left join organisation o on o.id = i.organiser_id
     where e.public_id = any($1)
"""
LISTED: Final = f"""
    select e.public_id as id, v.name as event, i.year, i.number, i.grade, i.assessed_grade, i.attended_by, i.stale,
           i.simulated, {{value}} as value
      from impact_edition i join edition e on e.id = i.edition_id join event v on v.id = e.event_id
     where {_WHERE} and {{value}} is not null
       and ($7::uuid is null or (i.sort_key, i.edition_id) > (
           select n.sort_key, n.edition_id from impact_edition n join edition m on m.id = n.edition_id
            where m.public_id = $7))
     order by i.sort_key, i.edition_id limit $8
"""
_OF_TERRITORY: Final = f"case when i.territory = '{TERRITORY}' then (i.figures -> 'sums' ->> '{{}}')::float8 end"
VALUES: Final[dict[str, str]] = {
    "editions": "1::float8",
    "assessed": "case when i.number is not null then 1::float8 end",
    "attendances": "i.attendances",
    "supported": "case when i.net_leverage is not null then 1::float8 end",
    "above_one": "case when i.net_leverage > 1 then 1::float8 end",
    **{key: _OF_TERRITORY.format(key) for key in SUMMED},
}
"""What each sum adds of a row."""
TOTALS: Final = f"""
    select {{sums}} from impact_edition i where {_WHERE}
"""
YEARS: Final = """
    select year, count(*) as editions, count(number) as assessed from impact_edition group by year order by year desc
"""
CHOICES: Final = """
    select v.name || ' ' || i.year as name, e.public_id as id
      from impact_edition i join edition e on e.id = i.edition_id join event v on v.id = e.event_id
     where i.number is not null order by i.year desc, i.sort_key, i.edition_id limit 500
"""
COMPUTED: Final = f"select max(i.computed_at) from impact_edition i where {_WHERE}"
COMMUNES: Final = "select insee, name from commune order by sort_key"
FAMILIES: Final = "select slug, name_fr, name_en from family where retired_at is null order by position, slug"
FILM: Final = """
    select p.public_id as id, p.subject, p.quantity, p.value::float8 as value, p.source_document, p.source_line,
           p.source_field, p.grade, p.note, p.stated_by, p.stated_at
      from programme_figure p where p.retired_at is null and p.year = $1 and p.public_id = $2
"""
FILMS: Final = """
    select p.public_id as id, p.subject, p.quantity, p.value::float8 as value, p.source_document, p.source_line,
           p.source_field
      from programme_figure p
     where p.retired_at is null and p.year = $1 and (
           p.subject = 'film_shoots' and p.quantity in ('productions', 'shooting_days', 'declared_spend_eur')
           or p.quantity in ('declared_spend_eur', 'support_amount', 'projects')
           and exists (select from programme_figure d where d.subject = p.subject and d.year = p.year
                          and d.quantity = 'declared_spend_eur' and d.retired_at is null))
     order by p.subject <> 'film_shoots', p.subject, p.quantity, p.id
"""


class Group(Struct, frozen=True, kw_only=True):
    """Some editions of a year together; sums of assessments are those of one territory, null where none was added.

    `supported` were assessed and have a subsidy; of them, the median net leverage of `above_one` is above one for one.
    """

    by: GroupBy
    key: str
    name_fr: str | None = None
    name_en: str | None = None
    editions: int
    assessed: int
    elsewhere: int
    stale: int
    simulated: int
    attended: int
    attendances: float | None
    added: int
    npi: float | None
    support: float | None
    supported: int
    above_one: int


class Figures(Struct, frozen=True, kw_only=True):
    """What was kept of an assessment: means that add, intervals that do not."""

    sums: dict[str, float] = {}
    impact: Distribution | None = None
    leverage: Distribution | None = None
    gross: Distribution | None = None
    financial: float | None = None


class YearEdition(Struct, frozen=True, kw_only=True):
    """An edition in its year; without a number it was not assessed."""

    id: UUID
    event: str
    year: int
    family_fr: str | None
    family_en: str | None
    commune: str | None
    organiser: str | None
    simulated: bool
    attendances: float | None
    grade: Grade | None
    attended_by: Literal["figure", "entry"] | None
    number: int | None
    assessed_grade: Grade | None
    territory: str | None
    set_number: int | None
    model_hash: str | None
    stale: bool
    figures: Figures


class Term(Struct, frozen=True, kw_only=True):
    """What a sum adds of one edition."""

    id: UUID
    event: str
    year: int
    number: int | None
    grade: Grade | None
    assessed_grade: Grade | None
    attended_by: Literal["figure", "entry"] | None
    stale: bool
    simulated: bool
    value: float


class Film(Struct, frozen=True, kw_only=True):
    """A figure that a document prints of film shoots or of a fund; it is no event and is added to none."""

    id: UUID
    subject: str
    quantity: str
    value: float
    source_document: str
    source_line: int | None
    source_field: str | None


class FilmStated(Film, frozen=True, kw_only=True):
    """Such a figure, with its grade and who stated it when."""

    grade: Grade | None
    note: str | None
    stated_by: UUID | None
    stated_at: dt.datetime


class Named(Struct, frozen=True):
    """A commune."""

    insee: str
    name: str


class FamilyNamed(Struct, frozen=True):
    """A family."""

    slug: str
    name_fr: str
    name_en: str


class Year(Struct, frozen=True, kw_only=True):
    """A year as its page shows it: groups, totals, one page of editions, `following` where there are more."""

    chosen: Chosen
    computed_at: dt.datetime | None
    total: Group
    groups: tuple[Group, ...]
    organisers: int
    editions: tuple[YearEdition, ...]
    following: UUID | None
    films: tuple[Film, ...]
    communes: tuple[Named, ...]
    families: tuple[FamilyNamed, ...]

    def by(self, kind: GroupBy) -> list[Group]:
        """The groups of one kind."""
        return [group for group in self.groups if group.by == kind]


class YearListed(Struct, frozen=True, kw_only=True):
    """A year that has editions."""

    year: int
    editions: int
    assessed: int


async def impact_years(pool: Pool) -> list[YearListed]:
    """The years that have editions, the latest first."""
    return [YearListed(**dict(row)) for row in await pool.fetch(YEARS)]


async def impact_year(pool: Pool, chosen: Chosen, *, after: UUID | None, limit: int) -> Year:
    """A year, or what was chosen of it."""
    async with snapshot(pool) as connection:
        groups = [_group(row) for row in await connection.fetch(GROUPS, *chosen.values)]
        organisers = await connection.fetch(OF_ORGANISERS, *chosen.values)
        rows = await connection.fetch(EDITIONS, *chosen.values, after, limit + 1)
        return Year(
            chosen=chosen,
            computed_at=await connection.fetchval(COMPUTED, *chosen.values),
            total=next(group for group in groups if group.by == "all"),
            groups=(*(group for group in groups if group.by != "all"), *(_group(row) for row in organisers)),
            organisers=organisers[0]["organisers"] if organisers else 0,
            editions=tuple(_edition(row) for row in rows[:limit]),
            following=rows[limit - 1]["id"] if len(rows) > limit else None,
            films=tuple(Film(**dict(row)) for row in await connection.fetch(FILMS, chosen.year)),
            communes=tuple(Named(*row.values()) for row in await connection.fetch(COMMUNES)),
            families=tuple(FamilyNamed(*row.values()) for row in await connection.fetch(FAMILIES)),
        )


async def terms(pool: Pool, chosen: Chosen, key: SummedKey, *, after: UUID | None) -> tuple[list[Term], UUID | None]:
    """What a sum adds, edition by edition, and where to continue."""
    rows = await pool.fetch(LISTED.format(value=VALUES[key]), *chosen.values, after, TERMS + 1)
    found = [Term(**dict(row)) for row in rows[:TERMS]]
    return found, found[-1].id if len(rows) > TERMS else None


class Sum(Struct, frozen=True, kw_only=True):
    """A sum, how many editions it adds and in how many communes, by the grade of what it rests on."""

    value: float
    editions: int
    communes: int = 0
    grades: tuple[Grade, ...]


ADDED: Final[tuple[SummedKey, ...]] = ("editions", "assessed", "attendances", *SUMMED)


async def sums(pool: Pool, chosen: Chosen, names: tuple[SummedKey, ...] = ADDED) -> dict[SummedKey, Sum]:
    """Sums of what was chosen; those that add nothing are missing."""
    columns = ", ".join(
        f"sum({VALUES[key]}) as {key}, count({VALUES[key]}) as {key}_count,"
        f" count(distinct i.commune_insee) filter (where ({VALUES[key]}) is not null) as {key}_communes,"
        f" array_agg(distinct {'i.grade' if key == 'attendances' else 'i.assessed_grade'})"
        f" filter (where ({VALUES[key]}) is not null) as {key}_grades"
        for key in names
    )
    row = await pool.fetchrow(TOTALS.format(sums=columns), *chosen.values)
    return {
        key: Sum(
            value=row[key],
            editions=row[f"{key}_count"],
            communes=row[f"{key}_communes"],
            grades=tuple(sorted(grade for grade in row[f"{key}_grades"] if grade)),
        )
        for key in names
        if row is not None and row[f"{key}_count"]
    }


async def film(pool: Pool, year: int, figure_id: UUID) -> FilmStated | None:
    """One figure of a document; None where the year has none of that identifier."""
    row = await pool.fetchrow(FILM, year, figure_id)
    return None if row is None else FilmStated(**dict(row))


async def films(pool: Pool, year: int) -> tuple[Film, ...]:
    """What documents print of film shoots and funds."""
    return tuple(Film(**dict(row)) for row in await pool.fetch(FILMS, year))


async def assessed_choices(pool: Pool) -> list[tuple[str, str]]:
    """The editions that were assessed, by name, for a choice: their identifiers and names."""
    return [(str(row["id"]), row["name"]) for row in await pool.fetch(CHOICES)]


async def editions_of(pool: Pool, ids: list[UUID]) -> dict[UUID, YearEdition]:
    """Some editions by their identifiers."""
    return {row["id"]: _edition(row) for row in await pool.fetch(PAIR, ids)}


def _group(row: asyncpg.Record) -> Group:
    return Group(**{name: row[name] for name in Group.__struct_fields__})


def _edition(row: asyncpg.Record) -> YearEdition:
    return YearEdition(**{**dict(row), "figures": msgspec.json.decode(row["figures"], type=Figures)})


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
