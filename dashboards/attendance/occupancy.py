"""Chart 9: how many people were inside, against the authorised capacity; modelled where exits were not read."""

import datetime as dt
import math
from typing import NamedTuple

from dashboards.attendance.canvas import (
    BLUE,
    NARROW,
    ORANGE,
    SMALL,
    WIDE,
    Badge,
    Canvas,
    Drawing,
    hour,
    left_to_the_table,
    long_day,
    short_day,
)
from dashboards.attendance.facts import Presence, VisitFacts
from dashboards.attendance.timeline import Timeline
from dashboards.formats import number, say
from dashboards.measures import Language
from dashboards.scales import text_width, ticks
from dashboards.tables import Cell, Header, Table
from events_api.text.formats import percent

WARNING = 0.9
HEIGHT = 210.0


class Moves(NamedTuple):
    """How the number inside moved in a quarter of an hour; the hour that an autumn night repeats is one with its
    first."""

    net: int = 0
    lowest: int = 0
    highest: int = 0

    def followed_by(self, presence: Presence) -> "Moves":
        """These moves, then those."""
        return Moves(
            self.net + presence.net,
            min(self.lowest, self.net + presence.lowest),
            max(self.highest, self.net + presence.highest),
        )


class Curve:
    """People inside by event day and quarter (the highest of the quarter, never below zero), and which days are
    modelled."""

    def __init__(self, facts: VisitFacts) -> None:
        self.values: dict[dt.date, dict[int, float]] = {}
        self.modelled = {day for day in facts.open_quarters if facts.exits_of(day) != "read"}
        self.below_zero = False
        self.left_over = 0
        self._read(facts)
        for day in self.modelled:
            self.values[day] = _modelled(facts, day)
        self.peak = max(
            ((people, -day.toordinal(), -index) for day, held in self.values.items() for index, people in held.items()),
            default=(0.0, 0, 0),
        )

    def _read(self, facts: VisitFacts) -> None:
        """Add up in and out over the edition; from day to day again at zero once a day had to be modelled."""
        first, last = facts.window
        moves: dict[dt.date, dict[int, Moves]] = {}
        for presence in facts.presence:
            day, index = facts.place(presence.at)
            held = moves.setdefault(day, {})
            held[index] = held.get(index, Moves()).followed_by(presence)
        level = 0
        for day in sorted(moves):
            if day in self.modelled:
                continue
            if self.modelled:
                level = 0
            inside: dict[int, float] = {}
            by_index = moves[day]
            for index in range(min(first, *by_index), max(last, *(index + 1 for index in by_index))):
                net, low, high = by_index.get(index, Moves())
                self.below_zero |= level + low < 0
                inside[index] = max(0, level + high, level)
                level += net
            self.values[day] = inside
        self.left_over = max(0, level)

    @property
    def highest(self) -> float:
        """The most people inside."""
        return self.peak[0]

    @property
    def peak_day(self) -> dt.date:
        """The event day of the peak."""
        return dt.date.fromordinal(-int(self.peak[1]))

    @property
    def peak_index(self) -> int:
        """The quarter of the peak."""
        return -int(self.peak[2])


def _modelled(facts: VisitFacts, day: dt.date) -> dict[int, float]:
    """Everybody stays the mean dwell: who entered within it is inside (Little: mean inside = rate × mean dwell)."""
    entered = facts.entries.get(day, {})
    stay = max(1, round(facts.dwell_minutes / 15))
    first, last = facts.window
    return {index: sum(entered.get(at, 0) for at in range(index - stay + 1, index + 1)) for index in range(first, last)}


