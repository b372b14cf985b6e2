"""make bench: every row, or those named as arguments, into out/bench.json."""

import asyncio
import contextlib
import functools
import hashlib
import itertools
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uuid_utils.compat
import uvloop

from bench import impact, tickets
from bench.chaos import family
from bench.load import load, request
from bench.report import Row, publish, ratio_row, times_row
from events_api.embedded import embedded_servers
from events_api.settings import Settings
from events_api.store.migrate import migrate

TURNS = 5
SECONDS = 3.0
CONNECTIONS = 16
FIGURE = {
    "quantity": "spent_locally_cents", "value": 1200, "unit": "EUR cents", "source_kind": "parameter",
    "source_document": "bench", "source_field": "bench",
}  # fmt: skip
TAKE = """
    with taken as (
        update job set state = 'done', finished_at = now() where state = 'queued' returning id
    )
    delete from outbox o using taken t where o.job_id = t.id
"""


class Bench(msgspec.Struct):
    """The two servers under measure and what was put into their database."""

    settings: Settings
    ours: int
    baseline: int
    edition: UUID
    token: str
    children: tuple[int, int]
    """The processes of the two servers, ours first."""


@contextlib.asynccontextmanager
async def servers() -> AsyncIterator[Bench]:
    """Embedded PostgreSQL and Redis with their ordinary durability, our API and the bare routes, one process each."""
    with tempfile.TemporaryDirectory(prefix="events-bench-") as home:
        Path(home).chmod(0o711)
        async with embedded_servers(Settings.read({"EVENTS_HOME": home, "EVENTS_LOG_LEVEL": "info"})) as settings:
            await migrate(settings.database_url)
            edition, token = await _prepare(settings)
            ports = free_ports(2)
            children = [
                granian("events_api.app:create_app", ports[0], settings),
                granian("bench.baselines.routes:app", ports[1], settings),
            ]
            try:
                await await_port(ports[0])
                await await_port(ports[1])
                yield Bench(settings, ports[0], ports[1], edition, token, (children[0].pid, children[1].pid))
            finally:
                for child in children:
                    child.terminate()
                for child in children:
                    child.wait(20)


def granian(target: str, port: int, settings: Settings) -> subprocess.Popen[bytes]:
    """One server process on a port."""
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--loop", "uvloop", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--workers-kill-timeout", "5"]
    command += ["--log-level", "error", target]
    environ = settings.environ()
    nothing = subprocess.DEVNULL  # our request log is on, and thrown away
    return subprocess.Popen(command, env=environ, stdout=nothing, stderr=nothing)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody has."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


