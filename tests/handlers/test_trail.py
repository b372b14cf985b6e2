"""The trail tells every write, and no write that was undone."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.errors import RuleBroken
from events_api.domain.programme import Place
from events_api.domain.records import record
from events_api.store.transaction import transact
from tests.factories.people import a_membership, a_token, an_account, an_organisation
from tests.handlers.conftest import Speak
from tests.handlers.scene import made


async def entries_of(pool: asyncpg.Pool, request_id: str) -> list[tuple[str, UUID | None, Any, Any]]:
    """What a request left, in order: of what kind, of which record, before and after."""
    rows = await pool.fetch(
        "select subject_kind, subject_id, before, after from audit_entry where request_id = $1 order by id", request_id
    )
    return [(kind, key, *(msgspec.json.decode(side or "null") for side in sides)) for kind, key, *sides in rows]


async def test_an_attempt_that_was_undone_left_nothing(pool: asyncpg.Pool) -> None:
    request_id = f"attempt-{uuid4()}"

    async with transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id=request_id, operation="importProgramme", master_key=bytes(32)
    ) as work:
        kept = await record(work, Place, {"name": "Gardé"})

        async def two_places() -> None:
            async with work.attempt():
                await record(work, Place, {"name": "Perdu"})
                await record(work, Place, {"name": "Refusé", "postcode": "x"})

        with pytest.raises(RuleBroken):
            await two_places()

    assert [(kind, key) for kind, key, *_ in await entries_of(pool, request_id)] == [("place", kept.id)]


async def test_the_name_in_another_system_is_told(speak: Speak, pool: asyncpg.Pool) -> None:
    officer, external_id, request_id = await speak("officer"), uuid4().hex, f"naming-{uuid4()}"

    answer = await officer.put(
        f"/api/v1/places/ext/agenda/{external_id}", json={"name": "Pharo"}, headers={"X-Request-Id": request_id}
    )

    place = UUID(answer.json()["id"])
    left = await entries_of(pool, request_id)
    assert [(kind, key) for kind, key, *_ in left] == [("place", place), ("external_identifier", place)]
    assert left[1][2:] == (None, {"kind": "place", "system": "agenda", "external_id": external_id})


async def test_a_merge_tells_whose_roles_and_tokens_went_over(speak: Speak, pool: asyncpg.Pool) -> None:
    officer, merged, into = await speak("officer"), await an_organisation(pool), await an_organisation(pool)
    alone, both = await an_account(pool), await an_account(pool)
    moved = await a_membership(pool, alone, "organiser", organisation=merged)
    doubled = await a_membership(pool, both, "organiser", organisation=merged)
    kept = await a_membership(pool, both, "organiser", organisation=into, ends_on=dt.date(2026, 2, 1))
    await a_token(pool, "organiser", organisation=merged)
    former = await made(officer, "/api/v1/organisations", name="Plus ancienne")
    await officer.post(f"/api/v1/organisations/{former['id']}/merge", json={"into": str(merged)})
    request_id = f"merging-{uuid4()}"

    answer = await officer.post(
        f"/api/v1/organisations/{merged}/merge", json={"into": str(into)}, headers={"X-Request-Id": request_id}
    )

    assert answer.status_code == 200, answer.text
    left = {(kind, key): after for kind, key, _, after in await entries_of(pool, request_id)}
    token = await pool.fetchval(
        "select t.public_id from api_token t join organisation o on o.id = t.organisation_id where o.public_id = $1",
        into,
    )
    assert left["membership", moved] == {"organisation_id": str(into), "version": 2}
    assert dt.datetime.fromisoformat(left["membership", doubled]["retired_at"]).tzinfo is not None
    assert left["membership", kept] == {"ends_on": None, "version": 2}  # over the days of the two
    assert left["api_token", token] == {"organisation_id": str(into), "version": 2}
    assert left["organisation", UUID(former["id"])]["merged_into_id"] == str(into)
