"""Another territory: which assumptions change with it, what is never new money there, what is said of the rest."""

from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from events_api.domain.assessments import Evaluation, Frozen, OverrideIn, checked_override, computed, evaluated, run_of
from events_api.domain.impact import adding
from events_api.domain.impact.adding import TerritoriesDiffer, added, figure
from events_api.domain.impact.formulas import Formula
from events_api.domain.impact.laws import Triple
from events_api.domain.impact.levels import Entry, Origins
from events_api.domain.impact.lints import LocalMoneyCounted
from events_api.domain.impact.model import FORMULAS
from events_api.domain.impact.parameters import Override
from events_api.domain.impact.territories import Territory, holds, never_new, territorial
from events_api.importers.impact import first_parameters
from events_api.text.catalogue import sentence

NARROW = "\N{NARROW NO-BREAK SPACE}"
SHARES = {
    "artists": 0.3,
    "technical": 0.7,
    "staff": 0.9,
    "logistics": 0.9,
    "communication": 0.6,
    "royalties_taxes": 0.1,
}
ENTRY = Entry(
    level="standard",
    territory="amp",
    attendances=40_000,
    grade="A",
    revenue={"ticketing": 400_000.0, "sponsors": 100_000.0, "sub_metropole": 150_000.0, "sub_departement": 50_000.0,
             "sub_region": 100_000.0},
    expense=dict.fromkeys(SHARES, 800_000.0 / 6),
    origin=Origins(known=8_000, outside=3_840),
    in_kind={"metropole": 12_000.0},
)  # fmt: skip


def frozen(entry: Entry) -> Frozen:
    return Frozen(entry=entry, assumptions=first_parameters(), seed=1, draws=1_000)


def of(territory: Territory, **changes: object) -> Evaluation:
    return evaluated(frozen(replace(ENTRY, territory=territory, **changes)))


def about(evaluation: Evaluation) -> list[object]:
    return [flag.params["about"] for flag in evaluation.flags if flag.lint == "IMP-04"]


def stated(key: str, territory: Territory = "region_sud") -> Override:
    asked = OverrideIn(low=0.2, mode=0.3, high=0.4, status="judged", document="Étude", reason="x", territory=territory)
    return checked_override(first_parameters(), key, asked)


def test_for_the_92_communes_nothing_is_said() -> None:
    assert about(of("amp")) == []


@pytest.mark.parametrize("territory", ["departement_13", "region_sud"])
def test_what_still_comes_from_the_set_is_said_with_sentence_and_source(territory: Territory) -> None:
    found = of(territory)

    funders = ["funders"] if territory == "departement_13" else []
    assert about(found) == ["captures", "purchases", "sponsors", *funders, "multiplier"]
    flag = next(flag for flag in found.flags if flag.lint == "IMP-04")
    assert (flag.severity, flag.source) == ("warning", "AMP-IMPACT/1 §4")
    assert "92 communes" in sentence(flag.code, flag.params, "en")
    assert found.result.territory == territory


def test_what_is_measured_or_stated_for_the_territory_is_not_flagged() -> None:
    captures = [stated(f"cap_{line}") for line in ("acc", "food", "retail", "transport", "leisure")]
    others = [stated("ext_sponsors"), replace(stated("ext_sponsors"), key="multiplier", low=1.1, mode=1.2, high=1.4)]

    found = of("region_sud", local_shares=SHARES, overrides=(*captures, *others))

    assert about(found) == []


def test_a_profile_or_the_shares_of_the_set_are_those_of_the_92_communes() -> None:
    express = {"level": "express", "revenue": None, "expense": None, "origin": None, "nights": 2.0, "budget": 1e6}

    assert "residents" in about(of("region_sud", profile="festival_urbain", **express))
    assert "purchases" in about(of("region_sud", profile="festival_urbain", **express))


def test_money_of_funders_within_the_territory_is_never_new() -> None:
    new = {place: of(place).result.central for place in get_args(Territory)}

    assert [
        [round(new[place][f"new_money_sub_{line}"] or 0) for line in ("departement", "region")]
        for place in get_args(Territory)
    ] == [[3_500, 63_000], [0, 63_000], [0, 0]]
    assert run_of(frozen(replace(ENTRY, territory="region_sud"))).parameters["phi_region"] == Triple(0.0, 0.0, 0.0)
    with pytest.raises(LocalMoneyCounted):
        stated("phi_region")
    assert stated("phi_region", "amp").key == "phi_region"


def test_an_assumption_of_one_territory_says_nothing_of_another_where_it_is_a_share_of_it() -> None:
    assert [holds(key, "region_sud", "amp") for key in ("loc_staff", "share_D", "attr_D", "spend_D")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert [territorial(key) for key in ("nonlocal_share", "phi_etat", "nights_C")] == ["residents", "funders", None]
    assert never_new("elsewhere") == frozenset()


def test_an_override_without_a_territory_keeps_its_bytes() -> None:
    plain = stated("ext_sponsors", "amp")

    assert (plain.stated_for, stated("ext_sponsors").stated_for) == ("amp", "region_sud")
    assert b"territory" not in msgspec.json.encode(plain)


def test_results_of_different_territories_are_refused_in_words() -> None:
    formula: Formula = FORMULAS["net_primary_impact"]
    figures = [figure(of(place).result, formula) for place in ("amp", "region_sud")]

    with pytest.raises(TerritoriesDiffer) as refused:
        added([one for one in figures if isinstance(one, adding.Figure)])

    assert sentence(refused.value.code, refused.value.params, "fr") == (
        "Des résultats de territoires différents ne s’additionnent pas\N{NO-BREAK SPACE}: "
        f"«{NARROW}communes d’Aix-Marseille-Provence{NARROW}», "
        f"«{NARROW}région Provence-Alpes-Côte d’Azur{NARROW}» (IMP-04)."
    )


def test_the_same_inputs_give_the_same_bytes_for_another_territory() -> None:
    inputs = msgspec.json.encode(frozen(replace(ENTRY, territory="departement_13")))

    assert computed(inputs) == computed(inputs)
