"""One browser, and the servers it looks at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.serving import serving
from tests.browser.world import platform, world

__all__ = ["browser", "gallery", "platform", "world"]

CHROMIUM = Path("/usr/bin/chromium")
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
    if not CHROMIUM.exists():  # noqa: ASYNC240  # once, before anything runs
        pytest.fail("Chromium is missing: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def gallery() -> AsyncIterator[str]:
    """The server of the gallery."""
    async with serving("tests.browser.gallery:create") as address:
        yield address
