"""The operations that every kind of record has, on the programme."""

import asyncio
import itertools
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from httpx import AsyncClient, Response

from tests.factories.people import an_organisation
from tests.handlers.conftest import Speak
from tests.handlers.scene import settled

_SLUGS = (f"essai-{number}-{uuid4().hex[:8]}" for number in itertools.count())


async def an_event(officer: AsyncClient, **values: Any) -> dict[str, Any]:
    answer = await officer.post(
        "/api/v1/events", json={"slug": next(_SLUGS), "name": "Fête des quais", "audience": "public"} | values
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def an_edition(officer: AsyncClient, event_id: str, **values: Any) -> dict[str, Any]:
    answer = await officer.post("/api/v1/editions", json={"event_id": event_id, "year": 2024} | values)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def problem(answer: Response) -> tuple[int, str, str | None]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["instance"] == answer.headers["x-request-id"]
    return answer.status_code, body["type"].removeprefix("urn:events-api:problem:"), body.get("field")


async def test_a_record_is_created_read_changed_and_retired(speak: Speak) -> None:
    officer = await speak("officer")

    made = await officer.post("/api/v1/organisations", json={"name": "Les Amis du port", "legal_form": "association"})

    record = made.json()
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.headers["location"] == f"/api/v1/organisations/{record['id']}"
    url = made.headers["location"]
    assert (await officer.get(url)).json() == record
    changed = await officer.patch(url, json={"legal_form": None}, headers={"If-Match": '"1"'})
    assert changed.json() == record | {
        "legal_form": None, "version": 2, "updated_at": changed.json()["updated_at"],
    }  # fmt: skip
    retired = await officer.delete(url, headers={"If-Match": '"2"'})
    assert retired.json()["retired_at"] is not None
    assert (await officer.delete(url, headers={"If-Match": '"2"'})).json() == retired.json()
    assert problem(await officer.patch(url, json={"name": "x"}, headers={"If-Match": "*"})) == (
        409, "already-retired", None,
    )  # fmt: skip


async def test_every_write_leaves_who_what_before_and_after(speak: Speak, pool: asyncpg.Pool) -> None:
    officer = await speak("officer")
    made = await officer.post("/api/v1/organisations", json={"name": "Avant"}, headers={"X-Request-Id": "a-request-id"})
    url = made.headers["location"]

    await officer.patch(url, json={"name": "Après"}, headers={"If-Match": '"1"', "X-Request-Id": "another-request"})

    rows = await pool.fetch(
        "select actor_kind, role, request_id, operation, before::text, after::text from audit_entry"
        " where subject_id = $1 order by id",
        made.json()["id"],
    )
    assert [tuple(row)[:4] for row in rows] == [
        ("machine", "officer", "a-request-id", "createOrganisation"),
        ("machine", "officer", "another-request", "changeOrganisation"),
    ]
    assert tuple(rows[1])[4:] == ('{"name": "Avant", "version": 1}', '{"name": "Après", "version": 2}')


@pytest.mark.parametrize("statement", ["update audit_entry set role = 'x'", "delete from audit_entry"])
async def test_the_application_cannot_rewrite_its_trail(pool: asyncpg.Pool, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)


async def test_a_refused_write_leaves_nothing(speak: Speak, pool: asyncpg.Pool) -> None:
    officer = await speak("officer")
    before = await pool.fetchval("select count(*) from audit_entry")

    answer = await officer.post(
        "/api/v1/events",
        json={"slug": next(_SLUGS), "name": "Sans", "audience": "public", "organiser_ids": [str(uuid4())]},
    )

    assert problem(answer) == (422, "unknown-reference", "organiser_ids")
    assert await pool.fetchval("select count(*) from audit_entry") == before


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (
            "organisations",
            {"name": "x", "siret": "20005480700018", "identifier_kind": "siret"},
            (422, "invalid-siret", "siret"),
        ),
        ("organisations", {"name": "x", "identifier_kind": "rna"}, (422, "identifier-missing", "rna")),
        ("organisations", {"name": "x", "rna": "W133000000"}, (422, "identifier-unexpected", "rna")),
        ("organisations", {"name": " "}, (400, "malformed-field", "name")),
        ("organisations", {"name": "x", "colour": "red"}, (400, "malformed-field", "colour")),
        ("organisations", {}, (400, "malformed-field", "name")),
        ("places", {"name": "x", "latitude": 43.3}, (422, "coordinates-incomplete", "longitude")),
        ("places", {"name": "x", "capacity": 0}, (400, "malformed-field", "capacity")),
    ],
)
async def test_what_is_wrong_is_said_with_its_field(
    speak: Speak, path: str, body: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    officer = await speak("officer")

    assert problem(await officer.post(f"/api/v1/{path}", json=body)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"date_precision": "exact"}, (422, "dates-inconsistent", "date_precision")),
        ({"date_precision": "text"}, (422, "dates-inconsistent", "date_text_fr")),
        (
            {"date_precision": "exact", "starts_on": "2024-10-28", "ends_on": "2024-10-25"},
            (422, "ends-before-start", "ends_on"),
        ),
        (
            {"date_precision": "exact", "starts_on": "2023-10-25", "ends_on": "2023-10-28"},
            (422, "date-outside-year", "year"),
        ),
        ({"time_zone": "Europe/Marseille"}, (422, "unknown-time-zone", "time_zone")),
        ({"event_id": str(uuid4())}, (422, "unknown-reference", "event_id")),
    ],
)
async def test_an_edition_says_which_date_is_wrong(
    speak: Speak, values: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    officer = await speak("officer")
    event = await an_event(officer)

    answer = await officer.post("/api/v1/editions", json={"event_id": event["id"], "year": 2024} | values)

    assert problem(answer) == expected


async def test_two_editions_of_one_event_never_overlap(speak: Speak) -> None:
    officer = await speak("officer")
    event = await an_event(officer)
    days = {"date_precision": "exact", "starts_on": "2024-07-01", "ends_on": "2024-07-04"}
    await an_edition(officer, event["id"], number=1, **days)

    answer = await officer.post("/api/v1/editions", json={"event_id": event["id"], "year": 2024, "number": 2} | days)

    assert problem(answer)[:2] == (409, "already-there")


async def test_an_event_with_the_slug_of_another_is_refused_even_a_former_one(speak: Speak) -> None:
    officer = await speak("officer")
    first = await an_event(officer)
    renamed = await officer.patch(
        f"/api/v1/events/{first['id']}", json={"slug": next(_SLUGS)}, headers={"If-Match": '"1"'}
    )
    assert renamed.status_code == 200

    answer = await officer.post("/api/v1/events", json={"slug": first["slug"], "name": "Autre", "audience": "public"})

    assert problem(answer) == (409, "already-there", "slug")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (428, "version-required", None)),
        ({"If-Match": '"7"'}, (412, "stale-version", None)),
        ({"If-Match": "seven"}, (422, "precondition-unreadable", "If-Match")),
    ],
)
async def test_a_change_says_which_version_it_starts_from(
    speak: Speak, headers: dict[str, str], expected: tuple[int, str, str | None]
) -> None:
    officer = await speak("officer")
    event = await an_event(officer)

    assert problem(await officer.patch(f"/api/v1/events/{event['id']}", json={}, headers=headers)) == expected


