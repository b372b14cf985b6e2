"""Reads the facts of an edition for the checks: tickets bucket by bucket, times of the busiest days, files in order."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import anyio.to_thread
import asyncpg
import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events_api.domain.tickets.calendar import day_number
from events_api.domain.tickets.facts import BUCKETS, DTYPES, IN, SCAN, UNTIMED, VERDICTS, Facts, joined
from events_api.domain.tickets.plausibility import (
    SECOND,
    Check,
    FileOrder,
    Gathered,
    Ints,
    Setting,
    event_days,
    gather,
    judge,
    profile,
    together,
)
from events_api.read.connections import Pool, snapshot
from events_api.store.ticket_facts import LINES, ROOTS, SECONDS, Sources, sources_of, standing_facts

MOST_TIMED: Final = 3_000_000
"""Passages whose times are looked at together; of larger editions the busiest days, of larger files none."""
MOST_EDITIONS: Final = 8
"""Other editions of the same organisers that are compared, the latest."""
_ACCEPTED: Final = VERDICTS.index("accepted")

CONTENT: Final = """
    select content from import_block where edition_id = $1 and import_id = $2 and kind = $3 and bucket = $4
"""
EDITION: Final = """
    select e.id, e.time_zone, coalesce(g.day_starts_at, e.event_day_starts_at) as day_starts_at, e.starts_on,
           e.ends_on, coalesce(g.authorised_capacity, e.capacity) as capacity
      from edition e left join gate_settings g on g.edition_id = e.id
     where e.public_id = $1
"""
GATES: Final = """
    select id, capacity from attendance_label where edition_id = $1 and kind = 'gate' and capacity is not null
"""
DAYS: Final = """
    select day, entries_in + exits as passages from attendance_count
     where edition_id = $1 and dimension = 'edition' and label_id = 0 and isfinite(day) order by 2 desc, 1
"""
OTHERS: Final = """
    select e.id from edition e join attendance_state s on s.edition_id = e.id
     where e.id <> $1 and s.last_at is not null and e.event_id in (
           select p.event_id from event_party p
            where p.role = 'organiser' and p.organisation_id in (
                  select q.organisation_id from event_party q join edition own on own.event_id = q.event_id
                   where own.id = $1 and q.role = 'organiser')
           union select own.event_id from edition own where own.id = $1)
     order by s.last_at desc limit $2
"""
MINUTES: Final = """
    select extract(epoch from minute)::bigint as at, changes
      from attendance_minute where edition_id = $1 order by minute
