"""Reading tables and objects by roles: which column is the code, the time, the gate; what every tool has in common."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from events_api.domain.tickets.facts import Channel, Standing, Verdict
from events_api.importers.tickets.formats import values, words
from events_api.importers.tickets.formats.values import DateOrder, Unreadable, clean, key
from events_api.importers.tickets.lines import (
    Context,
    Direction,
    Head,
    LineRefused,
    Reader,
    Recognition,
    Record,
    ScanLine,
    TicketLine,
)

Role = Literal[
    "code", "order", "position", "at", "clock", "out_at", "used", "direction", "verdict", "gate", "session",
    "session_day", "session_clock", "device", "category", "variation", "postcode", "country", "quantity",
    "price", "channel", "standing", "paid", "blocked", "refunded", "holder", "first_day", "last_day", "test",
    "addon", "automatic",
]  # fmt: skip
"""What a column can be. Any other column is dropped."""
FIELD: Final[dict[str, str]] = {
    "order": "code", "position": "code", "clock": "at", "out_at": "at", "used": "at", "session_day": "session",
    "session_clock": "session", "variation": "category", "postcode": "origin", "country": "origin",
    "paid": "standing", "blocked": "standing", "refunded": "standing", "test": "standing", "addon": "standing",
    "automatic": "at",
}  # fmt: skip
"""The fact that a role ends in, where it is not of the same name."""
LONGEST_LABEL: Final = 200
Line = TicketLine | ScanLine
T = TypeVar("T")


# Headers


def resolve(columns: Iterable[str], aliases: Mapping[Role, tuple[str, ...]]) -> dict[Role, str]:
    """Which column has which role: the first alias that a header equals, whatever its case, accents and spaces."""
    by_key: dict[str, str] = {}
    damaged: list[str] = []
    for column in columns:
        by_key.setdefault(key(column), column)
        if "\N{REPLACEMENT CHARACTER}" in column:
            damaged.append(column)
    found: dict[Role, str] = {}
    taken: set[str] = set()
    for role, names in aliases.items():
        for name in names:
            column = by_key.get(key(name)) or next((c for c in damaged if _damaged(c, name)), "")
            if column and column not in taken:
                found[role] = column
                taken.add(column)
                break
    return found


def present(columns: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The columns that bear one of the names."""
    keys = {key(name) for name in names}
    return tuple(column for column in columns if key(column) in keys)


def _damaged(column: str, name: str) -> bool:
    """Whether a header whose accents were lost to U+FFFD can be this name."""
    pattern = "".join("." if c == "\N{REPLACEMENT CHARACTER}" else re.escape(c) for c in column.casefold())
    return re.fullmatch(pattern, name.casefold()) is not None


def recognition(
    columns: Mapping[Role, str], because: Iterable[str], confidence: int, more: Mapping[str, str] | None = None
) -> Recognition:
    """That a file is of a format, with what each column becomes."""
    fields = {column: FIELD.get(role, role) for role, column in columns.items()}
    return Recognition(confidence=confidence, because=tuple(because), fields=fields | dict(more or {}))


# Cells


class Plan(Struct, frozen=True, kw_only=True):
    """How to read the records of one file."""

    columns: dict[Role, str]
    order: DateOrder | None = None
    zone: ZoneInfo | None = None
    unit: Literal["euros", "cents"] = "euros"
    decimal: Literal[",", "."] | None = None
    directions: Mapping[str, Direction] = words.DIRECTIONS
    verdicts: Mapping[str, Verdict] = words.VERDICTS
    other_verdict: Verdict | None = None
    standings: Mapping[str, Standing] = words.STANDINGS
    channels: Mapping[str, Channel] = words.CHANNELS
    products: bool = True
    """Whether categories are products of a shop, of which some admit nobody."""
    last_only: bool = False
    """Whether the time of use is that of the last passage only."""


