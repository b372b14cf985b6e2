"""What a job is: `@job` names a function, its queue and its limits; `JobContext` is all that the function is given."""

import asyncio
import contextlib
import datetime as dt
import importlib
import pkgutil
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.jobs import Queue
from events_api.read.connections import Pool
from events_api.settings import Settings
from events_api.store import jobs as store
from events_api.store.transaction import SqlWork, transact
from workers.rendering import Rendering

P = ParamSpec("P")
R = TypeVar("R")
Payload = TypeVar("Payload", bound=Struct)
Result = Mapping[str, Any] | None
PROGRESS_SECONDS = 0.3


class JobContext:
    """One run of one job."""

    def __init__(
        self,
        claim: store.Claim,
        *,
        settings: Settings,
        pool: Pool,
        master_key: bytes,
        rendering: Rendering,
        lease: dt.timedelta,
    ) -> None:
        self.id: UUID = claim.public_id
        self.kind = claim.kind
        self.attempt = claim.attempt
        self.request_id = claim.request_id
        self.requested_by = claim.requested_by
        self.settings = settings
        self.pool = pool
        self.master_key = master_key
        self.log = structlog.get_logger("job")
        self.ending = False
        self.finished = False
        self._claim = claim
        self._rendering = rendering
        self._lease = lease
        self._shown: tuple[float, str | None] = (0.0, None)

    @contextlib.asynccontextmanager
    async def transact(self) -> AsyncIterator[SqlWork]:
        """A step of the job: commits only while the job is still this run's, else raises LeaseLost."""
        async with self._transaction() as work:
            yield work
            await store.fence(work.connection, self._claim, self._lease)

    @contextlib.asynccontextmanager
    async def finish(self, result: Result = None) -> AsyncIterator[SqlWork]:
        """The last step: its effect and the end of the job commit together. `result` may be filled inside."""
        async with self._transaction() as work:
            yield work
            self.ending = True  # from here on the database decides whose job it is: it commits as ours or not at all
            await store.complete(work.connection, self._claim, result)
        self.finished = True

    async def progress(self, done: int, total: int | None = None, step: str | None = None) -> None:
        """Show how far the run is; figures that follow each other faster than the eye are left out."""
        now = asyncio.get_running_loop().time()
        if step == self._shown[1] and done != total and now - self._shown[0] < PROGRESS_SECONDS:
            return
        self._shown = (now, step)
        await store.report(self.pool, self._claim, done=done, total=total, step=step)

    async def render(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a pure function in a process of its own; it and its values must be picklable."""
        return await self._rendering.run(function, *args, **kwargs)

    def _transaction(self) -> contextlib.AbstractAsyncContextManager[SqlWork]:
        return transact(
            self.pool,
            actor=SYSTEM,
            grant=EVERYTHING,
            request_id=self.request_id,
            operation=f"job.{self.kind}",
            master_key=self.master_key,
        )


class Registered(Struct, frozen=True, kw_only=True):
    """A job function with its limits."""

    kind: str
    queue: Queue
    timeout: float
    max_attempts: int
    payload: type[Struct]
    function: Callable[[JobContext, Any], Awaitable[Result]]


JOBS: dict[str, Registered] = {}
Function = Callable[[JobContext, Payload], Awaitable[Result]]


def job(
    kind: str, *, queue: Queue, timeout: float, max_attempts: int = store.DEFAULT_ATTEMPTS
) -> Callable[[Function[Payload]], Function[Payload]]:
    """Register a function as the work of a kind of job. It may run twice; it returns the result or None.

    `timeout` is in seconds. The second parameter of the function is `payload`, a Struct of ids: its annotation says
    how the stored payload is read.
    """

    def register(function: Function[Payload]) -> Function[Payload]:
        if kind in JOBS:
            raise ValueError(f"two functions for the job {kind}")
        JOBS[kind] = Registered(
            kind=kind,
            queue=queue,
            timeout=timeout,
            max_attempts=max_attempts,
            payload=typing.get_type_hints(function)["payload"],
            function=function,
        )
        return function

    return register


def load_jobs() -> Mapping[str, Registered]:
    """Import every module of workers.jobs and return what they registered."""
    package = importlib.import_module("workers.jobs")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"workers.jobs.{module.name}")
    return JOBS


def payload_of(registered: Registered, text: str) -> Struct:
    """Read a stored payload; raises msgspec.ValidationError."""
    return msgspec.json.decode(text, type=registered.payload)
