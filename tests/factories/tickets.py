"""Ticket files that were read: a draft in the store and its import, as the reading of a file leaves them."""

import hashlib
import itertools
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID, uuid4

import asyncpg
import msgspec
import numpy as np

from events_api.domain.tickets.facts import FactKind, Facts, LabelKind
from events_api.domain.tickets.files import Preview
from events_api.settings import Settings
from events_api.store.drafts import Lines, Part, draft_bytes
from events_api.store.files import DirectoryFiles
from tests.domain.tickets.plain import Scan, Ticket, halves, scan_array, ticket_array

LABELS: Mapping[LabelKind, Sequence[str]] = {
    "gate": ("Porte Nord", "Porte Sud"),
    "session": ("Vendredi", "Samedi"),
    "category": ("Plein tarif", "Tarif réduit"),
    "origin": ("FR-13001", "BE"),
    "device": ("Lecteur 1", "Lecteur 2"),
}
PREVIEW = msgspec.json.encode(
    Preview(
        format="canonical-scans",
        because=["ticket_code", "scanned_at"],
        confidence=100,
        container="table",
        encoding="utf-8",
        delimiter=",",
        packed=[],
        sheet=None,
        sheets=1,
        path="",
        columns=[],
        tickets=0,
        scans=0,
        passed_over=0,
        notes=[],
        shown=[],
        refused=[],
    )
).decode()
IMPORT = """
    insert into ticket_import (edition_id, public_id, sha256, bytes, file_name, format, preview, draft_sha256, state,
        lines_read, lines_refused)
    select id, $2, $3, $4, $9, 'canonical-scans', $10, $5, $6, $7, $8 from edition where public_id = $1
"""


def in_parts(kind: FactKind, facts: Facts, lines: Lines) -> dict[Part, list[tuple[Facts, Lines]]]:
    """Cut facts by the bucket of their ticket."""
    bucket = (facts["high"] >> np.uint64(60)).astype(np.int64)
    order = np.argsort(bucket, kind="stable")
    bounds = np.searchsorted(bucket[order], np.arange(17))
    return {
        (kind, number): [(facts[order[first:last]], lines[order[first:last]])]
        for number, (first, last) in enumerate(itertools.pairwise(bounds))
        if first < last
    }


async def a_ticket_import(
    pool: asyncpg.Pool,
    settings: Settings,
    edition: UUID,
    scans: Sequence[Scan] | Facts = (),
    tickets: Sequence[Ticket] | Facts = (),
    *,
    labels: Mapping[LabelKind, Sequence[str]] = LABELS,
    state: str = "queued",
    refused: int = 0,
    file_name: str = "entrées.csv",
) -> UUID:
    """A file whose first line is its header; every fact is a line, scans first."""
    of_scans = scans if isinstance(scans, np.ndarray) else scan_array(scans)
    of_tickets = tickets if isinstance(tickets, np.ndarray) else ticket_array(tickets)
    rows = len(of_scans) + len(of_tickets)
    lines = np.arange(2, rows + 2, dtype=np.uint32)
    parts = in_parts("scan", of_scans, lines[: len(of_scans)]) | in_parts("ticket", of_tickets, lines[len(of_scans) :])

    async def chunks() -> AsyncIterator[bytes]:
        for piece in draft_bytes(labels, parts):
            yield piece

    stored = await DirectoryFiles(settings.files).put(chunks(), limit=2**40)
    public_id = uuid4()
    digest = hashlib.sha256(secrets.token_bytes(8)).digest()
    await pool.execute(
        IMPORT,
        edition,
        public_id,
        digest,
        stored.size,
        stored.sha256,
        state,
        rows + refused,
        refused,
        file_name,
        PREVIEW,
    )
    return public_id


async def a_live_scan(pool: asyncpg.Pool, edition: UUID, scan: Scan, *, sequence: int, voided: bool = False) -> None:
    """A scan of a gate, past the counts."""
    await pool.execute(
        "insert into live_scan (edition_id, device, sequence, ticket, at, direction, verdict, gate, session, category,"
        " origin, quantity, voided_at)"
        " select id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, case when $13 then now() end"
        " from edition where public_id = $1",
        edition,
        scan.device,
        sequence,
        b"".join(half.to_bytes(8, "big") for half in halves(scan.ticket)),
        scan.at,
        scan.direction,
        scan.verdict,
        scan.gate,
        scan.session,
        scan.category,
        scan.origin,
        scan.quantity,
        voided,
    )
