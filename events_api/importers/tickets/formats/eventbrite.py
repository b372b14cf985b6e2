"""Eventbrite: attendee and order reports in English and French, and the attendees of its API."""

from typing import Final

from events_api.domain.tickets.facts import Standing
from events_api.importers.tickets.formats import values, words
from events_api.importers.tickets.formats.tables import (
    Layout,
    Line,
    Objects,
    Plan,
    Role,
    Tickets,
    decided,
    flattened,
    inside,
    present,
    string,
)
from events_api.importers.tickets.formats.values import DateOrder, key
from events_api.importers.tickets.lines import Context, Head, Reader, Record, TicketLine

ORDER_DATE: Final = ("Order Date", "Date de la commande", "Date de commande")
AMERICAN: Final = ("Order #", "Home Zip", "Home State", "Home Address 1")
DAY_FIRST: Final = ("Order no.", "Surname", "Home Postcode", "County of Residence", "Prénom", "Nom de famille")
STATUSES: Final[dict[str, Standing]] = {
    "Attending": "issued", "Checked In": "issued", "Participe": "issued", "Participera": "issued",
    "Enregistré": "issued", "Présent": "issued", "Not Attending": "cancelled", "Ne participe pas": "cancelled",
    "Ne participera pas": "cancelled", "Deleted": "cancelled", "Transferred": "cancelled", "Transféré": "cancelled",
}  # fmt: skip
ARRIVED: Final = frozenset(map(key, ("Checked In", "Enregistré", "Enregistrée", "Présent", "Arrivé", "Scanné")))


class Attendees(Tickets):
    """A report of attendees: the status says who came, a column of its own sometimes when."""

    def ticket_of(self, record: Record) -> TicketLine:
        """The ticket of an attendee; orders are told apart by rank."""
        if "code" in self.columns:
            return self.ticket(record)
        order = self.get(record, "order", values.ticket_code)
        return self.ticket(record, code=self.numbered(order))

    def read(self, record: Record) -> list[Line]:
        """The ticket of an attendee and the arrival that the status or a time states."""
        ticket = self.ticket_of(record)
        lines: list[Line] = [ticket, *self.uses(record, ticket)]
        if len(lines) == 1 and key(self._bare(record, "standing")) in ARRIVED:
            lines.append(self.passage(record, ticket, None))
        return lines


class Report(Layout, frozen=True, kw_only=True):
    """A report whose dates are month-first or day-first as the account's country has them."""

    def plan(self, head: Head, context: Context) -> Plan:
        """Dates are as a number above 12 or the edition's days show, else as the headers' country writes them."""
        default: DateOrder | None = None
        if present(head.columns, DAY_FIRST):
            default = "dmy"
        elif present(head.columns, AMERICAN):
            default = "mdy"
        columns = self.columns(head)
        dates = [*present(head.columns, ORDER_DATE), columns.get("at", "")]
        return Plan(
            columns=columns,
            order=decided(head, context, dates, default),
            standings=words.vocabulary_of(self.standings, words.STANDINGS),
        )


