"""Whether the platform lives, whether it is ready, and its measurements for Prometheus."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from events_api.domain.actors import Actor
from events_api.domain.errors import LoginRequired, NotAllowed
from events_api.domain.jobs import QUEUES
from events_api.handlers.context import actor_of
from events_api.read import health
from events_api.read.connections import Pool
from events_api.read.jobs import Backlog, backlog

READERS = frozenset({"administrator", "auditor"})


@get("/health/live", include_in_schema=False)
async def live() -> dict[str, bool]:
    """The process answers."""
    return {"live": True}


@get("/health/ready", include_in_schema=False)
async def ready(
    pool: NamedDependency[Pool], redis_url: NamedDependency[str], migrations: NamedDependency[frozenset[str]]
) -> Response[health.Readiness]:
    """The process can do its work; 503 with the reason when it cannot."""
    found = await health.readiness(pool, redis_url, migrations)
    return Response(found, status_code=200 if found.ready else 503, headers={"cache-control": "no-store"})


@get("/metrics", include_in_schema=False)
async def metrics(
    request: Request[Any, Any, Any], pool: NamedDependency[Pool], registry: NamedDependency[CollectorRegistry]
) -> Response[bytes]:
    """Counters and durations of this process, and the background work, for an administrator or an auditor."""
    actor: Actor = actor_of(request.scope)
    if actor.kind == "anonymous":
        raise LoginRequired
    if not READERS & actor.roles:
        raise NotAllowed
    content = generate_latest(registry) + generate_latest(_background(await backlog(pool)))
    return Response(content, media_type=CONTENT_TYPE_LATEST)


def _background(found: Backlog) -> CollectorRegistry:
    registry = CollectorRegistry()
    jobs = Gauge("events_jobs", "Jobs that wait, run or failed.", ("queue", "state"), registry=registry)
    for queue in QUEUES:
        for state in ("queued", "running", "dead"):
            jobs.labels(queue, state).set(found.jobs.get((queue, state), 0))
    for name, meaning, value in (
        ("events_outbox_rows", "Rings that wait for Redis.", found.outbox),
        ("events_jobs_due_seconds", "Age of the oldest job that is due and does not run.", found.due_seconds),
        ("events_audit_unsealed_seconds", "Age of the oldest audit entry without a link.", found.unsealed_seconds),
        ("events_worker_heartbeat_seconds", "Since the last sign of life of a worker.", found.heartbeat_seconds),
    ):
        if value is not None:
            Gauge(name, meaning, registry=registry).set(value)
    return registry


HANDLERS = (live, ready, metrics)
