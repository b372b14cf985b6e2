"""Eventbrite, Weezevent, Billetweb, Shotgun, HelloAsso, Mapado, Arenametrix style, Indico, Hi.Events, alf.io, TiBillet,
BreizhCamp: what each file becomes, and the traps of peers.md §3."""

import datetime as dt
import json
from pathlib import Path

import pytest

from events_api.importers.tickets.formats import ambiguous, recognised
from events_api.importers.tickets.lines import Context, ScanLine, TicketLine
from tests.importers.tickets.formats.reading import PARIS, local, objects, read, table, utc

HEADERS = json.loads((Path(__file__).parent / "headers.json").read_text())

# Eventbrite

EVENTBRITE_US = """\
Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,Group,Order Type,Currency,Total Paid,\
Fees Paid,Eventbrite Fees,Eventbrite Payment Processing,Attendee Status,Home Address 1,Home City,Home State,Home Zip,\
Home Country,T-shirt size,Check-in Date,Job Title,Company
1001,11/29/24 22:28,Prénom,Fictif 1,Un@Exemple.test,1,,General,500001,,Eventbrite Completed,EUR,12.50,1.00,0.5,0.5,Checked In,\
1 rue Fictive,Marseille,,13001,FR,M,12/05/24 20:15,,
1002,11/30/24 10:00,Prénom,Fictif 2,deux@exemple.test,4,,General,500002,,Free Order,EUR,0.00,0,0,0,Attending,,,,,,L,,,
1003,11/30/24 10:00,Prénom,Fictif 3,trois@exemple.test,1,,General,500003,,Eventbrite Completed,EUR,12.50,0,0,0,Refunded,,,,90210,US,L,,,
1004,11/30/24 10:00,Prénom,Fictif 4,quatre@exemple.test,1,,General,500004,,Eventbrite Completed,EUR,12.50,0,0,0,Checked In,,,,,,L,,,
"""  # noqa: E501  rows are one line each


def test_eventbrite_american_dates_quantities_and_statuses() -> None:
    outcome = read(table(EVENTBRITE_US))

    general = {"category": "General"}
    assert outcome.name == "eventbrite-attendees"
    assert outcome.lines == [
        TicketLine(
            code="500001", holder="un@exemple.test", channel="paid", origin="FR-13001", price_cents=1250, **general
        ),
        ScanLine(code="500001", at=local("2024-12-05T20:15"), origin="FR-13001", **general),
        TicketLine(code="500002", holder="deux@exemple.test", channel="comp", quantity=4, price_cents=0, **general),
        TicketLine(
            code="500003", holder="trois@exemple.test", standing="refunded", channel="paid", origin="US",
            price_cents=1250, **general,
        ),
        TicketLine(code="500004", holder="quatre@exemple.test", channel="paid", price_cents=1250, **general),
        ScanLine(code="500004", at=None, **general),
    ]  # fmt: skip
    assert outcome.notes == {"ticket-refunded": 1}


EVENTBRITE_UK = """\
Order no.,Order Date,First Name,Surname,Email,Quantity,Ticket Type,Order Type,Total Paid,Attendee Status,Home Postcode,\
Home Country,Check-in Date,Attendee no.
1,{order},Prénom,Fictif 1,un@exemple.test,1,General,Eventbrite Completed,10.00,Checked In,SW1A 1AA,United Kingdom,{check_in},7
"""  # noqa: E501  rows are one line each


def test_eventbrite_british_dates_are_day_first() -> None:
    outcome = read(table(EVENTBRITE_UK.format(order="05/08/17 10:00", check_in="06/08/17 20:15")))

    assert outcome.scans == [ScanLine(code="7", at=local("2017-08-06T20:15"), category="General", origin="GB")]


def test_eventbrite_the_order_of_dates_is_what_the_file_shows_whatever_its_headers() -> None:
    outcome = read(table(EVENTBRITE_UK.format(order="08/25/17 10:00", check_in="08/06/17 20:15")))

    assert outcome.scans[0].at == local("2017-08-06T20:15")


