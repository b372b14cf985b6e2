"""Numbers, money and dates as a French or an English reader expects them."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from babel.dates import format_date, get_month_names
from babel.numbers import format_currency, format_decimal

from dashboards.measures import Language, Unit

LOCALES: dict[Language, str] = {"fr": "fr_FR", "en": "en_GB"}
_BEFORE_NARROW = re.compile(r" (?=[;!?»])")
_BEFORE_COLON = re.compile(r" (?=:)")


def typeset(text: str) -> str:
    """Turn the ordinary spaces of French punctuation into the no-break spaces it needs."""
    text = _BEFORE_NARROW.sub("\u202f", text)
    return _BEFORE_COLON.sub("\u00a0", text).replace("« ", "«\u202f")


def say(language: Language, fr: str, en: str) -> str:
    """The sentence of the language, French with its typography."""
    return typeset(fr) if language == "fr" else en


@lru_cache(maxsize=8192)
def number(value: float, language: Language) -> str:
    """A count or a ratio, two decimals at most."""
    return format_decimal(value, format="#,##0.##", locale=LOCALES[language])


def euros(cents: int, language: Language) -> str:
    """Whole euros without decimals, else with two."""
    pattern = {"fr": "#,##0.00\u00a0¤", "en": "¤#,##0.00"}[language]
    if cents % 100 == 0:
        pattern = pattern.replace(".00", "")
    return format_currency(cents / 100, "EUR", format=pattern, locale=LOCALES[language], currency_digits=False)


def quantity(value: float, unit: Unit, language: Language) -> str:
    """A value of a chart in its unit."""
    return euros(round(value), language) if unit == "euro_cents" else number(value, language)


def counted(count: int, language: Language, one: str, many: str) -> str:
    """The number and its noun: zero is singular in French, plural in English."""
    singular = count < 2 if language == "fr" else count == 1
    return f"{number(count, language)}\u00a0{one if singular else many}"


def day(value: date, language: Language, pattern: str = "d MMMM y") -> str:
    """The date in words; the first of the month is « 1er » in French."""
    words = format_date(value, format=pattern, locale=LOCALES[language])
    return re.sub(r"^1(?= |$)", "1er", words) if language == "fr" else words


def short_month(rank: int, language: Language) -> str:
    """The abbreviated name of a month."""
    return str(get_month_names("abbreviated", context="stand-alone", locale=LOCALES[language])[rank])


def period(start: date, end: date | None, language: Language) -> str:
    """The days of an edition, saying the month and the year once when they are the same."""
    if end is None or end == start:
        return day(start, language)
    if (start.year, start.month) == (end.year, end.month):
        first = day(start, language, "d")
    elif start.year == end.year:
        first = day(start, language, "d MMMM")
    else:
        first = day(start, language)
    last = day(end, language)
    if language == "fr":
        return f"du {first} au {last}"
    return f"{first}–{last}" if " " not in first else f"{first} – {last}"


def month(rank: int, language: Language) -> str:
    """The full name of a month."""
    return str(get_month_names("wide", locale=LOCALES[language])[rank])


def collation_key(text: str) -> str:
    """Sort key that ignores case and accents, whatever the locale of the machine."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("’", "'"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
