"""The writing side of every kept record: insert, lock, save, external names; each write with its audit entry."""

import re
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from events_api.domain.errors import AlreadyThere, NotFound, RuleBroken, UnknownReference
from events_api.domain.records import Entity
from events_api.read.shapes import Links, Reference, Rows, Shape, record_of
from events_api.store.protect import sealed
from events_api.text.formats import sort_key

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

T = TypeVar("T", bound=Entity)


class Records(Generic[T]):
    """The repository of one kind of record inside one transaction."""

    def __init__(self, work: "SqlWork", shape: Shape[T]) -> None:
        self.work = work
        self.shape = shape
        self.connection = work.connection

    async def add(self, record: T, **secret: object) -> T:
        """Insert a new record; raises AlreadyThere or UnknownReference. `secret` columns are in no answer or trail."""
        columns, values = await self._columns(record)
        columns += secret.keys()
        values += secret.values()
        names = ", ".join(columns)
        marks = ", ".join(f"${rank}" for rank in range(1, len(columns) + 1))
        row = await self._guarded(f"insert into {self.shape.table} ({names}) values ({marks}) returning id", *values)
        await self._write_children(row["id"], None, record)
        await self._audit(None, record)
        self.work.written.append(record)
        return await self.lock(record.id) if self.shape.computed else record

    async def lock(self, record_id: UUID) -> T:
        """Read a record and keep others from changing it until the end of the transaction; raises NotFound."""
        row = await self.connection.fetchrow(
            f"select {self.shape.columns} from {self.shape.table} t where t.public_id = $1 for update of t",
            record_id,
        )
        if row is None:
            raise NotFound(kind=self.shape.subject)
        return record_of(self.shape, row.items())

    async def save(self, before: T, after: T) -> T:
        """Write what differs between a locked record and its successor."""
        columns, values = await self._columns(after, before)
        assignments = ", ".join(f"{column} = ${rank}" for rank, column in enumerate(columns, start=2))
        row = await self._guarded(
            f"update {self.shape.table} set {assignments}, mark = current_mark() where public_id = $1 returning id",
            after.id,
            *values,
        )
        await self._write_children(row["id"], before, after)
        await self._audit(before, after)
        self.work.written += (before, after)
        return await self.lock(after.id) if self.shape.computed else after

    async def in_use(self, record_id: UUID) -> bool:
        """Whether other records stand on a locked one."""
        found = " or ".join(f"exists ({query})" for query in self.shape.standing) or "false"
        used: bool = await self.connection.fetchval(
            f"select {found} from {self.shape.table} t where t.public_id = $1", record_id
        )
        return used

    async def locate(self, system: str, external_id: str) -> UUID | None:
        """The record that another system knows under this name, locked against a second registration."""
        await self.connection.execute(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{self.shape.subject}/{system}/{external_id}"
        )
        found: UUID | None = await self.connection.fetchval(
            "select public_id from external_identifier where kind = $1 and system = $2 and external_id = $3",
            self.shape.subject,
            system,
            external_id,
        )
        return found

    async def name(self, system: str, external_id: str, record_id: UUID) -> None:
        """Remember that another system knows a record under this name."""
        await self.connection.execute(
            "insert into external_identifier (kind, system, external_id, public_id) values ($1, $2, $3, $4)",
            self.shape.subject,
            system,
            external_id,
            record_id,
        )
        named = {"kind": self.shape.subject, "system": system, "external_id": external_id}
        await self.work.audit("external_identifier", record_id, None, named)

    async def _columns(self, record: T, before: T | None = None) -> tuple[list[str], list[Any]]:
        """The columns to write and their values: all of them, or those in which the record differs from `before`."""
        columns: list[str] = ["public_id"] if before is None else []
        values: list[Any] = [record.id] if before is None else []
        for name in self.shape.plain:
            if before is None or getattr(record, name) != getattr(before, name):
                columns.append(name)
                values.append(getattr(record, name))
                if name in self.shape.json and values[-1] is not None:
                    values[-1] = msgspec.json.encode(values[-1]).decode()
        for name, reference in self.shape.references.items():
            public_id = getattr(record, name)
            if before is None or public_id != getattr(before, name):
                columns.append(reference.column)
                values.append(None if public_id is None else await self._key(reference, public_id, name))
        if self.shape.sorted_by and self.shape.sorted_by in columns:
            columns.append("sort_key")
            values.append(sort_key(getattr(record, self.shape.sorted_by)))
        return columns, values

    async def _key(self, reference: Reference, public_id: UUID, field: str) -> int:
        """The key of a record that stands, and goes on standing until the end of this transaction."""
        stands = "" if reference.immutable else " and retired_at is null for key share"
        key = await self.connection.fetchval(
            f"select id from {reference.table} where public_id = $1{stands}", public_id
        )
        if key is None:
            raise UnknownReference(field=field, value=str(public_id))
        return int(key)

    async def _guarded(self, statement: str, *values: object) -> asyncpg.Record:
        """Run a statement that writes one row; a broken rule of the database becomes its refusal."""
        try:
            (row,) = await self.connection.fetch(statement, *values)
        except asyncpg.UniqueViolationError as error:
            raise AlreadyThere(field=self._field(error), rule=_rule(error)) from error
        except asyncpg.ExclusionViolationError as error:
            raise AlreadyThere(field="starts_on", rule=_rule(error)) from error
        except asyncpg.ForeignKeyViolationError as error:
            raise UnknownReference(field=self._field(error), value="") from error
        except (asyncpg.CheckViolationError, asyncpg.CharacterNotInRepertoireError) as error:
            raise RuleBroken(rule=_rule(error) or "text") from error
        return row

    def _field(self, error: asyncpg.IntegrityConstraintViolationError) -> str | None:
        name = (_rule(error) or "").removeprefix(self.shape.table + "_")
        for suffix in ("_key", "_fkey", "_once"):
            name = name.removesuffix(suffix)
        return name if name in self.shape.kind.__struct_fields__ else None

    async def _write_children(self, key: int, before: T | None, after: T) -> None:
        for name, links in self.shape.links.items():
            new = getattr(after, name)
            if (before is None and new) or (before is not None and new != getattr(before, name)):
                await self._write_links(key, name, links, new)
        for name, rows in self.shape.rows.items():
            new = getattr(after, name)
            if (before is None and new) or (before is not None and new != getattr(before, name)):
                await self._write_rows(key, name, rows, new)

    async def _write_links(self, key: int, name: str, links: Links, targets: list[UUID]) -> None:
        fixed = "".join(f" and {column} = '{value}'" for column, value in links.fixed)
        await self.connection.execute(
            f"delete from {links.link_table} where {links.owner_column} = $1{fixed}",
            key,
        )
        extra_columns = "".join(f", {column}" for column, _ in links.fixed) + (", position" if links.ordered else "")
        extra_values = "".join(f", '{value}'" for _, value in links.fixed) + (", w.rank" if links.ordered else "")
        written = await self.connection.fetch(
            f"with r as (select id, public_id from {links.table}"
            " where public_id = any($2::uuid[]) and retired_at is null order by id for key share)"
            f" insert into {links.link_table} ({links.owner_column}, {links.column}{extra_columns})"
            f" select $1, r.id{extra_values} from unnest($2::uuid[]) with ordinality as w (public_id, rank)"
            " join r on r.public_id = w.public_id returning 1",
            key,
            targets,
        )
        if len(written) != len(targets):
            raise UnknownReference(field=name, value="")

    async def _write_rows(self, key: int, name: str, rows: Rows, items: list[msgspec.Struct]) -> None:
        await self.connection.execute(f"delete from {rows.row_table} where {rows.owner_column} = $1", key)
        for item in items:
            columns: list[str] = [rows.owner_column]
            values: list[Any] = [key]
            for field in rows.kind.__struct_fields__:
                value = getattr(item, field)
                reference = rows.references.get(field)
                columns.append(reference.column if reference else field)
                values.append(await self._key(reference, value, name) if reference else value)
            marks = ", ".join(f"${rank}" for rank in range(1, len(columns) + 1))
            await self._guarded(
                f"insert into {rows.row_table} ({', '.join(columns)}) values ({marks}) returning {rows.owner_column}",
                *values,
            )

    async def _audit(self, before: T | None, after: T) -> None:
        old = {} if before is None else msgspec.to_builtins(before)
        new = msgspec.to_builtins(after)
        changed = {name for name in new if old.get(name) != new[name] or before is None} - {"updated_at"}
        for name in self.shape.hidden & changed:
            new[name] = "set" if new[name] else None
            old[name] = "set" if old.get(name) else None
        if self.shape.personal & changed:
            person = after.id if self.shape.person == "self" else getattr(after, str(self.shape.person))
            for name in self.shape.personal & changed:
                new[name] = await sealed(self.work, person, new[name])
                old[name] = await sealed(self.work, person, old.get(name))
        await self.work.audit(
            self.shape.subject,
            after.id,
            None if before is None else {name: old.get(name) for name in sorted(changed)},
            {name: new[name] for name in sorted(changed)},
        )


def _rule(error: asyncpg.PostgresError) -> str | None:
    """The constraint that was broken; a cluster says that of the shard, with its number behind."""
    return re.sub(r"_\d{6,}$", "", error.constraint_name) if error.constraint_name else None