"""

Progress = Callable[[int], Awaitable[None]]


class Examined(Struct, frozen=True, kw_only=True):
    """What the checks of an edition found, at which revision, on how many scans."""

    edition_id: int
    revision: int
    scans: int
    checks: list[Check]


async def examine(pool: Pool, edition: UUID, progress: Progress) -> Examined | None:
    """Check the facts of an edition as they are now; None where there is no such edition."""
    async with snapshot(pool) as connection:
        row = await connection.fetchrow(EDITION, edition)
        if row is None:
            return None
        sources = await sources_of(connection, row["id"])
        gates = await connection.fetch(GATES, row["id"])
        setting = _setting(row, {gate["id"]: gate["capacity"] for gate in gates})
        days = await _days(connection, row["id"])
        others = await _other_profiles(connection, row["id"], setting)
    parts: list[Gathered] = []
    scans = 0
    async for found, tickets in standing_facts(pool, sources):
        part = await anyio.to_thread.run_sync(gather, found, tickets, setting)
        parts.append(part if days is None else _of_days(part, days, setting))
        scans += len(found)
        await progress(len(parts))
    files = await _file_orders(pool, sources)
    checks = await anyio.to_thread.run_sync(lambda: judge(together(parts), setting, others, files))
    return Examined(edition_id=row["id"], revision=sources.revision, scans=scans, checks=checks)


def _setting(row: asyncpg.Record, gate_capacity: dict[int, int]) -> Setting:
    return Setting(
        zone=row["time_zone"],
        day_starts_at=row["day_starts_at"],
        first_day=None if row["starts_on"] is None else day_number(row["starts_on"]),
        last_day=None if row["ends_on"] is None else day_number(row["ends_on"]),
        authorised_capacity=row["capacity"],
        gate_capacity=gate_capacity,
    )


async def _days(connection: asyncpg.Connection, edition_id: int) -> Ints | None:
    """The busiest days that fit, or None for all."""
    chosen: list[dt.date] = []
    total = 0
    rows = await connection.fetch(DAYS, edition_id)
    for row in rows:
        total += row["passages"]
        if chosen and total > MOST_TIMED:
            return np.array([day_number(day) for day in chosen], np.int64)
        chosen.append(row["day"])
    return None


def _of_days(part: Gathered, days: Ints, setting: Setting) -> Gathered:
    kept = np.isin(event_days(part.at, setting), days)
    names = ("at", "gate", "device", "people", "inwards")
    return msgspec.structs.replace(part, **{name: getattr(part, name)[kept] for name in names})


async def _other_profiles(connection: asyncpg.Connection, edition_id: int, setting: Setting) -> list[Ints]:
    """The entries per minute of each day of other editions of the same organisers."""
    found = []
    for other in await connection.fetch(OTHERS, edition_id, MOST_EDITIONS):
        rows = await connection.fetch(MINUTES, other["id"])
        at = np.array([row["at"] for row in rows], np.int64)
        changes = np.frombuffer(b"".join(row["changes"] for row in rows), "<u4").reshape(len(rows), 60, 2)
        entries = changes[:, :, IN].sum(axis=1, dtype=np.int64)
        days = event_days(at, setting)
        for day in np.unique(days):
            rows_of_day = (days == day) & (entries > 0)
            found.append(profile(np.repeat(at[rows_of_day], entries[rows_of_day])))
    return found


async def _file_orders(pool: Pool, sources: Sources) -> list[FileOrder]:
    """The entries of each file in the order of its lines, as long as they are few enough together."""
    rows = await pool.fetch(ROOTS, sources.edition_id, list(sources.imports))
    sizes: dict[int, int] = {}
    for row in rows:
        if row["kind"] == "scan":
            sizes[row["import_id"]] = sizes.get(row["import_id"], 0) + row["rows"]
    roots = {(row["import_id"], row["kind"], row["bucket"]): row["root"] for row in rows}
    lists = sorted({row["import_id"] for row in rows if row["kind"] == "ticket"})
    found = []
    total = 0
    for number, size in sizes.items():
        total += size
        if total > MOST_TIMED:
            break
        other = next((listed for listed in reversed(lists) if listed != number and listed not in sizes), None)
        found.append(await _file_order(pool, sources.edition_id, roots, number, other))
    return found


async def _file_order(
    pool: Pool, edition_id: int, roots: dict[tuple[int, str, int], int], number: int, listed: int | None
) -> FileOrder:
    """One file; `listed` is another one that only lists tickets, whose order is compared with the order of entry."""
    parts: list[Facts] = []
    lines: list[NDArray[np.uint32]] = []
    ranks: list[Ints] = []
    for bucket in range(BUCKETS):
        if (number, "scan", bucket) not in roots:
            continue
        scans, of_scans = await _block(pool, edition_id, roots, number, "scan", bucket)
        entries = np.flatnonzero(
            (scans["verdict"] == _ACCEPTED) & (scans["direction"] == IN) & (scans["at"] != UNTIMED)
        )
        parts.append(scans.take(entries))
        lines.append(of_scans[entries])
        if listed is not None:
            rank = np.full(len(parts[-1]), -1, np.int64)
            if (listed, "ticket", bucket) in roots:
                tickets, of_tickets = await _block(pool, edition_id, roots, listed, "ticket", bucket)
                spots = np.minimum(np.searchsorted(tickets["high"], parts[-1]["high"]), len(tickets) - 1)
                same = tickets["high"][spots] == parts[-1]["high"]
                rank[same] = of_tickets[spots][same]
            ranks.append(rank)
    order = np.argsort(np.concatenate(lines), kind="stable") if lines else np.empty(0, np.intp)
    rows = joined(parts, SCAN)
    return FileOrder(
        at=rows["at"][order] // SECOND,
        gate=rows["gate"][order].astype(np.int64),
        device=rows["device"][order].astype(np.int64),
        ticket_rank=np.concatenate(ranks)[order] if ranks else None,
    )


async def _block(
    pool: Pool, edition_id: int, roots: dict[tuple[int, str, int], int], number: int, kind: str, bucket: int
) -> tuple[Facts, NDArray[np.uint32]]:
    root = roots[number, kind, bucket]
    content = await pool.fetchval(CONTENT, edition_id, root, kind, bucket, timeout=SECONDS)
    lines = await pool.fetchval(LINES, edition_id, number, kind, bucket, timeout=SECONDS)
    return np.frombuffer(content, DTYPES["scan" if kind == "scan" else "ticket"]), np.frombuffer(lines, "<u4")
