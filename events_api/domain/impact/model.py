"""The impact model (AMP-IMPACT/1 §4, conventions of §15): what it is given, its formulas, the waterfall.

Amounts are euros in floating point, unlike those of accounts: every one of them is an estimate or leads to one.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from events_api.domain.errors import DomainError
from events_api.domain.impact import carbon
from events_api.domain.impact.carbon import Mobility
from events_api.domain.impact.formulas import Formula, Formulas, Kind, Unit, Value, Values, evaluate, order
from events_api.domain.impact.laws import check_residents
from events_api.domain.impact.segments import AWAY, PAID_BEDS, SEGMENTS, Segment

Amount = Annotated[float, Meta(ge=0, le=1e12)]
Share = Annotated[float, Meta(ge=0, le=1)]
Line = Annotated[str, Meta(pattern="^[A-Za-z][A-Za-z0-9_]{0,59}$")]

SPLIT: Final[Mapping[str, float]] = {"food": 0.55, "retail": 0.20, "transport": 0.12, "leisure": 0.13}
"""What visitors spend beside their bed, by category [J]."""
VAT: Final[Mapping[str, float]] = {"acc": 0.10, "food": 0.10, "retail": 0.20, "transport": 0.10, "leisure": 0.10}
SOLD_TO_VISITORS: Final = ("ticketing", "bars_merch")
NEVER_NEW: Final = ("sub_metropole", "sub_commune")
"""Money of the métropole and of its communes is never new money in the territory (§4.4)."""
OPTIONAL: Final = ("beta_subsidy", "kappa_alt")
_CENT: Final = 0.01


class UnbalancedBudget(DomainError):
    """Income and expense of the budget differ."""


class LocalShareMissing(DomainError):
    """An expense line without the share of it that is spent in the territory."""


class FunderShareMissing(DomainError):
    """A subsidy without the share of it that is new money."""


class CaptureMissing(DomainError):
    """A category of spending without its VAT rate or the share of it that stays."""


class ParameterMissing(DomainError):
    """A parameter that the model needs is not given."""


class SplitNotWhole(DomainError):
    """The categories of spending do not add up to the whole."""


class Hotel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Person-nights in paid beds over the edition: without the event, and those that could be sold."""

    base_nights: Amount
    capacity_nights: Amount


