"""The clocks of the schedules, around the changes of the hour too."""

import datetime as dt

import pytest

from workers.schedule import Daily, Every

PARIS = Daily(at=dt.time(2, 30), zone="Europe/Paris")


@pytest.mark.parametrize(
    ("now", "tick"),
    [
        ("2026-07-01T00:29:59+00:00", "2026-06-30T00:30:00+00:00"),
        ("2026-07-01T00:30:00+00:00", "2026-07-01T00:30:00+00:00"),
        ("2026-01-15T12:00:00+00:00", "2026-01-15T01:30:00+00:00"),
        # 29 March 2026: 02:00 becomes 03:00, half past two does not exist and counts as 03:30
        ("2026-03-29T01:29:59+00:00", "2026-03-28T01:30:00+00:00"),
        ("2026-03-29T01:30:00+00:00", "2026-03-29T01:30:00+00:00"),
        # 25 October 2026: half past two comes twice, the first one counts
        ("2026-10-25T00:30:00+00:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T01:45:00+00:00", "2026-10-25T00:30:00+00:00"),
    ],
)
def test_a_daily_tick_follows_the_clock_on_the_wall(now: str, tick: str) -> None:
    assert PARIS.last_tick(dt.datetime.fromisoformat(now)).isoformat() == tick


def test_each_day_of_a_year_ticks_once() -> None:
    start = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    ticks = {PARIS.last_tick(start + dt.timedelta(minutes=20 * step)) for step in range(365 * 72)}
    assert len(ticks) == 366


def test_a_tick_every_so_many_minutes_does_not_depend_on_who_looks_when() -> None:
    clock = Every(minutes=15)
    assert clock.last_tick(dt.datetime(2026, 11, 23, 3, 14, 59, tzinfo=dt.UTC)) == dt.datetime(
        2026, 11, 23, 3, tzinfo=dt.UTC
    )
    assert clock.last_tick(dt.datetime(2026, 11, 23, 3, 15, tzinfo=dt.UTC)) == dt.datetime(
        2026, 11, 23, 3, 15, tzinfo=dt.UTC
    )
