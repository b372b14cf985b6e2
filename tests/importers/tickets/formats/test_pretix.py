"""pretix: the traps of its exports (peers.md §3.1, numbered there), in English and French."""

import json
from pathlib import Path

import pytest

from events_api.importers.tickets.formats import recognised
from events_api.importers.tickets.lines import ScanLine, TicketLine
from tests.importers.tickets.formats.reading import local, objects, read, table, utc

SAMPLES = Path(__file__).parent / "pretix_rest"
HEADERS = json.loads((Path(__file__).parent / "headers.json").read_text())["pretix"]


def header(export: str, language: str) -> list[str]:
    return [column[language] for column in HEADERS[export]["headers"]]


LOG_FR = """\
Date,Heure,Liste d'enregistrement,Type de scan,Code de commande,ID de la position,Secret,Produit,Nom,Appareil,Hors-ligne,\
Remplacement hors ligne,Enregistrement automatique,Pont,Résultat,Message d'erreur,Date de téléchargement,Temps de chargement
05/08/2026,21:07,Samedi,Entrée,ABC12,1,secret-1,Pass 3 jours,Prénom Fictif 1,Scan 1,Non,Non,Non,Porte Nord,OK,,06/08/2026,02:15
05/08/2026,21:07,Samedi,Entrée,ABC12,1,secret-1,Pass 3 jours,Prénom Fictif 1,Scan 1,Non,Non,Non,Porte Nord,Billet déjà utilisé,,06/08/2026,02:15
05/08/2026,23:50,Samedi,Sortie,ABC12,1,secret-1,Pass 3 jours,Prénom Fictif 1,Scan 2,Oui,Non,Non,Porte Nord,OK,,06/08/2026,02:15
05/08/2026,21:08,Samedi,Entrée,,,tout-autre-code,,,Scan 1,?,Non,Oui,,Interdit par la maison,,05/08/2026,21:08
"""  # noqa: E501  rows are one line each


def test_the_french_log_reads_every_scan_with_its_verdict_and_the_scan_time() -> None:
    outcome = read(table(LOG_FR))

    assert outcome.name == "pretix-checkinlog"
    nord = {"gate": "Porte Nord", "session": "Samedi", "category": "Pass 3 jours"}
    assert outcome.lines == [
        ScanLine(code="secret-1", at=local("2026-08-05T21:07"), device="Scan 1", **nord),
        ScanLine(code="secret-1", at=local("2026-08-05T21:07"), device="Scan 1", verdict="duplicate", **nord),
        ScanLine(code="secret-1", at=local("2026-08-05T23:50"), device="Scan 2", direction="out", **nord),
        ScanLine(
            code="tout-autre-code", at=local("2026-08-05T21:08"), device="Scan 1", verdict="refused", session="Samedi"
        ),
    ]
    assert (outcome.refused, outcome.notes) == ([], {"ticket-automatic-check-in": 1})


def test_the_log_keeps_neither_the_name_nor_the_upload_time() -> None:
    fields = read(table(LOG_FR)).fields

    assert fields == {
        "Secret": "code", "Date": "at", "Heure": "at", "Liste d'enregistrement": "session", "Type de scan": "direction",
        "Code de commande": "code", "ID de la position": "code", "Produit": "category", "Appareil": "device",
        "Enregistrement automatique": "at", "Pont": "gate", "Résultat": "verdict",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "date", "time"),
    [("en", "2026-08-05", "21:07"), ("fr", "05/08/2026", "21:07"), ("fr", "5 août 2026", "21:07")],
)
def test_trap_2_the_dates_of_each_language_and_version(language: str, date: str, time: str) -> None:
    names = header("checkinlog", language)
    cells = dict.fromkeys(names, "") | {names[0]: date, names[1]: time, "Secret": "s"}
    cells[names[3]] = "Entry" if language == "en" else "Entrée"
    cells[names[14]] = "OK"
    text = ",".join(names) + "\n" + ",".join(cells.values())

    assert read(table(text)).lines == [ScanLine(code="s", at=local("2026-08-05T21:07"))]


