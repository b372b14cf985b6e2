"""Whether a log of scans can be what happened at gates: checks that forged logs fail and real ones pass.

A check says what it measured, and the thresholds from which it asks for an explanation or is not believed: an officer
decides. Each has a size below which it says nothing, so that an event of forty people is not accused by
chance. Thresholds and the rate of false alarms are in docs/adr/0033-evidence-of-attendance.md. Digits (Benford's law)
are not looked at: times and ticket numbers of real events do not follow it.

Facts come in parts, one for each bucket of tickets (`gather`); what they say about tickets adds up, what they say about
time is put together (`together`) and judged once (`judge`). The order of the lines of a file is looked at per file.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events_api.domain.tickets.facts import IN, STANDINGS, UNTIMED, VERDICTS, Facts

CheckCode = Literal[
    "unknown_codes", "cancelled_tickets", "no_show", "stray_exits", "refused_scans",
    "event_days", "night", "gate_capacity", "turnover", "over_capacity",
    "bulk_entries", "paired_entries", "even_spacing", "even_counts", "flat_profile",
    "round_minutes", "frequent_second", "even_seconds", "gate_rotation",
    "copied_day", "copied_edition", "file_end", "file_order",
]  # fmt: skip
CheckVerdict = Literal["passes", "to_explain", "implausible", "not_tested"]
WORST: Final[tuple[CheckVerdict, ...]] = ("not_tested", "passes", "to_explain", "implausible")
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SECOND: Final = 1_000_000
DAY: Final = 86_400
QUARTER: Final = 900
ENTRIES_PER_QUARTER: Final = 1_200
"""People through one gate in 15 minutes that nobody exceeds without many lanes."""
SCANS_PER_DEVICE: Final = 600
"""Scans of one device in 15 minutes: one each 1.5 seconds, without a pause."""
_ACCEPTED: Final = VERDICTS.index("accepted")
_ISSUED: Final = (STANDINGS.index("issued"), STANDINGS.index("blocked"))
_VOID: Final = (STANDINGS.index("cancelled"), STANDINGS.index("refunded"))
_LONGEST_HOURS: Final = 200_000
_RANKED: Final = 20_000
"""Of more entries of a day only each second, third, … is ranked against the list of tickets."""
_PROFILES: Final = 30
"""Days and gates compared with one another, the largest first."""


class Limits(Struct, frozen=True):
    """From where a check asks for an explanation, from where it is not believed; `below` when low values are wrong."""

    explain: float
    implausible: float | None
    source: str
    below: bool = False

    def verdict(self, value: float) -> CheckVerdict:
        """What a value means."""
        sign = -1 if self.below else 1
        if self.implausible is not None and sign * value > sign * self.implausible:
            return "implausible"
        return "to_explain" if sign * value > sign * self.explain else "passes"


LIMITS: Final[dict[CheckCode, Limits]] = {
    "unknown_codes": Limits(0.02, 0.20, "AMP-IMPACT/1 §3.1"),
    "cancelled_tickets": Limits(0.01, 0.10, "AMP-IMPACT/1 §3.1"),
    "no_show": Limits(0.001, None, "AMP-IMPACT/1 §3.1, §3.2", below=True),
    "stray_exits": Limits(0.10, 0.40, "AMP-IMPACT/1 §3.1"),
    "refused_scans": Limits(0.0005, None, "AMP-IMPACT/1 §3.1", below=True),
    "event_days": Limits(0.005, 0.05, "AMP-IMPACT/1 §3.1"),
    "night": Limits(0.02, 0.06, "AMP-IMPACT/1 §3.1"),
    "gate_capacity": Limits(1.0, 2.0, "AMP-IMPACT/1 §3.1"),
    "turnover": Limits(5.0, 12.0, "AMP-IMPACT/1 §3.4, §3.5"),
    "over_capacity": Limits(1.25, 3.0, "AMP-IMPACT/1 §3.5"),
    "bulk_entries": Limits(0.02, 0.20, "Poisson"),
    "paired_entries": Limits(0.30, 0.80, "Poisson"),
    "even_spacing": Limits(0.20, 0.15, "Shinomoto, Shima, Tanji 2003", below=True),
    "even_counts": Limits(0.20, 0.10, "Fano 1947; von Neumann 1941", below=True),
    "flat_profile": Limits(0.25, 0.10, "Cox, Lewis 1966", below=True),
    "round_minutes": Limits(0.45, 0.60, "Wheat, Morrison 1990"),
    "frequent_second": Limits(0.10, 0.30, "Pearson 1900"),
    "even_seconds": Limits(0.40, 0.30, "Fisher 1936", below=True),
    "gate_rotation": Limits(0.30, 0.60, "Bartlett 1946"),
    "copied_day": Limits(0.30, 0.15, "Poisson", below=True),
    "copied_edition": Limits(0.30, 0.15, "Poisson", below=True),
    "file_end": Limits(0.005, None, "ADR 0033"),
    "file_order": Limits(0.50, 0.80, "Spearman 1904"),
}  # fmt: skip
CHECKS: Final[tuple[CheckCode, ...]] = tuple(LIMITS)


class Check(Struct, frozen=True, kw_only=True):
    """One check: what it found (`value`, None where there was too little to look at) and where.

    `gate` and `day` (days since 1970) say where the worst value was found, `cases` how many scans it rests on.
    """

    code: CheckCode
    verdict: CheckVerdict
    value: float | None = None
    explain: float
    implausible: float | None
    source: str
    cases: int = 0
    gate: int | None = None
    day: int | None = None


class Setting(Struct, frozen=True, kw_only=True):
    """What is known of the edition besides its scans; days are counted from 1970."""

    zone: str = "Europe/Paris"
    day_starts_at: dt.time = dt.time(5)
    first_day: int | None = None
    last_day: int | None = None
    authorised_capacity: int | None = None
    gate_capacity: dict[int, int] = {}
    """People whom a gate can let in during 15 minutes, where it is known."""


class FileOrder(Struct, frozen=True, kw_only=True):
    """The accepted, timed entries of one file in the order of its lines; `ticket_rank` is the place of their ticket in
    the list of tickets, where that came from another file (-1: not listed)."""

    at: Ints
    gate: Ints
    device: Ints
    ticket_rank: Ints | None = None


class Gathered(Struct, frozen=True, kw_only=True):
    """What some of the tickets of an edition say: sums, and their accepted passages as arrays."""

    listed: int = 0
    issued: int = 0
    issued_used: int = 0
    entries: int = 0
    unknown: int = 0
    void: int = 0
    exits: int = 0
    stray_exits: int = 0
    refused: int = 0
    first_of_day: Ints
    """The event day of the first entry of each ticket on each day, once for each person."""
    at: Ints
    """Seconds since 1970, UTC, of accepted passages."""
    gate: Ints
    device: Ints
    people: Ints
    inwards: NDArray[np.bool_]


def _nothing() -> Ints:
    return np.empty(0, np.int64)


def gather(scans: Facts, tickets: Facts, setting: Setting) -> Gathered:
    """Look at the facts of some tickets: all scans of each of them must be here."""
    scans = _by_ticket(scans)
    accepted = scans.take(np.flatnonzero(scans["verdict"] == _ACCEPTED))
    inwards = accepted["direction"] == IN
    high, low = accepted["high"], accepted["low"]
    at = accepted["at"]
    same = np.zeros(len(accepted), bool)
    if len(accepted):
        same[1:] = (high[1:] == high[:-1]) & (low[1:] == low[:-1])
    before_in = np.zeros(len(accepted), bool)
    before_in[1:] = same[1:] & inwards[:-1]
    timed = at != UNTIMED
    stray = ~inwards & ~before_in & timed

    listed = unknown = issued = issued_used = void = 0
    listed = len(tickets)
    if listed:
        names = np.sort(tickets["high"])
        used = _distinct(high[inwards])
        strange = used[names[np.minimum(np.searchsorted(names, used), listed - 1)] != used]
        if len(strange):
            spots = np.minimum(np.searchsorted(strange, high), len(strange) - 1)
            unknown = int(np.count_nonzero(inwards & (strange[spots] == high)))
        standing = tickets["standing"]
        good = np.isin(standing, _ISSUED)
        issued = int(tickets["quantity"][good].sum())
        if len(used):
            found = used[np.minimum(np.searchsorted(used, tickets["high"]), len(used) - 1)] == tickets["high"]
            issued_used = int(tickets["quantity"][good & found].sum())
            bad = np.sort(tickets["high"][np.isin(standing, _VOID)])
            if len(bad):
                spots = np.minimum(np.searchsorted(bad, high), len(bad) - 1)
                void = int(np.count_nonzero(inwards & (bad[spots] == high)))

    entered = np.flatnonzero(inwards & timed)
    days = event_days(at[entered] // SECOND, setting)
    fresh = np.ones(len(entered), bool)
    if len(entered):
        fresh[1:] = (high[entered[1:]] != high[entered[:-1]]) | (days[1:] != days[:-1])
    people = np.maximum(accepted["quantity"].astype(np.int64), 1)
    return Gathered(
        listed=listed,
        issued=issued,
        issued_used=issued_used,
        entries=int(np.count_nonzero(inwards)),
        unknown=unknown,
        void=void,
        exits=int(np.count_nonzero(~inwards & timed)),
        stray_exits=int(np.count_nonzero(stray)),
        refused=len(scans) - len(accepted),
        first_of_day=np.repeat(days[fresh], people[entered[fresh]]),
        at=at[timed] // SECOND,
        gate=accepted["gate"][timed].astype(np.int64),
        device=accepted["device"][timed].astype(np.int64),
        people=people[timed],
        inwards=inwards[timed],
    )


def _distinct(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The distinct values of a sorted array."""
    first = np.ones(len(values), bool)
    first[1:] = values[1:] != values[:-1]
    return values[first]


