"""Ticket files that come to count and no longer count, in whatever order, beside the scans of the gates."""

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
import pytest

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.tickets.calendar import ALL_DAYS, EventCalendar, day_number
from events_api.domain.tickets.facts import IN, OUT
from events_api.domain.tickets.imports import (
    TicketDraftGone,
    TicketImportNotStartable,
    TimeOutOfRange,
    TooManyLabels,
    TooManyMinutes,
)
from events_api.domain.tickets.quantities import QUANTITIES, Cell
from events_api.settings import Settings
from events_api.store import ticket_facts
from events_api.store.files import DirectoryFiles
from events_api.store.ticket_counts import COUNT_TABLES, differences
from events_api.store.ticket_facts import reckon, sources_of
from events_api.store.tickets import Change, keep_blocks, request_start, settle, ticket_file
from events_api.store.transaction import SqlWork, transact
from tests.domain.tickets import plain
from tests.domain.tickets.plain import Scan, Ticket
from tests.factories.people import an_edition, an_organisation
from tests.factories.tickets import a_live_scan, a_ticket_import

HISTORIES = 500
FRIDAY = dt.datetime(2026, 7, 3, 16, 0, tzinfo=dt.UTC)


def opened(pool: asyncpg.Pool) -> AbstractAsyncContextManager[SqlWork]:
    return transact(pool, actor=SYSTEM, grant=EVERYTHING, request_id="test", operation="test", master_key=b"k" * 32)


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, home=tmp_path)


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool))


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  it makes examples


async def bring(pool: asyncpg.Pool, home: Settings, import_id: UUID) -> tuple[int, int]:
    """Do what the job does; returns the lines accepted and known."""
    file = await ticket_file(pool, import_id)
    assert file is not None
    own = {}
    if file.draft_sha256 is not None:
        path = DirectoryFiles(home.files).path(file.draft_sha256)
        own = await keep_blocks(pool, lambda: opened(pool), file, path)
    change = Change(edition_id=file.edition_id, brought=file)
    await settle(pool, lambda: opened(pool), change, directory=home.home, own=own)
    row = await pool.fetchrow("select lines_accepted, lines_known from ticket_import where public_id = $1", import_id)
    return tuple(row)


async def undo(pool: asyncpg.Pool, home: Settings, import_id: UUID) -> None:
    file = await ticket_file(pool, import_id)
    assert file is not None
    change = Change(edition_id=file.edition_id, undone=file)
    await settle(pool, lambda: opened(pool), change, directory=home.home)


async def redo(pool: asyncpg.Pool, home: Settings, import_id: UUID) -> tuple[int, int]:
    async with opened(pool) as work:
        await request_start(work, import_id)
    return await bring(pool, home, import_id)


async def kept(pool: asyncpg.Pool, edition: UUID) -> Counter[Cell]:
    """The cells of the counts as they are kept."""
    rows = await pool.fetch(
        "select c.* from attendance_count c join edition e on e.id = c.edition_id where e.public_id = $1", edition
    )
    days = {dt.date.min: -1, dt.date.max: 65_535}
    return Counter(
        {
            (row["dimension"], row["label_id"], days.get(row["day"]) or day_number(row["day"]), quantity): row[quantity]
            for row in rows
            for quantity in QUANTITIES
            if row[quantity]
        }
    )


async def wrong(pool: asyncpg.Pool, home: Settings, edition: UUID) -> list[str]:
    """Where the kept counts differ from those computed anew."""
    key = await pool.fetchval("select id from edition where public_id = $1", edition)
    async with pool.acquire() as connection:
        reckoning = await reckon(connection, await sources_of(connection, key), directory=home.home)
        assert reckoning.counts is not None
        return await differences(connection, key, reckoning.counts)


def some_scans(chance: random.Random, number: int) -> list[Scan]:
    return [
        Scan(
            chance.randrange(1, 8),
            None if chance.random() < 0.1 else FRIDAY + dt.timedelta(hours=chance.randrange(40)),
            chance.choice([OUT, IN, IN]),
            chance.choice([0, 0, 0, 1]),
            gate=chance.randrange(3),
            session=chance.randrange(3),
            category=chance.randrange(3),
        )
        for _ in range(number)
    ]


def some_tickets(chance: random.Random, number: int) -> list[Ticket]:
    return [
        Ticket(
            chance.randrange(1, 8),
            holder=chance.choice([0, 1, 2]),
            standing=chance.choice([0, 0, 2]),
            channel=chance.randrange(5),
            category=chance.randrange(3),
            quantity=chance.choice([1, 1, 3]),
        )
        for _ in range(number)
    ]


