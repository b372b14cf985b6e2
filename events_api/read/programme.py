"""Who sees what of the programme, its filters, and the communes."""

from uuid import UUID

from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.read.connections import Pool
from events_api.read.records import Condition, Visibility
from events_api.text.formats import primary_key

EVERYBODY = Visibility()
_PUBLISHED = "exists (select from edition e where e.event_id = t.id and e.editorial_state = 'published')"
_OWN_EVENT = (
    "exists (select from event_party p join organisation o on o.id = p.organisation_id"
    " where p.event_id = {event} and p.role = 'organiser' and o.public_id = any({{}}))"
)
EVENT = Visibility(
    public=_PUBLISHED,
    own=_OWN_EVENT.format(event="t.id"),
    known="exists (select from edition e where e.event_id = t.id and e.first_published_at is not null)"
    " or t.merged_into_id is not null",
)
EDITION = Visibility(
    public="t.editorial_state = 'published'",
    own=_OWN_EVENT.format(event="t.event_id"),
    known="t.first_published_at is not null",
)
OWN_EDITION = Visibility(public="false", own=EDITION.own, known="false")
"""What is for its organisers and the staff alone, published or not."""
_OF_EDITION = "exists (select from edition e where e.id = t.edition_id and {condition})"
EDITION_OWNED = Visibility(
    public=_OF_EDITION.format(condition="e.editorial_state = 'published'"),
    own=_OF_EDITION.format(condition=_OWN_EVENT.format(event="e.event_id")),
    known=_OF_EDITION.format(condition="e.first_published_at is not null"),
)


def simulated(edition: str) -> str:
    """The condition that the edition of this alias is simulated, or that a file that counts in it is."""
    return (
        f"({edition}.simulated or exists (select from ticket_import i"
        f" where i.edition_id = {edition}.id and i.state = 'done' and i.simulated))"
    )


async def event_name(pool: Pool, event_id: UUID) -> str:
    """The name of an event that is there."""
    name: str = await pool.fetchval("select name from event where public_id = $1", event_id)
    return name


def named(text: str | None, column: str = "t.sort_key") -> list[Condition]:
    """Whose name holds a text, whatever its accents and capitals."""
    if text is None:
        return []
    pattern = primary_key(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [Condition(f"{column} like {{}}", f"%{pattern}%")]


def equal(column: str, value: object) -> list[Condition]:
    """Whose column has a value, where one is asked for."""
    return [] if value is None else [Condition(f"{column} = {{}}", value)]


def of(column: str, table: str, public_id: UUID | None) -> list[Condition]:
    """Which belong to a record named by its public identifier."""
    if public_id is None:
        return []
    return [Condition(f"{column} = (select id from {table} where public_id = {{}})", public_id)]


def of_event(condition: str, value: object) -> list[Condition]:
    """Whose event (under the alias `v`) fulfils a condition."""
    if value is None:
        return []
    return [Condition(f"exists (select from event v where v.id = t.event_id and {condition})", value)]


def in_year(viewer: Grant, year: int | None) -> list[Condition]:
    """Which have an edition of a year that the viewer may know of."""
    if year is None:
        return []
    held = "exists (select from edition e where e.event_id = t.id and e.retired_at is null and e.year = {}"
    if viewer.scope == "all":
        return [Condition(f"{held})", year)]
    seen = f"(e.editorial_state = 'published' or {_OWN_EVENT.format(event='t.id')})"
    return [Condition(f"{held} and {seen})", year, (list(viewer.organisations) if viewer.scope == "own" else [],))]


ORGANISED_BY = (
    "exists (select from event_party p join organisation o on o.id = p.organisation_id"
    " where p.event_id = {event} and p.role = 'organiser' and o.public_id = {{}})"
)


class Commune(Struct, frozen=True, kw_only=True):
    """A commune of the territory; `population_source` says of which file the population is."""

    insee: str
    name: str
    siren: str
    departement: str
    population: int
    population_source: str
    postcodes: list[str]
    longitude: float
    latitude: float


async def communes(pool: Pool) -> list[Commune]:
    """The 92 communes, in the order of their names."""
    rows = await pool.fetch(
        "select insee, name, siren, departement, population, population_source, postcodes, longitude, latitude"
        " from commune order by sort_key"
    )
    return [Commune(**dict(row)) for row in rows]
