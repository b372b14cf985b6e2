"""Estimates in words: two significant digits with their interval, amounts, ratios, shares."""

import math
from typing import Final

from dashboards.formats import number, say
from dashboards.measures import Language
from events_api.domain.impact.summaries import Distribution, Printed, printed, rounded
from events_api.text.formats import decimal, percent

_UNITS: Final = {0: ("€", ""), 3: ("k€", "k"), 6: ("M€", "m"), 9: ("Md€", "bn")}


def signed(words: str) -> str:
    """With the sign that is as wide as a digit."""
    return words.replace("-", "−")


def plain(value: float, language: Language) -> str:
    """A number with two decimals at most, never « -0 »."""
    return signed(number(round(value, 2) + 0.0, language))


def significant(value: float, language: Language) -> str:
    """Two significant digits, the last of them written even if it is zero, and every digit before the decimal sign."""
    if not value:
        return "0"
    exponent = math.floor(math.log10(abs(rounded(value))))
    if exponent >= 1:
        return plain(rounded(value, exponent + 1), language)
    return signed(decimal(rounded(value), language, places=1 - exponent))


def amount(value: float, language: Language) -> str:
    """Whole euros."""
    words = plain(round(value), language)
    if language == "fr":
        return f"{words}\u00a0€"
    return words.replace("−", "−€") if words.startswith("−") else f"€{words}"


def short(value: float, language: Language) -> str:
    """Thousands or millions of euros, three digits, beside a mark."""
    value = rounded(value, 3) if value else 0.0
    power = next((power for power in (9, 6, 3) if abs(value) >= 10**power), 0)
    words = plain(value / 10**power, language)
    if language == "fr":
        return f"{words}\u00a0{_UNITS[power][0]}"
    sign = "−" if words.startswith("−") else ""
    return f"{sign}€{words.removeprefix('−')}{_UNITS[power][1]}"


def headline(of: Printed, language: Language) -> str:
    """« 440 k€ [240–670] »."""
    value, low, high = (significant(part, language) for part in (of.value, of.low, of.high))
    between = _between(low, high, language)
    if language == "fr":
        return f"{value}\u00a0{_UNITS[of.power][0]} {between}"
    sign = "−" if value.startswith("−") else ""
    return f"{sign}€{value.removeprefix('−')}{_UNITS[of.power][1]} {between}"


def amounts(of: Distribution, language: Language) -> str:
    """An amount and its interval, or that there is none."""
    found = printed(of)
    return "—" if found is None else headline(found, language)


def ratios(of: Distribution, language: Language) -> str:
    """A ratio and its interval."""
    if of.p10 is None or of.p50 is None or of.p90 is None:
        return "—"
    low, high = significant(of.p10, language), significant(of.p90, language)
    return f"{significant(of.p50, language)} {_between(low, high, language)}"


def shares(of: Distribution, language: Language) -> str:
    """A share and its interval, which may have no upper end."""
    if of.p50 is None:
        return "—"
    if of.p10 is None:
        return share(of.p50, language)
    high = say(language, "sans limite", "no limit") if of.p90 is None else share(of.p90, language)
    return f"{share(of.p50, language)} [{share(of.p10, language)}\u00a0–\u00a0{high}]"


def share(value: float, language: Language) -> str:
    """A share in whole percents, where it is not nearly nothing or nearly all."""
    if 0 < value < 0.01:
        return say(language, "moins de 1\u00a0%", "less than 1%")
    if 0.99 < value < 1:
        return say(language, "plus de 99\u00a0%", "more than 99%")
    return percent(value, language, places=0)


def values(of: Distribution) -> tuple[float, ...]:
    """The median, the P10 and the P90, or nothing where one of them has no number."""
    found = tuple(part for part in (of.p50, of.p10, of.p90) if part is not None)
    return found if len(found) == 3 else ()


def _between(low: str, high: str, language: Language) -> str:
    link = say(language, " à ", " to ") if "−" in low + high else "–"
    return f"[{low}{link}{high}]"
