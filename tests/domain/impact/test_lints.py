"""Each lint with what passes and what fails."""

import pytest
from msgspec.structs import replace

from events_api.domain.errors import DomainError
from events_api.domain.impact import adding, lints
from events_api.domain.impact.adding import Figure, added, figure
from events_api.domain.impact.assess import Assessment, Run
from events_api.domain.impact.formulas import Formula
from events_api.domain.impact.laws import Triple
from events_api.domain.impact.lints import Flag, flags
from events_api.domain.impact.model import FORMULAS, Bar
from events_api.domain.impact.parameters import MultiplierRefused
from events_api.domain.tickets.methods import DensityNeedsPhoto, ImpossibleDensity
from events_api.text.labels import LABELS

NET = Figure(
    key="net_primary_impact", label="net_primary_impact", kind="new_spend", unit="eur", territory="amp", value=1.0
)


def table_with(key: str, text: str) -> dict[str, Formula]:
    return {**FORMULAS, key: replace(FORMULAS[key], text=text)}


def test_a_run_of_the_model_breaks_no_rule(run: Run, assessment: Assessment) -> None:
    lints.check_result(run, assessment)


def test_imp_01_results_say_what_they_are_and_are_not_mixed() -> None:
    lints.check_kinds({"net_primary_impact": "new_spend"})
    with pytest.raises(lints.KindMissing):
        lints.check_kinds({"net_primary_impact": None})
    with pytest.raises(adding.FiguresDiffer):
        added([NET, replace(NET, kind="turnover")])
    with pytest.raises(adding.FiguresDiffer):
        added([NET, replace(NET, key="organiser_net")])


def test_imp_02_work_is_supported_never_created() -> None:
    for text in LABELS["impact_figure"]["fte_years"] + LABELS["impact_kind"]["fte"]:
        lints.check_job_words(text)
    for text in ("3,3 emplois créés", "la création de 3 emplois", "3.3 jobs created"):
        with pytest.raises(lints.JobsSaidCreated):
            lints.check_job_words(text)


def test_imp_03_the_multiplier_is_applied_to_turnover_once() -> None:
    lints.check_multiplier_once(FORMULAS)
    for key, text in (
        ("total_net_impact", "multiplier * net_primary_impact"),
        ("value_added", "va_ratio * multiplier * total_net_impact"),
        ("value_added", "multiplier * va_ratio"),
    ):
        with pytest.raises(lints.MultiplierNotOnce):
            lints.check_multiplier_once(table_with(key, text))


def test_imp_04_a_result_holds_for_one_territory() -> None:
    lints.check_territory("amp")
    with pytest.raises(adding.TerritoryMissing):
        lints.check_territory(" ")
    with pytest.raises(adding.TerritoryMissing):
        added([replace(NET, territory="")])
    with pytest.raises(adding.TerritoriesDiffer):
        added([NET, replace(NET, territory="13")])


def test_imp_05_residents_are_in_the_gross_figure_alone() -> None:
    lints.check_residents_out(FORMULAS)
    with pytest.raises(lints.ResidentsCounted):
        lints.check_residents_out(table_with("net_new_visitor_spend", "new_spend_D + unique_L * spend_per_stay_L"))


def only(found: list[Flag], lint: str) -> list[str]:
    return [flag.code for flag in found if flag.lint == lint]


def test_imp_06_attribution_is_measured_or_said_not_to_be(run: Run) -> None:
    everybody = replace(run, parameters=run.parameters | {"attr_D": Triple(1, 1, 1)})

    assert only(flags(run), "IMP-06") == []
    assert flags(everybody)[0] == Flag(
        lint="IMP-06", code="attribution-not-measured", severity="warning", params={"segment": "D"},
        source="AMP-IMPACT/1 §2.1",
    )  # fmt: skip
    assert only(flags(replace(everybody, status={"attr_D": "sourced"})), "IMP-06") == []


def test_imp_07_a_high_multiplier_is_said_or_refused(run: Run) -> None:
    high = replace(run, parameters=run.parameters | {"multiplier": Triple(1.2, 1.4, 1.7)})

    assert only(flags(run), "IMP-07") == []
    assert only(flags(high), "IMP-07") == ["multiplier-without-document"]
    assert only(flags(high, documented=["multiplier"]), "IMP-07") == []
    with pytest.raises(MultiplierRefused):
        flags(replace(run, parameters=run.parameters | {"multiplier": Triple(1.2, 1.4, 2.5)}))


