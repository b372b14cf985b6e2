"""What the charts of an edition's attendance are made from, and where a quarter of an hour stands in its event day."""

import datetime as dt
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from dashboards.facts import EditionFacts
from events_api.domain.attendance import Grade

QUARTERS = 96
MOST_DAYS = 45
Dimension = Literal["edition", "session", "gate", "category", "channel", "origin"]
OutState = Literal["read", "missing", "partial"]


class Count(Struct, frozen=True, kw_only=True):
    """The quantities of AMP-IMPACT/1 §3.1 for one value of one dimension; without a day, over the whole edition."""

    dimension: Dimension
    label: int
    day: dt.date | None
    tickets_issued: int = 0
    tickets_cancelled: int = 0
    tickets_scanned: int = 0
    entries_in: int = 0
    exits: int = 0
    attendances: int = 0
    unique_visitors: int = 0
    scans_refused: int = 0

    @property
    def reentries(self) -> int:
        """Passages beyond the first of a ticket's day."""
        return self.entries_in - self.attendances

    @property
    def no_show(self) -> float | None:
        """The share of issued tickets that nobody used; unknown without issued or scanned tickets."""
        if not self.tickets_issued or not self.tickets_scanned:
            return None
        return 1 - self.tickets_scanned / self.tickets_issued


class Label(Struct, frozen=True, kw_only=True):
    """A name that counts refer to by number; a gate may have the people it can let in during 15 minutes."""

    id: int
    name: str
    capacity: int | None = None


class Quarter(Struct, frozen=True, kw_only=True):
    """The passages of one gate in a quarter of an hour."""

    at: dt.datetime
    gate: int
    entries: int
    exits: int


class Presence(Struct, frozen=True, kw_only=True):
    """How the number inside moved in a quarter of an hour, relative to its beginning."""

    at: dt.datetime
    net: int
    lowest: int
    highest: int
    highest_at: dt.datetime


class Former(Struct, frozen=True, kw_only=True):
    """Another edition of the same event that was counted, day by day."""

    id: str
    year: int
    number: int | None
    days: tuple[tuple[dt.date, int], ...]
    simulated: bool = False


class Money(Struct, frozen=True, kw_only=True):
    """What an edition of the event received from the métropole and earned itself; None where nobody said."""

    edition: str
    year: int
    subsidy_cents: int | None
    own_income_cents: int | None


class Commune(Struct, frozen=True, kw_only=True):
    """A commune of the territory with its people."""

    insee: str
    name: str
    population: int
    postcodes: tuple[str, ...]


