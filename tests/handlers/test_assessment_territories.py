"""Assessments of one edition for several territories over HTTP."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import AsyncClient

from tests.factories.impact import compute
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, problem
from tests.handlers.test_assessments import ENTRY, OVERRIDE, ask, enter, path, read


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool)


async def overridden(client: AsyncClient, scene: Scene, key: str, **values: Any) -> int:
    return (await client.put(path(scene, f"overrides/{key}"), json={**OVERRIDE, **values})).status_code


async def test_an_assessment_is_for_the_territory_that_is_asked(scene: Scene, pool: asyncpg.Pool) -> None:
    await enter(scene.organiser, scene)
    await enter(scene.organiser, scene, territory="region_sud", nights=2.0)
    for place in ("amp", "region_sud"):
        asked_for = await ask(scene, territory=place)
        await compute(pool, UUID(asked_for["id"]))

    communes, region = await read(scene, 1), await read(scene, 2)

    assert [(one["territory"], one["entry_number"], one["stale"]) for one in (communes, region)] == [
        ("amp", 1, False), ("region_sud", 2, False),
    ]  # fmt: skip
    assert region["result"]["territory"] == region["entry"]["territory"] == "region_sud"
    assert {one["lint"] for one in communes["flags"]} == {"IMP-11"}
    said = [one for one in region["flags"] if one["lint"] == "IMP-04"]
    assert said[0]["sentence"].endswith(
        "For this territory (Provence-Alpes-Côte d'Azur region), measure it or state an assumption of its own."
    )
    assert {one["source"] for one in said} == {"AMP-IMPACT/1 §4"}


async def test_an_entry_of_one_territory_does_not_serve_another(scene: Scene) -> None:
    await enter(scene.organiser, scene)

    refused = await scene.officer.post(path(scene, "assessments"), json={"territory": "departement_13"})
    unknown = await scene.officer.put(path(scene, "entry"), json={"entry": {**ENTRY, "territory": "world"}})

    assert problem(refused) == (409, "entry-of-territory-missing", "territory")
    assert unknown.status_code == 400


async def test_an_entry_of_another_territory_leaves_an_assessment_fresh_and_the_same_again_changes_nothing(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    await enter(scene.organiser, scene)
    asked_for = await ask(scene)
    await compute(pool, UUID(asked_for["id"]))
    region = await enter(scene.organiser, scene, territory="region_sud")
    again = await enter(scene.organiser, scene)
    still = await read(scene)
    await enter(scene.organiser, scene, budget=1_900_000)
    after = await read(scene)

    assert (region["number"], again["number"]) == (2, 1)
    assert (still["stale"], after["stale"]) == (False, True)
    assert [one["code"] for one in after["stale_because"]] == ["assessment-entry-changed"]


async def test_a_share_that_is_stated_for_one_territory_is_not_used_in_another(
    scene: Scene, pool: asyncpg.Pool
) -> None:
    await enter(scene.organiser, scene)
    await enter(scene.organiser, scene, territory="region_sud")
    assert await overridden(scene.officer, scene, "ext_sponsors", territory="region_sud") == 200
    assert await overridden(scene.officer, scene, "attr_D") == 200
    for place in ("amp", "region_sud"):
        asked_for = await ask(scene, territory=place)
        await compute(pool, UUID(asked_for["id"]))

    communes, region = await read(scene, 1), await read(scene, 2)
    nodes = await scene.officer.get(path(scene, "assessments/2/nodes"))

    assert (communes["override_numbers"], region["override_numbers"]) == ([2], [1, 2])
    sources = {one["key"]: one["source"] for one in nodes.json()["nodes"]}
    assert sources["ext_sponsors"]["kind"] == "override"
    assert (sources["phi_region"]["kind"], sources["phi_region"]["reference"]) == (
        "specification", "AMP-IMPACT/1 §4.4",
    )  # fmt: skip
    refused = await scene.officer.put(path(scene, "overrides/phi_region"), json={**OVERRIDE, "territory": "region_sud"})
    assert problem(refused) == (422, "local-money-counted", "high")
