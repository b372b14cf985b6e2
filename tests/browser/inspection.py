"""Looks at one page as its readers do: both themes, three widths, axe-core, the console, the network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.decided import decided

WIDTHS: Final = (1280, 390, 320)
THEMES: Final = ("light", "dark")
RULES: Final = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations", "incomplete"],
}
_RUN = "([within, options]) => axe.run(within ?? document, options)"
_SIDEWAYS = """() => {
  const root = document.documentElement;
  const wide = root.scrollWidth > root.clientWidth ? ['page ' + root.scrollWidth + ' px'] : [];
  for (const element of document.querySelectorAll('body *')) {
    const way = getComputedStyle(element).overflowX;
    if ((way === 'auto' || way === 'scroll') && element.scrollWidth > element.clientWidth + 1)
      wide.push(element.tagName + '.' + element.className);
    if (root.scrollWidth > root.clientWidth && element.getBoundingClientRect().right > root.clientWidth + 1)
      wide.push(element.tagName + '.' + element.className);
  }
  return wide.slice(0, 5);
}"""
_SMALL_TARGETS = """() => [...document.querySelectorAll('button, .button, .doors a, nav a, summary, input, select')]
  .filter(e => e.offsetParent && !e.closest('.trail, .prose, main nav:not(.trail)') && e.type !== 'hidden')
  .filter(e => !['checkbox', 'radio'].includes(e.type) && e.getBoundingClientRect().height < 43.5)
  .map(e => e.outerHTML.slice(0, 80))"""


class Watch:
    """What the browser complained about and where it went while a page was open."""

    def __init__(self, page: Page, origin: str) -> None:
        self.faults: list[str] = []
        self.allowed: set[str] = set()
        self._origin = origin
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        address = str(message.location.get("url", ""))
        if message.type in {"error", "warning"} and address not in self.allowed:
            self.faults.append(f"console: {message.text} ({address})")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self._origin, "data:")):
            self.faults.append(f"outside: {request.url}")


@asynccontextmanager
async def opened(browser: Browser, **options: Any) -> AsyncIterator[BrowserContext]:
    """A context without motion, so that no colour is read half-way."""
    context = await browser.new_context(reduced_motion="reduce", locale="fr-FR", **options)
    try:
        yield context
    finally:
        await context.close()


async def faults(context: BrowserContext, url: str, *, status: int = 200, failing: tuple[str, ...] = ()) -> list[str]:
    """Open a page and return everything wrong with it; ``failing`` are addresses that are meant to answer an error."""
    page = await context.new_page()
    watch = Watch(page, "/".join(url.split("/")[:3]))
    watch.allowed |= {*failing, *([url] if status >= 400 else [])}
    try:
        answer = await page.goto(url, wait_until="networkidle")
        found = [] if answer and answer.status == status else [f"status {answer and answer.status}"]
        found += await shown_wrong(page)
        return [f"{url} {fault}" for fault in found + watch.faults]
    finally:
        await page.close()


async def shown_wrong(page: Page, *, within: str | None = None) -> list[str]:
    """What is wrong with an open page in both themes and at every width; axe-core may be kept ``within`` a part."""
    await page.evaluate(AXE_SCRIPT)
    found = []
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of THEMES
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            found += [f"{theme} {width}: {line}" for line in await seen(page, within)]
    return found


async def seen(page: Page, within: str | None) -> list[str]:
    """What is wrong with the page as it stands: axe-core, sideways scrolling, small targets."""
    results = await page.evaluate(_RUN, [within, RULES])
    lines = [described(item, node) for item in results["violations"] for node in item["nodes"]]
    lines += [
        f"undecided {described(item, node)}"
        for item in results["incomplete"]
        for node in item["nodes"]
        if not decided(item["id"], node)
    ]
    lines += [f"sideways: {element}" for element in await page.evaluate(_SIDEWAYS)]
    return lines + [f"small target: {element}" for element in await page.evaluate(_SMALL_TARGETS)]


def described(item: dict[str, Any], node: dict[str, Any]) -> str:
    """Name a finding: rule, element, reason."""
    messages = "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
    return f"{item['id']} {node['html'][:160]} {messages[:200]}"
