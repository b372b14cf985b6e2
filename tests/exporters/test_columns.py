"""Tables of any length in three formats."""

import csv
import datetime as dt
import io
import re
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from events_api.exporters import columns
from events_api.exporters.columns import Column, Ending, schema, writer

COLUMNS = (
    Column("word", "text"),
    Column("number", "number"),
    Column("share", "share"),
    Column("day", "day"),
    Column("at", "instant"),
)
AT = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
DAY = dt.date(2026, 7, 3)


def a_table(*words: str | None) -> pa.Table:
    rank = range(len(words))
    return pa.table(
        [list(words), list(rank), [one / 4 for one in rank], [DAY for _ in rank], [AT for _ in rank]],
        schema=schema(COLUMNS),
    )


def written(ending: Ending, *parts: pa.Table) -> bytes:
    target = writer(ending, COLUMNS, sheet="mots", zone="Europe/Paris")
    return b"".join([*(target.part(part) for part in parts), target.end()])


DANGEROUS = ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "＝1"]


@pytest.mark.parametrize("word", DANGEROUS)
def test_no_cell_is_a_formula(word: str) -> None:
    rows = list(csv.reader(io.StringIO(written("csv", a_table(word)).decode(), newline="")))
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", a_table(word)))).worksheets[0]

    assert rows[1][0] == f"'{word}"
    assert sheet["A2"].data_type == "s"
    assert pq.read_table(io.BytesIO(written("parquet", a_table(word)))).column("word").to_pylist() == [word]


def test_values_keep_their_kind() -> None:
    table = a_table("mot « été » & <b>\"'", None)

    rows = list(csv.reader(io.StringIO(written("csv", table).decode())))
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", table))).worksheets[0]
    back = pq.read_table(io.BytesIO(written("parquet", table)))

    assert rows == [
        ["word", "number", "share", "day", "at"],
        ["mot « été » & <b>\"'", "0", "0", "2026-07-03", "2026-10-25T00:30:00Z"],
        ["", "1", "0.25", "2026-07-03", "2026-10-25T00:30:00Z"],
    ]
    on_the_wall = dt.datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001  the clock of Paris
    assert list(sheet.iter_rows(values_only=True)) == [
        ("word", "number", "share", "day", "at (Europe/Paris)"),
        ("mot « été » & <b>\"'", 0, 0, dt.datetime(2026, 7, 3), on_the_wall),  # noqa: DTZ001  a day
        (None, 1, 0.25, dt.datetime(2026, 7, 3), on_the_wall),  # noqa: DTZ001  same
    ]
    assert back == table


def test_every_line_ends_alike() -> None:
    assert written("csv", a_table("a", "b")).count(b"\n") == 3
    assert b"\r" not in written("csv", a_table("a", "b"))


def test_instants_keep_their_microseconds() -> None:
    table = a_table("a").set_column(4, "at", pa.array([AT + dt.timedelta(microseconds=5)], columns.TYPES["instant"]))

    assert b"2026-10-25T00:30:00.000005Z" in written("csv", table)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_table_in_parts_is_the_table(ending: Ending) -> None:
    whole, parts = written(ending, a_table("a", "b", "c")), [a_table("a", "b", "c").slice(n, 1) for n in range(3)]

    read = {
        "csv": lambda content: list(csv.reader(io.StringIO(content.decode()))),
        "xlsx": lambda content: list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values),
        "parquet": lambda content: pq.read_table(io.BytesIO(content)).to_pylist(),
    }[ending]
    assert read(written(ending, *parts)) == read(whole)
    assert written(ending, *parts) == written(ending, *parts)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_table_without_rows_has_its_columns(ending: Ending) -> None:
    content = written(ending)

    names = {
        "csv": lambda: next(csv.reader(io.StringIO(content.decode()))),
        "xlsx": lambda: [
            cell.value.partition(" ")[0] for cell in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0][1]
        ],
        "parquet": lambda: pq.read_table(io.BytesIO(content)).column_names,
    }[ending]()
    assert names == [column.name for column in COLUMNS]


def test_more_rows_than_a_sheet_holds_go_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "SHEET_ROWS", 4)

    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", a_table(*"abcde"), a_table("f", "g"))))

    assert book.sheetnames == ["mots", "mots (2)", "mots (3)"]
    assert [[row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] for sheet in book] == [
        ["a", "b", "c"],
        ["d", "e", "f"],
        ["g"],
    ]
    assert all(sheet["A1"].value == "word" for sheet in book)


def test_what_no_xml_can_hold_is_replaced() -> None:
    content = written("xlsx", a_table("a\x00b\x1fc"))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<t xml:space=\"preserve\">(.*?)</t>", sheet) == ["a\ufffdb\ufffdc"]
