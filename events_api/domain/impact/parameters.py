"""Assumptions as data: parameters with unit, law, status and source, in sets that are checked, hashed, overridden.

Source: AMP-IMPACT/1 §3.2, §5, §12.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from events_api.domain.attendance import Grade
from events_api.domain.errors import AbsentError, DomainError
from events_api.domain.impact.formulas import Unit
from events_api.domain.impact.laws import Triple, check_triple, quantiles
from events_api.domain.impact.segments import AWAY, SEGMENTS, Segment
from events_api.domain.impact.territories import OF_THE_SETS, Territory

Status = Literal["sourced", "partial", "judged", "unverified"]
"""A source was read; one of the three values has a source; an expert's judgement; known, not checked."""
Dist = Literal["pert4", "triangular", "const"]

GRADE_ROWS: Final[Mapping[Grade, str]] = {
    "A": "grade_A_scanned",
    "B": "grade_B_ticketed_issued",
    "C": "grade_C_counted_sampled",
    "D": "grade_D_density_or_mobile",
    "E": "grade_E_declared",
    "F": "grade_F_forecast",
}
DOCUMENTED_MULTIPLIER: Final = 1.5
LARGEST_MULTIPLIER: Final = 2.0


class ParameterUnknown(DomainError):
    """A parameter that the model does not have."""


class ParameterOutOfBounds(DomainError):
    """A value of a parameter that its unit cannot have."""


class ParameterOfOtherUnit(DomainError):
    """A parameter given in another unit than its own."""


class ParameterTwice(DomainError):
    """A set holds the same parameter twice."""


class MultiplierNeedsDocument(DomainError):
    """A multiplier above 1.5 without the document that it comes from (IMP-07)."""


class MultiplierRefused(DomainError):
    """A multiplier above 2 (IMP-07)."""


class OverrideWithoutReason(DomainError):
    """An assumption of one event that differs from the set says why."""


class ProfileUnknown(AbsentError):
    """No such profile of events in this set."""


class Rule(Struct, frozen=True):
    """What a parameter may be: its unit and its bounds."""

    unit: Unit
    low: float
    high: float


class Parameter(Struct, frozen=True, kw_only=True):
    """One assumption. `year` is that of its prices; `document` what backs an unusual value."""

    key: str
    unit: Unit
    low: float
    mode: float
    high: float
    dist: Dist
    status: Status
    sources: tuple[str, ...] = ()
    year: int | None = None
    document: str | None = None
    note: str = ""

    @property
    def triple(self) -> Triple:
        """Its law."""
        return Triple(self.low, self.mode, self.high, "triangular" if self.dist == "triangular" else "pert4")


class EmissionFactor(Struct, frozen=True, kw_only=True):
    """Kilograms of CO₂e per kilometre of a passenger, or of a vehicle for `car_vehicle`."""

    mode: str
    value: float
    status: Status
    sources: tuple[str, ...] = ()
    note: str = ""


class Profile(Struct, frozen=True, kw_only=True):
    """The share of people from outside at events of a kind."""

    name: str
    low: float
    mode: float
    high: float
    status: Status
    note: str = ""


class ParameterSet(Struct, frozen=True, kw_only=True):
    """A version of all assumptions. It never changes: another assumption makes another version, or an override."""

    version: str
    sources: dict[str, str]
    parameters: tuple[Parameter, ...]
    emission_factors: tuple[EmissionFactor, ...] = ()
    profiles: tuple[Profile, ...] = ()

    def parameter(self, key: str) -> Parameter:
        """One assumption by its key."""
        for parameter in self.parameters:
            if parameter.key == key:
                return parameter
        raise ParameterUnknown(field=key, parameter=key)

    def profile(self, name: str) -> Profile:
        """One profile by its name."""
        for profile in self.profiles:
            if profile.name == name:
                return profile
        raise ProfileUnknown(field="profile", profile=name)

    @property
    def triples(self) -> dict[str, Triple]:
        """The laws of the model's parameters; those of the grades are no parameters of the model themselves."""
        return {one.key: one.triple for one in self.parameters if not one.key.startswith("grade_")}

    @property
    def statuses(self) -> dict[str, Status]:
        """How well each parameter is known."""
        return {one.key: one.status for one in self.parameters}

    @property
    def factors(self) -> dict[str, float]:
        """The emission factors by mode of transport."""
        return {one.mode: one.value for one in self.emission_factors}


