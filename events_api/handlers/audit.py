"""The audit trail over HTTP, for those who control the platform."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from events_api.domain.records import Instant
from events_api.handlers.answers import answer
from events_api.handlers.paging import Cursor, Limit, Page
from events_api.handlers.problems import READ_PROBLEMS
from events_api.read import audit as reading
from events_api.read.connections import Pool

CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
Word = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,99}\Z")]


@get(
    "/audit",
    operation_id="listAuditEntries",
    summary="List the audit trail, the newest first",
    tags=["audit"],
    responses=READ_PROBLEMS,
)
async def list_audit_entries(
    request: Request[Any, Any, Any],
    pool: NamedDependency[Pool],
    subject_kind: FromQuery[Word | None] = None,
    subject_id: FromQuery[UUID | None] = None,
    actor_id: FromQuery[UUID | None] = None,
    operation: FromQuery[Word | None] = None,
    since: FromQuery[Instant | None] = None,
    cursor: FromQuery[CursorText | None] = None,
    limit: Limit = 50,
) -> Response[Page[reading.AuditEntry]]:
    """Who did what, in which role, and how the record was before and after."""
    wanted = reading.Wanted(
        subject_kind=subject_kind, subject_id=subject_id, actor_id=actor_id, operation=operation, since=since
    )
    place = Cursor.read(cursor).key if cursor is not None else None
    found, last = await reading.entries(pool, request.app.state.master_key, wanted, before=place, limit=limit)
    return answer(request, Page(items=found, next=None if last is None else str(Cursor("list", last))))


HANDLERS = (list_audit_entries,)
