"""Reads the text of a file as the intake does: rows with their headers, or objects; then the format that is surest."""

import csv
import datetime as dt
import io
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from events_api.importers.tickets.formats import ambiguous, recognised
from events_api.importers.tickets.lines import Context, Format, Head, LineRefused, Record, ScanLine, TicketLine

PARIS = ZoneInfo("Europe/Paris")
CONTEXT = Context(zone=PARIS)
Line = TicketLine | ScanLine


class Outcome(Struct):
    """What a file became."""

    name: str
    fields: dict[str, str]
    lines: list[Line]
    refused: list[tuple[int, str, str | None]]
    notes: dict[str, int]

    @property
    def tickets(self) -> list[TicketLine]:
        return [line for line in self.lines if isinstance(line, TicketLine)]

    @property
    def scans(self) -> list[ScanLine]:
        return [line for line in self.lines if isinstance(line, ScanLine)]


def table(text: str, delimiter: str = ",") -> Head:
    """A table as a head that holds all of its records."""
    rows = list(csv.reader(io.StringIO(text.strip("\n")), delimiter=delimiter))
    columns: list[str] = []
    for header in rows[0]:
        name, rank = header.strip(), 1
        while name in columns:
            rank += 1
            name = f"{header.strip()} ({rank})"
        columns.append(name)
    records = tuple(
        Record(line=number, cells=dict(zip(columns, row, strict=False))) for number, row in enumerate(rows[1:], start=2)
    )
    return Head(container="table", columns=tuple(columns), records=records, delimiter=delimiter)


def objects(values: list[dict[str, Any]], outside: dict[str, Any] | None = None, path: str = "") -> Head:
    """JSON objects as a head that holds all of them."""
    columns = tuple(dict.fromkeys(name for value in values for name in value))
    records = tuple(Record(line=rank, value=value) for rank, value in enumerate(values, start=1))
    return Head(container="objects", columns=columns, records=records, outside=outside or {}, path=path)


def read(head: Head, context: Context = CONTEXT, chosen: Format | None = None) -> Outcome:
    """Everything that the surest format makes of a file."""
    choices = recognised(head)
    if chosen is None:
        assert choices, head.columns
        assert not ambiguous(choices), [(found.name, said.confidence) for found, said in choices]
    known = chosen or choices[0][0]
    recognition = known.recognise(head)
    assert recognition is not None
    reader = known.reader(head, context)
    lines: list[Line] = []
    refused: list[tuple[int, str, str | None]] = []
    for record in head.records:
        try:
            lines.extend(reader.read(record))
        except LineRefused as problem:
            refused.append((record.line, problem.code, problem.column))
    return Outcome(known.name, recognition.fields, lines, refused, dict(reader.notes))


def local(text: str) -> dt.datetime:
    """A naive moment."""
    return dt.datetime.fromisoformat(text)


def utc(text: str) -> dt.datetime:
    """An aware moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
