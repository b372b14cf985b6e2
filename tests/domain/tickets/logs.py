"""Logs of scans for tests: fictional festivals from an arrival process, and ten ways to forge one.

People come in waves and in shuttles, queue at lanes whose checks take a few seconds each, some leave and come back,
some never come; devices write seconds or do not. Everything follows from the seed.
"""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events_api.domain.tickets.facts import IN, OUT, SCAN, STANDINGS, TICKET, VERDICTS, Facts
from events_api.domain.tickets.plausibility import (
    Check,
    FileOrder,
    Gathered,
    Setting,
    event_days,
    gather,
    judge,
    profile,
    together,
)

FIRST_DAY: Final = dt.date(2026, 7, 3)
FIRST: Final = (FIRST_DAY - dt.date(1970, 1, 1)).days
MICRO: Final = 1_000_000
PARIS: Final = ZoneInfo("Europe/Paris")
Ints = NDArray[np.int64]


class Festival(Struct, frozen=True, kw_only=True):
    """What a real-shaped log is made of."""

    people: int = 3000
    days: int = 1
    passes: float = 0.0
    gates: tuple[float, ...] = (0.5, 0.3, 0.2)
    lanes: int = 3
    check_seconds: float = 5.0
    doors: float = 18.0
    waves: tuple[tuple[float, float, float], ...] = ((0.6, 1.5, 0.5), (0.4, 3.0, 0.7))
    shuttles: float = 0.2
    no_show: float = 0.08
    leaves: float = 0.15
    exits_scanned: float = 0.0
    refused: float = 0.01
    seconds: bool = True
    devices: bool = True
    named_gates: bool = True
    listed: bool = True
    groups: float = 0.5
    capacity: int | None = None


class Log(Struct, kw_only=True):
    """A log with its list of tickets and what is known of the edition."""

    scans: Facts
    tickets: Facts
    setting: Setting
    files: list[FileOrder] = []
    others: list[Ints] = []

    def checked(self) -> list[Check]:
        """What the checks say, the facts taken in four parts."""
        parts: list[Gathered] = []
        for part in range(4):
            scans = self.scans[self.scans["high"] >> np.uint64(62) == part]
            tickets = self.tickets[self.tickets["high"] >> np.uint64(62) == part]
            parts.append(gather(scans, tickets, self.setting))
        return judge(together(parts), self.setting, self.others, self.files)

    def found(self) -> dict[str, str]:
        """The checks that do not pass."""
        return {c.code: c.verdict for c in self.checked() if c.verdict not in ("passes", "not_tested")}


def local(day: int, hour: float) -> float:
    """The instant at which the clocks of a day of the festival show an hour, in seconds since 1970."""
    midnight = dt.datetime.combine(FIRST_DAY + dt.timedelta(days=day), dt.time(), PARIS).timestamp()
    return midnight + hour * 3600


def codes(rng: np.random.Generator, n: int) -> tuple[Any, Any]:
    """The pseudonyms of as many tickets."""
    high = rng.integers(0, 2**64 - 1, n, dtype=np.uint64)
    return high, rng.integers(0, 2**64 - 1, n, dtype=np.uint64)


def ticket_list(high: Any, low: Any, **values: Any) -> Facts:
    """A list of issued tickets."""
    tickets = np.zeros(len(high), TICKET)
    tickets["high"], tickets["low"], tickets["quantity"], tickets["price"] = high, low, 1, -1
    for name, value in values.items():
        tickets[name] = value
    return tickets


def scan_list(tickets: Facts, at: Any, gate: Any = 1, **values: Any) -> Facts:
    """Accepted entries of these tickets at these instants, in seconds."""
    scans = np.zeros(len(tickets), SCAN)
    scans["high"], scans["low"], scans["quantity"], scans["direction"] = tickets["high"], tickets["low"], 1, IN
    scans["at"] = np.asarray(at, np.int64) * MICRO
    scans["gate"] = gate
    for name, value in values.items():
        scans[name] = value
    return scans