_COMMON: Final[dict[Role, tuple[str, ...]]] = {
    "standing": ("Attendee Status", "Statut du participant", "Statut participant"),
    "at": (
        "Check-in Date", "Check-in Time", "Checked In At", "Check-In Date/Time", "Date Checked In",
        "Date d'enregistrement", "Heure d'enregistrement", "Date et heure d'enregistrement",
    ),
    "gate": ("Check-in Gate", "Entrance", "Gate"),
    "holder": ("Email", "E-mail", "Adresse e-mail", "Email Address"),
    "postcode": ("Home Zip", "Home Postcode", "Home Zip/Postal Code",
        "Code postal (domicile)", "Code postal du domicile"),
    "country": ("Home Country", "Pays (domicile)", "Pays du domicile", "Pays de résidence"),
}  # fmt: skip
ATTENDEES: Final = Report(
    name="eventbrite-attendees",
    aliases={
        "code": (
            "Barcode #", "Barcode", "Code-barres", "N° de code-barres", "Attendee #", "Attendee no.", "Attendee Number",
            "Attendee ID", "N° de participant", "N° du participant", "Numéro du participant", "Participant n°",
        ),
        "order": ("Order #", "Order no.", "Order ID", "N° de commande", "Numéro de commande", "Commande n°"),
        "quantity": ("Quantity", "Quantité", "Ticket Quantity", "Quantité de billets"),
        "category": ("Ticket Type", "Type de billet"),
        "price": ("Total Paid", "Total payé", "Ticket Price", "Prix du billet", "Ticket Total"),
        **_COMMON,
    },
    own=(
        "Order #", "Order no.", "Order ID", "Order Date", "Attendee Status", "Attendee #", "Attendee no.",
        "Eventbrite Fees", "Eventbrite Payment Processing", "Ticket Type", "Price Tier", "Order Type", "Fees Paid",
        "Ticket Quantity", "Ticket Price", "Buyer Email", "Buyer Name", "Home Address 1", "County of Residence",
        "N° de commande", "Date de la commande", "Date de commande", "Statut du participant", "Type de billet",
        "Type de commande", "Frais Eventbrite", "Traitement des paiements Eventbrite", "N° de participant",
        "Total payé", "Frais payés",
    ),
    enough=4,
    needs=("order", "standing", "category"),
    standings=STATUSES,
    rows=Attendees,
    confidence=88,
)  # fmt: skip


class Api(Tickets):
    """The attendees of the API: a barcode that was used says when it last changed."""

    def read(self, record: Record) -> list[Line]:
        """The ticket of an attendee and its use."""
        value = record.value or {}
        barcodes = value.get("barcodes")
        barcode = barcodes[0] if isinstance(barcodes, list) and barcodes and isinstance(barcodes[0], dict) else {}
        row = flattened(record, self.plan)
        row.cells["barcode"] = string(barcode.get("barcode")) or string(value.get("id"))
        row.cells["used"] = "yes" if barcode.get("status") == "used" or value.get("checked_in") is True else "no"
        row.cells["changed"] = string(barcode.get("changed")) if barcode.get("status") == "used" else ""
        row.cells["cancelled"] = "cancelled" if value.get("cancelled") is True else string(value.get("status"))
        minor = inside(value, "costs.gross.value")
        row.cells["price"] = string(minor)
        ticket = self.ticket(row)
        return [ticket, *self.uses(row, ticket)]


class ApiObjects(Objects, frozen=True, kw_only=True):
    """The attendees of the API."""

    def reader(self, head: Head, context: Context) -> Reader:  # noqa: ARG002  the same interface for all
        """A reader of attendees."""
        columns = self.columns(head) | {
            "code": "barcode", "used": "used", "at": "changed", "standing": "cancelled", "price": "price",
        }  # fmt: skip
        plan = Plan(
            columns=columns, unit="cents", standings=words.vocabulary_of(STATUSES, words.STANDINGS), last_only=True
        )
        rows = tuple(Record(record.line, {"barcode": string(inside(record.value, "id"))}) for record in head.records)
        return Api(plan, Head(container="table", columns=tuple(columns.values()), records=rows))


API: Final = ApiObjects(
    name="eventbrite-api",
    paths={
        "code": ("barcodes", "id"),
        "order": ("order_id",),
        "category": ("ticket_class_name",),
        "quantity": ("quantity",),
        "refunded": ("refunded",),
        "holder": ("profile.email",),
        "postcode": ("profile.addresses.home.postal_code",),
        "country": ("profile.addresses.home.country",),
        "price": ("costs",),
        "standing": ("status",),
    },
    own=(
        "ticket_class_id",
        "ticket_class_name",
        "barcodes",
        "checked_in",
        "affiliate",
        "order_id",
        "guestlist_id",
        "profile",
    ),
    enough=3,
)
FORMATS: Final = (ATTENDEES, API)
