"""AnnexData -> accessible PDF (PDF/UA-1 and PDF/A-2a) through Typst; texts are data there, never markup."""

import functools
import json
import re
import unicodedata
from datetime import UTC
from importlib.resources import files
from typing import Any, Literal

import msgspec
import typst

from dashboards.annex import AnnexData
from dashboards.annex.content import FRENCH, document, fingerprint, grade_parts
from dashboards.annex.glyphs import PRINTABLE
from dashboards.builders import Section
from dashboards.palette import PRINT_INK
from dashboards.svg import WIDE, render_svg
from dashboards.tables import Cell

FONT = "Libertinus Serif"
HALF = 480
_LONG = re.compile(r"[./_\-\[\]#:@]+|[^./_\-\[\]#:@]{16}")
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
_RANGES = tuple(
    (int(low, 16), int(high or low, 16)) for low, _, high in (part.partition("-") for part in PRINTABLE.split())
)


def annex_pdf(data: AnnexData) -> bytes:
    """The same bytes for the same data on any machine: embedded fonts, date of the data, nothing else read."""
    printable = msgspec.convert(_printable(msgspec.to_builtins(data)), AnnexData)
    annex = document(printable, printed_fingerprint=fingerprint(data))
    content: dict[str, Any] = msgspec.to_builtins(annex)
    content["sections"] = [_section(section) for section in annex.sections]
    frozen = data.frozen_at.astimezone(UTC)
    content["date"] = list(frozen.timetuple()[:6])
    return compiled(
        files("dashboards.annex").joinpath("annex.typ").read_bytes(),
        {"annex": json.dumps(content, ensure_ascii=False)},
        pdf_standards=[*STANDARDS],
        timestamp=int(frozen.timestamp()),
    )


def compiled(template: bytes, inputs: dict[str, str], **options: Any) -> bytes:
    """The document of a template with these inputs and the embedded fonts alone."""
    found = typst.compile(template, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs, **options)
    if not isinstance(found, bytes):
        raise TypeError("a document of one file was asked for")
    return found


@functools.cache
def _fonts() -> typst.Fonts:
    """Only the fonts inside the compiler: those of the machine would change the bytes."""
    return typst.Fonts(include_system_fonts=False)


def _section(section: Section) -> dict[str, Any]:
    view: dict[str, Any] = msgspec.to_builtins(section)
    beside = len(section.charts) == len(section.tables) == 1 and len(section.tables[0].headers) == 2
    width = HALF if beside else WIDE
    view["beside"] = beside
    view["charts"] = [
        {
            "title": chart.title,
            "summary": chart.summary,
            "svg": render_svg(chart, width=width, ink=PRINT_INK, font=FONT),
        }
        for chart in section.charts
    ]
    for table, shown in zip(section.tables, view["tables"], strict=True):
        shown["rows"] = [[_cell(cell) for cell in row] for row in table.rows]
    for definition, shown in zip(section.definitions, view["definitions"], strict=True):
        shown["cells"] = [_cell(cell) for cell in definition.cells]
    for sheet, shown_sheet in zip(section.sheets, view["sheets"], strict=True):
        for definition, shown in zip(sheet.definitions, shown_sheet["definitions"], strict=True):
            shown["cells"] = [_cell(cell) for cell in definition.cells]
    return view


def _cell(cell: Cell) -> dict[str, Any]:
    """The cell with its grade apart from its words, so that it can be drawn as a badge."""
    text, letter, name = grade_parts(cell)
    return {
        "text": breakable(text),
        "numeric": cell.numeric,
        "missing": cell.missing,
        "language": cell.language or FRENCH,
        "source": cell.source,
        "anchor": cell.anchor,
        "grade": letter,
        "name": name,
    }


def breakable(text: str) -> str:
    """The text with places to break inside words too long for a column."""
    return " ".join(_LONG.sub("\\g<0>\u200b", word) if len(word) > 18 else word for word in text.split(" "))


def _printable(value: Any) -> Any:
    """Every text of the data with the characters that the embedded fonts hold; others are named by their code."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return value


def printable(text: str) -> str:
    """A text that PDF/A accepts: controls become spaces, an absent glyph becomes « [U+65E5] »."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if _has_glyph(character):
            kept.append(character)
        elif unicodedata.category(character) in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif unicodedata.category(character) not in ("Cf", "Cs"):
            kept.append(f"[U+{ord(character):04X}]")
    return "".join(kept)


@functools.cache
def _has_glyph(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in _RANGES)
