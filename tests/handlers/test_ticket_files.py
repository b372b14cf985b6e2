"""Files of tickets and scans brought over HTTP: understood, shown, refused with a reason, by who may."""

import gzip
import hashlib
import io
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import openpyxl
import pytest
from litestar import Litestar

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.tickets.facts import pseudonym
from events_api.settings import Settings
from events_api.store.key_ends import destroy
from events_api.store.ticket_keys import edition_key
from events_api.store.transaction import transact
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, problem

SCANS = b"""ticket_code,scanned_at,direction,gate,e-mail
A-1,2026-07-03T18:00:05+02:00,in,Porte Nord,jeanne@example.org
A-2,2026-07-03T18:00:07+02:00,in,Porte Nord,
A-1,hier soir,out,Porte Nord,jeanne@example.org
A-3,2026-07-03T18:00:09+02:00,in
"""
CSV = {"content-type": "text/csv"}


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool, year=2026)


def _path(scene: Scene) -> str:
    return f"/api/v1/editions/{scene.edition['id']}/ticket-files"


async def _key(app: Litestar, pool: asyncpg.Pool, scene: Scene) -> bytes:
    edition = UUID(scene.edition["id"])
    internal = await pool.fetchval("select id from edition where public_id = $1", edition)
    async with pool.acquire() as connection:
        return await edition_key(connection, app.state.master_key, internal, edition)


async def test_a_file_is_read_and_what_was_understood_is_answered(
    scene: Scene, app: Litestar, pool: asyncpg.Pool
) -> None:
    answer = await scene.organiser.put(f"{_path(scene)}?file_name=portes.csv", content=SCANS, headers=CSV)

    assert answer.status_code == 201, answer.text
    found = answer.json()
    key = await _key(app, pool, scene)
    shown = [
        {
            "line": line,
            "kind": "scan",
            "values": {
                "code": pseudonym(key, code).hex(),
                "at": f"2026-07-03T16:00:0{second}+00:00",
                "direction": "in",
                "verdict": "accepted",
                "gate": "Porte Nord",
                "quantity": 1,
            },
        }
        for line, code, second in ((2, "A-1", 5), (3, "A-2", 7))
    ]
    assert answer.headers["location"] == f"/api/v1/ticket-imports/{found['id']}"
    assert {name: found[name] for name in found if name not in {"id", "created_at", "requested_by", "preview"}} == {
        "edition_id": scene.edition["id"],
        "sha256": hashlib.sha256(SCANS).hexdigest(),
        "bytes": len(SCANS),
        "file_name": "portes.csv",
        "format": "canonical",
        "state": "previewed",
        "failure": None,
        "simulated": False,
        "lines_read": 4,
        "lines_accepted": 0,
        "lines_known": 0,
        "lines_refused": 2,
        "same_file_as": None,
        "job_id": None,
        "imported_at": None,
        "undone_at": None,
        "version": 1,
    }
    assert found["preview"] == {
        "format": "canonical",
        "because": ["ticket_code", "scanned_at", "direction", "gate"],
        "confidence": 100,
        "container": "table",
        "encoding": "ascii",
        "delimiter": ",",
        "packed": [],
        "sheet": None,
        "sheets": 0,
        "path": "",
        "columns": [
            {"column": "ticket_code", "field": "code"},
            {"column": "scanned_at", "field": "at"},
            {"column": "direction", "field": "direction"},
            {"column": "gate", "field": "gate"},
            {"column": "e-mail", "field": None},
        ],
        "tickets": 0,
        "scans": 2,
        "passed_over": 0,
        "profile": None,
        "notes": [],
        "shown": shown,
        "refused": [
            {
                "line": 4,
                "column": "scanned_at",
                "code": "line-time",
                "params": {},
                "text": "scanned_at=aaaa aaaa; direction=aaa; gate=Porte Nord",
                "sentence": "L’instant ne se lit pas\u00a0: il s’écrit 2026-07-03T18:05:12+02:00.",
            },
            {
                "line": 5,
                "column": None,
                "code": "line-width",
                "params": {"expected": 5, "found": 3},
                "text": "",
                "sentence": "Cette ligne a 3 colonnes, il en faut 5.",
            },
        ],
    }


async def test_the_same_bytes_again_name_the_import_before(scene: Scene) -> None:
    first = await scene.officer.put(_path(scene), content=SCANS, headers=CSV)

    again = await scene.officer.put(_path(scene), content=gzip.compress(SCANS), headers=CSV)
    same = await scene.officer.put(_path(scene), content=SCANS, headers=CSV)

    assert (first.status_code, again.status_code, same.status_code) == (201, 201, 201)
    assert again.json()["same_file_as"] is None  # other bytes
    assert again.json()["preview"]["packed"] == ["gzip"]
    assert same.json()["same_file_as"] == first.json()["id"]


