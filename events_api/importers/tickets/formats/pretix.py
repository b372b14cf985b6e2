"""pretix: its check-in log, check-in list, valid codes and order positions (English, French), its JSON and its REST."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from events_api.domain.tickets.facts import Standing, Verdict
from events_api.importers.tickets.formats import values, words
from events_api.importers.tickets.formats.tables import Layout, Line, Plan, Rows, Tickets, present, string
from events_api.importers.tickets.formats.values import Unreadable
from events_api.importers.tickets.lines import (
    Context,
    Head,
    LineRefused,
    Reader,
    Recognition,
    Record,
    ScanLine,
    TicketLine,
)

STATUSES: Final[dict[str, Standing]] = {
    "p": "issued", "n": "reserved", "e": "cancelled", "c": "cancelled",
    "canceled (paid fee)": "cancelled", "annulé (frais payés)": "cancelled",
}  # fmt: skip
REASONS: Final[dict[str, Verdict]] = {
    "canceled": "refunded", "invalid": "unknown", "unpaid": "refused", "product": "refused", "rules": "refused",
    "revoked": "refunded", "incomplete": "refused", "already_redeemed": "duplicate", "ambiguous": "unknown",
    "medium_invalid": "unknown", "medium_exists": "refused", "error": "refused", "blocked": "blocked",
    "unapproved": "refused", "invalid_time": "wrong_day", "annulled": "refused", "already_exchanged": "duplicate",
}  # fmt: skip
ORDER: Final = ("Order code", "Code de commande")
POSITION: Final = ("Position ID", "ID de la position")
SECRET: Final = ("Secret", "Ticket secret", "Secret du billet")
PRODUCT: Final = ("Product", "Produit")
VALIDITY: Final = ("Valid from", "Valid until", "Valable depuis", "Valable jusqu'au")


class Log(Rows):
    """The check-in log: every scan, to the minute; whatever is not « OK » is a refusal."""

    def read(self, record: Record) -> list[Line]:
        """The passage of a row."""
        if self.yes(record, "automatic"):
            self.notes["ticket-automatic-check-in"] += 1
        return [self.scan(record)]


class LogLayout(Layout, frozen=True, kw_only=True):
    """The check-in log, whose « Result » is the text of a reason."""

    def plan(self, head: Head, context: Context) -> Plan:
        """Any text but « OK » is a refusal."""
        plan = super().plan(head, context)
        return replace(plan, other_verdict="refused")


class ListRows(Tickets):
    """The check-in list: the last entry and the last exit of each ticket, named by its secret alone."""

    def read(self, record: Record) -> list[Line]:
        """The ticket of a row, with its last passages."""
        if "code" not in self.columns:
            raise LineRefused("ticket-secret-not-exported", self.columns.get("order"))
        return super().read(record)


class Positions(Tickets):
    """Order positions: what was sold, and on which lists it was checked in, without a time."""

    def uses(self, record: Record, ticket: TicketLine) -> Iterator[ScanLine]:
        """A position that some check-in list knows was used."""
        if self._bare(record, "used"):
            yield self.passage(record, ticket, None)


LOG: Final = LogLayout(
    name="pretix-checkinlog",
    aliases={
        "code": SECRET,
        "at": ("Date",),
        "clock": ("Time", "Heure"),
        "session": ("Check-in list", "Liste d'enregistrement"),
        "direction": ("Scan type", "Type de scan"),
        "order": ORDER,
        "position": POSITION,
        "category": PRODUCT,
        "device": ("Device", "Appareil"),
        "automatic": ("Automatically checked in", "Enregistrement automatique"),
        "gate": ("Gate", "Pont", "Porte", "Entrée"),
        "verdict": ("Result", "Résultat"),
    },
    own=(
        "Check-in list", "Liste d'enregistrement", "Scan type", "Type de scan", "Offline override",
        "Remplacement hors ligne", "Upload date", "Date de téléchargement", "Upload time", "Temps de chargement",
        "Offline", "Hors-ligne", *POSITION, *ORDER, "Pont",
    ),
    enough=3,
    needs=("code", "at", "clock", "direction", "verdict"),
    rows=Log,
)  # fmt: skip
LIST: Final = Layout(
    name="pretix-checkinlist",
    aliases={
        "code": SECRET,
        "order": ORDER,
        "category": PRODUCT,
        "price": ("Price", "Prix"),
        "at": ("Checked in", "Enregistrement effectué"),
        "out_at": ("Checked out", "Passé en caisse"),
        "automatic": ("Automatically checked in", "Enregistrement automatique"),
        "paid": ("Paid", "Payé"),
        "session": ("Date",),
        "session_day": ("Start date", "Date de début"),
        "blocked": ("Blocked", "Bloqué"),
        "first_day": ("Valid from", "Valable depuis"),
        "last_day": ("Valid until", "Valable jusqu'au"),
        "postcode": ("ZIP code", "Code postal"),
        "country": ("Country", "Pays"),
    },
    own=(
        "Checked out", "Passé en caisse", "Enregistrement effectué", "Automatically checked in",
        "Enregistrement automatique", "Requires special attention", "Nécessite une attention particulière",
        "Check-in text", "Texte d'enregistrement", "Voucher code", "Code du bon d'achat", "Seat ID", "ID du siège",
        *ORDER,
    ),
    enough=3,
    needs=("order", "at", "category"),
    last_only=True,
    rows=ListRows,
)  # fmt: skip
POSITIONS: Final = Layout(
    name="pretix-positions",
    aliases={
        "code": ("Ticket secret", "Secret du billet", "Secret"),
        "order": ORDER,
        "position": POSITION,
        "standing": ("Status", "Statut"),
        "category": PRODUCT,
        "variation": ("Variation", "Variante"),
        "price": ("Price", "Prix"),
        "session": ("Date",),
        "session_day": ("Start date", "Date de début"),
        "holder": ("Attendee email", "E-mail du participant", "Attendee e-mail"),
        "postcode": ("ZIP code", "Code postal"),
        "country": ("Country", "Pays"),
        "blocked": ("Blocked", "Bloqué"),
        "first_day": ("Valid from", "Valable depuis"),
        "last_day": ("Valid until", "Valable jusqu'au"),
        "addon": ("Add-on to position ID", "Add-on à la position ID"),
        "used": ("Check-in lists", "Listes d'enregistrement"),
    },
    own=(
        "Event slug", "Titre de l'événement", "Product ID", "ID produit", "Variation ID", "ID variant",
        "Pseudonymization ID", "ID pseudonyme", "Ticket secret", "Secret du billet", "Add-on to position ID",
        "Add-on à la position ID", "Position order link", "Lien vers la commande", "Voucher budget usage",
        "Utilisation du budget des bons", "Check-in lists", "Listes d'enregistrement", *ORDER, *POSITION,
    ),
    enough=3,
    needs=("order", "position", "standing"),
    standings=STATUSES,
    rows=Positions,
)  # fmt: skip


class ValidCodes(Layout, frozen=True, kw_only=True):
    """The valid codes: secrets and products, no person; few headers, all of which are pretix's."""

    def recognise(self, head: Head) -> Recognition | None:
        """A table of nothing but the columns of this export."""
        found = super().recognise(head)
        known = present(
            head.columns, (*self.own, *PRODUCT, "Date", "Start date", "Date de début", "End date", "Date de fin")
        )
        return found if found is not None and len(known) == len(head.columns) else None


