"""The pages of evidence: what was counted beside what was declared, the decision, and the methods without tickets."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Meta, Struct

from events_api.domain.errors import DomainError, NotFound
from events_api.domain.records import Line
from events_api.domain.tickets import methods
from events_api.domain.tickets.evidence import AttendanceEstimate, Decision
from events_api.domain.tickets.methods import (
    ASKED,
    METHODS,
    Answers,
    Asked,
    CaptureRecapture,
    Density,
    DensityResult,
    DwellTime,
    Frame,
    Gate,
    GateSampling,
    Method,
    Result,
    Survey,
    SurveyResult,
    Zone,
)
from events_api.handlers.context import grant_of
from events_api.handlers.evidence import ask_for_checks, evidence_out, overview_for, propose_estimate
from events_api.handlers.guards import allowed
from events_api.handlers.pages.assumptions import authors
from events_api.handlers.pages.attendance import edition_trail, own_edition
from events_api.handlers.pages.base import AnyRequest, Crumb, done, language_of, page
from events_api.handlers.pages.fields import Field, Typed, fields_of, refusal, typed
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.information import home_trail
from events_api.handlers.pages.records import defaults, may
from events_api.handlers.writing import Writing
from events_api.read import desk as reading_desk
from events_api.read import evidence as reading
from events_api.read import records as reading_records
from events_api.read import shapes
from events_api.read.connections import Pool
from events_api.store import evidence as store
from events_api.store.transaction import SqlWork
from events_api.text import evidence as texts
from events_api.text import formats
from events_api.text.formats import Language
from events_api.text.interface import text

_MOST_NOTE: Final = 2000
_LONGEST: Final = {"revision": 16, "version": 10}
"""A number of a form with as many digits is none that was shown."""
_PLACE: Final = re.compile(r"`\$\.(\w+)(?:\[(\d+)\]\.(\w+))?")


# What was counted, and the decision about it


class EvidencePages(Controller):
    """The counts of an edition as evidence."""

    path = "/manage/editions/{record_id:uuid}/evidence"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="readAttendanceEvidence")
    async def show(self, request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
        """Show counts, files, checks, stated figures and decisions."""
        return await _drawn(request, pool, record_id)

    @post("/check", operation_id="requestAttendanceChecks")
    async def check(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Ask for the checks."""
        async with write.transact() as work:
            await ask_for_checks(work, record_id)
        return done(request, f"/manage/editions/{record_id}/evidence", "check_requested")

    @post("/accept", operation_id="acceptAttendanceEvidence")
    async def accept(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Accept the counts that the officer saw."""
        return await _decide(request, pool, write, record_id, "accepted")

    @post("/refuse", operation_id="refuseAttendanceEvidence")
    async def refuse(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Refuse the counts that the officer saw."""
        return await _decide(request, pool, write, record_id, "refused")


async def _drawn(
    request: AnyRequest, pool: Pool, edition_id: UUID, *, taken: tuple[Decision, Form] | None = None
) -> Template:
    language = language_of(request)
    await own_edition(request, pool, edition_id)
    overview = await overview_for(request, pool, edition_id)
    estimates, _ = await reading_records.page(
        pool,
        shapes.ATTENDANCE_ESTIMATE,
        reading.OWN_ESTIMATE,
        grant_of(request.scope),
        reading.of_edition(edition_id),
        after=0,
        limit=100,
    )
    figures = await reading.figures(pool, edition_id)
    return page(
        request,
        "evidence.html",
        title=text("evidence.title", language),
        trail=await _trail(request, pool, edition_id, language),
        status_code=422 if taken else 200,
        found=evidence_out(overview, language),
        estimates=estimates,
        figures=figures,
        authors=await authors(request, pool, [one.stated_by for one in figures]),
        method_title=lambda method: texts.method_title(method, language),
        figure_words=lambda estimate: _figure_words(estimate, language),
        verdict=lambda value: texts.verdict(value, language),
        ticketed_note=texts.ticketed_note(language),
        edition_id=edition_id,
        may_decide=may(request, "acceptAttendanceEvidence"),
        may_check=may(request, "requestAttendanceChecks"),
        may_propose=may(request, "proposeSurvey"),
        methods=[method for method in METHODS if method != "dwell-time"],
        accepting=taken[1] if taken and taken[0] == "accepted" else Form(),
        refusing=taken[1] if taken and taken[0] == "refused" else Form(),
    )


async def _trail(request: AnyRequest, pool: Pool, edition_id: UUID, language: Language) -> tuple[Crumb, ...]:
    names = await reading_desk.choices(pool, "edition", grant_of(request.scope), language)
    event, _, year = names.get(str(edition_id), "…").rpartition(" ")
    return edition_trail(event, int(year), edition_id, language) if year.isdigit() else home_trail(language)


Decide = Callable[[SqlWork, int, str | None], Awaitable[object]]
Draw = Callable[[tuple[Decision, Form]], Awaitable[Template]]


async def _decided(
    request: AnyRequest, write: Writing, decision: Decision, seen: str, decide: Decide, drawn: Draw
) -> Template | None:
    """Take the decision of a form whose field `seen` numbers what was read; gives the form again if it cannot be."""
    language = language_of(request)
    form = await request.form()
    note = str(form.get("note", "")).replace("\r\n", "\n").strip()
    read = str(form.get(seen, ""))
    errors: dict[str, str] = {}
    if decision == "refused" and not note:
        errors["note"] = text("invalid.missing", language)
    if len(note) > _MOST_NOTE:
        errors["note"] = text("invalid.length", language, n=_MOST_NOTE)
    if not errors:
        number = int(read) if read.isascii() and read.isdigit() and len(read) < _LONGEST[seen] else -1
        try:
            async with write.transact() as work:
                await decide(work, number, note or None)
        except DomainError as error:
            errors = refusal(error, ("note",), language)
    if not errors:
        return None
    # two forms on one page: each field has its own name there
    named = {name and f"{decision}-{name}": said for name, said in errors.items()}
    return await drawn((decision, Form(values={f"{decision}-note": note}, errors=named)))


async def _decide(
    request: AnyRequest, pool: Pool, write: Writing, edition_id: UUID, decision: Decision
) -> Response[Any]:
    await own_edition(request, pool, edition_id)
    again = await _decided(
        request,
        write,
        decision,
        "revision",
        lambda work, seen, note: store.decide(work, edition_id, decision, seen, note),
        lambda taken: _drawn(request, pool, edition_id, taken=taken),
    )
    if again is not None:
        return again
    return done(request, f"/manage/editions/{edition_id}/evidence", f"evidence_{decision}")


def _figure_words(estimate: AttendanceEstimate, language: Language) -> list[tuple[str, str]]:
    """Each figure of an estimate with its interval."""
    return [
        (
            figure.quantity,
            text(
                "estimate.figure",
                language,
                value=formats.integer(figure.value, language),
                low=formats.integer(figure.low, language),
                high=formats.integer(figure.high, language),
                grade=figure.grade,
            ),
        )
        for figure in estimate.figures
    ]


# One estimate


class EstimatePages(Controller):
    """An estimate without tickets, with what it was made from and the decision about it."""

    path = "/manage/estimates/{record_id:uuid}"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="readAttendanceEstimate")
    async def show(self, request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
        """Show an estimate."""
        return await _estimate(request, pool, record_id)

    @post("/accept", operation_id="acceptAttendanceEstimate")
    async def accept(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Accept it."""
        return await _decide_estimate(request, pool, write, record_id, "accepted")

    @post("/refuse", operation_id="refuseAttendanceEstimate")
    async def refuse(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Refuse it."""
        return await _decide_estimate(request, pool, write, record_id, "refused")


async def _known(request: AnyRequest, pool: Pool, estimate_id: UUID) -> AttendanceEstimate:
    found = await reading_records.one(
        pool, shapes.ATTENDANCE_ESTIMATE, reading.OWN_ESTIMATE, grant_of(request.scope), estimate_id
    )
    if found is None:
        raise NotFound(kind="attendance_estimate")
    return found


async def _estimate(
    request: AnyRequest, pool: Pool, estimate_id: UUID, taken: tuple[Decision, Form] | None = None
) -> Template:
    language = language_of(request)
    estimate = await _known(request, pool, estimate_id)
    asked = msgspec.convert(estimate.inputs, ASKED[estimate.method])
    result = methods.compute(asked)
    back = Crumb(text("evidence.title", language), f"/manage/editions/{estimate.edition_id}/evidence")
    return page(
        request,
        "estimate.html",
        title=texts.method_title(estimate.method, language),
        trail=(*await _trail(request, pool, estimate.edition_id, language), back),
        status_code=422 if taken else 200,
        estimate=estimate,
        answer=_shown(result, estimate.method, language),
        inputs=_inputs(asked, language),
        figure_words=_figure_words(estimate, language),
        may_decide=may(request, "acceptAttendanceEstimate") and estimate.state == "proposed",
        accepting=taken[1] if taken and taken[0] == "accepted" else Form(),
        refusing=taken[1] if taken and taken[0] == "refused" else Form(),
    )


async def _decide_estimate(
    request: AnyRequest, pool: Pool, write: Writing, estimate_id: UUID, decision: Decision
) -> Response[Any]:
    await _known(request, pool, estimate_id)
    again = await _decided(
        request,
        write,
        decision,
        "version",
        lambda work, seen, note: store.decide_estimate(work, estimate_id, seen, decision, note),
        lambda taken: _estimate(request, pool, estimate_id, taken),
    )
    if again is not None:
        return again
    return done(request, f"/manage/estimates/{estimate_id}", f"estimate_{decision}")


# The forms of the methods

Numbers = Annotated[str, Meta(min_length=1, max_length=990, pattern=r"^[0-9 ;,\u00a0\u202f]+\Z")]


class ZoneTyped(Struct, frozen=True, kw_only=True):
    """A zone as it is typed: its counts in one line."""

    zone: Line
    area_m2: Annotated[float, Meta(ge=0.01, le=1e7)]
    sd_area_m2: Annotated[float, Meta(ge=0, le=1e7)] = 0.0
    quadrat_m2: Annotated[float, Meta(ge=0.01, le=1e7)]
    counts: Numbers
    photo: Line | None = None


class DensityTyped(Struct, frozen=True, kw_only=True):
    """A grid as it is typed."""

    zones: list[ZoneTyped]
    turnover: Annotated[float, Meta(gt=0, le=100)] | None = None
    se_turnover: Annotated[float, Meta(ge=0, le=100)] | None = None


class GateTyped(Struct, frozen=True, kw_only=True):
    """A gate as it is typed."""

    gate: Line
    counts: Numbers


class GateSamplingTyped(Struct, frozen=True, kw_only=True):
    """Counts at gates as they are typed."""

    gates: list[GateTyped]
    sampling_fraction: Annotated[float, Meta(ge=0.001, le=1)]
    coverage_low: Annotated[float, Meta(ge=0.001, le=1)] = 0.8
    coverage_mid: Annotated[float, Meta(ge=0.001, le=1)] = 0.9
    coverage_high: Annotated[float, Meta(ge=0.001, le=1)] = 0.95


class SurveyTyped(Struct, frozen=True, kw_only=True):
    """A survey as it is typed."""

    surveyed_attendances: Annotated[int, Meta(ge=1, le=100_000_000)]
    frame: Frame = "on_site"
    answers: list[Answers]


TYPED: Final[dict[Method, type[Struct]]] = {
    "survey": SurveyTyped,
    "density": DensityTyped,
    "capture-recapture": CaptureRecapture,
    "gate-sampling": GateSamplingTyped,
    "dwell-time": DwellTime,
}
FIELDS: Final[dict[Method, tuple[Field, ...]]] = {method: fields_of(kind) for method, kind in TYPED.items()}
ROWS: Final[dict[Method, tuple[str, int]]] = {
    "survey": ("answers", 6),
    "density": ("zones", 3),
    "gate-sampling": ("gates", 4),
}
"""The rows that a blank form offers."""
_RENAMED: Final = {"attendances": "surveyed_attendances"}


def _asked(method: Method, values: Mapping[str, Any]) -> Asked:
    """What was typed, as the method takes it."""
    match method:
        case "survey":
            return Survey(attendances=values["surveyed_attendances"], frame=values["frame"], answers=values["answers"])
        case "density":
            zones = [
                Zone(
                    name=zone.zone,
                    area_m2=zone.area_m2,
                    sd_area_m2=zone.sd_area_m2,
                    quadrat_m2=zone.quadrat_m2,
                    counts=_numbers(zone.counts),
                    photo=zone.photo,
                )
                for zone in values["zones"]
            ]
            return Density(zones=zones, turnover=values["turnover"], se_turnover=values["se_turnover"] or 0.0)
        case "gate-sampling":
            gates = [Gate(name=gate.gate, counts=_numbers(gate.counts)) for gate in values["gates"]]
            return GateSampling(**{**values, "gates": gates})
        case "capture-recapture":
            return CaptureRecapture(**values)
        case "dwell-time":
            return DwellTime(**values)


def _numbers(written: str) -> list[int]:
    for separator in ";,\u00a0\u202f":
        written = written.replace(separator, " ")
    return [int(part) for part in written.split()]


class _Filled(Struct, frozen=True):
    """A form that was sent: what was typed, what it says, what is wrong."""

    form: Form
    asked: Asked | None = None
    result: Result | None = None


async def _filled(request: AnyRequest, method: Method) -> _Filled:
    language = language_of(request)
    fields = FIELDS[method]
    given: Typed = typed(fields, await request.form(), {}, language)
    errors = dict(given.errors)
    rows = ROWS.get(method)
    if rows and not errors and not given.values[rows[0]]:
        errors[rows[0]] = text("invalid.missing", language)
    if not errors:
        try:
            asked = msgspec.convert(msgspec.to_builtins(_asked(method, given.values)), ASKED[method])
            return _Filled(Form(values=given.texts), asked, methods.compute(asked))
        except DomainError as error:
            errors = _beside(error, fields, language)
        except msgspec.ValidationError as error:
            place = _PLACE.search(str(error))
            name = "-".join(part for part in place.groups() if part) if place else ""
            errors = {name: text("invalid.line", language)}
    return _Filled(Form(values=given.texts, errors=errors))


def _beside(error: DomainError, fields: tuple[Field, ...], language: Language) -> dict[str, str]:
    """A refusal beside its field; one of a row beside the field of that row."""
    name = (error.field or "").replace(".", "-")
    name = _RENAMED.get(name, name)
    names = [name] if name.split("-")[0] in {field.name for field in fields} else []
    said = refusal(error, [error.field or ""], language)
    return {name if names else "": next(iter(said.values()))}


def _blank(method: Method) -> Form:
    values = defaults(FIELDS[method])
    if method in ROWS:
        name, rows = ROWS[method]
        values[name] = [defaults(next(field for field in FIELDS[method] if field.name == name).members)] * (rows - 2)
    return Form(
        values={name: value.replace(".", ",") if isinstance(value, str) else value for name, value in values.items()}
    )


class Shown(Struct, frozen=True, kw_only=True):
    """A result in words."""

    sentence: str
    source: str
    figures: list[tuple[str, str]]
    table: tuple[list[tuple[str, str]], list[list[str]]] | None
    conditions: list[tuple[str, bool]]


def _shown(result: Result, method: Method, language: Language) -> Shown:
    return Shown(
        sentence=texts.result_sentence(result, language),
        source=texts.method_source(method, language),
        figures=[
            (
                figure.quantity,
                text(
                    "estimate.figure",
                    language,
                    value=formats.integer(round(figure.value), language),
                    low=formats.integer(round(figure.interval.low), language),
                    high=formats.integer(round(figure.interval.high), language),
                    grade=figure.grade,
                ),
            )
            for figure in methods.estimates(result)
        ],
        table=_table(result, language),
        conditions=[(condition.code, condition.met) for condition in getattr(result, "conditions", [])],
    )


def _table(result: Result, language: Language) -> tuple[list[tuple[str, str]], list[list[str]]] | None:
    """What lies behind a result, part by part."""
    match result:
        case SurveyResult():
            columns = ("field.segment", "estimate.of_interviews", "estimate.of_people")
            rows = [
                [
                    share.segment,
                    formats.percent(share.of_interviews, language),
                    formats.percent(share.of_people, language),
                ]
                for share in result.shares
            ]
        case DensityResult():
            columns = ("field.zone", "estimate.density", "estimate.people")
            rows = [
                [
                    zone.name,
                    formats.decimal(zone.density_p_m2, language, places=2),
                    f"{formats.integer(round(zone.estimate), language)} ± {formats.integer(round(zone.se), language)}",
                ]
                for zone in result.zones
            ]
        case _:
            return None
    heads = [(text(column, language), "number" if rank else "") for rank, column in enumerate(columns)]
    return heads, rows


def _inputs(asked: Asked, language: Language) -> list[tuple[str, str]]:
    """What an estimate was made from, in words: the term and the value."""
    found: list[tuple[str, str]] = []
    for name in asked.__struct_fields__:
        value = getattr(asked, name)
        term = text(f"field.{_RENAMED.get(name, name)}", language)
        if isinstance(value, list):
            found += [(term, _row(row, language)) for row in value]
        elif value is not None:
            found.append((term, _word(name, value, language)))
    return found


def _row(row: Struct, language: Language) -> str:
    joint = formats.NBSP + ": " if language == "fr" else ": "
    parts = []
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if value is not None:
            parts.append(f"{text(f'field.{name}', language)}{joint}{_word(name, value, language)}")
    return " · ".join(parts)


def _word(name: str, value: Any, language: Language) -> str:  # any input of any method
    match value:
        case bool():
            return text("api.yes" if value else "api.no", language)
        case int():
            return formats.integer(value, language)
        case float():
            return formats.decimal(value, language, places=2).rstrip("0").rstrip(",.")
        case list():
            return " ".join(str(number) for number in value)
    return texts.frame(value, language) if name == "frame" else str(value)


def _method(name: str) -> Method:
    found = next((method for method in METHODS if method == name), None)
    if found is None:
        raise NotFound(kind="method")
    return found


def _form_page(
    request: AnyRequest, method: Method, filled: _Filled, *, trail: tuple[Crumb, ...], edition_id: UUID | None = None
) -> Template:
    language = language_of(request)
    return page(
        request,
        "method.html",
        title=texts.method_title(method, language),
        trail=trail,
        status_code=422 if filled.form.errors else 200,
        form=filled.form,
        fields=FIELDS[method],
        question=texts.method_question(method, language),
        source=texts.method_source(method, language),
        answer=_shown(filled.result, method, language) if filled.result is not None else None,
        unmet=methods.unmet(filled.result) if filled.result is not None else [],
        edition_id=edition_id,
        others=[(other, texts.method_title(other, language)) for other in METHODS if other != method],
        storable=method != "dwell-time",
    )


class MethodPages(Controller):
    """The methods without tickets as calculators for anybody."""

    path = "/methodes"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="computeSurvey")
    async def index(self, request: AnyRequest) -> Template:
        """List the methods."""
        language = language_of(request)
        return page(
            request,
            "methods.html",
            title=text("methods.title", language),
            trail=home_trail(language),
            methods=[
                (method, texts.method_title(method, language), texts.method_question(method, language))
                for method in METHODS
            ],
        )

    @get("/{method:str}", operation_id="computeSurvey")
    async def blank(self, request: AnyRequest, method: FromPath[str]) -> Template:
        """Show the form of a method."""
        return self.draw(request, _method(method), _Filled(_blank(_method(method))))

    @post("/{method:str}", status_code=200, operation_id="computeSurvey")
    async def compute(self, request: AnyRequest, method: FromPath[str]) -> Template:
        """Show the result beside what was typed."""
        return self.draw(request, _method(method), await _filled(request, _method(method)))

    def draw(self, request: AnyRequest, method: Method, filled: _Filled) -> Template:
        """Draw the form of a method."""
        language = language_of(request)
        trail = home_trail(language, Crumb(text("methods.title", language), "/methodes"))
        return _form_page(request, method, filled, trail=trail)


class ProposalPages(Controller):
    """The same forms for an edition, whose organiser may propose what they give."""

    path = "/manage/editions/{record_id:uuid}/methods/{method:str}"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="proposeSurvey")
    async def blank(
        self, request: AnyRequest, record_id: FromPath[UUID], method: FromPath[str], pool: NamedDependency[Pool]
    ) -> Template:
        """Show the form of a method."""
        return await self.draw(request, pool, record_id, _method(method), _Filled(_blank(_method(method))))

    @post("/", status_code=200, operation_id="proposeSurvey")
    async def propose(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        method: FromPath[str],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Show the result, or keep it as an estimate for the edition."""
        chosen = _method(method)
        await own_edition(request, pool, record_id)
        filled = await _filled(request, chosen)
        if filled.asked is not None and (await request.form()).get("step") == "propose":
            asked = filled.asked
            try:
                async with write.transact() as work:
                    made = await propose_estimate(work, record_id, asked, None)
            except DomainError as error:
                errors = _beside(error, FIELDS[chosen], language_of(request))
                filled = _Filled(Form(values=filled.form.values, errors=errors))
            else:
                return done(request, f"/manage/estimates/{made.id}", "estimate_proposed")
        return await self.draw(request, pool, record_id, chosen, filled)

    async def draw(
        self, request: AnyRequest, pool: Pool, edition_id: UUID, method: Method, filled: _Filled
    ) -> Template:
        """Draw the form of a method for an edition."""
        language = language_of(request)
        await own_edition(request, pool, edition_id)
        back = Crumb(text("evidence.title", language), f"/manage/editions/{edition_id}/evidence")
        trail = (*await _trail(request, pool, edition_id, language), back)
        return _form_page(request, method, filled, trail=trail, edition_id=edition_id)


EVIDENCE_PAGES: Final = (EvidencePages, EstimatePages, MethodPages, ProposalPages)
