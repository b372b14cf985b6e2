"""Two editions or two years side by side: values with grades and intervals, differences where they mean something."""

from collections.abc import Mapping
from typing import Final

from dashboards.formats import number, say
from dashboards.impact.numbers import amounts, ratios, short, signed, significant
from dashboards.impact.year import (
    UNVERIFIED,
    Place,
    attendance_node,
    edition_node,
    total_label,
    total_words,
)
from dashboards.measures import Language
from dashboards.tables import Cell, Header, Table, not_measured
from dashboards.words import grade_words
from events_api.domain.attendance import Grade
from events_api.read.impact_year import SUMMED, Sum, SummedKey, YearEdition
from events_api.text.catalogue import label

RATIOS: Final = ("cofinancing_per_euro", "lev_gross_metro", "lev_net_metro")


def compared_editions(one: YearEdition, other: YearEdition, language: Language) -> Table:
    """The figures of two editions."""
    names = tuple(f"{each.event} {each.year}" for each in (one, other))
    rows = [
        _row(
            say(language, "Entrées-jour", "Entry-days"),
            tuple(_attendance(each, language) for each in (one, other)),
            _attendance_difference(one, other, language),
        ),
        _row(
            label("impact_figure", "net_primary_impact", language),
            tuple(_impact(each, language) for each in (one, other)),
            _difference("net_primary_impact", one, other, language),
        ),
        *(
            _row(
                label("impact_figure", key, language).replace("'", "’"),
                tuple(_sum(each, key, language) for each in (one, other)),
                _difference(key, one, other, language),
            )
            for key in SUMMED[1:]
        ),
        *(
            _row(
                label("impact_figure", key, language).replace("'", "’"),
                tuple(_ratio(each, key, language) for each in (one, other)),
                _ratio_difference(key, one, other, language),
            )
            for key in RATIOS
        ),
    ]
    return _table("editions", names, rows, language)


def compared_years(
    years: tuple[int, int], found: tuple[Mapping[SummedKey, Sum], Mapping[SummedKey, Sum]], language: Language
) -> Table:
    """The sums of two years."""
    rows = []
    keys: tuple[SummedKey, ...] = ("editions", "assessed", "attendances", *SUMMED)
    for key in keys:
        cells = []
        for year, sums in zip(years, found, strict=True):
            one = sums.get(key)
            cells.append(
                _missing(language)
                if one is None
                else Cell(
                    text=total_words(key, one.value, language) + _grades(key, one, language),
                    numeric=True,
                    node=Place(year=year, query={}).total(key),
                )
            )
        rows.append(_row(total_label(key, language), tuple(cells), _sum_difference(key, found, language)))
    return _table("years", (str(years[0]), str(years[1])), rows, language)


def _table(name: str, names: tuple[str, ...], rows: list[tuple[Cell, ...]], language: Language) -> Table:
    return Table(
        id=f"compared-{name}",
        caption=say(language, f"{names[0]} et {names[1]}", f"{names[0]} and {names[1]}"),
        summary="",
        headers=(
            Header(label=say(language, "Grandeur", "Quantity"), width=2),
            Header(label=names[0], numeric=True),
            Header(label=names[1], numeric=True),
            Header(
                label=say(language, "Différence (seconde moins première)", "Difference (second minus first)"), width=2
            ),
        ),
        rows=tuple(rows),
    )


def _row(words: str, cells: tuple[Cell, ...], difference: Cell) -> tuple[Cell, ...]:
    return (Cell(text=words), *cells, difference)


def _missing(language: Language) -> Cell:
    return Cell(text=not_measured(language), numeric=True, missing=True)


def _attendance(one: YearEdition, language: Language) -> Cell:
    if one.attendances is None or one.grade is None:
        return _missing(language)
    words = f"{number(round(one.attendances), language)}, {grade_words(one.grade, language)}"
    return Cell(text=words, numeric=True, grade=one.grade, node=attendance_node(one.id, one.number, one.attended_by))


def _impact(one: YearEdition, language: Language) -> Cell:
    if one.figures.impact is None or one.assessed_grade is None:
        return _missing(language)
    words = f"{amounts(one.figures.impact, language)}, {grade_words(one.assessed_grade, language)}"
    return Cell(text=words, numeric=True, node=edition_node(one, "net_primary_impact"))


def _sum(one: YearEdition, key: SummedKey, language: Language) -> Cell:
    value = one.figures.sums.get(key)
    if value is None:
        return _missing(language)
    return Cell(text=total_words(key, value, language), numeric=True, node=edition_node(one, key))


def _ratio(one: YearEdition, key: str, language: Language) -> Cell:
    if key == "cofinancing_per_euro":
        words = None if one.figures.financial is None else significant(one.figures.financial, language)
    else:
        of = one.figures.gross if key == "lev_gross_metro" else one.figures.leverage
        words = None if of is None else ratios(of, language)
    if words is None:
        return _missing(language)
    return Cell(text=words, numeric=True, node=edition_node(one, key))