class Rows:
    """Reads the cells of a table by their roles. `notes` counts what was handled and must be said."""

    shared_codes = False

    def __init__(self, plan: Plan, head: Head) -> None:
        """Look at the first records for what a single line cannot tell."""
        self.plan = plan
        self.columns = plan.columns
        self.notes: Counter[str] = Counter()
        codes = [self._bare(record, "code") for record in head.records]
        self.holder_is_address = "mail" in key(self.columns.get("holder", ""))
        self.rounded = values.rounded(codes)
        self.zeros_lost = values.zeros_lost(codes)
        self.ranks: Counter[str] = Counter()
        self.only_days = self._only_days(head)
        self.twice_encoded = any(
            values.TWICE_ENCODED.search(text) for record in head.records[:20] for text in record.cells.values()
        )

    def read(self, record: Record) -> list[Line]:
        """The passages of a record of a log."""
        return [self.scan(record)]

    def _only_days(self, head: Head) -> bool:
        """Whether the times of use are days in truth: a spreadsheet writes them all as midnight."""
        if "at" not in self.columns or "clock" in self.columns:
            return False
        seen = 0
        for record in head.records:
            try:
                at = values.moment(self._bare(record, "at"), self.plan.order)
            except Unreadable:
                continue
            if at is not None and at.time() != dt.time(0):
                return False
            seen += at is not None
        return seen > 1

    # Cells by role

    def _bare(self, record: Record, role: Role) -> str:
        column = self.columns.get(role)
        return clean(record.cells.get(column, "")) if column is not None else ""

    def text(self, record: Record, role: Role) -> str | None:
        """The text of a cell as a label, None where it is empty."""
        text = " ".join(self._bare(record, role).split())
        return text[:LONGEST_LABEL] if text else None

    def refuse(self, code: str, role: Role) -> LineRefused:
        """The refusal of a line because of one of its cells."""
        return LineRefused(code, self.columns.get(role))

    def get(self, record: Record, role: Role, reader: Callable[[str], T]) -> T:
        """What a cell says; a cell that cannot be read refuses the line."""
        column = self.columns.get(role)
        try:
            return reader(record.cells.get(column, "") if column is not None else "")
        except Unreadable as problem:
            raise LineRefused(problem.code, column) from None

    def code(self, record: Record) -> str:
        """The code of the ticket, else the order and the position in it."""
        if self.twice_encoded:
            self.notes["ticket-accents-repaired"] += 1
        text = self._bare(record, "code")
        if not text and "order" in self.columns and "position" in self.columns:
            order, position = self._bare(record, "order"), self._bare(record, "position")
            if order and position:
                self.notes["ticket-code-from-order"] += 1
                return f"{order}-{position}"
        code = self.get(record, "code", values.ticket_code)
        if text == self.columns["code"]:
            raise self.refuse("ticket-header-again", "code")
        if self.rounded and len(code) > 15 and code.isdecimal() and set(code[15:]) == {"0"}:
            raise self.refuse("ticket-code-rounded", "code")
        if self.zeros_lost:
            self.notes["ticket-zeros-lost"] += 1
        return code

    def numbered(self, base: str) -> str:
        """A code made of an order that lists its tickets without naming them: the order and a rank."""
        self.ranks[base] += 1
        self.notes["ticket-code-from-order"] += 1
        return f"{base}-{self.ranks[base]}"

    def at(self, record: Record, role: Role = "at") -> dt.datetime | None:
        """The moment of a passage, None where nothing is written."""
        plan, column = self.plan, self.columns.get(role)
        if column is None:
            return None
        text = record.cells.get(column, "")
        try:
            hours = self.columns.get("clock") if role == "at" else None
            if hours is not None:
                at = values.joined(text, record.cells.get(hours, ""), plan.order)
            else:
                at = values.instant(text, plan.order)
        except Unreadable as problem:
            raise LineRefused(problem.code, column) from None
        if self.only_days and role == "at" and at is not None and at.time() == dt.time(0):
            raise LineRefused("ticket-time-missing", column)
        return at.replace(tzinfo=plan.zone) if at is not None and at.tzinfo is None and plan.zone is not None else at

    def word(self, record: Record, role: Role, vocabulary: Mapping[str, T], refusal: str) -> T | None:
        """What a word means, None where the cell is empty; an unknown word refuses the line."""
        text = self._bare(record, role)
        if not text:
            return None
        found = vocabulary.get(key(text))
        if found is None:
            raise self.refuse(refusal, role)
        return found

    def yes(self, record: Record, role: Role) -> bool:
        """Whether a cell says yes."""
        return words.used(self._bare(record, role)) is True

    def category(self, record: Record) -> str | None:
        """The product and its variation, as « Pass – Tarif réduit »."""
        product, variation = self.text(record, "category"), self.text(record, "variation")
        return f"{product} – {variation}"[:LONGEST_LABEL] if product and variation else product or variation

    def session(self, record: Record) -> str | None:
        """The session, with its day where several have one name."""
        session = self.text(record, "session")
        text = self._bare(record, "session_day")
        if not text:
            return session
        try:
            starts = values.moment(text, self.plan.order)
            hour = values.clock(self._bare(record, "session_clock"))
        except Unreadable:
            return session
        if starts is None:
            return session
        if hour is not None:
            starts = dt.datetime.combine(starts.date(), hour[0])
        day = f"{starts:%Y-%m-%d %H:%M}" if starts.time() != dt.time(0) else f"{starts:%Y-%m-%d}"
        return f"{session} ({day})"[:LONGEST_LABEL] if session else day

    def origin(self, record: Record) -> str | None:
        """The place of residence, where it is certain."""
        if "postcode" not in self.columns and "country" not in self.columns:
            return None
        return values.origin(self._bare(record, "postcode"), self._bare(record, "country"))

    def quantity(self, record: Record) -> int:
        """How many people."""
        return self.get(record, "quantity", values.quantity)

    def price(self, record: Record) -> int | None:
        """The price in cents; one that cannot be read is unknown and said."""
        column = self.columns.get("price")
        if column is None:
            return None
        try:
            cents = values.cents(record.cells.get(column, ""), self.plan.unit, self.plan.decimal)
        except Unreadable:
            self.notes["ticket-price-left-out"] += 1
            return None
        if cents is None or 0 <= cents < 2**31:
            return cents
        self.notes["ticket-price-left-out"] += 1
        return None

    def holder(self, record: Record) -> str | None:
        """What identifies the holder among the tickets of the edition: it is only ever made a pseudonym."""
        text = self._bare(record, "holder").lower()
        if not text or key(text) in values.NOTHING or (self.holder_is_address and "@" not in text):
            return None  # « Information Requested » is nobody's address
        return text

    def day(self, record: Record, role: Role) -> dt.date | None:
        """A day of validity, None where it cannot be read."""
        try:
            return values.day(self._bare(record, role), self.plan.order)
        except Unreadable:
            self.notes["ticket-validity-unreadable"] += 1
            return None

    def standing(self, record: Record) -> Standing:
        """What the ticket is worth, by whichever columns say so; the worst of them counts."""
        if not {"standing", "paid", "refunded"} & self.columns.keys():
            self.notes["ticket-status-not-exported"] += 1
        found = self.word(record, "standing", self.plan.standings, "ticket-status-unknown") or "issued"
        if self.yes(record, "refunded"):
            return "refunded"
        if found in {"refunded", "cancelled"}:
            return found
        if self.yes(record, "blocked"):
            return "blocked"
        if found == "issued" and "paid" in self.columns:
            paid = self._bare(record, "paid")
            return words.STANDINGS.get(key(paid), "issued") if paid else found
        return found

    # Facts

    def scan(self, record: Record) -> ScanLine:
        """A passage; one without its time is refused."""
        code = self.code(record)
        at = self.at(record)
        if at is None:
            raise self.refuse("ticket-time-missing", "at")
        plan = self.plan
        verdict = plan.verdicts.get(key(text)) if (text := self._bare(record, "verdict")) else "accepted"
        if verdict is None:
            if plan.other_verdict is None:
                raise self.refuse("ticket-result-unknown", "verdict")
            verdict = plan.other_verdict
        return ScanLine(
            code=code,
            at=at,
            direction=self.word(record, "direction", plan.directions, "ticket-direction-unknown") or "in",
            verdict=verdict,
            gate=self.text(record, "gate"),
            session=self.session(record),
            device=self.text(record, "device"),
            category=self.category(record),
            origin=self.origin(record),
            quantity=self.quantity(record),
        )

    def ticket(self, record: Record, *, code: str | None = None) -> TicketLine:
        """A ticket; what admits nobody is refused with its reason."""
        code = self.code(record) if code is None else code
        if self.shared_codes:
            self.notes["ticket-codes-shared"] += 1
        category = self.category(record)
        if self.plan.products and category is not None:
            refusal = words.no_admission(category)
            if refusal is not None:
                raise self.refuse(refusal, "category")
        if self.yes(record, "test"):
            raise self.refuse("ticket-test-order", "test")
        if self._bare(record, "addon"):
            raise self.refuse("ticket-add-on", "addon")
        price = self.price(record)
        word = self.plan.channels.get(key(self._bare(record, "channel")), "unknown")
        standing = self.standing(record)
        gone = standing in {"refunded", "cancelled"}
        if gone:
            self.notes[f"ticket-{standing}"] += 1
        return TicketLine(
            code=code,
            holder=self.holder(record),
            standing=standing,
            channel=words.channel(category, price, word),
            category=category,
            origin=self.origin(record),
            session=self.session(record),
            quantity=1 if gone and self._bare(record, "quantity") == "0" else self.quantity(record),
            price_cents=price,
            first_day=self.day(record, "first_day"),
            last_day=self.day(record, "last_day"),
        )

    def uses(self, record: Record, ticket: TicketLine) -> Iterator[ScanLine]:
        """The passages that a ticket's line states: at its time, else at a time nobody wrote."""
        at = self.used_at(record, "at")
        marked = words.used(self._bare(record, "used")) if "used" in self.columns else None
        if at is not None and marked is not False:
            if self.plan.last_only:
                self.notes["ticket-last-entry-only"] += 1
            yield self.passage(record, ticket, at)
        elif marked or self.day_only:
            yield self.passage(record, ticket, None)
        out = self.used_at(record, "out_at")
        if out is not None:
            yield self.passage(record, ticket, out, "out")

    day_only = False

    def used_at(self, record: Record, role: Role) -> dt.datetime | None:
        """The time of use; a day alone says that the ticket was used, not when."""
        self.day_only = False
        try:
            return self.at(record, role)
        except LineRefused as refused:
            if refused.code != "ticket-time-missing" or role != "at":
                raise
            self.day_only = True
            return None

    def passage(
        self, record: Record, ticket: TicketLine, at: dt.datetime | None, direction: Direction = "in"
    ) -> ScanLine:
        """A passage with the labels of its ticket."""
        return ScanLine(
            code=ticket.code,
            at=at,
            direction=direction,
            gate=self.text(record, "gate"),
            session=ticket.session,
            device=self.text(record, "device"),
            category=ticket.category,
            origin=ticket.origin,
            quantity=ticket.quantity,
        )


