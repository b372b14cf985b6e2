"""The pages of an edition's ticket files: bringing one, what was understood of it, what became of its lines."""

import datetime as dt
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from events_api.domain.errors import DomainError, NotFound
from events_api.domain.jobs import ENDED
from events_api.domain.programme import Edition
from events_api.domain.tickets.facts import STANDINGS, VERDICTS, FactKind
from events_api.domain.tickets.profiles import COLUMNS
from events_api.handlers.context import actor_of, grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.attendance import edition_doors, edition_trail, own_edition
from events_api.handlers.pages.base import AnyRequest, Crumb, done, language_of, page, site_of
from events_api.handlers.pages.fields import refusal
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.records import may
from events_api.handlers.paging import BIGGEST
from events_api.handlers.writing import Writing
from events_api.importers.tickets import canonical
from events_api.importers.tickets.formats import FORMATS
from events_api.read import jobs as reading_jobs
from events_api.read import ticket_imports
from events_api.read.connections import Pool
from events_api.read.programme import event_name
from events_api.read.ticket_imports import TicketImport
from events_api.store import tickets as storing
from events_api.text import formats
from events_api.text.formats import Language
from events_api.text.interface import TEXTS, text

ACCEPTED: Final = ".csv,.tsv,.txt,.json,.ndjson,.jsonl,.xlsx,.zip,.gz"
SHOWN_FIELDS: Final = (
    "code", "at", "direction", "verdict", "standing", "gate", "session", "category", "origin", "quantity", "channel",
    "price_cents", "holder", "first_day", "last_day", "device",
)  # fmt: skip
FIELDS: Final = (
    "code", "at", "clock", "direction", "verdict", "gate", "device", "session", "category", "origin", "postcode",
    "country", "quantity", "price", "channel", "standing", "used", "holder", "first_day", "last_day",
)  # fmt: skip
"""What a column may become."""
USUAL: Final = ("code", "at", "clock", "direction", "gate", "verdict", "category", "session")
"""The columns that nearly every log has; the others are asked for on demand."""
KINDS: Final = ("e-mail", "date", "time", "number", "phone", "yes-no", "code", "text", "person", "empty")
"""What a column may look like."""
FORMAT_NAMES: Final = tuple(sorted({canonical.NAME, *(known.name for known in FORMATS)}))
_PER_PAGE: Final = 50
Before = Annotated[int | None, QueryParameter(ge=1, le=BIGGEST)]
_PSEUDONYM: Final = 8
"""Characters of a pseudonym that are shown: enough to follow a ticket through the lines of a page."""


class Lines(NamedTuple):
    """The first lines of one kind as a table: names of fields, then the cells of each line."""

    kind: FactKind
    fields: list[str]
    rows: list[list[str]]


class TicketFilesController(Controller):
    """The files of an edition: the list, and where another one is dropped."""

    path = "/manage/editions/{record_id:uuid}/tickets"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="listTicketImports")
    async def index(
        self, request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool], before: Before = None
    ) -> Template:
        """List the files of an edition, with the form that brings one."""
        language = language_of(request)
        edition = await own_edition(request, pool, record_id)
        listed = await ticket_imports.page(
            pool, grant_of(request.scope), record_id, language, before=before, limit=_PER_PAGE
        )
        files, following = listed or ([], None)
        organisations = await ticket_imports.organisers(pool, grant_of(request.scope), record_id)
        return page(
            request,
            "ticket_files.html",
            title=text("tickets.title", language),
            trail=await _trail(request, pool, edition),
            edition=edition,
            doors=[door for door in await edition_doors(request, pool, record_id) if door.url != request.url.path],
            files=files,
            following=following,
            may_bring=may(request, "putTicketFile"),
            accepted=ACCEPTED,
            command=_command(request, record_id),
            fields=FIELDS,
            kinds=KINDS,
            roles=(USUAL, tuple(role for role in COLUMNS if role not in USUAL)),
            verdicts=VERDICTS,
            standings=STANDINGS,
            organisations=organisations,
            profiles=await ticket_imports.profiles(pool, [one.id for one in organisations]),
            format_names=FORMAT_NAMES,
            format_name=lambda name: format_name(name, language),
            size=lambda count: _size(count, language),
        )


class TicketImportController(Controller):
    """One file: what was understood, what became of its lines, and the steps that it may take."""

    path = "/manage/ticket-imports"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/{import_id:uuid}", operation_id="readTicketImport")
    async def show(self, request: AnyRequest, import_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
        """Show a file and how far it is."""
        return await _import_page(request, pool, import_id, Form())

    @post("/{import_id:uuid}/start", operation_id="startTicketImport")
    async def start(
        self,
        request: AnyRequest,
        import_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Make a file count."""
        await _find(request, pool, import_id)
        try:
            async with write.transact() as work:
                await storing.request_start(work, import_id)
        except DomainError as error:
            return await _import_page(request, pool, import_id, _refused(request, error))
        return done(request, f"/manage/ticket-imports/{import_id}", "import_started")

    @post("/{import_id:uuid}/undo", operation_id="undoTicketImport")
    async def undo(
        self,
        request: AnyRequest,
        import_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Take a file out of the counts, once that is confirmed."""
        await _find(request, pool, import_id)
        if not (await request.form()).get("confirmed"):
            missing = {"confirmed": text("invalid.missing", language_of(request))}
            return await _import_page(request, pool, import_id, Form(errors=missing))
        try:
            async with write.transact() as work:
                await storing.request_undo(work, import_id)
        except DomainError as error:
            return await _import_page(request, pool, import_id, _refused(request, error))
        return done(request, f"/manage/ticket-imports/{import_id}", "import_undone")


def _command(request: AnyRequest, edition_id: UUID) -> str:
    """What brings a file without a browser."""
    address = f"{site_of(request).public_url}/api/v1/editions/{edition_id}/ticket-files?file_name=export.csv"
    kind = "Content-Type: application/octet-stream"
    return f'curl -T export.csv -H "Authorization: Bearer …" -H "{kind}" "{address}"'


def _refused(request: AnyRequest, error: DomainError) -> Form:
    if isinstance(error, NotFound):
        raise error
    return Form(errors=refusal(error, (), language_of(request)))


async def _find(request: AnyRequest, pool: Pool, import_id: UUID) -> TicketImport:
    """A file of an edition that is the reader's own, or the staff's; raises NotFound."""
    found = await ticket_imports.seen(pool, grant_of(request.scope), import_id, language_of(request))
    if found is None:
        raise NotFound(kind="ticket_import")
    return found


async def _import_page(request: AnyRequest, pool: Pool, import_id: UUID, form: Form) -> Template:
    language = language_of(request)
    found = await _find(request, pool, import_id)
    edition = await own_edition(request, pool, found.edition_id)
    job = None
    if found.job_id is not None:
        viewer = grant_of(request.scope)
        job = await reading_jobs.job(pool, viewer, actor_of(request.scope).id, found.job_id)
    moving = found.state == "queued" or (job is not None and job.state not in ENDED)
    way = await _trail(request, pool, edition)
    files = Crumb(text("tickets.title", language), f"/manage/editions/{found.edition_id}/tickets")
    return page(
        request,
        "ticket_import.html",
        title=found.file_name or text("tickets.unnamed", language),
        trail=(*way, files),
        status_code=422 if form.errors else 200,
        form=form,
        found=found,
        preview=found.preview,
        job=job if moving else None,
        moving=moving,
        failure=found.failure,
        lines=_lines(found, ZoneInfo(edition.time_zone), language),
        may_start=not moving and may(request, "startTicketImport") and found.state in ("previewed", "failed", "undone"),
        may_undo=not moving and may(request, "undoTicketImport") and found.state == "done",
        countable=found.lines_read - found.lines_refused,
        format_name=lambda name: format_name(name, language),
        size=lambda count: _size(count, language),
    )


async def _trail(request: AnyRequest, pool: Pool, edition: Edition) -> tuple[Crumb, ...]:
    language = language_of(request)
    return edition_trail(await event_name(pool, edition.event_id), edition.year, edition.id, language)


def _lines(found: TicketImport, zone: ZoneInfo, language: Language) -> list[Lines]:
    """The first lines as they are kept, a table for scans and one for tickets."""
    tables = []
    for kind in ("scan", "ticket"):
        shown = [line for line in found.preview.shown if line.kind == kind]
        fields = [name for name in SHOWN_FIELDS if any(_told(line.values.get(name)) for line in shown)]
        rows = [
            [
                formats.integer(line.line, language),
                *(_cell(name, line.values.get(name), zone, language) for name in fields),
            ]
            for line in shown
        ]
        if rows:
            tables.append(Lines(kind, fields, rows))
    return tables


def _told(value: object) -> bool:
    return value is not None and value != "unknown"


def _cell(name: str, value: Any, zone: ZoneInfo, language: Language) -> str:
    if value is None:
        return ""
    if name in ("code", "holder"):
        return f"{value[:_PSEUDONYM]}…"
    if name == "at":
        return dt.datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if name == "price_cents":
        return formats.money(value, language)
    if name in ("direction", "verdict", "standing", "channel"):
        return text(f"choice.ticket_{name}.{value}", language)
    return str(value)


def format_name(name: str, language: Language) -> str:
    """A format in words."""
    key = f"choice.ticket_format.{name.replace('-', '_')}"
    return text(key, language) if key in TEXTS else name


def _size(count: int, language: Language) -> str:
    """Bytes in the unit that a person would choose."""
    units = ("octets", "Ko", "Mo", "Go") if language == "fr" else ("bytes", "KB", "MB", "GB")
    size = float(count)
    for unit in units:
        if size < 1000 or unit == units[-1]:
            return f"{formats.decimal(size, language, places=0 if unit == units[0] else 1)}{formats.NBSP}{unit}"
        size /= 1000
    raise AssertionError("the last unit always returns")


TICKET_PAGES: Final = (TicketFilesController, TicketImportController)
