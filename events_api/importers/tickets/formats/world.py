"""Tools from elsewhere: Indico, Hi.Events, alf.io with its scan audit."""

import datetime as dt
import re
from collections import Counter
from typing import Final

from events_api.domain.tickets.facts import Standing, Verdict
from events_api.importers.tickets.formats import values
from events_api.importers.tickets.formats.tables import Layout, Line, Tickets, present, string
from events_api.importers.tickets.formats.values import Unreadable, key
from events_api.importers.tickets.lines import (
    Context,
    Head,
    LineRefused,
    Reader,
    Recognition,
    Record,
    ScanLine,
)

# Indico

INDICO: Final = Layout(
    name="indico-registrations",
    aliases={
        "code": ("ID",),
        "standing": ("Registration state",),
        "used": ("Checked in",),
        "at": ("Check-in date",),
        "price": ("Price",),
        "holder": ("Email Address", "Email", "E-mail", "Adresse e-mail"),
        "country": ("Country", "Pays"),
    },
    own=(
        "Registration date",
        "Registration state",
        "Checked in",
        "Check-in date",
        "Payment date",
        "Modification date",
        "Created by",
    ),
    enough=3,
    standings={"Completed": "issued", "Unpaid": "reserved", "Awaiting payment": "reserved", "Withdrawn": "cancelled"},
)

# Hi.Events

CHECK_IN: Final = re.compile(r"\s*(?P<list>.*?)\s*\((?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+Z?)\)\s*(?:,|$)")


class HiEvents(Tickets):
    """Attendees with all their check-ins in one cell, in UTC."""

    def read(self, record: Record) -> list[Line]:
        """The ticket of an attendee and a passage for each check-in list."""
        ticket = self.ticket(record)
        lines: list[Line] = [ticket]
        text = self._bare(record, "used")
        end = 0
        for found in CHECK_IN.finditer(text):
            end = found.end()
            try:
                at = values.instant(found["at"])
            except Unreadable as problem:
                raise self.refuse(problem.code, "used") from None
            if at is None:
                continue
            scan = self.passage(record, ticket, at.replace(tzinfo=dt.UTC))
            scan.session = found["list"][:200] or None
            lines.append(scan)
        if text[end:].strip():
            raise self.refuse("ticket-time-unreadable", "used")
        return lines


HI_EVENTS: Final = Layout(
    name="hievents-attendees",
    aliases={
        "code": ("Public ID", "ID public"),
        "standing": ("Status", "Statut"),
        "used": ("Check Ins", "Check-Ins", "Enregistrements"),
        "category": ("Product Name", "Nom du produit", "Ticket Name"),
        "holder": ("Email", "E-mail"),
    },
    own=(
        "Check Ins", "Public ID", "ID public", "Short ID", "ID court", "Product ID", "ID du produit", "Created Date",
        "Last Updated Date", "Date de dernière mise à jour", "Event ID",
    ),
    enough=4,
    needs=("code", "standing"),
    rows=HiEvents,
)  # fmt: skip


class Refuser:
    """Refuses every line for one reason."""

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        self.code = code
        self.notes: Counter[str] = Counter()

    def read(self, record: Record) -> list[Line]:  # noqa: ARG002  the same interface for all
        """No line is kept."""
        raise LineRefused(self.code)


class OrdersOnly(Layout, frozen=True, kw_only=True):
    """An export of orders: known, so that the organiser learns which export to make instead."""

    def reader(self, head: Head, context: Context) -> Reader:  # noqa: ARG002  the same interface for all
        """A reader that refuses every line with that reason."""
        return Refuser("ticket-orders-without-tickets")


HI_EVENTS_ORDERS: Final = OrdersOnly(
    name="hievents-orders",
    aliases={},
    own=(
        "Total Before Additions", "Total Gross", "Total Refunded", "Is Partially Refunded", "Is Fully Refunded",
        "Is Free Order", "Is Manually Created",
    ),
    enough=4,
    needs=(),
)  # fmt: skip

# alf.io

_ALFIO_STATUS: Final[dict[str, Standing]] = {
    "ACQUIRED": "issued", "CHECKED_IN": "issued", "PENDING": "reserved", "TO_BE_PAID": "reserved",
    "PRE_RESERVED": "reserved", "CANCELLED": "cancelled", "EXPIRED": "cancelled", "INVALIDATED": "cancelled",
    "RELEASED": "cancelled",
}  # fmt: skip


class Alfio(Tickets):
    """Tickets of an event, those not sold yet among them; the status says who came, never when."""

    def read(self, record: Record) -> list[Line]:
        """The ticket of a row; a place that nobody took is none."""
        status = key(self._bare(record, "standing"))
        if status == "free":
            raise self.refuse("ticket-not-sold", "standing")
        ticket = self.ticket(record)
        if status == "checkedin":
            return [ticket, self.passage(record, ticket, None)]
        return [ticket]


