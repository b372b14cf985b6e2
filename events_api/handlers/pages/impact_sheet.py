"""What the page of an assessment is given: its board, its links to the nodes, what it was made with."""

import re
from collections.abc import Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from dashboards.impact.stored import StoredBoard
from events_api.domain.assessments import StaleReason
from events_api.handlers.impact_facts import Made
from events_api.handlers.pages.drawings import drawings_context
from events_api.text.catalogue import sentence
from events_api.text.formats import Language
from events_api.text.interface import text


def impact_title(language: Language) -> str:
    """The title of the page."""
    return text("impact.title", language)


def impact_context(
    stored: StoredBoard,
    made: Made,
    *,
    language: Language,
    nodes: str,
    downloads: str,
    number: int = 0,
    share: str = "",
    stale: Sequence[str],
    later: str = "",
) -> dict[str, Any]:
    """The context of ``impact.html``. ``nodes`` is the address before a key; ``downloads`` that before the
    files of the assessment, ``share`` where a chart is shared, empty for who may not; ``stale`` says, a sentence each,
    why the assessment is out of date: `stale_words` links its numbers; ``later`` what became of one that was asked for
    since."""
    return {
        "board": stored.board,
        "lead": stored.lead,
        **drawings_context(stored.board.drawings, language, nodes=nodes),
        "downloads": downloads,
        "dialect": {"fr": "excel-fr", "en": "rfc4180"}[language],
        "share": share,
        "number": number,
        "stale": stale,
        "later": later,
        "made": made,
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
