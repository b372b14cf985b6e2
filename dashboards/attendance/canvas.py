"""What every drawing of this package shares: a canvas that is named and described, a drawing with its table."""

import datetime as dt
import math
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from babel.dates import format_date
from msgspec import Struct

from dashboards.formats import LOCALES, say
from dashboards.measures import Language
from dashboards.parts import Part
from dashboards.scales import SIZE, text_width
from dashboards.tables import Table
from events_api.text.formats import clock

WIDE = 960
NARROW = 300
SMALL = 12
BLUE = "#0072b2"
ORANGE = "#c45a00"
GREY = "#757575"
"""Each keeps 3:1 against both pages (dashboards/palette.py)."""


class Badge(Struct, frozen=True, kw_only=True):
    """What a chart says of itself besides its sentence: its grade, that it is modelled, that it is simulated."""

    text: str
    grade: str = ""
    kind: str = ""


class Drawing(Struct, frozen=True, kw_only=True):
    """One chart in one language: its sentence, the same drawing for a wide and for a narrow column, and its table.

    `parts` are the sentence again with the nodes that its numbers lead to; `more` are further tables of the chart.
    """

    id: str
    measure: str
    title: str
    sentence: str
    wide: str
    narrow: str
    table: Table
    badges: tuple[Badge, ...] = ()
    parts: tuple[Part, ...] = ()
    more: tuple[Table, ...] = ()


class Canvas:
    """The marks of one SVG. Colours are attributes, so that it stands alone; classes let the page retint it."""

    def __init__(self, chart: str, width: int, *, title: str, summary: str, language: Language) -> None:
        self.id = f"{chart}-{width}"
        self.width = width
        self.language = language
        self.title = title
        self.summary = summary
        self.height = 0.0
        self.body: list[str] = []
        self.definitions: list[str] = []

    @property
    def narrow(self) -> bool:
        """Whether this is the drawing for a telephone."""
        return self.width < 480

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SIZE,
        anchor: str = "",
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Write words; a halo keeps them readable over marks."""
        extra = f' text-anchor="{anchor}"' if anchor else ""
        extra += f' font-size="{size:g}"' if size != SIZE else ""
        extra += ' font-weight="bold"' if bold else ""
        extra += ' class="halo"' if halo else ""
        self.body.append(f'<text x="{n(x)}" y="{n(y)}"{extra}>{xml(words)}</text>')

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        colour: str = "currentColor",
        width: float = 1,
        dash: str = "",
        opacity: float = 1,
    ) -> None:
        """Draw a straight line."""
        self.path(f"M{n(x1)} {n(y1)}L{n(x2)} {n(y2)}", stroke=colour, width=width, dash=dash, opacity=opacity)

    def grid(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a faint line that helps the eye."""
        self.line(x1, y1, x2, y2, opacity=0.18)

    def path(
        self,
        shape: str,
        *,
        fill: str = "none",
        stroke: str = "",
        width: float = 1,
        dash: str = "",
        opacity: float = 1,
        fill_opacity: float = 1,
        css: str = "",
        tip: str = "",
    ) -> None:
        """Draw a shape; the tip is what a pointer over it is told."""
        extra = f' class="{css}"' if css else ""
        extra += f' stroke="{stroke}" stroke-width="{width:g}"' if stroke else ""
        extra += f' stroke-dasharray="{dash}"' if dash else ""
        extra += f' stroke-opacity="{opacity:g}"' if opacity != 1 else ""
        extra += f' fill-opacity="{fill_opacity:g}"' if fill_opacity != 1 else ""
        self.body.append(_closed(f'<path d="{shape}" fill="{fill}"{extra}', "path", tip))

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        stroke: str = "",
        line: float = 1,
        css: str = "",
        tip: str = "",
    ) -> None:
        """Draw a box."""
        extra = f' class="{css}"' if css else ""
        extra += f' stroke="{stroke}" stroke-width="{line:g}"' if stroke else ""
        start = f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" fill="{fill}"{extra}'
        self.body.append(_closed(start, "rect", tip))

    def pattern(self, name: str, marks: str, size: int = 6) -> str:
        """Define a pattern and return the fill that uses it."""
        identity = f"{self.id}-{name}"
        self.definitions.append(
            f'<pattern id="{identity}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">{marks}</pattern>'
        )
        return f"url(#{identity})"

    def hatch(self, name: str = "hatch", colour: str = "currentColor", opacity: float = 0.35) -> str:
        """The oblique lines of what is closed, masked or beyond."""
        return self.pattern(
            name, f'<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="{colour}" stroke-opacity="{opacity:g}"/>', 6
        )

    def legend(self, entries: list[tuple[dict[str, str], str]]) -> None:
        """Explain marks: boxes with these attributes and their words."""
        x = 0.0
        self.height += 22
        for attributes, words in entries:
            wide = 24 + text_width(words, SMALL) + 14
            if x and x + wide - 14 > self.width:
                x = 0.0
                self.height += 20
            css, fill, stroke = (attributes.get(name, "") for name in ("css", "fill", "stroke"))
            self.rect(x + 1, self.height - 11, 16, 12, fill=fill or "none", stroke=stroke, css=css, line=1.5)
            self.text(x + 23, self.height, words, size=SMALL)
            x += wide
        self.height += 6

    def render(self) -> str:
        """The whole SVG."""
        height = math.ceil(self.height)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height}" width="{self.width}" '
            f'height="{height}" role="img" aria-labelledby="{self.id}-title {self.id}-desc" lang="{self.language}" '
            f'font-family={quoteattr("Arial, Helvetica, sans-serif")} font-size="{SIZE}" fill="currentColor">'
        )
        names = (
            f'<title id="{self.id}-title">{xml(self.title)}</title><desc id="{self.id}-desc">{xml(self.summary)}</desc>'
        )
        definitions = f"<defs>{''.join(self.definitions)}</defs>" if self.definitions else ""
        return "\n".join((head, names, definitions, *self.body, "</svg>", ""))