def test_dates_that_an_american_spreadsheet_rewrote_are_read_as_the_file_shows() -> None:
    text = LOG_FR.replace("\n05/08/2026,", "\n8/5/2026,")
    shown = text.replace("8/5/2026,21:08", "8/15/2026,21:08")

    assert read(table(shown)).scans[0].at == local("2026-08-05T21:07")


def test_trap_3_two_scans_in_the_same_minute_are_two_lines() -> None:
    lines = LOG_FR.splitlines()

    outcome = read(table("\n".join([lines[0], lines[1], lines[1]])))

    assert len(outcome.lines) == 2
    assert outcome.lines[0] == outcome.lines[1]


REASONS = {
    "Order canceled": "refunded", "Unknown ticket": "unknown", "Ticket not paid": "refused",
    "Forbidden by custom rule": "refused", "Ticket code revoked/changed": "refunded", "Information required": "refused",
    "Ticket already used": "duplicate", "Ticket type not allowed here": "refused",
    "Ticket code is ambiguous on list": "unknown", "Server error": "refused", "Ticket blocked": "blocked",
    "Order not approved": "refused", "Ticket not valid at this time": "wrong_day", "Check-in annulled": "refused",
    "Ticket already exchanged": "duplicate", "Reusable medium invalid": "unknown",
    "Reusable medium already exists": "refused", "Commande annulée": "refunded", "Billet inconnu": "unknown",
    "Billet non payé": "refused", "Interdit par une règle personnalisée": "refused",
    "Code de billet bloqué/modifié": "refunded", "Informations nécessaires": "refused",
    "Billet déjà utilisé": "duplicate", "Type de billet non autorisé ici": "refused",
    "Le code du billet est ambigu dans la liste": "unknown", "Erreur côté serveur": "refused",
    "Billet bloqué": "blocked", "Commande non validée": "refused", "Billet non valable pour le moment": "wrong_day",
    "Enregistrement annulé": "refused", "Billet déjà échangé": "duplicate",
    "Support réutilisable non valide": "unknown", "Il existe déjà un support réutilisable": "refused",
}  # fmt: skip


def test_every_reason_of_a_failed_scan_has_its_verdict_in_both_languages() -> None:
    lines = LOG_FR.splitlines()
    rows = [lines[1].replace(",OK,", f',"{reason}",') for reason in REASONS]

    outcome = read(table("\n".join([lines[0], *rows])))

    assert [scan.verdict for scan in outcome.scans] == list(REASONS.values())


LIST_FR = """\
Code de commande;Nom du participant;Produit;Prix;Enregistrement effectué;Passé en caisse;Enregistrement automatique;Payé;\
Secret;E-Mail;Numéro de téléphone;Entreprise;Code du bon d'achat;Date de commande;Heure de commande;\
Nécessite une attention particulière;Commentaire;Texte d'enregistrement;ID du siège;Nom du siège;Zone du siège;\
Rangée de sièges;Nom du siège;Bloqué;Valable depuis;Valable jusqu'au;Adresse;Code postal;Ville;Pays;État
ABC12;Prénom Fictif 1;Concert – Tarif réduit;12,50;5 août 2026 21:07;05/08/2026 23:10;Non;Oui;sec-1;acheteur@exemple.test;\
'+33600000000;;;2026-07-01;10:00:00;Non;;;A-1;Rang A place 1;Fosse;A;1;;;;;1300;Marseille;FR;
ABC12;Prénom Fictif 2;Concert;25,00;;;Non;Non;sec-2;acheteur@exemple.test;;;;2026-07-01;10:00:00;Non;;;;;;;;Oui;\
05/08/2026 18:00;06/08/2026 05:00;;1000;Bruxelles;BE;
"""  # noqa: E501  rows are one line each


