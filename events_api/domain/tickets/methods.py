"""Attendance without tickets: survey, density grid, capture-recapture, gate sampling and dwell time (AMP-IMPACT/1 §3.3,
§3.4, conventions of §15). Every estimate comes with its interval and with the conditions on which it stands."""

import math
from statistics import NormalDist, fmean, variance
from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta, Struct

from events_api.domain.attendance import Grade, Quantity
from events_api.domain.errors import DomainError
from events_api.domain.records import Line

Method = Literal["survey", "density", "capture-recapture", "gate-sampling", "dwell-time"]
METHODS: Final[tuple[Method, ...]] = ("survey", "density", "capture-recapture", "gate-sampling", "dwell-time")
Frame = Literal["on_site", "buyers_file"]
ConditionCode = Literal["closed_population", "tags_spread", "tags_seen_again"]

Z975: Final = NormalDist().inv_cdf(0.975)
DENSEST: Final = 5.0
"""People per square metre above which a count is an error, not a crowd (ATT-03)."""
DENSE: Final = 3.0
"""People per square metre above which a count needs a photograph (ATT-03)."""
LEAST_SEEN_AGAIN: Final = 20

_Count = Annotated[int, Meta(ge=0, le=100_000_000)]
_Some = Annotated[int, Meta(ge=1, le=100_000_000)]
_Tally = Annotated[int, Meta(ge=0, le=1_000_000)]
_Area = Annotated[float, Meta(ge=0.01, le=1e7)]
_Doubt = Annotated[float, Meta(ge=0, le=1e7)]
_Share = Annotated[float, Meta(ge=0.001, le=1)]
_Hours = Annotated[float, Meta(ge=0.01, le=1000)]
Days = Annotated[int, Meta(ge=1, le=366)]


class TooFewInterviews(DomainError):
    """A spread needs two answers at least."""


class TooFewQuadrats(DomainError):
    """A zone needs two counted quadrats at least."""


class MoreQuadratsThanArea(DomainError):
    """The quadrats that were counted cover more than their zone."""


class ImpossibleDensity(DomainError):
    """More than five people per square metre: square feet taken for square metres, or a wrong area (ATT-03)."""


class DensityNeedsPhoto(DomainError):
    """More than three people per square metre without a photograph (ATT-03)."""


class TurnoverBelowOne(DomainError):
    """Everybody who was there came at least once."""


class MoreSeenAgain(DomainError):
    """More people seen again than were tagged, or than were looked at."""


class TooFewPeriods(DomainError):
    """A gate needs two counted periods at least."""


class CoverageOutOfOrder(DomainError):
    """The share of arrivals that pass the gates: lowest, usual, highest, in this order."""


class _Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a method is given."""

    method: ClassVar[Method]


class Answers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Interviews with the same answers: the segment of the people, the days that they attend, how many they are."""

    segment: Line
    days: Days
    interviews: Annotated[int, Meta(ge=1, le=100_000)] = 1


class Survey(_Asked, frozen=True, kw_only=True):
    """Interviews, and the attendances that they turn into people."""

    method: ClassVar[Method] = "survey"

    attendances: _Some
    frame: Frame = "on_site"
    answers: Annotated[list[Answers], Meta(min_length=1, max_length=5000)]


class Zone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A zone of the site: its area, and how many people stood in each counted quadrat of it."""

    name: Line
    area_m2: _Area
    sd_area_m2: _Doubt = 0.0
    quadrat_m2: _Area
    counts: Annotated[list[_Tally], Meta(min_length=1, max_length=5000)]
    photo: Line | None = None


class Density(_Asked, frozen=True, kw_only=True):
    """Counts in quadrats at the peak, by zone; with the turnover, the attendance of the whole event."""

    method: ClassVar[Method] = "density"

    zones: Annotated[list[Zone], Meta(min_length=1, max_length=100)]
    turnover: Annotated[float, Meta(gt=0, le=100)] | None = None
    se_turnover: Annotated[float, Meta(ge=0, le=100)] = 0.0


class CaptureRecapture(_Asked, frozen=True, kw_only=True):
    """People tagged, people looked at later, and how many of these wore the tag."""

    method: ClassVar[Method] = "capture-recapture"

    tagged: _Some
    seen: _Some
    seen_again: _Count
    closed_population: bool = False
    tags_spread: bool = False


class Gate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gate and its counts, one for each sampled period, in the order of time."""

    name: Line
    counts: Annotated[list[_Tally], Meta(min_length=1, max_length=5000)]


