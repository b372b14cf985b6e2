"""Tables of any length, written as their parts come: CSV, XLSX and Parquet of the same columns, in bounded memory.

A text that a spreadsheet would take for a formula is made inert in CSV; in XLSX texts are texts, and in Parquet too.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from msgspec import Struct

from events_api.exporters.cells import OPENS_A_FORMULA

ColumnType = Literal["text", "number", "share", "day", "instant"]
Ending = Literal["csv", "xlsx", "parquet"]
TYPES: Final[dict[ColumnType, pa.DataType]] = {
    "text": pa.string(),
    "number": pa.int64(),
    "share": pa.float64(),
    "day": pa.date32(),
    "instant": pa.timestamp("us", tz="UTC"),
}
MEDIA_TYPES: Final[dict[Ending, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
SHEET_ROWS: Final = 1_048_576
EXCEL_EPOCH_DAYS: Final = 25_569
DAY_MICROSECONDS: Final = 86_400_000_000
_NOT_XML: Final = "[\\x{0}-\\x{8}\\x{b}\\x{c}\\x{e}-\\x{1f}\\x{fffe}\\x{ffff}]"


class Column(Struct, frozen=True):
    """A column: its name, and what it holds."""

    name: str
    kind: ColumnType


def schema(columns: Sequence[Column]) -> pa.Schema:
    """The columns as Arrow knows them; parts are made with it."""
    return pa.schema([(column.name, TYPES[column.kind]) for column in columns])


class Writer(Protocol):
    """Turns parts of a table into bytes; what it returns is sent as it comes."""

    def part(self, table: pa.Table) -> bytes:
        """The bytes of some more rows, the opening before the first."""

    def end(self) -> bytes:
        """The bytes that close the table."""


def writer(ending: Ending, columns: Sequence[Column], *, sheet: str, zone: str) -> Writer:
    """The writer of a format; `sheet` names the sheets of a workbook, whose times are those of the clock in `zone`."""
    match ending:
        case "csv":
            return CsvWriter(columns)
        case "parquet":
            return ParquetWriter(columns)
        case "xlsx":
            return WorkbookWriter(columns, sheet=sheet, zone=zone)


class CsvWriter:
    """CSV in UTF-8 with commas, times in UTC."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._open = False

    def part(self, table: pa.Table) -> bytes:
        """The bytes of some more rows, the opening before the first."""
        target = io.BytesIO()
        if not self._open:
            target.write((",".join(column.name for column in self._columns) + "\n").encode())
            self._open = True
        arrays = [
            _inert(table.column(column.name))
            if column.kind == "text"
            else _iso(table.column(column.name))
            if column.kind == "instant"
            else table.column(column.name)
            for column in self._columns
        ]
        pyarrow.csv.write_csv(
            pa.table(arrays, names=[column.name for column in self._columns]),
            target,
            pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"),
        )
        return target.getvalue()

    def end(self) -> bytes:
        """The bytes that close the table."""
        return b"" if self._open else self.part(schema(self._columns).empty_table())