def test_traps_1_and_4_the_check_in_list_has_a_header_twice_and_only_the_last_entry() -> None:
    outcome = read(table(LIST_FR, ";"))

    assert outcome.name == "pretix-checkinlist"
    assert "Nom du siège" not in outcome.fields
    assert "Nom du siège (2)" not in outcome.fields
    first = {"category": "Concert – Tarif réduit", "origin": "FR-01300"}
    assert outcome.lines == [
        TicketLine(code="sec-1", channel="paid", price_cents=1250, **first),
        ScanLine(code="sec-1", at=local("2026-08-05T21:07"), **first),
        ScanLine(code="sec-1", at=local("2026-08-05T23:10"), direction="out", **first),
        TicketLine(
            code="sec-2", channel="paid", price_cents=2500, category="Concert", origin="BE", standing="blocked",
            first_day=local("2026-08-05").date(), last_day=local("2026-08-06").date(),
        ),
    ]  # fmt: skip
    assert outcome.notes == {"ticket-last-entry-only": 1}


def test_a_check_in_list_without_secrets_is_refused_with_what_to_tick() -> None:
    head = table(
        "Order code,Attendee name,Product,Price,Checked in,Checked out,Automatically checked in,Email\n"
        "ABC12,Prénom Fictif 1,Concert,12.50,2026-08-05 21:07,,No,acheteur@exemple.test"
    )

    outcome = read(head)

    assert (outcome.name, outcome.refused) == (
        "pretix-checkinlist",
        [(2, "ticket-secret-not-exported", "Order code")],
    )