class AlfioLayout(Layout, frozen=True, kw_only=True):
    """Any subset of its columns, in any order: the few that are left must be this tool's."""

    def recognise(self, head: Head) -> Recognition | None:
        """A table with an identifier and enough of the 22 columns for its width."""
        found = super().recognise(head)
        return found if found is not None and 2 * len(present(head.columns, self.own)) >= len(head.columns) else None


ALFIO: Final = AlfioLayout(
    name="alfio-tickets",
    aliases={
        "code": ("ID",),
        "standing": ("Status",),
        "category": ("Category",),
        "price": ("PaidPrice",),
        "holder": ("E-Mail",),
        "country": ("Country Code",),
    },
    own=(
        "ID", "Category", "Event", "Status", "OriginalPrice", "PaidPrice", "Discount", "VAT", "ReservationID",
        "Full Name", "First Name", "Last Name", "E-Mail", "Locked", "Language", "Confirmation", "Billing Address",
        "Country Code", "Promo Code", "Payment ID", "Payment Method", "External Reference",
    ),
    enough=4,
    standings=_ALFIO_STATUS,
    rows=Alfio,
    confidence=80,
)  # fmt: skip
CHECK_IN_STATUS: Final[dict[str, Verdict]] = {
    "SUCCESS": "accepted", "OK_READY_TO_BE_CHECKED_IN": "accepted", "BADGE_SCAN_SUCCESS": "accepted",
    "OK_READY_FOR_BADGE_SCAN": "accepted", "ALREADY_CHECK_IN": "duplicate", "BADGE_SCAN_ALREADY_DONE": "duplicate",
    "TICKET_NOT_FOUND": "unknown", "INVALID_TICKET_CODE": "unknown", "EMPTY_TICKET_CODE": "unknown",
    "EVENT_NOT_FOUND": "unknown", "INVALID_TICKET_CATEGORY_CHECK_IN_DATE": "wrong_day", "MUST_PAY": "refused",
    "INVALID_TICKET_STATE": "refused", "ERROR": "refused",
}  # fmt: skip


class Audit:
    """The scan audit: each scan with its status; a check-in that was taken back is said, not counted."""

    def __init__(self) -> None:
        """Begin without notes."""
        self.notes: Counter[str] = Counter()

    def read(self, record: Record) -> list[Line]:
        """The passage of an entry of the audit."""
        entry = record.value or {}
        if string(entry.get("operation")) == "REVERT":
            raise LineRefused("ticket-scan-reverted", "operation")
        verdict = CHECK_IN_STATUS.get(string(entry.get("checkInStatus")))
        if verdict is None:
            raise LineRefused("ticket-result-unknown", "checkInStatus")
        stamp = entry.get("scanTimestamp")
        column = "ticketUuid"
        try:
            code = values.ticket_code(string(entry.get("ticketUuid")) or string(entry.get("ticketIdentifier")))
            column = "scanTimestamp"
            at = _stamp(stamp)
        except Unreadable as problem:
            raise LineRefused(problem.code, column) from None
        return [ScanLine(code=code, at=at, verdict=verdict)]


def _stamp(stamp: object) -> dt.datetime:
    """A moment as ISO text, or as seconds or milliseconds since 1970."""
    if isinstance(stamp, int | float) and not isinstance(stamp, bool):
        seconds = stamp / 1000 if stamp > 10**11 else stamp
        try:
            return dt.datetime.fromtimestamp(seconds, dt.UTC)
        except (ValueError, OverflowError, OSError):
            raise Unreadable("ticket-time-unreadable") from None
    at = values.instant(string(stamp))
    if at is None:
        raise Unreadable("ticket-time-missing")
    return at


class AlfioAudit:
    """The check-in log of alf.io's API."""

    name: Final = "alfio-audit"

    def recognise(self, head: Head) -> Recognition | None:
        """Objects with a scan time, a status and an operation."""
        keys = ("scanTimestamp", "checkInStatus", "operation")
        if head.container != "objects" or not set(keys) <= set(head.columns):
            return None
        fields = {"ticketUuid": "code", "scanTimestamp": "at", "checkInStatus": "verdict"}
        return Recognition(confidence=97, because=keys, fields=fields)

    def reader(self, head: Head, context: Context) -> Reader:  # noqa: ARG002  the same interface for all
        """A reader of the audit."""
        return Audit()


FORMATS: Final = (INDICO, HI_EVENTS, HI_EVENTS_ORDERS, ALFIO, AlfioAudit())
