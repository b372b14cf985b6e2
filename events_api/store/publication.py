"""What follows from a change of an event, an edition, a place or an organisation for the records around it."""

from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

import msgspec

from events_api.domain.accounts import ApiToken, Membership
from events_api.domain.attendance import AttendanceReport
from events_api.domain.errors import AlreadyThere
from events_api.domain.festivals import FestivalCandidate
from events_api.domain.programme import Edition, Event, Organisation, Place
from events_api.domain.records import Entity
from events_api.domain.subsidies import FundingLine, Subsidy
from events_api.read.shapes import EDITION
from events_api.store.records import Records

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

T = TypeVar("T", bound=Entity)

EDITIONS_OF_EVENT: Final = """
    select t.public_id from edition t join event v on v.id = t.event_id where v.public_id = $1
"""
PUBLISHED_OF_EVENT: Final = f"{EDITIONS_OF_EVENT} and t.first_published_at is not null order by t.id"
PUBLISHED_AT_PLACE: Final = """
    select t.public_id from edition t join edition_place l on l.edition_id = t.id join place p on p.id = l.place_id
     where p.public_id = $1 and t.first_published_at is not null order by t.id
"""
APPEAR: Final = (
    (
        "update event t set mark = current_mark(), updated_at = $2, version = t.version + 1 from edition e"
        " where e.public_id = $1 and t.id = e.event_id"
    ),
    (
        "update session t set mark = current_mark(), updated_at = $2, version = t.version + 1 from edition e"
        " where e.public_id = $1 and t.edition_id = e.id and t.retired_at is null"
    ),
    (
        "update edition_figure t set mark = current_mark(), updated_at = $2, version = t.version + 1 from edition e"
        " where e.public_id = $1 and t.edition_id = e.id and t.retired_at is null"
    ),
)
EVENT_NAMES: Final = (
    (
        "update event_slug t set event_id = b.id from event a, event b"
        " where a.public_id = $1 and b.public_id = $2 and t.event_id = a.id"
    ),
    "update external_identifier set public_id = $2 where kind = 'event' and public_id = $1",
)
ORGANISATION_NAMES: Final = (
    "update external_identifier set public_id = $2 where kind = 'organisation' and public_id = $1",
)
FOLLOWERS: Final[dict[tuple[type[Entity], str], str]] = {
    (FestivalCandidate, "matched_event_id"): "select t.public_id from festival_candidate t"
    " join event m on m.id = t.matched_event_id where m.public_id = $1 order by t.id",
    (Event, "merged_into_id"): "select t.public_id from event t join event m on m.id = t.merged_into_id"
    " where m.public_id = $1 order by t.id",
    (Membership, "organisation_id"): "select t.public_id from membership t"
    " join organisation m on m.id = t.organisation_id where m.public_id = $1 and t.retired_at is null order by t.id",
    (ApiToken, "organisation_id"): "select t.public_id from api_token t"
    " join organisation m on m.id = t.organisation_id where m.public_id = $1 and t.retired_at is null order by t.id",
    (Organisation, "merged_into_id"): "select t.public_id from organisation t"
    " join organisation m on m.id = t.merged_into_id where m.public_id = $1 order by t.id",
}
"""The records that go over with a merge, whoever may see them, by the field that names the merged record."""
DOUBLED: Final = """
    select k.public_id from membership t
      join membership k on k.account_id = t.account_id and k.role = t.role and k.retired_at is null
      join organisation o on o.id = k.organisation_id
     where t.public_id = $1 and o.public_id = $2
"""
DEPENDANTS: Final[dict[type[Entity], str]] = {
    Event: "select distinct t.public_id from event t join event_party p on p.event_id = t.id"
    " join organisation o on o.id = p.organisation_id where o.public_id = $1 order by t.public_id",
    AttendanceReport: "select t.public_id from attendance_report t join organisation o on o.id = t.organisation_id"
    " where o.public_id = $1 order by t.public_id",
    Subsidy: "select t.public_id from subsidy t join organisation o on o.id in (t.organisation_id, t.funder_id)"
    " where o.public_id = $1 order by t.public_id",
    FundingLine: "select t.public_id from funding_line t join organisation o on o.id = t.funder_id"
    " where o.public_id = $1 order by t.public_id",
}


class Announcing(Records[T]):
    """Records that calendars show through editions: a change that is seen there raises the editions' sequence."""

    async def announce(self, statement: str, record_id: UUID) -> None:
        """Raise the calendar sequence of the published editions that a statement finds."""
        editions = EditionRecords(self.work, EDITION)
        for row in await self.connection.fetch(statement, record_id):
            before = await editions.lock(row["public_id"])
            after = msgspec.structs.replace(
                before,
                calendar_sequence=before.calendar_sequence + 1,
                version=before.version + 1,
                updated_at=self.work.now,
            )
            await editions.save(before, after)


