"""ImpactChart -> Plotly figure; colours of text and page come from the template of the client."""

import json
from collections.abc import Iterable
from typing import Any, Final

from dashboards.formats import LOCALES
from dashboards.impact.drawing import COLOURS, marks_of, span_of, tick_words
from dashboards.impact.marks import Columns, ImpactChart, Look, Mark, Panel, Row, Rule
from dashboards.scales import wrap

PATTERNS: Final[dict[Look, str]] = {"total": "", "more": "-", "less": "/", "apart": ".", "other": "|", "grey": ""}
_GAP: Final = 0.08


def impact_figure(chart: ImpactChart) -> dict[str, Any]:
    """The figure as plain JSON values, without the default template of Plotly; panels one under the other."""
    import plotly.graph_objects as go  # noqa: PLC0415 - slow import

    count = sum(_rows_of(panel) for panel in chart.panels)
    layout: dict[str, Any] = {
        "template": None,
        "barmode": "overlay",
        "showlegend": False,
        "height": 90 * len(chart.panels) + 44 * count,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 48},
        "separators": ",\u202f" if chart.language == "fr" else ".,",
        "meta": {
            "chart": chart.id,
            "locale": LOCALES[chart.language],
            "title": chart.title,
            "summary": chart.sentence,
        },
        "shapes": [],
    }
    traces, top = [], 1.0
    room = 1 - _GAP * (len(chart.panels) - 1)
    for rank, panel in enumerate(chart.panels, start=1):
        low = max(0.0, top - room * _rows_of(panel) / count)
        name = "" if rank == 1 else str(rank)
        layout[f"xaxis{name}"], layout[f"yaxis{name}"] = _axes(chart, panel, name, (low, top))
        if panel.axis.line is not None:
            layout["shapes"].append(_threshold(panel, name))
        if panel.columns is not None:
            traces.append(_columns(panel.columns, name))
            layout["shapes"] += [_rule(rule, name) for rule in panel.columns.rules]
        traces += list(_traces(panel, name))
        top = low - _GAP
    drawn = go.Figure(data=traces, layout=layout)
    plain: dict[str, Any] = json.loads(drawn.to_json())
    plain["layout"]["template"] = None
    return plain


def _axes(
    chart: ImpactChart, panel: Panel, name: str, domain: tuple[float, float]
) -> tuple[dict[str, Any], dict[str, Any]]:
    marks = marks_of(panel)
    low, high = span_of(panel) if panel.axis.log else (marks[0], marks[-1])
    keys = [row.key for row in panel.rows]
    across = {
        "type": "log" if panel.axis.log else "linear",
        "anchor": f"y{name}",
        "title": {"text": _lines(f"{panel.axis.title} {panel.axis.line_label}".strip(), 400)},
        "tickmode": "array",
        "tickvals": marks,
        "ticktext": [tick_words(panel.axis, mark, chart.language) for mark in marks],
        "automargin": True,
        "fixedrange": True,
    }
    if panel.columns is not None:
        upward = {
            "anchor": f"x{name}",
            "domain": list(domain),
            "title": {"text": _plain(panel.columns.label)},
            "rangemode": "tozero",
            "fixedrange": True,
        }
        return {**across, "range": [low, high]}, upward
    if not panel.axis.log:
        across["range"] = [low, high + (high - low) * 0.3]
    down = {
        "type": "category",
        "anchor": f"x{name}",
        "domain": list(domain),
        "title": {"text": _plain(panel.name)},
        "tickmode": "array",
        "tickvals": keys,
        "ticktext": [_lines(row.label, 190) for row in panel.rows],
        "categoryorder": "array",
        "categoryarray": keys,
        "range": [len(keys) - 0.5, -0.5],
        "automargin": True,
        "fixedrange": True,
    }
    return across, down


def _rows_of(panel: Panel) -> int:
    """How many rows high a panel is: columns are as high as five."""
    return len(panel.rows) if panel.columns is None else 5


