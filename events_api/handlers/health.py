"""Whether the platform lives, whether it is ready, and its measurements for Prometheus."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from events_api.domain.actors import Actor
from events_api.domain.errors import LoginRequired, NotAllowed
from events_api.handlers.context import actor_of
from events_api.read import health
from events_api.read.connections import Pool

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
async def metrics(request: Request[Any, Any, Any], registry: NamedDependency[CollectorRegistry]) -> Response[bytes]:
    """Counters and durations, for the token of an administrator or an auditor."""
    actor: Actor = actor_of(request.scope)
    if actor.kind == "anonymous":
        raise LoginRequired
    if not READERS & actor.roles:
        raise NotAllowed
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


HANDLERS = (live, ready, metrics)
