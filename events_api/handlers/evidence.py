"""Evidence of attendance over HTTP: checks, decisions, and methods without tickets."""

import datetime as dt
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.exceptions import ValidationException
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from events_api.domain.attendance import Grade, Note, Quantity
from events_api.domain.errors import NotFound
from events_api.domain.programme import Edition
from events_api.domain.records import require_owner
from events_api.domain.tickets import evidence, methods
from events_api.domain.tickets.evidence import (
    Agreement,
    AttendanceEstimate,
    Cause,
    Counted,
    Decision,
    Evidence,
    Revision,
    SourceFile,
    Stated,
)
from events_api.domain.tickets.methods import (
    Asked,
    CaptureRecapture,
    CaptureRecaptureResult,
    Density,
    DensityResult,
    DwellTime,
    DwellTimeResult,
    Estimate,
    GateSampling,
    GateSamplingResult,
    Method,
    Result,
    Survey,
    SurveyResult,
)
from events_api.domain.tickets.plausibility import LIMITS, Check, CheckCode, CheckVerdict
from events_api.handlers.answers import answer, tag, version_if_given
from events_api.handlers.context import grant_of, language_of
from events_api.handlers.paging import Changes, Page
from events_api.handlers.parameters import NumberInPath
from events_api.handlers.problems import CHANGE_PROBLEMS, READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.resources import listing
from events_api.handlers.writing import Writing
from events_api.read import evidence as reading
from events_api.read import programme, shapes
from events_api.read import records as reading_records
from events_api.read.connections import Pool
from events_api.read.evidence import Overview
from events_api.store import evidence as store
from events_api.store.transaction import SqlWork
from events_api.text import evidence as texts
from events_api.text.formats import Language

AnyRequest = Request[Any, Any, Any]
COMPUTE_PROBLEMS: Final = {status: said for status, said in WRITE_PROBLEMS.items() if status != 409}
_FIRST_DAY: Final = dt.date(1970, 1, 1)


# What is answered


class CheckOut(Struct, frozen=True, kw_only=True):
    """A check in words: what it measured, from where it asks for an explanation, from where it is not believed."""

    code: CheckCode
    title: str
    verdict: CheckVerdict
    sentence: str
    value: float | None
    explain: float
    implausible: float | None
    source: str
    cases: int
    gate: str | None
    day: dt.date | None


class ChecksOut(Struct, frozen=True, kw_only=True):
    """The checks of the facts at one revision; `outdated` when the counts changed since, null before the first."""

    revision: int
    current_revision: int
    outdated: bool
    checked_at: dt.datetime
    scans: int
    verdict: CheckVerdict
    checks: list[CheckOut]


class CauseOut(Struct, frozen=True, kw_only=True):
    """Why two figures may differ."""

    code: Cause
    sentence: str


class ComparisonOut(Struct, frozen=True, kw_only=True):
    """A stated figure beside the counted one, each as its grade says it is to be read."""

    figure: Stated
    counted: int
    counted_quantity: Quantity
    counted_grade: Grade
    expected: float
    counted_expected: float
    sigma: float
    agreement: Agreement
    sentence: str
    causes: list[CauseOut]


class DecisionOut(Struct, frozen=True, kw_only=True):
    """A decision without its content, which is read under its number."""

    id: UUID
    number: int
    decision: Decision
    grade: Grade
    revision: int
    note: str | None
    content_hash: str
    figure_ids: list[UUID]
    decided_by: UUID | None
    decided_at: dt.datetime
    outdated: bool


class EvidenceOut(Struct, frozen=True, kw_only=True):
    """All that a decision about the counts of an edition needs, side by side."""

    edition_id: UUID
    revision: int
    changed_at: dt.datetime | None
    simulated: bool
    grade: Grade | None
    counted: Counted
    live: bool
    files: list[SourceFile]
    checks: ChecksOut | None
    comparisons: list[ComparisonOut]
    decisions: list[DecisionOut]


class Requested(Struct, frozen=True, kw_only=True):
    """The job that will check."""

    job_id: UUID


class AcceptIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The revision of the counts that was read, and why doubts of checks are set aside."""

    revision: Revision
    note: Note | None = None


class RefuseIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The revision of the counts that was read, and why they are refused."""

    revision: Revision
    note: Note


class EstimateAcceptIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be said with the acceptance."""

    note: Note | None = None


class EstimateRefuseIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the estimate is refused."""

    note: Note


