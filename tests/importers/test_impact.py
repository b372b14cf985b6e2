"""The assumptions that the package ships, and files of inputs."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from events_api.domain.errors import DomainError
from events_api.domain.impact.laws import DrawsOutOfRange, Triple, TripleOutOfOrder
from events_api.domain.impact.parameters import (
    MultiplierRefused,
    ParameterOutOfBounds,
    ParameterUnknown,
    check_set,
    content_hash,
)
from events_api.domain.imports import FileUnreadable
from events_api.importers.impact import first_parameters, read_run

FILE = Path(__file__).parents[1] / "domain" / "impact" / "worked_examples.json"


@pytest.fixture
def content() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(FILE.read_bytes())
    return {key: found[key] for key in ("fixed_inputs", "parameters_low_mode_high", "seed", "n_mc")}


def encoded(content: dict[str, Any], **parameters: list[float]) -> bytes:
    return msgspec.json.encode(content | {"parameters_low_mode_high": content["parameters_low_mode_high"] | parameters})


def test_version_1_is_whole_and_never_changes() -> None:
    found = first_parameters()

    check_set(found)
    assert (len(found.parameters), len(found.emission_factors), len(found.profiles)) == (51, 9, 6)
    assert {one.status for one in found.parameters} == {"sourced", "partial", "judged", "unverified"}
    assert content_hash(found) == "c0e11d8d0c5cf611faae4a6eaad6cd43e96e4164acee90f9abca1e33774ea829"
    assert first_parameters() is found


def test_the_parameters_of_the_worked_example_are_those_of_version_1(content: dict[str, Any]) -> None:
    run = read_run(encoded(content))

    assert {key: one for key, one in run.parameters.items() if key != "beta_subsidy"} == first_parameters().triples


def test_what_a_file_does_not_say_is_assumed(content: dict[str, Any]) -> None:
    fixed = content["fixed_inputs"]
    for key in ("split_nonacc", "vat"):
        del fixed[key]

    run = read_run(encoded(content, grade_A_scanned=[0.9, 1, 1]))

    assert (run.inputs.split["food"], run.inputs.vat["retail"], run.inputs.in_kind) == (0.55, 0.2, None)
    assert (run.inputs.territory, run.extended_kappa, run.inputs.mobility) == ("amp", Triple(0.1, 0.25, 0.45), None)
    assert "grade_A_scanned" not in run.parameters


def test_what_a_file_says_is_taken(content: dict[str, Any]) -> None:
    content["fixed_inputs"]["in_kind"] = 25_000
    content["parameter_stream_order"] = ["va_ratio"]
    content["monte_carlo_extended_profile"] = {"inputs": {"kappa_alt": [0, 0.5, 1]}, "net_primary_impact": {}}

    run = read_run(encoded(content))

    assert run.inputs.in_kind == {"metropole": 25_000}
    assert (run.streams, run.extended_kappa) == (("va_ratio",), Triple(0, 0.5, 1))
    content["fixed_inputs"]["in_kind"] = {"metropole": 1, "commune": 2}
    assert read_run(encoded(content)).inputs.in_kind == {"metropole": 1, "commune": 2}


@pytest.mark.parametrize(
    ("parameters", "refusal", "field"),
    [
        ({"spend_D": [3, 2, 1]}, TripleOutOfOrder, "spend_D"),
        ({"cap_acc": [0, 1, 2]}, ParameterOutOfBounds, "cap_acc"),
        ({"spend_d": [1, 2, 3]}, ParameterUnknown, "spend_d"),
        ({"multiplier": [1, 2, 3]}, MultiplierRefused, "multiplier"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(
    content: dict[str, Any], parameters: dict[str, list[float]], refusal: type[DomainError], field: str
) -> None:
    with pytest.raises(refusal) as caught:
        read_run(encoded(content, **parameters))

    assert caught.value.field == field


def test_draws_have_a_limit(content: dict[str, Any]) -> None:
    with pytest.raises(DrawsOutOfRange) as caught:
        read_run(encoded(content | {"n_mc": 0}))

    assert caught.value.field == "n_mc"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": "x"}, "Expected `int`, got `str` - at `$.seed`"),
        ({"fixed_inputs": {"attendances_scanned": 5}}, "Object missing required field `revenue` - at `$.fixed_inputs`"),
        ({"fixed_inputs": {"attendances": 5}}, "Object contains unknown field `attendances` - at `$.fixed_inputs`"),
        ({"parameters_low_mode_high": {"acc_C": [1, 2]}}, "Expected `array` of length 3"),
    ],
)
def test_a_file_of_another_shape_says_where(content: dict[str, Any], change: dict[str, Any], reason: str) -> None:
    with pytest.raises(FileUnreadable) as caught:
        read_run(msgspec.json.encode(content | change))

    assert str(caught.value.params["reason"]).startswith(reason)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"seed": NaN}', b"\xff\xfe"], ids=repr)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        read_run(content)
