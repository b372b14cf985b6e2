"""What a million scans cost in time and bytes, kept in different ways: the figures of docs/adr/0030.

Run: python -m bench.facts [rows]. Each way is tried three times; the fastest is printed.
"""

import asyncio
import hashlib
import io
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import asyncpg
import numpy as np

from events_api.domain.tickets import merging
from events_api.domain.tickets.calendar import EventCalendar
from events_api.domain.tickets.facts import SCAN, TICKET, Facts, LabelKind
from events_api.domain.tickets.quantities import Counting
from events_api.embedded import embedded_servers
from events_api.exporters.columns import CsvWriter
from events_api.exporters.tickets import SCANS, scans_table
from events_api.settings import Settings

TRIES = 3
LABELS: Mapping[LabelKind, Mapping[int, str]] = {
    "gate": {1: "Porte Nord", 2: "Porte Sud"},
    "category": {1: "Plein tarif", 2: "Tarif réduit"},
}
TYPED = """(edition_id bigint not null, ticket bytea not null, at timestamptz not null, direction smallint not null,
    verdict smallint not null, gate integer not null, session integer not null, category integer not null,
    origin integer not null, device integer not null, quantity integer not null)"""
UNIQUE = "(edition_id, ticket, at, direction, verdict, gate, session)"
BARE = "(" + ", ".join(f"{column.name} text" for column in SCANS) + ")"
COUNTS = """
    with entry as (
        select ticket, gate, ((at at time zone 'Europe/Paris') - interval '5 hours')::date as day
          from facts where edition_id = 1 and verdict = 0 and direction = 1
    )
    select day, gate, count(*), count(distinct ticket) from entry
     group by grouping sets ((day), (gate), (day, gate), ())
"""


def some_scans(rows: int) -> Facts:
    """Scans of three days: two of three are entries, one of thirty was refused."""
    chance = np.random.default_rng(1)
    tickets = chance.integers(0, 2**63, (int(rows * 0.4), 2), np.uint64) * 2
    scans = np.zeros(rows, SCAN)
    chosen = chance.integers(0, len(tickets), rows)
    scans["high"], scans["low"] = tickets[chosen, 0], tickets[chosen, 1]
    scans["at"] = np.sort(1_783_000_000 + chance.integers(0, 3 * 86_400, rows)) * 1_000_000
    scans["gate"], scans["category"] = chance.integers(1, 3, rows), chance.integers(1, 3, rows)
    scans["quantity"], scans["direction"] = 1, chance.integers(0, 3, rows) > 0
    scans["verdict"] = chance.integers(0, 30, rows) == 0
    return scans


def copy_rows(scans: Facts) -> bytes:
    """The scans as rows of TYPED in the binary format of COPY."""
    fields = [
        ("edition_id", ">i8"), ("ticket", ">u8", 2), ("at", ">i8"), ("direction", ">i2"), ("verdict", ">i2"),
        *((name, ">i4") for name in ("gate", "session", "category", "origin", "device", "quantity")),
    ]  # fmt: skip
    layout = [("fields", ">i2")]
    for field in fields:
        layout += [(f"length_{field[0]}", ">i4"), field]  # type: ignore[list-item]  # a field may be two numbers
    rows = np.zeros(len(scans), np.dtype(layout))
    rows["fields"] = len(fields)
    for field in fields:
        rows[f"length_{field[0]}"] = rows.dtype[field[0]].itemsize
        if field[0] not in {"edition_id", "ticket"}:
            rows[field[0]] = scans[field[0]]
    rows["edition_id"] = 1
    rows["ticket"][:, 0], rows["ticket"][:, 1] = scans["high"], scans["low"]
    rows["at"] -= 946_684_800_000_000
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


