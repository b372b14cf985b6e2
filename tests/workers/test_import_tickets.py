"""Ticket files through a real worker, which may be killed at any moment."""

import asyncio
import datetime as dt
import signal
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import numpy as np
import pytest

from events_api.domain.tickets import merging
from events_api.domain.tickets.calendar import EventCalendar
from events_api.domain.tickets.facts import IN, LABEL_KINDS, SCAN, TICKET
from events_api.domain.tickets.quantities import Counting
from events_api.settings import Settings
from events_api.store.files import DirectoryFiles
from events_api.store.ticket_counts import differences
from events_api.store.tickets import request_start, request_undo
from tests.conftest import own_settings
from tests.domain.tickets import plain
from tests.factories.people import an_edition, an_organisation
from tests.factories.tickets import a_ticket_import
from tests.store.test_tickets import FRIDAY, bring, kept, seeded, some_scans, some_tickets
from tests.workers.conftest import Worker, ended, eventually, work_in

settings = own_settings
KILLS = 6


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool))


async def gone(files: DirectoryFiles, draft: bytes) -> bool:
    return not files.path(draft).exists()


async def started(pool: asyncpg.Pool, import_id: UUID) -> UUID:
    async with work_in(pool) as work:
        return await request_start(work, import_id)


async def test_a_file_is_brought_and_undone_by_the_worker(
    worker: Worker, pool: asyncpg.Pool, home: Settings, edition: UUID
) -> None:
    chance = seeded(1)
    scans, tickets = some_scans(chance, 50), some_tickets(chance, 9)
    one = await a_ticket_import(pool, home, edition, scans, tickets, state="previewed", refused=2)
    draft = await pool.fetchval("select draft_sha256 from ticket_import where public_id = $1", one)
    worker()

    job = await ended(pool, await started(pool, one))

    assert (job["state"], job["result"]) == ("done", '{"state": "done"}')
    row = await pool.fetchrow(
        "select state, lines_read, lines_accepted + lines_known + lines_refused as sum, draft_sha256 from ticket_import"
        " where public_id = $1",
        one,
    )
    assert tuple(row) == ("done", 61, 61, None)
    assert await kept(pool, edition) == plain.count(scans, {t.ticket: t for t in tickets}.values(), EventCalendar())
    await eventually(lambda: gone(DirectoryFiles(home.files), draft))  # it goes after the job's end is kept
    async with work_in(pool) as work:
        undoing = await request_undo(work, one)
    assert (await ended(pool, undoing))["state"] == "done"
    assert await kept(pool, edition) == {}
    trail = await pool.fetch(
        "select after->>'state' as state from audit_entry where subject_kind = 'ticket_import' order by id"
    )
    assert [row["state"] for row in trail] == ["queued", "done", "undone"]


async def test_an_edition_is_counted_anew_by_its_new_clock(
    worker: Worker, pool: asyncpg.Pool, home: Settings, edition: UUID, ask: Callable[..., Awaitable[UUID]]
) -> None:
    night = [plain.Scan(number, FRIDAY + dt.timedelta(hours=number)) for number in range(1, 20)]
    await bring(pool, home, await a_ticket_import(pool, home, edition, night))
    await pool.execute("update edition set event_day_starts_at = '00:00' where public_id = $1", edition)
    worker()

    job = await ended(pool, await ask("recount_attendance", queue="bulk", edition=str(edition)))

    assert (job["state"], job["result"]) == ("done", '{"state": "counted"}')
    assert await kept(pool, edition) == plain.count(night, [], EventCalendar(day_starts_at=dt.time(0)))


async def test_a_file_that_cannot_count_says_why(
    worker: Worker, pool: asyncpg.Pool, home: Settings, edition: UUID
) -> None:
    labels = {"gate": [f"Porte {number}" for number in range(65_536)]}
    one = await a_ticket_import(pool, home, edition, [plain.Scan(1, FRIDAY)], labels=labels, state="previewed")
    worker()

    job = await ended(pool, await started(pool, one))

    assert (job["state"], job["result"]) == ("done", '{"code": "too-many-labels", "state": "failed"}')
    row = await pool.fetchrow("select state, failure from ticket_import where public_id = $1", one)
    assert tuple(row) == ("failed", '{"code":"too-many-labels","params":{"kind":"gate","limit":65535}}')


async def test_a_worker_may_be_killed_at_any_moment_of_an_import(
    worker: Worker, pool: asyncpg.Pool, home: Settings, edition: UUID
) -> None:
    chance = np.random.default_rng(5)
    scans = np.zeros(200_000, SCAN)
    scans["high"], scans["low"] = chance.integers(0, 2**63, len(scans), np.uint64) * 2, 1
    scans["high"][: len(scans) // 2] = scans["high"][len(scans) // 2 :]
    first = int(FRIDAY.timestamp())
    scans["at"] = (first + chance.integers(0, 90_000, len(scans))) * 1_000_000
    scans["gate"], scans["direction"], scans["quantity"] = chance.integers(0, 3, len(scans)), IN, 1
    one = await a_ticket_import(pool, home, edition, scans, state="previewed")
    job = await started(pool, one)

    for round_ in range(KILLS):
        process = worker()
        await asyncio.sleep(0.8 + 0.15 * round_)
        process.end(signal.SIGKILL)
        await pool.execute("update job set attempts = 0 where public_id = $1", job)
    worker()

    assert (await ended(pool, job))["state"] == "done"
    counting = Counting(EventCalendar(), labelled=LABEL_KINDS)
    counting.add(merging.arrange_scans(scans).facts, np.empty(0, TICKET))
    counts = counting.finish()
    assert await kept(pool, edition) == counts.cells()
    key = await pool.fetchval("select id from edition where public_id = $1", edition)
    assert await differences(pool, key, counts) == []
    assert await pool.fetchval("select lines_accepted from ticket_import where public_id = $1", one) == len(scans)
    assert await pool.fetchval("select sum(rows) from import_block where edition_id = $1", key) == len(scans)
