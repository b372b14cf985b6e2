"""The five operations that every kind of record has, made once: create, read, change, retire, and the upsert by
external identifier. Lists differ in their filters and are written by hand, on `listing`."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, TypeVar
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath

from events_api.domain import records
from events_api.domain.actors import Grant
from events_api.domain.errors import NotFound
from events_api.domain.records import Entity, Tombstone
from events_api.handlers.answers import answer, expected_version, tag, version_if_given
from events_api.handlers.context import grant_of
from events_api.handlers.paging import Changes, Cursor, Page
from events_api.handlers.parameters import ExternalId, System
from events_api.handlers.problems import CHANGE_PROBLEMS, READ_PROBLEMS, UPSERT_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.writing import Writing
from events_api.read import records as reading
from events_api.read.connections import Pool
from events_api.read.records import Condition, Visibility
from events_api.read.shapes import Shape

T = TypeVar("T", bound=Entity)
AnyRequest = Request[Any, Any, Any]
EXTERNAL = ("organisation", "place", "event", "edition")


def resource(
    shape: Shape[Any],
    *,
    path: str,
    tag_name: str,
    visibility: Visibility,
    example: dict[str, Any],
) -> type[Controller]:
    """Make the controller of a kind of record: its operations are named after its class."""
    kind = shape.kind
    name = kind.__name__
    incoming, patching = records.incoming(kind), records.patching(kind)
    content = Annotated[
        incoming,  # type: ignore[valid-type]  # made at run time from the record
        BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example(summary=name, value=example)]),
    ]
    first = next(iter(example))
    part = Annotated[
        patching,  # type: ignore[valid-type]  # same
        BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example(summary=name, value={first: example[first]})]),
    ]

    class Resource(Controller):
        tags: ClassVar[list[str]] = [tag_name]  # type: ignore[misc]  # Litestar reads the attribute of the class

        @post(
            "/",
            operation_id=f"create{name}",
            summary=f"Create: {shape.subject}",
            responses=WRITE_PROBLEMS,
        )
        async def create(self, data: content, write: NamedDependency[Writing]) -> Response[kind]:  # type: ignore[valid-type]
            values = records.given(data)
            return await write(
                lambda work: records.record(work, kind, values),
                status=201,
                location=lambda record: f"/api/v1{path}/{record.id}",
            )

        @get("/{record_id:uuid}", operation_id=f"read{name}", summary=f"Read: {shape.subject}", responses=READ_PROBLEMS)
        async def read(self, request: AnyRequest, record_id: FromPath[UUID]) -> Response[kind]:  # type: ignore[valid-type]
            pool: Pool = request.app.state.pool  # straight: resolving a dependency costs a tenth of the answer
            record = await reading.one(pool, shape, visibility, grant_of(request.scope), record_id)
            if record is None:
                raise NotFound(kind=shape.subject)
            return answer(request, record, etag=tag(record))

        @patch(
            "/{record_id:uuid}",
            operation_id=f"change{name}",
            summary=f"Change: {shape.subject}",
            responses=CHANGE_PROBLEMS,
        )
        async def change(
            self,
            request: AnyRequest,
            record_id: FromPath[UUID],
            data: part,
            write: NamedDependency[Writing],
        ) -> Response[kind]:  # type: ignore[valid-type]
            expected, values = expected_version(request), records.given(data)
            return await write(lambda work: records.change(work, kind, record_id, expected, values))

        @delete(
            "/{record_id:uuid}",
            status_code=200,
            operation_id=f"retire{name}",
            summary=f"Retire: {shape.subject}",
            responses=CHANGE_PROBLEMS,
        )
        async def retire(
            self, request: AnyRequest, record_id: FromPath[UUID], write: NamedDependency[Writing]
        ) -> Response[kind]:  # type: ignore[valid-type]
            expected = expected_version(request)
            return await write(lambda work: records.retire(work, kind, record_id, expected))

    if shape.subject in EXTERNAL:

        class External(Resource):
            @put(
                "/ext/{system:str}/{external_id:str}",
                operation_id=f"upsert{name}",
                summary=f"Create or replace by the identifier of another system: {shape.subject}",
                responses=UPSERT_PROBLEMS,
            )
            async def upsert(
                self,
                request: AnyRequest,
                system: System,
                external_id: ExternalId,
                data: content,
                write: NamedDependency[Writing],
            ) -> Response[kind]:  # type: ignore[valid-type]
                expected, values = version_if_given(request), records.given(data)
                return await write(lambda work: records.upsert(work, kind, system, external_id, expected, values))

        made: type[Controller] = External
    else:
        made = Resource
    made.path = path  # type: ignore[misc]  # Litestar reads the attribute of the class
    made.__name__ = made.__qualname__ = f"{name}Resource"
    return made


async def listing(
    request: AnyRequest,
    pool: Pool,
    shape: Shape[Any],
    visibility: Visibility,
    conditions: Sequence[Condition],
    *,
    cursor: str | None,
    limit: int,
    updated_since: Any,
    present: Callable[[Any], Any] = lambda record: record,
) -> Response[Any]:
    """Answer a list, or, given `updated_since` or the cursor of such an answer, the changes with their tombstones.

    `present` makes of each record what is answered.
    """
    viewer: Grant = grant_of(request.scope)
    place = Cursor.read(cursor) if cursor is not None else None
    if updated_since is not None or (place is not None and place.kind == "sync"):
        after = (place.mark, place.key) if place is not None else (0, 0)
        items, (mark, key), more = await reading.changes(
            pool, shape, visibility, viewer, conditions, since=updated_since, after=after, limit=limit
        )
        items = [item if isinstance(item, Tombstone) else present(item) for item in items]
        return answer(request, Changes(items=items, next=str(Cursor("sync", key, mark)), more=more))
    records_found, last = await reading.page(
        pool, shape, visibility, viewer, conditions, after=place.key if place else 0, limit=limit
    )
    shown = [present(record) for record in records_found]
    return answer(request, Page(items=shown, next=None if last is None else str(Cursor("list", last))))
