"""Cells as ticketing tools and spreadsheets write them: codes, moments, days, amounts, counts, places of residence."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final, Literal

from babel import Locale
from babel.core import UnknownLocaleError

DateOrder = Literal["dmy", "mdy"]
PROTECTED: Final = "@+-=|%"
"""First characters before which an export puts an apostrophe, lest a spreadsheet reads a formula."""
NOTHING: Final = frozenset({"", "null", "none", "nan", "na", "nat", "jamais", "never", "non scanne", "undefined"})
TWICE_ENCODED: Final = re.compile("[ÃÂ][\x80-¿‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€")
SCIENTIFIC: Final = re.compile(r"[0-9]+[.,][0-9]+[eE]\+?[0-9]+|[0-9]+[eE]\+[0-9]+")
TOTALS: Final = frozenset({"total", "totaux", "soustotal", "subtotal", "sum", "somme", "totalgeneral", "grandtotal"})
EARLIEST, LATEST = 1995, 2100
LONGEST_WORD: Final = 200
"""Characters of a header or a word that are compared, and of a cell that is remembered."""
LONGEST_MOMENT: Final = 80


def key(text: str) -> str:
    """Reduce a header or a word to its letters and digits: no case, accents, spaces or punctuation."""
    return _key(text if len(text) <= LONGEST_WORD else text[:LONGEST_WORD])


@lru_cache(maxsize=16384)
def _key(text: str) -> str:
    if TWICE_ENCODED.search(text):
        text = repaired(text)
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE").casefold())
    return "".join(c for c in bare if c.isalnum())


def clean(text: str) -> str:
    """Undo what an export did to a cell: the apostrophe or tab before a formula sign, `\\|`, `="…"`, outer spaces."""
    text = text.strip(" \t\r\n\xa0\u202f\ufeff")
    if not text:
        return text
    if text[0] == "'" and len(text) > 1 and (text[1] in PROTECTED or text[1:3] == "\\|"):
        text = text[1:]
    elif text[0] == "=" and text[1:2] == '"' and text[-1] == '"' and len(text) > 3:
        text = text[2:-1]
    text = text.replace("\\|", "|") if "\\|" in text else text
    return repaired(text) if TWICE_ENCODED.search(text) else text


def repaired(text: str) -> str:
    """A text whose accents were encoded twice (« EntrÃ©e »), as it was meant; one that is something else stays."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


