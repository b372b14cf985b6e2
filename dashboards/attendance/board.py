"""The page of an edition's attendance: its figures with their definitions, its charts, its tables."""

from msgspec import Struct

from dashboards.attendance.canvas import Badge, Drawing, long_day
from dashboards.attendance.editions import comparison, trend
from dashboards.attendance.facts import Count, Dimension, VisitFacts
from dashboards.attendance.flow import flow
from dashboards.attendance.funnel import funnel
from dashboards.attendance.heat import heat_map
from dashboards.attendance.occupancy import Curve, occupancy
from dashboards.attendance.origins import origins
from dashboards.formats import collation_key, number, say
from dashboards.measures import Language
from dashboards.tables import Cell, Header, Table
from dashboards.words import GRADE_DEFINITIONS, QUANTITY_DEFINITIONS, QUANTITY_NAMES, Quantity
from events_api.domain.attendance import Grade
from events_api.text.formats import percent


class Figure(Struct, frozen=True, kw_only=True):
    """One quantity of the edition with what it means."""

    label: str
    value: str
    note: str
    grade: Grade | None = None
    badge: Badge | None = None


class Board(Struct, frozen=True, kw_only=True):
    """All that the page shows, in one language."""

    language: Language
    grade: Grade
    grade_words: str
    figures: tuple[Figure, ...]
    drawings: tuple[Drawing, ...]
    tables: tuple[Table, ...]


def board(facts: VisitFacts, language: Language) -> Board | None:
    """The attendance of an edition; None before anything was counted."""
    if facts.total is None:
        return None
    drawings = (
        funnel(facts, language),
        heat_map(facts, language),
        flow(facts, language),
        occupancy(facts, language),
        origins(facts, language),
        comparison(facts, language),
        trend(facts, language),
    )
    return Board(
        language=language,
        grade=facts.grade,
        grade_words=GRADE_DEFINITIONS[facts.grade].read(language)[0],
        figures=_figures(facts, facts.total, language),
        drawings=tuple(drawing for drawing in drawings if drawing),
        tables=tuple(table for table in (_days(facts, language), *_dimensions(facts, language)) if table),
    )


def _figures(facts: VisitFacts, total: Count, language: Language) -> tuple[Figure, ...]:
    found = [
        _figure("attendances", total.attendances, facts, language),
        _figure("unique_visitors", total.unique_visitors, facts, language),
        _figure("entries_in", total.entries_in, facts, language),
        _figure("reentries", total.reentries, facts, language),
    ]
    found = [figure for figure in found if facts.scanned]
    if total.tickets_issued:
        found.append(
            Figure(
                label=QUANTITY_NAMES["tickets_issued"].read(language)[0].capitalize(),
                value=number(total.tickets_issued, language),
                note=QUANTITY_DEFINITIONS["tickets_issued"].read(language)[0],
                grade="B",
            )
        )
    unused = total.tickets_issued - total.tickets_scanned
    if total.no_show is not None:
        found.append(
            Figure(
                label=say(language, "Absentéisme", "No-show rate"),
                value=percent(total.no_show, language),
                note=say(
                    language,
                    f"part des billets émis jamais scannés ({number(unused, 'fr')})",
                    f"share of issued tickets never scanned ({number(unused, 'en')})",
                ),
                grade="A",
            )
        )
    if total.unique_visitors:
        found.append(
            Figure(
                label=say(language, "Jours par visiteur", "Days per visitor"),
                value=number(total.attendances / total.unique_visitors, language),
                note=say(language, "entrées-jour par visiteur unique", "entry-days per unique visitor"),
                grade="A",
            )
        )
    curve = Curve(facts) if facts.entries else None
    if curve is not None and curve.highest:
        modelled = curve.peak_day in curve.modelled
        found.append(
            Figure(
                label=QUANTITY_NAMES["peak_occupancy"].read(language)[0].capitalize(),
                value=number(round(curve.highest), language),
                note=_share(facts, curve.highest, language),
                grade=None if modelled else "A",
                badge=Badge(text=say(language, "modélisé", "modelled"), kind="modelled") if modelled else None,
            )
        )
    if total.scans_refused:
        found.append(
            Figure(
                label=say(language, "Scans refusés", "Refused scans"),
                value=number(total.scans_refused, language),
                note=say(
                    language,
                    "doublons, billets inconnus ou du mauvais jour : gardés au journal, jamais comptés",
                    "duplicates, unknown tickets, wrong days: kept in the log, never counted",
                ),
            )
        )
    return tuple(found)


