"""The worked examples of AMP-IMPACT/1 (survey_length_bias, crowd_density, capture_recapture, gate_sampling)."""

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.errors import DomainError
from events_api.domain.tickets.methods import (
    Answers,
    CaptureRecapture,
    CoverageOutOfOrder,
    Density,
    DensityNeedsPhoto,
    DwellTime,
    Estimate,
    Gate,
    GateSampling,
    ImpossibleDensity,
    Interval,
    MoreQuadratsThanArea,
    MoreSeenAgain,
    Share,
    Survey,
    TooFewInterviews,
    TooFewPeriods,
    TooFewQuadrats,
    TurnoverBelowOne,
    Zone,
    capture_recapture,
    compute,
    density,
    dwell_time,
    estimates,
    gate_sampling,
    incomplete_beta,
    student,
    survey,
    unmet,
)

INTERVIEWS = [("L", 1, 4), ("D", 1, 2), ("L", 2, 1), ("C", 2, 1), ("N", 2, 1), ("C", 3, 2), ("P", 3, 1)]
SURVEY = Survey(
    attendances=12_000, answers=[Answers(segment=name, days=days, interviews=n) for name, days, n in INTERVIEWS]
)
GRID = Density(
    zones=[
        Zone(
            name="front",
            area_m2=1200,
            sd_area_m2=60,
            quadrat_m2=10,
            counts=[31, 28, 35, 33, 26, 30, 34, 29],
            photo="drone, 21:40",
        ),
        Zone(
            name="middle",
            area_m2=4000,
            sd_area_m2=120,
            quadrat_m2=10,
            counts=[14, 18, 11, 16, 13, 20, 15, 12, 17, 14],
        ),
        Zone(
            name="back",
            area_m2=9000,
            sd_area_m2=300,
            quadrat_m2=10,
            counts=[4, 6, 2, 7, 3, 5, 8, 1, 4, 6, 3, 5],
        ),
    ],
    turnover=1.8,
    se_turnover=0.15,
)
GATES = GateSampling(
    gates=[
        Gate(name="north", counts=[52, 88, 140, 131, 75, 30]),
        Gate(name="south", counts=[20, 35, 61, 58, 33, 12]),
        Gate(name="beach", counts=[75, 120, 210, 190, 96, 41]),
        Gate(name="station", counts=[10, 22, 31, 35, 18, 9]),
    ],
    sampling_fraction=0.25,
)
TAGS = CaptureRecapture(tagged=800, seen=1000, seen_again=25, closed_population=True, tags_spread=True)


def the_same(value: object, printed: object) -> bool:
    """Whether two results agree to the digits that the examples print (1e-6)."""
    if isinstance(printed, float) and isinstance(value, float):
        return abs(value - printed) <= 1e-6 * abs(printed) + 1e-9
    if isinstance(printed, dict) and isinstance(value, dict):
        return value.keys() == printed.keys() and all(the_same(value[key], printed[key]) for key in printed)
    if isinstance(printed, list) and isinstance(value, list):
        return len(value) == len(printed) and all(map(the_same, value, printed))
    return value == printed


def test_a_survey_corrects_for_those_who_come_often() -> None:
    printed = {
        "interviews": 12,
        "mean_days": 1.41176470588,
        "se_mean_days": 0.178814257802,
        "naive_mean_days": 1.75,
        "unique_visitors": 8500.0,
        "se_unique": 1076.61084385,
        "unique_naive": 6857.14285714,
        "interval": {"low": 8500 - 2.20098516008 * 1076.61084385, "high": 8500 + 2.20098516008 * 1076.61084385},
        "effective_interviews": 10.2,
        "shares": [
            {"segment": "L", "of_interviews": 0.416666666667, "of_people": 0.529411764706},
            {"segment": "D", "of_interviews": 0.166666666667, "of_people": 0.235294117647},
            {"segment": "C", "of_interviews": 0.25, "of_people": 0.137254901961},
            {"segment": "N", "of_interviews": 0.0833333333333, "of_people": 0.0588235294118},
            {"segment": "P", "of_interviews": 0.0833333333333, "of_people": 0.0392156862745},
        ],
    }
    result = msgspec.to_builtins(survey(SURVEY))

    assert the_same(result, printed), result