async def test_two_officers_cannot_both_change_the_version_they_read(speak: Speak) -> None:
    officer = await speak("officer")
    event = await an_event(officer)

    answers = await asyncio.gather(
        *(
            officer.patch(f"/api/v1/events/{event['id']}", json={"name": name}, headers={"If-Match": '"1"'})
            for name in ("Un", "Deux", "Trois")
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


async def test_a_reader_who_has_it_already_gets_304_and_head_has_no_body(speak: Speak) -> None:
    officer = await speak("officer")
    event = await an_event(officer)
    url = f"/api/v1/events/{event['id']}"

    again = await officer.get(url, headers={"If-None-Match": 'W/"1", "zz"'})
    head = await officer.head(url)
    index = await officer.get("/api/v1/events")

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", '"1"')
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", '"1"')
    assert (await officer.get("/api/v1/events", headers={"If-None-Match": index.headers["etag"]})).status_code == 304


async def test_the_same_idempotency_key_gets_the_same_answer_and_one_effect(speak: Speak, pool: asyncpg.Pool) -> None:
    officer, name = await speak("officer"), f"Une fois {uuid4()}"

    answers = [
        await officer.post("/api/v1/organisations", json={"name": name}, headers={"Idempotency-Key": name})
        for _ in range(3)
    ]

    assert {(a.status_code, a.content, a.headers["etag"], a.headers["location"]) for a in answers} == {
        (201, answers[0].content, '"1"', answers[0].headers["location"])
    }
    assert await pool.fetchval("select count(*) from organisation where name = $1", name) == 1
    other = await officer.post("/api/v1/organisations", json={"name": "Autre"}, headers={"Idempotency-Key": name})
    assert problem(other) == (422, "key-reused", "Idempotency-Key")
    stranger = await speak("officer")
    answer = await stranger.post("/api/v1/organisations", json={"name": "Autre"}, headers={"Idempotency-Key": name})
    assert answer.status_code == 201


async def test_a_key_whose_first_request_still_runs_is_a_conflict(speak: Speak, pool: asyncpg.Pool) -> None:
    officer, name = await speak("officer"), f"Ensemble {uuid4()}"

    answers = await asyncio.gather(
        *(
            officer.post("/api/v1/organisations", json={"name": name}, headers={"Idempotency-Key": name})
            for _ in range(6)
        )
    )

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.content for answer in answers if answer.status_code == 201} == {
        next(answer.content for answer in answers if answer.status_code == 201)
    }
    assert await pool.fetchval("select count(*) from organisation where name = $1", name) == 1


async def test_an_upsert_by_external_identifier_makes_one_record_and_changes_nothing_twice(speak: Speak) -> None:
    officer, key = await speak("officer"), uuid4().hex
    body = {"slug": next(_SLUGS), "name": "Depuis ailleurs", "audience": "mixed"}

    first = await officer.put(f"/api/v1/events/ext/openagenda/{key}", json=body)
    second = await officer.put(f"/api/v1/events/ext/openagenda/{key}", json=body)
    third = await officer.put(f"/api/v1/events/ext/openagenda/{key}", json=body | {"name": "Renommé"})

    assert first.json() == second.json()
    assert third.json() == first.json() | {
        "name": "Renommé", "version": 2, "updated_at": third.json()["updated_at"],
    }  # fmt: skip


async def test_twenty_upserts_at_once_make_one_record(speak: Speak, pool: asyncpg.Pool) -> None:
    officer, key = await speak("officer"), uuid4().hex

    answers = await asyncio.gather(
        *(officer.put(f"/api/v1/places/ext/atlas/{key}", json={"name": f"Quai {key}"}) for _ in range(20))
    )

    assert [answer.status_code for answer in answers] == [200] * 20
    assert await pool.fetchval("select count(*) from place where name = $1", f"Quai {key}") == 1


async def test_pages_neither_skip_nor_repeat_while_others_write(speak: Speak) -> None:
    officer, mark = await speak("officer"), uuid4().hex[:10]
    present = {
        (await officer.post("/api/v1/places", json={"name": f"Lieu {mark} {n}"})).json()["id"] for n in range(25)
    }
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (
            await officer.get("/api/v1/places", params={"q": mark, "limit": 4} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [item["id"] for item in page["items"]]
        await officer.post("/api/v1/places", json={"name": f"Lieu {mark} après"})
        renamed = page["items"][-1]
        await officer.patch(f"/api/v1/places/{renamed['id']}", json={"name": f"A {mark}"}, headers={"If-Match": "*"})
        cursor = page["next"]
        if cursor is None or len(seen) > 200:
            break

    assert len(seen) == len(set(seen))
    assert present <= set(seen)


async def test_a_partner_in_sync_misses_no_change_of_an_open_transaction(speak: Speak, pool: asyncpg.Pool) -> None:
    officer, mark = await speak("officer"), uuid4().hex[:10]
    first = (await officer.post("/api/v1/places", json={"name": f"Un {mark}"})).json()

    async def changes(**query: Any) -> dict[str, Any]:
        answer = await officer.get("/api/v1/places", params={"q": mark, "limit": 200} | query)
        assert answer.status_code == 200, answer.text
        page = dict(answer.json())
        # what does not pass the filter comes as a tombstone: it may have passed it before
        page["names"] = sorted(item["name"] for item in page["items"] if "name" in item)
        return page

    await settled(pool)
    start = await changes(updated_since="2026-01-01T00:00:00Z")
    async with pool.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(
            "insert into place (public_id, name, sort_key) values ($1, $2, lower($2))", uuid4(), f"Lent {mark}"
        )
        await officer.post("/api/v1/places", json={"name": f"Rapide {mark}"})
        during = await changes(cursor=start["next"])
        await transaction.commit()
    await settled(pool)
    after = await changes(cursor=during["next"])
    await officer.delete(f"/api/v1/places/{first['id']}", headers={"If-Match": "*"})
    await settled(pool)
    gone = await changes(cursor=after["next"])

    assert start["names"] == [f"Un {mark}"]
    assert sorted(during["names"] + after["names"]) == [f"Lent {mark}", f"Rapide {mark}"]
    assert [set(item) for item in gone["items"]] == [{"id", "retired_at"}]


async def test_the_public_learns_nothing_of_a_draft(speak: Speak) -> None:
    officer, nobody = await speak("officer"), await speak()
    event = await an_event(officer, name="Secret encore")
    edition = await an_edition(officer, event["id"])

    for path in (f"events/{event['id']}", f"editions/{edition['id']}"):
        assert problem(await nobody.get(f"/api/v1/{path}")) == (404, "not-found", None)
    for path in ("events", "editions", "events?updated_since=2026-01-01T00:00:00Z"):
        answer = await nobody.get(f"/api/v1/{path}")
        assert event["id"] not in answer.text
        assert edition["id"] not in answer.text


async def test_an_organiser_writes_its_own_events_and_no_others(speak: Speak, pool: asyncpg.Pool) -> None:
    mine, theirs = await an_organisation(pool), await an_organisation(pool)
    organiser = await speak("organiser", organisation=mine)
    own = await an_event(organiser, organiser_ids=[str(mine)])
    other = await an_event(await speak("officer"), organiser_ids=[str(theirs)])

    refused = await organiser.post(
        "/api/v1/events", json={"slug": next(_SLUGS), "name": "x", "audience": "public", "organiser_ids": [str(theirs)]}
    )

    assert problem(refused) == (403, "not-yours", None)
    edition = await organiser.post("/api/v1/editions", json={"event_id": own["id"], "year": 2025})
    assert edition.status_code == 201
    assert problem(await organiser.post("/api/v1/editions", json={"event_id": other["id"], "year": 2025}))[:2] == (
        403, "not-yours",
    )  # fmt: skip
    assert (await organiser.get(f"/api/v1/events/{own['id']}")).status_code == 200
    assert problem(await organiser.get(f"/api/v1/events/{other['id']}"))[:2] == (404, "not-found")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_is_not_said_to_be_json_is_refused(speak: Speak, content_type: str) -> None:
    officer = await speak("officer")

    answer = await officer.post("/api/v1/places", content=b'{"name":"x"}', headers={"Content-Type": content_type})

    assert problem(answer)[:2] == (415, "wrong-content-type")


async def test_errors_are_told_in_the_language_of_the_reader(speak: Speak) -> None:
    nobody = await speak()

    french = await nobody.get("/api/v1/rien", headers={"Accept-Language": "fr-FR,en;q=0.5"})
    english = await nobody.get("/api/v1/rien", headers={"Accept-Language": "de, en;q=0.8, fr;q=0.2"})

    assert (french.json()["title"], french.headers["content-language"]) == ("Introuvable", "fr")
    assert (english.json()["title"], english.headers["content-language"]) == ("Not found", "en")


async def test_an_unknown_parameter_is_refused_and_not_ignored(speak: Speak) -> None:
    nobody = await speak()

    assert problem(await nobody.get("/api/v1/events?yaer=2024")) == (422, "unknown-parameter", "yaer")
    assert problem(await nobody.get("/api/v1/events?cursor=abc")) == (422, "cursor-unreadable", "cursor")
    assert problem(await nobody.get("/api/v1/events?limit=0")) == (400, "malformed-field", "limit")
    assert problem(await nobody.put("/api/v1/events"))[:2] == (405, "method-not-allowed")


@pytest.mark.parametrize("path", ["places", "events"])
async def test_a_list_costs_the_same_number_of_queries_with_one_and_with_three_rows(
    speak: Speak, pool: asyncpg.Pool, path: str
) -> None:
    officer, mark = await speak("officer"), uuid4().hex[:10]
    counts = []
    for wanted in (1, 3):
        while len((await officer.get(f"/api/v1/{path}", params={"q": mark})).json()["items"]) < wanted:
            body = {"name": f"Compte {mark}"} | (
                {"slug": next(_SLUGS), "audience": "public"} if path == "events" else {}
            )
            await officer.post(f"/api/v1/{path}", json=body)
        queries: list[str] = []

        def note(record: Any, sink: list[str] = queries) -> None:
            sink.append(record.query)

        async with pool.acquire() as connection:
            connection.add_query_logger(note)
            single = _OneConnection(connection)
            officer._transport.app.state.pool = single  # type: ignore[attr-defined]
            try:
                answer = await officer.get(f"/api/v1/{path}", params={"q": mark})
            finally:
                officer._transport.app.state.pool = pool  # type: ignore[attr-defined]
            connection.remove_query_logger(note)
        assert len(answer.json()["items"]) == wanted
        counts.append(len(queries))

    assert counts[0] == counts[1] > 0


class _OneConnection(asyncpg.Pool):
    """A pool of one connection, so that what runs on it can be counted."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        return await self.connection.fetch(query, *args, **options)

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        return await self.connection.fetchrow(query, *args, **options)
