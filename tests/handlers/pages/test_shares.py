"""The download links of the page of an assessment, and the page on which its charts are shared."""

import html
import re
from uuid import UUID

import asyncpg
import pytest

from tests.factories.impact import an_assessment
from tests.factories.people import an_edition, an_organisation
from tests.handlers.pages.conftest import SignIn

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool, "Organisation des partages"), name='Fête "des" <quais>')


def form_to(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that goes there."""
    form = page[page.index(f'action="{action}"') :]
    return {name: html.unescape(value) for name, value in HIDDEN.findall(form[: form.index("</form>")])}


async def test_every_download_of_the_page_answers_a_file(sign_in: SignIn, pool: asyncpg.Pool, edition: UUID) -> None:
    await an_assessment(pool, edition)
    officer = await sign_in("officer")

    page = (await officer.get(f"/manage/editions/{edition}/impact")).text
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)" download', page)]
    answers = {link: await officer.get(link) for link in links}

    assert len(links) == 1 + 5 * 4 + 2 * 2
    assert {link: answer.status_code for link, answer in answers.items() if answer.status_code != 200} == {}
    assert all(answer.headers["content-disposition"].startswith("attachment") for answer in answers.values())


async def test_a_chart_is_shared_from_its_page_and_withdrawn(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    officer, nobody = await sign_in("officer"), await sign_in()
    place = f"/manage/editions/{edition}/impact/shares"

    fields = form_to((await officer.get(f"/manage/editions/{edition}/impact")).text, place)
    sent = await officer.post(place, data=fields)
    page = (await officer.get(place)).text
    snippet = html.unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[0])
    url = re.findall(r'src="([^"]+)"', snippet)[0]
    shown = await nobody.get(url)
    action = re.findall(r'action="([^"]+/withdraw)"', page)[0]
    closed = await officer.post(action, data=form_to(page, action))
    gone = await nobody.get(url)

    assert fields["chart"] == "cascade"
    assert (sent.status_code, sent.headers["location"], closed.status_code) == (303, place, 303)
    assert snippet.startswith("<iframe ")
    assert 'title="Du brut au net, Fête &#34;des&#34; &lt;quais&gt;' in snippet
    assert (shown.status_code, gone.status_code) == (200, 410)


async def test_the_communication_team_shares_from_a_list_and_an_auditor_only_reads(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    team, auditor = await sign_in("communication"), await sign_in("auditor")
    place = f"/manage/editions/{edition}/impact/shares"

    fields = form_to((await team.get(place)).text, place)
    empty = await team.post(place, data=fields)
    wrong = await team.post(place, data=fields | {"chart": "pie"})
    sent = await team.post(place, data=fields | {"chart": "leverage"})
    read = await auditor.get(place)
    refused = await auditor.post(place, data=form_to((await team.get(place)).text, place) | {"chart": "spread"})

    assert f'href="{place}"' in (await team.get(f"/manage/editions/{edition}")).text
    assert (empty.status_code, wrong.status_code, sent.status_code, refused.status_code) == (422, 422, 303, 403)
    assert "error-summary" in empty.text
    assert "n’a pas de graphique" in wrong.text
    assert "Leviers" in read.text
    assert "<form class" not in read.text[read.text.index("<main") :]


async def test_without_a_computed_assessment_there_is_nothing_to_share(
    sign_in: SignIn, pool: asyncpg.Pool, edition: UUID
) -> None:
    officer = await sign_in("officer")

    page = await officer.get(f"/manage/editions/{edition}/impact/shares")

    assert page.status_code == 200
    assert "il n’y a pas encore de graphique à partager" in page.text