def test_eventbrite_the_days_of_the_edition_decide_before_the_headers() -> None:
    context = Context(zone=PARIS, first_day=dt.date(2017, 8, 5), last_day=dt.date(2017, 8, 7))
    head = table(EVENTBRITE_UK.format(order="", check_in="08/06/17 20:15"))

    assert read(head, context).scans[0].at == local("2017-08-06T20:15")


def test_eventbrite_information_requested_is_nobody_s_address() -> None:
    outcome = read(table(EVENTBRITE_US.replace("Un@Exemple.test", "Information Requested")))

    assert outcome.tickets[0].holder is None


def test_eventbrite_in_french_and_its_order_report() -> None:
    french = read(
        table(
            "N° de commande;Date de la commande;Prénom;Nom de famille;E-mail;Quantité;Type de billet;N° de participant;"
            "Type de commande;Total payé;Statut du participant\n"
            "1;05/08/2026 10:00;Prénom;Fictif 1;un@exemple.test;1;Plein tarif;77;Payant;12,50;Enregistré",
            ";",
        )
    )
    orders = read(
        table(
            "Order ID,Order Date,Attendee Status,Name,Email,Event Name,Ticket Quantity,Ticket Type,Ticket Price,"
            "Buyer Name,Buyer Email\n"
            "9,2023-11-09,Attending,Prénom Fictif 1,un@exemple.test,Festival,2,General,10.00,Acheteur,a@exemple.test\n"
            "9,2023-11-09,Attending,Prénom Fictif 2,deux@exemple.test,Festival,1,General,10.00,Acheteur,a@exemple.test"
        )
    )

    assert french.lines == [
        TicketLine(code="77", holder="un@exemple.test", channel="paid", category="Plein tarif", price_cents=1250),
        ScanLine(code="77", at=None, category="Plein tarif"),
    ]
    assert [(ticket.code, ticket.quantity, ticket.holder) for ticket in orders.tickets] == [
        ("9-1", 2, "un@exemple.test"),
        ("9-2", 1, "deux@exemple.test"),
    ]
    assert "Buyer Email" not in orders.fields


def test_eventbrite_api_attendees() -> None:
    attendee = {
        "id": "111", "order_id": "9", "ticket_class_id": "5", "ticket_class_name": "General", "quantity": 1,
        "costs": {"gross": {"display": "€12.50", "currency": "EUR", "value": 1250, "major_value": "12.50"}},
        "profile": {"name": "Prénom Fictif 1", "email": "Un@exemple.test",
                    "addresses": {"home": {"postal_code": "13001", "country": "FR"}}},
        "barcodes": [{"barcode": "999001", "status": "used", "changed": "2026-08-05T19:07:33Z"}],
        "checked_in": True, "cancelled": False, "refunded": False, "status": "Checked In", "affiliate": None,
    }  # fmt: skip
    refunded = attendee | {
        "id": "112", "refunded": True, "status": "Not Attending", "checked_in": False,
        "barcodes": [{"barcode": "999002", "status": "refunded"}],
    }  # fmt: skip

    outcome = read(objects([attendee, refunded], {"pagination": {}}, "attendees"))

    common = {"category": "General", "origin": "FR-13001"}
    assert outcome.name == "eventbrite-api"
    assert outcome.lines == [
        TicketLine(code="999001", holder="un@exemple.test", channel="paid", price_cents=1250, **common),
        ScanLine(code="999001", at=utc("2026-08-05T19:07:33"), **common),
        TicketLine(
            code="999002", holder="un@exemple.test", standing="refunded", channel="paid", price_cents=1250, **common
        ),
    ]


# Weezevent, BreizhCamp

PARTICIPANT = {
    "id_participant": "1", "id_event": "2", "id_date": "0", "id_ticket": "33", "barcode": "000123456789",
    "id_weez_ticket": "W1", "deleted": "0", "refund": "0", "create_date": "2026-07-01 10:00:00", "origin": "web",
    "id_transaction": "5", "paid": "1", "code_member": "",
    "control_status": {"status": "1", "scan_date": "2026-08-05 21:07:33", "scan_user": "4", "scan_user_name": "Agent"},
    "owner": {"first_name": "Prénom", "last_name": "Fictif", "email": "acheteur@exemple.test"}, "answers": [],
}  # fmt: skip


