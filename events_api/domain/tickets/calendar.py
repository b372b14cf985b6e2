"""How an edition divides time: its event days, which begin at five in the morning unless it says otherwise."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events_api.domain.tickets.facts import UNTIMED

NO_DAY: Final = 65_535
"""The day of an entry at a time that nobody wrote down, in an edition of several days."""
ALL_DAYS: Final = -1
SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST_ORDINAL: Final = dt.date(1970, 1, 1).toordinal()
LAST_DAY: Final = (dt.date(2149, 1, 1) - dt.date(1970, 1, 1)).days
"""Days are numbered from 1970 in 16 bits; scans of other times are not facts."""


class EventCalendar(Struct, frozen=True, kw_only=True):
    """The clock of an edition. `only_day` is its day where it has one alone: entries without a time are of that day."""

    zone: str = "Europe/Paris"
    day_starts_at: dt.time = dt.time(5)
    only_day: int | None = None

    @property
    def untimed_day(self) -> int:
        """The day under which entries without a time count."""
        return NO_DAY if self.only_day is None else self.only_day

    def begins(self, day: int) -> int:
        """The instant at which an event day begins, in microseconds since 1970; of two in autumn the first."""
        local = dt.datetime.combine(date_of(day), self.day_starts_at, tzinfo=ZoneInfo(self.zone))
        return (local.astimezone(dt.UTC) - _EPOCH) // dt.timedelta(microseconds=1)

    def day_of(self, at: int) -> int:
        """The event day of an instant."""
        if at == UNTIMED:
            return self.untimed_day
        day = at // DAY + 1  # no zone is further than a day from UTC
        while self.begins(day) > at:
            day -= 1
        return day

    def days_of(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """The event day of every instant."""
        days = np.full(len(at), self.untimed_day, np.int64)
        timed = at != UNTIMED
        instants = at[timed]
        if len(instants):
            rough = instants // DAY
            first = int(rough.min())
            present = np.flatnonzero(np.bincount(rough - first)) + first
            candidates = np.unique(present[:, None] + np.array([-2, -1, 0, 1]))
            starts = np.array([self.begins(int(day)) for day in candidates], np.int64)
            days[timed] = candidates[np.searchsorted(starts, instants, side="right") - 1]
        return days


def date_of(day: int) -> dt.date:
    """The date of a day counted from 1970."""
    return dt.date.fromordinal(day + _FIRST_ORDINAL)


def day_number(date: dt.date) -> int:
    """Days since 1970."""
    return date.toordinal() - _FIRST_ORDINAL
