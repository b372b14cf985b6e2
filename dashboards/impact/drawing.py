"""An ImpactChart as SVG: one layout for a wide column, one for a telephone; no look is told by colour alone."""

import math
from collections.abc import Sequence

from dashboards.attendance.canvas import BLUE, GREY, NARROW, ORANGE, SMALL, WIDE, Canvas, Drawing, n
from dashboards.impact.marks import Axis, Columns, ImpactChart, Look, Mark, Panel, Row, impact_table
from dashboards.impact.numbers import plain, short
from dashboards.measures import Language
from dashboards.scales import SIZE, text_width, ticks, wrap
from dashboards.svg import BAR, LINE

GREEN = "#008a64"
PURPLE = "#a8569b"
COLOURS: dict[Look, str] = {
    "total": BLUE,
    "more": GREEN,
    "less": ORANGE,
    "apart": BLUE,
    "other": PURPLE,
    "grey": GREY,
}
_GAP = 40
_COLUMNS = 150.0
"""How high the highest column is."""
BOLD = 0.88
"""Of a line, what bold words may fill by the estimate for ordinary ones."""


def drawing(chart: ImpactChart) -> Drawing:
    """The chart as a page shows it."""
    return Drawing(
        id=chart.id,
        measure=chart.measure,
        title=chart.title,
        sentence=chart.sentence,
        wide=render(chart, WIDE),
        narrow=render(chart, NARROW),
        table=impact_table(chart),
        badges=chart.badges,
        parts=chart.parts,
        more=chart.more,
    )


def render(chart: ImpactChart, width: int) -> str:
    """The SVG at this width."""
    return drawn(chart, width).render()


def drawn(chart: ImpactChart, width: int) -> Canvas:
    """The marks of the chart at this width."""
    canvas = Canvas(chart.id, width, title=chart.title, summary=chart.sentence, language=chart.language)
    fills = _fills(canvas, chart)
    across = chart.beside and not canvas.narrow
    each = (width - _GAP * (len(chart.panels) - 1)) / len(chart.panels) if across else float(width)
    bottoms = [0.0]
    for rank, panel in enumerate(chart.panels):
        left = rank * (each + _GAP) if across else 0.0
        bottoms.append(_PanelDrawing(canvas, panel, fills, left, 0.0 if across else bottoms[-1], each).draw())
    canvas.height = max(bottoms)
    if chart.looks:
        canvas.legend([({"fill": fills[look], "stroke": COLOURS[look]}, words) for look, words in chart.looks])
    return canvas


def _fills(canvas: Canvas, chart: ImpactChart) -> dict[Look, str]:
    """The fill of each look that the chart has: full, ruled one way or the other, dotted, empty."""
    used = {mark.look for row in chart.rows() for mark in row.marks} | {look for look, _ in chart.looks}
    used |= {look for panel in chart.panels if panel.columns for look in panel.columns.looks()}
    found: dict[Look, str] = {"total": BLUE, "grey": "none"}
    if "more" in used:
        found["more"] = _pattern(canvas, "more", f'<path d="M0 4h8" stroke="{GREEN}" stroke-width="3"/>', GREEN)
    if "less" in used:
        lines = f'<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="{ORANGE}" stroke-width="2.5"/>'
        found["less"] = _pattern(canvas, "less", lines, ORANGE)
    if "apart" in used:
        found["apart"] = _pattern(canvas, "apart", f'<circle cx="4" cy="4" r="1.8" fill="{BLUE}"/>', BLUE)
    if "other" in used:
        found["other"] = _pattern(canvas, "other", f'<path d="M4 0v8" stroke="{PURPLE}" stroke-width="3"/>', PURPLE)
    return found


def _pattern(canvas: Canvas, name: str, marks: str, colour: str) -> str:
    return canvas.pattern(name, f'<rect width="8" height="8" fill="{colour}" fill-opacity=".15"/>{marks}', 8)


