"""How a chart of an assessment is specified: rows with marks on one axis, the sentence, the columns of its table."""

from typing import Literal

from msgspec import Struct

from dashboards.attendance.canvas import Badge
from dashboards.measures import Language
from dashboards.parts import Part
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
    """One position: what it is, what is drawn, what is written beside it, and its line of the table.

    The node is the key that a number in the label leads to.
    """

    key: str
    label: str
    marks: tuple[Mark, ...]
    words: str
    cells: tuple[Cell, ...]
    node: str = ""


class Rule(Struct, frozen=True, kw_only=True):
    """A line across columns, and what it marks."""

    at: float
    label: str
    dashed: bool = True


class Columns(Struct, frozen=True, kw_only=True):
    """Counts between edges, one more edge than counts; what lies below zero has a look of its own."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    look: Look
    below_zero: Look
    rules: tuple[Rule, ...] = ()
    label: str
    """What the height of a column says."""

    def looks(self) -> tuple[Look, ...]:
        """The look of each column."""
        middles = ((low + high) / 2 for low, high in zip(self.edges, self.edges[1:], strict=False))
        return tuple(self.below_zero if middle < 0 else self.look for middle in middles)


class Axis(Struct, frozen=True, kw_only=True):
    """What is measured along the rows, whether it is from zero, and where a line marks a threshold."""

    title: str
    unit: Literal["euros", "ratio", "kg", "count", "index"]
    log: bool = False
    zero: bool = True
    line: float | None = None
    line_label: str = ""


class Panel(Struct, frozen=True, kw_only=True):
    """Rows on one axis, or columns; the name stands above them where a chart has several."""

    axis: Axis
    rows: tuple[Row, ...]
    name: str = ""
    columns: Columns | None = None


class ImpactChart(Struct, frozen=True, kw_only=True):
    """One chart in one language: the SVG, the Plotly figure and the tables are all made from it.

    `parts` are its sentence with the nodes that the numbers lead to.
    """

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
    parts: tuple[Part, ...] = ()
    more: tuple[Table, ...] = ()

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
        rows=tuple((Cell(text=row.label, node=row.node), *row.cells) for row in chart.rows()),
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