def expected(files: Sequence[tuple[Sequence[Scan], Sequence[Ticket]]]) -> Counter[Cell]:
    tickets = {ticket.ticket: ticket for _, listed in files for ticket in listed}
    return plain.count(plain.union([scans for scans, _ in files]), list(tickets.values()), EventCalendar())


async def test_any_history_amounts_to_its_facts(pool: asyncpg.Pool, home: Settings) -> None:
    organisation = await an_organisation(pool)
    for seed in range(HISTORIES):
        chance = seeded(seed)
        edition = await an_edition(pool, organisation)
        content: dict[UUID, tuple[list[Scan], list[Ticket]]] = {}
        counting: set[UUID] = set()
        for _ in range(chance.randrange(1, 5)):
            step = chance.random()
            undone = [one for one in content if one not in counting]
            if counting and step < 0.3:
                one = chance.choice(sorted(counting))
                counting.remove(one)
                await undo(pool, home, one)
            elif undone and step < 0.5:
                one = chance.choice(undone)
                counting.add(one)
                await redo(pool, home, one)
            else:
                scans, tickets = some_scans(chance, chance.randrange(6)), some_tickets(chance, chance.randrange(4))
                if content and chance.random() < 0.4:
                    scans, tickets = chance.choice(list(content.values()))
                one = await a_ticket_import(pool, home, edition, scans, tickets)
                content[one] = (scans, tickets)
                counting.add(one)
                await bring(pool, home, one)

        files = [content[one] for one in content if one in counting]
        assert await kept(pool, edition) == expected(files), seed
        if seed % 25 == 0:
            assert await wrong(pool, home, edition) == []


async def everything_kept(pool: asyncpg.Pool, edition: UUID) -> list[list[tuple[Any, ...]]]:
    """Every row of the counts."""
    key = await pool.fetchval("select id from edition where public_id = $1", edition)
    found = [
        [
            tuple(row)
            for row in await pool.fetch(f"select t.* from {table} t where edition_id = $1 order by t", key)  # noqa: S608  our own names
        ]
        for table in COUNT_TABLES
    ]
    state = await pool.fetchrow("select first_at, last_at from attendance_state where edition_id = $1", key)
    return [*found, [tuple(state)]]


