"""The checks as a real worker makes them after each import."""

from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import numpy as np

from events_api.domain.actors import EVERYTHING
from events_api.domain.attendance import content_hash
from events_api.domain.tickets.facts import LabelKind
from events_api.domain.tickets.plausibility import Check, verdict_of
from events_api.read.evidence import overview
from events_api.settings import Settings
from events_api.store.evidence import decide
from events_api.store.tickets import request_start, request_undo
from tests.conftest import own_settings
from tests.domain.tickets.logs import Festival, festival
from tests.factories.people import an_edition, an_organisation
from tests.factories.tickets import a_ticket_import
from tests.workers.conftest import Worker, ended, eventually, work_in

settings = own_settings
LABELS: dict[LabelKind, tuple[str, ...]] = {
    "gate": ("Nord", "Sud", "Est"),
    "device": tuple(f"Lecteur {number}" for number in range(1, 100)),
}
REVISION = """
    select k.revision from attendance_check k join edition e on e.id = k.edition_id where e.public_id = $1
"""


async def test_each_change_of_the_facts_is_checked(
    worker: Worker, pool: asyncpg.Pool, home: Settings, tmp_path: Path
) -> None:
    edition: UUID = await an_edition(pool, await an_organisation(pool))
    log = festival(1, Festival(people=400, leaves=0.0))
    file = await a_ticket_import(pool, home, edition, log.scans, log.tickets, labels=LABELS, state="previewed")
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


async def test_from_the_file_to_the_figure_and_past_it(worker: Worker, pool: asyncpg.Pool, home: Settings) -> None:
    edition: UUID = await an_edition(pool, await an_organisation(pool))
    log = festival(2, Festival(people=500, exits_scanned=0.95))
    file = await a_ticket_import(pool, home, edition, log.scans, log.tickets, labels=LABELS, state="previewed")
    digest = await pool.fetchval("select encode(sha256, 'hex') from ticket_import where public_id = $1", file)
    worker()
    async with work_in(pool) as work:
        job = await request_start(work, file)
    await ended(pool, job)
    await eventually(lambda: pool.fetchval(f"select exists ({REVISION})", edition))

    async with work_in(pool) as work:
        made = await decide(work, edition, "accepted", 1, None)
    async with work_in(pool) as work:
        job = await request_undo(work, file)
    await ended(pool, job)
    found = await overview(pool, EVERYTHING, edition)

    counted = made.content.quantities
    entries = log.scans[(log.scans["verdict"] == 0) & (log.scans["direction"] == 1)]
    assert (counted.entries_in, counted.attendances) == (len(entries), len(np.unique(entries["high"])))
    assert counted.unique_visitors == counted.attendances
    assert counted.tickets_issued == 500
    assert counted.peak_occupancy is not None
    assert 0 < counted.peak_occupancy <= counted.attendances
    assert [one.sha256 for one in made.content.files] == [digest]
    assert content_hash(made.content).hex() == made.content_hash
    assert found is not None
    assert (found.revision, found.grade, found.files) == (2, None, [])
    assert [(one.number, one.outdated, one.content) for one in found.decisions] == [(1, True, made.content)]
    figures = await pool.fetch(
        "select f.quantity, f.value::bigint as value, f.grade from edition_figure f join edition e on e.id ="
        " f.edition_id where e.public_id = $1 and f.retired_at is null",
        edition,
    )
    assert {row["quantity"]: (row["value"], row["grade"]) for row in figures} == {
        "tickets_issued": (500, "B"),
        "entries_in": (counted.entries_in, "A"),
        "attendances": (counted.attendances, "A"),
        "unique_visitors": (counted.unique_visitors, "A"),
        "reentries": (counted.reentries, "A"),
        "peak_occupancy": (counted.peak_occupancy, "A"),
    }
