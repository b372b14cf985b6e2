"""`events-api jobs` and `events-api audit verify`, as a person and as a script run them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.settings import Settings
from events_api.store import chain, heads
from events_api.store.transaction import transact
from tests.conftest import own_settings

settings = own_settings
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
async def clean(owner: asyncpg.Connection) -> AsyncIterator[None]:
    await owner.execute("truncate job, outbox, schedule_run, audit_entry, audit_link restart identity cascade")
    yield
    await owner.execute("truncate job, outbox, schedule_run, audit_entry, audit_link restart identity cascade")


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, home=tmp_path)


async def cli(settings: Settings, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "events_api.cli",
        *arguments,
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | settings.environ(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def a_job(pool: asyncpg.Pool, kind: str = "probe") -> UUID:
    async with transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id="r-1", operation="test", master_key=bytes(32)
    ) as work:
        return await work.enqueue(kind, {}, queue="fast")


async def test_a_dead_job_is_found_read_and_run_again(
    home: Settings, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    job_id = await a_job(pool)
    await a_job(pool, "another_kind")
    await owner.execute(
        "update job set state = 'dead', finished_at = now(), last_error = E'ValueError: no\\n  here'"
        " where public_id = $1",
        job_id,
    )

    listed = await cli(home, "jobs", "list", "--state", "dead")
    as_json = await cli(home, "jobs", "list", "--state", "dead", "--json")
    shown = await cli(home, "jobs", "show", str(job_id))
    again = await cli(home, "jobs", "requeue", str(job_id), "--json")
    twice = await cli(home, "jobs", "requeue", str(job_id))
    stopped = await cli(home, "jobs", "cancel", str(job_id), "--json")

    assert listed[0] == 0
    assert listed[1].splitlines()[0].split()[:4] == [str(job_id), "probe", "dead", "0/8"]
    assert "another_kind" not in listed[1]
    assert [job["id"] for job in msgspec.json.decode(as_json[1])] == [str(job_id)]
    assert "last_error: ValueError: no\n  here" in shown[1]
    assert (again[0], msgspec.json.decode(again[1])["state"]) == (0, "queued")
    assert twice == (1, "", "events-api: Only a failed or cancelled job can be run again.\n")
    assert (stopped[0], msgspec.json.decode(stopped[1])["state"]) == (0, "cancelled")
    trail = await owner.fetch("select operation, actor_kind, subject_id from audit_entry order by id")
    assert [tuple(entry) for entry in trail] == [
        ("cli.jobs.requeue", "system", job_id),
        ("cli.jobs.cancel", "system", job_id),
    ]


async def test_a_job_that_does_not_exist_is_a_refusal(home: Settings) -> None:
    for verb in ("show", "requeue", "cancel"):
        code, out, err = await cli(home, "jobs", verb, str(uuid4()))
        assert (code, out, err.startswith("events-api: ")) == (1, "", True)


async def test_verification_says_what_it_covers_and_exits_by_what_it_finds(
    home: Settings, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    for _ in range(3):
        await owner.execute(
            "insert into audit_entry (actor_kind, role, request_id, operation, subject_kind)"
            " values ('system', 'system', 'r', 'test', 'x')"
        )
    while not await owner.fetchval("select count(*) = 3 from audit_link"):
        await chain.seal(pool)
    head = await chain.current_head(pool)
    assert head is not None

    uncovered = await cli(home, "audit", "verify")
    heads.copy_head(heads.heads_file(home), head)
    covered = await cli(home, "audit", "verify")
    await owner.execute("update audit_entry set operation = 'other' where id = 2")
    broken = await cli(home, "audit", "verify")
    as_json = await cli(home, "audit", "verify", "--json")

    assert (uncovered[0], uncovered[1].splitlines()) == (
        0,
        [
            "3 sealed entries, 0 waiting to be sealed.",
            f"Head: position 3, {head.hash}",
            "No copied head was given: removal of the end, or a chain computed anew, could not be noticed.",
            "The last 3 sealed entries are younger: their removal could not be noticed.",
            "The trail is intact.",
        ],
    )
    assert covered[0] == 0
    assert covered[1].splitlines()[2:] == [
        f"Held against 1 copied heads, the last at position 3 ({head.at:%Y-%m-%d %H:%M:%S} UTC).",
        "The trail is intact.",
    ]
    assert (broken[0], broken[1].splitlines()[-2:]) == (
        1,
        ["FAULT entry-altered: position 2, entry 2", "The trail is NOT intact: 1 faults."],
    )
    found: dict[str, Any] = msgspec.json.decode(as_json[1])
    assert (as_json[0], found["intact"], found["faults"], found["findings"]) == (
        1,
        False,
        1,
        [{"fault": "entry-altered", "position": 2, "entry_id": 2, "detail": ""}],
    )
