"""Reproducible draws: SplitMix64 by counter, quantiles of Beta, PERT and triangular laws (AMP-IMPACT/1 §6, §15)."""

import math
from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = TypeVar("Number", float, Floats)

LARGEST_SEED: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15

# The cells of a table: 16 of equal width between two powers of two, from 2⁻²⁴ to 1/2, and the one that begins there.
_SHIFT: Final = 48
_FIRST: Final = (1023 - 24) << 4
_CELLS: Final = 23 * 16 + 1
_MIDDLES: Final = (np.arange(_FIRST, _FIRST + _CELLS, dtype=np.int64) << _SHIFT | 1 << _SHIFT - 1).view(np.float64)
_LEAST: Final = 2.0**-24


def splitmix(seed: int, *, first: int, count: int) -> NDArray[np.uint64]:
    """The numbers of the counters from `first` on: mix(seed + (i + 1)·golden), modulo 2⁶⁴."""
    z = np.arange(count, dtype=np.uint64)
    z *= np.uint64(_GOLDEN)
    z += np.uint64((seed + (first + 1) * _GOLDEN) & LARGEST_SEED)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z ^= z >> np.uint64(shift)
        z *= np.uint64(factor)
    z ^= z >> np.uint64(31)
    return z


def uniforms(seed: int, *, first: int, count: int) -> Floats:
    """Numbers between 0 and 1: ((z >> 11) + 0.5)·2⁻⁵³."""
    u = (splitmix(seed, first=first, count=count) >> np.uint64(11)).astype(np.float64)
    u += 0.5
    u *= 2.0**-53
    return u


def pert_shape(mode: Number) -> tuple[Number, Number]:
    """The parameters of the Beta law behind PERT(0, mode, 1), λ = 4: their sum is 6."""
    return 1 + 4 * mode, 5 - 4 * mode


def triangular_quantile(u: Floats, mode: Floats | float) -> Floats:
    """The quantiles of the triangular law on 0 to 1."""
    return np.where(u <= mode, np.sqrt(u * mode), 1 - np.sqrt((1 - u) * (1 - mode)))


def beta_quantile(u: Floats, a: Floats | float, b: Floats | float) -> Floats:
    """The quantiles of Beta(a, b), a ≥ 1 and b ≥ 1, to some 1e-14; in the lower tail to as many digits of their own."""
    u, a, b = np.broadcast_arrays(u, np.asarray(a, np.float64), np.asarray(b, np.float64))
    below = u <= 0.5
    x = _lower_quantile(np.where(below, u, 1 - u), np.where(below, a, b), np.where(below, b, a))
    return np.where(below, x, 1 - x)


class BetaTable:
    """The quantiles of one Beta law for many draws, within 2e-11 of the exact ones.

    A cell of probabilities has the quintic Taylor polynomial of the quantile at its middle, since the derivatives
    follow from the density. What is nearer than 2⁻²⁴ to 0 or to 1 is solved exactly.
    """

    def __init__(self, a: float, b: float, polynomials: Floats) -> None:
        self._a, self._b, self._polynomials = a, b, polynomials

    def __call__(self, u: Floats) -> Floats:
        """The quantiles of these probabilities."""
        tail = np.minimum(u, 1 - u)
        bits = tail.view(np.int64) >> _SHIFT
        away = tail - (bits << _SHIFT | 1 << _SHIFT - 1).view(np.float64)
        bits -= _FIRST
        bits += (u > 0.5) * _CELLS
        x: Floats = self._polynomials[-1].take(bits, mode="clip")
        for coefficients in self._polynomials[-2::-1]:
            x *= away
            x += coefficients.take(bits, mode="clip")
        rare = np.flatnonzero(tail < _LEAST)
        if len(rare):
            x[rare] = beta_quantile(u[rare], self._a, self._b)
        return x


def beta_tables(shapes: Sequence[tuple[float, float]]) -> list[BetaTable]:
    """A table for each (a, b), a ≥ 1 and b ≥ 1; made together, on long arrays, since the steps are many."""
    if not shapes:
        return []
    a, b = np.array(shapes, np.float64).reshape(-1, 2, 1).swapaxes(0, 1)
    lower, upper = _taylor(a, b), -_taylor(b, a)
    upper[0] += 1
    polynomials = np.concatenate([lower, upper], axis=2)
    return [BetaTable(*shape, np.ascontiguousarray(polynomials[:, row])) for row, shape in enumerate(shapes)]


def _taylor(a: Floats, b: Floats) -> Floats:
    """The coefficients of the quantiles of Beta(a, b) around the middle of each cell, by power, law and cell."""
    x = _lower_quantile(_MIDDLES, a, b)
    y = 1 - x
    slope = np.exp(_log_beta(a, b) - (a - 1) * np.log(x) - (b - 1) * np.log(y))
    # The logarithm of the slope, derived by x once to four times
    d1 = (b - 1) / y - (a - 1) / x
    d2 = (b - 1) / y**2 + (a - 1) / x**2
    d3 = 2 * (b - 1) / y**3 - 2 * (a - 1) / x**3
    d4 = 6 * (b - 1) / y**4 + 6 * (a - 1) / x**4
    return np.stack(
        [
            x,
            slope,
            slope**2 * d1 / 2,
            slope**3 * (2 * d1**2 + d2) / 6,
            slope**4 * (6 * d1**3 + 7 * d1 * d2 + d3) / 24,
            slope**5 * (24 * d1**4 + 46 * d1**2 * d2 + 7 * d2**2 + 11 * d1 * d3 + d4) / 120,
        ]
    )


def _lower_quantile(u: Floats, a: Floats, b: Floats) -> Floats:
    """Quantiles up to the median or a little above, by Newton's method on cdf(x)^(1/a), which is concave.

    It begins at the first term of the series at 0, left of the root, and from there never passes the root.
    """
    first = u ** (1 / a) * np.exp((np.log(a) + _log_beta(a, b)) / a)
    x = first
    for _ in range(64):
        fraction = _fraction(x, a, b)
        step = (1 - x) * fraction * (first * (1 - x) ** (-b / a) * fraction ** (-1 / a) - x)
        x = x + step
        if np.all(np.abs(step) <= 1e-8 * x):  # the next step would be of the order of the square
            break
    return x


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """The continued fraction of the incomplete beta function, from its end (DLMF 8.17.22)."""
    r = np.ones_like(x)  # in place: this is most of the time that tables take
    for m in range(20 + math.isqrt(int(np.max(np.maximum(a, b), initial=1))), 0, -1):
        even = m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m))
        odd = (a + m - 1) * (a + b + m - 1) / ((a + 2 * m - 2) * (a + 2 * m - 1))
        for term in (even, -odd):
            np.divide(x, r, out=r)
            r *= term
            r += 1
    return 1 / r


def _log_beta(a: Floats, b: Floats) -> Floats:
    log_gamma = np.vectorize(math.lgamma, otypes=[np.float64])
    return np.asarray(log_gamma(a) + log_gamma(b) - log_gamma(a + b))
