from msgspec.structs import replace

from events_api.domain.impact.assess import Assessment, Run
from events_api.domain.impact.model import Hotel, Stands
from events_api.domain.impact.provenance import Node, nodes, trail
from tests.domain.impact.plain import values_of


def test_every_figure_is_a_node_with_its_inputs_before_it(run: Run, assessment: Assessment) -> None:
    found = nodes(run)
    places = {key: place for place, key in enumerate(found)}

    assert {key: found[key].value for key in assessment.central} == assessment.central
    assert all(places[name] < places[node.key] for node in found.values() for name in node.inputs)
    assert all(bool(node.inputs) == (node.origin == "formula") for node in found.values())
    assert found["lev_net_metro"] == Node(
        key="lev_net_metro", value=assessment.central["lev_net_metro"], unit="eur_per_eur", origin="formula",
        formula="AMP-IMPACT/1 §4.7 lev_net_metro", text="net_primary_impact / subsidy",
        inputs=("net_primary_impact", "subsidy"), label="lev_net_metro",
    )  # fmt: skip
    assert found["loc_artists"] == Node(
        key="loc_artists", value=0.15, unit="share", origin="parameter", label="loc", line="artists"
    )
    assert found["revenue_ticketing"] == Node(
        key="revenue_ticketing", value=820_000, unit="eur", origin="fact", label="revenue", line="ticketing"
    )


def test_a_figure_leads_back_to_facts_and_parameters(run: Run) -> None:
    steps = trail(nodes(run), "unique_C")

    assert [node.key for node in steps] == [
        "unique_C", "unique_visitors", "share_C", "attendances", "days_per_visitor", "attendances_raw", "att_factor",
    ]  # fmt: skip


def test_the_inputs_of_a_node_are_all_that_its_value_depends_on(run: Run) -> None:
    found = nodes(run)
    modes = {name: triple.mode for name, triple in run.parameters.items()}

    for name in ("spend_L", "crowd_P", "loc_staff", "multiplier"):
        moved = values_of(run.inputs, modes | {name: modes[name] * 0.9})
        for key, node in found.items():
            if name not in {one.key for one in trail(found, key)}:
                assert moved[key] == node.value


def test_hotel_and_stands_are_facts_too(run: Run) -> None:
    inputs = replace(
        run.inputs,
        hotel=Hotel(base_nights=1, capacity_nights=2),
        stands=Stands(local_to_visitors=3, outside_to_residents=4),
        in_kind={"metropole": 5.0},
    )

    found = nodes(replace(run, inputs=inputs))

    assert [(found[key].unit, found[key].label, found[key].line) for key in (
        "hotel_base_nights", "stands_local_to_visitors", "in_kind_metropole", "ef_tgv", "car_occupancy",
    )] == [
        ("nights", "hotel_base_nights", None), ("eur", "stands_local_to_visitors", None),
        ("eur", "in_kind", "metropole"), ("kg_co2e_per_km", "ef", "tgv"), ("people", "car_occupancy", None),
    ]  # fmt: skip
    assert "crowd_C" not in found
