"""The dashboards of years and editions, and the yearly annex, as the workers built them."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from events_api.domain.errors import NotFound
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.attendance import edition_doors
from events_api.handlers.pages.base import AnyRequest, Crumb, done, language_of, page
from events_api.handlers.pages.information import home_trail
from events_api.handlers.pages.records import may
from events_api.handlers.writing import Writing
from events_api.read import dashboards as reading
from events_api.read import publication
from events_api.read.connections import Pool
from events_api.read.dashboards import Dashboard
from events_api.store.publication import request_freeze
from events_api.text.interface import text

_YEARS: Final = range(1990, 2201)


class DashboardPages(Controller):
    """What the register knows of a year or of an edition: sentences, figures, tables, and what is missing."""

    path = "/tableau-de-bord"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="readYearDashboard")
    async def index(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
        """List the dashboards there are."""
        language, viewer = language_of(request), grant_of(request.scope)
        return page(
            request,
            "dashboards.html",
            title=text("dashboard.many", language),
            trail=home_trail(language),
            years=await reading.years(pool, viewer),
            editions=await reading.editions(pool, viewer),
        )

    @get("/{year:int}", operation_id="readYearDashboard")
    async def year(self, request: AnyRequest, year: FromPath[int], pool: NamedDependency[Pool]) -> Template:
        """Show the dashboard of a year."""
        found = await reading.year_dashboard(pool, grant_of(request.scope), year, language_of(request))
        return _dashboard_page(request, found, f"/api/v1/dashboards/years/{year}/charts")

    @get("/editions/{edition_id:uuid}", operation_id="readEditionDashboard")
    async def edition(self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
        """Show the dashboard of an edition."""
        found = await reading.edition_dashboard(pool, grant_of(request.scope), edition_id, language_of(request))
        here = str(request.url.path)
        doors = [door for door in await edition_doors(request, pool, edition_id) if door.url != here]
        return _dashboard_page(request, found, f"/api/v1/dashboards/editions/{edition_id}/charts", doors)


def _dashboard_page(
    request: AnyRequest, found: Dashboard | None, charts_url: str, doors: Sequence[Crumb] = ()
) -> Template:
    if found is None:
        raise NotFound(kind="dashboard")
    language = language_of(request)
    content: dict[str, Any] = msgspec.json.decode(found.content)
    for section in content["sections"]:
        for chart in section["charts"]:
            chart["svg"] = Markup(chart["svg"])  # noqa: S704  # drawn by us, its texts escaped there
    return page(
        request,
        "dashboard.html",
        title=content["title"],
        trail=home_trail(language, Crumb(text("dashboard.many", language), "/tableau-de-bord")),
        charts=any(section["charts"] for section in content["sections"]),
        content=content,
        computed_at=found.computed_at,
        charts_url=charts_url,
        doors=doors,
    )


class AnnexPages(Controller):
    """The yearly document of the council: its frozen versions, and the button that freezes the next one."""

    path = "/annexe"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="listAnnexes")
    async def index(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
        """List the annexes."""
        language, viewer = language_of(request), grant_of(request.scope)
        found = await publication.annexes(pool, viewer)
        years = await reading.years(pool, viewer) if may(request, "freezeAnnex") else []
        return page(
            request,
            "annexes.html",
            title=text("annex.many", language),
            trail=home_trail(language),
            annexes=found,
            unprepared=[year for year in years if year not in {annex.year for annex in found}],
        )

    @get("/{year:int}", operation_id="readAnnex")
    async def show(self, request: AnyRequest, year: FromPath[int], pool: NamedDependency[Pool]) -> Template:
        """Show the versions of an annex."""
        language = language_of(request)
        found = await publication.annexes(pool, grant_of(request.scope), year) if year in _YEARS else []
        if not found:
            raise NotFound(kind="annex")
        return page(
            request,
            "annex.html",
            title=text("annex.one", language, year=year),
            trail=home_trail(language, Crumb(text("annex.many", language), "/annexe")),
            annex=found[0],
            may_freeze=may(request, "freezeAnnex"),
        )

    @post("/{year:int}/freeze", operation_id="freezeAnnex")
    async def freeze(self, request: AnyRequest, year: FromPath[int], write: NamedDependency[Writing]) -> Response[Any]:
        """Ask for a frozen version and follow the job that makes it."""
        if year not in _YEARS:
            raise NotFound(kind="annex")
        async with write.transact() as work:
            job = await request_freeze(work, year)
        return done(request, f"/jobs/{job}", "freeze_asked")


DASHBOARD_PAGES: Final = (DashboardPages, AnnexPages)
