"""The kept counts of an edition: written in place of the former ones, and held against the facts."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg

from events_api.domain.tickets.calendar import ALL_DAYS, NO_DAY, date_of
from events_api.domain.tickets.quantities import DIMENSIONS, QUANTITIES, Counts, minutes
from events_api.read.connections import Pool, snapshot
from events_api.store.ticket_facts import PATIENCE, SECONDS, reckon, sources_of

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
COUNT_TABLES: Final = ("attendance_count", "attendance_quarter", "attendance_minute", "attendance_presence")
COUNT: Final = ("edition_id", "dimension", "label_id", "day", *QUANTITIES)


async def replace_counts(connection: asyncpg.Connection, edition_id: int, counts: Counts) -> None:
    """Write the counts of an edition in place of those it has; the caller holds it."""
    for table in COUNT_TABLES:
        await connection.execute(f"delete from {table} where edition_id = $1", edition_id)
    for table, columns, rows in _count_rows(edition_id, counts):
        await connection.copy_records_to_table(table, records=rows, columns=columns, timeout=SECONDS)
    await connection.execute(
        "update attendance_state set first_at = $2, last_at = $3 where edition_id = $1",
        edition_id,
        moment(counts.first_at),
        moment(counts.last_at),
    )


def _count_rows(edition_id: int, counts: Counts) -> Iterator[tuple[str, tuple[str, ...], Iterable[tuple[Any, ...]]]]:
    yield (
        "attendance_count",
        COUNT,
        (
            (edition_id, dimension, label, database_day(day), *quantities)
            for dimension in DIMENSIONS
            for label, day, *quantities in counts.totals[dimension].tolist()
        ),
    )
    yield (
        "attendance_quarter",
        ("edition_id", "quarter", "gate", "entries", "exits", "refused"),
        ((edition_id, moment(quarter), *values) for quarter, *values in counts.quarters.tolist()),
    )
    yield (
        "attendance_minute",
        ("edition_id", "minute", "changes"),
        (
            (edition_id, moment(minute), changes.tobytes())
            for some in minutes(counts.seconds)
            for minute, changes in zip(some["minute"].tolist(), some["changes"], strict=True)
        ),
    )
    yield (
        "attendance_presence",
        ("edition_id", "quarter", "net", "lowest", "highest", "highest_at"),
        (
            (edition_id, moment(quarter), *values, moment(highest_at))
            for quarter, *values, highest_at in counts.presence.tolist()
        ),
    )


async def verify(pool: Pool, edition_id: int, *, directory: Path) -> tuple[int, list[str]]:
    """Count an edition anew and compare, all at one moment: the revision, and where kept figures differ."""
    async with snapshot(pool) as connection:
        await connection.execute(PATIENCE)
        sources = await sources_of(connection, edition_id)
        reckoning = await reckon(connection, sources, directory=directory)
        if reckoning.counts is None:
            raise AssertionError("counts are left out only where an import is asked about")
        return sources.revision, await differences(connection, edition_id, reckoning.counts)


async def differences(connection: Pool | asyncpg.Connection, edition_id: int, counts: Counts) -> list[str]:
    """Where the kept counts of an edition differ from these: nothing, as long as everything is right."""
    found = []
    for table, columns, rows in _count_rows(edition_id, counts):
        keys = 4 if table == "attendance_count" else 3 if table == "attendance_quarter" else 2
        computed = {row[:keys]: row[keys:] for row in rows}
        kept = {
            tuple(row.values())[:keys]: tuple(row.values())[keys:]
            for row in await connection.fetch(
                f"select {', '.join(columns)} from {table} where edition_id = $1", edition_id
            )
        }
        for key in sorted(computed.keys() | kept.keys(), key=str):
            one, other = computed.get(key), kept.get(key)
            if one != other and not (one is None and other is not None and _is_nothing(other)):
                found.append(f"{table} {key[1:]}: kept {other}, computed {one}")
    return found


def _is_nothing(values: tuple[Any, ...]) -> bool:
    """Whether a row says that nothing happened: what came was taken back."""
    return all(
        not value.strip(b"\0") if isinstance(value, bytes) else value == 0
        for value in values
        if not isinstance(value, dt.datetime)
    )


def moment(micros: int | None) -> dt.datetime | None:
    """The instant so many microseconds after 1970."""
    return None if micros is None else EPOCH + dt.timedelta(microseconds=micros)


def database_day(day: int) -> dt.date:
    """An event day as the tables of counts have it: the driver's names of minus infinity and infinity."""
    if day == ALL_DAYS:
        return dt.date.min
    return dt.date.max if day == NO_DAY else date_of(day)