async def test_a_stream_of_unknown_length_is_read(scene: Scene) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for begin in range(0, len(SCANS), 7):
            yield SCANS[begin : begin + 7]

    answer = await scene.officer.put(_path(scene), content=stream(), headers=CSV)

    assert (answer.status_code, answer.json()["sha256"]) == (201, hashlib.sha256(SCANS).hexdigest())


async def test_only_who_answers_for_the_edition_brings_its_files(scene: Scene, speak: Speak) -> None:
    answers = {
        who: problem(await client.put(_path(scene), content=SCANS, headers=CSV))
        for who, client in {
            "stranger": scene.stranger,
            "nobody": await speak(),
            "auditor": await speak("auditor"),
            "communication": await speak("communication"),
        }.items()
    }

    assert answers == {
        "stranger": (403, "not-yours", None),
        "nobody": (401, "login-required", None),
        "auditor": (403, "not-allowed", None),
        "communication": (403, "not-allowed", None),
    }


async def test_what_is_no_file_of_tickets_is_said(scene: Scene, settings: Settings) -> None:
    files = {
        "empty": b"",
        "pdf": b"%PDF-1.7 ...",
        "strange": b"fruit;couleur\npomme;rouge\n",
        "web page": b"<!DOCTYPE html><html>Just a moment...</html>",
        "cut": gzip.compress(SCANS)[:-9],
    }

    found = {
        name: problem(await scene.officer.put(_path(scene), content=content, headers=CSV))
        for name, content in files.items()
    }
    form = await scene.officer.put(_path(scene), content=SCANS, headers={"content-type": "multipart/form-data"})
    asked = await scene.officer.put(f"{_path(scene)}?format=nothing", content=SCANS, headers=CSV)

    assert found == {
        "empty": (422, "file-empty", None),
        "pdf": (422, "file-kind-unread", None),
        "strange": (422, "ticket-file-not-recognised", None),
        "web page": (422, "file-kind-unread", None),
        "cut": (422, "file-cut-short", None),
    }
    bare = await scene.officer.put(_path(scene), content=SCANS)
    assert problem(form) == (422, "file-in-a-form", "Content-Type")
    assert bare.status_code == 201
    assert problem(asked) == (422, "ticket-format-unknown", "format")
    assert [path.name for path in settings.files.glob(".*")] == []


async def test_a_workbook_beyond_a_megabyte_is_guessed_from_all_of_it(scene: Scene) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["ticket_code", "scanned_at", "gate"])
    for rank in range(900):
        sheet.append([f"T{rank:04}", "2026-07-03T18:00:00+02:00", secrets.token_hex(1000)])
    packed = io.BytesIO()
    book.save(packed)
    path = f"/api/v1/editions/{scene.edition['id']}/ticket-file-previews"

    answer = await scene.organiser.post(path, content=packed.getvalue(), headers=CSV)

    assert len(packed.getvalue()) > 1_000_000
    assert (answer.status_code, answer.json()["format"]) == (200, "canonical")


async def test_the_beginning_of_a_file_is_guessed_without_a_value_of_it(scene: Scene) -> None:
    content = b"Nom;Courriel;Passage;Zone\nDurand;jeanne@example.org;03/07/2026 18:00;Nord\n"
    path = f"/api/v1/editions/{scene.edition['id']}/ticket-file-previews"

    answer = await scene.organiser.post(path, content=content, headers=CSV)
    cut = await scene.organiser.post(path, content=gzip.compress(SCANS * 100)[:200], headers=CSV)

    def guessed(column: str, kind: str, longest: int, shape: str) -> dict[str, Any]:
        return {
            "column": column,
            "field": None,
            "kind": kind,
            "filled": 1,
            "different": 1,
            "longest": longest,
            "shapes": [shape],
        }

    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "format": None,
        "because": [],
        "confidence": 0,
        "container": "table",
        "encoding": "ascii",
        "delimiter": ";",
        "packed": [],
        "sheets": [],
        "path": "",
        "profile": None,
        "unknown_words": {},
        "columns": [
            guessed("Nom", "person", 6, "aaaaaa"),
            guessed("Courriel", "e-mail", 18, "[…]"),
            guessed("Passage", "date", 16, "00/00/0000 00:00"),
            guessed("Zone", "text", 4, "aaaa"),
        ],
    }
    assert (cut.json()["format"], cut.json()["packed"]) == ("canonical", ["gzip"])


async def test_the_refused_lines_are_kept_without_their_values(scene: Scene, app: Litestar, pool: asyncpg.Pool) -> None:
    answer = await scene.officer.put(_path(scene), content=SCANS, headers=CSV)

    row = await pool.fetchrow(
        "select refusals_sha256, draft_sha256 from ticket_import where public_id = $1", UUID(answer.json()["id"])
    )
    assert row is not None
    root: Path = app.state.readers.files
    name = row["refusals_sha256"].hex()
    lines = [json.loads(line) for line in (root / name[:2] / name[2:]).read_bytes().splitlines()]
    assert [(line["line"], line["code"]) for line in lines] == [(4, "line-time"), (5, "line-width")]
    assert b"jeanne" not in (root / name[:2] / name[2:]).read_bytes()


