"""Who a token or a session cookie belongs to, and the writing side of accounts, sessions and tokens."""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from events_api.domain.accounts import (
    FAILURES_WINDOW,
    INVITATION_LIFE,
    SESSION_IDLE,
    SESSION_LIFE,
    TOKEN_PREFIX,
    Account,
    ApiToken,
    InvitationRefused,
    Membership,
    SessionEnded,
    TokenRefused,
    WrongCredentials,
    refuse_while_closed,
)
from events_api.domain.actors import Actor
from events_api.domain.errors import NotFound, StaleVersion
from events_api.domain.records import require_owner, retire
from events_api.read.connections import Pool
from events_api.store.looks import Looks
from events_api.store.transaction import SqlWork

HOLDERS: Final = """
    with found as (
        select t.id, t.token_hash, t.public_id, t.role, t.scopes, t.last_used_at,
            o.public_id as organisation, e.public_id as edition
        from api_token t
            left join organisation o on o.id = t.organisation_id and o.retired_at is null
            left join edition e on e.id = t.edition_id
        where t.token_hash = any($1::bytea[]) and t.retired_at is null and t.expires_at > now()
    ), used as (
        update api_token set last_used_at = now() where id in (
            select id from api_token
            where id = any(array(
                select id from found where last_used_at is null or last_used_at < now() - interval '1 minute'))
            for no key update skip locked)
    )
"""
"""The machines that hold tokens, as `found`; their last use is noted once a minute."""
MACHINES: Final = f"{HOLDERS} select token_hash, public_id, role, scopes, organisation, edition from found"
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
        from membership m join found on found.id = m.account_id left join organisation o
            on o.id = m.organisation_id and o.retired_at is null
        where m.retired_at is null
            and (now() at time zone 'Europe/Paris')::date between m.starts_on and coalesce(m.ends_on, 'infinity')
    )
    select f.public_id, f.language, f.csrf_secret, f.expires_at,
        array(select distinct role from held) as roles,
        array(select distinct organisation from held where organisation is not null) as organisations
    from found f
"""
PURGE_ATTEMPTS: Final = """
    delete from login_attempt where (subject, at, id) in (
        select subject, at, id from login_attempt where at < clock_timestamp() - $1::interval for update skip locked)
"""
OPEN_SESSION: Final = """
    insert into web_session (token_hash, account_id, csrf_secret, expires_at)
    select $1, id, $3, now() + $4::interval from account
    where public_id = $2 and password_hash = $5 and erased_at is null and retired_at is null
    returning true
"""
END_SESSIONS: Final = """
    delete from web_session
    where account_id = (select id from account where public_id = $1)
        and ($2::uuid is null or session_public_id(token_hash) = $2)
        and ($3::bytea is null or token_hash <> $3)
    returning 1
"""


class OpenSession(Struct, frozen=True, kw_only=True):
    """A session as the request that carries its cookie has it."""

    token_hash: bytes
    csrf_secret: bytes
    expires_at: dt.datetime


def token_hash(secret: str) -> bytes:
    """What is stored of a token or of a session cookie: both are 32 random bytes, so that a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def session_public_id(hashed: bytes) -> UUID:
    """The name under which a person ends one of their sessions; the database has the same function."""
    return UUID(bytes=hashlib.sha256(hashed).digest()[:16])


class Machines:
    """Finds the machines that hold tokens, by looks that requests share: a revocation holds for the next request."""

    def __init__(self) -> None:
        self._looks = Looks(machines)

    async def holder(self, pool: Pool, secret: str) -> Actor:
        """The machine that holds a token; its last use is noted once a minute. Raises TokenRefused."""
        actor = await self._looks.of(pool, token_hash(secret)) if secret.startswith(TOKEN_PREFIX) else None
        if actor is None:
            raise TokenRefused
        return actor


async def machines(pool: Pool, hashes: Iterable[bytes]) -> dict[bytes, Actor]:
    """The machines that hold the tokens with these hashes; their last use is noted once a minute."""
    return {row["token_hash"]: machine_of(row) for row in await pool.fetch(MACHINES, list(hashes))}


