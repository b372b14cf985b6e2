"""ChartSpec -> Plotly figure; colours of text and page come from the template of the client."""

import json
from typing import Any

from dashboards.formats import LOCALES, quantity, say
from dashboards.measures import ChartSpec, Point, Series
from dashboards.palette import PATTERNS, SERIES, UNVERIFIED
from dashboards.words import grade_words

TRANSPARENT = "rgba(0,0,0,0)"


def figure(spec: ChartSpec) -> dict[str, Any]:
    """The figure as plain JSON values, without the default template of Plotly."""
    import plotly.graph_objects as go  # noqa: PLC0415 - slow import

    drawn = go.Figure(layout={**_layout(spec), "template": None})
    for rank, series in enumerate(spec.series):
        trace = _markers(spec, series, rank) if spec.kind in ("line", "dot") else _bars(spec, series, rank)
        drawn.add_trace(trace)
    plain: dict[str, Any] = json.loads(drawn.to_json())
    plain["layout"]["template"] = None
    return plain


def _horizontal(spec: ChartSpec) -> bool:
    return spec.kind in ("bar", "stacked_bar", "dot")


def _layout(spec: ChartSpec) -> dict[str, Any]:
    value_axis = {"title": {"text": spec.value_axis}, "rangemode": "tozero", "zeroline": True, "automargin": True}
    if spec.unit == "euro_cents":
        value_axis["ticksuffix"] = "\u00a0€"
    category_axis = {
        "type": "category",
        "title": {"text": spec.category_axis if spec.kind in ("column", "line") else ""},
        "automargin": True,
        "categoryorder": "array",
        "categoryarray": [category.key for category in spec.categories],
        "tickmode": "array",
        "tickvals": [category.key for category in spec.categories],
        "ticktext": [_plain(category.label) for category in spec.categories],
    }
    if _horizontal(spec):
        category_axis["autorange"] = "reversed"
    return {
        "title": {"text": _plain(spec.title)},
        "xaxis": value_axis if _horizontal(spec) else category_axis,
        "yaxis": category_axis if _horizontal(spec) else value_axis,
        "barmode": "stack" if spec.kind == "stacked_bar" else "group",
        "showlegend": len(spec.series) > 1,
        "separators": ",\u202f" if spec.language == "fr" else ".,",
        "meta": {"locale": LOCALES[spec.language], "summary": spec.summary, "chart": spec.id},
        **({"height": 110 + 34 * len(spec.categories)} if _horizontal(spec) else {}),
    }


def _trace(spec: ChartSpec, series: Series) -> dict[str, Any]:
    keys = [category.key for category in spec.categories]
    divisor = 100 if spec.unit == "euro_cents" else 1
    values = [None if point.value is None else point.value / divisor for point in series.points]
    if divisor == 1 or all(value is None or value == int(value) for value in values):
        values = [int(value) if value is not None and value == int(value) else value for value in values]
    return {
        "name": _plain(series.label),
        "x": values if _horizontal(spec) else keys,
        "y": keys if _horizontal(spec) else values,
        "customdata": [_spoken(spec, point) for point in series.points],
        "hovertext": [_plain(category.label) for category in spec.categories],
        "hovertemplate": "%{hovertext}<br>%{customdata}<extra></extra>",
    }


def _bars(spec: ChartSpec, series: Series, rank: int) -> Any:
    import plotly.graph_objects as go  # noqa: PLC0415 - slow import

    colour = SERIES[rank % len(SERIES)]
    shape = PATTERNS[rank % len(PATTERNS)]
    hollow = [point.hollow for point in series.points]
    return go.Bar(
        **_trace(spec, series),
        orientation="h" if _horizontal(spec) else "v",
        text=[_spoken(spec, point) for point in series.points] if len(spec.series) == 1 else None,
        textposition="outside" if len(spec.series) == 1 else "none",
        cliponaxis=False,
        marker={
            "color": [TRANSPARENT if empty else colour for empty in hollow],
            "line": {
                "color": [UNVERIFIED if point.grade and point.hollow else colour for point in series.points],
                "width": 2,
            },
            "pattern": {
                "shape": ["/" if point.dashed else "" if point.hollow else shape for point in series.points],
                "fgcolor": [UNVERIFIED if point.dashed else colour for point in series.points],
                "fillmode": "replace",
                "size": 8,
                "solidity": 0.3,
            },
        },
    )


def _markers(spec: ChartSpec, series: Series, rank: int) -> Any:
    import plotly.graph_objects as go  # noqa: PLC0415 - slow import

    colour = SERIES[rank % len(SERIES)]
    return go.Scatter(
        **_trace(spec, series),
        mode="lines+markers" if spec.kind == "line" else "markers",
        connectgaps=False,
        line={"color": colour, "dash": ("solid", "dash", "dot", "dashdot")[rank % 4]},
        marker={
            "size": 12,
            "color": [UNVERIFIED if point.grade and point.hollow else colour for point in series.points],
            "symbol": [_symbol(point) for point in series.points],
            "line": {"width": 2},
        },
    )


def _symbol(point: Point) -> str:
    if point.dashed:
        return "diamond-open"
    return "circle-open" if point.hollow else "circle"


def _spoken(spec: ChartSpec, point: Point) -> str:
    """The value with its grade, as the label beside the bar."""
    if point.value is None:
        return say(spec.language, "non mesuré", "not measured")
    text = quantity(point.value, spec.unit, spec.language)
    if point.grade:
        text += f" ({grade_words(point.grade, spec.language)})"
    if point.pending:
        text += say(spec.language, " (en attente)", " (pending)")
    return text


def _plain(text: str) -> str:
    """Plotly reads a small HTML in its texts: a name is never markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