class Bench:
    """One database, one table of facts at a time."""

    def __init__(self, connection: asyncpg.Connection, scans: Facts) -> None:
        self.connection, self.scans = connection, scans
        self.csv = CsvWriter(SCANS).part(scans_table(scans, LABELS))
        self.binary, self.in_order = copy_rows(scans), copy_rows(merging.arrange_scans(scans).facts)
        self.raw = 0.0

    async def table(self, columns: str = TYPED, *after: str) -> None:
        """An empty table, with what is to be on it."""
        await self.connection.execute("drop table if exists facts, staging")
        await self.connection.execute(f"create table facts {columns}")
        for statement in after:
            await self.connection.execute(statement)

    async def copy(self, content: bytes, table: str = "facts") -> None:
        await self.connection.copy_to_table(table, source=io.BytesIO(content), format="binary", timeout=600)

    async def copy_csv(self) -> None:
        await self.connection.copy_to_table(
            "facts", source=io.BytesIO(self.csv), format="csv", header=True, timeout=600
        )

    async def insert(self) -> None:
        await self.connection.execute(f"drop table if exists staging; create unlogged table staging {TYPED}")
        await self.copy(self.binary, "staging")
        await self.connection.execute(
            f"insert into facts select * from staging on conflict {UNIQUE} do nothing", timeout=600
        )

    async def anti_join(self) -> None:
        await self.connection.execute(f"drop table if exists staging; create unlogged table staging {TYPED}")
        await self.copy(self.binary, "staging")
        await self.connection.execute(
            "insert into facts select s.* from staging s where not exists (select from facts f where"
            " (f.edition_id, f.ticket, f.at, f.direction, f.verdict, f.gate, f.session)"
            " = (s.edition_id, s.ticket, s.at, s.direction, s.verdict, s.gate, s.session))",
            timeout=600,
        )

    async def blocks(self, number: int = 1) -> None:
        """Sort, hash, cut, write: what an import does."""
        bucket = (self.scans["high"] >> np.uint64(60)).astype(np.int64)
        cut = np.argsort(bucket, kind="stable")
        bounds = np.searchsorted(bucket[cut], np.arange(17))
        known = {row["sha256"] for row in await self.connection.fetch("select sha256 from facts")}
        records = []
        for part in range(16):
            rows = cut[bounds[part] : bounds[part + 1]]
            arranged = merging.arrange_scans(self.scans[rows])
            content, order = arranged.facts.tobytes(), arranged.order
            digest = hashlib.sha256(content).digest()
            records.append(
                (number, part, digest, None if digest in known else content, rows[order].astype("<u4").tobytes())
            )
        await self.connection.copy_records_to_table("facts", records=records)

    async def time(
        self, words: str, prepare: Callable[[], Awaitable[None]], run: Callable[[], Awaitable[object]]
    ) -> None:
        """Print the fastest of some tries, beside the raw COPY, with the size of the table."""
        best = 1e9
        for _ in range(TRIES):
            await prepare()
            begun = time.perf_counter()
            await run()
            best = min(best, time.perf_counter() - begun)
        self.raw = self.raw or best
        size = await self.connection.fetchval("select pg_total_relation_size('facts')")
        bytes_ = f"{size / 1e6:.0f} MB | {size / len(self.csv):.2f} ×"
        print(
            f"| {words} | {best:.2f} s | {best / self.raw:.1f} × | {bytes_} |",
            flush=True,
        )


async def measure(rows: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o711)
        async with embedded_servers(Settings.read({"EVENTS_HOME": home})) as settings:
            connection = await asyncpg.connect(settings.database_url)
            bench = Bench(connection, some_scans(rows))
            await _all(bench)
            await connection.close()


async def _all(bench: Bench) -> None:
    unique = f"create unique index on facts {UNIQUE}"
    block_table = "(import_id bigint, bucket smallint, sha256 bytea, content bytea, lines bytea)"
    external = "alter table facts alter content set storage external, alter lines set storage external"
    print(f"{len(bench.scans)} rows, CSV {len(bench.csv) / 1e6:.0f} MB")
    print("| way | time | of raw COPY | bytes | of the CSV |\n|---|---|---|---|---|")
    await bench.time(
        "raw COPY of the CSV into a bare table of texts",
        lambda: bench.table(BARE),
        bench.copy_csv,
    )
    await bench.time("typed rows, binary COPY, no index", bench.table, lambda: bench.copy(bench.binary))
    await bench.time(
        "the same, then a unique index", bench.table, lambda: _then(bench.copy(bench.binary), bench, unique)
    )
    await bench.time(
        "COPY into a table with the unique index", lambda: bench.table(TYPED, unique), lambda: bench.copy(bench.binary)
    )
    await bench.time(
        "the same, rows sorted first", lambda: bench.table(TYPED, unique), lambda: bench.copy(bench.in_order)
    )
    await bench.time("staging, insert … on conflict do nothing", lambda: bench.table(TYPED, unique), bench.insert)

    async def filled() -> None:
        await bench.table(TYPED, unique)
        await bench.copy(bench.in_order)

    await bench.time("again: staging, insert … on conflict do nothing", filled, bench.insert)
    await bench.time("again: staging, anti-join", filled, bench.anti_join)
    await bench.time("blocks: sort, hash, COPY", lambda: bench.table(block_table, external), bench.blocks)

    async def blocks_filled() -> None:
        await bench.table(block_table, external)
        await bench.blocks()

    await bench.time("again: blocks, equal content once", blocks_filled, lambda: bench.blocks(2))
    await bench.time(
        "counts of rows in SQL: days and gates", filled, lambda: bench.connection.fetch(COUNTS, timeout=600)
    )
    await bench.time("counts of blocks in NumPy: every quantity", blocks_filled, lambda: _count(bench))


async def _then(first: Awaitable[None], bench: Bench, statement: str) -> None:
    await first
    await bench.connection.execute(statement, timeout=600)


async def _count(bench: Bench) -> None:
    counting = Counting(EventCalendar(), labelled=("gate", "category"))
    for row in await bench.connection.fetch("select content from facts order by bucket"):
        counting.add(np.frombuffer(row["content"], SCAN), np.empty(0, TICKET))
    counting.finish()


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
