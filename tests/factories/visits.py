"""A counted edition as its counts are kept: small arrival processes, always the same, marked as simulated."""

import datetime as dt
import hashlib
import math
from collections import defaultdict
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

PARIS = ZoneInfo("Europe/Paris")
GATES = (("Porte Nord", 400, 0.5), ("Porte du Vieux-Port", 300, 0.35), ("Accès professionnels", None, 0.15))
ORIGINS = (
    ("FR-13001", 0.07), ("FR-13006", 0.08), ("FR-13008", 0.06), ("FR-13100", 0.12), ("FR-13400", 0.07),
    ("FR-13500", 0.05), ("FR-13127", 0.04), ("FR-13600", 0.04), ("FR-13300", 0.03), ("FR-13110", 0.02),
    ("FR-13260", 0.02), ("FR-13640", 0.0004), ("FR-84000", 0.06), ("FR-83000", 0.05), ("FR-75011", 0.04),
    ("FR-69003", 0.02), ("FR-30000", 0.02), ("BE", 0.02), ("DE", 0.015), ("IT", 0.012), ("CH", 0.0004),
)  # fmt: skip


async def a_counted_edition(
    owner: asyncpg.Connection,
    edition: int,
    first: dt.date,
    *,
    days: int = 3,
    scale: float = 1.0,
    capacity: int | None = 10_200,
    without_exits: int = 0,
) -> None:
    """Write the counts of an edition that opens at 17:00 and empties after 01:00; nobody read its first exits."""
    labels = {gate[0]: rank for rank, gate in enumerate(GATES, start=1)}
    for name, gate_capacity, _ in GATES:
        await _label(owner, edition, "gate", labels[name], name, gate_capacity)
    for rank, (origin, _) in enumerate(ORIGINS, start=1):
        await _label(owner, edition, "origin", rank, origin)
    for rank, name in enumerate(("Pass 3 jours", "Billet 1 jour", "Invitation"), start=1):
        await _label(owner, edition, "category", rank, name)
    await insert_row(owner, "attendance_state", edition_id=edition, revision=1)
    if capacity:
        await owner.execute(
            "insert into gate_settings (edition_id, public_id, authorised_capacity) values ($1, gen_random_uuid(), $2)",
            edition,
            capacity,
        )
    totals = defaultdict(int)
    for rank in range(days):
        day = first + dt.timedelta(days=rank)
        counted = await _a_day(owner, edition, day, scale * (1 + 0.25 * math.sin(rank)), exits=rank >= without_exits)
        for name, number in counted.items():
            totals[name] += number
    visitors = round(totals["attendances"] / 1.6)
    issued = round(totals["attendances"] / 1.3)
    everything: dict[str, Any] = {
        **totals, "unique_visitors": visitors, "tickets_issued": issued, "tickets_scanned": round(issued * 0.87),
        "tickets_cancelled": 214, "scans_refused": 418,
    }  # fmt: skip
    await _count(owner, edition, "edition", 0, None, everything)
    for rank, share in enumerate((0.55, 0.38, 0.07), start=1):
        await _count(owner, edition, "category", rank, None, _share(everything, share))
    for rank, (_, _, share) in enumerate(GATES, start=1):
        parts = {name: everything[name] for name in ("entries_in", "exits", "attendances", "unique_visitors")}
        await _count(owner, edition, "gate", rank, None, _share(parts, share))
    known = 0
    for rank, (_, share) in enumerate(ORIGINS, start=1):
        part = _share(everything, share)
        known += part["unique_visitors"]
        await _count(owner, edition, "origin", rank, None, part)
    await _count(owner, edition, "origin", 0, None, _share(everything, 1 - known / visitors))


def _share(values: dict[str, int], share: float) -> dict[str, int]:
    return {name: round(number * share) for name, number in values.items()}