class GateSampling(_Asked, frozen=True, kw_only=True):
    """Counts of a fixed part of each hour at every gate."""

    method: ClassVar[Method] = "gate-sampling"

    gates: Annotated[list[Gate], Meta(min_length=1, max_length=200)]
    sampling_fraction: _Share
    coverage_low: _Share = 0.8
    coverage_mid: _Share = 0.9
    coverage_high: _Share = 0.95


class DwellTime(_Asked, frozen=True, kw_only=True):
    """Entries over a time and the mean stay: Little's law gives the mean number of people present."""

    method: ClassVar[Method] = "dwell-time"

    entries: _Some
    hours: _Hours
    mean_dwell_hours: _Hours
    se_dwell_hours: Annotated[float, Meta(ge=0, le=1000)] = 0.0


Asked = Survey | Density | CaptureRecapture | GateSampling | DwellTime
ASKED: Final[dict[Method, type[Asked]]] = {
    "survey": Survey,
    "density": Density,
    "capture-recapture": CaptureRecapture,
    "gate-sampling": GateSampling,
    "dwell-time": DwellTime,
}


class Interval(Struct, frozen=True):
    """The 95 % confidence interval of a value."""

    low: float
    high: float


class Condition(Struct, frozen=True):
    """Something without which the estimate means nothing, and whether it holds."""

    code: ConditionCode
    met: bool


class Estimate(Struct, frozen=True, kw_only=True):
    """A value for one quantity, with the interval that it is stated with."""

    quantity: Quantity
    value: float
    interval: Interval
    grade: Grade


class Share(Struct, frozen=True, kw_only=True):
    """The part of a segment: of the interviews, and of the people."""

    segment: str
    of_interviews: float
    of_people: float


class SurveyResult(Struct, frozen=True, kw_only=True):
    """Days per visitor and the people behind the attendances, with and without the correction of length bias."""

    interviews: int
    mean_days: float
    se_mean_days: float
    naive_mean_days: float
    unique_visitors: float
    se_unique: float
    unique_naive: float
    interval: Interval
    effective_interviews: float
    shares: list[Share]


class ZoneResult(Struct, frozen=True, kw_only=True):
    """The people in one zone."""

    name: str
    density_p_m2: float
    estimate: float
    se: float


class DensityResult(Struct, frozen=True, kw_only=True):
    """The people at the peak, by zone and together, and over the whole event where the turnover is known."""

    zones: list[ZoneResult]
    peak: float
    se: float
    degrees_of_freedom: float | None
    t975: float
    interval: Interval
    relative_half_width: float | None
    cumulative: float | None
    se_cumulative: float | None
    cumulative_interval: Interval | None


class CaptureRecaptureResult(Struct, frozen=True, kw_only=True):
    """Chapman's estimate with its log-normal interval."""

    estimate: float
    se: float
    cv: float
    interval: Interval
    conditions: list[Condition]


class GateSamplingResult(Struct, frozen=True, kw_only=True):
    """The people who passed the gates, and with those who did not, all."""

    at_gates: float
    se: float
    interval: Interval
    estimate: float
    coverage_range: Interval
    outer_range: Interval
    """From the lower end of the interval at the widest coverage to the upper end at the narrowest."""


class DwellTimeResult(Struct, frozen=True, kw_only=True):
    """The mean number of people present: modelled, not counted."""

    mean_occupancy: float
    se: float
    interval: Interval


Result = SurveyResult | DensityResult | CaptureRecaptureResult | GateSamplingResult | DwellTimeResult


def survey(asked: Survey) -> SurveyResult:
    """People from attendances: who comes on more days is met more often, so an interview on site weighs 1/days."""
    n = sum(row.interviews for row in asked.answers)
    if n < 2:
        raise TooFewInterviews(field="answers", least=2)
    weighted = asked.frame == "on_site"
    total = math.fsum(row.interviews / row.days for row in asked.answers) if weighted else float(n)
    squares = math.fsum(row.interviews / row.days**2 for row in asked.answers) if weighted else float(n)
    naive = math.fsum(row.interviews * row.days for row in asked.answers) / n
    if weighted:
        mean = n / total
        se_mean = mean**2 * _spread([(1 / row.days, row.interviews) for row in asked.answers]) / math.sqrt(n)
    else:
        mean = naive
        se_mean = _spread([(float(row.days), row.interviews) for row in asked.answers]) / math.sqrt(n)
    unique = asked.attendances / mean
    se = unique * se_mean / mean
    reach = student(0.975, n - 1) * se
    met: dict[str, int] = {}
    people: dict[str, float] = {}
    for row in asked.answers:
        met[row.segment] = met.get(row.segment, 0) + row.interviews
        weight = row.interviews / row.days if weighted else float(row.interviews)
        people[row.segment] = people.get(row.segment, 0.0) + weight
    shares = [
        Share(segment=segment, of_interviews=met[segment] / n, of_people=people[segment] / total) for segment in met
    ]
    return SurveyResult(
        interviews=n,
        mean_days=mean,
        se_mean_days=se_mean,
        naive_mean_days=naive,
        unique_visitors=unique,
        se_unique=se,
        unique_naive=asked.attendances / naive,
        interval=Interval(max(0.0, unique - reach), min(float(asked.attendances), unique + reach)),
        effective_interviews=total**2 / squares,
        shares=shares,
    )


