"""The editorial steps of an edition, and the merging of two records that turned out to be one."""

from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeVar, cast
from uuid import UUID

import msgspec

from events_api.domain.actors import Role
from events_api.domain.attendance import AttendanceReport
from events_api.domain.errors import AlreadyRetired, AlreadyThere, ConflictError, DomainError, StaleVersion
from events_api.domain.programme import (
    Edition,
    EditorialState,
    EditorialStepImpossible,
    EditorialStepNotAllowed,
    Event,
    Organisation,
)
from events_api.domain.records import Entity, Repository, Work, replace, require_owner
from events_api.domain.subsidies import FundingLine, Subsidy

PROPOSING: Final[frozenset[Role]] = frozenset({"organiser", "officer", "communication", "administrator", "system"})
PUBLISHING: Final[frozenset[Role]] = frozenset({"communication", "administrator", "system"})
STEPS: Final[dict[tuple[EditorialState, EditorialState], frozenset[Role]]] = {
    ("draft", "to_review"): PROPOSING,
    ("to_review", "draft"): PUBLISHING,
    ("to_review", "ready"): PUBLISHING,
    ("to_review", "refused"): PUBLISHING,
    ("ready", "published"): PUBLISHING,
    ("ready", "refused"): PUBLISHING,
    ("refused", "draft"): PUBLISHING,
}
"""Nothing leads away from `published`: what was published stays, and its status says what became of it."""
T = TypeVar("T", bound=Entity)


class MergedWithItself(DomainError):
    """A merge needs two records."""


class EditionsCollide(ConflictError):
    """Two events that are merged have an edition each of the same year and number, or at the same time."""


class ReportsCollide(ConflictError):
    """Two organisations that are merged have each a report on the same edition."""


async def editorial_step(
    work: Work, edition_id: UUID, expected: int | None, to: EditorialState, note: str | None
) -> Edition:
    """Take an edition one step towards publication, or back."""
    before = await work.of(Edition).lock(edition_id)
    await require_owner(work, before)
    roles = STEPS.get((before.editorial_state, to))
    if roles is None:
        raise EditorialStepImpossible(field="to")
    if not roles & work.actor.roles:
        raise EditorialStepNotAllowed(field="to")
    values: dict[str, Any] = {"editorial_state": to, "editorial_note": note}
    if to == "published":
        values = {"editorial_state": to, "editorial_note": None, "first_published_at": work.now}
    return await replace(work, before, expected, values)


class Events(Repository[Event], Protocol):
    """What a merge needs besides the events."""

    async def editions(self, event_id: UUID) -> list[UUID]: ...
    async def take_names(self, merged_id: UUID, into_id: UUID) -> None: ...


class Organisations(Repository[Organisation], Protocol):
    """What a merge needs besides the organisations: what stands on one of them, by kind."""

    async def dependants(self, organisation_id: UUID, kind: type[Entity]) -> list[UUID]: ...
    async def take_names(self, merged_id: UUID, into_id: UUID) -> None: ...


async def merge_events(work: Work, merged_id: UUID, expected: int | None, into_id: UUID) -> Event:
    """Make two events one: editions, links, slugs and names in other systems go over; the merged one redirects."""
    merged, into = await _both(work, Event, merged_id, expected, into_id)
    events = cast("Events", work.of(Event))
    editions = work.of(Edition)
    for identifier in await events.editions(merged.id):
        edition = await editions.lock(identifier)
        moved = msgspec.structs.replace(
            edition,
            event_id=into.id,
            calendar_sequence=edition.calendar_sequence + (edition.first_published_at is not None),
            version=edition.version + 1,
            updated_at=work.now,
        )
        try:
            await editions.save(edition, moved)
        except AlreadyThere as error:
            raise EditionsCollide(field="into", year=edition.year) from error
    links = ("organiser_ids", "partner_ids", "funder_ids", "roadmap_action_ids")
    union = {name: _union(getattr(into, name), getattr(merged, name)) for name in links}
    await replace(work, into, None, union)
    await events.take_names(merged.id, into.id)
    empty: dict[str, Any] = {name: [] for name in links}
    return await _retire_into(work, merged, into.id, empty)


async def merge_organisations(work: Work, merged_id: UUID, expected: int | None, into_id: UUID) -> Organisation:
    """Make two organisations one: everything that stands on the merged one goes over."""
    merged, into = await _both(work, Organisation, merged_id, expected, into_id)
    organisations = cast("Organisations", work.of(Organisation))
    moves: tuple[tuple[type[Entity], tuple[str, ...]], ...] = (
        (Event, ("organiser_ids", "partner_ids", "funder_ids")),
        (AttendanceReport, ("organisation_id",)),
        (Subsidy, ("organisation_id", "funder_id")),
        (FundingLine, ("funder_id",)),
    )
    for kind, fields in moves:
        for identifier in await organisations.dependants(merged.id, kind):
            before = await work.of(kind).lock(identifier)
            values = {name: _moved(getattr(before, name), merged.id, into.id) for name in fields}
            after = msgspec.structs.replace(before, **values, version=before.version + 1, updated_at=work.now)
            try:
                await work.of(kind).save(before, after)
            except AlreadyThere as error:
                raise ReportsCollide(field="into") from error
    await organisations.take_names(merged.id, into.id)
    retired = await _retire_into(work, merged, into.id, {})
    if into.identifier_kind == "unknown" and merged.identifier_kind != "unknown":
        taken = ("identifier_kind", "siret", "rna", "foreign_number", "country")
        await replace(work, into, None, {name: getattr(merged, name) for name in taken})
    return retired


async def _both(work: Work, kind: type[T], merged_id: UUID, expected: int | None, into_id: UUID) -> tuple[T, T]:
    """Both records, locked in the order of their identifiers so that two merges never wait for each other."""
    if merged_id == into_id:
        raise MergedWithItself(field="into")
    found = {identifier: await work.of(kind).lock(identifier) for identifier in sorted((merged_id, into_id))}
    merged, into = found[merged_id], found[into_id]
    if expected is not None and merged.version != expected:
        raise StaleVersion(expected=expected, current=merged.version)
    if merged.retired_at is not None or into.retired_at is not None:
        raise AlreadyRetired(field=None if merged.retired_at is not None else "into")
    return merged, into


async def _retire_into(work: Work, merged: T, into_id: UUID, values: dict[str, Any]) -> T:
    return await replace(work, merged, None, {**values, "retired_at": work.now, "merged_into_id": into_id})


def _union(kept: Iterable[UUID], added: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys([*kept, *added]))


def _moved(value: Any, merged_id: UUID, into_id: UUID) -> Any:
    """The value with the identifier of the merged record replaced, once."""
    if isinstance(value, list):
        return list(dict.fromkeys(into_id if item == merged_id else item for item in value))
    return into_id if value == merged_id else value