async def _a_day(owner: asyncpg.Connection, edition: int, day: dt.date, scale: float, *, exits: bool) -> dict[str, int]:
    opening = dt.datetime.combine(day, dt.time(17), PARIS)
    entered = left = 0
    for index in range(36):
        at = (opening + dt.timedelta(minutes=15 * index)).astimezone(dt.UTC)
        arriving = round(scale * (780 * math.exp(-((index - 9) ** 2) / 30) + 40)) if index < 30 else 0
        leaving = round(scale * 1065 * math.exp(-((index - 29) ** 2) / 22)) if exits and index > 10 else 0
        leaving = min(leaving, entered + arriving - left)
        for rank, (_, _, share) in enumerate(GATES, start=1):
            if arriving or leaving:
                await insert_row(
                    owner, "attendance_quarter", edition_id=edition, quarter=at, gate=rank,
                    entries=round(arriving * share), exits=round(leaving * share), refused=0,
                )  # fmt: skip
        net = arriving - leaving
        await insert_row(
            owner, "attendance_presence", edition_id=edition, quarter=at, net=net, lowest=min(net, 0),
            highest=max(net, 0), highest_at=at,
        )  # fmt: skip
        entered += arriving
        left += leaving
    attendances = round(entered * 0.94)
    counted = {"entries_in": entered, "exits": left, "attendances": attendances}
    await _count(owner, edition, "edition", 0, day, {**counted, "unique_visitors": attendances})
    return counted


PREVIEW: Final[dict[str, Any]] = {
    "format": "pretix-checkinlog", "because": ["Date", "Heure", "Code secret"], "confidence": 95, "container": "table",
    "encoding": "windows-1252", "delimiter": ";", "packed": ["gzip"], "sheet": None, "sheets": 0, "path": "",
    "columns": [
        {"column": "Code secret", "field": "code"}, {"column": "Date", "field": "at"},
        {"column": "Nom du participant", "field": None},
    ],
    "tickets": 0, "scans": 1230, "passed_over": 2,
    "notes": [{"code": "times-local", "lines": 1230}],
    "shown": [
        {
            "line": 2, "kind": "scan",
            "values": {
                "code": "0f" * 16, "at": "2026-07-03T18:05:12+02:00", "direction": "in", "verdict": "accepted",
                "gate": "Porte Nord", "origin": "FR-13001", "quantity": 1,
            },
        },
        {
            "line": 3, "kind": "ticket",
            "values": {"code": "ab" * 16, "standing": "refunded", "price_cents": 4500, "channel": "paid"},
        },
    ],
    "refused": [
        {
            "line": 17, "column": "Date", "code": "line-time", "params": {}, "text": "aaaa;00/00/0000",
        }
    ],
}  # fmt: skip


async def a_listed_import(owner: asyncpg.Connection, edition: int, state: str, **values: Any) -> UUID:
    """A file as the pages show it, in any state."""
    public_id = uuid4()
    row = {
        "edition_id": edition, "public_id": public_id, "sha256": hashlib.sha256(state.encode()).digest(),
        "bytes": 48_200, "file_name": f"controle-{state}.csv.gz", "format": "pretix-checkinlog",
        "preview": msgspec.json.encode(PREVIEW).decode(), "state": state, "lines_read": 1234, "lines_refused": 4,
    }  # fmt: skip
    await insert_row(owner, "ticket_import", **row | values)
    return public_id


async def insert_row(owner: asyncpg.Connection, table: str, **values: Any) -> None:
    """Insert a row of a table without a key of its own."""
    names = ", ".join(values)
    marks = ", ".join(f"${rank}" for rank in range(1, len(values) + 1))
    await owner.execute(f"insert into {table} ({names}) values ({marks})", *values.values())  # noqa: S608


async def _label(
    owner: asyncpg.Connection, edition: int, kind: str, key: int, label: str, capacity: int | None = None
) -> None:
    await insert_row(owner, "attendance_label", edition_id=edition, kind=kind, id=key, label=label, capacity=capacity)


async def _count(
    owner: asyncpg.Connection, edition: int, dimension: str, label: int, day: dt.date | None, values: dict[str, int]
) -> None:
    row = {"edition_id": edition, "dimension": dimension, "label_id": label, "day": day or dt.date.min}
    await insert_row(owner, "attendance_count", **row, **values)
