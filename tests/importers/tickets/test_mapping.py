"""Profiles for files that no known tool wrote, and the guess that the mapping screen begins with."""

import msgspec
import pytest

from events_api.domain.tickets.profiles import Profile, faults
from events_api.importers.tickets.formats import recognised
from events_api.importers.tickets.lines import ScanLine, TicketLine
from events_api.importers.tickets.mapping import Mapped, guess
from events_api.text.sentences import SENTENCES
from tests.importers.tickets.formats.reading import local, objects, read, table, utc

LOGS = [
    (
        ("Horodatage;Porte;Sens;Code-barres;Résultat\n"
        "05/08/2026 21:07:33;Nord;E;12345678;OK\n13/08/2026 21:08:00;Sud;S;12345679;Déjà scanné"),
        Profile(
            code="Code-barres", at="Horodatage", date_order="dmy", direction="Sens", gate="Porte", verdict="Résultat"
        ),
        [
            ScanLine(code="12345678", at=local("2026-08-05T21:07:33"), gate="Nord"),
            ScanLine(
                code="12345679", at=local("2026-08-13T21:08"), direction="out", verdict="duplicate", gate="Sud"
            ),
        ],
    ),
    (
        ("Date;Heure;Borne;N° badge;Nom;Motif\n"
        "05/08/2026;21h07;Tourniquet 1;ABC123;Fictif;\n05/08/2026;21h08;Tourniquet 1;ABC124;Fictif;Zone VIP interdite"),
        Profile(
            code="N° badge", at="Date", clock="Heure", date_order="dmy", gate="Borne", verdict="Motif",
            other_verdict="refused",
        ),
        [
            ScanLine(code="ABC123", at=local("2026-08-05T21:07"), gate="Tourniquet 1"),
            ScanLine(code="ABC124", at=local("2026-08-05T21:08"), gate="Tourniquet 1", verdict="refused"),
        ],
    ),
    (
        "Accès;Lecture;UID\nEntrée Nord;2026-08-05 21:07;04A1B2C3\nSortie Nord;2026-08-05 23:07;04A1B2C3",
        Profile(
            code="UID", at="Lecture", gate="Accès", direction="Accès", in_words=("Entrée",), out_words=("Sortie",)
        ),
        [
            ScanLine(code="04A1B2C3", at=local("2026-08-05T21:07"), gate="Entrée Nord"),
            ScanLine(code="04A1B2C3", at=local("2026-08-05T23:07"), gate="Sortie Nord", direction="out"),
        ],
    ),
    (
        ("timestamp;gate_id;direction;ticket_id;status;operator\n2026-08-05T19:07:33Z;G1;IN;998877;granted;Fictif\n"
        "2026-08-05T19:07:34Z;G1;OUT;998878;denied;Fictif"),
        Profile(code="ticket_id", at="timestamp", gate="gate_id", direction="direction", verdict="status"),
        [
            ScanLine(code="998877", at=utc("2026-08-05T19:07:33"), gate="G1"),
            ScanLine(code="998878", at=utc("2026-08-05T19:07:34"), gate="G1", direction="out", verdict="refused"),
        ],
    ),
    (
        "Date d'envoi;Date du scan;Agent;Code\n2026-08-06 01:00;2026-08-05 21:07;Fictif;T0001",
        Profile(code="Code", at="Date du scan"),
        [ScanLine(code="T0001", at=local("2026-08-05T21:07"))],
    ),
    (
        "col1;col2;col3\n04A1B2C3;2026-08-05 21:07;x\n04A1B2C4;2026-08-05 23:07;y",
        Profile(code="col1", at="col2"),
        [
            ScanLine(code="04A1B2C3", at=local("2026-08-05T21:07")),
            ScanLine(code="04A1B2C4", at=local("2026-08-05T23:07")),
        ],
    ),
    (
        ("Date;Ticket;Email;Prix;Statut\n2026-07-01 10:00;T0001;a@exemple.test;12,50;payé\n"
        "2026-07-01 11:00;T0002;a@exemple.test;12,50;annulé"),
        Profile(facts="tickets", code="Ticket", price="Prix", standing="Statut"),
        [
            TicketLine(code="T0001", channel="paid", price_cents=1250),
            TicketLine(code="T0002", channel="paid", price_cents=1250, standing="cancelled"),
        ],
    ),
    (
        ("N°;Billet;Nom;Prénom;Tarif;CP;Scanné le\n1;B-001;Fictif;Prénom;Plein;13001;05/08/2026 à 21h07\n"
        "2;B-002;Fictif;Prénom;Plein;13001;"),
        Profile(
            facts="tickets", code="Billet", at="Scanné le", date_order="dmy", category="Tarif", postcode="CP"
        ),
        [
            TicketLine(code="B-001", category="Plein", origin="FR-13001"),
            ScanLine(code="B-001", at=local("2026-08-05T21:07"), category="Plein", origin="FR-13001"),
            TicketLine(code="B-002", category="Plein", origin="FR-13001"),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "profile", "lines"), LOGS)
def test_the_guess_reads_the_file_as_it_is(text: str, profile: Profile, lines: list[ScanLine | TicketLine]) -> None:
    head = table(text, ";")

    guessed = guess(head)

    assert guessed is not None
    assert (guessed.profile, guessed.unknown_words) == (profile, {})
    outcome = read(head, chosen=Mapped(guessed.profile))
    assert (outcome.lines, outcome.refused) == (lines, [])


@pytest.mark.parametrize("text", [text for text, _, _ in LOGS])
def test_a_log_of_an_unknown_tool_is_not_taken_for_a_known_one(text: str) -> None:
    assert recognised(table(text, ";")) == []


def test_a_log_without_headers_that_mean_anything_is_guessed_from_its_cells() -> None:
    text = "#1|#2|#3|#4|#5\n2026-08-05 21:07:33|GATE1|IN|0012345678|OK\n2026-08-05 21:07:35|GATE1|OUT|0012345679|KO"
    head = table(text, "|")

    guessed = guess(head)

    assert guessed is not None
    assert guessed.profile == Profile(code="#4", at="#1", direction="#3", verdict="#5")
    assert [(scan.code, scan.direction, scan.verdict) for scan in read(head, chosen=Mapped(guessed.profile)).scans] == [
        ("0012345678", "in", "accepted"),
        ("0012345679", "out", "refused"),
    ]


def test_words_that_nobody_understands_are_asked_for_and_refused_until_then() -> None:
    head = table("Horodatage;Sens;Badge;Résultat\n2026-08-05 21:07;E;A001;Vert\n2026-08-05 21:08;E;A002;Violet", ";")
    guessed = guess(head)
    assert guessed is not None
    assert guessed.unknown_words == {"Résultat": ["Violet"]}

    before = read(head, chosen=Mapped(guessed.profile))
    after = read(head, chosen=Mapped(msgspec.structs.replace(guessed.profile, verdict_words={"VIOLET": "blocked"})))

    assert before.refused == [(3, "ticket-result-unknown", "Résultat")]
    assert [scan.verdict for scan in after.scans] == ["accepted", "blocked"]


def test_no_column_of_names_or_addresses_is_ever_proposed() -> None:
    guessed = guess(
        table(
            "Nom;Prénom;E-mail;Téléphone;Date de naissance;Code\nF;P;a@exemple.test;0600000000;1990-01-01;A12345", ";"
        )
    )

    assert guessed is not None
    assert guessed.profile == Profile(facts="tickets", code="Code")


def test_a_file_without_anything_like_a_code_has_no_guess() -> None:
    assert guess(table("Nom;Prénom\nFictif;Prénom", ";")) is None


def test_american_times_are_proposed_month_first() -> None:
    guessed = guess(table("Scan Time;Barcode\n08/05/2026 9:07 PM;A12345", ";"))

    assert guessed is not None
    assert guessed.profile.date_order == "mdy"


def test_without_a_date_order_an_ambiguous_date_is_refused() -> None:
    head = table("Horodatage;Badge\n05/08/2026 21:07;A001", ";")

    outcome = read(head, chosen=Mapped(Profile(code="Badge", at="Horodatage")))

    assert outcome.refused == [(2, "ticket-date-order-unknown", "Horodatage")]


def test_a_zone_of_its_own_makes_times_aware() -> None:
    head = table("Horodatage;Badge\n2026-08-05 21:07;A001", ";")

    scan = read(head, chosen=Mapped(Profile(code="Badge", at="Horodatage", zone="UTC"))).scans[0]

    assert scan.at == utc("2026-08-05T21:07")


def test_objects_are_mapped_by_their_keys_even_nested() -> None:
    head = objects([{"ticket": {"code": "A001"}, "ts": "2026-08-05T19:07:33Z", "door": 3, "way": "exit"}])
    profile = Profile(code="ticket.code", at="ts", gate="door", direction="way")

    outcome = read(head, chosen=Mapped(profile))

    assert outcome.lines == [ScanLine(code="A001", at=utc("2026-08-05T19:07:33"), gate="3", direction="out")]


def test_a_profile_whose_columns_are_not_there_does_not_fit() -> None:
    mapped = Mapped(Profile(code="Badge", at="Horodatage"))
    head = table("Date;Badge\nx;y", ";")

    assert (mapped.missing(head), mapped.recognise(head)) == (["Horodatage"], None)


def test_the_faults_of_a_profile_have_their_sentences() -> None:
    assert faults(Profile(code="Badge", at="Heure")) == []
    found = [(fault.field, fault.code) for fault in faults(Profile(code="Badge", gate="Badge", zone="Mars/Olympus"))]

    assert found == [("at", "profile-time-missing"), ("zone", "profile-zone-unknown"), ("gate", "profile-column-twice")]
    assert all(code in SENTENCES for _, code in found)


def test_a_profile_survives_json_and_refuses_what_it_does_not_know() -> None:
    profile = Profile(code="Badge", at="Heure", verdict_words={"vert": "accepted"}, out_words=("S",))

    assert msgspec.json.decode(msgspec.json.encode(profile), type=Profile) == profile
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"code": "Badge", "name_column": "Nom"}', type=Profile)


