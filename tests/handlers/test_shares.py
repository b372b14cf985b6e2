"""Charts that partners embed: who shares them, what stands at their address, and what does when they are withdrawn."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.factories.impact import an_assessment
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, problem


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    found = await a_scene(speak, pool)
    await an_assessment(pool, UUID(found.edition["id"]))
    return found


def path(scene: Scene, rest: str = "") -> str:
    return f"/api/v1/editions/{scene.edition['id']}/impact/shares{rest}"


async def shared(scene: Scene, chart: str = "cascade", assessment: int = 1) -> dict[str, Any]:
    answer = await scene.officer.post(path(scene), json={"assessment": assessment, "chart": chart})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_officers_and_the_communication_team_share_and_withdraw(scene: Scene, speak: Speak) -> None:
    team = await speak("communication")

    made = await team.post(path(scene), json={"assessment": 1, "chart": "cascade"})
    listed = await team.get(path(scene))
    withdrawn = await scene.officer.delete(path(scene, f"/{made.json()['id']}"))
    again = await scene.officer.delete(path(scene, f"/{made.json()['id']}"))
    after = (await scene.organiser.get(path(scene))).json()

    assert made.status_code == 201
    assert made.headers["location"] == f"/embed/{made.json()['token']}"
    assert [one["chart"] for one in listed.json()] == ["cascade"]
    assert (withdrawn.status_code, again.status_code) == (204, 204)
    assert after[0]["withdrawn_at"] is not None


async def test_the_same_chart_has_one_address_until_it_is_withdrawn(scene: Scene) -> None:
    body = {"assessment": 1, "chart": "spread"}
    answers = await asyncio.gather(*(scene.officer.post(path(scene), json=body) for _ in range(4)))
    first = answers[0].json()
    await scene.officer.delete(path(scene, f"/{first['id']}"))
    second = await shared(scene, "spread")

    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["token"] for answer in answers} == {first["token"]}
    assert second["token"] != first["token"]


async def test_what_is_not_there_is_not_shared(scene: Scene, pool: asyncpg.Pool) -> None:
    await an_assessment(pool, UUID(scene.edition["id"]), is_computed=False)

    answers = [
        await scene.officer.post(path(scene), json=body)
        for body in (
            {"assessment": 1, "chart": "pie"},
            {"assessment": 2, "chart": "cascade"},
            {"assessment": 9, "chart": "cascade"},
            {"assessment": 1, "chart": "../x"},
        )
    ]
    unknown = await scene.officer.delete(path(scene, f"/{uuid4()}"))

    assert [problem(answer)[:2] for answer in (*answers, unknown)] == [
        (404, "impact-chart-absent"),
        (409, "impact-not-computed"),
        (404, "not-found"),
        (400, "malformed-field"),
        (404, "not-found"),
    ]


async def test_a_share_is_in_the_audit_trail(scene: Scene, pool: asyncpg.Pool) -> None:
    made = await shared(scene)
    await scene.officer.delete(path(scene, f"/{made['id']}"))

    rows = await pool.fetch(
        "select operation from audit_entry where subject_kind = 'chart_share' and subject_id = $1 order by id",
        UUID(made["id"]),
    )

    assert [row["operation"] for row in rows] == ["shareImpactChart", "withdrawImpactShare"]


async def test_an_embedded_chart_is_for_everybody_in_any_frame_without_a_cookie(scene: Scene, speak: Speak) -> None:
    nobody = await speak()
    token = (await shared(scene))["token"]

    french = await nobody.get(f"/embed/{token}")
    english = await nobody.get(f"/embed/{token}?lang=en")
    same = await nobody.get(f"/embed/{token}", headers={"if-none-match": french.headers["etag"]})
    elsewhere = await nobody.get("/calendrier")

    assert french.status_code == 200
    assert "set-cookie" not in french.headers
    assert "set-cookie" not in english.headers
    assert "frame-ancestors *" in french.headers["content-security-policy"]
    assert "x-frame-options" not in french.headers
    assert "frame-ancestors 'none'" in elsewhere.headers["content-security-policy"]
    for words in ("<h1>Du brut au net", "<table", "Modélisé, non mesuré", "évaluation n° 1", "grade-A"):
        assert words in french.text.replace("\u00a0", " "), words
    for words in ("<script", "<form", "/manage/", 'class="node"', "<nav", "csrf"):
        assert words not in french.text, words
    assert "From gross to net" in english.text
    assert (same.status_code, same.content) == (304, b"")


async def test_a_partner_reads_that_a_later_assessment_exists(scene: Scene, speak: Speak, pool: asyncpg.Pool) -> None:
    nobody = await speak()
    token = (await shared(scene))["token"]

    before = await nobody.get(f"/embed/{token}")
    await an_assessment(pool, UUID(scene.edition["id"]), is_computed=False)
    waiting = await nobody.get(f"/embed/{token}")
    await an_assessment(pool, UUID(scene.edition["id"]))
    after = await nobody.get(f"/embed/{token}", headers={"if-none-match": before.headers["etag"]})

    assert "une plus récente existe" not in before.text
    assert "une plus récente existe" not in waiting.text
    assert "une plus récente existe (n°\u00a03" in after.text.replace("n° 3", "n°\u00a03")


@pytest.mark.parametrize(("query", "words"), [("", "ne partage plus"), ("?lang=en", "shares this chart no longer")])
async def test_what_was_withdrawn_is_gone_with_words(scene: Scene, speak: Speak, query: str, words: str) -> None:
    nobody, made = await speak(), await shared(scene)
    await scene.officer.delete(path(scene, f"/{made['id']}"))

    gone = await nobody.get(f"/embed/{made['token']}{query}")

    assert gone.status_code == 410
    assert words in gone.text
    assert "<svg" not in gone.text
    assert "frame-ancestors *" in gone.headers["content-security-policy"]


async def test_an_unknown_address_and_one_of_a_retired_edition_hold_no_chart(
    scene: Scene, speak: Speak, pool: asyncpg.Pool
) -> None:
    nobody, token = await speak(), (await shared(scene))["token"]
    await pool.execute("update edition set retired_at = now() where public_id = $1", UUID(scene.edition["id"]))

    unknown = await nobody.get("/embed/AAAAAAAAAAAAAAAAAAAAAA")
    retired = await nobody.get(f"/embed/{token}")

    assert (unknown.status_code, retired.status_code) == (404, 410)
    assert "n’a jamais existé" in unknown.text