LOG = b"Badge;Heure;Tourniquet\nB-1;03/07/2026 18:00:05;T1\nB-2;03/07/2026 18:00:09;T2\n"
MAPPING = {"facts": "scans", "code": "Badge", "at": "Heure", "gate": "Tourniquet", "date_order": "dmy"}


async def test_a_profile_reads_what_no_format_knows(scene: Scene) -> None:
    profile = {"organisation_id": scene.organisation, "name": "Tourniquets", "mapping": MAPPING}
    made = await scene.organiser.post("/api/v1/import-profiles", json=profile)
    assert made.status_code == 201, made.text

    answer = await scene.organiser.put(f"{_path(scene)}?profile_id={made.json()['id']}", content=LOG, headers=CSV)
    other = await scene.organiser.put(f"{_path(scene)}?profile_id={made.json()['id']}", content=SCANS, headers=CSV)
    listed = await scene.organiser.get("/api/v1/import-profiles")
    hidden = await scene.stranger.get("/api/v1/import-profiles")

    found = answer.json()
    assert (answer.status_code, found["format"], found["lines_read"], found["lines_refused"]) == (201, "profile", 2, 0)
    assert found["preview"]["profile"] == {"id": made.json()["id"], "name": "Tourniquets", "version": 1}
    assert [note["code"] for note in found["preview"]["notes"]] == ["times-local"]
    assert [(line["values"]["at"], line["values"]["gate"]) for line in found["preview"]["shown"]] == [
        ("2026-07-03T16:00:05+00:00", "T1"),
        ("2026-07-03T16:00:09+00:00", "T2"),
    ]
    assert problem(other) == (422, "ticket-format-does-not-fit", None)
    assert [item["id"] for item in listed.json()["items"]] == [made.json()["id"]]
    assert hidden.json()["items"] == []


async def test_a_profile_of_somebody_else_is_not_used(scene: Scene, speak: Speak, pool: asyncpg.Pool) -> None:
    theirs = await a_scene(speak, pool, year=2026)
    profile = {"organisation_id": theirs.organisation, "name": "À eux", "mapping": MAPPING}
    made = await theirs.organiser.post("/api/v1/import-profiles", json=profile)

    taken = await scene.organiser.put(f"{_path(scene)}?profile_id={made.json()['id']}", content=LOG, headers=CSV)
    given = await scene.organiser.post("/api/v1/import-profiles", json=profile | {"name": "À nous"})
    wrong = await theirs.organiser.post(
        "/api/v1/import-profiles", json=profile | {"mapping": {"facts": "scans", "code": "Badge"}}
    )

    assert problem(taken) == (403, "not-yours", None)
    assert problem(given) == (403, "not-yours", None)
    assert problem(wrong) == (422, "profile-time-missing", "at")


async def test_a_file_can_be_started_at_once(scene: Scene, pool: asyncpg.Pool) -> None:
    answer = await scene.organiser.put(f"{_path(scene)}?start=true&simulated=true", content=SCANS, headers=CSV)

    found = answer.json()
    job = await pool.fetchrow("select kind, payload::text from job where public_id = $1", UUID(found["job_id"]))
    assert job is not None
    assert (found["state"], found["simulated"], job["kind"]) == ("queued", True, "import_tickets")
    assert json.loads(job["payload"]) == {"import_id": found["id"]}


async def test_no_file_is_taken_once_the_key_is_destroyed(scene: Scene, pool: asyncpg.Pool) -> None:
    edition = UUID(scene.edition["id"])
    assert (await scene.organiser.put(_path(scene), content=SCANS, headers=CSV)).status_code == 201

    async def in_the_middle() -> AsyncIterator[bytes]:
        yield SCANS[:60]
        async with transact(
            pool, actor=SYSTEM, grant=EVERYTHING, request_id="test", operation="test", master_key=b""
        ) as work:
            await destroy(work, edition)
        yield SCANS[60:]

    meanwhile = await scene.organiser.put(_path(scene), content=in_the_middle(), headers=CSV)
    afterwards = await scene.organiser.put(_path(scene), content=SCANS, headers=CSV)
    looked_at = await scene.organiser.post(
        f"/api/v1/editions/{edition}/ticket-file-previews", content=SCANS, headers=CSV
    )

    destroyed = (409, "ticket-key-destroyed", None)
    assert [problem(answer) for answer in (meanwhile, afterwards, looked_at)] == [destroyed] * 3
    imports = "select count(*) from ticket_import i join edition e on e.id = i.edition_id where e.public_id = $1"
    assert await pool.fetchval(imports, edition) == 1


async def test_a_name_of_a_file_keeps_no_address_and_nothing_that_does_not_print(scene: Scene) -> None:
    name = "\u202ejeanne@example.org 2026-07-03 1800.csv"

    answer = await scene.organiser.put(_path(scene), params={"file_name": name}, content=SCANS, headers=CSV)

    assert answer.json()["file_name"] == "[…] 2026-07-03 1800.csv"
