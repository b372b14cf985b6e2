"""A year of impact: sums with what they rest on, tables by group, the map of the communes, leverage by edition."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from dashboards.attendance.canvas import NARROW, ORANGE, WIDE, Canvas, Drawing
from dashboards.attendance.geography import contours
from dashboards.attendance.origins import TINTS, classes
from dashboards.formats import counted, number, say
from dashboards.impact.drawing import drawing
from dashboards.impact.leverage import ratio_axis
from dashboards.impact.marks import ImpactChart, Mark, Panel, Row, dot, whisker
from dashboards.impact.numbers import amounts, ratios, short, significant
from dashboards.measures import GRADES, Language
from dashboards.parts import flat, parts, to
from dashboards.tables import Cell, Header, Table, not_measured
from dashboards.words import grade_words
from events_api.domain.attendance import Grade
from events_api.domain.impact.adding import Figure, added
from events_api.domain.impact.model import FORMULAS
from events_api.read.impact_year import (
    COUNTED,
    SUMMED,
    TERRITORY,
    UNKNOWN,
    Group,
    GroupBy,
    Sum,
    SummedKey,
    Year,
    YearEdition,
)
from events_api.text.catalogue import label

UNVERIFIED: Final[tuple[Grade, ...]] = ("E", "F")
WITHOUT: Final = {
    "family": ("sans famille", "no family"),
    "commune": ("commune non renseignée", "commune not given"),
    "organiser": ("organisateur non renseigné", "organiser not given"),
}


class Place(Struct, frozen=True, kw_only=True):
    """Where the pages of a year are, and which choice their addresses keep."""

    year: int
    query: Mapping[str, str]

    def total(self, key: SummedKey, **more: str) -> str:
        """The page that lists what a sum adds."""
        return f"/manage/impact/{self.year}/totals/{key}" + _query({**self.query, **more})

    def film(self, figure: object) -> str:
        """The page of a figure that a document prints of film shoots or of a fund."""
        return f"/manage/impact/{self.year}/films/{figure}"

    def narrowed(self, **more: str) -> str:
        """The page of the year, of these editions alone."""
        return f"/manage/impact/{self.year}" + _query({**self.query, **more})


def _query(values: Mapping[str, str]) -> str:
    return f"?{urlencode(values)}" if values else ""


def impact_total(parts: list[Group]) -> Figure | None:
    """The net primary impact of groups together: means add, for one territory; None where nothing was assessed."""
    formula = FORMULAS["net_primary_impact"]
    figures = [
        Figure(
            key=formula.key,
            label=formula.label,
            kind=formula.kind,
            unit=formula.unit,
            territory=TERRITORY,
            value=part.npi,
            events=part.added,
        )
        for part in parts
        if part.npi is not None
    ]
    return added(figures) if figures else None


def crowding(total: Figure | None, language: Language) -> str:
    """What must be said beside a sum of net impacts; nothing where one edition alone is in it."""
    if total is None or total.events < 2:
        return ""
    return say(
        language,
        "Somme de moyennes : les moyennes s’additionnent, les médianes et les intervalles non. L’éviction peut se "
        "recouper : ce qu’un événement déplace est peut-être aussi compté par un autre, la somme est alors trop haute.",
        "A sum of means: means add, medians and intervals do not. Crowding-out may overlap: what one event displaces "
        "may be counted by another, too, and the sum is then too high.",
    )


def total_words(key: SummedKey, value: float, language: Language) -> str:
    """A sum as it is written."""
    if key in COUNTED or key == "attendances":
        return number(round(value), language)
    if key in ("fte_years", "new_commercial_nights"):
        return significant(value, language)
    return short(value, language)


def total_label(key: SummedKey, language: Language) -> str:
    """What a sum is of."""
    if key == "editions":
        return say(language, "Éditions", "Editions")
    if key == "assessed":
        return say(language, "Éditions évaluées", "Assessed editions")
    if key == "attendances":
        return say(language, "Entrées-jour", "Entry-days")
    if key == "supported":
        return say(language, "Éditions aidées et évaluées", "Supported and assessed editions")
    if key == "above_one":
        return say(
            language, "Éditions au levier net médian supérieur à 1", "Editions with a median net leverage above 1"
        )
    return label("impact_figure", key, language).replace("'", "’")


def groups_table(year: Year, by: GroupBy, place: Place, language: Language) -> Table:
    """The editions by family, commune or organiser, with their total; what links narrows the page."""
    heads = {
        "family": say(language, "Famille", "Family"),
        "commune": say(language, "Commune", "Commune"),
        "organiser": say(language, "Organisateur", "Organiser"),
    }
    captions = {
        "family": say(language, "Par famille", "By family"),
        "commune": say(language, "Par commune (toutes)", "By commune (all)"),
        "organiser": say(language, "Par organisateur", "By organiser"),
    }
    rows = [_group_row(group, name, place, by, language) for name, group in _named(year, by, language)]
    rows += [_none_row(name, language) for name in _empty(year, by)]
    shown = year.by(by)
    if by == "organiser" and year.organisers > len(shown):
        rows.append(_others_row(language))
    rows.append(_total_row(year.total, place, language))
    return Table(
        id=f"by-{by}",
        caption=f"{captions[by]}, {year.chosen.year}",
        summary="",
        headers=(
            Header(label=heads[by], width=2),
            Header(label=say(language, "Éditions", "Editions"), numeric=True),
            Header(label=say(language, "Évaluées", "Assessed"), numeric=True),
            Header(label=say(language, "Entrées-jour", "Entry-days"), numeric=True),
            Header(
                label=say(language, "Aide de la métropole, évaluées", "Support of the métropole, assessed"),
                numeric=True,
            ),
            Header(
                label=say(language, "Impact primaire net (somme des moyennes)", "Net primary impact (sum of means)"),
                numeric=True,
            ),
        ),
        rows=tuple(rows),
    )


def _named(year: Year, by: GroupBy, language: Language) -> list[tuple[str, Group]]:
    names = {one.insee: one.name for one in year.communes}
    found = []
    for group in year.by(by):
        name = group.name_fr if language == "fr" else group.name_en
        if by == "commune":
            name = names.get(group.key, group.key)
        if group.key == UNKNOWN:
            name = say(language, *WITHOUT[by])
        found.append((name or group.key, group))
    if by == "commune":
        order = {one.insee: rank for rank, one in enumerate(year.communes)}
        found.sort(key=lambda pair: order.get(pair[1].key, len(order)))
    return found


def _empty(year: Year, by: GroupBy) -> list[str]:
    """The communes in which nothing took place, where no commune was chosen."""
    if by != "commune" or year.chosen.commune is not None:
        return []
    held = {group.key for group in year.by("commune")}
    return [one.name for one in year.communes if one.insee not in held]


def _group_row(group: Group, name: str, place: Place, by: GroupBy, language: Language) -> tuple[Cell, ...]:
    here = {by: group.key}
    return (
        Cell(text=name, node=place.narrowed(**here)),
        *_numbers(group, lambda key: place.total(key, **here), language),
    )


def _total_row(group: Group, place: Place, language: Language) -> tuple[Cell, ...]:
    return (Cell(text=say(language, "Total", "Total")), *_numbers(group, place.total, language))


def _none_row(name: str, language: Language) -> tuple[Cell, ...]:
    none = Cell(text=say(language, "aucune", "none"), numeric=True, missing=True)
    dash = Cell(text="—", numeric=True, missing=True)
    return (Cell(text=name), none, dash, dash, dash, dash)


def _others_row(language: Language) -> tuple[Cell, ...]:
    words = say(
        language,
        "Autres organisateurs : filtrez par famille ou par commune",
        "Other organisers: filter by family or commune",
    )
    dash = Cell(text="—", numeric=True, missing=True)
    return (Cell(text=words), dash, dash, dash, dash, dash)


def _numbers(group: Group, to: Callable[[SummedKey], str], language: Language) -> tuple[Cell, ...]:
    return (
        _cell("editions", group.editions, to, language),
        _cell("assessed", group.assessed, to, language) if group.assessed else _missing(language),
        _cell("attendances", group.attendances, to, language),
        _cell("subsidy", group.support, to, language),
        _cell("net_primary_impact", group.npi, to, language),
    )


def _cell(key: SummedKey, value: float | None, to: Callable[[SummedKey], str], language: Language) -> Cell:
    if value is None:
        return _missing(language)
    return Cell(text=total_words(key, value, language), numeric=True, node=to(key))


def _missing(language: Language) -> Cell:
    return Cell(text=not_measured(language), numeric=True, missing=True)


def grades_table(year: Year, place: Place, language: Language) -> Table:
    """Entry-days by the grade of their evidence: the one attendance that is added."""
    rows = [_grade_row(group, place, language) for group in year.by("grade")]
    total = year.total
    rows.append(
        (
            Cell(text=say(language, "Total", "Total")),
            _cell("editions", total.editions, place.total, language),
            _cell("attendances", total.attendances, place.total, language),
        )
    )
    return Table(
        id="by-grade",
        caption=say(
            language,
            f"Entrées-jour par grade de preuve, {year.chosen.year}",
            f"Entry-days by evidence grade, {year.chosen.year}",
        ),
        summary="",
        headers=(
            Header(label=say(language, "Grade de preuve", "Evidence grade"), width=2),
            Header(label=say(language, "Éditions", "Editions"), numeric=True),
            Header(label=say(language, "Entrées-jour", "Entry-days"), numeric=True),
        ),
        rows=tuple(rows),
    )


def _grade_row(group: Group, place: Place, language: Language) -> tuple[Cell, ...]:
    grade = next((one for one in GRADES if one == group.key), None)
    if grade is None:
        count = Cell(text=number(group.editions, language), numeric=True, node=place.total("editions", grade=UNKNOWN))
        return Cell(text=say(language, "non mesurée", "not measured"), missing=True), count, _missing(language)

    def to(key: SummedKey) -> str:
        return place.total(key, grade=grade)

    return (
        Cell(text=grade_words(grade, language), grade=grade),
        _cell("editions", group.editions, to, language),
        _cell("attendances", group.attendances, to, language),
    )


def edition_node(one: YearEdition, key: str) -> str:
    """The page of a number of an edition's assessment."""
    return f"/manage/editions/{one.id}/impact/{one.number}/{key}"


