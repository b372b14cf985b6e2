"""Who a token or a session cookie belongs to."""

import asyncio
import datetime as dt
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from events_api.domain.accounts import SessionEnded, TokenRefused
from events_api.domain.actors import Actor
from events_api.store.accounts import Machines, session_actor, token_hash
from tests.factories.people import a_membership, a_session, a_token, an_account, an_edition, an_organisation

TODAY = dt.datetime.now(ZoneInfo("Europe/Paris")).date()
DAY = dt.timedelta(days=1)
MACHINES = Machines()


async def test_a_token_acts_for_its_organisation(pool: asyncpg.Pool) -> None:
    organisation = await an_organisation(pool)
    secret = await a_token(pool, "organiser", organisation=organisation)

    actor = await MACHINES.holder(pool, secret)

    token_id = await pool.fetchval("select public_id from api_token where token_hash = $1", token_hash(secret))
    assert actor == Actor(
        kind="machine", id=token_id, roles=frozenset({"organiser"}), organisations=frozenset({organisation})
    )


async def test_a_gate_token_is_for_one_edition(pool: asyncpg.Pool) -> None:
    edition = await an_edition(pool, await an_organisation(pool))
    secret = await a_token(pool, "gate", edition=edition)

    actor = await MACHINES.holder(pool, secret)

    assert (actor.roles, actor.organisations, actor.edition) == (frozenset({"gate"}), frozenset(), edition)


async def test_a_token_without_the_write_scope_may_not_write(pool: asyncpg.Pool) -> None:
    secret = await a_token(pool, "officer", scopes=("read",))

    assert (await MACHINES.holder(pool, secret)).may_write is False


async def test_a_token_is_refused_once_expired_revoked_or_changed(pool: asyncpg.Pool) -> None:
    now = dt.datetime.now(dt.UTC)
    good = await a_token(pool, "auditor")
    refused = [
        await a_token(pool, "auditor", expires_at=now - dt.timedelta(seconds=1)),
        await a_token(pool, "auditor", retired_at=now),
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.removeprefix("evt_"),
        "",
    ]

    for secret in refused:
        with pytest.raises(TokenRefused):
            await MACHINES.holder(pool, secret)
    assert (await MACHINES.holder(pool, good)).roles == {"auditor"}


async def test_a_revocation_holds_for_the_next_request(pool: asyncpg.Pool) -> None:
    secret = await a_token(pool, "auditor")
    await MACHINES.holder(pool, secret)

    await pool.execute("update api_token set retired_at = now() where token_hash = $1", token_hash(secret))

    with pytest.raises(TokenRefused):
        await MACHINES.holder(pool, secret)


async def test_tokens_that_come_at_once_are_each_for_their_holder(pool: asyncpg.Pool) -> None:
    roles = ("auditor", "officer", "elected")
    secrets = [await a_token(pool, role) for role in roles] * 4

    found = await asyncio.gather(
        *(MACHINES.holder(pool, secret) for secret in [*secrets, "evt_unknown"]), return_exceptions=True
    )

    assert [actor.roles for actor in found[:-1] if isinstance(actor, Actor)] == [
        frozenset({role}) for role in roles
    ] * 4
    assert isinstance(found[-1], TokenRefused)


async def test_a_revocation_holds_for_a_request_that_comes_while_others_are_looked_up(pool: asyncpg.Pool) -> None:
    secret = await a_token(pool, "auditor")
    early = [asyncio.create_task(MACHINES.holder(pool, secret)) for _ in range(3)]
    await asyncio.sleep(0)  # their look is under way

    await pool.execute("update api_token set retired_at = now() where token_hash = $1", token_hash(secret))

    with pytest.raises(TokenRefused):
        await MACHINES.holder(pool, secret)
    await asyncio.wait(early)


async def test_who_goes_away_takes_the_look_from_nobody(pool: asyncpg.Pool) -> None:
    secret = await a_token(pool, "auditor")
    gone, staying = (asyncio.create_task(MACHINES.holder(pool, secret)) for _ in range(2))
    await asyncio.sleep(0)

    gone.cancel()

    assert (await staying).roles == {"auditor"}


async def test_the_last_use_is_noted_once_a_minute_and_never_waits(pool: asyncpg.Pool) -> None:
    secret = await a_token(pool, "auditor")
    one = "select last_used_at from api_token where token_hash = $1"

    await asyncio.gather(*(MACHINES.holder(pool, secret) for _ in range(8)))
    first = await pool.fetchval(one, token_hash(secret))
    await MACHINES.holder(pool, secret)
    second = await pool.fetchval(one, token_hash(secret))
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute(
            "update api_token set last_used_at = now() - interval '2 minutes' where token_hash = $1", token_hash(secret)
        )
        async with asyncio.timeout(30):  # it would wait for ever
            await MACHINES.holder(pool, secret)

    assert first is not None
    assert second == first


async def test_a_session_has_the_memberships_in_force_today(pool: asyncpg.Pool) -> None:
    account = await an_account(pool, language="en")
    ours, former, coming, withdrawn = [await an_organisation(pool) for _ in range(4)]
    await a_membership(pool, account, "officer", ends_on=TODAY)
    await a_membership(pool, account, "organiser", organisation=ours, starts_on=TODAY)
    await a_membership(pool, account, "organiser", organisation=former, ends_on=TODAY - DAY)
    await a_membership(pool, account, "organiser", organisation=coming, starts_on=TODAY + DAY)
    gone = await a_membership(pool, account, "organiser", organisation=withdrawn)
    await pool.execute("update membership set retired_at = now() where public_id = $1", gone)
    secret = await a_session(pool, account)

    actor, session = await session_actor(pool, secret)

    assert actor == Actor(
        kind="person",
        id=account,
        roles=frozenset({"officer", "organiser"}),
        organisations=frozenset({ours}),
        language="en",
    )
    assert session.token_hash == token_hash(secret)


async def test_a_person_without_a_role_sees_what_everybody_sees(pool: asyncpg.Pool) -> None:
    secret = await a_session(pool, await an_account(pool))

    actor, _ = await session_actor(pool, secret)

    assert (actor.kind, actor.roles) == ("person", {"anonymous"})


async def test_a_session_ends_when_idle_expired_or_the_account_is_gone(pool: asyncpg.Pool) -> None:
    now = dt.datetime.now(dt.UTC)
    account, retired = await an_account(pool), await an_account(pool)
    await pool.execute("update account set retired_at = now() where public_id = $1", retired)
    ended = [
        await a_session(pool, account, last_seen_at=now - dt.timedelta(hours=8, seconds=1)),
        await a_session(pool, account, expires_at=now - dt.timedelta(seconds=1)),
        await a_session(pool, retired),
        "chosen-by-somebody-else",
    ]

    for secret in ended:
        with pytest.raises(SessionEnded):
            await session_actor(pool, secret)


async def test_a_session_slides_while_it_is_used(pool: asyncpg.Pool) -> None:
    account = await an_account(pool)
    now = dt.datetime.now(dt.UTC)
    secret = await a_session(pool, account, last_seen_at=now - dt.timedelta(hours=7))

    await session_actor(pool, secret)

    seen = await pool.fetchval("select last_seen_at from web_session where token_hash = $1", token_hash(secret))
    assert seen >= now
