"""Assumption sets, entries, overrides and assessments over HTTP."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import AsyncClient

from events_api.domain.assessments import kept_set
from events_api.importers.impact import first_parameters
from events_api.read.assessments import asked
from events_api.store.assessments import code_hash
from tests.factories.impact import compute
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, made, problem

FIRST = "c0e11d8d0c5cf611faae4a6eaad6cd43e96e4164acee90f9abca1e33774ea829"
ENTRY: dict[str, Any] = {
    "level": "express",
    "attendances": 40_000,
    "grade": "E",
    "profile": "festival_urbain",
    "nights": 2.5,
    "budget": 1_800_000,
    "subsidy": 150_000,
}
OVERRIDE: dict[str, Any] = {
    "low": 0.1,
    "mode": 0.2,
    "high": 0.3,
    "status": "sourced",
    "document": "Enquête 2026, p. 12",
    "reason": "612 entretiens",
}
SPENDING = {"key": "spend_D", "low": 20, "mode": 31, "high": 45, "status": "sourced", "sources": ["Enquête 2026"]}


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool)


def path(scene: Scene, rest: str) -> str:
    return f"/api/v1/editions/{scene.edition['id']}/impact/{rest}"


async def enter(client: AsyncClient, scene: Scene, **changes: Any) -> dict[str, Any]:
    answer = await client.put(path(scene, "entry"), json={"entry": {**ENTRY, **changes}})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def ask(scene: Scene, **values: Any) -> dict[str, Any]:
    answer = await scene.officer.post(path(scene, "assessments"), json=values)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def read(scene: Scene, number: int = 1) -> dict[str, Any]:
    answer = await scene.officer.get(path(scene, f"assessments/{number}"), headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


# Assumption sets


async def test_version_1_is_the_packaged_set_for_everybody(speak: Speak) -> None:
    nobody = await speak()

    answer = await nobody.get("/api/v1/assumption-sets/1")
    again = await nobody.get("/api/v1/assumption-sets/1", headers={"if-none-match": answer.headers["etag"]})

    found = answer.json()
    assert (found["number"], found["content_hash"], len(found["content"]["parameters"])) == (1, FIRST, 51)
    assert kept_set(first_parameters())[1].hex() == FIRST
    assert (again.status_code, again.content) == (304, b"")
    assert 1 in [one["number"] for one in (await nobody.get("/api/v1/assumption-sets")).json()]


async def test_a_set_is_data_for_a_spreadsheet(speak: Speak) -> None:
    nobody = await speak()

    answer = await nobody.get("/api/v1/assumption-sets/1/csv")
    again = await nobody.get("/api/v1/assumption-sets/1/csv", headers={"if-none-match": answer.headers["etag"]})

    lines = answer.text.splitlines()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert lines[0] == "kind,key,unit,low,mode,high,law,year,status,sources,document,note"
    assert len([line for line in lines if line.startswith("parameter,")]) == 51
    assert len([line for line in lines if line.startswith("profile,")]) == 6
    assert again.status_code == 304


async def test_staff_publish_a_copy_with_changes_and_the_first_stays(speak: Speak) -> None:
    officer = await speak("officer")
    asked_for = {"based_on": 1, "name": "2026", "reason": "Enquête", "parameters": [SPENDING]}

    answer = await officer.post("/api/v1/assumption-sets", json=asked_for)

    assert answer.status_code == 201, answer.text
    copy = answer.json()
    changed = {one["key"]: one for one in copy["content"]["parameters"]}["spend_D"]
    assert (copy["based_on"], copy["reason"], copy["content"]["version"]) == (1, "Enquête", str(copy["number"]))
    assert (changed["mode"], changed["unit"], changed["status"]) == (31, "eur_per_day", "sourced")
    assert answer.headers["location"] == f"/api/v1/assumption-sets/{copy['number']}"
    assert (await officer.get("/api/v1/assumption-sets/1")).json()["content_hash"] == FIRST


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"parameters": []}, (422, "assumptions-unchanged", "parameters")),
        ({"parameters": [{**SPENDING, "key": "spend_X"}]}, (422, "parameter-unknown", "spend_X")),
        ({"parameters": [{**SPENDING, "low": 40}]}, (422, "triple-out-of-order", "spend_D")),
        (
            {"parameters": [{**SPENDING, "key": "multiplier", "low": 1.0, "mode": 1.2, "high": 1.8}]},
            (422, "multiplier-needs-document", "multiplier"),
        ),
        (
            {"parameters": [{**SPENDING, "key": "multiplier", "low": 1.0, "mode": 1.2, "high": 2.5}]},
            (422, "multiplier-refused", "multiplier"),
        ),
        (
            {"profiles": [{"name": "rave", "low": 0, "mode": 0.1, "high": 0.2, "status": "judged"}]},
            (422, "factor-unknown", "profiles"),
        ),
        ({"based_on": 999_999}, (422, "unknown-reference", "based_on")),
    ],
)
async def test_a_set_that_cannot_be_is_refused(
    speak: Speak, changes: dict[str, Any], refused: tuple[int, str, str]
) -> None:
    officer = await speak("officer")

    answer = await officer.post("/api/v1/assumption-sets", json={"based_on": 1, "name": "x", "reason": "x", **changes})

    assert problem(answer) == refused


async def test_two_copies_at_once_are_two_versions(speak: Speak) -> None:
    officer = await speak("officer")
    asked_for = {"based_on": 1, "name": "2026", "reason": "Enquête", "parameters": [SPENDING]}

    answers = await asyncio.gather(*(officer.post("/api/v1/assumption-sets", json=asked_for) for _ in range(4)))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["number"] for answer in answers}) == 4


async def test_no_row_of_the_model_can_be_changed_by_the_application(pool: asyncpg.Pool) -> None:
    for table in ("assumption_set", "impact_entry", "impact_assessment", "impact_result"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(f"update {table} set content = ''")  # noqa: S608  # names of ours
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(f"delete from {table}")  # noqa: S608  # same


# What is entered


async def test_an_organiser_enters_its_edition_in_versions(scene: Scene) -> None:
    first = await enter(scene.organiser, scene)
    same = await enter(scene.organiser, scene)
    second = await enter(scene.organiser, scene, budget=1_900_000)

    listed = (await scene.organiser.get(path(scene, "entries"))).json()
    assert (first["number"], same["number"], second["number"]) == (1, 1, 2)
    assert [one["number"] for one in listed["entries"]] == [2, 1]
    assert listed["entries"][1]["entry"]["budget"] == 1_800_000


async def test_an_organiser_may_not_claim_evidence(scene: Scene) -> None:
    graded = await scene.organiser.put(path(scene, "entry"), json={"entry": {**ENTRY, "grade": "A"}})
    officer = await enter(scene.officer, scene, grade="A", interval=[39_000, 41_000])

    assert problem(graded) == (403, "grade-needs-review", "grade")
    assert officer["number"] == 1


async def test_an_interval_holds_the_attendance(scene: Scene) -> None:
    entry = {**ENTRY, "interval": [50_000, 60_000]}

    answer = await scene.officer.put(path(scene, "entry"), json={"entry": entry})

    assert problem(answer) == (422, "interval-needs-evidence", "interval")


async def test_a_stranger_neither_enters_nor_reads(scene: Scene) -> None:
    await enter(scene.organiser, scene)

    put = await scene.stranger.put(path(scene, "entry"), json={"entry": ENTRY})
    reads = [
        await scene.stranger.get(path(scene, rest)) for rest in ("entries", "overrides", "assessments", "assessments/1")
    ]
    tried = await scene.stranger.post(path(scene, "preview"), json={})

    assert problem(put)[:2] == (403, "not-yours")
    assert [answer.status_code for answer in (*reads, tried)] == [404] * 5


# Overrides


async def test_an_override_needs_a_document_and_is_withdrawn(scene: Scene) -> None:
    bare = {name: value for name, value in OVERRIDE.items() if name != "document"}

    refused = await scene.officer.put(path(scene, "overrides/attr_D"), json=bare)
    unknown = await scene.officer.put(path(scene, "overrides/attr_X"), json=OVERRIDE)
    first = await scene.officer.put(path(scene, "overrides/attr_D"), json=OVERRIDE)
    same = await scene.officer.put(path(scene, "overrides/attr_D"), json=OVERRIDE)
    second = await scene.officer.put(path(scene, "overrides/attr_D"), json={**OVERRIDE, "mode": 0.25})
    gone = await scene.officer.delete(path(scene, "overrides/attr_D"))
    twice = await scene.officer.delete(path(scene, "overrides/attr_D"))

    assert refused.status_code == 400
    assert problem(unknown) == (422, "parameter-unknown", "attr_X")
    assert [answer.json()["number"] for answer in (first, same, second)] == [1, 1, 2]
    assert (gone.status_code, twice.status_code) == (204, 404)
    listed = (await scene.officer.get(path(scene, "overrides"))).json()
    assert [(one["number"], one["retired_at"] is None) for one in listed] == [(1, False), (2, False)]


# Assessments


async def test_an_assessment_freezes_what_it_stands_on(scene: Scene, pool: asyncpg.Pool) -> None:
    await enter(scene.organiser, scene)
    await scene.officer.put(path(scene, "overrides/attr_D"), json=OVERRIDE)
    asked_for = await ask(scene, assumption_set=1)
    waiting = await read(scene)
    await compute(pool, UUID(asked_for["id"]))
    first = await asked(pool, UUID(asked_for["id"]))
    await compute(pool, UUID(asked_for["id"]))

    found = await read(scene)

    again = await asked(pool, UUID(asked_for["id"]))
    assert again == first
    assert (waiting["state"], waiting["result"], waiting["stale"]) == ("waiting", None, False)
    assert (found["state"], found["draws"], found["seed"], found["stale"]) == ("computed", 100_000, 20_240_601, False)
    assert (found["entry_number"], found["assumption_set"], found["override_numbers"]) == (1, 1, [1])
    assert found["code_hash"] == code_hash().hex()
    assert len({found["parameter_hash"], found["data_hash"], FIRST}) == 3
    assert found["result"]["territory"] == found["territory"] == "amp"
    assert [one["lint"] for one in found["flags"]] == ["IMP-11", "IMP-11"]
    assert found["result"]["distributions"]["net_primary_impact"]["p50"] is not None


async def test_what_changes_makes_it_stale_and_a_later_set_does_not(scene: Scene, pool: asyncpg.Pool) -> None:
    await enter(scene.organiser, scene, attendances=None)
    await _figure(scene, 38_000)
    asked_for = await ask(scene)
    await compute(pool, UUID(asked_for["id"]))
    before = (await read(scene))["result"]
    copy = {"based_on": 1, "name": "2027", "reason": "x", "parameters": [SPENDING]}
    assert (await scene.officer.post("/api/v1/assumption-sets", json=copy)).status_code == 201
    still = await read(scene)
    await scene.officer.put(path(scene, "overrides/attr_D"), json=OVERRIDE)
    await enter(scene.organiser, scene, attendances=None, budget=2_000_000)
    await _figure(scene, 36_000, grade="C")

    found = await read(scene)

    assert (still["stale"], still["stale_because"], still["attendance"]["value"]) == (False, [], 38_000)
    assert found["stale"]
    assert [one["sentence"] for one in found["stale_because"]] == [
        "What is entered for the edition changed: version 1 then, version 2 now.",
        "The assumptions of the edition itself changed.",
        "The attendance that counts changed: 38,000 (grade E) then, 36,000 (grade C) now.",
    ]
    assert found["result"] == before
    (listed,) = (await scene.officer.get(path(scene, "assessments"))).json()
    assert (listed["number"], listed["stale"], "result" in listed) == (1, True, False)


async def test_an_assessment_needs_an_entry_that_is_whole(scene: Scene) -> None:
    nothing = await scene.officer.post(path(scene, "assessments"), json={})
    await enter(scene.organiser, scene, attendances=None)
    no_attendance = await scene.officer.post(path(scene, "assessments"), json={})
    await enter(scene.organiser, scene)
    no_set = await scene.officer.post(path(scene, "assessments"), json={"assumption_set": 999_999})
    absent = await scene.officer.post(f"/api/v1/editions/{uuid4()}/impact/assessments", json={})
    organiser = await scene.organiser.post(path(scene, "assessments"), json={})

    assert problem(nothing) == (409, "impact-entry-missing", None)
    assert problem(no_attendance) == (422, "entry-incomplete", "attendances")
    assert problem(no_set) == (422, "unknown-reference", "assumption_set")
    assert problem(absent)[:2] == (404, "not-found")
    assert organiser.status_code == 403


async def test_the_same_key_asks_once_and_two_requests_are_two_assessments(scene: Scene) -> None:
    await enter(scene.organiser, scene)
    key = {"idempotency-key": uuid4().hex}

    first = await scene.officer.post(path(scene, "assessments"), json={}, headers=key)
    again = await scene.officer.post(path(scene, "assessments"), json={}, headers=key)
    both = await asyncio.gather(*(scene.officer.post(path(scene, "assessments"), json={}) for _ in range(2)))

    assert again.json() == first.json()
    assert sorted(answer.json()["number"] for answer in both) == [2, 3]
    assert first.headers["location"] == path(scene, "assessments/1")


async def test_a_preview_keeps_nothing_and_agrees_with_the_stored_one(scene: Scene, pool: asyncpg.Pool) -> None:
    await enter(scene.organiser, scene)
    await compute(pool, UUID((await ask(scene, assumption_set=1))["id"]))
    stored = (await read(scene))["result"]

    answer = await scene.organiser.post(path(scene, "preview"), json={"entry": ENTRY, "assumption_set": 1})

    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["result"]["draws"], seen["result"]["central"]) == (10_000, stored["central"])
    listed = (await scene.officer.get(path(scene, "assessments"))).json()
    assert [one["number"] for one in listed] == [1]


async def test_every_number_leads_back_to_where_it_came_from(scene: Scene, pool: asyncpg.Pool) -> None:
    figure = await _figure(scene, 38_000)
    await enter(scene.organiser, scene, attendances=None)
    override = (await scene.officer.put(path(scene, "overrides/attr_D"), json=OVERRIDE)).json()
    await compute(pool, UUID((await ask(scene, assumption_set=1))["id"]))

    nodes = {one["key"]: one for one in (await scene.officer.get(path(scene, "assessments/1/nodes"))).json()["nodes"]}
    trail = (await scene.officer.get(path(scene, "assessments/1/nodes/net_primary_impact"))).json()["nodes"]
    absent = await scene.officer.get(path(scene, "assessments/1/nodes/nothing"))

    assert trail[0]["key"] == "net_primary_impact"
    assert trail[0]["formula"].startswith("AMP-IMPACT/1 §")
    keys = {one["key"] for one in trail}
    assert {name for one in trail for name in one["inputs"]} <= keys
    assert {one["source"]["kind"] for one in trail} == {
        "figure", "entry", "override", "set", "specification", "formula"
    }  # fmt: skip
    attendance, stated = nodes["attendances_raw"]["source"], nodes["attr_D"]["source"]
    assert (attendance["reference"], attendance["grade"]) == (figure["id"], "E")
    assert attendance["document"] == "Press release"
    assert (stated["reference"], stated["document"]) == (override["id"], OVERRIDE["document"])
    assert nodes["att_factor"]["source"]["kind"] == "set"
    assert nodes["nights_C"]["source"]["kind"] == "entry"
    assert nodes["spend_D"]["source"]["status"] in {"sourced", "partial", "judged", "unverified"}
    assert all(one["source"]["reference"] for one in nodes.values())
    assert absent.status_code == 404
    result = (await read(scene))["result"]
    assert {key: nodes[key]["value"] for key in result["central"]} == result["central"]
    drawn, median = result["distributions"]["net_primary_impact"], nodes["p50_net_primary_impact"]
    assert (median["value"], median["interval"]) == (drawn["p50"], [drawn["p10"], drawn["p90"]])
    assert (median["label"], median["aspect"]) == ("Impact primaire net", "médiane (P50)")
    assert nodes["prob_net_primary_negative"]["value"] == result["probability_net_negative"]
    assert (nodes["seed"]["source"]["kind"], nodes["draws"]["value"]) == ("assessment", 100_000)
    assert nodes["extended_kappa"]["source"]["reference"].startswith("AMP-IMPACT/1 §6.1")


async def _figure(scene: Scene, value: int, grade: str = "E") -> dict[str, Any]:
    return await made(
        scene.officer,
        f"/api/v1/editions/{scene.edition['id']}/figures",
        quantity="attendances",
        value=value,
        unit="attendances",
        grade=grade,
        source_kind="document",
        source_document="Press release",
    )


# Documents


async def test_a_document_is_kept_by_its_content_and_read_through_its_assumption(scene: Scene) -> None:
    pdf = b"%PDF-1.7 enqu\xeate"

    kept = await scene.officer.put(path(scene, "documents"), content=pdf, headers={"content-type": "text/html"})
    again = await scene.officer.put(path(scene, "documents"), content=pdf)
    put = await scene.officer.put(
        path(scene, "overrides/nights_C"),
        json=OVERRIDE | {"mode": 2, "high": 3, "document_sha256": kept.json()["sha256"]},
    )
    read_by = {
        name: (await client.get(path(scene, "overrides/1/document"))).status_code
        for name, client in (("officer", scene.officer), ("organiser", scene.organiser), ("stranger", scene.stranger))
    }

    assert (kept.status_code, kept.json()) == (201, again.json())
    assert kept.json()["media_type"] == "application/pdf"
    assert put.status_code == 200, put.text
    assert read_by == {"officer": 200, "organiser": 200, "stranger": 404}


@pytest.mark.parametrize(
    ("content", "headers", "refused"),
    [
        (b"", {}, (422, "file-empty", None)),
        (b"\x7fELF\x00\x01", {}, (422, "document-kind-unknown", "document")),
        (b"a=b", {"content-type": "application/x-www-form-urlencoded"}, (422, "file-in-a-form", "Content-Type")),
    ],
)
async def test_a_document_that_cannot_be_kept_is_refused(
    scene: Scene, content: bytes, headers: dict[str, str], refused: tuple[int, str, str | None]
) -> None:
    answer = await scene.officer.put(path(scene, "documents"), content=content, headers=headers)

    assert problem(answer) == refused


async def test_a_budget_of_five_thousand_lines_is_refused_before_anything_is_made_of_it(scene: Scene) -> None:
    lines = {f"line{n}": 1.0 for n in range(5000)}

    answer = await scene.officer.put(path(scene, "entry"), json={"entry": {**ENTRY, "revenue": lines}})

    assert answer.status_code == 400


async def test_where_suppliers_are_the_share_of_their_line_leads_to_the_entry(scene: Scene) -> None:
    budget = {"revenue": {"ticketing": 100.0}, "expense": {"artists": 100.0}}
    bought = {"artists": {"13001": 30.0, "75011": 20.0}}
    await enter(scene.officer, scene, level="standard", origin={"known": 10, "outside": 2}, suppliers=bought, **budget)
    await ask(scene)

    answer = await scene.officer.get(path(scene, "assessments/1/nodes/organiser_ext_expense"))

    node = next(one for one in answer.json()["nodes"] if one["key"] == "loc_artists")
    assert node["value"] == pytest.approx(0.3 + 0.5 * 0.15)
    assert (node["source"]["kind"], node["source"]["status"]) == ("entry", "partial")
    assert node["source"]["sources"] == ["13001: 30 €", "75011: 20 €"]
