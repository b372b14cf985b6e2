"""The rows of `make bench` about tickets and scans: files in, the same again, live scans, answers.

Everything is simulated. Each row measures ours and its baseline in turn on the same servers.
"""

import asyncio
import codecs
import contextlib
import datetime as dt
import hashlib
import itertools
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import duckdb
import httpx
import msgspec
import uuid_utils.compat

from bench.chaos import family
from bench.load import load, request
from bench.report import Row, times_row
from events_api.commands.simulate import write
from events_api.domain.tickets.simulation import festival, tickets_for
from events_api.embedded import embedded_servers
from events_api.settings import Settings
from events_api.store.migrate import migrate

OPENS = int(dt.datetime(2026, 7, 3, 14, tzinfo=dt.UTC).timestamp()) * 1_000_000
MILLION = 1_000_000
TURNS = 3
CONNECTIONS = 16
SECONDS = 3.0
PATIENCE = 1200.0
BARE_FILE = """
    create table bare_file (ticket_code text, scanned_at timestamptz, direction text, gate text, device text,
                            result text, category text)
"""
BARE_SCAN = """
    create table bare_scan (ticket_code text, device text, sequence bigint, scanned_at timestamptz, gate text,
                            direction text)
"""
KEPT = "select coalesce(sum(pg_total_relation_size(oid)), 0) from pg_class where relname = any ($1)"
TABLES = ["import_block", "attendance_count", "attendance_quarter", "attendance_minute", "attendance_presence"]


class Platform:
    """Servers, API, worker and the bare routes; a new edition for each turn."""

    def __init__(self, settings: Settings, folder: Path, ports: tuple[int, int], children: dict[str, int]) -> None:
        self.settings, self.folder, self.children = settings, folder, children
        self.ours, self.baseline = ports
        self.officer = ""

    async def prepare(self) -> None:
        """The token of an officer and the tables of the baselines."""
        self.officer = "evt_" + secrets.token_urlsafe(32)
        async with self.owner() as owner:
            await self._token(owner, self.officer, "officer", None)
            await owner.execute(BARE_FILE)
            await owner.execute(BARE_SCAN)
            await owner.execute("grant all on bare_scan to events_app")

    @contextlib.asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of the schema's owner."""
        connection = await asyncpg.connect(self.settings.database_url)
        try:
            yield connection
        finally:
            await connection.close()

    async def edition(self, first: dt.date = dt.date(2026, 7, 3)) -> UUID:
        """A new edition of five days."""
        public = uuid_utils.compat.uuid7()
        async with self.owner() as owner:
            await owner.execute(
                "insert into edition (public_id, event_id, year, date_precision, starts_on, ends_on,"
                " editorial_state, first_published_at, simulated)"
                " values ($1, $2, $3, 'exact', $4::date, $4::date + 4, 'published', now(), true)",
                public,
                await self._event(owner),
                first.year,
                first,
            )
        return public

    async def _event(self, owner: asyncpg.Connection) -> int:
        """Editions of one event never overlap: each has an event."""
        event: int = await owner.fetchval(
            "insert into event (public_id, slug, name, sort_key, audience) values ($1, $2, 'Bench', 'bench', 'public')"
            " returning id",
            uuid_utils.compat.uuid7(),
            f"bench-{secrets.token_hex(8)}",
        )
        return event

    async def gate(self, edition: UUID) -> str:
        """The token of a gate of an edition."""
        secret = "evt_" + secrets.token_urlsafe(32)
        async with self.owner() as owner:
            await self._token(owner, secret, "gate", edition)
        return secret

    async def _token(self, owner: asyncpg.Connection, secret: str, role: str, edition: UUID | None) -> None:
        await owner.execute(
            "insert into api_token (public_id, name, token_hash, hint, role, edition_id, expires_at)"
            " values ($1, 'bench', $2, 'test', $3, (select id from edition where public_id = $4),"
            " now() + interval '1 day')",
            uuid_utils.compat.uuid7(),
            hashlib.sha256(secret.encode()).digest(),
            role,
            edition,
        )

    def client(self) -> httpx.AsyncClient:
        """A client of the API as an officer."""
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.ours}/api/v1",
            headers={"Authorization": f"Bearer {self.officer}"},
            timeout=PATIENCE,
        )

    async def upload(self, edition: UUID, file: Path) -> tuple[float, dict[str, Any]]:
        """Send a file and wait until its counts are visible: seconds from the first byte, and the import."""
        async with self.client() as client:
            started = time.perf_counter()
            answer = await client.put(
                f"/editions/{edition}/ticket-files",
                params={"start": "true", "simulated": "true"},
                content=_chunks(file),
                headers={"Content-Type": "application/octet-stream"},
            )
            _must(answer, 201)
            record = answer.json()
            while record["state"] not in ("done", "failed"):
                await asyncio.sleep(0.02)
                record = (await client.get(f"/ticket-imports/{record['id']}")).json()
            seconds = time.perf_counter() - started
        if record["state"] == "failed":
            raise RuntimeError(f"the import failed: {record}")
        return seconds, record

    async def copy(self, file: Path) -> float:
        """The same file into a bare table by COPY: seconds."""
        async with self.owner() as owner:
            await owner.execute("truncate bare_file")
            started = time.perf_counter()
            await owner.copy_to_table("bare_file", source=file, format="csv", header=True)
            return time.perf_counter() - started

    async def answers(self, edition: UUID) -> float:
        """All attendance answers of an edition, in turn: milliseconds, the median of some."""
        paths = [f"/editions/{edition}/attendance{suffix}" for suffix in ("", "/flow", "/occupancy")]
        async with self.client() as client:
            taken = []
            for _ in range(15):
                started = time.perf_counter()
                for path in paths:
                    _must(await client.get(path), 200)
                taken.append((time.perf_counter() - started) * 1000)
        return statistics.median(taken)


