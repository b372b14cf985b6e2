"""The impact of an edition: its latest assessment in charts, and what each of its numbers stands on."""

from typing import Final
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from dashboards.impact.beside import beside_numbers, leaves
from dashboards.impact.stored import StoredBoard, board_of, facts_of, readable
from dashboards.parts import BESIDE
from dashboards.queries.impact import beside_assessment
from dashboards.queries.impact_beside import stated
from dashboards.words import grade_words
from events_api.domain.assessments import StaleReason
from events_api.domain.errors import NotFound
from events_api.handlers.assessments import KeyInPath, assessed_for, assessment_out, traced_for
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.impact_facts import made_of
from events_api.handlers.kept import Kept
from events_api.handlers.pages.assumptions import authors
from events_api.handlers.pages.attendance import edition_doors, edition_trail, named_edition
from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page, templates_of
from events_api.handlers.pages.impact_entry import impact_tasks
from events_api.handlers.pages.impact_number import number_context, number_title
from events_api.handlers.pages.impact_sheet import Parts, impact_context, impact_parts, impact_title, stale_words
from events_api.handlers.pages.records import may
from events_api.handlers.parameters import NumberInPath
from events_api.read import impact as stored
from events_api.read.assessments import Assessed
from events_api.read.connections import Pool
from events_api.read.impact import Board, Later
from events_api.text.formats import Language
from events_api.text.interface import text


@get("/manage/editions/{record_id:uuid}/impact", operation_id="listImpactAssessments", guards=[allowed])
async def impact_page(
    request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool], kept: NamedDependency[Kept]
) -> Template:
    """Show the board of the latest assessment as a worker stored it, or why there is none."""
    language = language_of(request)
    found, parts = await _stored(request, pool, kept, record_id)
    way, name = edition_trail(found.event, found.year, record_id, language), f"{found.event} {found.year}"
    if found.board is not None and parts is not None:
        later = later_words(found.later, language)
        return await _drawn(request, pool, record_id, found.board.number, parts, way, found.stale, later=later)
    drawing = found.board is not None or (found.later is not None and found.later.state == "drawing")
    last = None
    if found.later is not None and not drawing:
        last = await assessed_for(request, pool, record_id, found.later.number)
    return await _without(request, pool, record_id, last, name, way, drawing=drawing)


async def _stored(
    request: AnyRequest, pool: Pool, kept: Kept, record_id: UUID
) -> tuple[stored.EditionBoard, Parts | None]:
    """What the database says of the board at this request, and its parts, read and rendered where they were not."""
    language, viewer = language_of(request), grant_of(request.scope)
    found = await stored.edition_board(pool, viewer, record_id, language, content=False)
    parts = None if found is None else kept.get(("parts", record_id, language, found.board), Parts)
    if parts is None:
        found = await stored.edition_board(pool, viewer, record_id, language)
    if found is None:
        raise NotFound(kind="edition")
    if parts is None and found.board is not None and found.content is not None:
        board = readable(found.content)
        if board is not None:
            parts = _rendered(request, record_id, found.board, board)
            kept.put(("parts", record_id, language, found.board), parts, *parts.markups)
    return found, parts


def _rendered(request: AnyRequest, record_id: UUID, one: Assessed | Board, board: StoredBoard) -> Parts:
    language = language_of(request)
    return impact_parts(
        templates_of(request),
        board,
        made_of(one, board.specification, language),
        language=language,
        nodes=f"/manage/editions/{record_id}/impact/{one.number}/",
        downloads=_downloads(record_id, one.number),
    )


def _downloads(record_id: UUID, number: int) -> str:
    return f"/api/v1/editions/{record_id}/impact/assessments/{number}/"


@get("/manage/editions/{record_id:uuid}/impact/{number:int}", operation_id="readImpactAssessment", guards=[allowed])
async def older_page(
    request: AnyRequest, record_id: FromPath[UUID], number: NumberInPath, pool: NamedDependency[Pool]
) -> Template:
    """Show one assessment, whatever came after it."""
    language = language_of(request)
    name, way = await named_edition(request, pool, record_id)
    found = await assessed_for(request, pool, record_id, number)
    way = (*way, Crumb(impact_title(language), f"/manage/editions/{record_id}/impact"))
    title = text("asked.number", language, number=number)
    if found.outcome is None or found.outcome.evaluation is None:
        return await _without(request, pool, record_id, found, name, way, title=title)
    beside = await beside_assessment(pool, record_id, found.territory)
    facts = facts_of(found.inputs.entry, found.outcome.evaluation, name, language, beside.visits, beside.editions)
    parts = _rendered(request, record_id, found, board_of(facts, language))
    return await _drawn(request, pool, record_id, number, parts, way, found.stale, title=title)


