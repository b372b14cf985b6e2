"""Evidence decided by people, and attendance estimated without tickets, on pages."""

from uuid import UUID

import asyncpg
import pytest

from tests.factories.people import an_edition, an_organisation
from tests.handlers.pages.conftest import SignIn, hidden
from tests.handlers.test_evidence import DOUBTED, check, count

NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
async def organisation(pool: asyncpg.Pool) -> UUID:
    return await an_organisation(pool, "Organisation des preuves")


@pytest.fixture
async def edition(pool: asyncpg.Pool, organisation: UUID) -> str:
    return str(await an_edition(pool, organisation, name="Festival des preuves"))


async def grades(pool: asyncpg.Pool, edition: str) -> dict[str, tuple[int, str]]:
    rows = await pool.fetch(
        "select f.quantity, f.value::bigint as value, f.grade from edition_figure f join edition e on e.id ="
        " f.edition_id where e.public_id = $1 and f.retired_at is null",
        UUID(edition),
    )
    return {row["quantity"]: (row["value"], row["grade"]) for row in rows}


async def test_an_officer_accepts_doubted_counts_with_a_note(sign_in: SignIn, pool: asyncpg.Pool, edition: str) -> None:
    await count(pool, edition)
    await check(pool, edition, doubts=DOUBTED)
    officer, path = await sign_in("officer"), f"/manage/editions/{edition}/evidence"
    form = await hidden(officer, path)

    silent = await officer.post(f"{path}/accept", data=form)
    accepted = await officer.post(f"{path}/accept", data=form | {"note": "Deux jours d'une même pièce."})

    assert silent.status_code == 422
    assert (
        f"Des vérifications appellent une explication (pas crédible){NBSP}: notez pourquoi vous acceptez."
        in silent.text
    )
    assert 'id="accepted-note-error"' in silent.text
    assert accepted.status_code == 303, accepted.text
    assert (await grades(pool, edition))["attendances"] == (15_500, "A")
    assert "Deux jours d&#39;une même pièce." in (await officer.get(path)).text


async def test_counts_that_changed_meanwhile_are_shown_anew(sign_in: SignIn, pool: asyncpg.Pool, edition: str) -> None:
    await count(pool, edition)
    await check(pool, edition)
    officer, path = await sign_in("officer"), f"/manage/editions/{edition}/evidence"
    form = await hidden(officer, path)
    await count(pool, edition, revision=2)

    answer = await officer.post(f"{path}/accept", data=form)

    assert answer.status_code == 422
    assert "révision 1, maintenant 2" in answer.text
    assert "Les vérifications portent sur la révision 1 des comptes, qui en sont à la révision 2." in answer.text
    assert await grades(pool, edition) == {}


async def test_counts_are_refused_with_a_reason_that_stays(sign_in: SignIn, pool: asyncpg.Pool, edition: str) -> None:
    await count(pool, edition)
    officer, path = await sign_in("officer"), f"/manage/editions/{edition}/evidence"
    form = await hidden(officer, path)

    silent = await officer.post(f"{path}/refuse", data=form | {"note": " "})
    long = await officer.post(f"{path}/refuse", data=form | {"note": "x" * 2001})
    refused = await officer.post(f"{path}/refuse", data=form | {"note": "Un jour copié."})

    assert (silent.status_code, long.status_code, refused.status_code) == (422, 422, 303)
    assert "Ce champ est obligatoire." in silent.text
    assert "Un jour copié." in (await officer.get(path)).text


