"""The rules of subsidies, without a database."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.subsidies import (
    Allocation,
    BudgetYear,
    Overpayment,
    PaymentBeforeDecision,
    SharesExceedAmount,
    Subsidy,
    SubsidyStepImpossible,
    answered,
    pay,
)

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.date(2024, 3, 20)
ID = UUID(int=1)


def a_subsidy(**values: Any) -> Subsidy:
    usual = {
        "organisation_id": ID,
        "title": "x",
        "years": [BudgetYear(year=2024)],
        "state": "decided",
        "granted_cents": 100_00,
        "decided_on": DAY,
    }
    return Subsidy(id=ID, created_at=NOW, updated_at=NOW, **usual | values)


@given(st.lists(st.integers(1, 60_00), max_size=8))
def test_payments_never_exceed_what_was_granted(amounts: list[int]) -> None:
    subsidy = a_subsidy()

    for amount in amounts:
        left = 100_00 - subsidy.paid_cents
        try:
            subsidy = pay(subsidy, amount, DAY)
        except Overpayment:
            assert amount > left

    assert subsidy.paid_cents <= 100_00
    assert answered(subsidy).left_cents == 100_00 - subsidy.paid_cents


@pytest.mark.parametrize("state", ["requested", "instructed", "refused", "closed", "withdrawn"])
def test_nothing_is_paid_before_the_decision_or_after_the_closing(state: str) -> None:
    with pytest.raises(SubsidyStepImpossible):
        pay(a_subsidy(state=state), 1, DAY)


def test_a_payment_is_not_older_than_its_decision() -> None:
    with pytest.raises(PaymentBeforeDecision):
        pay(a_subsidy(), 1, DAY - dt.timedelta(days=1))


def test_the_balance_may_be_paid_after_the_report() -> None:
    assert pay(a_subsidy(state="reported"), 1, DAY).state == "reported"
    assert pay(a_subsidy(state="agreement"), 1, DAY).state == "paying"


@given(st.lists(st.none() | st.integers(0, 80_00), min_size=1, max_size=5))
def test_shares_fit_in_the_amount(amounts: list[int | None]) -> None:
    parts = [Allocation(edition_id=UUID(int=number), amount_cents=amount) for number, amount in enumerate(amounts)]
    fits = sum(amount or 0 for amount in amounts) <= 100_00

    try:
        a_subsidy(allocations=parts).check()
    except SharesExceedAmount:
        assert not fits
    else:
        assert fits


def test_the_financial_report_is_due_six_months_after_the_last_year() -> None:
    years = [BudgetYear(year=2026), BudgetYear(year=2024)]

    assert answered(a_subsidy(years=years)).report_due_on == dt.date(2027, 6, 30)
