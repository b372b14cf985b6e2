"""From facts to dashboards: pure functions, one language at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from dashboards.charts import (
    attendance_chart,
    communes_chart,
    conflict_chart,
    families_chart,
    history_chart,
    months_chart,
    support_chart,
)
from dashboards.facts import Conflict, EditionFacts, YearFacts
from dashboards.formats import counted, euros, number, say
from dashboards.listings import (
    attendance_table,
    conflict_table,
    dates_cell,
    figure_words,
    film_shoots_table,
    foreign,
    gaps_table,
    listed_cell,
    plural,
    printed_facts_table,
    source_cell,
    support_table,
    unit_cell,
)
from dashboards.measures import GRADES, MEASURES, ChartSpec, Language
from dashboards.phrases import (
    conflict_sentences,
    edition_name,
    fact_name,
    grade_counts,
    missing_sentences,
    ordinal,
    summing_sentences,
    support_words,
)
from dashboards.rules import attendance_total
from dashboards.tables import Cell, Table, not_measured
from dashboards.words import QUANTITY_NAMES, STATUS_NAMES
from events_api.domain.attendance import Grade


class KeyFigure(Struct, frozen=True, kw_only=True):
    """A figure of the summary: its value in words, what it is, and its grades or why it has none."""

    label: str
    value: str
    note: str
    grades: tuple[Grade, ...] = ()


class Definition(Struct, frozen=True, kw_only=True):
    """A term and what is known of it."""

    term: str
    cells: tuple[Cell, ...]


class Sheet(Struct, frozen=True, kw_only=True):
    """All that is known of one edition, filed under its family."""

    title: str
    group: str
    definitions: tuple[Definition, ...]


class Section(Struct, frozen=True, kw_only=True):
    """One part of a dashboard or document; a renderer shows the fields in this order."""

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    key_figures: tuple[KeyFigure, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    tables: tuple[Table, ...] = ()
    definitions: tuple[Definition, ...] = ()
    sheets: tuple[Sheet, ...] = ()


class Dashboard(Struct, frozen=True, kw_only=True):
    """A page of sections, with what is missing said beside what is known."""

    id: str
    language: Language
    title: str
    territory: str
    sections: tuple[Section, ...]
    missing: tuple[str, ...]
    measures: tuple[str, ...]
    computed_at: datetime | None = None
    watermark: str = ""


def year_key_figures(facts: YearFacts, language: Language) -> tuple[KeyFigure, ...]:
    """The figures of the summary, each with its grade or the reason why it has none."""
    editions = facts.editions
    total = attendance_total(editions)
    figures = [figure for edition in editions if (figure := edition.attendance())]
    grades = tuple(grade for grade in GRADES if any(figure.grade == grade for figure in figures))
    recorded = [line.amount_cents for line in facts.support if line.status == "recorded"]
    communes = {commune for edition in editions for commune in edition.communes}
    known = [
        KeyFigure(
            label=say(language, f"éditions en {facts.year}", f"editions in {facts.year}"),
            value=number(len(editions), language),
            note=say(language, "comptées au registre", "counted in the register"),
        ),
        KeyFigure(
            label=say(language, "communes connues", "known communes"),
            value=number(len(communes), language),
            note=say(language, "comptées au registre", "counted in the register"),
        ),
        KeyFigure(
            label=say(language, "éditions avec une fréquentation", "editions with an attendance"),
            value=say(language, f"{len(figures)} sur {len(editions)}", f"{len(figures)} of {len(editions)}"),
            note=grade_counts((figure.grade for figure in figures), language)
            or say(language, "aucune mesure", "nothing measured"),
            grades=grades,
        ),
        KeyFigure(
            label=say(language, "entrées-jour au total", "entry-days in all"),
            value=number(total.value, language) if total else not_measured(language),
            note=grade_counts((grade for grade, count, _ in total.by_grade for _ in range(count)), language)
            if total
            else say(
                language,
                "les chiffres imprimés ne s’additionnent pas",
                "printed figures are not added up",
            ),
            grades=tuple(grade for grade, _, _ in total.by_grade) if total else (),
        ),
        KeyFigure(
            label=say(language, "de soutiens inscrits", "of recorded support"),
            value=euros(sum(recorded), language) if recorded else say(language, "non dit", "not said"),
            note=say(
                language,
                f"{counted(len(recorded), 'fr', 'ligne', 'lignes')}, toutes périodes, hors attente",
                f"{counted(len(recorded), 'en', 'line', 'lines')}, all periods, pending left out",
            ),
        ),
        KeyFigure(
            label=say(language, "contradictions ouvertes", "open conflicts")
            if plural(len(all_conflicts(facts)), language)
            else say(language, "contradiction ouverte", "open conflict"),
            value=number(len(all_conflicts(facts)), language),
            note=say(language, "montrées, non arbitrées", "shown, not settled")
            if plural(len(all_conflicts(facts)), language)
            else say(language, "montrée, non arbitrée", "shown, not settled"),
        ),
    ]
    return tuple(known)


def all_conflicts(facts: YearFacts) -> tuple[Conflict, ...]:
    """The conflicts of the year and of its editions, each once."""
    found = {conflict.id: conflict for edition in facts.editions for conflict in edition.conflicts}
    found.update({conflict.id: conflict for conflict in facts.conflicts})
    return tuple(found[key] for key in sorted(found))


def attendance_section(facts: YearFacts, language: Language) -> Section:
    """One chart for each quantity, never two quantities on one axis."""
    charts = (
        attendance_chart(facts.editions, quantity, year=facts.year, territory=facts.territory, language=language)
        for quantity in QUANTITY_NAMES
    )
    measured = [edition for edition in facts.editions if edition.attendances]
    table = attendance_table(
        measured,
        table_id=f"attendance-{facts.year}-all",
        caption=say(
            language, f"Toutes les fréquentations connues en {facts.year}", f"All known attendances of {facts.year}"
        ),
        language=language,
    )
    return Section(
        id="attendance",
        title=say(language, "Fréquentation et preuves", "Attendance and evidence"),
        sentences=summing_sentences(facts.editions, language),
        charts=tuple(chart for chart in charts if chart),
        tables=(table,) if measured else (),
    )


def programme_section(facts: YearFacts, language: Language) -> Section:
    """Editions by family, commune and month."""
    charts = (families_chart(facts, language), communes_chart(facts, language), months_chart(facts, language))
    return Section(
        id="programme",
        title=say(language, "Le programme", "The programme"),
        charts=tuple(chart for chart in charts if chart),
    )


def support_section(facts: YearFacts, language: Language) -> Section:
    """Support lines, drawn and listed."""
    chart = support_chart(facts.support, chart_id=f"support-{facts.year}", territory=facts.territory, language=language)
    if chart is None:
        sentence = say(language, "Aucune ligne de soutien n’est connue.", "No support line is known.")
        return Section(id="support", title=say(language, "Soutiens publics", "Public support"), sentences=(sentence,))
    return Section(
        id="support",
        title=say(language, "Soutiens publics", "Public support"),
        sentences=(
            say(
                language,
                "Montants tels qu’inscrits dans les documents ; un montant sur plusieurs années n’est pas réparti.",
                "Amounts as written in the quoted documents; an amount over several years is not split.",
            ),
        ),
        charts=(chart,),
        tables=(support_table(facts.support, table_id=f"support-{facts.year}-lines", language=language),),
    )


def conflicts_section(conflicts: Sequence[Conflict], territory: str, language: Language) -> Section:
    """Every open conflict: its sentence, its chart, its claims."""
    charts = (conflict_chart(conflict, territory=territory, language=language) for conflict in conflicts)
    return Section(
        id="conflicts",
        title=say(language, "Contradictions non résolues", "Open conflicts"),
        sentences=tuple(line for conflict in conflicts for line in conflict_sentences(conflict, language))
        or (say(language, "Aucune contradiction connue.", "No known conflict."),),
        charts=tuple(chart for chart in charts if chart),
        tables=tuple(conflict_table(conflict, language=language) for conflict in conflicts),
    )


def missing_section(editions: Sequence[EditionFacts], table_id: str, language: Language) -> Section:
    """What is missing, counted and listed."""
    return Section(
        id="missing",
        title=say(language, "Données manquantes", "Missing data"),
        sentences=missing_sentences(editions, language)
        or (say(language, "Aucune donnée ne manque.", "Nothing is missing."),),
        tables=(gaps_table(editions, table_id=table_id, language=language),) if editions else (),
    )


def year_dashboard(facts: YearFacts, language: Language) -> Dashboard:
    """The dashboard of one year."""
    printed = printed_facts_table(facts.editions, table_id=f"facts-{facts.year}", language=language)
    sections = [
        Section(
            id="summary",
            title=say(language, "L’essentiel", "Summary"),
            key_figures=year_key_figures(facts, language),
        ),
        attendance_section(facts, language),
        programme_section(facts, language),
        support_section(facts, language),
    ]
    if facts.film_shoots:
        shoots = film_shoots_table(
            facts.film_shoots, table_id=f"film-shoots-{facts.year}", territory=facts.territory, language=language
        )
        sections.append(Section(id="film-shoots", title=say(language, "Tournages", "Film shoots"), tables=(shoots,)))
    if printed:
        sections.append(
            Section(id="facts", title=say(language, "Autres faits imprimés", "Other printed facts"), tables=(printed,))
        )
    sections.append(conflicts_section(all_conflicts(facts), facts.territory, language))
    sections.append(missing_section(facts.editions, f"missing-{facts.year}", language))
    return Dashboard(
        id=f"year-{facts.year}",
        language=language,
        title=say(
            language,
            f"Tableau de bord {facts.year}, {facts.territory}",
            f"Dashboard {facts.year}, {facts.territory}",
        ),
        territory=facts.territory,
        sections=tuple(sections),
        missing=missing_sentences(facts.editions, language),
        measures=_measures_of(sections),
        computed_at=facts.computed_at,
        watermark=facts.watermark,
    )


def edition_definitions(edition: EditionFacts, family: str, language: Language) -> tuple[Definition, ...]:
    """What is known of an edition, line by line; what is absent is said to be."""
    attendances = tuple(
        Cell(
            text=figure_words(figure, language),
            grade=figure.grade,
            language=unit_cell(figure, language).language,
        )
        for figure in sorted(
            edition.attendances, key=lambda item: (GRADES.index(item.grade), item.quantity, item.value)
        )
    )
    lines: list[tuple[str, tuple[Cell, ...]]] = [
        (say(language, "Famille", "Family"), (listed_cell([family] if family else [], language),)),
        (
            say(language, "Édition", "Edition"),
            (
                Cell(text=ordinal(edition.number, language))
                if edition.number is not None
                else Cell(text=say(language, "numéro non communiqué", "number not given"), missing=True),
            ),
        ),
        (say(language, "Organisateurs", "Organisers"), (listed_cell(edition.organisers, language),)),
        ("Commune", (listed_cell(edition.communes, language),)),
    ]
    if edition.venues:
        lines.append((say(language, "Lieux", "Venues"), (listed_cell(edition.venues, language),)))
    lines.append(("Dates", (dates_cell(edition, language),)))
    if edition.status != "scheduled":
        state = STATUS_NAMES[edition.status].read(language)[0]
        lines.append((say(language, "État", "Status"), (Cell(text=state),)))
    lines.append(
        (
            say(language, "Fréquentation", "Attendance"),
            attendances or (Cell(text=not_measured(language), missing=True),),
        )
    )
    lines.extend(
        (
            fact_name(fact, language)[:1].upper() + fact_name(fact, language)[1:],
            (Cell(text=number(fact.value, language) if isinstance(fact.value, int) else fact.value, grade=fact.grade),),
        )
        for fact in edition.facts
    )
    if edition.funders:
        lines.append((say(language, "Financeurs cités", "Quoted funders"), (listed_cell(edition.funders, language),)))
    lines.append(
        (
            say(language, "Soutien", "Support"),
            tuple(Cell(text=support_words(line, language)) for line in edition.support)
            or (Cell(text=say(language, "montant non communiqué", "amount not given"), missing=True),),
        )
    )
    if edition.roadmap_action:
        lines.append((say(language, "Feuille de route", "Roadmap"), (Cell(text=f"action {edition.roadmap_action}"),)))
    for note in edition.notes:
        words, spoken = note.read(language)
        lines.append((say(language, "Note", "Note"), (Cell(text=words, language=foreign(spoken, language)),)))
    sources = [figure.source for figure in edition.attendances]
    if edition.source.document not in {source.document for source in sources}:
        sources.insert(0, edition.source)
    lines.append(("Source", tuple(source_cell(source) for source in dict.fromkeys(sources))))
    return tuple(Definition(term=term, cells=cells) for term, cells in lines)


def edition_dashboard(
    edition: EditionFacts, *, history: Sequence[EditionFacts], family: str, territory: str, language: Language
) -> Dashboard:
    """The dashboard of one edition; history holds the editions of the same event, this one included."""
    charts = [
        chart
        for quantity in QUANTITY_NAMES
        if (chart := attendance_chart([edition], quantity, year=edition.year, territory=territory, language=language))
    ]
    line = history_chart(history, territory=territory, language=language)
    if line:
        charts.append(line)
    printed = printed_facts_table([edition], table_id="facts", language=language)
    support = support_chart(edition.support, chart_id="support", territory=territory, language=language)
    sections = [
        Section(
            id="identity",
            title=say(language, "Ce que l’on sait", "What is known"),
            definitions=edition_definitions(edition, family, language),
        ),
        Section(
            id="attendance",
            title=say(language, "Fréquentation et preuves", "Attendance and evidence"),
            sentences=summing_sentences([edition], language)
            if edition.attendances
            else (
                say(
                    language,
                    "Fréquentation non mesurée : aucun document ne donne de chiffre, ce n’est pas zéro.",
                    "Attendance not measured: no document gives a figure, it is not zero.",
                ),
            ),
            charts=tuple(charts),
            tables=(
                attendance_table(
                    [edition],
                    table_id="attendance-all",
                    caption=say(language, "Fréquentations connues", "Known attendances"),
                    language=language,
                ),
            )
            if edition.attendances
            else (),
        ),
        Section(
            id="support",
            title=say(language, "Soutiens publics", "Public support"),
            sentences=()
            if support
            else (say(language, "Montant du soutien non communiqué.", "Amount of support not given."),),
            charts=(support,) if support else (),
            tables=(support_table(edition.support, table_id="support-lines", language=language),) if support else (),
        ),
    ]
    if printed:
        sections.append(
            Section(id="facts", title=say(language, "Autres faits imprimés", "Other printed facts"), tables=(printed,))
        )
    if edition.conflicts:
        sections.append(conflicts_section(edition.conflicts, territory, language))
    sections.append(
        Section(
            id="missing",
            title=say(language, "Données manquantes", "Missing data"),
            sentences=missing_sentences([edition], language)
            or (say(language, "Aucune donnée ne manque.", "Nothing is missing."),),
        )
    )
    return Dashboard(
        id=f"edition-{edition.id}",
        language=language,
        title=f"{edition_name(edition, language)}, {edition.year}",
        territory=territory,
        sections=tuple(sections),
        missing=missing_sentences([edition], language),
        measures=_measures_of(sections),
    )


def _measures_of(sections: Iterable[Section]) -> tuple[str, ...]:
    """The measures to define below the page, in the order of their first use."""
    used = dict.fromkeys(chart.measure for section in sections for chart in section.charts)
    return tuple(measure for measure in used if measure in MEASURES)
