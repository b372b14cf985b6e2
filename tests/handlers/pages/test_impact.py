"""The impact of an edition as a page: every number on it leads to what it stands on."""

import re
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from events_api.domain.assessments import StaleReason
from events_api.handlers.pages import impact
from events_api.handlers.pages.impact_sheet import stale_words
from events_api.store.assessments import put_entry
from tests.factories.impact import ENTRY, an_assessment
from tests.factories.people import an_edition, an_organisation
from tests.handlers.pages.conftest import SignIn
from tests.workers.conftest import work_in


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool, "Organisation des comptes"), name="Fête des comptes")


async def test_every_number_on_the_page_leads_to_its_formula_and_sources(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    officer = await sign_in("officer")

    shown = await officer.get(f"/manage/editions/{edition}/impact")
    links = dict(re.findall(r'<a class="node" data-node="(\w+)" href="([^"]+)">', shown.text))
    answers = {key: await officer.get(link) for key, link in links.items()}

    assert shown.status_code == 200
    assert len(links) > 30
    assert {key: answer.status_code for key, answer in answers.items() if answer.status_code != 200} == {}
    headline = answers["p50_net_primary_impact"].text
    assert "<code>quantile(net_primary_impact, 0.5)</code>" in headline
    assert "Aux modes des paramètres" in headline
    assert re.findall(r'href="[^"]*/impact/1/(p[19]0_net_primary_impact)"', headline) == [
        "p10_net_primary_impact", "p90_net_primary_impact",
    ]  # fmt: skip
    assert "net_new_visitor_spend + organiser_net" in headline
    assert "Ce sur quoi ce chiffre repose" in headline
    assert "jeu d’hypothèses" in headline
    assert "saisie" in headline


async def test_a_page_says_why_there_is_nothing_to_show_yet_and_what_changed_since(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID
) -> None:
    officer = await sign_in("officer")
    path = f"/manage/editions/{edition}/impact"

    nothing = (await officer.get(path)).text
    await an_assessment(pool, edition, is_computed=False)
    waiting = (await officer.get(path)).text
    await an_assessment(pool, edition)
    async with work_in(pool) as work:
        await put_entry(work, edition, replace(ENTRY, attendances=41_000), "Recomptées")
    stale = (await officer.get(path)).text

    assert "Aucune évaluation n’a été demandée" in nothing
    assert "est en cours de calcul" in waiting
    assert "n’est plus à jour" in stale


def test_a_figure_that_was_corrected_since_leads_to_both_attendances() -> None:
    words = stale_words(
        StaleReason(
            code="assessment-attendance-changed", params={"was": 40_000, "was_grade": "A", "now": 9, "now_grade": "E"}
        ),
        "fr",
        nodes="/impact/1/",
        attendance="/attendance",
    )

    assert re.findall(r'href="([^"]+)">([^<]+)<', words) == [
        ("/impact/1/attendances_raw", "40\u202f000"), ("/attendance", "9"),
    ]  # fmt: skip


async def test_another_organiser_sees_neither_the_page_nor_a_number(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    stranger = await sign_in("organiser", organisation=await an_organisation(pool, "Une autre"))

    answers = [await stranger.get(f"/manage/editions/{edition}/impact{rest}") for rest in ("", "/1/net_primary_impact")]
    unknown = await (await sign_in("officer")).get(f"/manage/editions/{edition}/impact/1/nothing_at_all")

    assert [answer.status_code for answer in (*answers, unknown)] == [404, 404, 404]


async def test_what_was_rendered_for_one_reader_is_shown_to_another_with_their_own_forms_and_language(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_assessment(pool, edition)
    path = f"/manage/editions/{edition}/impact"
    officer, auditor, stranger = await sign_in("officer"), await sign_in("auditor"), await sign_in("communication")
    first = (await officer.get(path)).text
    monkeypatch.setattr(impact, "impact_parts", None)  # nothing is rendered again

    again, other = (await officer.get(path)).text, (await auditor.get(path)).text
    refused = await stranger.get(path)
    monkeypatch.undo()
    english = (await officer.get(f"{path}?lang=en")).text

    tokens = [set(re.findall(r'name="csrf_token" value="(\w+)"', text)) for text in (first, again, other)]
    assert again == first
    assert tokens[0] == tokens[1] != tokens[2]
    assert [len(each) for each in tokens] == [1, 1, 1]
    assert ("share" in first, 'name="chart"' in first, 'name="chart"' in other) == (True, True, False)
    assert first.count("<svg") == other.count("<svg") >= 10
    assert refused.status_code == 403
    assert ("Impact primaire net" in english, "Net primary impact" in english) == (False, True)


async def test_what_was_rendered_is_not_shown_after_its_inputs_change_without_saying_it(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    path = f"/manage/editions/{edition}/impact"
    officer = await sign_in("officer")
    before = [(await officer.get(path)).text for _ in range(2)][1]

    async with work_in(pool) as work:
        await put_entry(work, edition, replace(ENTRY, attendances=41_000), "Recomptées")
    stale = (await officer.get(path)).text
    await an_assessment(pool, edition, entry=replace(ENTRY, attendances=52_000))
    drawn = (await officer.get(path)).text

    assert ("n’est plus à jour" in before, "n’est plus à jour" in stale, "n’est plus à jour" in drawn) == (
        False, True, False,
    )  # fmt: skip
    headlines = [re.findall(r'data-node="p50_net_primary_impact"[^>]*>([^<]+)<', text)[0] for text in (before, drawn)]
    assert headlines[0] != headlines[1]
    assert f"/manage/editions/{edition}/impact/2/p50_net_primary_impact" in drawn
