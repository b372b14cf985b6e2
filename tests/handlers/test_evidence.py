"""Evidence of attendance: what an officer sees, decides, and what becomes of it."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from events_api.domain.attendance import content_hash
from events_api.domain.tickets.evidence import Content
from events_api.domain.tickets.plausibility import CHECKS, LIMITS, Check, CheckCode, CheckVerdict
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, made, problem, waiting_refreshes

COUNTS = {
    "tickets_issued": 11_000,
    "tickets_cancelled": 40,
    "tickets_scanned": 9_600,
    "entries_in": 18_000,
    "exits": 15_000,
    "attendances": 15_500,
    "unique_visitors": 9_500,
    "scans_refused": 130,
}
DOUBTED: dict[CheckCode, CheckVerdict] = {"copied_day": "implausible", "no_show": "to_explain"}


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool)


async def count(pool: asyncpg.Pool, edition_id: str, *, revision: int = 1, **counts: int) -> None:
    """Give an edition the counts of a revision."""
    values = {**COUNTS, **counts}
    key = await pool.fetchval("select id from edition where public_id = $1", UUID(edition_id))
    await pool.execute(
        "insert into attendance_state (edition_id, revision) values ($1, $2)"
        " on conflict (edition_id) do update set revision = excluded.revision",
        key,
        revision,
    )
    await pool.execute("delete from attendance_count where edition_id = $1", key)
    marks = ", ".join(f"${rank}" for rank in range(2, 2 + len(values)))
    await pool.execute(
        f"insert into attendance_count (edition_id, dimension, label_id, day, {', '.join(values)})"  # noqa: S608  # names of ours
        f" values ($1, 'edition', 0, '-infinity', {marks})",
        key,
        *values.values(),
    )
    await pool.execute("delete from attendance_presence where edition_id = $1", key)
    start = dt.datetime(2024, 7, 5, 18, tzinfo=dt.UTC)
    for rank, (net, highest) in enumerate([(4000, 4100), (-1000, 900), (-3000, 0)]):
        await pool.execute(
            "insert into attendance_presence values ($1, $2, $3, -50, $4, $2)",
            key,
            start + rank * dt.timedelta(minutes=15),
            net,
            highest,
        )


async def check(
    pool: asyncpg.Pool, edition_id: str, *, revision: int = 1, doubts: dict[CheckCode, CheckVerdict] | None = None
) -> None:
    """Keep checks of a revision that all pass but for some."""
    checks = [
        Check(
            code=code,
            verdict=(doubts or {}).get(code, "passes"),
            value=LIMITS[code].explain,
            explain=LIMITS[code].explain,
            implausible=LIMITS[code].implausible,
            source=LIMITS[code].source,
            cases=100,
        )
        for code in CHECKS
    ]
    await pool.execute(
        "insert into attendance_check (edition_id, revision, scans, checks) select id, $2, 100, $3::jsonb from edition"
        " where public_id = $1 on conflict (edition_id) do update set revision = $2, checks = excluded.checks",
        UUID(edition_id),
        revision,
        msgspec.json.encode(checks).decode(),
    )


async def bring(pool: asyncpg.Pool, edition_id: str, *, simulated: bool = False) -> str:
    """An import that counts; returns its hash."""
    digest = uuid4().bytes * 2
    await pool.execute(
        "insert into ticket_import (edition_id, public_id, sha256, bytes, format, preview, state, lines_read,"
        " lines_accepted, lines_known, lines_refused, imported_at, simulated)"
        " select id, gen_random_uuid(), $2, 1000, 'canonical', '{}', 'done', 12, 9, 2, 1, now(), $3 from edition"
        " where public_id = $1",
        UUID(edition_id),
        digest,
        simulated,
    )
    return digest.hex()


def path(scene: Scene, rest: str = "") -> str:
    return f"/api/v1/editions/{scene.edition['id']}/attendance-evidence{rest}"


async def figures(scene: Scene) -> dict[str, list[tuple[float, str]]]:
    answer = await scene.officer.get(f"/api/v1/editions/{scene.edition['id']}/figures?limit=100")
    found: dict[str, list[tuple[float, str]]] = {}
    for figure in answer.json()["items"]:
        found.setdefault(figure["quantity"], []).append((figure["value"], figure["grade"]))
    return found


async def test_an_officer_sees_counts_files_checks_and_what_was_declared_side_by_side(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    edition_id = scene.edition["id"]
    await count(pool, edition_id)
    await check(pool, edition_id)
    sha256 = await bring(pool, edition_id)
    declared = await made(
        scene.organiser,
        f"/api/v1/editions/{edition_id}/figures",
        quantity="attendances",
        value=45_000,
        unit="attendances",
        grade="E",
        source_kind="document",
        source_document="Press release",
    )

    answer = await scene.officer.get(path(scene), headers={"accept-language": "en"})

    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["revision"], seen["grade"], seen["live"], seen["simulated"]) == (1, "A", False, False)
    assert seen["counted"] == {
        **{name: value for name, value in COUNTS.items() if name != "tickets_cancelled"},
        "reentries": 2_500,
        "peak_occupancy": 4_900,
    }
    assert [(file["sha256"], file["lines_accepted"]) for file in seen["files"]] == [(sha256, 9)]
    assert (seen["checks"]["verdict"], seen["checks"]["outdated"], len(seen["checks"]["checks"])) == (
        "passes",
        False,
        len(CHECKS),
    )
    (comparison,) = seen["comparisons"]
    assert comparison["figure"]["id"] == declared["id"]
    assert (comparison["counted"], comparison["counted_quantity"], comparison["agreement"]) == (
        15_500,
        "attendances",
        "contradicts",
    )
    assert comparison["sentence"] == (
        "Attendances: 45,000 (grade E), but counted 15,500 (attendances, grade A). Read as their grades say, 35,250 "
        "and 15,487: the difference of 19,763 exceeds 3 standard deviations (12,643)."
    )
    assert [cause["code"] for cause in comparison["causes"]] == ["overlapping_sites", "part_not_scanned"]
    assert seen["decisions"] == []


async def test_accepted_counts_become_figures_of_grade_a_beside_the_declared_one(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    edition_id = scene.edition["id"]
    await count(pool, edition_id)
    await check(pool, edition_id)
    sha256 = await bring(pool, edition_id)
    await made(
        scene.organiser,
        f"/api/v1/editions/{edition_id}/figures",
        quantity="attendances",
        value=18_000,
        unit="attendances",
        grade="E",
        source_kind="document",
        source_document="Press release",
    )

    answer = await scene.officer.post(path(scene, "/accept"), json={"revision": 1})

    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert answer.headers["location"] == path(scene, "/1")
    assert (kept["number"], kept["decision"], kept["outdated"]) == (1, "accepted", False)
    assert [file["sha256"] for file in kept["content"]["files"]] == [sha256]
    content = msgspec.convert(kept["content"], Content)
    assert content_hash(content).hex() == kept["content_hash"]
    assert await figures(scene) == {
        "attendances": [(18_000.0, "E"), (15_500.0, "A")],
        "entries_in": [(18_000.0, "A")],
        "unique_visitors": [(9_500.0, "A")],
        "reentries": [(2_500.0, "A")],
        "peak_occupancy": [(4_900.0, "A")],
        "tickets_issued": [(11_000.0, "B")],
    }
    assert f"edition:{edition_id}" in await waiting_refreshes(pool)
    read = await scene.officer.get(path(scene, "/1"))
    assert read.json() == kept
    comparison = (await scene.officer.get(path(scene))).json()["comparisons"]
    assert [(one["figure"]["value"], one["agreement"], [c["code"] for c in one["causes"]]) for one in comparison] == [
        (18_000.0, "agrees", ["entries_as_attendances"])
    ]


async def test_a_second_decision_takes_the_place_of_the_figures_of_the_first(scene: Scene, pool: asyncpg.Pool) -> None:
    edition_id = scene.edition["id"]
    await count(pool, edition_id)
    await check(pool, edition_id)
    await scene.officer.post(path(scene, "/accept"), json={"revision": 1})
    await count(pool, edition_id, revision=2, attendances=16_000, exits=10)
    await check(pool, edition_id, revision=2)

    before = (await scene.officer.get(path(scene))).json()["decisions"]
    answer = await scene.officer.post(path(scene, "/accept"), json={"revision": 2})
    after = (await scene.officer.get(path(scene))).json()["decisions"]

    assert [(one["number"], one["outdated"]) for one in before] == [(1, True)]
    assert answer.status_code == 201, answer.text
    assert [(one["number"], one["outdated"]) for one in after] == [(2, False), (1, True)]
    found = await figures(scene)
    assert found["attendances"] == [(16_000.0, "A")]
    assert found["peak_occupancy"] == [(4_900.0, "A")]  # nobody counted a new one: exits were not written down


async def test_tickets_without_scans_are_evidence_of_tickets_only(scene: Scene, pool: asyncpg.Pool) -> None:
    edition_id = scene.edition["id"]
    nothing = dict.fromkeys(COUNTS, 0)
    await count(pool, edition_id, **{**nothing, "tickets_issued": 8_000})
    await check(pool, edition_id)

    answer = await scene.officer.post(path(scene, "/accept"), json={"revision": 1})

    assert answer.json()["content"]["grade"] == "B"
    answer = await scene.officer.get(f"/api/v1/editions/{edition_id}/figures")
    assert [(f["quantity"], f["value"], f["grade"], f["note"]) for f in answer.json()["items"]] == [
        (
            "tickets_issued",
            8_000.0,
            "B",
            "Tickets issued, not attendances: factor 0.85 / 0.92 / 0.98 (AMP-IMPACT/1 §3.2).",
        )
    ]


async def test_counts_that_changed_since_they_were_read_are_not_accepted(scene: Scene, pool: asyncpg.Pool) -> None:
    await count(pool, scene.edition["id"], revision=2)
    await check(pool, scene.edition["id"], revision=2)

    answer = await scene.officer.post(path(scene, "/accept"), json={"revision": 1})

    assert problem(answer) == (409, "counts-changed", "revision")
    assert await figures(scene) == {}


async def test_counts_are_accepted_only_once_they_were_checked(scene: Scene, pool: asyncpg.Pool) -> None:
    await count(pool, scene.edition["id"], revision=2)
    unchecked = await scene.officer.post(path(scene, "/accept"), json={"revision": 2})
    await check(pool, scene.edition["id"], revision=1)
    stale = await scene.officer.post(path(scene, "/accept"), json={"revision": 2})

    assert problem(unchecked) == problem(stale) == (409, "checks-not-ready", None)


async def test_doubts_of_checks_are_set_aside_with_a_note_that_stays(scene: Scene, pool: asyncpg.Pool) -> None:
    await count(pool, scene.edition["id"])
    await check(pool, scene.edition["id"], doubts=DOUBTED)

    silent = await scene.officer.post(path(scene, "/accept"), json={"revision": 1})
    noted = await scene.officer.post(path(scene, "/accept"), json={"revision": 1, "note": "Two days of one play."})

    assert problem(silent) == (422, "doubts-need-note", "note")
    assert noted.status_code == 201, noted.text
    kept = noted.json()["content"]
    assert kept["note"] == "Two days of one play."
    assert {c["code"]: c["verdict"] for c in kept["checks"] if c["verdict"] != "passes"} == DOUBTED


async def test_refused_counts_become_no_figure_and_the_reason_stays(scene: Scene, pool: asyncpg.Pool) -> None:
    await count(pool, scene.edition["id"])
    without = await scene.officer.post(path(scene, "/refuse"), json={"revision": 1})
    answer = await scene.officer.post(path(scene, "/refuse"), json={"revision": 1, "note": "A copied day."})

    assert problem(without) == (400, "malformed-field", "note")
    assert answer.status_code == 201, answer.text
    assert (answer.json()["decision"], answer.json()["content"]["note"]) == ("refused", "A copied day.")
    assert await figures(scene) == {}


async def test_simulated_files_are_no_evidence_of_a_real_edition(scene: Scene, pool: asyncpg.Pool) -> None:
    await count(pool, scene.edition["id"])
    await check(pool, scene.edition["id"])
    await bring(pool, scene.edition["id"], simulated=True)

    answer = await scene.officer.post(path(scene, "/accept"), json={"revision": 1})
    seen = await scene.officer.get(path(scene))
    inside = await scene.officer.get(f"/api/v1/editions/{scene.edition['id']}/presence")

    assert problem(answer) == (409, "simulated-facts", None)
    assert (seen.json()["simulated"], inside.json()["simulated"]) == (True, True)


async def test_nothing_counted_is_nothing_to_decide(scene: Scene, pool: asyncpg.Pool) -> None:
    empty = await scene.officer.post(path(scene, "/accept"), json={"revision": 0})
    await count(pool, scene.edition["id"], **dict.fromkeys(COUNTS, 0))
    undone = await scene.officer.post(path(scene, "/accept"), json={"revision": 1})

    assert problem(empty) == problem(undone) == (409, "nothing-counted", None)
    seen = (await scene.officer.get(path(scene))).json()
    assert (seen["grade"], seen["checks"], seen["comparisons"]) == (None, None, [])


async def test_an_organiser_sees_its_own_evidence_and_decides_nothing(
    scene: Scene, speak: Speak, pool: asyncpg.Pool
) -> None:
    await count(pool, scene.edition["id"])
    await check(pool, scene.edition["id"])
    auditor = await speak("auditor")

    seen = [
        (await client.get(path(scene))).status_code
        for client in (scene.organiser, scene.stranger, auditor, await speak())
    ]
    decided = [
        (await client.post(path(scene, "/accept"), json={"revision": 1})).status_code
        for client in (scene.organiser, scene.stranger, auditor, await speak())
    ]

    assert seen == [200, 404, 200, 401]
    assert decided == [403, 403, 403, 401]


async def test_two_officers_decide_one_after_the_other(scene: Scene, pool: asyncpg.Pool, speak: Speak) -> None:
    await count(pool, scene.edition["id"])
    await check(pool, scene.edition["id"])
    other = await speak("officer")

    answers = await asyncio.gather(
        *(client.post(path(scene, "/accept"), json={"revision": 1}) for client in (scene.officer, other))
    )

    assert [answer.status_code for answer in answers] == [201, 201]
    assert sorted(answer.json()["number"] for answer in answers) == [1, 2]
    assert (await figures(scene))["attendances"] == [(15_500.0, "A")]


async def test_whoever_works_on_an_edition_asks_for_its_checks(scene: Scene, pool: asyncpg.Pool) -> None:
    answer = await scene.organiser.post(f"/api/v1/editions/{scene.edition['id']}/attendance-checks")
    refused = await scene.stranger.post(f"/api/v1/editions/{scene.edition['id']}/attendance-checks")
    none = await scene.organiser.get(f"/api/v1/editions/{scene.edition['id']}/attendance-checks")

    assert answer.status_code == 202, answer.text
    assert problem(refused)[:2] == (403, "not-yours")
    job = await pool.fetchrow("select kind, payload from job where public_id = $1", UUID(answer.json()["job_id"]))
    assert (job["kind"], msgspec.json.decode(job["payload"])) == (
        "check_attendance",
        {"edition": scene.edition["id"]},
    )
    assert (none.status_code, none.json()) == (200, None)


async def test_checks_are_read_in_the_language_of_the_reader(scene: Scene, pool: asyncpg.Pool) -> None:
    await count(pool, scene.edition["id"])
    await check(pool, scene.edition["id"], doubts=DOUBTED)
    address = f"/api/v1/editions/{scene.edition['id']}/attendance-checks"

    french = (await scene.organiser.get(address, headers={"accept-language": "fr"})).json()
    english = (await scene.organiser.get(address, headers={"accept-language": "en"})).json()

    said = {one["code"]: one for one in english["checks"]}
    assert (said["copied_day"]["title"], said["copied_day"]["verdict"]) == ("Copied days or gates", "implausible")
    assert said["no_show"]["sentence"] == (
        "0.10% of issued tickets were not scanned. Below 0.10%: to explain. Possible cause: the list of tickets holds"
        " only those that were scanned."
    )
    assert [one["code"] for one in french["checks"]] == [one["code"] for one in english["checks"]]
    assert next(one for one in french["checks"] if one["code"] == "no_show")["title"] == "Absents"


# Methods


SURVEY: dict[str, Any] = {
    "attendances": 12_000,
    "answers": [
        {"segment": "L", "days": 1, "interviews": 4},
        {"segment": "D", "days": 1, "interviews": 2},
        {"segment": "L", "days": 2},
        {"segment": "C", "days": 2},
        {"segment": "N", "days": 2},
        {"segment": "C", "days": 3, "interviews": 2},
        {"segment": "P", "days": 3},
    ],
}
TAGS = {"tagged": 800, "seen": 1000, "seen_again": 25, "closed_population": True, "tags_spread": True}


async def test_anybody_computes_and_nothing_is_kept(speak: Speak, pool: asyncpg.Pool) -> None:
    nobody = await speak()
    before = await pool.fetchval("select count(*) from attendance_estimate")

    answer = await nobody.post("/api/v1/attendance-methods/survey", json=SURVEY, headers={"accept-language": "en"})

    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert round(said["result"]["unique_visitors"], 6) == 8500.0
    assert said["sentence"] == (
        "8,500 unique visitors, between 6,130 and 10,870 (95%): 1.41 days per visitor, from 12 interviews. Without"
        " correction: 6,857."
    )
    assert [(figure["quantity"], figure["grade"]) for figure in said["figures"]] == [("unique_visitors", "C")]
    assert await pool.fetchval("select count(*) from attendance_estimate") == before


@pytest.mark.parametrize(
    ("method", "asked", "expected"),
    [
        ("density", {"zones": [{"name": "a", "area_m2": 100, "quadrat_m2": 10, "counts": [51, 1], "photo": "x"}]},
         (422, "impossible-density", "zones.0.counts")),
        ("density", {"zones": [{"name": "a", "area_m2": 100, "quadrat_m2": 10, "counts": [31, 1]}]},
         (422, "density-needs-photo", "zones.0.photo")),
        ("capture-recapture", {"tagged": 5, "seen": 5, "seen_again": 6}, (422, "more-seen-again", "seen_again")),
        ("gate-sampling", {"gates": [{"name": "a", "counts": [1]}], "sampling_fraction": 0.25},
         (422, "too-few-periods", "gates.0.counts")),
        ("survey", {"attendances": 10, "answers": [{"segment": "L", "days": 1}]},
         (422, "too-few-interviews", "answers")),
        ("capture-recapture", {**TAGS, "tags_spread": 0}, (400, "malformed-field", "tags_spread")),
        ("dwell-time", {"entries": 10, "hours": 0, "mean_dwell_hours": 1}, (400, "malformed-field", "hours")),
    ],
)  # fmt: skip
async def test_what_cannot_be_computed_is_refused(
    speak: Speak, method: str, asked: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    nobody = await speak()

    assert problem(await nobody.post(f"/api/v1/attendance-methods/{method}", json=asked)) == expected


async def test_an_accepted_estimate_becomes_a_figure_of_its_grade(scene: Scene) -> None:
    proposed = await made(
        scene.organiser,
        f"/api/v1/editions/{scene.edition['id']}/attendance-estimates/capture-recapture",
        inputs=TAGS,
        note="Wristbands of Saturday.",
    )
    forbidden = await scene.organiser.post(f"/api/v1/attendance-estimates/{proposed['id']}/accept", json={})
    accepted = await scene.officer.post(f"/api/v1/attendance-estimates/{proposed['id']}/accept", json={})
    again = await scene.officer.post(f"/api/v1/attendance-estimates/{proposed['id']}/accept", json={})

    assert proposed["figures"] == [
        {"quantity": "unique_visitors", "value": 30_838, "low": 21_554, "high": 44_478, "grade": "C"}
    ]
    assert (proposed["state"], proposed["inputs"]) == ("proposed", TAGS)
    assert forbidden.status_code == 403
    assert accepted.status_code == 200, accepted.text
    assert accepted.json()["state"] == "accepted"
    assert problem(again) == (409, "estimate-decided", None)
    assert await figures(scene) == {"unique_visitors": [(30_838.0, "C")]}
    listed = await scene.organiser.get(f"/api/v1/editions/{scene.edition['id']}/attendance-estimates")
    assert listed.json()["items"] == [accepted.json()]
    assert (await scene.organiser.get(f"/api/v1/attendance-estimates/{proposed['id']}")).json() == accepted.json()


async def test_a_later_estimate_by_the_same_method_takes_the_place_of_the_earlier(scene: Scene) -> None:
    for tagged in (800, 900):
        proposed = await made(
            scene.organiser,
            f"/api/v1/editions/{scene.edition['id']}/attendance-estimates/capture-recapture",
            inputs={**TAGS, "tagged": tagged},
        )
        await scene.officer.post(f"/api/v1/attendance-estimates/{proposed['id']}/accept", json={})

    assert await figures(scene) == {"unique_visitors": [(34_688.0, "C")]}


async def test_the_interval_of_an_estimate_is_what_it_is_compared_by(scene: Scene, pool: asyncpg.Pool) -> None:
    await count(pool, scene.edition["id"])
    proposed = await made(
        scene.organiser,
        f"/api/v1/editions/{scene.edition['id']}/attendance-estimates/capture-recapture",
        inputs=TAGS,
    )
    await scene.officer.post(f"/api/v1/attendance-estimates/{proposed['id']}/accept", json={})

    (comparison,) = (await scene.officer.get(path(scene))).json()["comparisons"]

    assert comparison["figure"]["interval"] == {"low": 21554.0, "high": 44478.0}
    assert comparison["expected"] == 30838.0
    assert comparison["agreement"] == "contradicts"


async def test_a_refused_estimate_says_why(scene: Scene) -> None:
    address = f"/api/v1/editions/{scene.edition['id']}/attendance-estimates/survey"
    proposed = await made(scene.organiser, address, inputs=SURVEY)
    answer = await scene.officer.post(
        f"/api/v1/attendance-estimates/{proposed['id']}/refuse", json={"note": "Twelve interviews are too few."}
    )

    assert (answer.json()["state"], answer.json()["review_note"]) == ("refused", "Twelve interviews are too few.")
    assert await figures(scene) == {}


async def test_an_estimate_whose_conditions_do_not_hold_is_not_proposed(scene: Scene) -> None:
    address = f"/api/v1/editions/{scene.edition['id']}/attendance-estimates/capture-recapture"
    few = await scene.organiser.post(address, json={"inputs": {**TAGS, "seen_again": 19}})
    open_to_all = await scene.organiser.post(address, json={"inputs": {**TAGS, "closed_population": False}})
    stranger = await scene.stranger.post(address, json={"inputs": TAGS})

    assert problem(few) == (422, "conditions-not-met", "seen_again")
    assert problem(open_to_all) == (422, "conditions-not-met", "closed_population")
    assert problem(stranger)[:2] == (403, "not-yours")
