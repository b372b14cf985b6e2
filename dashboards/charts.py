"""From facts to chart specifications."""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from dashboards.facts import AttendanceFigure, Conflict, EditionFacts, SupportLine, YearFacts
from dashboards.formats import collation_key, counted, euros, month, number, say, short_month, typeset
from dashboards.listings import unit_cell
from dashboards.measures import GRADES, MEASURES, Category, ChartSpec, Kind, Language, Point, Series
from dashboards.phrases import edition_name, grade_counts, joined, source_words, years_text
from dashboards.words import (
    QUANTITY_NAMES,
    Quantity,
    grade_words,
)

SHOWN = 25
"""Rows a chart can hold on one page; the table beside it holds them all."""


def attendance_chart(
    editions: Sequence[EditionFacts], quantity: Quantity, *, year: int, territory: str, language: Language
) -> ChartSpec | None:
    """The editions that have a figure of this quantity, largest first, each with its grade; None when none has."""
    rows = []
    for edition in editions:
        figures = [figure for figure in edition.attendances if figure.quantity == quantity]
        if figures:
            rows.append((edition, min(figures, key=lambda figure: (GRADES.index(figure.grade), figure.value))))
    if not rows:
        return None
    rows.sort(key=lambda row: (-row[1].value, collation_key(row[0].event), row[0].id))
    absent = sum(1 for edition in editions if not edition.attendances)
    summary = _attendance_summary(rows, absent, len(editions), language) + _left_to_the_table(len(rows), language)
    rows = rows[:SHOWN]
    return ChartSpec(
        id=f"attendance-{year}-{quantity.replace('_', '-')}",
        measure="attendance",
        language=language,
        kind="bar",
        title=say(
            language,
            f"Fréquentation par édition en {year}, {QUANTITY_NAMES[quantity].fr} (personnes), {territory}",
            f"Attendance by edition in {year}, {QUANTITY_NAMES[quantity].en} (people), {territory}",
        ),
        territory=territory,
        category_axis=say(language, "Édition", "Edition"),
        value_axis=_attendance_axis(quantity, language),
        unit="count",
        categories=tuple(Category(key=edition.id, label=_chart_name(edition, language)) for edition, _ in rows),
        series=(
            Series(
                id=quantity,
                label=say(language, "Fréquentation", "Attendance"),
                points=tuple(
                    Point(value=figure.value, grade=figure.grade, note=unit_cell(figure, language).text)
                    for _, figure in rows
                ),
            ),
        ),
        note_axis=say(language, "Ce que compte la source", "What the source counts"),
        summary=summary,
    )


def _left_to_the_table(count: int, language: Language) -> str:
    """Says that only the largest are drawn, when some are not."""
    if count <= SHOWN:
        return ""
    return " " + say(
        language,
        f"Les {SHOWN} plus élevés sont dessinés, les {count - SHOWN} autres sont dans le tableau.",
        f"The {SHOWN} largest are drawn, the {count - SHOWN} others are in the table.",
    )


def _chart_name(edition: EditionFacts, language: Language) -> str:
    """The event, and what happened to the edition when it did not go as planned."""
    return edition_name(replace(edition, number=None), language)


def _attendance_axis(quantity: Quantity, language: Language) -> str:
    if quantity == "attendance_as_printed":
        return say(
            language,
            "Personnes, dans les mots de chaque source : définitions différentes, à ne pas additionner",
            "People, in the words of each source: definitions differ, not to be added up",
        )
    return QUANTITY_NAMES[quantity].read(language)[0].capitalize()