class EventRecords(Announcing[Event]):
    """Events also keep every slug they ever had: a former one may come back to its event, never go to another."""

    async def save(self, before: Event, after: Event) -> Event:
        """Write what differs; a new name reaches the calendars."""
        saved = await super().save(before, after)
        if (before.name, before.website) != (after.name, after.website):
            await self.announce(PUBLISHED_OF_EVENT, after.id)
        return saved

    async def editions(self, event_id: UUID) -> list[UUID]:
        """Every edition of an event, withdrawn ones too."""
        return [row["public_id"] for row in await self.connection.fetch(f"{EDITIONS_OF_EVENT} order by t.id", event_id)]

    async def take_names(self, merged_id: UUID, into_id: UUID) -> None:
        """Let slugs and identifiers of other systems lead to the event that remains."""
        await _lead(self, EVENT_NAMES, merged_id, into_id)
        for kind, field in ((FestivalCandidate, "matched_event_id"), (Event, "merged_into_id")):
            for record in await _followers(self, kind, field, merged_id):
                await _follow(self.work, record, {field: into_id})

    async def _write_children(self, key: int, before: Event | None, after: Event) -> None:
        await super()._write_children(key, before, after)
        if before is None or before.slug != after.slug:
            holder = await self.connection.fetchval(
                "insert into event_slug (slug, event_id) values ($1, $2)"
                " on conflict (slug) do update set event_id = event_slug.event_id returning event_id",
                after.slug,
                key,
            )
            if holder != key:
                raise AlreadyThere(field="slug", rule="event_slug")


class EditionRecords(Records[Edition]):
    """Editions: with a publication, what belongs to them appears to partners who stay in sync."""

    async def save(self, before: Edition, after: Edition) -> Edition:
        """Write what differs; on publication the event, the sessions and the figures count as changed."""
        saved = await super().save(before, after)
        if before.editorial_state != "published" and after.editorial_state == "published":
            for statement in APPEAR:
                await self.connection.execute(statement, after.id, self.work.now)
        return saved


class PlaceRecords(Announcing[Place]):
    """Places: calendars show their name and address."""

    async def save(self, before: Place, after: Place) -> Place:
        """Write what differs; a new name or address reaches the calendars."""
        saved = await super().save(before, after)
        shown = ("name", "address", "postcode", "commune_insee", "longitude", "latitude")
        if any(getattr(before, name) != getattr(after, name) for name in shown):
            await self.announce(PUBLISHED_AT_PLACE, after.id)
        return saved


class OrganisationRecords(Records[Organisation]):
    """Organisations: what stands on one, and the names that go over with a merge."""

    async def dependants(self, organisation_id: UUID, kind: type[Entity]) -> list[UUID]:
        """The records of a kind that name the organisation, withdrawn ones too."""
        return [row["public_id"] for row in await self.connection.fetch(DEPENDANTS[kind], organisation_id)]

    async def take_names(self, merged_id: UUID, into_id: UUID) -> None:
        """Let identifiers, memberships and tokens lead to the organisation that remains."""
        await _lead(self, ORGANISATION_NAMES, merged_id, into_id)
        for membership in await _followers(self, Membership, "organisation_id", merged_id):
            doubled = await self.connection.fetchval(DOUBLED, membership.id, into_id)
            if doubled is None:
                await _follow(self.work, membership, {"organisation_id": into_id})
            else:
                await self._join(membership, doubled)
        for kind, field in ((ApiToken, "organisation_id"), (Organisation, "merged_into_id")):
            for record in await _followers(self, kind, field, merged_id):
                await _follow(self.work, record, {field: into_id})

    async def _join(self, membership: Membership, doubled: UUID) -> None:
        """Who acted for both keeps one membership, over the days of the two."""
        kept = await self.work.of(Membership).lock(doubled)
        ends = max(kept.ends_on, membership.ends_on) if kept.ends_on and membership.ends_on else None
        days = {"starts_on": min(kept.starts_on, membership.starts_on), "ends_on": ends}
        await _follow(self.work, membership, {"retired_at": self.work.now})
        if days != {"starts_on": kept.starts_on, "ends_on": kept.ends_on}:
            await _follow(self.work, kept, days)


async def _lead(records: Records[Any], statements: tuple[str, ...], merged_id: UUID, into_id: UUID) -> None:
    for statement in statements:
        await records.connection.execute(statement, merged_id, into_id)


async def _followers(records: Records[Any], kind: type[T], field: str, merged_id: UUID) -> list[T]:
    found = await records.connection.fetch(FOLLOWERS[kind, field], merged_id)
    return [await records.work.of(kind).lock(row["public_id"]) for row in found]


async def _follow(work: "SqlWork", before: Entity, values: dict[str, Any]) -> None:
    after = msgspec.structs.replace(before, **values, version=before.version + 1, updated_at=work.now)
    await work.of(type(before)).save(before, after)


async def request_freeze(work: "SqlWork", year: int) -> UUID:
    """Open the annex of a year where it is not yet, and ask for its freezing: the job `freeze_annex` {"year": …}."""
    identifier = work.new_id()
    opened = await work.connection.fetchval(
        "insert into annex (public_id, year) values ($1, $2) on conflict (year) do nothing returning id",
        identifier,
        year,
    )
    if opened is not None:
        await work.audit("annex", identifier, None, {"year": year, "state": "draft"})
    return await work.enqueue("freeze_annex", {"year": year}, queue="render", key=f"annex:{year}")
