"""What is said of many draws: quantiles of type 7, moments, rank correlation, rounding for print (AMP-IMPACT/1 §6)."""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
from msgspec import Struct

from events_api.domain.impact.draws import Floats

_PROBABILITIES: Final = (0.1, 0.5, 0.9)
DIGITS: Final = 2
STEPS: Final = 30
TAILS: Final = (0.005, 0.995)


class Distribution(Struct, frozen=True, kw_only=True):
    """A figure over all draws; null where it has no finite value. The headline is p50, never the value at modes."""

    p10: float | None
    p50: float | None
    p90: float | None
    mean: float | None = None
    sd: float | None = None


class Histogram(Struct, frozen=True, kw_only=True):
    """The draws of a figure in steps of one width between its P0.5 and its P99.5, and those beyond on both sides."""

    low: float
    high: float
    counts: tuple[int, ...]
    below: int
    above: int

    @property
    def edges(self) -> tuple[float, ...]:
        """Where each step begins, and where the last one ends."""
        steps = len(self.counts)
        return (*(self.low + (self.high - self.low) * rank / steps for rank in range(steps)), self.high)


class Printed(Struct, frozen=True, kw_only=True):
    """A figure and its interval, two significant digits each, in units of 10^`power` (0, 3, 6 or 9): 440 [240–670]."""

    value: float
    low: float
    high: float
    power: int


def quantiles(values: Floats, probabilities: tuple[float, ...] = _PROBABILITIES) -> list[float]:
    """Quantiles of type 7. Between two infinite values the quantile is infinite."""
    places = [probability * (len(values) - 1) for probability in probabilities]
    lower = [math.floor(place) for place in places]
    ordered = np.partition(values, sorted({*lower, *(min(rank + 1, len(values) - 1) for rank in lower)}))
    found = []
    for place, rank in zip(places, lower, strict=True):
        low, high = float(ordered[rank]), float(ordered[min(rank + 1, len(values) - 1)])
        found.append(low if low == high or place == rank else low + (place - rank) * (high - low))
    return found


def distribution(values: Floats, *, moments: bool = True) -> Distribution:
    """The quantiles of a figure, with its mean and standard deviation (n − 1)."""
    p10, p50, p90 = (finite(value) for value in quantiles(values))
    if not moments:
        return Distribution(p10=p10, p50=p50, p90=p90)
    with np.errstate(invalid="ignore"):
        mean = float(values.mean())
        spread = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    return Distribution(p10=p10, p50=p50, p90=p90, mean=finite(mean), sd=finite(spread))


def histogram(values: Floats) -> Histogram | None:
    """The shape of a figure over all draws; null where it does not vary or is not finite.

    The rule is fixed, so that two assessments compare: 30 steps between P0.5 and P99.5, the tails counted apart.
    """
    low, high = quantiles(values, TAILS)
    if not low < high or not math.isfinite(high - low):
        return None
    counts, _ = np.histogram(values, STEPS, (low, high))
    return Histogram(
        low=low,
        high=high,
        counts=tuple(counts.tolist()),
        below=int(np.count_nonzero(values < low)),
        above=int(np.count_nonzero(values > high)),
    )


def ranks(values: Floats) -> Floats:
    """The rank of each value, equal values sharing the mean of theirs."""
    order = np.argsort(values)
    ordered = values[order]
    result = np.empty(len(values))
    result[order] = np.arange(1.0, len(values) + 1)
    if (ordered[1:] == ordered[:-1]).any():
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        ends = np.append(starts[1:], len(values))
        result[order] = np.repeat((starts + 1 + ends) / 2, ends - starts)
    return result


def correlation(one: Floats, other: Floats) -> float | None:
    """The linear correlation: of ranks it is Spearman's; null where one of the two does not vary."""
    a, b = one - one.mean(), other - other.mean()
    norm = math.sqrt(float(a @ a) * float(b @ b))
    return finite(float(a @ b) / norm) if norm else None


def finite(value: float) -> float | None:
    """The value, or null where it is infinite or no number."""
    return value if math.isfinite(value) else None


def printed(of: Distribution) -> Printed | None:
    """The headline and its interval as they are printed; null where one of the three is."""
    if of.p10 is None or of.p50 is None or of.p90 is None:
        return None
    largest = max(abs(of.p10), abs(of.p50), abs(of.p90))
    power = next((power for power in (9, 6, 3) if largest >= 10**power), 0)
    value, low, high = (rounded(part) / 10**power for part in (of.p50, of.p10, of.p90))
    return Printed(value=value, low=low, high=high, power=power)


def rounded(value: float, digits: int = DIGITS) -> float:
    """The value with so many significant digits, halves away from zero."""
    exact = Decimal(repr(value))
    if not exact:
        return 0.0
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_HALF_UP))
