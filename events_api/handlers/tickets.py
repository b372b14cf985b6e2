"""Tickets and attendance over HTTP: imports and what became of their lines, quantities, flow, occupancy, exports."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import anyio.to_thread
import pyarrow as pa
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from msgspec import Meta

from events_api.domain.errors import NotFound
from events_api.domain.files import FileStore
from events_api.domain.tickets.facts import FactKind
from events_api.exporters import csv, tickets
from events_api.exporters.columns import MEDIA_TYPES, Column, Ending, writer
from events_api.handlers.answers import answer
from events_api.handlers.context import grant_of, language_of
from events_api.handlers.paging import Cursor, Limit, Page
from events_api.handlers.problems import READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.writing import Writing
from events_api.read import ticket_imports
from events_api.read import tickets as reading
from events_api.read.connections import Pool
from events_api.read.ticket_imports import TicketImport
from events_api.store import ticket_exports
from events_api.store import tickets as store
from events_api.store.transaction import SqlWork
from events_api.text.formats import Language

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
ENDINGS: Final[tuple[Ending, ...]] = ("csv", "xlsx", "parquet")
T = TypeVar("T")


class TicketImportController(Controller):
    """Files of tickets and scans: what was understood, what became of every line, whether they count."""

    tags = ("tickets",)

    @get(
        "/editions/{edition_id:uuid}/ticket-imports",
        operation_id="listTicketImports",
        summary="List the ticket files of an edition, the newest first",
        responses=READ_PROBLEMS,
    )
    async def index(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
    ) -> Response[Page[TicketImport]]:
        before = Cursor.read(cursor).key if cursor is not None else None
        language = language_of(request)
        found = await ticket_imports.page(
            pool, grant_of(request.scope), edition_id, language, before=before, limit=limit
        )
        if found is None:
            raise NotFound(kind="edition")
        items, last = found
        content = Page(items=items, next=None if last is None else str(Cursor("list", last)))
        return answer(request, content, headers=_said_in(language))

    @get(
        "/ticket-imports/{import_id:uuid}",
        operation_id="readTicketImport",
        summary="Read a ticket file: what was understood and what became of its lines",
        responses=READ_PROBLEMS,
    )
    async def read(
        self, request: AnyRequest, import_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[TicketImport]:
        language = language_of(request)
        return answer(request, await _known(request, pool, import_id), headers=_said_in(language))

    @post(
        "/ticket-imports/{import_id:uuid}/start",
        status_code=202,
        operation_id="startTicketImport",
        summary="Let a ticket file count; one that was undone counts again",
        responses=WRITE_PROBLEMS,
    )
    async def start(
        self, request: AnyRequest, import_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[TicketImport]:
        return await _step(request, write, import_id, store.request_start)

    @post(
        "/ticket-imports/{import_id:uuid}/undo",
        status_code=202,
        operation_id="undoTicketImport",
        summary="Let a ticket file count no longer: the counts become what they were without it",
        responses=WRITE_PROBLEMS,
    )
    async def undo(
        self, request: AnyRequest, import_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[TicketImport]:
        return await _step(request, write, import_id, store.request_undo)

    @get(
        "/ticket-imports/{import_id:uuid}/refusals",
        operation_id="readTicketRefusals",
        summary="Download the refused lines of a ticket file, each with its reason",
        media_type=MEDIA_TYPES["csv"],
        responses=READ_PROBLEMS,
    )
    async def refusals(
        self,
        request: AnyRequest,
        import_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        files: NamedDependency[FileStore],
    ) -> Stream:
        known = await _known(request, pool, import_id)
        lines = ticket_imports.refusals(pool, files, import_id, language_of(request))
        return _download(_refused(lines), f"refus-{known.id}.csv", "csv", request)

    @get(
        "/ticket-imports/{import_id:uuid}/lines",
        operation_id="readTicketLines",
        summary="Download what is kept of the lines of a ticket file, with pseudonyms, and what became of each",
        media_type=MEDIA_TYPES["csv"],
        responses=READ_PROBLEMS,
    )
    async def lines(self, request: AnyRequest, import_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Stream:
        known = await _known(request, pool, import_id)
        parts = ticket_exports.lines(pool, import_id)
        return _download(_written("csv", tickets.LINES, parts), f"lignes-{known.id}.csv", "csv", request)


class AttendanceController(Controller):
    """How many came to an edition, from its kept counts."""

    path = "/editions/{edition_id:uuid}/attendance"
    tags = ("tickets",)

    @get("/", operation_id="readAttendance", summary="Read every quantity of an edition", responses=READ_PROBLEMS)
    async def quantities(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[reading.Attendance]:
        return answer(request, _there(await reading.attendance(pool, grant_of(request.scope), edition_id)))

    @get(
        "/flow",
        operation_id="readAttendanceFlow",
        summary="Read the passages per quarter of an hour and gate",
        responses=READ_PROBLEMS,
    )
    async def flow(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[reading.Flow]:
        return answer(request, _there(await reading.flow(pool, grant_of(request.scope), edition_id)))

    @get(
        "/occupancy",
        operation_id="readOccupancy",
        summary="Read the number of people inside over time, and its peak",
        responses=READ_PROBLEMS,
    )
    async def occupancy(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[reading.Occupancy]:
        return answer(request, _there(await reading.occupancy(pool, grant_of(request.scope), edition_id)))


def _facts_export(kind: FactKind, columns: Sequence[Column], ending: Ending) -> HTTPRouteHandler:
    """The download of the facts of an edition in a format."""
    words = {"scan": "scans", "ticket": "tickets"}[kind]

    @get(
        f"/editions/{{edition_id:uuid}}/{words}.{ending}",
        operation_id=f"export{words.title()}{ending.title()}",
        summary=f"Download the {words} that count in an edition, without a limit, as {ending.upper()}",
        tags=["tickets"],
        media_type=MEDIA_TYPES[ending],
        responses=READ_PROBLEMS,
    )
    async def export(request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Stream:
        found = await reading.seen(pool, grant_of(request.scope), edition_id)
        if found is None:
            raise NotFound(kind="edition")
        parts = ticket_exports.facts(pool, found.key, kind)
        content = _written(ending, columns, parts, sheet=words, zone=found.time_zone)
        return _download(content, _name(words, found.simulated, ending), ending, request)

    return export


def _quantities_export(ending: Ending) -> HTTPRouteHandler:
    """The download of the quantities of an edition in a format."""

    @get(
        f"/editions/{{edition_id:uuid}}/attendance.{ending}",
        operation_id=f"exportAttendance{ending.title()}",
        summary=f"Download every quantity of an edition as {ending.upper()}",
        tags=["tickets"],
        media_type=MEDIA_TYPES[ending],
        responses=READ_PROBLEMS,
    )
    async def export(request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Stream:
        found = _there(await reading.attendance(pool, grant_of(request.scope), edition_id))
        columns, rows = tickets.QUANTITIES, reading.rows(found)
        content = _written(
            ending, columns, _once(tickets.rows_table(columns, rows)), sheet="attendance", zone=found.time_zone
        )
        return _download(content, _name("attendance", found.simulated, ending), ending, request)

    return export


async def _written(
    ending: Ending,
    columns: Sequence[Column],
    parts: AsyncIterator[pa.Table],
    *,
    sheet: str = "lines",
    zone: str = "UTC",
) -> AsyncIterator[bytes]:
    """The bytes of a table as its parts come; they are made in a thread."""
    target = writer(ending, columns, sheet=sheet, zone=zone)
    async for part in parts:
        if content := await anyio.to_thread.run_sync(target.part, part):
            yield content
    yield await anyio.to_thread.run_sync(target.end)


async def _once(table: pa.Table) -> AsyncIterator[pa.Table]:
    yield table


async def _refused(lines: AsyncIterator[list[ticket_imports.Refusal]]) -> AsyncIterator[bytes]:
    yield csv.opening(("line", "column", "reason", "code", "text"), csv.RFC4180)
    async for batch in lines:
        yield csv.lines(batch, csv.RFC4180)


def _download(content: AsyncIterator[bytes], name: str, ending: Ending, request: AnyRequest) -> Stream:
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="{name}"',
        "x-content-type-options": "nosniff",
        "vary": "authorization, cookie, accept-language",
    }
    if request.scope["state"].get("head"):
        return Stream(iter(()), headers=headers, media_type=MEDIA_TYPES[ending])
    return Stream(content, headers=headers, media_type=MEDIA_TYPES[ending])


def _name(words: str, simulated: bool, ending: Ending) -> str:
    return f"{words}{'-simulated' if simulated else ''}.{ending}"


async def _known(request: AnyRequest, pool: Pool, import_id: UUID) -> TicketImport:
    found = await ticket_imports.seen(pool, grant_of(request.scope), import_id, language_of(request))
    if found is None:
        raise NotFound(kind="ticket_import")
    return found


async def _step(
    request: AnyRequest, write: Writing, import_id: UUID, step: Callable[[SqlWork, UUID], Awaitable[UUID]]
) -> Response[TicketImport]:
    language = language_of(request)

    async def taken(work: SqlWork) -> TicketImport | None:
        await step(work, import_id)
        return await ticket_imports.one(work.connection, import_id, language)

    return await write(taken, status=202)


def _there(found: T | None) -> T:
    if found is None:
        raise NotFound(kind="edition")
    return found


def _said_in(language: Language) -> dict[str, str]:
    return {"content-language": language, "vary": "authorization, cookie, accept-language"}


HANDLERS = (
    TicketImportController,
    AttendanceController,
    *(_facts_export("scan", tickets.SCANS, ending) for ending in ENDINGS),
    *(_facts_export("ticket", tickets.TICKETS, ending) for ending in ENDINGS),
    *(_quantities_export(ending) for ending in ENDINGS),
)