def _by_ticket(scans: Facts) -> Facts:
    """The scans by ticket, time and direction; facts mostly lie like this already."""
    high, at = scans["high"], scans["at"]
    ahead = (high[1:] > high[:-1]) | ((high[1:] == high[:-1]) & (at[1:] >= at[:-1]))
    if ahead.all():
        return scans
    return scans.take(np.lexsort((scans["direction"], at, scans["low"], high)))


def together(parts: Sequence[Gathered]) -> Gathered:
    """What all parts say."""
    arrays = {
        name: np.concatenate([getattr(part, name) for part in parts]) if parts else _nothing()
        for name in ("first_of_day", "at", "gate", "device", "people", "inwards")
    }
    sums = {
        name: sum(getattr(part, name) for part in parts)
        for name in ("listed", "issued", "issued_used", "entries", "unknown", "void", "exits", "stray_exits", "refused")
    }
    return Gathered(**arrays, **sums)  # type: ignore[arg-type]  # the names are those of the Struct


def local_seconds(at: Ints, zone: str) -> Ints:
    """What the clocks of the edition showed, as seconds since 1970."""
    if not len(at):
        return at
    hours = at // 3600
    first, last = int(hours.min()), int(hours.max())
    present = np.arange(first, last + 1) if last - first < _LONGEST_HOURS else np.unique(hours)
    clock = ZoneInfo(zone)
    offsets = np.array([_offset(int(hour) * 3600, clock) for hour in present], np.int64)
    spots = hours - first if len(present) == last - first + 1 else np.searchsorted(present, hours)
    return at + offsets[spots]


