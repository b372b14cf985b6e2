"""The working pages of a kind of record: list, form, save, retire; the same use cases as the API, the same access."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
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
from events_api.read import desk as reading_desk
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


class Workshop:
    """Draws, saves and withdraws the records of one desk; the access table has been held against the request before."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.fields = desk.fields
        self.names = [field.name for field in self.fields]

    async def index(self, request: AnyRequest, pool: Pool, words: str, after: UUID | None) -> Template:
        """Draw one page of the list."""
        language = language_of(request)
        rows, following = await reading_desk.lines(
            pool, self.desk.subject, grant_of(request.scope), language, words=words[:100], after=after
        )
        return page(
            request,
            "record_list.html",
            title=text(f"record.{self.desk.subject}.many", language),
            trail=home_trail(language),
            rows=rows,
            following=following,
            words=words,
            desk=self.desk,
            may_create=may(request, f"create{self.desk.name}"),
        )

    async def draw(
        self,
        request: AnyRequest,
        pool: Pool,
        record: Entity | None,
        given: Typed | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Template:
        """Draw the form of a record, or a blank one."""
        language, subject = language_of(request), self.desk.subject
        choices = await choices_of(request, pool, self.fields)
        values = given.texts if given else shown(self.fields, record, choices) if record else defaults(self.fields)
        labels = await reading_desk.choices(pool, subject, grant_of(request.scope), language) if record else {}
        return page(
            request,
            "record_form.html",
            title=labels.get(str(record.id), "…") if record else text(f"record.{subject}.new", language),
            trail=home_trail(language, Crumb(text(f"record.{subject}.many", language), self.desk.path)),
            status_code=422 if errors else 200,
            form=Form(values=values, errors=errors or {}),
            fields=self.fields,
            choices=choices,
            record=record,
            subject=subject,
            action=self.desk.path + (f"/{record.id}" if record else "/new"),
            may_change=may(request, f"change{self.desk.name}") and not (record and record.retired_at),
            may_retire=may(request, f"retire{self.desk.name}") and record is not None and not record.retired_at,
        )

    async def find(self, request: AnyRequest, pool: Pool, record_id: UUID) -> Entity:
        """Read a record as far as the reader may see it; raises NotFound."""
        desk = self.desk
        record: Entity | None = await reading.one(pool, desk.shape, desk.visibility, grant_of(request.scope), record_id)
        if record is None:
            raise NotFound(kind=desk.subject)
        return record

    async def read_form(self, request: AnyRequest, pool: Pool) -> Typed:
        """Read what was typed."""
        choices = await choices_of(request, pool, self.fields)
        return typed(self.fields, await request.form(), choices, language_of(request))

    async def create(self, request: AnyRequest, pool: Pool, write: Writing) -> Response[Any]:
        """Create what was typed, or show it again with what is wrong."""
        given = await self.read_form(request, pool)
        if given.errors:
            return await self.draw(request, pool, None, given, given.errors)
        try:
            async with write.transact() as work:
                record = await records.record(work, self.desk.shape.kind, given.values)
        except DomainError as error:
            return await self.draw(request, pool, None, given, refusal(error, self.names, language_of(request)))
        return done(request, f"{self.desk.path}/{record.id}", "created")

    async def change(self, request: AnyRequest, pool: Pool, write: Writing, record_id: UUID) -> Response[Any]:
        """Save what was typed, or show it again with what is wrong."""
        record = await self.find(request, pool, record_id)
        given = await self.read_form(request, pool)
        if given.errors:
            return await self.draw(request, pool, record, given, given.errors)
        try:
            async with write.transact() as work:
                await records.change(work, self.desk.shape.kind, record_id, await version(request), given.values)
        except DomainError as error:
            return await self.draw(request, pool, record, given, refusal(error, self.names, language_of(request)))
        return done(request, f"{self.desk.path}/{record_id}", "saved")

    async def retire(self, request: AnyRequest, pool: Pool, write: Writing, record_id: UUID) -> Response[Any]:
        """Withdraw a record, or say why it stays."""
        record = await self.find(request, pool, record_id)
        try:
            async with write.transact() as work:
                await records.retire(work, self.desk.shape.kind, record_id, await version(request))
        except DomainError as error:
            return await self.draw(request, pool, record, None, refusal(error, (), language_of(request)))
        return done(request, self.desk.path, "retired")


def record_pages(desk: Desk) -> type[Controller]:
    """Make the pages of a kind of record."""
    workshop = Workshop(desk)

    class RecordPages(Controller):
        path = desk.path
        guards = [allowed]  # noqa: RUF012  # Litestar's attribute

        @get("/", operation_id=f"list{desk.plural}")
        async def index(
            self,
            request: AnyRequest,
            pool: NamedDependency[Pool],
            q: FromQuery[str] = "",
            after: FromQuery[UUID | None] = None,
        ) -> Template:
            return await workshop.index(request, pool, q, after)

        @get("/new", operation_id=f"create{desk.name}")
        async def blank(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
            return await workshop.draw(request, pool, None)

        @post("/new", operation_id=f"create{desk.name}")
        async def create(
            self, request: AnyRequest, pool: NamedDependency[Pool], write: NamedDependency[Writing]
        ) -> Response[Any]:
            return await workshop.create(request, pool, write)

        @get("/{record_id:uuid}", operation_id=f"read{desk.name}")
        async def show(self, request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
            return await workshop.draw(request, pool, await workshop.find(request, pool, record_id))

        @post("/{record_id:uuid}", operation_id=f"change{desk.name}")
        async def change(
            self,
            request: AnyRequest,
            record_id: FromPath[UUID],
            pool: NamedDependency[Pool],
            write: NamedDependency[Writing],
        ) -> Response[Any]:
            return await workshop.change(request, pool, write, record_id)

        @post("/{record_id:uuid}/retire", operation_id=f"retire{desk.name}")
        async def retire(
            self,
            request: AnyRequest,
            record_id: FromPath[UUID],
            pool: NamedDependency[Pool],
            write: NamedDependency[Writing],
        ) -> Response[Any]:
            return await workshop.retire(request, pool, write, record_id)

    RecordPages.__name__ = RecordPages.__qualname__ = f"{desk.name}Pages"
    return RecordPages


def may(request: AnyRequest, operation: str) -> bool:
    """Whether who asks may do an operation at all, for buttons and links."""
    actor = actor_of(request.scope)
    try:
        grant(operation, actor)
    except DomainError:
        return False
    return actor.may_write


async def version(request: AnyRequest) -> int:
    """The version that the form was drawn from; one that no record has, where it does not say."""
    typed_version = str((await request.form()).get("version", ""))
    return int(typed_version) if typed_version.isascii() and typed_version.isdigit() else -1


def defaults(fields: tuple[Field, ...]) -> dict[str, Any]:
    """The texts of a blank form."""
    return {field.name: [] if field.many else _default(field) for field in fields}


def _default(field: Field) -> str:
    if field.kind == "time":
        return str(field.default.strftime("%H:%M")) if field.default else ""
    return str(field.default) if field.default not in (None, False) else ""


async def choices_of(request: AnyRequest, pool: Pool, fields: tuple[Field, ...]) -> Choices:
    """Read the names that the references of a form may take, as far as the reader may see."""
    every = [*fields, *(member for field in fields for member in field.members)]
    sources = {field.source for field in every if field.kind == "reference"}
    language, viewer = language_of(request), grant_of(request.scope)
    return {source: await reading_desk.choices(pool, source, viewer, language) for source in sorted(sources)}