def machine_of(row: asyncpg.Record) -> Actor:
    """The machine of a row of HOLDERS."""
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


class Attempt(Struct, frozen=True):
    """A login that was let in to try; it counts as a failure until it succeeds."""

    account: str
    address: str
    ids: list[int]


class Credentials(Struct, frozen=True):
    """What the database knows of who claims an e-mail address; empty when nobody has it."""

    account_id: UUID | None = None
    password_hash: str | None = None


async def begin_attempt(pool: Pool, key: bytes, email: str, address: str) -> tuple[Attempt, Credentials]:
    """Count a login before its password is looked at, or refuse it; so many at once are still counted one by one."""
    account_subject, address_subject = _subject(key, "account", email), _subject(key, "address", address)
    subjects = sorted((account_subject, address_subject))
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(PURGE_ATTEMPTS, FAILURES_WINDOW)
        for subject in subjects:
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 2))", subject)
        now = await connection.fetchval("select clock_timestamp()")
        rows = await connection.fetch("select subject, at from login_attempt where subject = any($1::text[])", subjects)
        refuse_while_closed(
            [row["at"] for row in rows if row["subject"] == account_subject],
            [row["at"] for row in rows if row["subject"] == address_subject],
            now,
        )
        ids = await connection.fetch(
            "insert into login_attempt (subject, at) select unnest($1::text[]), $2 returning id", subjects, now
        )
        row = await connection.fetchrow(
            "select public_id, password_hash from account"
            " where email = $1 and erased_at is null and retired_at is null",
            email,
        )
    found = Credentials() if row is None else Credentials(row["public_id"], row["password_hash"])
    return Attempt(account_subject, address_subject, [row["id"] for row in ids]), found


async def attempt_succeeded(connection: asyncpg.Connection, attempt: Attempt) -> None:
    """Forget the failures of the account, and of the address this attempt alone: no account shields a sweep."""
    await connection.execute(
        "delete from login_attempt where subject = $1 or (subject = $2 and id = any($3::bigint[]))",
        attempt.account,
        attempt.address,
        attempt.ids,
    )


async def open_session(work: SqlWork, account_id: UUID, password_hash: str, former: OpenSession | None) -> str:
    """Open a session under a new secret, which is returned; the one that the browser had before ends.

    Raises WrongCredentials when the password was changed or the account erased meanwhile.
    """
    secret = secrets.token_urlsafe(32)
    opened = await work.connection.fetchval(
        OPEN_SESSION, token_hash(secret), account_id, secrets.token_bytes(32), SESSION_LIFE, password_hash
    )
    if opened is None:
        raise WrongCredentials
    if former is not None:
        await work.connection.execute("delete from web_session where token_hash = $1", former.token_hash)
    await work.connection.execute("delete from web_session where expires_at < now()")
    await work.audit("session", account_id, None, {"opened": work.now})
    return secret


async def end_sessions(
    work: SqlWork, account_id: UUID, *, only: UUID | None = None, keep: OpenSession | None = None
) -> int:
    """End the sessions of a person: all, or one by its public id, or all but one. Returns how many."""
    ended = await work.connection.fetch(END_SESSIONS, account_id, only, None if keep is None else keep.token_hash)
    if ended:
        await work.audit("session", account_id, {"open": len(ended)}, {"open": 0})
    return len(ended)


async def set_password(work: SqlWork, account_id: UUID, hashed: str, *, keep: OpenSession | None = None) -> None:
    """Set a password; every session but `keep` and every invitation of the person ends. Raises NotFound."""
    changed = await work.connection.fetchval(
        "update account set password_hash = $2 where public_id = $1 and erased_at is null returning id",
        account_id,
        hashed,
    )
    if changed is None:
        raise NotFound(kind="account")
    await work.connection.execute("delete from invitation where account_id = $1", changed)
    await work.audit("account", account_id, None, {"password": "set"})
    await end_sessions(work, account_id, keep=keep)


