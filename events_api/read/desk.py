"""What the working pages need to name records: choices for a field, and lists with their state."""

import datetime as dt
from typing import Final
from uuid import UUID

from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.read import programme
from events_api.read.accounts import NOBODYS, TOKEN
from events_api.read.attendance import OF_OWN_ORGANISATION
from events_api.read.connections import Pool
from events_api.read.records import Visibility, visible
from events_api.read.subsidies import STAFF_ONLY
from events_api.text.formats import Language, primary_key


class Named(Struct, frozen=True, kw_only=True):
    """How the records of a table are called and sorted, from the table under the alias `t`."""

    table: str
    label: str
    sort: str
    key: str = "t.public_id"
    state: str = "null"
    visibility: Visibility = programme.EVERYBODY
    condition: str = "t.retired_at is null"


_EVENT_OF: Final = "(select v.{column} from event v where v.id = t.event_id)"

SOURCES: Final[dict[str, Named]] = {
    "family": Named(table="family", label="t.name_{language}", sort="to_char(t.position, 'FM00000')"),
    "roadmap_action": Named(
        table="roadmap_action", label="t.code || ' ' || coalesce(t.name_{language}, t.name_fr)", sort="t.code"
    ),
    "commune": Named(table="commune", label="t.name", sort="t.sort_key", key="t.insee", condition="true"),
    "organisation": Named(table="organisation", label="t.name", sort="t.sort_key"),
    "place": Named(
        table="place",
        label="t.name || coalesce(', ' || (select c.name from commune c where c.insee = t.commune_insee), '')",
        sort="t.sort_key",
    ),
    "event": Named(table="event", label="t.name", sort="t.sort_key", visibility=programme.EVENT),
    "edition": Named(
        table="edition",
        label=_EVENT_OF.format(column="name") + " || ' ' || t.year",
        sort=_EVENT_OF.format(column="sort_key") + " || to_char(9999 - t.year, 'FM0000')",
        state="t.editorial_state",
        visibility=programme.EDITION,
    ),
    "call": Named(
        table="call", label="coalesce(t.title_{language}, t.title_fr)", sort="to_char(t.opens_on, 'YYYYMMDD')"
    ),
    "envelope": Named(
        table="envelope",
        label="t.name || ' ' || t.year",
        sort="to_char(9999 - t.year, 'FM0000') || t.name",
        visibility=STAFF_ONLY,
    ),
    "attendance_report": Named(
        table="attendance_report",
        label="(select v.name || ' ' || e.year from edition e join event v on v.id = e.event_id"
        " where e.id = t.edition_id) || ', ' || (select o.name from organisation o where o.id = t.organisation_id)",
        sort="(select v.sort_key || e.year from edition e join event v on v.id = e.event_id where e.id = t.edition_id)",
        state="t.state",
        visibility=OF_OWN_ORGANISATION,
    ),
    "subsidy": Named(
        table="subsidy",
        label="t.title || ', ' || (select o.name from organisation o where o.id = t.organisation_id)",
        sort="(select o.sort_key from organisation o where o.id = t.organisation_id) || ' ' || lower(t.title)",
        state="t.state",
        visibility=OF_OWN_ORGANISATION,
    ),
    "account": Named(
        table="account",
        label="coalesce(t.display_name || ' (' || t.email || ')', t.email, '—')",
        sort="coalesce(t.email, '')",
        visibility=NOBODYS,
    ),
    "membership": Named(
        table="membership",
        label="(select coalesce(a.display_name, a.email, '—') from account a where a.id = t.account_id)"
        " || coalesce(', ' || (select o.name from organisation o where o.id = t.organisation_id), '')",
        sort="(select coalesce(a.email, '') from account a where a.id = t.account_id)",
        state="t.role",
        visibility=NOBODYS,
    ),
    "api_token": Named(
        table="api_token",
        label="t.name || ' (…' || t.hint || ')'",
        sort="lower(t.name)",
        state="t.role",
        visibility=TOKEN,
    ),
}


class Line(Struct, frozen=True, kw_only=True):
    """One record of a list."""

    id: str
    label: str
    state: str | None
    updated_at: dt.datetime


async def choices(pool: Pool, source: str, viewer: Grant, language: Language) -> dict[str, str]:
    """The names of all records that a field may name, by identifier, in their order; twins are told apart."""
    named = SOURCES[source]
    values: list[object] = []
    seen = visible(named.visibility, viewer, values)
    rows = await pool.fetch(
        "select key, case when count(*) over (partition by label) > 1 then label || ' (' || right(key, 6) || ')'"
        f" else label end as label from (select {named.key}::text as key, {_label(named, language)} as label,"
        f" {named.sort} as sort from {named.table} t where {named.condition} and {seen}) named order by sort, key",
        *values,
    )
    return {row["key"]: row["label"] for row in rows}


async def lines(
    pool: Pool,
    source: str,
    viewer: Grant,
    language: Language,
    *,
    words: str = "",
    after: UUID | None = None,
    limit: int = 50,
) -> tuple[list[Line], str | None]:
    """The next records of a list in the order of their names, and the one to continue after, or None at the end."""
    named = SOURCES[source]
    pattern = primary_key(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values: list[object] = [f"%{pattern}%", None if after is None else str(after), limit + 1]
    seen = visible(named.visibility, viewer, values)
    rows = await pool.fetch(
        f"with named as (select {named.key}::text as id, {_label(named, language)} as label, {named.state} as state,"
        f" {named.sort} as sort, t.updated_at from {named.table} t where {named.condition} and {seen})"
        " select id, label, state, updated_at from named where sort like $1 and ($2::text is null"
        " or (sort, id) > (select b.sort, b.id from named b where b.id = $2)) order by sort, id limit $3",
        *values,
    )
    found = [Line(**dict(row)) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def _label(named: Named, language: Language) -> str:
    return named.label.format(language=language)


class Queued(Struct, frozen=True, kw_only=True):
    """An edition on its way to the calendar."""

    id: UUID
    event: str
    year: int
    starts_on: dt.date | None
    ends_on: dt.date | None
    date_text: str | None
    status: str
    state: str
    note: str | None
    updated_at: dt.datetime


async def editing_queue(pool: Pool, viewer: Grant, language: Language, state: str, *, limit: int) -> list[Queued]:
    """The editions in an editorial state that this person may see, those that waited longest first."""
    values: list[object] = [state, limit]
    seen = visible(programme.EDITION, viewer, values)
    rows = await pool.fetch(
        "select t.public_id as id, v.name as event, t.year, t.starts_on, t.ends_on,"
        f" coalesce(t.date_text_{language}, t.date_text_fr) as date_text, t.status, t.editorial_state as state,"
        " t.editorial_note as note, t.updated_at from edition t join event v on v.id = t.event_id"
        f" where t.editorial_state = $1 and t.retired_at is null and {seen} order by t.updated_at, t.id limit $2",
        *values,
    )
    return [Queued(**dict(row)) for row in rows]


async def editing_counts(pool: Pool, viewer: Grant) -> dict[str, int]:
    """How many editions stand in each editorial state."""
    values: list[object] = []
    seen = visible(programme.EDITION, viewer, values)
    rows = await pool.fetch(
        "select t.editorial_state as state, count(*) as editions from edition t"
        f" where t.retired_at is null and {seen} group by t.editorial_state",
        *values,
    )
    return {row["state"]: row["editions"] for row in rows}
