"""Imports, quantities, flow, occupancy and exports of tickets over HTTP."""

import csv
import datetime as dt
import io
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import openpyxl
import pyarrow.parquet as pq
import pytest
from httpx import AsyncClient

from events_api.domain.tickets.facts import IN, OUT
from events_api.domain.tickets.files import RefusedLine
from events_api.settings import Settings
from events_api.store.files import DirectoryFiles
from tests.domain.tickets.plain import Scan, Ticket, halves
from tests.factories.tickets import a_live_scan, a_ticket_import
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, problem, publish
from tests.store.test_tickets import FRIDAY, bring, undo

MINUTE = dt.timedelta(minutes=1)
NOTHING = {
    "tickets_issued": 0,
    "tickets_cancelled": 0,
    "tickets_scanned": 0,
    "entries_in": 0,
    "exits": 0,
    "attendances": 0,
    "unique_visitors": 0,
    "reentries": 0,
    "scans_refused": 0,
    "no_show_rate": None,
    "days_per_visitor": None,
}


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool)


async def brought(
    pool: asyncpg.Pool, settings: Settings, scene: Scene, scans: list[Scan], tickets: list[Ticket], **values: Any
) -> UUID:
    one = await a_ticket_import(pool, settings, UUID(scene.edition["id"]), scans, tickets, **values)
    await bring(pool, settings, one)
    return one


