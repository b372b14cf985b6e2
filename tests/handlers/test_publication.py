"""Editorial steps, what calendars and partners learn of them, merges and redirections, annexes and their files."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import AsyncClient
from litestar import Litestar

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.settings import Settings
from events_api.store.files import DirectoryFiles, register
from events_api.store.transaction import transact
from tests.factories.people import a_membership, a_token, an_account, an_organisation
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, forget_jobs, made, problem, publish, settled, waiting_refreshes


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool)


def step_of(edition: dict[str, Any]) -> str:
    return f"/api/v1/editions/{edition['id']}/editorial-state"


async def sequence(client: AsyncClient, edition: dict[str, Any]) -> int:
    return int((await client.get(f"/api/v1/editions/{edition['id']}")).json()["calendar_sequence"])


async def test_an_edition_is_proposed_reviewed_and_published(scene: Scene, speak: Speak) -> None:
    communication, nobody = await speak("communication"), await speak(None)
    url, edition_url = step_of(scene.edition), f"/api/v1/editions/{scene.edition['id']}"

    proposed = await scene.organiser.post(url, json={"to": "to_review"})
    refused = await communication.post(url, json={"to": "refused", "note": "Il manque les dates."})

    assert (proposed.status_code, proposed.json()["editorial_state"]) == (200, "to_review")
    assert refused.json()["editorial_note"] == "Il manque les dates."
    assert problem(await nobody.get(edition_url)) == (404, "not-found", None)
    for state in ("draft", "to_review", "ready"):
        answer = await communication.post(url, json={"to": state, "note": "Suite."})
        assert answer.json()["editorial_state"] == state
    published = (await communication.post(url, json={"to": "published", "note": "Bravo."})).json()
    assert published["first_published_at"] == published["updated_at"]
    assert (published["editorial_note"], published["calendar_sequence"]) == (None, 0)
    assert (await nobody.get(edition_url)).json() == published


@pytest.mark.parametrize("role", ["organiser", "officer", "communication", "administrator"])
async def test_each_role_takes_its_own_editorial_steps(scene: Scene, speak: Speak, role: str) -> None:
    client = scene.organiser if role == "organiser" else await speak(role)
    publishes = role in ("communication", "administrator")
    expected = 200 if publishes else 403

    first = await client.post(step_of(scene.edition), json={"to": "to_review"})
    second = await client.post(step_of(scene.edition), json={"to": "ready"})

    assert (first.status_code, second.status_code) == (200, expected)
    if not publishes:
        assert problem(second) == (403, "editorial-step-not-allowed", "to")


async def test_what_was_published_is_never_taken_back(scene: Scene, speak: Speak) -> None:
    await publish(speak, scene.edition["id"])
    administrator = await speak("administrator")

    for state in ("draft", "to_review", "ready", "refused", "published"):
        answer = await administrator.post(step_of(scene.edition), json={"to": state})
        assert problem(answer) == (409, "editorial-step-impossible", "to")


async def test_a_stranger_takes_no_step_and_a_stale_one_is_refused(scene: Scene) -> None:
    url = step_of(scene.edition)

    assert problem(await scene.stranger.post(url, json={"to": "to_review"})) == (403, "not-yours", None)
    stale = await scene.organiser.post(url, json={"to": "to_review"}, headers={"If-Match": '"7"'})
    assert problem(stale) == (412, "stale-version", None)
    skipped = await scene.officer.post(url, json={"to": "published"})
    assert problem(skipped) == (409, "editorial-step-impossible", "to")


async def test_calendars_learn_of_what_they_show_and_of_nothing_else(scene: Scene, speak: Speak) -> None:
    edition_url, event_url = f"/api/v1/editions/{scene.edition['id']}", f"/api/v1/events/{scene.event['id']}"
    officer, any_version = scene.officer, {"If-Match": "*"}
    place = await made(officer, "/api/v1/places", name="Esplanade")

    await officer.patch(edition_url, json={"summary_fr": "Avant"}, headers=any_version)
    assert await sequence(officer, scene.edition) == 0
    await publish(speak, scene.edition["id"])
    expected = 0
    dates = {"date_precision": "exact", "starts_on": "2024-06-01", "ends_on": "2024-06-02"}
    for url, body, raises in (
        (edition_url, dates, True),
        (edition_url, dates, False),
        (edition_url, {"status": "postponed"}, True),
        (edition_url, {"note": "Interne."}, False),
        (edition_url, {"capacity": 500}, False),
        (edition_url, {"summary_fr": "Reporté."}, True),
        (edition_url, {"place_ids": [place["id"]]}, True),
        (f"/api/v1/places/{place['id']}", {"capacity": 900}, False),
        (f"/api/v1/places/{place['id']}", {"name": "Grande esplanade"}, True),
        (event_url, {"sub_sector": "fanfare"}, False),
        (event_url, {"name": "Fête des grands quais"}, True),
    ):
        answer = await officer.patch(url, json=body, headers=any_version)
        assert answer.status_code == 200, answer.text
        expected += raises
        assert (body, await sequence(officer, scene.edition)) == (body, expected)


async def test_a_publication_reaches_partners_with_its_event_and_sessions(
    scene: Scene, speak: Speak, pool: asyncpg.Pool
) -> None:
    nobody = await speak(None)
    session = await made(
        scene.organiser,
        "/api/v1/sessions",
        edition_id=scene.edition["id"],
        name_fr="Concert",
        starts_at="2024-06-01T20:00:00+02:00",
        ends_at="2024-06-01T22:00:00+02:00",
    )
    cursors = {}
    await settled(pool)
    for path in ("events", "editions", "sessions"):
        seen = await nobody.get(f"/api/v1/{path}", params={"updated_since": "2020-01-01T00:00:00Z", "limit": 200})
        while seen.json()["more"]:
            seen = await nobody.get(f"/api/v1/{path}", params={"cursor": seen.json()["next"], "limit": 200})
        cursors[path] = seen.json()["next"]

    await publish(speak, scene.edition["id"])
    await settled(pool)

    appeared = {
        path: [item["id"] for item in (await nobody.get(f"/api/v1/{path}", params={"cursor": cursor})).json()["items"]]
        for path, cursor in cursors.items()
    }
    assert appeared == {
        "events": [scene.event["id"]],
        "editions": [scene.edition["id"]],
        "sessions": [session["id"]],
    }


async def test_every_slug_goes_on_leading_to_its_event(scene: Scene, speak: Speak) -> None:
    await publish(speak, scene.edition["id"])
    nobody, former = await speak(None), scene.event["slug"]
    current = f"nouveau-{uuid4().hex[:8]}"

    await scene.officer.patch(f"/api/v1/events/{scene.event['id']}", json={"slug": current}, headers={"If-Match": "*"})

    moved = await nobody.get(f"/api/v1/events/by-slug/{former}")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/api/v1/events/by-slug/{current}")
    found = await nobody.get(moved.headers["location"])
    assert (found.status_code, found.json()["id"]) == (200, scene.event["id"])
    again = await nobody.get(moved.headers["location"], headers={"If-None-Match": found.headers["etag"]})
    assert again.status_code == 304
    assert problem(await nobody.get("/api/v1/events/by-slug/jamais-vu")) == (404, "not-found", None)
    for slug in ("%00", "%C3%A9t%C3%A9"):
        assert problem(await nobody.get(f"/api/v1/events/by-slug/{slug}"))[0] in (400, 404)
    taken = await scene.officer.post("/api/v1/events", json={"slug": former, "name": "x", "audience": "public"})
    assert problem(taken) == (409, "already-there", "slug")


async def test_the_slug_of_an_unpublished_event_says_nothing(scene: Scene, speak: Speak) -> None:
    url = f"/api/v1/events/by-slug/{scene.event['slug']}"

    assert problem(await (await speak(None)).get(url)) == (404, "not-found", None)
    assert problem(await scene.stranger.get(url)) == (404, "not-found", None)
    assert (await scene.organiser.get(url)).json() == scene.event


async def test_two_events_become_one(scene: Scene, speak: Speak, pool: asyncpg.Pool) -> None:
    other = await a_scene(speak, pool, year=2023, published=True)
    nobody = await speak(None)
    external = await scene.officer.put(
        "/api/v1/events/ext/agenda/" + uuid4().hex,
        json={"slug": f"agenda-{uuid4().hex[:8]}", "name": "Troisième", "audience": "public"},
    )
    third = external.json()
    await scene.officer.post(f"/api/v1/events/{third['id']}/merge", json={"into": other.event["id"]})
    await settled(pool)
    seen = await nobody.get("/api/v1/events", params={"updated_since": "2020-01-01T00:00:00Z", "limit": 200})
    while seen.json()["more"]:
        seen = await nobody.get("/api/v1/events", params={"cursor": seen.json()["next"], "limit": 200})
    await forget_jobs(pool)

    merged = await scene.officer.post(f"/api/v1/events/{other.event['id']}/merge", json={"into": scene.event["id"]})

    assert merged.status_code == 200, merged.text
    assert merged.json()["merged_into_id"] == scene.event["id"]
    assert (merged.json()["retired_at"] is not None, merged.json()["organiser_ids"]) == (True, [])
    into = (await nobody.get(f"/api/v1/events/{scene.event['id']}")).json()
    assert into["organiser_ids"] == [scene.organisation, other.organisation]
    edition = (await nobody.get(f"/api/v1/editions/{other.edition['id']}")).json()
    assert (edition["event_id"], edition["calendar_sequence"]) == (scene.event["id"], 1)
    for slug in (other.event["slug"], third["slug"]):
        moved = await nobody.get(f"/api/v1/events/by-slug/{slug}")
        assert moved.headers["location"] == f"/api/v1/events/by-slug/{scene.event['slug']}"
    again = await scene.officer.put(external.request.url.path, json={
        "slug": third["slug"], "name": "Rebaptisé", "audience": "public",
    })  # fmt: skip
    assert (again.status_code, again.json()["id"]) == (200, scene.event["id"])
    await settled(pool)
    after = await nobody.get("/api/v1/events", params={"cursor": seen.json()["next"], "limit": 200})
    assert {item["id"]: "merged_into_id" in item for item in after.json()["items"]} == {
        other.event["id"]: False,
        third["id"]: False,
        scene.event["id"]: True,
    }
    assert {f"edition:{other.edition['id']}", f"edition:{scene.edition['id']}", "year:2023", "year:2024"} <= (
        await waiting_refreshes(pool)
    )


async def test_a_merge_that_cannot_be_is_refused_whole(scene: Scene, speak: Speak, pool: asyncpg.Pool) -> None:
    other = await a_scene(speak, pool, year=2024)
    url = f"/api/v1/events/{other.event['id']}/merge"

    assert problem(await scene.officer.post(url, json={"into": scene.event["id"]})) == (409, "editions-collide", "into")
    assert problem(await scene.officer.post(url, json={"into": other.event["id"]}))[1] == "merged-with-itself"
    assert problem(await scene.officer.post(url, json={"into": str(uuid4())})) == (404, "not-found", None)
    assert problem(await other.organiser.post(url, json={"into": scene.event["id"]})) == (403, "not-allowed", None)
    assert (await scene.officer.get(f"/api/v1/events/{other.event['id']}")).json() == other.event


async def test_two_merges_into_each_other_do_not_both_happen(scene: Scene, speak: Speak, pool: asyncpg.Pool) -> None:
    other = await a_scene(speak, pool, year=2023)
    ids = scene.event["id"], other.event["id"]

    answers = await asyncio.gather(
        *(
            scene.officer.post(f"/api/v1/events/{merged}/merge", json={"into": into})
            for merged, into in (ids, ids[::-1])
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_two_organisations_become_one(scene: Scene, speak: Speak, pool: asyncpg.Pool) -> None:
    officer = scene.officer
    into = await made(officer, "/api/v1/organisations", name="La bonne fiche", identifier_kind="rna", rna="W133012345")
    account = await an_account(pool)
    await a_membership(pool, account, "organiser", organisation=UUID(scene.organisation))
    await a_membership(pool, account, "organiser", organisation=UUID(into["id"]))
    report = await made(
        officer, "/api/v1/attendance-reports", edition_id=scene.edition["id"], organisation_id=scene.organisation
    )
    subsidy = await made(
        officer,
        "/api/v1/subsidies",
        organisation_id=scene.organisation,
        funder_id=scene.organisation,
        title="x",
        years=[{"year": 2024}],
    )

    merged = await officer.post(f"/api/v1/organisations/{scene.organisation}/merge", json={"into": into["id"]})

    assert merged.status_code == 200, merged.text
    assert merged.json()["merged_into_id"] == into["id"]
    event = (await officer.get(f"/api/v1/events/{scene.event['id']}")).json()
    assert event["organiser_ids"] == [into["id"]]
    moved = (await scene.organiser.get(f"/api/v1/attendance-reports/{report['id']}")).json()
    assert moved["organisation_id"] == into["id"]
    money = (await scene.organiser.get(f"/api/v1/subsidies/{subsidy['id']}")).json()
    assert (money["organisation_id"], money["funder_id"]) == (into["id"], into["id"])
    memberships = await pool.fetch(
        "select o.public_id from membership m join organisation o on o.id = m.organisation_id"
        " join account a on a.id = m.account_id where a.public_id = $1 and m.retired_at is null",
        account,
    )
    assert [row["public_id"] for row in memberships] == [UUID(into["id"])]


async def test_the_organisation_that_stays_takes_over_the_identifier(speak: Speak, pool: asyncpg.Pool) -> None:
    officer = await speak("officer")
    into = await an_organisation(pool, "Sans numéro")
    known = await made(officer, "/api/v1/organisations", name="Avec", identifier_kind="rna", rna="W133054321")

    await officer.post(f"/api/v1/organisations/{known['id']}/merge", json={"into": str(into)})

    kept = (await officer.get(f"/api/v1/organisations/{into}")).json()
    assert (kept["identifier_kind"], kept["rna"]) == ("rna", "W133054321")


async def test_freezing_an_annex_asks_for_one_job(speak: Speak, pool: asyncpg.Pool) -> None:
    officer, nobody = await speak("officer"), await speak(None)

    first = await officer.post("/api/v1/annexes/2097/freeze")
    second = await officer.post("/api/v1/annexes/2097/freeze")

    assert (first.status_code, second.json()) == (202, first.json())
    assert first.headers["location"] == f"/api/v1/jobs/{first.json()['job']}"
    job = await pool.fetchrow("select kind, queue, payload::text from job where public_id = $1", first.json()["job"])
    assert tuple(job) == ("freeze_annex", "render", '{"year": 2097}')
    assert (await officer.get("/api/v1/annexes/2097")).json()["state"] == "draft"
    assert problem(await nobody.get("/api/v1/annexes/2097")) == (404, "not-found", None)
    for role in ("organiser", "communication", "elected", "auditor"):
        organisation = {"organisation": await an_organisation(pool)} if role == "organiser" else {}
        refused = await (await speak(role, **organisation)).post("/api/v1/annexes/2097/freeze")
        assert problem(refused) == (403, "not-allowed", None)
    for year in ("1989", "2201", "99999999999999999999"):
        assert problem(await officer.post(f"/api/v1/annexes/{year}/freeze"))[0] in (400, 404)


async def test_a_frozen_annex_is_public_with_its_files(
    app: Litestar, settings: Settings, pool: asyncpg.Pool, speak: Speak
) -> None:
    nobody, store = await speak(None), DirectoryFiles(settings.files)
    contents = {"pdf": b"%PDF-1.7 " + uuid4().bytes, "html": b"<!doctype html><p>2098", "csv": b"a;b\n1;2\n"}

    async def once(content: bytes) -> Any:
        yield content

    stored = {name: await store.put(once(content), limit=10_000) for name, content in contents.items()}
    async with transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id="test", operation="test", master_key=b"k" * 32
    ) as work:
        ids = {name: await register(work, file, "application/octet-stream") for name, file in stored.items()}
        key = await work.connection.fetchval(
            "insert into annex (public_id, year, state) values ($1, 2098, 'frozen') returning id", uuid4()
        )
        await work.connection.execute(
            "insert into annex_version (annex_id, number, public_id, frozen_at, content, content_hash, audit_position,"
            " audit_hash, pdf_sha256, html_sha256, csv_sha256)"
            " values ($1, 1, $2, now(), '{\"year\": 2098}', $3, 7, $3, $4, $5, $6)",
            key,
            uuid4(),
            b"h" * 32,
            *(stored[name].sha256 for name in ("pdf", "html", "csv")),
        )

    version = (await nobody.get("/api/v1/annexes/2098/versions/1")).json()

    assert version == {
        "id": version["id"],
        "year": 2098,
        "number": 1,
        "frozen_at": version["frozen_at"],
        "content_hash": (b"h" * 32).hex(),
        "content": {"year": 2098},
        "audit_position": 7,
        "audit_hash": (b"h" * 32).hex(),
        "pdf_id": str(ids["pdf"]),
        "html_id": str(ids["html"]),
        "csv_id": str(ids["csv"]),
    }
    annex = (await nobody.get("/api/v1/annexes/2098")).json()
    assert annex["versions"] == [
        {"number": 1, "frozen_at": annex["versions"][0]["frozen_at"], "content_hash": version["content_hash"]}
    ]
    assert annex in (await nobody.get("/api/v1/annexes")).json()
    types = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8"}
    for name, content in contents.items():
        got = await nobody.get(f"/api/v1/annexes/2098/versions/1/{name}")
        assert (got.status_code, got.content, got.headers["content-type"]) == (200, content, types[name])
        assert got.headers["content-disposition"] == f'attachment; filename="annexe-2098-v1.{name}"'
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-length"] == str(len(content))
        assert got.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        opaque = await nobody.get(f"/api/v1/files/{ids[name]}")
        assert (opaque.content, opaque.headers["content-type"]) == (content, "application/octet-stream")
        known = await nobody.get(f"/api/v1/files/{ids[name]}", headers={"If-None-Match": got.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
        head = await nobody.head(f"/api/v1/files/{ids[name]}")
        assert (head.status_code, head.content) == (200, b"")
    assert problem(await nobody.get("/api/v1/annexes/2098/versions/99999999999"))[0] in (400, 404)
    for path in ("annexes/2098/versions/2", "annexes/2098/versions/2/pdf"):
        assert problem(await nobody.get(f"/api/v1/{path}")) == (404, "not-found", None)


async def test_a_file_to_which_nothing_refers_is_nobodys(settings: Settings, pool: asyncpg.Pool, speak: Speak) -> None:
    async def once() -> Any:
        yield b"secret " + uuid4().bytes

    stored = await DirectoryFiles(settings.files).put(once(), limit=100)
    async with transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id="test", operation="test", master_key=b"k" * 32
    ) as work:
        identifier = await register(work, stored, "text/plain")

    for role in (None, "administrator", "auditor"):
        answer = await (await speak(role)).get(f"/api/v1/files/{identifier}")
        assert problem(answer) == (404, "not-found", None)


async def test_a_token_of_a_merged_organisation_acts_for_the_one_that_stays(
    scene: Scene, speak: Speak, pool: asyncpg.Pool
) -> None:
    into = await an_organisation(pool, "Celle qui reste")
    secret = await a_token(pool, "organiser", organisation=UUID(scene.organisation))

    await scene.officer.post(f"/api/v1/organisations/{scene.organisation}/merge", json={"into": str(into)})

    client = await speak(None)
    answer = await client.patch(
        f"/api/v1/organisations/{into}",
        json={"website": "https://example.org"},
        headers={"If-Match": "*", "Authorization": f"Bearer {secret}"},
    )
    assert (answer.status_code, answer.json()["website"]) == (200, "https://example.org")
