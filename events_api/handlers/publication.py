"""Editorial steps, merges, events by their slugs, and the annexes over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath
from msgspec import Struct

from events_api.domain import publication
from events_api.domain.attendance import Note
from events_api.domain.errors import NotFound
from events_api.domain.files import FileStore
from events_api.domain.programme import Edition, EditorialState, Event, Organisation
from events_api.handlers.answers import answer, tag, version_if_given
from events_api.handlers.attendance import body
from events_api.handlers.context import grant_of
from events_api.handlers.files import download
from events_api.handlers.parameters import NumberInPath, SlugInPath, YearInPath
from events_api.handlers.problems import CHANGE_PROBLEMS, READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.writing import Writing
from events_api.read import publication as reading
from events_api.read.connections import Pool
from events_api.store.publication import request_freeze

AnyRequest = Request[Any, Any, Any]
YEARS = range(1990, 2201)
NUMBERS = range(1, 2**31)
INTO = {"into": "01a20639-a789-730b-b64f-65dbeb811a7e"}


class EditorialStepIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to, and what the organiser should know about it."""

    to: EditorialState
    note: Note | None = None


class MergeIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record that remains."""

    into: UUID


class FreezeRequested(Struct, frozen=True, kw_only=True):
    """The job that freezes the annex; its progress is at /api/v1/jobs/{job}."""

    job: UUID


class PublicationController(Controller):
    """What is published, and under which names."""

    tags = ("publication",)

    @post(
        "/editions/{edition_id:uuid}/editorial-state",
        status_code=200,
        operation_id="takeEditorialStep",
        summary="Take an edition one step towards publication, or back",
        responses=CHANGE_PROBLEMS,
    )
    async def step(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        data: Annotated[EditorialStepIn, body({"to": "to_review"})],
        write: NamedDependency[Writing],
    ) -> Response[Edition]:
        expected = version_if_given(request)
        return await write(lambda work: publication.editorial_step(work, edition_id, expected, data.to, data.note))

    @post(
        "/events/{event_id:uuid}/merge",
        status_code=200,
        operation_id="mergeEvents",
        summary="Merge an event into another; answers the merged one",
        responses=CHANGE_PROBLEMS,
    )
    async def merge_events(
        self,
        request: AnyRequest,
        event_id: FromPath[UUID],
        data: Annotated[MergeIn, body(INTO)],
        write: NamedDependency[Writing],
    ) -> Response[Event]:
        expected = version_if_given(request)
        return await write(lambda work: publication.merge_events(work, event_id, expected, data.into))

    @post(
        "/organisations/{organisation_id:uuid}/merge",
        status_code=200,
        operation_id="mergeOrganisations",
        summary="Merge an organisation into another; answers the merged one",
        responses=CHANGE_PROBLEMS,
    )
    async def merge_organisations(
        self,
        request: AnyRequest,
        organisation_id: FromPath[UUID],
        data: Annotated[MergeIn, body(INTO)],
        write: NamedDependency[Writing],
    ) -> Response[Organisation]:
        expected = version_if_given(request)
        return await write(lambda work: publication.merge_organisations(work, organisation_id, expected, data.into))

    @get(
        "/events/by-slug/{slug:str}",
        operation_id="readEventBySlug",
        summary="Read an event by its slug; former slugs and merged events redirect",
        responses=READ_PROBLEMS
        | {301: ResponseSpec(data_container=None, description="The event has another slug today.")},
    )
    async def by_slug(self, request: AnyRequest, slug: SlugInPath, pool: NamedDependency[Pool]) -> Response[Event]:
        event = await reading.event_by_slug(pool, grant_of(request.scope), slug) if slug.isprintable() else None
        if event is None:
            raise NotFound(kind="event")
        if event.slug != slug:
            return Response(
                content=None,  # type: ignore[arg-type]  # a redirection has no body
                status_code=301,
                headers={"location": f"/api/v1/events/by-slug/{event.slug}", "cache-control": "no-cache"},
            )
        return answer(request, event, etag=tag(event))


class AnnexController(Controller):
    """The yearly annex: draft, then frozen versions with their files."""

    path = "/annexes"
    tags = ("publication",)

    @get("/", operation_id="listAnnexes", summary="List the annexes", responses=READ_PROBLEMS)
    async def index(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Response[list[reading.Annex]]:
        return answer(request, await reading.annexes(pool, grant_of(request.scope)))

    @get("/{year:int}", operation_id="readAnnex", summary="Read the annex of a year", responses=READ_PROBLEMS)
    async def read(self, request: AnyRequest, year: YearInPath, pool: NamedDependency[Pool]) -> Response[reading.Annex]:
        found = await reading.annexes(pool, grant_of(request.scope), year) if year in YEARS else []
        if not found:
            raise NotFound(kind="annex")
        return answer(request, found[0])

    @post(
        "/{year:int}/freeze",
        status_code=202,
        operation_id="freezeAnnex",
        summary="Ask for a frozen version of the annex",
        responses=WRITE_PROBLEMS,
    )
    async def freeze(self, year: YearInPath, write: NamedDependency[Writing]) -> Response[FreezeRequested]:
        if year not in YEARS:
            raise NotFound(kind="annex")
        return await write(
            lambda work: request_freeze(work, year),
            status=202,
            location=lambda job: f"/api/v1/jobs/{job}",
            present=lambda job: FreezeRequested(job=job),
        )

    @get(
        "/{year:int}/versions/{number:int}",
        operation_id="readAnnexVersion",
        summary="Read a frozen version",
        responses=READ_PROBLEMS,
    )
    async def version(
        self, request: AnyRequest, year: YearInPath, number: NumberInPath, pool: NamedDependency[Pool]
    ) -> Response[reading.AnnexVersion]:
        return answer(request, await _version(pool, year, number))

    @get(
        "/{year:int}/versions/{number:int}/pdf",
        operation_id="readAnnexPdf",
        summary="Download a frozen version as PDF",
        media_type="application/pdf",
        responses=READ_PROBLEMS,
    )
    async def pdf(
        self,
        request: AnyRequest,
        year: YearInPath,
        number: NumberInPath,
        pool: NamedDependency[Pool],
        files: NamedDependency[FileStore],
    ) -> Response[bytes]:
        version = await _version(pool, year, number)
        return await download(request, pool, files, version.pdf_id, media_type="application/pdf")

    @get(
        "/{year:int}/versions/{number:int}/html",
        operation_id="readAnnexHtml",
        summary="Download a frozen version as HTML",
        media_type="text/html",
        responses=READ_PROBLEMS,
    )
    async def html(
        self,
        request: AnyRequest,
        year: YearInPath,
        number: NumberInPath,
        pool: NamedDependency[Pool],
        files: NamedDependency[FileStore],
    ) -> Response[bytes]:
        version = await _version(pool, year, number)
        return await download(request, pool, files, version.html_id, media_type="text/html; charset=utf-8")

    @get(
        "/{year:int}/versions/{number:int}/csv",
        operation_id="readAnnexCsv",
        summary="Download a frozen version as CSV",
        media_type="text/csv",
        responses=READ_PROBLEMS,
    )
    async def csv(
        self,
        request: AnyRequest,
        year: YearInPath,
        number: NumberInPath,
        pool: NamedDependency[Pool],
        files: NamedDependency[FileStore],
    ) -> Response[bytes]:
        version = await _version(pool, year, number)
        return await download(request, pool, files, version.csv_id, media_type="text/csv; charset=utf-8")


async def _version(pool: Pool, year: int, number: int) -> reading.AnnexVersion:
    found = await reading.annex_version(pool, year, number) if year in YEARS and number in NUMBERS else None
    if found is None:
        raise NotFound(kind="annex_version")
    return found


HANDLERS = (PublicationController, AnnexController)
