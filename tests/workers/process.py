"""A worker in a process of its own, with jobs that misbehave on demand and a faster clock than a real day."""

import asyncio
import os
import sys
import time
from typing import Any

import msgspec
from msgspec import Struct

from events_api.domain.errors import AlreadyThere
from events_api.settings import Settings
from workers.job import JobContext, job, load_jobs
from workers.main import run
from workers.runner import Pace
from workers.schedule import Every, Schedule

PACE = Pace(lease=2, beat=0.5, sweep=0.3, poll=0.3, relay=0.05, seal=0.2, schedule=0.2, back_off=0.1)
EVERY_MINUTE = Schedule(name="every_minute", kind="note", clock=Every(minutes=1), payload={"text": "tick"})


class Note(Struct, frozen=True, kw_only=True):
    text: str
    seconds: float = 0.0
    failures: int = 0


async def _write(connection: Any, context: JobContext, text: str) -> None:
    await connection.execute(
        "insert into login_attempt (subject) values ($1)", f"{context.id} {context.attempt} {text}"
    )


@job("note", queue="fast", timeout=60)
async def note(context: JobContext, payload: Note) -> None:
    """The effect is a row, so that a test can count how often it happened."""
    await context.progress(1, 2, step="waiting")
    await asyncio.sleep(payload.seconds)
    if context.attempt <= payload.failures:
        raise ValueError(f"attempt {context.attempt} fails for jeanne@example.org")
    async with context.finish({"text": payload.text}) as work:
        await _write(work.connection, context, payload.text)


@job("tidy", queue="fast", timeout=60)
async def tidy(context: JobContext, payload: Note) -> None:
    """Has ended, and clears away what it needed for longer than a beat."""
    async with context.finish():
        pass
    await asyncio.sleep(payload.seconds)
    await context.pool.execute("insert into login_attempt (subject) values ($1)", f"{context.id} 1 {payload.text}")


@job("blocked", queue="fast", timeout=60)
async def blocked(context: JobContext, payload: Note) -> None:
    """The whole process stops for longer than its lease; then it tries to commit."""
    if context.attempt == 1:
        time.sleep(payload.seconds)  # noqa: ASYNC251  this is the misbehaviour
    async with context.finish() as work:
        await _write(work.connection, context, payload.text)


@job("refused", queue="fast", timeout=60)
async def refused(context: JobContext, payload: Note) -> None:
    raise AlreadyThere(field="slug")


@job("slow", queue="fast", timeout=0.2, max_attempts=2)
async def slow(context: JobContext, payload: Note) -> None:
    await asyncio.sleep(30)


@job("compute", queue="render", timeout=60)
async def compute(context: JobContext, payload: Note) -> dict[str, Any]:
    pid = await context.render(os.getpid)
    return {"apart": pid != os.getpid(), "sum": await context.render(sum, range(10))}


async def main() -> None:
    schedules = [EVERY_MINUTE] if "--schedule" in sys.argv else []
    pace = msgspec.structs.replace(PACE, poll=60) if "--only-rings" in sys.argv else PACE
    await run(Settings.read(), pace=pace, registry=load_jobs(), schedules=schedules)


if __name__ == "__main__":
    asyncio.run(main())