def test_weezevent_a_zero_scan_date_is_no_scan() -> None:
    zero = {"status": "0", "scan_date": "0000-00-00 00:00:00", "scan_user": "0", "scan_user_name": ""}
    people = [
        PARTICIPANT,
        PARTICIPANT | {"barcode": "2", "control_status": zero},
        PARTICIPANT | {"barcode": "3", "control_status": zero, "refund": "1"},
        PARTICIPANT | {"barcode": "4", "control_status": zero, "deleted": "1"},
        PARTICIPANT | {"barcode": "5", "control_status": zero, "paid": "0"},
    ]

    outcome = read(objects(people, path="participants"))

    assert outcome.name == "weezevent-participants"
    assert [(ticket.code, ticket.standing, ticket.holder) for ticket in outcome.tickets] == [
        ("000123456789", "issued", None), ("2", "issued", None), ("3", "refunded", None), ("4", "cancelled", None),
        ("5", "reserved", None),
    ]  # fmt: skip
    assert [(scan.code, scan.at) for scan in outcome.scans] == [("000123456789", local("2026-08-05T21:07:33"))]
    assert outcome.notes["ticket-last-entry-only"] == 1


def test_weezevent_back_office_list() -> None:
    outcome = read(
        table(
            "Numéro de billet;Code-barres;Nom participant;Prénom participant;E-mail participant;E-mail acheteur;Tarif;"
            "Montant;Statut;Composté;Date de compostage;Code postal\n"
            "1;0001;Fictif 1;Prénom;Un@exemple.test;a@exemple.test;Pass 2 jours;45,00 €;Payé;Oui;"
            "05/08/2026 à 21h07;13001\n"
            "2;0002;Fictif 2;Prénom;;a@exemple.test;Invitation;0,00 €;Payé;Non;;\n"
            "3;0003;Fictif 3;Prénom;;a@exemple.test;Plein tarif;20,00 €;Non payé;Jamais composté;;",
            ";",
        )
    )

    assert outcome.name == "weezevent-csv"
    pass_ = {"category": "Pass 2 jours", "origin": "FR-13001"}
    assert outcome.lines == [
        TicketLine(code="0001", holder="un@exemple.test", channel="pass", price_cents=4500, **pass_),
        ScanLine(code="0001", at=local("2026-08-05T21:07"), **pass_),
        TicketLine(code="0002", channel="comp", category="Invitation", price_cents=0),
        TicketLine(code="0003", standing="reserved", channel="paid", category="Plein tarif", price_cents=2000),
    ]
    assert "E-mail acheteur" not in outcome.fields


def test_breizhcamp_s_reader() -> None:
    old = read(
        table(
            "# Code Barre;Nom participant;Prénom participant;E-mail Participant;E-mail Acheteur;Societe Participant;"
            "Societe Acheteur;Tarif\n123;Fictif;Prénom;Un@exemple.test;a@exemple.test;X;Y;Combo",
            ";",
        )
    )
    new = read(table("Codes-barres;Nom;Prénom;Société;Catégorie;Tarif;Payé\n124;Fictif;Prénom;X;Conf;Early;Oui", ";"))

    assert (old.name, old.lines) == (
        "breizhcamp-csv",
        [TicketLine(code="123", holder="un@exemple.test", category="Combo")],
    )
    assert (new.name, new.lines) == ("breizhcamp-csv", [TicketLine(code="124", category="Conf – Early")])


# Billetweb

