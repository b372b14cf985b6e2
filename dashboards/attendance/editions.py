"""Comparison with former editions at the same number of days, and chart 12: the trend of three to five years."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from dashboards.attendance.canvas import BLUE, NARROW, SMALL, WIDE, Canvas, Drawing
from dashboards.attendance.facts import VisitFacts
from dashboards.formats import counted, euros, number, say
from dashboards.measures import GRADES, UNVERIFIED, Category, ChartSpec, Language, Point, Series
from dashboards.scales import text_width, ticks, wrap
from dashboards.svg import render_svg
from dashboards.tables import Cell, Header, Table, chart_table, not_measured
from dashboards.words import GRADE_NAMES, QUANTITY_NAMES, Quantity, grade_words
from events_api.domain.attendance import Grade
from events_api.text.formats import percent

YEARS = 5


class Counted(Struct, frozen=True, kw_only=True):
    """The entry-days of an edition: of its first days, and of the others."""

    label: str
    days: int
    first: int
    rest: int


def comparison(facts: VisitFacts, language: Language) -> Drawing | None:
    """The counted editions of the event, each over as many days as this one has; None without a former one."""
    mine = [(day, count.attendances) for day, count in facts.days.items() if count.attendances]
    former = [edition for edition in facts.former if any(people for _, people in edition.days)]
    dated = [pair for pair in mine if pair[0] != dt.date.max]
    if not dated or not former:
        return None
    span = len(dated)
    rows = [_counted(str(facts.year), mine, span, facts.simulated, language)]
    rows += [
        _counted(str(edition.year), edition.days, span, edition.simulated, language)
        for edition in sorted(former, key=lambda one: -one.year)[: YEARS - 1]
    ]
    days = counted(span, language, *_days(language))
    title = say(
        language,
        f"Entrées-jour à nombre de jours égal ({days}), {facts.event}",
        f"Entry-days over the same number of days ({days}), {facts.event}",
    )
    sentence = _compared(rows, span, language)
    spec = ChartSpec(
        id="comparison",
        measure="visits",
        language=language,
        kind="stacked_bar",
        title=title,
        territory="",
        category_axis=say(language, "Édition", "Edition"),
        value_axis=QUANTITY_NAMES["attendances"].read(language)[0].capitalize(),
        unit="count",
        categories=tuple(Category(key=str(rank), label=row.label) for rank, row in enumerate(rows)),
        series=tuple(
            series
            for series in (
                Series(
                    id="first",
                    label=say(
                        language, f"les {span} premiers jours" if span > 1 else "le premier jour", f"first {days}"
                    ),
                    points=tuple(Point(value=row.first, grade="A") for row in rows),
                ),
                Series(
                    id="rest",
                    label=say(language, "jours suivants", "later days"),
                    points=tuple(Point(value=row.rest) for row in rows),
                ),
            )
            if series.id == "first" or any(row.rest for row in rows)
        ),
        summary=sentence,
    )
    return Drawing(
        id="comparison",
        measure="visits",
        title=title,
        sentence=sentence,
        wide=render_svg(spec, width=WIDE),
        narrow=render_svg(spec, width=NARROW),
        table=chart_table(spec),
    )


def _days(language: Language) -> tuple[str, str]:
    return ("jour", "jours") if language == "fr" else ("day", "days")


def _counted(year: str, days: Sequence[tuple[dt.date, int]], span: int, simulated: bool, language: Language) -> Counted:
    ordered = [people for day, people in sorted(days) if day != dt.date.max and people]
    unknown = sum(people for day, people in days if day == dt.date.max)
    label = year + (say(language, " (simulé)", " (simulated)") if simulated else "")
    if len(ordered) < span:
        label += f", {counted(len(ordered), language, *_days(language))}"
    return Counted(label=label, days=len(ordered), first=sum(ordered[:span]), rest=sum(ordered[span:]) + unknown)


def _compared(rows: Sequence[Counted], span: int, language: Language) -> str:
    now, before = rows[0], rows[1]
    days = counted(span, language, *_days(language))
    if not before.first:
        return say(language, f"Édition précédente sans comptage sur {days}.", f"No former count over {days}.")
    change = now.first / before.first - 1
    words = say(language, "de plus" if change >= 0 else "de moins", "more" if change >= 0 else "fewer")
    text = say(
        language,
        f"Sur {days}, {number(now.first, 'fr')} entrées-jour contre {number(before.first, 'fr')} à l’édition "
        f"{before.label} : {percent(abs(change), 'fr')} {words}.",
        f"Over {days}, {number(now.first, 'en')} entry-days against {number(before.first, 'en')} for the edition of "
        f"{before.label}: {percent(abs(change), 'en')} {words}.",
    )
    if before.days < span:
        text += " " + say(
            language,
            f"Attention : cette édition-là n’a duré que {counted(before.days, 'fr', 'jour', 'jours')}.",
            f"Mind that that edition lasted only {counted(before.days, 'en', 'day', 'days')}.",
        )
    return text


class Year(Struct, frozen=True, kw_only=True):
    """One edition on a trend: its value in words, its number, its grade where it has one."""

    year: int
    value: int | None
    words: str
    grade: Grade | None = None


class Panel(Struct, frozen=True, kw_only=True):
    """One trend: the same years as the other panels, each on its own index."""

    name: str
    unit: str
    years: tuple[Year, ...]

    @property
    def base(self) -> int | None:
        """The first known value, which stands for 100."""
        return next((year.value for year in self.years if year.value), None)

    def index(self, year: Year) -> float | None:
        """The value against the first known one."""
        return None if year.value is None or not self.base else year.value * 100 / self.base


def trend(facts: VisitFacts, language: Language) -> Drawing | None:
    """Attendance with its grades, subsidy and own income, each from 100; None with fewer than two years known."""
    quantity = _shared_quantity(facts)
    if quantity is None:
        return None
    editions = _editions(facts)
    figures = {edition: _figure(facts, edition, quantity) for edition in editions}
    money = {one.edition: one for one in facts.money}
    panels = (
        Panel(
            name=say(language, "Fréquentation", "Attendance"),
            unit=QUANTITY_NAMES[quantity].read(language)[0],
            years=tuple(_observed(year, figures[edition], language) for edition, year in editions.items()),
        ),
        Panel(
            name=say(language, "Subvention accordée", "Subsidy granted"),
            unit="euros",
            years=tuple(
                _amount(year, money[edition].subsidy_cents if edition in money else None, language)
                for edition, year in editions.items()
            ),
        ),
        Panel(
            name=say(language, "Recettes propres", "Own income"),
            unit="euros",
            years=tuple(
                _amount(year, money[edition].own_income_cents if edition in money else None, language)
                for edition, year in editions.items()
            ),
        ),
    )
    if sum(year.value is not None for year in panels[0].years) < 2:
        return None
    title = say(
        language,
        f"Tendance sur {counted(len(editions), 'fr', 'édition', 'éditions')} (indice 100 à la première connue), "
        f"{facts.event}",
        f"Trend over {counted(len(editions), 'en', 'edition', 'editions')} (index 100 at the first known), "
        f"{facts.event}",
    )
    sentence = _trend_sentence(panels[0], language)
    return Drawing(
        id="trend",
        measure="attendance",
        title=title,
        sentence=sentence,
        wide=_draw(panels, WIDE, title, sentence, language),
        narrow=_draw(panels, NARROW, title, sentence, language),
        table=_table(panels, title, sentence, language),
    )


def _editions(facts: VisitFacts) -> dict[str, int]:
    """The last editions up to this one, in order."""
    years = {edition.id: edition.year for edition in facts.history if edition.year <= facts.year}
    years |= {edition.id: edition.year for edition in facts.former if edition.year <= facts.year}
    years[facts.id] = facts.year
    ordered = sorted(years.items(), key=lambda pair: (pair[1], pair[0]))
    return dict(ordered[-YEARS:])


def _figure(facts: VisitFacts, edition: str, quantity: Quantity) -> tuple[int, Grade] | None:
    """What was counted, else the figure of the best grade on file."""
    if quantity == "attendances":
        if edition == facts.id and facts.total and facts.total.attendances:
            return facts.total.attendances, "A"
        for one in facts.former:
            if one.id == edition and (total := sum(people for _, people in one.days)):
                return total, "A"
    figures = [
        (GRADES.index(figure.grade), figure.value, figure.grade)
        for one in facts.history
        if one.id == edition
        for figure in one.attendances
        if figure.quantity == quantity
    ]
    return min(figures)[1:] if figures else None


def _shared_quantity(facts: VisitFacts) -> Quantity | None:
    """The quantity that most editions have; one quantity on the axis, never two."""
    editions = _editions(facts)
    known = {
        quantity: sum(_figure(facts, edition, quantity) is not None for edition in editions)
        for quantity in QUANTITY_NAMES
    }
    best = max(known, key=lambda quantity: known[quantity])
    return best if known[best] > 1 else None


def _amount(year: int, cents: int | None, language: Language) -> Year:
    words = say(language, "non renseigné", "not given") if cents is None else euros(cents, language)
    return Year(year=year, value=cents, words=words)


def _observed(year: int, figure: tuple[int, Grade] | None, language: Language) -> Year:
    if figure is None:
        return Year(year=year, value=None, words=not_measured(language))
    return Year(year=year, value=figure[0], words=number(figure[0], language), grade=figure[1])


def _trend_sentence(panel: Panel, language: Language) -> str:
    known = [year for year in panel.years if year.value is not None]
    first, last = known[0], known[-1]
    grades = {year.grade for year in known}
    change = (last.value or 0) / (first.value or 1) - 1
    text = say(
        language,
        f"De {first.year} à {last.year}, les {panel.unit} passent de {first.words} à {last.words} "
        f"({'+' if change >= 0 else '−'}{percent(abs(change), 'fr')}).",
        f"From {first.year} to {last.year}, {panel.unit} go from {first.words} to {last.words} "
        f"({'+' if change >= 0 else '−'}{percent(abs(change), 'en')}).",
    )
    if len(grades) > 1:
        text += " " + say(
            language,
            "Les grades de preuve diffèrent : un chiffre déclaré (contour) ne se compare pas à un chiffre compté.",
            "Evidence grades differ: a declared figure (outline) does not compare with a counted one.",
        )
    return text


def _table(panels: tuple[Panel, ...], title: str, summary: str, language: Language) -> Table:
    headers = [Header(label=say(language, "Édition", "Edition"))]
    headers += [Header(label=f"{panel.name} ({panel.unit})", numeric=True) for panel in panels]
    headers.insert(2, Header(label=say(language, "Grade de preuve", "Evidence grade")))
    rows = []
    for rank, year in enumerate(panels[0].years):
        cells = [Cell(text=str(year.year))]
        cells += [
            Cell(text=panel.years[rank].words, numeric=True, missing=panel.years[rank].value is None)
            for panel in panels
        ]
        grade = "—" if year.grade is None else grade_words(year.grade, language)
        cells.insert(2, Cell(text=grade, grade=year.grade, missing=year.grade is None))
        rows.append(tuple(cells))
    return Table(id="trend-table", caption=title, summary=summary, headers=tuple(headers), rows=tuple(rows))


def _draw(panels: tuple[Panel, ...], width: int, title: str, summary: str, language: Language) -> str:
    canvas = Canvas("trend", width, title=title, summary=summary, language=language)
    highest = max(
        (index for panel in panels for year in panel.years if (index := panel.index(year)) is not None), default=100
    )
    marks = ticks(highest * 1.02)
    across = not canvas.narrow
    each = (width - 24.0 * (len(panels) - 1)) / len(panels) if across else float(width)
    top = 0.0
    for rank, panel in enumerate(panels):
        left = rank * (each + 24) if across else 0.0
        bottom = _panel(canvas, panel, marks, left, top, each)
        if not across:
            top = bottom + 22
    canvas.height = (bottom if across else top - 22) + 4
    grades = sorted({year.grade for year in panels[0].years if year.grade})
    canvas.legend(
        [
            (
                {"stroke": BLUE, "fill": "none" if grade in UNVERIFIED else BLUE},
                f"{grade} {GRADE_NAMES[grade].read(language)[0]}",
            )
            for grade in grades
        ]
    )
    return canvas.render()


def _panel(canvas: Canvas, panel: Panel, marks: list[float], left: float, top: float, width: float) -> float:
    """Draw one trend and say where it ends."""
    language = canvas.language
    canvas.text(left, top + 14, panel.name, bold=True)
    canvas.text(left, top + 30, panel.unit, size=SMALL)
    base, height = top + 190.0, 130.0
    margin = text_width(number(marks[-1], language), SMALL) + 8
    span = height / marks[-1]
    slot = (width - margin) / len(panel.years)
    canvas.line(left + margin, base, left + width, base)
    for mark in marks:
        canvas.text(left + margin - 6, base - mark * span + 4, number(mark, language), size=SMALL, anchor="end")
        if mark:
            canvas.grid(left + margin, base - mark * span, left + width, base - mark * span)
    places: list[tuple[float, float, Year]] = []
    for rank, year in enumerate(panel.years):
        x = left + margin + slot * (rank + 0.5)
        canvas.text(x, base + 17, str(year.year), size=SMALL, anchor="middle")
        index = panel.index(year)
        if index is not None:
            places.append((x, base - index * span, year))
    if not places:
        words = say(language, "non renseigné", "not given")
        canvas.text(left + margin + (width - margin) / 2, base - height / 2, words, anchor="middle")
    _points(canvas, places, slot)
    return base + 22


def _points(canvas: Canvas, places: list[tuple[float, float, Year]], slot: float) -> None:
    """The line of a trend: an outline where the figure was only declared, its letter above."""
    for one, other in pairwise(places):
        canvas.line(one[0], one[1], other[0], other[1], colour=BLUE, width=2)
    for rank, (x, y, year) in enumerate(places):
        hollow = year.grade in UNVERIFIED
        canvas.path(
            f"M{x - 5:.1f} {y:.1f}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
            fill="none" if hollow else BLUE, stroke=BLUE, width=2, css="hollow" if hollow else "",
            tip=f"{year.year} : {year.words}",
        )  # fmt: skip
        if year.grade:
            canvas.text(x, y - 10, year.grade, size=SMALL, anchor="middle", bold=True, halo=True)
        if rank in (0, len(places) - 1):
            below = y + (22 if year.grade else -10)
            words = wrap(year.words, max(slot, 70), SMALL)[0]
            canvas.text(x, below, words, size=SMALL, anchor="middle", halo=True)
