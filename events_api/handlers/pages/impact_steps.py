"""The assumptions of one edition with their documents, and its assessments: asked for, waiting, refused, computed."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from msgspec import Meta, Struct

from events_api.domain.assessments import Number, OverrideIn
from events_api.domain.attendance import Note
from events_api.domain.errors import DomainError
from events_api.domain.files import FileEmpty, FileStore
from events_api.domain.impact.laws import Triple
from events_api.domain.impact.parameters import Status, check_values
from events_api.domain.impact.territories import Territory
from events_api.domain.records import Line
from events_api.handlers.assessments import LARGEST_DOCUMENT, Before, keep_document, known_for, set_there
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.assumptions import authors, bound_of, number_words, parameter_words, seen_of
from events_api.handlers.pages.attendance import named_edition, opening
from events_api.handlers.pages.base import AnyRequest, Crumb, done, language_of, page
from events_api.handlers.pages.fields import fields_of, refusal, typed
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.impact_entry import impact_tasks
from events_api.handlers.pages.records import may
from events_api.handlers.writing import Writing
from events_api.read import assessments as reading
from events_api.read.connections import Pool
from events_api.store import assessments as store
from events_api.text.catalogue import label, sentence
from events_api.text.interface import text

LISTED: Final = 20
_FORM: Final = 100_000
"""What a form holds beside its file."""
_PIECE: Final = 256 * 1024


class OverrideTyped(Struct, frozen=True, kw_only=True):
    """An assumption of an edition as it is typed."""

    lowest: Number
    likely: Number
    highest: Number
    impact_status: Status
    document_name: Line
    override_reason: Note


FIELDS: Final = fields_of(OverrideTyped)
_PLACES: Final = {
    "parameter-unknown": "parameter",
    "file-too-large": "upload",
    "document-kind-unknown": "upload",
}


class OverridePages(Controller):
    """Other assumptions for one edition."""

    path = "/manage/editions/{record_id:uuid}/impact/overrides"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="listAssumptionOverrides")
    async def show(self, request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
        """Show those that stand and those that were withdrawn."""
        return await _overrides(request, pool, record_id, Form())

    @post("/", operation_id="putAssumptionOverride", request_max_body_size=LARGEST_DOCUMENT + _FORM)
    async def put(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
        files: NamedDependency[FileStore],
    ) -> Response[Any]:
        """Set one with its document, or show the form again with what is wrong."""
        language, sent = language_of(request), await request.form()
        await named_edition(request, pool, record_id)
        given = typed(FIELDS, sent, {}, language)
        key = str(sent.get("parameter", ""))
        values, errors = {**given.texts, "parameter": key}, dict(given.errors)
        if not key:
            errors["parameter"] = text("invalid.missing", language)
        try:
            if not errors:
                check_values(key, Triple(given.values["lowest"], given.values["likely"], given.values["highest"]))
                digest = await _kept(sent.get("upload"), write, files)
                asked = OverrideIn(
                    low=given.values["lowest"],
                    mode=given.values["likely"],
                    high=given.values["highest"],
                    status=given.values["impact_status"],
                    document=given.values["document_name"],
                    document_sha256=digest,
                    reason=given.values["override_reason"],
                )
                async with write.transact() as work:
                    await store.put_override(work, record_id, key, asked)
        except DomainError as error:
            about = error.field is not None and error.field == key
            place = _PLACES.get(error.code, bound_of(error, given.values) if about else "")
            errors = {place: refusal(error, (), language)[""]}
        if errors:
            return await _overrides(request, pool, record_id, Form(values=values, errors=errors))
        return done(request, f"/manage/editions/{record_id}/impact/overrides", "override_kept")

    @post("/withdraw", operation_id="retireAssumptionOverride")
    async def withdraw(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Withdraw the one that stands for a parameter."""
        key = str((await request.form()).get("parameter", ""))
        try:
            async with write.transact() as work:
                await store.retire_override(work, record_id, key)
        except DomainError as error:
            errors = {"": refusal(error, (), language_of(request))[""]}
            return await _overrides(request, pool, record_id, Form(errors=errors))
        return done(request, f"/manage/editions/{record_id}/impact/overrides", "override_withdrawn")


async def _kept(upload: object, write: Writing, files: FileStore) -> str | None:
    """The hash of the document that came with a form, once it is in the store; None where none came."""
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None

    async def chunks() -> AsyncIterator[bytes]:
        while piece := await upload.read(_PIECE):
            yield piece

    try:
        return (await keep_document(write, files, chunks())).sha256
    except FileEmpty:
        return None


