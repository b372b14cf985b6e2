"""What people enter for the impact of an edition, its own assumptions, and the assessments that they ask for."""

import datetime as dt
import hashlib
import html
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import AsyncClient

from tests.factories.calendar import insert
from tests.factories.impact import compute
from tests.factories.people import an_edition, an_organisation
from tests.handlers.pages.conftest import SignIn, hidden

EXPRESS = {
    "raw_attendances": "40 000",
    "grade": "E",
    "impact_profile": "festival_urbain",
    "paid_nights": "2,5",
    "budget_total": "1 800 000",
    "metropole_support": "150 000",
}
STANDARD = {
    "raw_attendances": "9 000",
    "grade": "E",
    "tickets_known": "400",
    "tickets_outside": "100",
    "income_lines-0-budget_line": "Billetterie",
    "income_lines-0-amount": "60 000,50",
    "income_lines-1-budget_line": "Subvention de la Métropole",
    "income_lines-1-amount": "39 999,50",
    "expense_lines-0-budget_line": "Artistes",
    "expense_lines-0-amount": "70 000",
    "expense_lines-1-budget_line": "Location <b>de salles</b>",
    "expense_lines-1-amount": "30 000",
    "expense_lines-1-local_share": "1",
}
OVERRIDE = {
    "parameter": "nights_C",
    "lowest": "2,1",
    "likely": "2,4",
    "highest": "2,9",
    "impact_status": "sourced",
    "document_name": "Enquête 2026, p. 12",
    "override_reason": "612 entretiens",
}
PDF = b"%PDF-1.7\nenqu\xeate"


@pytest.fixture
async def organisation(pool: asyncpg.Pool) -> UUID:
    return await an_organisation(pool, "Organisation des comptes")


@pytest.fixture
async def edition(pool: asyncpg.Pool, organisation: UUID) -> UUID:
    return await an_edition(pool, organisation, name="Fête des comptes")


def place(edition: UUID, rest: str = "entry") -> str:
    return f"/manage/editions/{edition}/impact/{rest}"


async def entries(client: AsyncClient, edition: UUID) -> list[dict[str, Any]]:
    return list((await client.get(f"/api/v1/editions/{edition}/impact/entries")).json()["entries"])


async def enter(client: AsyncClient, edition: UUID, values: dict[str, str], level: str = "express") -> Any:
    return await client.post(place(edition), data=await hidden(client, place(edition)) | values | {"level": level})


# The entry


async def test_an_organiser_enters_express_and_an_officer_corrects_it(
    sign_in: SignIn, edition: UUID, organisation: UUID
) -> None:
    organiser, officer = await sign_in("organiser", organisation=organisation), await sign_in("officer")

    kept = await enter(organiser, edition, EXPRESS)
    again = await enter(organiser, edition, EXPRESS)
    corrected = await enter(officer, edition, EXPRESS | {"grade": "C", "entry_reason": "Comptage de la ville"})

    assert (kept.status_code, again.status_code, corrected.status_code) == (303, 303, 303), kept.text
    found = await entries(officer, edition)
    assert [(one["number"], one["entry"]["grade"], one["reason"]) for one in found] == [
        (2, "C", "Comptage de la ville"),
        (1, "E", None),
    ]
    assert (found[0]["entry"]["budget"], found[0]["entry"]["nights"]) == (1_800_000, 2.5)
    shown = (await organiser.get(place(edition))).text
    assert "Comptage de la ville" in shown
    assert "Les réponses sont reprises de la version 2 de la saisie." in shown
    assert 'value="1800000"' in shown


async def test_a_standard_entry_has_lines_by_their_words(sign_in: SignIn, edition: UUID) -> None:
    officer = await sign_in("officer")

    kept = await enter(officer, edition, STANDARD, "standard")

    assert kept.status_code == 303, kept.text
    entry = (await entries(officer, edition))[0]["entry"]
    assert entry["revenue"] == {"ticketing": 60_000.5, "sub_metropole": 39_999.5}
    assert entry["expense"] == {"artists": 70_000, "location_b_de_salles_b": 30_000}
    assert entry["local_shares"] == {"location_b_de_salles_b": 1}
    assert "<b>de salles" not in (await officer.get(f"{place(edition)}?level=standard")).text