class Unreadable(Exception):
    """A cell that does not hold what its column should; `code` is the code of the refusal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# Codes


def ticket_code(text: str) -> str:
    """The code of a ticket without spaces; raises where a spreadsheet turned it into a number."""
    code = clean(text)
    if code[:1] == "'":
        code = code[1:]
    if " " in code or "\xa0" in code or "\u202f" in code or "\t" in code or "\n" in code:
        code = "".join(code.split())
    if not code.isprintable():
        code = "".join(c for c in code if unicodedata.category(c) not in {"Cf", "Cc"})
    if len(code) > 2 and code[0] == code[-1] == "*":
        code = code[1:-1]  # the sentinels of a Code 39 barcode
    if not code:
        raise Unreadable("ticket-code-missing")
    if len(code) <= 12 and key(code) in TOTALS:
        raise Unreadable("ticket-total-row")
    if SCIENTIFIC.fullmatch(code):
        raise Unreadable("ticket-code-scientific")
    if len(code) > 2 and code.endswith((".0", ",0")) and code[:-2].isdecimal():
        code = code[:-2]
    if len(code) > 500:
        raise Unreadable("ticket-code-too-long")
    return code


def rounded(codes: Iterable[str]) -> bool:
    """Whether numbers of more than 15 digits were rounded: spreadsheets keep 15, so all of them end in zero."""
    long = [code for code in codes if len(code) > 15 and code.isdecimal()]
    return len(long) >= 3 and all(set(code[15:]) == {"0"} for code in long)


def zeros_lost(codes: Iterable[str]) -> bool:
    """Whether zeros at the beginning were probably lost: numbers a little shorter than most."""
    numbers = [code for code in codes if code.isdecimal()]
    if len(numbers) < 10:
        return False
    longest = max(map(len, numbers))
    shorter = sum(len(code) < longest for code in numbers)
    near = all(len(code) >= longest - 3 for code in numbers)
    zero = any(code[0] == "0" for code in numbers)
    return longest >= 8 and near and not zero and 0 < shorter <= len(numbers) // 4


# Moments

_MONTHS: Final[dict[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january", "fevrier fevr fev february feb", "mars mar march", "avril avr april apr",
            "mai may", "juin jun june", "juillet juil jul july", "aout aou august aug",
            "septembre sept sep september", "octobre oct october", "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_CLOCK: Final = (
    r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"|\s*(?:heures?|h)\s*(?P<minute_h>[0-9]{2})?\s*(?:(?:m|mn|min|')\s*)?(?P<second_h>[0-9]{2})?\s*(?:s|sec)?)"
    r"\s*(?P<half>[aApP]\.?\s?[mM]\.?)?"
)
_OFFSET: Final = (
    r"(?:\s*(?P<offset>Z|CEST|CET|\(?(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?\)?|\(?(?:UTC|GMT)\)?)"
    r"(?:\[[A-Za-z_/]+\])?)?"
)
_JOIN: Final = r"(?:\s*(?:T|,|-|à|a|at|@|\|)?\s*)"
_TIME: Final = re.compile(_CLOCK + _OFFSET)
_DAY_NAME: Final = r"(?:[^\W\d_]{2,9}\.?,?\s+)?"
_YMD: Final = re.compile(
    r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?:" + _JOIN + _CLOCK + _OFFSET + ")?"
)
_NUMBERS: Final = re.compile(
    _DAY_NAME + r"(?P<first>[0-9]{1,2})[-/.](?P<second_number>[0-9]{1,2})[-/.](?P<year>[0-9]{4}|[0-9]{2})"
    r"(?:" + _JOIN + _CLOCK + _OFFSET + ")?"
)
_NAMED: Final = re.compile(
    _DAY_NAME + r"(?P<day>[0-9]{1,2})(?:er|st|nd|rd|th)?[\s-]+(?P<name>[^\W\d_]{3,10})\.?,?[\s-]+"
    r"(?P<year>[0-9]{4}|[0-9]{2})(?:" + _JOIN + _CLOCK + _OFFSET + ")?"
)
_NAMED_US: Final = re.compile(
    _DAY_NAME + r"(?P<name>[^\W\d_]{3,10})\.?\s+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,?\s+"
    r"(?P<year>[0-9]{4})(?:" + _JOIN + _CLOCK + _OFFSET + ")?"
)
_COMPACT: Final = re.compile(
    r"(?P<year>20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?:T?(?P<clock>[0-9]{6}|[0-9]{4})(?P<offset>Z)?)?"
)
_EPOCH: Final = re.compile(r"[12][0-9]{9}(?:[0-9]{3}|[.,][0-9]{1,9})?")
_ORIGIN_OF_DAYS: Final = re.compile(r"(?:1899-12-3[01]|1900-01-0[01])[ T]")
"""The day that spreadsheets put before a time of day."""
_SERIAL: Final = re.compile(r"[3-6][0-9]{4}(?:[.,][0-9]{1,16})?")
_ZERO: Final = re.compile(r"[0\s:/.TZ+-]+")
_OFFSETS: Final = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 60, "CEST": 120}


def nothing(text: str) -> bool:
    """Whether a cell says that there is no moment: empty, a zero date, a word for never."""
    return not text or key(text) in NOTHING or _ZERO.fullmatch(text) is not None


def moment(text: str, order: DateOrder | None = None) -> dt.datetime | None:
    """The moment a cell states, None for none; naive where no offset is written. Raises Unreadable.

    `order` says how dates of numbers are written; without it a date that can be read both ways is refused.
    """
    if len(text) > LONGEST_MOMENT:
        raise Unreadable("ticket-time-unreadable")
    return _moment(text, order)


@lru_cache(maxsize=16384)
def _moment(text: str, order: DateOrder | None) -> dt.datetime | None:
    text = clean(text)
    if nothing(text):
        return None
    if text[4:5] == "-":
        try:
            return _plausible(dt.datetime.fromisoformat(text))
        except ValueError:
            pass
    text = " ".join(text.split())
    for pattern in (_YMD, _NUMBERS, _NAMED, _NAMED_US):
        found = pattern.fullmatch(text)
        if found is not None:
            return _built(found, order)
    found = _COMPACT.fullmatch(text)
    if found is not None:
        clock = (found["clock"] or "").ljust(6, "0")
        return _made(
            int(found["year"]), int(found["month"]), int(found["day"]),
            (int(clock[:2]), int(clock[2:4]), int(clock[4:]), 0), dt.UTC if found["offset"] else None,
        )  # fmt: skip
    if _SERIAL.fullmatch(text):
        whole = dt.datetime(1899, 12, 30) + dt.timedelta(days=float(text.replace(",", ".")))  # noqa: DTZ001 local
        return (whole + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    if _EPOCH.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text[:10]), dt.UTC)
    raise Unreadable("ticket-time-unreadable")


def instant(text: str, order: DateOrder | None = None) -> dt.datetime | None:
    """The moment of a passage: as `moment`, but a day without its time is refused."""
    if len(text) > LONGEST_MOMENT:
        raise Unreadable("ticket-time-unreadable")
    return _instant(text, order)


@lru_cache(maxsize=16384)
def _instant(text: str, order: DateOrder | None) -> dt.datetime | None:
    at = moment(text, order)
    if (
        at is not None
        and at.time() == dt.time(0)
        and not re.search(r"[0-9]\s*(?:[:hHTaApP]|\.[0-9]{2}\.)", clean(text)[6:])
    ):
        raise Unreadable("ticket-time-missing")
    return at


def clock(text: str) -> tuple[dt.time, dt.tzinfo | None] | None:
    """The time of day of a cell, None for none; a whole moment gives its time. Raises Unreadable."""
    if len(text) > LONGEST_MOMENT:
        raise Unreadable("ticket-time-unreadable")
    return _time_of_day(text)


@lru_cache(maxsize=16384)
def _time_of_day(text: str) -> tuple[dt.time, dt.tzinfo | None] | None:
    text = _ORIGIN_OF_DAYS.sub("", " ".join(clean(text).split()))
    if not text or key(text) in NOTHING:
        return None
    if re.fullmatch(r"[0-9]{6}|[0-9]{4}", text):
        text = ":".join(text[at : at + 2] for at in range(0, len(text), 2))
    found = _TIME.fullmatch(text)
    if found is None:
        if re.fullmatch(r"0[.,][0-9]+", text):
            seconds = round(float(text.replace(",", ".")) * 86400) % 86400
            return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60), None
        whole = moment(text, "dmy")
        return None if whole is None else (whole.time(), whole.tzinfo)
    try:
        hour, minute, second, fraction = _clock(found)
        return dt.time(hour, minute, second, fraction), _zone(found["offset"])
    except ValueError:
        raise Unreadable("ticket-time-unreadable") from None


def joined(day: str, hour: str, order: DateOrder | None) -> dt.datetime | None:
    """The moment of a column of days and a column of times; what the first says of the time does not count."""
    whole = moment(day, order)
    if whole is None:
        return None
    at = clock(hour)
    if at is None:
        if whole.time() == dt.time(0):
            raise Unreadable("ticket-time-missing")
        return whole
    return dt.datetime.combine(whole.date(), at[0], at[1])


def day(text: str, order: DateOrder | None = None) -> dt.date | None:
    """The day a cell states, None for none. Raises Unreadable."""
    whole = moment(text, order)
    return None if whole is None else whole.date()


def evidence(texts: Iterable[str]) -> DateOrder | None:
    """How dates of numbers are written, as those show in which a number is above 12; None where none does or both."""
    found: set[DateOrder] = set()
    for text in texts:
        numbers = _NUMBERS.fullmatch(" ".join(clean(text).split()))
        if numbers is None:
            continue
        first, second = int(numbers["first"]), int(numbers["second_number"])
        if first > 12 >= second:
            found.add("dmy")
        elif second > 12 >= first:
            found.add("mdy")
    return found.pop() if len(found) == 1 else None


def numeric_date(text: str) -> bool:
    """Whether a date is written in numbers with the year last, so that its order matters."""
    return _NUMBERS.fullmatch(" ".join(clean(text).split())) is not None


def _built(found: re.Match[str], order: DateOrder | None) -> dt.datetime:
    groups = found.groupdict()
    year = int(groups["year"])
    if "first" in groups:
        first, second = int(groups["first"]), int(groups["second_number"])
        if order is None:
            if first <= 12 and second <= 12 and first != second:
                raise Unreadable("ticket-date-order-unknown")
            order = "mdy" if second > 12 else "dmy"
        elif (second if order == "dmy" else first) > 12:
            raise Unreadable("ticket-date-order-contradicted")
        month, number = (second, first) if order == "dmy" else (first, second)
    elif groups.get("name"):
        month, number = _MONTHS.get(key(groups["name"]), 0), int(groups["day"])
    else:
        month, number = int(groups["month"]), int(groups["day"])
    try:
        return _made(year + 2000 if year < 100 else year, month, number, _clock(found), _zone(groups["offset"]))
    except ValueError:
        raise Unreadable("ticket-time-unreadable") from None


def _clock(found: re.Match[str]) -> tuple[int, int, int, int]:
    if found["hour"] is None:
        return 0, 0, 0, 0
    hour = int(found["hour"])
    half = key(found["half"] or "")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half == "pm" else 0)
    minute = int(found["minute"] or found["minute_h"] or 0)
    second = int(found["second"] or found["second_h"] or 0)
    return hour, minute, second, int((found["fraction"] or "0").ljust(6, "0")[:6])


def _zone(offset: str | None) -> dt.tzinfo | None:
    if not offset:
        return None
    offset = offset.strip("()")
    minutes = _OFFSETS.get(offset)
    if minutes is None:
        offset = offset.removeprefix("UTC").removeprefix("GMT")
        hours, _, rest = offset[1:].partition(":")
        if len(hours) > 2:
            hours, rest = hours[:-2], hours[-2:]
        minutes = (-1 if offset[0] == "-" else 1) * (int(hours) * 60 + int(rest or 0))
        if abs(minutes) > 14 * 60:
            raise ValueError
    return dt.timezone(dt.timedelta(minutes=minutes)) if minutes else dt.UTC


def _made(year: int, month: int, number: int, clock: tuple[int, int, int, int], zone: dt.tzinfo | None) -> dt.datetime:
    try:
        return _plausible(dt.datetime(year, month, number, *clock, tzinfo=zone))
    except ValueError:
        raise Unreadable("ticket-time-unreadable") from None


def _plausible(value: dt.datetime) -> dt.datetime:
    if not EARLIEST <= value.year <= LATEST:
        raise Unreadable("ticket-time-implausible")
    return value


# Numbers

_AMOUNT: Final = re.compile(r"-?[0-9]+(?:[.,'][0-9]{3})*(?:[.,][0-9]{1,4})?|-?[0-9]*[.,][0-9]{1,4}")
_FREE: Final = frozenset({"gratuit", "gratuite", "free", "offert", "offerte", "exonere", "invitation", "zero"})


def cents(text: str, unit: Literal["euros", "cents"] = "euros", decimal: Literal[",", "."] | None = None) -> int | None:
    """An amount in cents, None for none; the decimal sign is found where it is not given. Raises Unreadable."""
    if len(text) > LONGEST_WORD:
        raise Unreadable("ticket-price-unreadable")
    return _cents(text, unit, decimal)


@lru_cache(maxsize=4096)
def _cents(text: str, unit: Literal["euros", "cents"], decimal: Literal[",", "."] | None) -> int | None:
    text = clean(text)
    if not text or key(text) in NOTHING:
        return None
    if key(text) in _FREE:
        return 0
    bare = re.sub(r"[\s\xa0\u202f€$£]|EUR|CHF|USD|GBP|euros?|TTC", "", text, flags=re.IGNORECASE)
    bare = bare.replace("\N{MINUS SIGN}", "-")
    if not _AMOUNT.fullmatch(bare):
        raise Unreadable("ticket-price-unreadable")
    bare = bare.replace("'", "")
    marks = [c for c in bare if c in ",."]
    if decimal is not None:
        bare = bare.replace("." if decimal == "," else ",", "")
    elif marks:
        last = marks[-1]
        ends = len(bare) - 1 - bare.rindex(last)
        if marks.count(last) > 1 or (ends == 3 and (len(marks) == 1 or len(set(marks)) == 1)):
            bare = bare.replace(last, "")
        else:
            bare = bare.replace("," if last == "." else ".", "")
    value = float(bare.replace(",", "."))
    return round(value if unit == "cents" else value * 100)


def quantity(text: str) -> int:
    """How many people, 1 where nothing is written. Raises Unreadable."""
    text = clean(text)
    if not text:
        return 1
    found = re.fullmatch(r"([0-9]{1,5})(?:[.,]0+)?", text)
    number = int(found[1]) if found else 0
    if not 1 <= number <= 65535:
        raise Unreadable("ticket-quantity-unreadable")
    return number


# Places of residence

_ISO3: Final = {
    "fra": "FR", "bel": "BE", "che": "CH", "deu": "DE", "esp": "ES", "ita": "IT", "gbr": "GB", "usa": "US",
    "lux": "LU", "nld": "NL", "prt": "PT", "mco": "MC", "can": "CA", "aut": "AT", "pol": "PL", "irl": "IE",
}  # fmt: skip
_ALSO: Final = {
    "etatsunis": "US", "usa": "US", "uk": "GB", "angleterre": "GB", "england": "GB", "hollande": "NL",
    "francemetropolitaine": "FR", "coteivoire": "CI", "republiquetcheque": "CZ", "czechrepublic": "CZ",
    "grandebretagne": "GB", "greatbritain": "GB",
}  # fmt: skip


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("de", "es", "it", "nl", "en", "fr"):
        try:
            territories = Locale(language).territories
        except UnknownLocaleError:  # a locale that this build of Babel lacks
            continue
        found |= {key(name): code for code, name in territories.items() if len(code) == 2 and code.isalpha()}
    return found | _ISO3 | _ALSO


def country(text: str) -> str | None:
    """The ISO code of a country given by its code or its name in one of our neighbours' languages."""
    return _country(text) if len(text) <= LONGEST_WORD else None


