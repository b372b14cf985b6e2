"""Jobs over HTTP: who sees which, what may be asked of them, and their progress as a stream."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from httpx import Response

from events_api.domain.actors import EVERYTHING, SYSTEM, Actor
from events_api.handlers import jobs as handlers
from events_api.store.transaction import transact
from tests.conftest import own_settings
from tests.factories.people import an_organisation
from tests.handlers.conftest import Speak

settings = own_settings


@pytest.fixture(autouse=True)
async def no_jobs(owner: asyncpg.Connection) -> AsyncIterator[None]:
    await owner.execute("truncate job, outbox, schedule_run cascade")
    yield
    await owner.execute("truncate job, outbox, schedule_run cascade")


async def a_job(pool: asyncpg.Pool, *, actor: Actor = SYSTEM, key: str | None = None, steps: int = 1) -> UUID:
    async with transact(
        pool, actor=actor, grant=EVERYTHING, request_id="r-1", operation="test", master_key=bytes(32)
    ) as work:
        return await work.enqueue("probe", {"steps": steps}, queue="fast", key=key)


async def bury(owner: asyncpg.Connection, job_id: UUID) -> None:
    await owner.execute(
        "update job set state = 'dead', attempts = 8, finished_at = now(), last_error = 'ValueError: no'"
        " where public_id = $1",
        job_id,
    )


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:events-api:problem:")


async def test_a_job_shows_its_state_and_its_real_error(
    speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    job_id = await a_job(pool, key="k", steps=3)
    await bury(owner, job_id)

    job = (await (await speak("officer")).get(f"/api/v1/jobs/{job_id}")).json()

    moments = {name: job.pop(name) for name in ("created_at", "updated_at", "run_after", "finished_at")}
    assert all(moments.values())
    assert job == {
        "id": str(job_id),
        "kind": "probe",
        "queue": "fast",
        "key": "k",
        "payload": {"steps": 3},
        "state": "dead",
        "attempts": 8,
        "max_attempts": 8,
        "done_units": 0,
        "total_units": None,
        "step": None,
        "last_error": "ValueError: no",
        "result": None,
        "requested_by": None,
        "request_id": "r-1",
        "started_at": None,
    }


async def test_the_list_is_paged_from_the_newest_and_filtered(
    speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    made = [str(await a_job(pool)) for _ in range(3)]
    await bury(owner, UUID(made[0]))
    auditor = await speak("auditor")

    first = (await auditor.get("/api/v1/jobs", params={"limit": 2})).json()
    await a_job(pool)
    rest = (await auditor.get("/api/v1/jobs", params={"limit": 2, "cursor": first["next"]})).json()
    dead = (await auditor.get("/api/v1/jobs", params={"job_state": "dead"})).json()
    other = (await auditor.get("/api/v1/jobs", params={"kind": "refresh_dashboard"})).json()

    assert [job["id"] for job in first["items"]] == [made[2], made[1]]
    assert ([job["id"] for job in rest["items"]], rest["next"]) == ([made[0]], None)
    assert [job["id"] for job in dead["items"]] == [made[0]]
    assert other == {"items": [], "next": None}


async def test_whoever_asked_for_a_job_may_follow_it_and_nobody_elses(
    speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    organiser = await speak("organiser", organisation=await an_organisation(pool))
    token_id = await owner.fetchval("select public_id from api_token order by id desc limit 1")
    own = await a_job(pool, actor=Actor(kind="machine", id=token_id, roles=frozenset({"organiser"})))
    foreign = await a_job(pool)

    assert (await organiser.get(f"/api/v1/jobs/{own}")).json()["requested_by"] == str(token_id)
    assert problem(await organiser.get(f"/api/v1/jobs/{foreign}")) == (404, "not-found")
    assert problem(await organiser.get(f"/api/v1/jobs/{foreign}/events")) == (404, "not-found")
    assert problem(await organiser.get("/api/v1/jobs")) == (403, "not-allowed")
    assert problem(await (await speak()).get(f"/api/v1/jobs/{own}")) == (401, "login-required")


async def test_an_administrator_requeues_and_cancels_and_leaves_a_trace(
    speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    job_id = await a_job(pool)
    await bury(owner, job_id)
    await owner.execute("delete from outbox")
    administrator = await speak("administrator")

    again = await administrator.post(f"/api/v1/jobs/{job_id}/requeue")
    rung = await owner.fetchval("select count(*) from outbox")
    twice = await administrator.post(f"/api/v1/jobs/{job_id}/requeue")
    stopped = await administrator.post(f"/api/v1/jobs/{job_id}/cancel")
    stopped_twice = await administrator.post(f"/api/v1/jobs/{job_id}/cancel")

    assert (again.status_code, again.json()["state"], again.json()["attempts"]) == (200, "queued", 0)
    assert rung == 1
    assert problem(twice) == (409, "job-not-requeueable")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "cancelled")
    assert problem(stopped_twice) == (409, "job-has-ended")
    trail = await owner.fetch("select operation, role, before, after from audit_entry where subject_id = $1", job_id)
    assert [tuple(entry) for entry in trail] == [
        ("requeueJob", "administrator", '{"state": "dead", "attempts": 8}', '{"state": "queued", "attempts": 0}'),
        ("cancelJob", "administrator", '{"state": "queued", "attempts": 0}', '{"state": "cancelled", "attempts": 0}'),
    ]


async def test_an_old_run_does_not_displace_a_newer_request(
    speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    old = await a_job(pool, key="edition-7")
    await bury(owner, old)
    await a_job(pool, key="edition-7")

    answer = await (await speak("administrator")).post(f"/api/v1/jobs/{old}/requeue")

    assert problem(answer) == (409, "job-already-waiting")


async def test_only_the_administrator_intervenes(speak: Speak, pool: asyncpg.Pool) -> None:
    job_id = await a_job(pool)

    for role in ("officer", "auditor", "communication", "elected"):
        client = await speak(role)
        for verb in ("requeue", "cancel"):
            assert problem(await client.post(f"/api/v1/jobs/{job_id}/{verb}")) == (403, "not-allowed")


async def test_the_stream_follows_a_job_to_its_end(
    speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "LOOK_SECONDS", 0.02)
    job_id = await a_job(pool)
    officer = await speak("officer")

    async def advance() -> None:
        for done in (1, 2):
            await asyncio.sleep(0.3)
            await owner.execute(
                "update job set done_units = $2, total_units = 2, updated_at = now() where public_id = $1", job_id, done
            )
        await owner.execute(
            "update job set state = 'done', finished_at = now(), updated_at = now() where public_id = $1", job_id
        )

    answer, _ = await asyncio.gather(officer.get(f"/api/v1/jobs/{job_id}/events"), advance())

    assert answer.headers["content-type"].startswith("text/event-stream")
    jobs = [msgspec.json.decode(data) for event, data in events_of(answer.text) if event == "job"]
    assert [(job["state"], job["done_units"]) for job in jobs] in (
        [("queued", 0), ("queued", 1), ("done", 2)],
        [("queued", 0), ("queued", 1), ("queued", 2), ("done", 2)],
    )
    assert events_of(answer.text)[-1] == ("end", "done")


async def test_the_stream_lets_go_of_a_job_that_never_moves(
    speak: Speak, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "LOOK_SECONDS", 0.001)
    job_id = await a_job(pool)
    officer = await speak("officer")

    answer = await officer.get(f"/api/v1/jobs/{job_id}/events")
    head = await officer.head(f"/api/v1/jobs/{job_id}/events")

    assert [event for event, _ in events_of(answer.text)] == ["job"]
    assert answer.text.count(": still there") == handlers.STREAM_LOOKS // handlers.SIGN_OF_LIFE_LOOKS
    assert (head.status_code, head.content) == (200, b"")


async def test_background_work_is_measured(speak: Speak, pool: asyncpg.Pool, owner: asyncpg.Connection) -> None:
    await owner.execute("truncate audit_entry, audit_link, worker_heartbeat")
    auditor = await speak("auditor")
    idle = gauges((await auditor.get("/metrics")).text)
    await bury(owner, await a_job(pool))
    await a_job(pool)
    await owner.execute("update job set run_after = now() - interval '1 minute' where state = 'queued'")
    await owner.execute("insert into worker_heartbeat values ('w', '{fast}', now(), now() - interval '1 hour')")
    await owner.execute(
        "insert into audit_entry (at, actor_kind, role, request_id, operation, subject_kind)"
        " values (now() - interval '2 hours', 'system', 'system', 'r', 'test', 'x')"
    )

    busy = gauges((await auditor.get("/metrics")).text)
    await owner.execute("truncate audit_entry, worker_heartbeat")

    assert idle == {
        **{f'events_jobs{{queue="{queue}",state="{state}"}}': 0 for queue in ("fast", "bulk", "render")
           for state in ("queued", "running", "dead")},
        "events_outbox_rows": 0,
        "events_jobs_due_seconds": 0,
        "events_audit_unsealed_seconds": 0,
    }  # fmt: skip
    changed = {name: value // 60 * 60 for name, value in busy.items() if idle.get(name) != value}
    assert changed == {
        'events_jobs{queue="fast",state="queued"}': 0,
        'events_jobs{queue="fast",state="dead"}': 0,
        "events_outbox_rows": 0,
        "events_jobs_due_seconds": 60,
        "events_audit_unsealed_seconds": 7200,
        "events_worker_heartbeat_seconds": 3600,
    }
    assert busy['events_jobs{queue="fast",state="dead"}'] == 1


def gauges(text: str) -> dict[str, float]:
    """The measurements of background work."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line.startswith("events_"))
    return {name: float(value) for name, _, value in lines}


def events_of(text: str) -> list[tuple[str, str]]:
    """The events of a stream, comments left out."""
    events: list[tuple[str, str]] = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields: dict[str, Any] = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in fields:
            events.append((fields["event"], fields["data"]))
    return events
