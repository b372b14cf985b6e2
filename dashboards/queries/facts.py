"""What the register knows of an edition and of a year, read in one snapshot."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

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
from dashboards.formats import number
from dashboards.measures import Text

TERRITORY: Final = "Métropole Aix-Marseille-Provence"
REGISTER: Final = Source("registre de la plateforme")
FILM_SHOOTS: Final = "film_shoots"
QUANTITY_TEXTS: Final = {
    "declared_leverage": Text("levier annoncé", "announced leverage"),
    "computed_leverage": Text(
        "levier calculé sur les montants déclarés", "leverage computed from the declared amounts"
    ),
}
LEVERAGE: Final = Text("euros dépensés pour un euro de soutien", "euros spent for one euro of support")

EDITIONS: Final = """
    select e.id as key, e.public_id::text as id, v.id as event_key, v.name as event, e.year,
           v.source_document as source, (select slug from family f where f.id = v.family_id) as family, e.number,
           array(select o.name from event_party p join organisation o on o.id = p.organisation_id
                  where p.event_id = v.id and p.role = 'organiser' order by p.position, o.id) as organisers,
           array(select o.name from event_party p join organisation o on o.id = p.organisation_id
                  where p.event_id = v.id and p.role = 'funder' order by p.position, o.id) as funders,
           array(select c.name from commune c
                  where c.insee = v.commune_insee or c.insee in (
                        select l.commune_insee from edition_place ep join place l on l.id = ep.place_id
                         where ep.edition_id = e.id)
                  order by c.insee is distinct from v.commune_insee, c.sort_key) as communes,
           array(select l.name from edition_place ep join place l on l.id = ep.place_id
                  where ep.edition_id = e.id order by ep.position, l.id) as venues,
           e.starts_on, e.ends_on, e.date_text_fr, e.date_text_en, e.status,
           e.guest_of_honour, v.description_fr, coalesce(v.description_en, v.note) as description_en,
           e.summary_fr, coalesce(e.summary_en, e.note) as summary_en,
           array(select a.code from event_action ea join roadmap_action a on a.id = ea.roadmap_action_id
                  where ea.event_id = v.id order by a.code) as actions
      from edition e join event v on v.id = e.event_id
     where e.retired_at is null and {condition}
     order by v.sort_key, e.year, e.number, e.id
"""
Audience = Literal["staff", "council", "public"]
"""Staff see everything, the public what was published; the annex of the council adds what a printed programme tells
and what was supported, and leaves out the drafts that nobody has seen."""
_SHOWN: Final = """
    ($2 = 'staff' or e.editorial_state = 'published' or $2 = 'council' and (v.source_document is not null or exists (
        select from subsidy_allocation a join subsidy s on s.id = a.subsidy_id
         where a.edition_id = e.id and s.retired_at is null
           and s.state in ('decided', 'agreement', 'paying', 'reported', 'closed'))))
"""
OF_YEAR: Final = EDITIONS.format(condition=f"e.year = $1 and {_SHOWN}")
OF_EVENT: Final = EDITIONS.format(
    condition="e.event_id = (select o.event_id from edition o where o.public_id = $1)"
    " and (e.public_id = $1 or e.editorial_state = 'published')"
)
OF_OTHER_EVENTS: Final = EDITIONS.format(condition=f"e.event_id = any($1) and {_SHOWN}")
FIGURES: Final = """
    select edition_id as key, quantity, value::float8 as value, unit, grade, source_document, source_line, source_field
      from edition_figure where edition_id = any($1) and retired_at is null order by edition_id, quantity, id
