"""How gates are set, what is taken back, and who is inside."""

import datetime as dt
import time
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import AsyncClient

from events_api.settings import Settings
from events_api.store.key_ends import destroy
from tests.conftest import own_settings as settings  # noqa: F401  a fixture
from tests.factories.people import an_edition, an_organisation
from tests.handlers.conftest import Speak
from tests.handlers.scene import problem
from tests.store.test_tickets import everything_kept, opened, wrong


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool))


@pytest.fixture
async def officer(speak: Speak) -> AsyncClient:
    return await speak("officer")


def path(edition: UUID, rest: str) -> str:
    return f"/api/v1/editions/{edition}/{rest}"


async def set_gates(officer: AsyncClient, edition: UUID, **values: Any) -> dict[str, Any]:
    answer = await officer.put(
        path(edition, "gate-settings"), json={"known_only": False, "policy": "re_entry"} | values
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def scan(gate: AsyncClient, edition: UUID, *scans: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await gate.post(
        path(edition, "scans"), json=[{"device": "d", "gate": "porte Nord"} | one for one in scans]
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_gates_begin_as_most_editions_want_them_and_are_set_whole(
    officer: AsyncClient, edition: UUID, pool: asyncpg.Pool
) -> None:
    before = await officer.get(path(edition, "gate-settings"))
    wanted = {"policy": "once_a_day", "known_only": False, "authorised_capacity": 5000,
              "gates": [{"name": "porte Nord", "capacity": 600}]}  # fmt: skip

    first = await officer.put(path(edition, "gate-settings"), json=wanted, headers={"if-match": before.headers["etag"]})
    stale = await officer.put(path(edition, "gate-settings"), json={}, headers={"if-match": before.headers["etag"]})
    second = await officer.put(path(edition, "gate-settings"), json={"day_starts_at": "06:00:00"})

    assert before.json() == {"version": 0, "policy": "once", "known_only": True, "authorised_capacity": None,
                             "day_starts_at": "05:00:00", "gates": []}  # fmt: skip
    assert first.json() == {"version": 1, "day_starts_at": "05:00:00"} | wanted
    assert stale.status_code == 412
    assert second.json() == before.json() | {"version": 2, "day_starts_at": "06:00:00"}
    trail = await pool.fetch(
        "select id from audit_entry where subject_kind = 'gate_settings' and subject_id = $1 order by id", edition
    )
    assert len(trail) == 2


async def test_the_hour_of_the_event_day_stands_once_scans_are_counted(
    officer: AsyncClient, speak: Speak, edition: UUID
) -> None:
    await set_gates(officer, edition)
    await scan(await speak("gate", edition=edition), edition, {"ticket_code": "A", "sequence": 1})

    answer = await officer.put(path(edition, "gate-settings"), json={"day_starts_at": "06:00:00"})

    assert (answer.status_code, answer.json()["field"]) == (409, "day_starts_at")


async def test_the_control_room_sees_who_is_inside_and_is_warned(
    officer: AsyncClient, speak: Speak, edition: UUID
) -> None:
    await set_gates(officer, edition, authorised_capacity=10, gates=[{"name": "porte Nord", "capacity": 8}])
    gate = await speak("gate", edition=edition)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    if now.minute % 15 == 0 and now.second < 2:  # entries and exit in one quarter of an hour
        now += dt.timedelta(seconds=5)
    earlier = (now - dt.timedelta(seconds=1)).isoformat()

    seen = []
    for number in range(11):
        await scan(gate, edition, {"ticket_code": f"T{number}", "sequence": number, "scanned_at": earlier})
        body = (await gate.get(path(edition, "presence"))).json()
        seen.append((body["inside"], body["filled_percent"], body["alert"], body["gates"][0]["alert"]))
    await scan(gate, edition, {"ticket_code": "T0", "sequence": 20, "direction": "out", "scanned_at": now.isoformat()},
               {"ticket_code": "T1", "sequence": 21, "scanned_at": now.isoformat()},
               {"ticket_code": "T2", "sequence": 22, "scanned_at": earlier, "offline": True, "decision": "accepted",
                "device": "e"})  # fmt: skip
    after = (await officer.get(path(edition, "presence"))).json()

    assert seen[6:] == [
        (7, 70, None, None), (8, 80, None, "full"), (9, 90, "near", "full"), (10, 100, "full", "full"),
        (11, 110, "full", "full"),
    ]  # fmt: skip
    assert {name: after[name] for name in ("inside", "entries", "exits", "refused", "peak", "contradictions")} == {
        "inside": 11, "entries": 12, "exits": 1, "refused": 1, "peak": 12, "contradictions": 1,
    }  # fmt: skip
    assert after["latest_contradictions"] == [
        {"device": "e", "sequence": 22, "gate": "porte Nord", "scanned_at": earlier.replace("+00:00", "Z"),
         "verdict": "accepted", "contradiction": "inside"}
    ]  # fmt: skip
    assert sum(quarter["entries"] for quarter in after["flow"]) == 12


async def test_more_exits_than_entries_are_shown_as_nobody_inside(
    officer: AsyncClient, speak: Speak, edition: UUID
) -> None:
    await set_gates(officer, edition)
    gate = await speak("gate", edition=edition)

    answers = await scan(gate, edition, {"ticket_code": "A", "sequence": 1, "direction": "out"})
    body = (await officer.get(path(edition, "presence"))).json()

    assert (answers[0]["verdict"], answers[0]["inside"]) == ("accepted", 0)
    assert (body["inside"], body["below_nought"], body["exits"]) == (0, True, 1)


async def test_a_scan_that_is_taken_back_was_never_there(
    officer: AsyncClient, speak: Speak, edition: UUID, pool: asyncpg.Pool
) -> None:
    await set_gates(officer, edition, policy="once")
    gate = await speak("gate", edition=edition)
    await scan(gate, edition, {"ticket_code": "A", "sequence": 1})
    correction = {"device": "d", "sequence": 1, "reason": "Scanné pour un essai"}

    first = await officer.post(path(edition, "scan-corrections"), json=correction)
    again = await officer.post(path(edition, "scan-corrections"), json=correction)
    absent = await officer.post(path(edition, "scan-corrections"), json=correction | {"sequence": 9})
    body = (await officer.get(path(edition, "presence"))).json()
    [after] = await scan(gate, edition, {"ticket_code": "A", "sequence": 2})

    assert [answer.status_code for answer in (first, again, absent)] == [201, 409, 404]
    assert (body["inside"], body["entries"], body["peak"]) == (0, 0, 0)
    assert after["verdict"] == "accepted"
    row = await pool.fetchrow(
        "select void_reason, voided_at is not null as voided from live_scan l join edition e on e.id = l.edition_id"
        " where e.public_id = $1 and sequence = 1",
        edition,
    )
    assert row is not None
    assert tuple(row) == ("Scanné pour un essai", True)
    assert (
        await pool.fetchval(
            "select count(*) from audit_entry where subject_kind = 'live_scan' and subject_id = $1", edition
        )
        == 1
    )


async def test_live_scans_stand_as_they_are_once_the_key_is_destroyed(
    officer: AsyncClient,
    speak: Speak,
    edition: UUID,
    pool: asyncpg.Pool,
    settings: Settings,  # noqa: F811  the fixture
) -> None:
    await set_gates(officer, edition)
    gate = await speak("gate", edition=edition)
    await scan(
        gate,
        edition,
        {"ticket_code": "A", "sequence": 1},
        {"ticket_code": "B", "sequence": 2},
        {"ticket_code": "A", "sequence": 3, "direction": "out"},
    )
    before = await everything_kept(pool, edition)

    async with opened(pool) as work:
        await destroy(work, edition)
    correction = await officer.post(
        path(edition, "scan-corrections"), json={"device": "d", "sequence": 1, "reason": "Scanné pour un essai"}
    )

    assert problem(correction)[:2] == (409, "ticket-key-destroyed")
    assert await everything_kept(pool, edition) == before
    assert await wrong(pool, settings, edition) == []
    body = (await officer.get(path(edition, "presence"))).json()
    assert (body["live"], body["inside"], body["entries"]) == (False, 1, 2)


async def test_a_device_that_makes_up_gates_does_not_stop_the_service(
    officer: AsyncClient, edition: UUID, pool: asyncpg.Pool
) -> None:
    gates = 20_000
    number = await pool.fetchval("select id from edition where public_id = $1", edition)
    await pool.execute(
        "insert into attendance_label (edition_id, kind, id, label)"
        " select $1, 'gate', n, 'gate ' || n from generate_series(1, $2::integer) n",
        number,
        gates,
    )
    await pool.execute(
        "insert into attendance_quarter (edition_id, quarter, gate, entries, exits, refused)"
        " select $1, '2026-07-03T16:00Z', n, 1, 0, 0 from generate_series(1, $2::integer) n",
        number,
        gates,
    )
    await pool.execute(
        "insert into attendance_state (edition_id, last_at) values ($1, '2026-07-03T16:00Z')"
        " on conflict (edition_id) do update set last_at = excluded.last_at",
        number,
    )
    began = time.process_time()

    answer = await officer.get(path(edition, "presence"))

    found = answer.json()
    assert (len(found["gates"]), found["flow"][0]["entries"]) == (gates, gates)
    assert time.process_time() - began < 5


async def test_an_organiser_opens_the_gates_of_its_own_editions_only(speak: Speak, pool: asyncpg.Pool) -> None:
    ours, theirs = await an_organisation(pool), await an_organisation(pool)
    own, other = await an_edition(pool, ours), await an_edition(pool, theirs)
    organiser = await speak("organiser", organisation=ours)
    expires_at = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).isoformat()

    async def a_gate(edition: UUID) -> Any:
        token = {"name": "porte Nord", "role": "gate", "edition_id": str(edition), "expires_at": expires_at}
        return await organiser.post("/api/v1/tokens", json=token)

    refused, made = await a_gate(other), await a_gate(own)
    gate = await speak()
    gate.headers["authorization"] = f"Bearer {made.json()['secret']}"
    await set_gates(organiser, own)
    [answer] = await scan(gate, own, {"ticket_code": "A", "sequence": 1})

    assert (refused.status_code, made.status_code) == (403, 201)
    assert answer["verdict"] == "accepted"
    assert (await organiser.put(path(other, "gate-settings"), json={})).status_code == 403
    assert (await organiser.get(path(other, "presence"))).status_code == 404


async def test_why_a_scan_was_taken_back_keeps_no_address(
    officer: AsyncClient, speak: Speak, edition: UUID, pool: asyncpg.Pool
) -> None:
    await set_gates(officer, edition)
    await scan(await speak("gate", edition=edition), edition, {"ticket_code": "A", "sequence": 1})
    correction = {"device": "d", "sequence": 1, "reason": "Billet de jeanne@example.org, scanné deux fois"}

    answer = await officer.post(path(edition, "scan-corrections"), json=correction)

    assert answer.status_code == 201, answer.text
    kept = await pool.fetchval(
        "select void_reason from live_scan l join edition e on e.id = l.edition_id where e.public_id = $1", edition
    )
    assert kept == "Billet de […], scanné deux fois"
