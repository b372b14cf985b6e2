"""What tests compare with: quantiles by bisection, the tolerance of the specification, any event and its values."""

import math
from collections.abc import Callable, Mapping
from typing import Any

Worked = dict[str, Any]


def near(value: float | None, printed: float) -> bool:
    """Within the tolerance of the specification (§14)."""
    return value is not None and abs(value - printed) <= 1e-6 * abs(printed) + 1e-9


def differing(values: Mapping[str, float | None], printed: Mapping[str, float]) -> dict[str, tuple[Any, float]]:
    """The printed figures that are not reached."""
    return {key: (values[key], one) for key, one in printed.items() if not near(values[key], one)}


def pert_quantile(tail: float, a: float, b: float, *, upper: bool = False) -> float:
    """The quantile of Beta(a, b) by bisection, of a probability given by the tail below it, or above it."""
    if upper:
        return 1 - pert_quantile(tail, b, a)
    return _bisected(lambda x: _cdf(x, a, b) < tail)


def _bisected(below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if high - low < 1e-15 * high:
            return middle
        low, high = (middle, high) if below(middle) else (low, middle)


def _cdf(x: float, a: float, b: float) -> float:
    """The incomplete beta function by its power series, all terms positive (DLMF 8.17.8)."""
    if x > 0.5:
        return 1 - _cdf(1 - x, b, a)
    terms, term, n = [], 1.0, 0
    while term > 1e-18:
        terms.append(term)
        term *= (a + b + n) / (a + 1 + n) * x
        n += 1
    scale = math.gamma(a + b) / (math.gamma(a + 1) * math.gamma(b))
    return scale * x**a * (1 - x) ** b * math.fsum(terms)
