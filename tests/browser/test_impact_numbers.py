"""Every number on the page of an assessment is a link, and what it leads to says the same number."""

from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace
from playwright.async_api import Browser

from events_api.domain.impact.carbon import Mobility
from tests.browser.inspection import opened
from tests.browser.numbers import misled, unlinked
from tests.browser.world import sign_in
from tests.factories.impact import ENTRY, EXAMPLES, an_assessment
from tests.factories.people import an_edition, an_organisation

NAME = "Fête des nombres"
TRIPS = EXAMPLES["carbon_mobility"]["inputs"]
JOURNEYS = Mobility(
    mode_shares=TRIPS["mode_shares"],
    one_way_km=TRIPS["one_way_km"],
    emission_factors=TRIPS["emission_factor_kg_per_km"],
)


@pytest.fixture(scope="session")
async def numbered(town_pool: asyncpg.Pool, world: dict[str, str]) -> UUID:
    """An edition of which everything is known."""
    del world  # the communes and the sessions are there
    edition = await an_edition(town_pool, await an_organisation(town_pool, "Association des nombres"), name=NAME)
    await an_assessment(town_pool, edition, entry=replace(ENTRY, mobility=JOURNEYS))
    return edition


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_no_number_on_the_page_leads_nowhere(
    browser: Browser, platform: str, world: dict[str, str], numbered: UUID, language: str
) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.goto(f"{platform}/manage/editions/{numbered}/impact?lang={language}")

        assert await page.locator("main figure").count() == 6
        assert await unlinked(page, names=(f"{NAME} 2026",)) == []


async def test_every_number_leads_to_a_page_that_says_it(
    browser: Browser, platform: str, world: dict[str, str], numbered: UUID
) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.goto(f"{platform}/manage/editions/{numbered}/impact?lang=fr")

        count, faults = await misled(context, page)

        assert "\n".join(faults) == ""
        assert count > 150
