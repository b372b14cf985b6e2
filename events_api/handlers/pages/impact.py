"""The impact of an edition: its latest assessment in charts, and what each of its numbers stands on."""

from typing import Final
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from dashboards.impact.facts import FundingLine, ImpactFacts
from dashboards.queries.impact import Beside, beside_assessment
from events_api.domain.assessments import Evaluation
from events_api.domain.errors import NotFound
from events_api.domain.impact.levels import Entry
from events_api.handlers.assessments import KeyInPath, assessment_out, traced_for
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.pages.attendance import edition_doors, edition_trail, own_edition
from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page
from events_api.handlers.pages.impact_number import line_words, number_context, number_title
from events_api.handlers.pages.impact_sheet import Made, impact_context, impact_title, stale_words
from events_api.handlers.parameters import NumberInPath
from events_api.read import assessments as reading
from events_api.read.assessments import Assessed
from events_api.read.connections import Pool
from events_api.read.programme import event_name
from events_api.text.catalogue import label
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
    place = f"/manage/editions/{record_id}/impact/{latest.number}/"
    return page(
        request,
        "impact.html",
        title=impact_title(language),
        trail=way,
        doors=doors,
        **impact_context(
            _facts(
                latest.inputs.entry,
                evaluation,
                name,
                language,
                await beside_assessment(pool, record_id, latest.territory),
            ),
            _made(latest, evaluation.result.specification, language),
            language=language,
            nodes=place,
            downloads={},
            stale=[
                stale_words(why, language, nodes=place, attendance=f"/manage/editions/{record_id}/attendance")
                for why in latest.stale
            ],
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
    return page(
        request,
        "impact_number.html",
        title=number_title(found[key], language),
        trail=(*way, Crumb(impact_title(language), f"/manage/editions/{record_id}/impact")),
        **number_context(found, key, language, nodes=f"/manage/editions/{record_id}/impact/{number}/"),
    )


async def _edition(request: AnyRequest, pool: Pool, edition_id: UUID) -> tuple[str, tuple[Crumb, ...]]:
    """The name of an edition that the reader may see, and the way to it."""
    edition = await own_edition(request, pool, edition_id)
    name = await event_name(pool, edition.event_id)
    return f"{name} {edition.year}", edition_trail(name, edition.year, edition_id, language_of(request))


def _facts(entry: Entry, evaluation: Evaluation, name: str, language: Language, beside: Beside) -> ImpactFacts:
    return ImpactFacts(
        edition=name,
        territory=label("impact_territory", evaluation.result.territory, language),
        grade=entry.grade,
        assessment=evaluation.result,
        funding=tuple(_funding(entry)),
        flags=evaluation.flags,
        visits=beside.visits,
        editions=beside.editions,
    )


def _funding(entry: Entry) -> list[FundingLine]:
    """The income as it was entered, line by line, and what was given in kind beside it."""
    lines = [
        FundingLine(node=f"revenue_{line}", name=line_words(line), euros=amount)
        for line, amount in (entry.revenue or {}).items()
        if entry.expense is not None
    ]
    kind = [
        FundingLine(node=f"in_kind_{line}", name=line_words(line), euros=amount, in_kind=True)
        for line, amount in (entry.in_kind or {}).items()
    ]
    return lines + kind


def _made(one: Assessed, specification: str, language: Language) -> Made:
    if one.computed_at is None:
        raise AssertionError("only a computed assessment is shown")
    return Made(
        computed_at=one.computed_at,
        specification=specification,
        assumptions=text("impact.set", language, number=one.set_number),
        code_version=one.code_hash or "",
        parameters_hash=one.parameter_hash,
        data_hash=one.data_hash,
        seed=one.seed,
        draws=one.draws,
    )


IMPACT_PAGES: Final = (impact_page, number_page)
