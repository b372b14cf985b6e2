"""Cells: codes, moments, amounts, counts and places of residence, as tools and spreadsheets write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.importers.tickets.formats import values, words
from events_api.importers.tickets.formats.values import Unreadable
from tests.importers.tickets.formats.reading import local

AUGUST = local("2026-08-05T21:07")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-08-05T19:07:33Z", local("2026-08-05T19:07:33+00:00")),
        ("2026-08-05T21:07:33+02:00", local("2026-08-05T21:07:33+02:00")),
        ("2026-08-05 21:07:33.125 +0200", local("2026-08-05T21:07:33.125+02:00")),
        ("2026-08-05 21:07:33 CEST", local("2026-08-05T21:07:33+02:00")),
        ("2026-08-05 21:07", AUGUST),
        ("2026/8/5 21:07", AUGUST),
        ("05/08/2026 21:07", AUGUST),
        ("05/08/26 21:07", AUGUST),
        ("05.08.2026 21.07", AUGUST),
        ("05-08-2026 - 21:07", AUGUST),
        ("05/08/2026 à 21h07", AUGUST),
        ("5 août 2026 21:07", AUGUST),
        ("5 aout 2026, 21:07", AUGUST),
        ("mer. 5 août 2026 à 21 h 07", AUGUST),
        ("mercredi 5 août 2026 21:07", AUGUST),
        ("1er août 2026 21h", local("2026-08-01T21:00")),
        ("Aug 5, 2026 9:07 PM", AUGUST),
        ("Wednesday, August 5, 2026 9:07 p.m.", AUGUST),
        ("5 Aug 2026 12:30 AM", local("2026-08-05T00:30")),
        ("20260805210700", AUGUST),
        ("20260805T190733Z", local("2026-08-05T19:07:33+00:00")),
        ("46239,88", local("2026-08-05T21:07:12")),
        ("1785956853", local("2026-08-05T19:07:33+00:00")),
        ("1785956853000", local("2026-08-05T19:07:33+00:00")),
        ("\ufeff 05/08/2026\xa021:07 ", AUGUST),
        ("Mer 05/08/2026 21:07", AUGUST),
        ("05-août-26 21:07", AUGUST),
        ("05/08/2026 21:07:00 (UTC+2)", local("2026-08-05T21:07+02:00")),
        ("2026-08-05 19:07 UTC", local("2026-08-05T19:07+00:00")),
        ("2026-08-05T21:07:33.123456789+0200", local("2026-08-05T21:07:33.123456+02:00")),
        ("1785956853.5", local("2026-08-05T19:07:33+00:00")),
    ],
)
def test_a_moment_is_read_in_every_style(text: str, at: dt.datetime) -> None:
    assert values.instant(text, "dmy") == at


@pytest.mark.parametrize(
    "text",
    ["", "  ", "0000-00-00 00:00:00", "0000-00-00", "00/00/0000 00:00", "0", "null", "None", "NULL", "Jamais", "N/A"],
)
def test_a_zero_date_is_no_moment(text: str) -> None:
    assert values.instant(text, "dmy") is None


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("05/08/2026 21:07", None, "ticket-date-order-unknown"),
        ("13/08/2026 21:07", "mdy", "ticket-date-order-contradicted"),
        ("08/13/2026 21:07", "dmy", "ticket-date-order-contradicted"),
        ("31/02/2026 21:07", "dmy", "ticket-time-unreadable"),
        ("05/08/2026 25:07", "dmy", "ticket-time-unreadable"),
        ("05/08/2026 13:07 PM", "dmy", "ticket-time-unreadable"),
        ("05/08/2026", "dmy", "ticket-time-missing"),
        ("2026-08-05", None, "ticket-time-missing"),
        ("46239", None, "ticket-time-missing"),
        ("20260805", None, "ticket-time-missing"),
        ("2026-08-05 21:07 +99:00", None, "ticket-time-unreadable"),
        ("1902-08-05 21:07", None, "ticket-time-implausible"),
        ("hier soir", None, "ticket-time-unreadable"),
        ("5 fructidor 2026 21:07", None, "ticket-time-unreadable"),
    ],
)
def test_a_moment_that_is_not_certain_is_refused(text: str, order: values.DateOrder | None, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        values.instant(text, order)

    assert refused.value.code == code


def test_midnight_is_a_time_when_it_is_written() -> None:
    assert values.instant("05/08/2026 00:00", "dmy") == local("2026-08-05T00:00")
    assert values.instant("2026-08-05T00:00:00Z") == local("2026-08-05T00:00+00:00")
    assert values.instant("5 août 2026 à 0h", "dmy") == local("2026-08-05T00:00")


def test_a_column_of_days_joins_a_column_of_times() -> None:
    assert values.joined("05/08/26 00:00", "21:07:33", "dmy") == local("2026-08-05T21:07:33")
    assert values.joined("5 août 2026", "21h07", "dmy") == AUGUST
    assert values.joined("2026-08-05", "0,88", None) == local("2026-08-05T21:07:12")
    assert values.joined("2026-08-05", "1899-12-30 21:07:00", None) == AUGUST
    assert values.joined("20260805", "210733", None) == local("2026-08-05T21:07:33")
    assert values.joined("05/08/2026", "2107", "dmy") == AUGUST
    with pytest.raises(Unreadable, match="ticket-time-missing"):
        values.joined("05/08/2026", "", "dmy")


@given(st.datetimes(local("1996-01-01"), local("2099-01-01")))
def test_what_the_tools_write_is_read_back(at: dt.datetime) -> None:
    minute, second = at.replace(second=0, microsecond=0), at.replace(microsecond=0)

    assert values.instant(minute.strftime("%Y-%m-%d %H:%M")) == minute
    assert values.instant(minute.strftime("%d/%m/%Y %H:%M"), "dmy") == minute
    assert values.instant(second.strftime("%m/%d/%Y %I:%M:%S %p"), "mdy") == second
    assert values.instant(at.isoformat() if at.microsecond else second.isoformat()) == at


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["05/08/2026 21:07", "13/08/2026 21:07"], "dmy"),
        (["11/29/24 22:28"], "mdy"),
        (["05/08/2026"], None),
        (["13/08/2026", "08/13/2026"], None),
        ([], None),
    ],
)
def test_the_order_of_day_and_month_shows_in_numbers_above_12(texts: list[str], order: str | None) -> None:
    assert values.evidence(texts) == order


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12,50", 1250), ("12.50", 1250), ("12,5", 1250), ("1 234,56 €", 123456), ("1\u202f234,56", 123456),
        ("1\xa0234", 123400), ("1.234,56", 123456), ("1,234.56", 123456), ("€12.50", 1250), ("EUR 12.50", 1250),
        ("12", 1200), ("0", 0), ("0,00", 0), ("Gratuit", 0), ("-5,00", -500), ("1'234.50", 123450), ("", None),
        ("1,234", 123400), (",50", 50),
    ],
)  # fmt: skip
def test_an_amount_is_read_with_any_signs(text: str, cents: int | None) -> None:
    assert values.cents(text) == cents


def test_an_amount_in_cents_and_one_with_a_given_sign() -> None:
    assert values.cents("2000", "cents") == 2000
    assert values.cents("1,234", "euros", ",") == 123
    with pytest.raises(Unreadable, match="ticket-price-unreadable"):
        values.cents("douze euros")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  ABC-123 ", "ABC-123"), ("00123", "00123"), ('="00123"', "00123"), ("'00123", "00123"),
        ("1234 5678 9012", "123456789012"), ("123456789012.0", "123456789012"), ("'=ab", "=ab"), ("12E34", "12E34"),
        ("\u200b123\u200b", "123"), ("*ABC12*", "ABC12"),
    ],
)  # fmt: skip
def test_a_code_is_kept_as_it_is_but_for_spaces_and_protections(text: str, code: str) -> None:
    assert values.ticket_code(text) == code


@pytest.mark.parametrize("text", ["1.23E+12", "1,23457E+12", "1,23E12", "5E+11"])
def test_a_code_in_scientific_notation_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="ticket-code-scientific"):
        values.ticket_code(text)


def test_numbers_that_a_spreadsheet_rounded_or_shortened_are_suspected() -> None:
    assert values.rounded(["12345678901234500", "12345678901234600", "98765432109876500"])
    assert not values.rounded(["12345678901234567", "12345678901234600", "98765432109876500"])
    assert values.zeros_lost([str(10**9 + n) for n in range(18)] + ["12345678", "123456789"])
    assert not values.zeros_lost([f"{n:010}" for n in range(20)])
    assert not values.zeros_lost([str(n) for n in range(1, 30)])


@pytest.mark.parametrize(
    ("postcode", "country", "origin"),
    [
        ("13001", "", "FR-13001"), ("13 001", "France", "FR-13001"), ("1300", "FR", "FR-01300"), ("1300", "", None),
        ("1000", "Belgique", "BE"), ("", "Suisse", "CH"), ("", "Deutschland", "DE"), ("", "GB", "GB"),
        ("SW1A 1AA", "United Kingdom", "GB"), ("SW1A 1AA", "", None), ("98000", "", "MC"), ("20137", "fr", "FR-20137"),
        ("97400", "France", "FR-97400"), ("99999", "", None), ("", "", None), ("13001", "Atlantide", None),
        ("13001.0", "FRA", "FR-13001"), ("F-13001", "", "FR-13001"), ("10115", "Germany", "DE"),
    ],
)  # fmt: skip
def test_a_place_of_residence_is_given_only_where_it_is_certain(
    postcode: str, country: str, origin: str | None
) -> None:
    assert values.origin(postcode, country) == origin


@pytest.mark.parametrize(("text", "number"), [("", 1), ("4", 4), ("2.0", 2), (" 10 ", 10)])
def test_a_quantity(text: str, number: int) -> None:
    assert values.quantity(text) == number


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "deux", "70000"])
def test_a_quantity_that_is_none(text: str) -> None:
    with pytest.raises(Unreadable, match="ticket-quantity-unreadable"):
        values.quantity(text)


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("Carte cadeau 50 €", "ticket-gift-card"), ("E-carte cadeau", "ticket-gift-card"),
        ("Gift Voucher", "ticket-gift-card"), ("Bon d'achat", "ticket-gift-card"),
        ("Don libre", "ticket-technical-line"),
        ("Adhésion 2026", "ticket-technical-line"), ("Place de parking P1", "ticket-technical-line"),
        ("Frais de gestion", "ticket-technical-line"), ("Assurance annulation", "ticket-technical-line"),
        ("Don Giovanni – Carré Or", None), ("Pass 3 jours", None), ("Concert parking des Anges", None),
        ("Billet + tee-shirt", None), ("Affichage", None),
    ],
)  # fmt: skip
def test_what_admits_nobody_is_known_by_its_name(category: str, code: str | None) -> None:
    assert words.no_admission(category) == code


@pytest.mark.parametrize(
    ("category", "cents", "channel"),
    [
        ("Plein tarif", 1200, "paid"), ("Plein tarif", 0, "comp"), ("Invitation", None, "comp"),
        ("Abonnement saison", 9000, "pass"), ("Pass 3 jours", 6000, "pass"), ("Billet 3 jours", 6000, "pass"),
        ("Accréditation presse", 0, "accredited"), ("Bénévoles", 0, "accredited"),
        ("Passeport découverte", 500, "paid"),
        ("Pass Culture", 0, "comp"), (None, None, "unknown"),
    ],
)  # fmt: skip
def test_a_channel_follows_the_category_then_the_price(category: str | None, cents: int | None, channel: str) -> None:
    assert words.channel(category, cents) == channel


def test_the_words_of_use() -> None:
    assert [words.used(text) for text in ("Oui", "1", "✓", "Composté", "non", "0", "", "Jamais composté", "?!")] == [
        True, True, True, True, False, False, False, False, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Refusé : déjà scanné le 05/08 à 20:15", "duplicate"), ("OK - entrée autorisée", "accepted"),
        ("Accès refusé (zone)", "refused"), ("Billet inconnu : 123", "unknown"),
        ("Billet annulé par l'acheteur", "refunded"),
        ("Refusé (mauvais jour)", "wrong_day"), ("Non valide", "refused"), ("Valide jusqu'à 23:00", "accepted"),
        ("Ticket blocked by organiser", "blocked"), ("Déjà à l'intérieur", "inside"),
        ("Access denied: unpaid", "refused"),
        ("Violet", None), ("", None),
    ],
)  # fmt: skip
def test_a_result_of_several_words(text: str, verdict: str | None) -> None:
    assert words.VERDICTS.get(values.key(text)) == verdict


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("Payé en ligne (CB)", "issued"), ("Paiement en attente de validation", "reserved"),
        ("Non payé (guichet)", "reserved"),
        ("Remboursé le 12/07", "refunded"), ("Annulé par l'organisateur", "cancelled"),
        ("Billet non remboursable", None),
        ("Validé", "issued"), ("Réservation", "reserved"), ("Payment pending", "reserved"), ("???", None),
    ],
)  # fmt: skip
def test_a_status_of_several_words(text: str, standing: str | None) -> None:
    assert words.STANDINGS.get(values.key(text)) == standing


def test_a_direction_of_several_words() -> None:
    found = [words.DIRECTIONS.get(values.key(text)) for text in ("Entrée (IN)", "Sortie définitive", "Vestiaire")]

    assert found == ["in", "out", None]