@contextlib.asynccontextmanager
async def platform() -> AsyncIterator[Platform]:
    """Embedded servers with their ordinary durability, API, worker and bare routes, one process each."""
    from bench.run import await_port, free_ports, granian  # noqa: PLC0415  it imports the rows of this module

    with tempfile.TemporaryDirectory(prefix="events-bench-") as home:
        Path(home).chmod(0o711)
        async with embedded_servers(Settings.read({"EVENTS_HOME": home, "EVENTS_LOG_LEVEL": "warning"})) as settings:
            await migrate(settings.database_url)
            ports = free_ports(2)
            processes = {
                "api": granian("events_api.app:create_app", ports[0], settings),
                "baseline": granian("bench.baselines.routes:app", ports[1], settings),
                "worker": subprocess.Popen(
                    [sys.executable, "-m", "events_api.cli", "worker"],
                    env=settings.environ(),
                    stdout=subprocess.DEVNULL,
                ),
            }
            made = Platform(
                settings, Path(home) / "simulated", (ports[0], ports[1]), {k: p.pid for k, p in processes.items()}
            )
            try:
                for port in ports:
                    await await_port(port)
                await made.prepare()
                yield made
            finally:
                for process in processes.values():
                    process.terminate()
                for process in processes.values():
                    process.wait(30)


async def files_in(p: Platform) -> list[Row]:
    """A million scans from the first byte to visible counts; the same again, otherwise written; a half known."""
    _, scans = _simulated(p, MILLION)
    again, half, known = _rewritten(scans)
    first, repeated, bare = [], [], []
    for turn in range(TURNS + 1):
        edition = await p.edition()
        copied = await p.copy(scans)
        seconds, record = await p.upload(edition, scans)
        second, repeat = await p.upload(edition, again)
        if (repeat["lines_accepted"], repeat["lines_known"]) != (0, record["lines_read"]):
            raise RuntimeError(f"the repeat was not known: {repeat}")
        if turn:
            first.append(seconds)
            repeated.append(second)
            bare.append(copied)
    _, overlapping = await p.upload(edition, half)
    if (overlapping["lines_known"], overlapping["lines_accepted"]) != (known, overlapping["lines_read"] - known):
        raise RuntimeError(f"half of the lines were known: {known}, {overlapping}")
    size = f"{record['lines_read']} lines, COPY {statistics.median(bare):.2f} s"
    return [
        times_row("1 M scans over HTTP against COPY", first, bare, at_most=2.5, note=size),
        times_row("the same lines reordered, UTF-16, against COPY", repeated, bare, at_most=1.5, note="0 new rows"),
        _exact("a file that overlaps by half", f"{known} known, the rest accepted"),
    ]