ATTENDEE = {
    "id": "1", "ext_id": "e1", "barcode": "0009", "used": "1", "lane": "Nord", "used_date": "2026-08-05 21:07:33",
    "email": "Un@exemple.test", "firstname": "Prénom", "name": "Fictif", "ticket": "Plein tarif", "category": "",
    "ticket_id": "4", "price": "12.50", "disabled": "0", "order_id": "8", "order_email": "a@exemple.test",
    "order_paid": "1", "order_payment_type": "card", "order_session": "0", "session_start": "", "pass": "-1",
    "product_management": "https://exemple.test/b/1",
}  # fmt: skip


def test_billetweb_attendees() -> None:
    unused = ATTENDEE | {"barcode": "0010", "used": "0", "used_date": "0000-00-00 00:00:00", "disabled": "1"}
    untimed = ATTENDEE | {"barcode": "0011", "used_date": "0000-00-00 00:00:00", "order_payment_type": "invitation"}
    gift = ATTENDEE | {"barcode": "0012", "ticket": "Carte cadeau"}
    season = ATTENDEE | {"barcode": "0013", "ticket": "Abonnement 5 spectacles", "used": "0", "used_date": ""}

    outcome = read(objects([ATTENDEE, unused, untimed, gift, season]))

    assert outcome.name == "billetweb-attendees"
    plain = {"category": "Plein tarif"}
    held = {"holder": "un@exemple.test", "price_cents": 1250}
    assert outcome.lines == [
        TicketLine(code="0009", channel="paid", **held, **plain),
        ScanLine(code="0009", at=local("2026-08-05T21:07:33"), gate="Nord", **plain),
        TicketLine(code="0010", standing="refunded", channel="paid", **held, **plain),
        TicketLine(code="0011", channel="comp", **held, **plain),
        ScanLine(code="0011", at=None, gate="Nord", **plain),
        TicketLine(code="0013", channel="pass", category="Abonnement 5 spectacles", **held),
    ]
    assert outcome.refused == [(4, "ticket-gift-card", "ticket")]


def test_billetweb_as_a_table() -> None:
    names = ["barcode", "used", "used_date", "lane", "ticket", "price", "disabled", "order_payment_type", "name"]
    outcome = read(table(";".join(names) + "\n0009;1;2026-08-05 21:07:33;Nord;Plein tarif;12,50;0;card;Fictif", ";"))

    assert outcome.name == "billetweb-csv"
    assert outcome.lines == [
        TicketLine(code="0009", channel="paid", category="Plein tarif", price_cents=1250),
        ScanLine(code="0009", at=local("2026-08-05T21:07:33"), gate="Nord", category="Plein tarif"),
    ]


# Shotgun

SHOTGUN = {
    "order_id": 1, "ticket_id": 10, "ticket_barcode": "SG10", "ticket_redeemed_at": "2026-08-05T19:07:33.000Z",
    "ticket_status": "valid", "ticket_price": 25.5, "ticket_title": "Early bird", "ticket_sub_category": None,
    "event_name": "Nuit fictive", "buyer_email": "a@exemple.test", "buyer_birthday": "1990-01-01",
    "buyer_zip_code": "13001", "shotguner_id": 3, "vat_rate": 0.055, "channel": "online", "cancelled_at": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("valid", "issued"), ("resold", "cancelled"), ("refunded", "refunded"), ("canceled", "cancelled"),
        ("pending_organizer_approval", "reserved"), ("rejected", "cancelled"), ("payment_plan_pending", "reserved"),
    ],
)  # fmt: skip
def test_shotgun_the_seven_statuses(status: str, standing: str) -> None:
    assert read(objects([SHOTGUN | {"ticket_status": status}])).tickets[0].standing == standing


def test_shotgun_tickets_have_their_redemption_and_nothing_of_the_buyer() -> None:
    outcome = read(objects([SHOTGUN, SHOTGUN | {"ticket_barcode": "SG11", "ticket_redeemed_at": None}]))

    assert outcome.name == "shotgun-tickets"
    common = {"category": "Early bird", "session": "Nuit fictive"}
    assert outcome.lines == [
        TicketLine(code="SG10", channel="paid", price_cents=2550, **common),
        ScanLine(code="SG10", at=utc("2026-08-05T19:07:33"), **common),
        TicketLine(code="SG11", channel="paid", price_cents=2550, **common),
    ]
    assert not any(name.startswith("buyer") for name in outcome.fields)


