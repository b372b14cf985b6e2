from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from events_api.domain.impact.assess import Run, assess
from events_api.domain.impact.laws import Survey, Triple
from events_api.domain.impact.levels import (
    Entry,
    EntryIncomplete,
    MoreFromOutside,
    Origins,
    Prepared,
    SupplierLineUnknown,
    SuppliersAboveExpense,
    missing,
    prepare,
)
from events_api.domain.impact.model import Hotel
from events_api.domain.impact.parameters import Override, ProfileUnknown
from events_api.importers.impact import first_parameters

EXPRESS = Entry(
    level="express", territory="amp", attendances=40_000, grade="A", nights=2.2, budget=1_800_000, subsidy=150_000,
    profile="festival_destination",
)  # fmt: skip
LINES: dict[str, Any] = {
    "revenue": {"ticketing": 60_000.0, "sub_metropole": 40_000.0},
    "expense": {"artists": 70_000.0, "rent": 30_000.0},
}
STANDARD = Entry(level="standard", territory="amp", attendances=9000, origin=Origins(known=400, outside=100), **LINES)
COMPLETE = Entry(
    level="complete", territory="amp", attendances=9000, grade="C", interval=(8000, 10_000),
    survey=Survey(shares={"D": 0.1, "C": 0.1, "N": 0.05, "P": 0.0}, effective_n=300),
    days_per_visitor=Triple(1.3, 1.4, 1.5), local_shares={"artists": 0.31, "rent": 1.0},
    hotel=Hotel(base_nights=100, capacity_nights=200), **LINES,
)  # fmt: skip


def run_of(prepared: Prepared) -> Run:
    return Run(
        inputs=prepared.inputs, parameters=prepared.parameters, survey=prepared.survey, status=prepared.status,
        seed=1, draws=2000,
    )  # fmt: skip


@pytest.mark.parametrize("entry", [EXPRESS, replace(STANDARD, overrides=(
    Override(key="loc_rent", low=0.9, mode=1, high=1, status="judged", reason="bailleur local"),
)), COMPLETE], ids=["express", "standard", "complete"])  # fmt: skip
def test_an_entry_of_each_level_can_be_assessed(entry: Entry) -> None:
    prepared = prepare(entry, first_parameters())

    found = assess(run_of(prepared))

    assert found.headline is not None
    assert missing(entry) == []


def test_express_fills_in_what_is_not_measured() -> None:
    prepared = prepare(EXPRESS, first_parameters())

    assert sum(prepared.inputs.revenue.values()) == pytest.approx(1_800_000)
    assert prepared.inputs.revenue["sub_metropole"] == 150_000
    assert prepared.inputs.revenue["ticketing"] == pytest.approx(0.365 * 1_800_000)
    assert prepared.inputs.expense == {"undivided": 1_800_000}
    assert prepared.parameters["nonlocal_share"] == Triple(0.40, 0.55, 0.70)
    assert prepared.parameters["nights_C"] == Triple(1.5, 2.2, 3.0)
    assert "share_C" not in prepared.parameters
    assert prepared.not_measured == (
        "revenue", "expense", "origin", "survey", "days_per_visitor", "local_shares", "hotel", "mobility", "in_kind",
    )  # fmt: skip


def test_the_people_from_outside_spread_as_their_profile_does() -> None:
    found = assess(replace(run_of(prepare(EXPRESS, first_parameters())), draws=20_000))

    assert found.central["share_L"] == pytest.approx(0.45)
    assert found.central["share_C"] == pytest.approx(0.55 * 13 / 48)


@pytest.mark.parametrize("subsidy", [0.0, 950_000.0, 1_800_000.0])
def test_whatever_the_subsidy_the_budget_stays_whole(subsidy: float) -> None:
    prepared = prepare(replace(EXPRESS, subsidy=subsidy), first_parameters())

    assert sum(prepared.inputs.revenue.values()) == pytest.approx(1_800_000)
    assert sum(prepared.inputs.expense.values()) == pytest.approx(1_800_000)


