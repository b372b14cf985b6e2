"""What a gate answers to a ticket, and what each passage changes in the counts.

A gate decides from the state of one ticket and the rules of its edition. Counts are changed by differences: what the
tickets of one person amounted to before a passage and after it, the same as `quantities.tally` of both.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from events_api.domain.tickets.calendar import ALL_DAYS, NO_DAY, SECOND, EventCalendar
from events_api.domain.tickets.facts import IN, OUT, STANDINGS, VERDICTS
from events_api.domain.tickets.quantities import (
    DIMENSIONS,
    ISSUED_STANDINGS,
    QUANTITIES,
    QUARTER,
    Cell,
    HeldTicket,
    Visit,
    tally,
    weight,
)

GateName = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z")]
"""The name of a gate, a session or a device."""
Policy = Literal["once", "once_a_day", "re_entry"]

ACCEPTED: Final = VERDICTS.index("accepted")
DUPLICATE: Final = VERDICTS.index("duplicate")
INSIDE: Final = VERDICTS.index("inside")
UNKNOWN: Final = VERDICTS.index("unknown")
REFUNDED: Final = VERDICTS.index("refunded")
WRONG_DAY: Final = VERDICTS.index("wrong_day")
BLOCKED: Final = VERDICTS.index("blocked")
REFUSED: Final = VERDICTS.index("refused")
EXPLAINED: Final = frozenset({DUPLICATE, INSIDE})
"""Verdicts that a former entry explains."""
_BY_STANDING: Final = tuple({"issued": ACCEPTED, "blocked": BLOCKED}.get(standing, REFUNDED) for standing in STANDINGS)
_EDITION, _SESSION, _GATE, _CATEGORY, _CHANNEL, _ORIGIN = (
    DIMENSIONS.index(name) for name in ("edition", "session", "gate", "category", "channel", "origin")
)
_SCANNED, _ENTRIES, _EXITS, _ATTENDANCES, _VISITORS, _REFUSALS = (
    QUANTITIES.index(name)
    for name in ("tickets_scanned", "entries_in", "exits", "attendances", "unique_visitors", "scans_refused")
)
CLOCK_AHEAD: Final = 3600 * SECOND
"""How far the clock of a device may be ahead of ours: a scan of a later time is not kept, the device has to be set."""


class GateCapacity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many people a gate can let through in a quarter of an hour."""

    name: GateName
    capacity: Annotated[int, Meta(gt=0, le=1_000_000)]


class GateSettings(Struct, frozen=True, kw_only=True):
    """How an edition lets people in, as it is set. `known_only` refuses tickets that no list names."""

    version: int = 0
    policy: Policy
    known_only: bool
    authorised_capacity: int | None
    day_starts_at: dt.time | None
    gates: list[GateCapacity]


Alert = Literal["near", "full"]


def alert(people: int, capacity: int | None) -> Alert | None:
    """Whether a number is near what is authorised, from 90 %, or has reached it."""
    if capacity is None or 10 * people < 9 * capacity:
        return None
    return "full" if people >= capacity else "near"


class GateRules(Struct, frozen=True, kw_only=True):
    """How an edition lets people in. Without days of its own, every day is one of them."""

    policy: Policy = "once"
    known_only: bool = True
    calendar: EventCalendar = EventCalendar()
    first_day: int | None = None
    last_day: int | None = None


class GateTicket(Struct, kw_only=True, gc=False):
    """What the gates know of a ticket; changed in place, passage by passage.

    `filed` are the times of its scans in files, `last_at` is its last passage, `entered_at` its last entry; `new` says
    that the gates had not heard of it before.
    """

    ticket: bytes
    holder: bytes | None = None
    standing: int = 0
    channel: int = 0
    category: int = 0
    origin: int = 0
    quantity: int = 1
    first_day: int = 0
    last_day: int = 0
    listed: bool = False
    inside: bool = False
    last_at: int | None = None
    entered_at: int | None = None
    entered_gate: int = 0
    visits: list[Visit] = []
    filed: Sequence[int] = ()
    new: bool = False

    @property
    def held(self) -> HeldTicket:
        """As the computation of quantities sees it."""
        return HeldTicket(
            visits=tuple(self.visits),
            listed=self.listed,
            standing=self.standing,
            channel=self.channel,
            category=self.category,
            origin=self.origin,
            quantity=self.quantity,
        )

    @property
    def people(self) -> int:
        """How many people a scan of it lets pass."""
        return weight(1, self.quantity)


