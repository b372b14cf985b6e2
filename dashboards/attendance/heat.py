"""Chart 7: entries per quarter of an hour, hour by event day, from the beginning of the day to the next."""

import datetime as dt
import math

from dashboards.attendance.canvas import (
    NARROW,
    ORANGE,
    SMALL,
    WIDE,
    Canvas,
    Drawing,
    hour,
    left_to_the_table,
    long_day,
    n,
    short_day,
)
from dashboards.attendance.facts import QUARTERS, VisitFacts
from dashboards.formats import counted, number, say
from dashboards.measures import Language
from dashboards.scales import ticks
from dashboards.tables import Cell, Header, Table

TINTS = ("#cfe4f0", "#94c4de", "#4f9cc6", "#1f6f9f", "#0b3f5e")
"""Rank by rank darker; the page has its own for a dark theme under the classes heat-1 to heat-5."""


def heat_map(facts: VisitFacts, language: Language) -> Drawing | None:
    """When people entered; None without a timed entry."""
    entries = facts.entries
    if not entries:
        return None
    most, day, index = max(
        (people, -day.toordinal(), -index) for day, quarters in entries.items() for index, people in quarters.items()
    )
    peak = (dt.date.fromordinal(-day), -index)
    title = say(
        language,
        f"Entrées par quart d’heure (personnes), heure par jour d’événement, {facts.event} {facts.year}",
        f"Entries per quarter of an hour (people), hour by event day, {facts.event} {facts.year}",
    )
    starts = hour(facts.day_starts_at, language)
    sentence = say(
        language,
        f"Le plus fort quart d’heure : {number(most, 'fr')} entrées le {long_day(peak[0], 'fr')} à "
        f"{hour(facts.clock(peak[1]), 'fr')}. Un jour d’événement va de {starts} à {starts} : une entrée après minuit "
        "reste à sa soirée.",
        f"The busiest quarter of an hour: {number(most, 'en')} entries on {long_day(peak[0], 'en')} at "
        f"{hour(facts.clock(peak[1]), 'en')}. An event day runs from {starts} to {starts}: an entry after midnight "
        "stays with its evening.",
    )
    sentence += left_to_the_table(len(entries), len(facts.drawn_days), language)
    step = ticks(most, 5)[1]
    wide = _across(facts, step, peak, title, sentence, language)
    narrow = _down(facts, step, peak, title, sentence, language)
    return Drawing(
        id="heat",
        measure="flow",
        title=title,
        sentence=sentence,
        wide=wide,
        narrow=narrow,
        table=_table(facts, title, sentence, language),
    )


def _table(facts: VisitFacts, title: str, summary: str, language: Language) -> Table:
    rows = []
    for day, quarters in facts.entries.items():
        for first in range(0, QUARTERS, 4):
            part = {index: quarters[index] for index in range(first, first + 4) if index in quarters}
            if part:
                most, at = max((people, -index) for index, people in part.items())
                rows.append(
                    (
                        Cell(text=f"{short_day(day, language)}, {hour(facts.clock(first), language)}"),
                        Cell(text=number(sum(part.values()), language), numeric=True),
                        Cell(text=f"{number(most, language)} ({hour(facts.clock(-at), language)})", numeric=True),
                    )
                )
    return Table(
        id="heat-table",
        caption=title,
        summary=summary,
        headers=(
            Header(label=say(language, "Jour d’événement, heure", "Event day, hour"), width=2),
            Header(label=say(language, "Entrées dans l’heure", "Entries in the hour"), numeric=True),
            Header(label=say(language, "Quart d’heure le plus fort", "Busiest quarter of an hour"), numeric=True),
        ),
        rows=tuple(rows),
    )


def _rank(people: int, step: float) -> int:
    return min(len(TINTS), max(1, math.ceil(people / step)))


