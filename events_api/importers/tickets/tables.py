"""Tables as text: the delimiter, the header behind title lines, and one record per row with its physical line."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Final

from events_api.domain.tickets.files import LONGEST_LINE, TableTooWide, TableWithoutHeader
from events_api.importers.redaction import nameable
from events_api.importers.tickets.lines import Head, LineRefused, Record
from events_api.importers.tickets.text import Text

DELIMITERS: Final = (";", ",", "\t", "|")
LOOKED_AT: Final = 60
"""Rows that the delimiter and the header are guessed from."""
MOST_LINES: Final = 100
"""Physical lines of one row: beyond, a quote was never closed."""
WIDEST: Final = 500
PROTECTED: Final = re.compile(r"\A'(?=[@+\-=|%\t])|\A\t(?=[@+\-=|%])")
VALUE: Final = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+|\d{5,}|\d+[.,]\d+ ?€?|[0-9a-f]{16,}"
    r"|\d{4}-\d\d-\d\d.*|\d\d?[/.]\d\d?[/.]\d{2,4}.*|\d\d?[:h]\d\d.*",
    re.IGNORECASE,
)
"""What stands in cells, not in the names of columns."""
csv.field_size_limit(LONGEST_LINE * 2)

Numbered = tuple[int, Record | LineRefused]


class Table:
    """A table that is read row by row."""

    def __init__(self, text: Text) -> None:
        self.text = text
        lines = text.decoded(text.first)
        said = _said_delimiter(lines)
        self.delimiter = said or _guessed_delimiter(lines)
        rows = [row for row, _ in zip(_Rows(self.delimiter, iter(lines)), range(LOOKED_AT), strict=False)]
        self.header_line, self.first_line, self.columns = header(rows, said=said is not None)
        self.titles = sum(1 for line, _ in rows if line < self.header_line) - (said is not None)
        self.empty = 0

    def head(self, file_name: str | None) -> Head:
        """What the file looks like."""
        lines = iter(self.text.decoded(self.text.first))
        records = [
            found
            for (_, found), _ in zip(self._records(lines), range(LOOKED_AT), strict=False)
            if isinstance(found, Record)
        ]
        self.empty = 0
        return Head(
            container="table",
            columns=self.columns,
            records=tuple(records),
            encoding=self.text.said or self.text.encoding,
            delimiter=self.delimiter,
            file_name=file_name,
        )

    def records(self) -> Iterator[Numbered]:
        """Every row after the header, or why it is none."""
        decoded = self.text.decoded
        return self._records(line for block in self.text.blocks() for line in decoded(block))

    def rest(self, first_line: int, blocks: Iterator[bytes]) -> Iterator[Numbered]:
        """The rows of blocks that begin at a line behind the header."""
        decoded = self.text.decoded
        return self._records((line for block in blocks for line in decoded(block)), first_line)

    def _records(self, lines: Iterator[str | None], first_line: int = 1) -> Iterator[Numbered]:
        columns, width = self.columns, len(self.columns)
        for line, row in _Rows(self.delimiter, lines, first_line):
            if line < self.first_line:
                continue
            if isinstance(row, LineRefused):
                yield line, row
                continue
            if not any(row):
                self.empty += 1
                continue
            if len(row) != width:
                while len(row) > width and not row[-1]:
                    row.pop()
                if len(row) != width:
                    yield line, LineRefused("line-width", None, expected=width, found=len(row))
                    continue
            yield line, Record(line, dict(zip(columns, row, strict=True)))


class _Rows:
    """Rows of cells with the line where each begins; what cannot be a row is said instead of ending the file."""

    def __init__(self, delimiter: str, lines: Iterator[str | None], first_line: int = 1) -> None:
        self.delimiter = delimiter
        self._lines = lines
        self._number = first_line - 1
        self._again = deque[str | None]()
        self._held: list[str] = []
        self._size = 0
        self._bad: list[tuple[int, LineRefused]] = []
        self._ended = False

    def __iter__(self) -> Iterator[tuple[int, list[str] | LineRefused]]:
        more = True
        while more:
            reader = csv.reader(self._feed(), delimiter=self.delimiter)
            while True:
                before = self._number
                try:
                    row = next(reader)
                except StopIteration:
                    more = False
                    break
                except _QuoteOpen:
                    yield from self._broken()
                    break
                except csv.Error:
                    yield from self._reported()
                    yield self._number - len(self._held) + 1, LineRefused("line-not-a-row")
                    self._held.clear()
                    continue
                if self._bad:
                    before += len(self._bad)
                    yield from self._reported()
                if self._ended:  # a quote is open at the end of the file
                    yield from self._broken()
                    break
                held = self._held
                if len(held) > 1:
                    before = self._number - len(held)
                if any("'" in line or "\t" in line for line in held):
                    row = [unprotected(cell) for cell in row]
                held.clear()
                self._size = 0
                yield before + 1, row
        yield from self._reported()

    def _broken(self) -> Iterator[tuple[int, LineRefused]]:
        """The row whose quote never closes is refused with its first line; those behind it are read again."""
        yield from self._reported()
        self._number -= len(self._held) - 1
        yield self._number, LineRefused("line-quote-open")
        self._again.extendleft(reversed(self._held[1:]))
        self._held.clear()
        self._size = 0
        self._ended = False

    def _reported(self) -> list[tuple[int, LineRefused]]:
        bad, self._bad = self._bad, []
        return bad

    def _feed(self) -> Iterator[str]:
        again, held = self._again, self._held
        while True:
            line = again.popleft() if again else next(self._lines, _END)
            if line is _END:
                self._ended = True
                return
            self._number += 1
            if line is None:
                self._bad.append((self._number, LineRefused("line-encoding")))
            elif "\0" in line:
                self._bad.append((self._number, LineRefused("line-nul")))
            else:
                held.append(line)
                self._size += len(line)
                if len(held) > 1 and (len(held) > MOST_LINES or self._size > LONGEST_LINE):
                    raise _QuoteOpen
                yield line + "\n"


_END: Final = "\0end"


class _QuoteOpen(Exception):
    """A row that goes on for too many lines."""


def unprotected(cell: str) -> str:
    """A cell without the apostrophe or tab that keeps spreadsheets from running it as a formula."""
    found = PROTECTED.match(cell)
    return cell[found.end() :].replace("\\|", "|") if found else cell


def _said_delimiter(lines: Sequence[str | None]) -> str | None:
    """The delimiter that a first line `sep=;` states for a spreadsheet."""
    first = next((line for line in lines if line), "")
    return first[4] if len(first) == 5 and first.lower().startswith("sep=") else None


def _guessed_delimiter(lines: Sequence[str | None]) -> str:
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        rows = [
            len(row)
            for (_, row), _ in zip(_Rows(delimiter, iter(lines)), range(LOOKED_AT), strict=False)
            if not isinstance(row, LineRefused) and any(row)
        ]
        widths = Counter(width for width in rows if width > 1)
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        if rows and (count / len(rows), width) > most:
            best, most = delimiter, (count / len(rows), width)
    return best


def header(rows: Sequence[tuple[int, list[str] | LineRefused]], *, said: bool) -> tuple[int, int, tuple[str, ...]]:
    """The line of the header, the first one after it, the names of the columns: numbers where there is no header."""
    table = [(line, row) for line, row in rows if not isinstance(row, LineRefused) and any(row)]
    if said:
        table = table[1:]
    if not table:
        raise TableWithoutHeader
    widths = Counter(len(row) for _, row in table)
    width = max(widths.items(), key=lambda pair: (pair[1], pair[0]))[0]
    if width > WIDEST:
        raise TableTooWide(limit=WIDEST)
    while width > 1 and all(not row[width - 1] for _, row in table if len(row) == width):
        width -= 1  # every line ends with a delimiter
    for line, row in table:
        filled = [cell for cell in row if cell.strip()]
        if len(row) < width or 2 * len(filled) < width:
            continue
        if any(VALUE.fullmatch(cell.strip()) for cell in filled):
            return line, line, tuple(f"#{column}" for column in range(1, width + 1))
        return line, next((behind for behind, _ in rows if behind > line), line + 1), named(row)
    raise TableWithoutHeader


def named(row: Sequence[str]) -> tuple[str, ...]:
    """The names of columns: trimmed, numbered where empty, the second of a name followed by « (2) »."""
    names: list[str] = []
    for rank, cell in enumerate(row, start=1):
        name = nameable(" ".join(unprotected(cell.strip().removeprefix("\ufeff")).split()), 190) or f"#{rank}"
        count = 2
        unique = name
        while unique in names:
            unique, count = f"{name} ({count})", count + 1
        names.append(unique)
    while names and names[-1].startswith("#") and not row[len(names) - 1].strip():
        names.pop()
    return tuple(names)