VALID_CODES: Final = ValidCodes(
    name="pretix-validcodes",
    aliases={
        "code": SECRET,
        "category": PRODUCT,
        "variation": ("Variation", "Variante"),
        "paid": ("Paid", "Payé"),
        "session": ("Date",),
        "session_day": ("Start date", "Date de début"),
        "first_day": ("Valid from", "Valable depuis"),
        "last_day": ("Valid until", "Valable jusqu'au"),
    },
    own=(*SECRET, "Variation", "Variante", "Paid", "Payé", *VALIDITY),
    enough=3,
    needs=("code", "category"),
    confidence=85,
)


# JSON


class Position:
    """What a position of an order, or an order position of the REST interface, says."""

    def __init__(self, outside: dict[str, Any]) -> None:
        """Keep the names of the products that the document gave before its orders."""
        self.notes: Counter[str] = Counter()
        event = outside.get("event", outside)
        event = event if isinstance(event, dict) else {}
        self.items = {str(item["id"]): item for item in _objects(event.get("items")) if "id" in item}
        self.sessions = {str(item["id"]): item for item in _objects(event.get("subevents")) if "id" in item}
        self.variations = {
            str(variation["id"]): variation
            for item in self.items.values()
            for variation in _objects(item.get("variations"))
            if "id" in variation
        }

    def lines(self, position: dict[str, Any], order: dict[str, Any] | None) -> Iterator[Line]:
        """The ticket of a position and its check-ins; raises LineRefused for what admits nobody."""
        item = self.items.get(string(position.get("item")), {})
        admission = item.get("admission")
        if position.get("addon_to") is not None and admission is not True:
            raise LineRefused("ticket-add-on", "addon_to")
        if item.get("issue_giftcard") is True:
            raise LineRefused("ticket-gift-card", "item")
        if admission is False:
            raise LineRefused("ticket-technical-line", "item")
        category = self.category(position, item)
        refusal = words.no_admission(category) if category else None
        if refusal is not None:
            raise LineRefused(refusal, "item")
        try:
            code = self.code(position, order)
            price = values.cents(string(position.get("price")), "euros", ".")
            first, last = (values.day(string(position.get(name))) for name in ("valid_from", "valid_until"))
        except Unreadable as problem:
            raise LineRefused(problem.code, "secret") from None
        standing = self.standing(position, order)
        if standing == "cancelled":
            self.notes["ticket-cancelled"] += 1
        ticket = TicketLine(
            code=code,
            holder=(string(position.get("attendee_email")).strip().lower() or None),
            standing=standing,
            channel=words.channel(category, price),
            category=category,
            origin=values.origin(string(position.get("zipcode")), string(position.get("country"))),
            session=self.session(position),
            price_cents=price,
            first_day=first,
            last_day=last,
        )
        yield ticket
        for checkin in _objects(position.get("checkins")):
            yield passage(checkin, ticket.code, ticket)

    @staticmethod
    def code(position: dict[str, Any], order: dict[str, Any] | None) -> str:
        """The secret of the position, else its order and rank: never the secret of the order."""
        secret = string(position.get("secret"))
        order_code = string((order or {}).get("code") or position.get("order"))
        rank = string(position.get("positionid"))
        return values.ticket_code(secret or (f"{order_code}-{rank}" if order_code and rank else ""))

    def category(self, position: dict[str, Any], item: dict[str, Any]) -> str | None:
        """The names of the product and its variation, where the document gives them, else their numbers."""
        number, variation = string(position.get("item")), string(position.get("variation"))
        name = _name(item) or (f"pretix item {number}" if number else "")
        other = _name(self.variations.get(variation, {})) or variation
        return (f"{name} – {other}" if name and other else name)[:200] or None

    def session(self, position: dict[str, Any]) -> str | None:
        """The name of the date of a series."""
        number = string(position.get("subevent"))
        return (_name(self.sessions.get(number, {})) or f"pretix subevent {number}")[:200] if number else None

    @staticmethod
    def standing(position: dict[str, Any], order: dict[str, Any] | None) -> Standing:
        """The status of the order, unless the position itself was cancelled or blocked."""
        if position.get("canceled") is True:
            return "cancelled"
        status = string((order or {}).get("status") or position.get("order__status"))
        standing = STATUSES.get(status, "issued")
        if standing == "reserved" and (order or {}).get("valid_if_pending") is True:
            standing = "issued"
        return "blocked" if standing == "issued" and position.get("blocked") else standing


