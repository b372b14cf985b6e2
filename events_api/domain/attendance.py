"""Figures with their evidence, figures that contradict each other, and the attendance reports of organisers."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, cast
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from events_api.domain.errors import AlreadyRetired, ConflictError, DomainError, ForbiddenError, StaleVersion
from events_api.domain.programme import Edition, Event
from events_api.domain.records import Entity, Line, Repository, Text, Work, replace, require_owner

Grade = Literal["A", "B", "C", "D", "E", "F"]
Quantity = Literal[
    "attendance_as_printed",
    "tickets_issued",
    "entries_in",
    "attendances",
    "unique_visitors",
    "reentries",
    "peak_occupancy",
    "participants",
    "exhibitors",
    "speakers",
    "authors",
    "budget",
    "other",
]
GRADED: Final = frozenset(
    {
        "attendance_as_printed",
        "tickets_issued",
        "entries_in",
        "attendances",
        "unique_visitors",
        "reentries",
        "peak_occupancy",
    }
)
"""Quantities of attendance: whole, never negative, never without a grade."""
SourceKind = Literal["document", "file_line", "form_field", "parameter"]
ProgrammeSourceKind = Literal["document", "file_line", "form_field", "parameter", "formula"]
ReportState = Literal["draft", "submitted", "returned", "validated"]
Missing = Literal["attendances", "grade", "method"]
Value = Annotated[float, Meta(ge=-1e15, le=1e15, description="At most four decimals.")]
Unit = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
TerritoryCode = Annotated[str, Meta(pattern=r"^[a-z0-9_]{2,30}\Z")]
SourceField = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
SourceLine = Annotated[int, Meta(ge=1, le=2_000_000_000)]
Count = Annotated[int, Meta(ge=0, le=100_000_000)]
Note = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+\Z")]
FigureYear = Annotated[int, Meta(ge=1800, le=2200)]


class GradeMissing(DomainError):
    """An attendance without the grade of its evidence."""


class GradeNeedsReview(ForbiddenError):
    """Evidence better than a declaration counts once an officer has accepted it."""


class NotACount(DomainError):
    """A number of people or tickets that is negative or not whole."""


class TooManyDecimals(DomainError):
    """A value finer than what is kept."""


class SourceIncomplete(DomainError):
    """A source that does not say its line or its field."""


class NotSameFigure(DomainError):
    """A correction of a figure of another edition or of another quantity."""


class FigureReplaced(ConflictError):
    """A figure that has been corrected already."""


class FigureOfReport(ConflictError):
    """A figure that came from an attendance report, which alone corrects it."""


class ConflictWithItself(DomainError):
    """A conflict needs two figures."""


class FiguresInconsistent(DomainError):
    """More visitors than attendances, or more attendances than entries."""


class NotAnOrganiser(DomainError):
    """The organisation of a report does not organise the event."""


class ReportClosed(ConflictError):
    """A report that was submitted or validated changes only after it was returned."""


class ReportIncomplete(DomainError):
    """A report that cannot be submitted yet; the field says what is missing first."""


class ReportStepImpossible(ConflictError):
    """A step of the review that does not start from the present state."""


class FieldNotYours(ForbiddenError):
    """A field that this role does not set."""


def check_figure(figure: "EditionFigure | ProgrammeFigure") -> None:
    """Refuse a figure without grade or source, or with a value that cannot be kept."""
    if round(figure.value, 4) != figure.value:
        raise TooManyDecimals(field="value")
    if figure.quantity in GRADED:
        if figure.grade is None:
            raise GradeMissing(field="grade")
        if figure.value < 0 or not figure.value.is_integer():
            raise NotACount(field="value")
    if figure.source_kind == "file_line" and figure.source_line is None:
        raise SourceIncomplete(field="source_line")
    if figure.source_kind in ("form_field", "parameter", "formula") and figure.source_field is None:
        raise SourceIncomplete(field="source_field")


class EditionFigure(Entity, frozen=True, kw_only=True):
    """One figure of one edition, with its evidence; a correction is a new figure that names the one it replaces."""

    managed: ClassVar[frozenset[str]] = frozenset(
        {"edition_id", "report_version_id", "stated_by", "stated_at", "simulated"}
    )

    edition_id: UUID
    quantity: Quantity
    as_printed: Line | None = None
    value: Value
    unit: Unit
    grade: Grade | None = None
    territory_code: TerritoryCode = "amp"
    source_kind: SourceKind
    source_document: Line
    source_line: SourceLine | None = None
    source_field: SourceField | None = None
    report_version_id: UUID | None = None
    stated_by: UUID | None = None
    stated_at: dt.datetime
    replaces_id: UUID | None = None
    note: Text | None = None
    simulated: bool = False

    def check(self) -> None:
        check_figure(self)

    async def owners(self, work: Work) -> frozenset[UUID]:
        return await (await work.of(Edition).lock(self.edition_id)).owners(work)


class ProgrammeFigure(Entity, frozen=True, kw_only=True):
    """A figure about the programme, a support line or a year, outside any one edition."""

    managed: ClassVar[frozenset[str]] = frozenset({"stated_by", "stated_at"})

    subject: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
    year: FigureYear | None = None
    organisation_id: UUID | None = None
    quantity: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,60}\Z")]
    as_printed: Line | None = None
    value: Value
    unit: Unit
    grade: Grade | None = None
    territory_code: TerritoryCode = "amp"
    source_kind: ProgrammeSourceKind
    source_document: Line
    source_line: SourceLine | None = None
    source_field: SourceField | None = None
    stated_by: UUID | None = None
    stated_at: dt.datetime
    note: Text | None = None
    simulated: bool = False

    def check(self) -> None:
        check_figure(self)


class FigureConflict(Entity, frozen=True, kw_only=True):
    """Two figures that cannot both be right; kept, shown, never resolved by the platform."""

    first_id: UUID
    second_id: UUID
    explanation_fr: Text
    explanation_en: Text

    def check(self) -> None:
        if self.first_id == self.second_id:
            raise ConflictWithItself(field="second_id")


COUNTS: Final = ("attendances", "unique_visitors", "entries_in", "tickets_issued")
UNITS: Final = {
    "attendances": "attendances",
    "unique_visitors": "people",
    "entries_in": "entries",
    "tickets_issued": "tickets",
}


class AttendanceReport(Entity, frozen=True, kw_only=True):
    """What an organiser reports of one edition: quantities, claimed grade, method; reviewed by an officer."""

    managed: ClassVar[frozenset[str]] = frozenset({"state", "review_note", "submitted_versions", "accepted_grade"})

    edition_id: UUID
    organisation_id: UUID
    state: ReportState = "draft"
    attendances: Count | None = None
    unique_visitors: Count | None = None
    entries_in: Count | None = None
    tickets_issued: Count | None = None
    grade: Grade | None = None
    method: Note | None = None
    accepted_grade: Grade | None = None
    review_note: Note | None = None
    due_on: dt.date | None = None
    submitted_versions: int = 0

    def check(self) -> None:
        counts = {name: getattr(self, name) for name in COUNTS}
        if self.grade is None and any(count is not None for count in counts.values()):
            raise GradeMissing(field="grade")
        for smaller, larger in (("unique_visitors", "attendances"), ("attendances", "entries_in")):
            low, high = counts[smaller], counts[larger]
            if low is not None and high is not None and low > high:
                raise FiguresInconsistent(field=smaller, low=low, high=high)

    async def owners(self, work: Work) -> frozenset[UUID]:
        del work
        return frozenset({self.organisation_id})


class AttendanceReportAnswer(AttendanceReport, frozen=True, kw_only=True):
    """A report as it is answered: with what is still missing."""

    missing: list[Missing]


class ReportContent(Struct, frozen=True, kw_only=True):
    """What a submitted version says, for ever."""

    edition_id: UUID
    organisation_id: UUID
    attendances: int | None
    unique_visitors: int | None
    entries_in: int | None
    tickets_issued: int | None
    grade: Grade
    method: str


class ReportVersion(Struct, frozen=True, kw_only=True):
    """One submission of a report. The hash is SHA-256 over the content as JSON without spaces, keys sorted."""

    id: UUID
    report_id: UUID
    number: int
    content: ReportContent
    content_hash: str
    submitted_by: UUID | None
    submitted_at: dt.datetime


class Reports(Repository[AttendanceReport], Protocol):
    """What the review needs besides the reports: their versions, and the figures that came from them."""

    async def keep_version(self, version: ReportVersion) -> None: ...
    async def version_id(self, report: AttendanceReport) -> UUID: ...
    async def figures(self, report: AttendanceReport) -> list[EditionFigure]: ...


def reports_of(work: Work) -> Reports:
    """The repository of reports with what the review needs."""
    return cast("Reports", work.of(AttendanceReport))


def content_hash(content: Struct) -> bytes:
    """The SHA-256 of a content that is kept as a version."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).digest()


