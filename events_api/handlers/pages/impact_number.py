"""The page of one number of an assessment: what it is, how it came about, and everything that it stands on."""

from collections.abc import Mapping
from typing import Any, Final

from dashboards.impact.shown import as_said, in_full
from dashboards.impact.words import line_words
from events_api.domain.assessments import Traced, trail
from events_api.domain.impact.segments import SEGMENTS
from events_api.handlers.assessments import NodeOut, node_out
from events_api.text.catalogue import label
from events_api.text.formats import Language
from events_api.text.interface import text

_WITHOUT_UNIT: Final = ("number", "identifier")


def number_title(one: Traced, language: Language) -> str:
    """What the number is, in words."""
    return _named(node_out(one, language), language)


def number_context(found: Mapping[str, Traced], key: str, language: Language, *, nodes: str) -> dict[str, Any]:
    """The context of ``impact_number.html``. ``nodes`` is the address before a key."""
    first, *others = (node_out(one, language) for one in trail(found, key))
    direct = [node_out(found[name], language) for name in first.inputs]
    about = direct[0] if first.interval is not None and direct else None
    rounded = () if first.value is None else as_said(first.value, first.unit, first.interval, language)
    return {
        "first": first,
        "others": others,
        "inputs": direct,
        "rounded": [words for words in rounded if words != _value(first, language)],
        "at_modes": about,
        "ends": [
            (f"{end}_{key.removeprefix('p50_')}", _with_unit(value, first, language))
            for end, value in zip(("p10", "p90"), first.interval or (), strict=False)
            if value is not None
        ],
        "named": lambda node: _named(node, language),
        "value": lambda node: _value(node, language),
        "place": nodes,
        "source": lambda node: _source(node, language),
    }


def _line(line: str, language: Language) -> str:
    return label("impact_segment", line, language) if line in SEGMENTS else line_words(line, language)


def _named(node: NodeOut, language: Language) -> str:
    words = node.label if node.line is None else f"{node.label} ({_line(node.line, language)})"
    return f"{words}, {node.aspect}" if node.aspect else words


def _value(node: NodeOut, language: Language) -> str:
    if node.value is None:
        return text("impact.novalue", language)
    return _with_unit(node.value, node, language)


def _with_unit(value: float, node: NodeOut, language: Language) -> str:
    words = in_full(value, node.unit, language)
    return words if node.unit in _WITHOUT_UNIT else f"{words}\N{NO-BREAK SPACE}{node.unit_label}"


def _source(node: NodeOut, language: Language) -> str:
    """Where a number came from, in one line."""
    source = node.source
    parts = [text(f"impact.source.{source.kind}", language, reference=source.reference)]
    if source.grade is not None:
        parts.append(label("grade", source.grade, language))
    if source.status is not None:
        parts.append(label("impact_status", source.status, language))
    parts += [*source.sources, *([source.document] if source.document else []), *([source.note] if source.note else [])]
    return " · ".join(parts)