def attendance_node(edition: object, number: int | None, attended_by: str | None) -> str:
    """Where an attendance leads: the evidence of the edition, or what it was assessed with."""
    if attended_by == "entry" and number is not None:
        return f"/manage/editions/{edition}/impact/{number}/attendances_raw"
    return f"/manage/editions/{edition}/evidence"


def editions_table(year: Year, language: Language) -> Table:
    """One page of the editions; those without an assessment say so."""
    simulated = say(language, "simulée", "simulated")
    rows = []
    for one in year.editions:
        marks = [simulated] if one.simulated else []
        if one.stale:
            marks.append(say(language, "plus à jour", "out of date"))
        name = f"{one.event} {one.year}" + (f" ({', '.join(marks)})" if marks else "")
        family = one.family_fr if language == "fr" else one.family_en
        about = [words for words in (family, one.commune, one.organiser) if words]
        rows.append(
            (
                Cell(text=name, node=f"/manage/editions/{one.id}/impact"),
                Cell(text=" · ".join(about) or "—", missing=not about),
                _attendance_cell(one, language),
                _impact_cell(one, language),
                _ratio_cell(one, "lev_net_metro", language),
            )
        )
    return Table(
        id="editions",
        caption=say(language, f"Éditions, {year.chosen.year}", f"Editions, {year.chosen.year}"),
        summary="",
        headers=(
            Header(label=say(language, "Édition", "Edition"), width=2),
            Header(label=say(language, "Famille · commune · organisateur", "Family · commune · organiser"), width=2),
            Header(label=say(language, "Entrées-jour", "Entry-days"), numeric=True),
            Header(label=say(language, "Impact primaire net [P10–P90]", "Net primary impact [P10–P90]"), numeric=True),
            Header(label=say(language, "Levier net [P10–P90]", "Net leverage [P10–P90]"), numeric=True),
        ),
        rows=tuple(rows),
    )


