"""How a chart of an assessment is specified: rows with marks on one axis, the sentence, the columns of its table."""

from typing import Literal

from msgspec import Struct

from dashboards.attendance.canvas import Badge
from dashboards.measures import Language
from dashboards.tables import Cell, Header, Table

Look = Literal["total", "more", "less", "apart", "other", "grey"]
"""What is counted, what is added, what is taken away, what stands apart, a second profile, what is no fact."""
Shape = Literal["bar", "dot", "whisker"]


class Mark(Struct, frozen=True, kw_only=True):
    """A bar or a whisker between two values, or a dot at the second of them."""

    shape: Shape
    start: float
    end: float
    look: Look


class Row(Struct, frozen=True, kw_only=True):
    """One position: what it is, what is drawn, what is written beside it, and its line of the table."""

    key: str
    label: str
    marks: tuple[Mark, ...]
    words: str
    cells: tuple[Cell, ...]


class Axis(Struct, frozen=True, kw_only=True):
    """What is measured along the rows, whether it is from zero, and where a line marks a threshold."""

    title: str
    unit: Literal["euros", "ratio", "kg", "count", "index"]
    log: bool = False
    zero: bool = True
    line: float | None = None
    line_label: str = ""


class Panel(Struct, frozen=True, kw_only=True):
    """Rows on one axis; the name stands above them where a chart has several."""

    axis: Axis
    rows: tuple[Row, ...]
    name: str = ""


class ImpactChart(Struct, frozen=True, kw_only=True):
    """One chart in one language: the SVG, the Plotly figure and the table are all made from it."""

    id: str
    measure: str
    language: Language
    title: str
    sentence: str
    panels: tuple[Panel, ...]
    headers: tuple[Header, ...]
    looks: tuple[tuple[Look, str], ...]
    badges: tuple[Badge, ...] = ()
    beside: bool = False

    def rows(self) -> tuple[Row, ...]:
        """All rows of all panels."""
        return tuple(row for panel in self.panels for row in panel.rows)


def impact_table(chart: ImpactChart) -> Table:
    """The values of a chart; the first cell of a row is its name."""
    return Table(
        id=f"{chart.id}-table",
        caption=chart.title,
        summary=chart.sentence,
        headers=chart.headers,
        rows=tuple((Cell(text=row.label), *row.cells) for row in chart.rows()),
    )


def bar(start: float, end: float, look: Look) -> Mark:
    """A bar from one value to another."""
    return Mark(shape="bar", start=start, end=end, look=look)


def dot(at: float, look: Look) -> Mark:
    """A point."""
    return Mark(shape="dot", start=at, end=at, look=look)


def whisker(low: float | None, high: float | None, look: Look) -> tuple[Mark, ...]:
    """The interval, where it has two ends."""
    if low is None or high is None:
        return ()
    return (Mark(shape="whisker", start=low, end=high, look=look),)
