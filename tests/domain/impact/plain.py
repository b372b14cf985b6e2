"""What tests compare with: quantiles by bisection, the tolerance of the specification, any event and its values."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from events_api.domain.impact.formulas import Value
from events_api.domain.impact.model import Inputs, evaluate_model, formulas

Worked = dict[str, Any]

LINES = (
    "ticketing",
    "bars_merch",
    "sponsors",
    "sub_metropole",
    "sub_commune",
    "sub_departement",
    "sub_region",
    "other",
)
EXPENSE = ("artists", "technical", "anything")


def near(value: float | None, printed: float) -> bool:
    """Within the tolerance of the specification (§14)."""
    return value is not None and abs(value - printed) <= 1e-6 * abs(printed) + 1e-9


def differing(values: Mapping[str, float | None], printed: Mapping[str, float]) -> dict[str, tuple[Any, float]]:
    """The printed figures that are not reached."""
    return {key: (values[key], one) for key, one in printed.items() if not near(values[key], one)}


def pert_quantile(tail: float, a: float, b: float, *, upper: bool = False) -> float:
    """The quantile of Beta(a, b) by bisection, of a probability given by the tail below it, or above it."""
    if upper:
        return 1 - pert_quantile(tail, b, a)
    return _bisected(lambda x: _cdf(x, a, b) < tail)


def _bisected(below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if high - low < 1e-15 * high:
            return middle
        low, high = (middle, high) if below(middle) else (low, middle)


def _cdf(x: float, a: float, b: float) -> float:
    """The incomplete beta function by its power series, all terms positive (DLMF 8.17.8)."""
    if x > 0.5:
        return 1 - _cdf(1 - x, b, a)
    terms, term, n = [], 1.0, 0
    while term > 1e-18:
        terms.append(term)
        term *= (a + b + n) / (a + 1 + n) * x
        n += 1
    scale = math.gamma(a + b) / (math.gamma(a + 1) * math.gamma(b))
    return scale * x**a * (1 - x) ** b * math.fsum(terms)


def values_of(inputs: Inputs, parameters: Mapping[str, float]) -> dict[str, Value]:
    """Every figure of the model for plain numbers."""
    table = formulas(inputs, parameters.keys())
    return evaluate_model(inputs, table, parameters, table)


def _between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False)


def parameters() -> st.SearchStrategy[dict[str, float]]:
    """Parameters of any plausible event, with the names that EXPENSE and LINES need."""
    share, money, nights = _between(0, 1), _between(0, 200), _between(0, 10)
    return st.fixed_dictionaries(
        {
            "att_factor": _between(0.5, 1.1),
            "days_per_visitor": _between(1, 5),
            **dict.fromkeys(("share_D", "share_C", "share_N", "share_P"), _between(0, 0.25)),
            **dict.fromkeys(("attr_D", "attr_C", "attr_N", "attr_P", "crowd_C", "crowd_P"), share),
            **dict.fromkeys(("nights_C", "nights_N", "nights_P"), nights),
            **dict.fromkeys(("acc_C", "acc_P", "spend_L", "spend_D", "spend_C", "spend_N", "spend_P"), money),
            "spend_scale": _between(0.5, 1.2),
            **dict.fromkeys(("cap_acc", "cap_food", "cap_retail", "cap_transport", "cap_leisure"), share),
            **dict.fromkeys(("loc_artists", "loc_technical", "loc_anything", "ext_sponsors"), share),
            **dict.fromkeys(("phi_departement", "phi_region", "kappa_alt", "va_ratio"), share),
            "multiplier": _between(1, 2),
            "turnover_per_fte": _between(50_000, 200_000),
            "stay_tax_rate": _between(0, 5),
            "stay_tax_liable": share,
            "beta_subsidy": share,
        }
    )


def inputs() -> st.SearchStrategy[Inputs]:
    """A balanced budget of any amounts, and any attendance."""
    amounts = st.lists(_between(0, 1e6), min_size=len(LINES), max_size=len(LINES))

    def made(attendances: float, income: list[float], cuts: tuple[float, float]) -> Inputs:
        whole, (one, other) = math.fsum(income), sorted(cuts)
        parts = (whole * one, whole * (other - one), whole * (1 - other))
        return Inputs(
            territory="amp",
            attendances=attendances,
            revenue=dict(zip(LINES, income, strict=True)),
            expense=dict(zip(EXPENSE, parts, strict=True)),
        )

    return st.builds(made, _between(0, 1e6), amounts, st.tuples(_between(0, 1), _between(0, 1)))
