"""What the page of an assessment is given: its board, its links to the nodes, what it was made with."""

import re
from collections.abc import Sequence
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup, escape
from msgspec import Struct

from dashboards.impact.stored import StoredBoard
from events_api.domain.assessments import StaleReason
from events_api.handlers.impact_facts import Made
from events_api.handlers.pages.base import words_of
from events_api.handlers.pages.drawings import drawings_context
from events_api.text.catalogue import sentence
from events_api.text.formats import Language
from events_api.text.interface import text


def impact_title(language: Language) -> str:
    """The title of the page."""
    return text("impact.title", language)


class Parts(Struct, frozen=True, kw_only=True):
    """What of ``impact.html`` depends on the board and the language alone, rendered: the same for all who read it."""

    lead: str
    beginning: Markup
    charts: tuple[tuple[str, Markup], ...]
    end: Markup

    @property
    def markups(self) -> tuple[Markup, ...]:
        """All that takes room."""
        return (self.beginning, *(chart for _, chart in self.charts), self.end)


def impact_parts(
    jinja: Environment, stored: StoredBoard, made: Made, *, language: Language, nodes: str, downloads: str
) -> Parts:
    """Render the parts. ``nodes`` is the address before a key, ``downloads`` that before the files."""
    board = stored.board
    context = {
        **words_of(language),
        **drawings_context(board.drawings, language, nodes=nodes),
        "board": board,
        "made": made,
        "downloads": downloads,
        "dialect": {"fr": "excel-fr", "en": "rfc4180"}[language],
    }
    template: Any = jinja.get_template("impact_parts.html").make_module(context)
    return Parts(
        lead=stored.lead,
        beginning=template.beginning(),
        charts=tuple((drawing.id, template.chart(drawing)) for drawing in board.drawings),
        end=template.end(),
    )


def impact_context(
    parts: Parts, *, downloads: str, number: int = 0, share: str = "", stale: Sequence[str], later: str = ""
) -> dict[str, Any]:
    """The context of ``impact.html``. ``share`` is where a chart is shared, empty for who may not; ``stale`` says, a
    sentence each, why the assessment is out of date: `stale_words` links its numbers; ``later`` what became of one
    that was asked for since."""
    return {
        "parts": parts,
        "lead": parts.lead,
        "downloads": downloads,
        "share": share,
        "number": number,
        "stale": stale,
        "later": later,
    }


def stale_words(why: StaleReason, language: Language, *, nodes: str, attendance: str) -> Markup:
    """Why an assessment is out of date; the attendance of then leads to its node, that of now to its page."""
    words = sentence(why.code, why.params, language)
    if why.code != "assessment-attendance-changed":
        return escape(words)
    places = iter((f"{nodes}attendances_raw", attendance))
    linked = _NUMBER.sub(lambda number: _LINKED(next(places), number[0]), str(escape(words)), count=2)
    return Markup(linked)  # noqa: S704  # the words are escaped above


_NUMBER: Final = re.compile(r"\d[\d.,\u202f]*(?<=\d)")
_LINKED: Final = Markup('<a class="node" href="{}">{}</a>').format