def test_imp_08_net_leverage_is_shown_with_what_must_be_believed() -> None:
    lints.check_shown(["lev_net_metro", "beta_breakeven"])
    lints.check_shown(["cofinancing_per_euro"])
    with pytest.raises(lints.CounterfactualMissing):
        lints.check_shown(["lev_net_metro", "cofinancing_per_euro"])


def test_imp_09_the_waterfall_shows_the_multiplier_and_telescopes(assessment: Assessment) -> None:
    bars = assessment.waterfall
    lints.check_waterfall(bars)
    for broken in ([bar for bar in bars if bar.key != "added_multiplier"], [*bars[:2], *bars[3:]]):
        with pytest.raises(lints.WaterfallBroken):
            lints.check_waterfall(broken)


def test_imp_10_local_money_is_subtracted(run: Run, assessment: Assessment) -> None:
    kept: list[Bar] = [bar for bar in assessment.waterfall if bar.key != "removed_local_money"]
    kappa = replace(run, parameters=run.parameters | {"kappa_alt": Triple(0.1, 0.25, 0.45)})

    lints.check_local_money(assessment.central, assessment.waterfall)
    with pytest.raises(lints.LocalMoneyCounted):
        lints.check_local_money(assessment.central, kept)
    with pytest.raises(lints.LocalMoneyCounted):
        lints.check_local_money(assessment.central | {"new_money_sub_metropole": 1.0}, assessment.waterfall)
    assert only(flags(run), "IMP-10") == []
    assert only(flags(kappa), "IMP-10") == ["local-money-counted-in-part"]


def test_imp_11_costs_in_kind_and_carbon_are_said(run: Run) -> None:
    said = replace(run, inputs=replace(run.inputs, in_kind={}))
    silent = replace(run, inputs=replace(run.inputs, mobility=None))

    assert only(flags(said), "IMP-11") == []
    assert only(flags(silent), "IMP-11") == ["in-kind-not-said", "journeys-not-said"]


@pytest.mark.parametrize(
    ("density", "photographed", "refusal"),
    [(3.0, False, None), (4.3, True, None), (4.3, False, DensityNeedsPhoto), (5.1, True, ImpossibleDensity)],
)
def test_att_03_a_crowd_is_only_so_dense(
    density: float,
    photographed: bool,
    refusal: type[DomainError] | None,
) -> None:
    if refusal is None:
        lints.check_density(density, photographed=photographed)
    else:
        with pytest.raises(refusal):
            lints.check_density(density, photographed=photographed)


def test_every_lint_has_its_source() -> None:
    assert [*lints.SOURCES] == [*(f"IMP-{number:02}" for number in range(1, 12)), "ATT-03"]


# Sums


def test_means_of_one_territory_add(assessment: Assessment) -> None:
    one = figure(assessment, FORMULAS["net_primary_impact"])
    assert one is not None

    both = added([one, one])

    assert one.value == assessment.distributions["net_primary_impact"].mean
    assert (both.value, both.events, both.crowding_overlaps) == (2 * one.value, 2, True)
    assert (one.events, one.crowding_overlaps) == (1, False)
    assert not added([replace(NET, key="attendances", kind=None, unit="attendances")] * 2).crowding_overlaps


@pytest.mark.parametrize("key", ["unique_visitors", "lev_net_metro", "net_to_gross"])
def test_people_and_ratios_do_not_add(assessment: Assessment, key: str) -> None:
    one = figure(assessment, FORMULAS[key])
    assert one is not None

    with pytest.raises(adding.NotAdditive):
        added([one, one])


def test_what_has_no_value_is_no_figure(assessment: Assessment) -> None:
    none = replace(assessment, central=assessment.central | {"lev_total_metro": None})

    assert figure(none, FORMULAS["lev_total_metro"]) is None
    assert figure(assessment, FORMULAS["budget"]) == Figure(
        key="budget", label="budget", kind=None, unit="eur", territory="amp", value=1_800_000
    )
