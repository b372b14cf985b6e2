"""An attendance report and a subsidy taken through their steps, and an edition to its publication, by people."""

import asyncpg
from httpx import AsyncClient

from tests.factories.people import an_edition, an_organisation
from tests.handlers.pages.conftest import SignIn, hidden


async def step(client: AsyncClient, path: str, key: str, **typed: str) -> tuple[int, str]:
    """Take a step with the version that the page shows; gives the status and the page that follows."""
    form = await hidden(client, path)
    answer = await client.post(f"{path}/{key}", data=form | {f"{key}-{name}": value for name, value in typed.items()})
    return answer.status_code, (await client.get(path)).text if answer.status_code == 303 else answer.text


async def test_a_report_is_submitted_returned_corrected_and_validated(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    organisation = await an_organisation(pool, "Organisation du bilan")
    edition = await an_edition(pool, organisation, name="Festival du bilan")
    organiser, officer = await sign_in("organiser", organisation=organisation), await sign_in("officer")
    typed = {"edition_id": "Festival du bilan 2026", "organisation_id": "Organisation du bilan"}
    made = await organiser.post(
        "/manage/reports/new", data=typed | await hidden(organiser, "/manage/reports/new") | {"attendances": ""}
    )
    path = made.headers["location"]

    incomplete = await step(organiser, path, "submit")
    form = await hidden(organiser, path)
    counted = typed | {"attendances": "12 000", "entries_in": "13 500", "grade": "B", "method": "Billetterie."}
    saved = await organiser.post(path, data=form | counted)
    submitted = await step(organiser, path, "submit")
    returned = await step(officer, path, "return", note="Joignez l'export de la billetterie.")
    again = await step(organiser, path, "submit")
    validated = await step(officer, path, "validate", grade="B")

    assert incomplete[0] == 422
    assert "Il manque encore" in (await organiser.get(path)).text or submitted[0] == 303
    assert [saved.status_code, submitted[0], returned[0], again[0], validated[0]] == [303] * 5
    assert "Joignez l’export de la billetterie." in returned[1] or "Joignez l&#39;export" in returned[1]
    assert "Versions remises" in validated[1]
    assert "Niveau de preuve retenu" in validated[1]
    state = await pool.fetchval("select state from attendance_report where public_id = $1", path.rpartition("/")[2])
    figures = await pool.fetch(
        "select f.quantity, f.value::bigint as value, f.grade from edition_figure f join edition e on e.id ="
        " f.edition_id where e.public_id = $1 and f.retired_at is null order by f.quantity",
        edition,
    )
    assert state == "validated"
    assert [dict(row) for row in figures] == [
        {"quantity": "attendances", "value": 12000, "grade": "B"},
        {"quantity": "entries_in", "value": 13500, "grade": "B"},
    ]


async def test_a_subsidy_goes_from_the_request_to_its_payment(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    organisation = await an_organisation(pool, "Organisation aidée")
    await an_edition(pool, organisation, name="Salon aidé")
    organiser, officer = await sign_in("organiser", organisation=organisation), await sign_in("officer")
    typed = {
        "organisation_id": "Organisation aidée",
        "title": "Aide au salon",
        "nature": "cash",
        "requested_cents": "12 500,50",
        "years-0-year": "2026",
        "allocations-0-edition_id": "Salon aidé 2026",
        "allocations-0-amount_cents": "10 000",
    }
    made = await organiser.post("/manage/subsidies/new", data=typed | await hidden(organiser, "/manage/subsidies/new"))
    assert made.status_code == 303, made.text
    path = made.headers["location"]

    instructed = await step(officer, path, "instruct")
    decision = {"granted_cents": "10 000", "decided_on": "2026-06-25", "deliberation": "CULT-001"}
    unexplained = await step(officer, path, "decide", **decision)
    decided = await step(officer, path, "decide", reason="Enveloppe partagée.", **decision)
    too_much = await step(officer, path, "pay", amount_cents="10 000,01", paid_on="2026-07-01")
    paid = await step(officer, path, "pay", amount_cents="4 000", paid_on="2026-07-01")
    shown = (await organiser.get(path)).text

    assert [instructed[0], unexplained[0], decided[0], too_much[0], paid[0]] == [303, 422, 303, 422, 303]
    assert 'id="decide-reason-error"' in unexplained[1]
    assert 'id="pay-amount_cents-error"' in too_much[1]
    assert 'value="10 000,01"' in too_much[1]
    assert "6\N{NARROW NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}€" in shown
    assert "CULT-001" in shown
    assert 'action="' + path + '/pay"' not in shown


async def test_an_edition_is_proposed_by_its_organiser_and_published_by_the_editors(
    sign_in: SignIn, pool: asyncpg.Pool
) -> None:
    organisation = await an_organisation(pool, "Organisation proposante")
    edition = await an_edition(pool, organisation, name="Concert proposé")
    organiser = await sign_in("organiser", organisation=organisation)
    editor = await sign_in("communication")
    path = f"/manage/editions/{edition}"

    proposed = await step(organiser, path, "propose")
    queue = (await editor.get("/editing")).text
    sent_back = await step(editor, path, "send_back", note="Ajoutez la date.")
    await step(organiser, path, "propose")
    steps = [(await step(editor, path, key))[0] for key in ("accept", "publish")]

    assert proposed[0] == 303
    assert 'action="' + path + '/accept"' not in proposed[1]
    assert "Concert proposé 2026" in queue
    assert sent_back[0] == 303
    assert steps == [303, 303]
    assert await pool.fetchval("select editorial_state from edition where public_id = $1", edition) == "published"
    assert (await editor.get("/editing?editorial_state=published")).status_code == 200
