"""The quantities of AMP-IMPACT/1 §3.1: counted in bulk from facts, and for one person in plain Python.

Only what a gate accepted counts. An entry weighs the people who passed on it: what the scan says, or what the ticket
admits where the scan says one. A ticket belongs to a person: its holder, or itself where nobody is known to hold it.
Entries at a time that nobody wrote down count once, and only for tickets without any other entry.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events_api.domain.tickets.calendar import ALL_DAYS, NO_DAY, SECOND, EventCalendar
from events_api.domain.tickets.facts import IN, OUT, STANDINGS, UNTIMED, VERDICTS, Facts, LabelKind, joined

Dimension = Literal["edition", "session", "gate", "category", "channel", "origin"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("edition", "session", "gate", "category", "channel", "origin")
Quantity = Literal[
    "tickets_issued", "tickets_cancelled", "tickets_scanned", "entries_in", "exits", "attendances", "unique_visitors",
    "scans_refused",
]  # fmt: skip
QUANTITIES: Final[tuple[Quantity, ...]] = (
    "tickets_issued", "tickets_cancelled", "tickets_scanned", "entries_in", "exits", "attendances", "unique_visitors",
    "scans_refused",
)  # fmt: skip
Cell = tuple[Dimension, int, int, Quantity]
"""A dimension, the number of its label, a day or ALL_DAYS, a quantity."""
Ints = NDArray[np.int64]

ACCEPTED: Final = VERDICTS.index("accepted")
ISSUED_STANDINGS: Final = frozenset({STANDINGS.index("issued"), STANDINGS.index("blocked")})
CANCELLED_STANDINGS: Final = frozenset({STANDINGS.index("cancelled"), STANDINGS.index("refunded")})
QUARTER: Final = 900 * SECOND
MINUTE: Final = 60 * SECOND
LONGEST_PASS: Final = 366
"""A ticket that admits on more days than this is counted as issued for none of them in particular."""
_SCAN_DIMENSIONS: Final[tuple[Dimension, ...]] = ("session", "gate")
_TICKET_DIMENSIONS: Final[tuple[Dimension, ...]] = ("category", "channel", "origin")
_ISSUED_DIMENSIONS: Final[tuple[Dimension, ...]] = ("edition", "session", "category", "channel", "origin")


def weight(scan_quantity: int, ticket_quantity: int) -> int:
    """How many people an entry or an exit stands for."""
    return scan_quantity if scan_quantity > 1 else max(ticket_quantity, 1)


# One person, in plain Python ------------------------------------------------------------------------------------------


class Visit(NamedTuple):
    """A valid entry: its event day (NO_DAY without a time), where, and the quantity that the scan says."""

    day: int
    gate: int
    session: int
    quantity: int = 1


class HeldTicket(Struct, frozen=True, kw_only=True):
    """A ticket with its valid entries; `listed` when a ticket list names it. Labels are those it counts under."""

    visits: tuple[Visit, ...] = ()
    listed: bool = False
    standing: int = 0
    channel: int = 0
    category: int = 0
    origin: int = 0
    session: int = 0
    quantity: int = 1
    first_day: int = 0
    last_day: int = 0


def pack(visit: Visit) -> int:
    """A visit in 64 bits, signed: it is kept as a bigint."""
    packed = visit.day << 48 | visit.gate << 32 | visit.session << 16 | visit.quantity
    return packed - (1 << 64) if packed >= 1 << 63 else packed


def unpack(packed: int) -> Visit:
    """The visit that a bigint holds."""
    packed &= (1 << 64) - 1
    return Visit(packed >> 48, packed >> 32 & 0xFFFF, packed >> 16 & 0xFFFF, packed & 0xFFFF)


def tally(person: Iterable[HeldTicket], *, only_day: int | None = None) -> Counter[Cell]:
    """What the tickets of one person add to the counts: everything but exits and refused scans."""
    cells: Counter[Cell] = Counter()
    used: dict[tuple[Dimension, int], dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for rank, ticket in enumerate(person):
        _issue(cells, ticket)
        for visit in _counted(ticket.visits):
            day = only_day if visit.day == NO_DAY and only_day is not None else visit.day
            people = weight(visit.quantity, ticket.quantity)
            for dimension, label in _labels(ticket, visit):
                cells[dimension, label, day, "entries_in"] += people
                cells[dimension, label, ALL_DAYS, "entries_in"] += people
                tickets = used[dimension, label][day]
                if rank not in tickets:
                    _scanned(cells, ticket, dimension, label, day)
                    if sum(rank in others for others in used[dimension, label].values()) == 0:
                        _scanned(cells, ticket, dimension, label, ALL_DAYS)
                tickets[rank] = max(tickets.get(rank, 0), people)
    for (dimension, label), days in used.items():
        for day, tickets in days.items():
            cells[dimension, label, day, "attendances"] += sum(tickets.values())
            cells[dimension, label, day, "unique_visitors"] += sum(tickets.values())
            cells[dimension, label, ALL_DAYS, "attendances"] += sum(tickets.values())
        cells[dimension, label, ALL_DAYS, "unique_visitors"] += max(sum(tickets.values()) for tickets in days.values())
    return +cells


def _counted(visits: Sequence[Visit]) -> Sequence[Visit]:
    timed = [visit for visit in visits if visit.day != NO_DAY]
    return timed or sorted(visits, key=lambda visit: (visit.gate, visit.session, visit.quantity))[:1]


def _labels(ticket: HeldTicket, visit: Visit) -> list[tuple[Dimension, int]]:
    return [
        ("edition", 0),
        ("session", visit.session),
        ("gate", visit.gate),
        ("category", ticket.category),
        ("channel", ticket.channel),
        ("origin", ticket.origin),
    ]


def _issue(cells: Counter[Cell], ticket: HeldTicket) -> None:
    if not ticket.listed:
        return
    if ticket.standing in ISSUED_STANDINGS:
        quantity: Quantity = "tickets_issued"
    elif ticket.standing in CANCELLED_STANDINGS:
        quantity = "tickets_cancelled"
    else:
        return
    limited = 0 < ticket.first_day <= ticket.last_day < ticket.first_day + LONGEST_PASS
    days = range(ticket.first_day, ticket.last_day + 1) if limited else range(0)
    labels: list[tuple[Dimension, int]] = [
        ("edition", 0),
        ("session", ticket.session),
        ("category", ticket.category),
        ("channel", ticket.channel),
        ("origin", ticket.origin),
    ]
    for dimension, label in labels:
        for day in (ALL_DAYS, *days):
            cells[dimension, label, day, quantity] += ticket.quantity


def _scanned(cells: Counter[Cell], ticket: HeldTicket, dimension: Dimension, label: int, day: int) -> None:
    if ticket.listed and ticket.standing in ISSUED_STANDINGS:
        cells[dimension, label, day, "tickets_scanned"] += ticket.quantity


# All of them, in bulk -------------------------------------------------------------------------------------------------

_USE: Final = np.dtype(
    [
        ("holder_high", "<u8"),
        ("holder_low", "<u8"),
        ("people", "<u4"),
        ("day", "<u2"),
        ("session", "<u2"),
        ("gate", "<u2"),
        ("category", "<u2"),
        ("channel", "<u2"),
        ("origin", "<u2"),
    ]
)
"""How many people one holder brought on one day with one ticket, and where it counts."""
PARTITIONS: Final = 16
MINUTES_AT_ONCE: Final = 4_096
AT_ONCE: Final = 65_536
"""Scans that are counted at once."""
TOTALS: Final = np.dtype([("label", "<i8"), ("day", "<i8"), *((quantity, "<i8") for quantity in QUANTITIES)])
QUARTERS: Final = np.dtype(
    [("quarter", "<i8"), ("gate", "<i8"), ("entries", "<i8"), ("exits", "<i8"), ("refused", "<i8")]
)
SECONDS: Final = np.dtype([("second", "<i8"), ("out", "<i8"), ("in", "<i8")])
MINUTES: Final = np.dtype([("minute", "<i8"), ("changes", "<u4", (60, 2))])
PRESENCE: Final = np.dtype(
    [("quarter", "<i8"), ("net", "<i8"), ("lowest", "<i8"), ("highest", "<i8"), ("highest_at", "<i8")]
)


class Shelf(Protocol):
    """Where the uses by holders wait until all facts have been seen."""

    def put(self, name: str, content: Facts) -> None:
        """Add rows."""

    def take(self, name: str, dtype: np.dtype[np.void]) -> Facts:
        """All rows that were put under the name."""


class MemoryShelf:
    """A shelf for editions that fit in memory."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Facts]] = defaultdict(list)

    def put(self, name: str, content: Facts) -> None:
        """Add rows."""
        self._rows[name].append(content)

    def take(self, name: str, dtype: np.dtype[np.void]) -> Facts:
        """All rows that were put under the name."""
        return joined(self._rows.pop(name, []), dtype)