class VisitFacts(Struct, frozen=True, kw_only=True, dict=True):
    """All that is known of who came to one edition."""

    id: str
    event: str
    year: int
    number: int | None
    first_day: dt.date | None
    last_day: dt.date | None
    zone: str
    day_starts_at: dt.time
    capacity: int | None
    simulated: bool
    changed_at: dt.datetime | None
    counts: tuple[Count, ...] = ()
    labels: dict[str, tuple[Label, ...]] = {}
    quarters: tuple[Quarter, ...] = ()
    presence: tuple[Presence, ...] = ()
    sessions: tuple[tuple[dt.datetime, dt.datetime], ...] = ()
    former: tuple[Former, ...] = ()
    history: tuple[EditionFacts, ...] = ()
    money: tuple[Money, ...] = ()
    communes: tuple[Commune, ...] = ()
    dwell_minutes: int = 240
    """How long a visitor stays on average, where exits were not read: an assumption of the reader's."""

    @cached_property
    def total(self) -> Count | None:
        """The counts of the whole edition."""
        return next((count for count in self.counts if count.dimension == "edition" and count.day is None), None)

    @cached_property
    def days(self) -> dict[dt.date, Count]:
        """The counts of each event day that has any, in order; a day that nobody wrote down is `date.max`."""
        found = [count for count in self.counts if count.dimension == "edition" and count.day is not None]
        return {count.day: count for count in sorted(found, key=lambda one: one.day or dt.date.min) if count.day}

    @property
    def scanned(self) -> bool:
        """Whether an access control was read."""
        return self.total is not None and self.total.entries_in > 0

    @property
    def grade(self) -> Grade:
        """The grade that the source deserves: A for an access control, B for tickets that nobody scanned."""
        return "A" if self.scanned else "B"

    def values(self, dimension: Dimension) -> list[tuple[str, Count]]:
        """The counts of each value of a dimension over the edition, with its name; 0 stands for no name."""
        names = {label.id: label.name for label in self.labels.get(dimension, ())}
        return [
            (names.get(count.label, ""), count)
            for count in self.counts
            if count.dimension == dimension and count.day is None
        ]

    def place(self, at: dt.datetime) -> tuple[dt.date, int]:
        """The event day of an instant and its quarter of an hour from the beginning of that day, by the clock on the
        wall: the hour that an autumn night repeats is drawn over itself."""
        local = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        begun = local - dt.timedelta(hours=self.day_starts_at.hour, minutes=self.day_starts_at.minute)
        return begun.date(), (begun.hour * 60 + begun.minute) // 15

    def clock(self, index: int) -> dt.time:
        """The time on the wall when a quarter of the event day begins."""
        minutes = (self.day_starts_at.hour * 60 + self.day_starts_at.minute + index * 15) % (24 * 60)
        return dt.time(minutes // 60, minutes % 60)

    @cached_property
    def entries(self) -> dict[dt.date, dict[int, int]]:
        """Entries by event day and quarter, over all gates."""
        return self._by_day("entries")

    @cached_property
    def exits(self) -> dict[dt.date, dict[int, int]]:
        """Exits by event day and quarter, over all gates."""
        return self._by_day("exits")

    @cached_property
    def placed(self) -> list[tuple[dt.date, int, Quarter]]:
        """The passages with their event day and quarter of it."""
        places: dict[dt.datetime, tuple[dt.date, int]] = {}
        found = []
        for quarter in self.quarters:
            place = places.get(quarter.at)
            if place is None:
                place = places[quarter.at] = self.place(quarter.at)
            found.append((*place, quarter))
        return found

    def _by_day(self, name: Literal["entries", "exits"]) -> dict[dt.date, dict[int, int]]:
        found: dict[dt.date, dict[int, int]] = {}
        for day, index, quarter in self.placed:
            number = quarter.entries if name == "entries" else quarter.exits
            if number:
                held = found.setdefault(day, {})
                held[index] = held.get(index, 0) + number
        return dict(sorted(found.items()))

    @cached_property
    def open_quarters(self) -> dict[dt.date, tuple[int, int]]:
        """Of each event day the first and last quarter with a passage or a session of the programme."""
        found: dict[dt.date, list[int]] = {}
        for passages in (self.entries, self.exits):
            for day, indexes in passages.items():
                found.setdefault(day, []).extend(indexes)
        for start, end in self.sessions:
            day, index = self.place(start)
            last_day, last = self.place(end - dt.timedelta(seconds=1))
            if day in found:
                found[day] += [index, last if last_day == day else QUARTERS - 1]
        return {day: (min(indexes), max(indexes)) for day, indexes in sorted(found.items())}

    @cached_property
    def drawn_days(self) -> list[dt.date]:
        """The event days that charts over time have room for: those with most entries, in order."""
        sums = {day: sum(quarters.values()) for day, quarters in self.entries.items()}
        return sorted(sorted(sums, key=lambda day: (-sums[day], day))[:MOST_DAYS])

    @cached_property
    def window(self) -> tuple[int, int]:
        """The quarters that a chart over several days shows of each: full hours around all passages."""
        spans = [self.open_quarters[day] for day in self.drawn_days]
        first, last = min(low for low, _ in spans), max(high for _, high in spans)
        return first // 4 * 4, min(QUARTERS, (last // 4 + 1) * 4)

    def exits_of(self, day: dt.date) -> OutState:
        """Whether the exits of an event day were read: fewer than half of its entries is no reading of them."""
        entered = sum(self.entries.get(day, {}).values())
        left = sum(self.exits.get(day, {}).values())
        if not left:
            return "missing"
        return "partial" if left < entered / 2 else "read"
