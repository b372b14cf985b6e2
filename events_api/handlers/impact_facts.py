"""An evaluation as its page and its files are made from it: its facts, what it was made with, its tables."""

import datetime as dt
import io
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Request
from msgspec import Struct

from dashboards.tables import Table
from events_api.exporters import csv, xlsx
from events_api.exporters.cells import Cell, Row
from events_api.exporters.csv import Dialect
from events_api.read.assessments import Assessed
from events_api.read.impact import Board
from events_api.text import formats
from events_api.text.formats import Language
from events_api.text.interface import text

ZONE: Final = ZoneInfo("Europe/Paris")
NODES = "nodes"
"""The column of a downloaded table that says which figures its row leads back to."""
PARTS: Final = ("impact.number.value", "impact.number.low", "impact.number.high")
"""What the numbers of a cell are."""


class Made(Struct, frozen=True, kw_only=True):
    """What an assessment can be rebuilt from, and when it was made."""

    computed_at: dt.datetime
    specification: str
    assumptions: str
    code_version: str
    parameters_hash: str
    data_hash: str
    seed: int
    draws: int


def made_of(one: Assessed | Board, specification: str, language: Language) -> Made:
    """What a computed assessment was made with."""
    if one.computed_at is None:
        raise AssertionError("only a computed assessment is shown")
    return Made(
        computed_at=one.computed_at,
        specification=specification,
        assumptions=text("impact.set", language, number=one.set_number),
        code_version=one.code_hash or "",
        parameters_hash=one.parameter_hash,
        data_hash=one.data_hash,
        seed=one.seed,
        draws=one.draws,
    )


def made_pairs(made: Made, language: Language) -> tuple[tuple[str, str], ...]:
    """The same, each with its name."""
    return tuple(
        (text(f"impact.{name}", language), words)
        for name, words in (
            ("computed", formats.moment(made.computed_at, language, zone=ZONE)),
            ("specification", made.specification),
            ("assumptions", made.assumptions),
            ("code", made.code_version),
            ("parameters_hash", made.parameters_hash),
            ("data_hash", made.data_hash),
            ("seed", str(made.seed)),
            ("draws", formats.integer(made.draws, language)),
        )
    )


def table_csv(table: Table, language: Language, dialect: Dialect) -> bytes:
    """The table as lines of text."""
    return b"".join(csv.stream(*table_rows(table, language), dialect))


def table_xlsx(table: Table, language: Language, name: str, created: dt.datetime) -> bytes:
    """The table as a workbook of one sheet."""
    target = io.BytesIO()
    header, rows = table_rows(table, language)
    xlsx.write(target, [xlsx.Sheet(name=name[:25], header=header, rows=rows)], created=created)
    return target.getvalue()


def table_rows(table: Table, language: Language) -> tuple[Row, list[Row]]:
    """The table as it is shown, beside each column its values as numbers, at last the keys of the nodes of each row."""
    widths = [max((len(row[rank].values) for row in table.rows), default=0) for rank in range(len(table.headers))]
    header: list[Cell] = []
    for column, width in zip(table.headers, widths, strict=True):
        header += [column.label, *(f"{column.label} – {text(key, language)}" for key in PARTS[:width])]
    rows: list[Row] = []
    for row in table.rows:
        line: list[Cell] = []
        for cell, width in zip(row, widths, strict=True):
            line += [cell.text, *cell.values, *([None] * (width - len(cell.values)))]
        rows.append([*line, " ".join(dict.fromkeys(node for cell in row for node in cell.nodes))])
    return [*header, NODES], rows


def root_of(request: Request[Any, Any, Any]) -> str:
    """The beginning of every full address of this site."""
    public: str = request.app.state.site.public_url
    return (public or str(request.base_url)).rstrip("/")