def occupancy(facts: VisitFacts, language: Language) -> Drawing | None:
    """The number inside over the edition; None without a timed entry."""
    if not facts.entries:
        return None
    curve = Curve(facts)
    if not curve.highest:
        return None
    title = say(
        language,
        f"Personnes présentes au regard de la jauge autorisée, {facts.event} {facts.year}",
        f"People inside against the authorised capacity, {facts.event} {facts.year}",
    )
    sentence = _sentence(facts, curve, language)
    badges = (Badge(text=say(language, "modélisé", "modelled"), kind="modelled"),) if curve.modelled else ()
    return Drawing(
        id="occupancy",
        measure="occupancy",
        title=title,
        sentence=sentence,
        wide=_draw(facts, curve, WIDE, title, sentence, language),
        narrow=_draw(facts, curve, NARROW, title, sentence, language),
        table=_table(facts, curve, title, sentence, language),
        badges=badges,
    )


def _sentence(facts: VisitFacts, curve: Curve, language: Language) -> str:
    at = hour(facts.clock(curve.peak_index), language)
    parts = [
        say(
            language,
            f"Au plus {number(round(curve.highest), 'fr')} personnes à la fois, le {long_day(curve.peak_day, 'fr')} "
            f"dans le quart d’heure de {at}.",
            f"At most {number(round(curve.highest), 'en')} people at a time, on {long_day(curve.peak_day, 'en')} "
            f"in the quarter of an hour from {at}.",
        )
    ]
    if facts.capacity:
        share = curve.highest / facts.capacity
        state = _state(share)
        parts.append(
            say(
                language,
                f"C’est {percent(share, 'fr')} de la jauge autorisée ({number(facts.capacity, 'fr')}) : {state[0]}.",
                f"That is {percent(share, 'en')} of the authorised capacity ({number(facts.capacity, 'en')}): "
                f"{state[1]}.",
            )
        )
    else:
        parts.append(say(language, "La jauge autorisée n’est pas renseignée.", "The authorised capacity is not given."))
    if curve.modelled:
        names = ", ".join(short_day(day, language) for day in sorted(curve.modelled)[:5])
        more = "…" if len(curve.modelled) > 5 else ""
        stay = number(facts.dwell_minutes / 60, language)
        parts.append(
            say(
                language,
                f"Les sorties manquent ({names}{more}) : la courbe en tirets suppose une présence moyenne de {stay} h, "
                "une hypothèse à régler ci-dessous.",
                f"Exits are missing ({names}{more}): the dashed curve supposes that people stay {stay} h on average, "
                "an assumption to set below.",
            )
        )
    if curve.below_zero:
        parts.append(
            say(
                language,
                "Alerte : des sorties sans entrée font passer le compte sous zéro ; il est ramené à zéro.",
                "Alert: exits without an entry take the count below zero; it is brought back to zero.",
            )
        )
    if curve.left_over:
        parts.append(
            say(
                language,
                f"À la fin, {number(curve.left_over, 'fr')} sorties n’ont pas été lues.",
                f"At the end, {number(curve.left_over, 'en')} exits had not been read.",
            )
        )
    return " ".join(parts) + left_to_the_table(len(facts.entries), len(facts.drawn_days), language)


def _state(share: float) -> tuple[str, str]:
    if share >= 1:
        return "au-dessus de la jauge", "above capacity"
    if share >= WARNING:
        return "plus de 90 %, à surveiller", "over 90%, to be watched"
    return "en dessous de 90 %", "below 90%"


def _table(facts: VisitFacts, curve: Curve, title: str, summary: str, language: Language) -> Table:
    rows = []
    for day, held in sorted(curve.values.items()):
        for first in range(0, 96, 4):
            part = {index: held[index] for index in range(first, first + 4) if held.get(index)}
            if not part:
                continue
            most = max(part.values())
            rows.append(
                (
                    Cell(text=f"{short_day(day, language)}, {hour(facts.clock(first), language)}"),
                    Cell(text=number(round(most), language), numeric=True),
                    Cell(
                        text=percent(most / facts.capacity, language) if facts.capacity else "—",
                        numeric=True,
                        missing=not facts.capacity,
                    ),
                    Cell(
                        text=say(language, "modélisé", "modelled")
                        if day in curve.modelled
                        else say(language, "entrées moins sorties", "in minus out")
                    ),
                )
            )
    return Table(
        id="occupancy-table",
        caption=title,
        summary=summary,
        headers=(
            Header(label=say(language, "Jour d’événement, heure", "Event day, hour"), width=2),
            Header(label=say(language, "Au plus dans l’heure", "Most in the hour"), numeric=True),
            Header(label=say(language, "Part de la jauge", "Share of capacity"), numeric=True),
            Header(label=say(language, "Calcul", "How")),
        ),
        rows=tuple(rows),
    )


