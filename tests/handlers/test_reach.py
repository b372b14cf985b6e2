"""How far each role reaches: nobody learns of a draft, an organiser stays with what is its own."""

from typing import Any, get_args
from uuid import uuid4

import asyncpg
import pytest

from dashboards.queries.facts import Audience, year_facts
from events_api.handlers.identity import SESSION_COOKIE
from tests.factories.people import a_membership, a_session, an_account, an_organisation
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, made, problem, settled

SINCE = {"updated_since": "2026-01-01T00:00:00Z"}


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    """A draft with its organiser, and an organiser of something else."""
    return await a_scene(speak, pool)


async def test_the_filter_by_year_does_not_tell_of_a_draft(speak: Speak, pool: asyncpg.Pool) -> None:
    scene, nobody = await a_scene(speak, pool, year=2031, published=True), await speak()
    await made(scene.officer, "/api/v1/editions", event_id=scene.event["id"], year=2032)

    async def held(client: Any, year: int) -> bool:
        answer = await client.get("/api/v1/events", params={"year": year, "limit": 200})
        return scene.event["id"] in [item["id"] for item in answer.json()["items"]]

    assert [await held(nobody, 2031), await held(nobody, 2032)] == [True, False]
    assert [await held(scene.stranger, 2031), await held(scene.stranger, 2032)] == [True, False]
    assert [await held(scene.organiser, 2031), await held(scene.organiser, 2032)] == [True, True]
    assert [await held(scene.officer, 2031), await held(scene.officer, 2032)] == [True, True]


async def test_a_former_slug_of_a_draft_leads_nowhere(speak: Speak, pool: asyncpg.Pool) -> None:
    scene, nobody, secret = await a_scene(speak, pool), await speak(), f"nom-secret-{uuid4().hex[:8]}"
    url = f"/api/v1/events/{scene.event['id']}"
    assert (await scene.officer.patch(url, json={"slug": secret}, headers={"If-Match": "*"})).status_code == 200

    answers = [
        await nobody.get(path + scene.event["slug"])
        for path in ("/evenements/", "/api/v1/events/by-slug/")
    ]  # fmt: skip

    assert [(answer.status_code, secret in str(answer.headers)) for answer in answers] == [(404, False), (404, False)]


async def test_an_organiser_in_sync_learns_what_was_withdrawn_of_its_own(scene: Scene, pool: asyncpg.Pool) -> None:
    line = await made(
        scene.organiser,
        "/api/v1/funding-lines",
        edition_id=scene.edition["id"],
        label="Billetterie",
        source_kind="ticketing",
        amount_cents=100,
    )
    deleted = await scene.organiser.delete(f"/api/v1/funding-lines/{line['id']}", headers={"If-Match": "*"})
    await settled(pool)

    seen = (await scene.organiser.get("/api/v1/funding-lines", params=SINCE)).json()["items"]
    hidden = (await scene.stranger.get("/api/v1/funding-lines", params=SINCE)).json()["items"]

    assert seen == [{"id": line["id"], "retired_at": deleted.json()["retired_at"]}]
    assert hidden == []


async def test_an_upsert_heeds_if_match(scene: Scene) -> None:
    url = f"/api/v1/places/ext/partner/{uuid4()}"
    absent = await scene.officer.put(url, json={"name": "Pharo"}, headers={"If-Match": '"1"'})
    await scene.officer.put(url, json={"name": "Pharo"})

    changed = await scene.officer.put(url, json={"name": "Palais du Pharo"}, headers={"If-Match": '"1"'})
    stale = await scene.officer.put(url, json={"name": "Autre"}, headers={"If-Match": '"1"'})

    assert problem(absent) == (412, "stale-version", None)
    assert (changed.status_code, changed.json()["name"]) == (200, "Palais du Pharo")
    assert problem(stale) == (412, "stale-version", None)


async def test_events_are_found_by_their_organiser(scene: Scene) -> None:
    answer = await scene.officer.get("/api/v1/events", params={"organiser": scene.organisation})

    assert [item["id"] for item in answer.json()["items"]] == [scene.event["id"]]


async def test_an_organiser_neither_adds_nor_removes_another_organiser(
    scene: Scene, speak: Speak, pool: asyncpg.Pool
) -> None:
    other = str(await an_organisation(pool))
    url = f"/api/v1/events/{scene.event['id']}"

    async def organised_by(client: Any, *organisations: str) -> Any:
        return await client.patch(url, json={"organiser_ids": organisations}, headers={"If-Match": "*"})

    added = await organised_by(scene.organiser, scene.organisation, other)
    await organised_by(scene.officer, scene.organisation, other)
    removed = await organised_by(scene.organiser, scene.organisation)
    left = await organised_by(scene.organiser, other)

    assert problem(added) == (403, "not-yours", "organiser_ids")
    assert problem(removed) == (403, "not-yours", "organiser_ids")
    assert problem(left) == (403, "not-yours", None)
    assert (await scene.officer.get(url)).json()["organiser_ids"] == [scene.organisation, other]