"""
SUBSIDIES: Final = """
    select s.title, o.name as organisation, s.granted_cents, s.requested_cents, s.printed_status, s.source_document,
           s.deliberation, s.state,
           array(select y.year from subsidy_year y where y.subsidy_id = s.id order by y.year) as years,
           array(select e.public_id::text from subsidy_allocation a join edition e on e.id = a.edition_id
                  where a.subsidy_id = s.id order by e.public_id) as edition_ids,
           (select a.amount_cents from subsidy_allocation a where a.subsidy_id = s.id and a.edition_id = $1) as part
      from subsidy s join organisation o on o.id = s.organisation_id
     where s.retired_at is null
       and (s.source_document is not null or s.state in ('decided', 'agreement', 'paying', 'reported', 'closed'))
       and ($1::bigint is null or exists (
            select from subsidy_allocation a where a.subsidy_id = s.id and a.edition_id = $1))
     order by o.sort_key, s.title, s.id
"""
PROGRAMME_FIGURES: Final = """
    select p.id as key, p.subject, p.year, p.quantity, p.value::float8 as value, p.unit, p.as_printed, p.note,
           p.source_document, p.source_line, p.source_field
      from programme_figure p where p.retired_at is null order by p.subject, p.year nulls last, p.quantity, p.id
"""
CONFLICTS: Final = """
    select public_id::text as id, first_id, second_id, explanation_fr, explanation_en
      from figure_conflict where retired_at is null order by id
"""
FAMILIES: Final = "select slug, name_fr, name_en from family where retired_at is null order by position, slug"
ACTIONS: Final = "select code, name_fr from roadmap_action where retired_at is null order by code"
OTHER_EVENTS: Final = """
    select v.id as key, v.name, v.source_document as source,
           (select slug from family f where f.id = v.family_id) as family,
           (select c.name from commune c where c.insee = v.commune_insee) as commune,
           v.description_fr, coalesce(v.description_en, v.note) as description_en,
           array(select o.name from event_party p join organisation o on o.id = p.organisation_id
                  where p.event_id = v.id and p.role = 'organiser' order by p.position, o.id) as organisers
      from event v
     where v.retired_at is null and not exists (
           select from edition e where e.event_id = v.id and e.retired_at is null and e.year = $1)
       and ($2 = 'staff' or $2 = 'council' and v.source_document is not null
            or exists (select from edition e where e.event_id = v.id and e.editorial_state = 'published'))
     order by v.sort_key, v.id
