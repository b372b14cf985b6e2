"""Declared figures against counted ones, and what accepted counts become."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from events_api.domain.errors import DomainError
from events_api.domain.tickets.evidence import (
    ChecksNotReady,
    Content,
    Counted,
    CountsChanged,
    DoubtsNeedNote,
    SimulatedFacts,
    SourceFile,
    Stated,
    check_decision,
    compare,
    factor,
    figures_of,
)
from events_api.domain.tickets.methods import Interval

SCANNED = Counted(
    tickets_issued=11_000,
    tickets_scanned=9_600,
    entries_in=18_000,
    exits=15_000,
    attendances=15_500,
    unique_visitors=9_500,
    reentries=2_500,
    peak_occupancy=4_900,
)
TICKETED = Counted(tickets_issued=8_000)


def stated(quantity: Any, value: float, grade: Any = "E", interval: Interval | None = None) -> Stated:
    return Stated(id=UUID(int=1), quantity=quantity, value=value, grade=grade, source="press", interval=interval)


def read(figure: Stated, counted: Counted = SCANNED, days: int | None = 3) -> tuple[str, list[str]]:
    (found,) = compare([figure], counted, days=days)
    return found.agreement, list(found.causes)


@pytest.mark.parametrize(
    ("grade", "mean", "spread"),
    [
        ("A", 0.999167, 0.002764),
        ("B", 0.918333, 0.024535),
        ("C", 1.0, 0.037796),
        ("D", 1.0, 0.094491),
        ("E", 0.783333, 0.093647),
        ("F", 0.741667, 0.122677),
    ],
)
def test_a_figure_is_read_as_its_grade_says(grade: Any, mean: float, spread: float) -> None:
    assert [round(part, 6) for part in factor(grade)] == [mean, spread]


@pytest.mark.parametrize(
    ("quantity", "value", "agreement", "causes"),
    [
        ("attendances", 15_500, "agrees", []),
        ("attendances", 19_800, "agrees", []),
        ("attendances", 18_100, "agrees", ["entries_as_attendances"]),
        ("attendances", 45_000, "contradicts", ["overlapping_sites", "part_not_scanned"]),
        ("attendances", 9_000, "contradicts", ["part_not_declared"]),
        ("unique_visitors", 15_400, "agrees", ["attendances_as_people"]),
        ("unique_visitors", 18_000, "agrees", ["entries_as_people"]),
        ("unique_visitors", 27_000, "contradicts", ["days_per_visitor"]),
        ("unique_visitors", 80_000, "contradicts", ["overlapping_sites", "part_not_scanned"]),
        ("attendance_as_printed", 11_000, "contradicts", ["tickets_as_attendances"]),
        ("tickets_issued", 13_900, "agrees", []),
        ("peak_occupancy", 30_000, "contradicts", ["overlapping_sites", "part_not_scanned"]),
    ],
)
def test_a_declared_figure_is_held_against_the_counted_one(
    quantity: str, value: float, agreement: str, causes: list[str]
) -> None:
    assert read(stated(quantity, value)) == (agreement, causes)


def test_at_an_event_of_one_day_days_are_not_taken_for_people() -> None:
    assert read(stated("unique_visitors", 27_000), days=1) == (
        "contradicts",
        ["overlapping_sites", "part_not_scanned"],
    )


def test_tickets_alone_are_read_with_the_factor_of_tickets() -> None:
    (found,) = compare([stated("attendances", 30_000)], TICKETED)

    assert (found.counted, found.counted_quantity, found.counted_grade) == (8_000, "tickets_issued", "B")
    assert round(found.counted_expected) == 7_347
    assert found.agreement == "contradicts"


def test_the_interval_of_a_method_is_what_counts() -> None:
    narrow, wide = Interval(9_900.0, 10_100.0), Interval(5_000.0, 15_000.0)

    assert read(stated("unique_visitors", 10_000, "C", narrow))[0] == "contradicts"
    assert read(stated("unique_visitors", 10_000, "C", wide))[0] == "agrees"


def test_what_is_not_an_attendance_or_not_counted_is_not_compared() -> None:
    no_peak = msgspec.structs.replace(SCANNED, peak_occupancy=None)

    assert compare([stated("budget", 5.0), stated("peak_occupancy", 5_000)], no_peak) == []
    assert compare([stated("attendances", 5.0)], Counted()) == []


def content(counted: Counted = SCANNED, **values: Any) -> Content:
    fields: dict[str, Any] = {
        "edition_id": UUID(int=2),
        "decision": "accepted",
        "revision": 3,
        "grade": counted.grade,
        "quantities": counted,
        "live": False,
        "files": [],
        "checks": [],
        "note": None,
    }
    return Content(**fields | values)


def test_counts_become_figures_of_the_grade_of_what_they_are() -> None:
    scanned = {quantity: (value, grade) for quantity, (value, grade, _) in figures_of(content()).items()}

    assert scanned == {
        "tickets_issued": (11_000, "B"),
        "entries_in": (18_000, "A"),
        "attendances": (15_500, "A"),
        "unique_visitors": (9_500, "A"),
        "reentries": (2_500, "A"),
        "peak_occupancy": (4_900, "A"),
    }
    assert list(figures_of(content(TICKETED))) == ["tickets_issued"]


SIMULATED = SourceFile(
    id=UUID(int=3),
    sha256="00",
    format="canonical",
    lines_accepted=1,
    lines_known=0,
    lines_refused=0,
    imported_at=None,
    simulated=True,
)


@pytest.mark.parametrize(
    ("kept", "asked", "refusal"),
    [
        (content(), {"expected": 2}, CountsChanged),
        (content(), {"checked": None}, ChecksNotReady),
        (content(), {"checked": 2}, ChecksNotReady),
        (content(), {"verdict": "to_explain"}, DoubtsNeedNote),
        (content(files=[SIMULATED]), {}, SimulatedFacts),
        (content(note="Explained."), {"verdict": "implausible"}, None),
        (content(files=[SIMULATED]), {"simulated": True}, None),
        (content(), {}, None),
    ],
)
def test_a_decision_is_about_the_counts_that_were_seen_and_checked(
    kept: Content, asked: dict[str, Any], refusal: type[DomainError] | None
) -> None:
    given: dict[str, Any] = {"expected": 3, "checked": 3, "verdict": "passes", "simulated": False} | asked

    if refusal is None:
        check_decision("accepted", kept, **given)
    else:
        with pytest.raises(refusal):
            check_decision("accepted", kept, **given)


def test_counts_are_refused_whatever_the_checks_say() -> None:
    check_decision(
        "refused", content(files=[SIMULATED]), expected=3, checked=None, verdict="implausible", simulated=False
    )
