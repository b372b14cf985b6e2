"""What the page of an assessment is given: its board, its links to the nodes, what it was made with."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape
from msgspec import Struct

from dashboards.impact.board import impact_board
from dashboards.impact.facts import ImpactFacts
from dashboards.tables import Table
from events_api.domain.assessments import StaleReason
from events_api.exporters import csv
from events_api.exporters.csv import Dialect
from events_api.handlers.pages.drawings import drawings_context
from events_api.text.catalogue import sentence
from events_api.text.formats import Language
from events_api.text.interface import text

NODES = "nodes"
"""The column of a downloaded table that says which figures its row leads back to."""


class Made(Struct, frozen=True, kw_only=True):
    """What an assessment can be rebuilt from, and when it was made."""

    computed_at: dt.datetime
    specification: str
    assumptions: str
    code_version: str
    parameters_hash: str
    data_hash: str
    seed: int
    draws: int


def impact_title(language: Language) -> str:
    """The title of the page."""
    return text("impact.title", language)


def impact_context(
    facts: ImpactFacts,
    made: Made,
    *,
    language: Language,
    nodes: str,
    downloads: Mapping[str, str],
    stale: Sequence[str],
) -> dict[str, Any]:
    """The context of ``impact.html``. ``nodes`` is the address before a key; downloads go by the id of a table;
    ``stale`` says, a sentence each, why the assessment is out of date: `stale_words` links its numbers."""
    board = impact_board(facts, language)
    return {
        "board": board,
        "lead": f"{facts.edition} · {facts.territory}",
        **drawings_context(board.drawings, language, nodes=nodes),
        "downloads": downloads,
        "stale": stale,
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


def table_csv(table: Table, dialect: Dialect) -> bytes:
    """The table as it is shown, and the keys of the nodes of each row."""
    header = [*(column.label for column in table.headers), NODES]
    rows = (
        [*(cell.text for cell in row), " ".join(dict.fromkeys(cell.node for cell in row if cell.node))]
        for row in table.rows
    )
    return b"".join(csv.stream(header, rows, dialect))