def test_shotgun_a_ticket_without_a_barcode_is_known_by_its_number() -> None:
    assert read(objects([SHOTGUN, SHOTGUN | {"ticket_barcode": None}])).tickets[1].code == "10"


# HelloAsso


def test_helloasso_items_in_cents() -> None:
    item = {
        "order": {"id": 1, "date": "2026-07-01T10:00:00+02:00"}, "payer": {"email": "a@exemple.test"},
        "user": {"firstName": "Prénom", "lastName": "Fictif"}, "name": "Plein tarif", "priceCategory": "Fixed",
        "customFields": [{"name": "Code postal", "answer": "13001"}, {"name": "E-mail", "answer": "Un@exemple.test"}],
        "ticketUrl": "https://exemple.test/t/1", "qrCode": "cXI6MQ==", "id": 77, "amount": 2000, "type": "Registration",
        "initialAmount": 2000, "state": "Processed", "tierId": 4,
    }  # fmt: skip
    others = [
        item | {"id": 78, "qrCode": "", "state": "Refunded", "amount": 0},
        item | {"id": 79, "type": "Donation"},
        item | {"id": 80, "type": "Membership"},
        item | {"id": 81, "qrCode": "cXI6Mg==", "name": "Bon cadeau"},
    ]

    outcome = read(objects([item, *others], {}, "data"))

    assert outcome.name == "helloasso-items"
    common = {"category": "Plein tarif", "origin": "FR-13001", "holder": "un@exemple.test"}
    assert outcome.lines == [
        TicketLine(code="cXI6MQ==", channel="paid", price_cents=2000, **common),
        TicketLine(code="78", standing="refunded", channel="comp", price_cents=0, **common),
    ]
    assert [(line, code) for line, code, _ in outcome.refused] == [
        (3, "ticket-technical-line"),
        (4, "ticket-technical-line"),
        (5, "ticket-gift-card"),
    ]


def test_helloasso_export_in_any_order_of_columns() -> None:
    text = (
        "Référence commande;Date de la commande;Statut de la commande;Nom participant;Prénom participant;Nom payeur;"
        "Email payeur;Moyen de paiement;Billet;Numéro de billet;Tarif;Montant tarif;Code postal\n"
        "11;17/11/2026 10:00;Validé;Fictif;Prénom;Payeur;a@exemple.test;Carte bancaire;;B1;Plein tarif;10,00;13001\n"
        "12;17/11/2026 10:00;Remboursé;Fictif;Prénom;Payeur;a@exemple.test;Carte bancaire;;;Plein tarif;10,00;\n"
        "12;17/11/2026 10:00;Remboursé;Fictif;Prénom;Payeur;a@exemple.test;Carte bancaire;;;Plein tarif;10,00;"
    )

    outcome = read(table(text, ";"))

    assert outcome.name == "helloasso-csv"
    common = {"category": "Plein tarif", "channel": "paid", "price_cents": 1000}
    assert outcome.lines == [
        TicketLine(code="B1", origin="FR-13001", **common),
        TicketLine(code="12-1", standing="refunded", **common),
        TicketLine(code="12-2", standing="refunded", **common),
    ]
    assert outcome.notes == {"ticket-code-from-order": 2, "ticket-refunded": 2}


def test_helloasso_a_line_for_several_people_and_one_without_a_number() -> None:
    outcome = read(
        table(
            "Numéro de billet;Nom;Prénom;Email participant;Tarif;Montant tarif;Téléphone;Quantité\n"
            "B1;Fictif;Prénom;Un@exemple.test;Table;60,00;0600000000;2\nB2;Fictif;Prénom;;Don libre;5,00;;1",
            ";",
        )
    )

    assert outcome.lines == [
        TicketLine(
            code="B1", holder="un@exemple.test", channel="paid", category="Table", quantity=2, price_cents=6000
        )
    ]  # fmt: skip
    assert outcome.refused == [(3, "ticket-technical-line", "Tarif")]