def checks_out(overview: Overview, language: Language) -> ChecksOut | None:
    """The checks in words."""
    checked = overview.checked
    if checked is None:
        return None
    return ChecksOut(
        revision=checked.revision,
        current_revision=overview.revision,
        outdated=checked.outdated,
        checked_at=checked.checked_at,
        scans=checked.scans,
        verdict=checked.verdict,
        checks=[check_out(check, overview.gates, language) for check in checked.checks],
    )


def check_out(check: Check, gates: dict[int, str], language: Language) -> CheckOut:
    """A check in words."""
    return CheckOut(
        code=check.code,
        title=texts.check_title(check.code, language),
        verdict=check.verdict,
        sentence=texts.check_sentence(check, language, below=LIMITS[check.code].below, gates=gates),
        value=check.value,
        explain=check.explain,
        implausible=check.implausible,
        source=check.source,
        cases=check.cases,
        gate=gates.get(check.gate) if check.gate else None,
        day=None if check.day is None else _FIRST_DAY + dt.timedelta(days=check.day),
    )


def evidence_out(overview: Overview, language: Language) -> EvidenceOut:
    """The overview in words."""
    return EvidenceOut(
        edition_id=overview.edition_id,
        revision=overview.revision,
        changed_at=overview.changed_at,
        simulated=overview.simulated,
        grade=overview.grade,
        counted=overview.counted,
        live=overview.live,
        files=overview.files,
        checks=checks_out(overview, language),
        comparisons=[
            ComparisonOut(
                figure=one.figure,
                counted=one.counted,
                counted_quantity=one.counted_quantity,
                counted_grade=one.counted_grade,
                expected=one.expected,
                counted_expected=one.counted_expected,
                sigma=one.sigma,
                agreement=one.agreement,
                sentence=texts.comparison_sentence(one, language),
                causes=[CauseOut(code=code, sentence=texts.cause(code, language)) for code in one.causes],
            )
            for one in overview.comparisons
        ],
        decisions=[
            DecisionOut(
                id=one.id,
                number=one.number,
                decision=one.decision,
                grade=one.content.grade,
                revision=one.content.revision,
                note=one.content.note,
                content_hash=one.content_hash,
                figure_ids=one.figure_ids,
                decided_by=one.decided_by,
                decided_at=one.decided_at,
                outdated=one.outdated,
            )
            for one in overview.decisions
        ],
    )


async def overview_for(request: AnyRequest, pool: Pool, edition_id: UUID) -> Overview:
    """What the reader may see of the evidence of an edition; raises NotFound."""
    found = await reading.overview(pool, grant_of(request.scope), edition_id)
    if found is None:
        raise NotFound(kind="edition")
    return found


async def ask_for_checks(work: SqlWork, edition_id: UUID) -> Requested:
    """Ask for the checks of one's own edition."""
    edition = await work.of(Edition).lock(edition_id)
    await require_owner(work, edition)
    return Requested(job_id=await store.request_checks(work, edition_id))


def said(request: AnyRequest, content: object) -> Response[Any]:
    """An answer with sentences in the language of who asks."""
    language = language_of(request)
    headers = {"content-language": language, "vary": "authorization, cookie, accept-language"}
    return answer(request, content, headers=headers)


def _body(value: dict[str, Any]) -> Any:
    return BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example(summary="Example", value=value)])


