"""Every number of the worked examples that a run gives, and runs that are not the worked one."""

import math
from typing import Any

import pytest
from msgspec.structs import asdict, replace

from events_api.domain.impact.assess import EXTENDED_KAPPA, Assessment, Run, WorthMeasuring, assess
from events_api.domain.impact.laws import Survey, Triple
from events_api.domain.impact.summaries import Printed
from tests.domain.impact.plain import Worked, differing, near


def test_the_central_values_are_the_printed_ones(assessment: Assessment, worked: Worked) -> None:
    assert differing(assessment.central, worked["central"]) == {}
    assert differing(assessment.central_extended, worked["central_extended_kappa_0_25"]) == {}
    assert differing(assessment.at_means, worked["at_pert_means"]) == {}


def test_the_waterfall_is_the_printed_one(assessment: Assessment, worked: Worked) -> None:
    printed = worked["waterfall"]

    assert [bar.kind for bar in assessment.waterfall] == [bar["kind"] for bar in printed]
    assert all(near(bar.value, one["value"]) for bar, one in zip(assessment.waterfall, printed, strict=True))


def test_the_distributions_are_the_printed_ones(assessment: Assessment, worked: Worked) -> None:
    printed: dict[str, Any] = dict(worked["monte_carlo"])
    probabilities = (printed.pop("prob_net_primary_negative"), printed.pop("prob_lev_net_metro_above_1"))

    assert assessment.distributions.keys() == printed.keys()
    assert all(differing(asdict(assessment.distributions[key]), printed[key]) == {} for key in printed)
    assert (assessment.probability_net_negative, assessment.probability_leverage_above_1) == probabilities


def test_the_extended_profile_is_the_printed_one(assessment: Assessment, worked: Worked) -> None:
    printed: dict[str, Any] = dict(worked["monte_carlo_extended_profile"])
    del printed["inputs"]

    assert assessment.extended.keys() == printed.keys()
    assert all(differing(asdict(assessment.extended[key]), printed[key]) == {} for key in printed)


@pytest.mark.parametrize("name", ["tornado", "leverage_tornado"])
def test_the_tornados_are_the_printed_ones(assessment: Assessment, worked: Worked, name: str) -> None:
    keys = {"tornado": "tornado_net_primary_impact", "leverage_tornado": "tornado_lev_net_metro"}
    printed = worked[keys[name]]

    found = [asdict(swing) for swing in getattr(assessment, name)]

    assert [swing["param"] for swing in found][: len(printed)] == [swing["param"] for swing in printed]
    assert [
        differing(one, {k: v for k, v in two.items() if k != "param"}) for one, two in zip(found, printed, strict=False)
    ] == [{} for _ in printed]


def test_five_inputs_are_worth_measuring(assessment: Assessment) -> None:
    assert [(one.param, one.status) for one in assessment.worth_measuring] == [
        ("spend_scale", "partial"),
        ("crowd_C", "partial"),
        ("nights_C", "judged"),
        ("share_C", "judged"),
        ("nights_P", "judged"),
    ]
    assert assessment.worth_measuring[0] == WorthMeasuring(
        param="spend_scale", status="partial", swing=assessment.tornado[0].swing
    )


def test_the_headline_is_printed_with_two_digits(assessment: Assessment) -> None:
    assert assessment.headline == Printed(value=440, low=240, high=670, power=3)


def test_a_result_says_what_it_holds_for(assessment: Assessment) -> None:
    assert (assessment.specification, assessment.territory) == ("AMP-IMPACT/1", "amp")
    assert (assessment.seed, assessment.draws, assessment.kappa) == (20240601, 100_000, 0)
    assert assessment.extended_kappa == EXTENDED_KAPPA == Triple(0.10, 0.25, 0.45)


def small(run: Run, **changes: Any) -> Run:
    return replace(run, draws=2000, **changes)


def with_parameters(run: Run, **changes: Triple) -> Run:
    return small(run, parameters=run.parameters | changes)


def test_the_same_run_gives_the_same_result_and_another_seed_nearly_so(run: Run, assessment: Assessment) -> None:
    other = assess(replace(run, seed=7))

    assert assess(small(run)) == assess(small(run))
    for key in ("net_primary_impact", "lev_net_metro", "gross_impact"):
        one, two = assessment.distributions[key], other.distributions[key]
        assert one.p50 is not None
        assert two.p50 == pytest.approx(one.p50, rel=0.01)
        assert two.p50 != one.p50