def test_a_survey_drawn_from_the_buyers_counts_each_person_once() -> None:
    result = survey(msgspec.structs.replace(SURVEY, frame="buyers_file"))

    assert (result.mean_days, result.unique_visitors, result.effective_interviews) == (1.75, 12_000 / 1.75, 12.0)
    assert [share.of_people for share in result.shares] == [share.of_interviews for share in result.shares]


def test_people_are_never_more_than_attendances() -> None:
    wild = Survey(attendances=100, answers=[Answers(segment="L", days=1, interviews=3), Answers(segment="L", days=9)])

    assert survey(wild).interval.high == 100.0
    assert survey(wild).interval.low >= 0.0


def test_a_grid_gives_the_peak_and_with_the_turnover_the_whole_event() -> None:
    printed = {
        "zones": [
            {"name": "front", "density_p_m2": 3.075, "estimate": 3690.0, "se": 224.143369297},
            {"name": "middle", "density_p_m2": 1.5, "estimate": 6000.0, "se": 392.088425401},
            {"name": "back", "density_p_m2": 0.45, "estimate": 4050.0, "se": 550.262334131},
        ],
        "peak": 13740.0,
        "se": 711.872333847,
        "degrees_of_freedom": 19.7200836848,
        "t975": 2.0878632386,
        "interval": {"low": 12253.7079236, "high": 15226.2920764},
        "relative_half_width": 0.108172640205,
        "cumulative": 24732.0,
        "se_cumulative": (1.8**2 * 711.872333847**2 + 13740.0**2 * 0.15**2) ** 0.5,
        "cumulative_interval": {"low": 19665.0563369, "high": 29798.9436631},
    }
    result = msgspec.to_builtins(density(GRID))

    assert the_same(result, printed), result


def test_equal_counts_leave_only_the_doubt_about_the_area() -> None:
    even = Density(zones=[Zone(name="quay", area_m2=100, sd_area_m2=10, quadrat_m2=10, counts=[20, 20, 20])])

    result = density(even)

    assert (result.peak, result.se, result.degrees_of_freedom) == (200.0, 20.0, None)
    assert result.cumulative_interval is None


def test_a_grid_that_covers_its_zone_has_no_sampling_error() -> None:
    whole = Density(zones=[Zone(name="quay", area_m2=20, quadrat_m2=10, counts=[20, 30])])

    assert density(whole).interval == Interval(50.0, 50.0)


def test_tags_seen_again_give_a_lognormal_interval() -> None:
    result = msgspec.to_builtins(capture_recapture(TAGS))

    printed = {
        "estimate": 30837.5,
        "se": 5761.44241922,
        "cv": 0.186832344361,
        "interval": {"low": 21554.3318379, "high": 44477.6005314},
        "conditions": [
            {"code": "tags_seen_again", "met": True},
            {"code": "closed_population", "met": True},
            {"code": "tags_spread", "met": True},
        ],
    }
    assert the_same(result, printed), result


def test_few_tags_seen_again_are_a_condition_that_does_not_hold() -> None:
    result = capture_recapture(CaptureRecapture(tagged=800, seen=1000, seen_again=19))

    assert unmet(result) == ["tags_seen_again", "closed_population", "tags_spread"]


def test_everybody_seen_again_leaves_no_doubt() -> None:
    everybody = CaptureRecapture(tagged=50, seen=80, seen_again=50)

    assert capture_recapture(everybody).interval == Interval(80.0, 80.0)


def test_gates_are_extended_from_their_sample_and_divided_by_what_passes_them() -> None:
    printed = {
        "at_gates": 6368.0,
        "se": 496.334564583,
        "interval": {"low": 5395.20212913, "high": 7340.79787087},
        "estimate": 7075.55555556,
        "coverage_range": {"low": 6703.15789474, "high": 7960.0},
        "outer_range": {"low": 5395.20212913 / 0.95, "high": 7340.79787087 / 0.8},
    }
    result = msgspec.to_builtins(gate_sampling(GATES))

    assert the_same(result, printed), result


def test_a_gate_that_was_counted_all_the_time_has_no_sampling_error() -> None:
    whole = msgspec.structs.replace(GATES, sampling_fraction=1.0)

    assert gate_sampling(whole).interval == Interval(1592.0, 1592.0)


