"""What the page of an assessment is given: its board, its links to the nodes, what it was made with."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from msgspec import Struct

from dashboards.impact.board import impact_board
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.numbers import significant
from dashboards.measures import MEASURES
from dashboards.tables import Table
from events_api.exporters import csv
from events_api.exporters.csv import Dialect
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
    facts: ImpactFacts, made: Made, *, language: Language, nodes: str, downloads: Mapping[str, str], stale: bool
) -> dict[str, Any]:
    """The context of ``impact.html``. ``nodes`` is the address before a key; downloads go by the id of a table."""
    board = impact_board(facts, language)
    parts = ("label", "unit", "grain", "formula", "source", "caveat")
    anchor = Markup('<a class="node" data-node="{key}" href="{nodes}{key}">{words}</a>').format
    muted = Markup('<span class="muted">{}</span>').format

    def to_node(words: str, key: str) -> str:
        return anchor(nodes=nodes, key=key, words=words) if key else words

    def rows(table: Table) -> list[list[str]]:
        return [
            [muted(cell.text) if cell.missing else to_node(cell.text, cell.node) for cell in row] for row in table.rows
        ]

    return {
        "board": board,
        "lead": f"{facts.edition} · {facts.territory}",
        "kappa": significant(facts.assessment.extended_kappa.mode, language),
        "drawn": {one.id: (Markup(one.wide), Markup(one.narrow)) for one in board.drawings},  # noqa: S704  # our own
        "columns": lambda table: [(header.label, "number" if header.numeric else "") for header in table.headers],
        "rows": rows,
        "to_node": to_node,
        "measures": [
            {part: getattr(MEASURES[name], part).read(language)[0] for part in parts}
            for name in dict.fromkeys(one.measure for one in board.drawings)
        ],
        "downloads": downloads,
        "stale": stale,
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
