"""The result of an impact run in the shape of the worked examples of AMP-IMPACT/1: 12 significant digits."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec.structs import asdict

from events_api.domain.impact.assess import BREAKEVEN, Assessment
from events_api.domain.impact.segments import SEGMENTS
from events_api.domain.impact.summaries import Distribution
from events_api.text.labels import LABELS

CENTRAL: Final = (
    "attendances", "unique_visitors", *(f"{key}_{s}" for s in SEGMENTS for key in ("unique", "spend_per_stay")),
    "visitor_spend_gross", "gross_impact", "removed_locals", "removed_casuals_timeswitchers", "removed_crowding_out",
    "removed_local_money", "removed_external_purchases", "net_new_visitor_spend", "organiser_ext_revenue",
    "organiser_ext_expense", "organiser_local_revenue", "organiser_local_expense", "organiser_net",
    "net_primary_impact", "removed_vat_and_import_leak", "captured_visitor_turnover", "local_turnover",
    "added_multiplier", "total_net_impact", "value_added", "fte_years", "new_commercial_nights", "new_nights_all",
    "stay_tax_commune", "stay_tax_departement", "stay_tax_region", "new_visitors", "lev_gross_metro",
    "lev_gross_public", "lev_net_metro", "lev_net_public", "lev_net_budget", "lev_attributable_metro",
    "lev_total_metro", "cofinancing_per_euro", "cost_per_attendance", "cost_per_visitor", "cost_per_new_visitor",
    "cost_per_new_night", "net_to_gross", "beta_breakeven",
)  # fmt: skip
EXTENDED: Final = (
    "organiser_net", "net_primary_impact", "local_turnover", "total_net_impact", "lev_net_metro", "lev_net_public",
    "lev_net_budget", "beta_breakeven",
)  # fmt: skip
LEVERAGE_SWINGS: Final = 8


def document(assessment: Assessment) -> dict[str, Any]:
    """The result as one document; the name of the extended central figures says their κ."""
    extended = assessment.extended_kappa
    kappa = f"{extended.mode:g}".replace(".", "_")
    result = {
        "specification": assessment.specification,
        "territory": assessment.territory,
        "seed": assessment.seed,
        "n_mc": assessment.draws,
        "central": _figures(assessment.central, CENTRAL),
        f"central_extended_kappa_{kappa}": _figures(assessment.central_extended, EXTENDED),
        "at_pert_means": _figures(assessment.at_means, assessment.distributions),
        "waterfall": [
            {"label": LABELS["impact_bar"][bar.key][0], "value": bar.value, "kind": bar.kind, "key": bar.key}
            for bar in assessment.waterfall
        ],
        "monte_carlo": {
            **{key: _distribution(key, of) for key, of in assessment.distributions.items()},
            "prob_net_primary_negative": assessment.probability_net_negative,
            "prob_lev_net_metro_above_1": assessment.probability_leverage_above_1,
        },
        "monte_carlo_extended_profile": {
            "inputs": {"kappa_alt": [extended.low, extended.mode, extended.high]},
            **{key: _quantiles(of) for key, of in assessment.extended.items()},
        },
        "tornado_net_primary_impact": [asdict(swing) for swing in assessment.tornado],
        "tornado_lev_net_metro": [asdict(swing) for swing in assessment.leverage_tornado[:LEVERAGE_SWINGS]],
    }
    if "carbon_total" in assessment.central:
        result["carbon_mobility"] = _carbon(assessment.central)
    return {key: _rounded(value) for key, value in result.items()}


def _figures(values: Mapping[str, float | None], keys: Iterable[str]) -> dict[str, float | None]:
    return {key: values[key] for key in keys if key in values}


def _distribution(key: str, of: Distribution) -> dict[str, float | None]:
    return _quantiles(of) if key == BREAKEVEN else _quantiles(of) | {"mean": of.mean, "sd": of.sd}


def _quantiles(of: Distribution) -> dict[str, float | None]:
    return {"p10": of.p10, "p50": of.p50, "p90": of.p90}


def _carbon(central: Mapping[str, float | None]) -> dict[str, Any]:
    return {
        "kg_per_visitor_by_segment": {s: central[f"kg_per_visitor_{s}"] for s in SEGMENTS},
        "total_t": central["carbon_total_t"],
        "attributable_t": central["carbon_attributable_t"],
        "kg_per_unique_visitor": central["kg_per_unique_visitor"],
        "kg_per_attendance": central["kg_per_attendance"],
        "share_overnight": central["carbon_share_overnight"],
    }


def _rounded(value: Any) -> Any:
    """The same with every number at 12 significant digits."""
    match value:
        case float():
            return float(f"{value:.12g}")
        case dict():
            return {key: _rounded(one) for key, one in value.items()}
        case list():
            return [_rounded(one) for one in value]
    return value
