"""Files of every tool as bytes, in every wrapping that organisers send: the same facts come out."""

import csv
import gzip
import io
import json
import secrets
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from events_api.domain.tickets.files import Converted, TicketFileNotRecognised
from events_api.importers.tickets.convert import convert, guess
from events_api.importers.tickets.frames import Task
from tests.importers.tickets.formats import test_pretix, test_tools

KEY = bytes(32)


def task(files: Path, **changes: Any) -> Task:
    made: dict[str, Any] = {"key": KEY, "zone": "Europe/Paris", "files": str(files), "token": secrets.token_hex(8)}
    return Task(**made | changes)


def converted(files: Path, content: bytes, **changes: Any) -> Converted:
    size = max(1, len(content) // 3)
    return convert(task(files, **changes), (content[at : at + size] for at in range(0, len(content), size)))


def facts(outcome: Converted) -> list[tuple[int, str, dict[str, Any]]]:
    """What the preview shows of each line; the number of the line is its own affair."""
    return [(rank, line.kind, line.values) for rank, line in enumerate(outcome.preview.shown)]


def as_csv(rows: list[list[str]], delimiter: str, encoding: str, ending: str = "\r\n") -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, lineterminator=ending).writerows(rows)
    return made.getvalue().encode(encoding)


def as_xlsx(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Lisez-moi"
    first.append(["Export de l'outil", None])
    sheet = book.create_sheet("Données")
    for row in rows:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.csv", content)
    return made.getvalue()


WRAPPINGS: dict[str, Callable[[list[list[str]]], bytes]] = {
    "semicolon, cp1252": lambda rows: as_csv(rows, ";", "cp1252"),
    "semicolon, BOM": lambda rows: as_csv(rows, ";", "utf-8-sig"),
    "tab, UTF-16": lambda rows: as_csv(rows, "\t", "utf-16"),
    "sep= line": lambda rows: b"sep=;\r\n" + as_csv(rows, ";", "utf-8"),
    "title lines": lambda rows: b"Export du 06/08/2026\r\n\r\n" + as_csv(rows, ";", "utf-8"),
    "old Mac line ends": lambda rows: as_csv(rows, ";", "utf-8", "\n").replace(b"\n", b"\r\n"),
    "encoded twice": lambda rows: as_csv(rows, ";", "utf-8").decode("cp1252", "replace").encode(),
    "gzip": lambda rows: gzip.compress(as_csv(rows, ",", "utf-8")),
    "zip": lambda rows: zipped(as_csv(rows, ",", "utf-8")),
    "XLSX behind another sheet": as_xlsx,
    "header in capitals": lambda rows: as_csv([[cell.upper() for cell in rows[0]], *rows[1:]], ";", "utf-8"),
    "columns reversed, one more": lambda rows: as_csv(
        [[*reversed(row), "Question ?" if rank == 0 else "Réponse"] for rank, row in enumerate(rows)], ";", "utf-8"
    ),
}
TABLES = {
    "pretix-checkinlog": (test_pretix.LOG_FR, ","),
    "pretix-checkinlist": (test_pretix.LIST_FR, ";"),
    "pretix-positions": (test_pretix.POSITIONS_EN, ","),
    "eventbrite-attendees": (test_tools.EVENTBRITE_US, ","),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_the_wrapping_of_a_table_changes_nothing(tmp_path: Path, name: str, wrapping: str) -> None:
    text, delimiter = TABLES[name]
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))

    plain = converted(tmp_path, as_csv(rows, ",", "utf-8", "\n"))
    wrapped = converted(tmp_path, WRAPPINGS[wrapping](rows))

    assert plain.preview.format == name
    assert (wrapped.preview.format, facts(wrapped)) == (name, facts(plain))
    assert (wrapped.lines_read, wrapped.lines_refused) == (plain.lines_read, plain.lines_refused)
    assert facts(plain) != []


