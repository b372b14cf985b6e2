"""CSV, streamed: RFC 4180 for machines, and the variant that a French Excel opens with a double click."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Final

import msgspec

from events_api.exporters.cells import Cell, Row, inert

_BATCH: Final = 500


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How a reader expects the cells to be separated and the decimals written."""

    delimiter: str
    decimal_sign: str
    opening: str


RFC4180: Final = Dialect(delimiter=",", decimal_sign=".", opening="")
FRENCH_EXCEL: Final = Dialect(delimiter=";", decimal_sign=",", opening="\ufeff")


def stream(header: Row, rows: Iterable[Row], dialect: Dialect) -> Iterator[bytes]:
    """Write a table in chunks, the header first."""
    yield opening(header, dialect)
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield lines(batch, dialect)


def opening(header: Row, dialect: Dialect) -> bytes:
    """Write what comes before the rows, for a caller that fetches its rows in batches."""
    return dialect.opening.encode() + lines([header], dialect)


def lines(rows: Iterable[Row], dialect: Dialect) -> bytes:
    """Write one batch of rows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=dialect.delimiter, lineterminator="\r\n")
    writer.writerows([_text(cell, dialect) for cell in row] for row in rows)
    return buffer.getvalue().encode()


def _text(cell: Cell, dialect: Dialect) -> str:
    """Dates stay ISO 8601 and numbers stay numbers: only texts can be formulas."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case dt.date():
            return cell.isoformat()
        case float() | Decimal():
            return format(Decimal(str(cell)), "f").replace(".", dialect.decimal_sign)
        case str():
            return inert(cell)
    return str(cell)
