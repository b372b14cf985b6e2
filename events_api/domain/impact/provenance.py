"""Every figure of a run as a node: its value, unit and formula, and the names that it comes from (AMP-IMPACT/1 §9)."""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from events_api.domain.impact.assess import Run
from events_api.domain.impact.formulas import Formula, Kind, Unit, Value, order
from events_api.domain.impact.laws import Sampler
from events_api.domain.impact.model import check, evaluate_model, facts, formulas
from events_api.domain.impact.parameters import label_of, rule
from events_api.domain.impact.summaries import finite

Origin = Literal["fact", "parameter", "formula", "draws", "rule", "run"]
"""Entered, assumed, computed at modes, told from all draws, set by the specification, of the assessment itself."""
Group = Literal["impact_figure", "impact_given", "impact_told"]
Aspect = Literal[
    "extended", "removed", "p10", "p50", "p90", "at_p10", "at_p90", "change", "swing", "swing_share", "rank", "high",
    "edge", "step", "below", "above",
]  # fmt: skip
"""What of a figure or of a parameter a number is, where it is not its value at modes."""

FACTS: Final[tuple[tuple[str, Unit], ...]] = (
    ("attendances_raw", "attendances"),
    ("revenue_", "eur"),
    ("expense_", "eur"),
    ("in_kind_", "eur"),
    ("stands_local_to_visitors", "eur"),
    ("stands_outside_to_residents", "eur"),
    ("split_", "share"),
    ("vat_", "share"),
    ("composition_", "share"),
    ("hotel_base_nights", "nights"),
    ("hotel_capacity_nights", "nights"),
    ("mode_", "share"),
    ("ef_", "kg_co2e_per_km"),
    ("one_way_km_", "km"),
    ("car_occupancy", "people"),
)


class Node(Struct, frozen=True, kw_only=True):
    """One number. What is computed has its id, its text and its inputs; facts and parameters have none.

    `aspects` say what of the labelled thing it is; `interval` is P10 and P90 beside a median.
    """

    key: str
    value: float | None
    unit: Unit
    origin: Origin
    formula: str | None = None
    text: str | None = None
    inputs: tuple[str, ...] = ()
    kind: Kind | None = None
    label: str
    line: str | None = None
    aspects: tuple[Aspect, ...] = ()
    interval: tuple[float | None, float | None] | None = None
    group: Group | None = None

    @property
    def labels(self) -> Group:
        """The group that its label is in."""
        return self.group or ("impact_given" if self.origin in ("fact", "parameter") else "impact_figure")


def nodes(run: Run) -> dict[str, Node]:
    """The nodes of a run by key, each after those of its inputs."""
    check(run.inputs, run.names)
    table = formulas(run.inputs, run.parameters)
    modes = Sampler(run.parameters, seed=run.seed, draws=1, survey=run.survey, streams=run.streams).modes()
    values = evaluate_model(run.inputs, table, modes, table)
    found: dict[str, Node] = {}
    for formula in order(table, table):
        for name in formula.inputs:
            if name not in found:
                found[name] = _leaf(name, values[name], facts(run.inputs))
        found[formula.key] = _figure(formula, values[formula.key])
    return found


def trail(found: dict[str, Node], key: str) -> list[Node]:
    """A figure and everything that it stands on, the figure first."""
    keys = [key]
    for name in keys:
        keys += [one for one in found[name].inputs if one not in keys]
    return [found[name] for name in keys]


def _fact(name: str) -> tuple[str, Unit]:
    return next((prefix, unit) for prefix, unit in FACTS if name.startswith(prefix))


def _leaf(name: str, value: Value, given: Iterable[str]) -> Node:
    if name in given:
        prefix, unit = _fact(name)
        line = name.removeprefix(prefix) or None
        return Node(
            key=name,
            value=finite(float(value)),
            unit=unit,
            origin="fact",
            label=prefix.removesuffix("_"),
            line=line,
        )
    label, line = label_of(name)
    return Node(key=name, value=finite(float(value)), unit=rule(name).unit, origin="parameter", label=label, line=line)


def _figure(formula: Formula, value: Value) -> Node:
    return Node(
        key=formula.key,
        value=finite(float(value)),
        unit=formula.unit,
        origin="formula",
        formula=formula.id,
        text=formula.text,
        inputs=formula.inputs,
        kind=formula.kind,
        label=formula.label,
        line=formula.line,
    )