# Mapado


def test_mapado_tickets_in_cents() -> None:
    ticket = {
        "@id": "/v1/tickets/1", "barcode": "M1", "status": "payed", "facialValue": 1250, "isValid": True,
        "imported": False, "eventDate": {"startDate": "2026-08-05T18:30:00+02:00"}, "ticketPrice": {"name": "Plein"},
    }  # fmt: skip

    outcome = read(
        objects(
            [ticket, ticket | {"barcode": "M2", "status": "booked", "imported": True}, ticket | {"status": "refunded"}]
        )
    )

    assert outcome.name == "mapado-tickets"
    assert [(t.code, t.standing, t.price_cents, t.category) for t in outcome.tickets] == [
        ("M1", "issued", 1250, "Plein"), ("M2", "reserved", 1250, "Plein"), ("M1", "refunded", 1250, "Plein"),
    ]  # fmt: skip
    assert outcome.notes == {"ticket-imported-elsewhere": 1, "ticket-refunded": 1}


# Arenametrix style


def test_arenametrix_style_has_its_time_in_another_column_and_years_of_two_digits() -> None:
    outcome = read(
        table(
            "Numero billet;Reservation;Date reservation;Heure reservation;Cle spectacle;Spectacle;Cle representation;"
            "Representation;Date representation;Heure representation;Date fin representation;Heure fin representation;"
            "Prix;Type de produit;Filiere de vente;Nom;Prenom;Email;Adresse;Code postal;Pays;Age;Sexe\n"
            "901;1;04/06/15 00:00;15:30;3;Hamlet;4;Hamlet mardi;05/08/15 00:00;20:30;05/08/15 00:00;22:30;25,00;"
            "Place individuelle;GUICHET;Fictif;Prénom;a@exemple.test;1 rue;13001;France;34;F\n"
            "902;1;04/06/15 00:00;15:30;3;Hamlet;4;Hamlet mardi;05/08/15 00:00;20:30;05/08/15 00:00;22:30;120;"
            "Abonnement;DIGITICK;Fictif;Prénom;a@exemple.test;1 rue;1000;Belgique;;",
            ";",
        )
    )

    session = {"session": "Hamlet (2015-08-05 20:30)"}
    day = dt.date(2015, 8, 5)
    assert outcome.name == "arenametrix-csv"
    assert outcome.lines == [
        TicketLine(
            code="901", channel="paid", category="Place individuelle", origin="FR-13001", price_cents=2500,
            first_day=day, last_day=day, **session,
        ),
        TicketLine(code="902", channel="pass", category="Abonnement", origin="BE", price_cents=12000, **session),
    ]  # fmt: skip
    assert not {"Nom", "Prenom", "Email", "Adresse", "Age", "Sexe"} & set(outcome.fields)


# Indico, Hi.Events, alf.io, TiBillet


def test_indico_registrations() -> None:
    outcome = read(
        table(
            "ID,Name,Email Address,Phone,Registration date,Modification date,Registration state,Created by,Price,"
            "Checked in,Check-in date,Payment date,Tags\n"
            "1,Prénom Fictif 1,Un@exemple.test,33600000000,2026-07-01,,Completed,,12.5,Yes,2026-08-05 21:07,,\n"
            "2,Prénom Fictif 2,deux@exemple.test,,2026-07-01,,Completed,,0,Yes,2026-08-05,,\n"
            "3,Prénom Fictif 3,trois@exemple.test,,2026-07-01,,Withdrawn,,0,No,,,"
        )
    )

    assert outcome.name == "indico-registrations"
    assert outcome.lines == [
        TicketLine(code="1", holder="un@exemple.test", channel="paid", price_cents=1250),
        ScanLine(code="1", at=local("2026-08-05T21:07")),
        TicketLine(code="2", holder="deux@exemple.test", channel="comp", price_cents=0),
        ScanLine(code="2", at=None),
        TicketLine(code="3", holder="trois@exemple.test", standing="cancelled", channel="comp", price_cents=0),
    ]