def _columns(columns: Columns, name: str) -> Any:
    import plotly.graph_objects as go  # noqa: PLC0415 - slow import

    steps = list(zip(columns.edges, columns.edges[1:], strict=False))
    looks = columns.looks()
    return go.Bar(
        x=[(low + high) / 2 for low, high in steps],
        y=list(columns.counts),
        width=[high - low for low, high in steps],
        xaxis=f"x{name}",
        yaxis=f"y{name}",
        name=_plain(columns.label),
        hovertemplate=f"%{{y}} {_plain(columns.label)}<extra></extra>",
        marker={
            "color": ["rgba(0,0,0,0)" if look == "grey" else COLOURS[look] for look in looks],
            "line": {"color": [COLOURS[look] for look in looks], "width": 1},
            "pattern": {"shape": [PATTERNS[look] for look in looks], "fillmode": "replace", "size": 8, "solidity": 0.3},
        },
    )


def _rule(rule: Rule, name: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": f"x{name}",
        "yref": f"y{name} domain",
        "x0": rule.at,
        "x1": rule.at,
        "y0": 0,
        "y1": 1,
        "line": {"dash": "dash" if rule.dashed else "solid", "width": 2},
        "label": {"text": _plain(rule.label), "textposition": "end", "textangle": 0},
    }


def _threshold(panel: Panel, name: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": f"x{name}",
        "yref": f"y{name} domain",
        "x0": panel.axis.line,
        "x1": panel.axis.line,
        "y0": 0,
        "y1": 1,
        "line": {"dash": "dash", "width": 2},
    }


def _traces(panel: Panel, name: str) -> Iterable[Any]:
    for row in panel.rows:
        for rank, mark in enumerate(row.marks):
            yield _trace(row, mark, name, last=rank == len(row.marks) - 1)


def _trace(row: Row, mark: Mark, name: str, *, last: bool) -> Any:
    import plotly.graph_objects as go  # noqa: PLC0415 - slow import

    colour = COLOURS[mark.look]
    shared = {
        "y": [row.key],
        "xaxis": f"x{name}",
        "yaxis": f"y{name}",
        "name": _plain(row.label),
        "hovertemplate": f"{_plain(row.label)}<br>{_plain(row.words)}<extra></extra>",
    }
    if mark.shape == "bar":
        empty = mark.look == "grey"
        return go.Bar(
            **shared,
            x=[mark.end - mark.start],
            base=[mark.start],
            orientation="h",
            width=0.6,
            text=[_plain(row.words)] if last else None,
            textposition="outside",
            cliponaxis=False,
            marker={
                "color": "rgba(0,0,0,0)" if empty else colour,
                "line": {"color": colour, "width": 2},
                "pattern": {"shape": PATTERNS[mark.look], "fillmode": "replace", "size": 8, "solidity": 0.3},
            },
        )
    if mark.shape == "dot":
        return go.Scatter(
            **shared,
            x=[mark.end],
            mode="markers+text",
            text=[_plain(row.words)],
            textposition="top center",
            cliponaxis=False,
            marker={
                "size": 12,
                "color": colour,
                "symbol": "circle-open" if mark.look == "grey" else "diamond" if mark.look == "other" else "circle",
                "line": {"width": 2},
            },
        )
    middle = (mark.start + mark.end) / 2
    return go.Scatter(
        **shared,
        x=[middle],
        mode="markers",
        marker={"size": 1, "color": colour},
        error_x={
            "type": "data",
            "array": [mark.end - middle],
            "arrayminus": [middle - mark.start],
            "color": colour,
            "width": 6,
        },
    )


def _lines(text: str, width: float) -> str:
    return "<br>".join(_plain(line) for line in wrap(text, width))


def _plain(text: str) -> str:
    """Plotly reads a small HTML in its texts: a name is never markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