class EvidenceController(Controller):
    """The counts of an edition as evidence."""

    path = "/editions/{edition_id:uuid}"
    tags = ("attendance",)

    @get(
        "/attendance-checks",
        operation_id="readAttendanceChecks",
        summary="Read what the checks of the logs of an edition found",
        responses=READ_PROBLEMS,
    )
    async def checks(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[ChecksOut | None]:
        return said(request, checks_out(await overview_for(request, pool, edition_id), language_of(request)))

    @post(
        "/attendance-checks",
        status_code=202,
        operation_id="requestAttendanceChecks",
        summary="Ask for the checks of the logs of an edition",
        responses=WRITE_PROBLEMS,
    )
    async def check(self, edition_id: FromPath[UUID], write: NamedDependency[Writing]) -> Response[Requested]:
        return await write(lambda work: ask_for_checks(work, edition_id), status=202)

    @get(
        "/attendance-evidence",
        operation_id="readAttendanceEvidence",
        summary="Read the counts of an edition with files, checks, stated figures and decisions",
        responses=READ_PROBLEMS,
    )
    async def read(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[EvidenceOut]:
        return said(request, evidence_out(await overview_for(request, pool, edition_id), language_of(request)))

    @get(
        "/attendance-evidence/{number:int}",
        operation_id="readAttendanceEvidenceVersion",
        summary="Read a decision with all that it was about",
        responses=READ_PROBLEMS,
    )
    async def version(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        pool: NamedDependency[Pool],
    ) -> Response[Evidence]:
        found = await reading.version(pool, grant_of(request.scope), edition_id, number)
        if found is None:
            raise NotFound(kind="attendance_evidence")
        return answer(request, found)

    @post(
        "/attendance-evidence/accept",
        status_code=201,
        operation_id="acceptAttendanceEvidence",
        summary="Accept the counts of an edition as evidence: they become figures of grade A or B",
        responses=WRITE_PROBLEMS,
    )
    async def accept(
        self,
        edition_id: FromPath[UUID],
        data: Annotated[AcceptIn, _body({"revision": 3, "note": "Door sales explained by the organiser."})],
        write: NamedDependency[Writing],
    ) -> Response[Evidence]:
        return await write(
            lambda work: store.decide(work, edition_id, "accepted", data.revision, data.note),
            status=201,
            location=lambda made: f"/api/v1/editions/{edition_id}/attendance-evidence/{made.number}",
        )

    @post(
        "/attendance-evidence/refuse",
        status_code=201,
        operation_id="refuseAttendanceEvidence",
        summary="Refuse the counts of an edition with a reason",
        responses=WRITE_PROBLEMS,
    )
    async def refuse(
        self,
        edition_id: FromPath[UUID],
        data: Annotated[RefuseIn, _body({"revision": 3, "note": "The log of the second day copies the first."})],
        write: NamedDependency[Writing],
    ) -> Response[Evidence]:
        return await write(
            lambda work: store.decide(work, edition_id, "refused", data.revision, data.note),
            status=201,
            location=lambda made: f"/api/v1/editions/{edition_id}/attendance-evidence/{made.number}",
        )

    @get(
        "/attendance-estimates",
        operation_id="listAttendanceEstimates",
        summary="List the estimates without tickets of an edition",
        responses=READ_PROBLEMS,
    )
    async def estimates(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[Page[AttendanceEstimate] | Changes[AttendanceEstimate]]:
        viewer = grant_of(request.scope)
        if await reading_records.one(pool, shapes.EDITION, programme.OWN_EDITION, viewer, edition_id) is None:
            raise NotFound(kind="edition")
        return await listing(
            request,
            pool,
            shapes.ATTENDANCE_ESTIMATE,
            reading.OWN_ESTIMATE,
            reading.of_edition(edition_id),
            cursor=None,
            limit=100,
            updated_since=None,
        )


class EstimateController(Controller):
    """Estimates without tickets, by themselves."""

    path = "/attendance-estimates/{estimate_id:uuid}"
    tags = ("attendance",)

    @get("/", operation_id="readAttendanceEstimate", summary="Read an estimate", responses=READ_PROBLEMS)
    async def read(
        self, request: AnyRequest, estimate_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[AttendanceEstimate]:
        found = await reading_records.one(
            pool, shapes.ATTENDANCE_ESTIMATE, reading.OWN_ESTIMATE, grant_of(request.scope), estimate_id
        )
        if found is None:
            raise NotFound(kind="attendance_estimate")
        return answer(request, found, etag=tag(found))

    @post(
        "/accept",
        status_code=200,
        operation_id="acceptAttendanceEstimate",
        summary="Accept an estimate: its figures stand with the grade of its method",
        responses=CHANGE_PROBLEMS,
    )
    async def accept(
        self,
        request: AnyRequest,
        estimate_id: FromPath[UUID],
        data: Annotated[EstimateAcceptIn, _body({"note": "Photographs seen."})],
        write: NamedDependency[Writing],
    ) -> Response[AttendanceEstimate]:
        expected = version_if_given(request)
        return await write(lambda work: store.decide_estimate(work, estimate_id, expected, "accepted", data.note))

    @post(
        "/refuse",
        status_code=200,
        operation_id="refuseAttendanceEstimate",
        summary="Refuse an estimate with a reason",
        responses=CHANGE_PROBLEMS,
    )
    async def refuse(
        self,
        request: AnyRequest,
        estimate_id: FromPath[UUID],
        data: Annotated[EstimateRefuseIn, _body({"note": "The quadrats were all beside the stage."})],
        write: NamedDependency[Writing],
    ) -> Response[AttendanceEstimate]:
        expected = version_if_given(request)
        return await write(lambda work: store.decide_estimate(work, estimate_id, expected, "refused", data.note))


# Methods: computed for anybody, nothing kept; proposed for an edition

EXAMPLES: Final[dict[Method, dict[str, Any]]] = {
    "survey": {
        "attendances": 12000,
        "frame": "on_site",
        "answers": [
            {"segment": "L", "days": 1, "interviews": 4},
            {"segment": "D", "days": 1, "interviews": 2},
            {"segment": "C", "days": 3, "interviews": 2},
        ],
    },
    "density": {
        "zones": [{"name": "quay", "area_m2": 4000, "sd_area_m2": 120, "quadrat_m2": 10, "counts": [14, 18, 11, 16]}],
        "turnover": 1.8,
        "se_turnover": 0.15,
    },
    "capture-recapture": {
        "tagged": 800,
        "seen": 1000,
        "seen_again": 25,
        "closed_population": True,
        "tags_spread": True,
    },
    "gate-sampling": {
        "gates": [{"name": "north", "counts": [52, 88, 140, 131, 75, 30]}],
        "sampling_fraction": 0.25,
    },
    "dwell-time": {"entries": 6000, "hours": 8, "mean_dwell_hours": 2.5, "se_dwell_hours": 0.2},
}


def _name(kind: type[Struct]) -> str:
    return kind.__name__


def _method_handlers(kind: type[Asked], result_kind: type[Result]) -> list[ControllerRouterHandler]:
    """The operations of one method."""
    method, name = kind.method, _name(kind)
    answer_kind = msgspec.defstruct(
        f"{name}Answer",
        [("result", result_kind), ("figures", list[Estimate]), ("sentence", str), ("source", str)],
        frozen=True,
        kw_only=True,
        module=__name__,
    )
    content = Annotated[kind, _body(EXAMPLES[method])]  # type: ignore[valid-type]  # made at run time
    handlers: list[ControllerRouterHandler] = []

    @post(
        f"/attendance-methods/{method}",
        status_code=200,
        operation_id=f"compute{name}",
        summary=f"Compute, keep nothing: {method}",
        tags=["attendance"],
        responses=COMPUTE_PROBLEMS,
    )
    async def compute(request: AnyRequest, data: content) -> Response[answer_kind]:  # type: ignore[valid-type]  # same
        _plainly(await request.json(), kind)
        result, language = methods.compute(data), language_of(request)
        return said(
            request,
            answer_kind(
                result=result,
                figures=methods.estimates(result),
                sentence=texts.result_sentence(result, language),
                source=texts.method_source(method, language),
            ),
        )

    handlers.append(compute)
    if kind is DwellTime:
        return handlers
    proposal_kind = msgspec.defstruct(
        f"{name}Proposal",
        [("inputs", kind), ("note", Note | None, None)],
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        module=__name__,
    )
    example = _body({"inputs": EXAMPLES[method], "note": "Counted by the agency."})
    proposed = Annotated[proposal_kind, example]  # type: ignore[valid-type]  # same

    @post(
        f"/editions/{{edition_id:uuid}}/attendance-estimates/{method}",
        status_code=201,
        operation_id=f"propose{name}",
        summary=f"Propose an estimate for an edition: {method}",
        tags=["attendance"],
        responses=WRITE_PROBLEMS,
    )
    async def propose(
        request: AnyRequest,
        edition_id: FromPath[UUID],
        data: proposed,
        write: NamedDependency[Writing],
    ) -> Response[AttendanceEstimate]:
        given: Any = data
        _plainly((await request.json())["inputs"], kind, "inputs.")
        return await write(
            lambda work: propose_estimate(work, edition_id, given.inputs, given.note),
            status=201,
            location=lambda made: f"/api/v1/attendance-estimates/{made.id}",
        )

    return [*handlers, propose]


def _plainly(given: object, kind: type[Struct], where: str = "") -> None:
    """Refuse a number where yes or no is asked for: the framework takes 0 for false."""
    for field in msgspec.structs.fields(kind):
        value = given.get(field.name) if isinstance(given, dict) else None
        if field.type is bool and value is not None and not isinstance(value, bool):
            raise ValidationException(extra=[{"key": where + field.name, "message": "Expected `bool`"}])


async def propose_estimate(work: SqlWork, edition_id: UUID, asked: Asked, note: str | None) -> AttendanceEstimate:
    """Keep an estimate with its inputs and its result."""
    result, _ = evidence.proposal(asked)
    built = (msgspec.to_builtins(asked), msgspec.to_builtins(result))
    return await evidence.propose_estimate(work, edition_id, asked, built, note)


_METHODS: Final[tuple[tuple[type[Asked], type[Result]], ...]] = (
    (Survey, SurveyResult),
    (Density, DensityResult),
    (CaptureRecapture, CaptureRecaptureResult),
    (GateSampling, GateSamplingResult),
    (DwellTime, DwellTimeResult),
)

HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    EvidenceController,
    EstimateController,
    *(handler for kind, result_kind in _METHODS for handler in _method_handlers(kind, result_kind)),
)
