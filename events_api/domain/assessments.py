"""Assumption sets, entries of editions, overrides, assessments that stay what they were (AMP-IMPACT/1 §9, §12)."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from events_api.domain.attendance import Grade, Note, Quantity
from events_api.domain.errors import ConflictError, DomainError
from events_api.domain.impact import provenance
from events_api.domain.impact.assess import Assessment, Run, assess
from events_api.domain.impact.derived import told
from events_api.domain.impact.formulas import SPECIFICATION
from events_api.domain.impact.levels import Entry, Part, prepare, supplied_shares
from events_api.domain.impact.lints import Flag, LocalMoneyCounted, check_result, flags, territory_flags
from events_api.domain.impact.model import check
from events_api.domain.impact.parameters import (
    GRADE_ROWS,
    Dist,
    EmissionFactor,
    Override,
    Parameter,
    ParameterSet,
    Profile,
    Status,
    check_multiplier,
    check_set,
    content_hash,
    overridden,
    rule,
)
from events_api.domain.impact.provenance import Node
from events_api.domain.impact.territories import OF_THE_SETS, Territory, never_new
from events_api.domain.records import Line, Name

SEED: Final = 20240601
"""The seed where none is asked for: one for all, so that two editions are drawn alike."""
DRAWS: Final = 100_000
SCREEN_DRAWS: Final = 10_000

Number = Annotated[float, Meta(ge=-1e12, le=1e12)]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}\Z")]
Sources = Annotated[tuple[Line, ...], Meta(max_length=20)]
PriceYear = Annotated[int, Meta(ge=1990, le=2200)]
Seed = Annotated[int, Meta(ge=0, le=2**53 - 1)]
SetNumber = Annotated[int, Meta(ge=1, le=1_000_000)]


class AssumptionsUnchanged(DomainError):
    """A new assumption set in which nothing differs."""


class FactorUnknown(DomainError):
    """An emission factor or a profile that the set does not have."""


class ImpactEntryMissing(ConflictError):
    """An edition for which nothing is entered yet."""


class EntryOfTerritoryMissing(ConflictError):
    """An edition for which nothing is entered yet that holds for the territory."""


class IntervalNeedsEvidence(DomainError):
    """An interval around an attendance that contradicts it."""


# Assumption sets


class AssumptionSetHead(Struct, frozen=True, kw_only=True):
    """A version of all assumptions, without them."""

    id: UUID
    number: int
    name: str
    reason: str
    based_on: int | None
    content_hash: str
    created_by: UUID | None
    created_at: dt.datetime


class AssumptionSet(AssumptionSetHead, frozen=True, kw_only=True):
    """A version of all assumptions; it never changes."""

    content: ParameterSet


class ParameterChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another assumption in the place of one of the set."""

    key: Key
    low: Number
    mode: Number
    high: Number
    dist: Dist = "pert4"
    status: Status
    sources: Sources = ()
    year: PriceYear | None = None
    document: Line | None = None
    note: Annotated[str, Meta(max_length=2000)] = ""


class FactorChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another emission factor, in kilograms of CO₂e per kilometre."""

    mode: Key
    value: Annotated[float, Meta(ge=0, le=100)]
    status: Status
    sources: Sources = ()
    note: Annotated[str, Meta(max_length=2000)] = ""


class ProfileChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another share of people from outside for a profile."""

    name: Key
    low: Number
    mode: Number
    high: Number
    status: Status
    note: Annotated[str, Meta(max_length=2000)] = ""


class AssumptionSetIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A copy of a set with changes, and why."""

    based_on: SetNumber
    name: Name
    reason: Note
    parameters: Annotated[tuple[ParameterChange, ...], Meta(max_length=200)] = ()
    emission_factors: Annotated[tuple[FactorChange, ...], Meta(max_length=50)] = ()
    profiles: Annotated[tuple[ProfileChange, ...], Meta(max_length=50)] = ()


def kept_set(given: ParameterSet) -> tuple[bytes, bytes]:
    """A set as it is kept, and the hash of its content."""
    return msgspec.json.encode(given, order="sorted"), bytes.fromhex(content_hash(given))


def changed_set(given: ParameterSet, asked: AssumptionSetIn, number: int) -> ParameterSet:
    """A copy with changes, checked like any set."""
    assumed = {one.key: one for one in given.parameters}
    for change in asked.parameters:
        values = msgspec.structs.asdict(change)
        assumed[change.key] = Parameter(unit=rule(change.key).unit, **values)
    factors = {one.mode: one for one in given.emission_factors}
    for factor in asked.emission_factors:
        if factor.mode not in factors:
            raise FactorUnknown(field="emission_factors", name=factor.mode)
        factors[factor.mode] = EmissionFactor(**msgspec.structs.asdict(factor))
    profiles = {one.name: one for one in given.profiles}
    for profile in asked.profiles:
        if profile.name not in profiles:
            raise FactorUnknown(field="profiles", name=profile.name)
        profiles[profile.name] = Profile(**msgspec.structs.asdict(profile))
    made = msgspec.structs.replace(
        given,
        parameters=tuple(assumed.values()),
        emission_factors=tuple(factors.values()),
        profiles=tuple(profiles.values()),
    )
    if made == given:
        raise AssumptionsUnchanged(field="parameters")
    check_set(made)
    return msgspec.structs.replace(made, version=str(number))


# What is known of an edition


class Figure(Struct, frozen=True, kw_only=True):
    """The attendance of an edition with the best evidence; an interval where its method gave one."""

    id: UUID
    quantity: Quantity
    value: float
    grade: Grade
    low: float | None
    high: float | None
    source: str
    stated_by: UUID | None
    stated_at: dt.datetime


class ImpactEntry(Struct, frozen=True, kw_only=True):
    """A version of what is entered for an edition."""

    id: UUID
    edition_id: UUID
    number: int
    entry: Entry
    reason: str | None
    entered_by: UUID | None
    entered_at: dt.datetime


class AssumptionOverride(Struct, frozen=True, kw_only=True):
    """Another assumption for one edition; `document` names what it comes from."""

    id: UUID
    edition_id: UUID
    number: int
    assumption: Override
    document_sha256: str | None
    stated_by: UUID | None
    stated_at: dt.datetime
    retired_by: UUID | None = None
    retired_at: dt.datetime | None = None


class OverrideIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another assumption for one edition, the document that it comes from, and why; the territory matters where the
    assumption is a share of it."""

    low: Number
    mode: Number
    high: Number
    dist: Dist = "pert4"
    status: Status
    sources: Sources = ()
    document: Line
    document_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")] | None = None
    reason: Note
    territory: Territory = OF_THE_SETS


def checked_override(given: ParameterSet, key: str, asked: OverrideIn) -> Override:
    """The assumption of one edition, refused where a set could not hold it."""
    made = Override(
        key=key,
        low=asked.low,
        mode=asked.mode,
        high=asked.high,
        dist=asked.dist,
        status=asked.status,
        sources=asked.sources,
        document=asked.document,
        reason=asked.reason,
        territory=msgspec.UNSET if asked.territory == OF_THE_SETS else asked.territory,
    )
    if key in never_new(asked.territory) and asked.high > 0:
        raise LocalMoneyCounted(field="high", line=key)
    if key == "multiplier":
        check_multiplier(made.high)
    overridden(given, [made])
    return made


def check_entry(entry: Entry) -> None:
    """Refuse an interval that does not hold the attendance that it is around."""
    if entry.interval is not None:
        low, high = entry.interval
        if entry.attendances is None or not low <= entry.attendances <= high:
            raise IntervalNeedsEvidence(field="interval")


# Assessments


