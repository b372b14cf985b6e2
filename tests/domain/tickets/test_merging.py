from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.tickets import merging
from events_api.domain.tickets.facts import Facts
from tests.domain.tickets import plain
from tests.domain.tickets.plain import AUTUMN, Scan, Ticket, a_ticket, scan_array, some_scans, ticket_array

sources_of_scans = st.lists(some_scans, min_size=1, max_size=4)
sources_of_tickets = st.lists(st.lists(a_ticket, max_size=8), min_size=1, max_size=3)


def in_order(rows: Facts) -> Facts:
    return (merging.arrange_scans if "at" in (rows.dtype.names or ()) else merging.arrange_tickets)(rows).facts


def multiset(rows: Facts) -> Counter[tuple[int, ...]]:
    return Counter(tuple(row) for row in rows.tolist())


@given(some_scans)
def test_scans_are_kept_by_ticket_then_by_time_then_by_the_rest(scans: list[Scan]) -> None:
    rows = scan_array(scans)
    names = ("high", "low", "at", "direction", "verdict", "gate", "session", "quantity", "category", "origin", "device")

    found = in_order(rows)[list(names)].tolist()

    assert found == sorted(rows[list(names)].tolist())


def test_times_that_are_centuries_or_microseconds_apart_are_in_order() -> None:
    rows = scan_array([Scan(1)] * 5)
    rows["at"] = [2**62, 7_000_001, 7_000_000, -(2**63), 2**61]

    assert in_order(rows)["at"].tolist() == [-(2**63), 7_000_000, 7_000_001, 2**61, 2**62]


@given(sources_of_scans, st.randoms(use_true_random=False))
def test_an_identity_is_there_as_often_as_the_source_that_has_it_most_often(
    sources: list[list[Scan]], random: st.DataObject
) -> None:
    merged = merging.merge_scans([in_order(scan_array(source)) for source in sources])

    assert multiset(merged.facts) == multiset(scan_array(plain.union(sources)))
    assert merged.facts.tolist() == in_order(merged.facts).tolist()
    random.shuffle(sources)  # type: ignore[attr-defined]  # it is a Random
    again = merging.merge_scans([in_order(scan_array(source)) for source in [*sources, sources[0]]])
    assert again.facts.tolist() == merged.facts.tolist()


@given(sources_of_scans, st.data())
def test_a_scan_is_new_where_no_other_source_has_as_many_of_its_identity(
    sources: list[list[Scan]], data: st.DataObject
) -> None:
    asked = data.draw(st.integers(0, len(sources) - 1))
    arrays = [in_order(scan_array(source)) for source in sources]

    merged = merging.merge_scans(arrays, asked)

    most: Counter[object] = Counter()
    for source in (*sources[:asked], *sources[asked + 1 :]):
        most |= Counter(scan.identity for scan in source)
    own: Counter[object] = Counter(scan.identity for scan in sources[asked])
    assert int(merged.new.sum()) == (own - most).total()
    identities = arrays[asked][merged.new][list(merging.IDENTITY)].tolist()
    assert len(identities) == len(merged.new[merged.new])


@given(sources_of_tickets)
def test_the_last_source_that_lists_a_ticket_says_what_it_is(sources: list[list[Ticket]]) -> None:
    merged = merging.merge_tickets([in_order(ticket_array(source)) for source in sources])

    last = {ticket.ticket: ticket for source in sources for ticket in source}
    assert multiset(merged.facts) == multiset(ticket_array(last.values()))
    assert merged.facts.tolist() == in_order(merged.facts).tolist()


@given(st.lists(a_ticket, max_size=8), st.lists(a_ticket, max_size=8))
def test_a_list_that_was_brought_before_says_nothing_new(one: list[Ticket], other: list[Ticket]) -> None:
    first, second = in_order(ticket_array(one)), in_order(ticket_array(other))

    assert not merging.merge_tickets([first, first], 1).new.any()
    assert not merging.merge_tickets([second, first, first], 2).new.any()


def test_a_line_of_a_list_is_new_where_it_changes_something() -> None:
    before = [Ticket(1), Ticket(2), Ticket(3, standing=2)]
    lines = [Ticket(1), Ticket(2, standing=2), Ticket(3), Ticket(3, standing=2), Ticket(4), Ticket(4), Ticket(5)]
    own = ticket_array(lines)

    merged = merging.merge_tickets([in_order(ticket_array(before)), in_order(own)], 1)

    new = dict(zip(merging.arrange_tickets(own).order.tolist(), merged.new.tolist(), strict=True))
    assert [new[line] for line in range(len(lines))] == [False, True, False, False, True, False, True]


def test_ten_thousand_scans_at_the_same_second_of_one_ticket_are_all_kept() -> None:
    rows = np.repeat(scan_array([Scan(1, AUTUMN)]), 10_000)

    assert len(merging.merge_scans([rows, rows[:9_000]]).facts) == 10_000
