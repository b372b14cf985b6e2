"""Counts that become evidence: what a decision keeps, and declared figures that contradict the counted ones."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct, field

from events_api.domain.attendance import EditionFigure, Grade, Note, Quantity, add_figure
from events_api.domain.errors import AlreadyRetired, ConflictError, DomainError, StaleVersion
from events_api.domain.programme import Edition
from events_api.domain.records import Entity, Work, replace, require_owner
from events_api.domain.tickets import methods
from events_api.domain.tickets.methods import Asked, ConditionCode, Interval, Method
from events_api.domain.tickets.plausibility import Check, CheckVerdict

Decision = Literal["accepted", "refused"]
EstimateState = Literal["proposed", "accepted", "refused"]
Cause = Literal[
    "entries_as_attendances", "attendances_as_people", "entries_as_people", "tickets_as_attendances",
    "days_per_visitor", "overlapping_sites", "part_not_scanned", "part_not_declared",
]  # fmt: skip
Agreement = Literal["agrees", "contradicts"]

FACTORS: Final[dict[Grade, tuple[float, float, float]]] = {
    "A": (0.990, 1.000, 1.005),
    "B": (0.850, 0.920, 0.980),
    "C": (0.900, 1.000, 1.100),
    "D": (0.750, 1.000, 1.250),
    "E": (0.500, 0.800, 1.000),
    "F": (0.400, 0.750, 1.050),
}
"""What a raw figure is multiplied by to be right: lowest, usual, highest, of a PERT law (AMP-IMPACT/1 §3.2)."""
SIGMAS: Final = 3.0
NEARLY: Final = 0.03
"""Two figures this close are taken for the same count under two names."""
DAYS_PER_VISITOR: Final = (1.5, 3.2)
"""Attendances of one person at a festival of several days (AMP-IMPACT/1 §3.2)."""
UNITS: Final[dict[Quantity, str]] = {
    "tickets_issued": "tickets",
    "entries_in": "entries",
    "attendances": "attendances",
    "unique_visitors": "people",
    "reentries": "entries",
    "peak_occupancy": "people",
}
COMPARED: Final[tuple[Quantity, ...]] = (
    "attendance_as_printed", "attendances", "unique_visitors", "entries_in", "tickets_issued", "peak_occupancy",
)  # fmt: skip


class NothingCounted(ConflictError):
    """An edition without tickets or scans has no counts to decide about."""


class CountsChanged(ConflictError):
    """The counts changed since the officer read them."""


class ChecksNotReady(ConflictError):
    """The checks have not looked at the present counts yet."""


class DoubtsNeedNote(DomainError):
    """Counts that checks doubt are accepted with a note only."""


class SimulatedFacts(ConflictError):
    """Simulated tickets or scans are no evidence of an edition that is not simulated."""


class EstimateDecided(ConflictError):
    """An estimate that was accepted or refused already."""


class ConditionsNotMet(DomainError):
    """An estimate whose conditions do not hold becomes no figure."""


class NotAnEstimate(DomainError):
    """A method whose result is modelled and becomes no figure."""


class Counted(Struct, frozen=True, kw_only=True):
    """The quantities of an edition as counted; the peak where most exits were written down."""

    tickets_issued: int = 0
    tickets_scanned: int = 0
    entries_in: int = 0
    exits: int = 0
    attendances: int = 0
    unique_visitors: int = 0
    reentries: int = 0
    scans_refused: int = 0
    peak_occupancy: int | None = None

    @property
    def grade(self) -> Grade | None:
        """What the counts are evidence of: scans, tickets, or nothing."""
        if self.entries_in:
            return "A"
        return "B" if self.tickets_issued else None


class SourceFile(Struct, frozen=True, kw_only=True):
    """A file behind the counts, by its hash."""

    id: UUID
    sha256: str
    format: str
    lines_accepted: int
    lines_known: int
    lines_refused: int
    imported_at: dt.datetime | None
    simulated: bool


class Content(Struct, frozen=True, kw_only=True):
    """What a decision was about, for ever."""

    edition_id: UUID
    decision: Decision
    revision: int
    grade: Grade
    quantities: Counted
    live: bool
    """Whether scans that gates sent count beside the files."""
    files: list[SourceFile]
    checks: list[Check]
    note: str | None


class Evidence(Struct, frozen=True, kw_only=True):
    """One decision. The hash is SHA-256 over the content as JSON without spaces, keys sorted."""

    id: UUID
    edition_id: UUID
    number: int
    decision: Decision
    content: Content
    content_hash: str
    figure_ids: list[UUID]
    decided_by: UUID | None
    decided_at: dt.datetime
    outdated: bool
    """Whether the counts changed since."""


class Stated(Struct, frozen=True, kw_only=True):
    """A figure that stands beside the counts; the interval where its method gave one."""

    id: UUID
    quantity: Quantity
    value: float
    grade: Grade
    source: str
    interval: Interval | None = None


class Comparison(Struct, frozen=True, kw_only=True):
    """A stated figure beside the counted one: both as their grades say they are to be read, and whether they agree."""

    figure: Stated
    counted: int
    counted_quantity: Quantity
    counted_grade: Grade
    expected: float
    """The stated figure, corrected by the usual factor of its grade."""
    counted_expected: float
    sigma: float
    """The standard error of the difference of the two."""
    agreement: Agreement
    causes: list[Cause]


def factor(grade: Grade) -> tuple[float, float]:
    """The mean and the standard deviation of the factor of a grade."""
    low, mode, high = FACTORS[grade]
    mean = (low + 4 * mode + high) / 6
    return mean, ((mean - low) * (high - mean) / 7) ** 0.5


def compare(stated: Sequence[Stated], counted: Counted, *, days: int | None = None) -> list[Comparison]:
    """Each stated figure beside the counted one; where they differ by more than three sigma, with possible causes."""
    found = []
    for figure in stated:
        quantity = _counted_as(figure.quantity, counted)
        value = None if quantity is None else getattr(counted, quantity)
        if quantity is None or value is None or counted.grade is None:
            continue
        grade: Grade = "B" if quantity == "tickets_issued" and figure.quantity != "tickets_issued" else counted.grade
        mean, spread = factor(grade)
        if quantity == figure.quantity == "tickets_issued":
            mean, spread = 1.0, factor("A")[1]  # as many as the box office says, whoever came
        if figure.interval is not None:
            expected = figure.value
            doubt = (figure.interval.high - figure.interval.low) / (2 * methods.Z975)
        else:
            expected, doubt = (part * figure.value for part in factor(figure.grade))
        sigma = (doubt**2 + (spread * value) ** 2) ** 0.5
        contradicts = abs(expected - mean * value) > SIGMAS * sigma
        found.append(
            Comparison(
                figure=figure,
                counted=value,
                counted_quantity=quantity,
                counted_grade=grade,
                expected=expected,
                counted_expected=mean * value,
                sigma=sigma,
                agreement="contradicts" if contradicts else "agrees",
                causes=_causes(figure, counted, value, days, contradicts=contradicts),
            )
        )
    return found


def _counted_as(quantity: Quantity, counted: Counted) -> Quantity | None:
    if quantity not in COMPARED:
        return None
    if counted.grade == "B":
        return "tickets_issued"
    return "attendances" if quantity == "attendance_as_printed" else quantity


def _causes(figure: Stated, counted: Counted, value: int, days: int | None, *, contradicts: bool) -> list[Cause]:
    """Why a stated figure may differ: another count under its name, days taken for people, sites that overlap.

    One that is another count is said even where the two agree.
    """
    if _near(figure.value, value):
        return []
    causes: list[Cause] = []
    people = figure.quantity == "unique_visitors"
    if counted.grade == "A" and figure.quantity != "entries_in" and _near(figure.value, counted.entries_in):
        causes.append("entries_as_people" if people else "entries_as_attendances")
    if people and _near(figure.value, counted.attendances):
        causes.append("attendances_as_people")
    if figure.quantity != "tickets_issued" and _near(figure.value, counted.tickets_issued):
        causes.append("tickets_as_attendances")
    if causes or not contradicts:
        return causes
    if people and value and days != 1:
        low, high = DAYS_PER_VISITOR
        if low <= figure.value / value <= high:
            causes.append("days_per_visitor")
    if not causes:
        larger = figure.value > value
        causes += ["overlapping_sites", "part_not_scanned"] if larger else ["part_not_declared"]
    return causes


def _near(value: float, other: int) -> bool:
    return other > 0 and abs(value - other) <= NEARLY * other


# Decisions


def check_decision(
    decision: Decision,
    content: Content,
    *,
    expected: int,
    checked: int | None,
    verdict: CheckVerdict,
    simulated: bool,
) -> None:
    """Refuse a decision about counts that are not the ones the officer saw, or that may not be accepted like this."""
    if content.revision != expected:
        raise CountsChanged(field="revision", expected=expected, current=content.revision)
    if decision == "refused":
        return
    if checked != content.revision:
        raise ChecksNotReady
    if not simulated and any(file.simulated for file in content.files):
        raise SimulatedFacts
    if verdict in ("to_explain", "implausible") and content.note is None:
        raise DoubtsNeedNote(field="note", verdict=verdict)


def figures_of(content: Content) -> dict[Quantity, tuple[int, Grade, str | None]]:
    """The figures that accepted counts become: value, grade and what must be said with it."""
    counted = content.quantities
    figures: dict[Quantity, tuple[int, Grade, str | None]] = {}
    if counted.tickets_issued:
        low, mode, high = FACTORS["B"]
        said = f"Tickets issued, not attendances: factor {low:.2f} / {mode:.2f} / {high:.2f} (AMP-IMPACT/1 §3.2)."
        figures["tickets_issued"] = (counted.tickets_issued, "B", said)
    if content.grade == "A":
        figures |= {
            "entries_in": (counted.entries_in, "A", None),
            "attendances": (counted.attendances, "A", None),
            "unique_visitors": (counted.unique_visitors, "A", None),
            "reentries": (counted.reentries, "A", None),
        }
        if counted.peak_occupancy is not None:
            figures["peak_occupancy"] = (counted.peak_occupancy, "A", None)
    return figures


async def state_figures(
    work: Work,
    edition: Edition,
    figures: Mapping[Quantity, tuple[int, Grade, str | None]],
    *,
    source: str,
    replaced: Mapping[Quantity, UUID],
) -> list[UUID]:
    """Write figures of an edition, each in the place of the one of its kind that stood before."""
    made = []
    for quantity, (value, grade, note) in figures.items():
        figure = EditionFigure(
            id=work.new_id(),
            created_at=work.now,
            updated_at=work.now,
            edition_id=edition.id,
            quantity=quantity,
            value=float(value),
            unit=UNITS[quantity],
            grade=grade,
            source_kind="document",
            source_document=source,
            stated_by=work.actor.id,
            stated_at=work.now,
            replaces_id=replaced.get(quantity),
            note=note,
            simulated=edition.simulated,
        )
        figure.check()
        made.append((await add_figure(work, figure)).id)
    return made


# Estimates


class ProposedFigure(Struct, frozen=True, kw_only=True):
    """A figure that an estimate may become, whole, with the interval of its method."""

    quantity: Quantity
    value: int
    low: int
    high: int
    grade: Grade


class AttendanceEstimate(Entity, frozen=True, kw_only=True):
    """An attendance estimated without tickets: what was counted, what follows, and what an officer decided."""

    managed: ClassVar[frozenset[str]] = frozenset(
        {"edition_id", "result", "figures", "state", "review_note", "figure_ids", "proposed_by", "decided_by"}
        | {"decided_at"}
    )

    edition_id: UUID
    method: Method
    inputs: dict[str, Any]
    result: dict[str, Any]
    figures: list[ProposedFigure]
    state: EstimateState = "proposed"
    note: Note | None = None
    review_note: Note | None = None
    figure_ids: list[UUID] = field(default_factory=list)
    proposed_by: UUID | None = None
    decided_by: UUID | None = None
    decided_at: dt.datetime | None = None

    async def owners(self, work: Work) -> frozenset[UUID]:
        return await (await work.of(Edition).lock(self.edition_id)).owners(work)


Revision = Annotated[int, Meta(ge=0, le=2**53, description="The revision of the counts that was read.")]


def proposal(asked: Asked) -> tuple[methods.Result, list[ProposedFigure]]:
    """What an estimate gives; refuses one whose conditions do not hold, and one that is modelled."""
    result = methods.compute(asked)
    lacking: list[ConditionCode] = methods.unmet(result)
    if lacking:
        where = {"tags_seen_again": "seen_again"}.get(lacking[0], lacking[0])
        raise ConditionsNotMet(field=where, condition=lacking[0])
    figures = [
        ProposedFigure(
            quantity=figure.quantity,
            value=round(figure.value),
            low=round(figure.interval.low),
            high=round(figure.interval.high),
            grade=figure.grade,
        )
        for figure in methods.estimates(result)
    ]
    if not figures:
        raise NotAnEstimate(method=asked.method)
    return result, figures


async def propose_estimate(
    work: Work, edition_id: UUID, asked: Asked, built: tuple[dict[str, Any], dict[str, Any]], note: str | None
) -> AttendanceEstimate:
    """Keep an estimate for an edition; `built` are inputs and result as JSON values."""
    edition = await work.of(Edition).lock(edition_id)
    _, figures = proposal(asked)
    estimate = AttendanceEstimate(
        id=work.new_id(),
        created_at=work.now,
        updated_at=work.now,
        edition_id=edition_id,
        method=asked.method,
        inputs=built[0],
        result=built[1],
        figures=figures,
        note=note,
        proposed_by=work.actor.id,
    )
    await require_owner(work, estimate)
    if edition.retired_at is not None:
        raise AlreadyRetired
    return await work.of(AttendanceEstimate).add(estimate)


async def decide_estimate(
    work: Work,
    estimate_id: UUID,
    expected: int | None,
    decision: Decision,
    note: str | None,
    *,
    replaced: Mapping[Quantity, UUID],
) -> AttendanceEstimate:
    """Accept an estimate, so that its figures stand with the grade of its method, or refuse it with a reason."""
    before = await work.of(AttendanceEstimate).lock(estimate_id)
    await require_owner(work, before)
    if expected is not None and before.version != expected:
        raise StaleVersion(expected=expected, current=before.version)
    if before.state != "proposed":
        raise EstimateDecided(state=before.state)
    made: list[UUID] = []
    if decision == "accepted":
        edition = await work.of(Edition).lock(before.edition_id)
        if edition.retired_at is not None:
            raise AlreadyRetired
        stated: dict[Quantity, tuple[int, Grade, str | None]] = {
            figure.quantity: (figure.value, figure.grade, f"95 %: {figure.low} to {figure.high}.")
            for figure in before.figures
        }
        source = f"attendance estimate {before.id}, {before.method}"
        made = await state_figures(work, edition, stated, source=source, replaced=replaced)
    values = {
        "state": decision,
        "review_note": note,
        "figure_ids": made,
        "decided_by": work.actor.id,
        "decided_at": work.now,
    }
    return await replace(work, before, expected, values)
