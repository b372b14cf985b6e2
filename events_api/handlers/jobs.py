"""Background jobs over HTTP: what waits, runs and failed; its progress as a stream; run again, cancel."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage
from msgspec import Meta

from events_api.domain.actors import EVERYTHING, Grant
from events_api.domain.errors import NotFound
from events_api.domain.jobs import ENDED, JobState
from events_api.handlers.answers import answer
from events_api.handlers.context import actor_of, grant_of
from events_api.handlers.paging import Cursor, Limit, Page
from events_api.handlers.problems import READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.writing import Writing
from events_api.read import jobs as reading
from events_api.read.connections import Pool
from events_api.read.jobs import Job
from events_api.store import jobs as store
from events_api.store.transaction import SqlWork

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
JobKind = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{2,40}\Z")]
LOOK_SECONDS = 0.5
SIGN_OF_LIFE_LOOKS = 20
STREAM_LOOKS = 120
RECONNECT_MILLISECONDS = 1_000


class JobController(Controller):
    """What the workers do; whoever asked for a job may follow it."""

    path = "/jobs"
    tags = ["jobs"]  # noqa: RUF012  Litestar reads the attribute of the class

    @get("/", operation_id="listJobs", summary="List jobs, the newest first", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        job_state: FromQuery[JobState | None] = None,
        kind: FromQuery[JobKind | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
    ) -> Response[Page[Job]]:
        place = Cursor.read(cursor).key if cursor is not None else None
        found, last = await reading.jobs(pool, state=job_state, kind=kind, before=place, limit=limit)
        return answer(request, Page(items=found, next=None if last is None else str(Cursor("list", last))))

    @get("/{job_id:uuid}", operation_id="readJob", summary="Read a job", responses=READ_PROBLEMS)
    async def read(self, request: AnyRequest, job_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Response[Job]:
        return answer(request, await _visible(request, pool, job_id))

    @get(
        "/{job_id:uuid}/events",
        operation_id="readJobEvents",
        media_type="text/event-stream",
        summary="Follow a job as a stream of events",
        description="An event `job` for every change, an event `end` when it has ended. The stream closes after a "
        "minute at the latest: clients connect again, as EventSource does.",
        responses=READ_PROBLEMS,
    )
    async def events(self, request: AnyRequest, job_id: FromPath[UUID], pool: NamedDependency[Pool]) -> ServerSentEvent:
        job = await _visible(request, pool, job_id)
        looks = 1 if request.scope["state"].get("head") else STREAM_LOOKS
        return ServerSentEvent(_changes(pool, job, looks))

    @post(
        "/{job_id:uuid}/requeue",
        status_code=200,
        operation_id="requeueJob",
        summary="Run a dead or cancelled job again",
        responses=WRITE_PROBLEMS,
    )
    async def requeue(self, job_id: FromPath[UUID], write: NamedDependency[Writing]) -> Response[Job]:
        async def step(work: SqlWork) -> Job | None:
            await store.requeue(work, job_id)
            return await reading.job(work.connection, EVERYTHING, None, job_id)

        return await write(step)

    @post(
        "/{job_id:uuid}/cancel",
        status_code=200,
        operation_id="cancelJob",
        summary="Stop a job that waits or runs",
        responses=WRITE_PROBLEMS,
    )
    async def cancel(self, job_id: FromPath[UUID], write: NamedDependency[Writing]) -> Response[Job]:
        async def step(work: SqlWork) -> Job | None:
            await store.cancel(work, job_id)
            return await reading.job(work.connection, EVERYTHING, None, job_id)

        return await write(step)


async def _visible(request: AnyRequest, pool: Pool, job_id: UUID) -> Job:
    viewer: Grant = grant_of(request.scope)
    job = await reading.job(pool, viewer, actor_of(request.scope).id, job_id)
    if job is None:
        raise NotFound(kind="job")
    return job


async def _changes(pool: Pool, job: Job, looks: int) -> AsyncIterator[ServerSentEventMessage]:
    """The job as it is, then as it changes. Nothing is held between two looks, so a reader may leave at any moment."""
    shown: Job | None = None
    retry: int | None = RECONNECT_MILLISECONDS
    for look in range(1, looks + 1):
        if job != shown:
            yield ServerSentEventMessage(event="job", data=msgspec.json.encode(job).decode(), retry=retry)
            shown, retry = job, None
        elif look % SIGN_OF_LIFE_LOOKS == 0:
            yield ServerSentEventMessage(comment="still there")
        if job.state in ENDED:
            yield ServerSentEventMessage(event="end", data=job.state)
            return
        if look < looks:
            await asyncio.sleep(LOOK_SECONDS)
            job = await reading.job(pool, EVERYTHING, None, job.id) or job


HANDLERS = (JobController,)
