"""The trail tells every write, and no write that was undone."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.errors import AlreadyThere
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
        try:
            async with work.attempt():
                await record(work, Place, {"name": "Perdu"})
                raise AlreadyThere
        except AlreadyThere:
            pass

    assert [(kind, key) for kind, key, *_ in await entries_of(pool, request_id)] == [("place", kept.id)]
