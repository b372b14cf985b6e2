"""Files of an assessment: its charts as drawings and figures, its tables, its page on paper."""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, PathParameter

from dashboards.impact.alone import chart_png, chart_svg
from dashboards.impact.figure import impact_figure
from dashboards.impact.marks import ImpactChart
from dashboards.impact.pdf import impact_pdf
from dashboards.impact.sheet import ImpactSheet
from dashboards.impact.stored import facts_of
from dashboards.queries.impact import beside_assessment
from dashboards.tables import Table
from events_api.domain.shares import ImpactChartAbsent, ImpactNotComputed, ImpactTableAbsent
from events_api.exporters.columns import MEDIA_TYPES
from events_api.exporters.csv import FRENCH_EXCEL, RFC4180
from events_api.handlers.answers import PRIVATE, Encoded, answer, not_modified
from events_api.handlers.assessments import assessed_for
from events_api.handlers.context import language_of
from events_api.handlers.impact_facts import ZONE, made_of, made_pairs, root_of, table_csv, table_xlsx
from events_api.handlers.parameters import NumberInPath
from events_api.handlers.problems import READ_PROBLEMS
from events_api.read.assessments import Assessed
from events_api.read.connections import Pool
from events_api.read.shares import edition_title
from events_api.store.renderings import Renderings
from events_api.text import formats
from events_api.text.catalogue import sentence
from events_api.text.formats import Language
from events_api.text.formats import primary_key as plain_letters

AnyRequest = Request[Any, Any, Any]
NameInPath = Annotated[str, PathParameter(pattern=r"^[a-z][a-z-]{0,79}\Z", description="The id of a chart or table.")]
Wanted = FromQuery[Language | None]
SVG: Final = "image/svg+xml"
PNG: Final = "image/png"
PDF: Final = "application/pdf"
ALONE: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
DIALECTS: Final = {"rfc4180": RFC4180, "excel-fr": FRENCH_EXCEL}


class ImpactFileController(Controller):
    """What can be taken away from a computed assessment, in the language of the request or of ``lang``."""

    path = "/editions/{edition_id:uuid}/impact/assessments/{number:int}"
    tags = ("impact",)

    @get(
        "/charts/{chart:str}",
        operation_id="readImpactChart",
        summary="Read a chart of an assessment as a Plotly figure",
        responses=READ_PROBLEMS,
    )
    async def figure(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        chart: NameInPath,
        pool: NamedDependency[Pool],
        lang: Wanted = None,
    ) -> Response[dict[str, Any]]:
        _, sheet = await sheet_for(request, pool, edition_id, number, lang)
        found = await chart_in(sheet, chart)
        headers = {"content-language": sheet.language, "vary": "authorization, cookie, accept-language"}
        content = await asyncio.to_thread(impact_figure, found)
        return answer(request, content, etag=_tag(sheet, "figure", chart), headers=headers)

    @get(
        "/charts/{chart:str}/svg",
        operation_id="readImpactChartSvg",
        summary="Download a chart of an assessment as an SVG that stands alone",
        media_type=SVG,
        responses=READ_PROBLEMS,
    )
    async def svg(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        chart: NameInPath,
        pool: NamedDependency[Pool],
        lang: Wanted = None,
    ) -> Response[bytes]:
        _, sheet = await sheet_for(request, pool, edition_id, number, lang)
        found = await chart_in(sheet, chart)
        return await _file(request, sheet, chart, "svg", SVG, lambda: chart_svg(found, sheet).encode())

    @get(
        "/charts/{chart:str}/png",
        operation_id="readImpactChartPng",
        summary="Download a chart of an assessment as a PNG, two pixels for one",
        media_type=PNG,
        responses=READ_PROBLEMS,
    )
    async def png(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        chart: NameInPath,
        pool: NamedDependency[Pool],
        state: State,
        lang: Wanted = None,
    ) -> Response[bytes]:
        _, sheet = await sheet_for(request, pool, edition_id, number, lang)
        found = await chart_in(sheet, chart)
        make = partial(chart_png, found, sheet)
        return await _file(request, sheet, chart, "png", PNG, make, kept=state.renderings)

    @get(
        "/tables/{table:str}/csv",
        operation_id="readImpactTableCsv",
        summary="Download a table of an assessment as CSV: RFC 4180, or as a French spreadsheet opens it",
        media_type=MEDIA_TYPES["csv"],
        responses=READ_PROBLEMS,
    )
    async def csv(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        table: NameInPath,
        pool: NamedDependency[Pool],
        lang: Wanted = None,
        dialect: FromQuery[Literal["rfc4180", "excel-fr"]] = "rfc4180",
    ) -> Response[bytes]:
        _, sheet = await sheet_for(request, pool, edition_id, number, lang)
        found = await table_in(sheet, table)
        make = partial(table_csv, found, sheet.language, DIALECTS[dialect])
        return await _file(request, sheet, table, "csv", MEDIA_TYPES["csv"], make, variant=dialect)

    @get(
        "/tables/{table:str}/xlsx",
        operation_id="readImpactTableXlsx",
        summary="Download a table of an assessment as XLSX",
        media_type=MEDIA_TYPES["xlsx"],
        responses=READ_PROBLEMS,
    )
    async def xlsx(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        table: NameInPath,
        pool: NamedDependency[Pool],
        lang: Wanted = None,
    ) -> Response[bytes]:
        one, sheet = await sheet_for(request, pool, edition_id, number, lang)
        found = await table_in(sheet, table)
        make = partial(table_xlsx, found, sheet.language, table, one.requested_at)
        return await _file(request, sheet, table, "xlsx", MEDIA_TYPES["xlsx"], make)

    @get(
        "/pdf",
        operation_id="readImpactPdf",
        summary="Download the page of an assessment as an accessible PDF",
        media_type=PDF,
        responses=READ_PROBLEMS,
    )
    async def pdf(
        self,
        request: AnyRequest,
        edition_id: FromPath[UUID],
        number: NumberInPath,
        pool: NamedDependency[Pool],
        state: State,
        lang: Wanted = None,
    ) -> Response[bytes]:
        one, sheet = await sheet_for(request, pool, edition_id, number, lang)
        make = partial(impact_pdf, sheet, one.computed_at or one.requested_at)
        return await _file(request, sheet, "", "pdf", PDF, make, kept=state.renderings)


