"""Workbooks: the sheets of an XLSX file as tables, their cells as text."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from events_api.domain.tickets.files import (
    LARGEST_SHEET,
    FileCutShort,
    FileDamaged,
    FileExpandsTooFar,
    FileKindUnread,
    FileTooDemanding,
    TableWithoutHeader,
)
from events_api.importers.tickets.lines import Head, LineRefused, Record
from events_api.importers.tickets.tables import LOOKED_AT, Numbered, header, unprotected
from events_api.importers.tickets.unpack import Bytes

LARGEST_STRINGS: Final = 60_000_000
"""Bytes of the shared texts of a workbook, which are held in memory as a whole."""
LARGEST_PART: Final = 1_500_000_000
MOST_PARTS: Final = 1000
MOST_SHEETS: Final = 20
MOST_EMPTY: Final = 100_000
"""Empty rows after which a sheet is over."""
MILLISECOND: Final = 1000


class Sheets:
    """A workbook, held in memory."""

    def __init__(self, source: Bytes) -> None:
        content = io.BytesIO()
        while piece := source.piece():
            content.write(piece)
            if content.tell() > LARGEST_SHEET:
                raise FileTooDemanding(limit_bytes=LARGEST_SHEET)
        content.seek(0)
        _hold_against_bounds(content)
        try:
            self._book = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
        except (InvalidFileException, KeyError, ValueError, SyntaxError, zipfile.BadZipFile, EOFError) as error:
            raise FileDamaged(reason=f"XLSX ({type(error).__name__})") from None
        self.names = tuple(sheet.title for sheet in self._book.worksheets)[:MOST_SHEETS]

    def tables(self) -> list["Sheet"]:
        """The sheets that hold a table, in their order."""
        found = []
        for name in self.names:
            try:
                found.append(Sheet(self._book[name], self.names))
            except TableWithoutHeader:
                continue
        if not found:
            raise TableWithoutHeader
        return found


class Sheet:
    """One sheet as a table."""

    def __init__(self, sheet: Any, names: tuple[str, ...]) -> None:
        self._sheet = sheet
        self.names = names
        self.empty = 0
        self.given_up = False
        """Whether the end of the sheet was not looked at, behind very many empty rows."""
        rows = [(line, row) for (line, row), _ in zip(self._rows(), range(LOOKED_AT), strict=False)]
        self.header_line, self.first_line, self.columns = header(rows, said=False)
        self.titles = sum(1 for line, _ in rows if line < self.header_line)

    def head(self, file_name: str | None) -> Head:
        """What the sheet looks like."""
        records = [
            found for (_, found), _ in zip(self.records(), range(LOOKED_AT), strict=False) if isinstance(found, Record)
        ]
        self.empty = 0
        return Head(
            container="table",
            columns=self.columns,
            records=tuple(records),
            encoding="XLSX",
            sheet=self._sheet.title,
            sheets=self.names,
            file_name=file_name,
        )

    def records(self) -> Iterator[Numbered]:
        """Every row after the header, or why it is none."""
        columns, width = self.columns, len(self.columns)
        last = self.first_line - 1
        for line, row in self._rows():
            if line < self.first_line:
                continue
            self.empty += line - last - 1
            last = line
            row.extend([""] * (width - len(row)))
            if any(row[width:]):
                found = max(rank for rank, cell in enumerate(row, start=1) if cell)
                yield line, LineRefused("line-width", None, expected=width, found=found)
                continue
            yield line, Record(line, dict(zip(columns, row, strict=False)))

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not empty, with their number in the sheet."""
        self._sheet.reset_dimensions()  # what a file says of its own size is not believed
        empty = 0
        try:
            for line, row in enumerate(self._sheet.iter_rows(values_only=True), start=1):
                if any(value is not None for value in row):
                    cells = [unprotected(_text(value)) for value in row]
                    if any(cells):
                        empty = 0
                        yield line, cells
                        continue
                empty += 1
                if empty > MOST_EMPTY:
                    self.given_up = True
                    return
        except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile, EOFError) as error:
            raise FileDamaged(reason=f"XLSX ({type(error).__name__})") from None


def _hold_against_bounds(content: io.BytesIO) -> None:
    """Look at the directory of the archive before any of it is unpacked."""
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, EOFError, ValueError):
        raise FileCutShort(after_bytes=content.getbuffer().nbytes) from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise FileKindUnread(kind="DOCX, PPTX, XLSB")
    if len(parts) > MOST_PARTS:
        raise FileExpandsTooFar(ratio=len(parts), limit_bytes=MOST_PARTS)
    for part in parts:
        held_whole = not part.filename.startswith("xl/worksheets/")
        limit = LARGEST_STRINGS if held_whole else LARGEST_PART
        if part.file_size > limit:
            raise FileExpandsTooFar(ratio=part.file_size // max(part.compress_size, 1), limit_bytes=limit)
    content.seek(0)


def _text(value: object) -> str:
    """A cell as a person would write it: dates as ISO 8601, whole numbers without a point."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case dt.datetime():
            if value.microsecond % 1_000_000 > 999_000 or value.microsecond < MILLISECOND:
                value = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
            return value.isoformat(sep=" ")
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value)
