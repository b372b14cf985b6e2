"""People, machines and organisations in the database, written past the API."""

import datetime as dt
import secrets
from typing import Any
from uuid import UUID, uuid4

from events_api.store.accounts import token_hash
from events_api.store.pool import Pool

ORGANISATION = """
    insert into organisation (public_id, name, sort_key, identifier_kind) values ($1, $2, lower($2), 'unknown')
"""
EVENT = """
    with event as (
        insert into event (public_id, slug, name, sort_key, audience) values ($1, $2, $3, lower($3), 'public')
        returning id
    )
    insert into event_party (event_id, organisation_id, role)
    select event.id, o.id, 'organiser' from event, organisation o where o.public_id = $4
"""
EDITION = """
    insert into edition (public_id, event_id, year, date_precision)
    select $1, id, $3, 'year' from event where public_id = $2
"""
TOKEN = """
    insert into api_token (public_id, name, token_hash, hint, role, organisation_id, edition_id, scopes, expires_at,
        retired_at, created_at)
    select $1, $2, $3, $4, $5, (select id from organisation where public_id = $6),
        (select id from edition where public_id = $7), $8, $9, $10, least(now(), $9::timestamptz - interval '1 hour')
"""
MEMBERSHIP = """
    insert into membership (public_id, account_id, role, organisation_id, starts_on, ends_on)
    select $1, a.id, $3, (select id from organisation where public_id = $4), $5, $6
    from account a where a.public_id = $2
"""
SESSION = """
    insert into web_session (token_hash, account_id, csrf_secret, created_at, last_seen_at, expires_at)
    select $1, id, $3, $5::timestamptz - interval '24 hours', $4, $5 from account where public_id = $2
"""


async def an_organisation(pool: Pool, name: str = "Association des quais") -> UUID:
    public_id = uuid4()
    await pool.execute(ORGANISATION, public_id, name)
    return public_id


async def an_edition(pool: Pool, organiser: UUID, *, name: str = "Fête des quais", year: int = 2026) -> UUID:
    event_id, edition_id = uuid4(), uuid4()
    await pool.execute(EVENT, event_id, f"event-{event_id.hex}", name, organiser)
    await pool.execute(EDITION, edition_id, event_id, year)
    return edition_id


async def a_token(
    pool: Pool,
    role: str,
    *,
    organisation: UUID | None = None,
    edition: UUID | None = None,
    scopes: tuple[str, ...] = ("read", "write"),
    expires_at: dt.datetime | None = None,
    retired_at: dt.datetime | None = None,
) -> str:
    """The secret of a token of that role."""
    secret = "evt_" + secrets.token_urlsafe(32)
    expires_at = expires_at or dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    await pool.execute(
        TOKEN, uuid4(), f"test {role}", token_hash(secret), secret[-4:], role, organisation, edition, list(scopes),
        expires_at, retired_at,
    )  # fmt: skip
    return secret


async def an_account(pool: Pool, *, email: str | None = None, language: str = "fr", **values: Any) -> UUID:
    public_id = uuid4()
    await pool.execute(
        "insert into account (public_id, email, display_name, language, password_hash) values ($1, $2, $3, $4, $5)",
        public_id,
        email or f"{public_id.hex}@example.org",
        values.get("display_name", "Personne de test"),
        language,
        values.get("password_hash"),
    )
    return public_id


async def a_membership(
    pool: Pool,
    account: UUID,
    role: str,
    *,
    organisation: UUID | None = None,
    starts_on: dt.date = dt.date(2026, 1, 1),
    ends_on: dt.date | None = None,
) -> UUID:
    public_id = uuid4()
    await pool.execute(MEMBERSHIP, public_id, account, role, organisation, starts_on, ends_on)
    return public_id


async def a_session(
    pool: Pool, account: UUID, *, last_seen_at: dt.datetime | None = None, expires_at: dt.datetime | None = None
) -> str:
    """The value of the cookie of an open session."""
    secret = secrets.token_urlsafe(32)
    now = dt.datetime.now(dt.UTC)
    await pool.execute(
        SESSION,
        token_hash(secret),
        account,
        secrets.token_bytes(32),
        last_seen_at or now,
        expires_at or now + dt.timedelta(hours=12),
    )
    return secret