async def test_the_same_lines_again_add_nothing(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    chance = seeded(1)
    scans, tickets = some_scans(chance, 60), some_tickets(chance, 30)
    first = await bring(pool, home, await a_ticket_import(pool, home, edition, scans, tickets))
    before = await everything_kept(pool, edition)

    turned = await bring(pool, home, await a_ticket_import(pool, home, edition, scans[::-1], tickets, refused=3))

    assert sum(first) == 90
    assert turned == (0, 90)
    assert await everything_kept(pool, edition) == before
    assert await pool.fetchval("select bool_and(content is null) from import_block where same_as is not null")
    assert await wrong(pool, home, edition) == []


async def test_labels_in_another_order_are_the_same_labels(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    await bring(
        pool, home, await a_ticket_import(pool, home, edition, [Scan(1, FRIDAY, gate=1), Scan(2, FRIDAY, gate=2)])
    )
    before = await everything_kept(pool, edition)

    turned = await a_ticket_import(
        pool,
        home,
        edition,
        [Scan(2, FRIDAY, gate=1), Scan(1, FRIDAY, gate=2)],
        labels={"gate": ["Porte Sud", "Porte Nord"]},
    )

    assert await bring(pool, home, turned) == (0, 2)
    assert await everything_kept(pool, edition) == before


async def test_a_file_that_overlaps_by_half_is_half_known_line_by_line(
    pool: asyncpg.Pool, home: Settings, edition: UUID
) -> None:
    scans = [Scan(number, FRIDAY + dt.timedelta(seconds=number)) for number in range(1, 151)]
    await bring(pool, home, await a_ticket_import(pool, home, edition, scans[:100]))

    half = await a_ticket_import(pool, home, edition, scans[50:])

    assert await bring(pool, home, half) == (50, 50)
    known = {}
    for row in await pool.fetch(
        "select b.lines, b.known, b.rows from import_block b join ticket_import i on i.id = b.import_id"
        " where i.public_id = $1",
        half,
    ):
        bits = np.unpackbits(np.frombuffer(row["known"] or bytes(row["rows"]), "u1"))[: row["rows"]]
        known |= dict(zip(np.frombuffer(row["lines"], "<u4").tolist(), bits.tolist(), strict=True))
    assert known == {line: int(line < 52) for line in range(2, 102)}
    assert (await kept(pool, edition))["edition", 0, ALL_DAYS, "entries_in"] == 150


async def test_an_undone_import_leaves_the_counts_as_they_were(
    pool: asyncpg.Pool, home: Settings, edition: UUID
) -> None:
    chance = seeded(2)
    await bring(pool, home, await a_ticket_import(pool, home, edition, some_scans(chance, 40), some_tickets(chance, 9)))
    before = await everything_kept(pool, edition)
    other = await a_ticket_import(pool, home, edition, some_scans(chance, 40), some_tickets(chance, 9))
    accepted = await bring(pool, home, other)
    between = await everything_kept(pool, edition)

    await undo(pool, home, other)

    assert await everything_kept(pool, edition) == before
    assert await redo(pool, home, other) == accepted
    assert await everything_kept(pool, edition) == between


async def test_what_a_broken_run_left_is_written_again(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    chance = seeded(3)
    scans, tickets = some_scans(chance, 40), some_tickets(chance, 9)
    one = await a_ticket_import(pool, home, edition, scans, tickets)
    file = await ticket_file(pool, one)
    assert file is not None
    assert file.draft_sha256 is not None
    await keep_blocks(pool, lambda: opened(pool), file, DirectoryFiles(home.files).path(file.draft_sha256))

    await bring(pool, home, one)

    assert await kept(pool, edition) == expected([(scans, tickets)])


async def test_files_that_come_at_once_all_count(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    chance = seeded(4)
    files = [(some_scans(chance, 20), some_tickets(chance, 4)) for _ in range(5)]
    imports = [await a_ticket_import(pool, home, edition, scans, tickets) for scans, tickets in files]

    await asyncio.gather(*(bring(pool, home, one) for one in imports))

    assert await kept(pool, edition) == expected(files)
    assert await wrong(pool, home, edition) == []


async def test_scans_of_the_gates_count_once_beside_a_file_that_has_them(
    pool: asyncpg.Pool, home: Settings, edition: UUID
) -> None:
    scans = [Scan(number, FRIDAY + dt.timedelta(seconds=number), quantity=number) for number in range(1, 5)]
    for number, scan in enumerate(scans[:3]):
        await a_live_scan(pool, edition, scan, sequence=number, voided=number == 2)

    accepted = await bring(pool, home, await a_ticket_import(pool, home, edition, scans[1:]))

    assert accepted == (2, 1)
    assert await kept(pool, edition) == plain.count(scans, [], EventCalendar())
    assert await wrong(pool, home, edition) == []


async def test_a_draft_that_is_gone_is_said_to_be(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    one = await a_ticket_import(pool, home, edition, [Scan(1, FRIDAY)])
    file = await ticket_file(pool, one)
    assert file is not None
    assert file.draft_sha256 is not None
    await DirectoryFiles(home.files).remove(file.draft_sha256)

    with pytest.raises(TicketDraftGone):
        await bring(pool, home, one)


async def test_a_time_that_no_count_can_hold_is_refused(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    one = await a_ticket_import(pool, home, edition, [Scan(1, dt.datetime(2200, 1, 1, tzinfo=dt.UTC))])

    with pytest.raises(TimeOutOfRange):
        await bring(pool, home, one)


async def test_times_that_are_not_times_are_refused(
    pool: asyncpg.Pool, home: Settings, edition: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_facts, "MOST_MINUTES", 2)
    scans = [Scan(1, FRIDAY + dt.timedelta(minutes=number)) for number in range(3)]

    await bring(pool, home, await a_ticket_import(pool, home, edition, scans[:2]))
    with pytest.raises(TooManyMinutes):
        await bring(pool, home, await a_ticket_import(pool, home, edition, scans))


async def test_more_labels_than_numbers_are_refused(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    labels = {"gate": [f"Porte {number}" for number in range(65_536)]}

    with pytest.raises(TooManyLabels):
        await bring(pool, home, await a_ticket_import(pool, home, edition, [Scan(1, FRIDAY)], labels=labels))


@pytest.mark.parametrize(("state", "allowed"), [("previewed", True), ("failed", True), ("done", False)])
async def test_an_import_starts_from_some_states(
    pool: asyncpg.Pool, home: Settings, edition: UUID, state: str, allowed: bool
) -> None:
    one = await a_ticket_import(pool, home, edition, [Scan(1, FRIDAY)], state="previewed")
    await pool.execute("update ticket_import set state = $2, lines_accepted = 1 where public_id = $1", one, state)

    async with opened(pool) as work:
        if allowed:
            job = await request_start(work, one)
        else:
            with pytest.raises(TicketImportNotStartable):
                await request_start(work, one)

    if allowed:
        row = await pool.fetchrow("select state, job_id from ticket_import where public_id = $1", one)
        assert tuple(row) == ("queued", job)
        assert await pool.fetchval("select payload->>'import_id' from job where public_id = $1", job) == str(one)
        await pool.execute("update job set state = 'cancelled', finished_at = now() where public_id = $1", job)
