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
    """Background work in figures; each age is that of the oldest, in seconds, 0 where nothing waits."""

    jobs: dict[tuple[str, str], int]
    """How many by queue and state; those that ended well are not counted."""
    outbox: int
    due_seconds: float
    unsealed_seconds: float
    heartbeat_seconds: float | None
    """The age of the newest sign of life of any worker; None when there never was one."""


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
    """Count what waits and what failed, and say since when."""
    counts = await pool.fetch(
        "select queue, state, count(*) as jobs from job where state in ('queued', 'running', 'dead') group by 1, 2"
    )
    ages = await pool.fetchrow(
        "select (select count(*) from outbox) as outbox,"
        " coalesce((select extract(epoch from now() - min(run_after)) from job"
        "            where state = 'queued' and run_after <= now()), 0)::float as due_seconds,"
        " coalesce((select extract(epoch from now() - min(at)) from audit_entry where mark >"
        "            coalesce((select s.mark from audit_link l join audit_entry s on s.id = l.entry_id"
        "                       order by l.position desc limit 1), 0)), 0)::float as unsealed_seconds,"
        " (select extract(epoch from now() - max(beat_at))::float from worker_heartbeat) as heartbeat_seconds"
    )
    if ages is None:
        raise AssertionError("a select without a table answers one row")
    return Backlog(jobs={(row["queue"], row["state"]): row["jobs"] for row in counts}, **dict(ages))


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