def _attendance_cell(one: YearEdition, language: Language) -> Cell:
    if one.attendances is None or one.grade is None:
        return _missing(language)
    words = f"{number(round(one.attendances), language)} ({one.grade})"
    return Cell(text=words, numeric=True, grade=one.grade, node=attendance_node(one.id, one.number, one.attended_by))


def _impact_cell(one: YearEdition, language: Language) -> Cell:
    if one.figures.impact is None:
        return _missing(language)
    words = amounts(one.figures.impact, language)
    if one.assessed_grade in UNVERIFIED:
        words += f" ({one.assessed_grade})"
    return Cell(text=words, numeric=True, node=edition_node(one, "p50_net_primary_impact"))


def _ratio_cell(one: YearEdition, key: str, language: Language) -> Cell:
    node = key if key == "cofinancing_per_euro" else f"p50_{key}"
    if key == "cofinancing_per_euro":
        words = None if one.figures.financial is None else significant(one.figures.financial, language)
    else:
        of = one.figures.gross if key == "lev_gross_metro" else one.figures.leverage
        words = None if of is None else ratios(of, language)
    if words is None:
        return _missing(language)
    return Cell(text=words, numeric=True, node=edition_node(one, node))


def leverage_chart(year: Year, place: Place, language: Language) -> Drawing | None:
    """Chart 2 over the editions of the page: dots with P10–P90 on a logarithmic axis; None where none is positive."""
    rows = [_leverage_row(one, language) for one in year.editions if one.figures.leverage is not None]
    if not any(mark.end > 0 for row in rows for mark in row.marks):
        return None
    said = parts(_leverage_sentence(year.total, place, language))
    chart = ImpactChart(
        id="leverages",
        measure="leverage",
        language=language,
        title=say(
            language,
            f"Levier net par édition (euros par euro d’aide de la métropole), {year.chosen.year}",
            f"Net leverage by edition (euros per euro of support of the métropole), {year.chosen.year}",
        ),
        sentence=flat(said),
        parts=said,
        panels=(
            Panel(
                axis=ratio_axis(language),
                rows=tuple(rows),
            ),
        ),
        headers=(
            Header(label=say(language, "Édition", "Edition"), width=2),
            Header(label=say(language, "Levier financier", "Financial leverage"), numeric=True),
            Header(
                label=say(language, "Brut / aide (non additionnel)", "Gross / support (not additional)"), numeric=True
            ),
            Header(label=say(language, "Levier net [P10–P90]", "Net leverage [P10–P90]"), numeric=True),
            Header(label=say(language, "Grade de preuve", "Evidence grade")),
        ),
        looks=(
            ("total", say(language, "fréquentation comptée", "counted attendance")),
            ("grey", say(language, "grisé : déclarée ou prévue, pas un fait", "grey: declared or forecast, no fact")),
        ),
    )
    return drawing(chart)