async def test_an_organiser_reads_and_proposes_but_decides_nothing(
    sign_in: SignIn, pool: asyncpg.Pool, edition: str, organisation: UUID
) -> None:
    await count(pool, edition)
    organiser = await sign_in("organiser", organisation=organisation)
    stranger = await sign_in("organiser", organisation=await an_organisation(pool, "Une autre"))
    officer = await sign_in("officer")
    path, method = f"/manage/editions/{edition}/evidence", f"/manage/editions/{edition}/methods/gate-sampling"
    token = await hidden(organiser, method)
    typed = token | {
        "gates-0-gate": "Nord",
        "gates-0-counts": "52 88 140;131 75,30",
        "gates-1-gate": "",
        "gates-2-gate": "Sud",
        "gates-2-counts": "20 35 61 58 33 12",
        "sampling_fraction": "0,25",
        "coverage_low": "0,8",
        "coverage_mid": "0,9",
        "coverage_high": "0,95",
    }

    computed = await organiser.post(method, data=typed)
    proposed = await organiser.post(method, data=typed | {"step": "propose"})

    assert computed.status_code == 200
    assert f"3{NARROW}267 entrées" in computed.text
    assert proposed.status_code == 303, proposed.text
    address = proposed.headers["location"]
    assert "Accepter l’estimation" not in (await organiser.get(address)).text
    assert (await stranger.get(address)).status_code == (await stranger.get(path)).status_code == 404
    assert (await organiser.post(f"{path}/accept", data=token)).status_code == 403
    accepting = await officer.post(f"{address}/accept", data=await hidden(officer, address))
    assert accepting.status_code == 303, accepting.text
    assert await grades(pool, edition) == {"entries_in": (3267, "C")}
    again = await officer.post(
        f"{address}/refuse", data={**token, **await hidden(officer, path), "note": "Non.", "version": "2"}
    )
    assert again.status_code == 422
    assert "déjà décidée (Acceptée)" in again.text


async def test_the_checks_are_asked_for_on_the_page(
    sign_in: SignIn, pool: asyncpg.Pool, edition: str, organisation: UUID
) -> None:
    organiser = await sign_in("organiser", organisation=organisation)
    path = f"/manage/editions/{edition}/evidence"
    token = await hidden(organiser, f"/manage/editions/{edition}/methods/survey")

    answer = await organiser.post(f"{path}/check", data=token)

    assert (answer.status_code, answer.headers["location"]) == (303, path)
    key = await pool.fetchval("select key from job where kind = 'check_attendance' order by id desc limit 1")
    assert key == f"edition:{edition}"


@pytest.mark.parametrize(
    ("method", "typed", "wrong"),
    [
        ("survey", {"surveyed_attendances": "12000", "frame": "on_site"}, "answers"),
        (
            "survey",
            {
                "surveyed_attendances": "12000",
                "frame": "on_site",
                "answers-0-segment": "L",
                "answers-0-days": "400",
                "answers-0-interviews": "1",
            },
            "answers-0-days",
        ),
        (
            "density",
            {
                "zones-0-zone": "Quai",
                "zones-0-area_m2": "100",
                "zones-0-quadrat_m2": "10",
                "zones-0-counts": "51 2",
                "zones-0-photo": "drone",
            },
            "zones-0-counts",
        ),
        (
            "gate-sampling",
            {
                "gates-0-gate": "Nord",
                "gates-0-counts": "12 1000001",
                "sampling_fraction": "0,25",
                "coverage_low": "0,8",
                "coverage_mid": "0,9",
                "coverage_high": "0,95",
            },
            "gates-0-counts",
        ),
        ("capture-recapture", {"tagged": "5", "seen": "9", "seen_again": "6"}, "seen_again"),
        ("dwell-time", {"entries": "5", "hours": "0", "mean_dwell_hours": "1"}, "hours"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    sign_in: SignIn, method: str, typed: dict[str, str], wrong: str
) -> None:
    nobody = await sign_in()

    answer = await nobody.post(f"/methodes/{method}", data=typed | await hidden(nobody, f"/methodes/{method}"))

    assert answer.status_code == 422, answer.text
    assert f'id="{wrong}-error"' in answer.text
    assert f'href="#{wrong}"' in answer.text


async def test_anybody_computes_a_survey_on_its_page(sign_in: SignIn) -> None:
    nobody = await sign_in()
    typed = await hidden(nobody, "/methodes/survey") | {
        "surveyed_attendances": "12 000",
        "frame": "on_site",
        "answers-0-segment": "Résidents",
        "answers-0-days": "1",
        "answers-0-interviews": "6",
        "answers-1-segment": "Touristes",
        "answers-1-days": "3",
        "answers-1-interviews": "6",
    }

    answer = await nobody.post("/methodes/survey", data=typed)

    assert answer.status_code == 200, answer.text
    assert f"8{NARROW}000 visiteurs uniques" in answer.text
    assert f"75,0{NBSP}%" in answer.text
    assert (await nobody.get("/methodes/nothing")).status_code == 404
