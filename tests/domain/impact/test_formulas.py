import math

import numpy as np
import pytest

from events_api.domain.impact.formulas import Formula, ancestors, descendants, evaluate, order


def formula(key: str, text: str) -> Formula:
    return Formula(key=key, unit="eur", section="4", text=text, label=key)


TABLE = {
    one.key: one
    for one in (
        formula("c", "(b + a) / a"),
        formula("b", "a * 2 - x"),
        formula("d", "clip(c, 0, 1) + part(x, y) + positive(0 - a)"),
    )
}


def test_the_text_of_a_formula_is_what_it_needs_and_what_it_computes() -> None:
    assert TABLE["d"].inputs == ("c", "x", "y", "a")
    assert TABLE["c"].id == "AMP-IMPACT/1 §4 c"
    assert [one.key for one in order(TABLE, ["c"])] == ["b", "c"]
    assert evaluate(order(TABLE, ["d"]), {"a": 4.0, "x": 2, "y": 0}) == {
        "a": 4,
        "x": 2,
        "y": 0,
        "b": 6,
        "c": 2.5,
        "d": 1,
    }


def test_arrays_and_numbers_go_together() -> None:
    found = evaluate(order(TABLE, ["c"]), {"a": np.array([1.0, 2.0]), "x": 2.0})

    assert found["c"].tolist() == [1.0, 2.0]


def test_a_division_by_nothing_is_no_error() -> None:
    found = evaluate(order(TABLE, ["c"]), {"a": 0.0, "x": -1.0})

    assert math.isinf(found["c"])
    assert math.isnan(evaluate([formula("q", "x / y")], {"x": 0, "y": 0})["q"])
    assert evaluate([formula("q", "part(x, y)")], {"x": 0, "y": 0})["q"] == 0


def test_a_given_value_stands_for_its_formula() -> None:
    assert evaluate(order(TABLE, ["c"]), {"a": 1.0, "b": 5.0, "x": 0.0})["c"] == 6


def test_what_a_figure_stands_on_and_what_stands_on_it() -> None:
    assert ancestors(TABLE, "d") == {"a", "b", "c", "x", "y"}
    assert descendants(order(TABLE, ["d"]), "b") == {"b", "c", "d"}


@pytest.mark.parametrize("text", ["a ** 2", "a < 2", "open(a)", "a.b", "'a'"])
def test_nothing_but_arithmetic_is_a_formula(text: str) -> None:
    with pytest.raises((TypeError, KeyError)):
        evaluate([formula("q", text)], {"a": 1.0})
