"""Three ways to enter an event: express, standard, complete; what each needs and what is then not measured (§12)."""

import math
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from events_api.domain.attendance import Grade
from events_api.domain.errors import DomainError
from events_api.domain.impact.carbon import Mobility
from events_api.domain.impact.laws import Survey, Triple
from events_api.domain.impact.model import Amount, Hotel, Inputs, Line, Share, Stands
from events_api.domain.impact.parameters import (
    Override,
    ParameterSet,
    Status,
    attendance_factor,
    check_values,
    composition,
    factor_of_interval,
    overridden,
)
from events_api.domain.impact.segments import AWAY
from events_api.domain.impact.territories import Territory, never_new

Level = Literal["express", "standard", "complete"]
Part = Literal[
    "attendances", "budget", "nights", "profile", "revenue", "expense", "origin", "survey", "days_per_visitor",
    "local_shares", "hotel", "mobility", "in_kind",
]  # fmt: skip

NEEDS: Final[Mapping[Level, tuple[Part, ...]]] = {
    "express": ("attendances", "budget", "nights", "profile"),
    "standard": ("attendances", "revenue", "expense", "origin"),
    "complete": ("attendances", "revenue", "expense", "survey", "days_per_visitor", "local_shares", "hotel"),
}
MEASURED: Final[tuple[Part, ...]] = (
    "revenue", "expense", "origin", "survey", "days_per_visitor", "nights", "local_shares", "hotel", "mobility",
    "in_kind",
)  # fmt: skip
"""What is said to be not measured where it is not given."""

# Where only the total of a budget is known: who pays at festivals (S40), the grants of public funders beside the
# métropole's (S40, means of 2005), and the share of all expense that stays (47 % in the example, 46 % in S15) [J].
_OWN, _SPONSORS, _PUBLIC = 0.365, 0.120, 0.515
_FUNDERS: Final[Mapping[str, float]] = {
    "sub_departement": 105, "sub_region": 95, "sub_commune": 65, "sub_etat": 43,
}  # fmt: skip
_UNDIVIDED: Final = "undivided"
_LOCAL: Final = Triple(0.36, 0.47, 0.59)


class EntryIncomplete(DomainError):
    """An entry level that lacks something it needs."""


class MoreFromOutside(DomainError):
    """More tickets from outside the territory than tickets whose origin is known."""


class SupplierLineUnknown(DomainError):
    """Purchases by postcode on a line that the expense does not have."""


class SuppliersAboveExpense(DomainError):
    """Purchases by postcode that add up to more than their line of the expense."""


Lines = Annotated[dict[Line, Amount], Meta(max_length=100)]
Postcode = Annotated[
    str, Meta(pattern=r"^([0-9]{5}|[A-Z]{2})\Z", description="A French postcode, or the country of who is abroad.")
]
Purchases = Annotated[dict[Postcode, Amount], Meta(max_length=500)]
_WHOLE: Final = 1e-9


