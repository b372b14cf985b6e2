"""A year of impact as pages: what may be added, where each number leads, who may read it, what a choice keeps."""

import html
import re
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.factories.impact import an_assessment, draw
from tests.factories.people import an_edition, an_organisation
from tests.handlers.pages.conftest import SignIn

LINK = re.compile(r'<a class="node" data-node="[^"]*" href="([^"]+)">([^<]+)</a>')


@pytest.fixture
async def year(pool: asyncpg.Pool, owner: asyncpg.Connection) -> int:
    """A year of its own: two editions of two organisers that were assessed, one that was not."""
    await owner.execute("update impact_edition set year = 1990 where year = 2061")
    for name in ("Fête une", "Fête deux"):
        edition = await an_edition(pool, await an_organisation(pool, f"Association {name}"), name=name, year=2061)
        await an_assessment(pool, edition)
    await draw(pool, await an_edition(pool, await an_organisation(pool, "Autre"), name="Fête trois", year=2061))
    return 2061


async def sums(pool: asyncpg.Pool, year: int) -> asyncpg.Record:
    return await pool.fetchrow(
        "select sum(npi) as npi, sum(attendances) as attendances from impact_edition where year = $1", year
    )


async def test_a_year_adds_means_and_entry_days_and_lists_what_is_not_measured(
    sign_in: SignIn, pool: asyncpg.Pool, year: int
) -> None:
    officer = await sign_in("officer")
    expected = await sums(pool, year)

    shown = (await officer.get(f"/manage/impact/{year}")).text
    found = (await officer.get(f"/api/v1/impact/years/{year}")).json()

    assert found["total"]["editions"] == 3
    assert found["total"]["assessed"] == 2
    assert found["total"]["npi"] == pytest.approx(expected["npi"])
    assert found["total"]["attendances"] == expected["attendances"] == 80_000
    assert [(one["key"], one["attendances"]) for one in found["groups"] if one["by"] == "grade"] == [
        ("-", None), ("A", 80_000.0),
    ]  # fmt: skip
    assert "non mesuré" in shown
    assert "L’éviction peut se recouper" in shown
    assert "ne s’additionnent jamais" in shown
    assert "80\u202f000" in shown


async def test_every_number_of_a_year_leads_to_a_page_that_explains_it(sign_in: SignIn, year: int) -> None:
    officer = await sign_in("officer")
    pages = [f"/manage/impact/{year}", f"/manage/impact/{year}/figures"]

    links: dict[str, str] = {}
    for path in pages:
        links |= {html.unescape(url): words for url, words in LINK.findall((await officer.get(path)).text)}
    statuses = {url: (await officer.get(url)).status_code for url in links}

    assert len(links) > 30
    assert {url: status for url, status in statuses.items() if status != 200} == {}


async def test_a_sum_leads_to_the_list_of_its_terms(sign_in: SignIn, year: int) -> None:
    officer = await sign_in("officer")

    listed = (await officer.get(f"/manage/impact/{year}/totals/net_primary_impact")).text
    none = await officer.get(f"/manage/impact/{year}/totals/unique_visitors")

    assert len(LINK.findall(listed)) == 2
    assert all(url.endswith("/impact/1/net_primary_impact") for url, _ in LINK.findall(listed))
    assert "somme des moyennes des tirages" in listed
    assert none.status_code == 404


async def test_the_sentences_of_the_charts_count_all_that_was_chosen(
    sign_in: SignIn, pool: asyncpg.Pool, owner: asyncpg.Connection, year: int
) -> None:
    officer = await sign_in("officer")
    await owner.execute("update impact_edition set commune_insee = null where year = $1", year)

    shown = (await officer.get(f"/manage/impact/{year}?lang=en")).text
    outside = (await officer.get(f"/manage/impact/{year}/totals/editions?commune=-&lang=en")).text
    ungraded = (await officer.get(f"/manage/impact/{year}/totals/editions?grade=-&lang=en")).text
    totals = {
        key: (await officer.get(f"/manage/impact/{year}/totals/{key}?lang=en")).text
        for key in ("supported", "above_one")
    }
    above = await pool.fetchval(
        "select count(*) from impact_edition where year = $1 and (figures #>> '{leverage,p50}')::float8 > 1", year
    )

    links = {html.unescape(url): words for url, words in LINK.findall(shown)}
    assert links[f"/manage/impact/{year}/totals/supported"] == "2"
    assert links[f"/manage/impact/{year}/totals/editions?grade=-"] == "1"
    assert "<dd>2</dd>" in totals["supported"]
    assert f"<dd>{above}</dd>" in totals["above_one"] or above == 0
    assert "<dd>3</dd>" in outside
    assert "<dd>1</dd>" in ungraded
    assert "Fête trois 2061" in ungraded


