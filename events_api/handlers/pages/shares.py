"""The page on which charts of an assessment are shared, and the page that a partner embeds."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, PathParameter
from litestar.response import Template
from markupsafe import Markup
from msgspec.structs import replace

from dashboards.attendance.canvas import Drawing
from dashboards.impact.drawing import drawing as drawing_of
from dashboards.impact.sheet import ImpactSheet
from dashboards.tables import Table
from events_api.domain.errors import DomainError, NotFound
from events_api.domain.shares import ChartShare, SharedChart
from events_api.handlers.answers import not_modified
from events_api.handlers.context import grant_of
from events_api.handlers.guards import allowed
from events_api.handlers.impact_facts import root_of
from events_api.handlers.impact_files import chart_in, sheet_of
from events_api.handlers.pages.attendance import edition_trail, own_edition
from events_api.handlers.pages.base import ZONE, AnyRequest, Crumb, done, language_of, page, site_of
from events_api.handlers.pages.drawings import drawings_context
from events_api.handlers.pages.fields import refusal
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.impact_sheet import impact_title
from events_api.handlers.pages.records import may
from events_api.handlers.shares import shares_for, there_to_share
from events_api.handlers.writing import Writing
from events_api.read import assessments as reading_assessments
from events_api.read import shares as reading
from events_api.read.connections import Pool
from events_api.read.programme import event_name
from events_api.store import shares as store
from events_api.text import formats
from events_api.text.formats import Language
from events_api.text.interface import text

EMBED_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *"
)
"""The one page that others may frame: no script, no form, nothing of another site."""
SNIPPET: Final = Markup(
    '<iframe src="{url}" title="{title}" width="100%" height="720" style="border:0" loading="lazy"></iframe>'
)
TokenInPath = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9_-]{1,64}\Z", description="The token of a share.")]


class SharePages(Controller):
    """The charts of an edition that partners embed."""

    path = "/manage/editions/{record_id:uuid}/impact/shares"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="listImpactShares")
    async def show(self, request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]) -> Template:
        """List what is shared, with what a partner copies, and offer what can be."""
        return await _shares_page(request, pool, record_id, Form())

    @post("/", operation_id="shareImpactChart")
    async def share(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Share a chart."""
        given = await request.form()
        number, chart = str(given.get("number", "")), str(given.get("chart", ""))
        if not chart:
            errors = {"chart": text("invalid.missing", language_of(request))}
            return await _shares_page(request, pool, record_id, Form(errors=errors))
        try:
            asked = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0
            await there_to_share(request, pool, record_id, asked, chart)
            async with write.transact() as work:
                await store.share_chart(work, record_id, asked, chart)
        except DomainError as error:
            errors = refusal(error, (), language_of(request))
            return await _shares_page(request, pool, record_id, Form(values={"chart": chart}, errors=errors))
        return done(request, f"/manage/editions/{record_id}/impact/shares", "shared")

    @post("/{share_id:uuid}/withdraw", operation_id="withdrawImpactShare")
    async def withdraw(
        self,
        request: AnyRequest,
        record_id: FromPath[UUID],
        share_id: FromPath[UUID],
        pool: NamedDependency[Pool],
        write: NamedDependency[Writing],
    ) -> Response[Any]:
        """Close an address."""
        try:
            async with write.transact() as work:
                await store.withdraw_share(work, record_id, share_id)
        except NotFound:
            raise
        except DomainError as error:
            errors = refusal(error, (), language_of(request))
            return await _shares_page(request, pool, record_id, Form(errors=errors))
        return done(request, f"/manage/editions/{record_id}/impact/shares", "share_withdrawn")


async def _shares_page(request: AnyRequest, pool: Pool, edition_id: UUID, form: Form) -> Template:
    language = language_of(request)
    edition = await own_edition(request, pool, edition_id)
    name = await event_name(pool, edition.event_id)
    latest = await reading_assessments.latest_computed(pool, grant_of(request.scope), edition_id)
    charts = (await sheet_of(request, pool, latest, language)).charts() if latest is not None else {}
    crumbs = edition_trail(name, edition.year, edition_id, language)
    if may(request, "listImpactAssessments"):
        crumbs = (*crumbs, Crumb(impact_title(language), f"/manage/editions/{edition_id}/impact"))
    return page(
        request,
        "impact_shares.html",
        title=text("share.title", language),
        trail=crumbs,
        status_code=422 if form.errors else 200,
        form=form,
        name=f"{name} {edition.year}",
        action=f"/manage/editions/{edition_id}/impact/shares",
        number=latest.number if latest is not None else 0,
        offered=[(chart, chart_name(chart, language)) for chart in charts],
        chart_name=lambda chart: chart_name(chart, language),
        shares=await shares_for(request, pool, edition_id),
        address=lambda share: _address(request, share, language),
        snippet=lambda share: _snippet(request, share, f"{name} {edition.year}", language),
        may_share=may(request, "shareImpactChart"),
        may_withdraw=may(request, "withdrawImpactShare"),
    )


