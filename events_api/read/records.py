"""One record, a list of records, and the changes since a moment, each as far as its reader may see."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.records import Entity, Tombstone
from events_api.read.connections import Pool
from events_api.read.shapes import Shape, record_of

T = TypeVar("T", bound=Entity)


class Condition(Struct, frozen=True):
    """A piece of a where clause in which each `{}` stands for a parameter: the value, then the others."""

    sql: str
    value: Any
    others: tuple[Any, ...] = ()


class Visibility(Struct, frozen=True, kw_only=True):
    """What a reader may see of one kind of record, from the table under the alias `t`.

    `public` is for everybody; `own` widens it for an organiser (`{}` is the list of its organisations); `known` says
    for which hidden records the public may learn that they went away.
    """

    public: str = "true"
    own: str = "false"
    known: str = "true"


def visible(visibility: Visibility, viewer: Grant, values: list[Any]) -> str:
    """The condition under which `viewer` sees a row; its parameters are appended to `values`."""
    if viewer.scope == "all":
        return "true"
    if viewer.scope == "public" or visibility.own == "false":
        return f"({visibility.public})"
    values.append(list(viewer.organisations))
    return f"({visibility.public} or {visibility.own.format(f'${len(values)}::uuid[]')})"


async def one(pool: Pool, shape: Shape[T], visibility: Visibility, viewer: Grant, record_id: UUID) -> T | None:
    """The record, unless it is absent or hidden from this viewer; withdrawn ones are returned, with their date."""
    values: list[Any] = [record_id]
    seen = visible(visibility, viewer, values)
    row = await pool.fetchrow(f"select {shape.columns} from {shape.table} t where t.public_id = $1 and {seen}", *values)
    return None if row is None else record_of(shape, row.items())


async def page(
    pool: Pool,
    shape: Shape[T],
    visibility: Visibility,
    viewer: Grant,
    conditions: Sequence[Condition],
    *,
    after: int,
    limit: int,
) -> tuple[list[T], int | None]:
    """The next records in the order of their registration, and the key to continue after, or None at the end.

    The key never changes, so a record that exists while the pages are read is met exactly once, whatever is written
    meanwhile.
    """
    values: list[Any] = [after, limit + 1]
    where = [visible(visibility, viewer, values), "t.retired_at is null", *_placed(conditions, values)]
    rows = await pool.fetch(
        f"select t.id as key, {shape.columns} from {shape.table} t where t.id > $1 and {' and '.join(where)}"
        " order by t.id limit $2",
        *values,
    )
    records = [
        record_of(shape, ((name, value) for name, value in row.items() if name != "key")) for row in rows[:limit]
    ]
    return records, rows[limit - 1]["key"] if len(rows) > limit else None


async def changes(
    pool: Pool,
    shape: Shape[T],
    visibility: Visibility,
    viewer: Grant,
    conditions: Sequence[Condition],
    *,
    since: dt.datetime | None,
    after: tuple[int, int],
    limit: int,
) -> tuple[list[T | Tombstone], tuple[int, int], bool]:
    """The next changes in the order in which they settled, where to continue, and whether more wait.

    Only changes below the settled mark are given: no transaction that is still open can slip in behind the cursor.
    """
    values: list[Any] = [after[0], after[1], limit + 1]
    seen = visible(visibility, viewer, values)
    placed = " and ".join(_placed(conditions, values)) or "true"
    moment = ""
    if since is not None:
        values.append(since)
        moment = f" and t.updated_at >= ${len(values)}"
    rows = await pool.fetch(
        f"select t.id as key, t.mark, ({seen}) and ({placed}) and t.retired_at is null as shown,"
        f" ({visibility.known}) or ({seen}) as known, {shape.columns}"
        f" from {shape.table} t where (t.mark, t.id) > ($1, $2) and t.mark < settled_mark(){moment}"
        " order by t.mark, t.id limit $3",
        *values,
    )
    items: list[T | Tombstone] = []
    for row in rows[:limit]:
        record = record_of(
            shape, ((name, value) for name, value in row.items() if name not in ("key", "mark", "shown", "known"))
        )
        if row["shown"]:
            items.append(record)
        elif row["known"]:
            items.append(Tombstone(id=record.id, retired_at=record.retired_at or record.updated_at))
    last = rows[:limit][-1] if rows else None
    place = (int(last["mark"]), int(last["key"])) if last is not None else after
    return items, place, len(rows) > limit


def _placed(conditions: Sequence[Condition], values: list[Any]) -> list[str]:
    placed = []
    for condition in conditions:
        first = len(values) + 1
        values += (condition.value, *condition.others)
        placed.append(condition.sql.format(*(f"${rank}" for rank in range(first, len(values) + 1))))
    return placed