class Passage(Struct, frozen=True, gc=False):
    """One scan, its labels and its event day known: what is decided on."""

    at: int
    day: int
    direction: int
    gate: int = 0
    session: int = 0


class Presence(Struct, frozen=True, gc=False):
    """Whether a ticket is inside as of a moment, and since its entry when and where."""

    inside: bool
    entered_at: int | None
    entered_gate: int


def decide(rules: GateRules, ticket: GateTicket | None, passage: Passage, then: Presence | None = None) -> int:
    """The verdict on a passage that asks to pass now, by its number.

    `then` is the presence at the time of the passage where the ticket has passed again since.
    """
    if rules.known_only and (ticket is None or not ticket.listed):
        return UNKNOWN
    if passage.direction == OUT:
        return ACCEPTED
    if ticket is not None and ticket.listed and ticket.standing:
        return _BY_STANDING[ticket.standing]
    if not _admits(rules, ticket, passage.day):
        return WRONG_DAY
    if ticket is None or not ticket.visits:
        return ACCEPTED
    return _again(rules, ticket, passage, then)


def _admits(rules: GateRules, ticket: GateTicket | None, day: int) -> bool:
    """Whether a day is one of the edition's and one of the ticket's."""
    if rules.first_day is not None and day < rules.first_day:
        return False
    if rules.last_day is not None and day > rules.last_day:
        return False
    return ticket is None or (day >= ticket.first_day and (not ticket.last_day or day <= ticket.last_day))


def _again(rules: GateRules, ticket: GateTicket, passage: Passage, then: Presence | None) -> int:
    """The verdict on a ticket that came in before."""
    if rules.policy == "once":
        return DUPLICATE
    if rules.policy == "once_a_day":
        untimed = NO_DAY if rules.calendar.only_day == passage.day else passage.day
        return DUPLICATE if any(visit.day in (passage.day, untimed) for visit in ticket.visits) else ACCEPTED
    return INSIDE if _still_inside(rules, ticket, passage, then) else ACCEPTED


def _still_inside(rules: GateRules, ticket: GateTicket, passage: Passage, then: Presence | None) -> bool:
    """Whether the ticket entered this event day and did not leave: who stayed overnight or left unseen comes again."""
    inside, entered_at = (ticket.inside, ticket.entered_at) if then is None else (then.inside, then.entered_at)
    return inside and entered_at is not None and rules.calendar.day_of(entered_at) == passage.day


def presence_at(at: int, passages: Iterable[tuple[int, int, int]]) -> Presence:
    """The presence of a ticket at an instant, from the passages it made until then: time, direction, gate."""
    inside, entered_at, entered_gate = False, None, 0
    for moment, direction, gate in sorted(passages):
        if moment > at:
            break
        inside = direction == IN
        if inside:
            entered_at, entered_gate = moment, gate
    return Presence(inside, entered_at, entered_gate)