@get("/embed/{token:str}", include_in_schema=False)
async def embed_page(request: AnyRequest, token: TokenInPath, pool: NamedDependency[Pool]) -> Response[Any] | Template:
    """Show one shared chart to anybody, in the language of the address: no header, no script, no cookie."""
    language: Language = "en" if request.query_params.get("lang") == "en" else "fr"
    shared = await reading.shared(pool, token)
    if shared is None or shared.withdrawn:
        return _closed(language, "absent" if shared is None else "withdrawn")
    one = await reading_assessments.asked(pool, shared.assessment_id)
    if one is None:
        return _closed(language, "absent")
    sheet = await sheet_of(request, pool, one, language)
    headers = _headers(language) | {"etag": f'"{sheet.key("embed", shared.chart, str(shared.latest))[:24]}"'}
    if not_modified(request, headers["etag"]):
        return Response(b"", status_code=304, headers=headers, media_type="text/html")
    drawn = drawing_of(await chart_in(sheet, shared.chart))
    more = tuple(_unlinked(table) for table in drawn.more)
    unlinked = replace(drawn, table=_unlinked(drawn.table), more=more, parts=())
    return Template(
        "embed.html",
        media_type="text/html",
        headers=headers,
        context=_words(language)
        | _embedded(
            request,
            sheet,
            shared,
            unlinked,
        ),
    )


def _embedded(request: AnyRequest, sheet: ImpactSheet, shared: SharedChart, drawing: Drawing) -> dict[str, Any]:
    language, site = sheet.language, site_of(request)
    later = ""
    if shared.latest > shared.number:
        on = formats.day(shared.latest_at.astimezone(ZONE).date(), language)
        later = text("embed.later", language, number=shared.number, latest=shared.latest, on=on)
    return {
        "title": drawing.title,
        "drawing": drawing,
        **drawings_context((drawing,), language),
        "grade": sheet.facts.grade,
        "modelled": sheet.modelled(),
        "source": text("embed.source", language, number=shared.number, on=sheet.computed_on),
        "later": later,
        "link_url": root_of(request) + (shared.event_path or "/"),
        "link_words": sheet.facts.edition if shared.event_path else site.operator or text("site.name", language),
        "publisher": site.operator or text("site.name", language),
        "other": f"/embed/{shared.token}" + ("" if language == "en" else "?lang=en"),
    }


def _closed(language: Language, why: str) -> Template:
    """The words in the place of a chart that is not there, or no longer."""
    return Template(
        "embed_closed.html",
        status_code=410 if why == "withdrawn" else 404,
        media_type="text/html",
        headers=_headers(language),
        context=_words(language)
        | {"title": text(f"embed.{why}", language), "words": text(f"embed.{why}.text", language)},
    )


def _headers(language: Language) -> dict[str, str]:
    return {
        "Cache-Control": "public, no-cache",
        "Content-Language": language,
        "Content-Security-Policy": EMBED_POLICY,
    }


def _words(language: Language) -> dict[str, Any]:
    return {"language": language, "t": lambda key, **values: text(key, language, **values)}


def _unlinked(table: Table) -> Table:
    """The table without the ways to the nodes, which are not open to everybody."""
    return replace(table, rows=tuple(tuple(replace(cell, node="") for cell in row) for row in table.rows))


def chart_name(chart: str, language: Language) -> str:
    """A chart as lists name it."""
    return text(f"impact.chart.{chart}", language)


def _address(request: AnyRequest, share: ChartShare, language: Language) -> str:
    return f"{root_of(request)}/embed/{share.token}" + ("?lang=en" if language == "en" else "")


def _snippet(request: AnyRequest, share: ChartShare, edition: str, language: Language) -> str:
    """The element that a partner copies into a page."""
    title = f"{chart_name(share.chart, language)}, {edition}"
    return str(SNIPPET.format(url=_address(request, share, language), title=title))


SHARE_PAGES: Final = (SharePages, embed_page)
