"""What the page of an assessment shows beside it: the counts of the edition and the editions of its event."""

import datetime as dt
import re
from uuid import UUID, uuid4

import asyncpg
import pytest
from msgspec.structs import replace

from dashboards.impact.facts import EditionOfEvent, Observed
from dashboards.queries.impact import beside_assessment
from events_api.domain.impact.carbon import Mobility
from events_api.store.assessments import put_entry, request_assessment
from tests.factories.impact import ENTRY, EXAMPLES, an_assessment, compute
from tests.factories.people import EDITION, an_edition, an_organisation
from tests.factories.visits import a_counted_edition
from tests.handlers.pages.conftest import SignIn
from tests.workers.conftest import work_in

SUBSIDY = """
    with granted as (
        insert into subsidy (public_id, organisation_id, title, state, nature, granted_cents, funder_id, decided_on)
        select $1, o.id, 'Aide', $4, $5, $6, f.id, '2026-01-15'
          from organisation o left join organisation f on f.public_id = $7 where o.public_id = $2
        returning id)
    insert into subsidy_allocation (edition_id, subsidy_id, amount_cents)
    select e.id, granted.id, $8 from granted, edition e where e.public_id = any($3::uuid[])
"""
FIGURE = """
    insert into edition_figure (edition_id, public_id, quantity, value, unit, grade, source_kind, source_document,
        stated_at)
    select id, $2, 'attendances', $3, 'people', $4, 'document', 'Bilan', now() from edition where public_id = $1
"""


@pytest.fixture
async def organiser(pool: asyncpg.Pool) -> UUID:
    return await an_organisation(pool, "Organisation des tendances")


@pytest.fixture
async def editions(pool: asyncpg.Pool, organiser: UUID) -> dict[int, UUID]:
    """Four editions of one event."""
    found = {2024: await an_edition(pool, organiser, name="Fête des tendances", year=2024)}
    event = await pool.fetchval(
        "select v.public_id from event v join edition e on e.event_id = v.id where e.public_id = $1", found[2024]
    )
    for year in (2025, 2026, 2027):
        found[year] = uuid4()
        await pool.execute(EDITION, found[year], event, year)
    return found


async def granted(
    pool: asyncpg.Pool,
    organiser: UUID,
    *editions: UUID,
    cents: int,
    state: str = "decided",
    nature: str = "cash",
    funder: UUID | None = None,
    part: int | None = None,
) -> None:
    await pool.execute(SUBSIDY, uuid4(), organiser, list(editions), state, nature, cents, funder, part)


async def test_subsidies_are_cash_of_the_metropole_and_a_year_without_is_a_gap(
    pool: asyncpg.Pool, organiser: UUID, editions: dict[int, UUID]
) -> None:
    await granted(pool, organiser, editions[2024], cents=9_000_000)
    await granted(pool, organiser, editions[2024], cents=500_000, nature="in_kind")
    await granted(pool, organiser, editions[2024], cents=700_000, funder=await an_organisation(pool, "Un département"))
    await granted(pool, organiser, editions[2025], editions[2026], cents=8_000_000)
    await granted(pool, organiser, editions[2027], cents=3_000_000, part=2_000_000)

    beside = await beside_assessment(pool, editions[2027], "amp")

    assert [(one.year, one.subsidy_cents) for one in beside.editions] == [
        (2024, 9_000_000), (2025, None), (2026, None), (2027, 2_000_000),
    ]  # fmt: skip
    assert beside.visits is None


async def test_figures_come_with_their_grade_and_own_income_from_what_was_entered(
    pool: asyncpg.Pool, editions: dict[int, UUID]
) -> None:
    await pool.execute(FIGURE, editions[2024], uuid4(), 30_000, "E")
    await pool.execute(FIGURE, editions[2025], uuid4(), 31_000, "C")
    async with work_in(pool) as work:
        await put_entry(work, editions[2025], replace(ENTRY, revenue={"ticketing": 10.0, "sponsors": 5.0}), None)
    async with work_in(pool) as work:
        await put_entry(work, editions[2026], ENTRY, None)

    beside = await beside_assessment(pool, editions[2026], "amp")

    assert [replace(one, id="") for one in beside.editions] == [
        EditionOfEvent(id="", year=2024, figures=(Observed(quantity="attendances", value=30_000, grade="E"),)),
        EditionOfEvent(
            id="", year=2025, own_income_cents=1_000,
            figures=(Observed(quantity="attendances", value=31_000, grade="C"),),
        ),
        EditionOfEvent(
            id="", year=2026, own_income_cents=105_000_000,
            figures=(Observed(quantity="attendances", value=40_000, grade="A", by="entry"),),
        ),
    ]  # fmt: skip


async def test_the_page_shows_the_funnel_and_the_trend(
    sign_in: SignIn, pool: asyncpg.Pool, owner: asyncpg.Connection, organiser: UUID, editions: dict[int, UUID]
) -> None:
    for year in (2025, 2026):
        key = await pool.fetchval("select id from edition where public_id = $1", editions[year])
        await a_counted_edition(owner, key, dt.date(year, 7, 3))
    await granted(pool, organiser, editions[2025], cents=9_000_000)
    await an_assessment(pool, editions[2026])
    await an_assessment(pool, editions[2024])
    officer = await sign_in("officer")

    shown = (await officer.get(f"/manage/editions/{editions[2026]}/impact")).text
    bare = (await officer.get(f"/manage/editions/{editions[2024]}/impact")).text

    assert '<h2 id="funnel-heading">' in shown
    assert '<h2 id="trend-heading">' in shown
    assert "Tendance d’une édition à l’autre" in shown
    assert "L’évaluation, elle, retient 40\N{NARROW NO-BREAK SPACE}000 entrées-jour" in shown
    assert "a été compté" not in shown
    assert '<h2 id="trend-heading">' not in bare
    assert "ni billet ni passage de cette édition n’a été compté" in bare