def _offset(instant: int, clock: ZoneInfo) -> int:
    offset = dt.datetime.fromtimestamp(instant, clock).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def event_days(at: Ints, setting: Setting) -> Ints:
    """The event day of each instant, counted from 1970."""
    starts = setting.day_starts_at.hour * 3600 + setting.day_starts_at.minute * 60
    return (local_seconds(at, setting.zone) - starts) // DAY


# The checks -----------------------------------------------------------------------------------------------------------


class _Found(Struct):
    """The worst value of a check, and where."""

    value: float
    cases: int
    gate: int | None = None
    day: int | None = None


class _Entries:
    """The accepted entries in the order of time, and by gate: what the checks of time share."""

    def __init__(self, gathered: Gathered, setting: Setting) -> None:
        inwards = gathered.inwards
        order = np.argsort(gathered.at[inwards])
        self.at = gathered.at[inwards][order]
        self.gate = gathered.gate[inwards][order]
        self.device = gathered.device[inwards][order]
        self.people = gathered.people[inwards][order]
        self.local = local_seconds(self.at, setting.zone)
        starts = setting.day_starts_at.hour * 3600 + setting.day_starts_at.minute * 60
        self.day = (self.local - starts) // DAY
        # each event day with its rows
        self.days: list[tuple[int, Ints]] = []
        if len(self.day):
            cuts = np.flatnonzero(np.diff(self.day)) + 1
            self.days = [(int(self.day[rows[0]]), rows) for rows in np.split(np.arange(len(self.day)), cuts)]
        by_gate = np.argsort(self.gate.astype(np.uint16), kind="stable")
        cuts = np.flatnonzero(np.diff(self.gate[by_gate])) + 1
        # each gate with its rows in the order of time
        self.gates: list[tuple[int, Ints]] = (
            [(int(self.gate[rows[0]]), rows) for rows in np.split(by_gate, cuts)] if len(by_gate) else []
        )

    def fine(self, rows: Ints) -> bool:
        """Whether the seconds of these entries were written down."""
        return bool(np.mean(self.at[rows] % 60 == 0) <= 0.5) if len(rows) else False


