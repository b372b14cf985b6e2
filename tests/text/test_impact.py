"""Every figure, parameter, fact, unit and step of the impact model can be named in both languages."""

from typing import get_args

from events_api.domain.impact.formulas import Kind, Unit
from events_api.domain.impact.levels import Level, Part
from events_api.domain.impact.lints import Flag
from events_api.domain.impact.model import BARS, FORMULAS
from events_api.domain.impact.parameters import Status, label_of
from events_api.domain.impact.provenance import FACTS, Aspect
from events_api.domain.impact.segments import SEGMENTS
from events_api.domain.impact.territories import Territorial, Territory
from events_api.importers.impact import first_parameters
from events_api.text.catalogue import sentence
from events_api.text.labels import LABELS


def test_closed_lists_are_labelled_and_nothing_else_is() -> None:
    for group, values in (
        ("impact_unit", get_args(Unit)),
        ("impact_kind", get_args(Kind)),
        ("impact_level", get_args(Level)),
        ("impact_entry", get_args(Part)),
        ("impact_status", get_args(Status)),
        ("impact_segment", SEGMENTS),
        ("impact_bar", BARS),
        ("impact_aspect", get_args(Aspect)),
        ("impact_territory", get_args(Territory)),
        ("impact_territorial", get_args(Territorial)),
        ("impact_profile", [profile.name for profile in first_parameters().profiles]),
    ):
        assert sorted(LABELS[group]) == sorted(values), group


def test_every_figure_has_its_label() -> None:
    made_with_more = {
        "new_money", "spent_outside", "stands_net", "event_nights", "hotel_displaced", "kg_per_visitor", "carbon",
        "carbon_total", "carbon_total_t", "carbon_attributable_t", "kg_per_unique_visitor", "kg_per_attendance",
        "carbon_share_overnight",
    }  # fmt: skip

    assert LABELS["impact_figure"].keys() == {formula.label for formula in FORMULAS.values()} | made_with_more


def test_every_parameter_and_fact_has_its_label() -> None:
    parameters = {label_of(one.key)[0] for one in first_parameters().parameters}
    facts = {prefix.removesuffix("_") for prefix, _ in FACTS}

    assert LABELS["impact_given"].keys() == parameters | facts | {"beta_subsidy", "nonlocal_share"}


def test_every_flag_can_be_said() -> None:
    said = {
        "attribution-not-measured": {"segment": "D"},
        "multiplier-without-document": {"value": 1.6},
        "local-money-counted-in-part": {"share_bp": 2500},
        "in-kind-not-said": {},
        "journeys-not-said": {},
        "assumption-of-other-territory": {"about": "residents", "territory": "region_sud"},
    }

    french = {code: sentence(code, params, "fr") for code, params in said.items()}

    assert french["attribution-not-measured"].startswith("Visiteurs à la journée\xa0: tous sont comptés")
    assert french["local-money-counted-in-part"].startswith("25\xa0% de l’argent local")
    assert {*Flag.__struct_fields__} >= {"lint", "code", "severity", "params", "source"}
