"""The stream of a job over a real server: events arrive as they happen, and a reader who leaves costs nothing."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from httpx import AsyncClient, ConnectError

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.settings import Settings
from events_api.store.transaction import transact
from tests.factories.people import a_token

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def served(settings: Settings, tmp_path: Path) -> AsyncIterator[str]:
    """The address of the API in a process of its own, with two connections to the database at most."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    own = msgspec.structs.replace(settings, home=tmp_path, port=port, pool_min=1, pool_max=2)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "events_api.cli", "serve",
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | own.environ(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with AsyncClient() as client, asyncio.timeout(120):
            while True:
                try:
                    if (await client.get(f"{url}/health/live")).status_code == 200:
                        break
                except ConnectError:
                    await asyncio.sleep(0.1)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def a_job(pool: asyncpg.Pool) -> UUID:
    async with transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id="r-1", operation="test", master_key=bytes(32)
    ) as work:
        return await work.enqueue("probe", {}, queue="fast")


async def test_events_arrive_while_the_job_moves_and_readers_may_leave(
    served: str, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    job_id = await a_job(pool)
    token = await a_token(pool, "officer")
    seen: list[tuple[str, Any]] = []

    async with AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        for _ in range(8):  # more than there are connections: none of them may be held
            async with client.stream("GET", f"{served}/api/v1/jobs/{job_id}/events") as left:
                await anext(left.aiter_bytes())
        async with client.stream("GET", f"{served}/api/v1/jobs/{job_id}/events") as answer:
            event = ""
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                if name == "data" and event == "job":
                    job = msgspec.json.decode(value)
                    seen.append((job["state"], job["done_units"]))
                    if job["done_units"] == 0:
                        await owner.execute(
                            "update job set done_units = 1, updated_at = now() where public_id = $1", job_id
                        )
                    elif job["state"] == "queued":
                        await owner.execute(
                            "update job set state = 'done', finished_at = now(), updated_at = now()"
                            " where public_id = $1",
                            job_id,
                        )
                elif name == "data":
                    seen.append((event, value))
        alive = await client.get(f"{served}/api/v1/jobs/{job_id}")

    assert seen == [("queued", 0), ("queued", 1), ("done", 1), ("end", "done")]
    assert alive.json()["state"] == "done"
