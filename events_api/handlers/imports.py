"""Imports over HTTP: which files came in, and what became of every line."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from events_api.domain.errors import NotFound
from events_api.handlers.answers import answer
from events_api.handlers.context import language_of
from events_api.handlers.paging import Cursor, Limit, Page
from events_api.handlers.problems import READ_PROBLEMS
from events_api.read import imports as reading
from events_api.read.connections import Pool
from events_api.read.imports import Import, ImportKind, ImportLine, LineResult

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]


class ImportController(Controller):
    """Imports."""

    path = "/imports"
    tags = ("imports",)

    @get("/", operation_id="listImports", summary="List imports, the newest first", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        kind: FromQuery[ImportKind | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
    ) -> Response[Page[Import]]:
        before = Cursor.read(cursor).key if cursor is not None else None
        found, last = await reading.imports(pool, kind=kind, before=before, limit=limit)
        return answer(request, Page(items=found, next=None if last is None else str(Cursor("list", last))))

    @get("/{import_id:uuid}", operation_id="readImport", summary="Read an import", responses=READ_PROBLEMS)
    async def read(
        self, request: AnyRequest, import_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[Import]:
        return answer(request, await _known(pool, import_id))

    @get(
        "/{import_id:uuid}/lines",
        operation_id="listImportLines",
        summary="List the lines of an import with what became of them",
        responses=READ_PROBLEMS,
    )
    async def lines(
        self,
        request: AnyRequest,
        import_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        outcome: FromQuery[LineResult | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
    ) -> Response[Page[ImportLine]]:
        await _known(pool, import_id)
        after = Cursor.read(cursor).key if cursor is not None else 0
        language = language_of(request)
        if after > LAST_LINE:
            return answer(request, Page[ImportLine](items=[], next=None))
        found, last = await reading.lines(pool, import_id, language, outcome=outcome, after=after, limit=limit)
        headers = {"content-language": language, "vary": "authorization, cookie, accept-language"}
        content = Page(items=found, next=None if last is None else str(Cursor("list", last)))
        return answer(request, content, headers=headers)


LAST_LINE = 2**31 - 1


async def _known(pool: Pool, import_id: UUID) -> Import:
    found = await reading.one(pool, import_id)
    if found is None:
        raise NotFound(kind="import")
    return found


HANDLERS = (ImportController,)