def answered(report: AttendanceReport) -> AttendanceReportAnswer:
    """The report with what is still missing."""
    values = {name: getattr(report, name) for name in report.__struct_fields__}
    return AttendanceReportAnswer(**values, missing=missing_from(report))


def missing_from(report: AttendanceReport) -> list[Missing]:
    """What must be filled in before the report can be submitted; `attendances` stands for any of the quantities."""
    lacking: list[Missing] = []
    if all(getattr(report, name) is None for name in COUNTS):
        lacking.append("attendances")
    if report.grade is None:
        lacking.append("grade")
    if report.method is None:
        lacking.append("method")
    return lacking


async def state_figure(work: Work, edition_id: UUID, values: Mapping[str, Any]) -> EditionFigure:
    """Add a figure to an edition; one that corrects another takes its place in the lists."""
    edition = await work.of(Edition).lock(edition_id)
    figure = EditionFigure(
        id=work.new_id(),
        created_at=work.now,
        updated_at=work.now,
        edition_id=edition_id,
        stated_by=work.actor.id,
        simulated=edition.simulated,
        **{"stated_at": work.now, **values},
    )
    figure.check()
    await require_owner(work, figure)
    if edition.retired_at is not None:
        raise AlreadyRetired
    if work.grant.scope != "all" and figure.quantity in GRADED and figure.grade not in ("E", "F"):
        raise GradeNeedsReview(field="grade")
    return await add_figure(work, figure)


