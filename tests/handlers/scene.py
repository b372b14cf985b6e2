"""A programme made over HTTP for the tests of what stands on it: an organiser, its event, an edition."""

import asyncio
import itertools
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
from httpx import AsyncClient, Response

from tests.factories.people import an_organisation
from tests.handlers.conftest import Speak

_SLUGS = (f"scene-{number}-{uuid4().hex[:8]}" for number in itertools.count())


class Scene(NamedTuple):
    """Who speaks, and about what."""

    officer: AsyncClient
    organiser: AsyncClient
    stranger: AsyncClient
    organisation: str
    event: dict[str, Any]
    edition: dict[str, Any]


async def a_scene(speak: Speak, pool: asyncpg.Pool, *, year: int = 2024, published: bool = False) -> Scene:
    """Make an edition with its organiser, an officer, and an organiser of something else."""
    organisation = await an_organisation(pool)
    officer = await speak("officer")
    event = await made(
        officer,
        "/api/v1/events",
        slug=next(_SLUGS),
        name="Fête des quais",
        audience="public",
        organiser_ids=[str(organisation)],
    )
    edition = await made(officer, "/api/v1/editions", event_id=event["id"], year=year)
    if published:
        edition = await publish(speak, edition["id"])
    return Scene(
        officer,
        await speak("organiser", organisation=organisation),
        await speak("organiser", organisation=await an_organisation(pool, "Une autre association")),
        str(organisation),
        event,
        edition,
    )


async def settled(pool: asyncpg.Pool) -> None:
    """Wait until the feeds hold what is committed: any transaction of the cluster, of another test too, delays them."""
    mark = await pool.fetchval("select current_mark()")
    async with asyncio.timeout(60):
        while await pool.fetchval("select settled_mark()") <= mark:  # noqa: ASYNC110  # other processes work
            await asyncio.sleep(0.02)


async def publish(speak: Speak, edition_id: str) -> dict[str, Any]:
    """Take an edition from draft to published."""
    communication = await speak("communication")
    for state in ("to_review", "ready", "published"):
        answer = await communication.post(f"/api/v1/editions/{edition_id}/editorial-state", json={"to": state})
        assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def made(client: AsyncClient, path: str, **values: Any) -> dict[str, Any]:
    """Create a record and return it."""
    answer = await client.post(path, json=values)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def problem(answer: Response) -> tuple[int, str, str | None]:
    """The status, the code and the field of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    return answer.status_code, body["type"].removeprefix("urn:events-api:problem:"), body.get("field")


async def waiting_refreshes(pool: asyncpg.Pool) -> set[str]:
    """The keys of the dashboards that were asked for since, even where a worker has already taken them up."""
    rows = await pool.fetch("select key from job where kind = 'refresh_dashboard' and state <> 'cancelled'")
    return {row["key"] for row in rows}


async def forget_jobs(pool: asyncpg.Pool) -> None:
    """Take every job of the tests before away."""
    await pool.execute(
        "update job set state = 'cancelled', finished_at = now(), lease_token = null, lease_until = null"
        " where state <> 'cancelled'"
    )


def uuids(records: list[dict[str, Any]]) -> list[UUID]:
    """The identifiers of records."""
    return [UUID(record["id"]) for record in records]
