"""The log of the API: one JSON object a line, crashes always, no personal data."""

from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from httpx import ASGITransport, AsyncClient

from events_api.app import create_app
from events_api.settings import Settings


async def test_a_crash_is_logged_with_its_request_and_answered_as_a_problem(
    settings: Settings, pool: asyncpg.Pool, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken(asyncpg.Pool):
        def __init__(self) -> None:
            """Nothing is opened."""

        async def fetch(self, query: str, *args: Any, **options: Any) -> None:
            raise ZeroDivisionError(f"marie@example.org divided by nothing in {query[:6]} {args} {options}")

    app = create_app(settings)
    app.state.pool = Broken()
    async with AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="https://t") as client:
        answer = await client.get("/api/v1/families", headers={"X-Request-Id": "crash-of-a-test"})

    assert (answer.status_code, answer.json()["instance"]) == (500, "crash-of-a-test")
    assert "ZeroDivision" not in answer.text
    lines = [msgspec.json.decode(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    crash = next(line for line in lines if line["event"] == "http.crash")
    assert (crash["level"], crash["request_id"], crash["path"]) == ("error", "crash-of-a-test", "/api/v1/families")
    assert "ZeroDivisionError" in crash["exception"]
    assert "marie" not in str(lines)
    request = next(line for line in lines if line["event"] == "http.request")
    assert (request["status"], request["request_id"]) == (500, "crash-of-a-test")


def test_only_one_module_configures_logs() -> None:
    root = Path(__file__).parents[2]
    found = [p for p in (root / "events_api").rglob("*.py") if "structlog.configure(" in p.read_text(encoding="utf-8")]

    assert [path.name for path in found] == ["logs.py"]
