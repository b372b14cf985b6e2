"""The doorbell: arq rings a queue's workers awake. PostgreSQL holds the jobs; a lost ring only costs a second.

This is the only module that imports arq. A ring carries no job: it says that the queue has work. Its function ends
at once, so arq never holds a job, cannot time one out, and has nothing to lose when Redis is wiped.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

RING = "ring"
RING_SECONDS = 5
POLL_SECONDS = 0.1
HEALTH_SECONDS = 5
PAUSE_SECONDS = 0.5
EXPIRY = dt.timedelta(minutes=10)

log = structlog.get_logger("doorbell")
_decode = msgspec.msgpack.decode


class Bell:
    """Rings; gives up within seconds when Redis is away, as its caller tries again later."""

    def __init__(self, redis_url: str) -> None:
        self._client = _connect(redis_url)

    async def ring(self, queue: str) -> None:
        """Wake one worker of a queue. arq makes a new id for each ring: none is ever taken for a former one."""
        await self._client.enqueue_job(RING, _queue_name=queue_name(queue), _expires=EXPIRY)

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()


def queue_name(queue: str) -> str:
    """The key of a queue in Redis."""
    return f"events:{queue}"


async def answer(redis_url: str, queue: str, awake: Callable[[], None]) -> None:
    """Call `awake` at each ring, for ever: while Redis is away this waits for it to come back."""
    lost = False

    async def on_ring(ctx: dict[str, Any], *_args: Any, **_named: Any) -> None:
        del ctx
        awake()

    async def on_startup(ctx: dict[str, Any]) -> None:
        nonlocal lost
        del ctx
        if lost:
            log.info("doorbell.back", queue=queue)
        lost = False

    while True:
        client = _connect(redis_url)
        worker = Worker(
            [func(on_ring, name=RING)],
            queue_name=queue_name(queue),
            redis_pool=client,
            handle_signals=False,
            on_startup=on_startup,
            job_timeout=RING_SECONDS,
            max_tries=3,
            keep_result=0,
            poll_delay=POLL_SECONDS,
            health_check_interval=HEALTH_SECONDS,
            timezone=dt.UTC,
            job_serializer=_encode,
            job_deserializer=_decode,
            log_results=False,
        )
        try:
            await worker.main()
        except Exception as error:  # noqa: BLE001  the bell outlives every outage of its server
            if not lost:
                log.warning("doorbell.lost", queue=queue, reason=type(error).__name__)
            lost = True
        finally:
            for task in worker.tasks.values():
                task.cancel()
            await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()
        await asyncio.sleep(PAUSE_SECONDS)


def _connect(redis_url: str) -> ArqRedis:
    client: ArqRedis = ArqRedis.from_url(
        redis_url,
        socket_connect_timeout=1,
        socket_timeout=5,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), 2),
        retry_on_error=[RedisConnectionError, RedisTimeoutError, OSError],
        retry_on_timeout=True,
    )
    client.job_serializer = _encode
    client.job_deserializer = _decode
    return client


def _encode(value: Any) -> bytes:
    return msgspec.msgpack.encode(value, enc_hook=repr)
