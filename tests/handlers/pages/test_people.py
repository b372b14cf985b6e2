"""The door, one's own account, and what administrators do with people, roles and tokens."""

import asyncpg
import pytest
from httpx import AsyncClient

from events_api.handlers.identity import SESSION_COOKIE
from events_api.store.passwords import Passwords
from tests.factories.people import a_membership, an_account
from tests.handlers.pages.conftest import SignIn, hidden

PHRASE = "des quais au soleil couchant"


async def somebody(pool: asyncpg.Pool, email: str, role: str = "officer") -> None:
    passwords = Passwords()
    try:
        account = await an_account(pool, email=email, password_hash=await passwords.hash(PHRASE))
    finally:
        passwords.close()
    await a_membership(pool, account, role)


async def post_form(client: AsyncClient, path: str, **typed: str) -> tuple[int, str, str]:
    """Send the first form of a page; gives the status, where it leads and the page."""
    answer = await client.post(path, data=await hidden(client, path) | typed)
    return answer.status_code, answer.headers.get("location", ""), answer.text


@pytest.mark.parametrize(
    ("wish", "leads_to"),
    [
        ("/manage/events?q=mer", "/manage/events?q=mer"),
        ("https://elsewhere.example", "/"),
        ("//elsewhere.example", "/"),
        ("///elsewhere.example", "/"),
        ("/\\/elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
async def test_who_logs_in_goes_on_inside_the_site(
    sign_in: SignIn, pool: asyncpg.Pool, wish: str, leads_to: str
) -> None:
    client = await sign_in()
    await somebody(pool, f"{abs(hash(wish))}@example.org")

    status, location, _ = await post_form(
        client, "/login", email=f"{abs(hash(wish))}@EXAMPLE.org", password=PHRASE, next=wish
    )

    assert (status, location) == (303, leads_to)
    assert SESSION_COOKIE in client.cookies
    assert (await client.get("/account")).status_code == 200


async def test_wrong_words_are_refused_without_saying_which(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    client = await sign_in()
    await somebody(pool, "known@example.org")

    known = await post_form(client, "/login", email="known@example.org", password="une autre phrase")
    unknown = await post_form(client, "/login", email="nobody@example.org", password="une autre phrase")
    empty = await post_form(client, "/login", email="", password="")

    assert (known[0], unknown[0], empty[0]) == (422, 422, 422)
    assert known[2].replace("known@", "nobody@") == unknown[2]
    assert "une autre phrase" not in known[2]
    assert '<a href="#password">Ce champ est obligatoire.</a>' in empty[2]
    assert SESSION_COOKIE not in client.cookies


async def test_who_leaves_is_nobody_again(sign_in: SignIn) -> None:
    client = await sign_in("officer")
    page = (await client.get("/account")).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    answer = await client.post("/logout", data={"csrf_token": token})
    after = await client.get("/account")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (after.status_code, after.headers["location"]) == (303, "/login?next=%2Faccount")


async def test_an_invitation_is_shown_once_and_sets_a_password_once(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    administrator, guest = await sign_in("administrator"), await sign_in()
    made = await post_form(
        administrator, "/manage/accounts/new", email="guest@example.org", display_name="Camille", language="fr"
    )
    form = await hidden(administrator, made[1])

    shown = await administrator.post(f"{made[1]}/invite", data=form)
    secret = shown.text.split("/invitation#")[1].split("<")[0]
    first = await post_form(guest, "/invitation", secret=secret, password=PHRASE)
    second = await post_form(guest, "/invitation", secret=secret, password=PHRASE)

    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert (first[0], first[1], second[0]) == (303, "/login", 422)
    assert 'id="secret-error"' in second[2]
    assert secret not in (await administrator.get(made[1])).text


async def test_a_weak_password_is_refused_beside_its_field(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    client = await sign_in()
    await somebody(pool, "weak@example.org")
    await post_form(client, "/login", email="weak@example.org", password=PHRASE, next="/")
    page = (await client.get("/account")).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    refused = await client.post(
        "/account/password", data={"csrf_token": token, "current": PHRASE, "password": "azerty"}
    )
    taken = await client.post(
        "/account/password", data={"csrf_token": token, "current": PHRASE, "password": "la mer au bout du quai"}
    )

    assert refused.status_code == 422
    assert 'id="password-error"' in refused.text
    assert (taken.status_code, taken.headers["location"]) == (303, "/account")


async def test_a_token_is_shown_once_and_stops_working_when_revoked(sign_in: SignIn) -> None:
    client = await sign_in("administrator")
    page = await client.post(
        "/manage/tokens/new",
        data=await hidden(client, "/manage/tokens/new")
        | {"name": "Site web", "role": "auditor", "scopes": "read", "expires_at": "2027-06-30"},
    )
    secret = "evt_" + page.text.split("evt_")[1].split("<")[0]
    path = page.text.split('<ul class="doors"><li><a href="')[1].split('"')[0]
    shown = await client.get(path)
    machine = {"authorization": f"Bearer {secret}", "accept": "application/json"}

    before = await client.get("/api/v1/me", headers=machine)
    version = shown.text.split('name="version" value="')[1].split('"')[0]
    token = shown.text.split('name="csrf_token" value="')[1].split('"')[0]
    revoked = await client.post(f"{path}/retire", data={"csrf_token": token, "version": version})
    after = await client.get("/api/v1/me", headers=machine)

    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert secret not in shown.text
    assert (before.status_code, before.json()["roles"]) == (200, ["auditor"])
    assert (revoked.status_code, after.status_code) == (303, 401)


async def test_the_trail_shows_what_was_done_to_those_who_may_read_it(sign_in: SignIn) -> None:
    officer, auditor = await sign_in("officer"), await sign_in("auditor")
    await post_form(officer, "/manage/places/new", name="Salle du journal")

    page = await auditor.get("/audit?operation=createPlace")

    assert page.status_code == 200
    assert "<code>createPlace</code>" in page.text
    assert "<ins>Salle du journal</ins>" in page.text
    assert (await officer.get("/audit")).status_code == 403


async def test_a_dead_job_is_read_and_asked_for_again(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    client = await sign_in("administrator")
    job = await pool.fetchval(
        "insert into job (public_id, kind, queue, payload, state, attempts, max_attempts, last_error, request_id,"
        " finished_at) values (gen_random_uuid(), 'probe_of_pages', 'fast', '{}', 'dead', 3, 3, 'ValueError: no', 'r',"
        " now()) returning public_id"
    )

    listed = await client.get("/jobs?job_state=dead")
    shown = await client.get(f"/jobs/{job}")
    token = shown.text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = await client.post(f"/jobs/{job}/requeue", data={"csrf_token": token})
    again = await client.post(f"/jobs/{job}/requeue", data={"csrf_token": token})

    assert f'<a href="/jobs/{job}">probe_of_pages</a>' in listed.text
    assert "<code>ValueError: no</code>" in shown.text
    assert (answer.status_code, again.status_code) == (303, 409)
    assert await pool.fetchval("select state from job where public_id = $1", job) == "queued"
