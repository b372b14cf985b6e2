"""What every kept record shares: identity, version, tombstone, and the use cases that write it."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Protocol, Self, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from events_api.domain.actors import Actor, Grant
from events_api.domain.errors import AlreadyRetired, NotFound, NotYours, StaleVersion, StillInUse, UnknownReference

# Patterns end with \Z: in Python $ also stands before a last line break. The API document says $, meaning the same.
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
Line = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
Text = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+\Z")]
LongText = Annotated[str, Meta(min_length=1, max_length=10000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+\Z")]
Cents = Annotated[int, Meta(ge=0, le=10**14, description="Euro cents.")]
Year = Annotated[int, Meta(ge=1990, le=2200)]
Insee = Annotated[
    str, Meta(pattern=r"^[0-9][0-9AB][0-9]{3}\Z", description="INSEE code of a commune of the territory.")
]
Website = Annotated[str, Meta(pattern=r"^https?://[^\s\x00-\x1f\x7f]+\Z", max_length=300)]
Instant = Annotated[dt.datetime, Meta(tz=True)]


class Entity(Struct, frozen=True, kw_only=True):
    """A kept record. `managed` names the fields that no request sets: the use cases do."""

    managed: ClassVar[frozenset[str]] = frozenset()

    id: UUID
    version: int = 1
    created_at: dt.datetime
    updated_at: dt.datetime
    retired_at: dt.datetime | None = None

    @property
    def tag(self) -> str:
        """What changes with every answer about this record: its version, a dash before anything else."""
        return str(self.version)

    def check(self) -> None:
        """Raise the refusal of the first rule that this record breaks; the base has none."""

    def following(self, before: Self) -> Self:
        """This record as the successor of `before`: with what the platform itself sets; the base sets nothing."""
        del before
        return self

    async def owners(self, work: "Work") -> frozenset[UUID]:
        """The organisations on whose behalf an organiser may write this record; none by default."""
        del work
        return frozenset()

    async def fits(self, work: "Work", before: Self | None) -> None:
        """Refuse what does not go with other records, or what this actor may not put in; the base has no such rule."""


BOOKKEEPING = frozenset(Entity.__struct_fields__)
T = TypeVar("T", bound=Entity)


class Repository(Protocol[T]):
    """The writing side of one kind of record; every write leaves its audit entry."""

    async def add(self, record: T) -> T: ...
    async def lock(self, record_id: UUID) -> T: ...
    async def save(self, before: T, after: T) -> T: ...
    async def in_use(self, record_id: UUID) -> bool: ...
    async def locate(self, system: str, external_id: str) -> UUID | None: ...
    async def name(self, system: str, external_id: str, record_id: UUID) -> None: ...


class Work(Protocol):
    """One transaction: who acts and how far, the clock, new identifiers, the repositories and the jobs."""

    actor: Actor
    grant: Grant
    now: dt.datetime

    def new_id(self) -> UUID: ...
    def of(self, kind: type[T]) -> Repository[T]: ...
    async def enqueue(self, kind: str, payload: Mapping[str, Any], *, queue: str, key: str | None = None) -> UUID: ...


def incoming(kind: type[Entity]) -> type[Struct]:
    """The Struct of a request that creates a record: its fields less those that the platform manages."""
    return _wire(kind, "In", patch=False)


def patching(kind: type[Entity]) -> type[Struct]:
    """The Struct of a request that changes a record: every field may be left out."""
    return _wire(kind, "Patch", patch=True)


def _wire(kind: type[Entity], suffix: str, *, patch: bool) -> type[Struct]:
    fields: list[tuple[str, Any, Any]] = []
    for field in msgspec.structs.fields(kind):
        if field.name in BOOKKEEPING | kind.managed:
            continue
        if patch:
            fields.append((field.name, field.type | UnsetType, UNSET))
        elif field.required:
            fields.append((field.name, field.type, msgspec.NODEFAULT))
        elif field.default_factory is not msgspec.NODEFAULT:
            fields.append((field.name, field.type, msgspec.field(default_factory=field.default_factory)))
        else:
            fields.append((field.name, field.type, field.default))
    return msgspec.defstruct(
        kind.__name__ + suffix, fields, frozen=True, kw_only=True, forbid_unknown_fields=True, module=kind.__module__
    )


def given(data: Struct) -> dict[str, Any]:
    """The fields that a request really sets."""
    values = {name: getattr(data, name) for name in data.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


async def referenced(work: Work, kind: type[T], record_id: UUID, field: str) -> T:
    """The record that a field names, under its lock; raises UnknownReference."""
    try:
        return await work.of(kind).lock(record_id)
    except NotFound:
        raise UnknownReference(field=field, value=str(record_id)) from None


async def require_owner(work: Work, record: Entity) -> None:
    """Refuse an actor whose grant reaches only its own organisations when the record is not one of theirs."""
    if work.grant.scope == "all":
        return
    if not (work.grant.organisations & await record.owners(work)):
        raise NotYours


async def record(work: Work, kind: type[T], values: Mapping[str, Any]) -> T:
    """Create a record, its rules checked."""
    entity = kind(id=work.new_id(), created_at=work.now, updated_at=work.now, **values)
    entity.check()
    await require_owner(work, entity)
    await entity.fits(work, None)
    return await work.of(kind).add(entity)


async def change(work: Work, kind: type[T], record_id: UUID, expected: int | None, values: Mapping[str, Any]) -> T:
    """Change some fields of a record under its lock; `expected` is the version the caller had read."""
    repository = work.of(kind)
    before = await repository.lock(record_id)
    await require_owner(work, before)
    return await replace(work, before, expected, values)


async def replace(work: Work, before: T, expected: int | None, values: Mapping[str, Any]) -> T:
    """Save a locked record with other values; writes nothing where nothing differs."""
    if expected is not None and before.version != expected:
        raise StaleVersion(expected=expected, current=before.version)
    if before.retired_at is not None:
        raise AlreadyRetired
    after = msgspec.structs.replace(before, **values)
    if after == before:
        return before
    after = after.following(before)
    after.check()
    if work.grant.scope != "all":
        await require_owner(work, after)
    await after.fits(work, before)
    return await work.of(type(before)).save(
        before, msgspec.structs.replace(after, version=before.version + 1, updated_at=work.now)
    )


async def retire(work: Work, kind: type[T], record_id: UUID, expected: int | None) -> T:
    """Withdraw a record on which no other stands: it leaves the lists and stays as a tombstone. Twice is once."""
    repository = work.of(kind)
    before = await repository.lock(record_id)
    await require_owner(work, before)
    if before.retired_at is not None:
        return before
    if await repository.in_use(record_id):
        raise StillInUse
    return await replace(work, before, expected, {"retired_at": work.now})


async def upsert(
    work: Work, kind: type[T], system: str, external_id: str, expected: int | None, values: Mapping[str, Any]
) -> T:
    """Create the record that another system knows under this name, or bring ours to the same values."""
    repository = work.of(kind)
    known = await repository.locate(system, external_id)
    if known is not None:
        before = await repository.lock(known)
        await require_owner(work, before)
        return await replace(work, before, expected, values)
    if expected is not None:
        raise StaleVersion(expected=expected, current=0)
    made = await record(work, kind, values)
    await repository.name(system, external_id, made.id)
    return made


class Tombstone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a partner that stays in sync receives for a record that was withdrawn or is no longer public."""

    id: UUID
    retired_at: dt.datetime
