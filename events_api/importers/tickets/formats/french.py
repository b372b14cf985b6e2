"""French tools: Weezevent, Billetweb, Shotgun, HelloAsso, Mapado, Arenametrix-style files, TiBillet, BreizhCamp's."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from events_api.domain.tickets.facts import Standing
from events_api.importers.tickets.formats import values, words
from events_api.importers.tickets.formats.tables import (
    Layout,
    Line,
    Objects,
    Role,
    Tickets,
    string,
)
from events_api.importers.tickets.formats.values import key
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

POSTCODE: Final = (
    "Code postal", "Code postal participant", "Code postal du participant", "Participant - Code postal", "CP",
    "Code Postal (participant)",
)  # fmt: skip
COUNTRY: Final = ("Pays", "Pays participant", "Pays du participant", "Participant - Pays")

# Weezevent

BARCODE: Final = ("Code-barres", "Code barres", "Codes-barres", "Code barre", "# Code Barre", "Code-barre", "Barcode")
WEEZEVENT_API: Final = Objects(
    name="weezevent-participants",
    paths={
        "code": ("barcode", "id_weez_ticket", "id_participant"),
        "at": ("control_status.scan_date",),
        "gate": ("control_status.zone",),
        "category": ("ticket_name", "name_ticket", "id_ticket"),
        "session": ("id_date",),
        "standing": ("deleted",),
        "refunded": ("refund",),
        "paid": ("paid",),
        "channel": ("origin",),
        "price": ("price", "amount"),
    },
    own=("id_participant", "id_weez_ticket", "id_ticket", "control_status", "id_transaction", "code_member"),
    enough=3,
    standings={"1": "cancelled", "0": "issued", "true": "cancelled", "false": "issued"},
    last_only=True,
)


WEEZEVENT_CSV: Final = Layout(
    name="weezevent-csv",
    aliases={
        "code": BARCODE,
        "at": (
            "Date de contrôle", "Date de compostage", "Date de scan", "Date du scan", "Date contrôle",
            "Date et heure de contrôle", "Date d'entrée", "Dernier contrôle", "Date de passage", "Scan date",
            "Scanned at",
        ),
        "clock": ("Heure de contrôle", "Heure de compostage", "Heure de scan", "Heure du scan", "Heure de passage"),
        "used": ("Composté", "Contrôlé", "Scanné", "Statut de contrôle", "Billet contrôlé", "Présence", "Scanned"),
        "gate": ("Zone", "Zone de contrôle", "Zone d'accès", "Liste de contrôle", "Porte"),
        "category": ("Tarif", "Nom du tarif", "Intitulé du tarif", "Billet", "Rate", "Ticket"),
        "session": ("Date de l'événement", "Séance", "Date événement", "Créneau"),
        "standing": ("Statut", "Statut du billet", "État", "Etat du billet", "Status"),
        "paid": ("Payé", "Paiement", "Réglé", "Paid"),
        "price": ("Montant", "Prix", "Prix TTC", "Montant TTC", "Prix du billet", "Price"),
        "channel": ("Origine", "Origine de la commande", "Canal de vente", "Origin"),
        "holder": ("E-mail participant", "Email participant", "E-mail du participant", "Participant - E-mail"),
        "postcode": POSTCODE,
        "country": COUNTRY,
        "quantity": ("Quantité",),
    },
    own=(
        *BARCODE, "Composté", "Date de compostage", "Nom participant", "Prénom participant", "E-mail participant",
        "E-mail acheteur", "Nom acheteur", "Prénom acheteur", "Date de contrôle", "ID Weezticket", "N° Weezticket",
        "Numéro de billet", "N° billet", "N° de transaction", "Numéro de transaction", "Référence transaction",
        "Code membre", "Origine", "Tarif", "Date de création", "Code promo",
    ),
    enough=3,
    needs=("code", "category"),
    last_only=True,
    confidence=78,
)  # fmt: skip
BREIZHCAMP: Final = Layout(
    name="breizhcamp-csv",
    aliases={
        "code": ("# Code Barre", "Code-barres", "Codes-barres"),
        "category": ("Catégorie", "Tarif"),
        "variation": ("Tarif",),
        "paid": ("Payé",),
        "holder": ("E-mail Participant", "Email Participant"),
    },
    own=("# Code Barre", "Codes-barres", "Societe Participant", "Societe Acheteur", "Société", "utilisation du DIF"),
    enough=2,
    needs=("code", "category"),
    confidence=90,
)

# Billetweb

_BILLETWEB_STATUS: Final[dict[str, Standing]] = {"1": "refunded", "0": "issued", "oui": "refunded", "non": "issued"}


class Billetweb(Tickets):
    """Attendees with the lane and the date of use; subscriptions and gift cards are sold as events."""

    def session(self, record: Record) -> str | None:
        """The beginning of the session; « 0 » says that the event has only one."""
        session = super().session(record)
        return None if session == "0" else session


BILLETWEB_API: Final = Objects(
    name="billetweb-attendees",
    paths={
        "code": ("barcode", "ext_id", "id"),
        "used": ("used",),
        "at": ("used_date",),
        "gate": ("lane",),
        "category": ("ticket", "category"),
        "standing": ("disabled",),
        "paid": ("order_paid",),
        "price": ("price",),
        "channel": ("order_payment_type",),
        "session": ("session_start",),
        "holder": ("email",),
    },
    own=(
        "barcode",
        "used",
        "used_date",
        "lane",
        "order_session",
        "order_payment_type",
        "disabled",
        "product_management",
    ),
    enough=4,
    needs=("code", "used", "standing"),
    standings=_BILLETWEB_STATUS,
    rows=Billetweb,
)
BILLETWEB_CSV: Final = Layout(
    name="billetweb-csv",
    aliases={
        "code": ("barcode", "Code barre", "Code-barres", "Code barres", "Code à barres", "N° billet"),
        "used": ("used", "Utilisé", "Entré", "Contrôlé", "Scanné"),
        "at": ("used_date", "Date d'utilisation", "Date utilisation", "Utilisé le", "Date de contrôle"),
        "gate": ("lane", "File", "File d'entrée", "Accès"),
        "category": ("ticket", "Billet", "Tarif", "Type de billet"),
        "standing": ("disabled", "Désactivé", "Annulé", "Remboursé"),
        "paid": ("order_paid", "Payé", "Commande payée"),
        "price": ("price", "Prix", "Prix du billet"),
        "channel": ("order_payment_type", "Paiement", "Type de paiement", "Mode de paiement", "Moyen de paiement"),
        "session": ("session_start", "Séance", "Début de séance", "Date de séance"),
        "holder": ("email", "E-mail participant", "Email participant"),
    },
    own=(
        "used_date", "lane", "order_session", "order_payment_type", "disabled", "product_management", "ext_id",
        "order_ext_id", "reduction_code", "seating_location", "Date d'utilisation", "Utilisé le", "Utilisé",
        "Désactivé", "Code de réduction", "Commande payée", "Séance", "Date utilisation",
    ),
    enough=3,
    needs=("code", "used"),
    standings=_BILLETWEB_STATUS,
    rows=Billetweb,
    confidence=87,
)  # fmt: skip

# Shotgun

_SHOTGUN_STATUS: Final[dict[str, Standing]] = {
    "valid": "issued", "resold": "cancelled", "refunded": "refunded", "canceled": "cancelled",
    "pending_organizer_approval": "reserved", "rejected": "cancelled", "payment_plan_pending": "reserved",
}  # fmt: skip
_SHOTGUN: Final[dict[Role, tuple[str, ...]]] = {
    "code": ("ticket_barcode", "ticket_id"),
    "at": ("ticket_redeemed_at",),
    "category": ("ticket_title",),
    "variation": ("ticket_sub_category",),
    "standing": ("ticket_status",),
    "price": ("ticket_price",),
    "channel": ("channel",),
    "session": ("event_name",),
}
_SHOTGUN_OWN: Final = (
    "ticket_barcode", "ticket_redeemed_at", "shotguner_id", "ticket_status", "user_service_fee", "producer_margin",
    "buyer_birthday", "ticket_visibilities", "ticket_title",
)  # fmt: skip


SHOTGUN: Final = Objects(
    name="shotgun-tickets",
    paths=_SHOTGUN,
    own=_SHOTGUN_OWN,
    enough=3,
    needs=("code", "standing"),
    standings=_SHOTGUN_STATUS,
)
SHOTGUN_CSV: Final = Layout(
    name="shotgun-csv",
    aliases=_SHOTGUN,
    own=_SHOTGUN_OWN,
    enough=3,
    needs=("code", "standing"),
    standings=_SHOTGUN_STATUS,
)

# HelloAsso

_HELLOASSO_STATE: Final[dict[str, Standing]] = {
    "Waiting": "reserved", "Processed": "issued", "Registered": "issued", "Deleted": "cancelled",
    "Refunded": "refunded", "Unknown": "issued", "Canceled": "cancelled", "Contested": "refunded",
    "Refused": "cancelled", "Abandoned": "cancelled", "Validé": "issued", "En attente": "reserved",
    "Authorized": "issued",
}  # fmt: skip


class HelloAssoItems:
    """Items of orders, in cents: registrations are tickets; donations, memberships, payments are not."""

    def __init__(self) -> None:
        """Begin without notes."""
        self.notes: Counter[str] = Counter()

    def read(self, record: Record) -> list[Line]:
        """The ticket of a registration."""
        item = record.value or {}
        kind = string(item.get("type"))
        if kind and kind not in {"Registration", "Checkout", "Ticket"}:
            raise LineRefused("ticket-technical-line", "type")
        try:
            code = values.ticket_code(_qr(string(item.get("qrCode"))) or string(item.get("id")))
        except values.Unreadable as problem:
            raise LineRefused(problem.code, "id") from None
        category = (string(item.get("name")) or string(item.get("tierDescription")))[:200] or None
        refusal = words.no_admission(category) if category else None
        if refusal is not None:
            raise LineRefused(refusal, "name")
        amount = item.get("amount")
        price = amount if isinstance(amount, int) and not isinstance(amount, bool) and 0 <= amount < 2**31 else None
        standing = _HELLOASSO_STATE.get(string(item.get("state")), "issued")
        if standing in {"refunded", "cancelled"}:
            self.notes[f"ticket-{standing}"] += 1
        return [
            TicketLine(
                code=code,
                holder=_answer(item, ("email", "adresseemail", "emailparticipant", "emailduparticipant", "mail")),
                standing=standing,
                channel=words.channel(category, price),
                category=category,
                origin=values.origin(_answer(item, ("codepostal", "cp", "zipcode", "postcode")) or ""),
                price_cents=price,
            )
        ]


class HelloAssoObjects(Objects, frozen=True, kw_only=True):
    """Items of the API."""

    def recognise(self, head: Head) -> Recognition | None:
        """Items, or payments that list theirs."""
        found = super().recognise(head)
        if found is None:
            return None
        fields = {
            "qrCode": "code", "id": "code", "name": "category", "amount": "price", "state": "standing",
            "customFields": "origin",
        }  # fmt: skip
        return Recognition(confidence=found.confidence, because=found.because, fields=fields)

    def reader(self, head: Head, context: Context) -> Reader:  # noqa: ARG002  the same interface for all
        """A reader of items."""
        return HelloAssoItems()


def _qr(text: str) -> str:
    """The content of a QR code; the address of its picture is none."""
    return "" if text.startswith("http") or len(text) > 400 else text


def _answer(item: dict[str, object], names: tuple[str, ...]) -> str | None:
    """The answer of the participant to a question of the form."""
    fields = item.get("customFields")
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, dict) and key(string(field.get("name"))) in names:
            return string(field.get("answer")).strip().lower() or None
    return None


HELLOASSO: Final = HelloAssoObjects(
    name="helloasso-items",
    paths={"code": ("qrCode", "id")},
    own=("priceCategory", "customFields", "initialAmount", "tierId", "tierDescription", "ticketUrl", "payer", "qrCode"),
    enough=3,
)


class HelloAssoRows(Tickets):
    """The export of a ticket office: without a ticket number, an order lists its tickets without naming them."""

    def read(self, record: Record) -> list[Line]:
        """The ticket of a row and its use, where the export says it."""
        if "code" in self.columns and self._bare(record, "code"):
            ticket = self.ticket(record)
        else:
            order = self.get(record, "order", values.ticket_code)
            ticket = self.ticket(record, code=self.numbered(order))
        return [ticket, *self.uses(record, ticket)]


HELLOASSO_CSV: Final = Layout(
    name="helloasso-csv",
    aliases={
        "code": ("Numéro de billet", "N° de billet", "Numéro billet", "Billet n°", "Numéro du billet"),
        "order": ("Référence commande", "Référence de la commande", "Numéro de commande", "Commande"),
        "standing": ("Statut de la commande", "Statut commande", "Statut", "Statut du billet", "État"),
        "category": ("Tarif", "Nom du tarif", "Formule"),
        "price": ("Montant tarif", "Montant du tarif", "Montant", "Tarif (montant)", "Prix"),
        "quantity": ("Quantité",),
        "channel": ("Moyen de paiement", "Type de paiement"),
        "holder": ("Email participant", "E-mail participant", "Adresse email participant", "Email du participant"),
        "used": ("Billet scanné", "Scanné", "Validé", "Présence", "Billet validé"),
        "at": ("Date de scan", "Date de validation", "Date du scan"),
        "postcode": ("Code postal participant", "Code postal", "Code Postal"),
        "country": ("Pays participant", "Pays"),
    },
    own=(
        "Référence commande", "Date de la commande", "Numéro de billet", "Nom payeur", "Prénom payeur", "Email payeur",
        "Montant tarif", "Statut de la commande", "Montant code promo", "Attestation", "Raison sociale",
    ),
    enough=2,
    needs=("category",),
    standings=_HELLOASSO_STATE,
    rows=HelloAssoRows,
    confidence=85,
)  # fmt: skip

# Mapado

_MAPADO: Final[dict[Role, tuple[str, ...]]] = {
    "code": ("barcode", "barCode", "code", "ticketNumber", "number", "@id", "id"),
    "standing": ("status",),
    "price": ("facialValue",),
    "category": ("ticketPriceName", "ticketPrice.name", "priceName", "ticketPrice"),
    "session": ("eventDate.startDate", "eventDate"),
    "at": ("scannedAt", "scanDate", "checkedAt", "usedAt"),
    "automatic": ("imported",),
    "used": ("isScanned", "scanned", "used"),
}


class MapadoRows(Tickets):
    """Tickets of Mapado; those it imported from elsewhere may be counted there too."""

    def read(self, record: Record) -> list[Line]:
        """The ticket of an object."""
        if self.yes(record, "automatic"):
            self.notes["ticket-imported-elsewhere"] += 1
        return super().read(record)


MAPADO: Final = Objects(
    name="mapado-tickets",
    paths=_MAPADO,
    own=("facialValue", "isValid", "imported", "eventDate", "ticketPrice", "paidValue"),
    enough=3,
    unit="cents",
    standings={"payed": "issued", "booked": "reserved", "refunded": "refunded", "cancelled": "cancelled"},
    rows=MapadoRows,
)

# Arenametrix style


class Arenametrix(Tickets):
    """One ticket a row, for one performance unless it is a season ticket."""

    def ticket(self, record: Record, *, code: str | None = None) -> TicketLine:
        """A ticket; a single one admits on the day of its performance."""
        ticket = super().ticket(record, code=code)
        if ticket.channel != "pass":
            try:
                ticket.first_day = ticket.last_day = values.day(self._bare(record, "session_day"), "dmy")
            except values.Unreadable:
                self.notes["ticket-validity-unreadable"] += 1
        return ticket


ARENAMETRIX: Final = Layout(
    name="arenametrix-csv",
    aliases={
        "code": ("Numero billet", "Numéro de billet", "N° billet"),
        "session": ("Spectacle", "Representation"),
        "session_day": ("Date representation",),
        "session_clock": ("Heure representation",),
        "price": ("Prix", "Tarif"),
        "category": ("Type de produit",),
        "channel": ("Filiere de vente",),
        "standing": ("Statut", "Etat"),
        "postcode": ("Code postal",),
        "country": ("Pays",),
        "used": ("Controle", "Contrôlé"),
        "at": ("Date controle", "Date de contrôle"),
        "clock": ("Heure controle", "Heure de contrôle"),
    },
    own=(
        "Numero billet", "Cle spectacle", "Cle representation", "Representation", "Date representation",
        "Heure representation", "Date fin representation", "Heure fin representation", "Filiere de vente",
        "Type de produit", "Date reservation", "Heure reservation",
    ),
    enough=4,
    channels={"guichet": "paid", "digitick": "paid", "abonnement": "pass"},
    rows=Arenametrix,
)  # fmt: skip

# TiBillet

_TIBILLET_STATUS: Final[dict[str, Standing]] = {
    "K": "issued", "S": "issued", "C": "reserved", "N": "reserved", "R": "cancelled",
    "Scanné": "issued", "Validé": "issued", "Non scanné": "issued", "Valide": "issued", "Créé": "reserved",
    "Non actif": "reserved", "Non validé": "reserved", "Not active": "reserved", "Non activ": "reserved",
}  # fmt: skip
_TIBILLET_SCANNED: Final = frozenset(map(key, ("S", "Scanné", "Scannée", "Scanned", "Utilisé", "Used")))


class TiBillet(Tickets):
    """One ticket a row; some versions name the reservation only, and the status says who came."""

    def read(self, record: Record) -> list[Line]:
        """The ticket of a row, used where its status says so."""
        if "code" in self.columns and self._bare(record, "code"):
            ticket = self.ticket(record)
        else:
            ticket = self.ticket(record, code=self.numbered(self.get(record, "order", values.ticket_code)))
        return [ticket, *self.uses(record, ticket)]

    def uses(self, record: Record, ticket: TicketLine) -> Iterator[ScanLine]:
        """A ticket whose status is « scanned » was used at a time nobody wrote."""
        if key(self._bare(record, "standing")) in _TIBILLET_SCANNED:
            yield self.passage(record, ticket, None)


TIBILLET: Final = Layout(
    name="tibillet-tickets",
    aliases={
        "code": ("numero_uuid", "ticket_uuid", "uuid"),
        "order": ("reservation_uuid",),
        "standing": ("status",),
        "category": ("product_name",),
        "variation": ("price_name",),
        "session": ("event_name",),
        "session_day": ("event_datetime",),
        "channel": ("payment_method",),
    },
    own=("event_datetime", "reservation_uuid", "reservation_datetime", "numero_uuid", "price_name", "product_name"),
    enough=3,
    needs=("standing",),
    standings=_TIBILLET_STATUS,
    rows=TiBillet,
)
FORMATS: Final = (
    WEEZEVENT_API, WEEZEVENT_CSV, BREIZHCAMP, BILLETWEB_API, BILLETWEB_CSV, SHOTGUN, SHOTGUN_CSV, HELLOASSO,
    HELLOASSO_CSV, MAPADO, ARENAMETRIX, TIBILLET,
)  # fmt: skip
