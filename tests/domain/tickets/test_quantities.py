import datetime as dt
import itertools
from collections import Counter
from unittest.mock import patch
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events_api.domain.tickets import merging, quantities
from events_api.domain.tickets.calendar import ALL_DAYS, LAST_DAY, NO_DAY, EventCalendar, date_of, day_number
from events_api.domain.tickets.facts import CHANNELS, IN, LABEL_KINDS, OUT, SCAN, TICKET
from events_api.domain.tickets.quantities import (
    MINUTE,
    QUARTER,
    Counting,
    Counts,
    HeldTicket,
    Visit,
    minutes,
    pack,
    tally,
    unpack,
)
from tests.domain.tickets import plain
from tests.domain.tickets.plain import EPOCH, Scan, Ticket, scan_array, some_scans, some_tickets, ticket_array

PARIS = ZoneInfo("Europe/Paris")
CALENDAR = EventCalendar()


def counted(scans: list[Scan], tickets: list[Ticket], calendar: EventCalendar = CALENDAR, *, parts: int = 1) -> Counts:
    counting = Counting(calendar, labelled=LABEL_KINDS)
    for part in range(parts):
        rows = scan_array(scan for scan in scans if scan.ticket % parts == part)
        listed = ticket_array(ticket for ticket in tickets if ticket.ticket % parts == part)
        counting.add(merging.arrange_scans(rows).facts, merging.arrange_tickets(listed).facts)
    return counting.finish()


calendars = st.builds(
    EventCalendar,
    day_starts_at=st.sampled_from([dt.time(5), dt.time(0), dt.time(4, 30)]),
    only_day=st.sampled_from([None, day_number(dt.date(2026, 10, 25))]),
)


@given(some_scans, some_tickets, calendars, st.sampled_from([1, 3]), st.sampled_from([2, 7, 65_536]))
def test_counting_in_bulk_is_counting_person_by_person(
    scans: list[Scan], tickets: list[Ticket], calendar: EventCalendar, parts: int, at_once: int
) -> None:
    with patch.object(quantities, "AT_ONCE", at_once):
        found = counted(scans, tickets, calendar, parts=parts).cells()

    assert found == plain.count(scans, tickets, calendar)


