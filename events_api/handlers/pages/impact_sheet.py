"""What the page of an assessment is given: its board, its links to the nodes, what it was made with."""

from collections.abc import Sequence
from typing import Any

from dashboards.impact.board import impact_board
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.numbers import significant
from events_api.handlers.impact_facts import Made
from events_api.handlers.pages.drawings import drawings_context
from events_api.text.formats import Language
from events_api.text.interface import text


def impact_title(language: Language) -> str:
    """The title of the page."""
    return text("impact.title", language)


def impact_context(
    facts: ImpactFacts,
    made: Made,
    *,
    language: Language,
    nodes: str,
    downloads: str,
    number: int = 0,
    share: str = "",
    stale: Sequence[str],
) -> dict[str, Any]:
    """The context of ``impact.html``. ``nodes`` is the address before a key; ``downloads`` that before the
    files of the assessment, ``share`` where a chart is shared, empty for who may not; ``stale`` says, a sentence each,
    why the assessment is out of date."""
    board = impact_board(facts, language)
    return {
        "board": board,
        "lead": f"{facts.edition} · {facts.territory}",
        "kappa": significant(facts.assessment.extended_kappa.mode, language),
        **drawings_context(board.drawings, language, nodes=nodes),
        "downloads": downloads,
        "dialect": {"fr": "excel-fr", "en": "rfc4180"}[language],
        "share": share,
        "number": number,
        "stale": stale,
        "made": made,
    }
