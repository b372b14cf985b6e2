"""Every number on the page of an assessment or of a year is a link, and what it leads to says the same number."""

import datetime as dt
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from msgspec.structs import replace
from playwright.async_api import Browser

from events_api.domain.impact.carbon import Mobility
from events_api.settings import Settings
from tests.browser.inspection import opened
from tests.browser.numbers import misled, unlinked
from tests.browser.world import sign_in
from tests.factories.impact import ENTRY, EXAMPLES, an_assessment, draw
from tests.factories.people import EDITION, an_edition, an_organisation
from tests.factories.visits import a_counted_edition

NAME = "Fête des nombres"
OF_THE_YEAR = 2061
TRIPS = EXAMPLES["carbon_mobility"]["inputs"]
JOURNEYS = Mobility(
    mode_shares=TRIPS["mode_shares"],
    one_way_km=TRIPS["one_way_km"],
    emission_factors=TRIPS["emission_factor_kg_per_km"],
)
SUBSIDY = """
    with granted as (
        insert into subsidy (public_id, organisation_id, title, state, nature, granted_cents, decided_on,
                             source_document)
        select $1, id, 'Aide', 'decided', 'cash', $3, '2024-01-15', 'Délibération' from organisation
         where public_id = $2
        returning id)
    insert into subsidy_allocation (edition_id, subsidy_id, amount_cents)
    select e.id, granted.id, $3 from granted, edition e where e.public_id = $4
"""
FIGURE = """
    insert into edition_figure (edition_id, public_id, quantity, value, unit, grade, source_kind, source_document,
                                stated_at)
    select id, $2, $3, $4, 'people', $5, 'document', 'Bilan', now() from edition where public_id = $1
"""
FILM = """
    insert into programme_figure (public_id, subject, year, quantity, value, unit, source_kind, source_document,
                                  source_line, stated_at)
    values ($1, $2, $3, $4, $5, 'euros', 'document', 'Bilan des tournages', 12, now())
"""


@pytest.fixture(scope="session")
async def owner(town: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Who owns the tables of the pages."""
    connection = await asyncpg.connect(town.database_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def numbered(town_pool: asyncpg.Pool, world: dict[str, str], owner: asyncpg.Connection) -> UUID:
    """An edition of which everything is known, the fifth of its event: a declared one, one of another quantity, two
    that were counted and assessed."""
    del world  # the communes and the sessions are there
    organiser = await an_organisation(town_pool, "Association des nombres")
    editions = {2022: await an_edition(town_pool, organiser, name=NAME, year=2022)}
    event = await town_pool.fetchval(
        "select v.public_id from event v join edition e on e.event_id = v.id where e.public_id = $1", editions[2022]
    )
    for year in (2023, 2024, 2025, 2026):
        editions[year] = uuid4()
        await town_pool.execute(EDITION, editions[year], event, year)
        await town_pool.execute(SUBSIDY, uuid4(), organiser, 12_345_600 + year * 100, editions[year])
    await town_pool.execute(FIGURE, editions[2022], uuid4(), "attendances", 31_234, "E")
    await town_pool.execute(FIGURE, editions[2023], uuid4(), "unique_visitors", 9_876, "C")
    for year, scale in ((2025, 0.8), (2026, 1.0)):
        key = await town_pool.fetchval("select id from edition where public_id = $1", editions[year])
        await a_counted_edition(owner, key, dt.date(year, 7, 3), scale=scale)
    for year, attendances in ((2024, 23_456), (2025, 37_000), (2026, ENTRY.attendances)):
        entry = replace(ENTRY, mobility=JOURNEYS, attendances=attendances)
        await an_assessment(town_pool, editions[year], entry=entry)
    await draw(town_pool, editions[2026])
    return editions[2026]


@pytest.fixture(scope="session")
async def numbered_year(town_pool: asyncpg.Pool, world: dict[str, str], owner: asyncpg.Connection) -> int:
    """A year of its own: two editions that were assessed, one that was declared only, one unknown, and films."""
    del world
    for number, name in enumerate(("Fête une", "Fête deux")):
        organiser = await an_organisation(town_pool, f"Association {name}")
        edition = await an_edition(town_pool, organiser, name=name, year=OF_THE_YEAR)
        await town_pool.execute(
            "update event set commune_insee = $2 where id = (select event_id from edition where public_id = $1)",
            edition,
            ("13055", "13001")[number],
        )
        await an_assessment(town_pool, edition, entry=replace(ENTRY, attendances=40_000 - 7_000 * number))
    declared = await an_edition(
        town_pool, await an_organisation(town_pool, "Déclarante"), name="Fête dite", year=OF_THE_YEAR
    )
    await town_pool.execute(FIGURE, declared, uuid4(), "attendances", 5_432, "E")
    await draw(town_pool, declared)
    unknown = await an_edition(town_pool, await an_organisation(town_pool, "Autre"), name="Fête vide", year=OF_THE_YEAR)
    await draw(town_pool, unknown)
    for quantity, value in (("productions", 41), ("declared_spend_eur", 52_300_000)):
        await owner.execute(FILM, uuid4(), "film_shoots", OF_THE_YEAR, quantity, value)
    for quantity, value in (("declared_spend_eur", 2_640_000), ("support_amount", 410_000)):
        await owner.execute(FILM, uuid4(), "Fonds", OF_THE_YEAR, quantity, value)
    return OF_THE_YEAR


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_no_number_on_the_page_leads_nowhere(
    browser: Browser, platform: str, world: dict[str, str], numbered: UUID, language: str
) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.goto(f"{platform}/manage/editions/{numbered}/impact?lang={language}")

        assert await page.locator("main figure").count() == 9
        assert await unlinked(page) == []


async def test_every_number_leads_to_a_page_that_says_it(
    browser: Browser, platform: str, world: dict[str, str], numbered: UUID
) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.goto(f"{platform}/manage/editions/{numbered}/impact?lang=fr")

        count, faults = await misled(page)

        assert "\n".join(faults) == ""
        assert count > 200


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_no_number_of_a_year_leads_nowhere(
    browser: Browser, platform: str, world: dict[str, str], numbered_year: int, language: str
) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.goto(f"{platform}/manage/impact/{numbered_year}?lang={language}")

        assert await page.locator("main figure").count() == 2
        assert await unlinked(page) == []


async def test_every_number_of_a_year_leads_to_a_page_that_says_it(
    browser: Browser, platform: str, world: dict[str, str], numbered_year: int
) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.goto(f"{platform}/manage/impact/{numbered_year}?lang=fr")

        count, faults = await misled(page)

        assert "\n".join(faults) == ""
        assert count > 40