def _figure(quantity: Quantity, value: int, facts: VisitFacts, language: Language) -> Figure:
    return Figure(
        label=QUANTITY_NAMES[quantity].read(language)[0].capitalize(),
        value=number(value, language),
        note=QUANTITY_DEFINITIONS[quantity].read(language)[0],
        grade=facts.grade,
    )


def _share(facts: VisitFacts, highest: float, language: Language) -> str:
    definition = QUANTITY_DEFINITIONS["peak_occupancy"].read(language)[0]
    if not facts.capacity:
        return definition
    share = percent(highest / facts.capacity, language)
    return definition + say(language, f" ; {share} de la jauge autorisée", f"; {share} of the authorised capacity")


def _days(facts: VisitFacts, language: Language) -> Table | None:
    rows = [
        (
            Cell(text=long_day(day, language)),
            *_numbers((count.entries_in, count.attendances, count.reentries, count.exits), language),
        )
        for day, count in facts.days.items()
        if count.entries_in
    ]
    if not rows:
        return None
    return Table(
        id="days",
        caption=say(language, "Par jour d’événement", "By event day"),
        summary="",
        headers=(
            Header(label=say(language, "Jour d’événement", "Event day")),
            *(
                Header(label=label, numeric=True)
                for label in (
                    say(language, "Passages", "Entries"),
                    say(language, "Entrées-jour", "Entry-days"),
                    say(language, "Ré-entrées", "Re-entries"),
                    say(language, "Sorties", "Exits"),
                )
            ),
        ),
        rows=tuple(rows),
    )


def _dimensions(facts: VisitFacts, language: Language) -> list[Table | None]:
    return [
        _dimension(facts, "category", say(language, "Par catégorie de billet", "By ticket category"), language),
        _dimension(facts, "channel", say(language, "Par mode d’obtention", "By channel"), language),
        _dimension(facts, "session", say(language, "Par séance", "By session"), language),
        _dimension(facts, "gate", say(language, "Par porte", "By gate"), language),
    ]


CHANNEL_NAMES = (
    ("non précisé", "not given"),
    ("payant", "paid"),
    ("offert", "complimentary"),
    ("accrédité", "accredited"),
    ("abonnement", "pass"),
)


def _dimension(facts: VisitFacts, dimension: Dimension, caption: str, language: Language) -> Table | None:
    """The quantities of each value; none where nothing tells the values apart."""
    found = facts.values(dimension)
    if dimension == "channel":
        found = [(say(language, *CHANNEL_NAMES[count.label]), count) for _, count in found]
    unnamed = say(language, "non précisé", "not given")
    named = [(name or unnamed, count) for name, count in found]
    if len(named) < 2 and not any(name for name, _ in found):
        return None
    issued = any(count.tickets_issued for _, count in named)
    headers = [Header(label=caption.removeprefix("Par ").removeprefix("By ").capitalize(), width=2)]
    if issued:
        headers += [
            Header(label=say(language, "Billets émis", "Tickets issued"), numeric=True),
            Header(label=say(language, "Absentéisme", "No-show"), numeric=True),
        ]
    headers += [
        Header(label=say(language, "Passages", "Entries"), numeric=True),
        Header(label=say(language, "Entrées-jour", "Entry-days"), numeric=True),
        Header(label=say(language, "Visiteurs uniques", "Unique visitors"), numeric=True),
    ]
    rows = []
    for name, count in sorted(named, key=lambda pair: (-pair[1].attendances, collation_key(pair[0]))):
        cells = [Cell(text=name)]
        if issued:
            cells += _numbers((count.tickets_issued,), language)
            absent = count.no_show
            cells.append(
                Cell(text="—" if absent is None else percent(absent, language), numeric=True, missing=absent is None)
            )
        cells += _numbers((count.entries_in, count.attendances, count.unique_visitors), language)
        rows.append(tuple(cells))
    return Table(id=f"by-{dimension}", caption=caption, summary="", headers=tuple(headers), rows=tuple(rows))


def _numbers(values: tuple[int, ...], language: Language) -> list[Cell]:
    return [Cell(text=number(value, language), numeric=True) for value in values]
