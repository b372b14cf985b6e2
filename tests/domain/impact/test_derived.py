"""What is told of a result beside its figures: where each number comes from, and that it is the one that was kept."""

import math

import msgspec
import pytest
from msgspec.structs import replace

from events_api.domain.assessments import Frozen, computed, same_digits
from events_api.domain.impact.assess import Assessment, Run, assess
from events_api.domain.impact.derived import told
from events_api.domain.impact.formulas import evaluate
from events_api.domain.impact.levels import Entry
from events_api.domain.impact.provenance import trail
from events_api.importers.impact import first_parameters
from events_api.text.labels import LABELS


def test_every_number_stands_on_numbers_before_it(run: Run, assessment: Assessment) -> None:
    found = told(run, assessment)
    places = {key: place for place, key in enumerate(found)}

    assert all(places[name] < places[key] for key, node in found.items() for name in node.inputs)
    assert {key: found[key].value for key in assessment.central} == assessment.central
    assert all(node.label in LABELS[node.labels] for node in found.values())
    assert {node.label for node in found.values() if node.labels == "impact_told"} == (
        LABELS["impact_told"].keys() - {"assumption_set"}
    )


def test_a_quantile_is_the_one_that_was_kept_and_leads_to_the_figure_at_modes(run: Run, assessment: Assessment) -> None:
    node = told(run, assessment)["p50_net_primary_impact"]
    drawn = assessment.distributions["net_primary_impact"]

    assert (node.value, node.interval) == (drawn.p50, (drawn.p10, drawn.p90))
    assert (node.formula, node.text) == (
        "AMP-IMPACT/1 §6 p50_net_primary_impact", "quantile(net_primary_impact, 0.5)",
    )  # fmt: skip
    assert node.inputs == ("net_primary_impact", "draws", "seed")


def test_what_has_a_formula_is_what_the_formula_gives(run: Run, assessment: Assessment) -> None:
    found = told(run, assessment)
    made = [node for node in found.values() if node.origin == "formula" and "abs(" not in (node.text or "")]
    known = {key: math.nan if node.value is None else node.value for key, node in found.items()}

    for node in made:
        again = evaluate([Texted(node.key, node.text or "")], {key: known[key] for key in node.inputs})
        assert float(again[node.key]) == pytest.approx(known[node.key], rel=1e-9, abs=1e-9, nan_ok=True), node.key


class Texted:
    """The text of a node as a formula."""

    def __init__(self, key: str, text: str) -> None:
        self.key, self.text = key, text


def test_the_extended_profile_stands_on_its_own_kappa(run: Run, assessment: Assessment) -> None:
    found = told(run, assessment)

    steps = {node.key for node in trail(found, "p50_extended_net_primary_impact")}

    assert "extended_kappa" in steps
    assert "kappa_alt" not in steps
    assert found["extended_net_primary_impact"].value == assessment.central_extended["net_primary_impact"]
    assert (found["extended_kappa"].value, found["extended_kappa"].interval) == (0.25, (0.10, 0.45))


def test_probabilities_swings_and_shares_are_numbers_too(run: Run, assessment: Assessment) -> None:
    found = told(run, assessment)
    most = assessment.tornado[0]

    assert found["prob_lev_net_metro_above_1"].value == assessment.probability_leverage_above_1
    assert found["hhi"].value == pytest.approx(0.255679, abs=1e-6)
    assert found["budget_share"].value == pytest.approx(1)
    assert found[f"change_{most.param}"].value == most.at_q90 - most.at_q10
    assert found[f"rank_{most.param}"].value == most.spearman
    assert found[f"swing_share_{most.param}"].value == 1
    assert found["bar_removed_locals"].value == -(assessment.central["removed_locals"] or 0)
    assert found["draws_below_net_primary_impact"].value == assessment.histograms["net_primary_impact"].below


def test_without_subsidy_the_probability_of_a_leverage_has_no_value(run: Run) -> None:
    revenue = {line: amount for line, amount in run.inputs.revenue.items() if line != "sub_metropole"}
    revenue["ticketing"] += 150_000
    small = replace(run, draws=2000, inputs=replace(run.inputs, revenue=revenue))

    found = told(small, assess(small))

    assert found["prob_lev_net_metro_above_1"].value is None
    assert "budget_share_sub_metropole" not in found


def test_a_result_of_a_release_before_histograms_has_the_same_digits() -> None:
    entry = Entry(
        level="express", territory="amp", attendances=40_000.0, profile="festival_urbain", nights=2.5, budget=1e6
    )
    again = computed(msgspec.json.encode(Frozen(entry=entry, assumptions=first_parameters(), seed=1, draws=2_000)))
    outcome = msgspec.json.decode(again)
    del outcome["evaluation"]["result"]["histograms"]
    earlier = msgspec.json.encode(outcome, order="sorted")
    outcome["evaluation"]["result"]["draws"] += 1
    spoiled = msgspec.json.encode(outcome, order="sorted")

    assert same_digits(again, again)
    assert same_digits(earlier, again)
    assert not same_digits(spoiled, again)
    assert not same_digits(again.replace(b'"draws":2000', b'"draws":2001'), again)
