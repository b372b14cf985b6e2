"""The table of jobs, which is the truth about background work: claims, leases, ends, outbox, schedules, heartbeats."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.errors import NotFound
from events_api.domain.jobs import JobAlreadyWaiting, JobHasEnded, JobNotRequeueable, JobState
from events_api.read.connections import Pool

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

DEFAULT_ATTEMPTS = 8
SUPERSEDED = "Superseded: a newer request for the same work was waiting."

CLAIM = """
    with next as (
        select id from job j
         where queue = $1 and state = 'queued' and run_after <= now()
           and not exists (select from job r where r.kind = j.kind and r.key = j.key and r.state = 'running')
         order by run_after, id limit $2
           for update skip locked
    )
    update job j
       set state = 'running', attempts = attempts + 1,
           max_attempts = coalesce(($3::jsonb ->> kind)::integer, max_attempts),
           lease_token = gen_random_uuid(), lease_until = now() + $4, started_at = now(), updated_at = now(),
           done_units = 0, total_units = null, step = null
      from next where j.id = next.id
    returning j.id, j.public_id, j.kind, j.queue, j.payload, j.attempts as attempt, j.max_attempts,
              j.lease_token as token, j.request_id, j.requested_by
"""
EXTEND = """
    update job j set lease_until = now() + $3
      from unnest($1::bigint[], $2::uuid[]) as held (id, token)
     where j.id = held.id and j.lease_token = held.token
    returning j.id
"""
FENCE = "update job set lease_until = now() + $3 where id = $1 and lease_token = $2 returning true"
PROGRESS = """
    update job set done_units = $3, total_units = $4, step = $5, updated_at = now()
     where id = $1 and lease_token = $2 returning true
"""
COMPLETE = """
    update job
       set state = 'done', lease_token = null, lease_until = null, finished_at = now(), updated_at = now(),
           result = $3::jsonb, last_error = null, done_units = coalesce(total_units, done_units)
     where id = $1 and lease_token = $2 returning true
"""
RELEASE = """
    with fate as (
        select id, case
                 when $5 or (attempts >= max_attempts and not $4) then 'dead'
                 when exists (select from job o where o.kind = j.kind and o.key = j.key and o.state = 'queued')
                 then 'cancelled'
                 else 'queued'
               end as state
          from job j
         where id = $1 and lease_token = $2 and (not $7 or lease_until < now())
           for update
    )
    update job j
       set state = fate.state, attempts = attempts - $4::integer, lease_token = null, lease_until = null,
           run_after = case when fate.state = 'queued' then now() + $3 else run_after end,
           finished_at = case when fate.state = 'queued' then null else now() end,
           last_error = case when fate.state = 'cancelled' then concat_ws(E'\\n', $6::text, $8::text)
                             else coalesce($6, last_error) end,
           updated_at = now()
      from fate where j.id = fate.id
    returning j.state
"""
EXPIRED = """
    select id, lease_token as token, attempts as attempt from job
     where state = 'running' and lease_until < now() order by lease_until limit 100
"""
HOLD = "select id, kind, key, state, attempts, last_error from job where public_id = $1 for update"
REQUEUE = """
    with wanted as (
        update job set state = 'queued', attempts = 0, run_after = now(), finished_at = null, updated_at = now(),
                       done_units = 0, total_units = null, step = null, result = null
         where id = $1 returning id
    )
    insert into outbox (job_id) select id from wanted
"""
CANCEL = """
    update job set state = 'cancelled', lease_token = null, lease_until = null, finished_at = now(), updated_at = now()
     where id = $1
"""
BEAT = """
    insert into worker_heartbeat (worker, queues, started_at, beat_at) values ($1, $2, $3, now())
    on conflict (worker) do update set beat_at = excluded.beat_at
"""


class LeaseLost(Exception):
    """The job is no longer this run's: cancelled, or given to another worker because this one was silent too long."""


class Claim(Struct, frozen=True, kw_only=True):
    """A job taken up by this process: `token` proves it until the lease ends."""

    id: int
    public_id: UUID
    kind: str
    queue: str
    payload: str
    attempt: int
    max_attempts: int
    token: UUID
    request_id: str
    requested_by: UUID | None


async def claim(
    pool: Pool, queue: str, *, limit: int, lease: dt.timedelta, max_attempts: Mapping[str, int]
) -> list[Claim]:
    """Take up the jobs that have been due the longest, never two of one key at a time."""
    rows = await pool.fetch(CLAIM, queue, limit, msgspec.json.encode(max_attempts).decode(), lease)
    return [Claim(**dict(row)) for row in rows]


async def extend(pool: Pool, held: Sequence[Claim], lease: dt.timedelta) -> set[int]:
    """Keep the leases of running jobs and return the ids of those that are still ours."""
    rows = await pool.fetch(EXTEND, [job.id for job in held], [job.token for job in held], lease)
    return {row["id"] for row in rows}


async def fence(connection: asyncpg.Connection, job: Claim, lease: dt.timedelta) -> None:
    """Last statement of a job's transaction: raises LeaseLost, so that a run that lost its job commits nothing."""
    if not await connection.fetchval(FENCE, job.id, job.token, lease):
        raise LeaseLost


