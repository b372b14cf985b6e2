"""The worker process: the queues, the doorbells, and the loops that keep jobs and the audit chain going."""

import asyncio
import contextlib
import datetime as dt
import os
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial

import asyncpg
import structlog

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.jobs import QUEUES, Queue
from events_api.logs import configure_logs, describe
from events_api.read.connections import Pool
from events_api.settings import Settings, master_key
from events_api.store import chain, heads
from events_api.store import jobs as store
from events_api.store.pool import open_pool
from events_api.store.roles import app_dsn
from events_api.store.transaction import transact
from workers import doorbell
from workers.job import Registered, load_jobs
from workers.rendering import Rendering
from workers.runner import SLOTS, Pace, Runner
from workers.schedule import SCHEDULES, Schedule

OUTBOX_BATCH = 500
RINGS = 8
LOOP_CONNECTIONS = 6
RENDER_PROCESSES = 2

log = structlog.get_logger("worker")


async def run(
    settings: Settings,
    queues: Collection[Queue] = QUEUES,
    *,
    pace: Pace | None = None,
    registry: Mapping[str, Registered] | None = None,
    schedules: Collection[Schedule] = SCHEDULES,
) -> None:
    """Work until SIGTERM or SIGINT, then finish what has begun or give it back."""
    configure_logs(settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    pool = await _connected(settings, queues, stop)
    if pool is None:
        return
    worker = Process(
        settings,
        tuple(queue for queue in QUEUES if queue in queues),
        pool=pool,
        pace=pace or Pace(),
        registry=load_jobs() if registry is None else registry,
        schedules=schedules,
    )
    try:
        await worker.work_until(stop)
    finally:
        await _within(5, pool.close())


class Process:
    """One worker: every loop of it may run in several workers at once."""

    def __init__(
        self,
        settings: Settings,
        queues: tuple[Queue, ...],
        *,
        pool: Pool,
        pace: Pace,
        registry: Mapping[str, Registered],
        schedules: Collection[Schedule],
    ) -> None:
        self.settings = settings
        self.queues = queues
        self.pool = pool
        self.pace = pace
        self.registry = registry
        self.schedules = schedules
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.started_at = dt.datetime.now(dt.UTC)
        self.master_key = master_key(settings)
        self.rendering = Rendering(RENDER_PROCESSES)
        self.runner = Runner(
            settings=settings,
            pool=pool,
            master_key=self.master_key,
            registry=registry,
            rendering=self.rendering,
            pace=pace,
        )
        self.bell = doorbell.Bell(settings.redis_url)

    async def work_until(self, stop: asyncio.Event) -> None:
        """Run everything; a loop that breaks is a defect and ends the process."""
        pace = self.pace
        loops = [
            self._loop("leases", pace.beat, self.runner.extend),
            self._loop("heartbeat", pace.beat, self._beat),
            self._loop("sweeper", pace.sweep, self._sweep),
            self._loop("relay", pace.relay, self._relay),
            self._loop("schedule", pace.schedule, self._tick),
            self._loop("seal", pace.seal, self._seal),
            *(
                asyncio.create_task(
                    doorbell.answer(self.settings.redis_url, queue, partial(self.runner.wake, queue)),
                    name=f"doorbell {queue}",
                )
                for queue in self.queues
            ),
        ]
        serving = [asyncio.create_task(self.runner.serve(queue), name=f"queue {queue}") for queue in self.queues]
        stopped = asyncio.create_task(_wait(stop), name="stop")
        log.info("worker.started", worker=self.name, queues=self.queues, kinds=len(self.registry))
        try:
            ended, _ = await asyncio.wait([*loops, *serving, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        except Exception:
            log.exception("worker.crashed", worker=self.name)
            raise
        finally:
            self.runner.stop()
            await asyncio.wait(serving, timeout=2)
            await self.runner.drain(max(1, self.settings.shutdown_seconds - 5))
            for task in (*loops, *serving, stopped):
                task.cancel()
            await asyncio.gather(*loops, *serving, stopped, return_exceptions=True)
            self.rendering.close()
            await _within(2, store.leave(self.pool, self.name))
            await _within(2, self.bell.close())
            log.info("worker.stopped", worker=self.name)

    def _loop(self, name: str, seconds: float, action: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        async def repeat() -> None:
            failing = False
            while True:
                try:
                    await action()
                except Exception as error:  # noqa: BLE001  the loops outlive every outage of their servers
                    if not failing:
                        log.warning("loop.failing", loop=name, error=describe(error, frames=3))
                    failing = True
                else:
                    if failing:
                        log.info("loop.back", loop=name)
                    failing = False
                await asyncio.sleep(seconds)

        return asyncio.create_task(repeat(), name=name)

    async def _beat(self) -> None:
        await store.beat(self.pool, self.name, self.queues, self.started_at)

    async def _sweep(self) -> None:
        """Take back the jobs of silent workers; after an outage of the database our own are not silent."""
        await self.runner.extend()
        taken = await store.take_back(self.pool, delay=dt.timedelta(seconds=self.pace.back_off / 2))
        if taken:
            log.warning("jobs.taken_back", jobs=taken)

    async def _relay(self) -> None:
        """Ring for the rows of the outbox, then delete them; two workers may ring for the same one."""
        while rows := await store.unrung(self.pool, OUTBOX_BATCH):
            for queue in QUEUES:
                waiting = sum(name == queue for _, name in rows)
                for _ in range(min(waiting, RINGS)):  # each ring makes a worker fill all its free slots
                    await self.bell.ring(queue)
            await store.forget_rung(self.pool, [row_id for row_id, _ in rows])

    async def _tick(self) -> None:
        now = dt.datetime.now(dt.UTC)
        for schedule in self.schedules:
            tick = schedule.clock.last_tick(now)
            async with transact(
                self.pool,
                actor=SYSTEM,
                grant=EVERYTHING,
                request_id=f"tick-{tick:%Y%m%dT%H%M%SZ}",
                operation=f"schedule.{schedule.name}",
                master_key=self.master_key,
            ) as work:
                await store.start_tick(
                    work,
                    name=schedule.name,
                    tick=tick,
                    kind=schedule.kind,
                    payload=schedule.payload,
                    queue=self.registry[schedule.kind].queue,
                )

    async def _seal(self) -> None:
        """Seal all that has settled, then copy the head out of the database."""
        while await chain.seal(self.pool) is not None:
            pass
        head = await chain.current_head(self.pool)
        if head is not None:
            await asyncio.to_thread(heads.copy_head, heads.heads_file(self.settings), head)


async def _connected(settings: Settings, queues: Collection[Queue], stop: asyncio.Event) -> Pool | None:
    """The pool, as soon as the database answers; None when asked to stop before."""
    lost = False
    slots = sum(SLOTS[queue] for queue in queues)
    while not stop.is_set():
        try:
            return await open_pool(
                await app_dsn(settings),
                smallest=settings.pool_min,
                largest=max(settings.pool_max, 2 * slots + LOOP_CONNECTIONS),
                application="worker",
            )
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError) as error:
            if not lost:
                log.warning("database.awaited", error=describe(error, frames=0))
            lost = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await stop.wait()
    return None


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _within(seconds: float, action: Awaitable[None]) -> None:
    """Do it unless the servers are away: the process is ending."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(seconds):
            await action
