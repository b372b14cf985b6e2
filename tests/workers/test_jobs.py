"""Jobs run by real worker processes: their ends, their errors, and what becomes of them when something dies."""

import asyncio
import datetime as dt
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
from redis.asyncio import Redis

from events_api.domain.jobs import JobAlreadyWaiting, JobHasEnded, JobNotRequeueable
from events_api.settings import Settings
from events_api.store import chain, heads
from events_api.store import jobs as store
from events_api.store.key_ends import destroyed_file, noted
from events_api.store.ticket_keys import edition_key
from tests.factories.people import an_edition, an_organisation
from tests.workers.conftest import KEY, OwnRedis, Worker, effects, ended, eventually, running, work_in

Ask = Callable[..., Awaitable[UUID]]


async def test_a_job_runs_once_and_keeps_its_result(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    worker()

    job_id = await ask("note", text="hello")

    assert dict(await ended(pool, job_id)) == {
        "state": "done",
        "attempts": 1,
        "last_error": None,
        "result": '{"text": "hello"}',
        "step": "waiting",
    }
    assert await effects(pool) == ["1 hello"]
    assert await eventually(lambda: pool.fetchval("select not exists (select from outbox)"))


async def test_a_ring_wakes_a_worker_that_does_not_look_by_itself(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    worker("--only-rings")
    await eventually(lambda: pool.fetchval("select exists (select from worker_heartbeat)"))
    await asyncio.sleep(0.5)

    for _ in range(3):
        assert (await ended(pool, await ask("note", text="rung")))["state"] == "done"


async def test_a_failing_job_is_tried_again_and_keeps_the_real_error_meanwhile(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    worker()

    job_id = await ask("note", text="third time", failures=2)
    error = await eventually(lambda: pool.fetchval("select last_error from job where public_id = $1", job_id))

    assert error.startswith(("ValueError: attempt 1 fails for …@…", "ValueError: attempt 2 fails for …@…"))
    assert error.endswith(" in note")
    end = await ended(pool, job_id)
    assert (end["state"], end["attempts"]) == ("done", 3)
    assert await effects(pool) == ["3 third time"]


async def test_a_job_out_of_attempts_is_dead_and_can_be_asked_for_again(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    worker()

    job_id = await ask("slow", text="never")
    dead = await ended(pool, job_id)
    async with work_in(pool) as work:
        await store.requeue(work, job_id)
    again = await pool.fetchrow("select state, attempts from job where public_id = $1", job_id)
    dead_again = await ended(pool, job_id)

    assert (dead["state"], dead["attempts"]) == ("dead", 2)
    assert dead["last_error"].startswith("TimeoutError: took longer than its 0.2 seconds")
    assert again is not None
    assert again["attempts"] in {0, 1}
    assert (dead_again["state"], dead_again["attempts"]) == ("dead", 2)
    trail = await pool.fetch("select operation, subject_id, before, after from audit_entry order by id")
    assert [tuple(entry) for entry in trail] == [
        ("test", job_id, '{"state": "dead", "attempts": 2}', '{"state": "queued", "attempts": 0}')
    ]


async def test_what_can_never_succeed_dies_at_once_with_a_clear_reason(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    worker()

    wanted = {
        await ask("refused", text=""): "AlreadyThere: already-there (slug)",
        await ask("nobody_knows_me"): "UnknownKind: no function for jobs of the kind nobody_knows_me",
        await ask("note", words="no text"): "UnreadablePayload: Object missing required field `text`",
    }

    for job_id, reason in wanted.items():
        end = await ended(pool, job_id)
        assert (end["state"], end["attempts"], end["last_error"]) == ("dead", 1, reason)


async def test_the_job_of_a_killed_worker_is_taken_back_and_takes_effect_once(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    first = worker()
    job_id = await ask("note", text="survivor", seconds=3)
    await running(pool, job_id)

    first.end(signal.SIGKILL)
    worker()

    end = await ended(pool, job_id)
    assert (end["state"], end["attempts"]) == ("done", 2)
    assert await effects(pool) == ["2 survivor"]


async def test_a_run_that_has_ended_its_job_is_not_broken_off_while_it_tidies(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    process = worker()

    await ended(pool, await ask("tidy", text="tidied", seconds=2.0))  # four beats

    assert await eventually(lambda: effects(pool)) == ["1 tidied"]
    assert not await _logged(process, "job.lost")


async def test_a_run_that_lost_its_lease_cannot_commit(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    first = worker()
    job_id = await ask("blocked", text="zombie", seconds=3.0)
    await eventually(lambda: pool.fetchval("select state = 'running' from job where public_id = $1", job_id))
    first.process.send_signal(signal.SIGSTOP)

    worker()

    end = await ended(pool, job_id)
    assert (end["state"], end["attempts"]) == ("done", 2)
    first.process.send_signal(signal.SIGCONT)
    await eventually(lambda: _logged(first, "job.lost"))
    assert await effects(pool) == ["2 zombie"]


async def test_a_stopped_worker_gives_its_jobs_back_without_counting_the_attempt(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    first = worker()
    job_id = await ask("note", text="patient", seconds=12.0)
    await running(pool, job_id)

    code = first.end(signal.SIGTERM)

    row = await pool.fetchrow("select state, attempts, last_error from job where public_id = $1", job_id)
    assert (code, tuple(row or ())) == (0, ("queued", 0, None))
    assert await pool.fetchval("select count(*) from worker_heartbeat") == 0
    assert [line["event"] for line in first.lines()][-1] == "worker.stopped"


async def test_a_stopping_worker_finishes_short_jobs(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    first = worker()
    job_id = await ask("note", text="short", seconds=2)
    await running(pool, job_id)

    first.end(signal.SIGTERM)

    assert await pool.fetchval("select state from job where public_id = $1", job_id) == "done"


async def test_nothing_is_lost_while_redis_is_away(
    worker: Worker, pool: asyncpg.Pool, ask: Ask, own_redis: OwnRedis
) -> None:
    process = worker(redis_url=own_redis.url)
    await ended(pool, await ask("note", text="before"))

    own_redis.stop()
    during = [await ask("note", text="during") for _ in range(10)]
    ends = [(await ended(pool, job_id))["state"] for job_id in during]
    waiting_rings = await pool.fetchval("select count(*) from outbox")
    await eventually(lambda: _logged(process, "doorbell.lost"))  # a shorter absence is bridged without a word
    own_redis.start()
    await eventually(lambda: pool.fetchval("select not exists (select from outbox)"))
    await eventually(lambda: _logged(process, "doorbell.back"))
    after = await ended(pool, await ask("note", text="after"))

    assert ends == ["done"] * 10
    assert waiting_rings == 10
    assert after["state"] == "done"
    assert sorted(await effects(pool)) == ["1 after", "1 before", *["1 during"] * 10]
    assert process.process.poll() is None


async def test_a_worker_starts_and_works_without_redis(
    worker: Worker, pool: asyncpg.Pool, ask: Ask, own_redis: OwnRedis
) -> None:
    own_redis.stop()
    worker(redis_url=own_redis.url)

    assert (await ended(pool, await ask("note", text="alone")))["state"] == "done"


async def test_nothing_is_lost_when_redis_is_wiped(
    worker: Worker, pool: asyncpg.Pool, ask: Ask, settings: Settings
) -> None:
    wanted = [await ask("note", text="wiped", seconds=0.05) for _ in range(20)]
    worker()
    async with Redis.from_url(settings.redis_url) as client:
        for _ in range(10):
            await client.flushdb()
            await asyncio.sleep(0.1)

    assert [(await ended(pool, job_id))["state"] for job_id in wanted] == ["done"] * 20
    assert await effects(pool) == ["1 wiped"] * 20


async def test_one_key_waits_once_and_runs_one_at_a_time(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    worker()
    first = await ask("note", key="edition-1", text="first", seconds=3)
    await running(pool, first)

    second = await ask("note", key="edition-1", text="second")
    third = await ask("note", key="edition-1", text="third")

    assert first != second == third
    await ended(pool, second)
    assert await effects(pool) == ["1 first", "1 second"]


async def test_a_failed_run_gives_way_to_a_newer_request_of_the_same_key(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    worker()
    older = await ask("note", key="edition-2", text="older", seconds=3, failures=9)
    await running(pool, older)
    newer = await ask("note", key="edition-2", text="newer")

    end = await ended(pool, older)

    assert end["state"] == "cancelled"
    assert end["last_error"].startswith("ValueError: attempt 1 fails")
    assert end["last_error"].endswith(store.SUPERSEDED)
    assert (await ended(pool, newer))["state"] == "done"
    assert await effects(pool) == ["1 newer"]


async def test_a_cancelled_job_takes_no_effect(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    worker()
    job_id = await ask("note", text="unwanted", seconds=1.5)
    await running(pool, job_id)

    async with work_in(pool) as work:
        await store.cancel(work, job_id)

    await asyncio.sleep(2.5)
    assert await pool.fetchval("select state from job where public_id = $1", job_id) == "cancelled"
    assert await effects(pool) == []


async def test_what_may_not_be_asked_of_a_job_is_refused(clean: None, pool: asyncpg.Pool, ask: Ask) -> None:
    waiting = await ask("note", key="k", text="")
    cancelled = await ask("note", key="l", text="")
    async with work_in(pool) as work:
        await store.cancel(work, cancelled)
    await ask("note", key="l", text="")

    refusals = []
    for action, job_id in ((store.requeue, waiting), (store.cancel, cancelled), (store.requeue, cancelled)):
        try:
            async with work_in(pool) as work:
                await action(work, job_id)
        except (JobNotRequeueable, JobHasEnded, JobAlreadyWaiting) as refusal:
            refusals.append((type(refusal), refusal.params))

    assert refusals == [
        (JobNotRequeueable, {"state": "queued"}),
        (JobHasEnded, {"state": "cancelled"}),
        (JobAlreadyWaiting, {}),
    ]


async def test_two_workers_run_each_tick_of_a_schedule_once(worker: Worker, pool: asyncpg.Pool) -> None:
    for _ in range(2):
        worker("--schedule")
    await eventually(lambda: pool.fetchval("select count(*) = 2 from worker_heartbeat"))
    await eventually(lambda: pool.fetchval("select exists (select from job where state = 'done')"))
    await asyncio.sleep(1)

    ticks = await pool.fetch("select tick from schedule_run")
    jobs = await pool.fetch("select state, request_id from job")
    assert [tuple(row) for row in jobs] == [("done", f"tick-{row['tick']:%Y%m%dT%H%M%SZ}") for row in ticks]
    assert len(await effects(pool)) == len(ticks)


async def test_two_workers_share_the_work_and_do_none_of_it_twice(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    wanted = [await ask("note", text="shared") for _ in range(100)]
    for _ in range(2):
        worker()

    for job_id in wanted:
        assert (await ended(pool, job_id))["state"] == "done"
    assert await effects(pool) == ["1 shared"] * 100


async def test_computations_run_in_another_process(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    worker()

    end = await ended(pool, await ask("compute", queue="render", text=""))

    assert msgspec.json.decode(end["result"]) == {"apart": True, "sum": 45}


async def test_what_has_expired_is_forgotten(worker: Worker, pool: asyncpg.Pool, ask: Ask) -> None:
    await pool.execute("delete from web_session")  # those of other tests may have expired meanwhile
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)
    await pool.execute("insert into login_attempt (subject, at) values ('old', $1), ('new', now())", long_ago)
    for state, days in (("done", 91), ("cancelled", 91), ("dead", 91), ("done", 89)):
        await pool.execute(
            "update job set state = $2, finished_at = now() - make_interval(days => $3) where public_id = $1",
            await ask("note", text="old"),
            state,
            days,
        )
    worker()

    end = await ended(pool, await ask("forget_expired", queue="bulk"))

    assert msgspec.json.decode(end["result"]) == {
        "ticket_keys": 0,
        "ticket_drafts": 0,
        "idempotency_keys": 0,
        "web_sessions": 0,
        "login_attempts": 1,
        "schedule_runs": 0,
        "jobs": 2,
    }
    assert sorted(row["state"] for row in await pool.fetch("select state from job where kind = 'note'")) == [
        "dead",
        "done",
    ]
    assert [row["subject"] for row in await pool.fetch("select subject from login_attempt")] == ["new"]


async def test_a_ticket_key_that_has_outlived_its_purpose_is_destroyed(
    worker: Worker, pool: asyncpg.Pool, ask: Ask, home: Settings
) -> None:
    organisation = await an_organisation(pool)
    over, young = await an_edition(pool, organisation), await an_edition(pool, organisation)
    async with pool.acquire() as connection:
        for edition in (over, young):
            number = await connection.fetchval("select id from edition where public_id = $1", edition)
            await edition_key(connection, KEY, number, edition)
    await pool.execute(
        "update ticket_key set created_at = now() - interval '24 months'"
        " where edition_id = (select id from edition where public_id = $1)",
        over,
    )
    worker()

    end = await ended(pool, await ask("forget_expired", queue="bulk"))

    assert msgspec.json.decode(end["result"])["ticket_keys"] == 1
    rows = await pool.fetch(
        "select e.public_id, k.sealed_key is null as destroyed, k.destroyed_by"
        " from ticket_key k join edition e on e.id = k.edition_id order by e.id"
    )
    assert [tuple(row) for row in rows] == [(over, True, None), (young, False, None)]
    assert [key.edition_id for key in noted(destroyed_file(home))] == [over]
    assert await pool.fetchval("select operation from audit_entry where subject_kind = 'ticket_key'") == (
        "job.forget_expired"
    )


async def test_the_log_of_a_job_carries_its_ids_and_nobodys_address(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    process = worker()

    job_id = await ask("note", text="logged", failures=1)
    await ended(pool, job_id)
    lines = await eventually(lambda: _logged(process, "job.done"))

    failed = next(line for line in lines if line["event"] == "job.failed")
    assert {name: failed[name] for name in ("job_id", "kind", "attempt", "request_id", "level")} == {
        "job_id": str(job_id),
        "kind": "note",
        "attempt": 1,
        "request_id": "request-of-the-test",
        "level": "error",
    }
    assert failed["exception"].startswith("ValueError: attempt 1 fails for …@…")
    assert b"jeanne" not in process.log.read_bytes()


async def _logged(process: object, event: str) -> list[dict[str, object]]:
    lines = process.lines()  # type: ignore[attr-defined]
    return lines if any(line["event"] == event for line in lines) else []


async def test_a_waiting_job_is_not_taken_up_before_a_change_that_counts_on_it_is_committed(
    clean: None, pool: asyncpg.Pool, ask: Ask
) -> None:
    first = await ask("note", key="edition-3", text="")

    async def taken_up() -> list[UUID]:
        lease = dt.timedelta(seconds=5)
        return [job.public_id for job in await store.claim(pool, "fast", limit=5, lease=lease, max_attempts={})]

    async with work_in(pool) as work:
        counted_on = await work.enqueue("note", {"text": ""}, queue="fast", key="edition-3")
        before = await taken_up()

    assert counted_on == first
    assert before == []
    assert await taken_up() == [first]


async def test_a_job_survives_the_loss_of_every_database_connection(
    worker: Worker, pool: asyncpg.Pool, ask: Ask, owner: asyncpg.Connection
) -> None:
    process = worker()
    wanted = [await ask("note", text="kept", seconds=0.4) for _ in range(12)]
    await eventually(lambda: pool.fetchval("select attempts > 0 from job where public_id = $1", wanted[0]))

    for _ in range(5):
        await owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'worker' and datname = current_database()"
        )
        await asyncio.sleep(0.3)

    for job_id in wanted:
        assert (await ended(pool, job_id))["state"] == "done"
    assert sorted({line.partition(" ")[2] for line in await effects(pool)}) == ["kept"]
    assert len(await effects(pool)) == 12
    assert process.process.poll() is None


async def test_workers_killed_again_and_again_lose_nothing_and_do_nothing_twice(
    worker: Worker, pool: asyncpg.Pool, ask: Ask
) -> None:
    wanted = []
    for _ in range(4):
        victim = worker()
        wanted += [await ask("note", text="ledger", seconds=0.1) for _ in range(15)]
        midway = wanted[-8]
        await eventually(partial(pool.fetchval, "select attempts > 0 from job where public_id = $1", midway))
        victim.end(signal.SIGKILL)
    worker()

    for job_id in wanted:
        assert (await ended(pool, job_id))["state"] == "done"
    rows = await pool.fetch("select split_part(subject, ' ', 1) as job from login_attempt")
    assert sorted(row["job"] for row in rows) == sorted(map(str, wanted))


async def test_the_worker_seals_the_trail_and_copies_the_head_out_of_the_database(
    worker: Worker, home: Settings, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    for _ in range(2):
        worker()
    for number in range(20):
        async with work_in(pool) as work:
            await work.audit("place", None, None, {"number": number})

    path = heads.heads_file(home)
    await eventually(lambda: owner.fetchval("select count(*) = 20 from audit_link"))
    head = await chain.current_head(owner)
    await eventually(lambda: _copied(path, head))

    found = await chain.verify(owner, heads.copied_heads([path]))
    assert (found.intact, found.links, found.last_copied, found.tail) == (True, 20, head, 0)


async def _copied(path: Path, head: chain.Head | None) -> bool:
    def last() -> chain.Head | None:
        return list(heads.copied_heads([path]))[-1] if path.exists() else None

    return await asyncio.to_thread(last) == head
