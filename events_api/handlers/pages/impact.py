"""The impact of an edition: its latest assessment in charts, and what each of its numbers stands on."""

from typing import Final
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from dashboards.queries.impact import beside_assessment
from events_api.domain.errors import NotFound
from events_api.handlers.assessments import KeyInPath, assessed_for, assessment_out, traced_for
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.impact_facts import facts_of, made_of
from events_api.handlers.pages.attendance import edition_doors, named_edition
from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page
from events_api.handlers.pages.impact_entry import impact_tasks
from events_api.handlers.pages.impact_number import number_context, number_title
from events_api.handlers.pages.impact_sheet import impact_context, impact_title, stale_words
from events_api.handlers.pages.records import may
from events_api.handlers.parameters import NumberInPath
from events_api.read import assessments as reading
from events_api.read.assessments import Assessed
from events_api.read.connections import Pool
from events_api.text.interface import text


@get("/manage/editions/{record_id:uuid}/impact", operation_id="listImpactAssessments", guards=[allowed])
async def impact_page(request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
    """Show the latest assessment that was computed, or why there is none."""
    name, way = await named_edition(request, pool, record_id)
    computed = await reading.latest_computed(pool, grant_of(request.scope), record_id)
    if computed is not None:
        return await _drawn(request, pool, record_id, computed, name, way)
    listed = await reading.assessments(pool, grant_of(request.scope), record_id, limit=1)
    if not listed:
        return await _without(request, pool, record_id, None, name, way)
    last = await assessed_for(request, pool, record_id, listed[0].number)
    return await _without(request, pool, record_id, last, name, way)


@get("/manage/editions/{record_id:uuid}/impact/{number:int}", operation_id="readImpactAssessment", guards=[allowed])
async def older_page(
    request: AnyRequest, record_id: FromPath[UUID], number: NumberInPath, pool: NamedDependency[Pool]
) -> Template:
    """Show one assessment, whatever came after it."""
    name, way = await named_edition(request, pool, record_id)
    found = await assessed_for(request, pool, record_id, number)
    way = (*way, Crumb(impact_title(language_of(request)), f"/manage/editions/{record_id}/impact"))
    title = text("asked.number", language_of(request), number=number)
    if found.state == "computed":
        return await _drawn(request, pool, record_id, found, name, way, title=title)
    return await _without(request, pool, record_id, found, name, way, title=title)


async def _without(
    request: AnyRequest,
    pool: Pool,
    record_id: UUID,
    one: Assessed | None,
    name: str,
    way: tuple[Crumb, ...],
    *,
    title: str = "",
) -> Template:
    """Say why there is nothing to show yet."""
    language = language_of(request)
    return page(
        request,
        "impact_none.html",
        title=title or impact_title(language),
        trail=way,
        name=name,
        latest=None if one is None else assessment_out(one, language),
        doors=await _doors(request, pool, record_id),
        tasks=impact_tasks(request, record_id),
    )


async def _drawn(
    request: AnyRequest,
    pool: Pool,
    record_id: UUID,
    one: Assessed,
    name: str,
    way: tuple[Crumb, ...],
    *,
    title: str = "",
) -> Template:
    language = language_of(request)
    if one.outcome is None or one.outcome.evaluation is None:
        raise AssertionError("only a computed assessment is shown")
    evaluation = one.outcome.evaluation
    place = f"/manage/editions/{record_id}/impact/{one.number}/"
    return page(
        request,
        "impact.html",
        title=title or impact_title(language),
        trail=way,
        doors=await _doors(request, pool, record_id),
        tasks=impact_tasks(request, record_id),
        **impact_context(
            facts_of(
                one.inputs.entry, evaluation, name, language, await beside_assessment(pool, record_id, one.territory)
            ),
            made_of(one, evaluation.result.specification, language),
            language=language,
            nodes=place,
            downloads=f"/api/v1/editions/{record_id}/impact/assessments/{one.number}/",
            share=f"/manage/editions/{record_id}/impact/shares" if may(request, "shareImpactChart") else "",
            number=one.number,
            stale=[
                stale_words(why, language, nodes=place, attendance=f"/manage/editions/{record_id}/attendance")
                for why in one.stale
            ],
        ),
    )


async def _doors(request: AnyRequest, pool: Pool, record_id: UUID) -> list[Crumb]:
    """The other pages about the edition; that of its latest assessment is among the tasks."""
    latest = f"/manage/editions/{record_id}/impact"
    return [door for door in await edition_doors(request, pool, record_id) if door.url != latest]


@get(
    "/manage/editions/{record_id:uuid}/impact/{number:int}/{key:str}", operation_id="readImpactTrail", guards=[allowed]
)
async def number_page(
    request: AnyRequest,
    record_id: FromPath[UUID],
    number: NumberInPath,
    key: KeyInPath,
    pool: NamedDependency[Pool],
) -> Template:
    """Show a number of an assessment, its formula, and everything that it stands on with its source."""
    language = language_of(request)
    _, way = await named_edition(request, pool, record_id)
    found = await traced_for(request, pool, record_id, number)
    if key not in found:
        raise NotFound(kind="impact_node")
    return page(
        request,
        "impact_number.html",
        title=number_title(found[key], language),
        trail=(*way, Crumb(impact_title(language), f"/manage/editions/{record_id}/impact")),
        **number_context(found, key, language, nodes=f"/manage/editions/{record_id}/impact/{number}/"),
    )


IMPACT_PAGES: Final = (impact_page, older_page, number_page)