def _why_not(one: YearEdition, other: YearEdition, language: Language) -> str:
    """Why figures of two assessments are not subtracted; empty where they may be."""
    if one.number is None or other.number is None:
        return say(language, "pas de différence : l’une n’est pas évaluée", "no difference: one is not assessed")
    if one.territory != other.territory:
        return say(language, "pas de différence : territoires différents", "no difference: territories differ")
    if one.model_hash != other.model_hash:
        return say(
            language,
            "pas de différence : calculées par deux versions du modèle",
            "no difference: computed by two releases of the model",
        )
    if one.set_number != other.set_number:
        return say(
            language,
            f"pas de différence : hypothèses {one.set_number} et {other.set_number}",
            f"no difference: assumptions {one.set_number} and {other.set_number}",
        )
    if one.assessed_grade in UNVERIFIED or other.assessed_grade in UNVERIFIED:
        return say(
            language,
            "pas de différence : une fréquentation est déclarée ou prévue",
            "no difference: an attendance is declared or forecast",
        )
    return ""


def _said(words: str) -> Cell:
    return Cell(text=words, missing=True)


def _attendance_difference(one: YearEdition, other: YearEdition, language: Language) -> Cell:
    if one.attendances is None or other.attendances is None:
        return _said(say(language, "pas de différence : l’une n’est pas mesurée", "no difference: one is not measured"))
    if one.grade in UNVERIFIED or other.grade in UNVERIFIED:
        return _said(
            say(
                language,
                "pas de différence : une fréquentation est déclarée ou prévue",
                "no difference: an attendance is declared or forecast",
            )
        )
    words = _signed(other.attendances - one.attendances, "attendances", language)
    if one.grade != other.grade:
        words += say(language, " (grades différents)", " (grades differ)")
    return Cell(text=words)


def _difference(key: SummedKey, one: YearEdition, other: YearEdition, language: Language) -> Cell:
    why = _why_not(one, other, language)
    values = [each.figures.sums.get(key) for each in (one, other)]
    if why:
        return _said(why)
    if values[0] is None or values[1] is None:
        return _said(say(language, "pas de différence : l’une manque", "no difference: one is missing"))
    words = _signed(values[1] - values[0], key, language)
    if key == "subsidy":
        return Cell(text=words)
    words += say(language, ", moyennes", ", means")
    if key == "net_primary_impact" and _overlap(one, other):
        words += say(language, " ; les intervalles se recouvrent", "; the intervals overlap")
    return Cell(text=words)


def _overlap(one: YearEdition, other: YearEdition) -> bool:
    ends = []
    for each in (one, other):
        of = each.figures.impact
        if of is None or of.p10 is None or of.p90 is None:
            return False
        ends.append((of.p10, of.p90))
    return ends[0][0] <= ends[1][1] and ends[1][0] <= ends[0][1]


def _ratio_difference(key: str, one: YearEdition, other: YearEdition, language: Language) -> Cell:
    if key != "cofinancing_per_euro":
        return _said(
            say(
                language,
                "pas de différence : des médianes ne se soustraient pas",
                "no difference: medians are not subtracted",
            )
        )
    if one.figures.financial is None or other.figures.financial is None:
        return _said(say(language, "pas de différence : l’une manque", "no difference: one is missing"))
    change = other.figures.financial - one.figures.financial
    return Cell(text=("+" if change > 0 else "") + significant(change, language))


def _sum_difference(
    key: SummedKey, found: tuple[Mapping[SummedKey, Sum], Mapping[SummedKey, Sum]], language: Language
) -> Cell:
    one, other = (sums.get(key) for sums in found)
    if one is None or other is None:
        return _said(say(language, "pas de différence : l’une n’est pas mesurée", "no difference: one is not measured"))
    change = _signed(other.value - one.value, key, language)
    if key in ("editions", "assessed"):
        return Cell(text=change)
    return Cell(
        text=change
        + say(
            language,
            f", sur {number(one.editions, 'fr')} puis {number(other.editions, 'fr')} éditions",
            f", over {number(one.editions, 'en')}, then {number(other.editions, 'en')} editions",
        )
    )


def _grades(key: SummedKey, one: Sum, language: Language) -> str:
    if key in ("editions", "assessed") or not one.grades:
        return ""
    grades: tuple[Grade, ...] = one.grades
    between = grades[0] if len(grades) == 1 else f"{grades[0]}–{grades[-1]}"
    return say(language, f" (grades {between})", f" (grades {between})")


def _signed(change: float, key: SummedKey, language: Language) -> str:
    words = total_words(key, change, language)
    if key == "attendances":
        words = signed(words)
    elif key not in ("editions", "assessed", "fte_years", "new_commercial_nights"):
        words = short(change, language)
    return ("+" if change > 0 else "") + words