class Stands(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sales of the stands of a fair: of local ones to those who come from outside, of outside ones to residents."""

    local_to_visitors: Amount
    outside_to_residents: Amount


class Inputs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The facts of one edition. Lines of the budget have any names; subsidies are named `sub_` and their funder.

    `in_kind` is what public funders gave without paying, by funder; it belongs to no budget. `composition` divides
    `nonlocal_share` among the segments where no share of theirs is known. `deals_signed` and `contracts` are kept
    beside the results and are part of none (§4.9, IMP-02).
    """

    territory: str
    attendances: Amount
    revenue: dict[Line, Amount]
    expense: dict[Line, Amount]
    in_kind: dict[Line, Amount] | None = None
    split: dict[Line, Share] = field(default_factory=lambda: dict(SPLIT))
    vat: dict[Line, Share] = field(default_factory=lambda: dict(VAT))
    composition: dict[Segment, Share] | None = None
    hotel: Hotel | None = None
    stands: Stands | None = None
    mobility: Mobility | None = None
    deals_signed: Amount | None = None
    contracts: int | None = None


class Bar(Struct, frozen=True, kw_only=True):
    """A bar of the waterfall: a total, or what leads from one to the next. `key` is its figure and names its label."""

    key: str
    value: float
    kind: Literal["total", "delta"]


def formulas(inputs: Inputs, parameters: Collection[str]) -> dict[str, Formula]:
    """Every formula of the model for these lines; those that need a parameter of OPTIONAL only where it is given."""
    found = [*_visitors(inputs), *_organiser(inputs), *_results(inputs), *_ratios(inputs)]
    if inputs.mobility is not None:
        found += carbon.formulas(inputs.mobility)
    return {one.key: one for one in found if "beta_subsidy" not in one.inputs or "beta_subsidy" in parameters}


def facts(inputs: Inputs) -> dict[str, float]:
    """The facts by the names that formulas know them by."""
    found = {"attendances_raw": inputs.attendances}
    for group, lines in (
        ("revenue", inputs.revenue),
        ("expense", inputs.expense),
        ("in_kind", inputs.in_kind or {}),
        ("split", inputs.split),
        ("vat", inputs.vat),
        ("composition", inputs.composition or {}),
    ):
        found |= {f"{group}_{line}": value for line, value in lines.items()}
    if inputs.hotel is not None:
        found["hotel_base_nights"] = inputs.hotel.base_nights
        found["hotel_capacity_nights"] = inputs.hotel.capacity_nights
    if inputs.stands is not None:
        found["stands_local_to_visitors"] = inputs.stands.local_to_visitors
        found["stands_outside_to_residents"] = inputs.stands.outside_to_residents
    if inputs.mobility is not None:
        found |= carbon.facts(inputs.mobility)
    return found


def check(inputs: Inputs, parameters: Collection[str]) -> None:
    """Refuse inputs that the model cannot be evaluated on, naming the line, the amounts or the parameter."""
    income, expense = math.fsum(inputs.revenue.values()), math.fsum(inputs.expense.values())
    if not abs(income - expense) < _CENT:
        raise UnbalancedBudget(field="expense", income_cents=_cents(income), expense_cents=_cents(expense))
    whole = math.fsum(inputs.split.values())
    if not abs(whole - 1) < 1e-6:
        raise SplitNotWhole(field="split", total_bp=round(whole * 10_000))
    _check_lines(inputs, parameters)
    if inputs.mobility is not None:
        carbon.check(inputs.mobility)
    table = formulas(inputs, parameters)
    known = {*parameters, *OPTIONAL, *facts(inputs), *table}
    for name in (name for formula in table.values() for name in formula.inputs):
        if name not in known:
            raise ParameterMissing(field=name, parameter=name)


def _check_lines(inputs: Inputs, parameters: Collection[str]) -> None:
    for line in inputs.expense:
        if f"loc_{line}" not in parameters:
            raise LocalShareMissing(field=f"expense.{line}", line=line, parameter=f"loc_{line}")
    for line in inputs.revenue:
        if _is_subsidy(line) and line not in NEVER_NEW and _phi(line) not in parameters:
            raise FunderShareMissing(field=f"revenue.{line}", line=line, parameter=_phi(line))
    for line in inputs.split:
        if f"cap_{line}" not in parameters or line not in inputs.vat:
            raise CaptureMissing(field=f"split.{line}", line=line, parameter=f"cap_{line}")


def evaluate_model(
    inputs: Inputs, table: Formulas, parameters: Mapping[str, Value | float], wanted: Iterable[str]
) -> dict[str, Value]:
    """The values of facts, parameters and all figures that the wanted ones stand on.

    Parameters may be numbers or arrays of one shape, one number for each draw.
    """
    values = evaluate(order(table, ["share_L", *wanted]), facts(inputs) | {"kappa_alt": 0.0} | dict(parameters))
    check_residents(float(values["share_L"].min()))
    return values


# What stands in the waterfall, in the order of §15: the sign of a delta, or None for a total
_BARS: Final[tuple[tuple[str, int | None], ...]] = (
    ("gross_impact", None),
    ("removed_locals", -1),
    ("removed_casuals_timeswitchers", -1),
    ("removed_crowding_out", -1),
    ("removed_local_money", -1),
    ("removed_external_purchases", -1),
    ("stands_net", 1),
    ("net_primary_impact", None),
    ("removed_vat_and_import_leak", -1),
    ("local_turnover", None),
    ("added_multiplier", 1),
    ("total_net_impact", None),
)
BARS: Final = tuple(key for key, _ in _BARS)


def waterfall(values: Values) -> list[Bar]:
    """From gross to net: every total is the one before it and the deltas between. Stands only where there are some."""
    return [
        Bar(key=key, value=(sign or 1) * float(values[key]), kind="delta" if sign else "total")
        for key, sign in _BARS
        if key in values
    ]


# The formulas, section by section


def _formula(
    key: str,
    unit: Unit,
    section: str,
    text: str,
    *,
    kind: Kind | None = None,
    line: str | None = None,
) -> Formula:
    label = key.removesuffix(f"_{line}") if line else key
    return Formula(key=key, unit=unit, section=section, text=text, kind=kind, label=label, line=line)


def _sum(terms: Iterable[str]) -> str:
    return " + ".join(terms) or "0"


def _visitors(inputs: Inputs) -> list[Formula]:
    stay = {
        "L": "spend_L * days_per_visitor * spend_scale",
        "D": "spend_D * days_per_visitor * spend_scale",
        "C": "nights_C * (acc_C + spend_C) * spend_scale",
        "N": "nights_N * spend_N * spend_scale",
        "P": "nights_P * (acc_P + spend_P) * spend_scale",
    }
    found = [
        _formula("attendances", "attendances", "4.2", "attendances_raw * att_factor"),
        _formula("unique_visitors", "people", "4.2", "attendances / days_per_visitor"),
        _formula("share_L", "share", "4.2", "1 - (" + _sum(f"share_{s}" for s in AWAY) + ")", line="L"),
        *(_formula(f"unique_{s}", "people", "4.2", f"unique_visitors * share_{s}", line=s) for s in SEGMENTS),
        *(_formula(f"spend_per_stay_{s}", "eur_per_stay", "4.2", stay[s], line=s) for s in SEGMENTS),
        _formula("visitor_spend_gross", "eur", "4.2", _sum(f"unique_{s} * spend_per_stay_{s}" for s in SEGMENTS)),
        _formula("removed_locals", "eur", "15", "unique_L * spend_per_stay_L"),
        _formula(
            "removed_casuals_timeswitchers",
            "eur",
            "15",
            _sum(f"unique_{s} * (1 - attr_{s}) * spend_per_stay_{s}" for s in AWAY),
        ),
        _formula(
            "removed_crowding_out",
            "eur",
            "15",
            _sum(f"unique_{s} * attr_{s} * crowding_{s} * spend_per_stay_{s}" for s in PAID_BEDS),
        ),
    ]
    if inputs.composition is not None:
        found += [
            _formula(f"share_{s}", "share", "12", f"nonlocal_share * composition_{s}", line=s)
            for s in inputs.composition
        ]
    if inputs.hotel is None:
        found += [_formula(f"crowding_{s}", "share", "4.2", f"crowd_{s}", line=s) for s in PAID_BEDS]
    else:
        displaced = "clip(hotel_base_nights + event_nights - hotel_capacity_nights, 0, event_nights)"
        found += [
            _formula("event_nights", "nights", "4.2", _sum(f"unique_{s} * attr_{s} * nights_{s}" for s in PAID_BEDS)),
            _formula("hotel_displaced", "nights", "4.2", displaced),
            *(
                _formula(f"crowding_{s}", "share", "4.2", "part(hotel_displaced, event_nights)", line=s)
                for s in PAID_BEDS
            ),
        ]
    for s in AWAY:
        effective = f"unique_{s} * attr_{s}" + (f" * (1 - crowding_{s})" if s in PAID_BEDS else "")
        found += [
            _formula(f"new_visitors_{s}", "people", "4.2", effective, line=s),
            _formula(f"new_spend_{s}", "eur", "4.2", f"new_visitors_{s} * spend_per_stay_{s}", line=s),
        ]
    return found


def _organiser(inputs: Inputs) -> list[Formula]:
    found = [
        _formula("budget", "eur", "4.3", _sum(f"revenue_{line}" for line in inputs.revenue)),
        _formula("share_attributed", "share", "4.4", _sum(f"share_{s} * attr_{s}" for s in AWAY)),
        *(
            _formula(f"new_money_{line}", "eur", "4.4", _new_money(line), kind="new_spend", line=line)
            for line in inputs.revenue
        ),
        *(
            _formula(f"spent_outside_{line}", "eur", "4.4", f"expense_{line} * (1 - loc_{line})", line=line)
            for line in inputs.expense
        ),
        _formula("organiser_ext_revenue", "eur", "4.4", _sum(f"new_money_{line}" for line in inputs.revenue)),
        _formula("organiser_ext_expense", "eur", "4.4", _sum(f"spent_outside_{line}" for line in inputs.expense)),
        _formula("organiser_local_revenue", "eur", "4.4", "budget - organiser_ext_revenue"),
        _formula(
            "organiser_local_expense",
            "eur",
            "4.4",
            _sum(f"expense_{line} * loc_{line}" for line in inputs.expense),
        ),
        _formula("removed_local_money", "eur", "15", "(1 - kappa_alt) * organiser_local_revenue"),
        _formula("removed_external_purchases", "eur", "15", "organiser_ext_expense"),
    ]
    net = "organiser_ext_revenue - organiser_ext_expense + kappa_alt * organiser_local_revenue"
    if inputs.stands is not None:
        found.append(_formula("stands_net", "eur", "4.4", "stands_local_to_visitors - stands_outside_to_residents"))
        net += " + stands_net"
    return [*found, _formula("organiser_net", "eur", "4.4", net, kind="new_spend")]


def _new_money(line: str) -> str:
    if line in SOLD_TO_VISITORS:
        return f"revenue_{line} * share_attributed"
    if line == "sponsors":
        return "revenue_sponsors * ext_sponsors"
    if _is_subsidy(line) and line not in NEVER_NEW:
        return f"revenue_{line} * {_phi(line)}"
    return f"revenue_{line} * 0"


def _results(inputs: Inputs) -> list[Formula]:
    captured = "new_spend_beside_beds * split_{k} * cap_{k} / (1 + vat_{k})"
    beds = " + ".join(f"new_visitors_{s} * nights_{s} * acc_{s}" for s in PAID_BEDS)
    return [
        _formula("gross_impact", "eur", "4.3", "visitor_spend_gross + budget"),
        _formula("new_visitors", "people", "4.2", _sum(f"new_visitors_{s}" for s in AWAY)),
        _formula("net_new_visitor_spend", "eur", "4.2", _sum(f"new_spend_{s}" for s in AWAY), kind="new_spend"),
        _formula("net_primary_impact", "eur", "4.5", "net_new_visitor_spend + organiser_net", kind="new_spend"),
        _formula("new_spend_on_beds", "eur", "15", f"spend_scale * ({beds})"),
        _formula("new_spend_beside_beds", "eur", "15", "net_new_visitor_spend - new_spend_on_beds"),
        _formula(
            "captured_acc", "eur", "15", "new_spend_on_beds * cap_acc / (1 + vat_acc)", kind="turnover", line="acc"
        ),
        *(_formula(f"captured_{k}", "eur", "15", captured.format(k=k), kind="turnover", line=k) for k in inputs.split),
        _formula(
            "captured_visitor_turnover",
            "eur",
            "4.5",
            _sum(f"captured_{k}" for k in ("acc", *inputs.split)),
            kind="turnover",
        ),
        _formula("removed_vat_and_import_leak", "eur", "15", "net_new_visitor_spend - captured_visitor_turnover"),
        _formula("local_turnover", "eur", "4.5", "captured_visitor_turnover + organiser_net", kind="turnover"),
        _formula("added_multiplier", "eur", "15", "(multiplier - 1) * local_turnover", kind="turnover"),
        _formula("total_net_impact", "eur", "4.5", "multiplier * local_turnover", kind="turnover"),
        _formula("value_added", "eur", "4.5", "va_ratio * total_net_impact", kind="value_added"),
        _formula("fte_years", "fte_years", "4.5", "total_net_impact / turnover_per_fte", kind="fte"),
        _formula("new_commercial_nights", "nights", "4.6", _sum(f"new_visitors_{s} * nights_{s}" for s in PAID_BEDS)),
        _formula("new_nights_all", "nights", "15", "new_commercial_nights + new_visitors_N * nights_N"),
        _formula("stay_tax_commune", "eur", "4.6", "new_commercial_nights * stay_tax_liable * stay_tax_rate"),
        _formula("stay_tax_departement", "eur", "4.6", "stay_tax_commune * 0.10"),
        _formula("stay_tax_region", "eur", "4.6", "stay_tax_commune * 0.34"),
    ]


def _ratios(inputs: Inputs) -> list[Formula]:
    granted = ["revenue_sub_metropole"] if "sub_metropole" in inputs.revenue else []
    given = inputs.in_kind or {}
    public = [f"revenue_{line}" for line in inputs.revenue if _is_subsidy(line)] + [f"in_kind_{f}" for f in given]
    money: Unit = "eur_per_eur"
    return [
        _formula("subsidy", "eur", "4.7", _sum(granted + [f"in_kind_{f}" for f in given if f == "metropole"])),
        _formula("public_money", "eur", "4.7", _sum(public)),
        _formula("lev_gross_metro", money, "4.7", "gross_impact / subsidy"),
        _formula("lev_gross_public", money, "15", "gross_impact / public_money"),
        _formula("lev_net_metro", money, "4.7", "net_primary_impact / subsidy"),
        _formula("lev_net_public", money, "4.7", "net_primary_impact / public_money"),
        _formula("lev_net_budget", money, "4.7", "net_primary_impact / budget"),
        _formula("lev_attributable_metro", money, "4.7", "beta_subsidy * net_primary_impact / subsidy"),
        _formula("lev_total_metro", money, "15", "total_net_impact / subsidy"),
        _formula("cofinancing_per_euro", money, "4.7", "(budget - subsidy) / subsidy"),
        _formula("cost_per_attendance", "eur_per_attendance", "4.7", "subsidy / attendances"),
        _formula("cost_per_visitor", "eur_per_person", "4.7", "subsidy / unique_visitors"),
        _formula("cost_per_new_visitor", "eur_per_person", "4.7", "subsidy / new_visitors"),
        _formula("cost_per_new_night", "eur_per_night", "15", "subsidy / new_nights_all"),
        _formula("net_to_gross", "share", "15", "net_primary_impact / gross_impact"),
        _formula("beta_breakeven", "share", "4.7", "subsidy / positive(net_primary_impact)"),
    ]


def _is_subsidy(line: str) -> bool:
    return line.startswith("sub_")


def _phi(line: str) -> str:
    return f"phi_{line.removeprefix('sub_')}"


def _cents(amount: float) -> int:
    return round(amount * 100) if math.isfinite(amount) else 0


FORMULAS: Final[Formulas] = formulas(Inputs(territory="", attendances=0, revenue={}, expense={}), {"beta_subsidy"})
"""The formulas that there are whatever the lines of the budget: what a key of a result means, its unit, its label."""
