"""Scans go past the framework: what is answered, logged and counted is what the framework would have."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import AsyncClient, Response
from litestar import Litestar
from litestar.types import Message

from events_api.handlers.turnstile import TEMPLATE, Turnstile
from tests.factories.people import an_edition, an_organisation
from tests.handlers.conftest import Speak, noted_paths
from tests.handlers.scene import problem

PLAIN = {"content-type": "application/json"}
OTHER = {"content-type": "application/json; charset=utf-8"}
"""A form that goes through the framework."""
SCANS = "select count(*) from live_scan l join edition e on e.id = l.edition_id where e.public_id = $1"


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    edition = await an_edition(pool, await an_organisation(pool))
    await pool.execute(
        "insert into gate_settings (edition_id, public_id, policy, known_only)"
        " select id, gen_random_uuid(), 're_entry', false from edition where public_id = $1",
        edition,
    )
    return edition


@pytest.fixture
async def gate(speak: Speak, edition: UUID) -> AsyncClient:
    client = await speak("gate", edition=edition)
    client.base_url = f"https://events.test/api/v1/editions/{edition}/"
    return client


@pytest.fixture
def passed_on(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that reach the framework."""
    turnstile: Any = app.asgi_handler.inner  # type: ignore[attr-defined]  # of the envelope
    assert isinstance(turnstile, Turnstile)
    return noted_paths(turnstile, monkeypatch)


def scan(sequence: int, **values: Any) -> dict[str, Any]:
    return {"ticket_code": f"T{sequence}", "device": "nord-1", "sequence": sequence, "gate": "porte Nord",
            "scanned_at": "2026-07-03T16:05:00Z"} | values  # fmt: skip


def told(answer: Response) -> tuple[int, Any, dict[str, str]]:
    """What tells two answers apart, but for the id of the request."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "content-length")}
    body = answer.json()
    if isinstance(body, dict):
        body.pop("instance", None)
    return answer.status_code, body, headers


@pytest.mark.parametrize("headers", [{}, {"accept-language": "en"}])
async def test_both_ways_answer_the_same(gate: AsyncClient, passed_on: list[str], headers: dict[str, str]) -> None:
    for body in (scan(1), [scan(2), scan(3, direction="out")], []):
        short = await gate.post("scans", json=body, headers=PLAIN | headers)
        assert passed_on == []
        long = await gate.post("scans", json=body, headers=OTHER | headers)

        assert passed_on.pop() == short.request.url.path
        assert short.status_code == 200
        assert told(short) == told(long)
        assert short.headers["x-request-id"] != long.headers["x-request-id"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff", b"null", b"[" * 10_000, b'{"ticket_code": 1}', b'{"device": "nord-1"}',
        b'{"ticket_code": "T1", "device": "nord-1", "sequence": 1, "offline": true}',
        b'{"ticket_code": "T1", "device": "nord-1", "sequence": 1, "scanned_at": "1900-01-01T00:00:00Z"}',
        b'{"ticket_code": "T1", "device": "nord-1", "sequence": 1, "more": 1}',
    ],
)  # fmt: skip
async def test_both_ways_refuse_the_same(gate: AsyncClient, body: bytes) -> None:
    short, long = [await gate.post("scans", content=body, headers=headers) for headers in (PLAIN, OTHER)]

    assert short.status_code in (400, 422)
    assert told(short) == told(long)


async def test_what_the_desk_refuses_is_asked_once(
    app: Litestar, gate: AsyncClient, speak: Speak, pool: asyncpg.Pool, edition: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await gate.post("scans", json=scan(1))).status_code == 200
    asked: list[Any] = []
    record = app.state.live_scans.record

    async def recording(*given: Any) -> Any:
        asked.append(given)
        return await record(*given)

    monkeypatch.setattr(app.state.live_scans, "record", recording)
    officer = await speak("officer")

    reused = await gate.post("scans", json=scan(1, ticket_code="another"))
    stranger = await officer.post(f"/api/v1/editions/{edition}/scans", json=scan(2))
    unknown = await gate.post("scans", json=scan(3), headers={"authorization": "Bearer evt_nobody"})

    assert problem(reused) == (409, "sequence-reused", "sequence")
    assert (stranger.status_code, unknown.status_code, len(asked)) == (403, 401, 3)
    assert await pool.fetchval(SCANS, edition) == 1


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("scans?lang=en", {}, 422),
        ("scans", {"authorization": "Basic abc"}, 401),
        ("scans", {"content-type": "text/plain"}, 415),
        ("scans", {"host": "a b"}, 400),
        ("scans/", {}, 200),
    ],
)
async def test_another_form_is_for_the_framework(
    gate: AsyncClient, passed_on: list[str], path: str, headers: dict[str, str], status: int
) -> None:
    answer = await gate.post(path, json=scan(1), headers=headers)

    assert (answer.status_code, len(passed_on)) == (status, 1)


async def test_nobody_goes_through_the_framework(speak: Speak, edition: UUID, passed_on: list[str]) -> None:
    nobody = await speak()

    answer = await nobody.post(f"/api/v1/editions/{edition}/scans", json=scan(1))

    assert (answer.status_code, len(passed_on)) == (401, 1)


async def test_a_body_of_unknown_length_or_too_long_is_for_the_framework(
    gate: AsyncClient, passed_on: list[str]
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"ticket_code": "T1", "device": "nord-1",'
        yield b' "sequence": 1}'

    assert (await gate.post("scans", content=pieces(), headers=PLAIN)).status_code == 200
    assert (await gate.post("scans", content=b" " * 1_000_001, headers=PLAIN)).status_code == 413
    assert len(passed_on) == 2


async def test_a_body_in_pieces_is_read_and_one_that_breaks_off_keeps_nothing(
    app: Litestar, gate: AsyncClient, pool: asyncpg.Pool, edition: UUID, passed_on: list[str]
) -> None:
    body = b'{"ticket_code": "T1", "device": "nord-1", "sequence": 1}'

    async def status(*messages: dict[str, Any]) -> int:
        left, sent = iter(messages), []
        headers = {"content-length": str(len(body)), "authorization": gate.headers["authorization"], **PLAIN}

        async def receive() -> Any:
            return next(left, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Any = {
            "type": "http", "method": "POST", "path": f"/api/v1/editions/{edition}/scans", "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in (headers | {"host": "a"}).items()],
            "client": None, "state": {},
        }  # fmt: skip
        await app(scope, receive, send)
        return int(sent[0]["status"])

    first = {"type": "http.request", "body": body[:9], "more_body": True}
    assert await status(first) == 500
    assert (len(passed_on), await pool.fetchval(SCANS, edition)) == (1, 0)
    assert await status(first, {"type": "http.request", "body": body[9:], "more_body": False}) == 200
    assert (len(passed_on), await pool.fetchval(SCANS, edition)) == (1, 1)


async def test_scans_are_counted_under_the_route_of_their_operation(app: Litestar, gate: AsyncClient) -> None:
    envelope: Any = app.asgi_handler
    envelope.series.clear()

    await gate.post("scans", json=scan(1), headers=OTHER)
    await gate.post("scans", json=scan(1), headers=PLAIN)

    assert set(envelope.series) == {("POST", TEMPLATE, 200)}
