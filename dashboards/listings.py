"""From facts to tables: one line a figure, an edition, a claim."""

from collections.abc import Sequence

from dashboards.facts import AttendanceFigure, Conflict, EditionFacts, FilmShoots, Source, SupportLine
from dashboards.formats import collation_key, euros, number, period, say
from dashboards.measures import GRADES, Language
from dashboards.phrases import edition_name, fact_name, source_words, support_status, years_text
from dashboards.rules import in_order
from dashboards.tables import Cell, Header, Table, not_measured
from dashboards.words import GAP_COLUMNS, QUANTITY_NAMES, grade_words, printed_unit
from events_api.domain.attendance import Grade


def dates_cell(edition: EditionFacts, language: Language) -> Cell:
    """The days when exact, else the words of the document, else that they are not given."""
    if edition.start is not None:
        return Cell(text=period(edition.start, edition.end, language))
    words, spoken = edition.date_text.read(language)
    if words:
        return Cell(text=words, language=foreign(spoken, language))
    return Cell(text=say(language, "non communiquées", "not given"), missing=True)


def listed_cell(names: Sequence[str], language: Language, *, absent: str = "") -> Cell:
    """Names in their order, or the word that says that none is known."""
    if names:
        return Cell(text=", ".join(names))
    return Cell(text=absent or say(language, "non communiqué", "not given"), missing=True)


def attendance_cell(figure: AttendanceFigure | None, language: Language) -> Cell:
    """The value, or that nothing was measured."""
    if figure is None:
        return Cell(text=not_measured(language), numeric=True, missing=True)
    return Cell(text=number(figure.value, language), numeric=True)


def unit_cell(figure: AttendanceFigure | None, language: Language) -> Cell:
    """What the figure counts: its quantity, or the words of the document."""
    if figure is None:
        return Cell(text="—", missing=True)
    if figure.quantity != "attendance_as_printed":
        return Cell(text=QUANTITY_NAMES[figure.quantity].read(language)[0])
    words, spoken = printed_unit(figure.unit, language)
    return Cell(
        text=words or QUANTITY_NAMES["attendance_as_printed"].read(language)[0], language=foreign(spoken, language)
    )


def figure_words(figure: AttendanceFigure, language: Language) -> str:
    """A figure that cannot be read without what it counts and its grade."""
    counts = unit_cell(figure, language).text
    return f"{number(figure.value, language)} {counts} ({grade_words(figure.grade, language)})"


def source_cell(source: Source) -> Cell:
    """Where a fact comes from."""
    return Cell(text=source_words(source), source=source.document)


def grade_cell(grade: Grade | None, language: Language) -> Cell:
    """The grade with its name."""
    if grade is None:
        return Cell(text="—", missing=True)
    return Cell(text=grade_words(grade, language), grade=grade)


def foreign(spoken: Language, language: Language) -> Language | None:
    """The language to mark when it is not that of the page."""
    return None if spoken == language else spoken


def plural(count: int, language: Language) -> bool:
    """Whether the count takes the plural."""
    return count >= 2 if language == "fr" else count != 1


def printed_facts_table(editions: Sequence[EditionFacts], *, table_id: str, language: Language) -> Table | None:
    """Every other printed fact of the editions, with its source."""
    rows = [
        (
            Cell(text=edition.event),
            Cell(text=fact_name(fact, language)),
            Cell(
                text=number(fact.value, language) if isinstance(fact.value, int) else fact.value,
                numeric=isinstance(fact.value, int),
            ),
            source_cell(fact.source),
        )
        for edition in in_order(editions)
        for fact in edition.facts
    ]
    if not rows:
        return None
    return Table(
        id=table_id,
        caption=say(language, "Autres faits imprimés", "Other printed facts"),
        summary=say(
            language,
            "Un fait par ligne, avec le document d’où il vient.",
            "One fact a line, with the document it comes from.",
        ),
        headers=(
            Header(label=say(language, "Édition", "Edition"), width=2),
            Header(label=say(language, "Fait", "Fact")),
            Header(label=say(language, "Valeur", "Value"), numeric=True),
            Header(label="Source"),
        ),
        rows=tuple(rows),
    )


def attendance_table(editions: Sequence[EditionFacts], *, table_id: str, caption: str, language: Language) -> Table:
    """Every attendance figure of the editions, one a line, with unit, grade and source."""
    rows = [
        (
            Cell(text=edition_name(edition, language)),
            attendance_cell(figure, language),
            unit_cell(figure, language),
            grade_cell(figure.grade, language),
            source_cell(figure.source),
        )
        for edition in in_order(editions)
        for figure in sorted(
            edition.attendances, key=lambda item: (GRADES.index(item.grade), item.quantity, item.value)
        )
    ]
    return Table(
        id=table_id,
        caption=caption,
        summary=say(
            language,
            "Un chiffre par ligne, avec ce qu’il compte, son grade de preuve et sa source.",
            "One figure a line, with what it counts, its evidence grade and its source.",
        ),
        headers=(
            Header(label=say(language, "Édition", "Edition"), width=2.6),
            Header(label=say(language, "Fréquentation", "Attendance"), numeric=True),
            Header(label=say(language, "Ce que compte la source", "What the source counts"), width=1.4),
            Header(label="Grade", width=0.9),
            Header(label="Source", width=1.8),
        ),
        rows=tuple(rows),
    )