def _leverage_sentence(total: Group, place: Place, language: Language) -> str:
    """How many of all that were chosen are above one; the drawing is of one page of them."""
    supported = to(number(total.supported, language), place.total("supported"))
    above = to(number(total.above_one, language), place.total("above_one"))
    above = above if total.above_one else say(language, "aucune", "none")
    return say(
        language,
        f"Médiane au-dessus de un pour un : {above} sur {supported}, parmi les éditions aidées et évaluées ; le dessin "
        "est celui des éditions de la liste ci-dessous. Le levier net ne dit pas ce que l’aide a causé ; le levier "
        "financier et le brut sont dans le tableau.",
        f"Median above one for one: {above} of {supported}, among the supported and assessed editions; the drawing is "
        "that of the editions of the list below. Net leverage does not say what the support caused; financial and "
        "gross leverage are in the table.",
    )


def _leverage_row(one: YearEdition, language: Language) -> Row:
    of, look = one.figures.leverage, "grey" if one.assessed_grade in UNVERIFIED else "total"
    if of is None:
        raise AssertionError("only a supported edition has a leverage")
    marks: list[Mark] = []
    words = ratios(of, language)
    if of.p50 is not None and of.p50 > 0:
        if of.p10 is not None and of.p90 is not None:
            marks += whisker(of.p10, of.p90, look)  # type: ignore[arg-type]  # one of the two looks above
        marks.append(dot(of.p50, look))  # type: ignore[arg-type]  # same
    else:
        words += say(language, ", hors échelle", ", off the scale")
    grade = one.assessed_grade
    return Row(
        key=str(one.id),
        label=f"{one.event} {one.year}",
        marks=tuple(marks),
        words=words,
        cells=(
            *(_ratio_cell(one, key, language) for key in ("cofinancing_per_euro", "lev_gross_metro", "lev_net_metro")),
            Cell(text="—" if grade is None else grade_words(grade, language), grade=grade),
        ),
    )


