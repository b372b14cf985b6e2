"""Files of tickets and scans over HTTP: streamed to a process that reads them, never kept."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from events_api.domain.records import Instant
from events_api.domain.tickets.files import LARGEST_FILE, LARGEST_SHEET, FileGuess, UploadBroken
from events_api.domain.tickets.profiles import ImportProfile
from events_api.handlers.answers import answer
from events_api.handlers.context import language_of
from events_api.handlers.files import no_form
from events_api.handlers.paging import Changes, Limit, Page
from events_api.handlers.problems import FILE_PROBLEMS, READ_PROBLEMS
from events_api.handlers.resources import listing, resource
from events_api.handlers.writing import Writing
from events_api.importers.redaction import nameable
from events_api.importers.tickets.conversion import Readers, new_token
from events_api.importers.tickets.frames import Task
from events_api.read import shapes
from events_api.read.attendance import OF_OWN_ORGANISATION
from events_api.read.connections import Pool
from events_api.read.programme import of
from events_api.read.ticket_imports import TicketImport, one
from events_api.store import ticket_files as storing
from events_api.store.tickets import request_start

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
FileName = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/\\]+\Z")]
FormatName = Annotated[str, Meta(min_length=1, max_length=60)]
SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES: Final = (
    "application/octet-stream",
    "text/csv",
    "text/tab-separated-values",
    "text/plain",
    "application/json",
    "application/x-ndjson",
    "application/zip",
    "application/x-zip-compressed",
    "application/gzip",
    "application/x-gzip",
    "application/vnd.ms-excel",
    SHEET,
)
"""What a file may be said to be; what it is shows in its bytes, so that other names, or none, are taken too."""


@dataclasses.dataclass
class RawBody(Operation):
    """An operation whose body is a file."""

    def __post_init__(self) -> None:
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        self.request_body = RequestBody(
            content={kind: OpenAPIMediaType(schema=schema) for kind in TYPES if kind != "application/json"},
            description="The bytes of the file as they are: CSV, JSON (application/json, too), NDJSON or XLSX; plain,"
            " gzip or zip.",
            required=True,
        )


def readers_of(state: State) -> Readers:
    """The processes that read files."""
    readers: Readers = state.readers
    return readers


@put(
    "/editions/{edition_id:uuid}/ticket-files",
    status_code=201,
    operation_id="putTicketFile",
    summary="Bring a file of tickets or scans",
    tags=["tickets"],
    operation_class=RawBody,
    request_max_body_size=LARGEST_FILE,
    responses=FILE_PROBLEMS,
)
async def put_ticket_file(
    request: AnyRequest,
    edition_id: FromPath[UUID],
    write: NamedDependency[Writing],
    file_name: FromQuery[FileName | None] = None,
    format: FromQuery[FormatName | None] = None,  # noqa: A002  the word of the API
    profile_id: FromQuery[UUID | None] = None,
    simulated: FromQuery[bool] = False,
    start: FromQuery[bool] = False,
) -> Response[TicketImport]:
    """Read a file as it comes and answer what was understood; it counts once its import is started."""
    no_form(request)
    async with write.transact() as work:
        edition = await storing.surroundings(work, edition_id, profile_id)
    readers, profile = readers_of(request.app.state), edition.profile
    task = Task(
        key=edition.key,
        zone=str(edition.zone),
        files=str(readers.files),
        token=new_token(),
        file_name=file_name,
        format=format,
        profile=None if profile is None else profile.mapping,
        first_day=edition.first_day,
        last_day=edition.last_day,
    )
    converted = storing.read_with(await readers.convert(task, _body(request)), profile)
    name = None if file_name is None else nameable(file_name) or None
    async with write.transact() as work:
        import_id = await storing.add_import(work, edition_id, converted, file_name=name, simulated=simulated)
        if start:
            await request_start(work, import_id)
        brought = await one(work.connection, import_id, language_of(request))
    headers = {"location": f"/api/v1/ticket-imports/{import_id}", "content-language": language_of(request)}
    return answer(request, brought, status=201, headers=headers)


@post(
    "/editions/{edition_id:uuid}/ticket-file-previews",
    status_code=200,
    operation_id="previewTicketFile",
    summary="Say what the beginning of a file of tickets or scans looks like",
    tags=["tickets"],
    operation_class=RawBody,
    request_max_body_size=LARGEST_SHEET,
    responses=FILE_PROBLEMS,
)
async def preview_ticket_file(
    request: AnyRequest,
    edition_id: FromPath[UUID],
    write: NamedDependency[Writing],
    file_name: FromQuery[FileName | None] = None,
) -> Response[FileGuess]:
    """What the beginning of a file shows: its columns, and what they look like, without a value. The first MB is
    enough; a workbook has its contents at its end and is sent whole."""
    no_form(request)
    async with write.transact() as work:
        edition = await storing.surroundings(work, edition_id)
    readers = readers_of(request.app.state)
    task = Task(
        key=edition.key,
        zone=str(edition.zone),
        files=str(readers.files),
        token=new_token(),
        guess=True,
        file_name=file_name,
    )
    return answer(request, await readers.guess(task, _body(request)))


async def _body(request: AnyRequest) -> AsyncIterator[bytes]:
    """The body as it comes; who sends it may go away before its end."""
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException:
        raise UploadBroken from None


ImportProfileBase = resource(
    shapes.IMPORT_PROFILE,
    path="/import-profiles",
    tag_name="tickets",
    visibility=OF_OWN_ORGANISATION,
    example={
        "name": "Contrôle d'accès du parc",
        "organisation_id": "01a20639-a792-7320-906c-575dea178cea",
        "mapping": {"facts": "scans", "code": "N° badge", "at": "Horodatage", "gate": "Porte"},
    },
)


class ImportProfileController(ImportProfileBase):  # type: ignore[misc, valid-type]
    """Profiles: how an organisation reads the files of a tool that is not known."""

    @get("/", operation_id="listImportProfiles", summary="List import profiles", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        organisation: FromQuery[UUID | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[ImportProfile] | Changes[ImportProfile]]:
        return await listing(
            request,
            pool,
            shapes.IMPORT_PROFILE,
            OF_OWN_ORGANISATION,
            of("t.organisation_id", "organisation", organisation),
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


HANDLERS = (put_ticket_file, preview_ticket_file, ImportProfileController)