class Override(Struct, frozen=True, kw_only=True):
    """Another assumption for one event, and why; without a territory it was stated for that of the sets."""

    key: str
    low: float
    mode: float
    high: float
    dist: Dist = "pert4"
    status: Status
    sources: tuple[str, ...] = ()
    document: str | None = None
    reason: str
    territory: Territory | UnsetType = UNSET

    @property
    def stated_for(self) -> Territory:
        """The territory that it holds for."""
        return OF_THE_SETS if isinstance(self.territory, UnsetType) else self.territory


_SHARE: Final = Rule("share", 0, 1)
_RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("att_factor", Rule("factor", 0, 5)),
    ("grade_", Rule("factor", 0, 2)),
    ("days_per_visitor", Rule("days", 1, 366)),
    ("share_", _SHARE),
    ("nonlocal_share", _SHARE),
    ("attr_", _SHARE),
    ("crowd_", _SHARE),
    ("nights_", Rule("nights_per_stay", 0, 366)),
    ("acc_", Rule("eur_per_night", 0, 5000)),
    ("spend_L", Rule("eur_per_day", 0, 5000)),
    ("spend_D", Rule("eur_per_day", 0, 5000)),
    ("spend_scale", Rule("factor", 0, 3)),
    ("spend_", Rule("eur_per_night", 0, 5000)),
    ("cap_", _SHARE),
    ("loc_", _SHARE),
    ("ext_sponsors", _SHARE),
    ("phi_", _SHARE),
    ("kappa_alt", _SHARE),
    ("beta_subsidy", _SHARE),
    ("multiplier", Rule("factor", 1, LARGEST_MULTIPLIER)),
    ("va_ratio", _SHARE),
    ("turnover_per_fte", Rule("eur_per_fte", 1000, 10_000_000)),
    ("stay_tax_rate", Rule("eur_per_night", 0, 100)),
    ("stay_tax_liable", _SHARE),
)
_BY_SEGMENT: Final[Mapping[str, tuple[Segment, ...]]] = {
    "share_": AWAY,
    "attr_": AWAY,
    "crowd_": ("C", "P"),
    "nights_": ("C", "N", "P"),
    "acc_": ("C", "P"),
    "spend_": ("C", "N", "P"),
}


def rule(key: str) -> Rule:
    """The unit and the bounds of a parameter; lines of the budget and funders have any names after their prefix."""
    for name, found in _RULES:
        rest = key.removeprefix(name)
        if not name.endswith("_"):
            known = key == name
        else:
            known = rest not in {key, ""} and rest in _BY_SEGMENT.get(name, (rest,))
        if known:
            return found
    raise ParameterUnknown(field=key, parameter=key)


def label_of(key: str) -> tuple[str, str | None]:
    """The label of a parameter, and the segment, the line or the funder that stands beside it."""
    prefix, _, rest = key.partition("_")
    return (prefix, rest) if rest in SEGMENTS or prefix in {"cap", "grade", "loc", "phi"} else (key, None)


def check_values(key: str, triple: Triple) -> None:
    """Refuse a triple that is out of order or that the unit of the parameter cannot have; a multiplier above 2."""
    check_triple(key, triple)
    bounds = rule(key)
    if key == "multiplier":
        check_multiplier(triple.high)
    for value in (triple.low, triple.high):
        if not bounds.low <= value <= bounds.high:
            raise ParameterOutOfBounds(field=key, parameter=key, value=value, least=bounds.low, most=bounds.high)


