import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.programme import Status
from events_api.exporters import ical

GOLDEN = Path(__file__).with_name("golden")
FEED = ical.CalendarFeed(name="Événements : livre & arts", url="https://exemple.fr/calendrier.ics?famille=livre")
MODIFIED = dt.datetime(2024, 9, 1, 8, 0, tzinfo=dt.UTC)


def an_entry(**changes: Any) -> ical.CalendarEntry:
    values: dict[str, Any] = {
        "uid": "0192f0c1-0000-7000-8000-000000000001@calendar.events-api",
        "sequence": 0,
        "status": "scheduled",
        "when": ical.WholeDays(first=dt.date(2024, 10, 25), last=dt.date(2024, 10, 28)),
        "last_modified": MODIFIED,
        "title": "Salon du Livre métropolitain",
    }
    return ical.CalendarEntry(**values | changes)


def hours(start: str, end: str | None, zone: str = "Europe/Paris") -> ical.Hours:
    return ical.Hours(
        start=dt.datetime.fromisoformat(start), end=dt.datetime.fromisoformat(end) if end else None, zone=zone
    )


def the_event(entry: ical.CalendarEntry) -> icalendar.Event:
    [event] = icalendar.Calendar.from_ical(ical.feed(FEED, [entry])).walk("VEVENT")
    return event


FULL = [
    an_entry(
        sequence=3,
        description="Cent auteurs ; « invité d’honneur » : l’Espagne, à Marseille.\r\nEntrée libre\u2028sur place.\x07",
        url="https://exemple.fr/evenements/salon-du-livre/2024",
        location="Palais du Pharo, 58 boulevard Charles Livon, Marseille",
        latitude=43.2945678901,
        longitude=5.3587,
        categories=("Édition", "Foire, salon"),
    ),
    an_entry(
        uid="0192f0c1-0000-7000-8000-000000000002@calendar.events-api",
        status="cancelled",
        title="Soirée annulée",
        when=hours("2024-10-26T18:30:00+00:00", "2024-10-27T03:00:00+00:00"),
    ),
    an_entry(
        uid="0192f0c1-0000-7000-8000-000000000003@calendar.events-api",
        status="postponed",
        title="Concert reporté",
        when=hours("2025-07-01T18:30:00+00:00", None),
    ),
]


@pytest.mark.parametrize(("name", "entries"), [("full", FULL), ("empty", [])])
def test_a_feed_is_the_golden_file(name: str, entries: list[ical.CalendarEntry]) -> None:
    assert ical.feed(FEED, entries) == (GOLDEN / f"{name}.ics").read_bytes()


def test_lines_end_with_crlf_and_hold_75_octets() -> None:
    lines = ical.feed(FEED, [an_entry(title="é" * 200, description="à\n" * 90)]).split(b"\r\n")

    assert lines[-1] == b""
    assert max(map(len, lines)) == 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_the_last_day_is_written_as_the_day_after() -> None:
    event = the_event(an_entry())

    assert (event["DTSTART"].to_ical(), event["DTEND"].to_ical()) == (b"20241025", b"20241029")
    assert event["DTSTART"].params == {"VALUE": "DATE"}


@pytest.mark.parametrize(
    ("status", "written"),
    [
        ("scheduled", "CONFIRMED"),
        ("rescheduled", "CONFIRMED"),
        ("moved_online", "CONFIRMED"),
        ("full", "CONFIRMED"),
        ("postponed", "TENTATIVE"),
        ("cancelled", "CANCELLED"),
    ],
)
def test_status(status: Status, written: str) -> None:
    assert the_event(an_entry(status=status))["STATUS"] == written


def test_an_evening_across_the_autumn_clock_change_keeps_its_instants() -> None:
    evening = hours("2024-10-26T20:00:00+00:00", "2024-10-27T03:00:00+00:00")

    event = the_event(an_entry(when=evening))

    assert event["DTSTART"].to_ical() == b"20241026T220000"
    assert event["DTEND"].to_ical() == b"20241027T040000"
    assert event["DTEND"].params == {"TZID": "Europe/Paris"}
    assert event.end - event.start == dt.timedelta(hours=6)  # wall clocks: icalendar subtracts them in one zone
    assert event.end.astimezone(dt.UTC) - event.start.astimezone(dt.UTC) == dt.timedelta(hours=7)


