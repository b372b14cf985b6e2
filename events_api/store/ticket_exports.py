"""Facts on their way out: those that count in an edition, and the lines of one import, part by part."""

from collections.abc import AsyncIterator, Mapping
from typing import Final
from uuid import UUID

import anyio.to_thread
import asyncpg
import numpy as np
import pyarrow as pa

from events_api.domain.tickets.facts import DTYPES, FactKind, LabelKind
from events_api.exporters import tickets
from events_api.read.connections import Pool, snapshot
from events_api.read.tickets import shown_origins
from events_api.store.ticket_facts import SECONDS, facts_of_kind, sources_of

ROWS_OF_A_PART: Final = 65_536
PARTS: Final = """
    select b.edition_id, b.import_id, b.kind, b.bucket
      from import_block b join ticket_import i on i.edition_id = b.edition_id and i.id = b.import_id
     where i.public_id = $1 and i.state in ('done', 'undone') order by b.kind, b.bucket
"""
PART: Final = """
    select coalesce(b.content, s.content) as content, b.lines, b.known
      from import_block b
      left join import_block s
        on s.edition_id = b.edition_id and s.import_id = b.same_as and s.kind = b.kind and s.bucket = b.bucket
     where b.edition_id = $1 and b.import_id = $2 and b.kind = $3 and b.bucket = $4
"""
LABELS: Final = "select kind, id, label from attendance_label where edition_id = $1"


async def facts(pool: Pool, edition_id: int, kind: FactKind) -> AsyncIterator[pa.Table]:
    """The scans or tickets that count in an edition, whatever happens meanwhile: by ticket, then by time."""
    async with snapshot(pool) as connection:
        sources = await sources_of(connection, edition_id)
        labels = await labels_of(connection, edition_id)
    table = tickets.scans_table if kind == "scan" else tickets.tickets_table
    async for found in facts_of_kind(pool, sources, kind):
        for first in range(0, len(found), ROWS_OF_A_PART):
            yield await anyio.to_thread.run_sync(table, found[first : first + ROWS_OF_A_PART], labels)


async def lines(pool: Pool, import_id: UUID) -> AsyncIterator[pa.Table]:
    """What is kept of the lines of an import, those of one bucket of tickets after those of another."""
    parts = await pool.fetch(PARTS, import_id)
    labels = await labels_of(pool, parts[0]["edition_id"]) if parts else {}
    for part in parts:
        row = await pool.fetchrow(PART, *part, timeout=SECONDS)
        if row is None:
            continue
        found = np.frombuffer(row["content"], DTYPES[part["kind"]])
        numbers = np.frombuffer(row["lines"], "<u4")
        known = np.zeros(len(found), bool)
        if row["known"] is not None:
            known = np.unpackbits(np.frombuffer(row["known"], np.uint8), count=len(found)).astype(bool)
        order = np.argsort(numbers, kind="stable")
        for first in range(0, len(found), ROWS_OF_A_PART):
            rows = order[first : first + ROWS_OF_A_PART]
            yield await anyio.to_thread.run_sync(
                tickets.lines_table, part["kind"], found[rows], numbers[rows], known[rows], labels
            )


async def labels_of(connection: Pool | asyncpg.Connection, edition_id: int) -> Mapping[LabelKind, Mapping[int, str]]:
    """How the labels of an edition are spelled, by kind and number; origins of few people are not."""
    shown = await shown_origins(connection, edition_id)
    labels: dict[LabelKind, dict[int, str]] = {}
    for row in await connection.fetch(LABELS, edition_id):
        if row["kind"] != "origin" or row["id"] in shown:
            labels.setdefault(row["kind"], {})[row["id"]] = row["label"]
    return labels
