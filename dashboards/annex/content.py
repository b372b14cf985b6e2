"""What the annex says, in French and in order; the PDF and the HTML only lay it out."""

from collections import Counter
from datetime import UTC
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dashboards.annex import AnnexData
from dashboards.builders import (
    Definition,
    Section,
    Sheet,
    all_conflicts,
    attendance_section,
    conflicts_section,
    edition_definitions,
    missing_section,
    support_section,
    year_key_figures,
)
from dashboards.charts import communes_chart, families_chart, months_chart
from dashboards.facts import EditionFacts, OtherEvent, YearFacts
from dashboards.formats import counted, day, number, say
from dashboards.listings import (
    attendance_cell,
    dates_cell,
    figure_words,
    film_shoots_table,
    grade_cell,
    listed_cell,
    printed_facts_table,
    source_cell,
    unit_cell,
)
from dashboards.measures import GRADES, MEASURES, Language
from dashboards.phrases import edition_name
from dashboards.rules import in_order
from dashboards.tables import Cell, Header, Table, chart_table
from dashboards.words import (
    GLOSSARY,
    GRADE_DEFINITIONS,
    GRADE_NAMES,
    QUANTITY_DEFINITIONS,
    QUANTITY_NAMES,
    grade_words,
)

FRENCH: Language = "fr"


class Document(Struct, frozen=True, kw_only=True):
    """The whole annex, ready to be laid out."""

    title: str
    subtitle: str
    territory: str
    publisher: str
    year: int
    version: str
    frozen_on: str
    description: str
    fingerprint: str
    sections: tuple[Section, ...]


def encode(data: AnnexData) -> bytes:
    """The data in the one form that is hashed: read back once, so that 64 and 64.0 are the same bytes."""
    once = msgspec.json.decode(msgspec.json.encode(data), type=AnnexData)
    return msgspec.json.encode(once, order="deterministic")


def fingerprint(data: AnnexData) -> str:
    """SHA-256 of the data: two documents with the same fingerprint say the same."""
    return sha256(encode(data)).hexdigest()


def document(data: AnnexData, *, printed_fingerprint: str = "") -> Document:
    """The annex as sections; the fingerprint is given when the texts were changed for print."""
    facts, sources = _referenced(data.facts)
    mark = printed_fingerprint or fingerprint(data)
    frozen_on = day(data.frozen_at.astimezone(UTC).date(), FRENCH)
    sections = (
        _summary(facts),
        *_programme(facts),
        attendance_section(facts, FRENCH),
        _by_family(facts),
        _sheets(facts),
        support_section(facts, FRENCH),
        *_film_shoots(facts),
        *_roadmap(facts),
        *_other_facts(facts),
        conflicts_section(all_conflicts(facts), facts.territory, FRENCH),
        _missing(facts),
        *_other_events(facts),
        _sources(facts, sources),
        _glossary(),
        _making(data, mark),
    )
    return Document(
        title=say(FRENCH, f"Annexe annuelle des événements {facts.year}", ""),
        subtitle="Événements culturels et créatifs soutenus ou notables",
        territory=facts.territory,
        publisher=data.publisher,
        year=facts.year,
        version=str(data.version),
        frozen_on=frozen_on,
        description=say(
            FRENCH,
            f"Fréquentation avec grade de preuve, soutiens publics, contradictions et données manquantes de "
            f"{counted(len(facts.editions), FRENCH, 'édition', 'éditions')} en {facts.year}, {facts.territory}.",
            "",
        ),
        fingerprint=mark,
        sections=sections,
    )


def grade_parts(cell: Cell) -> tuple[str, str, str]:
    """The words of a cell without its grade, the letter and its name, so that the letter can be drawn as a badge."""
    if cell.grade is None:
        return cell.text, "", ""
    name = GRADE_NAMES[cell.grade].read(FRENCH)[0]
    bare = cell.text.removesuffix(f"({cell.grade}, {name})").removesuffix(f"{cell.grade}, {name}").rstrip()
    return bare, cell.grade, name


