"""Jobs and workers as a person reads them."""

import datetime as dt
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.jobs import JobState, Queue
from events_api.read.connections import Pool

_COLUMNS = (
    "public_id as id, kind, queue, key, payload, state, attempts, max_attempts, done_units, total_units, step,"
    " run_after, last_error, result, requested_by, request_id, created_at, started_at, finished_at, updated_at"
)


class Job(Struct, frozen=True, kw_only=True):
    """A unit of background work: `done_units` of `total_units` in the present attempt, `last_error` as it happened."""

    id: UUID
    kind: str
    queue: Queue
    key: str | None
    payload: dict[str, Any]
    state: JobState
    attempts: int
    max_attempts: int
    done_units: int
    total_units: int | None
    step: str | None
    run_after: dt.datetime
    last_error: str | None
    result: dict[str, Any] | None
    requested_by: UUID | None
    request_id: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    updated_at: dt.datetime


class Backlog(Struct, frozen=True, kw_only=True):
    """The state of background work in figures, for metrics and the health check; seconds are ages of the oldest."""

    jobs: dict[str, dict[str, int]]
    """Queue, then state, then how many."""
    outbox: int
    oldest_due_seconds: float
    oldest_heartbeat_seconds: float | None
    newest_heartbeat_seconds: float | None


async def job(pool: Pool | asyncpg.Connection, viewer: Grant, viewer_id: UUID | None, job_id: UUID) -> Job | None:
    """A job, unless it is absent or was requested by somebody else than a viewer who may only see their own."""
    row = await pool.fetchrow(
        f"select {_COLUMNS} from job where public_id = $1 and ($2 or requested_by = $3)",
        job_id,
        viewer.scope == "all",
        viewer_id,
    )
    return None if row is None else _job(row)


async def jobs(
    pool: Pool, *, state: JobState | None, kind: str | None, before: int | None, limit: int
) -> tuple[list[Job], int | None]:
    """Jobs, the newest first, older than the key `before`; with the key to continue from, None at the end."""
    rows = await pool.fetch(
        f"select id as rank, {_COLUMNS.replace('public_id as id', 'public_id')} from job"
        " where ($1::text is null or state = $1) and ($2::text is null or kind = $2)"
        " and id < coalesce($3, 9223372036854775807) order by id desc limit $4",
        state,
        kind,
        before,
        limit + 1,
    )
    more = rows[limit - 1]["rank"] if len(rows) > limit else None
    return [_job(row) for row in rows[:limit]], more


async def backlog(pool: Pool) -> Backlog:
    """Count the jobs by queue and state, what waits, and when the workers were last heard."""
    counts: dict[str, dict[str, int]] = {}
    for row in await pool.fetch("select queue, state, count(*) as jobs from job group by queue, state"):
        counts.setdefault(row["queue"], {})[row["state"]] = row["jobs"]
    ages = await pool.fetchrow(
        "select (select count(*) from outbox) as outbox,"
        " coalesce((select extract(epoch from now() - min(run_after)) from job"
        "            where state = 'queued' and run_after <= now()), 0)::float as due,"
        " extract(epoch from now() - min(beat_at))::float as oldest,"
        " extract(epoch from now() - max(beat_at))::float as newest from worker_heartbeat"
    )
    if ages is None:
        raise AssertionError("an aggregate always answers one row")
    return Backlog(
        jobs=counts,
        outbox=ages["outbox"],
        oldest_due_seconds=ages["due"],
        oldest_heartbeat_seconds=ages["oldest"],
        newest_heartbeat_seconds=ages["newest"],
    )


async def worker_is_alive(pool: Pool, *, seconds: float = 20) -> bool:
    """Whether a worker was heard lately; it beats every five seconds."""
    alive: bool = await pool.fetchval(
        "select exists (select from worker_heartbeat where beat_at > now() - make_interval(secs => $1))", seconds
    )
    return alive


def _job(row: Any) -> Job:
    values = {("id" if name == "public_id" else name): value for name, value in row.items() if name != "rank"}
    values["payload"] = msgspec.json.decode(values["payload"], type=dict[str, Any])
    values["result"] = None if values["result"] is None else msgspec.json.decode(values["result"])
    return Job(**values)
