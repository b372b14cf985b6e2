"""Our own columns for tickets and scans, as CSV, XLSX or JSON: docs/formats/."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from events_api.domain.tickets.facts import CHANNELS, STANDINGS, VERDICTS, Channel, Standing, Verdict
from events_api.importers.tickets.lines import (
    Context,
    Direction,
    Head,
    LineRefused,
    Recognition,
    Record,
    ScanLine,
    TicketLine,
)

SCIENTIFIC: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]+")
"""What a spreadsheet makes of a long number."""
NAME: Final = "canonical"
SCAN_FIELDS: Final[dict[str, str]] = {
    "ticket_code": "code", "scanned_at": "at", "direction": "direction", "gate": "gate", "device": "device",
    "result": "verdict", "session": "session", "category": "category", "postcode": "origin", "country": "origin",
    "quantity": "quantity",
}  # fmt: skip
TICKET_FIELDS: Final[dict[str, str]] = {
    "ticket_code": "code", "status": "standing", "channel": "channel", "category": "category", "price": "price",
    "quantity": "quantity", "holder": "holder", "postcode": "origin", "country": "origin", "session": "session",
    "valid_from": "first_day", "valid_until": "last_day",
}  # fmt: skip
DIRECTIONS: Final[dict[str, Direction]] = {"": "in", "in": "in", "out": "out"}
RESULTS: Final[dict[str, Verdict]] = {"": VERDICTS[0]} | {word: word for word in VERDICTS}
STATUSES: Final[dict[str, Standing]] = {"": STANDINGS[0]} | {word: word for word in STANDINGS}
CHANNEL_WORDS: Final[dict[str, Channel]] = {"": CHANNELS[0]} | {word: word for word in CHANNELS}
PRICE: Final = re.compile(r"([0-9]{1,8})(?:[.,]([0-9]{1,2}))?")
WHOLE: Final = re.compile(r"[0-9]{1,5}")
POSTCODE: Final = re.compile(r"[0-9]{5}")
COUNTRY: Final = re.compile(r"[A-Z]{2}")


class Canonical:
    """The format of the columns that docs/formats/ describes."""

    name = NAME

    def recognise(self, head: Head) -> Recognition | None:
        """Whether a file has our columns: `ticket_code` and one that only we name so."""
        columns = set(head.columns)
        if "ticket_code" not in columns:
            return None
        fields = SCAN_FIELDS if "scanned_at" in columns else TICKET_FIELDS
        if head.container == "objects":
            fields = SCAN_FIELDS | TICKET_FIELDS
        found = {column: fields[column] for column in head.columns if column in fields}
        if len(found) == 1 and len(columns) > 1:
            return None
        return Recognition(confidence=100, because=tuple(found), fields=found)

    def reader(self, head: Head, context: Context) -> "CanonicalReader":
        """A reader of our columns."""
        del context
        return CanonicalReader("scanned_at" in head.columns, objects=head.container == "objects")


class CanonicalReader:
    """Reads our columns strictly: a value that is not as documented refuses its line."""

    def __init__(self, scans: bool, *, objects: bool) -> None:
        self.notes: Counter[str] = Counter()
        self._scans = scans
        self._objects = objects

    def read(self, record: Record) -> list[TicketLine | ScanLine]:
        """The ticket or scan of a record."""
        cells = record.cells if record.value is None else _written(record.value)
        is_scan = "scanned_at" in cells if self._objects else self._scans
        return [scan(cells) if is_scan else ticket(cells)]


def scan(cells: Mapping[str, str]) -> ScanLine:
    """The scan that cells state."""
    get = cells.get
    return ScanLine(
        code=_code(get("ticket_code", "")),
        at=instant(get("scanned_at", "")),
        direction=_word(DIRECTIONS, get("direction", ""), "direction"),
        verdict=_word(RESULTS, get("result", ""), "result"),
        gate=get("gate"),
        session=get("session"),
        device=get("device"),
        category=get("category"),
        origin=origin(get("postcode", ""), get("country", "")),
        quantity=quantity(get("quantity", "")),
    )


def ticket(cells: Mapping[str, str]) -> TicketLine:
    """The ticket that cells state."""
    get = cells.get
    return TicketLine(
        code=_code(get("ticket_code", "")),
        holder=get("holder"),
        standing=_word(STATUSES, get("status", ""), "status"),
        channel=_word(CHANNEL_WORDS, get("channel", ""), "channel"),
        category=get("category"),
        origin=origin(get("postcode", ""), get("country", "")),
        session=get("session"),
        quantity=quantity(get("quantity", "")),
        price_cents=_cents(get("price", "")),
        first_day=_day(get("valid_from", ""), "valid_from"),
        last_day=_day(get("valid_until", ""), "valid_until"),
    )


def _code(text: str) -> str:
    """A code, unless a spreadsheet made a number of it and lost its last digits."""
    if ("E+" in text or "e+" in text) and SCIENTIFIC.fullmatch(text.strip()):
        raise LineRefused("ticket-code-scientific", "ticket_code")
    return text


def instant(text: str) -> dt.datetime:
    """The instant of ISO 8601 with an offset, or a local time without one."""
    try:
        at = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise LineRefused("line-time", "scanned_at") from None
    if len(text) < 13:
        raise LineRefused("line-time", "scanned_at")
    return at


def origin(postcode: str, country: str) -> str | None:
    """The label of where somebody lives, none where it is not certain."""
    postcode, country = postcode.strip(), country.strip()
    if country not in {"", "FR"}:
        if not COUNTRY.fullmatch(country):
            raise LineRefused("line-country", "country")
        return country
    if country == "FR" and len(postcode) == 4:
        postcode = "0" + postcode
    return f"FR-{postcode}" if POSTCODE.fullmatch(postcode) else country or None


def quantity(text: str) -> int:
    """How many people, one where nothing is said."""
    if not text:
        return 1
    if not WHOLE.fullmatch(text.strip()):
        raise LineRefused("line-quantity", "quantity", limit=10_000)
    return int(text)


def _word(words: dict[str, Any], text: str, column: str) -> Any:
    found = words.get(text)
    if found is None:
        found = words.get(text.strip().lower())
        if found is None:
            raise LineRefused("line-word", column, words=[word for word in words if word])
    return found


def _cents(text: str) -> int | None:
    if not text.strip():
        return None
    found = PRICE.fullmatch(text.strip())
    if found is None:
        raise LineRefused("line-price", "price")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def _day(text: str, column: str) -> dt.date | None:
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise LineRefused("line-day", column) from None


def _written(value: Mapping[str, Any]) -> dict[str, str]:
    """The values of an object as cells; what is neither text nor number is not there."""
    return {
        key: str(item)
        for key, item in value.items()
        if isinstance(item, str | int | float) and not isinstance(item, bool)
    }