def test_the_hour_that_comes_twice_is_written_in_utc_the_second_time() -> None:
    first = the_event(an_entry(when=hours("2024-10-27T00:30:00+00:00", None)))
    second = the_event(an_entry(when=hours("2024-10-27T01:30:00+00:00", "2024-10-27T03:00:00+00:00")))

    assert first["DTSTART"].to_ical() == b"20241027T023000"
    assert (second["DTSTART"].to_ical(), second["DTEND"].to_ical()) == (b"20241027T013000Z", b"20241027T030000Z")


def test_time_zones_are_those_used_over_the_years_needed() -> None:
    entries = [
        an_entry(when=hours("2023-12-31T23:30:00+00:00", None)),  # already 2024 in Paris
        an_entry(uid="b", when=hours("2025-07-01T18:30:00+00:00", None)),
        an_entry(uid="c", when=hours("2024-07-01T18:30:00+00:00", None, "America/New_York")),
    ]

    zones = icalendar.Calendar.from_ical(ical.feed(FEED, entries)).walk("VTIMEZONE")

    assert [zone["TZID"] for zone in zones] == ["America/New_York", "Europe/Paris"]
    assert [
        (
            part.name,
            part["DTSTART"].to_ical(),
            part["TZOFFSETFROM"].to_ical().encode(),
            part["TZOFFSETTO"].to_ical().encode(),
        )
        for part in zones[1].subcomponents
    ] == [
        ("STANDARD", b"20240101T000000", b"+0100", b"+0100"),
        ("DAYLIGHT", b"20240331T020000", b"+0100", b"+0200"),
        ("STANDARD", b"20241027T030000", b"+0200", b"+0100"),
        ("DAYLIGHT", b"20250330T020000", b"+0100", b"+0200"),
        ("STANDARD", b"20251026T030000", b"+0200", b"+0100"),
    ]


@given(st.integers(631_152_000, 2_145_830_400), st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Tokyo"]))
def test_the_time_zone_that_is_written_is_the_time_zone(seconds: int, name: str) -> None:
    instant = dt.datetime.fromtimestamp(seconds, dt.UTC)

    written = ical._timezone(name, instant, instant).to_tz(lookup_tzid=False)

    local = instant.astimezone(ZoneInfo(name))
    assert local.replace(tzinfo=written).utcoffset() == local.utcoffset()


def test_whole_days_need_no_time_zone() -> None:
    assert b"VTIMEZONE" not in ical.feed(FEED, [an_entry()])


@pytest.mark.parametrize("end", ["2024-07-01T18:00:00+00:00", "2024-07-01T17:00:00+00:00"])
def test_an_end_that_is_not_after_the_start_is_left_out(end: str) -> None:
    assert "DTEND" not in the_event(an_entry(when=hours("2024-07-01T18:00:00+00:00", end)))


def test_no_text_can_add_a_property() -> None:
    entry = an_entry(
        title="a\r\nATTENDEE:mailto:x@example.org",
        location="b\u2028ORGANIZER:mailto:x@example.org",
        url="https://exemple.fr/\r\nX-EVIL:1",
        categories=("c\nX-EVIL:2",),
    )

    event = the_event(entry)

    assert set(event) == {
        "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "SUMMARY", "STATUS", "TRANSP", "DTSTART", "DTEND", "URL",
        "LOCATION", "CATEGORIES",
    }  # fmt: skip
    assert event["SUMMARY"] == "a ATTENDEE:mailto:x@example.org"


@given(st.text(max_size=120), st.text(max_size=120), st.integers(0, 10**6))
def test_any_text_comes_back(title: str, description: str, sequence: int) -> None:
    entry = an_entry(title=title, description=description, sequence=sequence)

    event = the_event(entry)

    assert event["SUMMARY"] == ical._one_line(title)
    assert event.get("DESCRIPTION", "") == ical._lines(description)
    assert event["SEQUENCE"] == sequence
    assert ical.feed(FEED, [entry]) == ical.feed(FEED, [entry])


@given(
    st.integers(631_152_000, 2_145_830_400),  # 1990 to 2037
    st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(days=40)),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "UTC"]),
)
def test_any_instants_come_back(seconds: int, length: dt.timedelta, zone: str) -> None:
    start = dt.datetime.fromtimestamp(seconds, dt.UTC)
    end = start + length - dt.timedelta(microseconds=length.microseconds)

    event = the_event(an_entry(when=ical.Hours(start=start, end=end, zone=zone)))

    assert (event.start.astimezone(dt.UTC), event.end.astimezone(dt.UTC)) == (start, end)