@lru_cache(maxsize=4096)
def _country(text: str) -> str | None:
    text = clean(text)
    if len(text) == 2 and text.isascii() and text.isalpha() and text.upper() in set(_countries().values()):
        return text.upper()
    return _countries().get(key(text))


def origin(postcode: str, nation: str = "") -> str | None:
    """The label of a place of residence: « FR-13001 », the code of another country, None where it is not certain."""
    return _origin(postcode[:LONGEST_WORD], nation[:LONGEST_WORD])


@lru_cache(maxsize=16384)
def _origin(postcode: str, nation: str) -> str | None:
    code = country(nation) if nation else None
    if nation and code is None and clean(nation):
        return None
    digits = "".join(clean(postcode).split())
    if digits[:2].upper() in {"F-", "FR"}:
        digits = digits[2:].lstrip("-")
    digits = digits[:-2] if digits.endswith((".0", ",0")) else digits
    if code not in {None, "FR"}:
        return code
    if code == "FR" and len(digits) == 4 and digits.isdecimal():
        digits = f"0{digits}"
    if (
        len(digits) == 5
        and digits.isascii()
        and digits.isdecimal()
        and ("01" <= digits[:2] <= "95" or digits[:2] in {"97", "98"})
    ):
        return "MC" if digits.startswith("980") else f"FR-{digits}"
    return code