def _spread(values: list[tuple[float, int]]) -> float:
    """The standard deviation (n − 1) of values that occur several times."""
    n = sum(times for _, times in values)
    mean = math.fsum(value * times for value, times in values) / n
    return math.sqrt(math.fsum((value - mean) ** 2 * times for value, times in values) / (n - 1))


def density(asked: Density) -> DensityResult:
    """The people at the peak: the mean density of each zone times its area, its quadrats drawn without replacement."""
    if asked.turnover is not None and asked.turnover < 1:
        raise TurnoverBelowOne(field="turnover")
    zones, parts = [], []
    for rank, zone in enumerate(asked.zones):
        _check_zone(zone, f"zones.{rank}")
        densities = [count / zone.quadrat_m2 for count in zone.counts]
        n, mean = len(densities), fmean(densities)
        drawn = n * zone.quadrat_m2 / zone.area_m2
        sampling = zone.area_m2**2 * variance(densities) / n * (1 - drawn)
        area = mean**2 * zone.sd_area_m2**2
        parts.append((sampling, area, n))
        zones.append(
            ZoneResult(name=zone.name, density_p_m2=mean, estimate=zone.area_m2 * mean, se=math.sqrt(sampling + area))
        )
    peak = math.fsum(zone.estimate for zone in zones)
    spread = math.fsum(sampling + area for sampling, area, _ in parts)
    sampled = math.fsum(sampling for sampling, _, _ in parts)
    lost = math.fsum(sampling**2 / (n - 1) for sampling, _, n in parts)
    freedom = sampled**2 / lost if lost > 0 else None
    t975 = Z975 if freedom is None else student(0.975, freedom)
    se = math.sqrt(spread)
    cumulative = se_cumulative = None
    if asked.turnover is not None:
        cumulative = peak * asked.turnover
        se_cumulative = math.sqrt(asked.turnover**2 * spread + peak**2 * asked.se_turnover**2)
    return DensityResult(
        zones=zones,
        peak=peak,
        se=se,
        degrees_of_freedom=freedom,
        t975=t975,
        interval=_around(peak, t975 * se),
        relative_half_width=t975 * se / peak if peak else None,
        cumulative=cumulative,
        se_cumulative=se_cumulative,
        cumulative_interval=None
        if cumulative is None or se_cumulative is None
        else _around(cumulative, t975 * se_cumulative),
    )


def _check_zone(zone: Zone, where: str) -> None:
    if len(zone.counts) < 2:
        raise TooFewQuadrats(field=f"{where}.counts", least=2)
    if len(zone.counts) * zone.quadrat_m2 > zone.area_m2:
        raise MoreQuadratsThanArea(field=f"{where}.quadrat_m2")
    highest = max(zone.counts) / zone.quadrat_m2
    check_density(highest, photographed=zone.photo is not None, field=where)


def check_density(highest: float, *, photographed: bool, field: str) -> None:
    """Refuse what no crowd reaches, and without a photograph what few do (ATT-03)."""
    if highest > DENSEST:
        raise ImpossibleDensity(field=f"{field}.counts", density=round(highest, 2), most=DENSEST)
    if highest > DENSE and not photographed:
        raise DensityNeedsPhoto(field=f"{field}.photo", density=round(highest, 2), most=DENSE)


def capture_recapture(asked: CaptureRecapture) -> CaptureRecaptureResult:
    """Chapman's estimate; the interval is log-normal around the people who were never met."""
    tagged, seen, again = asked.tagged, asked.seen, asked.seen_again
    if again > min(tagged, seen):
        raise MoreSeenAgain(field="seen_again", most=min(tagged, seen))
    estimate = (tagged + 1) * (seen + 1) / (again + 1) - 1
    spread = (tagged + 1) * (seen + 1) * (tagged - again) * (seen - again) / ((again + 1) ** 2 * (again + 2))
    met = tagged + seen - again
    unmet = estimate - met
    interval = Interval(float(met), float(met))
    if unmet > 0:
        factor = math.exp(Z975 * math.sqrt(math.log1p(spread / unmet**2)))
        interval = Interval(met + unmet / factor, met + unmet * factor)
    return CaptureRecaptureResult(
        estimate=estimate,
        se=math.sqrt(spread),
        cv=math.sqrt(spread) / estimate,
        interval=interval,
        conditions=[
            Condition("tags_seen_again", again >= LEAST_SEEN_AGAIN),
            Condition("closed_population", asked.closed_population),
            Condition("tags_spread", asked.tags_spread),
        ],
    )