async def test_purchases_by_postcode_know_the_territory(sign_in: SignIn, edition: UUID) -> None:
    officer = await sign_in("officer")
    purchases = {
        "purchases-0-budget_line": "Artistes",
        "purchases-0-supplier_postcode": "13002",
        "purchases-0-amount": "10000",
        "purchases-1-budget_line": "Artistes",
        "purchases-1-supplier_postcode": "75011",
        "purchases-1-amount": "60000",
    }

    kept = await enter(officer, edition, STANDARD | purchases, "standard")
    above = await enter(officer, edition, STANDARD | purchases | {"purchases-1-amount": "60001"}, "standard")
    wrong = await enter(officer, edition, STANDARD | purchases | {"purchases-1-supplier_postcode": "7501"}, "standard")

    assert kept.status_code == 303, kept.text
    entry = (await entries(officer, edition))[0]["entry"]
    assert entry["suppliers"] == {"artists": {"13002": 10_000, "75011": 60_000}}
    assert entry["local_postcodes"] == ["13002"]
    assert 'id="purchases-0-amount-error"' in above.text
    assert 'id="purchases-1-supplier_postcode-error"' in wrong.text


async def test_an_entry_of_another_territory_stays_one_and_is_assessed_by_choice(
    sign_in: SignIn, edition: UUID
) -> None:
    officer, asked = await sign_in("officer"), place(edition, "assessments")
    await enter(officer, edition, EXPRESS)
    before = (await officer.get(asked)).text
    kept = await enter(officer, edition, EXPRESS | {"impact_territory": "region_sud", "entry_reason": "Pour la Région"})
    unknown = await enter(officer, edition, EXPRESS | {"impact_territory": "paris"})
    shown = (await officer.get(place(edition))).text
    form = {**await hidden(officer, asked), "assumption_set": "1"}
    refused = await officer.post(asked, data=form | {"asked_territory": "departement_13"})
    of_region = await officer.post(asked, data=form | {"asked_territory": "region_sud"})
    of_communes = await officer.post(
        asked, data=await hidden(officer, asked) | form | {"seen": "1", "asked_territory": "amp"}
    )

    assert (kept.status_code, unknown.status_code, refused.status_code) == (303, 422, 422), kept.text
    assert [one["entry"]["territory"] for one in await entries(officer, edition)] == ["region_sud", "amp"]
    assert '<option value="region_sud" selected>' in shown
    assert "Express · région Provence-Alpes-Côte d’Azur · 40" in html.unescape(shown)
    assert ("asked_territory" in before, "asked_territory" in refused.text) == (False, True)
    assert (of_region.status_code, of_communes.status_code) == (303, 303), of_communes.text
    answer = await officer.get(f"/api/v1/editions/{edition}/impact/assessments")
    assert [(one["number"], one["territory"]) for one in answer.json()] == [(2, "amp"), (1, "region_sud")]


async def test_the_form_says_what_it_took_from_the_register(
    sign_in: SignIn, pool: asyncpg.Pool, owner: asyncpg.Connection, edition: UUID, organisation: UUID
) -> None:
    key = await owner.fetchval("select id from edition where public_id = $1", edition)
    holder = await owner.fetchval("select id from organisation where public_id = $1", organisation)
    for label, kind, nature, cents in (
        ("Recettes des soirées", "ticketing", "cash", 6_000_000),
        ("Aide espérée", "metropole", "cash", 9_900_000),
        ("Barrières", "commune", "in_kind", 250_000),
    ):
        await insert(
            owner, "funding_line", public_id=UUID(int=cents), edition_id=key, label=label, source_kind=kind,
            nature=nature, amount_cents=cents, status="planned",
        )  # fmt: skip
    subsidy = await insert(
        owner, "subsidy", public_id=UUID(int=7), title="Aide 2026", organisation_id=holder, requested_cents=5_000_000,
        granted_cents=4_000_000, state="decided", deliberation="CULT-009",
        decided_on=dt.date(2026, 6, 25),
    )  # fmt: skip
    await owner.execute("insert into subsidy_allocation (subsidy_id, edition_id) values ($1, $2)", subsidy, key)

    shown = (await (await sign_in("officer")).get(f"{place(edition)}?level=standard")).text
    stranger = await sign_in("organiser", organisation=await an_organisation(pool, "Une autre"))

    assert (
        "Subvention décidée « Aide 2026 », délibération CULT-009".replace("« ", "«\u202f").replace(" »", "\u202f»")
        in shown
    )
    assert "Recettes des soirées" in shown
    assert 'value="40000"' in shown
    assert 'value="60000"' in shown
    assert 'value="2500"' in shown
    assert "Aide espérée" not in shown
    assert (await stranger.get(place(edition))).status_code == 404