def festival(seed: int, what: Festival | None = None) -> Log:
    """A real-shaped log."""
    what = what or Festival()
    rng = np.random.default_rng(seed)
    high, low = codes(rng, what.people)
    tickets = ticket_list(high, low)
    day_of = rng.integers(0, what.days, what.people)
    is_pass = rng.random(what.people) < what.passes
    shows = rng.random(what.people) >= what.no_show
    parts = []
    for day in range(what.days):
        comes = shows & (np.where(is_pass, rng.random(what.people) < 0.85, day_of == day))
        parts.append(_day(rng, what, tickets[comes], day))
    scans = np.concatenate(parts)
    if not what.seconds:
        scans["at"] -= scans["at"] % (60 * MICRO)
    if not what.devices:
        scans["device"] = 0
    if not what.named_gates:
        scans["gate"] = 0
    scans = scans[np.lexsort((scans["direction"], scans["at"], scans["high"]))]
    setting = Setting(first_day=FIRST, last_day=FIRST + what.days - 1, authorised_capacity=what.capacity)
    in_file = rng.permutation(what.people)
    return Log(
        scans=scans,
        tickets=tickets if what.listed else tickets[:0],
        setting=setting,
        files=[file_of(scans, tickets[in_file] if what.listed else None)],
    )


def _day(rng: np.random.Generator, what: Festival, tickets: Facts, day: int) -> Facts:
    n = len(tickets)
    start = local(day, what.doors)
    late = rng.normal(0, 0.2) * 3600
    weights = np.array([wave[0] for wave in what.waves]) * rng.uniform(0.7, 1.3, len(what.waves))
    wave = rng.choice(len(what.waves), n, p=weights / weights.sum())
    means, widths = (np.array([w[i] for w in what.waves])[wave] for i in (1, 2))
    arrives = start + late + 3600 * (means + widths * rng.normal(0, 1, n))
    shuttle = rng.random(n) < what.shuttles
    arrives[shuttle] = np.floor(arrives[shuttle] / 720) * 720 + rng.gamma(2, 40, int(shuttle.sum()))
    together_with = rng.random(n) < what.groups
    together_with[0:1] = False
    arrives[together_with] = np.roll(arrives, 1)[together_with] + rng.uniform(0, 4, int(together_with.sum()))
    arrives = np.clip(arrives, start, start + 8 * 3600)
    doors = arrives <= start  # those who wait for the doors
    arrives[doors] = start + rng.gamma(2, 60, int(doors.sum()))
    shares = np.array(what.gates) * rng.uniform(0.8, 1.2, len(what.gates))
    gate = rng.choice(len(what.gates), n, p=shares / shares.sum()) + 1
    lane = rng.integers(0, what.lanes, n)
    at = np.empty(n)
    for place in np.unique(gate * 100 + lane):
        rows = np.flatnonzero(gate * 100 + lane == place)
        rows = rows[np.argsort(arrives[rows], kind="stable")]
        service = rng.gamma(3, what.check_seconds / 3, len(rows))
        done = np.cumsum(service)
        at[rows] = done + np.maximum.accumulate(arrives[rows] - done + service)
    entries = scan_list(tickets, at, gate, device=gate * 10 + lane)
    leaving = rng.random(n) < what.leaves
    out_at = at[leaving] + rng.gamma(2, 1800, int(leaving.sum())) + 300
    back_at = out_at + rng.gamma(2, 600, len(out_at)) + 120
    back = scan_list(tickets[leaving], back_at, gate[leaving], device=gate[leaving] * 10)
    parts = [entries, back]
    if what.exits_scanned:
        seen = rng.random(len(out_at)) < what.exits_scanned
        parts.append(scan_list(tickets[leaving][seen], out_at[seen], gate[leaving][seen], direction=OUT))
        last = np.maximum(at, start) + 3 * 3600 + rng.gamma(4, 1200, n)
        last[leaving] = back_at + rng.gamma(4, 1800, len(back_at))
        seen = rng.random(n) < what.exits_scanned
        parts.append(scan_list(tickets[seen], last[seen], gate[seen], direction=OUT))
    wrong = rng.random(n) < what.refused
    parts.append(
        scan_list(tickets[wrong], at[wrong] + 3, gate[wrong], verdict=VERDICTS.index("duplicate"), device=gate[wrong])
    )
    return np.concatenate(parts)


def file_of(scans: Facts, tickets: Facts | None, *, sort: bool = True) -> FileOrder:
    """The accepted entries as a file in the order of time, with the places of their tickets in a list."""
    entries = scans[(scans["verdict"] == 0) & (scans["direction"] == IN)]
    if sort:
        entries = entries[np.argsort(entries["at"], kind="stable")]
    rank = None
    if tickets is not None:
        order = np.argsort(tickets["high"])
        spots = np.minimum(np.searchsorted(tickets["high"][order], entries["high"]), len(tickets) - 1)
        rank = np.where(tickets["high"][order][spots] == entries["high"], order[spots], -1)
    return FileOrder(
        at=entries["at"] // MICRO,
        gate=entries["gate"].astype(np.int64),
        device=entries["device"].astype(np.int64),
        ticket_rank=rank,
    )


