"""The assumptions as pages: every version for everybody, and copies that staff publish."""

from typing import Any

import asyncpg
from httpx import AsyncClient

from tests.handlers.pages.conftest import SignIn, hidden

NBSP = "\N{NO-BREAK SPACE}"
GOOD = {
    "set_name": "Enquête 2026",
    "change_reason": "Trois festivals, juillet 2026",
    "p0-lowest": "20",
    "p0-likely": "31,5",
    "p0-highest": "45",
    "p0-impact_status": "sourced",
    "p0-source_lines": "S16\nEnquête AMP 2026, tableau 4",
    "p0-price_year": "2026",
}


async def form_of(client: AsyncClient, *keys: str, number: int = 1) -> tuple[str, dict[str, Any]]:
    path = f"/hypotheses/{number}/copy"
    asked = "&".join(f"key={key}" for key in keys)
    return path, await hidden(client, f"{path}?{asked}") | {"key": list(keys)}


async def last(client: AsyncClient) -> dict[str, Any]:
    return dict((await client.get("/api/v1/assumption-sets")).json()[0])


async def test_everybody_reads_every_parameter_of_a_version(sign_in: SignIn) -> None:
    nobody = await sign_in()

    listed = (await nobody.get("/hypotheses")).text
    shown = (await nobody.get("/hypotheses/1")).text

    assert 'href="/hypotheses/1"' in listed
    assert "livrée avec l’application" in listed
    assert "Copier et modifier" not in listed + shown
    for part in ("spend_D", "kappa_alt", "grade_E_declared", "festival_urbain", "tgv", "1,005", "Hypothèse d’expert"):
        assert part in shown
    assert "S16 – IGF citée par Europe 1, 2018" in shown
    assert 'href="/api/v1/assumption-sets/1/csv"' in shown
    assert "Profil étendu" in shown
    assert (await nobody.get("/hypotheses/999")).status_code == 404
    assert (await nobody.get("/hypotheses/1/copy")).status_code in {303, 401, 403}


async def test_an_officer_publishes_a_copy_that_says_what_differs(sign_in: SignIn) -> None:
    officer = await sign_in("officer")
    path, form = await form_of(officer, "spend_D")

    answer = await officer.post(path, data=form | GOOD)

    assert answer.status_code == 303, answer.text
    made = await last(officer)
    assert answer.headers["location"] == f"/hypotheses/{made['number']}"
    shown = (await officer.get(answer.headers["location"])).text
    assert f"Ce qui diffère de la version{NBSP}1" in shown or "Ce qui diffère de la version 1" in shown
    assert "31,5" in shown
    assert "Enquête AMP 2026, tableau 4" in shown
    assert "Trois festivals, juillet 2026" in shown
    stranger = (await (await sign_in()).get(answer.headers["location"])).text
    assert "une personne habilitée" in stranger


async def test_a_copy_sent_twice_or_from_an_older_list_is_published_once(sign_in: SignIn) -> None:
    officer = await sign_in("officer")
    path, form = await form_of(officer, "spend_D")

    first = await officer.post(path, data=form | GOOD)
    made = await last(officer)
    second = await officer.post(path, data=form | GOOD)

    assert (first.status_code, second.status_code) == (303, 422)
    assert "a changé depuis votre lecture" in second.text
    assert await last(officer) == made


async def test_what_cannot_be_is_refused_beside_its_field(sign_in: SignIn) -> None:
    officer = await sign_in("officer")
    path, form = await form_of(officer, "spend_D")
    before = await last(officer)
    for changes, field in (
        ({"set_name": "", "change_reason": ""}, "change_reason"),
        ({"p0-lowest": "40"}, "p0-lowest"),
        ({"p0-highest": "30"}, "p0-highest"),
        ({"p0-likely": "trente"}, "p0-likely"),
        ({"p0-highest": "1e309"}, "p0-highest"),
        ({"p0-highest": "nan"}, "p0-highest"),
        ({"p0-lowest": "-3"}, "p0-lowest"),
        ({"p0-highest": "6000"}, "p0-highest"),
        ({"p0-price_year": "26"}, "p0-price_year"),
        ({"p0-impact_status": "vrai"}, "p0-impact_status"),
    ):
        answer = await officer.post(path, data=form | GOOD | changes)

        assert answer.status_code == 422, (changes, answer.text)
        assert f'id="{field}-error"' in answer.text, changes
        assert f'href="#{field}"' in answer.text, changes
    assert await last(officer) == before


async def test_a_multiplier_above_its_bound_needs_its_document(sign_in: SignIn) -> None:
    officer = await sign_in("officer")
    path, form = await form_of(officer, "multiplier")
    values = GOOD | {"p0-lowest": "1", "p0-likely": "1,2", "p0-highest": "1,8"}

    bare = await officer.post(path, data=form | values)
    backed = await officer.post(path, data=form | values | {"p0-backing": "Étude régionale, p. 4"})

    assert (bare.status_code, backed.status_code) == (422, 303)
    assert 'id="p0-backing-error"' in bare.text


async def test_profiles_factors_and_names_with_markup(sign_in: SignIn) -> None:
    officer = await sign_in("officer")
    path, form = await form_of(officer, "profile.esport", "factor.tgv")
    values = {
        "set_name": "<b>Nom</b>",
        "change_reason": "<script>alert(1)</script>",
        "p0-lowest": "0,1",
        "p0-likely": "0,2",
        "p0-highest": "0,3",
        "p0-impact_status": "judged",
        "p1-factor_value": "0,004",
        "p1-impact_status": "sourced",
    }

    answer = await officer.post(path, data=form | values)

    assert answer.status_code == 303, answer.text
    shown = (await officer.get(answer.headers["location"])).text
    assert "<script>alert" not in shown
    assert "&lt;b&gt;Nom&lt;/b&gt;" in shown
    assert "0,004" in shown


async def test_nothing_chosen_or_nothing_changed_is_no_version(sign_in: SignIn) -> None:
    officer = await sign_in("officer")
    before = await last(officer)
    path, form = await form_of(officer, "spend_D")
    head = {"set_name": "x", "change_reason": "x"}

    nothing = await officer.post(path, data={name: value for name, value in form.items() if name != "key"} | head)

    assert nothing.status_code == 422
    assert await last(officer) == before


async def test_only_those_who_may_publish_find_the_form(sign_in: SignIn, pool: asyncpg.Pool) -> None:
    for role, expected in (("administrator", 200), ("elected", 403), ("auditor", 403), ("communication", 403)):
        client = await sign_in(role)

        assert (await client.get("/hypotheses/1/copy")).status_code == expected, role
        assert ("Copier et modifier" in (await client.get("/hypotheses/1")).text) is (expected == 200)