async def ten_million(p: Platform) -> list[Row]:
    """Ten million scans against one: time, memory of API and worker, disk."""
    _, small = _simulated(p, MILLION)
    _, large = _simulated(p, 10 * MILLION)
    await p.upload(await p.edition(), small)
    one, _ = await p.upload(await p.edition(), small)
    async with p.owner() as owner:
        before = await owner.fetchval(KEPT, TABLES)
    peak: dict[str, int] = {}
    watch = asyncio.create_task(_watch(p, peak))
    try:
        edition = await p.edition()
        ten, record = await p.upload(edition, large)
    finally:
        watch.cancel()
    async with p.owner() as owner:
        kept = await owner.fetchval(KEPT, TABLES) - before
    size = large.stat().st_size
    rows = [
        _bar("10 M scans against 1 M", ten / one, "times as long", 11, note=f"{one:.1f} s and {ten:.1f} s"),
        _bar("disk for 10 M scans against the CSV", kept / size, "times the bytes", 2.5, note=f"{size / 1e6:.0f} MB"),
    ]
    rows += [_bar(f"PSS of {name} with 10 M scans", peak[name] / 1e6, "MB", 400) for name in ("api", "worker")]
    return rows + await _answering(p, edition, large, record["lines_read"])


async def _answering(p: Platform, edition: UUID, large: Path, lines: int) -> list[Row]:
    """Answers from counts: against a smaller edition, among more editions, against DuckDB over Parquet."""
    _, tiny = _simulated(p, MILLION // 10)
    little = await p.edition()
    await p.upload(little, tiny)
    few = await p.answers(little)
    much = await p.answers(edition)
    parquet = p.folder / "scans.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from read_csv('{large}')) to '{parquet}' (format parquet)")
        started = time.perf_counter()
        for query in DUCKDB:
            connection.execute(query.format(file=parquet)).fetchall()
        other = (time.perf_counter() - started) * 1000
    async with p.owner() as owner:
        await owner.execute(MANY, little)
        await owner.execute("analyze")
    among = await p.answers(little)
    return [
        _bar(f"answers for {lines} scans against 100 k", much / few, "times as long", 1.3,
             note=f"{few:.1f} ms and {much:.1f} ms"),
        _bar("answers among 5,000 editions against few", among / few, "times as long", 1.3, note=f"{among:.1f} ms"),
        _least("the same answers from DuckDB over Parquet", other / much, "times as long", 10,
               note=f"{other:.0f} ms and {much:.1f} ms"),
    ]  # fmt: skip


async def live(p: Platform) -> list[Row]:
    """Single scans against one bare insert; batches of a hundred; scans while two hundred listen."""
    today = dt.datetime.now(dt.UTC).date()
    edition = await p.edition(today - dt.timedelta(days=2))  # every scan is let in, which is the most work
    token = await p.gate(edition)
    async with p.client() as client:
        settings = {"policy": "re_entry", "known_only": False, "authorised_capacity": 150_000}
        _must(await client.put(f"/editions/{edition}/gate-settings", json=settings), 200)
    once = await load(p.ours, lambda: _scans(edition, token, 1), connections=1, seconds=0.2, status=200)
    single, bare, batches = [], [], []
    for turn in range(TURNS + 2):
        seconds = SECONDS if turn else 1.0
        ours = await load(
            p.ours, lambda: _scans(edition, token, 1), connections=CONNECTIONS, seconds=seconds, status=200
        )
        theirs = await load(
            p.baseline, lambda: _bare(once.body_bytes), connections=CONNECTIONS, seconds=seconds, status=201
        )
        hundred = await load(
            p.ours, lambda: _scans(edition, token, 100), connections=CONNECTIONS, seconds=seconds, status=200
        )
        if ours.wrong + theirs.wrong + hundred.wrong:
            raise RuntimeError(f"wrong answers: {ours.wrong}, {theirs.wrong}, {hundred.wrong}")
        if turn:
            single.append(ours.per_second)
            bare.append(theirs.per_second)
            batches.append(hundred.per_second * 100)
    alone, heard = [], []
    for _ in range(TURNS + 2):
        alone.append(await _p95(p, edition, token, listeners=0))
        heard.append(await _p95(p, edition, token, listeners=200))
    return [
        _ratio("single scans against a bare insert", single, bare, 0.8),
        _ratio("scans a second in batches of 100 against singles", batches, single, 15),
        times_row("p95 of a scan with 200 listeners against none", heard, alone, at_most=1.2,
               note=f"{statistics.median(alone) * 1000:.1f} ms alone"),
    ]  # fmt: skip


