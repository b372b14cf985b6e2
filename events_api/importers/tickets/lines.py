"""What passes between the reader of a file, the formats that understand it, and the draft made of it."""

import datetime as dt
from collections import Counter
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from events_api.domain.tickets.facts import Channel, Standing, Verdict

Container = Literal["table", "objects"]
Direction = Literal["in", "out"]


class Record(Struct, gc=False):
    """One row of a table (`cells`, every value as text) or one JSON object (`value`).

    `line` is the physical line where the row begins, the row of the sheet, or the rank of the object in its array.
    """

    line: int
    cells: dict[str, str] = {}
    value: dict[str, Any] | None = None


class Head(Struct, frozen=True, kw_only=True):
    """What is known of a file before it is understood: how it is written, and its first records.

    `columns` are the headers as in the file, trimmed, the second of a name followed by « (2) »; for JSON the keys of
    the first objects in the order in which they appear. `outside` is what a JSON document says before the array that
    holds the records, `path` where that array is (« event.orders », empty at the top).
    """

    container: Container
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    encoding: str = "utf-8"
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    path: str = ""
    outside: dict[str, Any] = {}
    file_name: str | None = None


class Recognition(Struct, frozen=True, kw_only=True):
    """That a file is of a format: how sure (0 to 100), because of which columns, and what each column becomes.

    A column that `fields` does not name is dropped. `fields` says code, holder, at, direction, verdict, gate, session,
    category, origin, quantity, price, channel, standing, first_day, last_day.
    """

    confidence: int
    because: tuple[str, ...]
    fields: dict[str, str]


class TicketLine(Struct, kw_only=True, gc=False):
    """One ticket as a file states it. An origin is "FR-" and a postcode, or the ISO code of a country."""

    code: str
    holder: str | None = None
    standing: Standing = "issued"
    channel: Channel = "unknown"
    category: str | None = None
    origin: str | None = None
    session: str | None = None
    quantity: int = 1
    price_cents: int | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None


class ScanLine(Struct, kw_only=True, gc=False):
    """One passage as a file states it.

    A naive `at` is in the time zone of the edition: the draft resolves both nights of the clock change. No `at` means
    that the ticket was used and nobody wrote when.
    """

    code: str
    at: dt.datetime | None
    direction: Direction = "in"
    verdict: Verdict = "accepted"
    gate: str | None = None
    session: str | None = None
    device: str | None = None
    category: str | None = None
    origin: str | None = None
    quantity: int = 1


class LineRefused(Exception):
    """A record that is not kept: a code of the catalogue, the column, parameters that hold no value of the file."""

    def __init__(self, code: str, column: str | None = None, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.column = column
        self.params = params


class Context(Struct, frozen=True, kw_only=True):
    """What a reader may know besides the file: the edition's time zone and days."""

    zone: ZoneInfo
    first_day: dt.date | None = None
    last_day: dt.date | None = None


class Reader(Protocol):
    """Reads the records of one file in order, so it may remember. `notes` counts what was handled and must be said.

    Both the codes of `notes` and those of LineRefused have their sentences in the catalogue (parameter `lines`).
    """

    notes: Counter[str]

    def read(self, record: Record) -> list[TicketLine | ScanLine]:
        """The tickets and scans of a record, none where it is to be passed over; raises LineRefused."""
        ...


class Format(Protocol):
    """A way to write tickets or scans. `name` is what requests ask for and imports state: « pretix-checkinlog »."""

    @property
    def name(self) -> str:
        """What requests ask for and imports state."""
        ...

    def recognise(self, head: Head) -> Recognition | None:
        """Whether the file is of this format."""
        ...

    def reader(self, head: Head, context: Context) -> Reader:
        """A reader for the file that begins like this."""
        ...