def judge(
    gathered: Gathered, setting: Setting, others: Sequence[Ints] = (), files: Sequence[FileOrder] = ()
) -> list[Check]:
    """Every check, in a fixed order. `others` are the profiles of days of other editions (`profile`)."""
    entries = _Entries(gathered, setting)
    profiles = _profiles(entries)
    found: dict[CheckCode, _Found | None] = {
        "unknown_codes": _share(gathered.unknown, gathered.entries, least=30) if gathered.listed >= 30 else None,
        "cancelled_tickets": _share(gathered.void, gathered.entries, least=50) if gathered.listed >= 50 else None,
        "no_show": _share(gathered.issued - gathered.issued_used, gathered.issued, least=200)
        if gathered.issued_used
        else None,
        "stray_exits": _share(gathered.stray_exits, gathered.exits, least=50),
        "refused_scans": _share(gathered.refused, gathered.entries + gathered.refused, least=5000)
        if gathered.refused or gathered.exits
        else None,
        "event_days": _event_days(entries, setting),
        "night": _night(entries),
        "gate_capacity": _gate_capacity(entries, setting),
        "turnover": _turnover(gathered, setting),
        "over_capacity": _over_capacity(gathered, setting),
        "bulk_entries": _bulk_entries(entries),
        "paired_entries": _paired_entries(entries),
        "even_spacing": _even_spacing(entries),
        "even_counts": _even_counts(entries),
        "flat_profile": _flat_profile(entries),
        "round_minutes": _round_minutes(entries),
        "frequent_second": _frequent_second(entries),
        "even_seconds": _even_seconds(entries),
        "gate_rotation": _gate_rotation(entries),
        "copied_day": _copied_day(profiles),
        "copied_edition": _copied_edition(profiles, others),
        "file_end": _worst(_file_end(file) for file in files),
        "file_order": _worst(_file_order(file, setting) for file in files),
    }
    return [_check(code, found[code]) for code in CHECKS]


def _check(code: CheckCode, found: _Found | None) -> Check:
    limits = LIMITS[code]
    return Check(
        code=code,
        verdict="not_tested" if found is None else limits.verdict(found.value),
        value=None if found is None else round(found.value, 6),
        explain=limits.explain,
        implausible=limits.implausible,
        source=limits.source,
        cases=0 if found is None else found.cases,
        gate=None if found is None else found.gate,
        day=None if found is None else found.day,
    )