def _closed(start: str, name: str, tip: str) -> str:
    return f"{start}><title>{xml(tip)}</title></{name}>" if tip else f"{start}/>"


def n(value: float) -> str:
    """A coordinate with at most one decimal, never « -0 »."""
    return f"{round(value, 1) + 0:g}"


def xml(words: str) -> str:
    """Escaped, without the characters that XML forbids."""
    return escape(
        "".join(c for c in words if c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) not in (0xFFFE, 0xFFFF))
    )


@lru_cache(maxsize=1024)
def short_day(day: dt.date, language: Language, *, weekday: bool = True) -> str:
    """« ven. 3 juil. »."""
    pattern = "EEE d MMM" if weekday else "d MMM"
    words = format_date(day, format=pattern, locale=LOCALES[language])
    return str(words).replace(" 1 ", " 1er ") if language == "fr" else str(words)


def long_day(day: dt.date, language: Language) -> str:
    """« vendredi 3 juillet »; the day that nobody wrote down is said to be so."""
    if day == dt.date.max:
        return say(language, "jour inconnu", "unknown day")
    words = str(format_date(day, format="EEEE d MMMM", locale=LOCALES[language]))
    return words.replace(" 1 ", " 1er ") if language == "fr" else words


def left_to_the_table(days: int, drawn: int, language: Language) -> str:
    """Says that only some days are drawn, when some are not."""
    if days <= drawn:
        return ""
    return " " + say(
        language,
        f"Les {drawn} jours les plus fréquentés sont dessinés, les {days - drawn} autres sont dans le tableau.",
        f"The {drawn} busiest days are drawn, the {days - drawn} others are in the table.",
    )


def hour(at: dt.time, language: Language) -> str:
    """« 20 h 15 »."""
    return clock(at, language)