class ParquetWriter:
    """Parquet, compressed, a row group for each part."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._sink = _Sink()
        self._writer = pq.ParquetWriter(self._sink, schema(columns), compression="zstd")

    def part(self, table: pa.Table) -> bytes:
        """The bytes of some more rows, the opening before the first."""
        if table.num_rows:
            self._writer.write_table(table)
        return self._sink.take()

    def end(self) -> bytes:
        """The bytes that close the table."""
        self._writer.close()
        return self._sink.take()


class WorkbookWriter:
    """XLSX, its sheets written one after the other; a table longer than a sheet can be goes on in « name (2) »."""

    def __init__(self, columns: Sequence[Column], *, sheet: str, zone: str) -> None:
        self._columns, self._name, self._zone = columns, sheet, zone
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=zlib.Z_BEST_SPEED)
        self._sheets = 0
        self._rows = 0
        self._entry: Any = None

    def part(self, table: pa.Table) -> bytes:
        """The bytes of some more rows, the opening before the first."""
        first = 0
        while self._entry is None or first < table.num_rows:
            if self._entry is None or self._rows == SHEET_ROWS:
                self._next_sheet()
            piece = table.slice(first, SHEET_ROWS - self._rows)
            self._entry.write(self._cells(piece))
            first += piece.num_rows
            self._rows += piece.num_rows
        return self._sink.take()

    def end(self) -> bytes:
        """The bytes that close the table."""
        if self._entry is None:
            self._next_sheet()
        self._close_sheet()
        for name, content in _workbook(self._name, self._sheets):
            self._zip.writestr(_entry(name), content)
        self._zip.close()
        return self._sink.take()

    def _next_sheet(self) -> None:
        if self._entry is not None:
            self._close_sheet()
        self._sheets += 1
        self._entry = self._zip.open(_entry(f"xl/worksheets/sheet{self._sheets}.xml"), "w")
        titles = [
            f"{column.name} ({self._zone})" if column.kind == "instant" else column.name for column in self._columns
        ]
        header = "".join(f'<c t="inlineStr" s="3"><is><t>{escape(title)}</t></is></c>' for title in titles)
        self._entry.write((SHEET_OPENING + f"<row>{header}</row>").encode())
        self._rows = 1

    def _close_sheet(self) -> None:
        self._entry.write(b"</sheetData></worksheet>")
        self._entry.close()

    def _cells(self, table: pa.Table) -> bytes:
        if not table.num_rows:
            return b""
        pieces: list[Any] = ["<row>"]
        pieces += [self._cell(column, table.column(column.name).combine_chunks()) for column in self._columns]
        rows = pc.binary_join_element_wise(*pieces, "</row>", "")
        return b"".join(rows.cast(pa.binary()).to_pylist())

    def _cell(self, column: Column, values: Any) -> Any:
        match column.kind:
            case "text":
                text = pc.replace_substring_regex(values, _NOT_XML, "\ufffd")
                for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
                    text = pc.replace_substring(text, sign, name)
                opening, closing = '<c t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
            case "number" | "share":
                text, opening, closing = values.cast(pa.string()), "<c><v>", "</v></c>"
            case "day":
                days = pc.add(values.cast(pa.int32()), EXCEL_EPOCH_DAYS)
                text, opening, closing = days.cast(pa.string()), '<c s="1"><v>', "</v></c>"
            case "instant":
                local = pc.local_timestamp(values.cast(pa.timestamp("us", tz=self._zone))).cast(pa.int64())
                serial = pc.add(pc.divide(local.cast(pa.float64(), safe=False), DAY_MICROSECONDS), EXCEL_EPOCH_DAYS)
                text, opening, closing = serial.cast(pa.string()), '<c s="2"><v>', "</v></c>"
        return pc.fill_null(pc.binary_join_element_wise(opening, text, closing, ""), "<c/>")


SHEET_OPENING: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetData>"
)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    '<numFmt numFmtId="165" formatCode="dd/mm/yyyy hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _workbook(name: str, sheets: int) -> list[tuple[str, str]]:
    """The files of a workbook beside its sheets."""
    numbers = range(1, sheets + 1)
    names = [escape(name if number == 1 else f"{name} ({number})", {'"': "&quot;"}) for number in numbers]
    listed = "".join(
        f'<sheet name="{title}" sheetId="{number}" r:id="rId{number}"/>'
        for number, title in zip(numbers, names, strict=True)
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for number in numbers
    )
    workbook = f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>'
    sheet_relations = (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{related}<Relationship Id="rId{sheets + 1}"'
        f' Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    )
    relations = (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    types = (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{parts}</Types>'
    )
    return [
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", sheet_relations),
        ("xl/styles.xml", _STYLES),
        ("_rels/.rels", relations),
        ("[Content_Types].xml", types),
    ]


def _entry(name: str) -> zipfile.ZipInfo:
    """A file of an archive that is the same whenever it is written."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _inert(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts behind an apostrophe where a spreadsheet would run them."""
    dangerous = pc.match_substring_regex(values, f"^[{re.escape(''.join(OPENS_A_FORMULA))}]")
    return pc.if_else(dangerous, pc.binary_join_element_wise("'", values, ""), values)


def _iso(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Instants as ISO 8601 in UTC."""
    whole = values.cast(pa.timestamp("s", tz="UTC"), safe=False)
    exact = pc.all(pc.equal(whole.cast(pa.timestamp("us", tz="UTC")), values)).as_py() in {True, None}
    return pc.strftime(whole if exact else values, format="%Y-%m-%dT%H:%M:%SZ")


class _Sink:
    """A file that only goes forward; its bytes are taken as they come."""

    closed = False

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._position = 0

    def write(self, data: bytes) -> int:
        """Keep bytes until they are taken."""
        self._waiting += data
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._position

    def flush(self) -> None:
        """Nothing waits below."""

    def close(self) -> None:
        """Nothing more will come."""
        self.closed = True

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def readable(self) -> bool:
        """It is not for reading."""
        return False

    def seekable(self) -> bool:
        """It goes only forward."""
        return False

    def take(self) -> bytes:
        """The bytes since the last time."""
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken
