"""The page of an edition's attendance: who came, when, through which gate, from where, and how sure that is."""

from typing import Annotated, Final
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from dashboards.attendance.board import board
from dashboards.queries.attendance import counted_editions, visit_facts
from events_api.domain.access import grant
from events_api.domain.actors import Grant
from events_api.domain.errors import DomainError, NotFound
from events_api.domain.programme import Edition
from events_api.handlers.context import actor_of, grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page
from events_api.handlers.pages.drawings import drawings_context
from events_api.handlers.pages.information import home_trail
from events_api.read import dashboards
from events_api.read import records as reading
from events_api.read.connections import Pool, snapshot
from events_api.read.programme import OWN_EDITION, event_name
from events_api.read.shapes import EDITION
from events_api.text import formats
from events_api.text.formats import Language
from events_api.text.interface import text

_DWELL: Final = 240
Dwell = Annotated[int, QueryParameter(ge=15, le=1440)]
ENDINGS: Final = ("csv", "xlsx", "parquet")
DOORS: Final = (
    ("attendance.door", "readAttendance", "attendance"),
    ("evidence.door", "readAttendanceEvidence", "evidence"),
    ("tickets.door", "listTicketImports", "tickets"),
    ("room.title", "readPresence", "control-room"),
    ("impact.door", "listImpactAssessments", "impact"),
    ("share.title", "listImpactShares", "impact/shares"),
)
"""The pages about an edition that are not for everybody: their name, the operation that opens them, their place."""
EXPORTS: Final = ("attendance", "scans", "tickets")


@get("/manage/attendance", operation_id="readAttendance", guards=[allowed])
async def attendance_list_page(request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
    """List the editions that were counted."""
    language = language_of(request)
    return page(
        request,
        "attendance_list.html",
        title=text("attendance.many", language),
        trail=home_trail(language),
        editions=await counted_editions(pool, grant_of(request.scope)),
        days_of=lambda one: formats.days(one.starts_on, one.ends_on, language) if one.starts_on else "",
    )


@get("/manage/editions/{record_id:uuid}/attendance", operation_id="readAttendance", guards=[allowed])
async def attendance_page(
    request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool], dwell: Dwell = _DWELL
) -> Template:
    """Show the attendance of an edition."""
    language = language_of(request)
    await own_edition(request, pool, record_id)
    async with snapshot(pool) as connection:
        facts = await visit_facts(connection, record_id, dwell_minutes=dwell)
    if facts is None:
        raise NotFound(kind="edition")
    found = board(facts, language)
    return page(
        request,
        "attendance.html",
        title=text("attendance.title", language),
        trail=edition_trail(facts.event, facts.year, record_id, language),
        facts=facts,
        board=found,
        days_words=formats.days(facts.first_day, facts.last_day, language)
        if facts.first_day and facts.last_day
        else "",
        doors=[door for door in await edition_doors(request, pool, record_id) if door.url != request.url.path],
        **drawings_context(found.drawings if found else (), language),
        dwell=dwell,
        exports=[
            (kind, [f"/api/v1/editions/{record_id}/{kind}.{ending}" for ending in ENDINGS])
            for kind in EXPORTS
            if opening(request, f"export{kind.title()}Csv")
        ],
        formats=ENDINGS,
        edition_id=record_id,
    )


async def own_edition(request: AnyRequest, pool: Pool, edition_id: UUID) -> Edition:
    """The edition, where it is the reader's own or the reader is of the staff; raises NotFound."""
    edition = await reading.one(pool, EDITION, OWN_EDITION, grant_of(request.scope), edition_id)
    if edition is None or edition.retired_at is not None:
        raise NotFound(kind="edition")
    return edition


async def edition_doors(request: AnyRequest, pool: Pool, edition_id: UUID, *, seen: Grant | None = None) -> list[Crumb]:
    """The pages about an edition that its reader may open: its dashboard, then those of DOORS. `seen` is the grant with
    which this request has seen that the edition is the reader's own."""
    language = language_of(request)
    found = []
    if await has_dashboard(request, pool, edition_id):
        found.append(Crumb(text("edition.dashboard", language), f"/tableau-de-bord/editions/{edition_id}"))
    own: dict[Grant, bool] = {} if seen is None else {seen: True}
    for key, operation, place in DOORS:
        viewer = opening(request, operation)
        if viewer is None:
            continue
        if viewer not in own:
            own[viewer] = await reading.one(pool, EDITION, OWN_EDITION, viewer, edition_id) is not None
        if own[viewer]:
            found.append(Crumb(text(key, language), f"/manage/editions/{edition_id}/{place}"))
    return found


async def has_dashboard(request: AnyRequest, pool: Pool, edition_id: UUID) -> bool:
    """Whether there is a dashboard of an edition that the reader may see."""
    viewer = grant("readEditionDashboard", actor_of(request.scope))
    return await dashboards.edition_has_dashboard(pool, viewer, edition_id)


def opening(request: AnyRequest, operation: str) -> Grant | None:
    """How far the reader may go with an operation, None where not at all."""
    try:
        return grant(operation, actor_of(request.scope))
    except DomainError:
        return None


async def named_edition(request: AnyRequest, pool: Pool, edition_id: UUID) -> tuple[str, tuple[Crumb, ...]]:
    """The name of an edition that the reader may see, and the way to it."""
    edition = await own_edition(request, pool, edition_id)
    name = await event_name(pool, edition.event_id)
    return f"{name} {edition.year}", edition_trail(name, edition.year, edition_id, language_of(request))


def edition_trail(event: str, year: int, edition_id: UUID, language: Language) -> tuple[Crumb, ...]:
    """The way from the list of editions to a page of one."""
    return home_trail(
        language,
        Crumb(text("record.edition.many", language), "/manage/editions"),
        Crumb(f"{event} {year}", f"/manage/editions/{edition_id}"),
    )


ATTENDANCE_PAGES: Final = (
    attendance_list_page,
    attendance_page,
)
