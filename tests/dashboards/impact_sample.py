"""The worked example of AMP-IMPACT/1 as the page of an assessment is given it, and what differs from it."""

from pathlib import Path

from msgspec.structs import replace

from dashboards.attendance.facts import Count
from dashboards.impact.facts import EditionOfEvent, Footprint, FundingLine, ImpactFacts, Observed, Visits
from events_api.domain.attendance import Grade
from events_api.domain.impact.assess import Run, assess
from events_api.domain.impact.lints import flags
from events_api.importers.impact import first_parameters, read_run

FILE = Path(__file__).parents[1] / "domain" / "impact" / "worked_examples.json"
NAMES = {
    "ticketing": "Billetterie",
    "bars_merch": "Bars et boutique",
    "sponsors": "Mécènes",
    "sub_metropole": "Métropole",
    "sub_commune": "Communes",
    "sub_departement": "Département",
    "sub_region": "Région",
    "sub_etat": "État",
    "sub_ue": "Union européenne",
}
VISITS = Visits(
    total=Count(
        dimension="edition", label=0, day=None, tickets_issued=30_000, tickets_cancelled=400, tickets_scanned=27_000,
        entries_in=42_000, attendances=38_000, unique_visitors=24_000,
    ),
    grade="A",
    simulated=True,
)  # fmt: skip
EDITIONS = (
    EditionOfEvent(
        id="e2022", year=2022, number=1, figures=(Observed(quantity="attendances", value=50_000, grade="E"),),
        subsidy_cents=10_000_000,
    ),
    EditionOfEvent(id="e2023", year=2023, number=2, subsidy_cents=12_000_000),
    EditionOfEvent(
        id="e2024", year=2024, number=3, figures=(Observed(quantity="attendances", value=32_000, grade="A"),),
        own_income_cents=40_000_000, footprint=Footprint(kg=22.4, net_euros=-3.2, nights=6_100.0, grade="E"),
    ),
    EditionOfEvent(
        id="e2025", year=2025, number=4, figures=(Observed(quantity="unique_visitors", value=21_000, grade="C"),),
        subsidy_cents=12_000_000, own_income_cents=44_000_000,
    ),
    EditionOfEvent(
        id="e2026", year=2026, number=5, simulated=True, subsidy_cents=15_000_000, own_income_cents=50_000_000,
        footprint=Footprint(kg=18.1, net_euros=20.8, nights=9_400.0, grade="A"),
        figures=(
            Observed(quantity="attendances", value=38_000, grade="A"),
            Observed(quantity="attendances", value=60_000, grade="E"),
        ),
    ),
)  # fmt: skip


def a_run(**inputs: object) -> Run:
    """The fictional festival, with other inputs where a test gives some."""
    run = read_run(FILE.read_bytes())
    return replace(run, draws=10_000, status=first_parameters().statuses, inputs=replace(run.inputs, **inputs))


def the_facts(run: Run, grade: Grade = "A", *, edition: str = "Festival d’essai 2026") -> ImpactFacts:
    """What the page is made from."""
    lines = [
        FundingLine(node=f"revenue_{key}", name=NAMES.get(key, key), euros=euros)
        for key, euros in run.inputs.revenue.items()
    ]
    lines += [
        FundingLine(node=f"in_kind_{key}", name=f"{key.capitalize()}, en nature", euros=euros, in_kind=True)
        for key, euros in (run.inputs.in_kind or {}).items()
    ]
    return ImpactFacts(
        edition=edition,
        territory="Aix-Marseille-Provence",
        grade=grade,
        assessment=assess(run),
        funding=tuple(lines),
        flags=tuple(flags(run)),
    )
