"""Files of ticketing tools from the request to the counts: application, reading process, worker, database."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient

from events_api.app import create_app
from events_api.settings import Settings
from tests.conftest import own_settings
from tests.factories.people import a_token
from tests.handlers.conftest import Speak
from tests.handlers.scene import a_scene, made
from tests.importers.tickets.formats import test_pretix, test_tools
from tests.workers.conftest import Worker, ended

settings = own_settings
DOCS = Path(__file__).parents[2] / "docs" / "formats"
COUNTS = """
select tickets_issued, tickets_cancelled, tickets_scanned, entries_in, exits, attendances, unique_visitors,
    scans_refused
from attendance_count join edition on edition.id = edition_id
where edition.public_id = $1 and dimension = 'edition' and day = '-infinity'
"""


@pytest.fixture
async def speak(home: Settings, pool: asyncpg.Pool) -> AsyncIterator[Speak]:
    """Clients of an application that keeps its files where the worker looks for them."""
    application = create_app(home)
    application.state.pool = pool
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(application.state.readers.close)

        async def speak_as(role: str | None = None, **token: Any) -> AsyncClient:
            client = AsyncClient(
                transport=ASGITransport(application),
                base_url="https://events.test",
                headers={"Authorization": f"Bearer {await a_token(pool, role, **token)}"},
            )
            return await stack.enter_async_context(client)

        yield speak_as


def lines(*values: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(value) for value in values).encode()


FILES: dict[str, tuple[list[bytes], tuple[int, ...]]] = {
    # issued, cancelled, scanned, entries, exits, attendances, visitors, refused scans
    "our own columns: tickets then scans": (
        [(DOCS / "tickets.csv").read_bytes(), (DOCS / "scans.csv").read_bytes()],
        (6, 1, 5, 5, 1, 5, 5, 1),
    ),
    "our own columns: the same as NDJSON, the other way round, twice": (
        [
            (DOCS / "scans.ndjson").read_bytes(),
            (DOCS / "tickets.ndjson").read_bytes(),
            (DOCS / "scans.csv").read_bytes(),
        ],
        (6, 1, 5, 5, 1, 5, 5, 1),
    ),
    "pretix: the French log": ([test_pretix.LOG_FR.encode()], (0, 0, 0, 1, 1, 1, 1, 2)),
    "pretix: the French check-in list": ([test_pretix.LIST_FR.encode()], (2, 0, 1, 1, 1, 1, 1, 0)),
    "pretix: positions, used without a time": ([test_pretix.POSITIONS_EN.encode()], (1, 1, 1, 1, 0, 1, 1, 0)),
    "Eventbrite: four people on a line": ([test_tools.EVENTBRITE_US.encode()], (6, 1, 2, 2, 0, 2, 2, 0)),
    "Weezevent: scanned and not": (
        [lines(test_tools.PARTICIPANT, test_tools.PARTICIPANT | {"barcode": "2", "control_status": None})],
        (2, 0, 1, 1, 0, 1, 1, 0),
    ),
    "Billetweb: used without a time": (
        [lines(test_tools.ATTENDEE, test_tools.ATTENDEE | {"barcode": "2", "used_date": "0000-00-00 00:00:00"})],
        (2, 0, 2, 2, 0, 2, 1, 0),  # one attendee holds both, and only one of them on a known day
    ),
    "Shotgun: redeemed and refunded": (
        [lines(test_tools.SHOTGUN, test_tools.SHOTGUN | {"ticket_barcode": "2", "ticket_status": "refunded"})],
        (1, 1, 1, 2, 0, 2, 2, 0),
    ),
}


async def test_every_kind_of_file_comes_to_its_counts(worker: Worker, pool: asyncpg.Pool, speak: Speak) -> None:
    scene = await a_scene(speak, pool, year=2026)
    worker()
    found: dict[str, tuple[int, ...]] = {}

    for year, (name, (contents, _)) in enumerate(FILES.items(), start=2000):
        edition = await made(scene.officer, "/api/v1/editions", event_id=scene.event["id"], year=year)
        for content in contents:
            answer = await scene.organiser.put(
                f"/api/v1/editions/{edition['id']}/ticket-files?start=true", content=content,
                headers={"content-type": "application/octet-stream"},
            )  # fmt: skip
            assert answer.status_code == 201, (name, answer.text)
            job = await ended(pool, UUID(answer.json()["job_id"]))
            assert (job["state"], job["result"]) == ("done", '{"state": "done"}'), name
        found[name] = tuple(await pool.fetchrow(COUNTS, UUID(edition["id"])))

    assert found == {name: counts for name, (_, counts) in FILES.items()}
