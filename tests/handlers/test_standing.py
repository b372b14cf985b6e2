"""What other records stand on stays, and nothing new is put on what was withdrawn."""

import asyncio
from typing import Any

import asyncpg
import pytest
from httpx import AsyncClient, Response

from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, made, problem


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    """An event with a draft edition and its organiser."""
    return await a_scene(speak, pool)


async def withdraw(client: AsyncClient, path: str, record: dict[str, Any] | str) -> Response:
    """Withdraw a record."""
    identifier = record if isinstance(record, str) else record["id"]
    return await client.delete(f"/api/v1/{path}/{identifier}", headers={"If-Match": "*"})


async def change(client: AsyncClient, path: str, record: dict[str, Any], **values: Any) -> Response:
    """Change a record."""
    return await client.patch(f"/api/v1/{path}/{record['id']}", json=values, headers={"If-Match": "*"})


async def test_what_is_in_use_cannot_be_withdrawn(scene: Scene, speak: Speak) -> None:
    officer, administrator = scene.officer, await speak("administrator")
    slug = scene.event["slug"]
    family = await made(administrator, "/api/v1/families", slug=slug, name_fr="Une", name_en="One")
    place = await made(officer, "/api/v1/places", name="Pharo")
    envelope = await made(officer, "/api/v1/envelopes", name=slug, year=2024, amount_cents=1)
    call = await made(officer, "/api/v1/calls", title_fr="Appel", opens_on="2024-01-01", closes_on="2024-02-01")
    await change(officer, "events", scene.event, family_id=family["id"])
    await change(officer, "editions", scene.edition, place_ids=[place["id"]])
    subsidy = await made(
        officer,
        "/api/v1/subsidies",
        organisation_id=scene.organisation,
        title="Soutien",
        years=[{"year": 2024}],
        allocations=[{"edition_id": scene.edition["id"]}],
        envelope_id=envelope["id"],
        call_id=call["id"],
    )
    in_use = [
        ("families", family),
        ("places", place),
        ("envelopes", envelope),
        ("calls", call),
        ("editions", scene.edition),
        ("events", scene.event),
        ("organisations", scene.organisation),
    ]

    refused = [problem(await withdraw(administrator, path, record)) for path, record in in_use]
    # in the order in which they stand on each other
    for path, record in [("subsidies", subsidy), *in_use[2:6], *in_use[:2], in_use[6]]:
        assert (await withdraw(administrator, path, record)).status_code == 200, path

    assert refused == [(409, "still-in-use", None)] * len(in_use)


async def test_nothing_new_is_put_on_what_was_withdrawn(scene: Scene) -> None:
    officer = scene.officer
    place = await made(officer, "/api/v1/places", name="Démoli")
    await withdraw(officer, "places", place)
    await withdraw(officer, "editions", scene.edition)
    await withdraw(officer, "events", scene.event)

    edition = await officer.post("/api/v1/editions", json={"event_id": scene.event["id"], "year": 2025})
    other = await a_scene_without(officer)
    there = await change(officer, "editions", other, place_ids=[place["id"]])
    line = await officer.post(
        "/api/v1/funding-lines",
        json={"edition_id": scene.edition["id"], "label": "x", "source_kind": "other", "amount_cents": 1},
    )

    assert problem(edition) == (422, "unknown-reference", "event_id")
    assert problem(there) == (422, "unknown-reference", "place_ids")
    assert problem(line) == (422, "unknown-reference", "edition_id")


async def a_scene_without(officer: AsyncClient) -> dict[str, Any]:
    """An edition of another event."""
    event = await made(officer, "/api/v1/events", slug=f"autre-{id(officer)}", name="Autre", audience="public")
    return await made(officer, "/api/v1/editions", event_id=event["id"], year=2025)


async def test_a_place_is_not_withdrawn_while_an_edition_moves_in(scene: Scene) -> None:
    for _ in range(4):
        place = await made(scene.officer, "/api/v1/places", name="Disputé")

        moved, gone = await asyncio.gather(
            change(scene.officer, "editions", scene.edition, place_ids=[place["id"]]),
            withdraw(scene.officer, "places", place),
        )

        assert {moved.status_code, gone.status_code} in ({200, 409}, {200, 422})
