"""One run of the model: at modes, at means, over all draws, and what moves the result (AMP-IMPACT/1 §6)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct

from events_api.domain.impact.draws import Floats
from events_api.domain.impact.formulas import SPECIFICATION, Formulas, Value, Values, descendants, evaluate, order
from events_api.domain.impact.laws import STREAMS, Sampler, Survey, Triple, blocks, check_residents
from events_api.domain.impact.model import (
    Bar,
    Inputs,
    check,
    evaluate_model,
    facts,
    formulas,
    waterfall,
)
from events_api.domain.impact.parameters import Status
from events_api.domain.impact.segments import AWAY
from events_api.domain.impact.summaries import (
    Distribution,
    Histogram,
    Printed,
    correlation,
    distribution,
    finite,
    histogram,
    printed,
    ranks,
)

EXTENDED_KAPPA: Final = Triple(0.10, 0.25, 0.45)
"""The part of local money that would have left the territory anyway, where the extended profile counts it (§6.1)."""
KAPPA: Final = "kappa_alt"
HEADLINE: Final = "net_primary_impact"
LEVERAGE: Final = "lev_net_metro"
BREAKEVEN: Final = "beta_breakeven"
"""Infinite where the net impact is not positive: it has quantiles, no moments."""
MEASURES: Final = (
    "gross_impact", "net_new_visitor_spend", "organiser_net", HEADLINE, "local_turnover", "total_net_impact",
    "value_added", "fte_years", "new_visitors", "new_commercial_nights", "stay_tax_commune", "lev_gross_metro",
    LEVERAGE, "lev_net_public", "lev_net_budget", "lev_attributable_metro", "cost_per_attendance", "cost_per_visitor",
    "cost_per_new_visitor", "net_to_gross", BREAKEVEN,
)  # fmt: skip
"""The figures that are given with an interval."""
EXTENDED_MEASURES: Final = (
    HEADLINE, "total_net_impact", LEVERAGE, "lev_net_public", "lev_net_budget", BREAKEVEN,
)  # fmt: skip
TORNADO: Final = 12
MOST_WORTH_MEASURING: Final = 5


class Swing(Struct, frozen=True, kw_only=True):
    """A figure with one parameter at its P10 and its P90, all others at their modes."""

    param: str
    q10: float
    q90: float
    at_q10: float
    at_q90: float
    swing: float
    spearman: float | None
    """Rank correlation of the parameter and the figure over all draws."""


class WorthMeasuring(Struct, frozen=True, kw_only=True):
    """A parameter that no source settles, and how far it moves the headline."""

    param: str
    status: Status
    swing: float


class Run(Struct, frozen=True, kw_only=True):
    """Everything that a result depends on, besides the code. `status` says how well each parameter is known."""

    inputs: Inputs
    parameters: dict[str, Triple]
    seed: int
    draws: int
    survey: Survey | None = None
    extended_kappa: Triple = EXTENDED_KAPPA
    status: dict[str, Status] = {}
    streams: tuple[str, ...] = STREAMS

    @property
    def names(self) -> set[str]:
        """The parameters that there are, those that the survey gives among them."""
        return {*self.parameters, *(f"share_{s}" for s in AWAY if self.survey is not None)}


class Assessment(Struct, frozen=True, kw_only=True):
    """The result of a run. Figures are by their key, which `model.formulas` explains; null where there is none.

    Results of releases before histograms have none.
    """

    specification: str
    territory: str
    seed: int
    draws: int
    kappa: float
    extended_kappa: Triple
    central: dict[str, float | None]
    central_extended: dict[str, float | None]
    at_means: dict[str, float | None]
    waterfall: list[Bar]
    distributions: dict[str, Distribution]
    extended: dict[str, Distribution]
    probability_net_negative: float
    probability_leverage_above_1: float | None
    tornado: list[Swing]
    leverage_tornado: list[Swing]
    worth_measuring: list[WorthMeasuring]
    headline: Printed | None
    deals_signed: float | None
    contracts: int | None
    histograms: dict[str, Histogram] = {}


def assess(run: Run) -> Assessment:
    """Evaluate the model at modes, at means and over all draws; refuse what it cannot be evaluated on."""
    check(run.inputs, run.names)
    sampler = Sampler(run.parameters, seed=run.seed, draws=run.draws, survey=run.survey, streams=run.streams)
    table = formulas(run.inputs, run.parameters)
    modes = sampler.modes()
    central = evaluate_model(run.inputs, table, modes, table)
    extended = evaluate_model(run.inputs, table, modes | {KAPPA: run.extended_kappa.mode}, table)
    means = evaluate_model(run.inputs, table, sampler.means() | {KAPPA: 0.0}, table)
    drawn, wider = simulate(run, sampler, table)
    supported = bool(central["subsidy"])
    swings = _swings(run.inputs, table, sampler)
    correlations = _correlations(swings[HEADLINE], sampler, drawn[HEADLINE])
    shape = histogram(drawn[HEADLINE])
    return Assessment(
        specification=SPECIFICATION,
        territory=run.inputs.territory,
        seed=run.seed,
        draws=run.draws,
        kappa=float(central[KAPPA]),
        extended_kappa=run.extended_kappa,
        central=_numbers(central, table),
        central_extended=_numbers(extended, table),
        at_means=_numbers(means, table),
        waterfall=waterfall(central),
        distributions={key: distribution(drawn[key], moments=key != BREAKEVEN) for key in drawn},
        extended={key: distribution(wider[key], moments=False) for key in wider},
        probability_net_negative=float(np.mean(drawn[HEADLINE] < 0)),
        probability_leverage_above_1=float(np.mean(drawn[LEVERAGE] > 1)) if supported else None,
        tornado=_tornado(swings[HEADLINE], correlations),
        leverage_tornado=_tornado(swings[LEVERAGE], correlations) if supported else [],
        worth_measuring=_worth_measuring(swings[HEADLINE], run.status),
        headline=printed(distribution(drawn[HEADLINE], moments=False)),
        deals_signed=run.inputs.deals_signed,
        contracts=run.inputs.contracts,
        histograms={} if shape is None else {HEADLINE: shape},
    )


def simulate(run: Run, sampler: Sampler, table: Formulas) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """The measures over all draws, and those of the extended profile: the same draws, κ drawn on its own stream."""
    measures = [key for key in MEASURES if key in table]
    ordered = order(table, ["share_L", *measures])
    changed = descendants(ordered, KAPPA)
    again = [formula for formula in order(table, EXTENDED_MEASURES) if formula.key in changed]
    kappa = Sampler({KAPPA: run.extended_kappa}, seed=run.seed, draws=run.draws, streams=sampler.streams)
    drawn = {key: np.empty(run.draws) for key in measures}
    wider = {key: np.empty(run.draws) for key in EXTENDED_MEASURES}
    known: dict[str, Value | float] = {KAPPA: 0.0, **facts(run.inputs)}
    for first, count in blocks(run.draws):
        values = evaluate(ordered, known | sampler.block(first, count))
        check_residents(float(values["share_L"].min()))
        kept = {name: value for name, value in values.items() if name not in changed}
        others = evaluate(again, kept | kappa.block(first, count))
        for into, of in ((drawn, values), (wider, others)):
            for key, column in into.items():
                column[first : first + count] = of[key]
    return drawn, wider


def _numbers(values: Values, keys: Iterable[str]) -> dict[str, float | None]:
    return {key: finite(float(values[key])) for key in keys}


class _Ends(NamedTuple):
    """A figure with one parameter at its P10 and at its P90."""

    param: str
    q10: float
    q90: float
    at_q10: float
    at_q90: float

    @property
    def swing(self) -> float:
        return abs(self.at_q90 - self.at_q10)


def _swings(inputs: Inputs, table: Formulas, sampler: Sampler) -> dict[str, list[_Ends]]:
    """Every parameter that varies at its own P10 and P90, the others at their modes; the greatest swing first."""
    names = sampler.varying
    if not names:
        return {HEADLINE: [], LEVERAGE: []}
    modes = sampler.modes()
    ends = sampler.quantiles(names, (0.1, 0.9))
    cases = {name: np.full((2, len(names)), value, np.float64) for name, value in modes.items()}
    for rank, name in enumerate(names):
        cases[name][:, rank] = ends[:, rank]
    values = evaluate_model(inputs, table, cases, [HEADLINE, LEVERAGE])
    found = {}
    for key in (HEADLINE, LEVERAGE):
        at = np.broadcast_to(values[key], (2, len(names)))
        rows = [_Ends(name, *ends[:, rank].tolist(), *at[:, rank].tolist()) for rank, name in enumerate(names)]
        found[key] = sorted(rows, key=lambda row: -row.swing)
    return found


def _correlations(swings: Sequence[_Ends], sampler: Sampler, drawn: Floats) -> dict[str, float | None]:
    """The rank correlation of the parameters with the greatest swings and the headline.

    Leverage is the headline over a constant: its swings come in the same order and its ranks are the same.
    """
    ranked = ranks(drawn)
    return {row.param: correlation(ranks(sampler.all_of(row.param)), ranked) for row in swings[:TORNADO]}


def _tornado(swings: Sequence[_Ends], correlations: Mapping[str, float | None]) -> list[Swing]:
    return [
        Swing(**row._asdict(), swing=row.swing, spearman=correlations[row.param])
        for row in swings
        if row.param in correlations
    ]


def _worth_measuring(swings: Sequence[_Ends], status: Mapping[str, Status]) -> list[WorthMeasuring]:
    return [
        WorthMeasuring(param=row.param, status=status[row.param], swing=row.swing)
        for row in swings
        if row.swing > 0 and status.get(row.param, "sourced") != "sourced"
    ][:MOST_WORTH_MEASURING]