def test_indico_questions_of_the_same_title_and_a_stripped_sign() -> None:
    outcome = read(
        table(
            "ID,Name,Question,Question,Email Address,Registration date,Registration state,Checked in,Check-in date,"
            "Price\n"
            "7,Prénom Fictif,33600000000,=1,Un@exemple.test,2026-07-01,Unpaid,No,,12.5"
        )
    )

    assert outcome.lines == [
        TicketLine(code="7", holder="un@exemple.test", standing="reserved", channel="paid", price_cents=1250)
    ]
    assert not {"Question", "Question (2)", "Name"} & set(outcome.fields)


@pytest.mark.parametrize("language", ["headers", "headers_fr"])
def test_hi_events_several_check_ins_in_one_cell(language: str) -> None:
    names = [name.replace(" (untranslated)", "") for name in HEADERS["hievents_attendees_xlsx"][language][:14]]
    cells = ["7", "Prénom", "Fictif", "Un@exemple.test", "ACTIVE",
             "Samedi, scène A (2026-08-05 19:07:33), Dimanche (2026-08-06 18:00:00)", "3", "Pass", "1", "A-7", "a_7",
             "2026-07-01", "2026-07-01", ""]  # fmt: skip
    outcome = read(table("\t".join(names) + "\n" + "\t".join(cells), "\t"))

    assert outcome.name == "hievents-attendees"
    assert outcome.lines == [
        TicketLine(code="A-7", holder="un@exemple.test", channel="pass", category="Pass"),
        ScanLine(code="A-7", at=utc("2026-08-05T19:07:33"), session="Samedi, scène A", category="Pass"),
        ScanLine(code="A-7", at=utc("2026-08-06T18:00:00"), session="Dimanche", category="Pass"),
    ]


def test_hi_events_orders_say_which_export_to_make_instead() -> None:
    names = HEADERS["hievents_orders_xlsx"]["headers"][:-1]
    outcome = read(table(",".join(names) + "\n" + ",".join("x" for _ in names)))

    assert (outcome.name, outcome.refused) == ("hievents-orders", [(2, "ticket-orders-without-tickets", None)])


def test_alfio_any_subset_of_columns() -> None:
    outcome = read(
        table(
            "\ufeffStatus,ID,E-Mail,PaidPrice,Category\n"
            "CHECKED_IN,uuid-1,Un@exemple.test,12.50,Plein\n"
            "ACQUIRED,uuid-2,\t=deux@exemple.test,0,Plein\n"
            "FREE,uuid-3,,,Plein\n"
            "CANCELLED,uuid-4,,12.50,Plein".replace("\ufeff", "")
        )
    )

    assert outcome.name == "alfio-tickets"
    assert outcome.lines == [
        TicketLine(code="uuid-1", holder="un@exemple.test", channel="paid", category="Plein", price_cents=1250),
        ScanLine(code="uuid-1", at=None, category="Plein"),
        TicketLine(code="uuid-2", holder="=deux@exemple.test", channel="comp", category="Plein", price_cents=0),
        TicketLine(code="uuid-4", standing="cancelled", channel="paid", category="Plein", price_cents=1250),
    ]
    assert outcome.refused == [(4, "ticket-not-sold", "Status")]


def test_alfio_scan_audit_keeps_refusals_and_says_what_was_taken_back() -> None:
    entry = {
        "ticketUuid": "uuid-1", "eventId": 1, "scanTimestamp": "2026-08-05T19:07:33Z", "username": "agent",
        "checkInStatus": "SUCCESS", "operation": "SCAN",
    }  # fmt: skip
    outcome = read(
        objects(
            [
                entry,
                entry | {"checkInStatus": "ALREADY_CHECK_IN", "scanTimestamp": 1785956853.5},
                entry | {"operation": "REVERT"},
                entry | {"checkInStatus": "SOMETHING_NEW"},
            ]
        )
    )

    assert outcome.name == "alfio-audit"
    assert outcome.lines == [
        ScanLine(code="uuid-1", at=utc("2026-08-05T19:07:33")),
        ScanLine(code="uuid-1", at=utc("2026-08-05T19:07:33.500000"), verdict="duplicate"),
    ]
    assert [code for _, code, _ in outcome.refused] == ["ticket-scan-reverted", "ticket-result-unknown"]


