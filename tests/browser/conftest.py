"""One browser, and the servers it looks at."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.serving import serving
from tests.browser.world import platform, town, town_pool, world

__all__ = ["browser", "gallery", "platform", "town", "town_pool", "world"]

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    if CHROMIUM is None:
        pytest.fail("Chromium is missing: apt-get install chromium-headless-shell")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        expect.set_options(timeout=60_000)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def gallery() -> AsyncIterator[str]:
    """The server of the gallery."""
    async with serving("tests.browser.gallery:create") as address:
        yield address