class Changes:
    """What the passages of a transaction change: cells of the counts, quarters of an hour, seconds, people inside."""

    def __init__(self, only_day: int | None = None) -> None:
        self._only_day = only_day
        self._cells: dict[tuple[int, int, int], list[int]] = {}
        self._first: dict[tuple[int, int, int, int, int, int], list[int]] = {}
        self.quarters: dict[tuple[int, int], list[int]] = {}
        """By quarter and gate: entries, exits, refused scans."""
        self.seconds: dict[int, list[int]] = {}
        """By second: out, in."""
        self.inside = 0
        self.first_at: int | None = None
        self.last_at: int | None = None

    def enter(self, ticket: GateTicket, passage: Passage, household: Sequence[GateTicket] = ()) -> None:
        """Let a ticket in, changing its state. `household` are the other tickets of its holder."""
        people = ticket.people
        visit = Visit(passage.day, passage.gate, passage.session)
        others = [other for other in household if other.visits]
        if not ticket.visits and not others:
            self._first_entry(ticket, visit, people)
        elif any(former.day == NO_DAY for each in (ticket, *others) for former in each.visits):
            before = self._tally(ticket, others)
            ticket.visits.append(visit)
            after = self._tally(ticket, others)
            ticket.visits.pop()
            self._differ(before, after)
        else:
            self._one_more(ticket, visit, people, others)
        ticket.visits.append(visit)
        self._moved(ticket, passage, people)

    def leave(self, ticket: GateTicket, passage: Passage) -> None:
        """Let a ticket out, changing its state."""
        people = ticket.people
        for dimension, label in _labels(ticket, passage):
            self._cell(dimension, label, passage.day)[_EXITS] += people
            self._cell(dimension, label, ALL_DAYS)[_EXITS] += people
        self._moved(ticket, passage, people)

    def refuse(self, ticket: GateTicket | None, passage: Passage, times: int = 1) -> None:
        """Count a scan that was refused; -1 takes one back."""
        for dimension, label in _labels(ticket, passage):
            self._cell(dimension, label, passage.day)[_REFUSALS] += times
            self._cell(dimension, label, ALL_DAYS)[_REFUSALS] += times
        self._quarter(passage)[2] += times

    def withdraw(self, ticket: GateTicket, passage: Passage, household: Sequence[GateTicket] = ()) -> None:
        """Take back an accepted passage. What is left of the ticket's presence is for the caller to find out."""
        people = ticket.people
        if passage.direction == OUT:
            for dimension, label in _labels(ticket, passage):
                self._cell(dimension, label, passage.day)[_EXITS] -= people
                self._cell(dimension, label, ALL_DAYS)[_EXITS] -= people
        else:
            before = self._tally(ticket, household)
            ticket.visits.remove(Visit(passage.day, passage.gate, passage.session))
            self._differ(before, self._tally(ticket, household))
        self._flow(passage, -people)

    def _tally(self, ticket: GateTicket, others: Sequence[GateTicket]) -> Counter[Cell]:
        return tally([ticket.held, *(other.held for other in others)], only_day=self._only_day)

    def _first_entry(self, ticket: GateTicket, visit: Visit, people: int) -> None:
        """Most entries are the first of a ticket held by nobody else who came: those alike are added up."""
        key = (visit.day, visit.session, visit.gate, ticket.category, ticket.channel, ticket.origin)
        alike = self._first.get(key)
        if alike is None:
            alike = self._first[key] = [0, 0]
        alike[0] += people
        if ticket.listed and ticket.standing in ISSUED_STANDINGS:
            alike[1] += ticket.quantity

    def _one_more(self, ticket: GateTicket, visit: Visit, people: int, others: Sequence[GateTicket]) -> None:
        """An entry of a ticket that came before, or of a person who came with another ticket; none without a time."""
        scanned = ticket.quantity if ticket.listed and ticket.standing in ISSUED_STANDINGS else 0
        for dimension, label in _labels(ticket, visit):
            own = _brought(ticket, dimension, label)
            today = own.get(visit.day, 0)
            more = max(people - today, 0)
            days = Counter(own)
            for other in others:
                days.update(_brought(other, dimension, label))
            most = max(days.values(), default=0)
            cell, total = self._cell(dimension, label, visit.day), self._cell(dimension, label, ALL_DAYS)
            cell[_SCANNED] += 0 if today else scanned
            total[_SCANNED] += 0 if own else scanned
            cell[_VISITORS] += more
            total[_VISITORS] += max(days[visit.day] + more, most) - most
            for each in (cell, total):
                each[_ENTRIES] += people
                each[_ATTENDANCES] += more

    def settled(self) -> dict[tuple[int, int, int], list[int]]:
        """All changes of the counts, by dimension, label and day (all numbers): a difference for each of QUANTITIES."""
        first, self._first = self._first, {}
        for (day, session, gate, category, channel, origin), (people, scanned) in first.items():
            for dimension, label in (
                (_EDITION, 0), (_SESSION, session), (_GATE, gate), (_CATEGORY, category), (_CHANNEL, channel),
                (_ORIGIN, origin),
            ):  # fmt: skip
                for each in (day, ALL_DAYS):
                    cell = self._cell(dimension, label, each)
                    cell[_SCANNED] += scanned
                    cell[_ENTRIES] += people
                    cell[_ATTENDANCES] += people
                    cell[_VISITORS] += people
        return self._cells

    def _differ(self, before: Counter[Cell], after: Counter[Cell]) -> None:
        for key in before.keys() | after.keys():
            difference = after[key] - before[key]
            if difference:
                dimension, label, day, quantity = key
                rank = DIMENSIONS.index(dimension)
                self._cell(rank, label, day)[QUANTITIES.index(quantity)] += difference

    def _moved(self, ticket: GateTicket, passage: Passage, people: int) -> None:
        at, entering = passage.at, passage.direction == IN
        if ticket.last_at is None or at > ticket.last_at or (entering and at == ticket.last_at):
            ticket.last_at, ticket.inside = at, entering
        if entering and (ticket.entered_at is None or (at, passage.gate) >= (ticket.entered_at, ticket.entered_gate)):
            ticket.entered_at, ticket.entered_gate = at, passage.gate
        if self.first_at is None or at < self.first_at:
            self.first_at = at
        if self.last_at is None or at > self.last_at:
            self.last_at = at
        self._flow(passage, people)

    def _flow(self, passage: Passage, people: int) -> None:
        entering = passage.direction == IN
        self._quarter(passage)[0 if entering else 1] += people
        second = self.seconds.get(passage.at // SECOND)
        if second is None:
            second = self.seconds[passage.at // SECOND] = [0, 0]
        second[passage.direction] += people
        self.inside += people if entering else -people

    def _quarter(self, passage: Passage) -> list[int]:
        key = passage.at // QUARTER * QUARTER, passage.gate
        quarter = self.quarters.get(key)
        if quarter is None:
            quarter = self.quarters[key] = [0, 0, 0]
        return quarter

    def _cell(self, dimension: int, label: int, day: int) -> list[int]:
        key = (dimension, label, day)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = [0, 0, 0, 0, 0, 0, 0, 0]
        return cell


def _brought(ticket: GateTicket, dimension: int, label: int) -> dict[int, int]:
    """How many people a ticket brought on each day under a label; all its entries have a time."""
    if dimension in (_SESSION, _GATE):
        place = 2 if dimension == _SESSION else 1
        visits = [visit for visit in ticket.visits if visit[place] == label]
    elif label == (0, 0, 0, ticket.category, ticket.channel, ticket.origin)[dimension]:
        visits = ticket.visits
    else:
        return {}
    days: dict[int, int] = {}
    for visit in visits:
        days[visit.day] = max(days.get(visit.day, 0), weight(visit.quantity, ticket.quantity))
    return days


def _labels(ticket: GateTicket | None, passage: Passage | Visit) -> tuple[tuple[int, int], ...]:
    category, channel, origin = (0, 0, 0) if ticket is None else (ticket.category, ticket.channel, ticket.origin)
    return (
        (_EDITION, 0),
        (_SESSION, passage.session),
        (_GATE, passage.gate),
        (_CATEGORY, category),
        (_CHANNEL, channel),
        (_ORIGIN, origin),
    )
