from typing import Any

import pytest
from msgspec.structs import replace

from events_api.domain.errors import DomainError
from events_api.domain.impact.laws import Triple, TripleOutOfOrder, quantiles
from events_api.domain.impact.parameters import (
    GRADE_ROWS,
    MultiplierNeedsDocument,
    MultiplierRefused,
    Override,
    OverrideWithoutReason,
    ParameterOfOtherUnit,
    ParameterOutOfBounds,
    ParameterSet,
    ParameterTwice,
    ParameterUnknown,
    ProfileUnknown,
    attendance_factor,
    check_set,
    check_values,
    composition,
    content_hash,
    factor_of_interval,
    label_of,
    overridden,
    rule,
)
from events_api.domain.tickets.evidence import FACTORS
from events_api.importers.impact import first_parameters


@pytest.fixture
def first() -> ParameterSet:
    return first_parameters()


def with_first(given: ParameterSet, changed: str, **changes: Any) -> ParameterSet:
    parameters = [replace(one, **changes) if one.key == changed else one for one in given.parameters]
    return replace(given, parameters=tuple(parameters))


def test_a_grade_corrects_a_figure_by_one_factor_everywhere(first: ParameterSet) -> None:
    factors = {grade: attendance_factor(first, grade) for grade in GRADE_ROWS}

    assert {grade: (one.low, one.mode, one.high) for grade, one in factors.items()} == FACTORS


def test_the_hash_is_of_the_content(first: ParameterSet) -> None:
    backwards = replace(first, parameters=tuple(reversed(first.parameters)))

    assert content_hash(backwards) == content_hash(first)
    assert content_hash(with_first(first, "acc_C", low=30)) == content_hash(first)
    assert content_hash(with_first(first, "acc_C", low=31)) != content_hash(first)
    assert content_hash(with_first(first, "acc_C", note="")) != content_hash(first)
    assert content_hash(replace(first, version="2")) != content_hash(first)
    assert len(content_hash(first)) == 64


def test_the_model_gets_no_law_of_a_grade(first: ParameterSet) -> None:
    assert len(first.triples) == 45
    assert first.triples["acc_C"] == Triple(30, 45, 70)
    assert first.statuses["acc_C"] == "partial"
    assert first.factors["tgv"] == 0.00293


def test_one_event_may_have_another_assumption_with_its_reason(first: ParameterSet) -> None:
    override = Override(key="loc_security", low=0.8, mode=0.9, high=1, status="sourced", reason="Factures 2024")

    changed = overridden(
        first, [override, Override(key="acc_C", low=1, mode=2, high=3, status="judged", reason="camping")]
    )

    assert changed.triples["loc_security"] == Triple(0.8, 0.9, 1)
    assert (changed.parameter("acc_C").note, changed.parameter("acc_C").status) == ("camping", "judged")
    assert len(changed.parameters) == 52
    with pytest.raises(OverrideWithoutReason):
        overridden(first, [replace(override, reason=" ")])


REFUSED = [
    ("acc_C", {"low": 50.0}, TripleOutOfOrder),
    ("acc_C", {"high": float("inf")}, TripleOutOfOrder),
    ("cap_acc", {"high": 1.01}, ParameterOutOfBounds),
    ("days_per_visitor", {"low": 0.9}, ParameterOutOfBounds),
    ("turnover_per_fte", {"low": 0.0}, ParameterOutOfBounds),
    ("kappa_alt", {"high": 0.2}, ParameterOutOfBounds),
    ("acc_C", {"unit": "share"}, ParameterOfOtherUnit),
    ("acc_C", {"key": "acc_P"}, ParameterTwice),
    ("acc_C", {"key": "acc_N"}, ParameterUnknown),
    ("acc_C", {"key": "loc_"}, ParameterUnknown),
    ("multiplier", {"high": 1.6}, MultiplierNeedsDocument),
    ("multiplier", {"high": 2.1, "document": "rapport"}, MultiplierRefused),
]


@pytest.mark.parametrize(("key", "changes", "refusal"), REFUSED)
def test_a_set_that_cannot_be_is_refused(
    first: ParameterSet, key: str, changes: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        check_set(with_first(first, key, **changes))


def test_a_documented_multiplier_is_accepted(first: ParameterSet) -> None:
    check_set(with_first(first, "multiplier", high=1.6, document="étude entrées-sorties"))


def test_what_is_not_there_is_refused(first: ParameterSet) -> None:
    with pytest.raises(ParameterUnknown):
        first.parameter("acc_N")
    with pytest.raises(ProfileUnknown):
        first.profile("cirque")


def test_every_parameter_has_its_unit_and_its_label() -> None:
    assert (rule("spend_L").unit, rule("spend_C").unit, rule("spend_scale").unit) == (
        "eur_per_day", "eur_per_night", "factor",
    )  # fmt: skip
    assert [label_of(key) for key in ("acc_C", "loc_artists", "spend_scale", "ext_sponsors", "va_ratio")] == [
        ("acc", "C"), ("loc", "artists"), ("spend_scale", None), ("ext_sponsors", None), ("va_ratio", None),
    ]  # fmt: skip
    with pytest.raises(ParameterOutOfBounds):
        check_values("stay_tax_rate", Triple(-1, 0, 1))


@pytest.mark.parametrize(("low", "high"), [(0.9, 1.1), (0.7, 1.4), (0.95, 1.02)])
def test_an_interval_of_the_method_becomes_the_central_95_percent(low: float, high: float) -> None:
    factor = factor_of_interval(1000.0, 1000 * low, 1000 * high)

    found = quantiles([factor], (0.025, 0.975))[:, 0]

    assert found == pytest.approx([low, high], abs=0.15 * (high - low) if low + high != 2 else 1e-12)
    assert factor_of_interval(100, 1, 900).low == 0


def test_those_from_outside_divide_as_the_assumptions_do(first: ParameterSet) -> None:
    assert composition(first) == pytest.approx({"D": 20 / 48, "C": 13 / 48, "N": 12 / 48, "P": 3 / 48})
