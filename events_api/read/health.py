"""What the platform needs to answer: its database, Redis, its migrations, a worker that beats."""

import asyncio

import asyncpg
import redis.asyncio
from msgspec import Struct
from redis.exceptions import RedisError

from events_api.read.connections import Pool

PATIENCE = 2.0
BEAT_IS_FRESH = "interval '30 seconds'"


class Readiness(Struct, frozen=True, kw_only=True):
    """One line per dependency: `ok`, or what is wrong. `ready` is what a load balancer asks."""

    ready: bool
    database: str
    migrations: str
    redis: str
    worker: str


async def readiness(pool: Pool, redis_url: str, shipped: frozenset[str]) -> Readiness:
    """Look at every dependency, two seconds each at most. Redis only wakes workers: without it the platform is ready,
    as it is without a worker: writes are accepted and wait."""
    database, migrations, worker = "ok", "ok", "ok"
    try:
        async with asyncio.timeout(PATIENCE):
            row = await pool.fetchrow(
                "select (select array_agg(name) from migration where app_name = 'events') as done,"
                f" exists (select from worker_heartbeat where beat_at > now() - {BEAT_IS_FRESH}) as beats"
            )
        missing = shipped - set(row["done"] or []) if row else shipped
        migrations = f"{len(missing)} not applied" if missing else "ok"
        worker = "ok" if row and row["beats"] else "no heartbeat for 30 s"
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError) as error:
        database, migrations, worker = type(error).__name__, "unknown", "unknown"
    doorbell = await _redis(redis_url)
    return Readiness(
        ready=database == "ok" and migrations == "ok",
        database=database,
        migrations=migrations,
        redis=doorbell,
        worker=worker,
    )


async def _redis(url: str) -> str:
    if not url:
        return "not configured"
    client = redis.asyncio.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return type(error).__name__
    else:
        return "ok"
    finally:
        await client.aclose()