def support_table(lines: Sequence[SupportLine], *, table_id: str, language: Language) -> Table:
    """Every support line with its period, status and declared use."""
    return Table(
        id=table_id,
        caption=say(language, "Lignes de soutien", "Support lines"),
        summary=say(
            language,
            "Un montant par ligne, tel qu’il est inscrit dans le document cité.",
            "One amount a line, as written in the quoted document.",
        ),
        headers=(
            Header(label=say(language, "Bénéficiaire", "Beneficiary"), width=2.2),
            Header(label=say(language, "Période", "Period")),
            Header(label=say(language, "Montant", "Amount"), numeric=True),
            Header(label=say(language, "État", "Status")),
            Header(label=say(language, "Projets", "Projects"), numeric=True),
            Header(label=say(language, "Dépense déclarée (E)", "Declared spending (E)"), numeric=True),
            Header(label="Source"),
        ),
        rows=tuple(
            (
                Cell(text=line.beneficiary),
                Cell(text=years_text(line.years, language), missing=not line.years),
                Cell(text=euros(line.amount_cents, language), numeric=True),
                Cell(text=support_status(line, language)),
                _optional_cell(line.projects, language),
                _optional_cell(line.declared_spend_cents, language, money=True),
                source_cell(line.source),
            )
            for line in sorted(lines, key=lambda line: (collation_key(line.beneficiary), not line.years, line.years))
        ),
    )


def film_shoots_table(shoots: Sequence[FilmShoots], *, table_id: str, territory: str, language: Language) -> Table:
    """The declared film shoots by year."""
    return Table(
        id=table_id,
        caption=say(
            language,
            f"Tournages par année, {territory} (grade E, déclaré)",
            f"Film shoots by year, {territory} (grade E)",
        ),
        summary=say(language, "Une année par ligne, chiffres déclarés.", "One year a line, declared figures."),
        headers=(
            Header(label=say(language, "Année", "Year")),
            Header(label="Productions", numeric=True),
            Header(label=say(language, "Jours de tournage", "Shooting days"), numeric=True),
            Header(label=say(language, "Dépense déclarée", "Declared spending"), numeric=True),
            Header(label="Source"),
        ),
        rows=tuple(
            (
                Cell(text=str(shoot.year)),
                _optional_cell(shoot.productions, language),
                _optional_cell(shoot.shooting_days, language),
                _optional_cell(shoot.declared_spend_cents, language, money=True),
                source_cell(shoot.source),
            )
            for shoot in sorted(shoots, key=lambda shoot: shoot.year)
        ),
    )


def gaps_table(editions: Sequence[EditionFacts], *, table_id: str, language: Language) -> Table:
    """Which edition lacks what: a word in every cell, never a colour alone."""
    absent, given = say(language, "manque", "missing"), say(language, "connu", "known")
    return Table(
        id=table_id,
        caption=say(language, "Données manquantes par édition", "Missing data by edition"),
        summary=say(
            language,
            "Une édition par ligne ; « manque » signifie qu’aucun document ne donne la donnée.",
            "One edition a line; “missing” means that no document gives it.",
        ),
        headers=(
            Header(label=say(language, "Édition", "Edition"), width=2.6),
            *(
                Header(label=name.read(language)[0], width=max(1, len(name.read(language)[0]) / 10))
                for name in GAP_COLUMNS.values()
            ),
        ),
        rows=tuple(
            (
                Cell(text=edition.event),
                *(
                    Cell(text=absent if gap in edition.gaps() else given, missing=gap in edition.gaps())
                    for gap in GAP_COLUMNS
                ),
            )
            for edition in in_order(editions)
        ),
    )


def conflict_table(conflict: Conflict, *, language: Language) -> Table:
    """Each claim of a conflict with its source."""
    name = conflict.quantity.read(language)[0]
    return Table(
        id=f"conflict-{conflict.id}-claims",
        caption=f"{conflict.subject}, {name}",
        summary=say(language, "Une affirmation par ligne, non arbitrée.", "One claim a line, not settled."),
        headers=(
            Header(label=say(language, "Affirmation", "Claim"), width=3),
            Header(label=say(language, "Valeur", "Value"), numeric=True),
            Header(label="Source", width=2),
        ),
        rows=tuple(
            (
                Cell(text=claim.statement.read(language)[0]),
                Cell(text=number(claim.value, language), numeric=True)
                if claim.value is not None
                else Cell(text="—", numeric=True, missing=True),
                source_cell(claim.source),
            )
            for claim in conflict.claims
        ),
    )


def _optional_cell(value: int | None, language: Language, *, money: bool = False) -> Cell:
    if value is None:
        return Cell(text=say(language, "non dit", "not said"), numeric=True, missing=True)
    return Cell(text=euros(value, language) if money else number(value, language), numeric=True)
