"""What is refused before an operation runs."""

import pytest

from tests.handlers.conftest import Speak
from tests.handlers.scene import problem


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("editions?year=-20980576183", "year"),
        ("editions?year=1799", "year"),
        ("editions?year=null", "year"),
        ("editions?year=2024&year=2024", "year"),
        ("editions?year=", "year"),
        ("editions?status=lost", "status"),
        ("events?updated_since=0.5", "updated_since"),
        ("events?updated_since=2024-01-01T00:00:00", "updated_since"),
        ("events?organiser=1", "organiser"),
        ("events?commune=%00", "commune"),
        ("events?limit=0", "limit"),
        ("events?limit=201", "limit"),
        ("events?cursor=", "cursor"),
        ("calls?open_on=20240101", "open_on"),
        ("calls?open_on=1704067200", "open_on"),
    ],
)
async def test_a_parameter_outside_what_the_document_says_is_refused(speak: Speak, query: str, field: str) -> None:
    client = await speak("administrator")

    assert problem(await client.get(f"/api/v1/{query}")) == (400, "malformed-field", field)


@pytest.mark.parametrize(
    "query",
    [
        "editions?year=2024&status=scheduled&limit=1",
        "events?updated_since=2024-01-01T00:00:00%2B02:00",
        "events?organiser=01a20639-a789-730b-b64f-65dbeb811a7e",
        "events?q=null",
        "calls?open_on=2024-01-01",
    ],
)
async def test_a_parameter_as_the_document_says_is_read(speak: Speak, query: str) -> None:
    client = await speak("administrator")

    assert (await client.get(f"/api/v1/{query}")).status_code == 200


async def test_a_parameter_that_nobody_reads_is_refused(speak: Speak) -> None:
    client = await speak("administrator")

    for name in ("colour", "pool", "record_id"):
        assert problem(await client.get(f"/api/v1/events?{name}=blue")) == (422, "unknown-parameter", name)