def _attendance_summary(
    rows: Sequence[tuple[EditionFacts, AttendanceFigure]], absent: int, total: int, language: Language
) -> str:
    largest, figure = rows[0]
    grades = grade_counts((figure.grade for _, figure in rows), language)
    said_fr = "l’unique chiffre est celui de" if len(rows) == 1 else "le plus élevé est celui de"
    said_en = "the only figure is that of" if len(rows) == 1 else "the highest is that of"
    missing_fr = "n’a aucune fréquentation" if absent < 2 else "n’ont aucune fréquentation"
    missing_en = "has no attendance" if absent == 1 else "have no attendance"
    text = say(
        language,
        f"{counted(len(rows), 'fr', 'édition a un chiffre', 'éditions ont un chiffre')} ({grades}) ; {said_fr} "
        f"{largest.event} avec {number(figure.value, 'fr')} ({grade_words(figure.grade, 'fr')}).",
        f"{counted(len(rows), 'en', 'edition has a figure', 'editions have a figure')} ({grades}); {said_en} "
        f"{largest.event} with {number(figure.value, 'en')} ({grade_words(figure.grade, 'en')}).",
    )
    if absent:
        text += " " + say(
            language,
            f"{counted(absent, 'fr', 'édition', 'éditions')} sur {total} {missing_fr} : non mesuré n’est pas zéro.",
            f"{counted(absent, 'en', 'edition', 'editions')} of {total} {missing_en}: not measured is not zero.",
        )
    return text


def families_chart(facts: YearFacts, language: Language) -> ChartSpec | None:
    """Editions by family, in the order of the families; those without a family are shown too."""
    counts = Counter(edition.family for edition in facts.editions)
    named = [(family.key, family.label.read(language)[0], counts[family.key]) for family in facts.families]
    known = {family.key for family in facts.families}
    outside = sum(count for key, count in counts.items() if key not in known)
    if outside:
        named.append(("", say(language, "Sans famille", "No family"), outside))
    return _count_chart(
        facts,
        language,
        measure="events-by-family",
        axis=say(language, "Famille", "Family"),
        named=named,
        summary=_most(len(facts.editions), [(label, count) for _, label, count in named], language),
    )


def communes_chart(facts: YearFacts, language: Language) -> ChartSpec | None:
    """Editions by commune, most first; the sentence says how many have none."""
    counts = Counter(commune for edition in facts.editions for commune in edition.communes)
    named = [
        (commune, commune, count)
        for commune, count in sorted(counts.items(), key=lambda item: (-item[1], collation_key(item[0])))
    ]
    if len(named) > SHOWN:
        others = named[SHOWN - 1 :]
        label = say(language, f"{len(others)} autres communes", f"{len(others)} other communes")
        named = [*named[: SHOWN - 1], ("", label, sum(count for _, _, count in others))]
    known = sum(1 for edition in facts.editions if edition.communes)
    return _count_chart(
        facts,
        language,
        measure="editions-by-commune",
        axis="Commune",
        named=named,
        summary=_most(known, sorted(counts.items(), key=lambda item: collation_key(item[0])), language)
        + _absent_sentence(len(facts.editions) - known, language, "sans commune connue", "without a known commune"),
    )


def months_chart(facts: YearFacts, language: Language) -> ChartSpec | None:
    """Editions by month of their first day; the sentence says how many have no exact date."""
    counts = Counter(edition.start.month for edition in facts.editions if edition.start)
    named = [(f"{facts.year}-{rank:02}", short_month(rank, language), counts[rank]) for rank in range(1, 13)]
    return _count_chart(
        facts,
        language,
        measure="editions-by-month",
        axis=say(language, "Mois du premier jour", "Month of the first day"),
        named=named,
        summary=_most(counts.total(), [(month(rank, language), counts[rank]) for rank in range(1, 13)], language)
        + _absent_sentence(len(facts.editions) - counts.total(), language, "sans date exacte", "without an exact date"),
        kind="column",
    )


def _most(total: int, counts: Sequence[tuple[str, int]], language: Language) -> str:
    """How many were placed, and where most of them are."""
    highest = max((count for _, count in counts), default=0)
    first = [label for label, count in counts if count == highest and highest]
    most = (
        joined(first, language)
        if len(first) <= 3
        else say(language, f"{len(first)} à égalité", f"{len(first)} equally")
    )
    return say(
        language,
        f"{counted(total, 'fr', 'édition placée', 'éditions placées')} ; le plus : {most} ({highest}).",
        f"{counted(total, 'en', 'edition placed', 'editions placed')}; most: {most} ({highest}).",
    )


