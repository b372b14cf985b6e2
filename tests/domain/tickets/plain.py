"""Scans and tickets in plain Python, and the slow, obvious way to count them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st

from events_api.domain.tickets.calendar import ALL_DAYS, NO_DAY, EventCalendar, day_number
from events_api.domain.tickets.facts import IN, OUT, SCAN, TICKET, UNTIMED, Facts
from events_api.domain.tickets.quantities import Cell, Dimension, HeldTicket, Quantity, Visit, tally, weight

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Scan(NamedTuple):
    ticket: int
    at: dt.datetime | None = None
    direction: int = IN
    verdict: int = 0
    gate: int = 0
    session: int = 0
    quantity: int = 1
    category: int = 0
    origin: int = 0
    device: int = 0

    @property
    def identity(self) -> tuple[object, ...]:
        return self[:6]

    @property
    def second(self) -> int:
        assert self.at is not None
        return int((self.at - EPOCH) // dt.timedelta(seconds=1))


class Ticket(NamedTuple):
    ticket: int
    holder: int = 0
    standing: int = 0
    channel: int = 0
    category: int = 0
    origin: int = 0
    session: int = 0
    quantity: int = 1
    first_day: int = 0
    last_day: int = 0
    price: int = -1


def scan_array(scans: Iterable[Scan]) -> Facts:
    """SCAN rows, in the order given."""
    rows = [
        (
            *halves(scan.ticket),
            UNTIMED if scan.at is None else (scan.at - EPOCH) // dt.timedelta(microseconds=1),
            scan.gate,
            scan.session,
            scan.category,
            scan.origin,
            scan.device,
            scan.quantity,
            scan.direction,
            scan.verdict,
        )
        for scan in scans
    ]
    return np.array(rows, SCAN)


def ticket_array(tickets: Iterable[Ticket]) -> Facts:
    """TICKET rows, in the order given."""
    rows = [
        (
            *halves(ticket.ticket),
            *halves(ticket.holder),
            ticket.price,
            ticket.first_day,
            ticket.last_day,
            ticket.category,
            ticket.origin,
            ticket.session,
            ticket.quantity,
            ticket.channel,
            ticket.standing,
        )
        for ticket in tickets
    ]
    return np.array(rows, TICKET)


def halves(number: int) -> tuple[int, int]:
    """A pseudonym for a small number: some share their first half, some are in other buckets; 0 is nobody."""
    return ((number % 7) << 60 | number // 14, number) if number else (0, 0)


def event_day(at: dt.datetime, calendar: EventCalendar) -> int:
    """By the clock on the wall."""
    local = at.astimezone(ZoneInfo(calendar.zone))
    today = day_number(local.date())
    return today if local.time() >= calendar.day_starts_at else today - 1


def count(scans: Sequence[Scan], tickets: Sequence[Ticket], calendar: EventCalendar) -> Counter[Cell]:
    """Every quantity of an edition, person by person."""
    listed = {ticket.ticket: ticket for ticket in tickets}
    of: dict[int, list[Scan]] = defaultdict(list)
    for scan in scans:
        of[scan.ticket].append(scan)
    people: dict[object, list[HeldTicket]] = defaultdict(list)
    cells: Counter[Cell] = Counter()
    for number in listed.keys() | of.keys():
        held = hold(listed.get(number), of[number], calendar)
        holder = listed[number].holder if number in listed else 0
        people[("holder", holder) if holder else ("ticket", number)].append(held)
        for scan in of[number]:
            cells += _aside(scan, held, calendar)
    for person in people.values():
        cells += tally(person, only_day=calendar.only_day)
    return cells


def hold(ticket: Ticket | None, scans: Sequence[Scan], calendar: EventCalendar) -> HeldTicket:
    """A ticket with its visits."""
    known = ticket or Ticket(0)
    return HeldTicket(
        visits=tuple(
            Visit(NO_DAY if scan.at is None else event_day(scan.at, calendar), scan.gate, scan.session, scan.quantity)
            for scan in scans
            if scan.verdict == 0 and scan.direction == IN
        ),
        listed=ticket is not None,
        standing=known.standing,
        channel=known.channel,
        category=known.category or max((scan.category for scan in scans), default=0),
        origin=known.origin or max((scan.origin for scan in scans), default=0),
        session=known.session,
        quantity=known.quantity,
        first_day=known.first_day,
        last_day=known.last_day,
    )


def _aside(scan: Scan, held: HeldTicket, calendar: EventCalendar) -> Counter[Cell]:
    """Exits and refusals."""
    quantity: Quantity
    if scan.verdict:
        quantity, people = "scans_refused", 1
    elif scan.direction == IN or scan.at is None:
        return Counter()
    else:
        quantity, people = "exits", weight(scan.quantity, held.quantity)
    day = calendar.untimed_day if scan.at is None else event_day(scan.at, calendar)
    labels: list[tuple[Dimension, int]] = [
        ("edition", 0),
        ("session", scan.session),
        ("gate", scan.gate),
        ("category", held.category),
        ("channel", held.channel),
        ("origin", held.origin),
    ]
    return Counter({(*label, day_, quantity): people for label in labels for day_ in (day, ALL_DAYS)})


def union(sources: Sequence[Sequence[Scan]]) -> list[Scan]:
    """For each identity as many scans as the source with the most of them has."""
    found: dict[tuple[object, ...], Scan] = {}
    for source in sources:
        seen: Counter[object] = Counter()
        for scan in sorted(source, key=lambda scan: scan[6:]):
            key = (scan.identity, seen[scan.identity])
            seen[scan.identity] += 1
            other = found.get(key, scan)
            joined = [max(pair) for pair in zip(scan[6:], other[6:], strict=True)]
            found[key] = Scan(*scan[:6], *joined)
    return list(found.values())


AUTUMN = dt.datetime(2026, 10, 24, 20, 0, tzinfo=dt.UTC)
"""Some hours before the night in which two o'clock comes twice."""
instants = st.integers(0, 8 * 96).map(lambda quarter: AUTUMN + dt.timedelta(seconds=quarter * 225 - 10))
a_scan = st.builds(
    Scan,
    ticket=st.integers(1, 20),
    at=st.none() | instants,
    direction=st.sampled_from([OUT, IN, IN]),
    verdict=st.sampled_from([0, 0, 0, 1, 5]),
    gate=st.integers(0, 2),
    session=st.integers(0, 2),
    quantity=st.sampled_from([1, 1, 1, 3]),
    category=st.integers(0, 2),
    origin=st.integers(0, 2),
    device=st.integers(0, 2),
)
some_scans = st.lists(a_scan, max_size=40)
a_ticket = st.builds(
    Ticket,
    ticket=st.integers(1, 24),
    holder=st.sampled_from([0, 0, 1, 2, 15]),
    standing=st.integers(0, 4),
    channel=st.integers(0, 4),
    category=st.integers(0, 2),
    origin=st.integers(0, 2),
    session=st.integers(0, 2),
    quantity=st.sampled_from([1, 1, 4]),
    first_day=st.sampled_from([0, 20_750]),
    last_day=st.sampled_from([0, 20_749, 20_751, 30_000]),
    price=st.just(-1),
)
some_tickets = st.lists(a_ticket, max_size=24, unique_by=lambda ticket: ticket.ticket)
