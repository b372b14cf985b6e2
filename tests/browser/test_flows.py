"""What only a browser can show: forms without JavaScript, a job that moves on its page, the printed page."""

import asyncpg
from playwright.async_api import Browser, expect

from tests.browser.inspection import opened
from tests.browser.world import sign_in


async def test_a_record_is_made_corrected_and_withdrawn_without_javascript(
    browser: Browser, platform: str, world: dict[str, str]
) -> None:
    async with opened(browser, java_script_enabled=False) as context:
        await sign_in(context, platform, world["session_officer"])
        page = await context.new_page()
        await page.goto(f"{platform}/manage/places/new")
        await page.get_by_label("Nom").fill("Salle sans script")
        await page.get_by_label("Capacité").fill("mille")
        await page.get_by_role("button", name="Enregistrer").click()

        await expect(page.get_by_role("alert")).to_contain_text("Une réponse est à corriger")
        await expect(page.get_by_label("Nom")).to_have_value("Salle sans script")
        await page.get_by_label("Capacité").fill("1 000")
        await page.get_by_role("button", name="Enregistrer").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("Salle sans script")
        await expect(page.get_by_label("Capacité")).to_have_value("1000")
        await page.get_by_role("button", name="Retirer").click()

        await expect(page.get_by_role("status")).to_have_text("Fiche retirée.")


async def test_a_job_moves_on_its_page_without_being_asked(
    browser: Browser, platform: str, world: dict[str, str], town_pool: asyncpg.Pool
) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_administrator"])
        page = await context.new_page()
        await page.goto(f"{platform}/jobs/{world['moving_job']}")
        await expect(page.get_by_label("3 sur 10")).to_be_visible()

        await town_pool.execute(
            "update job set state = 'cancelled', done_units = 8, finished_at = now() where public_id = $1",
            world["moving_job"],
        )

        await expect(page.get_by_label("8 sur 10")).to_be_visible()
        await expect(page.locator("#job")).not_to_have_attribute("hx-get", f"/jobs/{world['moving_job']}")


async def test_paper_gets_the_content_alone_on_white(browser: Browser, platform: str) -> None:
    async with opened(browser, color_scheme="dark") as context:
        page = await context.new_page()
        await page.goto(f"{platform}/tableau-de-bord/2024")
        await page.emulate_media(media="print")

        await expect(page.locator("#site-nav")).to_be_hidden()
        await expect(page.locator(".site-footer")).to_be_hidden()
        await expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
        await expect(page.locator("h1")).to_have_css("color", "rgb(0, 0, 0)")