def _hours(facts: VisitFacts) -> list[tuple[int, dt.time]]:
    """Where every third full hour stands on the axis."""
    return [
        (index, facts.clock(index))
        for index in range(0, QUARTERS, 4)
        if facts.clock(index).minute == 0 and (index // 4) % 3 == 0
    ]


def _legend(canvas: Canvas, step: float, closed: str, language: Language) -> None:
    entries: list[tuple[dict[str, str], str]] = []
    for rank, tint in enumerate(TINTS, start=1):
        low, high = math.floor((rank - 1) * step) + 1, math.floor(rank * step)
        words = f"{number(low, language)}–{number(high, language)}" if high > low else number(low, language)
        entries.append(({"fill": tint, "css": f"heat-{rank}"}, words))
    entries.append(({"fill": closed}, say(language, "fermé", "closed")))
    entries.append(({"stroke": ORANGE}, say(language, "maximum", "maximum")))
    canvas.legend(entries)


def _tip(facts: VisitFacts, day: dt.date, index: int, people: int, language: Language) -> str:
    return (
        f"{short_day(day, language)}, {hour(facts.clock(index), language)}"
        f"{say(language, ' : ', ': ')}{counted(people, language, *say_entries(language))}"
    )


def say_entries(language: Language) -> tuple[str, str]:
    """The noun, singular and plural."""
    return ("entrée", "entrées") if language == "fr" else ("entry", "entries")


def _across(
    facts: VisitFacts, step: float, peak: tuple[dt.date, int], title: str, summary: str, language: Language
) -> str:
    """Days from top to bottom, hours from left to right."""
    canvas = Canvas("heat", WIDE, title=title, summary=summary, language=language)
    closed = canvas.hatch()
    left, top = 92.0, 24.0
    days = facts.drawn_days
    cell = (WIDE - left - 2) / QUARTERS
    row = 34.0 if len(days) <= 8 else 22.0
    bottom = top + row * len(days)
    for index, at in _hours(facts):
        x = left + index * cell
        canvas.text(x, top - 8, hour(at, language), size=SMALL, anchor="middle" if index else "")
    for rank, day in enumerate(days):
        y = top + rank * row
        canvas.text(0, y + row / 2 + 5, short_day(day, language), size=13)
        low, high = facts.open_quarters[day]
        for first, last in ((0, low), (high + 1, QUARTERS)):
            if last > first:
                canvas.rect(left + first * cell, y + 1, (last - first) * cell, row - 2, fill=closed)
        canvas.rect(left + low * cell, y + 1, (high + 1 - low) * cell, row - 2, fill="none", css="heat-0")
        for index, people in sorted(facts.entries[day].items()):
            tint = _rank(people, step)
            tip = _tip(facts, day, index, people, language)
            canvas.rect(left + index * cell, y + 1, cell, row - 2, fill=TINTS[tint - 1], css=f"heat-{tint}", tip=tip)
        if day == peak[0]:
            canvas.rect(left + peak[1] * cell - 1.5, y - 0.5, cell + 3, row + 1, stroke=ORANGE, line=2.5)
    for index, _ in _hours(facts):
        canvas.grid(left + index * cell, top - 3, left + index * cell, bottom + 3)
    canvas.height = bottom + 6
    _legend(canvas, step, closed, language)
    return canvas.render()


def _down(
    facts: VisitFacts, step: float, peak: tuple[dt.date, int], title: str, summary: str, language: Language
) -> str:
    """Hours from top to bottom, a column for each day."""
    canvas = Canvas("heat", NARROW, title=title, summary=summary, language=language)
    closed = canvas.hatch()
    left, top, cell = 46.0, 24.0, 5.0
    days = facts.drawn_days
    column = (NARROW - left - 2) / len(days)
    every = max(1, math.ceil(24 / column))
    for rank, day in enumerate(days):
        x = left + rank * column
        if rank % every == 0:
            words = short_day(day, language) if column >= 74 else short_day(day, language, weekday=False)
            canvas.text(x + column / 2, 14, words if column >= 54 else str(day.day), size=SMALL, anchor="middle")
        low, high = facts.open_quarters[day]
        for first, last in ((0, low), (high + 1, QUARTERS)):
            if last > first:
                canvas.rect(x + 1, top + first * cell, column - 2, (last - first) * cell, fill=closed)
        canvas.rect(x + 1, top + low * cell, column - 2, (high + 1 - low) * cell, fill="none", css="heat-0")
        strips: dict[int, list[str]] = {}
        for index, people in sorted(facts.entries[day].items()):
            strips.setdefault(_rank(people, step), []).append(
                f"M{n(x + 1)} {n(top + index * cell)}h{n(column - 2)}v{n(cell)}h-{n(column - 2)}z"
            )
        for tint, shapes in strips.items():
            canvas.path("".join(shapes), fill=TINTS[tint - 1], css=f"heat-{tint}")
        if day == peak[0]:
            canvas.rect(x - 0.5, top + peak[1] * cell - 1.5, column + 1, cell + 3, stroke=ORANGE, line=2.5)
    for index, at in _hours(facts):
        y = top + index * cell
        canvas.text(0, y + 5, hour(at, language), size=SMALL)
        canvas.grid(left - 4, y, NARROW, y)
    canvas.height = top + QUARTERS * cell + 6
    _legend(canvas, step, closed, language)
    return canvas.render()