async def test_an_organiser_asks_for_money_for_its_own_editions_alone(
    scene: Scene, speak: Speak, pool: asyncpg.Pool
) -> None:
    foreign = await a_scene(speak, pool)
    request = {"organisation_id": scene.organisation, "title": "Soutien", "years": [{"year": 2024}]}
    theirs = {"allocations": [{"edition_id": foreign.edition["id"]}]}

    asked = await scene.organiser.post("/api/v1/subsidies", json=request | theirs)
    own = await made(scene.organiser, "/api/v1/subsidies", **request, allocations=[{"edition_id": scene.edition["id"]}])
    moved = await scene.organiser.patch(f"/api/v1/subsidies/{own['id']}", json=theirs, headers={"If-Match": "*"})
    by_staff = await scene.officer.patch(f"/api/v1/subsidies/{own['id']}", json=theirs, headers={"If-Match": "*"})
    kept = await scene.organiser.patch(
        f"/api/v1/subsidies/{own['id']}", json={"title": "Soutien aux deux"} | theirs, headers={"If-Match": "*"}
    )

    assert problem(asked) == (403, "not-yours", "allocations")
    assert problem(moved) == (403, "not-yours", "allocations")
    assert (by_staff.status_code, kept.status_code) == (200, 200)


@pytest.mark.parametrize("role", ["officer", "organiser"])
async def test_nobody_puts_a_session_outside_its_edition(scene: Scene, role: str) -> None:
    days = {"date_precision": "exact", "starts_on": "2024-07-01", "ends_on": "2024-07-04"}
    url = f"/api/v1/editions/{scene.edition['id']}"
    assert (await scene.officer.patch(url, json=days, headers={"If-Match": "*"})).status_code == 200
    client = scene.officer if role == "officer" else scene.organiser
    session = {"edition_id": scene.edition["id"], "name_fr": "Concert", "kind": "concert"}
    last_night = {"starts_at": "2024-07-04T22:00:00+02:00", "ends_at": "2024-07-05T04:00:00+02:00"}
    august = {"starts_at": "2024-08-01T20:00:00+02:00", "ends_at": "2024-08-01T22:00:00+02:00"}

    outside = await client.post("/api/v1/sessions", json=session | august)
    inside = await made(client, "/api/v1/sessions", **session, **last_night)
    moved = await client.patch(f"/api/v1/sessions/{inside['id']}", json=august, headers={"If-Match": "*"})
    unknown = await client.post("/api/v1/sessions", json=session | last_night | {"edition_id": str(uuid4())})

    assert problem(outside) == (422, "session-outside-edition", "starts_at")
    assert problem(moved) == (422, "session-outside-edition", "starts_at")
    assert problem(unknown) == (422, "unknown-reference", "edition_id")


async def test_nobody_acts_for_an_organisation_that_was_withdrawn(speak: Speak, pool: asyncpg.Pool) -> None:
    officer, organisation = await speak("officer"), await an_organisation(pool)
    organiser = await speak("organiser", organisation=organisation)
    account = await an_account(pool)
    await a_membership(pool, account, "organiser", organisation=organisation)
    person = await speak()
    person.cookies.set(SESSION_COOKIE, await a_session(pool, account))
    url = f"/api/v1/organisations/{organisation}"

    async def acting_for(client: Any) -> list[str]:
        return [each["id"] for each in (await client.get("/api/v1/me")).json()["organisations"]]

    before = [await acting_for(client) for client in (organiser, person)]
    await officer.delete(url, headers={"If-Match": "*"})
    after = [await acting_for(client) for client in (organiser, person)]
    refused = await organiser.post(
        "/api/v1/subsidies",
        json={"organisation_id": str(organisation), "title": "Soutien", "years": [{"year": 2024}]},
    )

    assert (before, after) == ([[str(organisation)]] * 2, [[], []])
    assert problem(refused) == (403, "not-yours", None)


async def test_the_annex_of_the_council_leaves_out_the_drafts_that_nobody_supported(
    speak: Speak, pool: asyncpg.Pool
) -> None:
    draft, published = await a_scene(speak, pool, year=2041), await a_scene(speak, pool, year=2041, published=True)
    supported = await a_scene(speak, pool, year=2041)
    subsidy = await made(
        supported.officer,
        "/api/v1/subsidies",
        organisation_id=supported.organisation,
        title="Soutien",
        requested_cents=100_00,
        years=[{"year": 2041}],
        allocations=[{"edition_id": supported.edition["id"]}],
    )
    url = f"/api/v1/subsidies/{subsidy['id']}"
    await supported.officer.post(f"{url}/instruct")
    decision = {"granted_cents": 0, "decided_on": "2041-01-02", "deliberation": "C-1", "reason": "Aide en nature."}
    assert (await supported.officer.post(f"{url}/decisions", json=decision)).status_code == 201

    async with pool.acquire() as connection:
        seen: dict[Audience, set[str]] = {
            audience: {edition.id for edition in (await year_facts(connection, 2041, audience)).editions}
            for audience in get_args(Audience)
        }
        lines = [line for line in (await year_facts(connection, 2041, "public")).support if 2041 in line.years]

    assert seen == {
        "staff": {draft.edition["id"], published.edition["id"], supported.edition["id"]},
        "council": {published.edition["id"], supported.edition["id"]},
        "public": {published.edition["id"]},
    }
    assert [line.amount_cents for line in lines] == [0]
