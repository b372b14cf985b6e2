"""What the working pages need to name records: choices for a field, and lists with their state."""

import datetime as dt
from typing import Final
from uuid import UUID

from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.read import programme
from events_api.read.accounts import NOBODYS, TOKEN
from events_api.read.connections import Pool
from events_api.read.records import Visibility, visible
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