async def test_the_page_of_another_territory_names_it_in_each_title_and_says_what_is_not_its_own(
    sign_in: SignIn, pool: asyncpg.Pool, editions: dict[int, UUID]
) -> None:
    async with work_in(pool) as work:
        await put_entry(work, editions[2026], replace(ENTRY, territory="departement_13"), "Comptes")
    async with work_in(pool) as work:
        made = await request_assessment(work, editions[2026], set_number=1, seed=None, territory="departement_13")
    await compute(pool, made.id)

    shown = (await (await sign_in("officer")).get(f"/manage/editions/{editions[2026]}/impact")).text

    titles = re.findall(r'<h2 id="\w+-heading">([^<]+)</h2>', shown)
    assert len(titles) >= 4
    assert [one for one in titles if not one.endswith("département des Bouches-du-Rhône")] == []
    assert "Parts locales des charges\N{NO-BREAK SPACE}: l’hypothèse du jeu vaut pour les 92 communes." in shown
    assert "IMP-04, AMP-IMPACT/1 §4" in shown


async def test_the_footprint_is_that_of_the_latest_assessment_for_the_same_territory(
    pool: asyncpg.Pool, editions: dict[int, UUID]
) -> None:
    journeys = EXAMPLES["carbon_mobility"]["inputs"]
    mobility = Mobility(
        mode_shares=journeys["mode_shares"],
        one_way_km=journeys["one_way_km"],
        emission_factors=journeys["emission_factor_kg_per_km"],
        car_occupancy=journeys["car_occupancy"],
    )
    async with work_in(pool) as work:
        await put_entry(work, editions[2026], replace(ENTRY, mobility=mobility), None)
    async with work_in(pool) as work:
        made = await request_assessment(work, editions[2026], set_number=1, seed=None)
    await compute(pool, made.id)
    await an_assessment(pool, editions[2025])

    of_communes = await beside_assessment(pool, editions[2026], "amp")
    of_region = await beside_assessment(pool, editions[2026], "region_sud")

    found = [one.footprint for one in of_communes.editions]
    assert found[:2] == [None, None]
    assert found[2] is not None
    assert (found[2].grade, found[2].kg > 10, found[2].nights > 1_000) == ("A", True, True)
    assert [one.footprint for one in of_region.editions] == [None, None, None]


async def test_a_number_of_another_edition_says_who_states_it_from_which_document(
    sign_in: SignIn, pool: asyncpg.Pool, owner: asyncpg.Connection, organiser: UUID, editions: dict[int, UUID]
) -> None:
    await pool.execute(FIGURE, editions[2024], uuid4(), 30_000, "E")
    key = await pool.fetchval("select id from edition where public_id = $1", editions[2026])
    await a_counted_edition(owner, key, dt.date(2026, 7, 3))
    for year, cents in ((2024, 9_000_000), (2025, 8_000_000), (2026, 8_100_000)):
        await granted(pool, organiser, editions[year], cents=cents)
    await granted(pool, organiser, editions[2026], cents=900_000)
    await an_assessment(pool, editions[2026])
    officer, own = await sign_in("officer"), await sign_in("organiser", organisation=organiser)
    place = f"/manage/editions/{editions[2026]}/impact/1/beside"

    figure = (await officer.get(f"{place}/attendance_{editions[2024].hex}")).text
    subsidy = (await officer.get(f"{place}/subsidy_{editions[2026].hex}")).text
    index = (await officer.get(f"{place}/subsidy_index_{editions[2026].hex}")).text
    entry = (await officer.get(f"{place}/own_income_{editions[2026].hex}")).text
    refused = [
        (await reader.get(f"{place}/{name}")).status_code
        for reader, name in (
            (officer, f"attendance_{editions[2025].hex}"), (officer, "nothing"), (officer, "subsidy_index_x"),
        )
    ]  # fmt: skip

    assert (await own.get(f"{place}/tickets_issued")).status_code == 200
    assert "30\N{NARROW NO-BREAK SPACE}000</dd>" in figure
    assert "Bilan" in figure
    assert f'href="/manage/editions/{editions[2024]}/evidence"' in figure
    assert "90\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€</dd>" in subsidy
    assert len(re.findall('href="/manage/subsidies/', subsidy)) == 2
    assert "<dd>100</dd>" in index
    assert "100 * subsidy_2026 / subsidy_2024" in index
    assert f'href="{place}/subsidy_{editions[2024].hex}"' in index
    assert "1\N{NARROW NO-BREAK SPACE}050\N{NARROW NO-BREAK SPACE}000" in entry
    assert f'href="/manage/editions/{editions[2026]}/impact/entry"' in entry
    assert "Comptes" in entry
    assert refused == [404, 404, 404]


async def test_a_declared_figure_is_on_the_page_of_evidence_with_nothing_counted(
    sign_in: SignIn, pool: asyncpg.Pool, editions: dict[int, UUID]
) -> None:
    await pool.execute(FIGURE, editions[2024], uuid4(), 30_000, "E")

    shown = (await (await sign_in("officer")).get(f"/manage/editions/{editions[2024]}/evidence")).text

    assert "30\N{NARROW NO-BREAK SPACE}000" in shown
    assert "Bilan" in shown
