import datetime as dt
import re
import unicodedata
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.text import formats

PARIS = ZoneInfo("Europe/Paris")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
french_names = st.text("aàâäbcçdeéèêëEÉœŒæ oôuùûL'’-–.1 2", max_size=12)


def test_whole_numbers_are_grouped() -> None:
    assert [formats.integer(value, "fr") for value in (0, 999, 1234, -1234567)] == [
        "0",
        "999",
        "1\u202f234",
        "-1\u202f234\u202f567",
    ]
    assert formats.integer(1234567, "en") == "1,234,567"


def test_decimals_are_rounded_half_up_and_keep_their_places() -> None:
    assert formats.decimal(Decimal("1234.5"), "fr", places=2) == "1\u202f234,50"
    assert formats.decimal(0.285, "fr", places=2) == "0,29"
    assert formats.decimal(-0.04, "fr") == "0,0"
    assert formats.decimal(2.5, "fr", places=0) == "3"
    assert formats.decimal(1234.5, "en") == "1,234.5"


def test_percentages() -> None:
    assert formats.percent(0.123, "fr") == "12,3\xa0%"
    assert formats.percent(Decimal("0.285"), "fr", places=0) == "29\xa0%"
    assert formats.percent(0.123, "en") == "12.3%"


def test_money_comes_from_cents() -> None:
    assert formats.money(1_234_50, "fr") == "1\u202f234,50\xa0€"
    assert formats.money(1_00, "fr") == "1,00\xa0€"
    assert formats.money(-5, "fr") == "-0,05\xa0€"
    assert formats.money(1_234_50, "fr", whole=True) == "1\u202f235\xa0€"
    assert formats.money(1_234_50, "en") == "€1,234.50"
    assert formats.money(150_000_00, "en", whole=True) == "€150,000"


@given(st.integers(-(10**15), 10**15))
def test_no_cent_is_lost_in_writing(cents: int) -> None:
    written = formats.money(cents, "fr")

    assert int(re.sub(r"[\u202f\xa0€,]", "", written)) == cents


def test_dates_in_full() -> None:
    assert formats.day(dt.date(2026, 7, 1), "fr", weekday=True) == "mercredi 1er juillet 2026"
    assert formats.day(dt.date(2026, 8, 11), "fr") == "11 août 2026"
    assert formats.day(dt.date(2026, 7, 1), "en", weekday=True) == "Wednesday 1 July 2026"
    assert formats.month(2024, 10, "fr") == "octobre 2024"


@pytest.mark.parametrize(
    ("first", "last", "french", "english"),
    [
        ("2024-10-25", "2024-10-25", "25 octobre 2024", "25 October 2024"),
        ("2024-10-25", "2024-10-28", "du 25 au 28 octobre 2024", "25–28 October 2024"),
        ("2024-10-30", "2024-11-02", "du 30 octobre au 2 novembre 2024", "30 October – 2 November 2024"),
        ("2026-07-01", "2026-07-03", "du 1er au 3 juillet 2026", "1–3 July 2026"),
        ("2026-06-30", "2026-08-01", "du 30 juin au 1er août 2026", "30 June – 1 August 2026"),
        (
            "2024-12-30",
            "2025-01-01",
            "du 30 décembre 2024 au 1er janvier 2025",
            "30 December 2024 – 1 January 2025",
        ),
    ],
)
def test_periods_do_not_repeat_what_both_ends_share(first: str, last: str, french: str, english: str) -> None:
    ends = dt.date.fromisoformat(first), dt.date.fromisoformat(last)

    assert (formats.days(*ends, "fr"), formats.days(*ends, "en")) == (french, english)


def test_an_edition_shows_only_what_is_known_of_its_dates() -> None:
    first, last = dt.date(2024, 10, 25), dt.date(2024, 10, 28)

    assert formats.edition_days("fr", first=first, last=last, year=2024) == "du 25 au 28 octobre 2024"
    assert formats.edition_days("fr", first=first, last=None, year=2024) == "25 octobre 2024"
    assert formats.edition_days("fr", first=None, last=None, year=2024, text="à l’automne") == "à l’automne"
    assert formats.edition_days("fr", first=None, last=None, year=2024) == "2024"


def test_times_of_day() -> None:
    assert [formats.clock(dt.time(*at), "fr") for at in ((20, 30), (9, 5), (0, 0))] == [
        "20\xa0h\xa030",
        "9\xa0h\xa005",
        "0\xa0h",
    ]
    assert formats.clock(dt.time(9, 5), "en") == "9:05"


