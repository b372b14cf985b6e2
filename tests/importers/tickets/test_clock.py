"""Local times of gates: the spring hour that never was, the autumn hour that comes twice."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from events_api.importers.tickets.clock import EPOCH, Clock
from events_api.importers.tickets.lines import LineRefused

PARIS = ZoneInfo("Europe/Paris")
ONE = ("dev", "Nord")


def instants(times: list[str], sequence: tuple[str, str] = ONE, zone: ZoneInfo = PARIS) -> tuple[list[str], Clock]:
    clock = Clock(zone)
    found = [clock.instant(dt.datetime.fromisoformat(time), sequence) for time in times]
    return [(EPOCH + dt.timedelta(microseconds=at)).strftime("%H:%M") for at in found], clock


def test_local_times_are_those_of_the_edition() -> None:
    found, clock = instants(["2026-07-03T18:00", "2026-12-03T18:00", "2026-07-03T18:00+04:00", "2026-07-03T18:00Z"])

    assert (found, clock.naive, clock.ambiguous) == (["16:00", "17:00", "14:00", "18:00"], 2, 0)


def test_an_hour_that_never_was_is_refused() -> None:
    with pytest.raises(LineRefused) as refused:
        instants(["2026-03-29T02:30"])

    assert refused.value.code == "line-time-never-was"
    assert instants(["2026-03-29T01:59", "2026-03-29T03:00"])[0] == ["00:59", "01:00"]


@pytest.mark.parametrize(
    ("times", "found"),
    [
        (
            ["01:50", "02:10", "02:50", "02:05", "02:55", "03:10"],
            ["23:50", "00:10", "00:50", "01:05", "01:55", "02:10"],
        ),
        (
            ["03:10", "03:05", "02:55", "02:05", "02:50", "02:10"],
            ["02:10", "02:05", "01:55", "01:05", "00:50", "00:10"],
        ),
        (["04:00", "01:00", "05:00", "02:30", "02:10"], ["03:00", "23:00", "04:00", "00:30", "00:10"]),
        (["02:30"], ["00:30"]),
    ],
    ids=["rising", "falling", "no order: the first of the two", "alone"],
)
def test_the_order_of_one_gate_tells_the_two_autumn_hours_apart(times: list[str], found: list[str]) -> None:
    read, clock = instants([f"2026-10-25T{time}" for time in times])

    assert read == found
    assert clock.ambiguous == sum(time.startswith("02") for time in times)


def test_each_device_and_gate_has_an_order_of_its_own() -> None:
    clock = Clock(PARIS)

    def at(time: str, gate: str) -> str:
        instant = clock.instant(dt.datetime.fromisoformat(f"2026-10-25T{time}"), ("dev", gate))
        return (EPOCH + dt.timedelta(microseconds=instant)).strftime("%H:%M")

    assert [at("02:50", "Nord"), at("02:10", "Sud"), at("02:20", "Nord"), at("02:20", "Sud")] == [
        "00:50", "00:10", "01:20", "00:20",
    ]  # fmt: skip


def test_zones_that_change_by_half_an_hour_are_understood() -> None:
    found, clock = instants(
        ["2026-04-05T01:15", "2026-04-05T01:45", "2026-04-05T01:40"], zone=ZoneInfo("Australia/Lord_Howe")
    )

    assert (found, clock.ambiguous) == (["14:15", "14:45", "15:10"], 2)


@pytest.mark.parametrize("year", [1, 1989, 2201, 9999])
def test_a_year_far_away_is_refused(year: int) -> None:
    with pytest.raises(LineRefused) as refused:
        Clock(PARIS).instant(dt.datetime(year, 7, 3, 18), ONE)  # noqa: DTZ001

    assert refused.value.code == "line-time-far-away"
