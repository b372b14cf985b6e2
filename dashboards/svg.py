"""ChartSpec -> static SVG that stands alone: named, described, readable in black and white, same bytes every time."""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from dashboards.formats import quantity, say
from dashboards.measures import ChartSpec, Point
from dashboards.palette import SERIES, UNVERIFIED
from dashboards.scales import SIZE, scale, text_width, totals, wrap
from dashboards.words import GRADE_NAMES

WIDE = 720
NARROW = 340
SMALL = 12
LINE = 17
BAR = 18


def render_svg(
    spec: ChartSpec, *, width: int = WIDE, ink: str = "currentColor", font: str = "Arial, Helvetica, sans-serif"
) -> str:
    """The chart for a column this wide; under 480 the labels go above the bars and columns become bars."""
    return _Drawing(spec, width=width, ink=ink, font=font).render()


class _Drawing:
    """The lines of one SVG and the height they have reached."""

    def __init__(self, spec: ChartSpec, *, width: int, ink: str, font: str) -> None:
        self.spec = spec
        self.width = width
        self.ink = ink
        self.font = font
        self.id = f"{_identifier(spec.id)}-{width}"
        self.body: list[str] = []
        self.height = 0.0

    def render(self) -> str:
        if self.width >= 480 and self.spec.kind == "column":
            self._columns()
        elif self.spec.kind == "line":
            self._lines()
        else:
            self._rows()
        self._legend()
        spec, height = self.spec, math.ceil(self.height)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height}" width="{self.width}" '
            f'height="{height}" role="img" aria-labelledby="{self.id}-title {self.id}-desc" lang="{spec.language}" '
            f'font-family={quoteattr(self.font)} font-size="{SIZE}" fill="{self.ink}">'
        )
        names = (
            f'<title id="{self.id}-title">{_xml(spec.title)}</title>',
            f'<desc id="{self.id}-desc">{_xml(spec.summary)}</desc>',
        )
        return "\n".join((head, *names, *self._patterns(), *self.body, "</svg>", ""))

    def _patterns(self) -> Iterator[str]:
        if len(self.spec.series) == 1:
            return
        marks = (
            '<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="{c}" stroke-width="2.2"/>',
            '<circle cx="4" cy="4" r="2" fill="{c}"/>',
            '<path d="M0 0l8 8M8 0l-8 8" stroke="{c}" stroke-width="1.6"/>',
        )
        yield "<defs>"
        for rank in range(1, len(self.spec.series)):
            mark = marks[(rank - 1) % len(marks)].format(c=_colour(rank))
            yield (
                f'<pattern id="{self.id}-p{rank}" width="8" height="8" patternUnits="userSpaceOnUse">{mark}</pattern>'
            )
        yield "</defs>"

    def _text(self, x: float, y: float, text: str, *, size: float = SIZE, anchor: str = "", bold: bool = False) -> None:
        extra = f' text-anchor="{anchor}"' if anchor else ""
        extra += f' font-size="{size:g}"' if size != SIZE else ""
        extra += ' font-weight="bold"' if bold else ""
        self.body.append(f'<text x="{_n(x)}" y="{_n(y)}"{extra}>{_xml(text)}</text>')

    def _grid(self, x1: float, y1: float, x2: float, y2: float, *, strong: bool = False) -> None:
        opacity = "0.9" if strong else "0.18"
        self.body.append(
            f'<path d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}" fill="none" '
            f'stroke="{self.ink}" stroke-opacity="{opacity}"/>'
        )

    def _paint(self, rank: int, point: Point) -> str:
        """Fill and stroke of a mark: full when verified, an outline when declared, a broken one when to come."""
        colour = UNVERIFIED if point.grade and point.hollow else _colour(rank)
        fill = "none" if point.hollow else _colour(rank) if rank == 0 else f"url(#{self.id}-p{rank})"
        dash = ' stroke-dasharray="5 3"' if point.dashed else ""
        return f'fill="{fill}" stroke="{colour}" stroke-width="2"{dash}'

    def _badge(self, x: float, y: float, point: Point) -> None:
        """The grade letter in its box, outlined like the bar it belongs to."""
        if point.grade is None:
            return
        dash = ' stroke-dasharray="3 2"' if point.dashed else ""
        self.body.append(
            f'<rect x="{_n(x)}" y="{_n(y - 12.5)}" width="17" height="16" rx="3" fill="none" '
            f'stroke="{self.ink}"{dash}/>'
        )
        self._text(x + 8.5, y, point.grade, size=SMALL, anchor="middle", bold=True)

    def _label(self, index: int) -> str:
        """The value written at the end of a row."""
        points = [series.points[index] for series in self.spec.series]
        known = [point.value for point in points if point.value is not None]
        if not known:
            return say(self.spec.language, "non mesuré", "not measured")
        text = quantity(totals(self.spec)[index], self.spec.unit, self.spec.language)
        if any(point.pending for point in points):
            text += say(self.spec.language, " en attente", " pending")
        return text

    def _rows(self) -> None:
        """Horizontal bars, stacks or dots, one row per category."""
        spec, narrow = self.spec, self.width < 480
        values = [self._label(index) for index in range(len(spec.categories))]
        graded = any(point.grade for point in spec.points())
        room = max((text_width(value) for value in values), default=0) + (30 if graded else 8) + 6
        column = 0.0 if narrow else self._label_column()
        labels = [wrap(category.label, self.width - 4 if narrow else column) for category in spec.categories]
        left = 2.0 if narrow else column + 12
        right = self.width - room
        marks = scale(self.spec)
        span = (right - left) / marks[-1]
        y, drawn = 4.0, []
        for index, lines in enumerate(labels):
            if narrow:
                middle = y + len(lines) * LINE + BAR / 2 + 3
                bottom = middle + BAR / 2 + 9
                first = y + SIZE
            else:
                height = max(BAR + 10, len(lines) * LINE + 8)
                middle, bottom = y + height / 2, y + height
                first = middle - (len(lines) - 1) * LINE / 2 + SIZE * 0.36
            drawn.append((index, lines, first, middle))
            y = bottom
        for tick in [] if narrow else marks:
            self._grid(left + tick * span, 2, left + tick * span, y + 2)
        for index, lines, first, middle in drawn:
            for offset, line in enumerate(lines):
                self._text(0 if narrow else column, first + offset * LINE, line, anchor="" if narrow else "end")
            end = self._marks(index, left, middle, span)
            badge = next((s.points[index] for s in spec.series if s.points[index].grade), None)
            if badge:
                self._badge(end + 8, middle + 5, badge)
            self._text(end + (31 if badge else 8), middle + 5, values[index])
            if narrow:
                self._grid(left, middle - BAR / 2, left, middle + BAR / 2, strong=True)
        if not narrow:
            self._grid(left, 2, left, y + 2, strong=True)
        self.height = y + 4
        if not narrow:
            self._tick_labels(marks, left, span)
        self._axis_title(left if not narrow else 0)

    def _label_column(self) -> float:
        widest = max((text_width(category.label) for category in self.spec.categories), default=0)
        return min(widest, self.width * 0.4)

    def _marks(self, index: int, left: float, middle: float, span: float) -> float:
        """Draw the marks of a row and say where they end."""
        x = end = left
        for rank, series in enumerate(self.spec.series):
            point = series.points[index]
            if point.value is None:
                continue
            length = point.value * span
            if self.spec.kind == "dot":
                self._grid(left, middle, left + length, middle)
                self._dot(left + length, middle, rank, point)
                end = max(end, left + length + 6)
                continue
            if length > 0:
                top = middle - BAR / 2
                self.body.append(
                    f'<rect x="{_n(x + 1)}" y="{_n(top + 1)}" width="{_n(max(length - 2, 0.5))}" '
                    f'height="{BAR - 2}" {self._paint(rank, point)}/>'
                )
            end = max(end, x + length)
            if self.spec.kind == "stacked_bar":
                x += length + (2 if length else 0)
        return end

    def _dot(self, x: float, y: float, rank: int, point: Point) -> None:
        if point.dashed:
            shape = f'<path d="M{_n(x)} {_n(y - 7)}l7 7l-7 7l-7 -7z"'
        else:
            shape = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="6"'
        self.body.append(f"{shape} {self._paint(rank, point)}/>")

    def _tick_labels(self, marks: list[float], left: float, span: float) -> None:
        self.height += 16
        last = -math.inf
        for tick in marks:
            text, x = quantity(tick, self.spec.unit, self.spec.language), left + tick * span
            half = text_width(text, SMALL) / 2
            if x - half > last + 6 and x + half <= self.width:
                self._text(x, self.height, text, size=SMALL, anchor="middle")
                last = x + half
        self.height += 4

    def _axis_title(self, left: float) -> None:
        for line in wrap(self.spec.value_axis, self.width - left - 4, SMALL):
            self.height += 16
            self._text(left, self.height, line, size=SMALL)
        self.height += 6

    def _columns(self) -> None:
        """Vertical bars, for months."""
        left, top, bottom, span, slot = self._frame()
        bar = min(40.0, slot * 0.6)
        for index, category in enumerate(self.spec.categories):
            centre = left + slot * (index + 0.5)
            for rank, series in enumerate(self.spec.series):
                point = series.points[index]
                if point.value:
                    height = point.value * span
                    each = bar / len(self.spec.series)
                    self.body.append(
                        f'<rect x="{_n(centre - bar / 2 + rank * each + 1)}" y="{_n(bottom - height + 1)}" '
                        f'width="{_n(each - 2)}" height="{_n(max(height - 1, 0.5))}" {self._paint(rank, point)}/>'
                    )
            self._text(
                centre, bottom - totals(self.spec)[index] * span - 6, self._label(index), size=SMALL, anchor="middle"
            )
            self._category(centre, bottom, category.label, slot)
        self._grid(left, bottom, self.width, bottom, strong=True)
        self._close_frame(top, bottom, slot)

    def _lines(self) -> None:
        """Values over time, one line per series; a gap where nothing was measured."""
        left, top, bottom, span, slot = self._frame()
        for rank, series in enumerate(self.spec.series):
            places = [
                None if point.value is None else (left + slot * (index + 0.5), bottom - point.value * span)
                for index, point in enumerate(series.points)
            ]
            dash = ("", ' stroke-dasharray="7 4"', ' stroke-dasharray="2 3"', ' stroke-dasharray="7 3 2 3"')[rank % 4]
            for one, other in pairwise(places):
                if one and other:
                    self.body.append(
                        f'<path d="M{_n(one[0])} {_n(one[1])}L{_n(other[0])} {_n(other[1])}" fill="none" '
                        f'stroke="{_colour(rank)}" stroke-width="2"{dash}/>'
                    )
            for point, place in zip(series.points, places, strict=True):
                if place and point.value is not None:
                    self._dot(place[0], place[1], rank, point)
                    text = quantity(point.value, self.spec.unit, self.spec.language)
                    if point.grade:
                        self._badge(place[0] + 4, place[1] - 12, point)
                    self._text(place[0], place[1] - 12, text, size=SMALL, anchor="end" if point.grade else "middle")
        for index, category in enumerate(self.spec.categories):
            centre = left + slot * (index + 0.5)
            if all(series.points[index].value is None for series in self.spec.series):
                absent = say(self.spec.language, "non mesuré", "not measured")
                self._text(centre, bottom - 8, absent, size=SMALL, anchor="middle")
            self._category(centre, bottom, category.label, slot)
        self._grid(left, bottom, self.width, bottom, strong=True)
        self._close_frame(top, bottom, slot)

    def _frame(self) -> tuple[float, float, float, float, float]:
        """Value axis on the left; returns left, top, bottom, pixels per unit and width per category."""
        marks = scale(self.spec)
        texts = [quantity(tick, self.spec.unit, self.spec.language) for tick in marks]
        left = max(text_width(text, SMALL) for text in texts) + 10
        self.height = 0
        self._axis_title(0)
        top = self.height + 22
        bottom = top + 190
        span = (bottom - top) / marks[-1]
        for tick, text in zip(marks, texts, strict=True):
            y = bottom - tick * span
            self._text(left - 8, y + 4, text, size=SMALL, anchor="end")
            if tick:
                self._grid(left, y, self.width, y)
        return left, top, bottom, span, (self.width - left) / max(len(self.spec.categories), 1)

    def _category(self, x: float, bottom: float, label: str, slot: float) -> None:
        for offset, line in enumerate(wrap(label, slot - 4, SMALL)):
            self._text(x, bottom + 17 + offset * 14, line, size=SMALL, anchor="middle")

    def _close_frame(self, top: float, bottom: float, slot: float) -> None:
        deepest = max((len(wrap(c.label, slot - 4, SMALL)) for c in self.spec.categories), default=1)
        self.height = max(top, bottom) + 12 + deepest * 14

    def _legend(self) -> None:
        """What the series, the outlines and the letters mean, only when the chart has them."""
        entries = [*self._series_entries(), *self._state_entries()]
        x = 0.0
        if entries:
            self.height += 20
        for paint, text in entries:
            wide = 26 + text_width(text, SMALL) + 18
            if x and x + wide - 18 > self.width:
                x = 0.0
                self.height += 20
            self.body.append(f'<rect x="{_n(x + 1)}" y="{_n(self.height - 11)}" width="18" height="12" {paint}/>')
            self._text(x + 26, self.height, text, size=SMALL)
            x += wide
        self.height += 6 if entries else 0

    def _series_entries(self) -> Iterable[tuple[str, str]]:
        if len(self.spec.series) > 1:
            for rank, series in enumerate(self.spec.series):
                yield self._paint(rank, Point(value=1)), series.label

    def _state_entries(self) -> Iterable[tuple[str, str]]:
        points = [point for point in self.spec.points() if point.value is not None]
        grades = {point.grade for point in points if point.grade}
        measured = sorted(grade for grade in grades if grade not in "EF")
        if measured:
            names = ", ".join(f"{grade} {GRADE_NAMES[grade].read(self.spec.language)[0]}" for grade in measured)
            yield self._paint(0, Point(value=1, grade=measured[0])), names
        if "E" in grades:
            yield self._paint(0, Point(value=1, grade="E")), say(self.spec.language, "E déclaré", "E declared")
        if "F" in grades:
            yield self._paint(0, Point(value=1, grade="F")), say(self.spec.language, "F prévu", "F forecast")
        if any(point.pending for point in points):
            yield self._paint(0, Point(value=1, pending=True)), say(self.spec.language, "en attente", "pending")


def _colour(rank: int) -> str:
    return SERIES[rank % len(SERIES)]


def _n(value: float) -> str:
    """A coordinate with at most one decimal, never « -0 »."""
    return f"{round(value, 1) + 0:g}"


def _identifier(text: str) -> str:
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in text)


def _xml(text: str) -> str:
    """Escaped, without the characters that XML forbids."""
    return escape(
        "".join(c for c in text if c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) not in (0xFFFE, 0xFFFF))
    )
