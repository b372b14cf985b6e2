"""Chart 12: three to five editions of the event, attendance, subsidy and own income, each from 100 at its first."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from dashboards.attendance.canvas import Badge
from dashboards.formats import euros, number, say
from dashboards.impact.facts import EditionOfEvent, ImpactFacts, Observed
from dashboards.impact.marks import Axis, ImpactChart, Look, Panel, Row, bar
from dashboards.impact.numbers import plain, short
from dashboards.impact.words import titled
from dashboards.measures import GRADES, UNVERIFIED, Language, Text
from dashboards.parts import BESIDE, beside, flat, parts
from dashboards.tables import Cell, Header, linked_cell, not_measured
from dashboards.words import QUANTITY_NAMES, Quantity, grade_words
from events_api.domain.attendance import Grade
from events_api.text.formats import percent

BASE: Final = 100.0
ATTENDANCE: Final = Text("Fréquentation", "Attendance")
SUBSIDY: Final = Text("Aide de la métropole", "Support of the métropole")
DEFINED: Final = Text(
    "Aide\u00a0: numéraire accordé. Recettes propres\u00a0: ventes au public.",
    "Support: cash that was granted. Own income: sales to visitors.",
)
QUANTITIES: Final[tuple[Quantity, ...]] = (
    "attendances", "unique_visitors", "entries_in", "tickets_issued", "attendance_as_printed",
)  # fmt: skip
OWN_INCOME: Final = Text("Recettes propres", "Own income")


class Point(Struct, frozen=True, kw_only=True):
    """One edition on a trend. Without a value it is a gap, and `words` say why; `beside` is what a bar has room for.

    An attendance has what was observed; the number in the words is that of another quantity where `other` holds it.
    """

    edition: EditionOfEvent
    value: float | None
    words: str
    beside: str
    grade: Grade | None = None
    observed: Observed | None = None
    other: Observed | None = None


class Trend(Struct, frozen=True, kw_only=True):
    """One small multiple: the same editions as the others, on its own index."""

    key: str
    name: str
    unit: str
    points: tuple[Point, ...]

    @property
    def known(self) -> tuple[Point, ...]:
        """The points that have a value."""
        return tuple(point for point in self.points if point.value is not None)

    def node(self, point: Point, about: str = "") -> str:
        """The key of a value, or of what is said of it."""
        return "_".join(part for part in (self.key, about, point.edition.id.replace("-", "")) if part)

    def index(self, point: Point) -> float | None:
        """The value against the first one of its stretch that is not zero: no base of another grade."""
        base = self.base(point)
        return None if base is None or not base.value or point.value is None else point.value / base.value * BASE

    def base(self, point: Point) -> Point | None:
        """The first point of its stretch that is not zero."""
        stretch = next((run for run in self.runs if point in run), [])
        return next((one for one in stretch if one.value), None)

    @property
    def runs(self) -> list[list[Point]]:
        """The known points in stretches of one grade: what may be compared (§7.2)."""
        found: list[list[Point]] = []
        for point in self.known:
            if found and found[-1][-1].grade == point.grade:
                found[-1].append(point)
            else:
                found.append([point])
        return found


def trend(facts: ImpactFacts, language: Language) -> ImpactChart | None:
    """The editions of the event; None where fewer than two have a figure."""
    trends = trends_of(facts.editions, language)
    if max((len(one.known) for one in trends), default=0) < 2:
        return None
    said = parts(" ".join((*(_sentence(one, language) for one in trends), DEFINED.read(language)[0])))
    return ImpactChart(
        id="trend",
        measure="attendance",
        language=language,
        title=titled(
            "Tendance d’une édition à l’autre (indice 100 à la première connue)",
            "Trend from one edition to the next (index 100 at the first known)",
            facts,
            language,
        ),
        sentence=flat(said),
        parts=said,
        panels=tuple(_panel(one, language) for one in trends),
        headers=(
            Header(label=say(language, "Édition", "Edition")),
            Header(label=say(language, "Grandeur", "Quantity"), width=1.6),
            Header(label=say(language, "Valeur", "Value"), numeric=True),
            Header(label=say(language, "Indice", "Index"), numeric=True),
            Header(label=say(language, "Grade de preuve", "Evidence grade")),
        ),
        looks=_looks(trends, language),
        badges=_badges(facts.editions, language),
        beside=True,
    )


def trends_of(editions: Sequence[EditionOfEvent], language: Language) -> tuple[Trend, ...]:
    """Attendance in the quantity that most editions have, cash of the métropole, what was sold to visitors."""
    quantity = shared_quantity(editions)
    return (
        Trend(
            key="attendance",
            name=ATTENDANCE.read(language)[0],
            unit=QUANTITY_NAMES[quantity].read(language)[0],
            points=tuple(_observed(one, quantity, language) for one in editions),
        ),
        Trend(
            key="subsidy",
            name=SUBSIDY.read(language)[0],
            unit=say(language, "euros", "euros"),
            points=tuple(_amount(one, one.subsidy_cents, language) for one in editions),
        ),
        Trend(
            key="own_income",
            name=OWN_INCOME.read(language)[0],
            unit=say(language, "euros", "euros"),
            points=tuple(_amount(one, one.own_income_cents, language) for one in editions),
        ),
    )


def shared_quantity(editions: Sequence[EditionOfEvent]) -> Quantity:
    """The quantity that most editions have: one on the axis, never two."""
    return max(QUANTITIES, key=lambda name: sum(_best(one, name) is not None for one in editions))


def _best(edition: EditionOfEvent, quantity: Quantity) -> Observed | None:
    """The figure of the best grade."""
    found = [one for one in edition.figures if one.quantity == quantity]
    return min(found, key=lambda one: GRADES.index(one.grade)) if found else None


def _observed(edition: EditionOfEvent, quantity: Quantity, language: Language) -> Point:
    best = _best(edition, quantity)
    if best is not None:
        words = number(best.value, language)
        return Point(
            edition=edition,
            value=best.value,
            words=words,
            beside=f"{words} ({best.grade})",
            grade=best.grade,
            observed=best,
        )
    other = next((found for name in QUANTITIES if (found := _best(edition, name))), None)
    if other is None:
        return Point(edition=edition, value=None, words=not_measured(language), beside=not_measured(language))
    what = f"{number(other.value, language)}\u00a0{QUANTITY_NAMES[other.quantity].read(language)[0]}"
    words = say(language, f"autre grandeur, non comparable : {what}", f"another quantity, not comparable: {what}")
    short_words = say(language, "autre grandeur", "other quantity")
    return Point(edition=edition, value=None, words=words, beside=short_words, grade=other.grade, other=other)


def _amount(edition: EditionOfEvent, cents: int | None, language: Language) -> Point:
    if cents is None:
        words = say(language, "non renseigné", "not given")
        return Point(edition=edition, value=None, words=words, beside=words)
    return Point(edition=edition, value=cents, words=euros(cents, language), beside=short(cents / 100, language))


def _panel(one: Trend, language: Language) -> Panel:
    rows = []
    before: Grade | None = None
    for rank, point in enumerate(one.points):
        if point.value is not None:
            if before is not None and point.grade is not None and point.grade != before:
                rows.append(_break(one, rank, before, point.grade, language))
            before = point.grade
        rows.append(_row(one, point, language))
    return Panel(
        name=f"{one.name} ({one.unit})",
        axis=Axis(
            title=say(language, "Indice.", "Index."),
            unit="index",
            line=BASE,
            line_label=say(
                language,
                "Trait : 100, la première édition connue ou après une rupture.",
                "Line: 100, the first edition that is known or after a break.",
            )
            if len(one.runs) > 1
            else say(
                language, "Trait : 100, la première édition connue.", "Line: 100, the first edition that is known."
            ),
        ),
        rows=tuple(rows),
    )


def _row(one: Trend, point: Point, language: Language) -> Row:
    index = one.index(point)
    look: Look = "grey" if point.grade in UNVERIFIED else "other" if point.grade is None else "total"
    shown = "—" if index is None else plain(round(index), language)
    return Row(
        key=f"{one.key}-{point.edition.id}",
        label=_name(point.edition, language),
        marks=() if index is None else (bar(0, index, look),),
        words=point.beside,
        cells=(
            Cell(text=f"{one.name} ({one.unit})"),
            _value_cell(one, point, language),
            Cell(text=shown, numeric=True, missing=True)
            if index is None
            else Cell(text=shown, numeric=True, node=BESIDE + one.node(point, "index"), values=(index,)),
            Cell(text="—", missing=True)
            if point.grade is None
            else Cell(text=grade_words(point.grade, language), grade=point.grade),
        ),
    )


def _value_cell(one: Trend, point: Point, language: Language) -> Cell:
    if point.other is not None:
        amount = number(point.other.value, language)
        return linked_cell(point.words.replace(amount, beside(amount, one.node(point)), 1), missing=True, numeric=True)
    if point.value is None:
        return Cell(text=point.words, numeric=True, missing=True)
    return Cell(text=point.words, numeric=True, node=BESIDE + one.node(point))


def _break(one: Trend, rank: int, before: Grade, after: Grade, language: Language) -> Row:
    """A row between two figures of another grade: what is above it does not compare with what is below, whose index
    begins again."""
    between = say(language, f"{before} puis {after}", f"{before} then {after}")
    return Row(
        key=f"{one.key}-break-{rank}",
        label=say(language, "— rupture —", "— break —"),
        marks=(),
        words=between + say(language, ", repart de 100", ", from 100 again"),
        cells=(
            Cell(text=f"{one.name} ({one.unit})"),
            Cell(
                text=between
                + say(
                    language,
                    " : non comparable, l’indice repart de 100",
                    ": not comparable, the index begins again at 100",
                )
            ),
            Cell(text="—", missing=True),
            Cell(text="—", missing=True),
        ),
    )


def _name(edition: EditionOfEvent, language: Language) -> str:
    words = str(edition.year)
    return words + say(language, " (simulé)", " (simulated)") if edition.simulated else words


def _sentence(one: Trend, language: Language) -> str:
    """How far the last stretch of one grade goes; no percentage across a break."""
    known = one.known
    if len(known) < 2:
        return say(
            language,
            f"{one.name} : une édition connue au plus, sans tendance.",
            f"{one.name}: one edition known at most, no trend.",
        )
    runs = one.runs
    first, last = runs[-1][0], runs[-1][-1]
    if first is last:
        words = say(
            language,
            f"{one.name} : l’édition {last.edition.year} ({last.grade}) ne se compare pas aux précédentes, dont le "
            "grade de preuve diffère.",
            f"{one.name}: the edition of {last.edition.year} ({last.grade}) does not compare with those before, of "
            "another evidence grade.",
        )
    else:
        words = _change(one, first, last, language)
        if len(runs) > 1:
            words += " " + say(
                language,
                "Ce qui précède est d’un autre grade de preuve et ne s’y compare pas.",
                "What comes before is of another evidence grade and does not compare.",
            )
    gaps = [str(point.edition.year) for point in one.points if point.value is None]
    if gaps:
        words += " " + say(language, f"Sans chiffre : {', '.join(gaps)}.", f"Without a figure: {', '.join(gaps)}.")
    return words


def _change(one: Trend, first: Point, last: Point, language: Language) -> str:
    if not first.value or last.value is None:
        by = ""
    else:
        change = last.value / first.value - 1
        by = f" ({beside(change_words(change, language), one.node(last, 'change'))})"
    grade = "" if last.grade is None else f", grade {last.grade}"
    unit = "" if one.key != "attendance" else f" {one.unit}"
    was, now = beside(first.words, one.node(first)), beside(last.words, one.node(last))
    return say(
        language,
        f"{one.name} : {was}{unit} en {first.edition.year}, {now} en {last.edition.year}{by}{grade}.",
        f"{one.name}: {was}{unit} in {first.edition.year}, {now} in {last.edition.year}{by}{grade}.",
    )


def change_words(change: float, language: Language) -> str:
    """A change with its sign."""
    return f"{'+' if change >= 0 else '−'}{percent(abs(change), language)}"


def _looks(trends: Sequence[Trend], language: Language) -> tuple[tuple[Look, str], ...]:
    grades = {point.grade for point in trends[0].known}
    found: list[tuple[Look, str]] = []
    if grades - UNVERIFIED:
        found.append(("total", say(language, "fréquentation vérifiée (A à D)", "verified attendance (A to D)")))
    if grades & UNVERIFIED:
        found.append(("grey", say(language, "déclarée ou prévue (E, F)", "declared or forecast (E, F)")))
    if any(trend.known for trend in trends[1:]):
        found.append(("other", say(language, "euros", "euros")))
    return tuple(found)


def _badges(editions: Sequence[EditionOfEvent], language: Language) -> tuple[Badge, ...]:
    if not any(one.simulated for one in editions):
        return ()
    return (Badge(text=say(language, "données simulées", "simulated data"), kind="simulated"),)
