"""The accessible table beside every chart: caption, summary, headers with scope, cells already formatted."""

from msgspec import Struct

from dashboards.formats import quantity, say
from dashboards.measures import ChartSpec, Language, Point
from dashboards.parts import Part, flat, parts
from dashboards.words import grade_words
from events_api.domain.attendance import Grade


class Header(Struct, frozen=True, kw_only=True):
    """A column header (scope=col); the width is its share of a printed line."""

    label: str
    numeric: bool = False
    width: float = 1


class Cell(Struct, frozen=True, kw_only=True):
    """A formatted cell; the first of a row is its header (scope=row).

    The source is the document that the text names; an anchor is the place where the annex describes that document.
    The node is the key of the figure in the provenance of an assessment. The values are what the text shows, as
    numbers: one, or a median with its P10 and its P90. Parts are the text where several numbers of it lead somewhere.
    """

    text: str
    numeric: bool = False
    grade: Grade | None = None
    missing: bool = False
    language: Language | None = None
    source: str = ""
    anchor: bool = False
    node: str = ""
    values: tuple[float, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Where its numbers lead."""
        return tuple(node for node in (self.node, *(part.node for part in self.parts)) if node)


class Table(Struct, frozen=True, kw_only=True):
    """A whole table in one language."""

    id: str
    caption: str
    summary: str
    headers: tuple[Header, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headers) for row in self.rows):
            raise ValueError(f"table {self.id}: every row needs one cell per header")


def not_measured(language: Language) -> str:
    """The words that stand where a figure would."""
    return say(language, "non mesuré", "not measured")


def linked_cell(words: str, *, missing: bool = False, numeric: bool = False) -> Cell:
    """Words with the links that `to` made."""
    divided = parts(words)
    return Cell(text=flat(divided), parts=divided, missing=missing, numeric=numeric)


def value_cell(point: Point, spec: ChartSpec) -> Cell:
    """The value of a point as a reader sees it."""
    if point.value is None:
        return Cell(text=not_measured(spec.language), numeric=True, missing=True)
    text = quantity(point.value, spec.unit, spec.language)
    if point.pending:
        text += say(spec.language, " (en attente)", " (pending)")
    return Cell(text=text, numeric=True)


def chart_table(spec: ChartSpec) -> Table:
    """The data of a chart, with a grade column where points have grades and a note column where they have notes."""
    graded = any(point.grade for point in spec.points())
    noted = any(point.note for point in spec.points())
    headers = [Header(label=spec.category_axis, width=2.2)]
    for series in spec.series:
        headers.append(Header(label=series.label, numeric=True))
        if graded:
            headers.append(Header(label=say(spec.language, "Grade de preuve", "Evidence grade")))
        if noted:
            headers.append(Header(label=spec.note_axis or say(spec.language, "Précision", "Note")))
    rows = []
    for index, category in enumerate(spec.categories):
        row = [Cell(text=category.label)]
        for series in spec.series:
            point = series.points[index]
            row.append(value_cell(point, spec))
            if graded:
                row.append(_grade_cell(point, spec.language))
            if noted:
                row.append(Cell(text=point.note))
        rows.append(tuple(row))
    return Table(
        id=f"{spec.id}-table", caption=spec.title, summary=spec.summary, headers=tuple(headers), rows=tuple(rows)
    )


def _grade_cell(point: Point, language: Language) -> Cell:
    if point.grade is None:
        return Cell(text="—", missing=True)
    return Cell(text=grade_words(point.grade, language), grade=point.grade)
