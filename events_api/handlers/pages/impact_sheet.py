"""What the page of an assessment is given: its board, its links to the nodes, what it was made with."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from dashboards.impact.facts import ImpactFacts
from dashboards.impact.stored import StoredBoard, board_of
from dashboards.tables import Table
from events_api.exporters import csv
from events_api.exporters.csv import Dialect
from events_api.handlers.pages.drawings import drawings_context
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
    ``stale`` says, a sentence each, why the assessment is out of date."""
    return stored_context(
        board_of(facts, language), made, language=language, nodes=nodes, downloads=downloads, stale=stale
    )


def stored_context(
    stored: StoredBoard,
    made: Made,
    *,
    language: Language,
    nodes: str,
    downloads: Mapping[str, str],
    stale: Sequence[str],
    later: str = "",
) -> dict[str, Any]:
    """The same of a board as it is kept; ``later`` says what became of an assessment that was asked for since."""
    return {
        "board": stored.board,
        "lead": stored.lead,
        "kappa": stored.kappa,
        **drawings_context(stored.board.drawings, language, nodes=nodes),
        "downloads": downloads,
        "stale": stale,
        "later": later,
        "made": made,
    }


def table_csv(table: Table, dialect: Dialect) -> bytes:
    """The table as it is shown, and the keys of the nodes of each row."""
    header = [*(column.label for column in table.headers), NODES]
    rows = (
        [*(cell.text for cell in row), " ".join(dict.fromkeys(cell.node for cell in row if cell.node))]
        for row in table.rows
    )
    return b"".join(csv.stream(header, rows, dialect))