def passage(checkin: dict[str, Any], code: str, ticket: TicketLine | None) -> ScanLine:
    """A check-in of the REST interface, failed ones with their reason."""
    try:
        at = values.instant(string(checkin.get("datetime")))
    except Unreadable as problem:
        raise LineRefused(problem.code, "datetime") from None
    if at is None:
        raise LineRefused("ticket-time-missing", "datetime")
    verdict: Verdict = "accepted"
    if checkin.get("successful") is False or checkin.get("error_reason"):
        verdict = REASONS.get(string(checkin.get("error_reason")), "refused")
    number, gate = string(checkin.get("list")), string(checkin.get("gate"))
    return ScanLine(
        code=code,
        at=at.astimezone(dt.UTC),
        direction="out" if checkin.get("type") == "exit" else "in",
        verdict=verdict,
        gate=f"pretix gate {gate}" if gate.isdecimal() else gate[:200] or None,
        session=(ticket.session if ticket and ticket.session else (f"pretix list {number}" if number else None)),
        device=f"pretix device {number}" if (number := string(checkin.get("device_id"))) else None,
        category=ticket.category if ticket else None,
        origin=ticket.origin if ticket else None,
    )


class OrderReader:
    """Reads orders; the positions that admit nobody are counted in the notes, the others kept."""

    def __init__(self, head: Head) -> None:
        """Take the names of the products from what precedes the orders."""
        self.position = Position(head.outside)
        self.notes = self.position.notes

    def read(self, record: Record) -> list[Line]:
        """The tickets and check-ins of an order."""
        order = record.value or {}
        if order.get("testmode") is True:
            raise LineRefused("ticket-test-order", "testmode")
        lines: list[Line] = []
        refused: LineRefused | None = None
        for position in _objects(order.get("positions")):
            try:
                lines.extend(self.position.lines(position, order))
            except LineRefused as problem:
                refused = problem
                self.notes[
                    f"{problem.code}-left-out" if problem.code in _ADMIT_NOBODY else "ticket-position-left-out"
                ] += 1
        if not lines and refused is not None:
            raise refused
        if not lines:
            raise LineRefused("ticket-order-without-tickets", "positions")
        return lines


_ADMIT_NOBODY: Final = {"ticket-add-on", "ticket-gift-card", "ticket-technical-line"}


