"""What runs by the clock: each tick becomes one job, however many workers look at the clock."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct


class Daily(Struct, frozen=True, kw_only=True):
    """At one time of each day in a time zone; an hour that is skipped or doubled by the clock change ticks once."""

    at: dt.time
    zone: str

    def last_tick(self, now: dt.datetime) -> dt.datetime:
        """The latest tick that is not in the future."""
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        ticks = [
            dt.datetime.combine(today - dt.timedelta(days=days), self.at, tzinfo=zone).astimezone(dt.UTC)
            for days in (0, 1)
        ]
        return next(tick for tick in ticks if tick <= now)


class Every(Struct, frozen=True, kw_only=True):
    """At each multiple of a number of minutes since midnight UTC of 1970."""

    minutes: int

    def last_tick(self, now: dt.datetime) -> dt.datetime:
        """The latest tick that is not in the future."""
        seconds = self.minutes * 60
        return dt.datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, dt.UTC)


class Schedule(Struct, frozen=True, kw_only=True):
    """Which job runs when. After a pause only the latest missed tick is made up for."""

    name: str
    kind: str
    clock: Daily | Every
    payload: Mapping[str, Any] = {}


SCHEDULES: tuple[Schedule, ...] = (
    Schedule(name="forget_expired", kind="forget_expired", clock=Every(minutes=60)),
    Schedule(name="check_scanned", kind="check_scanned", clock=Every(minutes=30)),
    Schedule(name="redraw_impact", kind="redraw_impact", clock=Every(minutes=30)),
)
