"""Who one is, which sessions one has open, and who may see which tokens."""

import datetime as dt
from typing import Final
from uuid import UUID

from msgspec import Struct

from events_api.domain.accounts import ApiToken, NotOneOrganisation
from events_api.domain.actors import Actor, Role
from events_api.domain.errors import NotFound
from events_api.read.connections import Pool
from events_api.read.records import Visibility
from events_api.read.shapes import API_TOKEN, record_of

NOBODYS: Final = Visibility(public="false", known="false")
TOKEN: Final = Visibility(
    public="false",
    own="(t.organisation_id in (select id from organisation where public_id = any({0})) or t.edition_id in ("
    "select e.id from edition e join event_party p on p.event_id = e.event_id and p.role = 'organiser'"
    " join organisation o on o.id = p.organisation_id where o.public_id = any({0})))",
    known="false",
)
PERSON: Final = "select email, display_name, language from account where public_id = $1"
ORGANISATIONS: Final = """
    select public_id as id, name from organisation where public_id = any($1::uuid[]) order by sort_key, id
"""
SESSIONS: Final = """
    select session_public_id(s.token_hash) as id, s.created_at, s.last_seen_at, s.expires_at,
        s.token_hash is not distinct from $2::bytea as current
    from web_session s join account a on a.id = s.account_id
    where a.public_id = $1 and s.expires_at > now() and s.last_seen_at > now() - $3::interval
    order by s.created_at desc, s.token_hash
"""
ORGANISATION_NAMED: Final = """
    select public_id from organisation
    where retired_at is null and (public_id::text = lower($1) or siret = $1 or rna = $1 or name = $1) limit 2
"""
PEOPLE: Final = """
    select a.public_id as id, a.email, a.display_name, a.password_hash is not null as password,
        array(select distinct m.role from membership m where m.account_id = a.id and m.retired_at is null
            and (now() at time zone 'Europe/Paris')::date between m.starts_on and coalesce(m.ends_on, 'infinity')
            order by m.role) as roles
    from account a where a.erased_at is null and ($1::text is null or a.email = lower($1) or a.public_id::text = $1)
    order by a.id
"""


class Person(Struct, frozen=True, kw_only=True):
    """An account as the command line shows it, with the roles held today."""

    id: UUID
    email: str
    display_name: str | None
    password: bool
    roles: list[str]


class ActingFor(Struct, frozen=True, kw_only=True):
    """An organisation for which one acts."""

    id: UUID
    name: str


class Me(Struct, frozen=True, kw_only=True):
    """Who asks, as the platform knows them."""

    kind: str
    id: UUID | None
    email: str | None = None
    display_name: str | None = None
    language: str | None = None
    roles: list[Role]
    organisations: list[ActingFor]
    edition_id: UUID | None
    may_write: bool
    csrf_token: str | None = None
    session_expires_at: dt.datetime | None = None


class SessionSeen(Struct, frozen=True, kw_only=True):
    """An open session of one's own."""

    id: UUID
    created_at: dt.datetime
    last_seen_at: dt.datetime
    expires_at: dt.datetime
    current: bool


async def me(
    pool: Pool, actor: Actor, *, csrf_token: str | None = None, session_expires_at: dt.datetime | None = None
) -> Me:
    """Describe an actor to itself."""
    person = await pool.fetchrow(PERSON, actor.id) if actor.kind == "person" else None
    organisations = await pool.fetch(ORGANISATIONS, list(actor.organisations)) if actor.organisations else []
    return Me(
        kind=actor.kind,
        id=actor.id,
        email=person["email"] if person else None,
        display_name=person["display_name"] if person else None,
        language=person["language"] if person else None,
        roles=sorted(actor.roles),
        organisations=[ActingFor(**row) for row in organisations],
        edition_id=actor.edition,
        may_write=actor.may_write,
        csrf_token=csrf_token,
        session_expires_at=session_expires_at,
    )


async def sessions(pool: Pool, account_id: UUID, current: bytes | None, idle: dt.timedelta) -> list[SessionSeen]:
    """The open sessions of a person, the newest first."""
    return [SessionSeen(**row) for row in await pool.fetch(SESSIONS, account_id, current, idle)]


async def organisation_named(pool: Pool, text: str) -> UUID:
    """The one organisation with this identifier, SIRET, RNA or exact name; raises NotOneOrganisation."""
    found = await pool.fetch(ORGANISATION_NAMED, text)
    if len(found) != 1:
        raise NotOneOrganisation(field="organisation", text=text)
    identifier: UUID = found[0]["public_id"]
    return identifier


async def people(pool: Pool) -> list[Person]:
    """Every account that was not erased, in the order of their creation."""
    return [Person(**row) for row in await pool.fetch(PEOPLE, None)]


async def person_named(pool: Pool, text: str) -> Person:
    """The account with this e-mail address or identifier; raises NotFound."""
    row = await pool.fetchrow(PEOPLE, text)
    if row is None:
        raise NotFound(kind="account")
    return Person(**row)


async def tokens(pool: Pool) -> list[ApiToken]:
    """Every token that was not revoked, in the order of their creation."""
    rows = await pool.fetch(
        f"select {API_TOKEN.columns} from {API_TOKEN.table} t where t.retired_at is null order by t.id"
    )
    return [record_of(API_TOKEN, row.items()) for row in rows]
