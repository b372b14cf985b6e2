"""The page of an assessment -> accessible PDF (PDF/UA-1 and PDF/A-2a) through Typst, with the fonts of the compiler."""

import datetime as dt
import json
from importlib.resources import files
from typing import Any, Final

from dashboards.annex.pdf import STANDARDS, breakable, compiled, printable
from dashboards.formats import say
from dashboards.impact.alone import printed_svg
from dashboards.impact.board import impact_board, impact_charts
from dashboards.impact.sheet import ImpactSheet
from dashboards.measures import MEASURES, Language
from dashboards.parts import flat
from dashboards.tables import Table
from events_api.text.interface import text

COLUMN: Final = 840
"""The width that the charts are drawn for: on A4 their words are then 8 points high."""
_SAID: Final = {
    "formula": "dashboard.formula",
    "unit": "dashboard.unit",
    "grain": "dashboard.grain",
    "source": "edition.source",
    "caveat": "dashboard.caveat",
}
"""What is said of a measure, and the text that names it."""


def impact_pdf(sheet: ImpactSheet, computed_at: dt.datetime) -> bytes:
    """The same bytes for the same assessment on any machine."""
    made = computed_at.astimezone(dt.UTC)
    content = _printable(_content(sheet)) | {"date": list(made.timetuple()[:6])}
    return compiled(
        files("dashboards.impact").joinpath("impact.typ").read_bytes(),
        {"sheet": json.dumps(content, ensure_ascii=False)},
        pdf_standards=[*STANDARDS],
        timestamp=int(made.timestamp()),
    )


def _content(sheet: ImpactSheet) -> dict[str, Any]:
    language, facts = sheet.language, sheet.facts
    board = impact_board(facts, language)
    charts = impact_charts(facts, language)
    return {
        "language": language,
        "region": {"fr": "FR", "en": "GB"}[language],
        "title": text("impact.title", language),
        "subtitle": facts.edition,
        "territory": facts.territory,
        "grade": board.grade,
        "grade_words": board.grade_words.removeprefix(f"{board.grade}, ").removeprefix(f"{board.grade} "),
        "no_fact": board.no_fact,
        "stale": sheet.outdated(),
        "modelled": sheet.modelled(),
        "source": sheet.source(),
        "running": say(
            language,
            f"{facts.edition}, évaluation n°\u00a0{sheet.number} du {sheet.computed_on}",
            f"{facts.edition}, assessment no. {sheet.number} of {sheet.computed_on}",
        ),
        "page": say(language, "page", "page"),
        "of": say(language, "sur", "of"),
        "colon": say(language, "\u00a0: ", ": "),
        "headline": text("impact.headline", language),
        "label": board.label,
        "figures": [
            {"value": board.value, "note": flat(board.strict_parts)},
            {"value": board.extended, "note": flat(board.extended_parts)},
        ],
        "lead": board.lead,
        "notes_title": text("impact.notes", language),
        "notes": [
            {
                "kind": text(f"impact.note.{note.severity}", language),
                "warning": note.severity == "warning",
                "text": note.text,
                "source": f"{note.lint}, {note.source}",
            }
            for note in board.notes
        ],
        "charts_title": say(language, "Graphiques et valeurs", "Charts and values"),
        "charts": [
            {
                "name": text(f"impact.chart.{chart.id}", language),
                "title": chart.title,
                "sentence": chart.sentence,
                "svg": printed_svg(chart, COLUMN),
                "tables": [_table(table) for table in (drawing.table, *drawing.more)],
            }
            for chart, drawing in zip(charts, board.drawings, strict=True)
        ],
        "tables_title": text("impact.tables", language),
        "tables": [_table(table) for table in board.tables],
        "measures_title": text("dashboard.measures", language),
        "measures": [_measure(name, language) for name in dict.fromkeys(chart.measure for chart in charts)],
        "made_title": text("impact.made", language),
        "made_text": text("impact.made.text", language),
        "made": [{"term": term, "text": breakable(words)} for term, words in sheet.made],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "headers": [{"label": one.label, "numeric": one.numeric, "width": one.width} for one in table.headers],
        "rows": [[{"text": breakable(cell.text), "missing": cell.missing} for cell in row] for row in table.rows],
    }


def _measure(name: str, language: Language) -> dict[str, Any]:
    measure = MEASURES[name]
    return {
        "label": measure.label.read(language)[0],
        "said": [
            {"term": text(key, language), "text": getattr(measure, part).read(language)[0]}
            for part, key in _SAID.items()
        ],
    }


def _printable(value: Any) -> Any:
    """Every text with the characters that the fonts hold; the drawings are made so already."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, dict):
        return {key: one if key == "svg" else _printable(one) for key, one in value.items()}
    return value
