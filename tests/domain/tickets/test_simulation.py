import numpy as np

from events_api.domain.tickets.simulation import NO_SHOW, Festival, festival, tickets_for

OPENS = 1_783_087_200 * 1_000_000


def a_festival(seed: int = 1, scans: int = 20_000) -> Festival:
    return festival(tickets=tickets_for(scans, 4), days=4, gates=6, opens=OPENS, seed=seed)


def test_the_same_seed_makes_the_same_festival_and_another_does_not() -> None:
    first, again, other = a_festival(1), a_festival(1), a_festival(2)

    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in first.__struct_fields__)
    assert not np.array_equal(first.at, other.at)


def test_it_is_about_as_large_as_asked() -> None:
    for scans in (500, 20_000, 200_000):
        assert abs(len(a_festival(scans=scans).at) / scans - 1) < 0.15


def test_codes_are_as_many_as_tickets() -> None:
    made = a_festival()

    assert len(np.unique(made.code)) == len(made.code)


def test_nobody_goes_out_who_is_not_inside_and_nobody_enters_twice() -> None:
    made = a_festival()
    order = np.lexsort((made.at, made.ticket))
    ticket, entry, accepted = made.ticket[order], made.entry[order], made.accepted[order]
    inside: dict[int, bool] = {}
    for number, goes_in, counts in zip(ticket.tolist(), entry.tolist(), accepted.tolist(), strict=True):
        if not counts:
            assert goes_in
        elif goes_in:
            inside[number] = True
        else:
            assert inside[number]
            inside[number] = False


def test_a_refunded_ticket_is_not_scanned_and_some_others_never_come() -> None:
    made = a_festival()
    scanned = np.zeros(len(made.code), bool)
    scanned[made.ticket] = True

    assert not (scanned & made.refunded).any()
    assert abs((~scanned & ~made.refunded).mean() - NO_SHOW) < 0.02


def test_scans_are_in_the_order_of_time_and_in_whole_seconds() -> None:
    made = a_festival()

    assert (np.diff(made.at) >= 0).all()
    assert (made.at % 1_000_000 == 0).all()