"""
MARK: Final = "select settled_mark()"


class EditionInput(Struct, frozen=True, kw_only=True):
    """All that the dashboard of an edition is made from."""

    edition: EditionFacts
    history: tuple[EditionFacts, ...]
    family: Text
    territory: str


async def edition_input(connection: asyncpg.Connection, edition_id: UUID) -> EditionInput | None:
    """What is known of an edition, with the history of its event; None where it is gone."""
    rows = await connection.fetch(OF_EVENT, edition_id)
    this = next((row for row in rows if row["id"] == str(edition_id)), None)
    if this is None:
        return None
    figures = await _figures(connection, rows)
    support = [_support(row) for row in await connection.fetch(SUBSIDIES, this["key"])]
    families = {row["slug"]: Text(row["name_fr"], row["name_en"]) for row in await connection.fetch(FAMILIES)}
    edition = _edition(this, figures, support)
    history = (edition if row is this else _edition(row, figures, ()) for row in rows)
    return EditionInput(
        edition=edition,
        history=tuple(history),
        family=families.get(this["family"], Text()),
        territory=TERRITORY,
    )


async def year_facts(connection: asyncpg.Connection, year: int, audience: Audience) -> YearFacts:
    """What is known of a year, as far as these readers may see."""
    rows = await connection.fetch(OF_YEAR, year, audience)
    figures = await _figures(connection, rows)
    printed = await connection.fetch(PROGRAMME_FIGURES)
    subsidies = [_support(row) for row in await connection.fetch(SUBSIDIES, None)]
    by_edition: dict[str, list[SupportLine]] = defaultdict(list)
    for line in subsidies:
        for edition_id in line.edition_ids:
            by_edition[edition_id].append(line)
    return YearFacts(
        year=year,
        territory=TERRITORY,
        families=tuple(
            Family(key=row["slug"], label=Text(row["name_fr"], row["name_en"]))
            for row in await connection.fetch(FAMILIES)
        ),
        editions=tuple(_edition(row, figures, by_edition[row["id"]]) for row in rows),
        support=(*_printed_support(printed), *subsidies),
        film_shoots=_film_shoots(printed),
        conflicts=await _conflicts(connection, printed),
        roadmap=tuple(
            RoadmapAction(number=row["code"], label=row["name_fr"]) for row in await connection.fetch(ACTIONS)
        ),
        other_events=await _other_events(connection, year, audience),
        outside_presence=tuple(row["subject"] for row in printed if row["quantity"] == "outside_presence"),
    )


def input_hash(facts: Struct) -> bytes:
    """The SHA-256 of what a document is made from: the same input makes the same document."""
    return hashlib.sha256(msgspec.json.encode(facts, order="deterministic")).digest()


async def _figures(
    connection: asyncpg.Connection, rows: Iterable[asyncpg.Record]
) -> Mapping[int, list[asyncpg.Record]]:
    figures: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(FIGURES, [row["key"] for row in rows]):
        figures[row["key"]].append(row)
    return figures


def _edition(
    row: asyncpg.Record, figures: Mapping[int, list[asyncpg.Record]], support: Iterable[SupportLine]
) -> EditionFacts:
    mine = figures.get(row["key"], [])
    facts = [_fact(figure) for figure in mine if figure["quantity"] in _FACTS]
    if row["guest_of_honour"]:
        source = _document(row["source"])
        facts.append(PrintedFact(name="guest_of_honour", value=row["guest_of_honour"], source=source))
    return EditionFacts(
        id=row["id"],
        event=row["event"],
        year=row["year"],
        source=_document(row["source"]),
        family=row["family"],
        number=row["number"],
        organisers=tuple(row["organisers"]),
        funders=tuple(row["funders"]),
        communes=tuple(row["communes"]),
        venues=tuple(row["venues"]),
        start=row["starts_on"],
        end=row["ends_on"],
        date_text=Text(row["date_text_fr"] or "", row["date_text_en"] or ""),
        status=row["status"],
        attendances=tuple(_attendance(figure) for figure in mine if figure["quantity"] not in _FACTS),
        facts=tuple(facts),
        support=tuple(support),
        roadmap_action=", ".join(row["actions"]),
        notes=tuple(
            Text(row[f"{name}_fr"] or "", row[f"{name}_en"] or "")
            for name in ("description", "summary")
            if row[f"{name}_fr"] or row[f"{name}_en"]
        ),
    )


_FACTS: Final = frozenset({"participants", "exhibitors", "speakers", "authors", "budget", "other"})


def _attendance(row: asyncpg.Record) -> AttendanceFigure:
    return AttendanceFigure(
        value=int(row["value"]),
        grade=row["grade"],
        source=_source(row),
        quantity=row["quantity"],
        unit=row["unit"],
    )


def _fact(row: asyncpg.Record) -> PrintedFact:
    value = row["value"]
    return PrintedFact(
        name=row["unit"] if row["quantity"] in ("other", "participants") else row["quantity"],
        value=int(value) if value == int(value) else f"{value:g}",
        source=_source(row),
        grade=row["grade"],
    )


def _source(row: asyncpg.Record) -> Source:
    """The document and where in it."""
    line = f"ligne {row['source_line']}" if row["source_line"] else ""
    return Source(row["source_document"], ", ".join(part for part in (line, row["source_field"]) if part))


def _document(name: str | None) -> Source:
    """A document as a register row names it, « document#place » or the document alone."""
    if name is None:
        return REGISTER
    document, _, place = name.partition("#")
    return Source(document, place)


def _support(row: asyncpg.Record) -> SupportLine:
    known = (row["part"], row["granted_cents"], row["requested_cents"])
    amount = next((cents for cents in known if cents is not None), 0)
    return SupportLine(
        beneficiary=row["title"] if row["source_document"] else row["organisation"],
        amount_cents=amount,
        source=_document(row["source_document"] or row["deliberation"]),
        years=tuple(row["years"]),
        status="pending" if row["granted_cents"] is None else "recorded",
        edition_ids=tuple(row["edition_ids"]),
    )


