"""The inspection itself: what is wrong in one theme or at one width alone is found."""

from playwright.async_api import Browser

from tests.browser.inspection import opened, shown_wrong

PAGE = """<!doctype html>
<html lang="fr"><head><title>Épreuve</title><style>
  body { background: #fff; color: #000; margin: 0; }
  [data-theme="dark"] body { background: #000; color: #fff; }
  button { min-height: 44px; display: none; }
  @media (max-width: 400px) { button { display: block; } }
  @media (min-width: 1000px) { [data-theme="dark"] #wide { color: #333; } }
  @media (min-width: 350px) and (max-width: 400px) { [data-theme="light"] #middle { color: #ddd; } }
  @media (max-width: 350px) { #long { width: 400px; } }
</style></head><body><main>
  <h1>Épreuve</h1><p id="wide">Large</p><p id="middle">Moyen</p><p id="long">Long</p><button></button>
</main></body></html>"""


async def test_a_fault_of_one_theme_or_width_is_found_there(browser: Browser) -> None:
    async with opened(browser) as context:
        page = await context.new_page()
        await page.set_content(PAGE)

        found = [" ".join(line.split()[:4]) for line in await shown_wrong(page)]

    assert found == [
        "light 390: button-name <button></button>",
        "light 390: color-contrast <p",
        "light 320: sideways: page",
        "light 320: sideways: P.",
        "dark 320: sideways: page",
        "dark 320: sideways: P.",
        "dark 1280: color-contrast <p",
    ]


async def test_a_sound_page_is_sound(browser: Browser) -> None:
    async with opened(browser) as context:
        page = await context.new_page()
        await page.set_content(PAGE.replace("#333", "#fff").replace("#ddd", "#000").replace("400px; }", "auto; }"))
        await page.evaluate("document.querySelector('button').textContent = 'Menu'")

        assert await shown_wrong(page) == []