async def choose_language(work: SqlWork, account_id: UUID, language: Literal["fr", "en"]) -> None:
    """Keep the language that a person chose for themselves."""
    before = await work.of(Account).lock(account_id)
    if before.language != language:
        after = replace(before, language=language, version=before.version + 1, updated_at=work.now)
        await work.of(Account).save(before, after)


async def invite(work: SqlWork, account_id: UUID) -> tuple[str, dt.datetime]:
    """Make the secret with which a person sets a password, once; a former invitation ends. Raises NotFound."""
    await work.of(Account).lock(account_id)
    secret, expires_at = secrets.token_urlsafe(32), work.now + INVITATION_LIFE
    await work.connection.execute(
        "delete from invitation where account_id = (select id from account where public_id = $1)", account_id
    )
    invited = await work.connection.fetchval(
        "insert into invitation (token_hash, account_id, created_at, expires_at)"
        " select $2, id, $3, $4 from account where public_id = $1 and erased_at is null returning true",
        account_id,
        token_hash(secret),
        work.now,
        expires_at,
    )
    if invited is None:
        raise NotFound(kind="account")
    await work.audit("invitation", account_id, None, {"expires_at": expires_at})
    return secret, expires_at


async def invited(pool: Pool, secret: str) -> tuple[UUID, str]:
    """The account and the e-mail address of an invitation; raises InvitationRefused."""
    row = await pool.fetchrow(
        "select a.public_id, a.email from invitation i join account a on a.id = i.account_id"
        " where i.token_hash = $1 and i.expires_at > now() and a.erased_at is null",
        token_hash(secret),
    )
    if row is None:
        raise InvitationRefused(field="secret")
    return row["public_id"], row["email"]


async def use_invitation(work: SqlWork, account_id: UUID, secret: str, hashed: str) -> None:
    """Set the password of an invitation, which ends; of two that use it at once the second raises InvitationRefused."""
    used = await work.connection.fetchval(
        "delete from invitation where token_hash = $1 and expires_at > now() returning account_id", token_hash(secret)
    )
    if used is None:
        raise InvitationRefused(field="secret")
    await set_password(work, account_id, hashed)


async def erase(work: SqlWork, account_id: UUID, expected: int | None) -> Account:
    """Forget a person: the row stays empty, the values in the trail lose their key, the chain stays whole."""
    before = await work.of(Account).lock(account_id)
    if before.erased_at is not None:
        return before
    if expected is not None and before.version != expected:
        raise StaleVersion(expected=expected, current=before.version)
    memberships = await work.connection.fetch(
        "select m.public_id from membership m join account a on a.id = m.account_id"
        " where a.public_id = $1 and m.retired_at is null order by m.id",
        account_id,
    )
    for row in memberships:
        await retire(work, Membership, row["public_id"], None)
    await end_sessions(work, account_id)
    await work.connection.execute(
        "update account set email = null, display_name = null, password_hash = null, erased_at = $2, retired_at = $2,"
        " version = version + 1, updated_at = $2, mark = current_mark() where public_id = $1",
        account_id,
        work.now,
    )
    for table in ("invitation", "person_key"):
        await work.connection.execute(
            f"delete from {table} where account_id = (select id from account where public_id = $1)", account_id
        )
    # answers that were kept for a repeated request hold the address, too
    await work.connection.execute("delete from idempotency where position($1::bytea in body) > 0", _bytes(before.email))
    await work.audit("account", account_id, {"erased_at": None}, {"erased_at": work.now})
    return await work.of(Account).lock(account_id)


async def issue(work: SqlWork, values: Mapping[str, Any]) -> tuple[ApiToken, str]:
    """Make a token within the reach of who asks; returns it with its secret, which is not kept."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        id=work.new_id(),
        created_at=work.now,
        updated_at=work.now,
        hint=secret[-4:],
        created_by=work.actor.id,
        **values,
    )
    token.check()
    await require_owner(work, token)
    return await work.of(ApiToken).add(token, token_hash=token_hash(secret)), secret


def _subject(key: bytes, kind: str, value: str) -> str:
    """The name under which attempts are counted: neither the address nor the account can be read from it."""
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def _bytes(text: str | None) -> bytes:
    return (text or "").encode()
