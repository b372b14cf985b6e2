"""docs/formats/: every format has its line, and the Table Schemas say what the code reads."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from events_api.domain.tickets.profiles import Profile
from events_api.importers.tickets import canonical
from events_api.importers.tickets.convert import KNOWN
from events_api.importers.tickets.lines import LineRefused, Record
from tests.importers.tickets.formats.reading import CONTEXT, Line, objects, table

DOCS = Path(__file__).parents[4] / "docs" / "formats"


def schema(name: str) -> list[dict[str, Any]]:
    return json.loads((DOCS / f"{name}.schema.json").read_text())["fields"]


def test_every_format_has_its_line_and_no_other_is_promised() -> None:
    rows = [line.split("|")[1] for line in (DOCS / "README.md").read_text().splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in row.replace("`", "").replace(" ", "").split(",")}

    assert {known.name for known in KNOWN} | {"profile"} <= named


def test_every_field_of_a_profile_is_documented() -> None:
    text = (DOCS / "README.md").read_text().split("## Profiles")[1]

    assert [name for name in Profile.__struct_fields__ if name not in text] == []


@pytest.mark.parametrize(("name", "fields"), [("scans", canonical.SCAN_FIELDS), ("tickets", canonical.TICKET_FIELDS)])
def test_the_schema_has_the_columns_that_the_code_reads(name: str, fields: dict[str, str]) -> None:
    assert [field["name"] for field in schema(name)] == list(fields)


def test_the_schema_allows_the_words_that_the_code_knows() -> None:
    allowed = {
        field["name"]: field["constraints"]["enum"]
        for name in ("scans", "tickets")
        for field in schema(name)
        if "enum" in field.get("constraints", {})
    }

    assert allowed == {
        "direction": [word for word in canonical.DIRECTIONS if word],
        "result": [word for word in canonical.RESULTS if word],
        "status": [word for word in canonical.STATUSES if word],
        "channel": [word for word in canonical.CHANNEL_WORDS if word],
    }


@pytest.mark.parametrize("name", ["scans", "tickets"])
def test_the_examples_are_read_whole_and_say_the_same_as_csv_and_ndjson(name: str) -> None:
    heads = [
        table((DOCS / f"{name}.csv").read_text()),
        objects([json.loads(line) for line in (DOCS / f"{name}.ndjson").read_text().splitlines()]),
    ]
    read: list[list[Line]] = []

    for head in heads:
        assert canonical.Canonical().recognise(head) is not None
        reader = canonical.Canonical().reader(head, CONTEXT)
        read.append([line for record in head.records for line in reader.read(record)])

    assert len(read[0]) == 4
    for one, other in zip(*read, strict=True):
        assert {key: value for key in one.__struct_fields__ if (value := getattr(one, key))} == {
            key: value for key in other.__struct_fields__ if (value := getattr(other, key))
        }
    with (DOCS / f"{name}.csv").open(newline="") as file:
        assert next(csv.reader(file)) == [field["name"] for field in schema(name)]


def test_what_the_schema_forbids_the_code_refuses() -> None:
    scan = {"ticket_code": "A", "scanned_at": "2026-07-03T18:05:12+02:00"}
    wrong = [
        {"direction": "sideways"}, {"result": "perhaps"}, {"quantity": "x"}, {"country": "France"},
        {"scanned_at": "03/07/2026 18:05"},
    ]  # fmt: skip
    reader = canonical.CanonicalReader(True, objects=False)
    refused: Counter[str] = Counter()

    for change in wrong:
        with pytest.raises(LineRefused) as problem:
            reader.read(Record(line=2, cells=scan | change))
        refused[str(problem.value.column)] += 1

    assert refused == Counter(["direction", "result", "quantity", "country", "scanned_at"])
