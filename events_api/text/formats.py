"""How numbers, money, dates, identifiers and names are written for people, in French and in English."""

import datetime as dt
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final, Literal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

Language = Literal["fr", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")
NBSP: Final = "\N{NO-BREAK SPACE}"
NARROW: Final = "\N{NARROW NO-BREAK SPACE}"
_LOCALES: Final = {"fr": "fr_FR", "en": "en_GB"}


# Numbers


@lru_cache(maxsize=8192)
def integer(value: int, language: Language) -> str:
    """Write a whole number with its groups of three."""
    return format_decimal(value, format="#,##0", locale=_LOCALES[language])


def decimal(value: Decimal | float, language: Language, *, places: int = 1) -> str:
    """Write a number with exactly that many decimals, halves rounded away from zero."""
    pattern = "#,##0." + "0" * places if places else "#,##0"
    return format_decimal(_rounded(value, places), format=pattern, locale=_LOCALES[language])


def percent(ratio: Decimal | float, language: Language, *, places: int = 1) -> str:
    """Write a ratio (0.123) as a percentage (« 12,3 % »)."""
    number = decimal(_exact(ratio) * 100, language, places=places)
    return f"{number}{NBSP}%" if language == "fr" else f"{number}%"


@lru_cache(maxsize=8192)
def money(cents: int, language: Language, *, whole: bool = False) -> str:
    """Write cents as euros; ``whole`` rounds to the euro and drops the decimals."""
    euros = Decimal(cents).scaleb(-2)
    if whole:
        euros = _rounded(euros, 0)
    pattern = {"fr": "#,##0.00\xa0¤", "en": "¤#,##0.00"}[language]
    if whole:
        pattern = pattern.replace(".00", "")
    return format_currency(euros, "EUR", format=pattern, locale=_LOCALES[language], currency_digits=False)


def _exact(value: Decimal | float) -> Decimal:
    """Take a float as it is printed, so that 0.285 stays 0.285."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounded(value: Decimal | float, places: int) -> Decimal:
    rounded = _exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return rounded or abs(rounded)  # never « -0,0 »


# Dates and times


def day(value: dt.date, language: Language, *, weekday: bool = False) -> str:
    """Write a date in full: « 1er juillet 2026 », with the weekday when asked."""
    return _date_part(value, language, "EEEE d MMMM y" if weekday else "d MMMM y")


def days(first: dt.date, last: dt.date, language: Language) -> str:
    """Write a period of whole days, both ends included, without repeating what they share."""
    if first == last:
        return day(first, language)
    if first.year != last.year:
        start, end = "d MMMM y", "d MMMM y"
    elif first.month != last.month:
        start, end = "d MMMM", "d MMMM y"
    else:
        start, end = "d", "d MMMM y"
    opening, closing = _date_part(first, language, start), _date_part(last, language, end)
    if language == "fr":
        return f"du {opening} au {closing}"
    return f"{opening}–{closing}" if start == "d" else f"{opening} – {closing}"


def edition_days(
    language: Language, *, first: dt.date | None, last: dt.date | None, year: int, text: str | None = None
) -> str:
    """Write what is known of an edition's dates: the days, else the words of its source, else only the year."""
    if first is not None:
        return days(first, last or first, language)
    return text or str(year)


def month(year: int, number: int, language: Language) -> str:
    """Write a month of a year: « octobre 2024 »."""
    return format_date(dt.date(year, number, 1), format="MMMM y", locale=_LOCALES[language])


def short_month(value: dt.date, language: Language) -> str:
    """Abbreviate the month of a date: « oct. »."""
    return format_date(value, format="MMM", locale=_LOCALES[language])


def weekday(number: int, language: Language) -> str:
    """Name a day of the week, Monday being 0."""
    return format_date(dt.date(2024, 1, 1) + dt.timedelta(days=number), format="EEEE", locale=_LOCALES[language])


def clock(value: dt.time | dt.datetime, language: Language) -> str:
    """Write a time of day: « 20 h 30 », « 9 h »."""
    if language == "en":
        return f"{value.hour}:{value.minute:02}"
    hour = f"{value.hour}{NBSP}h"
    return f"{hour}{NBSP}{value.minute:02}" if value.minute else hour


def hours(start: dt.datetime, end: dt.datetime, language: Language) -> str:
    """Write from when to when, as the clocks of their zone show it: « de 20 h à 22 h 30 »."""
    opening, closing = clock(start, language), clock(end, language)
    return f"de {opening} à {closing}" if language == "fr" else f"{opening}–{closing}"


def moment(value: dt.datetime, language: Language, *, zone: dt.tzinfo) -> str:
    """Write an instant as seen in a time zone: « 1er juillet 2026 à 20 h 30 »."""
    local = value.astimezone(zone)
    joint = "à" if language == "fr" else "at"
    return f"{day(local.date(), language)} {joint} {clock(local, language)}"


def _date_part(value: dt.date, language: Language, pattern: str) -> str:
    if language == "fr" and value.day == 1:
        pattern = re.sub(r"\bd\b", "d'er'", pattern)  # CLDR has no ordinal for the first of the month
    return format_date(value, format=pattern, locale=_LOCALES[language])


def ordinal(number: int, language: Language) -> str:
    """Write the rank of an edition, feminine in French: « 1re », « 2e »."""
    if language == "fr":
        return f"{number}{'re' if number == 1 else 'e'}"
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


# Identifiers


def siret(value: str) -> str:
    """Write a SIRET as SIREN by threes, then the establishment; anything else is left as it is."""
    if not re.fullmatch(r"[0-9]{14}", value):
        return value
    return NARROW.join((value[:3], value[3:6], value[6:9], value[9:]))


# French typography of our own sentences


def french(sentence: str) -> str:
    """Put the no-break spaces, apostrophes and ellipses that French typography wants into a sentence of ours."""
    sentence = sentence.replace("...", "…").replace("'", "’")
    sentence = re.sub(r"(?<=[^\s!?…;«])[ \xa0\u202f]*([;!?])|(?<=[!?…])[ \xa0\u202f]+([;!?])", _narrow_before, sentence)
    sentence = re.sub(r"[ \xa0\u202f]*»", NARROW + "»", sentence)
    sentence = re.sub(r"«[ \xa0\u202f]*", "«" + NARROW, sentence)
    sentence = re.sub(r"[ \xa0\u202f]+:", NBSP + ":", sentence)
    return re.sub(r"(?<=[0-9}])[ \u202f]+([%€])", NBSP + r"\1", sentence)


def _narrow_before(match: re.Match[str]) -> str:
    return NARROW + (match[1] or match[2])


# Sorting

_LETTERS: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def primary_key(text: str) -> str:
    """Reduce a text to what decides its place first: letters and digits, without accents, case or punctuation."""
    bare = _without_marks(text.casefold()).casefold().translate(_LETTERS)
    return " ".join("".join(c if c.isalnum() else " " for c in _without_marks(bare)).split())


def sort_key(text: str) -> str:
    """Return the key that is stored beside a name, so that the C order of the keys is the French order of the names.

    The primary key comes first; names that differ only by accents, case or punctuation are then told apart by
    themselves. U+001F, below every character of a primary key, keeps a name before the longer ones it begins.
    """
    return f"{primary_key(text)}\x1f{text}"


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M"))