def _absent_sentence(absent: int, language: Language, fr: str, en: str) -> str:
    if not absent:
        return ""
    return " " + say(
        language,
        f"{counted(absent, 'fr', 'édition', 'éditions')} {fr}.",
        f"{counted(absent, 'en', 'edition', 'editions')} {en}.",
    )


def _count_chart(
    facts: YearFacts,
    language: Language,
    *,
    measure: str,
    axis: str,
    named: Sequence[tuple[str, str, int]],
    summary: str,
    kind: Kind = "bar",
) -> ChartSpec | None:
    if not any(count for _, _, count in named):
        return None
    label = MEASURES[measure].label
    return ChartSpec(
        id=f"{measure}-{facts.year}",
        measure=measure,
        language=language,
        kind=kind,
        title=say(
            language,
            f"{label.fr} en {facts.year} (nombre d’éditions), {facts.territory}",
            f"{label.en} in {facts.year} (number of editions), {facts.territory}",
        ),
        territory=facts.territory,
        category_axis=axis,
        value_axis=say(language, "Nombre d’éditions", "Number of editions"),
        unit="count",
        categories=tuple(Category(key=key, label=name) for key, name, _ in named),
        series=(
            Series(
                id="editions",
                label=say(language, "Éditions", "Editions"),
                points=tuple(Point(value=count) for _, _, count in named),
            ),
        ),
        summary=summary,
    )


def support_chart(
    lines: Sequence[SupportLine], *, chart_id: str, territory: str, language: Language
) -> ChartSpec | None:
    """Amounts stacked by beneficiary and period; what is pending is drawn hollow."""
    if not lines:
        return None
    totals = Counter[str]()
    for line in lines:
        totals[line.beneficiary] += line.amount_cents
    names = sorted(totals, key=lambda name: (-totals[name], collation_key(name)))
    drawn = names[:SHOWN]
    periods = sorted({line.years for line in lines}, key=lambda years: (not years, years))
    amounts: dict[tuple[str, tuple[int, ...]], list[SupportLine]] = {}
    for line in lines:
        amounts.setdefault((line.beneficiary, line.years), []).append(line)
    granted = sum(line.amount_cents for line in lines if line.status == "recorded")
    pending = sum(line.amount_cents for line in lines if line.status == "pending")
    ending_fr = f" {euros(pending, 'fr')} sont en attente et ne sont pas comptés." if pending else ""
    ending_en = f" {euros(pending, 'en')} is pending and not counted." if pending else ""
    return ChartSpec(
        id=chart_id,
        measure="support-by-beneficiary",
        language=language,
        kind="stacked_bar",
        title=say(
            language,
            f"Soutiens par bénéficiaire et par période (euros), {territory}",
            f"Support by beneficiary and period (euros), {territory}",
        ),
        territory=territory,
        category_axis=say(language, "Bénéficiaire", "Beneficiary"),
        value_axis="Euros",
        unit="euro_cents",
        categories=tuple(Category(key=name, label=name) for name in drawn),
        series=tuple(
            Series(
                id="-".join(map(str, years)) or "no-year",
                label=years_text(years, language).capitalize(),
                points=tuple(_support_point(amounts.get((name, years), [])) for name in drawn),
            )
            for years in periods
        ),
        summary=say(
            language,
            f"{counted(len(lines), 'fr', 'ligne de soutien', 'lignes de soutien')} pour "
            f"{counted(len(names), 'fr', 'bénéficiaire', 'bénéficiaires')} : {euros(granted, 'fr')} inscrits, "
            f"toutes périodes confondues.{ending_fr}",
            f"{counted(len(lines), 'en', 'support line', 'support lines')} for "
            f"{counted(len(names), 'en', 'beneficiary', 'beneficiaries')}: {euros(granted, 'en')} recorded, "
            f"all periods together.{ending_en}",
        )
        + _left_to_the_table(len(names), language),
    )


