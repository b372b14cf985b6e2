"""Every way in which a page writes a number: in full where its node is explained, rounded where it is said."""

from typing import Final

from babel.numbers import format_decimal

from dashboards.formats import LOCALES
from dashboards.impact.numbers import amount, amounts, plain, ratios, share, shares, short, signed, significant
from dashboards.measures import Language
from events_api.domain.impact.formulas import Unit
from events_api.domain.impact.summaries import Distribution, rounded
from events_api.text.formats import decimal

DIGITS: Final = 6
"""How many digits a number without a natural smallest unit is written with."""


def in_full(value: float, unit: Unit, language: Language) -> str:
    """The number as exactly as it is worth reading, without its unit."""
    if unit == "identifier":
        return f"{value:.0f}"
    if unit == "eur":
        return signed(decimal(value, language, places=0 if value == round(value) else 2))
    words = format_decimal(rounded(value, DIGITS), format="#,##0.##########", locale=LOCALES[language])
    return signed(words)


def as_said(
    value: float, unit: Unit, interval: tuple[float | None, float | None] | None, language: Language
) -> tuple[str, ...]:
    """The number as pages round it, the most exact first; a median also with its P10 and P90."""
    of = None if interval is None else Distribution(p10=interval[0], p50=value, p90=interval[1])
    if unit == "identifier":
        found = [in_full(value, unit, language)]
    elif unit == "eur":
        found = [amount(value, language), short(value, language), *([] if of is None else [amounts(of, language)])]
    elif unit == "share":
        found = [significant(value, language), share(value, language), *([] if of is None else [shares(of, language)])]
    elif unit == "number":
        found = [signed(decimal(value, language, places=3)), plain(value, language)]
    else:
        found = [plain(value, language), significant(value, language), *([] if of is None else [ratios(of, language)])]
        found += [amount(value, language)] if unit.startswith("eur_per") and unit != "eur_per_eur" else []
        found += [plain(round(value), language)] if abs(value) >= 100 or unit == "kg_co2e" else []
    return tuple(dict.fromkeys(found))