class Frozen(Struct, frozen=True, kw_only=True):
    """Everything that a result depends on, besides the code: the entry with its attendance and its overrides."""

    entry: Entry
    assumptions: ParameterSet
    seed: int
    draws: int


class Evaluation(Struct, frozen=True, kw_only=True):
    """A result, what must be said beside it, and what was not measured."""

    result: Assessment
    flags: tuple[Flag, ...]
    not_measured: tuple[Part, ...]


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of an assessment: its evaluation, or the refusal of the model."""

    evaluation: Evaluation | None = None
    refusal: str | None = None
    refusal_params: dict[str, Any] = {}


def frozen(
    entry: Entry,
    figure: Figure | None,
    overrides: Iterable[Override],
    assumptions: ParameterSet,
    *,
    seed: int,
    draws: int,
) -> Frozen:
    """Freeze the inputs of a run; where the entry has no attendance it is the one with the best evidence."""
    if entry.attendances is None and figure is not None:
        interval = None if figure.low is None or figure.high is None else (figure.low, figure.high)
        entry = msgspec.structs.replace(entry, attendances=figure.value, grade=figure.grade, interval=interval)
    entry = msgspec.structs.replace(entry, overrides=tuple(overrides))
    return Frozen(entry=entry, assumptions=assumptions, seed=seed, draws=draws)


def run_of(inputs: Frozen) -> Run:
    """The run of frozen inputs; raises what the model refuses before any draw."""
    prepared = prepare(inputs.entry, inputs.assumptions)
    run = Run(
        inputs=prepared.inputs,
        parameters=prepared.parameters,
        seed=inputs.seed,
        draws=inputs.draws,
        survey=prepared.survey,
        status=prepared.status,
    )
    check(run.inputs, run.names)
    return run


def evaluated(inputs: Frozen) -> Evaluation:
    """Run the model on frozen inputs; raises its refusal."""
    run = run_of(inputs)
    result = assess(run)
    check_result(run, result)
    documented = {one.key for one in inputs.entry.overrides if one.document is not None}
    stated = {one.key for one in inputs.entry.overrides}
    supplied = supplied_shares(inputs.entry, inputs.assumptions.triples)
    settled = stated | {key for key in run.parameters if _is_entered(key, inputs.entry)}
    settled |= {key for key, one in supplied.items() if one.status == "sourced"}
    return Evaluation(
        result=result,
        flags=(*flags(run, documented=documented), *territory_flags(run, settled)),
        not_measured=prepare(inputs.entry, inputs.assumptions).not_measured,
    )


def computed(inputs: bytes) -> bytes:
    """The outcome of frozen inputs, both as they are kept: the same bytes each time, for a process of its own."""
    try:
        outcome = Outcome(evaluation=evaluated(msgspec.json.decode(inputs, type=Frozen)))
    except DomainError as refusal:
        outcome = Outcome(refusal=refusal.code, refusal_params=dict(refusal.params))
    return msgspec.json.encode(outcome, order="sorted")


def same_digits(kept: bytes, again: bytes) -> bool:
    """Whether a run gives what was kept; results of releases before histograms are compared without them."""
    if kept == again:
        return True
    outcome = msgspec.json.decode(again)
    evaluation = outcome.get("evaluation")
    if evaluation is None or evaluation["result"].pop("histograms", None) is None:
        return False
    return msgspec.json.encode(outcome, order="sorted") == kept


def parameter_hash(inputs: Frozen) -> bytes:
    """The hash of the assumptions as they are for this edition."""
    return bytes.fromhex(content_hash(overridden(inputs.assumptions, inputs.entry.overrides)))


def data_hash(inputs: Frozen) -> bytes:
    """The hash of what is known of the edition, its attendance in it."""
    return hashlib.sha256(
        msgspec.json.encode(msgspec.structs.replace(inputs.entry, overrides=()), order="sorted")
    ).digest()


StaleCode = Literal["assessment-entry-changed", "assessment-overrides-changed", "assessment-attendance-changed"]


class StaleReason(Struct, frozen=True, kw_only=True):
    """Why an assessment no longer holds for its edition. `code` names its sentence."""

    code: StaleCode
    params: dict[str, Any]


class Inputs(Struct, frozen=True, kw_only=True):
    """The versions of the inputs: those that an assessment froze, or those that stand now."""

    entry: int
    overrides: tuple[int, ...]
    attendance: Figure | None


def stale(frozen_inputs: Inputs, now: Inputs) -> list[StaleReason]:
    """What changed since; a later assumption set is no change: it is for who asks anew."""
    found = []
    if now.entry != frozen_inputs.entry:
        params: dict[str, Any] = {"was": frozen_inputs.entry, "now": now.entry}
        found.append(StaleReason(code="assessment-entry-changed", params=params))
    if now.overrides != frozen_inputs.overrides:
        params = {"was": len(frozen_inputs.overrides), "now": len(now.overrides)}
        found.append(StaleReason(code="assessment-overrides-changed", params=params))
    was, is_now = frozen_inputs.attendance, now.attendance
    if was is not None and was != is_now:
        params = {"was": round(was.value), "was_grade": was.grade, "now": None, "now_grade": None}
        if is_now is not None:
            params |= {"now": round(is_now.value), "now_grade": is_now.grade}
        found.append(StaleReason(code="assessment-attendance-changed", params=params))
    return found


# Where each number came from

SourceKind = Literal["figure", "entry", "override", "set", "specification", "formula", "assessment"]


class Source(Struct, frozen=True, kw_only=True):
    """Where a number came from: a figure, what was entered, an override, the set, the specification, a formula.

    The seed and the number of draws are of the assessment itself.
    """

    kind: SourceKind
    reference: str
    grade: Grade | None = None
    status: Status | None = None
    sources: tuple[str, ...] = ()
    year: int | None = None
    document: str | None = None
    note: str | None = None
    author: UUID | None = None
    at: dt.datetime | None = None


class Traced(Struct, frozen=True, kw_only=True):
    """A node of a run and where it came from."""

    node: Node
    source: Source


class Provenance(Struct, frozen=True, kw_only=True):
    """What the sources of the numbers of an assessment are told from."""

    number: int
    inputs: Frozen
    result: Assessment | None
    entry: ImpactEntry
    assumptions: AssumptionSetHead
    overrides: tuple[AssumptionOverride, ...]
    attendance: Figure | None
    computed_at: dt.datetime | None


def traced(known: Provenance) -> dict[str, Traced]:
    """Every node of an assessment by its key, each after its inputs, with its source."""
    run = run_of(known.inputs)
    found = provenance.nodes(run) if known.result is None else told(run, known.result)
    version = Node(
        key="assumption_set",
        value=known.assumptions.number,
        unit="identifier",
        origin="run",
        label="assumption_set",
        group="impact_told",
    )
    sources = {key: Traced(node=node, source=_source(node, known)) for key, node in found.items()}
    return sources | {version.key: Traced(node=version, source=_of_set(None, known))}


def trail(found: Mapping[str, Traced], key: str) -> list[Traced]:
    """A figure and everything that it stands on, the figure first."""
    nodes = {name: one.node for name, one in found.items()}
    return [found[node.key] for node in provenance.trail(nodes, key)]


def _source(node: Node, known: Provenance) -> Source:
    if node.origin in ("formula", "draws"):
        return Source(kind="formula", reference=node.formula or "", at=known.computed_at)
    if node.origin == "rule":
        return Source(kind="specification", reference=node.formula or "", status="judged")
    if node.origin == "run":
        return Source(kind="assessment", reference=f"{known.number}", at=known.computed_at)
    if node.origin == "fact":
        return _fact(node, known)
    return _parameter(node.inputs[0] if node.inputs else node.key, known)


def _fact(node: Node, known: Provenance) -> Source:
    if node.label in {"split", "vat"}:
        return Source(kind="specification", reference=f"{SPECIFICATION} §15", status="judged")
    if node.label == "composition":
        return _of_set(None, known)
    if node.key == "attendances_raw" and known.attendance is not None:
        return _of_figure(known.attendance)
    grade = known.inputs.entry.grade if node.key == "attendances_raw" else None
    return _of_entry(known, grade=grade)


def _parameter(key: str, known: Provenance) -> Source:
    entry = known.inputs.entry
    bought = entry.bought.get(key.removeprefix("loc_")) if key.startswith("loc_") else None
    if bought is not None:
        status = supplied_shares(entry, known.inputs.assumptions.triples).get(key)
        codes = tuple(f"{code}: {amount:.0f} €" for code, amount in sorted(bought.items()))
        source = _of_entry(known, status="judged" if status is None else status.status)
        return msgspec.structs.replace(source, sources=codes)
    if _is_entered(key, entry):
        return _of_entry(known, status="sourced")
    if key == "att_factor":
        return _factor(known)
    if key in never_new(entry.territory):
        return Source(kind="specification", reference=f"{SPECIFICATION} §4.4", status="sourced")
    if key == "nonlocal_share" and entry.profile is not None:
        profile = known.inputs.assumptions.profile(entry.profile)
        return msgspec.structs.replace(_of_set(None, known), status=profile.status, note=profile.note or profile.name)
    return _assumed(key, known)


def _factor(known: Provenance) -> Source:
    entry = known.inputs.entry
    if known.attendance is not None and entry.interval is not None:
        return _of_figure(known.attendance)
    return _of_entry(known) if entry.interval is not None else _assumed(GRADE_ROWS[entry.grade], known)


def _is_entered(key: str, entry: Entry) -> bool:
    """Whether a parameter was measured at the edition, so that the set's own has no part in it."""
    if entry.survey is not None and key.startswith("share_"):
        return True
    if key == "nonlocal_share":
        return entry.origin is not None
    if key == "days_per_visitor":
        return entry.days_per_visitor is not None
    if key == "nights_C":
        return entry.nights is not None
    return key.startswith("loc_") and key.removeprefix("loc_") in (entry.local_shares or {})