def test_little_s_law_gives_the_mean_number_present() -> None:
    result = dwell_time(DwellTime(entries=6000, hours=8, mean_dwell_hours=2, se_dwell_hours=0.2))

    assert (result.mean_occupancy, result.se) == (1500.0, 150.0)
    assert (result.interval.low, result.interval.high) == pytest.approx((1206.005, 1793.995), abs=1e-3)


def test_a_result_becomes_figures_of_the_grade_of_its_method() -> None:
    asked = (SURVEY, GRID, TAGS, GATES, DwellTime(entries=10, hours=1, mean_dwell_hours=1))

    found = [[(figure.quantity, figure.grade) for figure in estimates(compute(each))] for each in asked]

    assert found == [
        [("unique_visitors", "C")],
        [("peak_occupancy", "D"), ("attendances", "D")],
        [("unique_visitors", "C")],
        [("entries_in", "C")],
        [],
    ]
    assert estimates(compute(GATES)) == [
        Estimate(
            quantity="entries_in",
            value=gate_sampling(GATES).estimate,
            interval=gate_sampling(GATES).outer_range,
            grade="C",
        )
    ]


def _zone(**values: Any) -> Density:
    return Density(zones=[Zone(**{"name": "quay", "area_m2": 100, "quadrat_m2": 10, "counts": [1, 2]} | values)])


@pytest.mark.parametrize(
    ("asked", "refusal", "field"),
    [
        (Survey(attendances=10, answers=[Answers(segment="L", days=1)]), TooFewInterviews, "answers"),
        (_zone(counts=[3]), TooFewQuadrats, "zones.0.counts"),
        (_zone(counts=[1] * 11), MoreQuadratsThanArea, "zones.0.quadrat_m2"),
        (_zone(counts=[1, 51], photo="seen"), ImpossibleDensity, "zones.0.counts"),
        (_zone(counts=[1, 31]), DensityNeedsPhoto, "zones.0.photo"),
        (msgspec.structs.replace(GRID, turnover=0.9), TurnoverBelowOne, "turnover"),
        (CaptureRecapture(tagged=5, seen=9, seen_again=6), MoreSeenAgain, "seen_again"),
        (
            GateSampling(gates=[Gate(name="north", counts=[1])], sampling_fraction=0.5),
            TooFewPeriods,
            "gates.0.counts",
        ),
        (msgspec.structs.replace(GATES, coverage_mid=0.99), CoverageOutOfOrder, "coverage_mid"),
    ],
)
def test_what_cannot_be_computed_is_refused_where_it_stands(asked: Any, refusal: type[DomainError], field: str) -> None:
    with pytest.raises(refusal) as caught:
        compute(asked)

    assert caught.value.field == field


def test_square_feet_taken_for_square_metres_are_refused() -> None:
    # "10 square feet" read as 0.76 m² still passes with a photograph; "2.5" read as 0.2 m² does not
    assert density(_zone(counts=[13, 14], photo="seen")).peak == 135.0
    with pytest.raises(ImpossibleDensity):
        compute(_zone(counts=[52, 50], photo="seen"))


@pytest.mark.parametrize(
    ("freedom", "printed"),
    [(1, 12.706204736), (2, 4.30265272991), (5, 2.57058183661), (19.7200836848, 2.0878632386), (30, 2.04227245630),
     (1e5, 1.95998770), (1e7, 1.95996422), (1e12, 1.95996398454)],
)  # fmt: skip
def test_the_quantiles_of_student(freedom: float, printed: float) -> None:
    assert math.isclose(student(0.975, freedom), printed, rel_tol=1e-8)
    assert student(0.025, freedom) == -student(0.975, freedom)


@given(st.floats(0.05, 500), st.floats(0.05, 500), st.floats(0.001, 0.999))
def test_the_incomplete_beta_function_mirrors_itself(a: float, b: float, x: float) -> None:
    value = incomplete_beta(a, b, x)

    assert 0 <= value <= 1 + 1e-12
    assert math.isclose(value + incomplete_beta(b, a, 1 - x), 1, rel_tol=1e-9)


def test_shares_of_segments_add_up() -> None:
    shares: list[Share] = survey(SURVEY).shares

    assert math.isclose(sum(share.of_people for share in shares), 1.0)
