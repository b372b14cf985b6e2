"""Accounts, memberships, invitations, tokens, logging in and out."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar

from events_api.domain.accounts import AccountClosedForNow
from events_api.handlers.identity import SESSION_COOKIE
from events_api.read.personal import Opener
from events_api.settings import Settings, master_key
from events_api.store.accounts import attempt_succeeded, begin_attempt, token_hash
from events_api.store.passwords import Passwords
from tests.factories.people import a_membership, an_account, an_edition, an_organisation
from tests.handlers.conftest import Speak

PHRASE = "trois barques et un phare"
NEXT_YEAR = (dt.datetime.now(dt.UTC) + dt.timedelta(days=365)).isoformat()


def problem(answer: Response) -> tuple[int, str, str | None]:
    body = answer.json()
    return answer.status_code, body["type"].removeprefix("urn:events-api:problem:"), body.get("field")


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[AsyncClient]:
    """A client that keeps cookies, from an address of its own."""
    transport = ASGITransport(app, raise_app_exceptions=False, client=(f"address-{uuid4()}", 1))
    async with AsyncClient(transport=transport, base_url="https://events.test") as client:
        yield client


@pytest.fixture(scope="module")
async def hashed() -> str:
    passwords = Passwords()
    try:
        return await passwords.hash(PHRASE)
    finally:
        passwords.close()


async def a_person(pool: asyncpg.Pool, hashed: str, *roles: str, **values: Any) -> tuple[UUID, str]:
    email = f"{uuid4().hex}@example.org"
    account = await an_account(pool, email=email, password_hash=hashed, **values)
    for role in roles:
        await a_membership(pool, account, role)
    return account, email


async def log_in(client: AsyncClient, email: str, password: str = PHRASE) -> Response:
    return await client.post("/api/v1/session", json={"email": email, "password": password})


async def test_a_person_logs_in_is_known_and_logs_out(browser: AsyncClient, pool: asyncpg.Pool, hashed: str) -> None:
    account, email = await a_person(pool, hashed, "officer")

    entered = await log_in(browser, email.upper())
    me = (await browser.get("/api/v1/me")).json()
    refused = await browser.delete("/api/v1/session")
    left = await browser.delete("/api/v1/session", headers={"x-csrf-token": me["csrf_token"]})
    nobody = await browser.get("/api/v1/me")

    assert entered.status_code == 201
    assert entered.headers["cache-control"] == "no-store"
    assert (
        entered.json()
        == me
        == {
            "kind": "person",
            "id": str(account),
            "email": email,
            "display_name": "Personne de test",
            "language": "fr",
            "roles": ["officer"],
            "organisations": [],
            "edition_id": None,
            "may_write": True,
            "csrf_token": me["csrf_token"],
            "session_expires_at": me["session_expires_at"],
        }
    )
    name, *flags = entered.headers["set-cookie"].split("; ")
    assert name.startswith(f"{SESSION_COOKIE}=")
    assert flags == ["HttpOnly", "Max-Age=86400", "Path=/", "SameSite=lax", "Secure"]
    assert problem(refused) == (403, "form-token-missing", None)
    assert (left.status_code, left.headers["set-cookie"].split(";")[0]) == (204, f'{SESSION_COOKIE}=""')
    assert nobody.json()["kind"] == "anonymous"
    trail = await pool.fetch("select actor_id, role, operation from audit_entry where subject_id = $1", account)
    assert [tuple(row) for row in trail] == [
        (account, "anonymous", "logIn"),
        (account, "officer", "logOut"),
    ]


async def test_a_session_given_beforehand_is_never_used(browser: AsyncClient, pool: asyncpg.Pool, hashed: str) -> None:
    _, email = await a_person(pool, hashed, "officer")
    browser.cookies.set(SESSION_COOKIE, "chosen-by-an-attacker", domain="events.test")

    await log_in(browser, email)
    first = browser.cookies[SESSION_COOKIE]
    await log_in(browser, email)
    second = browser.cookies[SESSION_COOKIE]

    assert len({"chosen-by-an-attacker", first, second}) == 3
    stored = await pool.fetch(
        "select token_hash from web_session where token_hash = any($1::bytea[])",
        [token_hash(secret) for secret in ("chosen-by-an-attacker", first, second)],
    )
    assert [row["token_hash"] for row in stored] == [token_hash(second)]


async def test_an_unknown_account_and_a_wrong_password_cannot_be_told_apart(
    browser: AsyncClient, pool: asyncpg.Pool, hashed: str
) -> None:
    _, known = await a_person(pool, hashed, "officer")
    invited = f"{uuid4().hex}@example.org"
    await an_account(pool, email=invited)
    answers, times = {}, {}
    for name, email in (("known", known), ("invited", invited), ("unknown", f"{uuid4().hex}@example.org")):
        measured = []
        for _ in range(3):
            started = time.perf_counter()
            answer = await log_in(browser, email, "not the right phrase")
            measured.append(time.perf_counter() - started)
        times[name] = min(measured)
        answers[name] = answer.json() | {"instance": None}, answer.status_code, sorted(answer.headers)

    assert answers["known"] == answers["invited"] == answers["unknown"]
    assert answers["known"][0]["type"] == "urn:events-api:problem:wrong-credentials"
    assert max(times.values()) < 4 * min(times.values())


@pytest.mark.parametrize("email", ["\0", "a\0b@example.org", "é" * 200, "' or true --"])
async def test_an_address_that_is_none_is_refused_like_any_other(browser: AsyncClient, email: str) -> None:
    assert problem(await log_in(browser, email)) == (401, "wrong-credentials", None)


@pytest.mark.parametrize("email", ["camille@example.org\n", "camille", "camille@localhost", "A@example.org", None])
async def test_an_account_needs_an_address_that_is_one(speak: Speak, email: str | None) -> None:
    administrator = await speak("administrator")

    answer = await administrator.post("/api/v1/accounts", json={"email": email, "display_name": "Camille"})

    assert problem(answer) == ((422, "email-missing", "email") if email is None else (400, "malformed-field", "email"))


async def test_twenty_guesses_at_once_get_five_tries(app: Litestar, pool: asyncpg.Pool, hashed: str) -> None:
    _, known = await a_person(pool, hashed, "officer")

    for email in (known, f"{uuid4().hex}@example.org"):
        clients = [
            AsyncClient(
                transport=ASGITransport(app, client=(f"address-{uuid4()}", 1)),
                base_url="https://events.test",
                headers={"accept-language": "en"},
            )
            for _ in range(20)
        ]
        answers = await asyncio.gather(*(log_in(client, email, "a guess among many") for client in clients))
        closed = await log_in(clients[0], email)
        for client in clients:
            await client.aclose()

        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15
        assert problem(closed) == (429, "account-closed-for-now", None)
        assert 800 < int(closed.headers["retry-after"]) <= 901
        assert closed.json()["detail"].startswith("Logging in with this e-mail address is closed until ")
        assert ": 5 failures in 15 minutes, whether an account exists or not." in closed.json()["detail"]


async def test_two_processes_count_the_same_failures(settings: Settings, pool: asyncpg.Pool, hashed: str) -> None:
    _, email = await a_person(pool, hashed)

    async def tries(process: asyncpg.Pool) -> list[str]:
        outcomes = await asyncio.gather(
            *(begin_attempt(process, b"k" * 32, email, f"address-{uuid4()}") for _ in range(10)), return_exceptions=True
        )
        return ["closed" if isinstance(outcome, AccountClosedForNow) else "open" for outcome in outcomes]

    async with (
        asyncpg.create_pool(settings.app_database_url, min_size=1, max_size=5) as one,
        asyncpg.create_pool(settings.app_database_url, min_size=1, max_size=5) as other,
    ):
        outcomes = [outcome for half in await asyncio.gather(tries(one), tries(other)) for outcome in half]

    assert sorted(outcomes) == ["closed"] * 15 + ["open"] * 5


async def test_one_address_cannot_sweep_accounts_even_with_one_of_its_own(
    browser: AsyncClient, pool: asyncpg.Pool, hashed: str, app: Litestar, settings: Settings
) -> None:
    address = f"address-{uuid4()}"
    _, own = await a_person(pool, hashed)
    key = master_key(settings)

    for number in range(30):
        await begin_attempt(pool, key, f"victim-{number}@example.org", address)
        if number % 10 == 0:
            attempt, _ = await begin_attempt(pool, key, own, address)
            async with pool.acquire() as connection:
                await attempt_succeeded(connection, attempt)
    async with AsyncClient(transport=ASGITransport(app, client=(address, 1)), base_url="https://events.test") as client:
        closed = await log_in(client, own)
    elsewhere = await log_in(browser, own)

    assert problem(closed) == (429, "address-closed-for-now", None)
    assert elsewhere.status_code == 201


async def test_failures_are_kept_without_address_or_account(
    browser: AsyncClient, pool: asyncpg.Pool, hashed: str
) -> None:
    _, email = await a_person(pool, hashed)

    await log_in(browser, email, "not the right phrase")

    subjects = [row["subject"] for row in await pool.fetch("select subject from login_attempt")]
    assert all(len(subject) == 64 and set(subject) <= set("0123456789abcdef") for subject in subjects)


async def test_a_login_from_another_site_or_as_text_is_refused(
    browser: AsyncClient, pool: asyncpg.Pool, hashed: str
) -> None:
    _, email = await a_person(pool, hashed)
    body = {"email": email, "password": PHRASE}

    cross = await browser.post("/api/v1/session", json=body, headers={"sec-fetch-site": "cross-site"})
    text = await browser.post(
        "/api/v1/session",
        content=f'{{"email":"{email}","password":"{PHRASE}"}}',
        headers={"content-type": "text/plain"},
    )
    form = await browser.post("/api/v1/session", data=body)

    assert [problem(answer)[:2] for answer in (cross, text, form)] == [
        (403, "cross-site-request"),
        (415, "wrong-content-type"),
        (403, "form-token-missing"),
    ]
    assert SESSION_COOKIE not in browser.cookies


async def test_a_new_password_ends_the_other_sessions(
    app: Litestar, browser: AsyncClient, pool: asyncpg.Pool, hashed: str
) -> None:
    _, email = await a_person(pool, hashed, "officer")
    async with AsyncClient(transport=ASGITransport(app), base_url="https://events.test") as other:
        await log_in(other, email)
        token = (await log_in(browser, email)).json()["csrf_token"]
        headers = {"x-csrf-token": token}
        seen = (await browser.get("/api/v1/me/sessions")).json()
        wrong = await browser.put(
            "/api/v1/me/password", json={"current": "no", "password": "une phrase toute neuve"}, headers=headers
        )
        weak = await browser.put(
            "/api/v1/me/password", json={"current": PHRASE, "password": "Password2026!"}, headers=headers
        )
        done = await browser.put(
            "/api/v1/me/password", json={"current": PHRASE, "password": "une phrase toute neuve"}, headers=headers
        )
        mine, theirs = await browser.get("/api/v1/me"), await other.get("/api/v1/me")
        old, new = await log_in(other, email), await log_in(other, email, "une phrase toute neuve")

    assert [session["current"] for session in seen] == [True, False]
    assert problem(wrong) == (422, "current-password-wrong", "current")
    assert problem(weak) == (422, "password-common", "password")
    assert done.status_code == 204
    assert (mine.status_code, problem(theirs)[:2]) == (200, (401, "session-ended"))
    assert [old.status_code, new.status_code] == [401, 201]


async def test_one_session_can_be_ended_from_another(
    app: Litestar, browser: AsyncClient, pool: asyncpg.Pool, hashed: str
) -> None:
    _, email = await a_person(pool, hashed, "officer")
    _, stranger = await a_person(pool, hashed, "officer")
    async with AsyncClient(transport=ASGITransport(app), base_url="https://events.test") as other:
        await log_in(other, email)
        foreign = {"x-csrf-token": (await log_in(browser, stranger)).json()["csrf_token"]}
        target = next(s["id"] for s in (await other.get("/api/v1/me/sessions")).json() if s["current"])
        not_theirs = await browser.delete(f"/api/v1/me/sessions/{target}", headers=foreign)
        still = await other.get("/api/v1/me")
        headers = {"x-csrf-token": (await log_in(browser, email)).json()["csrf_token"]}
        ended = await browser.delete(f"/api/v1/me/sessions/{target}", headers=headers)
        gone = await other.get("/api/v1/me")

    assert problem(not_theirs) == (404, "not-found", None)
    assert [still.status_code, ended.status_code, gone.status_code] == [200, 204, 401]


async def test_the_language_of_a_person_is_that_of_the_answers(
    browser: AsyncClient, pool: asyncpg.Pool, hashed: str
) -> None:
    _, email = await a_person(pool, hashed, "officer")
    headers = {"x-csrf-token": (await log_in(browser, email)).json()["csrf_token"]}

    french = await browser.post("/api/v1/accounts", json={}, headers=headers)
    changed = await browser.patch("/api/v1/me", json={"language": "en"}, headers=headers)
    english = await browser.post("/api/v1/accounts", json={}, headers=headers)

    assert changed.json().get("language") == "en", changed.text
    assert french.json()["detail"] == "Votre rôle ne permet pas cette opération."
    assert english.json()["detail"] == "Your role does not include this operation."


async def test_an_invited_person_chooses_a_password_once(
    speak: Speak, browser: AsyncClient, pool: asyncpg.Pool
) -> None:
    administrator = await speak("administrator")
    email = f"{uuid4().hex}@example.org"
    made = await administrator.post("/api/v1/accounts", json={"email": email, "display_name": "Camille"})
    url = made.headers["location"]
    key = {"idempotency-key": str(uuid4())}
    first = await administrator.post(f"{url}/invitations", headers=key)
    again = await administrator.post(f"{url}/invitations", headers=key)
    second = await administrator.post(f"{url}/invitations")

    def accept(secret: str, password: str = PHRASE) -> Any:
        return browser.post("/api/v1/invitations/acceptance", json={"secret": secret, "password": password})

    superseded = await accept(first.json()["secret"])
    weak = await accept(second.json()["secret"], "azertyuiop1234")
    done = await accept(second.json()["secret"])
    twice = await accept(second.json()["secret"])
    entered = await log_in(browser, email)

    assert [first.status_code, second.status_code, done.status_code, entered.status_code] == [201, 201, 204, 201]
    assert again.json() == first.json() | {"secret": None}
    assert problem(superseded) == problem(twice) == (422, "invitation-refused", "secret")
    assert problem(weak) == (422, "password-common", "password")
    stored = await pool.fetchval("select string_agg(convert_from(body, 'UTF8'), '') from idempotency")
    assert first.json()["secret"] not in stored


async def test_an_erased_person_leaves_no_name_and_a_whole_trail(
    speak: Speak, browser: AsyncClient, pool: asyncpg.Pool, settings: Settings, hashed: str
) -> None:
    administrator = await speak("administrator")
    email = f"{uuid4().hex}@example.org"
    made = await administrator.post(
        "/api/v1/accounts",
        json={"email": email, "display_name": "Camille des Quais"},
        headers={"idempotency-key": str(uuid4())},
    )
    account, url = UUID(made.json()["id"]), made.headers["location"]
    await pool.execute("update account set password_hash = $2 where public_id = $1", account, hashed)
    member = await administrator.post(
        "/api/v1/memberships", json={"account_id": str(account), "role": "officer", "starts_on": "2026-01-01"}
    )
    await log_in(browser, email)
    after = "select after::text from audit_entry where subject_id = $1 and operation = 'createAccount'"
    box: dict[str, str] = msgspec.json.decode(await pool.fetchval(after, account))["email"]
    async with pool.acquire() as connection:
        readable = await Opener(connection, master_key(settings)).clear(box)  # type: ignore[arg-type]

    erased = await administrator.delete(url, headers={"if-match": '"1"'})
    again = await administrator.delete(url, headers={"if-match": '"1"'})

    async with pool.acquire() as connection:
        unreadable = await Opener(connection, master_key(settings)).clear(box)  # type: ignore[arg-type]
    assert (readable, unreadable) == (email, {"erased": True})
    assert erased.status_code == 200, erased.text
    assert again.json() == erased.json()
    assert erased.json() == made.json() | {
        "email": None,
        "display_name": None,
        "version": 2,
        "erased_at": erased.json()["erased_at"],
        "retired_at": erased.json()["erased_at"],
        "updated_at": erased.json()["erased_at"],
    }
    assert (await browser.get("/api/v1/me")).status_code == 401
    assert (await log_in(browser, email)).status_code == 401
    assert (await administrator.get(f"/api/v1/memberships/{member.json()['id']}")).json()["retired_at"] is not None
    everything = await pool.fetch(
        "select coalesce(before::text, '') || coalesce(after::text, '') as text from audit_entry"
        " union all select convert_from(body, 'UTF8') from idempotency"
    )
    assert [row["text"] for row in everything if email in row["text"] or "Camille des Quais" in row["text"]] == []


async def test_a_membership_holds_from_its_first_day_until_it_is_withdrawn(
    speak: Speak, browser: AsyncClient, pool: asyncpg.Pool, hashed: str
) -> None:
    administrator = await speak("administrator")
    organisation = await an_organisation(pool)
    account, email = await a_person(pool, hashed)
    made = await administrator.post(
        "/api/v1/memberships",
        json={
            "account_id": str(account),
            "role": "organiser",
            "organisation_id": str(organisation),
            "starts_on": "2026-01-01",
        },
    )
    await log_in(browser, email)
    during = (await browser.get("/api/v1/me")).json()
    await administrator.delete(made.headers["location"], headers={"if-match": made.headers["etag"]})
    afterwards = (await browser.get("/api/v1/me")).json()
    listed = await administrator.get("/api/v1/memberships", params={"account": str(account)})

    assert during["roles"] == ["organiser"]
    assert during["organisations"] == [{"id": str(organisation), "name": "Association des quais"}]
    assert (afterwards["roles"], afterwards["organisations"]) == (["anonymous"], [])
    assert listed.json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"role": "organiser"}, "organisation-missing"),
        ({"role": "officer", "organisation_id": "own"}, "organisation-unexpected"),
        ({"role": "officer", "ends_on": "2025-12-31"}, "ends-before-start"),
        ({"role": "officer", "account_id": "01a20639-a789-730b-b64f-65dbeb811a7e"}, "unknown-reference"),
    ],
)
async def test_a_membership_that_makes_no_sense_is_refused(
    speak: Speak, pool: asyncpg.Pool, values: dict[str, str], expected: str
) -> None:
    administrator = await speak("administrator")
    body = {"account_id": str(await an_account(pool)), "starts_on": "2026-01-01"} | values
    if "organisation_id" in body:
        body["organisation_id"] = str(await an_organisation(pool))

    answer = await administrator.post("/api/v1/memberships", json=body)

    assert problem(answer)[:2] == (422, expected)


async def test_a_token_is_shown_once_works_and_is_revoked(speak: Speak, app: Litestar, pool: asyncpg.Pool) -> None:
    administrator = await speak("administrator")
    body = {"name": "Export", "role": "officer", "expires_at": NEXT_YEAR}
    key = {"idempotency-key": str(uuid4())}

    made = await administrator.post("/api/v1/tokens", json=body, headers=key)
    again = await administrator.post("/api/v1/tokens", json=body, headers=key)
    secret, token, url = made.json()["secret"], made.json()["token"], made.headers["location"]
    async with AsyncClient(
        transport=ASGITransport(app), base_url="https://events.test", headers={"authorization": f"Bearer {secret}"}
    ) as machine:
        before = await machine.get("/api/v1/me")
        used = (await administrator.get(url)).json()["last_used_at"]
        revoked = await administrator.delete(url, headers={"if-match": '"1"'})
        after = await machine.get("/api/v1/me")

    assert made.status_code == 201
    assert again.json() == {"token": token, "secret": None}
    assert (secret[:4], secret[-4:]) == ("evt_", token["hint"])
    assert (before.json()["kind"], before.json()["roles"]) == ("machine", ["officer"])
    assert used is not None
    assert revoked.json()["retired_at"] is not None
    assert problem(after) == (401, "token-refused", None)
    assert after.headers["www-authenticate"] == "Bearer"
    kept = await pool.fetch(
        "select coalesce(before::text, '') || coalesce(after::text, '') as text from audit_entry"
        " union all select convert_from(body, 'UTF8') from idempotency union all select api_token::text from api_token"
    )
    assert [row["text"] for row in kept if secret in row["text"]] == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"role": "organiser"}, (422, "organisation-missing", "organisation_id")),
        ({"role": "gate"}, (422, "edition-missing", "edition_id")),
        ({"scopes": ["write"]}, (422, "read-scope-missing", "scopes")),
        ({"scopes": ["read", "read"]}, (422, "twice-in-list", "scopes")),
        ({"expires_at": "2026-01-01T00:00:00Z"}, (422, "expiry-out-of-range", "expires_at")),
        ({"expires_at": "2030-01-01T00:00:00Z"}, (422, "expiry-out-of-range", "expires_at")),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(
    speak: Speak, values: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    administrator = await speak("administrator")

    answer = await administrator.post(
        "/api/v1/tokens", json={"name": "Export", "role": "officer", "expires_at": NEXT_YEAR} | values
    )

    assert problem(answer) == expected


async def test_an_organiser_makes_tokens_for_its_organisation_and_its_gates_only(
    speak: Speak, pool: asyncpg.Pool
) -> None:
    ours, theirs = await an_organisation(pool), await an_organisation(pool)
    edition, foreign = await an_edition(pool, ours), await an_edition(pool, theirs)
    organiser, stranger = (
        await speak("organiser", organisation=ours),
        await speak("organiser", organisation=theirs),
    )
    base = {"name": "Portique", "expires_at": NEXT_YEAR}
    wishes = [
        {"role": "organiser", "organisation_id": str(ours)},
        {"role": "gate", "edition_id": str(edition)},
        {"role": "organiser", "organisation_id": str(theirs)},
        {"role": "gate", "edition_id": str(foreign)},
        {"role": "officer"},
        {"role": "administrator"},
    ]

    answers = [await organiser.post("/api/v1/tokens", json=base | wish) for wish in wishes]

    assert [answer.status_code for answer in answers] == [201, 201, 403, 403, 403, 403]
    gate = answers[1].headers["location"]
    seen = [item["id"] for item in (await organiser.get("/api/v1/tokens")).json()["items"]]
    assert {answers[0].json()["token"]["id"], answers[1].json()["token"]["id"]} <= set(seen)
    assert not set(seen) & {item["id"] for item in (await stranger.get("/api/v1/tokens")).json()["items"]}
    assert (await stranger.get(gate)).status_code == 404
    assert (await stranger.delete(gate, headers={"if-match": "*"})).status_code == 403
    assert (await organiser.delete(gate, headers={"if-match": "*"})).status_code == 200


async def test_only_people_change_a_password_or_a_language(speak: Speak) -> None:
    officer = await speak("officer")

    answers = [
        await officer.patch("/api/v1/me", json={"language": "en"}),
        await officer.put("/api/v1/me/password", json={"current": PHRASE, "password": PHRASE}),
    ]

    assert [problem(answer) for answer in answers] == [(403, "not-allowed", None)] * 2
