"""Pages of an API that somebody put one after the other: each record is a page that holds a list of records."""

from collections import Counter
from typing import Any, Final

from msgspec import Struct

from events_api.importers.tickets.lines import (
    Context,
    Format,
    Head,
    LineRefused,
    Reader,
    Recognition,
    Record,
    ScanLine,
    TicketLine,
)

LISTS: Final = ("results", "data", "attendees", "participants", "tickets", "orders", "items", "hydra:member")


def opened(head: Head) -> Head | None:
    """The head of what the first pages hold, None where the records are no pages."""
    if head.container != "objects" or not head.records:
        return None
    pages = [_records(record) for record in head.records]
    inner = [value for page in pages if page is not None for value in page]
    if any(page is None for page in pages) or not inner:
        return None
    columns = tuple(dict.fromkeys(name for value in inner for name in value))
    records = tuple(Record(line=rank, value=value) for rank, value in enumerate(inner, start=1))
    return Head(container="objects", columns=columns, records=records, outside=head.outside, path=head.path)


def _records(record: Record) -> list[dict[str, Any]] | None:
    value = record.value or {}
    for name in LISTS:
        held = value.get(name)
        if isinstance(held, list) and all(isinstance(item, dict) for item in held):
            return held
    return None


class Pages(Struct, frozen=True):
    """A format whose objects come in pages."""

    format: Format

    @property
    def name(self) -> str:
        """The name of the format: the pages change nothing."""
        return self.format.name

    def recognise(self, head: Head) -> Recognition | None:
        """Pages of objects that the format recognises."""
        inner = opened(head)
        return None if inner is None else self.format.recognise(inner)

    def reader(self, head: Head, context: Context) -> Reader:
        """A reader of pages."""
        return PageReader(self.format.reader(opened(head) or head, context))


class PageReader:
    """Reads pages; what cannot be read of one is counted, a page of which nothing can be read is refused."""

    def __init__(self, reader: Reader) -> None:
        """Share the notes of the reader of the objects."""
        self.reader = reader
        self.notes: Counter[str] = reader.notes

    def read(self, record: Record) -> list[TicketLine | ScanLine]:
        """The lines of all the objects of a page."""
        values = _records(record)
        if values is None:
            raise LineRefused("ticket-page-unreadable")
        lines: list[TicketLine | ScanLine] = []
        refused: LineRefused | None = None
        for value in values:
            try:
                lines.extend(self.reader.read(Record(line=record.line, value=value)))
            except LineRefused as problem:
                refused = problem
                self.notes["ticket-position-left-out"] += 1
        if not lines and refused is not None:
            raise refused
        return lines
