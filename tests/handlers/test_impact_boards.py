"""The stored board over HTTP: sent again as it was only to who may see it, and only while it stands."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import AsyncClient, Response
from litestar import Litestar
from msgspec.structs import replace

from events_api.handlers.lectern import TEMPLATE, Lectern
from events_api.store.assessments import put_entry
from tests.factories.impact import ENTRY, an_assessment
from tests.factories.people import an_edition, an_organisation
from tests.handlers.conftest import Speak, noted_paths
from tests.workers.conftest import work_in

OTHER = {"cookie": "lang=fr"}
"""What makes a form that goes through the framework."""


@pytest.fixture
async def organisation(pool: asyncpg.Pool) -> UUID:
    return await an_organisation(pool, "Organisation des tableaux")


@pytest.fixture
async def edition(pool: asyncpg.Pool, organisation: UUID) -> UUID:
    edition = await an_edition(pool, organisation, name="Fête des tableaux")
    await an_assessment(pool, edition)
    return edition


@pytest.fixture
def passed_on(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that reach the framework."""
    lectern: Any = app.asgi_handler.inner.inner  # type: ignore[attr-defined]  # of the turnstile in the envelope
    assert isinstance(lectern, Lectern)
    return noted_paths(lectern, monkeypatch)


def told(answer: Response) -> tuple[int, Any, dict[str, str]]:
    """What tells two answers apart, but for the id of the request."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("headers", [{}, {"accept-language": "en"}])
async def test_both_ways_send_the_same(
    speak: Speak, edition: UUID, passed_on: list[str], headers: dict[str, str]
) -> None:
    officer, path = await speak("officer"), f"/api/v1/editions/{edition}/impact/board"

    first = await officer.get(path, headers=headers)
    assert passed_on == [path]
    short = await officer.get(path, headers=headers)
    head = await officer.head(path, headers=headers)
    same = {"if-none-match": first.headers["etag"]}
    unchanged = await officer.get(path, headers=headers | same)
    assert passed_on == [path]
    long = await officer.get(path, headers=headers | OTHER)
    long_unchanged = await officer.get(path, headers=headers | OTHER | same)

    assert passed_on == [path] * 3
    assert first.status_code == 200
    assert told(first) == told(short) == told(long)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert told(unchanged) == told(long_unchanged)
    assert first.json()["content"]["board"]["label"] == ("Net primary impact" if headers else "Impact primaire net")


async def test_a_board_that_was_sent_says_that_it_is_stale_with_the_next_request_and_gives_way_to_a_later_one(
    speak: Speak, pool: asyncpg.Pool, edition: UUID
) -> None:
    officer, path = await speak("officer"), f"/api/v1/editions/{edition}/impact/board"

    before = [await officer.get(path) for _ in range(2)][1]
    told_of = []
    for attendances in (41_000, 42_000):
        async with work_in(pool) as work:
            await put_entry(work, edition, replace(ENTRY, attendances=attendances), "Recomptées")
        told_of.append(await officer.get(path, headers={"if-none-match": before.headers["etag"]}))
    await an_assessment(pool, edition)
    after = await officer.get(path, headers={"if-none-match": told_of[-1].headers["etag"]})

    assert (before.json()["stale"], before.json()["number"]) == (False, 1)
    assert [answer.status_code for answer in told_of] == [200, 200]
    assert [answer.json()["stale"] for answer in told_of] == [True, True]
    sentences = [answer.json()["stale_because"][0]["sentence"] for answer in told_of]
    assert sentences[0] != sentences[1]
    assert len({answer.headers["etag"] for answer in (before, *told_of, after)}) == 4
    assert (after.json()["stale"], after.json()["number"]) == (False, 2)


async def test_a_board_that_was_sent_is_sent_to_nobody_who_may_not_see_it(
    speak: Speak, pool: asyncpg.Pool, edition: UUID, organisation: UUID
) -> None:
    path = f"/api/v1/editions/{edition}/impact/board"
    officer, own = await speak("officer"), await speak("organiser", organisation=organisation)
    others: list[AsyncClient] = [
        await speak("organiser", organisation=await an_organisation(pool, "Une autre")),
        await speak("gate", edition=edition),
        await speak("communication"),
        await speak(),
    ]
    sent = [await officer.get(path) for _ in range(2)]

    mine = await own.get(path)
    refused = [await other.get(path, headers={"if-none-match": sent[0].headers["etag"]}) for other in others]
    await pool.execute(
        "update api_token set retired_at = now() where token_hash = sha256($1::bytea)",
        officer.headers["authorization"].removeprefix("Bearer ").encode(),
    )
    revoked = await officer.get(path)
    await pool.execute(
        "delete from event_party p using organisation o where o.id = p.organisation_id and o.public_id = $1",
        organisation,
    )
    no_longer_mine = await own.get(path)
    await pool.execute("update edition set retired_at = now() where public_id = $1", edition)
    withdrawn = await (await speak("officer")).get(path)

    assert mine.content == sent[1].content
    assert [answer.status_code for answer in refused] == [404, 403, 403, 401]
    assert [answer.status_code for answer in (revoked, no_longer_mine, withdrawn)] == [401, 404, 404]


async def test_a_board_that_was_sent_is_counted_under_the_route_of_its_operation(
    app: Litestar, speak: Speak, edition: UUID
) -> None:
    series: Any = app.asgi_handler.series  # type: ignore[attr-defined]  # of the envelope
    officer = await speak("officer")

    for _ in range(2):
        await officer.get(f"/api/v1/editions/{edition}/impact/board")

    assert {key[1] for key in series if key[1].endswith("/impact/board")} == {TEMPLATE}