class Tickets(Rows):
    """Reads the records of a list of tickets, some of them used."""

    def __init__(self, plan: Plan, head: Head) -> None:
        """See whether the codes look like those of orders, which several tickets share."""
        super().__init__(plan, head)
        codes = [code for record in head.records if (code := self._bare(record, "code"))]
        self.shared_codes = len(codes) >= 10 and len(set(codes)) < 0.8 * len(codes)

    def read(self, record: Record) -> list[Line]:
        """The ticket of a record and the passages it states."""
        ticket = self.ticket(record)
        return [ticket, *self.uses(record, ticket)]


class Layout(Struct, frozen=True, kw_only=True):
    """A tool's table: its headers by role, and those that only this tool writes."""

    name: str
    aliases: dict[Role, tuple[str, ...]]
    own: tuple[str, ...]
    enough: int
    needs: tuple[Role, ...] = ("code",)
    order: DateOrder | None = "dmy"
    unit: Literal["euros", "cents"] = "euros"
    standings: dict[str, Standing] = {}
    channels: dict[str, Channel] = {}
    last_only: bool = False
    rows: type[Rows] = Tickets
    confidence: int = 90

    def columns(self, head: Head) -> dict[Role, str]:
        """The roles of the columns of a file."""
        return resolve(head.columns, self.aliases)

    def recognise(self, head: Head) -> Recognition | None:
        """A table with enough of the headers that only this tool writes, and those without which nothing counts."""
        if head.container != "table":
            return None
        columns, own = self.columns(head), present(head.columns, self.own)
        if len(own) < self.enough or any(role not in columns for role in self.needs):
            return None
        return recognition(columns, own, min(99, self.confidence + len(own) - self.enough))

    def plan(self, head: Head, context: Context) -> Plan:
        """How to read this file: a spreadsheet may have turned the tool's dates into its own."""
        columns = self.columns(head)
        return Plan(
            columns=columns,
            order=decided(head, context, [columns.get("at", ""), columns.get("out_at", "")], self.order),
            unit=self.unit,
            standings=words.vocabulary_of(self.standings, words.STANDINGS),
            channels=words.vocabulary_of(self.channels, words.CHANNELS),
            last_only=self.last_only,
        )

    def reader(self, head: Head, context: Context) -> Reader:
        """A reader for the file that begins like this."""
        return self.rows(self.plan(head, context), head)


