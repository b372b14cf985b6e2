"""Figures, figure conflicts and attendance reports over HTTP."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath, FromQuery
from msgspec import Meta, Struct

from events_api.domain import attendance
from events_api.domain.attendance import (
    AttendanceReport,
    AttendanceReportAnswer,
    EditionFigure,
    FigureConflict,
    FigureYear,
    Grade,
    Note,
    ProgrammeFigure,
    Quantity,
    ReportState,
    ReportVersion,
)
from events_api.domain.errors import NotFound
from events_api.domain.records import Instant, given, incoming, patching, retire
from events_api.handlers.answers import answer, expected_version, tag, version_if_given
from events_api.handlers.context import grant_of
from events_api.handlers.paging import Changes, Limit, Page
from events_api.handlers.parameters import NumberInPath
from events_api.handlers.problems import CHANGE_PROBLEMS, READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.resources import listing, resource
from events_api.handlers.writing import Writing
from events_api.read import attendance as reading
from events_api.read import programme, shapes
from events_api.read import records as reading_records
from events_api.read.connections import Pool

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
Subject = Annotated[str, Meta(min_length=1, max_length=200)]
NUMBERS = range(1, 2**31)
FigureIn: Any = incoming(EditionFigure)
ProgrammeFigureIn: Any = incoming(ProgrammeFigure)
ReportIn: Any = incoming(AttendanceReport)
ReportPatch: Any = patching(AttendanceReport)


class ReturnIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be corrected."""

    note: Note


class ValidationIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The grade that the evidence deserves."""

    grade: Grade
    note: Note | None = None


def body(value: dict[str, Any]) -> Any:
    """A JSON body with its example."""
    return BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example(summary="Example", value=value)])


class EditionFigureController(Controller):
    """Figures of editions: never changed, corrected by another that names them."""

    tags = ("attendance",)

    @post(
        "/editions/{edition_id:uuid}/figures",
        operation_id="createEditionFigure",
        summary="State a figure of an edition",
        responses=WRITE_PROBLEMS,
    )
    async def create(
        self,
        edition_id: FromPath[UUID],
        data: Annotated[
            FigureIn,
            body(
                {
                    "quantity": "attendances",
                    "value": 150000,
                    "unit": "attendances",
                    "grade": "E",
                    "source_kind": "document",
                    "source_document": "Press release of 2 September 2024",
                }
            ),
        ],
        write: NamedDependency[Writing],
    ) -> Response[EditionFigure]:
        return await write(
            lambda work: attendance.state_figure(work, edition_id, given(data)),
            status=201,
            location=lambda figure: f"/api/v1/figures/{figure.id}",
        )

    @get(
        "/editions/{edition_id:uuid}/figures",
        operation_id="listEditionFigures",
        summary="List the figures of an edition",
        responses=READ_PROBLEMS,
    )
    async def index(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        quantity: FromQuery[Quantity | None] = None,
        grade: FromQuery[Grade | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[EditionFigure] | Changes[EditionFigure]]:
        viewer = grant_of(request.scope)
        edition = await reading_records.one(pool, shapes.EDITION, programme.EDITION, viewer, edition_id)
        if edition is None:
            raise NotFound(kind="edition")
        return await listing(
            request,
            pool,
            shapes.EDITION_FIGURE,
            programme.EDITION_OWNED,
            [
                *programme.of("t.edition_id", "edition", edition_id),
                *programme.equal("t.quantity", quantity),
                *programme.equal("t.grade", grade),
            ],
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )

    @get(
        "/figures/{figure_id:uuid}", operation_id="readEditionFigure", summary="Read a figure", responses=READ_PROBLEMS
    )
    async def read(
        self, request: AnyRequest, figure_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[EditionFigure]:
        viewer = grant_of(request.scope)
        figure = await reading_records.one(pool, shapes.EDITION_FIGURE, programme.EDITION_OWNED, viewer, figure_id)
        if figure is None:
            raise NotFound(kind="edition_figure")
        return answer(request, figure, etag=tag(figure))

    @delete(
        "/figures/{figure_id:uuid}",
        status_code=200,
        operation_id="retireEditionFigure",
        summary="Retire a figure",
        responses=CHANGE_PROBLEMS,
    )
    async def withdraw(
        self, request: AnyRequest, figure_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[EditionFigure]:
        expected = expected_version(request)
        return await write(lambda work: retire(work, EditionFigure, figure_id, expected))


class ProgrammeFigureController(Controller):
    """Figures about the programme, a support line or a year."""

    path = "/programme-figures"
    tags = ("attendance",)

    @post(
        "/", operation_id="createProgrammeFigure", summary="State a figure of the programme", responses=WRITE_PROBLEMS
    )
    async def create(
        self,
        data: Annotated[
            ProgrammeFigureIn,
            body(
                {
                    "subject": "FACAMM",
                    "quantity": "spent_locally_cents",
                    "value": 5500000000,
                    "unit": "EUR cents",
                    "source_kind": "document",
                    "source_document": "Roadmap 2024",
                }
            ),
        ],
        write: NamedDependency[Writing],
    ) -> Response[ProgrammeFigure]:
        return await write(
            lambda work: attendance.state_programme_figure(work, given(data)),
            status=201,
            location=lambda figure: f"/api/v1/programme-figures/{figure.id}",
        )

    @get("/", operation_id="listProgrammeFigures", summary="List the figures of the programme", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        subject: FromQuery[Subject | None] = None,
        year: FromQuery[FigureYear | None] = None,
        quantity: FromQuery[Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,60}\Z")] | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[ProgrammeFigure] | Changes[ProgrammeFigure]]:
        return await listing(
            request,
            pool,
            shapes.PROGRAMME_FIGURE,
            programme.EVERYBODY,
            [
                *programme.equal("t.subject", subject),
                *programme.equal("t.year", year),
                *programme.equal("t.quantity", quantity),
            ],
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )

    @get("/{figure_id:uuid}", operation_id="readProgrammeFigure", summary="Read a figure", responses=READ_PROBLEMS)
    async def read(
        self, request: AnyRequest, figure_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[ProgrammeFigure]:
        viewer = grant_of(request.scope)
        figure = await reading_records.one(pool, shapes.PROGRAMME_FIGURE, programme.EVERYBODY, viewer, figure_id)
        if figure is None:
            raise NotFound(kind="programme_figure")
        return answer(request, figure, etag=tag(figure))

    @delete(
        "/{figure_id:uuid}",
        status_code=200,
        operation_id="retireProgrammeFigure",
        summary="Retire a figure",
        responses=CHANGE_PROBLEMS,
    )
    async def withdraw(
        self, request: AnyRequest, figure_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[ProgrammeFigure]:
        expected = expected_version(request)
        return await write(lambda work: retire(work, ProgrammeFigure, figure_id, expected))


FigureConflictBase = resource(
    shapes.FIGURE_CONFLICT,
    path="/figure-conflicts",
    tag_name="attendance",
    visibility=programme.EVERYBODY,
    example={
        "explanation_fr": "55 M€ pour 0,5 M€ font 110, et non les 64 annoncés.",
        "explanation_en": "55 M€ for 0.5 M€ make 110, not the announced 64.",
        "first_id": "01a20639-a789-730b-b64f-65dbeb811a7e",
        "second_id": "01a20639-a792-7320-906c-575dea178cea",
    },
)


class FigureConflictController(FigureConflictBase):  # type: ignore[misc, valid-type]
    """Figures that cannot both be right."""

    @get("/", operation_id="listFigureConflicts", summary="List the conflicts of figures", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[FigureConflict] | Changes[FigureConflict]]:
        return await listing(
            request,
            pool,
            shapes.FIGURE_CONFLICT,
            programme.EVERYBODY,
            [],
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class AttendanceReportController(Controller):
    """What organisers report, reviewed by officers; each submission is a version."""

    path = "/attendance-reports"
    tags = ("attendance",)

    @post("/", operation_id="createAttendanceReport", summary="Open a report", responses=WRITE_PROBLEMS)
    async def create(
        self,
        data: Annotated[
            ReportIn,
            body(
                {
                    "edition_id": "01a20639-a792-7320-906c-575dea178cea",
                    "organisation_id": "01a20639-a789-730b-b64f-65dbeb811a7e",
                    "attendances": 12000,
                    "unique_visitors": 8000,
                    "grade": "E",
                    "method": "Count at the gates on each of the three days.",
                }
            ),
        ],
        write: NamedDependency[Writing],
    ) -> Response[AttendanceReportAnswer]:
        return await write(
            lambda work: attendance.draft_report(work, given(data)),
            status=201,
            location=lambda report: f"/api/v1/attendance-reports/{report.id}",
            present=attendance.answered,
        )

    @get("/", operation_id="listAttendanceReports", summary="List reports", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        edition: FromQuery[UUID | None] = None,
        organisation: FromQuery[UUID | None] = None,
        report_state: FromQuery[ReportState | None] = None,
        due_before: FromQuery[dt.date | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[AttendanceReportAnswer] | Changes[AttendanceReportAnswer]]:
        return await listing(
            request,
            pool,
            shapes.ATTENDANCE_REPORT,
            reading.OF_OWN_ORGANISATION,
            [
                *programme.of("t.edition_id", "edition", edition),
                *programme.of("t.organisation_id", "organisation", organisation),
                *programme.equal("t.state", report_state),
                *([] if due_before is None else [reading_records.Condition("t.due_on < {}", due_before)]),
            ],
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
            present=attendance.answered,
        )

    @get("/{report_id:uuid}", operation_id="readAttendanceReport", summary="Read a report", responses=READ_PROBLEMS)
    async def read(
        self, request: AnyRequest, report_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[AttendanceReportAnswer]:
        report = await reading_records.one(
            pool, shapes.ATTENDANCE_REPORT, reading.OF_OWN_ORGANISATION, grant_of(request.scope), report_id
        )
        if report is None:
            raise NotFound(kind="attendance_report")
        return answer(request, attendance.answered(report), etag=tag(report))

    @patch(
        "/{report_id:uuid}", operation_id="changeAttendanceReport", summary="Change a report", responses=CHANGE_PROBLEMS
    )
    async def change(
        self,
        request: AnyRequest,
        report_id: FromPath[UUID],
        data: Annotated[ReportPatch, body({"attendances": 12500})],
        write: NamedDependency[Writing],
    ) -> Response[AttendanceReportAnswer]:
        expected, values = expected_version(request), given(data)
        return await write(
            lambda work: attendance.change_report(work, report_id, expected, values), present=attendance.answered
        )

    @delete(
        "/{report_id:uuid}",
        status_code=200,
        operation_id="retireAttendanceReport",
        summary="Withdraw a report that was never submitted",
        responses=CHANGE_PROBLEMS,
    )
    async def withdraw(
        self, request: AnyRequest, report_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[AttendanceReportAnswer]:
        expected = expected_version(request)
        return await write(
            lambda work: attendance.retire_report(work, report_id, expected), present=attendance.answered
        )

    @post(
        "/{report_id:uuid}/submit",
        status_code=200,
        operation_id="submitAttendanceReport",
        summary="Submit a report: a version that no longer changes",
        responses=CHANGE_PROBLEMS,
    )
    async def submit(
        self, request: AnyRequest, report_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[AttendanceReportAnswer]:
        expected = version_if_given(request)
        return await write(
            lambda work: attendance.submit_report(work, report_id, expected), present=attendance.answered
        )

    @post(
        "/{report_id:uuid}/return",
        status_code=200,
        operation_id="returnAttendanceReport",
        summary="Send a report back with a note",
        responses=CHANGE_PROBLEMS,
    )
    async def send_back(
        self,
        request: AnyRequest,
        report_id: FromPath[UUID],
        data: Annotated[ReturnIn, body({"note": "The method does not say how the free days were counted."})],
        write: NamedDependency[Writing],
    ) -> Response[AttendanceReportAnswer]:
        expected = version_if_given(request)
        return await write(
            lambda work: attendance.return_report(work, report_id, expected, data.note), present=attendance.answered
        )

    @post(
        "/{report_id:uuid}/validate",
        status_code=200,
        operation_id="validateAttendanceReport",
        summary="Validate a report with the grade that its evidence deserves",
        responses=CHANGE_PROBLEMS,
    )
    async def validate(
        self,
        request: AnyRequest,
        report_id: FromPath[UUID],
        data: Annotated[ValidationIn, body({"grade": "B", "note": "Ticket export seen."})],
        write: NamedDependency[Writing],
    ) -> Response[AttendanceReportAnswer]:
        expected = version_if_given(request)
        return await write(
            lambda work: attendance.validate_report(work, report_id, expected, data.grade, data.note),
            present=attendance.answered,
        )

    @get(
        "/{report_id:uuid}/versions",
        operation_id="listAttendanceReportVersions",
        summary="List the versions of a report",
        responses=READ_PROBLEMS,
    )
    async def versions(
        self, request: AnyRequest, report_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[list[ReportVersion]]:
        viewer = grant_of(request.scope)
        report = await reading_records.one(
            pool, shapes.ATTENDANCE_REPORT, reading.OF_OWN_ORGANISATION, viewer, report_id
        )
        if report is None:
            raise NotFound(kind="attendance_report")
        return answer(request, await reading.versions(pool, viewer, report_id))

    @get(
        "/{report_id:uuid}/versions/{number:int}",
        operation_id="readAttendanceReportVersion",
        summary="Read a version of a report",
        responses=READ_PROBLEMS,
    )
    async def version(
        self, request: AnyRequest, report_id: FromPath[UUID], number: NumberInPath, pool: NamedDependency[Pool]
    ) -> Response[ReportVersion]:
        found = await reading.versions(pool, grant_of(request.scope), report_id, number) if number in NUMBERS else []
        if not found:
            raise NotFound(kind="attendance_report_version")
        return answer(request, found[0])


HANDLERS = (
    EditionFigureController,
    ProgrammeFigureController,
    FigureConflictController,
    AttendanceReportController,
)
