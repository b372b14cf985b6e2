"""A chart of an assessment as a file of its own: an SVG that needs no page, and the same as a PNG."""

import math
from typing import Final
from xml.sax.saxutils import quoteattr

from dashboards.annex.pdf import FONT, compiled, printable
from dashboards.attendance.canvas import WIDE, Canvas, n, xml
from dashboards.impact.drawing import drawn
from dashboards.impact.marks import ImpactChart
from dashboards.impact.sheet import ImpactSheet
from dashboards.palette import PRINT_INK
from dashboards.scales import SIZE, wrap

SANS: Final = "Arial, Helvetica, 'Liberation Sans', sans-serif"
_MARGIN: Final = 24
_TITLE: Final = 19
_SMALL: Final = 12
_LIGHT: Final = (
    "<style>.hollow{fill:#fff}.halo{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}</style>"
)
"""What the style sheet of the page gives the drawings, for white paper."""
_PNG: Final = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)
"""
POINT: Final = 0.75
"""Of a CSS pixel."""
TWICE: Final = 192.0
"""Pixels per inch: two for one of the drawing."""


def chart_svg(chart: ImpactChart, sheet: ImpactSheet, *, font: str = SANS) -> str:
    """The chart with its title, its sentence, its grade and its source, on white."""
    canvas = drawn(chart, WIDE)
    head = [(_TITLE, True, line) for line in wrap(chart.title, WIDE * 0.92, _TITLE)]
    head += [(SIZE, False, line) for line in wrap(chart.sentence, WIDE)]
    foot = [line for words in (sheet.outdated(), sheet.modelled(), sheet.source()) if words for line in _small(words)]
    top, lines = 0.0, []
    for size, bold, line in head:
        top += size * 1.45
        weight = ' font-weight="bold"' if bold else ""
        lines.append(f'<text x="0" y="{n(top)}" font-size="{size}"{weight}>{xml(line)}</text>')
    top += 18
    bottom = top + canvas.height + 10
    lines.append(f'<g transform="translate(0 {n(top)})">')
    after = ["</g>", f'<path d="M0 {n(bottom)}H{WIDE}" stroke="currentColor" stroke-opacity=".35"/>']
    for line in foot:
        bottom += _SMALL * 1.5
        after.append(f'<text x="0" y="{n(bottom)}" font-size="{_SMALL}">{xml(line)}</text>')
    summary = " ".join(words for words in (chart.sentence, sheet.modelled(), sheet.source()) if words)
    return _svg(canvas, [*lines, *canvas.body, *after], bottom + 8, margin=_MARGIN, font=font, summary=summary)


def printed_svg(chart: ImpactChart, width: int) -> str:
    """The marks alone, for a document that says the rest beside them."""
    canvas = drawn(chart, width)
    return printable(_svg(canvas, canvas.body, canvas.height, margin=0, font=FONT, summary=chart.sentence))


def chart_png(chart: ImpactChart, sheet: ImpactSheet) -> bytes:
    """The file of the chart in pixels, two for one, with the fonts of the compiler."""
    svg = printable(chart_svg(chart, sheet, font=FONT))
    width = str((WIDE + 2 * _MARGIN) * POINT)
    return compiled(_PNG, {"svg": svg, "width": width}, format="png", ppi=TWICE)


def _small(words: str) -> list[str]:
    return wrap(words, WIDE, _SMALL)


def _svg(canvas: Canvas, body: list[str], height: float, *, margin: int, font: str, summary: str) -> str:
    wide, high = canvas.width + 2 * margin, math.ceil(height) + 2 * margin
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'role="img" aria-labelledby="{canvas.id}-title {canvas.id}-desc" lang="{canvas.language}" '
        f'font-family={quoteattr(font)} font-size="{SIZE}" fill="{PRINT_INK}" color="{PRINT_INK}">'
    )
    names = (
        f'<title id="{canvas.id}-title">{xml(canvas.title)}</title><desc id="{canvas.id}-desc">{xml(summary)}</desc>'
    )
    definitions = f"<defs>{''.join(canvas.definitions)}</defs>" if canvas.definitions else ""
    ground = f'<rect width="{wide}" height="{high}" fill="#fff"/>'
    moved = (f'<g transform="translate({margin} {margin})">', *body, "</g>")
    return "\n".join((head, names, _LIGHT, definitions, ground, *moved, "</svg>", ""))