def decided(head: Head, context: Context, columns: Iterable[str], default: DateOrder | None) -> DateOrder | None:
    """How dates of numbers are written in a file: as a number above 12 shows, as the edition's days do, by default."""
    columns = [column for column in columns if column]
    texts = [clean(record.cells.get(column, "")) for record in head.records for column in columns]
    dates = [text for text in texts if values.numeric_date(text)]
    if not dates:
        return default
    shown = values.evidence(dates)
    if shown is not None:
        return shown
    if context.first_day is not None and context.last_day is not None:
        orders: tuple[DateOrder, ...] = ("dmy", "mdy")
        inside = [
            order
            for order in orders
            if all(_within(text, order, context.first_day, context.last_day) for text in dates)
        ]
        if len(inside) == 1:
            return inside[0]
    return default


def _within(text: str, order: DateOrder, first: dt.date, last: dt.date) -> bool:
    try:
        day = values.day(text, order)
    except Unreadable:
        return False
    return day is not None and first - dt.timedelta(days=1) <= day <= last + dt.timedelta(days=2)


# Objects


def inside(value: Any, path: str) -> Any:
    """What is at a dotted path of an object, None where it stops."""
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def string(value: Any) -> str:
    """A JSON value as the text of a cell."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


class Objects(Struct, frozen=True, kw_only=True):
    """A tool's JSON: the keys of its objects by role, dotted where they are nested; read as a table of those keys."""

    name: str
    paths: dict[Role, tuple[str, ...]]
    own: tuple[str, ...]
    enough: int
    needs: tuple[Role, ...] = ("code",)
    unit: Literal["euros", "cents"] = "euros"
    standings: dict[str, Standing] = {}
    channels: dict[str, Channel] = {}
    last_only: bool = False
    zone: str | None = None
    rows: type[Rows] = Tickets

    def columns(self, head: Head) -> dict[Role, str]:
        """The first path of each role whose beginning the objects have."""
        keys = set(head.columns)
        return {
            role: found
            for role, paths in self.paths.items()
            if (found := next((path for path in paths if path.split(".")[0] in keys), None)) is not None
        }

    def recognise(self, head: Head) -> Recognition | None:
        """Objects with enough of the keys that only this tool writes."""
        if head.container != "objects":
            return None
        columns = self.columns(head)
        own = tuple(name for name in self.own if name in head.columns)
        if len(own) < self.enough or any(role not in columns for role in self.needs):
            return None
        return recognition(columns, own, min(99, 90 + len(own) - self.enough))

    def reader(self, head: Head, context: Context) -> Reader:  # noqa: ARG002  the same interface for all
        """A reader for the file that begins like this."""
        plan = Plan(
            columns=self.columns(head),
            order="dmy",
            unit=self.unit,
            zone=ZoneInfo(self.zone) if self.zone else None,
            standings=words.vocabulary_of(self.standings, words.STANDINGS),
            channels=words.vocabulary_of(self.channels, words.CHANNELS),
            last_only=self.last_only,
        )
        keys = set(head.columns)
        codes = tuple(path for path in self.paths["code"] if path.split(".")[0] in keys)
        return Flat(self.rows(plan, flat_head(head, plan, codes)), plan, codes)


def flat_head(head: Head, plan: Plan, codes: tuple[str, ...] = ()) -> Head:
    """The head with its first objects as rows, so that a reader sees the codes of its file."""
    records = tuple(flattened(record, plan, codes) for record in head.records)
    return Head(container="table", columns=tuple(plan.columns.values()), records=records)


def flattened(record: Record, plan: Plan, codes: tuple[str, ...] = ()) -> Record:
    """An object as a row: one cell for each role; the code is the first of its keys that says one."""
    value = record.value or {}
    cells = {path: string(inside(value, path)) for path in plan.columns.values()}
    if codes:
        cells[plan.columns["code"]] = next((text for path in codes if (text := string(inside(value, path)))), "")
    return Record(line=record.line, cells=cells)


class Flat:
    """Reads objects through the reader of a table."""

    def __init__(self, rows: Rows, plan: Plan, codes: tuple[str, ...] = ()) -> None:
        """Share the notes of the reader."""
        self.rows = rows
        self.plan = plan
        self.codes = codes
        self.notes = rows.notes

    def read(self, record: Record) -> list[Line]:
        """The lines of an object."""
        return self.rows.read(flattened(record, self.plan, self.codes))
