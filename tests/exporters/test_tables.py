import csv as reader
import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.exporters import csv, xlsx
from events_api.exporters.cells import Row, inert

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["=1+1", "+33 4", "-1", "@SUM(A1)", "\t=1", "\r=1", '=cmd|"/c"!A1', "a;b", 'a"b', "a\r\nb", ""]
)
CREATED = dt.datetime(2024, 10, 25, tzinfo=dt.UTC)
ROWS: list[Row] = [
    ["Fête; dite « =1 »", 150000, Decimal("1234.50"), dt.date(2024, 10, 25), True, None],
    ["=1+1", -5, -0.25, dt.datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Paris")), False, "a\nb"],
]
HEADER = ["nom", "nombre", "montant", "le", "oui", "note"]


def test_the_machine_variant_is_rfc_4180() -> None:
    assert b"".join(csv.stream(HEADER, ROWS, csv.RFC4180)).decode() == (
        "nom,nombre,montant,le,oui,note\r\n"
        "Fête; dite « =1 »,150000,1234.50,2024-10-25,true,\r\n"
        '\'=1+1,-5,-0.25,2024-10-27T02:30:00+02:00,false,"a\nb"\r\n'
    )


def test_the_french_variant_opens_in_excel() -> None:
    assert (
        b"".join(csv.stream(HEADER, ROWS, csv.FRENCH_EXCEL))
        == (
            "\ufeffnom;nombre;montant;le;oui;note\r\n"
            '"Fête; dite « =1 »";150000;1234,50;2024-10-25;true;\r\n'
            '\'=1+1;-5;-0,25;2024-10-27T02:30:00+02:00;false;"a\nb"\r\n'
        ).encode()
    )


def test_rows_are_not_gathered_before_the_first_bytes_leave() -> None:
    taken = 0

    def rows() -> Any:
        nonlocal taken
        for taken in range(1, 10_001):
            yield [taken]

    chunks = csv.stream(["n"], rows(), csv.RFC4180)

    assert next(chunks) == b"n\r\n"
    assert taken == 0
    next(chunks)
    assert taken < 1000
    assert sum(chunk.count(b"\r\n") for chunk in chunks) + taken == 10_000 + taken - 500


@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=8), st.sampled_from([csv.RFC4180, csv.FRENCH_EXCEL]))
def test_every_text_comes_back_and_none_is_a_formula(rows: list[list[str]], dialect: csv.Dialect) -> None:
    written = b"".join(csv.stream(["a", "b"], rows, dialect)).decode().removeprefix(dialect.opening)

    read = list(reader.reader(io.StringIO(written, newline=""), delimiter=dialect.delimiter, strict=True))

    assert read == [["a", "b"], *([inert(cell) for cell in row] for row in rows)]
    assert not any(cell.startswith(tuple("=+-@\t\r")) for row in read for cell in row)


def sheets_of(content: bytes) -> dict[str, list[list[str | None]]]:
    """Read the cells as they are stored, and fail on any formula."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = [
            sheet.attrib["name"]
            for sheet in ET.fromstring(book.read("xl/workbook.xml")).iterfind(".//m:sheet", space)  # noqa: S314
        ]
        read = {}
        for number, name in enumerate(names, 1):
            root = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
            assert root.find(".//m:f", space) is None
            read[name] = [
                ["".join(cell.itertext()) for cell in row.iterfind("m:c", space)]
                for row in root.iterfind(".//m:row", space)
            ]
        return read


def written(*sheets: xlsx.Sheet) -> bytes:
    target = io.BytesIO()
    xlsx.write(target, sheets, created=CREATED)
    return target.getvalue()


def test_a_workbook_holds_numbers_dates_and_texts() -> None:
    content = written(
        xlsx.Sheet(name="Éditions", header=HEADER, rows=ROWS), xlsx.Sheet(name="Vide", header=["x"], rows=[])
    )

    assert sheets_of(content) == {
        "Éditions": [
            HEADER,
            ["Fête; dite « =1 »", "150000", "1234.50", "45590", "1"],
            ["'=1+1", "-5", "-0.25", "45592.10416666666", "0", "a\nb"],
        ],
        "Vide": [["x"]],
    }


def test_the_same_rows_give_the_same_bytes() -> None:
    assert written(xlsx.Sheet(name="a", header=HEADER, rows=ROWS)) == written(
        xlsx.Sheet(name="a", header=HEADER, rows=iter(ROWS))
    )


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, {"n": [["x"]]}),
        (2, {"n": [["x"], ["0"], ["1"]]}),
        (3, {"n": [["x"], ["0"], ["1"]], "n (2)": [["x"], ["2"]]}),
        (5, {"n": [["x"], ["0"], ["1"]], "n (2)": [["x"], ["2"], ["3"]], "n (3)": [["x"], ["4"]]}),
    ],
)
def test_a_long_table_goes_on_in_another_sheet(
    count: int, expected: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "_MAX_ROWS", 3)

    assert sheets_of(written(xlsx.Sheet(name="n", header=["x"], rows=([i] for i in range(count))))) == expected


@given(st.lists(texts | st.integers() | st.floats() | st.decimals() | st.booleans() | st.none(), max_size=6))
def test_any_cell_can_be_written_and_none_is_a_formula(row: list[Any]) -> None:
    [cells] = sheets_of(written(xlsx.Sheet(name="a", header=["x"], rows=[row]))).values()

    assert not any(cell.startswith(("=", "@")) for line in cells for cell in line if cell)


def test_a_text_too_long_for_a_cell_is_cut_visibly() -> None:
    [cells] = sheets_of(written(xlsx.Sheet(name="a", header=["x"], rows=[["é" * 40_000]]))).values()

    assert cells[1] == ["é" * 32_766 + "…"]
