"""A festival that never was: tickets and scans from an arrival process, of any size, the same for the same seed.

Everything made here is fictional and is marked simulated wherever it goes.
"""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

SECOND: Final = 1_000_000
HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR
NO_SHOW: Final = 0.09
PASS_SHARE: Final = 0.30
PASS_DAY: Final = 0.80
"""How likely the holder of a pass comes on a day."""
RE_ENTRY: Final = 0.12
MISSED_EXIT: Final = 0.06
DUPLICATE: Final = 0.012
"""Tickets shown a second time while their holder is inside."""
REFUNDED: Final = 0.02


class Festival(Struct, frozen=True, kw_only=True):
    """Arrays of one simulated festival; times are microseconds since 1970 UTC.

    Per ticket: `code` (a number that spells its code), `kind` (index in KINDS), `day` (-1: all), `origin` (index in
    ORIGINS), `refunded`. Per scan, in the order of time: `ticket`, `at`, `gate` (0 …), `entry`, `accepted`.
    """

    code: NDArray[np.uint64]
    kind: NDArray[np.uint8]
    day: NDArray[np.int16]
    origin: NDArray[np.uint8]
    refunded: NDArray[np.bool_]
    ticket: NDArray[np.uint32]
    at: NDArray[np.int64]
    gate: NDArray[np.uint8]
    entry: NDArray[np.bool_]
    accepted: NDArray[np.bool_]


KINDS: Final = ("Journée", "Pass", "Invitation", "Professionnel")
CHANNELS: Final = ("paid", "pass", "comp", "accredited")
ORIGINS: Final = ("13001", "13005", "13008", "13100", "13300", "13400", "13500", "13600", "13090", "83000", "84000",
                  "06000", "34000", "69003", "75011", "31000", "", "")  # fmt: skip
COUNTRIES: Final = ("",) * 16 + ("BE", "DE")
ORIGIN_SHARES: Final = (14, 12, 10, 14, 4, 4, 4, 3, 8, 6, 5, 2, 2, 3, 4, 2, 2, 1)


def festival(*, tickets: int, days: int, gates: int, opens: int, seed: int) -> Festival:
    """Simulate `tickets` tickets over `days` days through `gates` gates; the first day opens at `opens`, 8 hours a day.

    Each day people arrive in waves, before what three larger acts would be, at gates that share the crowd unequally;
    they stay for a few hours, some go out and come back, some are shown twice, some leave unseen.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    kind = draw.choice(4, tickets, p=(0.97 - PASS_SHARE - 0.06, PASS_SHARE, 0.06, 0.03)).astype(np.uint8)
    day = np.where((kind == 1) | (kind == 3), -1, draw.integers(0, days, tickets)).astype(np.int16)
    refunded = draw.random(tickets) < REFUNDED
    shows = (draw.random(tickets) >= NO_SHOW) & ~refunded
    of_one_day = np.flatnonzero(shows & (day >= 0))
    every = np.flatnonzero(shows & (day < 0))
    comes = draw.random((len(every), days)) < PASS_DAY
    holders, their_days = np.nonzero(comes)
    ticket = np.concatenate([of_one_day, every[holders]]).astype(np.uint32)
    on = np.concatenate([day[of_one_day].astype(np.int64), their_days])

    weights = draw.dirichlet(np.full(gates, 4.0))
    waves = np.asarray([1.2, 3.0, 5.0])[draw.choice(3, len(ticket), p=(0.3, 0.45, 0.25))]
    opened = opens + on * DAY
    arrival = opened + (np.clip(waves + draw.normal(0, 0.55, len(ticket)), 0.01, 7.5) * HOUR).astype(np.int64)
    leaving = np.minimum(
        arrival + (draw.lognormal(1.1, 0.45, len(ticket)) * HOUR).astype(np.int64),
        opened + 8 * HOUR + (draw.random(len(ticket)) * 0.7 * HOUR).astype(np.int64),
    )
    parts = [(ticket, arrival, True, True)]
    again = np.flatnonzero((draw.random(len(ticket)) < RE_ENTRY) & (leaving - arrival > HOUR))
    pause = arrival[again] + ((leaving - arrival)[again] * draw.uniform(0.2, 0.6, len(again))).astype(np.int64)
    back = pause + (draw.uniform(0.1, 0.35, len(again)) * (leaving[again] - pause)).astype(np.int64)
    parts += [(ticket[again], pause, False, True), (ticket[again], back, True, True)]
    seen = np.flatnonzero(draw.random(len(ticket)) >= MISSED_EXIT)
    parts.append((ticket[seen], leaving[seen], False, True))
    twice = np.flatnonzero(draw.random(len(ticket)) < DUPLICATE)
    parts.append((ticket[twice], arrival[twice] + draw.integers(2, 240, len(twice)) * SECOND, True, False))

    all_tickets = np.concatenate([part[0] for part in parts])
    at = np.concatenate([part[1] for part in parts])
    at -= at % SECOND
    entry = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    accepted = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    order = np.argsort(at, kind="stable")
    return Festival(
        code=_scattered(np.arange(tickets, dtype=np.uint64), seed),
        kind=kind,
        day=day,
        origin=draw.choice(len(ORIGINS), tickets, p=np.asarray(ORIGIN_SHARES) / sum(ORIGIN_SHARES)).astype(np.uint8),
        refunded=refunded,
        ticket=all_tickets[order],
        at=at[order],
        gate=draw.choice(gates, len(order), p=weights).astype(np.uint8),
        entry=entry[order],
        accepted=accepted[order],
    )


def tickets_for(scans: int, days: int) -> int:
    """About how many tickets make so many scans."""
    visits = (1 - NO_SHOW) * (1 - REFUNDED) * (PASS_SHARE * PASS_DAY * days + 1 - PASS_SHARE + 0.03 * PASS_DAY * days)
    return max(1, round(scans / (visits * (2 - MISSED_EXIT + 2 * RE_ENTRY + DUPLICATE))))


def _scattered(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Different numbers that look like no sequence: SplitMix64 (a bijection of 64 bits)."""
    z = numbers + np.uint64((seed * 0x9E3779B97F4A7C15) % 2**64)
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