async def await_port(port: int) -> None:
    """Return once something listens."""
    for _ in range(1200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError(f"nothing answers on port {port}")


async def _prepare(settings: Settings) -> tuple[UUID, str]:
    """One published edition and the token of an officer."""
    edition, secret = uuid_utils.compat.uuid7(), "evt_" + secrets.token_urlsafe(32)
    owner = await asyncpg.connect(settings.database_url)
    try:
        await owner.execute(
            "insert into event (public_id, slug, name, sort_key, audience)"
            " values ($1, 'bench', 'Bench', 'bench', 'public')",
            uuid_utils.compat.uuid7(),
        )
        await owner.execute(
            "insert into edition (public_id, event_id, year, date_precision, starts_on, ends_on, editorial_state,"
            " first_published_at)"
            " select $1, id, 2024, 'exact', '2024-10-25', '2024-10-28', 'published', now() from event",
            edition,
        )
        await owner.execute(
            "insert into api_token (public_id, name, token_hash, hint, role, expires_at)"
            " values ($1, 'bench', $2, 'test', 'officer', now() + interval '1 day')",
            uuid_utils.compat.uuid7(),
            hashlib.sha256(secret.encode()).digest(),
        )
    finally:
        await owner.close()
    return edition, secret


async def _alternate(
    bench: Bench, ours: Callable[[], Iterator[bytes]], theirs: Callable[[], Iterator[bytes]], *, status: int
) -> tuple[list[float], list[float], str]:
    """Run the two in turn, after one turn that is not counted; returns their requests a second."""
    figures: tuple[list[float], list[float]] = ([], [])
    sizes, answers, started = [0, 0], [0, 0], [_seconds(child) for child in bench.children]
    for turn in range(TURNS + 1):
        for side, (port, make) in enumerate(((bench.ours, ours), (bench.baseline, theirs))):
            result = await load(port, make, connections=CONNECTIONS, seconds=SECONDS if turn else 1.0, status=status)
            if result.wrong:
                raise RuntimeError(f"{result.wrong} of {result.answers} answers were not {status}")
            sizes[side] = result.body_bytes
            answers[side] += result.answers
            if turn:
                figures[side].append(result.per_second)
    used = [
        (_seconds(child) - before) / count * 1e6
        for child, before, count in zip(bench.children, started, answers, strict=True)
    ]
    cost = f"{used[0]:.0f} and {used[1]:.0f} microseconds of processor an answer"
    return *figures, f"bodies of {sizes[0]} and {sizes[1]} bytes, {cost}"


def _seconds(child: int) -> float:
    """The processor time of a server and the processes below it; a busy machine moves it less than answers a second."""
    total = 0
    for pid in (child, *family(child)):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


async def read_edition(bench: Bench) -> list[Row]:
    """GET of an edition: by anybody, and by the token of an officer."""
    rows = []
    theirs = request("GET", f"/editions/{bench.edition}")
    for name, headers in (
        ("GET edition, anonymous", {}),
        ("GET edition, token", {"Authorization": f"Bearer {bench.token}"}),
    ):
        ours = request("GET", f"/api/v1/editions/{bench.edition}", headers=headers)
        figures = await _alternate(
            bench, functools.partial(itertools.repeat, ours), functools.partial(itertools.repeat, theirs), status=200
        )
        rows.append(ratio_row(name, figures[0], figures[1], at_least=0.7, note=figures[2]))
    return rows


async def write_record(bench: Bench) -> list[Row]:
    """POST with token, audit, outbox and idempotency against one bare insert into the same table.

    An envelope asks for one dashboard; a figure of the programme asks for those of every year.
    """
    rows = []
    for path, name, fields in (
        ("envelopes", "name", {"amount_cents": 100_000_00}),
        ("programme-figures", "subject", FIGURE),
    ):
        figures = await _alternate_writes(bench, path, name, fields)
        rows.append(
            ratio_row(f"POST {path}, audit, outbox, idempotency", figures[0], figures[1], at_least=0.4, note=figures[2])
        )
    return rows


async def _alternate_writes(
    bench: Bench, path: str, name: str, fields: dict[str, Any]
) -> tuple[list[float], list[float], str]:
    bearer = {"Authorization": f"Bearer {bench.token}"}

    def bodies() -> Iterator[bytes]:
        for number in itertools.count():
            yield msgspec.json.encode({name: f"Bench {secrets.token_hex(8)}", "year": 1990 + number % 211} | fields)

    def ours() -> Iterator[bytes]:
        for body in bodies():
            key = {"Idempotency-Key": secrets.token_hex(16)}
            yield request("POST", f"/api/v1/{path}", headers=bearer | key, body=body)

    once = await load(bench.ours, ours, connections=1, seconds=0.1, status=201)

    def theirs() -> Iterator[bytes]:
        for body in bodies():
            yield request("POST", f"/{path}/{once.body_bytes}", body=body)

    async with taking_jobs(bench.settings):
        return await _alternate(bench, ours, theirs, status=201)


@contextlib.asynccontextmanager
async def taking_jobs(settings: Settings) -> AsyncIterator[None]:
    """Take the jobs that wait, as workers do: a year whose refresh waits already would write no outbox row."""
    owner = await asyncpg.connect(settings.database_url)

    async def take() -> None:
        while True:
            await owner.execute(TAKE)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(take())
    try:
        yield
        if task.done():
            task.result()
        if not await owner.fetchval("select count(*) from job"):
            raise RuntimeError("the writes asked for no job")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await owner.close()


async def impact_board(bench: Bench) -> list[Row]:
    """The stored board of an edition by an officer against two bare routes: one that reads nothing and answers as many
    bytes, one that reads the board with the same SQL. Beside them, the page of the same board."""
    await impact.a_board(bench.settings, bench.edition)
    bearer = {"Authorization": f"Bearer {bench.token}"}
    ours = functools.partial(
        itertools.repeat, request("GET", f"/api/v1/editions/{bench.edition}/impact/board", headers=bearer)
    )
    once = await load(bench.ours, ours, connections=1, seconds=0.1, status=200)
    page = functools.partial(
        itertools.repeat, request("GET", f"/manage/editions/{bench.edition}/impact", headers=bearer)
    )
    paged = [await load(bench.ours, page, connections=CONNECTIONS, seconds=SECONDS, status=200) for _ in range(TURNS)]
    speeds = sorted(one.per_second for one in paged)
    told = f"its page, {paged[0].body_bytes} bytes, {speeds[TURNS // 2]:.0f}/s [{speeds[0]:.0f} … {speeds[-1]:.0f}]"
    rows = []
    for name, path in (
        ("impact board, token, against as many bytes", f"/bytes/{once.body_bytes}"),
        ("impact board, token, against the same SQL", f"/boards/{bench.edition}"),
    ):
        theirs = functools.partial(itertools.repeat, request("GET", path))
        figures = await _alternate(bench, ours, theirs, status=200)
        note = f"{figures[2]}; {told}"
        rows.append(ratio_row(name, figures[0], figures[1], at_least=0.7, note=note))
    return rows


async def impact_year(bench: Bench) -> list[Row]:
    """The page of a year of a thousand editions against that of a year of forty, one reader at a time."""
    if not await _has_board(bench):
        await impact.a_board(bench.settings, bench.edition)
    await impact.years(bench.settings, bench.edition, {2030: 40, 2031: 1000})
    bearer = {"Authorization": f"Bearer {bench.token}"}
    taken: dict[int, list[float]] = {2030: [], 2031: []}
    sizes = {}
    for turn in range(TURNS + 1):
        for year, seconds in taken.items():
            asks = request("GET", f"/manage/impact/{year}", headers=bearer)
            result = await load(
                bench.ours, functools.partial(itertools.repeat, asks), connections=1, seconds=SECONDS, status=200
            )
            if result.wrong:
                raise RuntimeError(f"{result.wrong} of {result.answers} answers were not 200")
            sizes[year] = result.body_bytes
            if turn:
                seconds.append(result.seconds / result.answers)
    note = f"40 editions {min(taken[2030]) * 1000:.1f} ms; bodies of {sizes[2031]} and {sizes[2030]} bytes"
    return [times_row("impact of a year, 1,000 editions against 40", taken[2031], taken[2030], at_most=1.3, note=note)]


async def _has_board(bench: Bench) -> bool:
    owner = await asyncpg.connect(bench.settings.database_url)
    try:
        return bool(await owner.fetchval("select exists (select from impact_board)"))
    finally:
        await owner.close()


ROWS: dict[str, Callable[[Bench], Awaitable[list[Row]]]] = {
    "get": read_edition,
    "post": write_record,
    "impact-board": impact_board,
    "impact-year": impact_year,
}


async def main(names: list[str]) -> None:
    """Measure the named rows, or all."""
    known = [*ROWS, *tickets.ROWS, *impact.ROWS]
    unknown = set(names) - set(known)
    if unknown:
        raise SystemExit(f"no such rows: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    names = names or known
    started = time.perf_counter()
    rows: list[Row] = []
    if ROWS.keys() & set(names):
        async with servers() as bench:
            for name in ROWS.keys() & set(names):
                rows += await ROWS[name](bench)
    if tickets.ROWS.keys() & set(names):
        async with tickets.platform() as platform:
            for name in tickets.ROWS.keys() & set(names):
                rows += await tickets.ROWS[name](platform)
    for name in impact.ROWS.keys() & set(names):  # no server
        rows += impact.ROWS[name]()
    publish(rows, Path("out/bench.json"))
    print(f"{time.perf_counter() - started:.0f} s on {os.cpu_count()} processors")


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1:]))
