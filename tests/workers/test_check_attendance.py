"""The checks as a real worker makes them after each import."""

from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from events_api.domain.tickets.plausibility import Check, verdict_of
from events_api.settings import Settings
from events_api.store.tickets import request_start, request_undo
from tests.conftest import own_settings
from tests.domain.tickets.logs import Festival, festival
from tests.factories.people import an_edition, an_organisation
from tests.factories.tickets import a_ticket_import
from tests.workers.conftest import Worker, ended, eventually, work_in

settings = own_settings
REVISION = """
    select k.revision from attendance_check k join edition e on e.id = k.edition_id where e.public_id = $1
"""


async def test_each_change_of_the_facts_is_checked(
    worker: Worker, pool: asyncpg.Pool, home: Settings, tmp_path: Path
) -> None:
    edition: UUID = await an_edition(pool, await an_organisation(pool))
    log = festival(1, Festival(people=400, leaves=0.0))
    labels = {"gate": ("Nord", "Sud", "Est"), "device": tuple(f"Lecteur {number}" for number in range(1, 100))}
    file = await a_ticket_import(pool, home, edition, log.scans, log.tickets, labels=labels, state="previewed")  # type: ignore[arg-type]  # keys are kinds
    worker()

    async with work_in(pool) as work:
        job = await request_start(work, file)
    await ended(pool, job)
    await eventually(lambda: pool.fetchval(f"select exists ({REVISION} and k.revision = 1)", edition))
    row = await pool.fetchrow(
        "select scans, checks from attendance_check k join edition e on e.id = k.edition_id where e.public_id = $1",
        edition,
    )
    assert row["scans"] == len(log.scans)
    assert verdict_of(msgspec.json.decode(row["checks"], type=list[Check])) == "passes"

    async with work_in(pool) as work:
        job = await request_undo(work, file)
    await ended(pool, job)
    await eventually(lambda: pool.fetchval(f"select exists ({REVISION} and k.revision = 2)", edition))
    assert await pool.fetchval("select scans from attendance_check k where k.scans = 0") == 0