class Origins(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tickets whose postcode or country is known, and those of them from outside the territory."""

    known: Annotated[int, Meta(ge=1, le=100_000_000)]
    outside: Annotated[int, Meta(ge=0, le=100_000_000)]

    @property
    def triple(self) -> Triple:
        """Their share, within two standard errors."""
        share = self.outside / self.known
        reach = 2 * math.sqrt(share * (1 - share) / self.known)
        return Triple(max(0.0, share - reach), share, min(1.0, share + reach))


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of an edition.

    `interval` is the 95 % one that the method of counting gave; `nights` the mean stay of those in paid beds;
    `subsidy` that of the métropole, where the budget is one total. Origins, shares of residents and local shares are
    those of the territory. `suppliers` is what was bought on a line of the expense by postcode of who sold it;
    `local_postcodes` are those of them in the territory, as the register knew them.
    """

    level: Level
    territory: Territory
    attendances: Amount | None = None
    grade: Grade = "E"
    interval: tuple[Amount, Amount] | None = None
    profile: str | None = None
    nights: Annotated[float, Meta(gt=0, le=366)] | None = None
    budget: Amount | None = None
    subsidy: Amount = 0.0
    revenue: Lines | None = None
    expense: Lines | None = None
    in_kind: Lines | None = None
    origin: Origins | None = None
    survey: Survey | None = None
    days_per_visitor: Triple | None = None
    local_shares: Annotated[dict[Line, Share], Meta(max_length=100)] | None = None
    hotel: Hotel | None = None
    stands: Stands | None = None
    mobility: Mobility | None = None
    overrides: tuple[Override, ...] = ()
    # unset rather than null: what was frozen before they were there keeps its bytes and its hash
    suppliers: Annotated[dict[Line, Purchases], Meta(max_length=100)] | UnsetType = UNSET
    local_postcodes: tuple[Postcode, ...] | UnsetType = UNSET

    @property
    def bought(self) -> dict[Line, dict[Postcode, float]]:
        """What was bought on each line of the expense, by postcode."""
        return {} if isinstance(self.suppliers, UnsetType) else self.suppliers

    def has(self, part: Part) -> bool:
        """Whether a part was given; purchases by postcode give local shares, too."""
        return getattr(self, part) is not None or (part == "local_shares" and bool(self.bought))


class Prepared(Struct, frozen=True, kw_only=True):
    """The model's inputs from an entry and a set, with what was filled in for want of a measurement."""

    inputs: Inputs
    parameters: dict[str, Triple]
    survey: Survey | None
    status: dict[str, Status]
    not_measured: tuple[Part, ...]


def missing(entry: Entry) -> list[Part]:
    """What the level of an entry still needs."""
    return [part for part in NEEDS[entry.level] if not entry.has(part)]


def prepare(entry: Entry, given: ParameterSet) -> Prepared:
    """Fill an entry with the assumptions of a set."""
    for part in missing(entry):
        raise EntryIncomplete(field=part, level=entry.level, missing=part)
    assumed = overridden(given, entry.overrides)
    parameters, status = _assumed_for(entry.territory, assumed)
    attendances = entry.attendances or 0.0
    measured: dict[str, Triple] = {"att_factor": _attendance_factor(entry, assumed)}
    if entry.days_per_visitor is not None:
        measured["days_per_visitor"] = entry.days_per_visitor
    for line, share in (entry.local_shares or {}).items():
        measured[f"loc_{line}"] = Triple(share, share, share)
    if entry.nights is not None:
        measured["nights_C"] = _scaled(parameters["nights_C"], entry.nights)
    revenue, expense = entry.revenue, entry.expense
    if revenue is None or expense is None:
        revenue, expense = _divided(entry.budget or 0.0, entry.subsidy)
        parameters[f"loc_{_UNDIVIDED}"] = _LOCAL
        status[f"loc_{_UNDIVIDED}"] = "judged"
    nonlocal_share = _nonlocal_share(entry, assumed)
    if nonlocal_share is not None or entry.survey is not None:
        parameters = {name: triple for name, triple in parameters.items() if name not in _SHARES}
    if nonlocal_share is not None:
        parameters["nonlocal_share"] = nonlocal_share
        status["nonlocal_share"] = "sourced" if entry.origin is not None else "judged"
    if entry.survey is not None:
        status |= dict.fromkeys(_SHARES, "sourced")
    supplied = supplied_shares(entry, parameters)
    status |= dict.fromkeys(measured.keys() - {"nights_C", "att_factor"}, "sourced")
    status |= {name: one.status for name, one in supplied.items()}
    parameters |= measured | {name: one.triple for name, one in supplied.items()}
    for name, triple in parameters.items():
        check_values(name, triple)
    return Prepared(
        inputs=Inputs(
            territory=entry.territory,
            attendances=attendances,
            revenue=revenue,
            expense=expense,
            in_kind=entry.in_kind,
            composition=None if nonlocal_share is None else composition(assumed),
            hotel=entry.hotel,
            stands=entry.stands,
            mobility=entry.mobility,
        ),
        parameters=parameters,
        survey=entry.survey,
        status=status,
        not_measured=tuple(part for part in MEASURED if not entry.has(part)),
    )


class Supplied(Struct, frozen=True):
    """The local share of a line that its suppliers show: partly, where their purchases are not all of it."""

    triple: Triple
    status: Status


def supplied_shares(entry: Entry, assumed: Mapping[str, Triple]) -> dict[str, Supplied]:
    """The local share of each line whose suppliers are known; what they do not cover keeps the assumption (§4.4)."""
    found = {}
    local = frozenset(() if isinstance(entry.local_postcodes, UnsetType) else entry.local_postcodes)
    for line, purchases in entry.bought.items():
        expense = (entry.expense or {}).get(line)
        if expense is None:
            raise SupplierLineUnknown(field=f"suppliers.{line}", line=line)
        whole = math.fsum(purchases.values())
        if whole > expense + 0.01:
            raise SuppliersAboveExpense(
                field=f"suppliers.{line}", line=line, total_cents=round(whole * 100), limit_cents=round(expense * 100)
            )
        rest, name = max(0.0, 1 - whole / expense) if expense else 0.0, f"loc_{line}"
        inside = math.fsum(amount for code, amount in purchases.items() if code in local)
        known = min(1.0, inside / expense) if expense else 0.0
        if rest < _WHOLE:
            found[name] = Supplied(Triple(known, known, known), "sourced")
        elif name in assumed:
            low, mode, high = (
                known + rest * part for part in (assumed[name].low, assumed[name].mode, assumed[name].high)
            )
            found[name] = Supplied(Triple(low, mode, high, assumed[name].law), "partial")
    return found


_SHARES: Final = frozenset(f"share_{s}" for s in AWAY)


def _assumed_for(territory: Territory, given: ParameterSet) -> tuple[dict[str, Triple], dict[str, Status]]:
    """The assumptions of a set; nothing is new of what funders give whose taxpayers all live in the territory."""
    parameters, status = given.triples, given.statuses
    for name in never_new(territory) & parameters.keys():
        parameters[name], status[name] = Triple(0.0, 0.0, 0.0), "sourced"
    return parameters, status


def _attendance_factor(entry: Entry, given: ParameterSet) -> Triple:
    if entry.interval is not None and entry.attendances:
        return factor_of_interval(entry.attendances, *entry.interval)
    return attendance_factor(given, entry.grade)


def _nonlocal_share(entry: Entry, given: ParameterSet) -> Triple | None:
    """The share of people from outside where no survey divides them: of tickets, else of a profile."""
    if entry.survey is not None:
        return None
    if entry.origin is not None:
        if entry.origin.outside > entry.origin.known:
            raise MoreFromOutside(field="origin.outside", most=entry.origin.known)
        return entry.origin.triple
    if entry.profile is not None:
        profile = given.profile(entry.profile)
        return Triple(profile.low, profile.mode, profile.high)
    return None


def _scaled(triple: Triple, mode: float) -> Triple:
    by = mode / triple.mode
    return msgspec.structs.replace(triple, low=triple.low * by, mode=mode, high=triple.high * by)


def _divided(budget: float, subsidy: float) -> tuple[dict[str, float], dict[str, float]]:
    """A total divided as budgets of festivals are: what the métropole gives is known, the others share the rest."""
    others = max(0.0, _PUBLIC * budget - subsidy)
    parts = {"ticketing": _OWN * budget, "sponsors": _SPONSORS * budget}
    parts |= {line: others * weight / sum(_FUNDERS.values()) for line, weight in _FUNDERS.items()}
    rest, whole = max(0.0, budget - subsidy), math.fsum(parts.values())
    revenue = {line: part * rest / whole if whole else 0.0 for line, part in parts.items()}
    return revenue | {"sub_metropole": subsidy}, {_UNDIVIDED: rest + subsidy}
