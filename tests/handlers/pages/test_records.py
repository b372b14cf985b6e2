"""The working pages: what a person types is saved or comes back with what is wrong; roles open what the API opens."""

from typing import Any

import asyncpg
import pytest

from tests.factories.calendar import a_commune
from tests.factories.people import an_edition, an_organisation
from tests.handlers.pages.conftest import SignIn, hidden


@pytest.fixture(autouse=True)
async def _marseille(owner: asyncpg.Connection) -> None:
    await a_commune(owner)


PLACE = {"name": "Théâtre du Gymnase", "postcode": "13001", "commune_insee": "13055", "capacity": "1 200"}


async def test_what_is_typed_is_saved_with_its_trail(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    client, typed = await sign_in("officer"), PLACE | {"name": "Théâtre des Flots"}

    answer = await client.post("/manage/places/new", data=typed | await hidden(client, "/manage/places/new"))
    location = answer.headers["location"]
    page = await client.get(location)

    kept = await pool.fetchrow(
        "select name, postcode, commune_insee, capacity from place where public_id = $1", location.rpartition("/")[2]
    )
    entry = await pool.fetchrow(
        "select role, operation, subject_kind from audit_entry where subject_id = $1", location.rpartition("/")[2]
    )
    assert (answer.status_code, page.status_code) == (303, 200)
    assert dict(kept) == {**typed, "capacity": 1200}
    assert dict(entry) == {"role": "officer", "operation": "createPlace", "subject_kind": "place"}
    assert '<p class="message">Fiche créée.</p>' in page.text
    assert "<h1>Théâtre des Flots, Marseille</h1>" in page.text


async def test_all_that_is_wrong_is_said_at_once_and_what_was_typed_stays(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    client = await sign_in("officer")
    typed = {"name": "", "postcode": "130", "commune_insee": "99999", "capacity": "beaucoup", "address": "1 <b> rue"}

    answer = await client.post("/manage/places/new", data=typed | await hidden(client, "/manage/places/new"))

    assert answer.status_code == 422
    assert "<title>Erreur\N{NO-BREAK SPACE}: Nouveau lieu" in answer.text
    assert "4 réponses sont à corriger" in answer.text
    assert '<a href="#name">Ce champ est obligatoire.</a>' in answer.text
    assert '<a href="#postcode">La valeur n’a pas la forme attendue. 5 chiffres.</a>' in answer.text
    assert '<a href="#capacity">Un nombre entier est attendu.</a>' in answer.text
    assert 'value="beaucoup"' in answer.text
    assert 'value="1 &lt;b&gt; rue"' in answer.text
    assert 'aria-describedby="postcode-hint postcode-error" aria-invalid="true"' in answer.text


async def test_a_refusal_of_the_domain_stands_beside_its_field(sign_in: SignIn) -> None:
    client = await sign_in("officer")
    typed = {"name": "Sans clé", "identifier_kind": "siret", "siret": "20005480700018", "country": "FR"}

    answer = await client.post(
        "/manage/organisations/new", data=typed | await hidden(client, "/manage/organisations/new")
    )

    assert answer.status_code == 422
    assert '<p class="error" id="siret-error">' in answer.text


async def test_an_edition_is_found_by_the_name_of_its_event(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    client = await sign_in("communication")
    organiser = await an_organisation(pool)
    await an_edition(pool, organiser, name="Fête de la page", year=2025)
    typed = {"event_id": "fête de la page", "year": "2026", "date_precision": "exact", "starts_on": "2026-07-01"}
    typed |= {"ends_on": "2026-07-03", "time_zone": "Europe/Paris", "event_day_starts_at": "05:00"}
    typed |= {"status": "scheduled"}

    answer = await client.post("/manage/editions/new", data=typed | await hidden(client, "/manage/editions/new"))
    page = await client.get(answer.headers["location"])

    assert answer.status_code == 303
    assert "<h1>Fête de la page 2026</h1>" in page.text
    assert 'value="2026-07-01"' in page.text
    assert 'value="05:00"' in page.text


async def test_two_people_cannot_overwrite_each_other(sign_in: SignIn) -> None:
    client = await sign_in("officer")
    made = await client.post("/manage/places/new", data=PLACE | await hidden(client, "/manage/places/new"))
    path = made.headers["location"]
    form = await hidden(client, path)

    first = await client.post(path, data=PLACE | form | {"capacity": "1000"})
    second = await client.post(path, data=PLACE | form | {"capacity": "900"})

    assert (first.status_code, second.status_code) == (303, 422)
    assert 'value="900"' in second.text
    assert 'class="error-summary"' in second.text


async def test_a_record_is_withdrawn_and_says_so(sign_in: SignIn) -> None:
    client = await sign_in("officer")
    made = await client.post("/manage/places/new", data=PLACE | await hidden(client, "/manage/places/new"))
    path = made.headers["location"]

    answer = await client.post(f"{path}/retire", data=await hidden(client, path))
    page = await client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/manage/places")
    assert "Fiche retirée le" in page.text
    assert '<form class="stack"' not in page.text


async def test_a_form_without_its_token_changes_nothing(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    client = await sign_in("officer")

    answer = await client.post("/manage/places/new", data={**PLACE, "name": "Venu d'ailleurs"})

    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert await pool.fetchval("select count(*) from place where name = 'Venu d''ailleurs'") == 0


@pytest.mark.parametrize(
    ("role", "expected"),
    [(None, 303), ("elected", 403), ("auditor", 403), ("organiser", 200), ("communication", 200), ("officer", 200)],
)
async def test_the_form_opens_for_the_roles_of_the_access_table(
    sign_in: SignIn, pool: asyncpg.Pool, role: str | None, expected: int
) -> None:
    organisation = await an_organisation(pool) if role == "organiser" else None
    client = await sign_in(role, organisation=organisation)

    answer = await client.get("/manage/events/new")

    assert answer.status_code == expected
    assert answer.headers.get("location") == ("/login?next=%2Fmanage%2Fevents%2Fnew" if role is None else None)


async def test_an_organiser_reads_but_does_not_write_what_belongs_to_others(
    sign_in: SignIn, pool: asyncpg.Pool
) -> None:
    own, other = await an_organisation(pool, "La nôtre"), await an_organisation(pool, "La leur")
    mine, theirs = await an_edition(pool, own, name="À nous"), await an_edition(pool, other, name="À eux")
    client = await sign_in("organiser", organisation=own)

    listed = (await client.get("/manage/editions")).text

    assert "À nous 2026" in listed
    assert "À eux 2026" not in listed
    assert (await client.get(f"/manage/editions/{mine}")).status_code == 200
    assert (await client.get(f"/manage/editions/{theirs}")).status_code == 404


async def test_a_list_is_read_to_its_end_in_the_order_of_names(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    client = await sign_in("officer")
    for rank in range(60):
        await an_organisation(pool, f"Zephyr {rank:02}")

    first = (await client.get("/manage/organisations?q=zephyr")).text
    following = first.split('rel="next"')[0].rpartition('href="')[2].split('"')[0].replace("&amp;", "&")
    second = (await client.get(f"/manage/organisations{following}")).text

    def names(page: str) -> list[str]:
        return [part.split("<")[0] for part in page.split(">Zephyr ")[1:]]

    assert names(first) + names(second) == [f"{rank:02}" for rank in range(60)]
    assert 'rel="next"' not in second


async def test_an_unknown_address_is_explained_to_a_person_and_named_to_a_program(sign_in: SignIn) -> None:
    client = await sign_in()

    page = await client.get("/nowhere", headers={"accept-language": "en"})
    program: dict[str, Any] = (await client.get("/nowhere", headers={"accept": "application/json"})).json()

    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Page not found</h1>" in page.text
    assert program["type"] == "urn:events-api:problem:not-found"
