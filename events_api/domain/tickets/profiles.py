"""Profiles: how an organisation reads the files of a tool that is not known, column by column."""

from typing import Annotated, Final, Literal
from uuid import UUID
from zoneinfo import available_timezones

from msgspec import Meta, Struct

from events_api.domain.errors import DomainError
from events_api.domain.records import Entity, Work
from events_api.domain.tickets.facts import Channel, Standing, Verdict

Column = Annotated[str, Meta(min_length=1, max_length=200)]
Word = Annotated[str, Meta(max_length=100)]
COLUMNS: Final = (
    "code", "at", "clock", "direction", "verdict", "gate", "device", "session", "category", "postcode", "country",
    "quantity", "price", "channel", "standing", "used", "holder",
)  # fmt: skip
"""The fields of a profile that name a column."""


class ProfileTimeMissing(DomainError):
    """A profile of scans that does not say where their time is."""


class ProfileZoneUnknown(DomainError):
    """A time zone that does not exist."""


class ProfileColumnTwice(DomainError):
    """A column that a profile gives two meanings."""


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which column of a table is what, or which key of objects, dotted where they are nested; all others are dropped.

    Words are compared without case, accents and punctuation; those that are not given are looked up in the common
    French and English vocabulary, and a word found in neither refuses its line.
    """

    facts: Literal["scans", "tickets"] = "scans"
    code: Column
    at: Column | None = None
    clock: Column | None = None
    """The time of day, where `at` holds only the day."""
    date_order: Literal["ymd", "dmy", "mdy"] | None = None
    """How dates of numbers are written; not given, as the file shows."""
    zone: Annotated[str, Meta(max_length=60)] | None = None
    """The zone of times without an offset; not given, that of the edition."""
    direction: Column | None = None
    in_words: tuple[Word, ...] = ()
    out_words: tuple[Word, ...] = ()
    verdict: Column | None = None
    verdict_words: dict[Word, Verdict] = {}
    other_verdict: Verdict | None = None
    """What a result that no word explains means; not given, it refuses its line."""
    gate: Column | None = None
    device: Column | None = None
    session: Column | None = None
    category: Column | None = None
    postcode: Column | None = None
    country: Column | None = None
    quantity: Column | None = None
    price: Column | None = None
    price_unit: Literal["euros", "cents"] = "euros"
    channel: Column | None = None
    channel_words: dict[Word, Channel] = {}
    standing: Column | None = None
    standing_words: dict[Word, Standing] = {}
    used: Column | None = None
    """Whether a ticket was used, where no time says it."""
    holder: Column | None = None
    """What the tickets of one person have in common: the attendee's address or account, never the buyer's."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[",", "."] | None = None


def faults(profile: Profile) -> list[DomainError]:
    """What a profile lacks by itself."""
    found: list[DomainError] = []
    if profile.facts == "scans" and profile.at is None:
        found.append(ProfileTimeMissing(field="at"))
    if profile.zone is not None and profile.zone not in available_timezones():
        found.append(ProfileZoneUnknown(field="zone"))
    used: dict[str, str] = {}
    for role in COLUMNS:
        column = getattr(profile, role)
        if column is None:
            continue
        if column in used and {role, used[column]} != {"direction", "gate"}:
            found.append(ProfileColumnTwice(field=role))
        used.setdefault(column, role)
    return found


class ImportProfile(Entity, frozen=True, kw_only=True):
    """A mapping under the name by which an organisation uses it again."""

    organisation_id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
    mapping: Profile

    def check(self) -> None:
        """Raise the first fault of the mapping."""
        for fault in faults(self.mapping):
            raise fault

    async def owners(self, work: Work) -> frozenset[UUID]:
        """The organisation whose profile it is."""
        del work
        return frozenset({self.organisation_id})