async def add_figure(work: Work, figure: EditionFigure) -> EditionFigure:
    """Add a figure whose rules were checked, and withdraw the one it replaces."""
    figures = work.of(EditionFigure)
    if figure.replaces_id is None:
        return await figures.add(figure)
    replaced = await figures.lock(figure.replaces_id)
    if (replaced.edition_id, replaced.quantity) != (figure.edition_id, figure.quantity):
        raise NotSameFigure(field="replaces_id")
    if replaced.retired_at is not None:
        raise FigureReplaced(field="replaces_id")
    if replaced.report_version_id is not None:
        raise FigureOfReport(field="replaces_id")
    if work.grant.scope != "all" and replaced.grade not in (None, "E", "F"):
        raise GradeNeedsReview(field="replaces_id")
    added = await figures.add(figure)
    await replace(work, replaced, None, {"retired_at": work.now})
    return added


async def state_programme_figure(work: Work, values: Mapping[str, Any]) -> ProgrammeFigure:
    """Add a figure about the programme."""
    figure = ProgrammeFigure(
        id=work.new_id(),
        created_at=work.now,
        updated_at=work.now,
        stated_by=work.actor.id,
        **{"stated_at": work.now, **values},
    )
    figure.check()
    return await work.of(ProgrammeFigure).add(figure)


async def draft_report(work: Work, values: Mapping[str, Any]) -> AttendanceReport:
    """Open the report of one organiser on one edition."""
    report = AttendanceReport(id=work.new_id(), created_at=work.now, updated_at=work.now, **values)
    report.check()
    await require_owner(work, report)
    edition = await work.of(Edition).lock(report.edition_id)
    event = await work.of(Event).lock(edition.event_id)
    if edition.retired_at is not None:
        raise AlreadyRetired
    if report.organisation_id not in event.organiser_ids:
        raise NotAnOrganiser(field="organisation_id")
    if work.grant.scope != "all" and report.due_on is not None:
        raise FieldNotYours(field="due_on")
    return await work.of(AttendanceReport).add(report)


async def change_report(
    work: Work, report_id: UUID, expected: int | None, values: Mapping[str, Any]
) -> AttendanceReport:
    """Change a report that is a draft or was returned; an officer moves the due date at any time."""
    before = await _locked(work, report_id, expected)
    changed = {name for name, value in values.items() if value != getattr(before, name)}
    for fixed in ("edition_id", "organisation_id"):
        if fixed in changed:
            raise FieldNotYours(field=fixed)
    if work.grant.scope != "all" and "due_on" in changed:
        raise FieldNotYours(field="due_on")
    if before.state not in ("draft", "returned") and changed - {"due_on"}:
        raise ReportClosed
    return await replace(work, before, expected, values)


async def retire_report(work: Work, report_id: UUID, expected: int | None) -> AttendanceReport:
    """Withdraw a report that was never submitted; a submitted one stays."""
    before = await _locked(work, report_id, expected)
    if before.retired_at is not None:
        return before
    if before.submitted_versions:
        raise ReportClosed
    return await replace(work, before, expected, {"retired_at": work.now})