def test_constants_alone_have_no_spread(run: Run) -> None:
    found = assess(small(run, parameters={k: Triple(t.mode, t.mode, t.mode) for k, t in run.parameters.items()}))
    net = found.distributions["net_primary_impact"]

    assert net.p10 == net.p50 == net.p90 == pytest.approx(521_012.5)
    assert net.sd == pytest.approx(0, abs=1e-6)
    assert (found.tornado, found.leverage_tornado, found.worth_measuring) == ([], [], [])
    assert found.extended["net_primary_impact"].p50 != net.p50


def test_one_draw_has_no_spread(run: Run) -> None:
    found = assess(replace(run, draws=1)).distributions["net_primary_impact"]

    assert found.p10 == found.p90 == found.mean
    assert found.sd is None


def test_without_subsidy_there_is_no_leverage(run: Run) -> None:
    revenue = {line: amount for line, amount in run.inputs.revenue.items() if line != "sub_metropole"}
    revenue["ticketing"] += 150_000

    found = assess(small(run, inputs=replace(run.inputs, revenue=revenue)))

    assert {key: found.central[key] for key in ("lev_net_metro", "lev_gross_metro", "cofinancing_per_euro")} == {
        "lev_net_metro": None, "lev_gross_metro": None, "cofinancing_per_euro": None,
    }  # fmt: skip
    assert found.distributions["lev_net_metro"].p50 is None
    assert (found.leverage_tornado, found.probability_leverage_above_1) == ([], None)
    assert found.central["cost_per_visitor"] == 0
    assert len(found.tornado) == 12


def test_a_net_impact_below_zero_has_no_break_even(run: Run) -> None:
    found = assess(with_parameters(run, spend_scale=Triple(0.0, 0.01, 0.02)))

    assert found.central["beta_breakeven"] is None
    assert found.distributions["beta_breakeven"].p50 is None
    assert found.probability_net_negative == 1


def test_nobody_from_outside_has_no_cost_per_new_visitor(run: Run) -> None:
    none = Triple(0, 0, 0)

    found = assess(with_parameters(run, share_D=none, share_C=none, share_N=none, share_P=none))

    assert (found.central["cost_per_new_visitor"], found.central["cost_per_new_night"]) == (None, None)
    assert found.distributions["cost_per_new_visitor"].mean is None
    assert found.distributions["net_new_visitor_spend"].p90 == 0


def test_what_depends_on_a_missing_beta_is_left_out_and_the_rest_is_the_same(run: Run) -> None:
    without = {name: triple for name, triple in run.parameters.items() if name != "beta_subsidy"}

    one, other = assess(small(run)), assess(small(run, parameters=without))

    assert one.distributions.keys() - other.distributions.keys() == {"lev_attributable_metro"}
    assert all(other.distributions[key] == one.distributions[key] for key in other.distributions)


def test_kappa_counts_local_money_in_part(run: Run) -> None:
    found = assess(with_parameters(run, kappa_alt=Triple(0.25, 0.25, 0.25)))
    strict = assess(small(run))

    assert found.central["net_primary_impact"] == strict.central_extended["net_primary_impact"]
    assert found.at_means["net_primary_impact"] == strict.at_means["net_primary_impact"]
    assert found.extended == strict.extended


def test_measured_shares_narrow_the_interval(run: Run) -> None:
    shares: dict[Any, float] = {"D": 0.2, "C": 0.13, "N": 0.12, "P": 0.03}

    def width(found: Assessment) -> float:
        of = found.distributions["new_visitors"]
        assert of.p10 is not None
        assert of.p90 is not None
        return of.p90 - of.p10

    few, many = (assess(small(run, survey=Survey(shares=shares, effective_n=n))) for n in (60, 20_000))

    assert few.central["unique_C"] == 3250
    assert width(many) < width(assess(small(run))) < width(few)
    assert math.isclose(few.at_means["new_visitors"] or 0, 7451.25, rel_tol=0.1)


def test_deals_and_contracts_stay_beside_the_result(run: Run) -> None:
    inputs = replace(run.inputs, deals_signed=5e6, contracts=120)

    found = assess(small(run, inputs=inputs))

    assert (found.deals_signed, found.contracts) == (5e6, 120)
    assert replace(found, deals_signed=None, contracts=None) == assess(small(run))