def check_multiplier(value: float, *, documented: bool = True) -> None:
    """Refuse a multiplier above 2, and above 1.5 without the document that it comes from (IMP-07)."""
    if value > LARGEST_MULTIPLIER:
        raise MultiplierRefused(field="multiplier", value=value, most=LARGEST_MULTIPLIER)
    if value > DOCUMENTED_MULTIPLIER and not documented:
        raise MultiplierNeedsDocument(field="multiplier", value=value, most=DOCUMENTED_MULTIPLIER)


def check_set(given: ParameterSet) -> None:
    """Refuse a set with a parameter that is unknown, repeated, of another unit, out of order or out of bounds."""
    seen: set[str] = set()
    for one in given.parameters:
        if one.key in seen:
            raise ParameterTwice(field=one.key, parameter=one.key)
        seen.add(one.key)
        if one.unit != rule(one.key).unit:
            raise ParameterOfOtherUnit(field=one.key, parameter=one.key, unit=rule(one.key).unit)
        check_values(one.key, one.triple)
        if one.key == "multiplier":
            check_multiplier(one.high, documented=one.document is not None)
        if one.dist == "const" and one.low != one.high:
            raise ParameterOutOfBounds(field=one.key, parameter=one.key, value=one.high, least=one.low, most=one.low)
    for profile in given.profiles:
        check_values("nonlocal_share", Triple(profile.low, profile.mode, profile.high))


def content_hash(given: ParameterSet) -> str:
    """SHA-256 over the set as JSON without spaces, keys sorted, parameters in the order of their keys."""
    content = msgspec.structs.replace(
        given,
        parameters=tuple(sorted(given.parameters, key=lambda one: one.key)),
        emission_factors=tuple(sorted(given.emission_factors, key=lambda one: one.mode)),
        profiles=tuple(sorted(given.profiles, key=lambda one: one.name)),
    )
    plain = msgspec.convert(msgspec.to_builtins(content), ParameterSet)  # 10 and 10.0 are one number
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def overridden(given: ParameterSet, overrides: Iterable[Override]) -> ParameterSet:
    """The set with the assumptions of one event in the place of its own, checked like any set."""
    replaced = {one.key: one for one in given.parameters}
    for override in overrides:
        if not override.reason.strip():
            raise OverrideWithoutReason(field=override.key, parameter=override.key)
        replaced[override.key] = Parameter(
            key=override.key,
            unit=rule(override.key).unit,
            low=override.low,
            mode=override.mode,
            high=override.high,
            dist=override.dist,
            status=override.status,
            sources=override.sources,
            document=override.document,
            note=override.reason,
        )
    result = msgspec.structs.replace(given, parameters=tuple(replaced.values()))
    check_set(result)
    return result


def attendance_factor(given: ParameterSet, grade: Grade) -> Triple:
    """What a raw figure of this grade is multiplied by (§3.2)."""
    return given.parameter(GRADE_ROWS[grade]).triple


def factor_of_interval(value: float, low: float, high: float) -> Triple:
    """The factor for a figure whose method gave a 95 % interval, which then counts instead of its grade (§3.2).

    The bounds lie beyond the interval as far as those of a symmetric PERT lie beyond its central 95 %.
    """
    stretch = 0.5 / (float(quantiles([Triple(0, 0.5, 1)], [0.975])[0, 0]) - 0.5)
    return Triple(max(0.0, 1 - stretch * (1 - low / value)), 1.0, 1 + stretch * (high / value - 1))


def composition(given: ParameterSet) -> dict[Segment, float]:
    """How those from outside divide among the segments where only their number is known: as the set's modes do."""
    modes = {s: given.parameter(f"share_{s}").mode for s in AWAY}
    whole = math.fsum(modes.values())
    return {s: mode / whole for s, mode in modes.items()}
