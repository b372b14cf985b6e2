"""A chart in the page of a partner: a frame of another site, which no other page of ours can be in."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser.inspection import opened


@pytest.fixture
async def partner() -> AsyncIterator[str]:
    """The site of a partner: whatever address is asked for, a page that frames what its query says."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode()
        framed = line.split(" ")[1].partition("?")[2]
        body = f'<!doctype html><title>p</title><iframe src="{framed}" title="c" width="320" height="700"></iframe>'
        writer.write(
            f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n"
            f"connection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}"


async def test_a_partner_frames_the_chart_and_nothing_else(
    browser: Browser, platform: str, world: dict[str, str], partner: str
) -> None:
    async with opened(browser) as context:
        page = await context.new_page()
        await page.goto(f"{partner}/?{platform}/embed/{world['shared']}", wait_until="networkidle")
        frame = page.frames[1]
        title = await frame.locator("h1").inner_text()
        wide = await frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        drawn = await frame.locator("svg:visible").count()
        await frame.locator("summary").click()
        rows = await frame.locator("table tbody tr:visible").count()
        cookies = await context.cookies()

        await page.goto(f"{partner}/?{platform}/evenements", wait_until="networkidle")
        other = page.frames[1].url

    assert title.startswith("Du brut au net")
    assert (wide, drawn, cookies) == (0, 1, [])
    assert rows > 5
    assert other.startswith("chrome-error:")
