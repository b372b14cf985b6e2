"""The facts of an edition: what its files and gates say together, however often and in whatever order they say it.

A scan is known by its identity; a source is a multiset of them. The facts are, for each identity, as many as the source
with the most of them has. The k-th of one source is the k-th of another: what they say beside the identity is joined,
the highest of each.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events_api.domain.tickets.facts import SCAN, TICKET, UNTIMED, Facts, joined

IDENTITY: Final = ("high", "low", "at", "direction", "verdict", "gate", "session")
JOINED: Final = ("quantity", "category", "origin", "device")
_HALF: Final = np.uint64(32)
Bools = NDArray[np.bool_]
Order = NDArray[np.intp]


class Merged(Struct, frozen=True):
    """The facts of some sources, and which rows of the source that was asked about no other source has."""

    facts: Facts
    new: Bools


class Arranged(Struct, frozen=True):
    """Facts in the order in which they are kept, and which row of before each of them was."""

    facts: Facts
    order: Order


def arrange_scans(scans: Facts) -> Arranged:
    """Scans by ticket, then by time, then by everything else."""
    return _arranged(scans, np.argsort(_rough(scans)), (*IDENTITY, *JOINED))


def arrange_tickets(tickets: Facts) -> Arranged:
    """Tickets in their order, the rows of one ticket as they came."""
    return _arranged(tickets, np.argsort(tickets["high"], kind="stable"), ("high", "low"))


def merge_scans(sources: Sequence[Facts], asked: int | None = None) -> Merged:
    """The facts of sources that are each in order."""
    own = np.empty(0, SCAN) if asked is None else sources[asked]
    filled = [source for source in sources if len(source)]
    if len(filled) < 2:
        return Merged(filled[0] if filled else np.empty(0, SCAN), np.ones(len(own), bool))
    rows = joined(filled, SCAN)
    rank = np.concatenate([_occurrence(source) for source in filled])
    arranged = _arranged(rows, np.argsort(_rough(rows)), IDENTITY, rank)
    rows, found, rank = arranged.facts, arranged.order, rank[arranged.order]
    same = _same_as_before(rows, *IDENTITY)
    same[1:] &= rank[1:] == rank[:-1]
    starts = np.flatnonzero(~same)
    facts = rows.take(starts)
    if len(starts) < len(rows):
        for name in JOINED:
            facts[name] = np.maximum.reduceat(rows[name], starts)
    new = np.zeros(len(own), bool)
    if len(own):
        group = np.cumsum(~same) - 1
        alone = np.bincount(group)[group] == 1  # no source says an identity twice at one rank
        first = sum(len(source) for source in sources[:asked])
        mine = (found >= first) & (found < first + len(own))
        new[found[mine] - first] = alone[mine]
    return Merged(facts, new)


def merge_tickets(sources: Sequence[Facts], asked: int | None = None) -> Merged:
    """One row for each ticket: what the last source that lists it says last. The sources are each in order.

    A row is new unless the row of its source before it says the same of the ticket, or its source leaves the ticket as
    the others have it.
    """
    if asked is None:
        return Merged(_latest(sources), np.zeros(0, bool))
    own, others = sources[asked], _latest([*sources[:asked], *sources[asked + 1 :]])
    arranged = arrange_tickets(joined([others, own], TICKET))
    rows, found = arranged.facts, arranged.order
    group = np.cumsum(~_same_as_before(rows, "high", "low")) - 1
    first = np.searchsorted(group, np.arange(group[-1] + 1 if len(group) else 0))
    last = np.concatenate([first[1:], [len(rows)]])[: len(first)] - 1
    unchanged = (first < last) & (found[first] < len(others))
    for name in TICKET.names or ():
        unchanged &= rows[name][first] == rows[name][last]
    known = _same_as_before(rows, *(TICKET.names or ())) | unchanged[group]
    new = np.zeros(len(own), bool)
    mine = found >= len(others)
    new[found[mine] - len(others)] = ~known[mine]
    return Merged(_latest(sources), new)


def _latest(sources: Sequence[Facts]) -> Facts:
    filled = [source for source in sources if len(source)]
    rows = joined(filled, TICKET)
    if len(filled) > 1:
        rows = arrange_tickets(rows).facts
    same = _same_as_before(rows, "high", "low")
    last = np.ones(len(rows), bool)
    last[:-1] = ~same[1:]
    return rows if last.all() else rows.take(np.flatnonzero(last))


def _rough(scans: Facts) -> NDArray[np.uint64]:
    """A key that sorts nearly everything: 32 bits of the ticket, 32 of the second."""
    at, timed = scans["at"], scans["at"] != UNTIMED
    first = int(at.min(where=timed, initial=np.iinfo(np.int64).max))
    second = np.where(timed, (at - first) // 1_000_000 + 1, 0)
    return scans["high"] >> _HALF << _HALF | np.minimum(second, 0xFFFFFFFF).astype(np.uint64)


def _arranged(rows: Facts, found: Order, names: Sequence[str], last: NDArray[np.int64] | None = None) -> Arranged:
    """Rows in an order that is right but for some neighbours, the tickets around those sorted again.

    `last` is a key beside the fields of the rows, the least important.
    """
    rows = rows.take(found)
    keys: list[NDArray[Any]] = [rows[name] for name in names]
    if last is not None:
        keys.append(last[found])
    wrong = _before_the_row_above(keys)
    if len(wrong):
        half = rows["high"] >> _HALF
        run = np.cumsum(half != np.roll(half, 1))
        bad = np.flatnonzero(np.isin(run, run[wrong]))
        mended = bad[np.lexsort([key[bad] for key in reversed(keys)])]
        rows[bad], found[bad] = rows[mended], found[mended]
    return Arranged(rows, found)


def _before_the_row_above(keys: Sequence[NDArray[Any]]) -> Order:
    """Which rows should stand before the one above them."""
    above, below = keys[0][:-1], keys[0][1:]
    wrong = [np.flatnonzero(below < above) + 1]
    same = np.flatnonzero(below == above)
    for key in keys[1:]:
        above, below = key[same], key[same + 1]
        wrong.append(same[below < above] + 1)
        same = same[below == above]
    return np.concatenate(wrong)


def _occurrence(scans: Facts) -> NDArray[np.int64]:
    """The how manieth of its identity each row is, from 0."""
    rows = np.arange(len(scans))
    starts = np.where(_same_as_before(scans, *IDENTITY), 0, rows)
    return rows - np.maximum.accumulate(starts)


def _same_as_before(rows: Facts, *names: str) -> Bools:
    result = np.zeros(len(rows), bool)
    if len(rows) > 1:
        result[1:] = True
        for name in names:
            result[1:] &= rows[name][1:] == rows[name][:-1]
    return result
