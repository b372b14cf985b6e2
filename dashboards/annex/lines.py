"""AnnexData -> CSV: one line an edition, for a spreadsheet or a program."""

import csv
import io

from dashboards.annex import AnnexData
from dashboards.annex.content import FRENCH, family_label
from dashboards.facts import EditionFacts, YearFacts
from dashboards.listings import figure_words
from dashboards.phrases import source_words
from dashboards.rules import in_order
from dashboards.words import GAP_NAMES, GRADE_NAMES, QUANTITY_NAMES, STATUS_NAMES

COLUMNS = (
    "annee",
    "version",
    "evenement",
    "famille",
    "numero_edition",
    "etat",
    "organisateurs",
    "communes",
    "date_debut",
    "date_fin",
    "date_texte",
    "frequentation",
    "grandeur",
    "unite_imprimee",
    "grade",
    "grade_libelle",
    "source_frequentation",
    "autres_frequentations",
    "soutien_euros",
    "action_feuille_de_route",
    "contradictions",
    "donnees_manquantes",
    "source",
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def annex_csv(data: AnnexData) -> bytes:
    """UTF-8 with a byte order mark, semicolons, machine dates and numbers; nothing missing is written zero."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for edition in in_order(data.facts.editions):
        writer.writerow([guarded(cell) for cell in _row(edition, data.facts, data.version)])
    return out.getvalue().encode("utf-8-sig")


def _row(edition: EditionFacts, facts: YearFacts, version: int) -> list[str]:
    figure = edition.attendance()
    others = [other for other in edition.attendances if other is not figure]
    recorded = [line.amount_cents for line in edition.support if line.status == "recorded"]
    return [
        str(facts.year),
        str(version),
        edition.event,
        family_label(edition.family, facts),
        "" if edition.number is None else str(edition.number),
        STATUS_NAMES[edition.status].fr,
        ", ".join(edition.organisers),
        ", ".join(edition.communes),
        edition.start.isoformat() if edition.start else "",
        edition.end.isoformat() if edition.end else "",
        edition.date_text.read(FRENCH)[0],
        str(figure.value) if figure else "",
        QUANTITY_NAMES[figure.quantity].fr if figure else "",
        figure.unit if figure else "",
        figure.grade if figure else "",
        GRADE_NAMES[figure.grade].fr if figure else "",
        source_words(figure.source) if figure else "",
        " | ".join(figure_words(other, FRENCH) for other in others),
        f"{sum(recorded) // 100}.{sum(recorded) % 100:02}" if recorded else "",
        edition.roadmap_action,
        " | ".join(conflict.subject for conflict in edition.conflicts),
        " | ".join(GAP_NAMES[gap].fr for gap in edition.gaps()),
        source_words(edition.source),
    ]