def gate_sampling(asked: GateSampling) -> GateSamplingResult:
    """A systematic sample of each gate; the spread from the differences between counts that follow each other."""
    if not asked.coverage_low <= asked.coverage_mid <= asked.coverage_high:
        raise CoverageOutOfOrder(field="coverage_mid")
    fraction = asked.sampling_fraction
    parts = []
    for rank, gate in enumerate(asked.gates):
        n = len(gate.counts)
        if n < 2:
            raise TooFewPeriods(field=f"gates.{rank}.counts", least=2)
        steps = sum((b - a) ** 2 for a, b in zip(gate.counts, gate.counts[1:], strict=False))
        parts.append((1 - fraction) / fraction**2 * n * steps / (2 * (n - 1)))
    total = sum(sum(gate.counts) for gate in asked.gates) / fraction
    se = math.sqrt(math.fsum(parts))
    interval = _around(total, Z975 * se)
    return GateSamplingResult(
        at_gates=total,
        se=se,
        interval=interval,
        estimate=total / asked.coverage_mid,
        coverage_range=Interval(total / asked.coverage_high, total / asked.coverage_low),
        outer_range=Interval(interval.low / asked.coverage_high, interval.high / asked.coverage_low),
    )


def dwell_time(asked: DwellTime) -> DwellTimeResult:
    """Little's law: mean number present = arrivals per hour × mean stay."""
    rate = asked.entries / asked.hours
    mean, se = rate * asked.mean_dwell_hours, rate * asked.se_dwell_hours
    return DwellTimeResult(mean_occupancy=mean, se=se, interval=_around(mean, Z975 * se))


def compute(asked: Asked) -> Result:
    """The result of the method that was asked for."""
    match asked:
        case Survey():
            return survey(asked)
        case Density():
            return density(asked)
        case CaptureRecapture():
            return capture_recapture(asked)
        case GateSampling():
            return gate_sampling(asked)
        case DwellTime():
            return dwell_time(asked)


def estimates(result: Result) -> list[Estimate]:
    """The figures that a result may become; a mean number present is modelled and becomes none."""
    match result:
        case SurveyResult():
            return [_estimate("unique_visitors", result.unique_visitors, result.interval, "C")]
        case DensityResult():
            found = [_estimate("peak_occupancy", result.peak, result.interval, "D")]
            if result.cumulative is not None and result.cumulative_interval is not None:
                found.append(_estimate("attendances", result.cumulative, result.cumulative_interval, "D"))
            return found
        case CaptureRecaptureResult():
            return [_estimate("unique_visitors", result.estimate, result.interval, "C")]
        case GateSamplingResult():
            return [_estimate("entries_in", result.estimate, result.outer_range, "C")]
        case DwellTimeResult():
            return []


def unmet(result: Result) -> list[ConditionCode]:
    """The conditions of a result that do not hold."""
    conditions: list[Condition] = getattr(result, "conditions", [])
    return [condition.code for condition in conditions if not condition.met]


def _estimate(quantity: Quantity, value: float, interval: Interval, grade: Grade) -> Estimate:
    return Estimate(quantity=quantity, value=value, interval=interval, grade=grade)


def _around(value: float, reach: float) -> Interval:
    return Interval(max(0.0, value - reach), value + reach)


# Student's t: the standard library has none, and this is all that is needed of it


def student(probability: float, freedom: float) -> float:
    """The quantile of Student's t with any positive degrees of freedom, to twelve digits."""
    if probability < 0.5:
        return -student(1 - probability, freedom)
    if freedom > 1e6:  # the fraction loses its digits there; the next term is of the order of 1e-12
        z = NormalDist().inv_cdf(probability)
        return z + (z**3 + z) / (4 * freedom)
    low, high = 0.0, 1.0
    while _student_cdf(high, freedom) < probability:
        high *= 2
        if high > 1e15:
            return high
    while high - low > 1e-14 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _student_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _student_cdf(t: float, freedom: float) -> float:
    if t == 0:
        return 0.5
    return 1 - incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22, Lentz's method)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x) - math.log(a)
    )
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    fraction = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + term * d) or tiny)
            c = (1 + term / c) or tiny
            fraction *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return front * fraction
