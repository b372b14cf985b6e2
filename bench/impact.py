"""The row of `make bench` about the impact model: its draws against quantiles by scipy."""

import functools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
from scipy.stats import beta

from bench.report import Row, times_row
from events_api.domain.impact import laws
from events_api.domain.impact.assess import BREAKEVEN, Run, assess, simulate
from events_api.domain.impact.draws import Floats
from events_api.domain.impact.laws import Sampler
from events_api.domain.impact.model import formulas
from events_api.importers.impact import read_run

WORKED = Path(__file__).parents[1] / "tests" / "domain" / "impact" / "worked_examples.json"
TURNS = 3


def draws() -> list[Row]:
    """100,000 draws of the worked example: both draw every parameter and evaluate the model, by other quantiles."""
    run = read_run(WORKED.read_bytes())
    ours, theirs, worst = [], [], 0.0
    for turn in range(TURNS + 1):
        taken, found = _timed(run)
        with patch.object(laws, "beta_tables", _by_scipy):
            their_time, expected = _timed(run)
        worst = max(worst, *(_apart(found[key], expected[key]) for key in found if key != BREAKEVEN))
        if turn:
            ours.append(taken)
            theirs.append(their_time)
    if worst > 1e-9:
        raise RuntimeError(f"the figures differ by {worst:.1e} of their spread")
    started = time.perf_counter()
    assess(run)
    whole = time.perf_counter() - started
    note = (
        f"scipy {min(theirs):.2f} s at best; figures differ by {worst:.0e} of their spread at most; with quantiles,"
        f" tornado and rank correlations {whole:.2f} s"
    )
    name = "100,000 draws against scipy.stats.beta.ppf for every parameter"
    return [times_row(name, ours, theirs, at_most=0.25, note=note)]


def _timed(run: Run) -> tuple[float, dict[str, Floats]]:
    started = time.perf_counter()
    sampler = Sampler(run.parameters, seed=run.seed, draws=run.draws)
    found, _ = simulate(run, sampler, formulas(run.inputs, run.names))
    return time.perf_counter() - started, found


def _by_scipy(shapes: Sequence[tuple[float, float]]) -> list[Callable[[Floats], Floats]]:
    return [functools.partial(beta.ppf, a=a, b=b) for a, b in shapes]


def _apart(one: Floats, other: Floats) -> float:
    return float(np.abs(one - other).max() / np.ptp(other))


ROWS = {"impact": draws}