def _summary(facts: YearFacts) -> Section:
    return Section(
        id="essentiel",
        title="L’essentiel",
        sentences=(
            say(
                FRENCH,
                "Chaque fréquentation porte un grade de preuve, de A (scanné) à F (prévu). Un chiffre que personne n’a "
                "mesuré est dit « non mesuré » : ce n’est pas zéro. Quand deux documents se contredisent, les deux "
                "chiffres sont montrés et rien n’est tranché ici.",
                "",
            ),
        ),
        key_figures=year_key_figures(facts, FRENCH),
    )


def _programme(facts: YearFacts) -> list[Section]:
    """One section for each chart of the programme, with its table."""
    titled = (
        ("par-famille", "Le programme par famille", families_chart(facts, FRENCH)),
        ("par-commune", "Le programme par commune", communes_chart(facts, FRENCH)),
        ("par-mois", "Le programme par mois", months_chart(facts, FRENCH)),
    )
    return [
        Section(
            id=anchor,
            title=title,
            charts=(chart,),
            tables=(replace(chart_table(chart), caption=f"{MEASURES[chart.measure].label.fr} en {facts.year}"),),
        )
        for anchor, title, chart in titled
        if chart
    ]


def _grouped(facts: YearFacts) -> list[tuple[str, str, list[EditionFacts]]]:
    """Key, label and editions of each family that has some; then those without a family."""
    groups = [
        (
            family.key,
            family.label.read(FRENCH)[0],
            in_order(edition for edition in facts.editions if edition.family == family.key),
        )
        for family in facts.families
    ]
    known = {family.key for family in facts.families}
    groups.append(
        ("sans-famille", "Sans famille", in_order(edition for edition in facts.editions if edition.family not in known))
    )
    return [group for group in groups if group[2]]


def family_label(family: str | None, facts: YearFacts) -> str:
    """The label of a family key, empty when unknown."""
    return next((known.label.read(FRENCH)[0] for known in facts.families if known.key == family), "")


def _by_family(facts: YearFacts) -> Section:
    headers = (
        Header(label="Édition", width=2.6),
        Header(label="Organisateurs", width=1.7),
        Header(label="Commune", width=1.4),
        Header(label="Dates", width=1.5),
        Header(label="Fréquentation", numeric=True, width=1.35),
        Header(label="Compte", width=1.3),
        Header(label="Grade", width=1.45),
        Header(label="Action", width=0.8),
    )
    return Section(
        id="editions",
        title="Les éditions, famille par famille",
        sentences=(
            say(
                FRENCH,
                "Une ligne par édition. « Compte » reprend ce que la source dit compter ; « Action » renvoie à la "
                "feuille de route.",
                "",
            ),
        ),
        tables=tuple(
            Table(
                id=f"famille-{key.replace('_', '-')}",
                caption=f"{label}, {counted(len(editions), FRENCH, 'édition', 'éditions')} en {facts.year}",
                summary="Une édition par ligne.",
                headers=headers,
                rows=tuple(_edition_row(edition) for edition in editions),
            )
            for key, label, editions in _grouped(facts)
        ),
    )


def _edition_row(edition: EditionFacts) -> tuple[Cell, ...]:
    figure = edition.attendance()
    return (
        Cell(text=edition_name(edition, FRENCH)),
        listed_cell(edition.organisers, FRENCH),
        listed_cell(edition.communes, FRENCH),
        dates_cell(edition, FRENCH),
        attendance_cell(figure, FRENCH),
        unit_cell(figure, FRENCH),
        grade_cell(figure.grade if figure else None, FRENCH),
        Cell(text=edition.roadmap_action) if edition.roadmap_action else Cell(text="—", missing=True),
    )


