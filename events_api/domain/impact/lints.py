"""Crompton's misapplications and the densities of crowds as checks (AMP-IMPACT/1 §2.1, §3.4): refusals and flags."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from events_api.domain.errors import DomainError
from events_api.domain.impact import adding, parameters
from events_api.domain.impact.assess import HEADLINE, KAPPA, LEVERAGE, Assessment, Run
from events_api.domain.impact.formulas import SPECIFICATION, Formulas, Kind, ancestors
from events_api.domain.impact.model import NEVER_NEW, Bar, formulas
from events_api.domain.impact.segments import AWAY
from events_api.domain.impact.territories import OF_THE_SETS, Territorial, never_new, territorial
from events_api.domain.tickets import methods

Lint = Literal[
    "IMP-01", "IMP-02", "IMP-03", "IMP-04", "IMP-05", "IMP-06", "IMP-07", "IMP-08", "IMP-09", "IMP-10", "IMP-11",
    "ATT-03",
]  # fmt: skip
Severity = Literal["note", "warning"]

SOURCES: Final[Mapping[Lint, str]] = {
    lint: f"{SPECIFICATION} §{'3.4' if lint == 'ATT-03' else '2.1'}" for lint in get_args(Lint)
}
_CREATED: Final = re.compile(r"\bcré(?:é|er|ation)|\bcreat(?:e|ed|es|ing|ion)\b", re.IGNORECASE)


class KindMissing(DomainError):
    """A result of impact that does not say whether it is spending, turnover, value added or work (IMP-01)."""


class JobsSaidCreated(DomainError):
    """Full-time equivalents are years of work that turnover supports, not jobs that were created (IMP-02)."""


class MultiplierNotOnce(DomainError):
    """A multiplier that is applied to something else than turnover, or twice (IMP-03)."""


class ResidentsCounted(DomainError):
    """Spending of residents in a net result (IMP-05)."""


class CounterfactualMissing(DomainError):
    """A net leverage shown without what must be believed of the subsidy for it to hold (IMP-08)."""


class WaterfallBroken(DomainError):
    """A waterfall without the bar of the multiplier, or whose bars do not lead to its totals (IMP-09)."""


class LocalMoneyCounted(DomainError):
    """Money of the territory counted as new (IMP-10)."""


class Flag(Struct, frozen=True, kw_only=True):
    """What must be said beside a result. `code` names its sentence, which `params` fill."""

    lint: Lint
    code: str
    severity: Severity
    params: dict[str, Any]
    source: str


def flags(run: Run, *, documented: Collection[str] = ()) -> list[Flag]:
    """What must be said beside the result of a run; `documented` are the parameters that a document backs.

    IMP-06: people who came for the event alone, unmeasured. IMP-07: a multiplier above 1.5; above 2 it is refused.
    IMP-10: κ above zero. IMP-11: what the métropole gave in kind, or the journeys, are not said.
    """
    found = []
    for segment in AWAY:
        known = run.parameters.get(f"attr_{segment}")
        if known is not None and known.mode >= 1 and run.status.get(f"attr_{segment}") != "sourced":
            found.append(_flag("IMP-06", "attribution-not-measured", "warning", segment=segment))
    multiplier = run.parameters.get("multiplier")
    if multiplier is not None:
        parameters.check_multiplier(multiplier.high)
        if multiplier.high > parameters.DOCUMENTED_MULTIPLIER and "multiplier" not in documented:
            found.append(_flag("IMP-07", "multiplier-without-document", "warning", value=multiplier.high))
    kappa = run.parameters.get(KAPPA)
    if kappa is not None and kappa.high > 0:
        found.append(_flag("IMP-10", "local-money-counted-in-part", "note", share_bp=round(kappa.mode * 10_000)))
    if run.inputs.in_kind is None:
        found.append(_flag("IMP-11", "in-kind-not-said", "warning"))
    if run.inputs.mobility is None:
        found.append(_flag("IMP-11", "journeys-not-said", "warning"))
    return found


def territory_flags(run: Run, settled: Collection[str]) -> list[Flag]:
    """IMP-04: what a run for another territory than that of the sets took from them all the same; `settled` are the
    parameters that were measured or stated for the territory of the run."""
    if run.inputs.territory == OF_THE_SETS:
        return []
    settled = {*settled, *never_new(run.inputs.territory)}
    used = {*(f"loc_{line}" for line in run.inputs.expense), *(f"cap_{line}" for line in run.inputs.split), "cap_acc"}
    used |= {f"phi_{line.removeprefix('sub_')}" for line in run.inputs.revenue}
    groups: dict[Territorial, None] = {}
    for name in run.parameters:
        group = territorial(name)
        is_idle = group in {"purchases", "captures", "funders"} and name not in used
        if group is not None and name not in settled and not is_idle:
            groups[group] = None
    if "sponsors" not in run.inputs.revenue:
        groups.pop("sponsors", None)
    return [
        Flag(
            lint="IMP-04",
            code="assumption-of-other-territory",
            severity="warning",
            params={"about": group, "territory": run.inputs.territory},
            source=f"{SPECIFICATION} §4",
        )
        for group in groups
    ]


def check_result(run: Run, assessment: Assessment) -> None:
    """Refuse a result that breaks a rule: IMP-01, IMP-03, IMP-04, IMP-05, IMP-09 and IMP-10."""
    table = formulas(run.inputs, run.parameters)
    check_kinds({key: table[key].kind for key in _OF_IMPACT})
    check_multiplier_once(table)
    check_territory(assessment.territory)
    check_residents_out(table)
    check_waterfall(assessment.waterfall)
    check_local_money(assessment.central, assessment.waterfall)


_OF_IMPACT: Final = (
    "net_new_visitor_spend", "organiser_net", HEADLINE, "local_turnover", "total_net_impact", "value_added",
    "fte_years",
)  # fmt: skip


def check_kinds(kinds: Mapping[str, Kind | None]) -> None:
    """IMP-01: results of impact say what they are; `adding.added` refuses to add two kinds."""
    for key, kind in kinds.items():
        if kind is None:
            raise KindMissing(field=key, figure=key)


def check_job_words(text: str) -> None:
    """IMP-02: work is « soutenu », never « créé »."""
    if _CREATED.search(text):
        raise JobsSaidCreated(text=text)


def check_multiplier_once(table: Formulas) -> None:
    """IMP-03: the multiplier is applied to turnover that no multiplier went into."""
    for formula in table.values():
        if "multiplier" in formula.inputs:
            others = [name for name in formula.inputs if name != "multiplier"]
            kinds = {table[name].kind if name in table else None for name in others}
            twice = any("multiplier" in ancestors(table, name) for name in others)
            if kinds != {"turnover"} or twice:
                raise MultiplierNotOnce(field=formula.key, figure=formula.key)


def check_territory(territory: str) -> None:
    """IMP-04: a result holds for a territory; `adding.added` refuses to add those of different ones."""
    if not territory.strip():
        raise adding.TerritoryMissing(field="territory")


def check_residents_out(table: Formulas) -> None:
    """IMP-05: what residents spend is in the gross figure alone."""
    for key in _OF_IMPACT:
        if {"spend_L", "spend_per_stay_L"} & ancestors(table, key):
            raise ResidentsCounted(field=key, figure=key)


def check_shown(keys: Collection[str]) -> None:
    """IMP-08: a net leverage supposes that the event lives by the subsidy; what depends on it is shown beside."""
    if LEVERAGE in keys and not {"beta_breakeven", "lev_attributable_metro"} & {*keys}:
        raise CounterfactualMissing(field=LEVERAGE)


def check_waterfall(bars: Sequence[Bar]) -> None:
    """IMP-09: the multiplier has a bar of its own, and every total is the one before it and the bars between."""
    if "added_multiplier" not in [bar.key for bar in bars]:
        raise WaterfallBroken(field="added_multiplier", figure="added_multiplier")
    size = max(abs(bar.value) for bar in bars)
    reached = 0.0
    for rank, bar in enumerate(bars):
        if bar.kind == "delta" or rank == 0:
            reached += bar.value
        elif not math.isclose(bar.value, reached, rel_tol=1e-9, abs_tol=1e-9 * size):
            raise WaterfallBroken(field=bar.key, figure=bar.key)


def check_local_money(central: Mapping[str, float | None], bars: Iterable[Bar]) -> None:
    """IMP-10: money of the territory is subtracted, and that of the métropole and its communes is never new."""
    if "removed_local_money" not in [bar.key for bar in bars]:
        raise LocalMoneyCounted(field="removed_local_money", line="removed_local_money")
    for line in NEVER_NEW:
        if central.get(f"new_money_{line}"):
            raise LocalMoneyCounted(field=f"new_money_{line}", line=line)


def check_density(people_per_m2: float, *, photographed: bool = False) -> None:
    """ATT-03: above 5 people per m² somebody took square feet for square metres; above 3 a photograph is needed."""
    methods.check_density(people_per_m2, photographed=photographed, field="density")


def _flag(lint: Lint, code: str, severity: Severity, **params: Any) -> Flag:
    return Flag(lint=lint, code=code, severity=severity, params=params, source=SOURCES[lint])
