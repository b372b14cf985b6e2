"""The worked example at modes, and the properties of §6.1 on any event."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events_api.domain.errors import DomainError
from events_api.domain.impact.assess import Run
from events_api.domain.impact.carbon import EmissionFactorMissing, JourneysMissing, Mobility, ModesNotWhole
from events_api.domain.impact.families import Production, SpentMoreThanEligible, additionality_needed, film_fund
from events_api.domain.impact.laws import ResidentsBelowZero
from events_api.domain.impact.model import (
    FORMULAS,
    CaptureMissing,
    FunderShareMissing,
    Hotel,
    Inputs,
    LocalShareMissing,
    ParameterMissing,
    SplitNotWhole,
    Stands,
    UnbalancedBudget,
    check,
    formulas,
    waterfall,
)
from events_api.domain.impact.segments import SEGMENTS
from tests.domain.impact.plain import Worked, inputs, near, parameters, values_of

few = settings(max_examples=25)
Values = dict[str, Any]
MONEY = ("acc_C", "acc_P", "spend_L", "spend_D", "spend_C", "spend_N", "spend_P")


def modes(run: Run) -> dict[str, float]:
    return {name: triple.mode for name, triple in run.parameters.items()}


def close(one: float, other: float, scale: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(scale))


# Properties


@few
@given(inputs(), parameters())
def test_the_waterfall_telescopes(given_inputs: Inputs, given_parameters: dict[str, float]) -> None:
    bars = waterfall(values_of(given_inputs, given_parameters))

    totals = [bar.value for bar in bars if bar.kind == "total"]
    reached = [sum(bar.value for bar in bars[:rank] if bar.kind == "delta") for rank in range(len(bars) + 1)]
    at = [reached[rank] for rank, bar in enumerate(bars) if bar.kind == "total"]
    assert all(close(totals[0] + part, total, totals[0]) for part, total in zip(at, totals, strict=True))


@few
@given(inputs(), parameters(), st.sampled_from(["ticketing", "sponsors", "sub_region", "other"]), st.floats(0, 1))
def test_a_greater_subsidy_in_the_same_budget_never_raises_the_net_impact(
    given_inputs: Inputs, given_parameters: dict[str, float], line: str, part: float
) -> None:
    moved = given_inputs.revenue[line] * part
    revenue = given_inputs.revenue | {
        line: given_inputs.revenue[line] - moved,
        "sub_metropole": given_inputs.revenue["sub_metropole"] + moved,
    }

    before = values_of(given_inputs, given_parameters)
    after = values_of(replace(given_inputs, revenue=revenue), given_parameters)

    assert after["net_primary_impact"] <= before["net_primary_impact"] + 1e-9 * before["gross_impact"]


@few
@given(inputs(), parameters())
def test_residents_alone_bring_no_new_spending(given_inputs: Inputs, given_parameters: dict[str, float]) -> None:
    found = values_of(given_inputs, given_parameters | dict.fromkeys(("share_D", "share_C", "share_N", "share_P"), 0.0))

    assert (found["share_L"], found["net_new_visitor_spend"], found["new_visitors"]) == (1, 0, 0)


@few
@given(inputs(), parameters(), st.floats(0.01, 100))
def test_the_net_impact_grows_as_all_money_does(
    given_inputs: Inputs, given_parameters: dict[str, float], factor: float
) -> None:
    more = replace(
        given_inputs,
        revenue={line: amount * factor for line, amount in given_inputs.revenue.items()},
        expense={line: amount * factor for line, amount in given_inputs.expense.items()},
    )

    one = values_of(given_inputs, given_parameters)
    other = values_of(more, given_parameters | {name: given_parameters[name] * factor for name in MONEY})

    assert close(other["net_primary_impact"], one["net_primary_impact"] * factor, one["gross_impact"] * factor)


@few
@given(inputs(), parameters())
def test_without_multiplier_the_total_is_the_turnover(given_inputs: Inputs, given_parameters: dict[str, float]) -> None:
    found = values_of(given_inputs, given_parameters | {"multiplier": 1.0})

    assert found["total_net_impact"] == found["local_turnover"]
    assert found["added_multiplier"] == 0


@few
@given(inputs(), parameters(), st.floats(0, 1))
def test_the_net_impact_does_not_depend_on_what_the_subsidy_caused(
    given_inputs: Inputs, given_parameters: dict[str, float], beta: float
) -> None:
    one = values_of(given_inputs, given_parameters)
    other = values_of(given_inputs, given_parameters | {"beta_subsidy": beta})
    without = values_of(given_inputs, {k: v for k, v in given_parameters.items() if k != "beta_subsidy"})

    assert one["net_primary_impact"] == other["net_primary_impact"] == without["net_primary_impact"]
    assert "lev_attributable_metro" not in without


@few
@given(inputs(), parameters())
def test_balanced_and_strict_the_organiser_is_what_eventimpacts_says(
    given_inputs: Inputs, given_parameters: dict[str, float]
) -> None:
    found = values_of(given_inputs, given_parameters | {"kappa_alt": 0.0})

    eventimpacts = found["organiser_local_expense"] - found["organiser_local_revenue"]
    assert close(found["organiser_net"], eventimpacts, found["budget"])


@few
@given(inputs(), parameters())
def test_twice_the_attendance_over_twice_the_days_is_as_many_people(
    given_inputs: Inputs, given_parameters: dict[str, float]
) -> None:
    twice = given_parameters | {"days_per_visitor": given_parameters["days_per_visitor"] * 2}

    one = values_of(given_inputs, given_parameters)
    other = values_of(replace(given_inputs, attendances=given_inputs.attendances * 2), twice)

    assert close(other["unique_visitors"], one["unique_visitors"], one["unique_visitors"])


@few
@given(inputs(), parameters())
def test_arrays_give_what_numbers_give(given_inputs: Inputs, given_parameters: dict[str, float]) -> None:
    arrays = {name: np.array([value, value]) for name, value in given_parameters.items()}

    one, many = values_of(given_inputs, given_parameters), values_of(given_inputs, arrays)  # type: ignore[arg-type]

    assert all(np.array_equal(np.broadcast_to(many[key], 2), [one[key]] * 2, equal_nan=True) for key in one)


# Cases


def test_hotel_data_replace_the_assumed_crowding_out(run: Run, worked: Worked) -> None:
    example = worked["hotel_crowding"]
    hotel = Hotel(base_nights=example["base_nights"], capacity_nights=example["capacity_nights"])

    found = values_of(replace(run.inputs, hotel=hotel), modes(run))
    empty = values_of(replace(run.inputs, hotel=Hotel(base_nights=0, capacity_nights=9e9)), modes(run))
    nobody = values_of(replace(run.inputs, hotel=hotel, attendances=0), modes(run))

    assert near(found["event_nights"], example["event_nights"])
    assert near(found["hotel_displaced"], example["displaced"])
    assert near(found["crowding_C"], example["delta"])
    assert found["crowding_C"] == found["crowding_P"]
    assert (empty["crowding_C"], nobody["crowding_C"], nobody["net_new_visitor_spend"]) == (0, 0, 0)


def test_stands_change_the_balance_of_the_organiser_and_have_a_bar(run: Run) -> None:
    stands = Stands(local_to_visitors=30_000, outside_to_residents=50_000)

    plain = values_of(run.inputs, modes(run))
    found = values_of(replace(run.inputs, stands=stands), modes(run))
    bars = {bar.key: bar.value for bar in waterfall(found)}

    assert found["organiser_net"] == plain["organiser_net"] - 20_000
    assert found["gross_impact"] == plain["gross_impact"]
    assert (bars["stands_net"], bars["net_primary_impact"]) == (-20_000, plain["net_primary_impact"] - 20_000)


def test_what_is_given_in_kind_is_support_and_no_budget(run: Run) -> None:
    plain = values_of(run.inputs, modes(run))
    found = values_of(replace(run.inputs, in_kind={"metropole": 50_000, "commune": 10_000}), modes(run))

    assert (found["subsidy"], found["public_money"]) == (200_000, 610_000)
    assert all(found[key] == plain[key] for key in ("budget", "gross_impact", "organiser_local_revenue"))
    assert found["lev_net_metro"] == plain["net_primary_impact"] / 200_000


def test_other_lines_count_as_what_they_are(run: Run) -> None:
    revenue = {"members": 1000.0, "sub_interreg": 500.0, "sub_commune": 500.0}
    inputs = replace(run.inputs, revenue=revenue, expense={"security": 2000.0})

    found = values_of(inputs, modes(run) | {"loc_security": 0.25, "phi_interreg": 0.9})

    assert (found["organiser_ext_revenue"], found["organiser_ext_expense"]) == (450, 1500)
    assert (found["public_money"], found["subsidy"]) == (1000, 0)
    assert not np.isfinite(found["lev_net_metro"])


def test_only_some_lines_of_income_follow_those_who_came(run: Run) -> None:
    found = values_of(run.inputs, modes(run))

    assert found["new_money_ticketing"] == pytest.approx(820_000 * found["share_attributed"])
    assert found["new_money_sub_metropole"] == found["new_money_sub_commune"] == 0


def test_journeys_emit_what_the_specification_says(run: Run, worked: Worked) -> None:
    example = worked["carbon_mobility"]

    found = values_of(run.inputs, modes(run))

    assert all(near(found[f"kg_per_visitor_{s}"], kg) for s, kg in example["kg_per_visitor_by_segment"].items())
    assert near(found["carbon_total_t"], example["total_t"])
    assert near(found["carbon_attributable_t"], example["attributable_t"])
    assert near(found["kg_per_unique_visitor"], example["kg_per_unique_visitor"])
    assert near(found["kg_per_attendance"], example["kg_per_attendance"])
    assert near(found["carbon_share_overnight"], example["share_overnight"])


def test_the_table_explains_every_printed_figure(worked: Worked) -> None:
    printed = {*worked["central"], *worked["at_pert_means"]}

    assert printed - FORMULAS.keys() == set()
    assert FORMULAS["unique_visitors"].inputs == ("attendances", "days_per_visitor")
    assert {FORMULAS[key].kind for key in ("net_primary_impact", "total_net_impact", "value_added", "fte_years")} == {
        "new_spend", "turnover", "value_added", "fte",
    }  # fmt: skip


# Refusals


def changed(run: Run, **changes: Any) -> Inputs:
    return replace(run.inputs, **changes)


REFUSALS: list[tuple[Callable[[Run], Inputs], type[DomainError], str]] = [
    (lambda run: changed(run, expense={"artists": 1_799_999.0}), UnbalancedBudget, "expense"),
    (lambda run: changed(run, expense={"artists": float("nan")}), UnbalancedBudget, "expense"),
    (lambda run: changed(run, expense={"rent": 1_800_000.0}), LocalShareMissing, "expense.rent"),
    (
        lambda run: changed(run, revenue={"sub_x": 5.0}, expense={"artists": 5.0}),
        FunderShareMissing,
        "revenue.sub_x",
    ),
    (lambda run: changed(run, split={"food": 0.5}), SplitNotWhole, "split"),
    (lambda run: changed(run, split={"toys": 1.0}), CaptureMissing, "split.toys"),
    (lambda run: changed(run, vat={"acc": 0.1}), CaptureMissing, "split.food"),
    (lambda run: changed(run, mobility=mobility(one_way_km={"L": 1.0})), JourneysMissing, "mobility"),
    (
        lambda run: changed(run, mobility=mobility(mode_shares={s: {"bus": 0.9} for s in SEGMENTS})),
        ModesNotWhole,
        "mobility.mode_shares.L",
    ),
    (
        lambda run: changed(run, mobility=mobility(emission_factors={})),
        EmissionFactorMissing,
        "mobility.emission_factors.bus",
    ),
]


def mobility(**changes: Any) -> Mobility:
    whole = Mobility(
        mode_shares={s: {"bus": 1.0} for s in SEGMENTS},
        one_way_km=dict.fromkeys(SEGMENTS, 10.0),
        emission_factors={"bus": 0.1},
    )
    return replace(whole, **changes)


@pytest.mark.parametrize(("make", "refusal", "field"), REFUSALS, ids=[refusal.__name__ for _, refusal, _ in REFUSALS])
def test_what_the_model_cannot_take_is_refused_by_name(
    run: Run, make: Callable[[Run], Inputs], refusal: type[DomainError], field: str
) -> None:
    with pytest.raises(refusal) as caught:
        check(make(run), run.parameters)

    assert caught.value.field == field


def test_amounts_are_said_in_full_cents(run: Run) -> None:
    with pytest.raises(UnbalancedBudget) as caught:
        check(changed(run, expense={"artists": 1_799_999.5}), run.parameters)

    assert caught.value.params == {"income_cents": 180_000_000, "expense_cents": 179_999_950}


def test_a_missing_parameter_is_named(run: Run) -> None:
    with pytest.raises(ParameterMissing) as caught:
        check(run.inputs, run.parameters.keys() - {"attr_N"})

    assert caught.value.params == {"parameter": "attr_N"}
    check(run.inputs, run.parameters.keys() - {"beta_subsidy", "kappa_alt"})


def test_more_than_everybody_from_outside_is_refused(run: Run) -> None:
    with pytest.raises(ResidentsBelowZero) as caught:
        values_of(run.inputs, modes(run) | {"share_D": 0.9})

    assert caught.value.params == {"total_bp": 11_800}
    whole = values_of(run.inputs, modes(run) | {"share_D": 0.2, "share_C": 0.3, "share_N": 0.1, "share_P": 0.4})
    assert abs(whole["share_L"]) < 1e-12


def test_a_profile_divides_one_share_among_the_segments(run: Run) -> None:
    parts: dict[Any, float] = {"D": 0.5, "C": 0.25, "N": 0.125, "P": 0.125}
    given = {name: mode for name, mode in modes(run).items() if not name.startswith("share_")}

    found = values_of(changed(run, composition=parts), given | {"nonlocal_share": 0.4})

    assert (found["share_C"], found["share_L"]) == (0.1, pytest.approx(0.6))
    assert formulas(changed(run, composition=parts), given)["share_C"].inputs == ("nonlocal_share", "composition_C")


# Film funds


def test_a_film_fund_counts_what_would_not_have_come(worked: Worked) -> None:
    production = Production(
        name="A", aid=100_000, eligible_spend=900_000, local_payroll=300_000, local_purchases=500_000,
        financed_outside=0.75, other_funds=50_000, shooting_days=30,
    )  # fmt: skip

    found = film_fund([production, production], additional=0.5)

    assert (found.aid, found.local_spend, found.new_spend) == (200_000, 1_600_000, 600_000)
    assert (found.net_primary_impact, found.lev_net, found.spend_over_aid) == (400_000, 2, 8)
    assert film_fund([production], additional=found.additionality_breakeven or 0).net_primary_impact == pytest.approx(0)
    assert film_fund([], additional=1).lev_net is None
    with pytest.raises(SpentMoreThanEligible):
        film_fund([replace(production, eligible_spend=1.0)], additional=0.5)


def test_the_additionality_that_a_ratio_needs(worked: Worked) -> None:
    given, printed = worked["seed_reconciliation"]["inputs"]["facamm"], worked["seed_reconciliation"]["facamm"]

    for ratio, key in ((1, "1"), (6.62, "6_62"), (64, "64")):
        needed = additionality_needed(spend=given["declared_spend"], aid=given["aid"], ratio=ratio)
        assert near(needed, printed[f"additionality_needed_for_ratio_{key}"])