def _sheets(facts: YearFacts) -> Section:
    return Section(
        id="fiches",
        title="Fiche de chaque édition",
        sheets=tuple(
            Sheet(
                title=edition.event,
                group=label,
                definitions=tuple(
                    known for known in edition_definitions(edition, label, FRENCH) if known.term != "Famille"
                ),
            )
            for _, label, editions in _grouped(facts)
            for edition in editions
        ),
    )


def _film_shoots(facts: YearFacts) -> list[Section]:
    if not facts.film_shoots:
        return []
    table = film_shoots_table(facts.film_shoots, table_id="tournages-table", territory=facts.territory, language=FRENCH)
    return [Section(id="tournages", title="Tournages", tables=(table,))]


def _roadmap(facts: YearFacts) -> list[Section]:
    if not facts.roadmap:
        return []
    table = Table(
        id="feuille-de-route-table",
        caption="Actions de la feuille de route et éditions rattachées",
        summary="Une action par ligne.",
        headers=(
            Header(label="Action", width=0.6),
            Header(label="Libellé", width=2),
            Header(label="Éditions rattachées", width=3),
        ),
        rows=tuple(
            (
                Cell(text=action.number),
                Cell(text=action.label),
                listed_cell(
                    [edition.event for edition in in_order(facts.editions) if edition.roadmap_action == action.number],
                    FRENCH,
                    absent="aucune",
                ),
            )
            for action in sorted(facts.roadmap, key=lambda action: [_rank(part) for part in action.number.split(".")])
        ),
    )
    sentences = (
        (say(FRENCH, f"Présence hors du territoire : {', '.join(facts.outside_presence)}.", ""),)
        if facts.outside_presence
        else ()
    )
    return [Section(id="feuille-de-route", title="Feuille de route", sentences=sentences, tables=(table,))]


def _rank(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isdecimal() else (10**6, part)


def _other_facts(facts: YearFacts) -> list[Section]:
    table = printed_facts_table(facts.editions, table_id="faits-table", language=FRENCH)
    return [Section(id="faits", title="Autres faits imprimés", tables=(table,))] if table else []


def _missing(facts: YearFacts) -> Section:
    return missing_section(facts.editions, "manques-table", FRENCH)


def _other_events(facts: YearFacts) -> list[Section]:
    """The events of the programme that no document places in the year."""
    if not facts.other_events:
        return []
    table = Table(
        id="sans-edition-table",
        caption=f"Événements du programme sans édition connue en {facts.year}",
        summary="Un événement par ligne, avec sa dernière édition connue.",
        headers=(
            Header(label="Événement", width=2),
            Header(label="Famille", width=1.2),
            Header(label="Commune", width=1),
            Header(label="Dernière édition connue", width=1.2),
            Header(label="Fréquentation", width=1.6),
            Header(label="Source", width=0.6),
        ),
        rows=tuple(_other_row(event, facts) for event in facts.other_events),
    )
    return [
        Section(
            id="sans-edition",
            title=f"Événements sans édition connue en {facts.year}",
            sentences=(
                say(
                    FRENCH,
                    f"{counted(len(facts.other_events), FRENCH, 'événement figure', 'événements figurent')} au "
                    f"programme sans qu’aucun document leur donne une édition en {facts.year}.",
                    "",
                ),
            ),
            tables=(table,),
        )
    ]


def _other_row(event: OtherEvent, facts: YearFacts) -> tuple[Cell, ...]:
    last = max(event.editions, key=lambda edition: (edition.year, edition.id), default=None)
    figure = last.attendance() if last else None
    family = family_label(event.family, facts)
    return (
        Cell(text=event.name),
        listed_cell([family] if family else [], FRENCH, absent="non communiquée"),
        listed_cell(event.communes, FRENCH, absent="non communiquée"),
        Cell(text=str(last.year)) if last else Cell(text="aucune", missing=True),
        Cell(text=figure_words(figure, FRENCH)) if figure else Cell(text="non mesuré", missing=True),
        source_cell(event.source),
    )


def _referenced(facts: YearFacts) -> tuple[YearFacts, dict[str, str]]:
    """The facts with each document replaced by its number in the list of sources, and that list."""
    numbers = {document: f"S{rank}" for rank, document in enumerate(sorted(set(_all_documents(facts))), 1)}

    def numbered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: numbers[item] if key == "document" else numbered(item) for key, item in value.items()}
        return [numbered(item) for item in value] if isinstance(value, list | tuple) else value

    return msgspec.convert(numbered(msgspec.to_builtins(facts)), YearFacts), numbers


