"""ChartSpec -> Plotly figure; colours of text and page come from the template of the client."""

import json
from typing import Any

from dashboards.formats import LOCALES, quantity, say
from dashboards.measures import ChartSpec, Point, Series
from dashboards.palette import PATTERNS, SERIES, UNVERIFIED
from dashboards.scales import scale, wrap
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
    horizontal = _horizontal(spec)
    divisor = _divisor(spec)
    marks = scale(spec)
    value_axis = {
        "title": {"text": _lines(spec.value_axis, 250)},
        "range": [0, marks[-1] / divisor * (1.42 if horizontal else 1.15)],
        "tickmode": "array",
        "tickvals": [mark / divisor for mark in marks],
        "ticktext": [quantity(mark, spec.unit, spec.language) for mark in marks],
        "automargin": True,
        "fixedrange": True,
    }
    keys = [category.key for category in spec.categories]
    category_axis = {
        "type": "category",
        "title": {"text": "" if horizontal else _plain(spec.category_axis)},
        "categoryorder": "array",
        "categoryarray": keys,
        "tickmode": "array",
        "tickvals": keys,
        "ticktext": [_lines(category.label, 190) for category in spec.categories],
        "automargin": True,
        "fixedrange": True,
    }
    if horizontal:
        category_axis["range"] = [len(keys) - 0.5, -0.5]
    legend = len(spec.series) > 1
    return {
        "xaxis": value_axis if horizontal else category_axis,
        "yaxis": category_axis if horizontal else value_axis,
        "barmode": "stack" if spec.kind == "stacked_bar" else "group",
        "height": (120 + 44 * len(keys) if horizontal else 360) + (40 if legend else 0),
        "margin": {"l": 8, "r": 8, "t": 8, "b": 88 if legend else 48},
        "showlegend": legend,
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "traceorder": "normal"},
        "separators": ",\u202f" if spec.language == "fr" else ".,",
        "meta": {
            "chart": spec.id,
            "locale": LOCALES[spec.language],
            "title": spec.title,
            "summary": spec.summary,
        },
    }


def _divisor(spec: ChartSpec) -> int:
    """Cents are drawn as euros."""
    return 100 if spec.unit == "euro_cents" else 1


def _trace(spec: ChartSpec, series: Series) -> dict[str, Any]:
    keys = [category.key for category in spec.categories]
    divisor = _divisor(spec)
    values = [None if point.value is None else point.value / divisor for point in series.points]
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
    own = PATTERNS[rank % len(PATTERNS)]
    shapes = ["|" if point.dashed else "" if point.hollow else own for point in series.points]
    inks = [UNVERIFIED if point.grade and point.hollow else colour for point in series.points]
    alone = len(spec.series) == 1
    return go.Bar(
        **_trace(spec, series),
        orientation="h" if _horizontal(spec) else "v",
        text=[_short(spec, point) for point in series.points] if alone else None,
        textposition="outside" if alone else "none",
        cliponaxis=False,
        width=0.6,
        marker={
            "color": [
                TRANSPARENT if point.hollow and not shape else ink
                for shape, ink, point in zip(shapes, inks, series.points, strict=True)
            ],
            "line": {"color": inks, "width": 2},
            "pattern": {"shape": shapes, "fillmode": "replace", "size": 8, "solidity": 0.3},
        },
    )


def _markers(spec: ChartSpec, series: Series, rank: int) -> Any:
    import plotly.graph_objects as go  # noqa: PLC0415 - slow import

    colour = SERIES[rank % len(SERIES)]
    return go.Scatter(
        **_trace(spec, series),
        mode="lines+markers+text" if spec.kind == "line" else "markers+text",
        text=[_short(spec, point) for point in series.points],
        textposition="top center" if spec.kind == "line" else "middle right",
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


def _short(spec: ChartSpec, point: Point) -> str:
    """The value and the letter of its grade, beside the mark."""
    if point.value is None:
        return say(spec.language, "non mesuré", "not measured")
    text = quantity(point.value, spec.unit, spec.language)
    return f"{text} ({point.grade})" if point.grade else text


def _spoken(spec: ChartSpec, point: Point) -> str:
    """The value with its grade in words, when the mark is pointed at."""
    if point.value is None:
        return say(spec.language, "non mesuré", "not measured")
    text = quantity(point.value, spec.unit, spec.language)
    if point.grade:
        text += f" ({grade_words(point.grade, spec.language)})"
    if point.pending:
        text += say(spec.language, " (en attente)", " (pending)")
    return text


def _lines(text: str, width: float) -> str:
    return "<br>".join(_plain(line) for line in wrap(text, width))


def _plain(text: str) -> str:
    """Plotly reads a small HTML in its texts: a name is never markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
