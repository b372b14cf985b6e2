"""The pages of the calendar as people see them: with data, empty, in both languages and themes, at three widths."""

import datetime as dt
from collections.abc import AsyncIterator

import asyncpg
import pytest
import uuid_utils.compat
from playwright.async_api import Browser

from events_api.settings import Settings
from tests.browser.conftest import serving
from tests.browser.inspection import faults, opened
from tests.factories.calendar import a_commune, a_family, a_place, an_edition, an_event, an_organisation, insert


@pytest.fixture
async def site(empty: Settings) -> AsyncIterator[str]:
    """The real server over a calendar with one event of each sort."""
    owner = await asyncpg.connect(empty.database_url)
    await a_commune(owner)
    organiser = await an_organisation(owner, "Les Amis du livre", website="https://amis.example.org/")
    place = await a_place(owner, address="58 boulevard Charles Livon", postcode="13007", commune_insee="13055")
    event = await an_event(
        owner,
        "Salon du livre",
        slug="salon",
        family_id=await a_family(owner),
        commune_insee="13055",
        organisers=(organiser,),
        description_fr="Cent auteurs.\nUn parc.",
        website="https://salon.example.org/un-nom-de-page-assez-long-pour-deborder-d-un-petit-ecran",
    )
    edition = await an_edition(
        owner, event, "2024-10-25", "2024-10-28", places=(place,), number=1, capacity=5000, summary_fr="Gratuit."
    )
    key = await owner.fetchval("select id from edition where public_id = $1", edition)
    at = dt.datetime(2024, 10, 26, 18, 30, tzinfo=dt.UTC)
    await insert(
        owner,
        "session",
        edition_id=key,
        public_id=uuid_utils.compat.uuid7(),
        name_fr="Lecture",
        kind="reading",
        place_id=place,
        starts_at=at,
        ends_at=at + dt.timedelta(hours=1),
        status="full",
    )
    await insert(
        owner,
        "edition_figure",
        edition_id=key,
        public_id=uuid_utils.compat.uuid7(),
        quantity="attendance_as_printed",
        unit="visiteurs",
        value=10_000,
        grade="F",
        source_kind="document",
        source_document="programme 2024",
        stated_at=at,
    )
    await an_edition(owner, event, "2023-10-25", status="cancelled")
    await an_edition(owner, await an_event(owner, "Babel", slug="babel"), year=2024, simulated=True)
    endless = "Anticonstitutionnellement" * 4
    await an_edition(owner, await an_event(owner, endless), "2024-10-12")
    await an_edition(owner, await an_event(owner, f"{endless} bis"), year=2024)
    for number in range(31):
        await an_edition(owner, await an_event(owner, f"Concert {number}"), f"2024-09-{1 + number % 28:02}")
    environ = {
        "EVENTS_HOME": str(empty.home),
        "EVENTS_DATABASE_URL": empty.database_url,
        "EVENTS_APP_DATABASE_URL": empty.app_database_url,
        "EVENTS_REDIS_URL": empty.redis_url,
    }
    try:
        async with serving("events_api.app:create_app", environ) as address:
            yield address
    finally:
        await owner.close()


async def test_nobody_is_left_out_of_the_calendar(browser: Browser, site: str) -> None:
    pages = [
        "/calendrier/2024/10",
        "/calendrier/2024/09?lang=en",
        "/calendrier/2031/01",
        "/evenements",
        "/evenements?q=rien&famille=livre",
        "/evenements/salon",
        "/evenements/salon/2024",
        "/evenements/salon/2023?lang=en",
        "/evenements/babel/2024?lang=fr",
    ]

    async with opened(browser) as context:
        found = [fault for path in pages for fault in await faults(context, f"{site}{path}")]

    assert found == []


async def test_the_filters_work_without_a_script(browser: Browser, site: str) -> None:
    async with opened(browser, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{site}/evenements")
        await page.get_by_label("Famille").select_option("livre")
        await page.get_by_label("Mots").fill("SALON")
        await page.get_by_role("button", name="Afficher").click()

        assert await page.locator(".agenda h2").all_inner_texts() == ["Salon du livre", "Salon du livre Annulé"]
        assert "famille=livre" in page.url
        href = await page.get_by_role("link", name="Flux iCalendar de cette sélection").get_attribute("href")
        assert href == "/calendrier.ics?famille=livre&q=SALON"
        await page.get_by_role("link", name="Effacer les filtres").click()
        await page.get_by_role("link", name="Page suivante").click()
        assert await page.locator(".agenda > li").count() == 6
