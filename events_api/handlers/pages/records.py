"""The working pages of a kind of record: list, form, save, retire; the same use cases as the API, the same access."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from events_api.domain import records
from events_api.domain.access import grant
from events_api.domain.actors import ROLES, Grant, Role
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
from events_api.store.transaction import SqlWork
from events_api.text.formats import Language
from events_api.text.interface import text


class Step(Struct, frozen=True, kw_only=True):
    """Something a person does with a record besides changing its fields; offered while its state is one of `states`.

    Its words are the texts `step.<key>` and, where they exist, `step.<key>.text`.
    """

    key: str
    operation: str
    run: Callable[[SqlWork, UUID, int, Mapping[str, Any]], Awaitable[object]]
    states: frozenset[str]
    asks: type[Struct] | None = None
    look: Literal["primary", "secondary", "danger"] = "primary"
    roles: frozenset[Role] = frozenset(ROLES)
    """Who is offered it, where the use case looks at the role besides the access table."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """What it asks for."""
        return fields_of(self.asks) if self.asks else ()


class Fact(NamedTuple):
    """Something a record says besides its fields."""

    term: str
    words: str


class Table(NamedTuple):
    """What stands below a record: the keys of its title and columns, and rows already in words."""

    title: str
    columns: tuple[str, ...]
    rows: list[list[str]]


class Revealed(Struct, frozen=True, kw_only=True):
    """A secret that is shown once; its words are the texts `secret.<key>` and `secret.<key>.text`."""

    secret: str
    key: str
    address: str = ""
    record_id: UUID | None = None


class Desk(Struct, frozen=True, kw_only=True):
    """A kind of record as the working pages show it; the use cases are those of every record unless it has its own."""

    shape: Shape[Any]
    visibility: Visibility
    path: str
    plural: str
    state: str = ""
    """The field that holds the state, and its group of labels."""
    state_group: str = ""
    steps: tuple[Step, ...] = ()
    leave_out: frozenset[str] = frozenset()
    singular: str = ""
    """The name of the kind in operations, where it is not the name of its class."""
    changeable: bool = True
    create: Callable[[SqlWork, Mapping[str, Any]], Awaitable[Entity | Revealed]] | None = None
    change: Callable[[SqlWork, UUID, int, Mapping[str, Any]], Awaitable[Entity]] | None = None
    retire: Callable[[SqlWork, UUID, int], Awaitable[Entity]] | None = None
    retire_operation: str = ""
    facts: Callable[[Any, Language], list[Fact]] | None = None
    tables: Callable[[Pool, Grant, UUID, Language], Awaitable[list[Table]]] | None = None
    doors: Callable[[AnyRequest, Pool, UUID], Awaitable[list[Crumb]]] | None = None
    """The other pages about a record."""

    @property
    def name(self) -> str:
        """The name of the kind in operations."""
        return self.singular or self.shape.kind.__name__

    @property
    def subject(self) -> str:
        """The name of the kind in the audit trail and in the texts."""
        return self.shape.subject

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the form."""
        return fields_of(records.incoming(self.shape.kind), leave_out=self.leave_out)


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
        *,
        taken: tuple[Step, Form] | None = None,
    ) -> Template:
        """Draw the form of a record, or a blank one; `taken` is a step that was refused."""
        language, subject = language_of(request), self.desk.subject
        steps = self.steps_for(request, record)
        choices = await choices_of(request, pool, (*self.fields, *(field for step in steps for field in step.fields)))
        values = given.texts if given else shown(self.fields, record, choices) if record else defaults(self.fields)
        labels = await reading_desk.choices(pool, subject, grant_of(request.scope), language) if record else {}
        return page(
            request,
            "record_form.html",
            title=labels.get(str(record.id), "…") if record else text(f"record.{subject}.new", language),
            trail=home_trail(language, Crumb(text(f"record.{subject}.many", language), self.desk.path)),
            status_code=422 if errors or taken else 200,
            form=Form(values=values, errors=errors or {}),
            fields=self.fields,
            choices=choices,
            record=record,
            subject=subject,
            action=self.desk.path + (f"/{record.id}" if record else "/new"),
            may_change=self.desk.changeable
            and may(request, f"change{self.desk.name}")
            and not (record and record.retired_at),
            may_retire=self.may_retire(request, record),
            doors=await self.desk.doors(request, pool, record.id) if record and self.desk.doors else [],
            may_audit=record is not None and may(request, "listAuditEntries"),
            steps=[(step, taken[1] if taken and taken[0] == step else Form()) for step in steps],
            state=getattr(record, self.desk.state) if record and self.desk.state else "",
            state_group=self.desk.state_group,
            facts=self.desk.facts(record, language) if record and self.desk.facts else [],
            tables=await self.desk.tables(pool, grant_of(request.scope), record.id, language)
            if record and self.desk.tables
            else [],
        )

    def steps_for(self, request: AnyRequest, record: Entity | None) -> list[Step]:
        """The steps that this person may take from the present state."""
        if record is None or record.retired_at:
            return []
        state = getattr(record, self.desk.state) if self.desk.state else ""
        held = actor_of(request.scope).roles
        return [
            step
            for step in self.desk.steps
            if state in step.states and step.roles & held and may(request, step.operation)
        ]

    def may_retire(self, request: AnyRequest, record: Entity | None) -> bool:
        """Whether a button to withdraw the record is shown."""
        operation = self.desk.retire_operation or f"retire{self.desk.name}"
        return record is not None and not record.retired_at and may(request, operation)

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
                made: Entity | Revealed
                if self.desk.create:
                    made = await self.desk.create(work, given.values)
                else:
                    made = await records.record(work, self.desk.shape.kind, given.values)
        except DomainError as error:
            return await self.draw(request, pool, None, given, refusal(error, self.names, language_of(request)))
        if isinstance(made, Revealed):
            return self.reveal(request, made, f"{self.desk.path}/{made.record_id}")
        return done(request, f"{self.desk.path}/{made.id}", "created")

    async def change(self, request: AnyRequest, pool: Pool, write: Writing, record_id: UUID) -> Response[Any]:
        """Save what was typed, or show it again with what is wrong."""
        record = await self.find(request, pool, record_id)
        given = await self.read_form(request, pool)
        if given.errors:
            return await self.draw(request, pool, record, given, given.errors)
        try:
            async with write.transact() as work:
                if self.desk.change:
                    await self.desk.change(work, record_id, await version(request), given.values)
                else:
                    await records.change(work, self.desk.shape.kind, record_id, await version(request), given.values)
        except DomainError as error:
            return await self.draw(request, pool, record, given, refusal(error, self.names, language_of(request)))
        return done(request, f"{self.desk.path}/{record_id}", "saved")

    async def retire(self, request: AnyRequest, pool: Pool, write: Writing, record_id: UUID) -> Response[Any]:
        """Withdraw a record, or say why it stays."""
        record = await self.find(request, pool, record_id)
        try:
            async with write.transact() as work:
                if self.desk.retire:
                    await self.desk.retire(work, record_id, await version(request))
                else:
                    await records.retire(work, self.desk.shape.kind, record_id, await version(request))
        except DomainError as error:
            return await self.draw(request, pool, record, None, refusal(error, (), language_of(request)))
        return done(request, self.desk.path, "retired")

    async def take(self, request: AnyRequest, pool: Pool, write: Writing, record_id: UUID, step: Step) -> Response[Any]:
        """Take a step with a record, or say why it cannot be taken."""
        record = await self.find(request, pool, record_id)
        choices, prefix = await choices_of(request, pool, step.fields), f"{step.key}-"
        given = typed(step.fields, await request.form(), choices, language_of(request), prefix=prefix)
        errors, outcome = given.errors, None
        if not errors:
            try:
                async with write.transact() as work:
                    outcome = await step.run(work, record_id, await version(request), given.values)
            except DomainError as error:
                refused = refusal(error, [field.name for field in step.fields], language_of(request))
                errors = {name and prefix + name: said for name, said in refused.items()}
        if errors:
            return await self.draw(request, pool, record, taken=(step, Form(values=given.texts, errors=errors)))
        if isinstance(outcome, Revealed):
            return self.reveal(request, outcome, f"{self.desk.path}/{record_id}")
        return done(request, f"{self.desk.path}/{record_id}", "step")

    def reveal(self, request: AnyRequest, revealed: Revealed, back: str) -> Template:
        """Show a secret, once: it is in no redirect, no log and no cache."""
        language = language_of(request)
        return page(
            request,
            "secret.html",
            title=text(f"secret.{revealed.key}", language),
            trail=home_trail(language, Crumb(text(f"record.{self.desk.subject}.many", language), self.desk.path)),
            headers={"Cache-Control": "no-store"},
            revealed=revealed,
            back=back,
        )


def record_pages(desk: Desk) -> list[ControllerRouterHandler]:
    """Make the pages of a kind of record."""
    workshop = Workshop(desk)
    changing = [_change_handler(desk, workshop)] if desk.changeable else []
    return [_controller(desk, workshop), *changing, *(_step_handler(desk, workshop, step) for step in desk.steps)]


def _step_handler(desk: Desk, workshop: Workshop, step: Step) -> ControllerRouterHandler:
    @post(f"{desk.path}/{{record_id:uuid}}/{step.key}", operation_id=step.operation, guards=[allowed])
    async def take(
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        return await workshop.take(request, pool, write, record_id, step)

    return take


def _controller(desk: Desk, workshop: Workshop) -> type[Controller]:

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

        @post("/{record_id:uuid}/retire", operation_id=desk.retire_operation or f"retire{desk.name}")
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


def _change_handler(desk: Desk, workshop: Workshop) -> ControllerRouterHandler:
    @post(f"{desk.path}/{{record_id:uuid}}", operation_id=f"change{desk.name}", guards=[allowed])
    async def change(
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        return await workshop.change(request, pool, write, record_id)

    return change


def may(request: AnyRequest, operation: str) -> bool:
    """Whether who asks may do an operation at all, for buttons and links; a reader that only reads is offered none."""
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
