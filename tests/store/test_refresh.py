"""The dashboards that a transaction asks for: once each, never from before the change."""

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from events_api.domain import records
from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.attendance import state_programme_figure
from events_api.domain.programme import Edition, Event, Organisation
from events_api.store.transaction import SqlWork, transact
from tests.factories.people import an_edition, an_organisation

CLAIM = (
    "select key from job where kind = 'refresh_dashboard' and key = any($1) and state = 'queued' order by key"
    " for update skip locked"
)


def opened(pool: asyncpg.Pool) -> AbstractAsyncContextManager[SqlWork]:
    return transact(pool, actor=SYSTEM, grant=EVERYTHING, request_id="test", operation="test", master_key=b"k" * 32)


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    await pool.execute("update job set state = 'cancelled', finished_at = now() where state = 'queued'")
    return await an_edition(pool, await an_organisation(pool), year=2051)


async def change(pool: asyncpg.Pool, edition: UUID, **values: Any) -> None:
    async with opened(pool) as work:
        await records.change(work, Edition, edition, None, values)


async def waiting(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch("select key from job where kind = 'refresh_dashboard' and state = 'queued' order by key")
    return [row["key"] for row in rows]


async def test_a_change_asks_for_its_edition_and_both_years(pool: asyncpg.Pool, edition: UUID) -> None:
    await change(pool, edition, year=2052)

    assert await waiting(pool) == [f"edition:{edition}", "year:2051", "year:2052"]


async def test_a_change_of_an_event_asks_for_all_its_editions(pool: asyncpg.Pool, edition: UUID) -> None:
    event = await pool.fetchval(
        "select v.public_id from event v join edition e on e.event_id = v.id where e.public_id = $1", edition
    )

    async with opened(pool) as work:
        await records.change(work, Event, event, None, {"name": "Autre nom"})

    assert await waiting(pool) == [f"edition:{edition}", "year:2051"]


async def test_what_is_rolled_back_or_changes_nothing_asks_for_nothing(pool: asyncpg.Pool, edition: UUID) -> None:
    await change(pool, edition, year=2051)
    with contextlib.suppress(ZeroDivisionError):
        async with opened(pool) as work:
            await records.change(work, Edition, edition, None, {"capacity": 12})
            raise ZeroDivisionError

    assert await waiting(pool) == []


async def test_a_job_that_waits_is_not_taken_before_the_change_it_must_see(pool: asyncpg.Pool, edition: UUID) -> None:
    await change(pool, edition, capacity=1)
    keys = await waiting(pool)
    counting, leave = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with pool.acquire() as connection, connection.transaction():
            work = SqlWork(
                connection,
                actor=SYSTEM,
                grant=EVERYTHING,
                now=await connection.fetchval("select now()"),
                request_id="test",
                operation="test",
                master_key=b"k" * 32,
            )
            await records.change(work, Edition, edition, None, {"capacity": 2})
            await work.write_trail()
            counting.set()
            await leave.wait()

    task = asyncio.create_task(slow())
    await counting.wait()
    async with pool.acquire() as worker, worker.transaction():
        early = await worker.fetch(CLAIM, keys)
    leave.set()
    await task

    assert early == []
    async with pool.acquire() as worker, worker.transaction():
        assert [row["key"] for row in await worker.fetch(CLAIM, keys)] == keys


async def test_writers_of_one_year_do_not_wait_for_each_other(pool: asyncpg.Pool, edition: UUID) -> None:
    await change(pool, edition, capacity=1)
    other = await an_edition(pool, await an_organisation(pool), year=2051)
    await change(pool, other, capacity=1)

    async with opened(pool) as work:
        await records.change(work, Edition, edition, None, {"capacity": 2})
        async with asyncio.timeout(30):  # it would wait for ever
            await change(pool, other, capacity=2)


async def test_many_changes_at_once_ask_for_one_job_each(pool: asyncpg.Pool, edition: UUID) -> None:
    editions = [edition] + [await an_edition(pool, await an_organisation(pool), year=2051) for _ in range(5)]

    await asyncio.gather(*(change(pool, item, capacity=number + 1) for number, item in enumerate(editions)))

    assert await waiting(pool) == sorted([f"edition:{item}" for item in editions] + ["year:2051"])


async def test_a_new_name_asks_for_every_edition_that_shows_it(pool: asyncpg.Pool, edition: UUID) -> None:
    organisation = await pool.fetchval(
        "select o.public_id from organisation o join event_party p on p.organisation_id = o.id"
        " join edition e on e.event_id = p.event_id where e.public_id = $1",
        edition,
    )

    async with opened(pool) as work:
        await records.change(work, Organisation, organisation, None, {"name": "Autre nom"})

    assert await waiting(pool) == [f"edition:{edition}", "year:2051"]


async def test_support_is_shown_in_every_year_that_has_a_dashboard(pool: asyncpg.Pool, edition: UUID) -> None:
    for subject in ("2049", "2049/public", "2050"):
        await pool.execute(
            "insert into dashboard (kind, subject, watermark, input_hash, content) values ('year', $1, 0, $2, '{}')"
            " on conflict do nothing",
            subject,
            bytes(32),
        )

    async with opened(pool) as work:
        await state_programme_figure(
            work,
            {
                "subject": "Fonds d'essai",
                "quantity": "support_amount",
                "value": 1.0,
                "unit": "EUR",
                "source_kind": "document",
                "source_document": f"essai {edition}",
            },
        )

    assert {"year:2049", "year:2050"} <= set(await waiting(pool))