OBJECTS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "pretix-orders": ([test_pretix.an_order(), test_pretix.an_order(testmode=True)], "event.orders"),
    "weezevent-participants": ([test_tools.PARTICIPANT, test_tools.PARTICIPANT | {"barcode": "2"}], "participants"),
    "billetweb-attendees": ([test_tools.ATTENDEE, test_tools.ATTENDEE | {"barcode": "2"}], ""),
    "shotgun-tickets": ([test_tools.SHOTGUN, test_tools.SHOTGUN | {"ticket_barcode": "2"}], "data"),
}


def nested(values: list[dict[str, Any]], path: str) -> Any:
    made: Any = values
    for name in reversed(path.split(".") if path else []):
        made = {"count": 2, "next": None, name: made}
    return made


@pytest.mark.parametrize("name", OBJECTS)
def test_json_alone_in_an_envelope_or_a_line_each(tmp_path: Path, name: str) -> None:
    values, path = OBJECTS[name]

    wrapped = [
        json.dumps(nested(values, path)).encode(),
        json.dumps(nested(values, path), indent=2, ensure_ascii=False).encode("utf-8-sig"),
        json.dumps(nested(values, "results")).encode(),
        json.dumps([nested(values[:1], "results"), nested(values[1:], "results")]).encode(),
        "\n".join(json.dumps(nested([value], "results")) for value in values).encode(),
        "\n".join(json.dumps(value) for value in values).encode(),
        gzip.compress(json.dumps(nested(values, path)).encode()),
    ]
    outcomes = [converted(tmp_path, content) for content in wrapped]

    assert {outcome.preview.format for outcome in outcomes} == {name}
    assert all(facts(outcome) == facts(outcomes[0]) for outcome in outcomes)
    assert facts(outcomes[0]) != []


def test_mapado_s_hydra_collection_and_one_order_alone(tmp_path: Path) -> None:
    ticket = {"@id": "/1", "barcode": "M1", "status": "payed", "facialValue": 1250, "isValid": True, "imported": False,
              "eventDate": "/v1/event_dates/1"}  # fmt: skip
    order = json.loads((test_pretix.SAMPLES / "orders" / "order1.json").read_text())

    hydra = converted(tmp_path, json.dumps({"hydra:totalItems": 1, "hydra:member": [ticket]}).encode())
    alone = converted(tmp_path, json.dumps(order, indent=1).encode())

    assert (hydra.preview.format, hydra.preview.tickets) == ("mapado-tickets", 1)
    assert (alone.preview.tickets, alone.preview.scans) == (3, 2)


def test_names_addresses_and_phones_of_a_file_are_nowhere_in_what_is_kept(tmp_path: Path) -> None:
    texts = [test_pretix.LOG_FR, test_pretix.LIST_FR, test_pretix.POSITIONS_EN, test_tools.EVENTBRITE_US]

    for text in texts:
        converted(tmp_path, text.replace("Prénom Fictif", "Zoé Fictif").encode())

    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert len(kept) > 1000
    for secret in ("Zoé", "Fictif", "exemple.test", "33600000000", "secret-1", "sec-1", "500001"):
        assert secret.encode() not in kept, secret


def test_an_unknown_log_is_refused_whole_with_its_columns_and_guessed(tmp_path: Path) -> None:
    content = b"Horodatage;Porte;Sens;Code-barres\n2026-08-05 21:07:33;Nord;E;12345678\n"

    with pytest.raises(TicketFileNotRecognised) as refused:
        converted(tmp_path, content)
    guessed = guess(task(tmp_path, guess=True), [content])

    assert refused.value.params["columns"] == ["Horodatage", "Porte", "Sens", "Code-barres"]
    assert guessed.format is None


def test_days_that_a_spreadsheet_wrote_as_midnight_are_uses_without_a_time(tmp_path: Path) -> None:
    rows = [
        ["ID", "Registration date", "Registration state", "Checked in", "Check-in date", "Payment date"],
        ["1", "", "Completed", "Yes", "2026-08-05 00:00:00", ""],
        ["2", "", "Completed", "Yes", "2026-08-06 00:00:00", ""],
    ]

    outcome = converted(tmp_path, as_xlsx(rows))

    assert [line.values.get("at") for line in outcome.preview.shown if line.kind == "scan"] == [None, None]
