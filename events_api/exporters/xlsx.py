"""XLSX workbooks, written row by row in constant memory, the same bytes for the same rows."""

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any, BinaryIO, Final

import msgspec
import xlsxwriter

from events_api.exporters.cells import Cell, Row, inert

_MAX_ROWS: Final = 1_048_576
_MAX_TEXT: Final = 32_767
_MAX_EXACT: Final = 2**53
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A named table (at most 25 characters, as « name (12) » must fit in Excel's 31)."""

    name: str
    header: Row
    rows: Iterable[Row]


def write(target: BinaryIO, sheets: Iterable[Sheet], *, created: dt.datetime) -> None:
    """Write the sheets into an open file; ``created`` is the date that the workbook shows of itself.

    Times are shown as the clock of their own zone; a table longer than a sheet can be goes on in « name (2) ».
    """
    with xlsxwriter.Workbook(target, _OPTIONS) as workbook:
        workbook.set_properties({"created": created.astimezone(dt.UTC).replace(tzinfo=None)})
        bold = workbook.add_format({"bold": True})
        formats = {
            dt.date: workbook.add_format({"num_format": "dd/mm/yyyy"}),
            dt.datetime: workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            Decimal: workbook.add_format({"num_format": "#,##0.00"}),
        }
        for sheet in sheets:
            for name, rows in _parts(sheet):
                worksheet = workbook.add_worksheet(name)
                worksheet.freeze_panes(1, 0)
                for column, title in enumerate(sheet.header):
                    worksheet.write(0, column, _value(title), bold)
                for line, row in enumerate(rows, 1):
                    for column, cell in enumerate(row):
                        worksheet.write(line, column, _value(cell), formats.get(type(cell)))


def _parts(sheet: Sheet) -> Iterator[tuple[str, Iterable[Row]]]:
    """Cut the rows into sheets; the first is written even without rows."""
    rows = iter(sheet.rows)
    following = next(rows, None)
    for number in count(1):
        part = _part(following, rows, _MAX_ROWS - 1)
        yield (sheet.name if number == 1 else f"{sheet.name} ({number})"), part
        following = next(rows, None)
        if following is None:
            return


def _part(first: Row | None, rows: Iterator[Row], size: int) -> Iterator[Row]:
    if first is None:
        return
    yield first
    for _, row in zip(range(size - 1), rows, strict=False):
        yield row


def _value(cell: Cell) -> Any:
    """Return what xlsxwriter writes without loss: what Excel cannot hold as a number becomes its text."""
    match cell:
        case str():
            text = _NOT_XML.sub("\ufffd", inert(cell))
            return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
        case dt.datetime():
            return cell.replace(tzinfo=None)
        case int() | float() | Decimal() if not _is_number_for_excel(cell):
            return str(cell)
    return cell


def _is_number_for_excel(value: float | Decimal) -> bool:
    if isinstance(value, int):
        return abs(value) <= _MAX_EXACT
    return not (isinstance(value, Decimal) and value.is_nan()) and math.isfinite(value)