def span_of(panel: Panel) -> tuple[float, float]:
    """The least and the greatest value that the axis must reach, its zero and its threshold among them."""
    values = [value for row in panel.rows for mark in row.marks for value in (mark.start, mark.end)]
    values += () if panel.columns is None else panel.columns.edges
    if panel.axis.line is not None:
        values.append(panel.axis.line)
    if panel.axis.log:
        positive = [value for value in values if value > 0]
        return 10 ** math.floor(math.log10(min(positive))), 10 ** math.ceil(math.log10(max(positive) * 1.0001))
    if panel.axis.zero:
        values.append(0.0)
    return min(values), max(values)


def marks_of(panel: Panel) -> list[float]:
    """Round values along the axis."""
    low, high = span_of(panel)
    if panel.axis.log:
        first, last = round(math.log10(low)), round(math.log10(high))
        return [10.0**power for power in range(first, last + 1)]
    step = ticks(high - low, whole=False)[1]
    return [step * rank for rank in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)]


def tick_words(axis: Axis, value: float, language: Language) -> str:
    """A round value as the axis writes it."""
    return short(value, language) if axis.unit == "euros" else plain(value, language)


class _PanelDrawing:
    """One panel: labels on the left, or above where it is narrow; values on the right, ticks below."""

    def __init__(
        self, canvas: Canvas, panel: Panel, fills: dict[Look, str], left: float, top: float, width: float
    ) -> None:
        self.canvas, self.panel, self.fills = canvas, panel, fills
        self.left, self.top, self.right = left, top, left + width
        self.narrow = canvas.narrow
        widest = max((text_width(row.label) for row in panel.rows), default=0)
        self.column = 0.0 if self.narrow else min(widest, width * 0.34)
        self.start = left + (2 if self.narrow else self.column + 12)
        room = 4 if self.narrow else max((text_width(row.words) for row in panel.rows), default=0) + 14
        self.end = self.right - min(room, width * 0.36)
        self.marks = marks_of(panel)

    def x(self, value: float) -> float:
        """Where a value lies; what a logarithm cannot reach is at the left edge."""
        low, high = self.marks[0], self.marks[-1]
        if self.panel.axis.log:
            value, low, high = (math.log10(max(one, self.marks[0])) for one in (value, low, high))
        return self.start + (value - low) / ((high - low) or 1) * (self.end - self.start)

    def draw(self) -> float:
        """Draw it all and say where it ends."""
        canvas, y = self.canvas, self.top + 6
        if self.panel.name:
            for line in wrap(self.panel.name, (self.right - self.left) * BOLD):
                y += LINE
                canvas.text(self.left, y, line, bold=True)
            y += 8
        if self.panel.columns is not None:
            return self._ticks(self._columns(self.panel.columns, y) + 2)
        places: list[tuple[Row, list[str], float, float]] = []
        first = y
        for row in self.panel.rows:
            y = self._place(row, y, places)
        for mark in self.marks:
            canvas.grid(self.x(mark), first, self.x(mark), y + 2)
        if not self.panel.axis.log and self.marks[0] < 0:
            canvas.line(self.x(0), first, self.x(0), y + 2)
        if self.panel.axis.line is not None:
            at = self.x(self.panel.axis.line)
            canvas.line(at, first, at, y + 2, width=2, dash="5 3")
        for row, lines, label_y, middle in places:
            self._row(row, lines, label_y, middle)
        return self._ticks(y + 2)

    def _columns(self, columns: Columns, y: float) -> float:
        """Columns of one width, the lines that cross them with their names above, the greatest count on the left."""
        canvas, most = self.canvas, max(columns.counts)
        top, bottom = y + 2 * LINE, y + 2 * LINE + _COLUMNS
        for mark in self.marks:
            canvas.grid(self.x(mark), top, self.x(mark), bottom)
        for count, low, high, look in zip(
            columns.counts, columns.edges, columns.edges[1:], columns.looks(), strict=False
        ):
            height = count / most * _COLUMNS
            left, right = self.x(low), self.x(high)
            fill = self.fills[look]
            canvas.rect(
                left,
                bottom - height,
                right - left,
                height,
                fill=fill,
                stroke=COLOURS[look],
                css="hollow" if fill == "none" else "",
            )
        if self.marks[0] < 0:
            canvas.line(self.x(0), top, self.x(0), bottom + 2)
        canvas.line(self.start, bottom, self.end, bottom)
        for rule in columns.rules:
            at = self.x(rule.at)
            canvas.line(at, top - 4, at, bottom, width=2, dash="5 3" if rule.dashed else "")
            canvas.text(at, top - 8, rule.label, size=SMALL, anchor="middle", bold=not rule.dashed, halo=True)
        words = f"{plain(most, canvas.language)} {columns.label}"
        canvas.text(self.left, y + SMALL, words, size=SMALL)
        canvas.line(self.left, top, self.start + 4, top, opacity=0.4)
        return bottom

    def _place(self, row: Row, y: float, places: list[tuple[Row, list[str], float, float]]) -> float:
        if self.narrow:
            lines = [*wrap(row.label, self.right - self.left - 4), *wrap(row.words, self.right - self.left - 4)]
            middle = y + len(lines) * LINE + BAR / 2 + 4
            places.append((row, lines, y + SIZE, middle))
            return middle + BAR / 2 + 10
        lines = wrap(row.label, self.column)
        height = max(BAR + 12, len(lines) * LINE + 8)
        middle = y + height / 2
        places.append((row, lines, middle - (len(lines) - 1) * LINE / 2 + SIZE * 0.36, middle))
        return y + height

    def _row(self, row: Row, lines: Sequence[str], label_y: float, middle: float) -> None:
        own = len(wrap(row.label, self.right - self.left - 4)) if self.narrow else 0
        for offset, line in enumerate(lines):
            if self.narrow:
                self.canvas.text(self.left, label_y + offset * LINE, line, bold=offset >= own, halo=True)
            else:
                self.canvas.text(self.left + self.column, label_y + offset * LINE, line, anchor="end")
        for mark in row.marks:
            self._mark(mark, middle, thin=any(one.shape != "whisker" for one in row.marks))
        if not self.narrow:
            reach = max((self.x(mark.end) for mark in row.marks), default=self.start)
            reach = max([reach, *(self.x(mark.start) for mark in row.marks)])
            for offset, line in enumerate(wrap(row.words, self.right - reach - 10)):
                self.canvas.text(reach + 10, middle + 5 + offset * LINE, line, halo=True)

    def _mark(self, mark: Mark, middle: float, *, thin: bool) -> None:
        colour, fill = COLOURS[mark.look], self.fills[mark.look]
        left, right = sorted((self.x(mark.start), self.x(mark.end)))
        if mark.shape == "bar":
            self.canvas.rect(
                left,
                middle - BAR / 2,
                max(right - left, 1.5),
                BAR,
                fill=fill,
                stroke=colour,
                line=1.5,
                css="hollow" if fill == "none" else "",
            )
        elif mark.shape == "dot":
            shape = "l6 7l6 -7l-6 -7z" if mark.look == "other" else "a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z"
            self.canvas.path(
                f"M{n(right - 6)} {n(middle)}{shape}",
                fill="none" if mark.look == "grey" else colour,
                stroke=colour,
                width=2,
                css="hollow" if mark.look == "grey" else "",
            )
        else:
            high = 5 if thin else 8
            ends = f"M{n(left)} {n(middle - high)}v{2 * high}M{n(right)} {n(middle - high)}v{2 * high}"
            self.canvas.path(
                f"M{n(left)} {n(middle)}H{n(right)}{ends}",
                stroke="currentColor" if thin and mark.look != "grey" else colour,
                width=2,
                dash="4 3" if mark.look == "grey" else "",
            )

    def _ticks(self, y: float) -> float:
        axis, language = self.panel.axis, self.canvas.language
        y += 14
        last = -math.inf
        for mark in self.marks:
            words, x = tick_words(axis, mark, language), self.x(mark)
            half = text_width(words, SMALL) / 2
            x = min(max(x, self.left + half), self.right - half)
            if x - half > last + 6:
                self.canvas.text(x, y, words, size=SMALL, anchor="middle")
                last = x + half
        notes = [axis.title] + ([axis.line_label] if axis.line_label else [])
        for line in wrap(" ".join(notes), self.right - self.start - 4, SMALL):
            y += 16
            self.canvas.text(self.start, y, line, size=SMALL)
        return y + 12