async def submit_report(work: Work, report_id: UUID, expected: int | None) -> AttendanceReport:
    """Submit a report: its content becomes an immutable version, its quantities become declared figures."""
    before = await _locked(work, report_id, expected)
    if before.state not in ("draft", "returned"):
        raise ReportStepImpossible(state=before.state)
    missing = missing_from(before)
    if missing or before.grade is None or before.method is None:
        raise ReportIncomplete(field=missing[0])
    reports = reports_of(work)
    replaced = {figure.quantity: figure.id for figure in await reports.figures(before)}
    content = ReportContent(
        edition_id=before.edition_id,
        organisation_id=before.organisation_id,
        **{name: getattr(before, name) for name in COUNTS},
        grade=before.grade,
        method=before.method,
    )
    version = ReportVersion(
        id=work.new_id(),
        report_id=before.id,
        number=before.submitted_versions + 1,
        content=content,
        content_hash=content_hash(content).hex(),
        submitted_by=work.actor.id,
        submitted_at=work.now,
    )
    await reports.keep_version(version)
    await _restate(work, before, version.id, version.number, _declared(before), replaced)
    return await replace(
        work,
        before,
        expected,
        {"state": "submitted", "submitted_versions": version.number, "review_note": None, "accepted_grade": None},
    )


async def return_report(work: Work, report_id: UUID, expected: int | None, note: str) -> AttendanceReport:
    """Send a submitted report back with a note; a validated one is opened again, its figures are declared again."""
    before = await _locked(work, report_id, expected)
    if before.state not in ("submitted", "validated"):
        raise ReportStepImpossible(state=before.state)
    await _regrade(work, before, _declared(before))
    return await replace(work, before, expected, {"state": "returned", "review_note": note, "accepted_grade": None})


async def validate_report(
    work: Work, report_id: UUID, expected: int | None, grade: Grade, note: str | None
) -> AttendanceReport:
    """Validate a submitted report with the grade that its evidence deserves; the figures take that grade."""
    before = await _locked(work, report_id, expected)
    if before.state != "submitted":
        raise ReportStepImpossible(state=before.state)
    await _regrade(work, before, grade)
    return await replace(work, before, expected, {"state": "validated", "accepted_grade": grade, "review_note": note})


async def _locked(work: Work, report_id: UUID, expected: int | None) -> AttendanceReport:
    report = await work.of(AttendanceReport).lock(report_id)
    await require_owner(work, report)
    if expected is not None and report.version != expected:
        raise StaleVersion(expected=expected, current=report.version)
    if report.retired_at is not None and report.submitted_versions:
        raise AlreadyRetired
    return report


def _declared(report: AttendanceReport) -> Grade:
    """The grade of figures that nobody has accepted yet."""
    return "F" if report.grade == "F" else "E"


async def _regrade(work: Work, report: AttendanceReport, grade: Grade) -> None:
    """Give the figures of the last version another grade."""
    reports = reports_of(work)
    figures = await reports.figures(report)
    if any(figure.grade != grade for figure in figures):
        replaced = {figure.quantity: figure.id for figure in figures}
        version_id = await reports.version_id(report)
        await _restate(work, report, version_id, report.submitted_versions, grade, replaced)


async def _restate(
    work: Work,
    report: AttendanceReport,
    version_id: UUID,
    number: int,
    grade: Grade,
    replaced: Mapping[Quantity, UUID],
) -> None:
    """Write the quantities of a report as figures of this grade, each in the place of the one it corrects."""
    edition = await work.of(Edition).lock(report.edition_id)
    for name in COUNTS:
        value = getattr(report, name)
        if value is None:
            continue
        figure = EditionFigure(
            id=work.new_id(),
            created_at=work.now,
            updated_at=work.now,
            edition_id=report.edition_id,
            quantity=name,
            value=float(value),
            unit=UNITS[name],
            grade=grade,
            source_kind="form_field",
            source_document=f"attendance report {report.id}, version {number}",
            source_field=name,
            report_version_id=version_id,
            stated_by=work.actor.id,
            stated_at=work.now,
            replaces_id=replaced.get(name),
            simulated=edition.simulated,
        )
        await work.of(EditionFigure).add(figure)
    for identifier in replaced.values():
        before = await work.of(EditionFigure).lock(identifier)
        await replace(work, before, None, {"retired_at": work.now})