async def _without(
    request: AnyRequest,
    pool: Pool,
    record_id: UUID,
    one: Assessed | None,
    name: str,
    way: tuple[Crumb, ...],
    *,
    title: str = "",
    drawing: bool = False,
) -> Template:
    """Say why there is nothing to show yet: nothing was asked for, or what became of it."""
    language = language_of(request)
    return page(
        request,
        "impact_none.html",
        title=title or impact_title(language),
        trail=way,
        name=name,
        latest=None if one is None else assessment_out(one, language),
        drawing=drawing,
        doors=await _doors(request, pool, record_id),
        tasks=impact_tasks(request, record_id),
    )


async def _drawn(
    request: AnyRequest,
    pool: Pool,
    record_id: UUID,
    number: int,
    parts: Parts,
    way: tuple[Crumb, ...],
    stale: tuple[StaleReason, ...],
    *,
    title: str = "",
    later: str = "",
) -> Template:
    language, nodes = language_of(request), f"/manage/editions/{record_id}/impact/{number}/"
    attendance = f"/manage/editions/{record_id}/attendance"
    return page(
        request,
        "impact.html",
        title=title or impact_title(language),
        trail=way,
        doors=await _doors(request, pool, record_id),
        tasks=impact_tasks(request, record_id),
        **impact_context(
            parts,
            downloads=_downloads(record_id, number),
            share=f"/manage/editions/{record_id}/impact/shares" if may(request, "shareImpactChart") else "",
            number=number,
            stale=[stale_words(why, language, nodes=nodes, attendance=attendance) for why in stale],
            later=later,
        ),
    )


async def _doors(request: AnyRequest, pool: Pool, record_id: UUID) -> list[Crumb]:
    """The other pages about the edition; that of its latest assessment is among the tasks."""
    latest = f"/manage/editions/{record_id}/impact"
    doors = await edition_doors(request, pool, record_id, seen=grant_of(request.scope))
    return [door for door in doors if door.url != latest]


def later_words(later: Later | None, language: Language) -> str:
    """What became of an assessment that was asked for after the one that is shown."""
    return "" if later is None else text(f"impact.later.{later.state}", language, number=later.number)


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


@get(
    "/manage/editions/{record_id:uuid}/impact/{number:int}/beside/{key:str}",
    operation_id="readImpactTrail",
    guards=[allowed],
)
async def beside_page(
    request: AnyRequest,
    record_id: FromPath[UUID],
    number: NumberInPath,
    key: KeyInPath,
    pool: NamedDependency[Pool],
) -> Template:
    """Show a number that stands beside an assessment: how it is computed, and who says what it stands on."""
    language = language_of(request)
    _, way = await named_edition(request, pool, record_id)
    one = await assessed_for(request, pool, record_id, number)
    beside = await beside_assessment(pool, record_id, one.territory)
    found = beside_numbers(str(record_id), beside.visits, beside.editions, language)
    if key not in found:
        raise NotFound(kind="impact_node")
    said = [(leaf, each) for leaf in leaves(found, key) for each in await stated(pool, leaf)]
    return page(
        request,
        "impact_beside.html",
        title=found[key].label,
        trail=(*way, Crumb(impact_title(language), f"/manage/editions/{record_id}/impact")),
        one=found[key],
        inputs=[found[name] for name in found[key].inputs],
        said=said,
        authors=await authors(request, pool, [each.author for _, each in said]),
        where=lambda each: text(f"impact.beside.{each.by}", language, number=each.name, title=each.name),
        grade_words=lambda grade: grade_words(grade, language),
        place=f"/manage/editions/{record_id}/impact/{number}/{BESIDE}",
    )


IMPACT_PAGES: Final = (impact_page, older_page, number_page, beside_page)
