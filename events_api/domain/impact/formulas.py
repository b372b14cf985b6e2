"""Formulas as data: one text gives the computation of a figure, the names of its inputs and what is shown of it."""

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final, Literal

import numpy as np
from msgspec import Struct

from events_api.domain.impact.draws import Floats

SPECIFICATION: Final = "AMP-IMPACT/1"

Unit = Literal[
    "attendances", "people", "nights", "days", "nights_per_stay", "share", "factor", "eur", "eur_per_day",
    "eur_per_night", "eur_per_stay", "eur_per_fte", "eur_per_eur", "eur_per_attendance", "eur_per_person", "fte_years",
    "km", "kg_co2e", "t_co2e", "kg_co2e_per_km", "kg_co2e_per_person", "kg_co2e_per_attendance",
    "draws", "number", "identifier",
]  # fmt: skip
Kind = Literal["new_spend", "turnover", "value_added", "fte"]
"""What a euro or a job of impact is; figures of two kinds are never added (IMP-01)."""
Value = Floats | np.float64
Values = Mapping[str, Value]


class Formula(Struct, frozen=True, kw_only=True):
    """One figure: `text` computes it from other figures, facts and parameters; its labels go by `label`."""

    key: str
    unit: Unit
    section: str
    text: str
    kind: Kind | None = None
    label: str
    line: str | None = None
    """The line of the budget, the segment or the mode of transport that a label must name beside its own words."""

    @property
    def id(self) -> str:
        """What names the formula for ever."""
        return f"{SPECIFICATION} §{self.section} {self.key}"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names that the text needs, each once."""
        return _names(self.text)


Formulas = Mapping[str, Formula]


def order(formulas: Formulas, wanted: Iterable[str]) -> list[Formula]:
    """The formulas that the wanted figures need, each after those that it needs itself."""
    found: dict[str, Formula] = {}

    def visit(key: str) -> None:
        if key in formulas and key not in found:
            for name in formulas[key].inputs:
                visit(name)
            found[key] = formulas[key]

    for key in wanted:
        visit(key)
    return list(found.values())


def evaluate(ordered: Iterable[Formula], values: Mapping[str, Value | float]) -> dict[str, Value]:
    """The given values and those of the formulas. What is divided by nothing is infinite or no number, no error."""
    known = {name: value if isinstance(value, np.ndarray) else np.float64(value) for name, value in values.items()}
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for formula in ordered:
            if formula.key not in known:
                known[formula.key] = _computed(_parsed(formula.text), known)
    return known


def ancestors(formulas: Formulas, key: str) -> set[str]:
    """Everything that a figure stands on: figures, facts and parameters."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        formula = formulas.get(waiting.pop())
        if formula is not None:
            waiting += set(formula.inputs) - found
            found.update(formula.inputs)
    return found


def descendants(ordered: Iterable[Formula], name: str) -> set[str]:
    """The name and every figure that stands on it."""
    found = {name}
    for formula in ordered:
        if not found.isdisjoint(formula.inputs):
            found.add(formula.key)
    return found


# The language of the texts: names, numbers, + − × ÷, brackets and these functions


def clip(value: Value, low: Value, high: Value) -> Value:
    """The value, or the bound that it passes."""
    return np.minimum(np.maximum(value, low), high)


def part(value: Value, whole: Value) -> Value:
    """The quotient; nothing of nothing is nothing."""
    return np.where(whole == 0, 0.0, value / whole)[()]


def positive(value: Value) -> Value:
    """The value, or zero where it is less."""
    return np.maximum(value, 0.0)


_FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {"clip": clip, "part": part, "positive": positive}
_OPERATIONS: Final[dict[type[ast.operator], Callable[[Value, Value], Value]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@cache
def _names(text: str) -> tuple[str, ...]:
    nodes = [node for node in ast.walk(_parsed(text)) if isinstance(node, ast.Name) and node.id not in _FUNCTIONS]
    return tuple(dict.fromkeys(node.id for node in sorted(nodes, key=lambda node: node.col_offset)))


def _computed(node: ast.expr, values: Values) -> Value:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=int() | float() as number):
            return np.float64(number)
        case ast.BinOp(left=left, op=operation, right=right):
            return _OPERATIONS[type(operation)](_computed(left, values), _computed(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*(_computed(argument, values) for argument in arguments))
    raise TypeError(f"no formula: {ast.unparse(node)}")