def test_traps_5_and_6_protected_cells_and_localised_decimals() -> None:
    head = table(
        "Secret,Product,Variation,Paid,Valid from,Valid until\n"
        "'=abc,Concert – Carré Or,,Yes,,\n"
        "'+33-x,Concert,Réduit \\| étudiant,No,2026-08-05 18:00,2026-08-06 05:00\n"
        "\t-tab,Concert,,Yes,,"
    )

    outcome = read(head)

    assert outcome.name == "pretix-validcodes"
    assert outcome.lines == [
        TicketLine(code="=abc", category="Concert – Carré Or"),
        TicketLine(
            code="+33-x", category="Concert – Réduit | étudiant", standing="reserved",
            first_day=local("2026-08-05").date(), last_day=local("2026-08-06").date(),
        ),
        TicketLine(code="-tab", category="Concert"),
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_trap_7_any_delimiter(delimiter: str) -> None:
    text = delimiter.join(["Secret", "Produit", "Variante", "Payé", "Valable depuis", "Valable jusqu'au"])

    assert recognised(table(f"{text}\nx{delimiter}Concert", delimiter))[0][0].name == "pretix-validcodes"


POSITIONS_EN = """\
Event slug,Event name,Order code,Position ID,Status,Email,Order date,Product,Product ID,Variation,Price,Attendee name,\
Attendee email,ZIP code,Country,Pseudonymization ID,Ticket secret,Seat name,Blocked,Valid from,Valid until,\
Add-on to position ID,Quel est votre âge ?,Check-in lists,Payment providers
f,Festival,ABC12,1,paid,acheteur@exemple.test,2026-07-01,Pass,12,3 jours,80.00,Prénom Fictif 1,Participant@Exemple.test,13001,FR,\
P1,sec-1,,,,,,34,"Samedi, Dimanche",stripe
f,Festival,ABC12,2,paid,acheteur@exemple.test,2026-07-01,Parking,13,,5.00,,,,,P2,sec-2,,,,,1,,,stripe
f,Festival,ABC13,1,canceled,acheteur@exemple.test,2026-07-01,Pass,12,,80.00,,,,,P3,sec-3,,,,,,,,
f,Festival,ABC14,1,pending,acheteur@exemple.test,2026-07-01,Invitation presse,12,,0.00,,,,,P4,,,,,,,,,
f,Festival,ABC15,1,paid,acheteur@exemple.test,2026-07-01,Carte cadeau 50 €,14,,50.00,,,,,P5,sec-5,,,,,,,,
"""  # noqa: E501  rows are one line each


def test_order_positions_keep_the_attendee_s_address_and_never_the_buyer_s() -> None:
    outcome = read(table(POSITIONS_EN))

    assert outcome.name == "pretix-positions"
    assert outcome.lines == [
        TicketLine(
            code="sec-1", holder="participant@exemple.test", channel="pass", category="Pass – 3 jours",
            origin="FR-13001", price_cents=8000,
        ),
        ScanLine(code="sec-1", at=None, category="Pass – 3 jours", origin="FR-13001"),
        TicketLine(code="sec-3", standing="cancelled", channel="pass", category="Pass", price_cents=8000),
        TicketLine(
            code="ABC14-1", standing="reserved", channel="accredited", category="Invitation presse", price_cents=0
        ),
    ]  # fmt: skip
    assert outcome.refused == [
        (3, "ticket-technical-line", "Product"),
        (6, "ticket-gift-card", "Product"),
    ]
    assert outcome.notes == {"ticket-cancelled": 1, "ticket-code-from-order": 1}
    assert "Email" not in outcome.fields


def test_an_add_on_is_refused_as_one() -> None:
    head = table(POSITIONS_EN.replace("Parking", "Dîner"))

    assert (3, "ticket-add-on", "Add-on to position ID") in read(head).refused


EXPORT = {
    "name": "Festival",
    "items": [
        {"id": 1, "name": "Concert", "admission": True, "variations": [{"id": 7, "name": "Tarif réduit"}]},
        {"id": 2, "name": "Tee-shirt", "admission": False, "variations": []},
    ],
}


def an_order(**changes: object) -> dict[str, object]:
    position = {
        "id": 1, "positionid": 1, "item": 1, "variation": 7, "subevent": None, "price": "12.50",
        "attendee_name": "Prénom Fictif 1", "attendee_email": "Participant@Exemple.test", "zipcode": "13001",
        "country": "FR", "secret": "sec-1", "addon_to": None, "valid_from": None, "valid_until": None, "blocked": None,
        "answers": [],
    }  # fmt: skip
    shirt = position | {"positionid": 2, "item": 2, "variation": None, "secret": "sec-2"}
    order = {
        "code": "ABC12", "status": "p", "testmode": False, "email": "acheteur@exemple.test", "locale": "fr",
        "positions": [position, shirt],
    }  # fmt: skip
    return order | changes


def test_the_json_export_names_products_and_leaves_out_what_admits_nobody() -> None:
    outcome = read(objects([an_order(), an_order(testmode=True)], {"event": EXPORT}, "event.orders"))

    assert outcome.name == "pretix-orders"
    assert outcome.lines == [
        TicketLine(
            code="sec-1", holder="participant@exemple.test", channel="paid", category="Concert – Tarif réduit",
            origin="FR-13001", price_cents=1250,
        )
    ]  # fmt: skip
    assert outcome.refused == [(2, "ticket-test-order", "testmode")]
    assert outcome.notes == {"ticket-technical-line-left-out": 1}


@pytest.mark.parametrize(
    ("status", "standing"), [("p", "issued"), ("n", "reserved"), ("e", "cancelled"), ("c", "cancelled")]
)
def test_the_letters_of_an_order_s_status(status: str, standing: str) -> None:
    assert read(objects([an_order(status=status)])).tickets[0].standing == standing


def test_the_rest_samples_are_read_with_their_check_ins() -> None:
    orders = [json.loads(path.read_text()) for path in sorted((SAMPLES / "orders").glob("*.json"))]

    outcome = read(objects(orders, path="results"))

    assert outcome.name == "pretix-orders"
    positions = [position for order in orders if not order["testmode"] for position in order["positions"]]
    kept = [position for position in positions if position["addon_to"] is None]
    assert [ticket.code for ticket in outcome.tickets] == [position["secret"] for position in kept]
    assert len(outcome.scans) == sum(len(position["checkins"]) for position in kept)
    listed = ScanLine(
        code="kfndgffgyw4tdgcacx6bb3bgemq69cxj", at=utc("2019-03-04T17:34:38.221090"), session="pretix list 9",
        category="pretix item 1 – 2",
    )  # fmt: skip
    assert listed in outcome.scans
    assert outcome.refused == [(13, "ticket-test-order", "testmode"), (14, "ticket-test-order", "testmode")]
    assert outcome.notes == {"ticket-add-on-left-out": 1, "ticket-cancelled": 2}


def test_order_positions_of_the_rest_interface_and_one_order_alone() -> None:
    order = json.loads((SAMPLES / "orders" / "order1.json").read_text())
    positions = order.pop("positions")

    alone = read(objects(positions, order | {"status": "c"}, "positions"))
    listed = read(objects(positions, {"count": 3, "next": None}, "results"))

    assert (alone.name, listed.name) == ("pretix-orderpositions", "pretix-orderpositions")
    assert [ticket.standing for ticket in alone.tickets] == ["cancelled"] * 3
    assert [ticket.standing for ticket in listed.tickets] == ["issued"] * 3
    assert len(listed.scans) == 2


def test_failed_check_ins_keep_their_reason_and_one_without_a_code_is_refused() -> None:
    checkin = {"id": 1, "successful": False, "error_reason": "already_redeemed", "datetime": "2026-08-05T19:07:33Z",
               "list": 3, "type": "entry", "raw_barcode": "sec-1", "gate": 2, "device_id": 4}  # fmt: skip
    exit_ = checkin | {
        "successful": True,
        "error_reason": None,
        "type": "exit",
        "position": {"secret": "sec-2"},
        "raw_barcode": "",
    }

    outcome = read(objects([checkin, exit_, checkin | {"raw_barcode": None}]))

    labels = {"gate": "pretix gate 2", "session": "pretix list 3", "device": "pretix device 4"}
    at = utc("2026-08-05T19:07:33")
    assert outcome.lines == [
        ScanLine(code="sec-1", at=at, verdict="duplicate", **labels),
        ScanLine(code="sec-2", at=at, direction="out", **labels),
    ]
    assert outcome.refused == [(3, "ticket-secret-not-exported", "position")]


def test_a_list_of_check_in_lists_says_that_it_holds_no_ticket() -> None:
    lists = [json.loads(path.read_text()) for path in sorted((SAMPLES / "checkinlists").glob("*.json"))]

    outcome = read(objects(lists))

    assert outcome.name == "pretix-checkinlists"
    assert {code for _, code, _ in outcome.refused} == {"ticket-list-without-tickets"}


@pytest.mark.parametrize(
    ("export", "name"),
    [
        ("checkinlog", "pretix-checkinlog"), ("checkinlist", "pretix-checkinlist"),
        ("checkinlistcodes", "pretix-validcodes"), ("orderlist_positions", "pretix-positions"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("style", [str, str.upper, lambda text: f"  {text} ", lambda text: text.replace("é", "e")])
def test_the_exact_headers_are_recognised_however_they_are_written(export, name, language, style) -> None:
    head = table(",".join(f'"{style(column)}"' for column in header(export, language)) + "\n")

    assert recognised(head)[0][0].name == name


def test_headers_whose_accents_were_lost_are_still_recognised() -> None:
    names = [name.replace("é", "\N{REPLACEMENT CHARACTER}") for name in header("checkinlog", "fr")]

    recognition = recognised(table(",".join(names) + "\n"))[0][1]

    assert recognition.fields["R\N{REPLACEMENT CHARACTER}sultat"] == "verdict"