def _sources(facts: YearFacts, numbers: dict[str, str]) -> Section:
    """Every document quoted, with its number and how many entries it carries."""
    quoted = Counter(_all_documents(facts))
    return Section(
        id="sources",
        title="Sources",
        sentences=("Les documents d’où viennent les données, et le nombre de données que chacun porte.",),
        tables=(
            Table(
                id="sources-table",
                caption="Documents cités",
                summary="Un document par ligne.",
                headers=(
                    Header(label="Source", width=0.6),
                    Header(label="Document", width=4),
                    Header(label="Données", numeric=True, width=0.8),
                ),
                rows=tuple(
                    (
                        Cell(text=mark, anchor=True),
                        Cell(text=document),
                        Cell(text=number(quoted[mark], FRENCH), numeric=True),
                    )
                    for document, mark in numbers.items()
                ),
            ),
        ),
    )


def _all_documents(facts: YearFacts) -> list[str]:
    editions = [*facts.editions, *(edition for event in facts.other_events for edition in event.editions)]
    return [
        *(edition.source.document for edition in editions),
        *(event.source.document for event in facts.other_events if not event.editions),
        *(figure.source.document for edition in editions for figure in edition.attendances),
        *(fact.source.document for edition in editions for fact in edition.facts),
        *(line.source.document for edition in editions for line in edition.support),
        *(line.source.document for line in facts.support),
        *(shoot.source.document for shoot in facts.film_shoots),
        *(claim.source.document for conflict in all_conflicts(facts) for claim in conflict.claims),
    ]


def _glossary() -> Section:
    """The grades, the quantities and the words."""
    entries = [(f"Grade {grade_words(grade, FRENCH)}", GRADE_DEFINITIONS[grade].fr) for grade in GRADES]
    entries += [
        (name.fr[:1].upper() + name.fr[1:], QUANTITY_DEFINITIONS[quantity].fr)
        for quantity, name in QUANTITY_NAMES.items()
    ]
    entries += [(word.fr, meaning.fr) for word, meaning in GLOSSARY]
    return Section(
        id="glossaire",
        title="Glossaire",
        definitions=tuple(
            Definition(term=term, cells=(Cell(text=say(FRENCH, meaning, "")),)) for term, meaning in entries
        ),
    )


def _making(data: AnnexData, mark: str) -> Section:
    frozen = data.frozen_at.astimezone(UTC)
    moment = f"{day(frozen.date(), FRENCH)} à {frozen.hour}\u00a0h\u00a0{frozen.minute:02} (temps universel)"
    entries = (
        ("Éditeur", data.publisher),
        ("Année et version", f"{data.facts.year}, version {data.version}"),
        ("Données gelées", moment),
        ("Empreinte des données (SHA-256)", mark),
        ("Reproduction", "Les mêmes données donnent le même document, à l’octet près."),
        ("Corrections", "Une correction donne une nouvelle version ; celle-ci ne change plus."),
        ("Accessibilité", "Document PDF balisé selon PDF/UA-1 et archivable selon PDF/A-2a ; aussi en HTML et en CSV."),
    )
    return Section(
        id="etablissement",
        title="Établissement de ce document",
        definitions=tuple(Definition(term=term, cells=(Cell(text=say(FRENCH, text, "")),)) for term, text in entries),
    )
