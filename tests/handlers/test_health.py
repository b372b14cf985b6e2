"""Whether the platform lives and is ready, and what it tells of itself."""

from typing import Any

import asyncpg
import msgspec
from httpx import ASGITransport, AsyncClient

from events_api.app import create_app
from events_api.settings import Settings
from tests.handlers.conftest import Speak


async def test_ready_says_each_dependency(speak: Speak) -> None:
    nobody = await speak()

    answer = await nobody.get("/health/ready")

    body = answer.json()
    assert (answer.status_code, body["ready"], body["database"], body["migrations"], body["redis"]) == (
        200, True, "ok", "ok", "ok",
    )  # fmt: skip
    assert (await nobody.get("/health/live")).json() == {"live": True}


async def test_without_its_database_it_lives_but_is_not_ready_and_says_why(settings: Settings) -> None:
    gone = msgspec.structs.replace(settings, redis_url="redis://127.0.0.1:1/0")
    app = create_app(gone)

    class Gone(asyncpg.Pool):
        def __init__(self) -> None:
            """Nothing is opened."""

        async def fetchrow(self, query: str, *args: Any, **options: Any) -> None:
            raise ConnectionRefusedError(query, args, options)

    app.state.pool = Gone()
    async with AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="https://t") as client:
        answer = await client.get("/health/ready")
        live = await client.get("/health/live")

    assert (answer.status_code, answer.json()) == (
        503,
        {
            "ready": False,
            "database": "ConnectionRefusedError",
            "migrations": "unknown",
            "redis": "ConnectionError",
            "worker": "unknown",
        },
    )
    assert live.status_code == 200


async def test_measurements_name_routes_not_records_and_are_not_for_everybody(speak: Speak) -> None:
    nobody, auditor = await speak(), await speak("auditor")
    await nobody.get("/api/v1/events/01a20639-a789-730b-b64f-65dbeb811a7e")

    text = (await auditor.get("/metrics")).text

    assert 'route="/api/v1/events/{record_id}"' in text
    assert "01a20639" not in text
    assert (await nobody.get("/metrics")).status_code == 401
    assert (await (await speak("officer")).get("/metrics")).status_code == 403