def test_tibillet_tickets_with_and_without_their_number() -> None:
    names = HEADERS["tibillet_ticket_export"]["headers"][:-1]
    row = {
        "event_name": "Concert fictif", "event_datetime": "05/08/2026 20:30", "email": "a@exemple.test",
        "userId": "a@exemple.test 1234", "reservation_uuid": "res-1", "numero_uuid": "num-1", "status": "Scanné",
        "price_name": "Plein tarif", "product_name": "Billet", "payment_method": "En ligne",
    }  # fmt: skip
    rows = [row, row | {"numero_uuid": "", "status": "Non scanné"}, row | {"numero_uuid": "", "status": "Annulé"}]
    text = "\n".join([",".join(names), *(",".join(r.get(name, "") for name in names) for r in rows)])

    outcome = read(table(text))

    common = {"category": "Billet – Plein tarif", "session": "Concert fictif (2026-08-05 20:30)"}
    assert outcome.name == "tibillet-tickets"
    assert outcome.lines == [
        TicketLine(code="num-1", channel="paid", **common),
        ScanLine(code="num-1", at=None, **common),
        TicketLine(code="res-1-1", channel="paid", **common),
        TicketLine(code="res-1-2", standing="cancelled", channel="paid", **common),
    ]
    assert not {"email", "userId"} & set(outcome.fields)


# All together

EXACT = {
    "eventbrite_attendee_csv_us_2024": "eventbrite-attendees",
    "eventbrite_attendee_csv_uk_2017": "eventbrite-attendees",
    "eventbrite_orders_csv_2023": "eventbrite-attendees", "arenametrix_csv": "arenametrix-csv",
    "tibillet_ticket_export": "tibillet-tickets", "hievents_attendees_xlsx": "hievents-attendees",
    "hievents_orders_xlsx": "hievents-orders", "alfio_ticket_export": "alfio-tickets",
    "indico_registrations_csv": "indico-registrations", "helloasso_csv_seen": "helloasso-csv",
    "breizhcamp_export_csv_seen": "breizhcamp-csv",
}  # fmt: skip
KEYS = {
    "eventbrite_api_attendee": "eventbrite-api", "billetweb_api_attendee": "billetweb-attendees",
    "shotgun_api_ticket": "shotgun-tickets", "alfio_scan_audit_json": "alfio-audit",
    "weezevent_api_participant": "weezevent-participants", "helloasso_api_item": "helloasso-items",
}  # fmt: skip


@pytest.mark.parametrize(("export", "name"), EXACT.items())
@pytest.mark.parametrize("turned", [False, True])
def test_the_headers_of_each_tool_are_its_own(export: str, name: str, turned: bool) -> None:
    names = HEADERS[export]["headers"]
    names = [*reversed(names), "Une question de plus ?"] if turned else names

    choices = recognised(table(";".join(names) + "\n", ";"))

    assert choices
    assert choices[0][0].name == name
    assert not ambiguous(choices)


@pytest.mark.parametrize(("export", "name"), KEYS.items())
def test_the_keys_of_each_api_are_its_own(export: str, name: str) -> None:
    keys = [field.split("{")[0].split("[")[0].split(" ")[0] for field in HEADERS[export]["fields"]]

    choices = recognised(objects([dict.fromkeys(keys)]))

    assert choices[0][0].name == name
    assert not ambiguous(choices)


@pytest.mark.parametrize(
    "header", ["Nom;Prénom;E-mail", "nomAttribuant;montant;objet", "Date;Montant;Libellé", "a;b;c", "ID;Name;Price"]
)
def test_what_no_tool_wrote_is_not_recognised(header: str) -> None:
    assert recognised(table(header + "\n", ";")) == []
