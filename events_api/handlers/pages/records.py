"""The working pages of a kind of record: list, form, save, retire; the same use cases as the API, the same access."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from msgspec import Struct

from events_api.domain import records
from events_api.domain.access import grant
from events_api.domain.errors import DomainError, NotFound
from events_api.domain.records import Entity
from events_api.handlers.context import actor_of, grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.base import AnyRequest, Crumb, done, language_of, page
from events_api.handlers.pages.fields import Choices, Field, Typed, fields_of, refusal, shown, typed
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.information import home_trail
from events_api.handlers.writing import Writing
from events_api.read import desk
from events_api.read import records as reading
from events_api.read.connections import Pool
from events_api.read.records import Visibility
from events_api.read.shapes import Shape
from events_api.text.interface import text


class Desk(Struct, frozen=True, kw_only=True):
    """A kind of record as the working pages show it."""

    shape: Shape[Any]
    visibility: Visibility
    path: str
    plural: str
    state_group: str = ""
    extra: str = ""
    """The template of what stands below the form, such as the steps of a report."""

    @property
    def name(self) -> str:
        """The name of the kind in operations."""
        return self.shape.kind.__name__

    @property
    def subject(self) -> str:
        """The name of the kind in the audit trail and in the texts."""
        return self.shape.subject

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the form."""
        return fields_of(records.incoming(self.shape.kind))


def record_pages(of: Desk) -> type[Controller]:
    """Make the pages of a kind of record."""
    kind, fields = of.shape.kind, of.fields
    names = [field.name for field in fields]

    async def draw(
        request: AnyRequest, pool: Pool, record: Entity | None, given: Typed | None, errors: Mapping[str, str]
    ) -> Template:
        language = language_of(request)
        choices = await _choices(request, pool, fields)
        values = given.texts if given else shown(fields, record, choices) if record else _defaults(fields)
        labels = await desk.choices(pool, of.subject, grant_of(request.scope), language) if record else {}
        title = labels.get(str(record.id), "…") if record else text(f"record.{of.subject}.new", language)
        return page(
            request,
            "record_form.html",
            title=title,
            trail=_trail(request, of),
            status_code=422 if errors else 200,
            form=Form(values=values, errors=errors),
            fields=fields,
            choices=choices,
            record=record,
            subject=of.subject,
            action=of.path + (f"/{record.id}" if record else "/new"),
            may_change=_may(request, f"change{of.name}") and not (record and record.retired_at),
            may_retire=_may(request, f"retire{of.name}") and record is not None and not record.retired_at,
        )

    async def found(request: AnyRequest, pool: Pool, record_id: UUID) -> Any:  # noqa: ANN401  # the kind of the desk
        record = await reading.one(pool, of.shape, of.visibility, grant_of(request.scope), record_id)
        if record is None:
            raise NotFound(kind=of.subject)
        return record

    class RecordPages(Controller):
        path = of.path
        guards = [allowed]

        @get("/", operation_id=f"list{of.plural}")
        async def index(
            self,
            request: AnyRequest,
            pool: NamedDependency[Pool],
            q: FromQuery[str] = "",
            after: FromQuery[UUID | None] = None,
        ) -> Template:
            language = language_of(request)
            rows, following = await desk.lines(
                pool, of.subject, grant_of(request.scope), language, words=q[:100], after=after
            )
            return page(
                request,
                "record_list.html",
                title=text(f"record.{of.subject}.many", language),
                trail=home_trail(language),
                rows=rows,
                following=following,
                words=q,
                desk=of,
                form=Form(values={"q": q}),
                may_create=_may(request, f"create{of.name}"),
            )

        @get("/new", operation_id=f"create{of.name}")
        async def blank(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
            return await draw(request, pool, None, None, {})

        @post("/new", operation_id=f"create{of.name}")
        async def create(
            self, request: AnyRequest, pool: NamedDependency[Pool], write: NamedDependency[Writing]
        ) -> Response[Any]:
            language, data = language_of(request), await request.form()
            given = typed(fields, data, await _choices(request, pool, fields), language)
            errors = given.errors
            if not errors:
                try:
                    async with write.transact() as work:
                        record = await records.record(work, kind, given.values)
                    return done(request, f"{of.path}/{record.id}", "created")
                except DomainError as error:
                    errors = refusal(error, names, language)
            return await draw(request, pool, None, given, errors)

        @get("/{record_id:uuid}", operation_id=f"read{of.name}")
        async def show(self, request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
            return await draw(request, pool, await found(request, pool, record_id), None, {})

        @post("/{record_id:uuid}", operation_id=f"change{of.name}")
        async def change(
            self,
            request: AnyRequest,
            record_id: FromPath[UUID],
            pool: NamedDependency[Pool],
            write: NamedDependency[Writing],
        ) -> Response[Any]:
            language, data = language_of(request), await request.form()
            given = typed(fields, data, await _choices(request, pool, fields), language)
            errors = given.errors
            if not errors:
                try:
                    async with write.transact() as work:
                        await records.change(work, kind, record_id, _version(data), given.values)
                    return done(request, f"{of.path}/{record_id}", "saved")
                except NotFound:
                    raise
                except DomainError as error:
                    errors = refusal(error, names, language)
            return await draw(request, pool, await found(request, pool, record_id), given, errors)

        @post("/{record_id:uuid}/retire", operation_id=f"retire{of.name}")
        async def retire(
            self,
            request: AnyRequest,
            record_id: FromPath[UUID],
            pool: NamedDependency[Pool],
            write: NamedDependency[Writing],
        ) -> Response[Any]:
            data = await request.form()
            try:
                async with write.transact() as work:
                    await records.retire(work, kind, record_id, _version(data))
            except NotFound:
                raise
            except DomainError as error:
                errors = refusal(error, (), language_of(request))
                return await draw(request, pool, await found(request, pool, record_id), None, errors)
            return done(request, of.path, "retired")

    RecordPages.__name__ = RecordPages.__qualname__ = f"{of.name}Pages"
    return RecordPages


def _may(request: AnyRequest, operation: str) -> bool:
    actor = actor_of(request.scope)
    try:
        grant(operation, actor)
    except DomainError:
        return False
    return actor.may_write


def _version(data: FormMultiDict) -> int | None:
    version = str(data.get("version", ""))
    return int(version) if version.isascii() and version.isdigit() else -1


def _defaults(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {field.name: [] if field.many else _default(field) for field in fields}


def _default(field: Field) -> str:
    if field.kind == "time":
        return str(field.default.strftime("%H:%M")) if field.default else ""
    return str(field.default) if field.default not in (None, False) else ""


async def _choices(request: AnyRequest, pool: Pool, fields: tuple[Field, ...]) -> Choices:
    every = [*fields, *(member for field in fields for member in field.members)]
    sources = {field.source for field in every if field.kind == "reference"}
    language, viewer = language_of(request), grant_of(request.scope)
    return {source: await desk.choices(pool, source, viewer, language) for source in sorted(sources)}


def _trail(request: AnyRequest, of: Desk) -> tuple[Crumb, ...]:
    language = language_of(request)
    return home_trail(language, Crumb(text(f"record.{of.subject}.many", language), of.path))