def _support_point(lines: Sequence[SupportLine]) -> Point:
    if not lines:
        return Point(value=None)
    return Point(
        value=sum(line.amount_cents for line in lines), pending=any(line.status == "pending" for line in lines)
    )


def conflict_chart(conflict: Conflict, *, territory: str, language: Language) -> ChartSpec | None:
    """The claims of a conflict side by side, when they are numbers."""
    if any(claim.value is None for claim in conflict.claims):
        return None
    name = conflict.quantity.read(language)[0]
    claims = [claim.statement.read(language)[0] for claim in conflict.claims]
    values = joined([number(claim.value or 0, language) for claim in conflict.claims], language)
    return ChartSpec(
        id=f"conflict-{conflict.id}",
        measure="conflict",
        language=language,
        kind="dot",
        title=typeset(f"{conflict.subject} : {name}, {territory}")
        if language == "fr"
        else f"{conflict.subject}: {name}, {territory}",
        territory=territory,
        category_axis=say(language, "Affirmation", "Claim"),
        value_axis=name[:1].upper() + name[1:],
        unit="ratio",
        categories=tuple(Category(key=str(rank), label=claim) for rank, claim in enumerate(claims)),
        series=(
            Series(
                id="claims",
                label=say(language, "Valeur", "Value"),
                points=tuple(
                    Point(value=claim.value, grade="E", note=source_words(claim.source)) for claim in conflict.claims
                ),
            ),
        ),
        note_axis="Source",
        summary=say(
            language,
            f"Les documents disent à la fois {values} : la contradiction n’est pas résolue.",
            f"The documents say both {values}: the conflict is not settled.",
        ),
    )


def history_chart(editions: Sequence[EditionFacts], *, territory: str, language: Language) -> ChartSpec | None:
    """The attendance of one event over its editions, only when two editions share a quantity."""
    counts = Counter(figure.quantity for edition in editions for figure in edition.attendances)
    shared = [quantity for quantity in QUANTITY_NAMES if counts[quantity] > 1]
    if not shared:
        return None
    ordered = sorted(editions, key=lambda edition: (edition.year, edition.start is None, edition.start, edition.id))
    series = []
    for quantity in shared:
        points = []
        for edition in ordered:
            figures = [figure for figure in edition.attendances if figure.quantity == quantity]
            best = min(figures, key=lambda figure: (GRADES.index(figure.grade), figure.value), default=None)
            points.append(Point(value=best.value, grade=best.grade) if best else Point(value=None))
        series.append(Series(id=quantity, label=QUANTITY_NAMES[quantity].read(language)[0], points=tuple(points)))
    event = ordered[-1].event
    first, last = ordered[0].year, ordered[-1].year
    return ChartSpec(
        id="attendance-history",
        measure="attendance",
        language=language,
        kind="line",
        title=say(
            language,
            f"Fréquentation de {event} par édition (personnes), {territory}",
            f"Attendance of {event} by edition (people), {territory}",
        ),
        territory=territory,
        category_axis=say(language, "Année", "Year"),
        value_axis=say(language, "Personnes", "People"),
        unit="count",
        categories=tuple(Category(key=edition.id, label=str(edition.year)) for edition in ordered),
        series=tuple(series),
        summary=say(
            language,
            f"De {first} à {last}, les grades de preuve diffèrent d’une année à l’autre : "
            f"{grade_counts((p.grade for s in series for p in s.points if p.grade), 'fr')}.",
            f"From {first} to {last}, evidence grades differ between years: "
            f"{grade_counts((p.grade for s in series for p in s.points if p.grade), 'en')}.",
        )
        if len({p.grade for s in series for p in s.points if p.grade}) > 1
        else say(
            language,
            f"De {first} à {last}, tous les chiffres ont le même grade de preuve.",
            f"From {first} to {last}, all figures have the same evidence grade.",
        ),
    )
