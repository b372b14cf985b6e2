"""Local times to instants: the hour that does not exist in spring, the one that comes twice in autumn."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from events_api.importers.tickets.lines import LineRefused

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
NAIVE_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001  local times are counted from a local zero
SECOND: Final = 1_000_000
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2200
UNKNOWN, RISING, FALLING, MIXED = 0, 1, -1, 2


def microseconds(span: dt.timedelta) -> int:
    """The whole microseconds of a span."""
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


class Clock:
    """The time zone of an edition.

    An hour that comes twice is resolved by the order of what one device at one gate wrote, as long as that order only
    rises or only falls; otherwise it is the first of the two.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.naive = 0
        self.ambiguous = 0
        self._offsets: dict[tuple[ZoneInfo, int], int | None] = {}
        self._sequences: dict[tuple[str | None, str | None], list[int]] = {}

    def instant(self, at: dt.datetime, sequence: tuple[str | None, str | None]) -> int:
        """Microseconds since 1970 UTC; raises LineRefused for a time that no clock showed."""
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise LineRefused("line-time-far-away")
        zone = at.tzinfo
        if zone is not None and not isinstance(zone, ZoneInfo):
            return microseconds(at - EPOCH)
        self.naive += 1
        zone = zone or self.zone
        local = microseconds(at.replace(tzinfo=None) - NAIVE_EPOCH)
        offset = self.offset(zone, local)
        state = self._sequences.get(sequence)
        if state is None:
            if len(self._sequences) > 10_000:
                self._sequences.clear()
            state = self._sequences[sequence] = [local, UNKNOWN]
            instant = local - offset if offset is not None else self._twice(at, zone, local, None)
            state[0] = instant
            return instant
        instant = local - offset if offset is not None else self._twice(at, zone, local, state)
        last, trend = state
        if instant > last:
            state[1] = RISING if trend in (UNKNOWN, RISING) else MIXED
        elif instant < last:
            state[1] = FALLING if trend in (UNKNOWN, FALLING) else MIXED
        state[0] = instant
        return instant

    def follow(
        self, sequence: tuple[str | None, str | None], first: int, last: int, *, rises: bool, falls: bool
    ) -> None:
        """Remember instants of a device and gate that were resolved elsewhere, so that the order is known."""
        state = self._sequences.setdefault(sequence, [first, UNKNOWN])
        rises, falls = rises or first > state[0], falls or first < state[0]
        trend = state[1]
        if rises and trend != RISING:
            trend = RISING if trend == UNKNOWN else MIXED
        if falls and trend != FALLING:
            trend = FALLING if trend == UNKNOWN else MIXED
        state[:] = [last, trend]

    def offset(self, zone: ZoneInfo, local: int) -> int | None:
        """What to subtract from a local time (microseconds), None in an hour that is missing or comes twice."""
        key = (zone, local // (3600 * SECOND))
        try:
            return self._offsets[key]
        except KeyError:
            begin = NAIVE_EPOCH + dt.timedelta(hours=key[1])
            found = {
                (begin + dt.timedelta(minutes=minute)).replace(tzinfo=zone, fold=fold).utcoffset()
                for minute in range(0, 60, 15)
                for fold in (0, 1)
            }
            only = found.pop()
            offset = microseconds(only) if only is not None and not found else None
            self._offsets[key] = offset
            return offset

    def _twice(self, at: dt.datetime, zone: ZoneInfo, local: int, state: list[int] | None) -> int:
        before, after = (at.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
        assert before is not None  # noqa: S101  a zone always has an offset
        assert after is not None  # noqa: S101
        if before < after:
            raise LineRefused("line-time-never-was")
        first, second = local - microseconds(before), local - microseconds(after)
        if first == second:
            return first
        self.ambiguous += 1
        if state is None:
            return first
        last, trend = state
        if trend in (UNKNOWN, RISING):
            return first if first >= last or second < last else second
        if trend == FALLING:
            return second if second <= last else first
        return first
