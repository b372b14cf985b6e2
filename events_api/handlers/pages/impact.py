"""The impact of an edition: its latest assessment in charts, and what each of its numbers stands on."""

from typing import Final
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from dashboards.impact.numbers import plain
from dashboards.impact.stored import line_words, readable
from events_api.domain.assessments import trail
from events_api.domain.errors import NotFound
from events_api.handlers.assessments import KeyInPath, NodeOut, assessed_for, assessment_out, node_out, traced_for
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.attendance import edition_doors, edition_trail, own_edition
from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page
from events_api.handlers.pages.impact_sheet import Made, impact_title, stored_context
from events_api.handlers.parameters import NumberInPath
from events_api.read import impact as stored
from events_api.read.connections import Pool
from events_api.read.impact import Board, EditionBoard, Later
from events_api.read.programme import event_name
from events_api.text.catalogue import label, sentence
from events_api.text.formats import Language
from events_api.text.interface import text


@get("/manage/editions/{record_id:uuid}/impact", operation_id="listImpactAssessments", guards=[allowed])
async def impact_page(request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
    """Show the board of the latest assessment as a worker stored it, or why there is none."""
    language = language_of(request)
    found = await stored.edition_board(pool, grant_of(request.scope), record_id, language)
    if found is None:
        raise NotFound(kind="edition")
    way = edition_trail(found.event, found.year, record_id, language)
    doors = [door for door in await edition_doors(request, pool, record_id) if door.url != request.url.path]
    board = None if found.board is None else readable(found.board.content)
    if found.board is None or board is None:
        return await _none(request, pool, record_id, found, way, doors)
    return page(
        request,
        "impact.html",
        title=impact_title(language),
        trail=way,
        doors=doors,
        **stored_context(
            board,
            _made(found.board, board.specification, language),
            language=language,
            nodes=f"/manage/editions/{record_id}/impact/{found.board.number}/",
            downloads={},
            stale=[sentence(why.code, why.params, language) for why in found.stale],
            later=later_words(found.later, language),
        ),
    )


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
    _, way = await _edition(request, pool, record_id)
    found = await traced_for(request, pool, record_id, number)
    if key not in found:
        raise NotFound(kind="impact_node")
    nodes = [node_out(one, language) for one in trail(found, key)]
    return page(
        request,
        "impact_number.html",
        title=_named(nodes[0]),
        trail=(*way, Crumb(impact_title(language), f"/manage/editions/{record_id}/impact")),
        nodes=nodes,
        named=_named,
        plain=lambda value: plain(value, language),
        place=f"/manage/editions/{record_id}/impact/{number}/",
        source=lambda node: _source(node, language),
    )


async def _edition(request: AnyRequest, pool: Pool, edition_id: UUID) -> tuple[str, tuple[Crumb, ...]]:
    """The name of an edition that the reader may see, and the way to it."""
    edition = await own_edition(request, pool, edition_id)
    name = await event_name(pool, edition.event_id)
    return f"{name} {edition.year}", edition_trail(name, edition.year, edition_id, language_of(request))


async def _none(
    request: AnyRequest, pool: Pool, edition_id: UUID, found: EditionBoard, way: tuple[Crumb, ...], doors: list[Crumb]
) -> Template:
    """Say why nothing is shown yet: nothing was asked for, or what became of it."""
    language, latest = language_of(request), None
    drawing = found.board is not None or (found.later is not None and found.later.state == "drawing")
    if found.later is not None and not drawing:
        latest = assessment_out(await assessed_for(request, pool, edition_id, found.later.number), language)
    return page(
        request, "impact_none.html", title=impact_title(language), trail=way, name=f"{found.event} {found.year}",
        latest=latest, drawing=drawing, doors=doors,
    )  # fmt: skip


def later_words(later: Later | None, language: Language) -> str:
    """What became of an assessment that was asked for after the one that is shown."""
    return "" if later is None else text(f"impact.later.{later.state}", language, number=later.number)


def _made(one: Board, specification: str, language: Language) -> Made:
    return Made(
        computed_at=one.computed_at,
        specification=specification,
        assumptions=text("impact.set", language, number=one.set_number),
        code_version=one.code_version,
        parameters_hash=one.parameters_hash,
        data_hash=one.data_hash,
        seed=one.seed,
        draws=one.draws,
    )


def _named(node: NodeOut) -> str:
    return node.label if node.line is None else f"{node.label} ({line_words(node.line)})"


def _source(node: NodeOut, language: Language) -> str:
    """Where a number came from, in one line."""
    source = node.source
    parts = [text(f"impact.source.{source.kind}", language, reference=source.reference)]
    if source.grade is not None:
        parts.append(label("grade", source.grade, language))
    if source.status is not None:
        parts.append(label("impact_status", source.status, language))
    parts += [*source.sources, *([source.document] if source.document else []), *([source.note] if source.note else [])]
    return " · ".join(parts)


IMPACT_PAGES: Final = (impact_page, number_page)