# Ways to forge a log --------------------------------------------------------------------------------------------------


def _base(seed: int, n: int = 3000, days: int = 1) -> tuple[np.random.Generator, Facts, Setting]:
    rng = np.random.default_rng(seed)
    return rng, ticket_list(*codes(rng, n)), Setting(first_day=FIRST, last_day=FIRST + days - 1)


def _waves(rng: np.random.Generator, n: int, day: int = 0) -> Any:
    return np.sort(np.clip(local(day, 20) + rng.normal(0, 4000, n), local(day, 18), local(day, 25)))


def invented_codes(seed: int) -> Log:
    """Good times, tickets that nobody issued."""
    log = festival(seed)
    log.tickets = ticket_list(*codes(np.random.default_rng(seed + 1), len(log.tickets)))
    log.files = []
    return log


def refunded_tickets_used(seed: int) -> Log:
    """A fifth of the entries with tickets that were given back."""
    log = festival(seed)
    log.tickets["standing"][: len(log.tickets) // 5] = STANDINGS.index("refunded")
    return log


def a_constant_step(seed: int) -> Log:
    """One entry every seven seconds, give or take two."""
    rng, tickets, setting = _base(seed, 2500)
    at = local(0, 18) + np.arange(2500) * 7 + rng.uniform(-2, 2, 2500)
    return Log(scans=scan_list(tickets, at, 1), tickets=tickets, setting=setting)


def a_constant_number_each_minute(seed: int) -> Log:
    """Twelve entries in each minute at seconds by chance."""
    rng, tickets, setting = _base(seed, 3600)
    at = local(0, 18) + np.repeat(np.arange(300), 12) * 60 + rng.integers(0, 60, 3600)
    return Log(scans=scan_list(tickets, np.sort(at), 1), tickets=tickets, setting=setting)


def a_constant_step_without_seconds(seed: int) -> Log:
    """One entry every second minute, typed without seconds."""
    _, tickets, setting = _base(seed, 180)
    return Log(scans=scan_list(tickets, local(0, 18) + np.arange(180) * 120, 1), tickets=tickets, setting=setting)


def every_line_twice(seed: int) -> Log:
    """Each entry of a real log again at the same time, with another ticket."""
    log = festival(seed, Festival(people=800, leaves=0.0, refused=0.0))
    again = log.scans.copy()
    again["high"], again["low"] = codes(np.random.default_rng(seed), len(again))
    log.tickets = np.concatenate((log.tickets, ticket_list(again["high"], again["low"])))
    log.scans = np.concatenate((log.scans, again))
    log.files = []
    return log


def few_times_by_chance(seed: int) -> Log:
    """Three hundred instants drawn evenly over six hours."""
    rng, tickets, setting = _base(seed, 300)
    at = np.sort(rng.uniform(local(0, 17), local(0, 23), 300))
    return Log(scans=scan_list(tickets, at, 1), tickets=tickets, setting=setting)


def times_by_chance(seed: int) -> Log:
    """Instants drawn evenly over the evening."""
    rng, tickets, setting = _base(seed, 5000)
    at = np.sort(rng.uniform(local(0, 17), local(0, 24), 5000))
    return Log(scans=scan_list(tickets, at, rng.integers(1, 4, 5000)), tickets=tickets, setting=setting)


def a_gate_too_fast(seed: int) -> Log:
    """Four thousand people through one gate in a quarter of an hour."""
    rng, tickets, setting = _base(seed, 8000)
    at = np.sort(local(0, 19) + rng.gamma(4, 300, 8000))
    return Log(scans=scan_list(tickets, at, 1), tickets=tickets, setting=setting)


def all_day_and_night(seed: int) -> Log:
    """Instants by chance, at all hours."""
    rng, tickets, setting = _base(seed, 2000)
    at = np.sort(rng.uniform(local(0, 5), local(1, 5), 2000))
    return Log(scans=scan_list(tickets, at, 1), tickets=tickets, setting=setting)


def other_days(seed: int) -> Log:
    """A log of another week."""
    log = festival(seed)
    log.scans["at"] -= 7 * 86_400 * MICRO
    return log


def rounded_to_five_minutes(seed: int) -> Log:
    """Times typed by hand, to the next five minutes."""
    log = festival(seed)
    log.scans["at"] -= log.scans["at"] % (300 * MICRO)
    return log


def the_same_second(seed: int) -> Log:
    """Every time ends in :37."""
    log = festival(seed)
    log.scans["at"] -= log.scans["at"] % (60 * MICRO) - 37 * MICRO
    return log


def seconds_dealt_out(seed: int) -> Log:
    """Minutes by chance, seconds in turn."""
    rng, tickets, setting = _base(seed, 6000)
    at = _waves(rng, 6000).astype(np.int64) // 60 * 60 + rng.permutation(np.arange(6000) % 60)
    return Log(scans=scan_list(tickets, at, 1), tickets=tickets, setting=setting)


def a_day_copied(seed: int, *, shift: int = 0, lost: float = 0.0) -> Log:
    """The second day is the first, other tickets at the same times, perhaps later and with some left out."""
    rng = np.random.default_rng(seed)
    log = festival(seed, Festival(people=1500))
    entries = log.scans[(log.scans["direction"] == IN) & (log.scans["verdict"] == 0)]
    copy = entries[rng.random(len(entries)) >= lost].copy()
    copy["at"] += (86_400 + shift) * MICRO
    copy["high"], copy["low"] = codes(rng, len(copy))
    more = ticket_list(copy["high"], copy["low"])
    return Log(
        scans=np.concatenate((log.scans, copy)),
        tickets=np.concatenate((log.tickets, more)),
        setting=Setting(first_day=FIRST, last_day=FIRST + 1),
    )


def an_edition_copied(seed: int) -> Log:
    """The times of the year before, a year later."""
    log = festival(seed, Festival(people=1200, days=2))
    before = log.scans[(log.scans["direction"] == IN) & (log.scans["verdict"] == 0)]["at"] // MICRO
    days = event_days(before, log.setting)
    log.others = [profile(np.sort(before[days == day])) for day in np.unique(days)]
    log.scans["at"] += 364 * 86_400 * MICRO
    log.setting = Setting(first_day=FIRST + 364, last_day=FIRST + 365)
    log.files = []
    return log


def everybody_came(seed: int) -> Log:
    """No ticket without its entry."""
    return festival(seed, Festival(people=4000, no_show=0.0, leaves=0.0))


def exits_by_chance(seed: int) -> Log:
    """Entries and exits drawn for tickets by chance."""
    rng, tickets, setting = _base(seed, 3000)
    picked = tickets[rng.integers(0, 3000, 4000)]
    scans = scan_list(picked, _waves(rng, 4000), rng.integers(1, 3, 4000), direction=rng.integers(0, 2, 4000))
    return Log(scans=scans, tickets=tickets, setting=setting)


def nobody_refused(seed: int) -> Log:
    """Ten thousand entries with exits and never a ticket shown twice."""
    return festival(seed, Festival(people=10_000, refused=0.0, exits_scanned=0.8, lanes=8))


def a_hall_too_small(seed: int) -> Log:
    """Thirty times the hall."""
    return festival(seed, Festival(people=12_000, lanes=8, capacity=400))


def a_hall_never_left(seed: int) -> Log:
    """Five thousand inside at once where fifteen hundred may be."""
    return festival(seed, Festival(people=6000, lanes=8, exits_scanned=0.95, leaves=0.0, capacity=1400))


def lines_added_at_the_end(seed: int) -> Log:
    """A real log in order of time, then four hundred lines over the whole evening."""
    log = festival(seed)
    rng = np.random.default_rng(seed + 1)
    entries = log.scans[(log.scans["direction"] == IN) & (log.scans["verdict"] == 0)]
    entries = entries[np.argsort(entries["at"])]
    more = entries[rng.integers(0, len(entries), 400)].copy()
    more["at"] += rng.integers(-600, 600, 400) * MICRO
    more["high"], more["low"] = codes(rng, 400)
    more = more[np.argsort(more["at"])]
    log.tickets = np.concatenate((log.tickets, ticket_list(more["high"], more["low"])))
    log.scans = np.concatenate((log.scans, more))
    log.files = [file_of(np.concatenate((entries, more)), None, sort=False)]
    return log


def the_list_in_its_order(seed: int) -> Log:
    """Every ticket once, in the order of the list, at times that look real."""
    rng, tickets, setting = _base(seed)
    scans = scan_list(tickets, _waves(rng, 3000), rng.integers(1, 3, 3000))
    return Log(scans=scans, tickets=tickets, setting=setting, files=[file_of(scans, tickets)])


def gates_in_turn(seed: int) -> Log:
    """Real times, the gates one after the other."""
    rng, tickets, setting = _base(seed)
    scans = scan_list(tickets, _waves(rng, 3000), np.arange(3000) % 3 + 1)
    return Log(scans=scans, tickets=tickets, setting=setting)


def everybody_ticked_at_once(seed: int) -> Log:
    """A list that was marked as present afterwards."""
    log = festival(seed)
    late = np.random.default_rng(seed).random(len(log.scans)) < 0.4
    log.scans["at"][late] = int(local(0, 23.5)) * MICRO
    return log


REAL: Final[dict[str, Festival]] = {
    "a concert": Festival(),
    "forty people": Festival(people=40, gates=(1.0,), lanes=1, shuttles=0.0),
    "one gate, one device": Festival(people=600, gates=(1.0,), lanes=1, check_seconds=6.0),
    "a gate that is always full": Festival(people=2500, gates=(1.0,), lanes=2, check_seconds=7.0, shuttles=0.0),
    "devices without seconds": Festival(people=1500, seconds=False, devices=False),
    "a small event noted by hand": Festival(people=120, seconds=False, devices=False, gates=(1.0,), lanes=1),
    "three days with passes": Festival(people=6000, days=3, passes=0.6, lanes=5, gates=(0.4, 0.3, 0.2, 0.1)),
    "exits scanned": Festival(people=4000, leaves=0.3, exits_scanned=0.9, lanes=4, capacity=4500),
    "exits scanned now and then": Festival(people=3000, leaves=0.2, exits_scanned=0.4, lanes=4, capacity=3500),
    "no list of tickets": Festival(people=2000, listed=False),
    "no names of gates": Festival(people=8000, lanes=8, named_gates=False, devices=False),
    "an exhibition all day": Festival(
        people=2500, doors=10.0, waves=((0.35, 1.2, 0.8), (0.45, 4.5, 1.0), (0.2, 6.5, 0.7)), gates=(0.8, 0.2)
    ),
    "a night of music": Festival(people=3500, doors=22.0, waves=((0.7, 2.0, 0.7), (0.3, 3.2, 0.6)), leaves=0.3),
    "twenty thousand by shuttle": Festival(people=20_000, shuttles=0.6, lanes=12, gates=(0.3, 0.3, 0.2, 0.2)),
    "five days of a large festival": Festival(
        people=30_000, days=5, passes=0.2, lanes=10, gates=(0.3, 0.3, 0.2, 0.2), leaves=0.25, exits_scanned=0.7
    ),
    "mostly no-shows": Festival(people=1200, no_show=0.55),
    "only entries that were accepted": Festival(people=7000, refused=0.0, lanes=6),
}
"""Real-shaped logs, all of which pass."""


def any_festival(seed: int) -> Festival:
    """A real-shaped festival drawn by chance, from forty people to twelve thousand."""
    rng = np.random.default_rng(seed)
    people = int(np.exp(rng.uniform(np.log(40), np.log(12_000))))
    gates = tuple(float(share) for share in rng.dirichlet(np.full(int(rng.integers(1, 6)), 3.0)))
    return Festival(
        people=people,
        days=int(rng.integers(1, 5)) if people > 300 else 1,
        passes=float(rng.choice([0.0, 0.2, 0.7])),
        gates=gates,
        lanes=max(1, round(people / 900 / len(gates) * rng.uniform(0.8, 2))),
        check_seconds=float(rng.uniform(3, 9)),
        doors=float(rng.choice([9.5, 14, 18, 19, 20, 22])),
        shuttles=float(rng.choice([0.0, 0.2, 0.6])),
        no_show=float(rng.uniform(0.01, 0.4)),
        leaves=float(rng.uniform(0, 0.3)),
        exits_scanned=float(rng.choice([0.0, 0.3, 0.8, 0.97])),
        refused=float(rng.uniform(0.002, 0.03)),
        seconds=bool(rng.random() < 0.75),
        devices=bool(rng.random() < 0.6),
        named_gates=bool(rng.random() < 0.8),
        listed=bool(rng.random() < 0.8),
        groups=float(rng.uniform(0.1, 0.7)),
        capacity=int(people * rng.uniform(0.9, 2)) if rng.random() < 0.5 else None,
    )
