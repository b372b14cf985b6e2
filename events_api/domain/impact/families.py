"""Film funds, which have no visitors (AMP-IMPACT/1 §4.9, §10). Deals signed at a market are no impact of either."""

import math
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from events_api.domain.errors import DomainError

_Amount = Annotated[float, Meta(ge=0, le=1e12)]
_Share = Annotated[float, Meta(ge=0, le=1)]


class SpentMoreThanEligible(DomainError):
    """A production that spent more in the territory than was eligible."""


class Production(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A production that a fund aided: what it spent in the territory, and what of that was financed from outside."""

    name: str
    aid: _Amount
    eligible_spend: _Amount
    local_payroll: _Amount
    local_purchases: _Amount
    financed_outside: _Share
    other_funds: _Amount
    shooting_days: int


class FilmFund(Struct, frozen=True, kw_only=True):
    """What a fund brought, for one share of productions that would not have come without it; without aid no ratio.

    `spend_over_aid` is what the press quotes: a ratio, not an effect. `additionality_breakeven` is the share from which
    on the fund brings in more than it costs.
    """

    aid: float
    local_spend: float
    new_spend: float
    net_primary_impact: float
    lev_net: float | None
    spend_over_aid: float | None
    additionality_breakeven: float | None


def film_fund(productions: Sequence[Production], *, additional: float) -> FilmFund:
    """(Local payroll + local purchases financed from outside) × share that would not have come − aid."""
    for rank, production in enumerate(productions):
        local = production.local_payroll + production.local_purchases
        if local > production.eligible_spend:
            raise SpentMoreThanEligible(field=f"productions.{rank}", name=production.name)
    aid = math.fsum(one.aid for one in productions)
    local_spend = math.fsum(one.local_payroll + one.local_purchases for one in productions)
    outside = math.fsum(one.financed_outside * (one.local_payroll + one.local_purchases) for one in productions)
    net = outside * additional - aid
    return FilmFund(
        aid=aid,
        local_spend=local_spend,
        new_spend=outside * additional,
        net_primary_impact=net,
        lev_net=net / aid if aid else None,
        spend_over_aid=local_spend / aid if aid else None,
        additionality_breakeven=aid / outside if outside else None,
    )


def additionality_needed(*, spend: float, aid: float, ratio: float) -> float:
    """The share of a declared spend that aid must have caused for a ratio of so many euros to one to hold (§10)."""
    return ratio * aid / spend
