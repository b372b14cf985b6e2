from collections.abc import Callable

import numpy as np
import pytest

from events_api.domain.errors import DomainError
from events_api.domain.impact import laws
from events_api.domain.impact.draws import uniforms
from events_api.domain.impact.laws import (
    STREAMS,
    DrawsOutOfRange,
    ResidentsBelowZero,
    Sampler,
    SeedOutOfRange,
    Survey,
    Triple,
    TripleOutOfOrder,
)
from tests.domain.impact.plain import Worked

WIDE = Triple(0.0, 0.2, 1.0)
SURVEY = Survey(shares={"D": 0.2, "C": 0.13, "N": 0.12, "P": 0.03}, effective_n=150)


def test_the_streams_are_those_of_the_specification(worked: Worked) -> None:
    assert list(STREAMS) == worked["parameter_stream_order"] == sorted(worked["parameters_low_mode_high"])


def test_a_constant_and_what_is_missing_keep_their_streams() -> None:
    alone = Sampler({"va_ratio": WIDE}, seed=1, draws=100)
    among = Sampler({"acc_C": Triple(1, 1, 1), "loc_zzz": WIDE, "loc_aaa": WIDE, "va_ratio": WIDE}, seed=1, draws=100)

    assert (alone.all_of("va_ratio") == among.all_of("va_ratio")).all()
    assert among.varying == ["va_ratio", "loc_aaa", "loc_zzz"]
    assert among.streams == (*STREAMS, "loc_aaa", "loc_zzz")
    assert among.block(0, 100)["acc_C"] == 1.0


def test_names_that_the_list_lacks_come_after_it_in_alphabetical_order() -> None:
    sampler = Sampler({"loc_b": Triple(0, 0, 1, "triangular"), "loc_a": WIDE}, seed=3, draws=10)

    u = uniforms(3, first=(len(STREAMS) + 1) * 10, count=10)

    assert np.allclose(sampler.all_of("loc_b"), 1 - np.sqrt(1 - u), rtol=1e-12)


def test_draws_do_not_depend_on_how_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = Sampler({"va_ratio": WIDE, "acc_C": Triple(10, 20, 90)}, seed=9, draws=1000, survey=SURVEY)
    whole = sampler.block(0, 1000)

    monkeypatch.setattr(laws, "BLOCK", 300)

    for name in sampler.varying:
        assert (sampler.all_of(name) == whole[name]).all()
        assert (sampler.block(250, 5)[name] == whole[name][250:255]).all()


def test_a_survey_draws_the_shares_by_dirichlets_law() -> None:
    sampler = Sampler({"share_D": WIDE, "va_ratio": WIDE}, seed=5, draws=40_000, survey=SURVEY)
    weights = np.array(SURVEY.weights)
    whole = weights.sum()

    drawn = np.stack([sampler.all_of(f"share_{s}") for s in "DCNP"])
    covariance = (np.diag(weights / whole) - np.outer(weights, weights) / whole**2)[:4, :4] / (whole + 1)

    assert (drawn.sum(axis=0) < 1).all()
    assert (drawn > 0).all()
    assert np.allclose(drawn.mean(axis=1), weights[:4] / whole, atol=6e-4)
    assert np.allclose(np.cov(drawn), covariance, atol=2e-5)
    assert sampler.modes()["share_C"] == 0.13
    assert sampler.means()["share_C"] == pytest.approx(weights[1] / whole)


def test_the_quantiles_of_a_share_are_those_of_its_own_law() -> None:
    sampler = Sampler({"va_ratio": WIDE}, seed=5, draws=40_000, survey=SURVEY)

    found = sampler.quantiles(["share_N", "va_ratio"], (0.1, 0.9))

    assert np.allclose(found[:, 0], np.quantile(sampler.all_of("share_N"), (0.1, 0.9)), atol=1e-3)
    assert np.allclose(found[:, 1], np.quantile(sampler.all_of("va_ratio"), (0.1, 0.9)), atol=5e-3)


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda: Sampler({"x": Triple(2, 1, 3)}, seed=1, draws=1), TripleOutOfOrder),
        (lambda: Sampler({"x": Triple(1, 2, float("inf"))}, seed=1, draws=1), TripleOutOfOrder),
        (lambda: Sampler({"x": Triple(float("nan"), 2, 3)}, seed=1, draws=1), TripleOutOfOrder),
        (lambda: Sampler({}, seed=-1, draws=1), SeedOutOfRange),
        (lambda: Sampler({}, seed=2**64, draws=1), SeedOutOfRange),
        (lambda: Sampler({}, seed=1, draws=0), DrawsOutOfRange),
        (lambda: Sampler({}, seed=1, draws=10_000_000), DrawsOutOfRange),
        (
            lambda: Sampler({}, seed=1, draws=1, survey=Survey(shares={"D": 0.7, "C": 0.4}, effective_n=9)),
            ResidentsBelowZero,
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(make: Callable[[], Sampler], refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        make()


def test_nothing_to_draw_draws_nothing() -> None:
    sampler = Sampler({"x": Triple(3, 3, 3)}, seed=2**64 - 1, draws=2)

    assert (sampler.varying, sampler.block(0, 2), sampler.modes()) == ([], {"x": 3.0}, {"x": 3})
