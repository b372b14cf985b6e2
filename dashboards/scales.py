"""How long a text is, where it breaks, how far a chart reaches: what every drawing measures."""

import math

from dashboards.measures import ChartSpec

SIZE = 14
_THIN = frozenset("iljtfrI.,;:'’|!()[]· \u00a0\u202f")
_THICK = frozenset("mwMWœŒæÆ—@%€")


def text_width(text: str, size: float = SIZE) -> float:
    """A generous estimate of the width of a text, whatever sans serif or serif face draws it."""
    ems = 0.0
    for character in text:
        if character in _THIN:
            ems += 0.38
        elif character in _THICK:
            ems += 0.98
        elif character.isupper():
            ems += 0.74
        else:
            ems += 0.62
    return ems * size


def wrap(text: str, width: float, size: float = SIZE) -> list[str]:
    """Lines no wider than the width, broken at ordinary spaces; a word that is too long is cut."""
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        candidate = f"{current} {word}" if current else word
        if not current or text_width(candidate, size) <= width:
            current = candidate
        else:
            lines.append(current)
            current = word
        while text_width(current, size) > width and len(current) > 1:
            fit = max(
                1, next(n for n in range(len(current), 0, -1) if n == 1 or text_width(current[:n], size) <= width)
            )
            lines.append(current[:fit])
            current = current[fit:]
    lines.append(current)
    return lines


def ticks(highest: float, count: int = 4, *, whole: bool = True) -> list[float]:
    """Round values from zero to at least the highest."""
    if highest <= 0:
        return [0, 1]
    rough = highest / count
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough * 0.999999)
    if whole:
        step = max(1, math.ceil(step))
    return [round(index * step, 6) for index in range(math.ceil(highest / step * (1 - 1e-14)) + 1)]


def totals(spec: ChartSpec) -> list[float]:
    """What each category reaches: the sum of a stack, else the largest of its values."""
    reach = sum if spec.kind == "stacked_bar" else max
    columns = zip(*(series.points for series in spec.series), strict=True)
    return [float(reach([point.value or 0 for point in column])) for column in columns]


def scale(spec: ChartSpec) -> list[float]:
    """The ticks of the value axis, round in what the reader sees: euros, not cents."""
    highest = max(totals(spec), default=0)
    if spec.unit == "euro_cents":
        return [100 * tick for tick in ticks(highest / 100)]
    return ticks(highest, whole=spec.unit == "count")