async def got(client: AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def hexed(number: int) -> str:
    return b"".join(half.to_bytes(8, "big") for half in halves(number)).hex()


TICKETS = [Ticket(number, channel=1, category=1, origin=1 + (number > 12)) for number in range(1, 16)]
SCANS = [
    *(Scan(number, FRIDAY + number * MINUTE, gate=1, session=1) for number in range(1, 13)),
    Scan(1, FRIDAY + 60 * MINUTE, OUT, gate=2, session=1),
    Scan(1, FRIDAY + 70 * MINUTE, IN, gate=2, session=1),
    Scan(2, FRIDAY + 71 * MINUTE, IN, verdict=1, gate=2, session=1),
    Scan(1, FRIDAY + dt.timedelta(days=1), IN, gate=1, session=2),
]


async def test_the_quantities_of_an_edition(pool: asyncpg.Pool, settings: Settings, scene: Scene) -> None:
    await brought(pool, settings, scene, SCANS, TICKETS)

    found = await got(scene.organiser, f"/api/v1/editions/{scene.edition['id']}/attendance")

    total = NOTHING | {
        "tickets_issued": 15,
        "tickets_scanned": 12,
        "entries_in": 14,
        "exits": 1,
        "attendances": 13,
        "unique_visitors": 12,
        "reentries": 1,
        "scans_refused": 1,
        "no_show_rate": 1 - 12 / 15,
        "days_per_visitor": 13 / 12,
    }
    assert found["total"] == total
    friday = NOTHING | {
        "tickets_scanned": 12,
        "entries_in": 13,
        "exits": 1,
        "attendances": 12,
        "unique_visitors": 12,
        "reentries": 1,
        "scans_refused": 1,
    }
    saturday = NOTHING | {"tickets_scanned": 1, "entries_in": 1, "attendances": 1, "unique_visitors": 1}
    days = [{"day": "2026-07-03", "quantities": friday}, {"day": "2026-07-04", "quantities": saturday}]
    assert found["days"] == days
    assert [(of["label"], of["quantities"]["entries_in"]) for of in found["gates"]] == [
        ("Porte Nord", 13),
        ("Porte Sud", 1),
    ]
    assert [of["label"] for of in found["sessions"] if of["quantities"]["entries_in"]] == ["Vendredi", "Samedi"]
    assert [(of["label"], of["days"]) for of in found["channels"]] == [("paid", days)]
    assert found["categories"][0]["quantities"] == total
    assert (found["simulated"], found["live"], found["revision"]) == (False, False, 1)
    assert (found["first_at"], found["last_at"]) == ("2026-07-03T16:01:00Z", "2026-07-04T16:00:00Z")


async def test_few_people_of_an_origin_are_not_told_apart(pool: asyncpg.Pool, settings: Settings, scene: Scene) -> None:
    await brought(pool, settings, scene, SCANS, TICKETS)

    found = await got(scene.organiser, f"/api/v1/editions/{scene.edition['id']}/attendance")

    hidden = {"masked": True, "tickets_issued": None, "attendances": None, "unique_visitors": None}
    assert found["origins"] == [{"origin": "FR-13001", **hidden}, {"origin": "BE", **hidden}]
    assert found["masked_origins"] == {
        "origin": None,
        "masked": True,
        "tickets_issued": 15,
        "attendances": 13,
        "unique_visitors": 12,
    }


async def test_no_download_names_an_origin_of_few_people(pool: asyncpg.Pool, settings: Settings, scene: Scene) -> None:
    edition = scene.edition["id"]
    labels = {"origin": ["FR-13001", "BE", "FR-13100", "FR-05100"]}
    origins = [1] * 12 + [2] * 11 + [3] * 10 + [4] * 2
    tickets = [Ticket(number, origin=origin) for number, origin in enumerate(origins, 1)]
    scans = [Scan(number, FRIDAY, origin=origin) for number, origin in enumerate(origins, 1)]
    one = await brought(pool, settings, scene, scans, tickets, labels=labels)

    named = {}
    for path in (f"editions/{edition}/scans.csv", f"editions/{edition}/tickets.csv", f"ticket-imports/{one}/lines"):
        text = (await scene.officer.get(f"/api/v1/{path}")).text
        named[path] = Counter(row["origin"] for row in csv.DictReader(io.StringIO(text)))
    parquet = (await scene.officer.get(f"/api/v1/editions/{edition}/scans.parquet")).content
    quantities = (await scene.officer.get(f"/api/v1/editions/{edition}/attendance.csv")).text

    once = Counter({"FR-13001": 12, "BE": 11, "": 12})
    assert list(named.values()) == [once, once, Counter({"FR-13001": 24, "BE": 22, "": 24})]
    assert Counter(pq.read_table(io.BytesIO(parquet)).column("origin").to_pylist()) == Counter(
        {"FR-13001": 12, "BE": 11, None: 12}
    )
    rows = [row for row in csv.reader(io.StringIO(quantities)) if row[0] == "origin"]
    assert [(row[1], row[3], row[4]) for row in rows] == [
        ("FR-13001", "all days", "12"),
        ("BE", "all days", "11"),
        ("FR-13100", "all days", ""),
        ("FR-05100", "all days", ""),
        ("", "all days, masked origins together", "12"),
    ]


async def test_flow_and_occupancy_follow_the_scans(pool: asyncpg.Pool, settings: Settings, scene: Scene) -> None:
    edition = scene.edition["id"]
    await pool.execute("update edition set capacity = 13 where public_id = $1", UUID(edition))
    await brought(pool, settings, scene, SCANS, TICKETS)

    flow = await got(scene.officer, f"/api/v1/editions/{edition}/attendance/flow")
    occupancy = await got(scene.officer, f"/api/v1/editions/{edition}/attendance/occupancy")

    assert [tuple(of.values()) for of in flow["passages"]] == [
        ("2026-07-03T16:00:00Z", "Porte Nord", 12, 0, 0),
        ("2026-07-03T17:00:00Z", "Porte Sud", 1, 1, 1),
        ("2026-07-04T16:00:00Z", "Porte Nord", 1, 0, 0),
    ]
    assert [tuple(of.values()) for of in occupancy["quarters"]] == [
        ("2026-07-03T16:00:00Z", 0, 0, 12, "2026-07-03T16:12:00Z", 12),
        ("2026-07-03T17:00:00Z", 12, 11, 12, "2026-07-03T17:00:00Z", 12),
        ("2026-07-04T16:00:00Z", 12, 12, 13, "2026-07-04T16:00:00Z", 13),
    ]
    assert occupancy["peak"] == {
        "value": 13,
        "at": "2026-07-04T16:00:00Z",
        "share_of_capacity": 1.0,
        "level": "red",
    }
    assert (occupancy["measured"], occupancy["deficit"], occupancy["authorised_capacity"]) == (True, 0, 13)


async def test_more_exits_than_entries_are_said_and_never_shown_below_nought(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    await brought(pool, settings, scene, [Scan(1, FRIDAY, OUT), Scan(2, FRIDAY, OUT), Scan(3, FRIDAY + MINUTE)], [])

    found = await got(scene.officer, f"/api/v1/editions/{scene.edition['id']}/attendance/occupancy")

    assert found["deficit"] == 2
    assert [(of["inside"], of["lowest"], of["highest"], of["after"]) for of in found["quarters"]] == [(0, 0, 0, 0)]


async def test_a_log_without_exits_says_nothing_of_occupancy(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    await brought(pool, settings, scene, [Scan(1, FRIDAY)], [])

    found = await got(scene.officer, f"/api/v1/editions/{scene.edition['id']}/attendance/occupancy")

    assert (found["measured"], found["peak"], found["quarters"]) == (False, None, [])


async def test_an_edition_without_a_scan_is_an_edition_without_a_figure(scene: Scene) -> None:
    base = f"/api/v1/editions/{scene.edition['id']}/attendance"

    assert (await got(scene.officer, base))["total"] == NOTHING
    assert (await got(scene.officer, f"{base}/flow"))["passages"] == []
    assert (await got(scene.officer, f"{base}/occupancy"))["peak"] is None


async def test_an_answer_that_has_not_changed_is_not_sent_again(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    path = f"/api/v1/editions/{scene.edition['id']}/attendance"
    one = await brought(pool, settings, scene, SCANS, [])
    tag = (await scene.officer.get(path)).headers["etag"]

    again = await scene.officer.get(path, headers={"if-none-match": tag})
    await undo(pool, settings, one)
    changed = await scene.officer.get(path, headers={"if-none-match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert (changed.status_code, changed.json()["total"]) == (200, NOTHING)


@pytest.mark.parametrize(
    "path", ["attendance", "attendance/flow", "attendance/occupancy", "scans.csv", "attendance.csv"]
)
async def test_who_came_is_for_its_organisers_and_the_staff(speak: Speak, pool: asyncpg.Pool, path: str) -> None:
    scene = await a_scene(speak, pool)
    await publish(speak, scene.edition["id"])

    url = f"/api/v1/editions/{scene.edition['id']}/{path}"

    assert problem(await scene.stranger.get(url)) == (404, "not-found", None)
    assert problem(await (await speak()).get(url))[0] == 401
    assert (await scene.organiser.get(url)).status_code == 200


async def test_a_file_is_listed_started_and_undone_over_http(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    edition = scene.edition["id"]
    one = await a_ticket_import(pool, settings, UUID(edition), SCANS, state="previewed", refused=4)

    listed = await got(scene.organiser, f"/api/v1/editions/{edition}/ticket-imports")
    started = await scene.organiser.post(f"/api/v1/ticket-imports/{one}/start")
    twice = await scene.organiser.post(f"/api/v1/ticket-imports/{one}/start")
    early = await scene.organiser.post(f"/api/v1/ticket-imports/{one}/undo")
    await bring(pool, settings, one)
    done = await got(scene.organiser, f"/api/v1/ticket-imports/{one}")
    undone = await scene.organiser.post(f"/api/v1/ticket-imports/{one}/undo")

    assert [(of["id"], of["state"], of["lines_read"]) for of in listed["items"]] == [(str(one), "previewed", 20)]
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    assert problem(twice)[:2] == (409, "ticket-import-not-startable")
    assert problem(early)[:2] == (409, "ticket-import-not-done")
    assert (done["state"], done["lines_accepted"], done["lines_known"], done["lines_refused"]) == ("done", 16, 0, 4)
    assert undone.status_code == 202
    kinds = await pool.fetch("select kind from job where key = $1 order by id", str(one))
    assert [row["kind"] for row in kinds] == ["import_tickets", "undo_tickets"]
    assert undone.json()["job_id"] == str(
        await pool.fetchval("select public_id from job where kind = 'undo_tickets' and key = $1", str(one))
    )
    await pool.execute("update job set state = 'cancelled', finished_at = now() where key = $1", str(one))
    for path in (f"/api/v1/ticket-imports/{one}", f"/api/v1/ticket-imports/{one}/lines"):
        assert problem(await scene.stranger.get(path)) == (404, "not-found", None)
    assert problem(await scene.stranger.post(f"/api/v1/ticket-imports/{one}/undo"))[0] == 403
    assert problem(await scene.officer.get(f"/api/v1/ticket-imports/{uuid4()}"))[0] == 404


async def test_a_file_whose_job_gave_up_can_be_started_again(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    one = await a_ticket_import(pool, settings, UUID(scene.edition["id"]), SCANS, state="previewed")
    await scene.organiser.post(f"/api/v1/ticket-imports/{one}/start")
    await pool.execute("update job set state = 'dead', finished_at = now() where key = $1", str(one))

    again = await scene.organiser.post(f"/api/v1/ticket-imports/{one}/start")

    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert await pool.fetchval("select count(*) from job where key = $1 and state = 'queued'", str(one)) == 1
    await pool.execute("update job set state = 'cancelled', finished_at = now() where key = $1", str(one))


async def test_a_file_that_cannot_count_says_why_in_words(pool: asyncpg.Pool, settings: Settings, scene: Scene) -> None:
    one = await a_ticket_import(pool, settings, UUID(scene.edition["id"]), SCANS, state="failed")
    failure = '{"code":"too-many-labels","params":{"kind":"gate","limit":65535}}'
    await pool.execute("update ticket_import set failure = $2 where public_id = $1", one, failure)

    found = await scene.organiser.get(f"/api/v1/ticket-imports/{one}", headers={"accept-language": "en"})

    assert found.json()["failure"].startswith("This edition has more than 65,535 names of one kind")


async def test_the_list_of_files_goes_on_behind_a_cursor(pool: asyncpg.Pool, settings: Settings, scene: Scene) -> None:
    edition = scene.edition["id"]
    made = [str(await a_ticket_import(pool, settings, UUID(edition), SCANS[:1], state="previewed")) for _ in range(3)]

    first = await got(scene.officer, f"/api/v1/editions/{edition}/ticket-imports?limit=2")
    rest = await got(scene.officer, f"/api/v1/editions/{edition}/ticket-imports?limit=2&cursor={first['next']}")

    assert [of["id"] for of in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next"] is None


async def test_the_lines_of_a_file_say_what_became_of_them(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    await brought(pool, settings, scene, SCANS[:1], [])
    one = await brought(pool, settings, scene, SCANS[:2], [Ticket(1, holder=3, first_day=20_637, price=1250)])

    answer = await scene.organiser.get(f"/api/v1/ticket-imports/{one}/lines")

    rows = sorted(csv.DictReader(io.StringIO(answer.text)), key=lambda row: int(row["line"]))
    kept = [{name: value for name, value in row.items() if value} for row in rows]
    scanned = {
        "kind": "scan",
        "direction": "in",
        "verdict": "accepted",
        "gate": "Porte Nord",
        "session": "Vendredi",
        "quantity": "1",
    }
    assert kept == [
        {"line": "2", "outcome": "known", "ticket": hexed(1), "at": "2026-07-03T16:01:00Z", **scanned},
        {"line": "3", "outcome": "accepted", "ticket": hexed(2), "at": "2026-07-03T16:02:00Z", **scanned},
        {
            "line": "4",
            "outcome": "accepted",
            "kind": "ticket",
            "ticket": hexed(1),
            "holder": hexed(3),
            "standing": "issued",
            "channel": "unknown",
            "quantity": "1",
            "price_cents": "1250",
            "first_day": "2026-07-03",
        },
    ]
    assert answer.headers["content-disposition"] == f'attachment; filename="lignes-{one}.csv"'


async def test_the_refused_lines_say_why_in_the_language_of_the_reader(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    one = await a_ticket_import(pool, settings, UUID(scene.edition["id"]), SCANS[:1], state="previewed", refused=2)
    refused = [
        RefusedLine(line=3, column="scanned_at", code="ticket-time-missing", text="gate=Porte Nord"),
        RefusedLine(line=9, column=None, code="ticket-time-missing", text="=cmd"),
    ]

    async def chunks() -> Any:
        for line in refused:
            encoded = msgspec.json.encode(line) + b"\n"
            yield encoded[:7]
            yield encoded[7:]

    stored = await DirectoryFiles(settings.files).put(chunks(), limit=10_000)
    await pool.execute("update ticket_import set refusals_sha256 = $2 where public_id = $1", one, stored.sha256)

    french = await scene.organiser.get(f"/api/v1/ticket-imports/{one}/refusals")
    english = await scene.organiser.get(f"/api/v1/ticket-imports/{one}/refusals", headers={"accept-language": "en"})

    assert list(csv.reader(io.StringIO(english.text))) == [
        ["line", "column", "reason", "code", "text"],
        ["3", "scanned_at", "The time of the passage is missing.", "ticket-time-missing", "gate=Porte Nord"],
        ["9", "", "The time of the passage is missing.", "ticket-time-missing", "'=cmd"],
    ]
    assert "heure du passage manque." in french.text
    none = await scene.organiser.get(
        f"/api/v1/ticket-imports/{await a_ticket_import(pool, settings, UUID(scene.edition['id']), SCANS[:1])}/refusals"
    )
    assert none.text == "line,column,reason,code,text\r\n"


async def test_the_facts_that_count_leave_in_three_formats(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    edition = scene.edition["id"]
    labels = {"gate": ["=1+1", "Porte <Sud>"]}
    await brought(pool, settings, scene, [Scan(1, FRIDAY, gate=1), Scan(2, None, gate=2)], [], labels=labels)
    await brought(pool, settings, scene, [Scan(1, FRIDAY, gate=1)], [Ticket(1)], labels=labels)
    await a_live_scan(pool, UUID(edition), Scan(3, FRIDAY + MINUTE, OUT, verdict=5), sequence=1)

    text = await scene.organiser.get(f"/api/v1/editions/{edition}/scans.csv")
    columns = await scene.organiser.get(f"/api/v1/editions/{edition}/scans.parquet")
    book = await scene.organiser.get(f"/api/v1/editions/{edition}/scans.xlsx")
    tickets = await scene.organiser.get(f"/api/v1/editions/{edition}/tickets.csv")

    rows = sorted(csv.DictReader(io.StringIO(text.text)), key=lambda row: row["ticket"])
    assert [tuple(row.values()) for row in rows] == [
        (hexed(1), "2026-07-03T16:00:00Z", "in", "accepted", "'=1+1", "", "", "", "", "1"),
        (hexed(2), "", "in", "accepted", "Porte <Sud>", "", "", "", "", "1"),
        (hexed(3), "2026-07-03T16:01:00Z", "out", "wrong_day", "", "", "", "", "", "1"),
    ]
    table = pq.read_table(io.BytesIO(columns.content)).sort_by("ticket")
    assert table.column("gate").to_pylist() == ["=1+1", "Porte <Sud>", None]
    assert table.column("at").to_pylist() == [FRIDAY, None, FRIDAY + MINUTE]
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    cells = sorted(sheet.iter_rows(min_row=2, values_only=True))
    assert cells == [
        (hexed(1), dt.datetime(2026, 7, 3, 18, 0), "in", "accepted", "=1+1", None, None, None, None, 1),  # noqa: DTZ001  a clock on a wall
        (hexed(2), None, "in", "accepted", "Porte <Sud>", None, None, None, None, 1),
        (hexed(3), dt.datetime(2026, 7, 3, 18, 1), "out", "wrong_day", None, None, None, None, None, 1),  # noqa: DTZ001  same
    ]
    assert {cell.data_type for cell in sheet["E"] if cell.value} == {"s"}
    assert [row["ticket"] for row in csv.DictReader(io.StringIO(tickets.text))] == [hexed(1)]
    assert text.headers["content-disposition"] == 'attachment; filename="scans.csv"'


async def test_the_head_of_an_export_is_its_headers_alone(pool: asyncpg.Pool, settings: Settings, scene: Scene) -> None:
    await brought(pool, settings, scene, SCANS, TICKETS)

    answer = await scene.organiser.head(f"/api/v1/editions/{scene.edition['id']}/scans.parquet")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert answer.headers["content-disposition"] == 'attachment; filename="scans.parquet"'


async def test_the_quantities_leave_in_three_formats(pool: asyncpg.Pool, settings: Settings, scene: Scene) -> None:
    edition = scene.edition["id"]
    await brought(pool, settings, scene, SCANS, TICKETS)
    await pool.execute("update edition set simulated = true where public_id = $1", UUID(edition))

    text = await scene.organiser.get(f"/api/v1/editions/{edition}/attendance.csv")
    columns = await scene.organiser.get(f"/api/v1/editions/{edition}/attendance.parquet")
    book = await scene.organiser.get(f"/api/v1/editions/{edition}/attendance.xlsx")

    rows = list(csv.reader(io.StringIO(text.text)))
    assert rows[1] == [
        "edition", "", "", "all days", "15", "0", "12", "14", "1", "13", "12", "1", "1",
        str(1 - 12 / 15), str(13 / 12),
    ]  # fmt: skip
    assert rows[2][:4] == ["edition", "", "2026-07-03", "day"]
    assert rows[-1] == [
        "origin", "", "", "all days, masked origins together", "15", "", "", "", "", "13", "12", "", "", "", "",
    ]  # fmt: skip
    assert len(rows) - 1 == pq.read_table(io.BytesIO(columns.content)).num_rows
    assert openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0].max_row == len(rows)
    assert text.headers["content-disposition"] == 'attachment; filename="attendance-simulated.csv"'


async def test_an_edition_whose_clock_changes_is_counted_anew(
    pool: asyncpg.Pool, settings: Settings, scene: Scene
) -> None:
    path = f"/api/v1/editions/{scene.edition['id']}"
    jobs = "select count(*) from job where kind = 'recount_attendance' and key = $1"
    key = f"edition:{scene.edition['id']}"

    await scene.officer.patch(path, json={"event_day_starts_at": "06:00:00"}, headers={"if-match": "*"})
    without_counts = await pool.fetchval(jobs, key)
    await brought(pool, settings, scene, SCANS, [])
    await scene.officer.patch(path, json={"note": "Rien qui compte."}, headers={"if-match": "*"})
    another_word = await pool.fetchval(jobs, key)
    changed = await scene.officer.patch(path, json={"time_zone": "Indian/Reunion"}, headers={"if-match": "*"})

    assert changed.status_code == 200
    assert (without_counts, another_word, await pool.fetchval(jobs, key)) == (0, 0, 1)
    await pool.execute("update job set state = 'cancelled', finished_at = now() where key = $1", key)