def _printed_support(rows: Iterable[asyncpg.Record]) -> list[SupportLine]:
    """Support that documents print of a fund or without a budget year: its figures, one line for each."""
    grouped: dict[tuple[str, int | None], dict[str, asyncpg.Record]] = defaultdict(dict)
    for row in rows:
        grouped[row["subject"], row["year"]][row["quantity"]] = row
    lines = []
    for (subject, year), found in grouped.items():
        pending = found.get("support_amount_pending")
        amount = found.get("support_amount") or pending
        if amount is None:
            continue
        projects, spend = found.get("projects"), found.get("declared_spend_eur")
        lines.append(
            SupportLine(
                beneficiary=subject,
                amount_cents=round(amount["value"] * 100),
                source=_source(amount),
                years=() if year is None else (year,),
                status="pending" if amount is pending else "recorded",
                projects=None if projects is None else int(projects["value"]),
                declared_spend_cents=None if spend is None else round(spend["value"] * 100),
                note=Text(en=amount["note"] or ""),
            )
        )
    return lines


def _film_shoots(rows: Iterable[asyncpg.Record]) -> tuple[FilmShoots, ...]:
    years: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        if row["subject"] == FILM_SHOOTS and row["year"] is not None:
            years[row["year"]][row["quantity"]] = row
    found = []
    for year, figures in sorted(years.items()):
        productions, days, spend = (
            figures.get(name) for name in ("productions", "shooting_days", "declared_spend_eur")
        )
        found.append(
            FilmShoots(
                year=year,
                source=_source(next(iter(figures.values()))),
                productions=None if productions is None else int(productions["value"]),
                shooting_days=None if days is None else int(days["value"]),
                declared_spend_cents=None if spend is None else round(spend["value"] * 100),
            )
        )
    return tuple(found)


async def _conflicts(connection: asyncpg.Connection, rows: Iterable[asyncpg.Record]) -> tuple[Conflict, ...]:
    figures = {row["key"]: row for row in rows}
    found = []
    for row in await connection.fetch(CONFLICTS):
        both = [figures[row[name]] for name in ("first_id", "second_id") if row[name] in figures]
        if len(both) < 2:
            continue
        first = both[0]
        leverage = all(figure["quantity"] in QUANTITY_TEXTS for figure in both)
        found.append(
            Conflict(
                id=row["id"],
                subject=first["subject"] if first["year"] is None else f"{first['subject']}, {first['year']}",
                quantity=LEVERAGE if leverage else Text(first["quantity"], first["quantity"]),
                claims=tuple(_claim(figure) for figure in both),
                question=Text(row["explanation_fr"], row["explanation_en"]),
            )
        )
    return tuple(found)


def _claim(row: asyncpg.Record) -> Claim:
    name = QUANTITY_TEXTS.get(row["quantity"], Text(row["quantity"], row["quantity"]))
    return Claim(
        statement=Text(f"{number(row['value'], 'fr')}, {name.fr}", f"{number(row['value'], 'en')}, {name.en}"),
        source=_source(row),
        value=row["value"],
    )


async def _other_events(connection: asyncpg.Connection, year: int, audience: Audience) -> tuple[OtherEvent, ...]:
    events = await connection.fetch(OTHER_EVENTS, year, audience)
    rows = await connection.fetch(OF_OTHER_EVENTS, [event["key"] for event in events], audience)
    figures = await _figures(connection, rows)
    editions: dict[int, list[EditionFacts]] = defaultdict(list)
    for row in rows:
        editions[row["event_key"]].append(_edition(row, figures, ()))
    return tuple(
        OtherEvent(
            name=event["name"],
            source=_document(event["source"]),
            family=event["family"],
            communes=() if event["commune"] is None else (event["commune"],),
            organisers=tuple(event["organisers"]),
            editions=tuple(editions[event["key"]]),
            notes=(Text(event["description_fr"] or "", event["description_en"] or ""),)
            if event["description_fr"] or event["description_en"]
            else (),
        )
        for event in events
    )