def _scans(edition: UUID, token: str, size: int) -> Iterator[bytes]:
    """Requests of scans: every one a ticket of its own, numbered by a device of its own."""
    device, headers = secrets.token_hex(4), {"Authorization": f"Bearer {token}"}
    for number in itertools.count():
        scans = [
            {"ticket_code": secrets.token_hex(8), "device": device, "sequence": number * size + rank,
             "scanned_at": dt.datetime.now(dt.UTC), "gate": f"Porte {rank % 8}", "direction": "in"}
            for rank in range(size)
        ]  # fmt: skip
        body = msgspec.json.encode(scans if size > 1 else scans[0])
        yield request("POST", f"/api/v1/editions/{edition}/scans", headers=headers, body=body)


def _bare(size: int) -> Iterator[bytes]:
    device = secrets.token_hex(4)
    for number in itertools.count():
        scan = {"ticket_code": secrets.token_hex(8), "device": device, "sequence": number,
                "scanned_at": dt.datetime.now(dt.UTC), "gate": f"Porte {number % 8}", "direction": "in"}  # fmt: skip
        yield request("POST", f"/scans/{size}", body=msgspec.json.encode(scan))


async def _p95(p: Platform, edition: UUID, token: str, *, listeners: int) -> float:
    """The 95th percentile of a scan's answer at 100 scans a second, in seconds."""
    async with contextlib.AsyncExitStack() as stack:
        if listeners:
            path = f"/api/v1/editions/{edition}/presence/stream"
            crowd = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.listeners", str(p.ours), path, p.officer, str(listeners),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            stack.push_async_callback(crowd.wait)
            assert crowd.stdin is not None
            assert crowd.stdout is not None
            stack.callback(crowd.stdin.close)
            if await crowd.stdout.readline() != b"ready\n":
                raise RuntimeError("no stream")
        requests, taken = _scans(edition, token, 1), []
        reader, writer = await asyncio.open_connection("127.0.0.1", p.ours)
        stack.callback(writer.close)
        for _ in range(400):
            started = time.perf_counter()
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
            await reader.readexactly(length)
            taken.append(time.perf_counter() - started)
            await asyncio.sleep(max(0.0, 0.01 - taken[-1]))
    return statistics.quantiles(taken[50:], n=20)[-1]


async def _watch(p: Platform, peak: dict[str, int]) -> None:
    """The greatest proportional set size of API and worker, with the processes below them."""
    while True:
        for name in ("api", "worker"):
            root = p.children[name]
            peak[name] = max(peak.get(name, 0), sum(_pss(pid) for pid in (root, *family(root))))
        await asyncio.sleep(0.25)


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _simulated(p: Platform, scans: int) -> tuple[Path, Path]:
    folder = p.folder / str(scans)
    if folder.exists():
        return folder / "tickets.csv", folder / "scans.csv"
    return write(festival(tickets=tickets_for(scans, 5), days=5, gates=8, opens=OPENS, seed=1), folder)