async def sheet_for(
    request: AnyRequest, pool: Pool, edition_id: UUID, number: int, lang: Language | None
) -> tuple[Assessed, ImpactSheet]:
    """A computed assessment that the reader may see; raises NotFound, ImpactNotComputed."""
    one = await assessed_for(request, pool, edition_id, number)
    return one, await sheet_of(request, pool, one, lang or language_of(request))


async def sheet_of(request: AnyRequest, pool: Pool, one: Assessed, language: Language) -> ImpactSheet:
    """An assessment as its files are made from it; raises ImpactNotComputed."""
    if one.outcome is None or one.outcome.evaluation is None or one.computed_at is None:
        raise ImpactNotComputed(number=one.number)
    evaluation = one.outcome.evaluation
    made = made_of(one, evaluation.result.specification, language)
    title, simulated = await edition_title(pool, one.edition_id)
    beside = await beside_assessment(pool, one.edition_id, one.territory)
    return ImpactSheet(
        language=language,
        facts=facts_of(one.inputs.entry, evaluation, title, language, beside.visits, beside.editions),
        number=one.number,
        computed_on=formats.day(one.computed_at.astimezone(ZONE).date(), language),
        assumptions=made.assumptions,
        simulated=simulated,
        address=f"{root_of(request)}/manage/editions/{one.edition_id}/impact",
        made=made_pairs(made, language),
        stale=tuple(sentence(why.code, why.params, language) for why in one.stale),
    )


async def chart_in(sheet: ImpactSheet, name: str) -> ImpactChart:
    """A chart of an assessment; raises ImpactChartAbsent."""
    found, there = await asyncio.to_thread(lambda: (sheet.chart(name), sheet.charts()))
    if found is None:
        raise ImpactChartAbsent(name=name, there=", ".join(there))
    return found


async def table_in(sheet: ImpactSheet, name: str) -> Table:
    """A table of an assessment; raises ImpactTableAbsent."""
    tables = await asyncio.to_thread(sheet.tables)
    if name not in tables:
        raise ImpactTableAbsent(name=name, there=", ".join(tables))
    return tables[name]


async def _file(
    request: AnyRequest,
    sheet: ImpactSheet,
    name: str,
    ending: str,
    media_type: str,
    make: Callable[[], bytes],
    *,
    variant: str = "",
    kept: Renderings | None = None,
) -> Response[bytes]:
    """Answer a file, from what is kept where that is told, made in a thread otherwise; 304 to who has it."""
    key = sheet.key(ending, name, variant)
    headers = {
        "etag": f'"{key[:24]}"',
        "cache-control": PRIVATE,
        "vary": "authorization, cookie, accept-language",
        "content-language": sheet.language,
        "content-disposition": f'attachment; filename="{_file_name(sheet, name)}.{ending}"',
        "content-security-policy": ALONE,
        "x-content-type-options": "nosniff",
    }
    if not_modified(request, headers["etag"]):
        return Encoded(b"", status_code=304, headers=headers, media_type=media_type)
    content = await asyncio.to_thread(make) if kept is None else await kept.of(f"{key}.{ending}", make)
    return Encoded(content, status_code=200, headers=headers, media_type=media_type)


def _tag(sheet: ImpactSheet, *what: str) -> str:
    return f'"{sheet.key(*what)[:24]}"'


def _file_name(sheet: ImpactSheet, name: str) -> str:
    """« impact-fete-des-quais-2026-evaluation-3-cascade »: letters, digits and dashes alone."""
    said = {"fr": "evaluation", "en": "assessment"}[sheet.language]
    edition = re.sub(r"[^a-z0-9]+", "-", plain_letters(sheet.facts.edition).lower()).strip("-")[:80]
    return "-".join(part for part in ("impact", edition, said, str(sheet.number), name) if part)


HANDLERS: Final = (ImpactFileController,)
