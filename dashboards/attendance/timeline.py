"""The time axis of the charts over several days: of each event day its open hours, side by side."""

import datetime as dt
from collections.abc import Iterator, Mapping

from dashboards.attendance.canvas import SMALL, Canvas, hour, n, short_day
from dashboards.attendance.facts import VisitFacts
from dashboards.scales import text_width


class Timeline:
    """Where a quarter of an hour stands between two edges."""

    def __init__(self, facts: VisitFacts, canvas: Canvas, left: float, right: float) -> None:
        self.facts = facts
        self.canvas = canvas
        self.left = left
        self.right = right
        self.days = facts.drawn_days
        self.first, self.last = facts.window
        self.gap = 6.0 if len(self.days) <= 10 else 2.0
        self.width = (right - left - self.gap * (len(self.days) - 1)) / len(self.days)
        self.quarter = self.width / (self.last - self.first)

    def start(self, day: dt.date) -> float:
        """Where the window of a day begins."""
        return self.left + self.days.index(day) * (self.width + self.gap)

    def x(self, day: dt.date, index: int) -> float:
        """Where a quarter begins."""
        return self.start(day) + (index - self.first) * self.quarter

    def steps(self, day: dt.date, values: Mapping[int, float], base: float, span: float) -> str:
        """The outline of the values of a day as steps, closed down to the base."""
        shape = f"M{n(self.start(day))} {n(base)}"
        for index in range(self.first, self.last):
            y = base - values.get(index, 0) * span
            shape += f"V{n(y)}H{n(self.x(day, index + 1))}"
        return f"{shape}V{n(base)}Z"

    def line(self, day: dt.date, values: Mapping[int, float], base: float, span: float) -> str:
        """The upper outline alone."""
        shape = ""
        for index in range(self.first, self.last):
            y = base - values.get(index, 0) * span
            shape += f"{'V' if shape else f'M{n(self.start(day))} '}{n(y)}H{n(self.x(day, index + 1))}"
        return shape

    def axis(self, base: float, *, names: bool = True) -> float:
        """Draw the hours and the names of the days under the base; says where the words end."""
        language = self.canvas.language
        for day in self.days:
            start = self.start(day)
            self.canvas.line(start, base, start + self.width, base)
        if not names:
            return base
        bottom = base + 16
        if self.width >= 70:
            for day in self.days:
                for index in self._hours():
                    x = self.x(day, index)
                    self.canvas.line(x, base, x, base + 4)
                    self.canvas.text(x, bottom, hour(self.facts.clock(index), language), size=SMALL, anchor="middle")
            bottom += 17
        for day, words in self._names():
            self.canvas.text(self.start(day) + self.width / 2, bottom, words, size=SMALL, anchor="middle", bold=True)
        return bottom

    def _hours(self) -> Iterator[int]:
        room = text_width("20 h", SMALL) + 10
        every = next(hours for hours in (1, 2, 3, 4, 6, 12) if hours * 4 * self.quarter >= room or hours == 12)
        first = self.first + 4 if self.first % (4 * every) == 0 else self.first
        for index in range(first, self.last):
            if self.facts.clock(index).minute == 0 and (index - self.first) % (4 * every) == 0 and index > self.first:
                yield index

    def _names(self) -> Iterator[tuple[dt.date, str]]:
        language = self.canvas.language
        forms = (
            [short_day(day, language) for day in self.days],
            [short_day(day, language, weekday=False) for day in self.days],
            [str(day.day) for day in self.days],
        )
        words = next((form for form in forms if max(text_width(one, SMALL) for one in form) <= self.width), forms[-1])
        every = max(1, -(-22 // max(1, int(self.width))))
        for rank, (day, name) in enumerate(zip(self.days, words, strict=True)):
            if rank % every == 0:
                yield day, name