async def complete(connection: asyncpg.Connection, job: Claim, result: Mapping[str, Any] | None) -> None:
    """Last statement of a job's last transaction: its end commits with its effect, or LeaseLost undoes both."""
    text = None if result is None else msgspec.json.encode(result).decode()
    if not await connection.fetchval(COMPLETE, job.id, job.token, text):
        raise LeaseLost


async def report(pool: Pool, job: Claim, *, done: int, total: int | None, step: str | None) -> None:
    """Show how far the run is; raises LeaseLost."""
    if not await pool.fetchval(PROGRESS, job.id, job.token, done, total, step):
        raise LeaseLost


async def release(
    pool: Pool,
    job_id: int,
    token: UUID,
    *,
    error: str | None,
    delay: dt.timedelta = dt.timedelta(),
    refund: bool = False,
    final: bool = False,
    only_expired: bool = False,
) -> JobState | None:
    """End a run that did not succeed: back to the queue, or dead when `final` or out of attempts; None if lost before.

    `refund` gives the attempt back: the run was stopped, it did not fail. Where a newer request for the same key
    waits, the older run is cancelled in its favour.
    """
    for _ in range(3):
        try:
            state: JobState | None = await pool.fetchval(
                RELEASE, job_id, token, delay, refund, final, error, only_expired, SUPERSEDED
            )
        except asyncpg.UniqueViolationError:  # the newer request came between the look and the update
            continue
        return state
    raise LeaseLost


async def take_back(pool: Pool, *, delay: dt.timedelta) -> int:
    """Take jobs from workers that no longer extend their lease; returns how many."""
    taken = 0
    for row in await pool.fetch(EXPIRED):
        error = f"WorkerLost: the worker of attempt {row['attempt']} stopped answering"
        state = await release(
            pool, row["id"], row["token"], error=error, delay=delay * row["attempt"], only_expired=True
        )
        taken += state is not None
    return taken


async def unrung(pool: Pool, limit: int) -> list[tuple[int, str]]:
    """The oldest rows of the outbox, each with the queue of its job."""
    rows = await pool.fetch(
        "select o.id, j.queue from outbox o join job j on j.id = o.job_id order by o.id limit $1", limit
    )
    return [(row["id"], row["queue"]) for row in rows]


async def forget_rung(pool: Pool, ids: Iterable[int]) -> None:
    """Delete rows of the outbox whose bell has been rung."""
    await pool.execute("delete from outbox where id = any($1)", list(ids))


async def beat(pool: Pool, worker: str, queues: Sequence[str], started_at: dt.datetime) -> None:
    """Show that this worker is alive."""
    await pool.execute(BEAT, worker, list(queues), started_at)


async def leave(pool: Pool, worker: str) -> None:
    """Say that this worker stopped in order, and forget those that did not and are long gone."""
    await pool.execute("delete from worker_heartbeat where worker = $1 or beat_at < now() - interval '1 day'", worker)


async def start_tick(
    work: "SqlWork", *, name: str, tick: dt.datetime, kind: str, payload: Mapping[str, Any], queue: str
) -> bool:
    """Ask for the job of one tick of a schedule, unless another worker did."""
    first = await work.connection.fetchval(
        "insert into schedule_run (name, tick) values ($1, $2) on conflict do nothing returning true", name, tick
    )
    if not first:
        return False
    job_id = await work.enqueue(kind, payload, queue=queue, key=name)
    await work.connection.execute(
        "update schedule_run set job_id = (select id from job where public_id = $3) where name = $1 and tick = $2",
        name,
        tick,
        job_id,
    )
    return True


async def requeue(work: "SqlWork", public_id: UUID) -> None:
    """Run a dead or cancelled job again, its attempts counted anew; raises NotFound or a refusal."""
    job = await _hold(work, public_id)
    if job["state"] not in {"dead", "cancelled"}:
        raise JobNotRequeueable(state=job["state"])
    try:
        async with work.connection.transaction():
            await work.connection.execute(REQUEUE, job["id"])
    except asyncpg.UniqueViolationError as error:
        raise JobAlreadyWaiting from error
    await work.audit("job", public_id, _seen(job), {"state": "queued", "attempts": 0})


async def cancel(work: "SqlWork", public_id: UUID) -> None:
    """Stop a job: a waiting one never starts, a running one can no longer commit; raises NotFound or JobHasEnded."""
    job = await _hold(work, public_id)
    if job["state"] not in {"queued", "running"}:
        raise JobHasEnded(state=job["state"])
    await work.connection.execute(CANCEL, job["id"])
    await work.audit("job", public_id, _seen(job), {"state": "cancelled", "attempts": job["attempts"]})


async def _hold(work: "SqlWork", public_id: UUID) -> asyncpg.Record:
    job = await work.connection.fetchrow(HOLD, public_id)
    if job is None:
        raise NotFound(kind="job")
    return job


def _seen(job: asyncpg.Record) -> dict[str, Any]:
    return {"state": job["state"], "attempts": job["attempts"]}