def _rewritten(scans: Path) -> tuple[Path, Path, int]:
    """The same lines in another order and encoding; a file of half of them and as many others; how many are known."""
    lines = scans.read_text(encoding="utf-8").splitlines()
    head, body = lines[0], lines[1:]
    random.Random(1).shuffle(body)
    again, half = scans.with_name("again.csv"), scans.with_name("half.csv")
    with codecs.open(str(again), "w", "utf-16") as target:
        target.write("\r\n".join(line.replace(",", ";") for line in [head, *body]) + "\r\n")
    known = len(body) // 2
    half.write_text("\n".join([head, *body[:known], *(f"X{line}" for line in body[known:])]) + "\n", encoding="utf-8")
    return again, half, known


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as source:
        while chunk := source.read(256 * 1024):
            yield chunk


def _must(answer: httpx.Response, status: int) -> None:
    if answer.status_code != status:
        raise RuntimeError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}")


def _ratio(name: str, ours: list[float], theirs: list[float], at_least: float) -> Row:
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    median = statistics.median(ratios)
    return Row(
        name=name, figure=round(median, 2), unit="ratio a second", bar=f">= {at_least}", holds=median >= at_least,
        spread=(round(min(ratios), 2), round(max(ratios), 2)),
        note=f"{statistics.median(ours):.0f}/s and {statistics.median(theirs):.0f}/s",
    )  # fmt: skip


def _bar(name: str, figure: float, unit: str, at_most: float, *, note: str = "") -> Row:
    return Row(name=name, figure=round(figure, 2), unit=unit, bar=f"<= {at_most}", holds=figure <= at_most, note=note)


def _least(name: str, figure: float, unit: str, at_least: float, *, note: str) -> Row:
    return Row(name=name, figure=round(figure, 1), unit=unit, bar=f">= {at_least}", holds=figure >= at_least, note=note)


def _exact(name: str, note: str) -> Row:
    return Row(name=name, figure=1, unit="exact", bar="exact", holds=True, note=note)


DAY = "cast(scanned_at at time zone 'Europe/Paris' - interval 5 hour as date)"
VALID = "from read_parquet('{file}') where result = 'accepted'"
PEAK = """
    select max(inside) from (
        select sum(change) over (order by scanned_at, change) as inside from (
            select scanned_at, case direction when 'in' then 1 else -1 end as change
            from read_parquet('{file}') where result = 'accepted'))
"""
DUCKDB = [
    f"select count(*), count(distinct ticket_code), count(distinct (ticket_code, {DAY})) {VALID} and direction = 'in'",
    f"select {DAY}, count(*), count(distinct ticket_code) {VALID} and direction = 'in' group by 1",
    f"select gate, count(*), count(distinct (ticket_code, {DAY})) {VALID} and direction = 'in' group by 1",
    f"select category, count(*), count(distinct (ticket_code, {DAY})) {VALID} and direction = 'in' group by 1",
    f"select epoch(time_bucket(interval '15 minutes', scanned_at)), gate, direction, count(*) {VALID} group by all",
    PEAK,
]
MANY = """
    with source as (select id from edition where public_id = $1),
    events as (
        insert into event (public_id, slug, name, sort_key, audience)
        select gen_random_uuid(), 'many-' || n, 'Bench', 'bench', 'public' from generate_series(1, 4995) n returning id
    ), editions as (
        insert into edition (public_id, event_id, year, date_precision, starts_on, ends_on, simulated)
        select gen_random_uuid(), id, 2026, 'exact', '2026-07-03', '2026-07-07', true from events returning id
    ), states as (
        insert into attendance_state (edition_id, revision) select id, 1 from editions
    ), counts as (
        insert into attendance_count
        select e.id, c.dimension, c.label_id, c.day, c.tickets_issued, c.tickets_cancelled, c.tickets_scanned,
               c.entries_in, c.exits, c.attendances, c.unique_visitors, c.scans_refused
        from editions e, attendance_count c where c.edition_id = (select id from source)
    ), quarters as (
        insert into attendance_quarter select e.id, q.quarter, q.gate, q.entries, q.exits, q.refused
        from editions e, attendance_quarter q where q.edition_id = (select id from source)
    )
    insert into attendance_presence select e.id, q.quarter, q.net, q.lowest, q.highest, q.highest_at
    from editions e, attendance_presence q where q.edition_id = (select id from source)
"""
ROWS = {"files": files_in, "large": ten_million, "live": live}
