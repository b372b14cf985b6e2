"""Dashboards over HTTP: sentences, tables and Plotly figures, as the workers built them."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, PathParameter

from events_api.domain.errors import NotFound
from events_api.handlers.answers import answer
from events_api.handlers.context import grant_of, language_of
from events_api.handlers.parameters import YearInPath
from events_api.handlers.problems import READ_PROBLEMS
from events_api.read import dashboards as reading
from events_api.read.connections import Pool

AnyRequest = Request[Any, Any, Any]
ChartId = Annotated[str, PathParameter(pattern=r"^[a-zA-Z0-9_-]{1,80}\Z", description="The id of a chart.")]


class DashboardController(Controller):
    """What the register knows of an edition or a year, with its figures, in the language of the request."""

    path = "/dashboards"
    tags = ("dashboards",)

    @get(
        "/editions/{edition_id:uuid}",
        operation_id="readEditionDashboard",
        summary="Read the dashboard of an edition",
        responses=READ_PROBLEMS,
    )
    async def edition(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[reading.Dashboard]:
        return _answer(
            request,
            await reading.edition_dashboard(pool, grant_of(request.scope), edition_id, language_of(request)),
        )

    @get(
        "/editions/{edition_id:uuid}/charts/{chart:str}",
        operation_id="readEditionChart",
        summary="Read a figure of the dashboard of an edition",
        responses=READ_PROBLEMS,
    )
    async def edition_chart(
        self, request: AnyRequest, edition_id: FromPath[UUID], chart: ChartId, pool: NamedDependency[Pool]
    ) -> Response[dict[str, Any]]:
        found = await reading.edition_dashboard(pool, grant_of(request.scope), edition_id, language_of(request), chart)
        return _figure(request, found)

    @get(
        "/years/{year:int}",
        operation_id="readYearDashboard",
        summary="Read the dashboard of a year",
        responses=READ_PROBLEMS,
    )
    async def year(
        self, request: AnyRequest, year: YearInPath, pool: NamedDependency[Pool]
    ) -> Response[reading.Dashboard]:
        return _answer(request, await reading.year_dashboard(pool, grant_of(request.scope), year, language_of(request)))

    @get(
        "/years/{year:int}/charts/{chart:str}",
        operation_id="readYearChart",
        summary="Read a figure of the dashboard of a year",
        responses=READ_PROBLEMS,
    )
    async def year_chart(
        self, request: AnyRequest, year: YearInPath, chart: ChartId, pool: NamedDependency[Pool]
    ) -> Response[dict[str, Any]]:
        found = await reading.year_dashboard(pool, grant_of(request.scope), year, language_of(request), chart)
        return _figure(request, found)


def _answer(request: AnyRequest, found: reading.Dashboard | None) -> Response[reading.Dashboard]:
    if found is None:
        raise NotFound(kind="dashboard")
    return answer(request, found, etag=_tag(request, found), headers=_language(request))


def _figure(request: AnyRequest, found: reading.Dashboard | None) -> Response[dict[str, Any]]:
    if found is None:
        raise NotFound(kind="chart")
    return answer(request, found.content, etag=_tag(request, found), headers=_language(request))


def _tag(request: AnyRequest, found: reading.Dashboard) -> str:
    return f'"{found.input_hash[:24]}-{language_of(request)}"'


def _language(request: AnyRequest) -> dict[str, str]:
    return {"content-language": language_of(request), "vary": "authorization, cookie, accept-language"}


HANDLERS = (DashboardController,)
