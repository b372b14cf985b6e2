"""Charts of assessments that partners embed, over HTTP: share, list, withdraw."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath
from msgspec import Meta, Struct

from events_api.domain.errors import NotFound
from events_api.domain.shares import ChartShare
from events_api.handlers.answers import answer
from events_api.handlers.context import grant_of
from events_api.handlers.impact_files import chart_in, sheet_for
from events_api.handlers.problems import READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.writing import Writing
from events_api.read import shares as reading
from events_api.read.connections import Pool
from events_api.store import shares as store

AnyRequest = Request[Any, Any, Any]


class ShareIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which chart of which assessment."""

    assessment: Annotated[int, Meta(ge=1, le=1_000_000)]
    chart: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,79}\Z")]


class ShareController(Controller):
    """The charts of an edition that anybody may see at an address of their own, ``/embed/{token}``."""

    path = "/editions/{edition_id:uuid}/impact/shares"
    tags = ("impact",)

    @get(
        "/",
        operation_id="listImpactShares",
        summary="List the shared charts of an edition, the latest first, withdrawn ones too",
        responses=READ_PROBLEMS,
    )
    async def shares(
        self, request: AnyRequest, edition_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[list[ChartShare]]:
        return answer(request, await shares_for(request, pool, edition_id))

    @post(
        "/",
        status_code=201,
        operation_id="shareImpactChart",
        summary="Give a chart of a computed assessment a public address; the same again gives the same address",
        responses=WRITE_PROBLEMS,
    )
    async def share(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        data: Annotated[
            ShareIn,
            BodyKwarg(
                media_type=RequestEncodingType.JSON,
                examples=[Example(summary="Example", value={"assessment": 1, "chart": "cascade"})],
            ),
        ],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[ChartShare]:
        await there_to_share(request, pool, edition_id, data.assessment, data.chart)
        return await write(
            lambda work: store.share_chart(work, edition_id, data.assessment, data.chart),
            status=201,
            location=lambda made: f"/embed/{made.token}",
        )

    @delete(
        "/{share_id:uuid}",
        status_code=204,
        operation_id="withdrawImpactShare",
        summary="Close the address of a shared chart for ever",
        responses=WRITE_PROBLEMS,
    )
    async def withdraw(
        self, edition_id: FromPath[UUID], share_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[None]:
        return await write(lambda work: store.withdraw_share(work, edition_id, share_id), status=204)


async def shares_for(request: AnyRequest, pool: Pool, edition_id: UUID) -> list[ChartShare]:
    """The shared charts of an edition that the reader may see; raises NotFound."""
    found = await reading.shares(pool, grant_of(request.scope), edition_id)
    if found is None:
        raise NotFound(kind="edition")
    return found


async def there_to_share(request: AnyRequest, pool: Pool, edition_id: UUID, number: int, chart: str) -> None:
    """Raise NotFound, ImpactNotComputed or ImpactChartAbsent where there is no such chart."""
    _, sheet = await sheet_for(request, pool, edition_id, number, None)
    await chart_in(sheet, chart)


HANDLERS: Final = (ShareController,)