@pytest.mark.parametrize(
    ("level", "values", "field"),
    [
        ("express", {}, "budget_total"),
        ("express", EXPRESS | {"raw_attendances": ""}, "raw_attendances"),
        ("express", EXPRESS | {"budget_total": "beaucoup"}, "budget_total"),
        ("express", EXPRESS | {"budget_total": "1e309"}, "budget_total"),
        ("express", EXPRESS | {"budget_total": "nan"}, "budget_total"),
        ("express", EXPRESS | {"budget_total": "-5"}, "budget_total"),
        ("express", EXPRESS | {"paid_nights": "0"}, "paid_nights"),
        ("express", EXPRESS | {"impact_profile": "rave"}, "impact_profile"),
        ("express", EXPRESS | {"grade": "Z"}, "grade"),
        ("express", EXPRESS | {"interval_low": "39000"}, "interval_high"),
        ("express", EXPRESS | {"interval_low": "41000", "interval_high": "45000"}, "interval_low"),
        ("express", EXPRESS | {"hotel_base": "10"}, "hotel_capacity"),
        ("standard", EXPRESS, "tickets_known"),
        ("standard", STANDARD | {"income_lines-0-amount": "1"}, "expense_lines"),
        ("standard", STANDARD | {"tickets_outside": "500"}, "tickets_outside"),
        ("standard", STANDARD | {"expense_lines-1-local_share": ""}, "expense_lines-1-local_share"),
        ("standard", STANDARD | {"expense_lines-1-local_share": "2"}, "expense_lines-1-local_share"),
        ("standard", STANDARD | {"expense_lines-1-budget_line": "Artistes"}, "expense_lines-1-budget_line"),
        ("standard", STANDARD | {"income_lines-0-budget_line": "2026"}, "income_lines-0-budget_line"),
        ("standard", STANDARD | {"income_lines-0-budget_line": ""}, "income_lines-0-budget_line"),
        ("standard", STANDARD | {"income_lines-1-budget_line": "Subvention du CNM"}, "income_lines-1-budget_line"),
        (
            "standard",
            STANDARD | {f"income_lines-{n}-{part}": "1" for n in range(5000) for part in ("budget_line", "amount")},
            "income_lines",
        ),
        ("complete", STANDARD, "survey_D"),
    ],
)  # fmt: skip
async def test_what_cannot_be_entered_is_refused_beside_its_field(
    sign_in: SignIn, edition: UUID, level: str, values: dict[str, str], field: str
) -> None:
    officer = await sign_in("officer")

    answer = await enter(officer, edition, values, level)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text, answer.text[answer.text.find("error-summary") :][:3000]
    assert await entries(officer, edition) == []


async def test_the_summary_says_which_answer_of_which_line(sign_in: SignIn, edition: UUID) -> None:
    officer = await sign_in("officer")

    answer = await enter(officer, edition, STANDARD | {"income_lines-1-amount": "beaucoup"}, "standard")

    said = "Produits, ligne par ligne, Ligne 2, Montant (euros) – Un nombre est attendu."
    assert f'<a href="#income_lines-1-amount">{said}</a>' in answer.text


async def test_a_form_of_an_older_version_changes_nothing(sign_in: SignIn, edition: UUID) -> None:
    one, other = await sign_in("officer"), await sign_in("officer")
    form = await hidden(one, place(edition))
    await enter(other, edition, EXPRESS)

    stale = await one.post(place(edition), data=form | EXPRESS | {"budget_total": "5"})

    assert stale.status_code == 422
    assert "a changé depuis votre lecture" in stale.text
    assert [entry["number"] for entry in await entries(one, edition)] == [1]


async def test_an_organiser_declares_and_no_more(sign_in: SignIn, edition: UUID, organisation: UUID) -> None:
    organiser = await sign_in("organiser", organisation=organisation)

    answer = await enter(organiser, edition, EXPRESS | {"grade": "A"})

    assert answer.status_code == 422
    assert 'id="grade-error"' in answer.text
    assert "interval_low" not in answer.text


