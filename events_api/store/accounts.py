"""Who a token or a session cookie belongs to, and the writing side of accounts, sessions and tokens."""

import datetime as dt
import hashlib
from typing import Final

import asyncpg
from msgspec import Struct

from events_api.domain.accounts import SESSION_IDLE, TOKEN_PREFIX, SessionEnded, TokenRefused
from events_api.domain.actors import Actor
from events_api.read.connections import Pool

MACHINE: Final = """
    with found as (
        select t.id, t.public_id, t.role, t.scopes, t.last_used_at, o.public_id as organisation, e.public_id as edition
        from api_token t
            left join organisation o on o.id = t.organisation_id
            left join edition e on e.id = t.edition_id
        where t.token_hash = $1 and t.retired_at is null and t.expires_at > now()
    ), used as (
        update api_token set last_used_at = now() where id in (
            select id from api_token
            where id = (select id from found where last_used_at is null or last_used_at < now() - interval '1 minute')
            for no key update skip locked)
    )
    select public_id, role, scopes, organisation, edition from found
"""
PERSON: Final = """
    with found as (
        select s.token_hash, s.csrf_secret, s.last_seen_at, s.expires_at, a.id, a.public_id, a.language
        from web_session s join account a on a.id = s.account_id
        where s.token_hash = $1 and s.expires_at > now() and s.last_seen_at > now() - $2::interval
            and a.retired_at is null and a.erased_at is null
    ), seen as (
        update web_session set last_seen_at = now() where token_hash in (
            select token_hash from web_session
            where token_hash = (select token_hash from found where last_seen_at < now() - interval '1 minute')
            for no key update skip locked)
    ), held as (
        select m.role, o.public_id as organisation
        from membership m join found on found.id = m.account_id left join organisation o on o.id = m.organisation_id
        where m.retired_at is null
            and (now() at time zone 'Europe/Paris')::date between m.starts_on and coalesce(m.ends_on, 'infinity')
    )
    select f.public_id, f.language, f.csrf_secret, f.expires_at,
        array(select distinct role from held) as roles,
        array(select distinct organisation from held where organisation is not null) as organisations
    from found f
"""


class OpenSession(Struct, frozen=True, kw_only=True):
    """A session as the request that carries its cookie has it."""

    token_hash: bytes
    csrf_secret: bytes
    expires_at: dt.datetime


def token_hash(secret: str) -> bytes:
    """What is stored of a token or of a session cookie: both are 32 random bytes, so that a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


async def token_actor(pool: Pool, secret: str) -> Actor:
    """The machine that holds a token; its last use is noted once a minute. Raises TokenRefused."""
    row: asyncpg.Record | None = None
    if secret.startswith(TOKEN_PREFIX):
        row = await pool.fetchrow(MACHINE, token_hash(secret))
    if row is None:
        raise TokenRefused
    return Actor(
        kind="machine",
        id=row["public_id"],
        roles=frozenset({row["role"]}),
        organisations=frozenset({row["organisation"]} - {None}),
        edition=row["edition"],
        may_write="write" in row["scopes"],
    )


async def session_actor(pool: Pool, secret: str) -> tuple[Actor, OpenSession]:
    """The person of a session cookie with the memberships of today; raises SessionEnded."""
    hashed = token_hash(secret)
    row = await pool.fetchrow(PERSON, hashed, SESSION_IDLE)
    if row is None:
        raise SessionEnded
    actor = Actor(
        kind="person",
        id=row["public_id"],
        roles=frozenset(row["roles"]) or frozenset({"anonymous"}),
        organisations=frozenset(row["organisations"]),
        language=row["language"],
    )
    return actor, OpenSession(token_hash=hashed, csrf_secret=row["csrf_secret"], expires_at=row["expires_at"])