def test_hours_months_and_ranks() -> None:
    start = dt.datetime(2024, 10, 26, 20, 0, tzinfo=PARIS)
    end = dt.datetime(2024, 10, 26, 22, 30, tzinfo=PARIS)

    assert formats.hours(start, end, "fr") == "de 20\xa0h à 22\xa0h\xa030"
    assert formats.hours(start, end, "en") == "20:00–22:30"
    assert (formats.short_month(start, "fr"), formats.short_month(start, "en")) == ("oct.", "Oct")
    assert [formats.weekday(day, "fr") for day in (0, 6)] == ["lundi", "dimanche"]
    assert [formats.ordinal(number, "fr") for number in (1, 2, 21)] == ["1re", "2e", "21e"]
    assert [formats.ordinal(number, "en") for number in (1, 2, 3, 11, 21, 112)] == [
        "1st",
        "2nd",
        "3rd",
        "11th",
        "21st",
        "112th",
    ]


def test_a_moment_is_seen_in_its_zone() -> None:
    before = dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC)

    assert formats.moment(before, "fr", zone=PARIS) == "27 octobre 2024 à 2\xa0h\xa030"
    assert formats.moment(before + dt.timedelta(hours=2), "fr", zone=PARIS) == "27 octobre 2024 à 3\xa0h\xa030"
    assert formats.moment(before, "en", zone=PARIS) == "27 October 2024 at 2:30"


def test_siret_is_shown_by_groups() -> None:
    assert formats.siret("20005480700017") == "200\u202f054\u202f807\u202f00017"
    assert formats.siret("W131000001") == "W131000001"


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Est-ce l'heure ?", "Est-ce l’heure\u202f?"),
        ("« Déjà ! »", "«\u202fDéjà\u202f!\u202f»"),
        ("Reste : 12 %", "Reste\xa0: 12\xa0%"),
        ("Il reste {left} € ; revenez...", "Il reste {left}\xa0€\u202f; revenez…"),
        ("https://exemple.fr à 20:30", "https://exemple.fr à 20:30"),
        ("Quoi ?!", "Quoi\u202f?!"),
        ("", ""),
        ("?", "?"),
    ],
)
def test_french_typography(plain: str, set_: str) -> None:
    assert formats.french(plain) == set_


@given(texts)
def test_french_typography_is_done_once(text: str) -> None:
    once = formats.french(text)

    assert formats.french(once) == once


def test_names_sort_as_a_french_reader_expects() -> None:
    names = [
        "Zèbre",
        "œuvre",
        "Été à la Friche",
        "Etoile",
        "L’Œil",
        "L'Oeil",
        "LA FIESTA",
        "La Fiesta des Suds",
        "Côte bleue",
        "Cote bleue",
        "Cote",
        "Cartoon-Next",
        "Cartoon Next 2",
        "Ofni",
    ]

    assert sorted(names, key=formats.sort_key) == [
        "Cartoon-Next",
        "Cartoon Next 2",
        "Cote",
        "Cote bleue",
        "Côte bleue",
        "Été à la Friche",
        "Etoile",
        "L'Oeil",
        "L’Œil",
        "LA FIESTA",
        "La Fiesta des Suds",
        "œuvre",
        "Ofni",
        "Zèbre",
    ]


@given(french_names, french_names)
def test_accents_do_not_change_the_primary_order(one: str, other: str) -> None:
    def bare(text: str) -> str:
        plain = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae")
        return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))

    assert formats.primary_key(one) == formats.primary_key(bare(one))
    if formats.primary_key(one) != formats.primary_key(other):
        assert (formats.sort_key(one) < formats.sort_key(other)) == (
            formats.sort_key(bare(one)) < formats.sort_key(bare(other))
        )


@given(texts, texts)
def test_the_order_is_total_and_is_the_order_of_the_bytes(one: str, other: str) -> None:
    keys = formats.sort_key(one), formats.sort_key(other)

    assert (keys[0] == keys[1]) == (one == other)
    assert (keys[0] < keys[1]) == (keys[0].encode() < keys[1].encode())


@given(texts)
def test_a_primary_key_is_its_own(text: str) -> None:
    key = formats.primary_key(text)

    assert formats.primary_key(key) == key
    assert all(c.isalnum() or c == " " for c in key)
