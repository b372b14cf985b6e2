"""The audit trail over HTTP: filters, pages, and values that an erased person takes along."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from events_api.domain.actors import EVERYTHING, Actor
from events_api.settings import Settings, master_key
from events_api.store import chain
from events_api.store.protect import sealed
from events_api.store.transaction import SqlWork, transact
from tests.conftest import own_settings
from tests.factories.people import an_account
from tests.handlers.conftest import Speak

settings = own_settings
PERSON = UUID(int=99)


@pytest.fixture(autouse=True)
async def no_trail(owner: asyncpg.Connection) -> AsyncIterator[None]:
    await owner.execute("truncate audit_entry, audit_link restart identity")
    yield
    await owner.execute("truncate audit_entry, audit_link restart identity")


def work_of(pool: asyncpg.Pool, settings: Settings) -> Any:
    return transact(
        pool,
        actor=Actor(kind="person", id=PERSON, roles=frozenset({"officer"})),
        grant=EVERYTHING,
        request_id="request-1",
        operation="changeAccount",
        master_key=master_key(settings),
    )


async def test_an_entry_is_shown_whole_with_its_place_in_the_chain(
    speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection, settings: Settings
) -> None:
    subject = uuid4()
    async with work_of(pool, settings) as work:
        await work.audit("place", subject, {"name": "Le Dock"}, {"name": "Les Docks"})
    head = None
    while head is None:
        head = await chain.seal(pool)

    page = (await (await speak("auditor")).get("/api/v1/audit")).json()

    assert page["items"][0].pop("at")
    assert page == {
        "items": [
            {
                "actor_kind": "person",
                "actor_id": str(PERSON),
                "role": "system",
                "request_id": "request-1",
                "operation": "changeAccount",
                "subject_kind": "place",
                "subject_id": str(subject),
                "before": {"name": "Le Dock"},
                "after": {"name": "Les Docks"},
                "position": 1,
                "hash": head.hash,
            }
        ],
        "next": None,
    }


async def test_entries_are_filtered_and_paged_from_the_newest(
    speak: Speak, pool: asyncpg.Pool, settings: Settings
) -> None:
    subjects = [uuid4() for _ in range(3)]
    for subject in subjects:
        async with work_of(pool, settings) as work:
            await work.audit("place", subject, None, {})
            await work.audit("event", subject, None, {})
    administrator = await speak("administrator")

    async def listed(**params: Any) -> list[tuple[str, str]]:
        answer = await administrator.get("/api/v1/audit", params=params)
        return [(entry["subject_kind"], entry["subject_id"]) for entry in answer.json()["items"]]

    first = (await administrator.get("/api/v1/audit", params={"limit": 4})).json()
    everything = [(kind, str(subject)) for subject in reversed(subjects) for kind in ("event", "place")]
    assert await listed() == everything
    assert await listed(cursor=first["next"]) == everything[4:]
    assert await listed(subject_kind="place") == everything[1::2]
    assert await listed(subject_id=str(subjects[1])) == everything[2:4]
    assert await listed(actor_id=str(PERSON), operation="changeAccount", since="2026-01-01T00:00:00Z") == everything
    assert await listed(actor_id=str(uuid4())) == []
    assert await listed(since="2200-01-01T00:00:00Z") == []


async def test_an_erased_person_is_erased_from_the_trail_and_the_chain_holds(
    speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection, settings: Settings
) -> None:
    kept, erased = await an_account(pool), await an_account(pool)

    async def note(work: SqlWork, person: UUID, name: str) -> None:
        await work.audit(
            "account",
            person,
            None,
            {"display_name": await sealed(work, person, name), "aliases": [await sealed(work, person, name)]},
        )

    async with work_of(pool, settings) as work:
        await note(work, kept, "Camille Fabre")
        await note(work, erased, "Dominique Roux")
    await owner.execute(
        "update account set email = null, display_name = null, password_hash = null, erased_at = now()"
        " where public_id = $1",
        erased,
    )
    await owner.execute("delete from person_key using account a where a.id = account_id and a.public_id = $1", erased)
    async with work_of(pool, settings) as work:
        await note(work, erased, "Dominique Roux")
    while not await pool.fetchval("select count(*) = 3 from audit_link"):
        await chain.seal(pool)

    items = (await (await speak("auditor")).get("/api/v1/audit")).json()["items"]

    assert [entry["after"] for entry in items] == [
        {"display_name": {"erased": True}, "aliases": [{"erased": True}]},
        {"display_name": {"erased": True}, "aliases": [{"erased": True}]},
        {"display_name": "Camille Fabre", "aliases": ["Camille Fabre"]},
    ]
    stored = await owner.fetchval("select string_agg(after::text, ' ') from audit_entry")
    assert "Camille" not in stored
    assert "Dominique" not in stored
    assert (await chain.verify(owner, [])).intact


@pytest.mark.parametrize("role", ["officer", "communication", "elected"])
async def test_others_do_not_read_the_trail(speak: Speak, role: str) -> None:
    answer = await (await speak(role)).get("/api/v1/audit")
    assert (answer.status_code, "items" in answer.json()) == (403, False)
