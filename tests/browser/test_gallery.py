"""Every macro of the base and every page without a database, in both languages, themes and at three widths."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.inspection import faults, opened

PAGES = [
    "/",
    "/help",
    "/legal",
    "/privacy",
    "/accessibility",
    "/site-map",
    "/gallery/full",
    "/gallery/wrong",
    "/gallery/impact/A",
    "/gallery/impact/E",
]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_of_the_base_is_accessible(browser: Browser, gallery: str, path: str, language: str) -> None:
    async with opened(browser) as context:
        assert await faults(context, f"{gallery}{path}?lang={language}") == []


async def test_lists_without_a_row_and_charts_without_figures_say_so(browser: Browser, gallery: str) -> None:
    async with opened(browser) as context:
        missing = f"{gallery}/gallery/nowhere.json"
        assert await faults(context, f"{gallery}/gallery/empty", failing=(missing,)) == []


async def test_a_chart_is_drawn_in_the_colours_of_the_page(browser: Browser, gallery: str) -> None:
    async with opened(browser, color_scheme="dark") as context:
        page = await context.new_page()
        await page.goto(f"{gallery}/gallery/full")
        await expect(page.locator("#entries svg").first).to_be_visible()
        await expect(page.locator("#entries .bglayer, #entries .main-svg").first).to_have_css(
            "background-color", "rgb(8, 20, 27)"
        )


async def test_the_menu_of_a_narrow_screen_opens_and_closes_with_the_keyboard(browser: Browser, gallery: str) -> None:
    async with opened(browser, viewport={"width": 390, "height": 800}) as context:
        page = await context.new_page()
        await page.goto(f"{gallery}/")
        button = page.get_by_role("button", name="Menu")
        await expect(page.locator("#site-nav")).to_be_hidden()
        await button.press("Enter")
        await expect(button).to_have_attribute("aria-expanded", "true")
        await page.locator("#site-nav a").first.press("Escape")
        await expect(page.locator("#site-nav")).to_be_hidden()
        await expect(button).to_be_focused()


async def test_without_javascript_the_navigation_is_open(browser: Browser, gallery: str) -> None:
    async with opened(browser, viewport={"width": 390, "height": 800}, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{gallery}/")
        await expect(page.locator("#site-nav")).to_be_visible()
        await expect(page.locator(".menu-button")).to_be_hidden()


async def test_the_first_tab_leads_to_the_content_and_errors_take_the_focus(browser: Browser, gallery: str) -> None:
    async with opened(browser) as context:
        page = await context.new_page()
        await page.goto(f"{gallery}/help")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_be_focused()
        await page.goto(f"{gallery}/gallery/wrong")
        await expect(page.locator(".error-summary")).to_be_focused()
        await page.get_by_role("link", name="Un nombre entier est attendu.").click()
        await expect(page.locator("#seats")).to_be_focused()


async def test_the_chosen_theme_is_remembered(browser: Browser, gallery: str) -> None:
    async with opened(browser) as context:
        page = await context.new_page()
        await page.goto(f"{gallery}/help")
        await page.get_by_role("link", name="Sombre").click()
        await page.goto(f"{gallery}/legal")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        await expect(page.locator("body")).to_have_css("background-color", "rgb(12, 27, 36)")