@given(some_scans)
def test_flow_and_presence_follow_every_second(scans: list[Scan]) -> None:
    counts = counted(scans, [])

    timed = [scan for scan in scans if scan.at is not None]
    flow: dict[tuple[int, int], list[int]] = {}
    seconds: dict[int, list[int]] = {}
    for scan in timed:
        column = 2 if scan.verdict else 1 - scan.direction
        flow.setdefault((scan.second // 900, scan.gate), [0, 0, 0])[column] += 1 if scan.verdict else scan.quantity
        if not scan.verdict:
            seconds.setdefault(scan.second, [0, 0])[scan.direction] += scan.quantity
    assert {(row["quarter"] // QUARTER, row["gate"]): row.tolist()[2:] for row in counts.quarters} == {
        key: tuple(values) for key, values in flow.items()
    }
    inside, expected = 0, {}
    for quarter, within in itertools.groupby(sorted(seconds), key=lambda second: second // 900):
        level, lowest, highest, reached = 0, 0, 0, quarter * 900
        for second in within:
            level -= seconds[second][OUT]
            lowest = min(lowest, level)
            level += seconds[second][IN]
            if level > highest:
                highest, reached = level, second
        inside += level
        expected[quarter] = (level, lowest, highest, reached * 1_000_000)
    assert {row["quarter"] // QUARTER: row.tolist()[1:] for row in counts.presence} == expected
    assert {
        int(row["minute"] // MINUTE * 60 + second): row["changes"][second].tolist()
        for some in minutes(counts.seconds)
        for row in some
        for second in range(60)
        if row["changes"][second].any()
    } == seconds
    accepted = [(scan.at - EPOCH) // dt.timedelta(microseconds=1) for scan in timed if not scan.verdict and scan.at]
    assert (counts.first_at, counts.last_at) == (min(accepted, default=None), max(accepted, default=None))


def test_the_worked_example_to_the_last_figure(worked_example: dict[str, object]) -> None:
    first = dt.datetime(2026, 7, 3, tzinfo=PARIS)
    inputs = worked_example["inputs"]
    assert isinstance(inputs, dict)
    scans = [
        Scan(
            int(ticket[1:]),
            first.astimezone(dt.UTC) + dt.timedelta(hours=hours),
            direction=IN if direction == "in" else OUT,
            verdict={"ok": 0, "duplicate": 1, "invalid": 7}[verdict],
        )
        for hours, ticket, direction, verdict in inputs["log"]
    ]
    channels = {"comp": "comp", "pro": "accredited", "pass3": "pass", "day1": "paid", "day2": "paid"}
    tickets = [
        Ticket(int(ticket[1:]), channel=CHANNELS.index(channels[kind])) for ticket, kind in inputs["issued"].items()
    ]

    counts = counted(scans, tickets)

    cells = counts.cells()
    friday = day_number(dt.date(2026, 7, 3))
    figures = {
        quantity: value
        for (dimension, _, day, quantity), value in cells.items()
        if (dimension, day) == ("edition", ALL_DAYS)
    }
    assert figures == {
        "tickets_issued": 10,
        "tickets_scanned": 8,
        "entries_in": 13,
        "exits": 13,
        "attendances": 11,
        "unique_visitors": 8,
        "scans_refused": 2,
    }
    assert [cells["edition", 0, friday + day, "attendances"] for day in range(3)] == [6, 4, 1]
    inside = np.concatenate([[0], np.cumsum(counts.presence["net"])[:-1]])
    peak = inside + counts.presence["highest"]
    assert peak.max() == 6
    reached = int(counts.presence["highest_at"][peak.argmax()])
    assert EPOCH + dt.timedelta(microseconds=reached) == first + dt.timedelta(hours=21)


def test_tickets_of_one_holder_are_as_many_people_as_came_on_the_fullest_day() -> None:
    friday = 20_637
    days = [HeldTicket(visits=(Visit(friday + day, 0, 0),)) for day in range(3)]
    crowd = [HeldTicket(visits=(Visit(friday, 0, 0),)) for _ in range(4)]
    group = [HeldTicket(visits=(Visit(friday, 0, 0), Visit(friday, 0, 0)), quantity=5)]

    people = [tally(person)["edition", 0, ALL_DAYS, "unique_visitors"] for person in (days, crowd, group, days + crowd)]

    assert people == [1, 4, 5, 5]
    assert tally(group)["edition", 0, ALL_DAYS, "entries_in"] == 10


@pytest.mark.parametrize(
    ("local", "fold", "day"),
    [
        ("2026-10-25T04:59:59", 0, "2026-10-24"),
        ("2026-10-25T02:30:00", 0, "2026-10-24"),
        ("2026-10-25T02:30:00", 1, "2026-10-24"),
        ("2026-10-25T05:00:00", 0, "2026-10-25"),
        ("2026-10-26T00:30:00", 0, "2026-10-25"),
        ("2026-03-29T04:59:59", 0, "2026-03-28"),
        ("2026-03-29T05:00:00", 0, "2026-03-29"),
    ],
)
def test_an_event_day_begins_at_five_by_the_clock_on_the_wall(local: str, fold: int, day: str) -> None:
    at = dt.datetime.fromisoformat(local).replace(tzinfo=PARIS, fold=fold).astimezone(dt.UTC)
    instant = (at - EPOCH) // dt.timedelta(microseconds=1)

    assert date_of(CALENDAR.day_of(instant)) == dt.date.fromisoformat(day)
    assert CALENDAR.days_of(np.array([instant]))[0] == CALENDAR.day_of(instant)


def test_a_day_that_begins_in_the_doubled_hour_begins_once() -> None:
    calendar = EventCalendar(day_starts_at=dt.time(2, 30))
    night = (dt.datetime(2026, 10, 25, 0, 0, tzinfo=dt.UTC) - EPOCH) // dt.timedelta(microseconds=1)
    at = np.arange(night, night + 2 * 3600 * 10**6, 600 * 10**6)

    days = calendar.days_of(at)

    assert days.tolist() == [calendar.day_of(int(instant)) for instant in at]
    assert np.diff(days).tolist() == [0, 0, 1, *[0] * 8]


@given(st.builds(Visit, st.integers(0, NO_DAY), *[st.integers(0, 65_535)] * 3))
@example(Visit(NO_DAY, 65_535, 65_535, 65_535))
def test_a_visit_fits_in_a_bigint(visit: Visit) -> None:
    packed = pack(visit)

    assert unpack(packed) == visit
    assert -(2**63) <= packed < 2**63


def test_nothing_counts_as_nothing() -> None:
    counts = Counting(CALENDAR, labelled=()).finish()

    assert counts.cells() == Counter()
    assert (len(counts.quarters), len(counts.seconds), len(counts.presence)) == (0, 0, 0)
    assert (counts.first_at, counts.last_at) == (None, None)


@given(some_scans, some_tickets)
def test_a_dimension_without_labels_is_counted_as_the_edition(scans: list[Scan], tickets: list[Ticket]) -> None:
    scans = [scan._replace(gate=0, session=0, category=0, origin=0) for scan in scans]
    tickets = [ticket._replace(session=0, category=0, origin=0) for ticket in tickets]
    rows, listed = scan_array(scans), ticket_array(tickets)
    counting = Counting(CALENDAR, labelled=())
    counting.add(merging.arrange_scans(rows).facts, merging.arrange_tickets(listed).facts)

    assert counting.finish().cells() == plain.count(scans, tickets, CALENDAR)


def test_the_last_day_has_a_number_of_sixteen_bits() -> None:
    assert LAST_DAY < NO_DAY
    assert (SCAN.itemsize, TICKET.itemsize) == (38, 54)
