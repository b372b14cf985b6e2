"""The impact of an edition: its latest assessment in charts, and what each of its numbers stands on."""

from typing import Final
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from dashboards.impact.numbers import plain
from events_api.domain.assessments import trail
from events_api.domain.errors import NotFound
from events_api.handlers.assessments import KeyInPath, NodeOut, assessment_out, node_out, traced_for
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.impact_facts import facts_of, line_words, made_of
from events_api.handlers.pages.attendance import edition_doors, edition_trail, own_edition
from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page
from events_api.handlers.pages.impact_sheet import impact_context, impact_title
from events_api.handlers.pages.records import may
from events_api.handlers.parameters import NumberInPath
from events_api.read import assessments as reading
from events_api.read.connections import Pool
from events_api.read.programme import event_name
from events_api.text.catalogue import label, sentence
from events_api.text.formats import Language
from events_api.text.interface import text


@get("/manage/editions/{record_id:uuid}/impact", operation_id="listImpactAssessments", guards=[allowed])
async def impact_page(request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
    """Show the latest assessment that was computed, or why there is none."""
    language = language_of(request)
    name, way = await _edition(request, pool, record_id)
    found = await reading.assessments(pool, grant_of(request.scope), record_id)
    if found is None:
        raise NotFound(kind="edition")
    computed = next(
        ((one, one.outcome.evaluation) for one in found if one.outcome and one.outcome.evaluation is not None), None
    )
    doors = [door for door in await edition_doors(request, pool, record_id) if door.url != request.url.path]
    if computed is None:
        waiting = assessment_out(found[0], language) if found else None
        return page(
            request, "impact_none.html", title=impact_title(language), trail=way, name=name, latest=waiting, doors=doors
        )
    latest, evaluation = computed
    return page(
        request,
        "impact.html",
        title=impact_title(language),
        trail=way,
        doors=doors,
        **impact_context(
            facts_of(latest.inputs.entry, evaluation, name, language),
            made_of(latest, evaluation.result.specification, language),
            language=language,
            nodes=f"/manage/editions/{record_id}/impact/{latest.number}/",
            downloads=f"/api/v1/editions/{record_id}/impact/assessments/{latest.number}/",
            share=f"/manage/editions/{record_id}/impact/shares" if may(request, "shareImpactChart") else "",
            number=latest.number,
            stale=[sentence(why.code, why.params, language) for why in latest.stale],
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
