"""What a page of charts drawn by the server is given: both drawings, tables as cells, what the measures mean."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from markupsafe import Markup

from dashboards.attendance.canvas import Drawing
from dashboards.measures import MEASURES
from dashboards.parts import Part
from dashboards.tables import Cell
from events_api.text.formats import Language

_PARTS: Final = ("label", "unit", "grain", "formula", "source", "caveat")
_MUTED: Final = Markup('<span class="muted">{}</span>').format
_ANCHOR: Final = Markup('<a class="node" data-node="{key}" href="{nodes}{key}">{words}</a>').format


def drawings_context(drawings: Sequence[Drawing], language: Language, *, nodes: str = "") -> dict[str, Any]:
    """The part of a context that ``visits.html`` and ``measures.html`` read; ``nodes`` is the address before a key."""
    to_node = links_to(nodes)

    def linked(parts: Sequence[Part]) -> Markup:
        return Markup("").join(to_node(part.words, part.node) for part in parts)

    return {
        "drawn": {one.id: (Markup(one.wide), Markup(one.narrow)) for one in drawings},  # noqa: S704  # drawn by us
        "columns": lambda table: [(header.label, "number" if header.numeric else "") for header in table.headers],
        "rows": lambda table: [[_shown(cell, to_node, linked) for cell in row] for row in table.rows],
        "to_node": to_node,
        "linked": linked,
        "measures": [
            {part: getattr(MEASURES[name], part).read(language)[0] for part in _PARTS}
            for name in dict.fromkeys(drawing.measure for drawing in drawings)
        ],
    }


def links_to(nodes: str) -> Callable[[str, str], str]:
    """Makes words a link to the node of a key, where there is one."""
    return lambda words, key: _ANCHOR(nodes=nodes, key=key, words=words) if key else words


def _shown(cell: Cell, to_node: Callable[[str, str], str], linked: Callable[[Sequence[Part]], Markup]) -> str:
    """A cell in words; what is missing is muted."""
    words = linked(cell.parts) if cell.parts else to_node(cell.text, cell.node)
    return _MUTED(words) if cell.missing else words
