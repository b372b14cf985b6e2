"""Facts read from a programme file: what the database will give, without a database."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from dashboards.annex import AnnexData
from dashboards.facts import (
    AttendanceFigure,
    Claim,
    Conflict,
    EditionFacts,
    Family,
    FilmShoots,
    OtherEvent,
    PrintedFact,
    RoadmapAction,
    Source,
    SupportLine,
    YearFacts,
)
from dashboards.measures import Text

SAMPLE = Path(__file__).with_name("programme_sample.json")
PACKAGED = Path(__file__).parents[2] / "events_api" / "importers" / "data" / "programme_2024.json"
ROADMAP = "Feuille de route des industries culturelles et créatives (001_246b7bc9db3a0a1b.txt)"
TERRITORY = "Métropole Aix-Marseille-Provence"
FACT_KEYS = ("speakers", "authors", "guest_of_honour")


def year_facts(path: Path = SAMPLE, year: int = 2024) -> YearFacts:
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    editions: list[EditionFacts] = []
    others: list[OtherEvent] = []
    for event in raw["events"]:
        known = [edition_facts(event, edition) for edition in event["editions"]]
        current = [edition for edition in known if edition.year == year]
        editions += current
        if not current:
            others.append(
                OtherEvent(
                    name=event["name"],
                    source=Source(event.get("source", ROADMAP)),
                    family=event.get("family"),
                    communes=(event["commune"],) if "commune" in event else (),
                    editions=tuple(known),
                    notes=notes(event),
                )
            )
    return YearFacts(
        year=year,
        territory=TERRITORY,
        families=tuple(Family(key=key, label=Text(raw["family_labels_fr"][key])) for key in raw["families"]),
        editions=tuple(editions),
        support=tuple(support_line(line) for line in raw["support_lines"]),
        film_shoots=tuple(
            FilmShoots(
                year=shoot["year"],
                source=Source(ROADMAP),
                productions=shoot.get("productions"),
                shooting_days=shoot.get("shooting_days"),
                declared_spend_cents=shoot["declared_spend_eur"] * 100,
            )
            for shoot in raw["film_shoots"]
        ),
        conflicts=(FACAMM,),
        roadmap=tuple(RoadmapAction(number=number, label=label) for number, label in raw["roadmap_actions"].items()),
        other_events=tuple(others),
        outside_presence=tuple(raw["outside_territory_presence"]["events"]),
        computed_at=datetime(2025, 1, 15, 9, 30, tzinfo=UTC),
    )


def edition_facts(event: dict[str, Any], edition: dict[str, Any]) -> EditionFacts:
    source = Source(event.get("source", ROADMAP))
    attendance = edition.get("attendance")
    return EditionFacts(
        id=f"{event['slug']}-{edition['year']}",
        event=event["name"],
        year=edition["year"],
        source=source,
        family=event.get("family"),
        number=edition.get("number"),
        organisers=(event["organiser"],) if "organiser" in event else (),
        funders=tuple(event.get("funders", ())),
        communes=(event["commune"],) if "commune" in event else (),
        venues=tuple(event.get("venues", ())),
        start=date.fromisoformat(edition["start"]) if "start" in edition else None,
        end=date.fromisoformat(edition["end"]) if "end" in edition else None,
        date_text=Text(edition.get("date_text", "")),
        attendances=(
            AttendanceFigure(
                value=attendance["value"],
                grade=attendance["grade"],
                unit=attendance["unit"],
                source=Source(source.document, f"{event['slug']}.editions[{edition['year']}].attendance"),
            ),
        )
        if attendance
        else (),
        facts=tuple(PrintedFact(name=key, value=edition[key], source=source) for key in FACT_KEYS if key in edition),
        roadmap_action=event.get("roadmap_action", ""),
        notes=notes(event) + notes(edition),
    )


def notes(holder: dict[str, Any]) -> tuple[Text, ...]:
    return (Text(en=holder["note"]),) if "note" in holder else ()


def support_line(line: dict[str, Any]) -> SupportLine:
    return SupportLine(
        beneficiary=line["beneficiary"],
        amount_cents=line["amount_eur"] * 100,
        source=Source(ROADMAP),
        years=tuple(line["years"]) if "years" in line else (line["year"],) if "year" in line else (),
        status="pending" if line.get("status") == "pending" else "recorded",
        projects=line.get("projects"),
        declared_spend_cents=line["declared_spend_eur"] * 100 if "declared_spend_eur" in line else None,
    )


FACAMM = Conflict(
    id="facamm-2025",
    subject="FACAMM 2025",
    quantity=Text("euros dépensés pour un euro de soutien", "euros spent for one euro of support"),
    claims=(
        Claim(
            statement=Text("64, levier annoncé", "64, announced leverage"),
            value=64,
            source=Source("002_3875a2e8166216d1.txt"),
        ),
        Claim(
            statement=Text("110, soit 55\u00a0M€ déclarés pour 0,5\u00a0M€", "110, that is 55 M€ declared for 0.5 M€"),
            value=110,
            source=Source("002_3875a2e8166216d1.txt"),
        ),
    ),
    question=Text(
        "À demander au bénéficiaire : la dépense locale, projet par projet.",
        "To ask the beneficiary: the local spending of each project.",
    ),
)


def annex_data(path: Path = SAMPLE) -> AnnexData:
    return AnnexData(
        facts=year_facts(path),
        version=1,
        frozen_at=datetime(2025, 1, 15, 9, 30, tzinfo=UTC),
        publisher=TERRITORY,
    )