def test_postcodes_give_the_share_from_outside() -> None:
    entry = replace(
        STANDARD, overrides=(Override(key="loc_rent", low=1, mode=1, high=1, status="sourced", reason="x"),)
    )

    prepared = prepare(entry, first_parameters())

    share = prepared.parameters["nonlocal_share"]
    assert (share.low, share.mode, share.high) == pytest.approx((0.2067, 0.25, 0.2933), abs=1e-4)
    assert prepared.status["nonlocal_share"] == "sourced"
    with pytest.raises(MoreFromOutside):
        prepare(replace(entry, origin=Origins(known=4, outside=5)), first_parameters())


def test_what_was_measured_replaces_what_was_assumed() -> None:
    prepared = prepare(COMPLETE, first_parameters())

    assert prepared.parameters["loc_artists"] == Triple(0.31, 0.31, 0.31)
    assert prepared.parameters["days_per_visitor"] == Triple(1.3, 1.4, 1.5)
    assert prepared.parameters["att_factor"].low == pytest.approx(1 - 1.4148 / 9, abs=1e-4)
    assert {prepared.status[key] for key in ("loc_artists", "days_per_visitor", "share_C")} == {"sourced"}
    assert prepared.status["att_factor"] == "judged"
    assert prepared.not_measured == ("origin", "nights", "mobility", "in_kind")


def test_what_a_level_needs_is_named() -> None:
    assert missing(replace(COMPLETE, hotel=None, survey=None)) == ["survey", "hotel"]
    with pytest.raises(EntryIncomplete) as caught:
        prepare(replace(EXPRESS, nights=None), first_parameters())
    assert caught.value.params == {"level": "express", "missing": "nights"}
    with pytest.raises(ProfileUnknown):
        prepare(replace(EXPRESS, profile="cirque"), first_parameters())


def test_suppliers_replace_a_judged_share_as_far_as_their_invoices_go() -> None:
    shares = {"artists": 0.31, "rent": 1.0}
    bought = replace(
        STANDARD,
        local_shares=shares,
        suppliers={"artists": {"13001": 20_000.0, "75011": 15_000.0}, "rent": {"13001": 30_000.0}},
        local_postcodes=("13001",),
    )
    assumed = first_parameters().parameter("loc_artists")

    prepared = prepare(bought, first_parameters())

    rest = 0.5
    assert prepared.parameters["loc_artists"] == Triple(
        20 / 70 + rest * assumed.low, 20 / 70 + rest * assumed.mode, 20 / 70 + rest * assumed.high
    )
    assert prepared.status["loc_artists"] == "partial"
    assert prepared.parameters["loc_rent"] == Triple(1.0, 1.0, 1.0)
    assert prepared.status["loc_rent"] == "sourced"
    assert "local_shares" not in prepared.not_measured


def test_suppliers_do_for_the_local_shares_of_a_complete_entry() -> None:
    bought = {"artists": {"13001": 70_000.0}, "rent": {"FR": 30_000.0}}
    entry = replace(COMPLETE, local_shares=None, suppliers=bought, local_postcodes=("13001",))

    prepared = prepare(entry, first_parameters())

    assert missing(entry) == []
    assert (prepared.parameters["loc_artists"].mode, prepared.parameters["loc_rent"].mode) == (1.0, 0.0)


def test_purchases_fit_their_line_of_the_expense() -> None:
    for purchases, refusal in (
        ({"artists": {"13001": 70_000.02}}, SuppliersAboveExpense),
        ({"catering": {"13001": 1.0}}, SupplierLineUnknown),
    ):
        with pytest.raises(refusal) as refused:
            prepare(replace(STANDARD, suppliers=purchases, local_postcodes=()), first_parameters())
        assert refused.value.field == f"suppliers.{next(iter(purchases))}"


def test_an_entry_without_suppliers_keeps_the_bytes_it_always_had() -> None:
    content = msgspec.json.encode(STANDARD, order="sorted")

    assert b"suppliers" not in content
    assert b"local_postcodes" not in content
    assert msgspec.json.decode(content, type=Entry) == STANDARD


def test_a_budget_has_a_hundred_lines_at_most() -> None:
    many = {f"line{n}": 1.0 for n in range(5000)}

    with pytest.raises(msgspec.ValidationError, match="length <= 100"):
        msgspec.convert({"level": "standard", "territory": "amp", "revenue": many}, Entry)
