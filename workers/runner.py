"""Running jobs: each queue takes up what is due, each run ends as done, again later, dead, or no longer ours."""

import asyncio
import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog

from events_api.domain.errors import DomainError
from events_api.logs import describe, message_of
from events_api.read.connections import Pool
from events_api.settings import Settings
from events_api.store import jobs as store
from events_api.store.jobs import Claim, LeaseLost
from workers.job import JobContext, Registered, payload_of
from workers.rendering import Rendering

SLOTS: Mapping[str, int] = {"fast": 6, "bulk": 2, "render": 2}
LONGEST_PAUSE = dt.timedelta(minutes=10)
FRAMES = 5

log = structlog.get_logger("jobs")


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often things are looked at, in seconds; the tests run faster than a day's work."""

    lease: float = 15
    beat: float = 5
    sweep: float = 2
    poll: float = 1
    relay: float = 0.15
    seal: float = 1
    schedule: float = 5
    back_off: float = 2

    @property
    def lease_time(self) -> dt.timedelta:
        """How long a job stays with a silent worker."""
        return dt.timedelta(seconds=self.lease)

    def pause(self, attempt: int) -> dt.timedelta:
        """How long to wait after a failed attempt: doubling, with jitter so that failures do not return together."""
        longest = min(LONGEST_PAUSE.total_seconds(), self.back_off * 2 ** (attempt - 1))
        return dt.timedelta(seconds=longest * random.uniform(0.5, 1))  # noqa: S311  spreads load, guards nothing


class UnknownKind(Exception):
    """No function of this release is registered for the job's kind."""


class UnreadablePayload(Exception):
    """The stored payload is not what the job's function takes."""


class Runner:
    """The runs of one process, whatever their queue."""

    def __init__(
        self,
        *,
        settings: Settings,
        pool: Pool,
        master_key: bytes,
        registry: Mapping[str, Registered],
        rendering: Rendering,
        pace: Pace,
    ) -> None:
        self.settings = settings
        self.pool = pool
        self.master_key = master_key
        self.registry = registry
        self.rendering = rendering
        self.pace = pace
        self.limits = {kind: registered.max_attempts for kind, registered in registry.items()}
        self.held: dict[int, tuple[Claim, asyncio.Task[None], JobContext]] = {}
        self.stopping = False
        self._given_back = False
        self._wakes: dict[str, asyncio.Event] = {}

    def wake(self, queue: str) -> None:
        """Look for work in a queue now."""
        if queue in self._wakes:
            self._wakes[queue].set()

    async def serve(self, queue: str) -> None:
        """Take up due jobs of a queue, as many at once as it has slots, until asked to stop."""
        wake = self._wakes.setdefault(queue, asyncio.Event())
        failing = False
        while not self.stopping:
            wake.clear()
            free = SLOTS[queue] - sum(claim.queue == queue for claim, _, _ in self.held.values())
            try:
                if free:
                    for claim in await store.claim(
                        self.pool, queue, limit=free, lease=self.pace.lease_time, max_attempts=self.limits
                    ):
                        self._start(claim)
                if failing:
                    log.info("queue.back", queue=queue)
                failing = False
            except Exception as error:  # noqa: BLE001  the job wrapper: whatever the database has, the queue goes on
                if not failing:
                    log.warning("queue.lost", queue=queue, error=describe(error, frames=0))
                failing = True
            try:
                async with asyncio.timeout(self.pace.poll):
                    await wake.wait()
            except TimeoutError:
                pass

    def stop(self) -> None:
        """Take up no more work: `serve` ends."""
        self.stopping = True
        for wake in self._wakes.values():
            wake.set()

    async def drain(self, seconds: float) -> None:
        """Let the runs end for so long, then give the rest back to the queue."""
        tasks = [task for _, task, _ in self.held.values()]
        if tasks:
            log.info("worker.draining", jobs=len(tasks), seconds=seconds)
            _, late = await asyncio.wait(tasks, timeout=seconds)
            self._given_back = True
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def extend(self) -> None:
        """Keep the leases; a run whose job is no longer ours is cancelled, unless it has ended the job itself."""
        held = list(self.held.values())
        if not held:
            return
        kept = await store.extend(self.pool, [claim for claim, _, _ in held], self.pace.lease_time)
        for claim, task, context in held:
            if claim.id not in kept and not context.ending:
                task.cancel()

    def _start(self, claim: Claim) -> None:
        context = JobContext(
            claim,
            settings=self.settings,
            pool=self.pool,
            master_key=self.master_key,
            rendering=self.rendering,
            lease=self.pace.lease_time,
        )
        task = asyncio.create_task(self._run(claim, context), name=f"job {claim.public_id}")
        self.held[claim.id] = (claim, task, context)

        def ended(_: asyncio.Task[None]) -> None:
            if self.held.get(claim.id, (None, None))[1] is task:
                del self.held[claim.id]
            self.wake(claim.queue)

        task.add_done_callback(ended)

    async def _run(self, claim: Claim, context: JobContext) -> None:
        structlog.contextvars.bind_contextvars(
            job_id=str(claim.public_id), kind=claim.kind, attempt=claim.attempt, request_id=claim.request_id
        )
        started = asyncio.get_running_loop().time()
        try:
            await self._call(claim, context)
        except LeaseLost:
            log.warning("job.lost")
        except asyncio.CancelledError:
            if self._given_back:
                await self._release(claim, None, refund=True)
            else:
                log.warning("job.lost")
        except Exception as error:
            if context.finished:
                log.exception("job.failed_after_its_end")
            else:
                await self._failed(claim, error)
        else:
            log.info("job.done", ms=round((asyncio.get_running_loop().time() - started) * 1000))

    async def _call(self, claim: Claim, context: JobContext) -> None:
        registered = self.registry.get(claim.kind)
        if registered is None:
            raise UnknownKind(f"no function for jobs of the kind {claim.kind}")
        try:
            payload = payload_of(registered, claim.payload)
        except msgspec.MsgspecError as error:
            raise UnreadablePayload(str(error)) from None
        deadline = asyncio.timeout(registered.timeout)
        try:
            async with deadline:
                result = await registered.function(context, payload)
        except TimeoutError as error:
            if deadline.expired():
                raise TimeoutError(f"took longer than its {registered.timeout:g} seconds") from error
            raise
        if not context.finished:
            async with self.pool.acquire() as connection:
                await store.complete(connection, claim, result)  # type: ignore[arg-type]  # a pool's proxy

    async def _failed(self, claim: Claim, error: Exception) -> None:
        final = isinstance(error, DomainError | UnknownKind | UnreadablePayload)
        if isinstance(error, DomainError):
            text = f"{type(error).__name__}: {error.code}" + (f" ({error.field})" if error.field else "")
        elif final:
            text = f"{type(error).__name__}: {message_of(error)}"
        else:
            text = describe(error, frames=FRAMES)
        log.error("job.failed", exc_info=error)
        await self._release(claim, text, final=final, delay=self.pace.pause(claim.attempt))

    async def _release(self, claim: Claim, error: str | None, **how: Any) -> None:
        """Write down how the run ended, for as long as the lease protects it; afterwards the sweeper takes it back."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (self.pace.lease if not self.stopping else 2)
        while True:
            try:
                state = await store.release(self.pool, claim.id, claim.token, error=error, **how)
            except LeaseLost:
                state = None
            except Exception:  # the database is away: it may come back before the lease ends
                if loop.time() > deadline:
                    log.exception("job.unrecorded")
                    return
                await asyncio.sleep(0.5)
                continue
            log.info("job.released", state=state or "lost")
            return