def test_quantities_amounts_and_group_tickets_of_a_profile() -> None:
    head = table("Code;Qté;Prix;Catégorie\nG-1;4;1 250,00;Groupe\nG-2;0;12;Groupe\nG-3;1;abc;Carte cadeau", ";")
    profile = Profile(facts="tickets", code="Code", quantity="Qté", price="Prix", category="Catégorie", decimal=",")

    outcome = read(head, chosen=Mapped(profile))

    assert outcome.lines == [TicketLine(code="G-1", channel="paid", category="Groupe", quantity=4, price_cents=125000)]
    assert outcome.refused == [(3, "ticket-quantity-unreadable", "Qté"), (4, "ticket-gift-card", "Catégorie")]


def test_a_list_whose_codes_are_those_of_orders_is_warned_of() -> None:
    rows = "\n".join(f"ORD{n // 3};x" for n in range(12))
    outcome = read(table(f"Commande;Tarif\n{rows}", ";"), chosen=Mapped(Profile(facts="tickets", code="Commande")))

    assert outcome.notes == {"ticket-codes-shared": 12, "ticket-status-not-exported": 12}


def test_rows_of_totals_and_repeated_headers_are_refused() -> None:
    head = table("Code;Prix\nA1;10\nCode;Prix\nTotal;10", ";")

    outcome = read(head, chosen=Mapped(Profile(facts="tickets", code="Code", price="Prix")))

    assert [ticket.code for ticket in outcome.tickets] == ["A1"]
    assert outcome.refused == [(3, "ticket-header-again", "Code"), (4, "ticket-total-row", "Code")]


def test_a_number_that_a_spreadsheet_wrote_scientifically_is_refused_and_rounded_ones_too() -> None:
    rounded = "\n".join(f"12345678901234{n}00;x" for n in range(3))
    head = table(f"Code;Catégorie\n1,23E+12;x\n{rounded}", ";")

    outcome = read(head, chosen=Mapped(Profile(facts="tickets", code="Code", category="Catégorie")))

    assert [code for _, code, _ in outcome.refused] == ["ticket-code-scientific", *["ticket-code-rounded"] * 3]