async def _overrides(request: AnyRequest, pool: Pool, edition_id: UUID, form: Form) -> Template:
    language = language_of(request)
    name, way = await named_edition(request, pool, edition_id)
    known = await known_for(request, pool, edition_id)
    last = await set_there(pool, None)
    return page(
        request,
        "impact_overrides.html",
        title=text("overrides.title", language),
        trail=(*way, Crumb(text("impact.title", language), f"/manage/editions/{edition_id}/impact")),
        status_code=422 if form.errors else 200,
        edition=name,
        edition_id=edition_id,
        tasks=impact_tasks(request, edition_id),
        form=form,
        named={field.name: text(f"field.{field.name}", language) for field in FIELDS},
        fields=FIELDS,
        standing=known.standing,
        retired=[one for one in reversed(known.overrides) if one.retired_at is not None],
        assumed={one.key: one for one in last.content.parameters},
        parameters=[
            (
                one.key,
                text(
                    "overrides.choice",
                    language,
                    words=parameter_words(one.key, language),
                    low=number_words(one.low, language),
                    mode=number_words(one.mode, language),
                    high=number_words(one.high, language),
                ),
            )
            for one in last.content.parameters
        ],
        words_of=lambda key: parameter_words(key, language),
        words=lambda value: number_words(value, language),
        authors=await authors(
            request, pool, [who for one in known.overrides for who in (one.stated_by, one.retired_by)]
        ),
        last=last.number,
        may_put=may(request, "putAssumptionOverride"),
        may_withdraw=may(request, "retireAssumptionOverride"),
    )


# Assessments

Asked = Annotated[int, Meta(ge=1, le=1_000_000)]


class AssessmentPages(Controller):
    """The assessments of an edition."""

    path = "/manage/editions/{record_id:uuid}/impact/assessments"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="listImpactAssessments")
    async def index(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        before: FromQuery[Before | None] = None,
    ) -> Template:
        """List them, the latest first."""
        return await _assessments(request, pool, record_id, Form(), before=before)

    @post("/", operation_id="requestImpactAssessment")
    async def ask(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Ask for one, or say why it cannot be."""
        language, sent = language_of(request), await request.form()
        await named_edition(request, pool, record_id)
        written = str(sent.get("assumption_set", ""))
        known = {one.number for one in await reading.assumption_sets(pool)}
        entered = (await known_for(request, pool, record_id)).entries
        of_entries: dict[str, Territory] = {one.entry.territory: one.entry.territory for one in entered}
        wished = str(sent.get("asked_territory", ""))
        number = int(written) if written.isascii() and written.isdigit() and len(written) < 8 else 0
        errors: dict[str, str] = {}
        if number not in known:
            errors["assumption_set"] = text("invalid.choice" if written else "invalid.missing", language)
        if wished and wished not in of_entries:
            errors["asked_territory"] = text("invalid.choice", language)
        if not errors:
            try:
                async with write.transact() as work:
                    await store.request_assessment(
                        work,
                        record_id,
                        set_number=number,
                        seed=None,
                        territory=of_entries.get(wished),
                        seen=seen_of(sent),
                    )
            except DomainError as error:
                errors[""] = refusal(error, (), language)[""]
        if errors:
            values = {"assumption_set": written, "asked_territory": wished}
            return await _assessments(request, pool, record_id, Form(values=values, errors=errors))
        return done(request, f"/manage/editions/{record_id}/impact/assessments", "assessment_asked")


async def _assessments(
    request: AnyRequest, pool: Pool, edition_id: UUID, form: Form, *, before: int | None = None
) -> Template:
    language = language_of(request)
    name, way = await named_edition(request, pool, edition_id)
    found = await reading.assessments(pool, grant_of(request.scope), edition_id, before=before, limit=LISTED + 1) or []
    listed, known = found[:LISTED], await known_for(request, pool, edition_id)
    sets = await reading.assumption_sets(pool)
    last = listed[0].number if listed and before is None else 0
    if before is not None:
        newest = await reading.assessments(pool, grant_of(request.scope), edition_id, limit=1)
        last = newest[0].number if newest else 0
    entered = dict.fromkeys(one.entry.territory for one in known.entries)
    first = {"assumption_set": str(sets[0].number) if sets else "", "asked_territory": next(iter(entered), "")}
    return page(
        request,
        "impact_assessments.html",
        title=text("asked.title", language),
        trail=(*way, Crumb(text("impact.title", language), f"/manage/editions/{edition_id}/impact")),
        status_code=422 if form.errors else 200,
        name=name,
        edition_id=edition_id,
        tasks=impact_tasks(request, edition_id),
        form=form if form.values else Form(values=first),
        sets=[(one.number, text("sets.version", language, number=one.number, name=one.name)) for one in sets],
        listed=listed,
        following=listed[-1].number if len(found) > LISTED else None,
        reasons=lambda one: [sentence(why.code, why.params, language) for why in one.stale],
        authors=await authors(request, pool, [one.requested_by for one in listed]),
        seen=last,
        entered=bool(known.entries),
        territories=[(one, label("impact_territory", one, language)) for one in entered],
        may_ask=may(request, "requestImpactAssessment"),
        may_enter=may(request, "putImpactEntry"),
        may_see_jobs=opening(request, "readJob") is not None,
    )


STEP_PAGES: Final = (OverridePages, AssessmentPages)