class PositionReader:
    """Reads order positions of the REST interface."""

    def __init__(self, head: Head) -> None:
        """Take the names of the products from what precedes the positions."""
        self.position = Position(head.outside)
        self.notes = self.position.notes
        self.order = head.outside if {"code", "status"} <= set(head.outside) else None

    def read(self, record: Record) -> list[Line]:
        """The ticket and the check-ins of a position; a document of one order says the order's own first."""
        position, order = record.value or {}, self.order
        if any(held.get(name) is True for held in (position, order or {}) for name in ("testmode", "order__testmode")):
            raise LineRefused("ticket-test-order", "testmode")
        return list(self.position.lines(position, order))


class CheckinReader:
    """Reads check-ins of the REST interface: they name the ticket by what was scanned, or by a whole position."""

    def __init__(self, head: Head) -> None:  # noqa: ARG002  the same interface for all
        """Nothing precedes check-ins that would be needed."""
        self.notes: Counter[str] = Counter()

    def read(self, record: Record) -> list[Line]:
        """The passage of a check-in."""
        checkin = record.value or {}
        position = checkin.get("position")
        secret = string(checkin.get("raw_barcode")) or (
            string(position.get("secret")) if isinstance(position, dict) else ""
        )
        if not secret:
            raise LineRefused("ticket-secret-not-exported", "position")
        try:
            return [passage(checkin, values.ticket_code(secret), None)]
        except Unreadable as problem:
            raise LineRefused(problem.code, "raw_barcode") from None


class NothingReader:
    """Reads descriptions that hold no ticket: each is refused with that reason."""

    def __init__(self, head: Head) -> None:  # noqa: ARG002  the same interface for all
        """There is nothing to remember."""
        self.notes: Counter[str] = Counter()

    def read(self, record: Record) -> list[Line]:  # noqa: ARG002  the same interface for all
        """No line is kept."""
        raise LineRefused("ticket-list-without-tickets")


class Json(Struct, frozen=True, kw_only=True):
    """Objects of pretix, known by keys that they all have; a reader and what its keys become."""

    name: str
    keys: tuple[str, ...]
    without: tuple[str, ...] = ()
    fields: dict[str, str]
    made: type[OrderReader] | type[PositionReader] | type[CheckinReader] | type[NothingReader]

    def recognise(self, head: Head) -> Recognition | None:
        """Objects that have all the keys of this kind and none of another's."""
        if head.container != "objects" or not set(self.keys) <= set(head.columns):
            return None
        if set(self.without) & set(head.columns):
            return None
        return Recognition(confidence=97, because=self.keys, fields=self.fields)

    def reader(self, head: Head, context: Context) -> Reader:  # noqa: ARG002
        """A reader for the document that begins like this."""
        return self.made(head)


_OF_POSITION: Final = {
    "secret": "code", "item": "category", "variation": "category", "price": "price", "attendee_email": "holder",
    "zipcode": "origin", "country": "origin", "subevent": "session", "blocked": "standing", "canceled": "standing",
    "valid_from": "first_day", "valid_until": "last_day", "checkins": "at",
}  # fmt: skip
ORDERS_JSON: Final = Json(
    name="pretix-orders",
    keys=("code", "status", "testmode", "positions", "locale"),
    fields={"status": "standing", "testmode": "standing"}
    | {f"positions.{name}": field for name, field in _OF_POSITION.items()},
    made=OrderReader,
)
POSITIONS_JSON: Final = Json(
    name="pretix-orderpositions",
    keys=("positionid", "secret", "item", "pseudonymization_id"),
    fields=_OF_POSITION,
    made=PositionReader,
)
CHECKINS_JSON: Final = Json(
    name="pretix-checkins",
    keys=("datetime", "list", "type"),
    without=("positionid", "secret"),
    fields={
        "raw_barcode": "code",
        "position": "code",
        "datetime": "at",
        "type": "direction",
        "error_reason": "verdict",
        "gate": "gate",
        "list": "session",
        "device_id": "device",
    },
    made=CheckinReader,
)
LISTS_JSON: Final = Json(
    name="pretix-checkinlists",
    keys=("checkin_count", "position_count", "name"),
    fields={},
    made=NothingReader,
)
FORMATS: Final = (LOG, LIST, POSITIONS, VALID_CODES, ORDERS_JSON, POSITIONS_JSON, CHECKINS_JSON, LISTS_JSON)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _name(item: dict[str, Any]) -> str:
    """A name, which the REST interface gives in several languages: French first."""
    name = item.get("name") or item.get("value") or item.get("internal_name") or ""
    if isinstance(name, dict):
        name = name.get("fr") or name.get("fr-informal") or name.get("en") or next(iter(name.values()), "")
    return str(name)