async def test_a_figure_of_a_film_says_its_document_and_what_must_be_believed(
    sign_in: SignIn, owner: asyncpg.Connection, year: int
) -> None:
    ids = {"declared_spend_eur": uuid4(), "support_amount": uuid4()}
    for quantity, value in (("declared_spend_eur", 2_000_000), ("support_amount", 500_000)):
        await owner.execute(
            "insert into programme_figure (public_id, subject, year, quantity, value, unit, source_kind,"
            " source_document, stated_at) values ($1, 'Fonds', $2, $3, $4, 'euros', 'document', 'Bilan fictif', now())",
            ids[quantity],
            year,
            quantity,
            value,
        )
    officer = await sign_in("officer")

    shown = (await officer.get(f"/manage/impact/{year}")).text
    film = (await officer.get(f"/manage/impact/{year}/films/{ids['support_amount']}")).text
    statuses = [
        (await officer.get(f"/manage/impact/{of}/films/{one}")).status_code
        for of, one in ((year + 1, ids["support_amount"]), (year, uuid4()))
    ]

    assert f'href="/manage/impact/{year}/films/{ids["support_amount"]}">25,0\N{NO-BREAK SPACE}%</a>' in shown
    assert "Bilan fictif" in film
    assert "500\N{NO-BREAK SPACE}k€" in film
    assert "25,0\N{NO-BREAK SPACE}%" in film
    assert f'href="/manage/impact/{year}/films/{ids["declared_spend_eur"]}"' in film
    assert statuses == [404, 404]


async def test_the_address_keeps_the_choice_and_the_list_goes_on_by_key(
    sign_in: SignIn, pool: asyncpg.Pool, year: int
) -> None:
    officer = await sign_in("officer")
    organiser = await pool.fetchval(
        "select o.public_id from impact_edition i join organisation o on o.id = i.organiser_id"
        " where i.year = $1 and o.name = 'Association Fête deux'",
        year,
    )

    chosen = (await officer.get(f"/api/v1/impact/years/{year}", params={"organiser": str(organiser)})).json()
    nothing = (await officer.get(f"/api/v1/impact/years/{year}", params={"organiser": "nobody"})).json()
    page = (await officer.get(f"/manage/impact/{year}?organiser={organiser}")).text
    names: list[str] = []
    after: dict[str, str] = {}
    for _ in range(3):
        answer = (await officer.get(f"/api/v1/impact/years/{year}", params={"limit": "1", **after})).json()
        names += [one["event"] for one in answer["editions"]]
        after = {"after": answer["following"] or ""}

    assert (chosen["total"]["editions"], nothing["total"]["editions"]) == (1, 0)
    assert f"totals/net_primary_impact?organiser={organiser}" in page
    assert names == ["Fête deux", "Fête trois", "Fête une"]
    assert after == {"after": ""}


async def test_elected_members_read_ten_figures_each_with_what_makes_it_certain(sign_in: SignIn, year: int) -> None:
    elected, organiser = await sign_in("elected"), await sign_in("communication")

    shown = await elected.get(f"/manage/impact/{year}/figures")
    refused = await organiser.get(f"/manage/impact/{year}/figures")

    assert (shown.status_code, refused.status_code) == (200, 403)
    assert len(re.findall(r"<dt>", shown.text)) == 10
    assert "compte du registre" in shown.text
    assert "le grade le plus faible est A" in shown.text


async def test_two_editions_are_subtracted_where_that_means_something(
    sign_in: SignIn, pool: asyncpg.Pool, year: int
) -> None:
    officer = await sign_in("officer")
    rows = await pool.fetch(
        "select e.public_id, i.edition_id from impact_edition i join edition e on e.id = i.edition_id"
        " where i.year = $1 and i.number is not null order by i.sort_key",
        year,
    )
    one, other = (row["public_id"] for row in rows)
    path = f"/manage/impact/compare?one={one}&other={other}"

    same = (await officer.get(path)).text
    await pool.execute("update impact_edition set set_number = 2 where edition_id = $1", rows[1]["edition_id"])
    differing = (await officer.get(path)).text
    years = (await officer.get(f"/manage/impact/compare?one={year - 1}&other={year}")).text
    mixed = (await officer.get(f"/manage/impact/compare?one={year}&other={other}")).text

    assert "les intervalles se recouvrent" in same
    assert "des médianes ne se soustraient pas" in same
    assert "pas de différence\u00a0: hypothèses 1 et 2" in differing
    assert "80\u202f000 (grades A)" in years
    assert "Une année ne se compare qu’à une année" in mixed


async def test_an_unknown_edition_or_year_is_an_empty_page(sign_in: SignIn) -> None:
    officer = await sign_in("officer")

    empty = await officer.get("/manage/impact/2199")
    absent = await officer.get(f"/manage/impact/compare?one={UUID(int=1)}&other={UUID(int=2)}")
    zero = await officer.get("/manage/impact/0")

    assert (empty.status_code, absent.status_code, zero.status_code) == (200, 200, 400)