def verdict_of(checks: Iterable[Check]) -> CheckVerdict:
    """The worst of all verdicts."""
    return max((check.verdict for check in checks), key=WORST.index, default="not_tested")


def _share(cases: int, of: int, *, least: int) -> _Found | None:
    return _Found(cases / of, of) if of >= least else None


def _worst(found: Iterable[_Found | None], *, below: bool = False) -> _Found | None:
    looked_at = [each for each in found if each is not None]
    if not looked_at:
        return None
    return (min if below else max)(looked_at, key=lambda each: each.value)


def _event_days(entries: _Entries, setting: Setting) -> _Found | None:
    if setting.first_day is None or setting.last_day is None:
        return None
    outside = (entries.day < setting.first_day) | (entries.day > setting.last_day)
    return _share(int(np.count_nonzero(outside)), len(outside), least=1)


def _night(entries: _Entries) -> _Found | None:
    clock = entries.local % DAY
    return _share(int(np.count_nonzero((clock >= 4 * 3600) & (clock < 6 * 3600))), len(clock), least=50)


def _gate_capacity(entries: _Entries, setting: Setting) -> _Found | None:
    """People per gate and quarter of an hour against what the gate, or its devices, can let in."""
    found = []
    for gate, rows in entries.gates:
        quarters, sizes = _runs(entries.at[rows] // QUARTER)
        spots = np.repeat(np.arange(len(quarters)), sizes)
        people = np.bincount(spots, weights=entries.people[rows])
        limit: Floats | float
        if gate in setting.gate_capacity:
            limit = float(setting.gate_capacity[gate])
        elif entries.device[rows].any():
            devices, numbers = np.unique(entries.device[rows], return_inverse=True)
            seen = np.zeros((len(quarters), len(devices)), bool)
            seen[spots, numbers] = True
            limit = np.maximum(SCANS_PER_DEVICE * seen.sum(axis=1), ENTRIES_PER_QUARTER)
        elif gate:
            limit = float(ENTRIES_PER_QUARTER)
        else:
            continue  # nobody wrote down at which gate, so nothing is known of how many there were
        filled = people / limit
        worst = int(np.argmax(filled))
        found.append(_Found(float(filled[worst]), len(rows), gate=gate))
    return _worst(found)


def _turnover(gathered: Gathered, setting: Setting) -> _Found | None:
    if setting.authorised_capacity is None or not len(gathered.first_of_day):
        return None
    days, counts = np.unique(gathered.first_of_day, return_counts=True)
    worst = int(np.argmax(counts))
    return _Found(float(counts[worst] / setting.authorised_capacity), int(counts[worst]), day=int(days[worst]))


def _over_capacity(gathered: Gathered, setting: Setting) -> _Found | None:
    """The most people inside on one day, where most exits were written down."""
    if setting.authorised_capacity is None or gathered.exits < max(50, gathered.entries // 2):
        return None
    order = np.lexsort((gathered.inwards, gathered.at))
    days = event_days(gathered.at[order], setting)
    steps = np.where(gathered.inwards, gathered.people, -gathered.people)[order]
    found = []
    for rows in np.split(np.arange(len(days)), np.flatnonzero(np.diff(days)) + 1):
        inside = np.cumsum(steps[rows])
        inside -= np.minimum(np.minimum.accumulate(inside), 0)
        found.append(_Found(float(inside.max() / setting.authorised_capacity), len(rows), day=int(days[rows[0]])))
    return _worst(found)


def _runs(cells: Ints) -> tuple[Ints, Ints]:
    """The distinct values of sorted cells and how often each stands there."""
    starts = np.concatenate(([0], np.flatnonzero(np.diff(cells)) + 1))
    return cells[starts], np.diff(np.concatenate((starts, [len(cells)])))


def _bulk_entries(entries: _Entries) -> _Found | None:
    """Entries in seconds (or minutes) that hold far more than the quarter of an hour around them explains."""
    inside = total = 0
    for _, rows in entries.gates:
        cell, base = (1, 5) if entries.fine(rows) else (60, 60)
        cells, counts = _runs(entries.at[rows] // cell)
        quarters = cells * cell // QUARTER
        _, sizes = _runs(quarters)
        per_quarter = np.add.reduceat(counts, np.concatenate(([0], np.cumsum(sizes)[:-1])))
        mean = np.repeat(per_quarter, sizes) * cell / QUARTER
        devices = max(1, len(np.unique(entries.device[rows])))
        limit = base * devices + 2 * mean + 6 * np.sqrt(mean)
        inside += int(counts[counts > limit].sum())
        total += len(rows)
    return _share(inside, total, least=30)


def _paired_entries(entries: _Entries) -> _Found | None:
    """The part of entries that share their second and gate with another, less what chance gives at their rate."""
    shared = expected = 0.0
    total = 0
    for _, rows in entries.gates:
        if not entries.fine(rows):
            continue
        _, counts = _runs(entries.at[rows])
        _, sizes = _runs(entries.at[rows] // QUARTER)
        shared += float(counts[counts > 1].sum())
        expected += float((sizes * -np.expm1(-sizes / QUARTER)).sum())
        total += len(rows)
    if total < 60:
        return None
    return _Found(max(0.0, (shared - expected) / max(1.0, total - expected)), total)


def _even_spacing(entries: _Entries) -> _Found | None:
    """Local variation of the gaps at a gate: 1 for arrivals by chance, 0 for a constant step, whatever the rate.

    Without seconds, of the gaps between minutes with entries, where these are rare enough.
    """
    found = []
    for gate, rows in entries.gates:
        fine = entries.fine(rows)
        gaps = np.diff(entries.at[rows] if fine else _runs(entries.at[rows] // 60)[0] * 60).astype(float)
        first, second = gaps[:-1], gaps[1:]
        longest = 600 if fine else 3600
        used = (first <= longest) & (second <= longest) & (first + second > 0)
        if not fine and used.any() and first[used].mean() < 120:
            continue
        if np.count_nonzero(used) >= 40:
            first, second = first[used], second[used]
            value = 3 * float(np.mean(((first - second) / (first + second)) ** 2))
            value *= 1 if fine else 2  # whole minutes even the gaps out by half
            found.append(_Found(value, len(first), gate=gate))
    return _worst(found, below=True)


def _even_counts(entries: _Entries) -> _Found | None:
    """Dispersion of the entries per minute at a gate, from successive differences: 1 by chance, 0 when constant."""
    found = []
    for gate, rows in entries.gates:
        if len(rows) < 100:
            continue
        minutes, counts = _runs(entries.at[rows] // 60)
        if len(minutes) < 30:
            continue
        follows = np.diff(minutes) == 1
        steps = np.diff(counts)[follows]
        # a step from or to an empty minute counts the square of the full one
        before_gap = np.concatenate((np.where(follows, 0, counts[:-1]), [counts[-1]]))
        after_gap = np.concatenate(([counts[0]], np.where(follows, 0, counts[1:])))
        squares = float((steps.astype(float) ** 2).sum() + (before_gap.astype(float) ** 2).sum())
        squares += float((after_gap.astype(float) ** 2).sum())
        found.append(_Found(squares / (2 * float(counts.sum())), len(rows), gate=gate))
    return _worst(found, below=True)


def _flat_profile(entries: _Entries) -> _Found | None:
    """How much the rate of entries varies over a day beyond chance: the upper end of its coefficient of variation."""
    found = []
    for day, rows in entries.days:
        quarters = entries.at[rows] // QUARTER
        counts = np.bincount(quarters - quarters[0])[1:-1] if len(rows) else _nothing()
        if len(counts) < 8 or counts.mean() < 5:
            continue
        mean, spread = float(counts.mean()), float(counts.var(ddof=1))
        doubt = spread * (2 / (len(counts) - 1)) ** 0.5
        value = max(0.0, (spread + doubt - mean) / mean**2) ** 0.5
        found.append(_Found(value, len(rows), day=day))
    return _worst(found, below=True)


def _round_minutes(entries: _Entries) -> _Found | None:
    """The part of minutes that are multiples of five, among the minutes with entries and among entries around them."""
    minutes, counts = _runs(entries.local // 60) if len(entries.local) else (_nothing(), _nothing())
    if len(minutes) < 12 or counts.sum() < 30:
        return None
    round_ones = minutes % 5 == 0
    share = float(round_ones.mean())
    reach = 4 * (0.16 / len(minutes)) ** 0.5
    value = share if share > 0.2 + reach else 0.2
    windows = (minutes + 2) // 5
    starts = np.concatenate(([0], np.flatnonzero(np.diff(windows)) + 1))
    around = np.add.reduceat(counts, starts)
    on_it = np.add.reduceat(np.where(round_ones, counts, 0), starts)
    enough = around >= 8
    if np.count_nonzero(enough) >= 12:
        value = max(value, float(np.median(on_it[enough] / around[enough])))
    return _Found(value, int(counts.sum()))


def _frequent_second(entries: _Entries) -> _Found | None:
    """The part of the most frequent second of the minute, :00 apart, which devices without seconds write."""
    seconds = np.bincount(entries.at % 60, minlength=60)[1:]
    return _share(int(seconds.max()), int(seconds.sum()), least=80)


def _even_seconds(entries: _Entries) -> _Found | None:
    """How the seconds of the minute are spread, against chance (chi-square over 58): near 0 they were dealt out."""
    seconds = np.bincount(entries.at % 60, minlength=60)[1:].astype(float)
    if seconds.sum() < 1200:
        return None
    mean = seconds.mean()
    return _Found(float(((seconds - mean) ** 2).sum() / mean / 58), int(seconds.sum()))


def _gate_rotation(entries: _Entries) -> _Found | None:
    """Whether the gates take turns: the same gate after as many entries as there are gates, never twice in a row."""
    gates = entries.gate
    if len(gates) < 80 or len(entries.gates) < 2:
        return None
    again = [float(np.mean(gates[lag:] == gates[:-lag])) for lag in range(1, min(25, len(entries.gates) + 1))]
    return _Found(max(again[1:]) - again[0] if len(again) > 1 else 0.0, len(gates))


_PHASES: Final = 6
"""Minutes are begun at each sixth of a minute, so that a copy is found at any offset."""


class _Profile(Struct):
    """The entries per minute of one day, at one gate or at all (None); the same with minutes that begin later."""

    counts: Floats
    gate: int | None
    day: int
    later: list[Floats] = []


def profile(at: Ints) -> Ints:
    """The entries per minute from the first to the last."""
    minutes = at // 60
    return np.bincount(minutes - minutes.min()) if len(at) else _nothing()


def _profiles(entries: _Entries) -> list[_Profile]:
    """The profiles of every day, and of every gate of it where there are several: the largest."""
    found: list[tuple[Ints, int | None, int]] = []
    for day, rows in entries.days:
        found.append((entries.at[rows], None, day))
        if 1 < len(entries.gates) <= _PROFILES:
            for gate, of_gate in entries.gates:
                first, last = np.searchsorted(of_gate, (rows[0], rows[-1] + 1))
                if 30 <= last - first < len(rows):
                    found.append((entries.at[of_gate[first:last]], gate, day))
    found = sorted((each for each in found if len(each[0]) >= 30), key=lambda each: -len(each[0]))[:_PROFILES]
    steps = [60 * phase // _PHASES for phase in range(1, _PHASES)]
    return [
        _Profile(profile(at).astype(float), gate, day, [profile(at - step).astype(float) for step in steps])
        for at, gate, day in found
    ]


def _copied_day(profiles: Sequence[_Profile]) -> _Found | None:
    """The least difference between two days, or two gates, at any offset: 1 by chance, 0 for a copy."""
    pairs = [
        (one, other)
        for rank, one in enumerate(profiles)
        for other in profiles[rank + 1 :]
        if (one.gate is None) == (other.gate is None) and (one.gate, one.day) != (other.gate, other.day)
    ]
    return _closest(pairs)


def _copied_edition(profiles: Sequence[_Profile], others: Sequence[Ints]) -> _Found | None:
    theirs = [_Profile(other.astype(float), None, 0) for other in others if other.sum() >= 30]
    return _closest([(one, other) for one in profiles if one.gate is None for other in theirs])


def _closest(pairs: Sequence[tuple[_Profile, _Profile]]) -> _Found | None:
    spectra: dict[int, NDArray[np.complex128]] = {}
    size = 1 << int(np.ceil(np.log2(max([2, *(len(one.counts) + len(other.counts) + 1 for one, other in pairs)]))))
    found = []
    for one, other in pairs:
        total = float(one.counts.sum() + other.counts.sum())
        if abs(one.counts.sum() - other.counts.sum()) > 0.5 * total:
            continue  # one holds three times as many as the other: no copy
        least = 1.0
        for counts in (one.counts, *one.later):
            for each in (counts, other.counts):
                if id(each) not in spectra:
                    spectra[id(each)] = np.fft.rfft(each, size)
            shared = np.fft.irfft(spectra[id(counts)] * spectra[id(other.counts)].conj(), size)
            shift = int(np.argmax(shared))
            squares = float((counts**2).sum() + (other.counts**2).sum())
            value = max(0.0, (squares - 2 * float(shared[shift])) / total)
            cells = _cells(counts, other.counts, shift if shift < size // 2 else shift - size)
            if value < least and cells >= (20 if value < 0.15 else 40):
                least = value
        found.append(_Found(least, int(total), gate=one.gate, day=one.day))
    return _worst(found, below=True)


def _cells(one: Floats, other: Floats, shift: int) -> float:
    """Over how many minutes two profiles are spread together."""
    first = min(0, shift)
    both = np.zeros(max(len(one), shift + len(other)) - first)
    both[-first : len(one) - first] += one
    both[shift - first : shift - first + len(other)] += other
    return float(both.sum() ** 2 / (both**2).sum())


def _file_end(file: FileOrder) -> _Found | None:
    """The part of lines after the place where an orderly file starts over, with the gates and devices of the rest."""
    n = len(file.at)
    if n < 100:
        return None
    back = np.flatnonzero(np.diff(file.at) < -60)
    if len(back) > max(1, n // 100) or not len(back):
        # either in no order of time at all, or in order to the end
        return _tail_of_disorder(file, back, n)
    start = int(back[0]) + 1
    return _tail(file, start, n)


def _tail_of_disorder(file: FileOrder, back: Ints, n: int) -> _Found:
    """A file in order up to a place and in disorder from there on."""
    if len(back) and back[0] > 0.6 * n:
        return _tail(file, int(back[0]) + 1, n)
    return _Found(0.0, n)


def _tail(file: FileOrder, start: int, n: int) -> _Found:
    if start < 0.6 * n:
        return _Found(0.0, n)  # files of several gates or days one after the other look like this
    place = file.gate * 65_536 + file.device
    shared = np.isin(place[start:], place[:start]).mean()
    return _Found((n - start) / n if shared > 0.5 else 0.0, n)


def _file_order(file: FileOrder, setting: Setting) -> _Found | None:
    """How far tickets came in the order of their list, within days: Spearman's rank correlation, up or down."""
    if file.ticket_rank is None:
        return None
    known = file.ticket_rank >= 0
    at, rank = file.at[known], file.ticket_rank[known]
    days = event_days(at, setting)
    found = []
    for day in np.unique(days):
        rows = np.flatnonzero(days == day)
        if len(rows) >= 50:
            rows = rows[:: 1 + len(rows) // _RANKED]
            by_time = np.argsort(np.argsort(at[rows], kind="stable"))
            by_list = np.argsort(np.argsort(rank[rows], kind="stable"))
            found.append(_Found(abs(float(np.corrcoef(by_time, by_list)[0, 1])), len(rows), day=int(day)))
    return _worst(found)