def commune_map(year: Year, place: Place, language: Language) -> Drawing:
    """The 92 communes by their entry-days, with the same values as a table."""
    groups = {group.key: group for group in year.by("commune")}
    held = {insee: group.attendances for insee, group in groups.items() if insee != UNKNOWN}
    title = say(
        language,
        f"Entrées-jour par commune d’Aix-Marseille-Provence, {year.chosen.year}",
        f"Entry-days by commune of Aix-Marseille-Provence, {year.chosen.year}",
    )
    said = parts(_map_sentence(year, groups, place, language))
    sentence = flat(said)
    table = groups_table(year, "commune", place, language)
    return Drawing(
        id="communes",
        measure="impact",
        title=title,
        sentence=sentence,
        parts=said,
        wide=_map(held, WIDE, title, sentence, language),
        narrow=_map(held, NARROW, title, sentence, language),
        table=table,
    )


def _map_sentence(year: Year, groups: Mapping[str, Group], place: Place, language: Language) -> str:
    names = {one.insee: one.name for one in year.communes}
    known = [
        (group.attendances, names[key], key) for key, group in groups.items() if key in names and group.attendances
    ]
    held = sum(1 for key in groups if key in names)
    words = say(
        language,
        f"{_led(counted(held, 'fr', 'commune accueille', 'communes accueillent'), place.total('editions'))} au moins "
        "une édition.",
        f"{_led(counted(held, 'en', 'commune holds', 'communes hold'), place.total('editions'))} at least one edition.",
    )
    if known:
        value, name, key = max((value or 0.0, name, key) for value, name, key in known)
        most = to(number(round(value), language), place.total("attendances", commune=key))
        words += " " + say(
            language,
            f"{name} vient en tête avec {most} entrées-jour.",
            f"{name} comes first with {most} entry-days.",
        )
    outside = groups.get(UNKNOWN)
    if outside is not None:
        there = place.total("editions", commune=UNKNOWN)
        words += " " + say(
            language,
            f"{_led(counted(outside.editions, 'fr', 'édition n’a', 'éditions n’ont'), there)} pas de commune : hors de "
            "la carte.",
            f"{_led(counted(outside.editions, 'en', 'edition has', 'editions have'), there)} no commune: not on the "
            "map.",
        )
    return words


def _led(words: str, node: str) -> str:
    """A number and its noun, of which the number leads somewhere."""
    value, _, noun = words.partition("\u00a0")
    return f"{to(value, node)}\u00a0{noun}"


