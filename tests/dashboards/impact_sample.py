"""The worked example of AMP-IMPACT/1 as the page of an assessment is given it, and what differs from it."""

from pathlib import Path

from msgspec.structs import replace

from dashboards.impact.facts import FundingLine, ImpactFacts
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
