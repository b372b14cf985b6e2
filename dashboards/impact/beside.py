"""The numbers that stand beside an assessment and are none of its nodes: counts, other editions, what follows."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from dashboards.attendance.funnel import Step, funnel_steps, step_value
from dashboards.formats import number, say
from dashboards.impact.facts import EditionOfEvent, Observed, Visits
from dashboards.impact.footprints import footprint_node
from dashboards.impact.numbers import amount, plain, significant
from dashboards.impact.trend import Point, Trend, change_words, trends_of
from dashboards.measures import Language
from dashboards.words import QUANTITY_NAMES, Quantity
from events_api.domain.attendance import Grade
from events_api.text.catalogue import label
from events_api.text.formats import percent

By = Literal["count", "figure", "entry", "subsidy", "assessment", "formula"]
FOOTPRINTS: Final = {
    "kg": ("kg_per_unique_visitor",),
    "net": ("net_primary_impact", "unique_visitors"),
    "nights": ("new_nights_all",),
}
"""Which numbers of an assessment each of a visitor is made from."""


class Beside(Struct, frozen=True, kw_only=True):
    """One number: in the words of the page, `also` in other ones, and who says it of which edition.

    What is computed has a formula and the keys of its inputs; `nodes` are those of the assessment `number`.
    """

    key: str
    label: str
    words: str
    also: tuple[str, ...] = ()
    by: By
    edition: str
    grade: Grade | None = None
    quantity: Quantity | None = None
    formula: str = ""
    inputs: tuple[str, ...] = ()
    number: int = 0
    nodes: tuple[str, ...] = ()


def beside_numbers(
    edition: str, visits: Visits | None, editions: Sequence[EditionOfEvent], language: Language
) -> dict[str, Beside]:
    """Every number of the funnel, of the trend and of the footprints, by its key."""
    found: list[Beside] = []
    if visits is not None:
        found += _funnel(edition, visits, language)
    for one in trends_of(editions, language):
        found += _trend(one, language)
    for each in editions:
        found += _footprints(each, language)
    return {one.key: one for one in found}


def leaves(found: dict[str, Beside], key: str) -> list[Beside]:
    """What a number stands on: itself where nobody computed it."""
    one = found[key]
    return [leaf for name in one.inputs for leaf in leaves(found, name)] if one.inputs else [one]


def _funnel(edition: str, visits: Visits, language: Language) -> Iterator[Beside]:
    total, steps = visits.total, {step.key: step for step in funnel_steps(visits.total, language)}
    counted = {
        "tickets_cancelled": (
            say(language, "Billets annulés ou remboursés", "Tickets cancelled or refunded"),
            number(total.tickets_cancelled, language),
        ),
        "entries_in": (QUANTITY_NAMES["entries_in"].read(language)[0].capitalize(), number(total.entries_in, language)),
    } | {key: (step.name, step_value(step, language)) for key, step in steps.items() if step.value is not None}
    for key, (name, words) in counted.items():
        yield Beside(key=key, label=name, words=words, by="count", edition=edition, grade=visits.grade)
    yield from _ratios(edition, visits, steps, language)


def _ratios(edition: str, visits: Visits, steps: dict[str, Step], language: Language) -> Iterator[Beside]:
    absent = visits.total.no_show
    scanned, entered, people = (steps[key].value for key in ("tickets_scanned", "attendances", "unique_visitors"))
    found: list[tuple[str, str, float | None, str, tuple[str, str]]] = [
        (
            "scanned_share",
            say(language, "Part des billets émis qui ont été scannés", "Share of the issued tickets that were scanned"),
            None if absent is None else 1 - absent,
            "tickets_scanned / tickets_issued",
            ("tickets_scanned", "tickets_issued"),
        ),
        (
            "no_show",
            say(language, "Absentéisme", "No-show"),
            absent,
            "1 - tickets_scanned / tickets_issued",
            ("tickets_scanned", "tickets_issued"),
        ),
        (
            "days_per_ticket",
            say(language, "Entrées-jour par billet scanné", "Entry-days per scanned ticket"),
            entered / scanned if entered and scanned else None,
            "attendances / tickets_scanned",
            ("attendances", "tickets_scanned"),
        ),
        (
            "days_per_visitor",
            say(language, "Entrées-jour par visiteur", "Entry-days per visitor"),
            entered / people if entered and people else None,
            "attendances / unique_visitors",
            ("attendances", "unique_visitors"),
        ),
    ]
    for key, name, value, formula, inputs in found:
        if value is not None:
            words = percent(value, language) if key in ("scanned_share", "no_show") else number(value, language)
            yield Beside(
                key=key,
                label=name,
                words=words,
                by="formula",
                edition=edition,
                grade=visits.grade,
                formula=formula,
                inputs=inputs,
            )


def _trend(one: Trend, language: Language) -> Iterator[Beside]:
    for point in one.points:
        if point.value is not None or point.other is not None:
            yield _value(one, point, language)
        yield from _index(one, point, language)
    if one.runs and len(one.runs[-1]) > 1:
        first, last = one.runs[-1][0], one.runs[-1][-1]
        if first.value and last.value is not None:
            yield _computed(
                one,
                last,
                "change",
                say(language, "variation", "change"),
                change_words(last.value / first.value - 1, language),
                f"{_in_formula(one, last)} / {_in_formula(one, first)} - 1",
                (one.node(last), one.node(first)),
            )


def _value(one: Trend, point: Point, language: Language) -> Beside:
    of: Observed | None = point.other or point.observed
    unit = one.unit if point.other is None else QUANTITY_NAMES[point.other.quantity].read(language)[0]
    by: By = of.by if of else "subsidy" if one.key == "subsidy" else "entry"
    return Beside(
        key=one.node(point),
        label=f"{one.name} ({unit}), {point.edition.year}",
        words=point.words if point.other is None else number(point.other.value, language),
        by=by,
        edition=point.edition.id,
        grade=point.grade,
        quantity=of.quantity if of else None,
        formula="revenue_ticketing + revenue_bars_merch" if one.key == "own_income" else "",
    )


def _index(one: Trend, point: Point, language: Language) -> Iterator[Beside]:
    index, base = one.index(point), one.base(point)
    if index is not None and base is not None:
        yield _computed(
            one,
            point,
            "index",
            say(language, "indice", "index"),
            plain(round(index), language),
            f"100 * {_in_formula(one, point)} / {_in_formula(one, base)}",
            (one.node(point), one.node(base)),
            also=(plain(index, language),),
        )


def _in_formula(one: Trend, point: Point) -> str:
    return f"{one.key}_{point.edition.year}"


def _computed(
    one: Trend,
    point: Point,
    about: str,
    what: str,
    words: str,
    formula: str,
    inputs: tuple[str, ...],
    *,
    also: tuple[str, ...] = (),
) -> Beside:
    return Beside(
        key=one.node(point, about),
        label=f"{one.name}, {what}, {point.edition.year}",
        words=words,
        also=tuple(other for other in also if other != words),
        by="formula",
        edition=point.edition.id,
        grade=point.grade,
        formula=formula,
        inputs=tuple(dict.fromkeys(inputs)),
    )


def _footprints(one: EditionOfEvent, language: Language) -> Iterator[Beside]:
    of = one.footprint
    if of is None:
        return
    about = {
        "kg": (
            label("impact_figure", "kg_per_unique_visitor", language),
            f"{significant(of.kg, language)}\u00a0kg",
            of.kg,
        ),
        "net": (
            say(language, "Impact primaire net par visiteur", "Net primary impact per visitor"),
            amount(of.net_euros, language),
            of.net_euros,
        ),
        "nights": (
            label("impact_figure", "new_nights_all", language),
            plain(round(of.nights), language),
            of.nights,
        ),
    }
    for key, (name, words, value) in about.items():
        nodes = FOOTPRINTS[key]
        exact = plain(value, language)
        yield Beside(
            key=footprint_node(key, one),
            label=f"{name}, {one.year}",
            words=words,
            also=(exact,) if exact != words else (),
            by="assessment",
            edition=one.id,
            grade=of.grade,
            formula=" / ".join(nodes),
            number=of.number,
            nodes=nodes,
        )
