"""The chain over the audit trail: sealed in order, once, and whatever is changed afterwards is found."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.settings import Settings
from events_api.store import chain, heads
from events_api.store.chain import Finding, Head, Verification
from events_api.store.transaction import transact
from tests.conftest import own_settings

settings = own_settings
KEY = bytes(32)


@pytest.fixture(autouse=True)
async def clean(owner: asyncpg.Connection) -> AsyncIterator[None]:
    await owner.execute("truncate audit_entry, audit_link restart identity")
    yield
    await owner.execute("truncate audit_entry, audit_link restart identity")


async def leave(pool: asyncpg.Pool, *subjects: str) -> None:
    """One transaction with an entry for each subject."""
    async with transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id="r-1", operation="test", master_key=KEY
    ) as work:
        for subject in subjects:
            await work.audit(subject, UUID(int=7), None, {"name": "Fête d’été", "cents": 100})


async def sealed(pool: asyncpg.Pool, *subjects: str) -> Head:
    """Entries with those subjects, each of its own transaction, sealed."""
    for subject in subjects:
        await leave(pool, subject)
    head = await eventually_sealed(pool)
    assert head is not None
    return head


async def eventually_sealed(pool: asyncpg.Pool) -> Head | None:
    """Seal until nothing waits; transactions of other tests in the same cluster may hold the mark for a moment."""
    for _ in range(200):
        await chain.seal(pool)
        if await pool.fetchval("select (select count(*) from audit_entry) = (select count(*) from audit_link)"):
            break
        await asyncio.sleep(0.05)
    return await chain.current_head(pool)


async def verified(owner: asyncpg.Connection, *copied: Head) -> Verification:
    return await chain.verify(owner, copied)


async def test_an_untouched_chain_is_intact(pool: asyncpg.Pool, owner: asyncpg.Connection) -> None:
    first = await sealed(pool, "a", "b")
    head = await sealed(pool, "c")

    assert await verified(owner, first) == Verification(
        intact=True,
        links=3,
        waiting=0,
        head=head,
        copied_heads=1,
        last_copied=first,
        tail=1,
        faults=0,
        findings=[],
    )


async def test_an_empty_trail_is_intact(pool: asyncpg.Pool, owner: asyncpg.Connection) -> None:
    assert await chain.seal(pool) is None
    found = await verified(owner)
    assert (found.intact, found.links, found.head) == (True, 0, None)


async def test_the_hash_of_an_entry_is_the_documented_one(pool: asyncpg.Pool) -> None:
    entry = dict.fromkeys(chain.COLUMNS) | {"id": 1, "at": 1_700_000_000_000_000, "role": "é"}

    assert chain.entry_hash(entry).hex() == "4fd5b00e092f1433280430ab797a69d3f5711ae0b933aeb179373b2fd9a6f47a"
    assert (
        chain.link_hash(bytes(32), 1, bytes(range(32))).hex()
        == "cbae8b3c38e26b2f698d2d8bcf04ef48ac0778d650fb2eee27aa96ecf412a999"
    )


async def test_two_sealers_at_once_make_one_chain(pool: asyncpg.Pool, owner: asyncpg.Connection) -> None:
    for number in range(30):
        await leave(pool, *(f"s{number}-{rank}" for rank in range(3)))

    await asyncio.gather(*(eventually_sealed(pool) for _ in range(4)))

    found = await verified(owner)
    assert (found.intact, found.links) == (True, 90)


async def test_an_entry_is_sealed_only_after_every_older_transaction_has_ended(
    pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    opened, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with transact(
            pool, actor=SYSTEM, grant=EVERYTHING, request_id="r", operation="test", master_key=KEY
        ) as work:
            await work.audit("older", None, None, None)
            await work.write_trail()
            opened.set()
            await go_on.wait()

    task = asyncio.create_task(slow())
    await opened.wait()
    await leave(pool, "newer")
    before = await chain.seal(pool)
    go_on.set()
    await task
    await eventually_sealed(pool)

    order = await owner.fetch(
        "select e.subject_kind from audit_link l join audit_entry e on e.id = l.entry_id order by l.position"
    )
    assert before is None
    assert [row["subject_kind"] for row in order] == ["older", "newer"]


async def test_what_commits_while_a_query_runs_is_not_below_the_mark_of_that_query(
    pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        mark = await connection.fetchval("select current_mark()")

        async def commit_meanwhile() -> None:
            await asyncio.sleep(0.2)
            await transaction.commit()

        settled, _ = await asyncio.gather(
            owner.fetchval("with pause as materialized (select pg_sleep(0.6)) select settled_mark() from pause"),
            commit_meanwhile(),
        )

    assert settled <= mark


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        (
            "update audit_entry set after = jsonb_set(after, '{cents}', '101') where id = 3",
            [Finding(fault="entry-altered", position=3, entry_id=3)],
        ),
        (
            "update audit_entry set at = at + interval '1 microsecond' where id = 3",
            [Finding(fault="entry-altered", position=3, entry_id=3)],
        ),
        (
            "update audit_entry set before = 'null' where id = 3",
            [Finding(fault="entry-altered", position=3, entry_id=3)],
        ),
        ("delete from audit_entry where id = 3", [Finding(fault="entry-removed", position=3, entry_id=3)]),
        (
            "delete from audit_entry where id = 3; delete from audit_link where position = 3",
            [Finding(fault="link-removed", position=3, detail="positions 3 to 3")],
        ),
        (
            "delete from audit_entry where id >= 4; delete from audit_link where position >= 4",
            [Finding(fault="tail-removed", position=5, detail="was copied with the hash {hash}")],
        ),
        (
            "update audit_link set entry_hash = sha256('x') where position = 3",
            [
                Finding(fault="entry-altered", position=3, entry_id=3),
                Finding(fault="link-altered", position=3, entry_id=3),
            ],
        ),
        (
            "update audit_link set hash = sha256('x') where position = 2",
            [
                Finding(fault="link-altered", position=2, entry_id=2),
                Finding(fault="link-altered", position=3, entry_id=3),
            ],
        ),
        (
            (
                "update audit_link set entry_id = 1000 where position = 2;"
                " update audit_link set entry_id = 2 where position = 3;"
                " update audit_link set entry_id = 3 where position = 2"
            ),
            [
                Finding(fault="entry-altered", position=2, entry_id=3),
                Finding(fault="entry-altered", position=3, entry_id=2),
                Finding(fault="order-broken", position=3, entry_id=2),
            ],
        ),
        (
            (
                "insert into audit_entry (mark, actor_kind, role, request_id, operation, subject_kind)"
                " values (1, 'system', 'system', 'r', 'forged', 'x')"
            ),
            [Finding(fault="entry-inserted", entry_id=6, detail="stands before entries that are sealed")],
        ),
        (
            (
                "insert into audit_entry (at, mark, actor_kind, role, request_id, operation, subject_kind)"
                " select '2026-01-02 03:04:05Z', max(mark), 'system', 'system', 'r', 'late', 'x' from audit_entry"
            ),
            [Finding(fault="entry-unsealed", entry_id=6, detail="waits since 2026-01-02 03:04:05 UTC")],
        ),
    ],
    ids=[
        "a value",
        "a microsecond",
        "null for nothing",
        "an entry gone",
        "an entry gone with its link",
        "the end gone",
        "the hash of an entry",
        "the hash of a link",
        "two entries exchanged",
        "an entry slipped in",
        "an entry nobody sealed",
    ],
)
async def test_tampering_is_found(
    pool: asyncpg.Pool, owner: asyncpg.Connection, change: str, findings: list[Finding]
) -> None:
    head = await sealed(pool, "a", "b", "c", "d", "e")

    await owner.execute(change)

    found = await verified(owner, head)
    expected = [
        Finding(fault=f.fault, position=f.position, entry_id=f.entry_id, detail=f.detail.format(hash=head.hash))
        for f in findings
    ]
    assert (found.intact, found.faults, found.findings) == (False, len(expected), expected)


async def test_a_chain_that_was_computed_anew_contradicts_the_copied_head(
    pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    early = await sealed(pool, "a")
    late = await sealed(pool, "b", "c")

    await owner.execute("update audit_entry set operation = 'innocent' where id = 2; truncate audit_link")
    await eventually_sealed(pool)

    alone = await verified(owner)
    found = await verified(owner, early, late)
    assert alone.intact
    assert found.findings == [
        Finding(fault="head-differs", position=3, detail="the chain was written anew at or before this position")
    ]


async def test_a_tail_younger_than_the_last_copied_head_is_said_to_be_unprotected(
    pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    head = await sealed(pool, "a", "b")
    await sealed(pool, "c", "d", "e")

    before = await verified(owner, head)
    await owner.execute("delete from audit_entry where id > 3; delete from audit_link where position > 3")
    after = await verified(owner, head)

    assert (before.intact, before.tail) == (True, 3)
    assert (after.intact, after.tail) == (True, 1)


@pytest.mark.parametrize("table", ["audit_entry", "audit_link"])
@pytest.mark.parametrize("statement", ["update {} set {} = null", "delete from {}", "truncate {}"])
async def test_the_application_cannot_change_the_trail(
    pool: asyncpg.Pool, owner: asyncpg.Connection, table: str, statement: str
) -> None:
    await sealed(pool, "a")
    column = "after" if table == "audit_entry" else "sealed_at"

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement.format(table, column))

    assert await owner.fetchval(f"select count(*) from {table}") == 1  # noqa: S608  one of our two tables


def test_heads_are_copied_once_each_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "heads.ndjson"
    made = [Head(position=n, hash=f"{n:064x}", at=dt.datetime(2026, 1, n, tzinfo=dt.UTC)) for n in (1, 2)]

    for head in (made[0], made[0], made[1]):
        heads.copy_head(path, head)
    with path.open("ab") as file:
        file.write(b'{"position":3,"ha')  # the power went here
    heads.copy_head(path, made[0])

    assert list(heads.copied_heads([path])) == [*made, made[0]]


def test_a_file_that_holds_no_heads_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "heads.ndjson"
    path.write_text('{"position": "one"}\n')

    with pytest.raises(heads.HeadsUnreadable, match=r"heads\.ndjson, line 1: this is not a head"):
        list(heads.copied_heads([path]))


def test_the_heads_of_an_installation_lie_in_its_home(settings: Settings) -> None:
    assert heads.heads_file(settings) == settings.home / "audit-heads.ndjson"
