"""Gates against real servers: two processes race for one ticket, one is killed on the way, many watch."""

import asyncio
import contextlib
import datetime as dt
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from httpx import AsyncClient, ConnectError, HTTPError, Limits

from events_api.settings import Settings, master_key
from tests.conftest import own_settings as settings  # noqa: F401  a fixture
from tests.factories.people import a_token, an_edition, an_organisation
from tests.store.test_tickets import wrong

ROOT = Path(__file__).parents[2]
RACES = 1_000
WATCHERS = 200
EVENING = dt.datetime(2026, 7, 3, 16, 5, tzinfo=dt.UTC).isoformat()
COUNTED = """
    select entries_in, attendances, unique_visitors, scans_refused
    from attendance_count c join edition e on e.id = c.edition_id
    where e.public_id = $1 and dimension = 'edition' and day = '-infinity'
"""


class Server:
    """An API in a process of its own."""

    def __init__(self, settings: Settings, home: Path) -> None:  # noqa: F811
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.settings = msgspec.structs.replace(settings, home=home, port=port, pool_min=1, pool_max=4)
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "events_api.cli", "serve",
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | self.settings.environ(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        async with AsyncClient() as client, asyncio.timeout(60):
            while True:
                with contextlib.suppress(ConnectError):
                    if (await client.get(f"{self.url}/health/live")).status_code == 200:
                        return
                await asyncio.sleep(0.1)

    async def end(self, kind: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, kind)  # the session that this server began: itself and its worker
        await self.process.wait()


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    edition = await an_edition(pool, await an_organisation(pool))
    await pool.execute(
        "insert into gate_settings (edition_id, public_id, policy, known_only)"
        " select id, gen_random_uuid(), 're_entry', false from edition where public_id = $1",
        edition,
    )
    return edition


@pytest.fixture
async def two_servers(settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[Server, Server]]:  # noqa: F811
    servers = Server(settings, tmp_path), Server(settings, tmp_path)  # of one installation: its master key is there
    master_key(msgspec.structs.replace(settings, home=tmp_path))
    await asyncio.gather(*(server.start() for server in servers))
    yield servers
    await asyncio.gather(*(server.end() for server in servers))


@pytest.fixture
async def gate(pool: asyncpg.Pool, edition: UUID) -> AsyncIterator[AsyncClient]:
    token = await a_token(pool, "gate", edition=edition)
    limits = Limits(max_connections=24)
    async with AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60, limits=limits) as client:
        yield client


async def test_of_two_gates_that_scan_one_ticket_at_one_instant_exactly_one_lets_it_in(
    two_servers: tuple[Server, Server],
    gate: AsyncClient,
    pool: asyncpg.Pool,
    edition: UUID,
    settings: Settings,  # noqa: F811
) -> None:
    async def scan(server: Server, rank: int, race: int) -> str:
        body = {"ticket_code": f"R{race}", "device": f"gate-{rank}", "sequence": race, "scanned_at": EVENING}
        answer = await gate.post(f"{server.url}/api/v1/editions/{edition}/scans", json=body)
        verdict: str = answer.json()["verdict"]
        return verdict

    at_once = asyncio.Semaphore(12)

    async def race(number: int) -> tuple[str, ...]:
        async with at_once:
            verdicts = await asyncio.gather(*(scan(server, rank, number) for rank, server in enumerate(two_servers)))
            return tuple(sorted(verdicts))

    outcomes = Counter(await asyncio.gather(*(race(number) for number in range(RACES))))

    assert outcomes == {("accepted", "inside"): RACES}
    row = await pool.fetchrow(COUNTED, edition)
    assert row is not None
    assert tuple(row) == (RACES, RACES, RACES, RACES)
    assert await wrong(pool, settings, edition) == []


async def test_what_was_acknowledged_stays_and_what_was_not_is_sent_again(
    settings: Settings,  # noqa: F811
    tmp_path: Path,
    gate: AsyncClient,
    pool: asyncpg.Pool,
    edition: UUID,
) -> None:
    server = Server(settings, tmp_path)
    await server.start()
    path = f"{server.url}/api/v1/editions/{edition}/scans"
    answered: dict[int, Any] = {}
    enough = asyncio.Event()

    async def device(name: int) -> None:
        for number in range(200):
            sequence = 1000 * name + number
            body = {"ticket_code": f"K{sequence}", "device": f"d{name}", "sequence": sequence, "scanned_at": EVENING}
            try:
                answered[sequence] = (await gate.post(path, json=body)).json()
            except HTTPError:
                return
            if len(answered) >= 300:
                enough.set()

    devices = [asyncio.create_task(device(name)) for name in range(8)]
    await enough.wait()
    await server.end(signal.SIGKILL)
    await asyncio.gather(*devices)
    acknowledged = dict(answered)
    await server.start()
    answered.clear()
    await asyncio.gather(*(device(name) for name in range(8)))
    await server.end()

    assert 300 <= len(acknowledged) < 1600
    assert {sequence: answered[sequence] for sequence in acknowledged} == acknowledged
    assert {answer["verdict"] for answer in answered.values()} == {"accepted"}
    row = await pool.fetchrow(COUNTED, edition)
    assert row is not None
    assert tuple(row) == (1600, 1600, 1600, 0)
    assert await wrong(pool, settings, edition) == []


async def test_everybody_who_watches_sees_the_last_scan(
    two_servers: tuple[Server, Server], gate: AsyncClient, pool: asyncpg.Pool, edition: UUID
) -> None:
    """The scan comes in at one process, who watches is at the other."""
    server, other = two_servers
    watching = asyncio.Semaphore(0)

    async def watch(client: AsyncClient) -> list[int]:
        seen: list[int] = []
        async with client.stream("GET", f"{other.url}/api/v1/editions/{edition}/presence/stream") as answer:
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name != "data":
                    continue
                seen.append(msgspec.json.decode(value)["inside"])
                watching.release()
                if seen[-1] == 5:
                    return seen
        return seen

    token = await a_token(pool, "officer")
    async with AsyncClient(
        headers={"Authorization": f"Bearer {token}"}, timeout=60, limits=Limits(max_connections=WATCHERS)
    ) as client:
        watchers = [asyncio.create_task(watch(client)) for _ in range(WATCHERS)]
        for _ in range(WATCHERS):
            await watching.acquire()
        body = [{"ticket_code": f"W{number}", "device": "d", "sequence": number} for number in range(5)]
        await gate.post(f"{server.url}/api/v1/editions/{edition}/scans", json=body)
        async with asyncio.timeout(30):
            seen = await asyncio.gather(*watchers)

    assert {(first[0], first[-1]) for first in seen} == {(0, 5)}
