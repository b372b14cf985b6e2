import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.impact.summaries import (
    Distribution,
    Printed,
    correlation,
    distribution,
    histogram,
    printed,
    quantiles,
    ranks,
    rounded,
)

numbers = st.floats(-1e9, 1e9, allow_nan=False, allow_subnormal=False)


@given(st.lists(numbers, min_size=1, max_size=60))
def test_quantiles_are_of_type_7(values: list[float]) -> None:
    assert np.allclose(quantiles(np.array(values)), np.quantile(values, (0.1, 0.5, 0.9)), rtol=1e-12, atol=1e-6)


def test_infinite_values_stay_in_the_quantiles_and_are_written_null() -> None:
    values = np.array([0.2, 0.3, 0.4, math.inf, math.inf])

    assert quantiles(values, (0.5, 0.75, 0.9)) == [0.4, math.inf, math.inf]
    assert distribution(values, moments=False) == Distribution(p10=0.24, p50=0.4, p90=None)
    assert distribution(values).mean is None


def test_moments_are_those_of_a_sample() -> None:
    found = distribution(np.array([1.0, 2.0, 3.0, 4.0]))

    assert (found.mean, found.sd) == (2.5, pytest.approx(math.sqrt(5 / 3)))
    assert distribution(np.array([7.0])) == Distribution(p10=7.0, p50=7.0, p90=7.0, mean=7.0, sd=None)


def test_equal_values_share_their_rank() -> None:
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0, 3.0])).tolist() == [4, 1, 4, 2, 4]
    assert ranks(np.array([0.3, 0.1, 0.2])).tolist() == [3, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=30))
def test_rank_correlation_is_spearmans(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array(column, float) for column in zip(*pairs, strict=True))

    def plain(values: np.ndarray) -> list[float]:
        return [(2 * sum(values < v) + sum(values == v) + 1) / 2 for v in values]

    found = correlation(ranks(one), ranks(other))

    if len(set(one)) == 1 or len(set(other)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(plain(one), plain(other))[0, 1])


@pytest.mark.parametrize(
    ("value", "two_digits"),
    [(443_162.0, 440_000.0), (445_000.0, 450_000.0), (-0.0951, -0.095), (0.0, 0.0), (9.96, 10.0), (6.5e-5, 6.5e-5)],
)
def test_two_digits_are_printed(value: float, two_digits: float) -> None:
    assert rounded(value) == two_digits


def test_a_headline_and_its_interval_have_one_unit() -> None:
    euros = Distribution(p10=242_143.5, p50=443_162.2, p90=665_169.9)
    ratio = Distribution(p10=1.61, p50=2.954, p90=4.434)
    negative = Distribution(p10=-3_260_000.0, p50=-40_100.0, p90=12.0)

    assert printed(euros) == Printed(value=440, low=240, high=670, power=3)
    assert printed(ratio) == Printed(value=3.0, low=1.6, high=4.4, power=0)
    assert printed(negative) == Printed(value=-0.04, low=-3.3, high=0.000012, power=6)
    assert printed(Distribution(p10=0.2, p50=0.5, p90=None)) is None


def test_a_histogram_counts_every_draw_once() -> None:
    values = np.arange(1000.0)

    found = histogram(values)

    assert found is not None
    assert (found.low, found.high) == pytest.approx((4.995, 994.005))
    assert (found.below, found.above, len(found.counts)) == (5, 5, 30)
    assert sum(found.counts) + found.below + found.above == 1000
    assert found.edges[0] == found.low
    assert found.edges[-1] == found.high
    assert len(found.edges) == 31


@pytest.mark.parametrize("values", [[3.0], [3.0, 3.0, 3.0], [1.0, math.inf, math.inf], [math.nan, 1.0]])
def test_what_does_not_vary_or_is_not_finite_has_no_shape(values: list[float]) -> None:
    assert histogram(np.array(values)) is None