def _draw(facts: VisitFacts, curve: Curve, width: int, title: str, summary: str, language: Language) -> str:
    canvas = Canvas("occupancy", width, title=title, summary=summary, language=language)
    marks = ticks(max(curve.highest, (facts.capacity or 0) * 1.02, 1))
    words = [number(mark, language) for mark in marks]
    left = max(text_width(word, SMALL) for word in words) + 8
    line = Timeline(facts, canvas, left, width - 2)
    top = 16.0
    base = top + HEIGHT
    span = HEIGHT / marks[-1]
    for mark, word in zip(marks, words, strict=True):
        y = base - mark * span
        canvas.text(left - 6, y + 4, word, size=SMALL, anchor="end")
        if mark:
            canvas.grid(left, y, width - 2, y)
    for day in line.days:
        held = curve.values.get(day, {})
        if day in curve.modelled:
            canvas.path(line.line(day, held, base, span), stroke=BLUE, width=2.5, dash="6 4")
        else:
            canvas.path(line.steps(day, held, base, span), fill=BLUE, fill_opacity=0.28)
            canvas.path(line.line(day, held, base, span), stroke=BLUE, width=2)
    if facts.capacity:
        for share, dash, name in (
            (WARNING, "7 4", say(language, "90 % de la jauge", "90% of capacity")),
            (
                1.0,
                "",
                say(
                    language,
                    f"jauge autorisée : {number(facts.capacity, 'fr')}",
                    f"authorised capacity: {number(facts.capacity, 'en')}",
                ),
            ),
        ):
            y = base - facts.capacity * share * span
            canvas.line(left, y, width - 2, y, colour=ORANGE, width=2 if share < 1 else 2.5, dash=dash)
            canvas.text(left + 4, y - 5 if share == 1 else y + 15, name, size=SMALL, halo=True)
    _mark_peak(facts, curve, canvas, line, base, span)
    canvas.height = line.axis(base) + 4
    entries: list[tuple[dict[str, str], str]] = []
    if len(curve.modelled) < len(line.days):
        entries.append(
            ({"stroke": BLUE, "fill": BLUE}, say(language, "entrées moins sorties (aire)", "in minus out (area)"))
        )
    if curve.modelled:
        entries.append(
            ({"stroke": BLUE}, say(language, "modélisé, sans sorties (tirets)", "modelled, without exits (dashes)"))
        )
    canvas.legend(entries)
    return canvas.render()


def _mark_peak(facts: VisitFacts, curve: Curve, canvas: Canvas, line: Timeline, base: float, span: float) -> None:
    """A ring at the peak and its value, on the side that has room."""
    if not curve.highest or curve.peak_day not in line.days:
        return
    x = line.x(curve.peak_day, curve.peak_index) + line.quarter / 2
    y = base - curve.highest * span
    canvas.path(f"M{x - 5:g} {y:g}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", fill=ORANGE, stroke="currentColor", width=1.5)
    value = number(math.floor(curve.highest), canvas.language)
    words = f"{value} · {hour(facts.clock(curve.peak_index), canvas.language)}"
    wide = text_width(words, SMALL)
    anchor = "end" if x + wide / 2 > canvas.width else "start" if x < wide / 2 + 30 else "middle"
    place = {"end": canvas.width - 2, "start": x, "middle": x}[anchor]
    canvas.text(place, max(12.0, y - 24), words, size=SMALL, anchor=anchor, bold=True, halo=True)