def _map(held: Mapping[str, float | None], width: int, title: str, sentence: str, language: Language) -> str:
    canvas = Canvas("communes", width, title=title, summary=sentence, language=language)
    wide = min(width, 620)
    shapes, height = contours(wide)
    bounds = [bound * 1000 for bound in classes(max((value or 0 for value in held.values()), default=0) / 1000)]
    for shape in shapes:
        fill, css, tip = "none", "ground", shape.name
        if shape.insee in held:
            value = held[shape.insee]
            fill, css = ("none", "hollow") if value is None else _tint(value, bounds)
            words = not_measured(language) if value is None else number(round(value), language)
            tip = say(language, f"{shape.name} : {words}", f"{shape.name}: {words}")
        canvas.path(shape.path, fill=fill, css=css, stroke="currentColor", width=0.5, opacity=0.45, tip=tip)
        if shape.insee in held and held[shape.insee] is None:
            canvas.path(f"M{shape.x - 4:.1f} {shape.y:.1f}h8", stroke=ORANGE, width=2)
    canvas.height = height + 8
    entries: list[tuple[dict[str, str], str]] = []
    for rank, low in enumerate(bounds, start=1):
        more = number(low, language)
        words = (
            say(language, f"{more} et plus", f"{more} and more")
            if rank == len(bounds)
            else f"{more}–{number(bounds[rank], language)}"
        )
        entries.append(({"fill": TINTS[rank - 1], "css": f"heat-{rank}"}, words))
    entries.append(({"stroke": ORANGE}, say(language, "édition non mesurée (tiret)", "edition not measured (dash)")))
    entries.append(({"stroke": "currentColor"}, say(language, "aucune édition", "no edition")))
    canvas.legend(entries)
    return canvas.render()


def _tint(value: float, bounds: list[float]) -> tuple[str, str]:
    rank = max(rank for rank, bound in enumerate(bounds, start=1) if value >= bound)
    return TINTS[rank - 1], f"heat-{rank}"


class TenFigure(Struct, frozen=True, kw_only=True):
    """One of the ten figures: its words, what makes it certain, where it leads."""

    label: str
    words: str
    grades: tuple[Grade, ...]
    certain: str
    node: str


TEN: Final[tuple[SummedKey, ...]] = ("editions", "assessed", "attendances", *SUMMED)


def ten_figures(found: Mapping[SummedKey, Sum], place: Place, language: Language) -> tuple[TenFigure, ...]:
    """The ten sums of a year, each with the grades of what it adds."""
    figures = []
    for key in TEN:
        one = found.get(key)
        if one is None:
            words, certain, node = not_measured(language), _why_none(key, language), ""
        else:
            words, certain, node = total_words(key, one.value, language), _certain(key, one, language), place.total(key)
        grades = () if one is None or key in ("editions", "assessed") else one.grades
        figures.append(
            TenFigure(label=total_label(key, language), words=words, grades=grades, certain=certain, node=node)
        )
    return tuple(figures)


def _why_none(key: SummedKey, language: Language) -> str:
    if key in ("editions", "attendances"):
        return say(language, "rien n’est connu pour cette année", "nothing is known of this year")
    return say(language, "aucune édition n’a été évaluée", "no edition was assessed")


def _certain(key: SummedKey, one: Sum, language: Language) -> str:
    if key in ("editions", "assessed"):
        return say(language, "compte du registre : exact", "count of the register: exact")
    editions = counted(
        one.editions, language, *(("édition", "éditions") if language == "fr" else ("edition", "editions"))
    )
    worst = grade_words(one.grades[-1], language) if one.grades else "—"
    if key == "attendances":
        return say(
            language,
            f"somme de {editions} ; le grade le plus faible est {worst}",
            f"sum of {editions}; the weakest grade is {worst}",
        )
    if key == "subsidy":
        return say(
            language,
            f"telle que saisie, en espèces et en nature : somme de {editions}",
            f"as entered, in cash and in kind: sum of {editions}",
        )
    return say(
        language,
        f"estimation : somme des moyennes de {editions} ; la fréquentation la plus faible est de grade {worst}",
        f"estimate: sum of the means of {editions}; the weakest attendance is of grade {worst}",
    )
