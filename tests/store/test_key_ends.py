"""The end of a ticket key: nobody can say any more whose a fact is, and every count stays."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec
import numpy as np
import pytest

from events_api.domain.tickets.facts import DTYPES, Facts, pseudonym
from events_api.domain.tickets.keys import TicketKeyAbsent, TicketKeyDestroyed, TicketKeyExpiryPast
from events_api.read.ticket_keys import keys
from events_api.settings import Settings
from events_api.store.files import DirectoryFiles
from events_api.store.key_ends import (
    Destroyed,
    destroy,
    destroy_again,
    destroyed,
    expired,
    forget_drafts,
    note,
    noted,
    set_expiry,
)
from events_api.store.ticket_keys import edition_key
from events_api.store.tickets import Change, keep_blocks, request_start, settle, ticket_file
from tests.domain.tickets.plain import Scan, Ticket, scan_array
from tests.factories.people import an_edition, an_organisation
from tests.factories.tickets import a_ticket_import
from tests.store.test_tickets import FRIDAY, bring, everything_kept, opened, redo, undo, wrong

CODES = ("A-1", "A-2", "A-3")
MASTER = b"k" * 32


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, home=tmp_path)


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool))


async def number_of(pool: asyncpg.Pool, edition: UUID) -> int:
    number: int = await pool.fetchval("select id from edition where public_id = $1", edition)
    return number


async def key_of(pool: asyncpg.Pool, edition: UUID) -> bytes:
    async with pool.acquire() as connection:
        return await edition_key(connection, MASTER, await number_of(pool, edition), edition)


def under(key: bytes, facts: Facts, codes: Sequence[str], *names: str) -> Facts:
    """Facts with the pseudonyms of codes in two of their fields."""
    made = facts.copy()
    for rank, code in enumerate(codes):
        digest = pseudonym(key, code)
        made[rank][names[0]], made[rank][names[1]] = int.from_bytes(digest[:8]), int.from_bytes(digest[8:])
    return made


async def some_files(pool: asyncpg.Pool, home: Settings, edition: UUID) -> tuple[UUID, UUID]:
    """Two files of the same tickets under the key of the edition, one of them counted twice over; a gate's ticket."""
    key = await key_of(pool, edition)
    scans = [Scan(rank, FRIDAY + dt.timedelta(minutes=rank), gate=1) for rank in range(1, 4)]
    one = await a_ticket_import(pool, home, edition, under(key, scan_array(scans), CODES, "high", "low"))
    later = [scan._replace(at=FRIDAY + dt.timedelta(hours=3)) for scan in scans]
    two = await a_ticket_import(pool, home, edition, under(key, scan_array(later), CODES, "high", "low"))
    await bring(pool, home, one)
    await bring(pool, home, two)
    await pool.execute(
        "insert into gate_ticket (edition_id, ticket, holder, standing, listed) values ($1, $2, $3, 0, true)",
        await number_of(pool, edition),
        pseudonym(key, CODES[0]),
        pseudonym(key, "jeanne@example.org"),
    )
    await pool.execute("update attendance_state set live = true where edition_id = $1", await number_of(pool, edition))
    return one, two


async def pseudonyms(pool: asyncpg.Pool, edition: UUID) -> set[bytes]:
    """Every ticket that facts name."""
    found = set()
    for row in await pool.fetch(
        "select kind, content from import_block where edition_id = $1 and content is not null",
        await number_of(pool, edition),
    ):
        for fact in np.frombuffer(row["content"], DTYPES[row["kind"]]):
            found.add(int(fact["high"]).to_bytes(8) + int(fact["low"]).to_bytes(8))
    return found


async def end(pool: asyncpg.Pool, edition: UUID) -> Destroyed:
    async with opened(pool) as work:
        return await destroy(work, edition)


async def test_without_its_key_no_ticket_can_be_found_and_every_count_stands(
    pool: asyncpg.Pool, home: Settings, edition: UUID
) -> None:
    key = await key_of(pool, edition)
    await some_files(pool, home, edition)
    before = await everything_kept(pool, edition)
    assert await pseudonyms(pool, edition) == {pseudonym(key, code) for code in CODES}

    await end(pool, edition)

    number = await number_of(pool, edition)
    row = await pool.fetchrow(
        "select sealed_key, destroyed_at is not null from ticket_key where edition_id = $1", number
    )
    assert tuple(row) == (None, True)
    with pytest.raises(TicketKeyDestroyed):
        await key_of(pool, edition)
    fresh = await key_of(pool, await an_edition(pool, await an_organisation(pool)))
    assert await pseudonyms(pool, edition) == {pseudonym(key, code) for code in CODES}
    assert not await pseudonyms(pool, edition) & {pseudonym(fresh, code) for code in CODES}
    assert await everything_kept(pool, edition) == before
    assert await wrong(pool, home, edition) == []
    assert await pool.fetchval("select count(*) from gate_ticket where edition_id = $1", number) == 0
    assert await pool.fetchval("select live from attendance_state where edition_id = $1", number) is False
    trail = await pool.fetch(
        "select operation, after::text from audit_entry where subject_kind = 'ticket_key' and subject_id = $1", edition
    )
    assert [tuple(entry) for entry in trail] == [("test", '{"destroyed": true}')]


