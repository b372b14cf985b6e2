"""The programme: families, roadmap actions, organisations, places, events, editions and their sessions."""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Annotated, ClassVar, Final, Literal, Self, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, field

from events_api.domain.errors import DomainError, ForbiddenError, NotYours
from events_api.domain.identifiers import IdentifierKind, Rna, Siret, siret_is_valid
from events_api.domain.records import Entity, Insee, Instant, Line, LongText, Name, Text, Website, Work, referenced

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=80)]
FamilySlug = Annotated[str, Meta(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*\Z", max_length=80)]
Capacity = Annotated[int, Meta(ge=1, le=2_000_000_000)]
Audience = Literal["public", "professional", "mixed"]
Status = Literal["scheduled", "rescheduled", "moved_online", "postponed", "full", "cancelled"]
EditorialState = Literal["draft", "to_review", "ready", "published", "refused"]
LegalForm = Literal["association", "company", "public_body", "foundation", "individual", "other"]
DatePrecision = Literal["exact", "year", "text"]
SessionKind = Literal[
    "concert", "show", "screening", "talk", "reading", "signing", "match", "workshop", "exhibition", "meeting", "other"
]
DayTime = Annotated[
    dt.time,
    Meta(
        tz=False,
        extra_json_schema={
            "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?\Z",
        },
    ),
]
EditionYear = Annotated[int, Meta(ge=1800, le=2200)]
ON_CALENDARS: Final = (
    "year", "date_precision", "starts_on", "ends_on", "date_text_fr", "date_text_en", "time_zone", "status",
    "summary_fr", "summary_en", "place_ids", "event_id", "retired_at",
)  # fmt: skip
"""The fields of an edition that subscribers of the calendar see."""
E = TypeVar("E")


class InvalidSiret(DomainError):
    """The digits of a SIRET do not pass its control key."""


class IdentifierMissing(DomainError):
    """The kind of identifier that was announced is not given."""


class IdentifierUnexpected(DomainError):
    """An organisation said to be without identifier carries one."""


class CoordinatesIncomplete(DomainError):
    """Longitude without latitude, or the reverse."""


class DatesInconsistent(DomainError):
    """The dates of an edition do not agree with their precision."""


class EndsBeforeStart(DomainError):
    """An end that comes before its beginning."""


class DateOutsideYear(DomainError):
    """An edition that begins in another year than its own."""


class UnknownTimeZone(DomainError):
    """A time zone that no clock knows."""


class TwiceInList(DomainError):
    """The same identifier twice in one list."""


class SessionOutsideEdition(DomainError):
    """A session that lies wholly outside the days of its edition."""


class EditorialStepNotAllowed(ForbiddenError):
    """An editorial step that this role does not take."""


class EditorialStepImpossible(DomainError):
    """An editorial step that does not start from the present state."""

    kind = "conflict"


class Family(Entity, frozen=True, kw_only=True):
    """A family of events; six by default, the administrator's to change."""

    slug: FamilySlug
    name_fr: Annotated[str, Meta(min_length=1, max_length=120)]
    name_en: Annotated[str, Meta(min_length=1, max_length=120)]
    position: Annotated[int, Meta(ge=0, le=10000)] = 0


class RoadmapAction(Entity, frozen=True, kw_only=True):
    """An action of the roadmap to which events answer."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{1,2}([.][0-9]{1,2}){0,3}\Z")]
    name_fr: Line
    name_en: Line | None = None


class Organisation(Entity, frozen=True, kw_only=True):
    """A legal person, known by SIRET, RNA, a foreign number, or not yet."""

    managed: ClassVar[frozenset[str]] = frozenset({"merged_into_id"})

    name: Name
    identifier_kind: IdentifierKind = "unknown"
    siret: Siret | None = None
    rna: Rna | None = None
    foreign_number: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")] = "FR"
    legal_form: LegalForm | None = None
    commune_insee: Insee | None = None
    website: Website | None = None
    merged_into_id: UUID | None = None

    def check(self) -> None:
        if self.siret is not None and not siret_is_valid(self.siret):
            raise InvalidSiret(field="siret", siret=self.siret)
        numbers = {"siret": self.siret, "rna": self.rna, "foreign": self.foreign_number}
        if self.identifier_kind == "unknown":
            for name, number in numbers.items():
                if number is not None:
                    raise IdentifierUnexpected(field="foreign_number" if name == "foreign" else name)
        elif numbers[self.identifier_kind] is None:
            where = "foreign_number" if self.identifier_kind == "foreign" else self.identifier_kind
            raise IdentifierMissing(field=where, identifier_kind=self.identifier_kind)

    async def owners(self, work: Work) -> frozenset[UUID]:
        del work
        return frozenset({self.id})


class Place(Entity, frozen=True, kw_only=True):
    """A venue: address, commune, coordinates, capacity."""

    name: Name
    address: Line | None = None
    postcode: Annotated[str, Meta(pattern=r"^[0-9]{5}\Z")] | None = None
    commune_insee: Insee | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    capacity: Capacity | None = None

    def check(self) -> None:
        if (self.longitude is None) != (self.latitude is None):
            raise CoordinatesIncomplete(field="latitude" if self.latitude is None else "longitude")

    async def owners(self, work: Work) -> frozenset[UUID]:
        # a place belongs to nobody: any organiser may add one, only staff change it afterwards
        return work.grant.organisations if self.version == 1 and self.created_at == work.now else frozenset()


class Event(Entity, frozen=True, kw_only=True):
    """The recurring thing; its slug goes on answering after a rename."""

    managed: ClassVar[frozenset[str]] = frozenset({"merged_into_id"})

    slug: Slug
    name: Name
    as_printed: Line | None = None
    description_fr: LongText | None = None
    description_en: LongText | None = None
    family_id: UUID | None = None
    sub_sector: Annotated[str, Meta(min_length=1, max_length=120)] | None = None
    audience: Audience
    commune_insee: Insee | None = None
    website: Website | None = None
    organisers_as_printed: Line | None = None
    source_document: Line | None = None
    note: Text | None = None
    organiser_ids: Annotated[list[UUID], Meta(max_length=50)] = field(default_factory=list)
    partner_ids: Annotated[list[UUID], Meta(max_length=50)] = field(default_factory=list)
    funder_ids: Annotated[list[UUID], Meta(max_length=50)] = field(default_factory=list)
    roadmap_action_ids: Annotated[list[UUID], Meta(max_length=50)] = field(default_factory=list)
    merged_into_id: UUID | None = None

    def check(self) -> None:
        for name in ("organiser_ids", "partner_ids", "funder_ids", "roadmap_action_ids"):
            no_repeats(getattr(self, name), name)

    async def owners(self, work: Work) -> frozenset[UUID]:
        del work
        return frozenset(self.organiser_ids)

    async def fits(self, work: Work, before: Self | None) -> None:
        """Who already organises the event with others neither adds nor removes them: that is for staff."""
        if before is None or work.grant.scope == "all":
            return
        if (set(self.organiser_ids) ^ set(before.organiser_ids)) - work.grant.organisations:
            raise NotYours(field="organiser_ids")


class Edition(Entity, frozen=True, kw_only=True):
    """One occurrence of an event; its dates may be exact, only a year, or only words."""

    managed: ClassVar[frozenset[str]] = frozenset(
        {"editorial_state", "editorial_note", "first_published_at", "calendar_sequence"}
    )

    event_id: UUID
    year: EditionYear
    number: Annotated[int, Meta(ge=1, le=1000)] | None = None
    date_precision: DatePrecision = "year"
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    date_text_fr: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    date_text_en: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    time_zone: Annotated[str, Meta(min_length=1, max_length=60)] = "Europe/Paris"
    event_day_starts_at: DayTime = dt.time(5, 0)
    capacity: Capacity | None = None
    status: Status = "scheduled"
    editorial_state: EditorialState = "draft"
    editorial_note: str | None = None
    first_published_at: dt.datetime | None = None
    calendar_sequence: int = 0
    summary_fr: Text | None = None
    summary_en: Text | None = None
    guest_of_honour: Annotated[str, Meta(min_length=1, max_length=120)] | None = None
    note: Text | None = None
    simulated: bool = False
    place_ids: Annotated[list[UUID], Meta(max_length=100)] = field(default_factory=list)

    def check(self) -> None:
        exact = self.starts_on is not None and self.ends_on is not None
        if (self.date_precision == "exact") != exact or (self.starts_on is None) != (self.ends_on is None):
            raise DatesInconsistent(field="date_precision", date_precision=self.date_precision)
        if (self.date_precision == "text") != (self.date_text_fr is not None):
            raise DatesInconsistent(field="date_text_fr", date_precision=self.date_precision)
        if self.starts_on is not None and self.ends_on is not None:
            if self.ends_on < self.starts_on:
                raise EndsBeforeStart(field="ends_on", starts=self.starts_on, ends=self.ends_on)
            if self.starts_on.year != self.year:
                raise DateOutsideYear(field="year", starts=self.starts_on, year=self.year)
        if self.event_day_starts_at.tzinfo is not None:
            raise UnknownTimeZone(field="event_day_starts_at", time_zone=str(self.event_day_starts_at.tzinfo))
        if self.time_zone not in zoneinfo.available_timezones():
            raise UnknownTimeZone(field="time_zone", time_zone=self.time_zone)
        no_repeats(self.place_ids, "place_ids")

    def following(self, before: Self) -> Self:
        """Calendars that hold the edition learn of every change that they show."""
        shown = any(getattr(self, name) != getattr(before, name) for name in ON_CALENDARS)
        if before.first_published_at is None or not shown:
            return self
        return msgspec.structs.replace(self, calendar_sequence=before.calendar_sequence + 1)

    async def owners(self, work: Work) -> frozenset[UUID]:
        return await (await referenced(work, Event, self.event_id, "event_id")).owners(work)


class Session(Entity, frozen=True, kw_only=True):
    """One item of an edition's programme."""

    edition_id: UUID
    place_id: UUID | None = None
    name_fr: Name
    name_en: Name | None = None
    kind: SessionKind = "other"
    starts_at: Instant
    ends_at: Instant
    capacity: Capacity | None = None
    status: Status = "scheduled"

    def check(self) -> None:
        if self.ends_at <= self.starts_at:
            raise EndsBeforeStart(field="ends_at", starts=self.starts_at, ends=self.ends_at)

    async def owners(self, work: Work) -> frozenset[UUID]:
        return await (await referenced(work, Edition, self.edition_id, "edition_id")).owners(work)

    async def fits(self, work: Work, before: Self | None) -> None:
        """A session takes place in the days of its edition."""
        del before
        if self.retired_at is None:
            lies_within(self, await referenced(work, Edition, self.edition_id, "edition_id"))


def no_repeats(values: Sequence[E], name: str) -> None:
    """Refuse a list that names the same thing twice."""
    if len(set(values)) != len(values):
        raise TwiceInList(field=name)


def lies_within(session: Session, edition: Edition) -> None:
    """Refuse a session wholly outside the event days of an edition whose dates are exact."""
    if edition.starts_on is None or edition.ends_on is None:
        return
    zone = zoneinfo.ZoneInfo(edition.time_zone)
    first = dt.datetime.combine(edition.starts_on, dt.time(), zone)
    last = dt.datetime.combine(edition.ends_on + dt.timedelta(days=2), dt.time(), zone)
    if session.ends_at <= first or session.starts_at >= last:
        raise SessionOutsideEdition(field="starts_at", starts=edition.starts_on, ends=edition.ends_on)
