"""The rules of figures and reports, without a database."""

import datetime as dt
import itertools
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.attendance import (
    COUNTS,
    GRADED,
    AttendanceReport,
    EditionFigure,
    FiguresInconsistent,
    GradeMissing,
    NotACount,
    TooManyDecimals,
    answered,
    missing_from,
)
from events_api.domain.errors import DomainError

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ID = UUID(int=1)


def a_figure(**values: Any) -> EditionFigure:
    usual = {
        "quantity": "attendances",
        "value": 100.0,
        "unit": "attendances",
        "grade": "E",
        "source_kind": "document",
        "source_document": "x",
    }
    return EditionFigure(id=ID, created_at=NOW, updated_at=NOW, edition_id=ID, stated_at=NOW, **usual | values)


def a_report(**values: Any) -> AttendanceReport:
    return AttendanceReport(id=ID, created_at=NOW, updated_at=NOW, edition_id=ID, organisation_id=ID, **values)


@pytest.mark.parametrize("quantity", sorted(GRADED))
def test_no_attendance_goes_without_its_grade(quantity: str) -> None:
    with pytest.raises(GradeMissing):
        a_figure(quantity=quantity, grade=None).check()


@pytest.mark.parametrize("quantity", ["participants", "exhibitors", "speakers", "authors", "budget", "other"])
def test_what_is_no_attendance_needs_no_grade(quantity: str) -> None:
    a_figure(quantity=quantity, grade=None, value=-1.5).check()


@given(st.floats(min_value=-1e15, max_value=1e15))
def test_a_kept_value_is_what_the_database_keeps(value: float) -> None:
    try:
        a_figure(quantity="other", value=value).check()
    except TooManyDecimals:
        assert round(value, 4) != value
    else:
        assert float(f"{value:.4f}") == value


@given(st.floats(min_value=-1e15, max_value=1e15))
def test_an_attendance_is_whole_and_never_negative(value: float) -> None:
    try:
        a_figure(value=value).check()
    except (NotACount, TooManyDecimals):
        assert value < 0 or value != int(value)
    else:
        assert value >= 0
        assert value == int(value)


@given(st.fixed_dictionaries({name: st.none() | st.integers(0, 50) for name in COUNTS}))
def test_a_report_never_counts_more_people_than_entries(counts: dict[str, int | None]) -> None:
    present = [counts[name] for name in ("unique_visitors", "attendances", "entries_in")]
    pairs = [(low, high) for low, high in itertools.pairwise(present) if None not in (low, high)]
    try:
        a_report(**counts, grade="E").check()
    except FiguresInconsistent:
        assert any(low > high for low, high in pairs)  # type: ignore[operator]
    else:
        assert all(low <= high for low, high in pairs)  # type: ignore[operator]


def test_a_report_says_what_is_missing() -> None:
    assert missing_from(a_report()) == ["attendances", "grade", "method"]
    assert missing_from(a_report(tickets_issued=0, grade="E")) == ["method"]
    assert answered(a_report(entries_in=1, grade="E", method="x")).missing == []


def test_a_draft_with_a_quantity_has_its_grade() -> None:
    with pytest.raises(DomainError) as refusal:
        a_report(tickets_issued=3).check()

    assert (refusal.value.code, refusal.value.field) == ("grade-missing", "grade")