async def test_an_import_is_undone_and_brought_again_without_the_key(
    pool: asyncpg.Pool, home: Settings, edition: UUID
) -> None:
    _, two = await some_files(pool, home, edition)
    before = await everything_kept(pool, edition)
    await end(pool, edition)

    await undo(pool, home, two)
    without = await everything_kept(pool, edition)
    again = await redo(pool, home, two)

    assert without != before
    assert again == (3, 0)
    assert await everything_kept(pool, edition) == before
    assert await wrong(pool, home, edition) == []


async def test_no_fact_comes_to_an_edition_without_its_key(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    await some_files(pool, home, edition)
    previewed = await a_ticket_import(pool, home, edition, [Scan(7, FRIDAY)], state="previewed")
    queued = await a_ticket_import(pool, home, edition, [Scan(8, FRIDAY)])
    halfway = await ticket_file(pool, await a_ticket_import(pool, home, edition, [Scan(9, FRIDAY)]))
    assert halfway is not None
    assert halfway.draft_sha256 is not None
    draft = DirectoryFiles(home.files).path(halfway.draft_sha256)
    own = await keep_blocks(pool, lambda: opened(pool), halfway, draft)
    before = await everything_kept(pool, edition)

    await end(pool, edition)

    with pytest.raises(TicketKeyDestroyed):
        async with opened(pool) as work:
            await request_start(work, previewed)
    with pytest.raises(TicketKeyDestroyed):
        await bring(pool, home, queued)
    change = Change(edition_id=halfway.edition_id, brought=halfway)
    with pytest.raises(TicketKeyDestroyed):
        await settle(pool, lambda: opened(pool), change, directory=home.home, own=own)
    assert await everything_kept(pool, edition) == before
    assert await wrong(pool, home, edition) == []


async def test_what_was_read_and_never_counted_is_removed(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    await key_of(pool, edition)
    one = await a_ticket_import(pool, home, edition, [Scan(4711, FRIDAY)], state="previewed")
    draft = await pool.fetchval("select draft_sha256 from ticket_import where public_id = $1", one)
    files = DirectoryFiles(home.files)
    await end(pool, edition)
    there = files.path(draft).exists()

    await forget_drafts(pool, files)

    assert (there, files.path(draft).exists()) == (True, False)
    assert await forget_drafts(pool, files) == 0


async def test_an_import_and_the_end_of_the_key_at_once_are_one_after_the_other(
    pool: asyncpg.Pool, home: Settings
) -> None:
    organisation = await an_organisation(pool)
    ends = set()
    for _ in range(12):
        edition = await an_edition(pool, organisation)
        await key_of(pool, edition)
        one = await a_ticket_import(pool, home, edition, [Scan(1, FRIDAY)], [Ticket(1)])

        brought, _ = await asyncio.gather(bring(pool, home, one), end(pool, edition), return_exceptions=True)

        state = await pool.fetchval("select state from ticket_import where public_id = $1", one)
        assert (brought, state) == ((2, 0), "done") or (
            isinstance(brought, TicketKeyDestroyed) and state == "queued"
        ), brought
        assert await wrong(pool, home, edition) == []
        ends.add(state)
    assert ends


async def test_a_key_is_destroyed_once(pool: asyncpg.Pool, edition: UUID) -> None:
    with pytest.raises(TicketKeyAbsent):
        await end(pool, edition)
    await key_of(pool, edition)
    both = await asyncio.gather(end(pool, edition), end(pool, edition), return_exceptions=True)

    assert sorted(type(one).__name__ for one in both) == ["Destroyed", "TicketKeyDestroyed"]
    with pytest.raises(TicketKeyDestroyed):
        async with opened(pool) as work:
            await set_expiry(work, edition, dt.date(2199, 1, 1))


@pytest.mark.parametrize(
    ("ends_on", "made", "expires_on"),
    [
        ("2026-07-05", "2026-05-01", "2028-07-05"),
        ("2024-02-29", "2024-02-01", "2026-02-28"),
        ("2019-06-30", "2026-11-23", "2027-02-23"),
        (None, "2026-11-23", "2028-11-23"),
    ],
)
async def test_a_key_expires_two_years_after_the_end(
    pool: asyncpg.Pool, edition: UUID, ends_on: str | None, made: str, expires_on: str
) -> None:
    await key_of(pool, edition)
    if ends_on is not None:
        day = dt.date.fromisoformat(ends_on)
        await pool.execute(
            "update edition set date_precision = 'exact', starts_on = $2, ends_on = $2, year = $3 where public_id = $1",
            edition,
            day,
            day.year,
        )
    await pool.execute(
        "update ticket_key set created_at = $2 where edition_id = (select id from edition where public_id = $1)",
        edition,
        dt.datetime.fromisoformat(f"{made}T12:00:00+00:00"),
    )

    (key,) = await keys(pool, edition)

    assert (key.expires_on, key.expires_by_default) == (dt.date.fromisoformat(expires_on), True)
    assert (edition in await expired(pool)) == (key.expires_on <= dt.datetime.now(dt.UTC).date())


async def test_a_day_is_set_and_taken_back(pool: asyncpg.Pool, edition: UUID) -> None:
    today = dt.datetime.now(dt.UTC).date()
    with pytest.raises(TicketKeyAbsent):
        async with opened(pool) as work:
            await set_expiry(work, edition, None)
    await key_of(pool, edition)
    (by_default,) = await keys(pool, edition)

    async with opened(pool) as work:
        await set_expiry(work, edition, today + dt.timedelta(days=1))
    (chosen,) = await keys(pool, edition)
    with pytest.raises(TicketKeyExpiryPast):
        async with opened(pool) as work:
            await set_expiry(work, edition, today)
    async with opened(pool) as work:
        await set_expiry(work, edition, None)

    assert (chosen.expires_on, chosen.expires_by_default) == (today + dt.timedelta(days=1), False)
    assert await keys(pool, edition) == [by_default]
    trail = await pool.fetch(
        "select after->>'expires_on' as day from audit_entry where subject_kind = 'ticket_key' and subject_id = $1"
        " order by id",
        edition,
    )
    assert [row["day"] for row in trail] == [str(today + dt.timedelta(days=1)), None]


async def test_what_was_made_with_a_key_is_said(pool: asyncpg.Pool, home: Settings, edition: UUID) -> None:
    await some_files(pool, home, edition)
    await a_ticket_import(pool, home, edition, [Scan(7, FRIDAY)], state="previewed")
    await pool.execute(
        "insert into live_scan (edition_id, device, sequence, ticket, at, direction, verdict)"
        " values ($1, 1, 1, $2, $3, 1, 0)",
        await number_of(pool, edition),
        pseudonym(await key_of(pool, edition), CODES[0]),
        FRIDAY,
    )

    (key,) = await keys(pool, edition)

    assert (key.ticket_facts, key.scan_facts, key.live_scans, key.drafts) == (0, 6, 1, 1)
    assert (key.event, key.year, key.destroyed_at, key.destroyed_by) == ("Fête des quais", 2026, None, None)


async def test_a_restored_key_is_destroyed_again_and_no_new_one_takes_its_place(
    pool: asyncpg.Pool, edition: UUID
) -> None:
    without = await an_edition(pool, await an_organisation(pool))
    await key_of(pool, edition)
    at = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
    known = [Destroyed(edition_id=one, destroyed_at=at) for one in (edition, without, uuid4())]

    async with opened(pool) as work:
        again = await destroy_again(work, known)
    async with opened(pool) as work:
        twice = await destroy_again(work, known)

    assert (again, twice) == ([edition, without], [])
    for one in (edition, without):
        with pytest.raises(TicketKeyDestroyed):
            await key_of(pool, one)
    assert [key for key in await destroyed(pool) if key.edition_id in {edition, without}] == known[:2]


def test_destroyed_keys_are_noted_once_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "home" / "destroyed.ndjson"
    at = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
    one, two, three = (Destroyed(edition_id=uuid4(), destroyed_at=at, destroyed_by=uuid4()) for _ in range(3))

    note(path, [])
    absent = noted(path)
    note(path, [one])
    note(path, [one, two])
    path.write_bytes(path.read_bytes() + b'{"edition_id": "01')
    note(path, [three, one])

    assert absent == []
    assert noted(path) == [one, two, three]