async def test_the_pages_are_for_those_who_see_the_files(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID, organisation: UUID
) -> None:
    other = await an_organisation(pool, "Une autre")
    officer = await sign_in("officer")
    await enter(officer, edition, EXPRESS)
    for role, mine, status, writes in (
        ("officer", None, 200, True),
        ("administrator", None, 200, True),
        ("organiser", organisation, 200, False),
        ("elected", None, 200, False),
        ("auditor", None, 200, False),
        ("communication", None, 403, False),
        ("organiser", other, 404, False),
    ):
        client = await sign_in(role, organisation=mine)
        pages = [await client.get(place(edition, rest)) for rest in ("entry", "overrides", "assessments")]

        assert [page.status_code for page in pages] == [status] * 3, (role, mine)
        if status == 200:
            own = role == "organiser"
            assert ['<form class="stack"' in page.text for page in pages] == [writes or own, writes, writes], role
        token = (await hidden(officer, place(edition)))["csrf_token"]
        refused = [
            await client.post(place(edition, rest), data={"csrf_token": token})
            for rest in ("overrides", "overrides/withdraw", "assessments")
        ]
        if not writes:
            assert {page.status_code for page in refused} <= {403, 404}, role


# Its own assumptions


async def test_an_assumption_is_set_with_its_document_replaced_and_withdrawn(
    sign_in: SignIn, edition: UUID, organisation: UUID
) -> None:
    officer, path = await sign_in("officer"), place(edition, "overrides")
    form = await hidden(officer, path)

    put = await officer.post(path, data=form | OVERRIDE, files={"upload": ("enquête.pdf", PDF, "text/html")})
    again = await officer.post(path, data=form | OVERRIDE, files={"upload": ("enquête.pdf", PDF, "text/html")})
    stands = (await officer.get(f"/api/v1/editions/{edition}/impact/overrides")).json()
    file = await officer.get(f"/api/v1/editions/{edition}/impact/overrides/1/document")
    replaced = await officer.post(path, data=form | OVERRIDE | {"highest": "3"}, files={"upload": ("", b"")})
    withdrawn = await officer.post(f"{path}/withdraw", data=form | {"parameter": "nights_C"})
    nothing = await officer.post(f"{path}/withdraw", data=form | {"parameter": "nights_C"})

    assert (put.status_code, again.status_code) == (303, 303), put.text
    assert [one["document_sha256"] for one in stands] == [hashlib.sha256(PDF).hexdigest()]
    assert (file.status_code, file.content) == (200, PDF)
    assert file.headers["content-disposition"] == 'attachment; filename="document-1.pdf"'
    assert (file.headers["content-type"], file.headers["x-content-type-options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert (replaced.status_code, withdrawn.status_code, nothing.status_code) == (303, 303, 422)
    shown = (await officer.get(path)).text
    assert shown.count("612 entretiens") == 2
    assert "overrides/1/document" in shown
    own = await sign_in("organiser", organisation=organisation)
    assert (await own.get(f"/api/v1/editions/{edition}/impact/overrides/1/document")).status_code == 200
    assert (await own.get(f"/api/v1/editions/{edition}/impact/overrides/2/document")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parameter": ""}, "parameter"),
        ({"parameter": "spend_X"}, "parameter"),
        ({"lowest": "2,6"}, "lowest"),
        ({"highest": "1"}, "highest"),
        ({"highest": "400"}, "highest"),
        ({"likely": "1e309"}, "likely"),
        ({"override_reason": " "}, "override_reason"),
        ({"document_name": ""}, "document_name"),
    ],
)
async def test_an_assumption_that_cannot_be_is_refused_beside_its_field(
    sign_in: SignIn, edition: UUID, changes: dict[str, str], field: str
) -> None:
    officer, path = await sign_in("officer"), place(edition, "overrides")

    answer = await officer.post(path, data=await hidden(officer, path) | OVERRIDE | changes)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert (await officer.get(f"/api/v1/editions/{edition}/impact/overrides")).json() == []


async def test_a_document_is_what_its_bytes_are(sign_in: SignIn, edition: UUID) -> None:
    officer, path = await sign_in("officer"), place(edition, "overrides")
    form = await hidden(officer, path)

    program = await officer.post(path, data=form | OVERRIDE, files={"upload": ("a.pdf", b"\x7fELF\x00\x01", "x/y")})
    large = await officer.post(path, data=form | OVERRIDE, files={"upload": ("a.pdf", b"%PDF-" + b" " * 20_000_000)})

    assert (program.status_code, large.status_code) == (422, 422)
    assert 'id="upload-error"' in program.text
    assert 'id="upload-error"' in large.text


# Assessments


async def compute_number(pool: asyncpg.Pool, edition: UUID, number: int) -> None:
    found = await pool.fetchval(
        "select a.public_id from impact_assessment a join edition e on e.id = a.edition_id"
        " where e.public_id = $1 and a.number = $2",
        edition,
        number,
    )
    await compute(pool, found)


async def test_an_assessment_is_asked_for_once_waits_and_is_opened_by_its_number(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID
) -> None:
    officer, path = await sign_in("officer"), place(edition, "assessments")
    await enter(officer, edition, EXPRESS)
    form = await hidden(officer, path) | {"assumption_set": "1"}

    put = await officer.post(path, data=form)
    twice = await officer.post(path, data=form)
    waiting = (await officer.get(path)).text
    await compute_number(pool, edition, 1)
    await enter(officer, edition, EXPRESS | {"budget_total": "1 900 000"})
    second = await officer.post(path, data=form | {"seen": "1"})
    listed = (await officer.get(path)).text
    first_page, second_page = await officer.get(place(edition, "1")), await officer.get(place(edition, "2"))

    assert (put.status_code, twice.status_code, second.status_code) == (303, 422, 303), twice.text
    assert "En attente" in waiting
    assert 'href="/jobs/' in waiting
    assert "Calculée" in listed
    assert "périmée" in listed
    assert f'href="{place(edition, "1")}"' in listed
    assert (first_page.status_code, second_page.status_code) == (200, 200)
    assert 'data-node="net_primary_impact"' in first_page.text
    assert "est en cours de calcul" in second_page.text
    assert (await officer.get(place(edition, "3"))).status_code == 404
    assert (
        f'data-node="net_primary_impact" href="{place(edition, "1")}/'
        in (await officer.get(place(edition, "")[:-1])).text
    )


async def test_asking_needs_an_entry_and_a_set_that_is_there(sign_in: SignIn, edition: UUID) -> None:
    officer, path = await sign_in("officer"), place(edition, "assessments")
    token = {"csrf_token": (await hidden(officer, place(edition)))["csrf_token"], "seen": "0"}

    without = await officer.post(path, data=token | {"assumption_set": "1"})
    await enter(officer, edition, EXPRESS)
    answers = [await officer.post(path, data=token | {"assumption_set": one}) for one in ("", "x", "999999", "٣")]

    assert without.status_code == 422
    assert "Rien n’est encore saisi" in without.text
    assert [answer.status_code for answer in answers] == [422] * 4
    assert all('id="assumption_set-error"' in answer.text for answer in answers)


async def test_the_list_is_paged_and_reads_no_result(sign_in: SignIn, pool: asyncpg.Pool, edition: UUID) -> None:
    officer, path = await sign_in("officer"), place(edition, "assessments")
    await enter(officer, edition, EXPRESS)
    for seen in range(22):
        form = {"seen": str(seen), "assumption_set": "1"}
        answer = await officer.post(path, data=await hidden(officer, path) | form)
        assert answer.status_code == 303, answer.text
    await pool.execute(
        "insert into impact_result (edition_id, number, content, code_hash, numpy_version)"
        " select edition_id, n, case when n = 1 then '{\"evaluation\":null' else '{\"evaluation\":{' end,"
        " sha256('x'), '2' from impact_assessment a, generate_series(1, 2) n"
        " where a.number = 1 and a.edition_id = (select id from edition where public_id = $1)",
        edition,
    )

    first, second = (await officer.get(path)).text, (await officer.get(f"{path}?before=3")).text
    answer = await officer.get(f"/api/v1/editions/{edition}/impact/assessments?limit=2&before=4")

    assert ("Évaluation 22" in first, "Évaluation 3" in first, "Évaluation 2<" in first) == (True, True, False)
    assert f"{path}?before=3" in first or "?before=3" in first
    assert ("Calculée" in second, "Refusée par le modèle" in second) == (True, True)
    assert [(one["number"], one["state"], one["level"]) for one in answer.json()] == [
        (3, "waiting", "express"),
        (2, "computed", "express"),
    ]
