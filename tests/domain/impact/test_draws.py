"""SplitMix64, and quantiles against an independent bisection on the power series of the incomplete beta function."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events_api.domain.impact.draws import (
    Floats,
    beta_quantile,
    beta_tables,
    pert_shape,
    splitmix,
    triangular_quantile,
    uniforms,
)
from events_api.domain.impact.laws import Triple, quantiles
from events_api.domain.impact.summaries import quantiles as of_values
from tests.domain.impact.plain import Worked, near, pert_quantile

ENDS = [0.0, 2.0**-54, 1e-17, 1e-16, 2.0**-53, 2.0**-25, 2.0**-24, 0.25, 0.5]
MODES = [0.0, 1e-12, 1e-3, 0.125, 1 / 3, 0.5, 0.7, 0.999, 1.0]


def probabilities() -> Floats:
    """From the smallest that a draw can be to the largest, dense on both sides, with the ends of cells."""
    lower = np.concatenate([10.0 ** np.linspace(-17, np.log10(0.5), 4001), np.arange(1, 4097) / 8192, ENDS])
    return np.concatenate([lower, 1 - lower])


def test_the_first_numbers_are_those_of_the_specification(worked: Worked) -> None:
    check, seed = worked["prng_check"], worked["seed"]

    assert [f"{z:016x}" for z in splitmix(seed, first=0, count=3)] == check["z_hex_0_to_2"]
    assert np.allclose(uniforms(seed, first=0, count=3), check["u_0_to_2"], rtol=1e-11)
    assert near(float(uniforms(seed, first=100_000, count=1)[0]), check["u_100000"])


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**40), st.integers(1, 50))
def test_a_counter_gives_the_same_number_wherever_one_begins(seed: int, first: int, count: int) -> None:
    def mix(z: int) -> int:
        z ^= z >> 30
        z = z * 0xBF58476D1CE4E5B9 % 2**64
        z ^= z >> 27
        z = z * 0x94D049BB133111EB % 2**64
        return z ^ z >> 31

    plain = [mix((seed + (first + i + 1) * 0x9E3779B97F4A7C15) % 2**64) for i in range(count)]

    assert splitmix(seed, first=first, count=count).tolist() == plain
    assert uniforms(seed, first=first, count=count).tolist() == [((z >> 11) + 0.5) * 2.0**-53 for z in plain]


def test_the_worked_quantiles_are_reached(worked: Worked) -> None:
    check = worked["pert_check"]
    low, mode, high = (float(check["inputs"][key]) for key in ("low", "mode", "high"))
    laws = [Triple(low, mode, high), Triple(low, mode, high, "triangular")]

    found = quantiles(laws, (0.1, 0.5, 0.9))

    assert all(near(value, printed) for value, printed in zip(found[:, 0], check["p10_p50_p90"], strict=True))
    assert all(near(x, printed) for x, printed in zip(found[:, 1], check["triangular_p10_p50_p90"], strict=True))
    assert near(laws[0].mean, check["mean"])


def test_the_factors_of_the_grades_have_the_printed_quantiles(worked: Worked) -> None:
    printed = worked["evidence_grade_quantiles"]

    found = quantiles([Triple(*worked["evidence_grades"][grade]) for grade in printed], (0.1, 0.5, 0.9))

    for column, grade in enumerate(printed):
        assert all(near(x, p) for x, p in zip(found[:, column], printed[grade].values(), strict=True))


def test_people_of_a_declared_figure_over_five_days(worked: Worked) -> None:
    example, draws = worked["five_day_declared_unique"], worked["n_mc"]
    given = example["inputs"]
    parts = []
    for stream, name in enumerate(("factor", "days")):
        low, mode, high = given[name]
        (table,) = beta_tables([pert_shape((mode - low) / (high - low))])
        parts.append(low + (high - low) * table(uniforms(given["seed"], first=stream * draws, count=draws)))

    found = of_values(given["declared"] * parts[0] / parts[1])

    assert all(near(x, example[key]) for x, key in zip(found, ("p10", "p50", "p90"), strict=True))


@settings(max_examples=12)
@given(st.floats(0, 1), st.lists(st.floats(1e-17, 0.5), min_size=1, max_size=2))
@example(0.0, [1e-17, 0.5])
@example(1.0, [1e-17, 0.5])
@example(0.5, [1e-9])
def test_quantiles_are_those_of_an_independent_bisection(mode: float, tails: list[float]) -> None:
    a, b = pert_shape(mode)
    (table,) = beta_tables([(a, b)])
    lower = np.array([pert_quantile(tail, a, b) for tail in tails])
    upper = np.array([pert_quantile(tail, a, b, upper=True) for tail in tails if tail > 1e-16])
    u, v = np.array(tails), 1 - np.array([tail for tail in tails if tail > 1e-16])

    assert np.abs(beta_quantile(u, a, b) - lower).max(initial=0) < 1e-13
    assert np.abs(beta_quantile(u, a, b) / lower - 1).max(initial=0) < 1e-12
    assert np.abs(table(u) - lower).max(initial=0) < 2.5e-11
    assert np.abs(table(v) - upper).max(initial=0) < 2.5e-11 + np.abs(beta_quantile(v, a, b) - upper).max(initial=0)


@pytest.mark.parametrize("mode", MODES)
def test_a_table_is_exact_everywhere_and_never_leaves_its_range(mode: float) -> None:
    u, (a, b) = probabilities(), pert_shape(mode)
    (table,) = beta_tables([(a, b)])

    x, exact = table(u), beta_quantile(u, a, b)

    assert np.abs(x - exact).max() < 2e-11
    assert x.min() >= 0
    assert x.max() <= 1
    assert (table(np.array([0.0, 1.0])) == [0, 1]).all()
    assert (np.diff(table(np.sort(u))) >= -4e-11).all()


@pytest.mark.parametrize("mode", [0.0, 1.0])
def test_at_the_ends_the_law_has_a_closed_form(mode: float) -> None:
    u = probabilities()
    closed = -np.expm1(np.log1p(-u[u < 1]) / 5) if mode == 0 else u[u < 1] ** 0.2

    assert np.abs(beta_quantile(u[u < 1], *pert_shape(mode)) - closed).max() < 1e-15


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (1.3, 12.6), (500.5, 501.5), (31.0, 4.0), (2000.0, 9000.0)])
def test_the_laws_of_a_survey_are_as_exact(a: float, b: float) -> None:
    u = probabilities()
    (table,) = beta_tables([(a, b)])
    spread = (a * b / (a + b + 1)) ** 0.5 / (a + b)

    assert np.abs(table(u) - beta_quantile(u, a, b)).max() < 3e-10 * spread
    assert abs(beta_quantile(np.array([0.1]), 1, 1)[0] - 0.1) < 1e-15


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_triangular_law_is_undone_by_its_distribution(u: float, mode: float) -> None:
    x = float(triangular_quantile(np.array([u]), mode)[0])

    back = x * x / mode if x < mode else 1 - (1 - x) ** 2 / (1 - mode) if mode < 1 else 1.0
    assert abs(back - u) < 1e-7