class Counts(Struct, frozen=True, kw_only=True):
    """What follows from the facts of an edition: arrays of TOTALS, QUARTERS, SECONDS, PRESENCE, sorted by their keys.

    `first_at` and `last_at` are the instants of the first and last accepted scan, None where none has one.
    """

    totals: dict[Dimension, Facts]
    quarters: Facts
    seconds: Facts
    presence: Facts
    first_at: int | None
    last_at: int | None

    def cells(self) -> Counter[Cell]:
        """Every figure that is not nought, by its cell."""
        return Counter(
            {
                (dimension, int(row["label"]), int(row["day"]), quantity): int(row[quantity])
                for dimension, totals in self.totals.items()
                for row in totals
                for quantity in QUANTITIES
                if row[quantity]
            }
        )


class Counting:
    """Counts facts given ticket by ticket: `add` takes all facts of some tickets, `finish` returns what they amount to.

    `labelled` are the kinds of labels that the edition has; a dimension without labels is counted once, as the
    edition's.
    """

    def __init__(self, calendar: EventCalendar, *, labelled: Collection[LabelKind], shelf: Shelf | None = None) -> None:
        self._calendar = calendar
        self._shelf: Shelf = shelf or MemoryShelf()
        self._sums: dict[tuple[Dimension, Quantity], list[tuple[Ints, Ints]]] = defaultdict(list)
        self._quarters = _Sums(3)
        self._seconds = _Sums(2)
        self._bounds: list[int] = []
        self._dimensions = tuple(
            dimension for dimension in DIMENSIONS if dimension in {"edition", "channel"} or dimension in labelled
        )

    def add(self, scans: Facts, tickets: Facts) -> None:
        """Take all facts of some tickets: SCAN rows as `merging.arrange_scans` has them, TICKET rows, one for each
        ticket, by ticket. No fact of these tickets may be given again."""
        for some, listed in _cut(scans, tickets):
            self._add(some, listed)

    def _add(self, scans: Facts, tickets: Facts) -> None:
        part = _Scans(scans, _Listed(tickets), self._calendar)
        self._issue(tickets, part)
        if not len(scans):
            return
        entries, exits = part.entries(), np.flatnonzero(part.accepted & part.timed & ~part.inward)
        refused = np.flatnonzero(~part.accepted)
        self._flow(part)
        self._pass("entries_in", part, entries, part.people[entries])
        self._pass("exits", part, exits, part.people[exits])
        self._pass("scans_refused", part, refused, np.ones(len(refused), np.int64))
        self._use(part, entries)

    def finish(self) -> Counts:
        """The counts of everything that was added."""
        self._unite()
        totals = {dimension: self._totals(dimension) for dimension in self._dimensions}
        for dimension in DIMENSIONS:
            if dimension not in totals:
                totals[dimension] = totals["edition"].copy()
                if dimension not in _ISSUED_DIMENSIONS:
                    totals[dimension]["tickets_issued"] = totals[dimension]["tickets_cancelled"] = 0
                    totals[dimension] = _without_empty(totals[dimension])
        second, (out, entered) = self._seconds.taken()
        seconds = np.zeros(len(second), SECONDS)
        seconds["second"], seconds["out"], seconds["in"] = second, out, entered
        keys, sums = self._quarters.taken()
        quarters = np.zeros(len(keys), QUARTERS)
        quarters["quarter"], quarters["gate"] = (keys >> 16) * QUARTER, keys & 0xFFFF
        for column, name in enumerate(("entries", "exits", "refused")):
            quarters[name] = sums[column]
        return Counts(
            totals=totals,
            quarters=quarters,
            seconds=seconds,
            presence=presence(seconds),
            first_at=min(self._bounds, default=None),
            last_at=max(self._bounds, default=None),
        )

    def _sum(
        self,
        dimension: Dimension,
        quantity: Quantity,
        labels: Ints,
        days: "_Days",
        values: Ints,
        *,
        whole: bool = False,
    ) -> None:
        """Add values to the cells of their label and day and, when `whole`, of all days."""
        keys, sums = _summed(labels * len(days.present) + days.rank, values)
        labels, rank = np.divmod(keys, len(days.present))
        self._sums[dimension, quantity].append((labels << 17 | (days.present[rank] + 1), sums))
        if whole:
            self._sum_all(dimension, quantity, labels, sums)

    def _sum_all(self, dimension: Dimension, quantity: Quantity, labels: Ints, values: Ints) -> None:
        """Add values to the cells of their label and all days."""
        keys, sums = _summed(labels, values)
        self._sums[dimension, quantity].append((keys << 17 | (ALL_DAYS + 1), sums))

    def _issue(self, tickets: Facts, part: "_Scans") -> None:
        kinds: tuple[tuple[Quantity, frozenset[int]], ...] = (
            ("tickets_issued", ISSUED_STANDINGS),
            ("tickets_cancelled", CANCELLED_STANDINGS),
        )
        for quantity, standings in kinds:
            chosen = np.flatnonzero(np.isin(tickets["standing"], list(standings)))
            rows = tickets.take(chosen)
            people = rows["quantity"].astype(np.int64)
            first, last = rows["first_day"].astype(np.int64), rows["last_day"].astype(np.int64)
            span = np.where((first > 0) & (first <= last) & (last < first + LONGEST_PASS), last - first + 1, 0)
            each = np.repeat(np.arange(len(rows)), span)
            days = _Days(first[each] + np.arange(len(each)) - np.repeat(np.cumsum(span) - span, span))
            for dimension in self._dimensions:
                if dimension in _ISSUED_DIMENSIONS and len(rows):
                    labels = part.listed_labels(dimension)[chosen]
                    self._sum_all(dimension, quantity, labels, people)
                    if len(each):
                        self._sum(dimension, quantity, labels[each], days, people[each])

    def _pass(self, quantity: Quantity, scans: "_Scans", rows: Ints, people: Ints) -> None:
        if len(rows):
            days = scans.days.of(rows)
            for dimension in self._dimensions:
                self._sum(dimension, quantity, scans.labels(dimension, rows), days, people, whole=True)

    def _flow(self, scans: "_Scans") -> None:
        passed, inward = scans.accepted & scans.timed, scans.inward
        for mask, column in ((passed & inward, 0), (passed & ~inward, 1)):
            at = scans.facts["at"][mask]
            if len(at):
                self._bounds += [int(at.min()), int(at.max())]
                people = scans.people[mask]
                self._quarters.add(column, at // QUARTER << 16 | scans.facts["gate"][mask], people)
                self._seconds.add(1 - column, at // SECOND, people)
        refused = ~scans.accepted & scans.timed
        at = scans.facts["at"][refused]
        self._quarters.add(2, at // QUARTER << 16 | scans.facts["gate"][refused], np.ones(len(at), np.int64))

    def _use(self, scans: "_Scans", rows: Ints) -> None:
        """Count who entered: tickets by day and person, whatever the number of their entries."""
        if not len(rows):
            return
        ticket, days, people = scans.ticket[rows], scans.days.of(rows), scans.people[rows]
        plain = bool((people == 1).all())
        base = _Uses(ticket, np.zeros(len(rows), np.int64), days, people, plain=plain)
        for dimension in self._dimensions:
            if dimension in _SCAN_DIMENSIONS:
                uses = _Uses(ticket, scans.labels(dimension, rows), days, people, plain=plain)
                label = uses.label
                self._keep(dimension, scans, uses, **{dimension: label})
            else:
                uses, label = base, scans.ticket_labels(dimension)[base.ticket]
            first, issued, alone = uses.first, scans.issued[uses.ticket], ~scans.held[uses.ticket[uses.first]]
            self._sum(dimension, "attendances", label, uses.days, uses.people, whole=True)
            self._sum(dimension, "unique_visitors", label, uses.days, uses.people)
            self._sum(dimension, "tickets_scanned", label, uses.days, issued)
            self._sum_all(dimension, "tickets_scanned", label[first], issued[first])
            most = np.maximum.reduceat(uses.people, first)
            self._sum_all(dimension, "unique_visitors", label[first][alone], most[alone])
        labels = {dimension: scans.ticket_labels(dimension)[base.ticket] for dimension in _TICKET_DIMENSIONS}
        self._keep("ticket", scans, base, **labels)

    def _keep(self, name: str, scans: "_Scans", uses: "_Uses", **labels: Ints) -> None:
        """Put what the tickets of known holders brought on the shelf, by holder."""
        held = np.flatnonzero(scans.held[uses.ticket])
        if not len(held):
            return
        rows = np.zeros(len(held), _USE)
        listed = scans.listed.rows.take(scans.ticket_row[uses.ticket[held]])
        rows["holder_high"], rows["holder_low"] = listed["holder_high"], listed["holder_low"]
        rows["people"], rows["day"] = uses.people[held], uses.days.numbers()[held]
        for dimension, label in labels.items():
            rows[dimension] = label[held]
        part = rows["holder_high"] >> np.uint64(60)
        order = np.argsort(part, kind="stable")
        bounds = np.searchsorted(part[order], np.arange(PARTITIONS + 1, dtype=np.uint64))
        for number in range(PARTITIONS):
            if bounds[number] < bounds[number + 1]:
                self._shelf.put(f"{name}-{number}", rows.take(order[bounds[number] : bounds[number + 1]]))

    def _unite(self) -> None:
        """Count the people behind tickets of one holder: as many as came on the fullest of their days."""
        for number in range(PARTITIONS):
            for name in ("ticket", *_SCAN_DIMENSIONS):
                rows = self._shelf.take(f"{name}-{number}", _USE)
                if not len(rows):
                    continue
                holder, day = _ranks(rows["holder_high"], rows["holder_low"]) << 32, rows["day"].astype(np.int64)
                people = rows["people"].astype(np.int64)
                for dimension in self._dimensions:
                    if (dimension in _SCAN_DIMENSIONS and dimension != name) or (
                        dimension not in _SCAN_DIMENSIONS and name != "ticket"
                    ):
                        continue
                    label = np.int64(0) if dimension == "edition" else rows[dimension].astype(np.int64)
                    keys, brought = _summed(holder | label << 16 | day, people)
                    persons = np.flatnonzero(_changes(keys >> 16))
                    labels = keys[persons] >> 16 & 0xFFFF
                    self._sum_all(dimension, "unique_visitors", labels, np.maximum.reduceat(brought, persons))

    def _totals(self, dimension: Dimension) -> Facts:
        parts = {quantity: self._sums.get((dimension, quantity), []) for quantity in QUANTITIES}
        keys = np.unique(np.concatenate([np.empty(0, np.int64), *(keys for of in parts.values() for keys, _ in of)]))
        totals = np.zeros(len(keys), TOTALS)
        totals["label"], totals["day"] = keys >> 17, (keys & 0x1FFFF) - 1
        for quantity, found in parts.items():
            for part, sums in found:
                totals[quantity][np.searchsorted(keys, part)] += sums  # the keys of a part are distinct
        return _without_empty(totals)


class _Days:
    """The event day of each row, as its rank among the days that are present."""

    def __init__(self, days: Ints) -> None:
        self.present = np.flatnonzero(np.bincount(days))
        self.rank = np.searchsorted(self.present, days)

    def of(self, rows: Ints) -> "_Days":
        """The days of some of the rows."""
        return self.ranked(self.rank[rows])

    def ranked(self, rank: Ints) -> "_Days":
        """The days with these ranks."""
        days = _Days.__new__(_Days)
        days.present, days.rank = self.present, rank
        return days

    def numbers(self) -> Ints:
        """The days as numbers."""
        return self.present[self.rank]


def _cut(scans: Facts, tickets: Facts) -> Iterator[tuple[Facts, Facts]]:
    """Facts of some tickets after those of others, as many as the caches of a processor hold."""
    high = scans["high"]
    first, listed = 0, 0
    while len(scans) - first > AT_ONCE:
        end = int(np.searchsorted(high[first:], high[first + AT_ONCE - 1], side="right")) + first
        until = int(np.searchsorted(tickets["high"], high[end - 1], side="right"))
        yield scans[first:end], tickets[listed:until]
        first, listed = end, until
    yield scans[first:], tickets[listed:]


class _Listed:
    """The listed tickets of a part, found by their pseudonym."""

    def __init__(self, tickets: Facts) -> None:
        self.rows = tickets
        self.high, self.low = np.ascontiguousarray(tickets["high"]), np.ascontiguousarray(tickets["low"])

    def find(self, high: NDArray[np.uint64], low: NDArray[np.uint64]) -> Ints:
        """The row of each ticket, -1 where it is not listed."""
        place = np.searchsorted(self.high, high)
        found = np.full(len(high), -1, np.int64)
        open_ = np.arange(len(high))
        while len(open_):  # once, unless two tickets share 64 of their 128 bits
            open_ = open_[place[open_] < len(self.high)]
            open_ = open_[self.high[place[open_]] == high[open_]]
            hit = self.low[place[open_]] == low[open_]
            found[open_[hit]] = place[open_[hit]]
            open_ = open_[~hit]
            place[open_] += 1
        return found


class _Scans:
    """The scans of a part, with what is known of each of them and of their tickets."""

    def __init__(self, facts: Facts, listed: _Listed, calendar: EventCalendar) -> None:
        self.facts, self.listed = facts, listed
        self.accepted, self.inward = facts["verdict"] == ACCEPTED, facts["direction"] == IN
        self.timed = facts["at"] != UNTIMED
        self.days = _Days(calendar.days_of(facts["at"]))
        new = ~_same(facts, "high", "low")
        self.first = np.flatnonzero(new)
        self.ticket = np.cumsum(new) - 1
        self.ticket_row = listed.find(facts["high"][self.first], facts["low"][self.first])
        there = self.ticket_row >= 0
        rows = listed.rows.take(self.ticket_row[there])
        admits = np.ones(len(self.first), np.int64)
        admits[there] = np.maximum(rows["quantity"], 1)
        self.issued = np.zeros(len(self.first), np.int64)
        self.issued[there] = np.where(np.isin(rows["standing"], list(ISSUED_STANDINGS)), rows["quantity"], 0)
        self.held = np.zeros(len(self.first), bool)
        self.held[there] = (rows["holder_high"] != 0) | (rows["holder_low"] != 0)
        quantity = facts["quantity"].astype(np.int64)
        self.people = np.where(quantity > 1, quantity, admits[self.ticket])
        self._labels: dict[Dimension, Ints] = {"edition": np.zeros(len(self.first), np.int64)}
        for dimension in _TICKET_DIMENSIONS:
            labels = np.zeros(len(self.first), np.int64)
            labels[there] = rows[dimension]
            if dimension != "channel" and not labels.all():
                own = np.maximum.reduceat(facts[dimension].astype(np.int64), self.first)
                labels = np.where(labels == 0, own, labels)
            self._labels[dimension] = labels

    def ticket_labels(self, dimension: Dimension) -> Ints:
        """The label of each scanned ticket: that of its list, else the highest of its scans."""
        return self._labels[dimension]

    def listed_labels(self, dimension: Dimension) -> Ints:
        """The label of each listed ticket."""
        if dimension == "edition":
            return np.zeros(len(self.listed.rows), np.int64)
        labels: Ints = self.listed.rows[dimension].astype(np.int64)
        if dimension in _TICKET_DIMENSIONS:
            there = self.ticket_row >= 0
            labels[self.ticket_row[there]] = self.ticket_labels(dimension)[there]
        return labels

    def labels(self, dimension: Dimension, rows: Ints) -> Ints:
        """The label under which each of these scans counts."""
        if dimension in _SCAN_DIMENSIONS:
            labels: Ints = self.facts[dimension][rows].astype(np.int64)
            return labels
        of_tickets: Ints = self._labels[dimension][self.ticket[rows]]
        return of_tickets

    def entries(self) -> Ints:
        """Valid entries with a time; of a ticket that has none, the first one without."""
        valid = self.accepted & self.inward
        counted = valid & self.timed
        untimed = np.flatnonzero(valid & ~self.timed)
        if len(untimed):
            others = np.zeros(len(self.first), bool)
            others[self.ticket[counted]] = True
            tickets, rows = np.unique(self.ticket[untimed], return_index=True)
            counted[untimed[rows[~others[tickets]]]] = True
        return np.flatnonzero(counted)


class _Uses:
    """Distinct (ticket, label, day) with the most people that passed at once; `first` where a (ticket, label) begins.

    Rows come by ticket and time, so that without labels they are in order.
    """

    def __init__(self, ticket: Ints, label: Ints, days: _Days, people: Ints, *, plain: bool) -> None:
        key = ticket << 32 | label << 16 | days.rank
        if plain:
            key = np.sort(key) if label.any() else key
            key = key[_changes(key)]
            self.people = np.ones(len(key), np.int64)
        else:
            order = np.argsort(key, kind="stable")
            key = key[order]
            starts = np.flatnonzero(_changes(key))
            self.people = np.maximum.reduceat(people[order], starts)
            key = key[starts]
        self.ticket, self.label, self.days = key >> 32, key >> 16 & 0xFFFF, days.ranked(key & 0xFFFF)
        self.first = np.flatnonzero(_changes(key >> 16))


class _Sums:
    """Sums of several columns by a key, kept small."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._parts: list[tuple[int, Ints, Ints]] = []
        self._rows = 0

    def add(self, column: int, keys: Ints, values: Ints) -> None:
        found, sums = _summed(keys, values)
        self._parts.append((column, found, sums))
        self._rows += len(found)
        if self._rows > 4_000_000:
            keys, columns = self.taken()
            self._parts = [(rank, keys, sums) for rank, sums in enumerate(columns)]
            self._rows = len(keys)

    def taken(self) -> tuple[Ints, list[Ints]]:
        """The keys in order, and the sums of each column."""
        keys = np.sort(np.concatenate([np.empty(0, np.int64), *(found for _, found, _ in self._parts)]))
        keys = keys[_changes(keys)]
        columns = [np.zeros(len(keys), np.int64) for _ in range(self._columns)]
        for column, found, sums in self._parts:
            columns[column][np.searchsorted(keys, found)] += sums  # keys of a part are distinct
        return keys, columns


def presence(seconds: Facts) -> Facts:
    """How the number of people inside changes over each quarter of an hour, from SECONDS in order."""
    if not len(seconds):
        return np.empty(0, PRESENCE)
    at = seconds["second"] * SECOND
    after = np.cumsum(seconds["in"] - seconds["out"])
    before_in = after - seconds["in"]
    starts = np.flatnonzero(_changes(at // QUARTER))
    base = np.concatenate([[0], after[starts[1:] - 1]])
    ends = np.concatenate([starts[1:], [len(after)]])
    result = np.zeros(len(starts), PRESENCE)
    result["quarter"] = at[starts] // QUARTER * QUARTER
    result["net"] = after[ends - 1] - base
    result["lowest"] = np.minimum(np.minimum.reduceat(before_in, starts) - base, 0)
    highest = np.maximum.reduceat(after, starts)
    result["highest"] = np.maximum(highest - base, 0)
    group = np.repeat(np.arange(len(starts)), ends - starts)
    reached = np.flatnonzero(after == highest[group])
    first = reached[np.searchsorted(group[reached], np.arange(len(starts)))]
    result["highest_at"] = np.where(highest > base, at[first], result["quarter"])
    return result


def number_of_minutes(seconds: Facts) -> int:
    """How many minutes have a change, from SECONDS in order."""
    return int(np.count_nonzero(_changes(seconds["second"] // 60)))


def minutes(seconds: Facts) -> Iterator[Facts]:
    """MINUTES of SECONDS in order, some at a time."""
    minute = seconds["second"] // 60
    starts = np.flatnonzero(_changes(minute))
    for first in range(0, len(starts), MINUTES_AT_ONCE):
        begins = starts[first : first + MINUTES_AT_ONCE]
        end = starts[first + MINUTES_AT_ONCE] if first + MINUTES_AT_ONCE < len(starts) else len(seconds)
        rows, of = seconds[begins[0] : end], minute[begins[0] : end]
        result = np.zeros(len(begins), MINUTES)
        result["minute"] = minute[begins] * MINUTE
        rank, second = np.cumsum(_changes(of)) - 1, rows["second"] - of * 60
        result["changes"][rank, second, OUT], result["changes"][rank, second, IN] = rows["out"], rows["in"]
        yield result


def _summed(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """The distinct keys in order, with the sum of their values."""
    if not len(keys):
        return keys, values
    low, high = int(keys.min()), int(keys.max())
    if high - low <= 4 * len(keys) + 65_536:
        found = np.flatnonzero(np.bincount(keys - low))
        sums = np.bincount(keys - low, weights=values)[found].astype(np.int64)  # exact below 2⁵³
        return found + low, sums
    order = np.argsort(keys)
    keys, values = keys[order], values[order]
    starts = np.flatnonzero(_changes(keys))
    return keys[starts], np.add.reduceat(values, starts)


def _ranks(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> Ints:
    """A number for each distinct (high, low)."""
    order = np.argsort(high)
    new = _changes(high[order])
    if (~new[1:] & (low[order][1:] != low[order][:-1])).any():  # 64 of 128 bits in common
        order = np.lexsort((low, high))
        new = _changes(high[order]) | _changes(low[order])
    ranks = np.empty(len(high), np.int64)
    ranks[order] = np.cumsum(new) - 1
    return ranks


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a value differs from the one before it; the first one does."""
    result = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=result[1:])
    return result


def _same(rows: Facts, *names: str) -> NDArray[np.bool_]:
    """Which rows have these fields in common with the row before."""
    result = np.zeros(len(rows), bool)
    if len(rows) > 1:
        result[1:] = True
        for name in names:
            result[1:] &= rows[name][1:] == rows[name][:-1]
    return result


def _without_empty(totals: Facts) -> Facts:
    kept = np.zeros(len(totals), bool)
    for quantity in QUANTITIES:
        kept |= totals[quantity] != 0
    return totals[kept]
