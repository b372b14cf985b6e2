"""A year of impact for staff and elected members: sums, groups, map, editions; what a sum adds; ten figures; two of
them side by side."""

from typing import Annotated, Any, Final, get_args
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from markupsafe import Markup

from dashboards.formats import number
from dashboards.impact.compare import compared_editions, compared_years
from dashboards.impact.numbers import short
from dashboards.impact.year import (
    Place,
    attendance_node,
    commune_map,
    crowding,
    editions_table,
    grades_table,
    groups_table,
    impact_total,
    leverage_chart,
    ten_figures,
    total_label,
    total_words,
)
from dashboards.parts import parts, to
from events_api.domain.errors import NotFound
from events_api.domain.impact.families import additionality_needed
from events_api.handlers.guards import allowed
from events_api.handlers.pages.assumptions import authors
from events_api.handlers.pages.base import AnyRequest, Crumb, language_of, page
from events_api.handlers.pages.drawings import drawings_context, links_to
from events_api.handlers.pages.information import home_trail
from events_api.handlers.parameters import YearInPath
from events_api.read import impact_year as reading
from events_api.read.connections import Pool
from events_api.read.impact_year import COUNTED, UNKNOWN, Chosen, Film, SummedKey, Year, YearEdition
from events_api.text.formats import Language, percent
from events_api.text.interface import text

EDITIONS: Final = 40
Choice = Annotated[str | None, QueryParameter(max_length=80)]
After = Annotated[UUID | None, QueryParameter()]
FILTERS: Final = ("family", "commune", "organiser", "grade")


