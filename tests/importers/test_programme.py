"""The programme of 2024: every printed fact comes back from the API, twice is once, nothing is dropped."""

import copy
import json
from typing import Any

import asyncpg
import msgspec
import pytest
from httpx import ASGITransport, AsyncClient

from events_api.app import create_app
from events_api.commands.imports import PROGRAMME, import_programme
from events_api.domain.imports import FileUnreadable
from events_api.importers.communes import insee_by_name
from events_api.importers.programme import NOTES_FR, ROADMAP, listed, parse
from events_api.settings import Settings, master_key
from events_api.text.formats import french
from tests.factories.people import a_token
from tests.importers.conftest import snapshot

CONTENT = PROGRAMME.read_bytes()
FILE = "programme_2024.json"
DOCUMENT: dict[str, Any] = json.loads(CONTENT)


class Reader:
    """Reads whole lists of the API as an auditor."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def all(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            answer = await self.client.get(f"/api/v1/{path}?limit=200{cursor}")
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            if answer.json()["next"] is None:
                return items
            cursor = f"&cursor={answer.json()['next']}"


def said(**values: Any) -> dict[str, Any]:
    """What is not said is left out, as in the file."""
    return {name: value for name, value in values.items() if value not in (None, [], {})}


async def printed_again(reader: Reader) -> dict[str, Any]:
    """The document of the roadmap, made anew from what the API says and from nothing else."""
    families = sorted(await reader.all("families"), key=lambda one: int(one["position"]))
    actions = {one["id"]: one for one in await reader.all("roadmap-actions")}
    organisations = {one["id"]: one["name"] for one in await reader.all("organisations")}
    places = {one["id"]: one["name"] for one in await reader.all("places")}
    communes = {one["insee"]: one["name"] for one in (await reader.client.get("/api/v1/communes")).json()}
    editions: dict[str, list[dict[str, Any]]] = {}
    for one in await reader.all("editions"):
        editions.setdefault(one["event_id"], []).append(one)
    figures = {
        one["id"]: await reader.all(f"editions/{one['id']}/figures") for some in editions.values() for one in some
    }
    slugs = {one["id"]: one["slug"] for one in families}
    programme_figures = await reader.all("programme-figures")
    document = said(
        families=[one["slug"] for one in families],
        family_labels_fr={one["slug"]: one["name_fr"] for one in families},
        roadmap_actions={one["code"]: one["name_fr"] for one in actions.values()},
        outside_territory_presence={
            "roadmap_action": programme_figures[0]["note"].removeprefix("roadmap_action "),
            "events": [one["subject"] for one in programme_figures if one["quantity"] == "outside_presence"],
        },
        support_lines=support(programme_figures, await reader.all("subsidies")),
        film_shoots=film_shoots(programme_figures),
    )
    document["events"] = [
        said(
            slug=event["slug"],
            name=event["name"],
            as_printed=event["as_printed"],
            family=slugs.get(event["family_id"]),
            sub_sector=event["sub_sector"],
            audience=event["audience"],
            commune=communes.get(event["commune_insee"]),
            organiser=event["organisers_as_printed"],
            partners=[organisations[one] for one in event["partner_ids"]],
            funders=[organisations[one] for one in event["funder_ids"]],
            venues=[places[one] for edition in editions.get(event["id"], []) for one in edition["place_ids"]],
            roadmap_action=next((actions[one]["code"] for one in event["roadmap_action_ids"]), None),
            source=None if event["source_document"] == ROADMAP else event["source_document"],
            note=event["note"],
        )
        | {"editions": [printed_edition(one, figures[one["id"]]) for one in editions.get(event["id"], [])]}
        for event in await reader.all("events")
    ]
    return document


def printed_edition(edition: dict[str, Any], figures: list[dict[str, Any]]) -> dict[str, Any]:
    by_quantity = {one["quantity"]: one for one in figures}
    attendance = by_quantity.get("attendance_as_printed")
    return said(
        year=edition["year"],
        number=edition["number"],
        start=edition["starts_on"],
        end=edition["ends_on"],
        date_text=edition["date_text_fr"],
        attendance=attendance and {name: attendance[name] for name in ("value", "unit", "grade")},
        speakers=by_quantity.get("speakers", {}).get("value"),
        authors=by_quantity.get("authors", {}).get("value"),
        guest_of_honour=edition["guest_of_honour"],
        note=edition["note"],
    )


def support(figures: list[dict[str, Any]], subsidies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    grouped: dict[tuple[str, int | None], dict[str, dict[str, Any]]] = {}
    for one in figures:
        grouped.setdefault((one["subject"], one["year"]), {})[one["quantity"]] = one
    lines = {}
    for (subject, year), found in grouped.items():
        amount = found.get("support_amount") or found.get("support_amount_pending")
        if amount is None:
            continue
        lines[amount["source_field"]] = said(
            beneficiary=subject,
            year=year,
            amount_eur=amount["value"],
            projects=found.get("projects", {}).get("value"),
            declared_spend_eur=found.get("declared_spend_eur", {}).get("value"),
            declared_leverage=found.get("declared_leverage", {}).get("value"),
            status=amount["as_printed"],
            note=amount["note"],
        )
    for one in subsidies:
        lines[one["source_document"].partition("#")[2]] = said(
            beneficiary=one["title"],
            years=[part["year"] for part in one["years"]],
            amount_eur=one["granted_cents"] / 100,
            status=one["printed_status"],
        )
    return [line for _, line in sorted(lines.items())]


def film_shoots(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    years: dict[int, dict[str, Any]] = {}
    for one in figures:
        if one["subject"] == "film_shoots":
            years.setdefault(one["year"], {"year": one["year"]})[one["quantity"]] = one["value"]
    return [years[year] for year in sorted(years)]


async def test_every_printed_fact_comes_back_from_the_api(empty: Settings, empty_pool: asyncpg.Pool) -> None:
    await import_programme(empty_pool, master_key(empty), CONTENT, FILE)
    application = create_app(empty)
    application.state.pool = empty_pool
    token = await a_token(empty_pool, "auditor")

    async with AsyncClient(
        transport=ASGITransport(application),
        base_url="https://events.test",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        reader = Reader(client)
        again = await printed_again(reader)
        figures = {one["id"]: one for one in await reader.all("programme-figures")}
        (conflict,) = await reader.all("figure-conflicts")
        (run,) = await reader.all("imports")
        lines = await reader.all(f"imports/{run['id']}/lines")
        refused = (await client.get(f"/api/v1/imports/{run['id']}/lines?outcome=refused")).json()["items"]
        unknown = await client.get(f"/api/v1/imports/{conflict['id']}/lines")
        organisations = await reader.all("organisations")
        events = {one["slug"]: one for one in await reader.all("events")}
        every = [
            one
            for edition in await reader.all("editions")
            for one in await reader.all(f"editions/{edition['id']}/figures")
        ]

    assert again == {name: value for name, value in DOCUMENT.items() if name != "about"}
    assert len(events) == 40
    assert [line["line"] for line in lines] == list(range(1, run["lines_read"] + 1))
    assert [(line["field"], line["reason"], json.loads(line["text"])) for line in refused] == [
        (
            "about",
            "Ce texte décrit le fichier lui-même\N{NO-BREAK SPACE}: il n’est gardé qu’ici.",
            DOCUMENT["about"],
        )
    ]
    assert unknown.status_code == 404
    attendances = [one for one in every if one["quantity"] == "attendance_as_printed"]
    assert sorted(one["grade"] for one in attendances) == ["E"] * 7 + ["F"] * 2
    assert all((one["source_document"], one["source_kind"]) == (FILE, "document") for one in every)
    both = [figures[conflict[name]] for name in ("first_id", "second_id")]
    assert [(one["quantity"], one["value"], one["source_kind"], one["source_field"]) for one in both] == [
        ("declared_leverage", 64, "document", "support_lines[1].declared_leverage"),
        ("computed_leverage", 110, "formula", "declared_spend_eur / amount_eur"),
    ]
    by_name = {one["name"]: one for one in organisations}
    assert [by_name["Métropole Aix-Marseille-Provence"][name] for name in ("identifier_kind", "siret")] == [
        "siret",
        "20005480700017",
    ]
    assert {one["identifier_kind"] for name, one in by_name.items() if not name.startswith("Métropole")} == {"unknown"}
    ids = {one["id"]: name for name, one in by_name.items()}
    assert [ids[one] for one in events["forum-smart-city-marseille"]["organiser_ids"]] == [
        "La Tribune",
        "Métropole Aix-Marseille-Provence",
        "Ville de Marseille",
    ]
    assert [ids[one] for one in events["biennale-arts-numeriques"]["organiser_ids"]] == ["Seconde Nature", "ZINC"]


async def test_twice_changes_nothing_in_the_whole_database(empty: Settings, empty_pool: asyncpg.Pool) -> None:
    first = await import_programme(empty_pool, master_key(empty), CONTENT, FILE)
    after_once = await snapshot(empty)

    second = await import_programme(empty_pool, master_key(empty), CONTENT, FILE)

    assert await snapshot(empty) == after_once
    assert (second.id, first.again, second.again) == (first.id, False, True)
    assert (first.lines_read, first.lines_accepted, first.lines_known, first.lines_refused) == (372, 371, 0, 1)


async def test_another_file_that_says_the_same_finds_everything_known(
    empty: Settings, empty_pool: asyncpg.Pool
) -> None:
    await import_programme(empty_pool, master_key(empty), CONTENT, FILE)
    before = await snapshot(empty)

    run = await import_programme(empty_pool, master_key(empty), json.dumps(DOCUMENT).encode(), FILE)

    after = await snapshot(empty)
    assert (run.lines_read, run.lines_accepted, run.lines_known, run.lines_refused) == (372, 0, 371, 1)
    assert {name for name in after if after[name] != before[name]} == {"import_run", "import_line", "audit_entry"}
    assert len(after["audit_entry"]) == len(before["audit_entry"]) + 1


async def test_a_later_file_changes_records_but_never_a_figure(empty: Settings, empty_pool: asyncpg.Pool) -> None:
    await import_programme(empty_pool, master_key(empty), CONTENT, FILE)
    later = copy.deepcopy(DOCUMENT)
    later["events"][2]["name"] = "Delta"
    later["events"][2]["editions"][0]["attendance"]["value"] = 98_980
    later["events"][9]["commune"] = "Nulle-Part"
    later["events"][10]["surprise"] = 1

    run = await import_programme(empty_pool, master_key(empty), json.dumps(later).encode(), FILE)

    refused = await empty_pool.fetch(
        "select field, code from import_line l join import_run r on r.id = l.import_id"
        " where r.public_id = $1 and outcome = 'refused' order by line",
        run.id,
    )
    assert [tuple(row) for row in refused] == [
        ("about", "import-describes-the-file"),
        ("events[2].editions[0].attendance.value", "figure-already-stated"),
        ("events[2].editions[0].attendance.unit", "figure-already-stated"),
        ("events[2].editions[0].attendance.grade", "figure-already-stated"),
        ("events[9].commune", "import-commune-unknown"),
        ("events[10].surprise", "import-key-unknown"),
    ]
    row = await empty_pool.fetchrow(
        "select v.name, v.version, f.value::integer from event v join edition e on e.event_id = v.id"
        " join edition_figure f on f.edition_id = e.id where v.slug = 'delta-festival'"
    )
    assert tuple(row) == ("Delta", 2, 150_000)


async def test_a_damaged_record_stops_only_itself(empty: Settings, empty_pool: asyncpg.Pool) -> None:
    document = {
        "families": ["pas un identifiant", "livre"],
        "events": [
            {"slug": "a", "name": "A", "audience": "public", "organiser": "…", "family": "livre"},
            {"slug": "b", "name": "B", "audience": "everybody", "editions": [{"year": 2024}]},
            {"slug": "c", "name": "C", "audience": "public", "editions": [{"year": 2024}, {"year": 2024}]},
            {"slug": "d", "name": "D", "audience": "public", "editions": [{"year": 9999, "guest_of_honour": "\0"}]},
            {"slug": "e", "name": "E", "audience": "public", "editions": [{"year": 2024, "guest_of_honour": "\0"}]},
        ],
    }

    run = await import_programme(empty_pool, master_key(empty), json.dumps(document).encode(), "damaged.json")

    refused = await empty_pool.fetch(
        "select field, code from import_line l join import_run r on r.id = l.import_id"
        " where r.public_id = $1 and outcome = 'refused' order by line",
        run.id,
    )
    assert [tuple(row) for row in refused] == [
        ("families[0]", "import-value-unusable"),
        ("events[1].slug", "import-value-unusable"),
        ("events[1].name", "import-value-unusable"),
        ("events[1].audience", "import-value-unusable"),
        ("events[1].editions[0].year", "import-reference-refused"),
        ("events[2].editions[1].year", "already-there"),
        ("events[3].editions[0].year", "import-value-unusable"),
        ("events[3].editions[0].guest_of_honour", "import-value-unusable"),
        ("events[4].editions[0].year", "rule-broken"),
        ("events[4].editions[0].guest_of_honour", "rule-broken"),
    ]
    assert [row[0] for row in await empty_pool.fetch("select slug from event order by slug")] == ["a", "c", "d", "e"]
    kinds = await empty_pool.fetch("select subject_kind, count(*) from audit_entry group by 1 order by 1")
    assert {row[0]: row[1] for row in kinds} == {
        "commune": 1, "edition": 1, "event": 4, "external_identifier": 7, "family": 1, "import": 1, "organisation": 1,
    }  # fmt: skip


async def test_an_organisation_known_by_its_siret_is_recognised(empty: Settings, empty_pool: asyncpg.Pool) -> None:
    known = await empty_pool.fetchval(
        "insert into organisation (public_id, name, sort_key, identifier_kind, siret) values"
        " (gen_random_uuid(), 'MAMP', 'mamp', 'siret', '20005480700017') returning public_id"
    )

    await import_programme(empty_pool, master_key(empty), CONTENT, FILE)

    organiser = await empty_pool.fetchrow(
        "select o.public_id, o.name from event v join event_party p on p.event_id = v.id and p.role = 'organiser'"
        " join organisation o on o.id = p.organisation_id where v.slug = 'meet-up-icc'"
    )
    assert tuple(organiser) == (known, "MAMP")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"events": 3}', b"\xff\xfe", b'{"events": [NaN]}', b'"events"']
)
def test_what_is_no_programme_is_said_to_be_unreadable(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        parse(content, insee_by_name(), FILE)


def test_a_damaged_programme_is_refused_piece_by_piece() -> None:
    document = {
        "events": [
            3,
            {"name": "Sans identifiant"},
            {
                "slug": "a",
                "name": 5,
            },
            {
                "slug": "b",
                "name": "B",
                "family": "nulle",
                "audience": True,
                "partners": "Un",
                "funders": [1, {"x": "jean@exemple.fr"}],
                "editions": [{"note": "x"}, {"year": 2024, "start": "demain", "attendance": {"value": 3}}, "y"],
            },
        ],
        "support_lines": {"beneficiary": "x"},
        "film_shoots": [{"year": 2024, "productions": 1.5}],
    }

    read = parse(msgspec.json.encode(document), insee_by_name(), FILE)

    kept = {path for statement in read.statements for path in statement.paths}
    lost = {piece.path for piece in read.pieces} - kept - set(read.refused)
    assert lost == set()
    assert "jean@exemple.fr" not in str(read.pieces)
    assert {path: refusal.code for path, refusal in read.refused.items() if path.startswith("events[3]")} == {
        "events[3].family": "import-reference-unknown",
        "events[3].audience": "import-wrong-type",
        "events[3].funders[0]": "import-wrong-type",
        "events[3].funders[1]": "import-wrong-type",
        "events[3].funders[1].x": "import-key-unknown",
        "events[3].editions[0].note": "import-edition-without-year",
        "events[3].editions[1].start": "import-date-unreadable",
        "events[3].editions[1].attendance.value": "import-attendance-incomplete",
        "events[3].editions[2]": "import-wrong-type",
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Seconde Nature et ZINC", ["Seconde Nature", "ZINC"]),
        ("La Tribune, Métropole, Ville de Marseille", ["La Tribune", "Métropole", "Ville de Marseille"]),
        ("A, B et C", ["A", "B", "C"]),
        ("Centre culturel et social des Quais", ["Centre culturel et social des Quais"]),
        (
            "Cartoon – Association européenne du film d'animation",
            ["Cartoon – Association européenne du film d'animation"],
        ),
        ("Dupont, fils", ["Dupont, fils"]),
    ],
)
def test_only_a_list_is_split(text: str, names: list[str]) -> None:
    assert listed(text) == names


def test_every_note_of_the_programme_is_said_in_french() -> None:
    notes = {node["note"] for event in DOCUMENT["events"] for node in (event, *event["editions"]) if "note" in node}

    assert notes == NOTES_FR.keys()
    assert all(french(text) == text for text in NOTES_FR.values())
