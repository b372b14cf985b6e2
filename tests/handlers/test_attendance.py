"""Figures with their evidence, and the review of attendance reports."""

import asyncio
import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import AsyncClient

from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, forget_jobs, made, problem, publish, settled, waiting_refreshes

DECLARED = {
    "quantity": "attendances",
    "value": 150000,
    "unit": "attendances",
    "grade": "E",
    "source_kind": "document",
    "source_document": "Dossier de presse 2024",
}
REPORT = {
    "attendances": 12000,
    "unique_visitors": 8000,
    "tickets_issued": 13000,
    "grade": "B",
    "method": "Export de la billetterie.",
}


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool)


async def a_report(scene: Scene, **values: Any) -> dict[str, Any]:
    ids = {"edition_id": scene.edition["id"], "organisation_id": scene.organisation}
    return await made(scene.organiser, "/api/v1/attendance-reports", **ids | REPORT | values)


async def figures_of(client: AsyncClient, edition_id: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/editions/{edition_id}/figures")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_figure_comes_back_with_its_evidence(scene: Scene) -> None:
    url = f"/api/v1/editions/{scene.edition['id']}/figures"

    answer = await scene.organiser.post(url, json=DECLARED | {"as_printed": "150 000 festivaliers", "source_line": 4})

    figure = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert figure == DECLARED | {
        "id": figure["id"],
        "version": 1,
        "created_at": figure["created_at"],
        "updated_at": figure["created_at"],
        "retired_at": None,
        "edition_id": scene.edition["id"],
        "as_printed": "150 000 festivaliers",
        "value": 150000.0,
        "territory_code": "amp",
        "source_line": 4,
        "source_field": None,
        "report_version_id": None,
        "stated_by": figure["stated_by"],
        "stated_at": figure["created_at"],
        "replaces_id": None,
        "note": None,
        "simulated": False,
    }
    assert UUID(figure["stated_by"])
    assert answer.headers["location"] == f"/api/v1/figures/{figure['id']}"
    assert (await scene.officer.get(answer.headers["location"])).json() == figure
    assert await figures_of(scene.officer, scene.edition["id"]) == [figure]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"grade": None}, (422, "grade-missing", "grade")),
        ({"quantity": "attendance_as_printed", "grade": None}, (422, "grade-missing", "grade")),
        ({"value": -1}, (422, "not-a-count", "value")),
        ({"value": 1.5}, (422, "not-a-count", "value")),
        ({"quantity": "other", "value": 1.23456}, (422, "too-many-decimals", "value")),
        ({"value": 1e16}, (400, "malformed-field", "value")),
        ({"source_kind": "file_line"}, (422, "source-incomplete", "source_line")),
        ({"source_kind": "form_field"}, (422, "source-incomplete", "source_field")),
        ({"territory_code": "atlantis"}, (422, "unknown-reference", "territory_code")),
        ({"source_document": ""}, (400, "malformed-field", "source_document")),
        ({"stated_at": "2024-01-01T00:00:00Z"}, (400, "malformed-field", "stated_at")),
        ({"grade": "A"}, (403, "grade-needs-review", "grade")),
    ],
)
async def test_a_figure_that_breaks_a_rule_is_refused(
    scene: Scene, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    answer = await scene.organiser.post(f"/api/v1/editions/{scene.edition['id']}/figures", json=DECLARED | change)

    assert problem(answer) == expected
    assert await figures_of(scene.officer, scene.edition["id"]) == []


async def test_the_database_too_refuses_an_attendance_without_its_grade(pool: asyncpg.Pool, scene: Scene) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(
            "insert into edition_figure (edition_id, public_id, quantity, value, unit, source_kind, source_document,"
            " stated_at) select id, $2, 'attendances', 1, 'x', 'document', 'x', now() from edition"
            " where public_id = $1",
            UUID(scene.edition["id"]),
            uuid4(),
        )


async def test_a_correction_takes_the_place_of_the_figure_that_it_names(scene: Scene, pool: asyncpg.Pool) -> None:
    url = f"/api/v1/editions/{scene.edition['id']}/figures"
    first = await made(scene.officer, url, **DECLARED)

    second = await made(scene.officer, url, **DECLARED | {"value": 98980, "replaces_id": first["id"]})

    assert await figures_of(scene.officer, scene.edition["id"]) == [second]
    replaced = (await scene.officer.get(f"/api/v1/figures/{first['id']}")).json()
    assert (replaced["value"], replaced["retired_at"] is not None) == (150000.0, True)
    again = await scene.officer.post(url, json=DECLARED | {"replaces_id": first["id"]})
    assert problem(again) == (409, "figure-replaced", "replaces_id")
    other = await scene.officer.post(url, json=DECLARED | {"quantity": "entries_in", "replaces_id": second["id"]})
    assert problem(other) == (422, "not-same-figure", "replaces_id")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("update edition_figure set value = 1 where public_id = $1", UUID(second["id"]))


async def test_an_organiser_does_not_replace_evidence_with_a_declaration(scene: Scene) -> None:
    url = f"/api/v1/editions/{scene.edition['id']}/figures"
    counted = await made(scene.officer, url, **DECLARED | {"grade": "A"})

    answer = await scene.organiser.post(url, json=DECLARED | {"replaces_id": counted["id"]})

    assert problem(answer) == (403, "grade-needs-review", "replaces_id")


async def test_only_the_figures_of_published_editions_are_public(scene: Scene, speak: Speak) -> None:
    nobody, elected = await speak(None), await speak("elected")
    url = f"/api/v1/editions/{scene.edition['id']}/figures"
    figure = await made(scene.officer, url, **DECLARED)
    one = f"/api/v1/figures/{figure['id']}"

    for client in (nobody, scene.stranger):
        assert problem(await client.get(url)) == (404, "not-found", None)
        assert problem(await client.get(one)) == (404, "not-found", None)
    for client in (scene.organiser, elected):
        assert (await client.get(one)).json() == figure
    assert problem(await scene.stranger.post(url, json=DECLARED)) == (403, "not-yours", None)
    assert problem(await nobody.post(url, json=DECLARED)) == (401, "login-required", None)
    await publish(speak, scene.edition["id"])
    assert [item["id"] for item in await figures_of(nobody, scene.edition["id"])] == [figure["id"]]


async def test_a_partner_in_sync_sees_figures_appear_with_the_publication(
    scene: Scene, speak: Speak, pool: asyncpg.Pool
) -> None:
    nobody = await speak(None)
    url = f"/api/v1/editions/{scene.edition['id']}/figures"
    figure = await made(scene.officer, url, **DECLARED)
    await settled(pool)
    events = await nobody.get("/api/v1/events", params={"updated_since": "2020-01-01T00:00:00Z", "limit": 200})
    while events.json()["more"]:
        events = await nobody.get("/api/v1/events", params={"cursor": events.json()["next"], "limit": 200})

    await publish(speak, scene.edition["id"])
    await settled(pool)

    after = await nobody.get("/api/v1/events", params={"cursor": events.json()["next"]})
    assert [item["id"] for item in after.json()["items"]] == [scene.event["id"]]
    shown = (await nobody.get(f"/api/v1/figures/{figure['id']}")).json()
    assert shown["version"] == 2


async def test_contradictory_figures_are_kept_side_by_side(speak: Speak) -> None:
    officer, nobody = await speak("officer"), await speak(None)
    subject = f"FACAMM {uuid4()}"
    common = {"subject": subject, "unit": "ratio", "source_kind": "document", "source_document": "Feuille de route"}
    announced = await made(
        officer, "/api/v1/programme-figures", **common, quantity="ratio", value=64, source_field="ratio annoncé"
    )
    computed = await made(
        officer,
        "/api/v1/programme-figures",
        **common | {"source_kind": "formula"},
        quantity="ratio",
        value=110.0,
        source_field="55 M€ / 0,5 M€",
    )

    conflict = await made(
        officer,
        "/api/v1/figure-conflicts",
        first_id=announced["id"],
        second_id=computed["id"],
        explanation_fr="110 ou 64.",
        explanation_en="110 or 64.",
    )

    listed = await nobody.get("/api/v1/programme-figures", params={"subject": subject})
    assert listed.json() == {"items": [announced, computed], "next": None}
    assert (await nobody.get(f"/api/v1/figure-conflicts/{conflict['id']}")).json() == conflict
    assert conflict in (await nobody.get("/api/v1/figure-conflicts", params={"limit": 200})).json()["items"]
    same = await officer.post(
        "/api/v1/figure-conflicts",
        json={"first_id": computed["id"], "second_id": computed["id"], "explanation_fr": "x", "explanation_en": "x"},
    )
    assert problem(same) == (422, "conflict-with-itself", "second_id")
    twice = await officer.post(
        "/api/v1/programme-figures",
        json=common | {"quantity": "ratio", "value": 65, "source_field": "ratio annoncé"},
    )
    assert problem(twice)[:2] == (409, "already-there")


async def test_a_report_goes_from_draft_to_validated(scene: Scene) -> None:
    report = await a_report(scene, method=None)
    url = f"/api/v1/attendance-reports/{report['id']}"
    assert (report["state"], report["missing"], report["submitted_versions"]) == ("draft", ["method"], 0)
    assert problem(await scene.organiser.post(f"{url}/submit")) == (422, "report-incomplete", "method")
    await scene.organiser.patch(url, json={"method": "Export de la billetterie."}, headers={"If-Match": '"1"'})

    submitted = (await scene.organiser.post(f"{url}/submit")).json()

    assert (submitted["state"], submitted["missing"], submitted["submitted_versions"]) == ("submitted", [], 1)
    declared = await figures_of(scene.officer, scene.edition["id"])
    version = (await scene.organiser.get(f"{url}/versions/1")).json()
    assert [
        (item["quantity"], item["value"], item["grade"], item["source_kind"], item["source_field"]) for item in declared
    ] == [
        ("attendances", 12000.0, "E", "form_field", "attendances"),
        ("unique_visitors", 8000.0, "E", "form_field", "unique_visitors"),
        ("tickets_issued", 13000.0, "E", "form_field", "tickets_issued"),
    ]
    assert {item["report_version_id"] for item in declared} == {version["id"]}
    closed = await scene.organiser.patch(url, json={"attendances": 1}, headers={"If-Match": "*"})
    assert problem(closed) == (409, "report-closed", None)

    returned = await scene.officer.post(f"{url}/return", json={"note": "Combien d'invitations ?"})
    assert (returned.json()["state"], returned.json()["review_note"]) == ("returned", "Combien d'invitations ?")
    await scene.organiser.patch(
        url, json={"attendances": 11000, "tickets_issued": None}, headers={"If-Match": returned.headers["etag"]}
    )
    await scene.organiser.post(f"{url}/submit")
    validated = (await scene.officer.post(f"{url}/validate", json={"grade": "B"})).json()

    assert (validated["state"], validated["accepted_grade"], validated["submitted_versions"]) == ("validated", "B", 2)
    accepted = await figures_of(scene.officer, scene.edition["id"])
    assert [(item["quantity"], item["value"], item["grade"]) for item in accepted] == [
        ("attendances", 11000.0, "B"),
        ("unique_visitors", 8000.0, "B"),
    ]
    versions = (await scene.organiser.get(f"{url}/versions")).json()
    assert [(item["number"], item["content"]["attendances"]) for item in versions] == [(1, 12000), (2, 11000)]
    assert versions[0] == version
    for item in versions:
        canonical = json.dumps(item["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert item["content_hash"] == hashlib.sha256(canonical.encode()).hexdigest()


async def test_a_validated_report_opens_again_only_with_a_note(scene: Scene) -> None:
    report = await a_report(scene)
    url = f"/api/v1/attendance-reports/{report['id']}"
    await scene.organiser.post(f"{url}/submit")
    await scene.officer.post(f"{url}/validate", json={"grade": "E"})

    assert problem(await scene.organiser.post(f"{url}/submit")) == (409, "report-step-impossible", None)
    assert problem(await scene.officer.post(f"{url}/validate", json={"grade": "E"}))[1] == "report-step-impossible"
    assert problem(await scene.officer.post(f"{url}/return", json={}))[:2] == (400, "malformed-field")
    assert (await scene.officer.post(f"{url}/return", json={"note": "Rouvert."})).json()["state"] == "returned"
    assert problem(await scene.organiser.delete(url, headers={"If-Match": "*"})) == (409, "report-closed", None)


async def test_figures_of_a_report_that_is_opened_again_are_declared_again(scene: Scene) -> None:
    report = await a_report(scene)
    url = f"/api/v1/attendance-reports/{report['id']}"
    await scene.organiser.post(f"{url}/submit")
    await scene.officer.post(f"{url}/validate", json={"grade": "B"})

    await scene.officer.post(f"{url}/return", json={"note": "Rouvert."})

    figures = await figures_of(scene.officer, scene.edition["id"])
    assert [(item["quantity"], item["grade"]) for item in figures] == [
        ("attendances", "E"),
        ("unique_visitors", "E"),
        ("tickets_issued", "E"),
    ]


async def test_a_figure_of_a_report_is_corrected_by_the_report_alone(scene: Scene) -> None:
    report = await a_report(scene)
    await scene.organiser.post(f"/api/v1/attendance-reports/{report['id']}/submit")
    before = await figures_of(scene.officer, scene.edition["id"])
    url, correction = f"/api/v1/editions/{scene.edition['id']}/figures", DECLARED | {"replaces_id": before[0]["id"]}

    answers = [await client.post(url, json=correction) for client in (scene.organiser, scene.officer)]

    assert [problem(answer) for answer in answers] == [(409, "figure-of-report", "replaces_id")] * 2
    assert await figures_of(scene.officer, scene.edition["id"]) == before


async def test_the_database_too_refuses_an_attendance_of_the_programme_without_a_grade(pool: asyncpg.Pool) -> None:
    statement = (
        "insert into programme_figure (public_id, subject, quantity, value, unit, grade, source_kind, source_document,"
        " stated_at) values ($1, $2, 'attendances', $3, 'x', $4, 'document', 'x', now())"
    )
    subject = uuid4().hex

    for value, grade in ((10, None), (-1, "E"), (1.5, "E")):
        with pytest.raises(asyncpg.CheckViolationError):
            await pool.execute(statement, uuid4(), subject, value, grade)
    await pool.execute(statement, uuid4(), subject, 10, "E")


async def test_the_versions_of_a_report_cannot_be_rewritten(scene: Scene, pool: asyncpg.Pool) -> None:
    report = await a_report(scene)
    await scene.organiser.post(f"/api/v1/attendance-reports/{report['id']}/submit")

    for statement in (
        "update attendance_report_version set content = '{}'::jsonb",
        "delete from attendance_report_version",
        "delete from edition_figure",
        "delete from attendance_report",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


async def test_two_submissions_at_once_make_one_version(scene: Scene) -> None:
    report = await a_report(scene)
    url = f"/api/v1/attendance-reports/{report['id']}/submit"

    answers = await asyncio.gather(*(scene.organiser.post(url) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert len((await scene.organiser.get(url.removesuffix("submit") + "versions")).json()) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"unique_visitors": 12001}, (422, "figures-inconsistent", "unique_visitors")),
        ({"entries_in": 11999}, (422, "figures-inconsistent", "attendances")),
        ({"grade": None}, (422, "grade-missing", "grade")),
        ({"due_on": "2025-01-31"}, (403, "field-not-yours", "due_on")),
        ({"state": "validated"}, (400, "malformed-field", "state")),
        ({"attendances": -1}, (400, "malformed-field", "attendances")),
    ],
)
async def test_a_report_that_breaks_a_rule_is_refused(
    scene: Scene, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    ids = {"edition_id": scene.edition["id"], "organisation_id": scene.organisation}

    answer = await scene.organiser.post("/api/v1/attendance-reports", json=ids | REPORT | change)

    assert problem(answer) == expected


async def test_a_report_is_for_an_organiser_of_the_event(scene: Scene, speak: Speak) -> None:
    other = (await made(scene.officer, "/api/v1/organisations", name="Voisine"))["id"]

    def body(organisation: str) -> dict[str, Any]:
        return {"edition_id": scene.edition["id"], "organisation_id": organisation}

    path = "/api/v1/attendance-reports"
    assert problem(await scene.officer.post(path, json=body(other))) == (422, "not-an-organiser", "organisation_id")
    assert problem(await scene.stranger.post(path, json=body(scene.organisation))) == (403, "not-yours", None)
    expected = await made(scene.officer, path, **body(scene.organisation), due_on="2025-01-31")
    assert (expected["due_on"], expected["missing"]) == ("2025-01-31", ["attendances", "grade", "method"])
    late = await scene.organiser.get(path, params={"due_before": "2025-02-01"})
    assert late.json() == {"items": [expected], "next": None}
    assert (await scene.organiser.get(path, params={"due_before": "2025-01-31"})).json()["items"] == []
    twice = await scene.organiser.post(path, json=body(scene.organisation))
    assert problem(twice)[:2] == (409, "already-there")


async def test_reports_are_seen_by_their_organisation_and_the_staff_alone(scene: Scene, speak: Speak) -> None:
    report = await a_report(scene)
    await scene.organiser.post(f"/api/v1/attendance-reports/{report['id']}/submit")
    await publish(speak, scene.edition["id"])
    urls = [f"/api/v1/attendance-reports/{report['id']}{end}" for end in ("", "/versions", "/versions/1")]

    for url in urls:
        assert problem(await scene.stranger.get(url)) == (404, "not-found", None)
        assert problem(await (await speak(None)).get(url)) == (401, "login-required", None)
        assert problem(await (await speak("communication")).get(url)) == (403, "not-allowed", None)
        for role in ("elected", "auditor", "administrator"):
            assert (await (await speak(role)).get(url)).status_code == 200
    stranger = await scene.stranger.get("/api/v1/attendance-reports")
    assert stranger.json() == {"items": [], "next": None}
    changes = await scene.stranger.get("/api/v1/attendance-reports?updated_since=2020-01-01T00:00:00Z")
    assert changes.json()["items"] == []
    for step, body in (("submit", None), ("return", {"note": "x"}), ("validate", {"grade": "E"})):
        answer = await scene.stranger.post(f"{urls[0]}/{step}", json=body)
        assert problem(answer)[0] == 403


async def test_what_a_report_changes_asks_for_its_dashboards_once(scene: Scene, pool: asyncpg.Pool) -> None:
    report = await a_report(scene)
    await forget_jobs(pool)

    await scene.organiser.post(f"/api/v1/attendance-reports/{report['id']}/submit")
    await scene.officer.post(f"/api/v1/attendance-reports/{report['id']}/validate", json={"grade": "C"})

    assert await waiting_refreshes(pool) == {f"edition:{scene.edition['id']}", "year:2024"}
    rows = await pool.fetch(
        "select j.queue, j.payload::text, count(o.id) as rung from job j left join outbox o on o.job_id = j.id"
        " where j.kind = 'refresh_dashboard' and j.state = 'queued' group by j.id order by j.key"
    )
    assert [tuple(row) for row in rows] == [
        ("render", f'{{"edition": "{scene.edition["id"]}"}}', 1),
        ("render", '{"year": 2024}', 1),
    ]