@get("/manage/impact", operation_id="readImpactYear", guards=[allowed])
async def years_page(request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
    """List the years."""
    language = language_of(request)
    return page(
        request,
        "impact_years.html",
        title=text("impact.years", language),
        trail=home_trail(language),
        years=await reading.impact_years(pool),
    )


@get("/manage/impact/{year:int}", operation_id="readImpactYear", guards=[allowed])
async def year_page(
    request: AnyRequest,
    year: YearInPath,
    pool: NamedDependency[Pool],
    family: Choice = None,
    commune: Choice = None,
    organiser: Choice = None,
    after: After = None,
) -> Template:
    """Show a year, or the editions of it that the address chooses."""
    language = language_of(request)
    chosen = _chosen(year, family=family, commune=commune, organiser=organiser)
    found = await reading.impact_year(pool, chosen, after=after, limit=EDITIONS)
    place = _place(chosen)
    total = impact_total(found.by("family"))
    charts = commune_map(found, place, language), leverage_chart(found, place, language)
    drawings = [one for one in charts if one]
    return page(
        request,
        "impact_year.html",
        title=text("impact.year", language, year=year),
        trail=_trail(language),
        found=found,
        drawings=drawings,
        grades=grades_table(found, place, language),
        groups=[groups_table(found, by, place, language) for by in ("family", "organiser")],
        editions=editions_table(found, language),
        headline=_headline(found, place, language),
        crowding=crowding(total, language),
        films=_films(found.films, place, language),
        chosen=chosen,
        families=[(one.slug, one.name_fr if language == "fr" else one.name_en) for one in found.families],
        communes=[(one.insee, one.name) for one in found.communes],
        organiser=_organiser_name(found, language),
        unknown=UNKNOWN,
        **drawings_context(drawings, language),
    )


@get("/manage/impact/{year:int}/totals/{key:str}", operation_id="readImpactYear", guards=[allowed])
async def total_page(
    request: AnyRequest,
    year: YearInPath,
    key: FromPath[str],
    pool: NamedDependency[Pool],
    family: Choice = None,
    commune: Choice = None,
    organiser: Choice = None,
    grade: Choice = None,
    after: After = None,
) -> Template:
    """List what a sum of the year adds, edition by edition, each with the page of its own number."""
    language = language_of(request)
    summed = next((one for one in get_args(SummedKey) if one == key), None)
    if summed is None:
        raise NotFound(kind="impact_node")
    chosen = _chosen(year, family=family, commune=commune, organiser=organiser, grade=grade)
    sums = await reading.sums(pool, chosen, (summed,))
    terms, following = await reading.terms(pool, chosen, summed, after=after)
    to_node = links_to("")
    counting = summed in COUNTED
    rows = []
    for one in terms:
        grade_of = one.grade if summed == "attendances" else one.assessed_grade
        node = f"/manage/editions/{one.id}/impact"
        if summed == "attendances":
            node = attendance_node(one.id, one.number, one.attended_by)
        elif not counting:
            node += f"/{one.number}/{summed}"
        rows.append(
            [
                f"{one.event} {one.year}",
                to_node(total_words(summed, one.value, language), node),
                grade_of or "—",
                text("impact.term.stale", language) if one.stale else text("impact.term.fresh", language),
            ]
        )
    total = sums.get(summed)
    return page(
        request,
        "impact_total.html",
        title=f"{total_label(summed, language)}, {year}",
        trail=(
            *_trail(language),
            Crumb(text("impact.year", language, year=year), _place(chosen, grade=False).narrowed()),
        ),
        total=None if total is None else total_words(summed, total.value, language),
        count=0 if total is None else total.editions,
        communes=0 if total is None else total.communes,
        means=summed not in (*COUNTED, "attendances", "subsidy"),
        rows=rows,
        following=following,
        key=summed,
    )


@get("/manage/impact/{year:int}/figures", operation_id="readImpactYear", guards=[allowed])
async def ten_page(request: AnyRequest, year: YearInPath, pool: NamedDependency[Pool]) -> Template:
    """Show ten figures of a year, each with what makes it certain."""
    language = language_of(request)
    chosen = Chosen(year=year)
    return page(
        request,
        "impact_ten.html",
        title=text("impact.ten", language, year=year),
        trail=(*_trail(language), Crumb(text("impact.year", language, year=year), f"/manage/impact/{year}")),
        figures=ten_figures(await reading.sums(pool, chosen), _place(chosen), language),
        to_node=links_to(""),
    )


@get("/manage/impact/compare", operation_id="readImpactYear", guards=[allowed])
async def compare_page(
    request: AnyRequest, pool: NamedDependency[Pool], one: Choice = None, other: Choice = None
) -> Template:
    """Put two editions, or two years, side by side; the address holds the choice."""
    language = language_of(request)
    years = await reading.impact_years(pool)
    table, fault = await _compared(pool, one, other, language)
    return page(
        request,
        "impact_compare.html",
        title=text("impact.compare", language),
        trail=_trail(language),
        years=[(str(each.year), str(each.year)) for each in years],
        editions=await reading.assessed_choices(pool),
        one=one,
        other=other,
        table=table,
        fault=fault,
        **drawings_context((), language),
    )


async def _compared(pool: Pool, one: str | None, other: str | None, language: Language) -> tuple[Any, str]:
    """The table of two, or why there is none."""
    if not one or not other:
        return None, ""
    if one == other:
        return None, text("impact.compare.same", language)
    if one.isdecimal() and other.isdecimal() and len(one) == len(other) == 4:
        sums = [await reading.sums(pool, Chosen(year=int(each))) for each in (one, other)]
        return compared_years((int(one), int(other)), (sums[0], sums[1]), language), ""
    found = await _two_editions(pool, one, other)
    if found is None:
        return None, text("impact.compare.mixed", language)
    return compared_editions(*found, language), ""


async def _two_editions(pool: Pool, one: str, other: str) -> tuple[YearEdition, YearEdition] | None:
    try:
        ids = [UUID(one), UUID(other)]
    except ValueError:
        return None
    found = await reading.editions_of(pool, ids)
    return (found[ids[0]], found[ids[1]]) if len(found) == 2 else None


def _chosen(year: int, **filters: str | None) -> Chosen:
    return Chosen(year=year, **{name: value or None for name, value in filters.items()})


def _place(chosen: Chosen, *, grade: bool = True) -> Place:
    names = FILTERS if grade else FILTERS[:3]
    return Place(
        year=chosen.year, query={name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}
    )


def _trail(language: Language) -> tuple[Crumb, ...]:
    return home_trail(language, Crumb(text("impact.years", language), "/manage/impact"))


def _headline(found: Year, place: Place, language: Language) -> list[tuple[str, str, str]]:
    """The first figures of the page: name, words, where each leads."""
    total = impact_total(found.by("family"))
    missing = text("impact.unmeasured", language)
    values: list[tuple[SummedKey, float | None]] = [
        ("editions", found.total.editions),
        ("assessed", found.total.assessed),
        ("attendances", found.total.attendances),
        ("subsidy", found.total.support),
        ("net_primary_impact", None if total is None else total.value),
    ]
    return [
        (
            total_label(key, language),
            missing if value is None else total_words(key, value, language),
            "" if value is None or (key == "assessed" and not value) else place.total(key),
        )
        for key, value in values
    ]


def _organiser_name(found: Year, language: Language) -> str:
    """The organiser that the address chooses, in words."""
    if found.chosen.organiser is None:
        return ""
    named = [group for group in found.by("organiser") if group.key == found.chosen.organiser]
    return (named[0].name_fr if named else None) or text("impact.organiser.unknown", language)


def _films(films: tuple[Film, ...], place: Place, language: Language) -> list[list[str]]:
    """Film shoots and funds as documents print them, and what must be believed for their ratios."""
    to_node = links_to("")
    rows = []
    for one in films:
        address = place.film(one.id)
        needed, _ = _needed(one, films)
        remark = text("impact.film.needed", language, share=to(percent(needed, language), address)) if needed else ""
        rows.append(
            [
                _film_name(one, language),
                to_node(_film_words(one, language), address),
                _film_source(one, language),
                Markup("").join(to_node(part.words, part.node) for part in parts(remark)),
            ]
        )
    return rows


def _needed(one: Film, films: tuple[Film, ...]) -> tuple[float | None, Film | None]:
    """Which share of the spending that was declared must be due to a support, and that spending."""
    spent = [each for each in films if each.subject == one.subject and each.quantity == "declared_spend_eur"]
    if one.quantity != "support_amount" or not spent or not spent[-1].value:
        return None, None
    return additionality_needed(spend=spent[-1].value, aid=one.value, ratio=1), spent[-1]


def _film_name(one: Film, language: Language) -> str:
    subject = text("impact.film.shoots", language) if one.subject == "film_shoots" else one.subject
    colon = "\N{NO-BREAK SPACE}: " if language == "fr" else ": "
    return subject + colon + text(f"impact.film.{one.quantity}", language)


def _film_words(one: Film, language: Language) -> str:
    euros = one.quantity in ("declared_spend_eur", "support_amount")
    return short(one.value, language) if euros else number(one.value, language)


def _film_source(one: Film, language: Language) -> str:
    line = f", {text('impact.line', language, line=one.source_line)}" if one.source_line else ""
    return f"{one.source_document}{line}"


@get("/manage/impact/{year:int}/films/{record_id:uuid}", operation_id="readImpactYear", guards=[allowed])
async def film_page(
    request: AnyRequest, year: YearInPath, record_id: FromPath[UUID], pool: NamedDependency[Pool]
) -> Template:
    """Show a figure that a document prints of film shoots or of a fund, and what must be believed of it."""
    language = language_of(request)
    one = await reading.film(pool, year, record_id)
    films = await reading.films(pool, year)
    if one is None or record_id not in {each.id for each in films}:
        raise NotFound(kind="impact_node")
    needed, spent = _needed(one, films)
    return page(
        request,
        "impact_film.html",
        title=f"{_film_name(one, language)}, {year}",
        trail=(*_trail(language), Crumb(text("impact.year", language, year=year), f"/manage/impact/{year}")),
        one=one,
        words=_film_words(one, language),
        exact=number(one.value, language),
        source=_film_source(one, language),
        author=(await authors(request, pool, [one.stated_by]))[one.stated_by],
        needed="" if needed is None else text("impact.film.needed", language, share=percent(needed, language)),
        spent=None if spent is None else (_film_name(spent, language), f"/manage/impact/{year}/films/{spent.id}"),
    )


IMPACT_YEAR_PAGES: Final = (years_page, compare_page, year_page, total_page, ten_page, film_page)