def _assumed(key: str, known: Provenance) -> Source:
    """An assumption of the edition, else of the set, else of the specification."""
    for override in known.overrides:
        if override.assumption.key == key:
            return Source(
                kind="override",
                reference=str(override.id),
                status=override.assumption.status,
                sources=override.assumption.sources,
                document=override.assumption.document,
                note=override.assumption.reason,
                author=override.stated_by,
                at=override.stated_at,
            )
    for one in known.inputs.assumptions.parameters:
        if one.key == key:
            return _of_set(one, known)
    return Source(kind="specification", reference=f"{SPECIFICATION} §5", status="judged")


def _of_set(one: Parameter | None, known: Provenance) -> Source:
    base = Source(
        kind="set",
        reference=f"{known.assumptions.number}",
        author=known.assumptions.created_by,
        at=known.assumptions.created_at,
    )
    if one is None:
        return base
    names = known.inputs.assumptions.sources
    return msgspec.structs.replace(
        base,
        status=one.status,
        sources=tuple(names.get(name, name) for name in one.sources),
        year=one.year,
        document=one.document,
        note=one.note or None,
    )


def _of_entry(known: Provenance, *, grade: Grade | None = None, status: Status | None = None) -> Source:
    return Source(
        kind="entry",
        reference=f"{known.entry.number}",
        grade=grade,
        status=status,
        note=known.entry.reason,
        author=known.entry.entered_by,
        at=known.entry.entered_at,
    )


def _of_figure(figure: Figure) -> Source:
    return Source(
        kind="figure",
        reference=str(figure.id),
        grade=figure.grade,
        document=figure.source,
        author=figure.stated_by,
        at=figure.stated_at,
    )
