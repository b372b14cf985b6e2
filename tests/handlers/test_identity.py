"""The middleware that finds who asks and refuses what another site made the browser send."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar, Request, get, post
from litestar import Response as Answer

from events_api.domain.accounts import CrossSiteRequest, FormTokenMissing, SessionEnded, TokenRefused
from events_api.domain.errors import DomainError
from events_api.handlers.identity import (
    FORM_COOKIE,
    OPENS_SESSION,
    SESSION_COOKIE,
    IdentityMiddleware,
    csrf_token,
    visit_of,
)
from tests.factories.people import a_membership, a_session, a_token, an_account

HOME = "https://events.test"


@get(["/api/who", "/page"], sync_to_thread=False)
def who(request: Request[Any, Any, Any]) -> dict[str, Any]:
    actor = request.scope["state"]["actor"]
    return {"kind": actor.kind, "roles": sorted(actor.roles), "ended": visit_of(request.scope).ended}


@get("/form", sync_to_thread=False)
def form(request: Request[Any, Any, Any]) -> str:
    return csrf_token(request)


@post(["/api/act", "/act"], sync_to_thread=False)
def act(request: Request[Any, Any, Any]) -> str:
    return str(request.scope["state"]["actor"].kind)


@post("/api/log-in", opt={OPENS_SESSION: True}, sync_to_thread=False)
def log_in(request: Request[Any, Any, Any]) -> str:
    return str(request.scope["state"]["actor"].kind)


def refuse(_: Request[Any, Any, Any], error: DomainError) -> Answer[str]:
    return Answer(error.code, status_code=401 if error.kind == "unauthenticated" else 403)


@pytest.fixture
async def client(pool: asyncpg.Pool) -> AsyncIterator[AsyncClient]:
    identity = IdentityMiddleware(pool=lambda _: pool, master_key=b"k" * 32, public_url=HOME)
    app = Litestar(
        [who, form, act, log_in],
        middleware=[identity],
        exception_handlers={DomainError: refuse},
        openapi_config=None,
    )
    async with AsyncClient(transport=ASGITransport(app=app), base_url=HOME) as client:
        yield client


@pytest.fixture
async def person(pool: asyncpg.Pool) -> UUID:
    account = await an_account(pool)
    await a_membership(pool, account, "officer")
    return account


def outcome(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.text


async def test_nobody_a_machine_and_a_person_are_told_apart(
    client: AsyncClient, pool: asyncpg.Pool, person: UUID
) -> None:
    bearer = {"authorization": f"Bearer {await a_token(pool, 'auditor')}"}
    cookie = {"cookie": f"{SESSION_COOKIE}={await a_session(pool, person)}"}

    answers = [(await client.get("/api/who", headers=headers)).json() for headers in ({}, bearer, cookie)]

    assert answers == [
        {"kind": "anonymous", "roles": ["anonymous"], "ended": False},
        {"kind": "machine", "roles": ["auditor"], "ended": False},
        {"kind": "person", "roles": ["officer"], "ended": False},
    ]


@pytest.mark.parametrize("authorization", ["Bearer evt_nothing", "Bearer", "Bearer ", "Basic YTpi", "evt_x", ""])
async def test_a_bad_credential_is_never_anonymous(
    client: AsyncClient, pool: asyncpg.Pool, person: UUID, authorization: str
) -> None:
    cookie = f"{SESSION_COOKIE}={await a_session(pool, person)}"

    answers = [
        await client.get(path, headers={"authorization": authorization, "cookie": cookie})
        for path in ("/api/who", "/page")
    ]

    assert [outcome(answer) for answer in answers] == [(401, TokenRefused.code)] * 2


async def test_an_ended_session_is_401_in_the_api_and_taken_back_by_a_page(client: AsyncClient) -> None:
    stale = {"cookie": f"{SESSION_COOKIE}=gone"}

    refused = await client.get("/api/who", headers=stale)
    page = await client.get("/page", headers=stale)
    again = await client.post("/api/log-in", headers=stale, json={})

    assert outcome(refused) == (401, SessionEnded.code)
    assert page.json() == {"kind": "anonymous", "roles": ["anonymous"], "ended": True}
    assert page.headers["set-cookie"] == f'{SESSION_COOKIE}=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax; Secure'
    assert page.headers["cache-control"] == "no-store"
    assert outcome(again) == (201, "anonymous")


async def test_a_cookie_changes_nothing_without_the_token_of_its_session(
    client: AsyncClient, pool: asyncpg.Pool, person: UUID
) -> None:
    mine, other = [{"cookie": f"{SESSION_COOKIE}={await a_session(pool, person)}"} for _ in range(2)]
    token = (await client.get("/form", headers=mine)).text
    foreign = (await client.get("/form", headers=other)).text

    answers = [
        await client.post("/api/act", headers=mine, json={}),
        await client.post("/api/act", headers=mine | {"x-csrf-token": foreign}, json={}),
        await client.post("/act", headers=mine, data={"csrf_token": foreign}),
        await client.post("/act", headers=mine, data={"csrf_token": "é"}),
        await client.post("/act", headers=mine, files={"csrf_token": ("name.txt", token.encode())}),
        await client.post("/api/act", headers=mine | {"content-type": "text/plain"}, content=b"{}"),
        await client.post("/api/act", headers=mine | {"x-csrf-token": token}, json={}),
        await client.post("/act", headers=mine, data={"csrf_token": token, "name": "é"}),
        await client.post("/act", headers=mine, data={"csrf_token": token}, files={"file": b"some bytes"}),
    ]

    assert [outcome(answer) for answer in answers] == [(403, FormTokenMissing.code)] * 6 + [(201, "person")] * 3


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://elsewhere.test"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://elsewhere.test", "sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "same-origin", "origin": HOME}, True),
        ({"sec-fetch-site": "none"}, True),
        ({}, True),
    ],
)
async def test_a_request_from_another_site_is_refused_even_with_its_token(
    client: AsyncClient, pool: asyncpg.Pool, person: UUID, headers: dict[str, str], accepted: bool
) -> None:
    mine = {"cookie": f"{SESSION_COOKIE}={await a_session(pool, person)}"}
    token = (await client.get("/form", headers=mine)).text

    answer = await client.post("/api/act", headers=mine | headers | {"x-csrf-token": token}, json={})

    assert outcome(answer) == ((201, "person") if accepted else (403, CrossSiteRequest.code))


async def test_a_machine_needs_no_form_token(client: AsyncClient, pool: asyncpg.Pool) -> None:
    bearer = {"authorization": f"Bearer {await a_token(pool, 'officer')}"}

    assert outcome(await client.post("/api/act", headers=bearer, json={})) == (201, "machine")


async def test_an_anonymous_form_is_tied_to_its_browser(client: AsyncClient) -> None:
    shown = await client.get("/form")
    ours = {"cookie": f"{FORM_COOKIE}={client.cookies[FORM_COOKIE]}"}
    client.cookies.clear()

    without_cookie = await client.post("/act", data={"csrf_token": shown.text})
    other_cookie = await client.post("/act", data={"csrf_token": shown.text}, headers={"cookie": f"{FORM_COOKIE}=x"})
    without_token = await client.post("/act", data={"name": "x"}, headers=ours)
    with_both = await client.post("/act", data={"csrf_token": shown.text}, headers=ours)

    name, *flags = shown.headers["set-cookie"].split("; ")
    assert name.startswith(f"{FORM_COOKIE}=")
    assert flags == ["HttpOnly", "Path=/", "SameSite=lax", "Secure"]
    assert shown.headers["cache-control"] == "no-store"
    assert [outcome(answer) for answer in (without_cookie, other_cookie, without_token)] == [
        (403, FormTokenMissing.code)
    ] * 3
    assert outcome(with_both) == (201, "anonymous")
