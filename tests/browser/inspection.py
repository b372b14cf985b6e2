"""Looks at one page as its readers do: both themes, three widths, axe-core, the console, the network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request

from tests.browser.decided import decided

WIDTHS: Final = (1280, 390, 320)
THEMES: Final = ("light", "dark")
RULES: Final = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations", "incomplete"],
    "selectors": False,
    "preload": False,
}
COLOURS: Final = {**RULES, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules to which a theme makes a difference."""

# Remembers on the page which elements were met and how they looked: kind, colours, those of all that holds them,
# whether the text counts as large (what was legible small is so large), whether a part of a table. Each is looked at
# when it is met for the first time, and after that one of those that look alike, when the look is new.
_LOOK = """async ([part, theme, alone, rules, colours]) => {
  const root = document.documentElement;
  const first = !root.remembered;
  const {met, known, names} = root.remembered ??= {met: new WeakSet(), known: new Set(), names: new Map()};
  const looks = new Map(), within = new Set();
  const include = [], exclude = [], wide = [], small = [];
  let born = false;
  if (root.scrollWidth > root.clientWidth) wide.push('page ' + root.scrollWidth + ' px');
  for (const element of document.querySelectorAll('body, body *')) {
    const style = getComputedStyle(element);
    const way = style.overflowX;
    if ((way === 'auto' || way === 'scroll') && element.scrollWidth > element.clientWidth + 1
        || root.scrollWidth > root.clientWidth && element.getBoundingClientRect().right > root.clientWidth + 1)
      wide.push(element.tagName + '.' + element.className);
    const above = element.parentElement;
    const own = [looks.get(above) ?? theme, element.tagName, element.getAttribute('class'), style.color,
      style.backgroundColor, style.backgroundImage, style.opacity, style.display.startsWith('table')].join();
    if (!names.has(own)) names.set(own, names.size);
    const look = names.get(own);
    looks.set(element, look);
    if (within.has(above)) within.add(element);
    const twin = element.closest('[data-looked-at]');
    if (!twin) {
      if (!element.closest(part) || element.ownerSVGElement && !element.closest('text, a')) continue;
      if (!element.checkVisibility({visibilityProperty: true})) continue;
    }
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
    const fresh = !twin && (!met.has(element) || !(known.has(look + 'false') || known.has(look + String(large))));
    if (!twin) {
      if (!met.has(element)) born = true;
      met.add(element);
      known.add(look + String(large));
    }
    if (fresh === within.has(element)) continue;
    if (fresh) { include.push(element); within.add(element); } else { exclude.push(element); within.delete(element); }
  }
  for (const e of document.querySelectorAll('button, .button, .doors a, nav a, summary, input, select'))
    if (e.offsetParent && !e.closest('.trail, .prose, main nav:not(.trail)')
        && !['hidden', 'checkbox', 'radio'].includes(e.type) && e.getBoundingClientRect().height < 43.5)
      small.push(e.outerHTML.slice(0, 80));
  const seen = include.length === 0 ? {violations: [], incomplete: []}
    : await axe.run(first && !alone ? document : {include, exclude}, born ? rules : colours);
  return {wide: wide.slice(0, 5), small, violations: seen.violations, incomplete: seen.incomplete};
}"""

# Marks the blocks of the page whose twins were looked at before, and tells which blocks it holds.
_BLOCKS = """async known => {
  const held = [];
  const digest = async text => String(new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
  for (const block of document.querySelectorAll('main > *, main section, main form, main table, main details')) {
    const twin = block.cloneNode(true);
    for (const secret of twin.querySelectorAll('[name=csrf_token]')) secret.remove();
    held.push(await digest(twin.outerHTML));
    if (known.includes(held.at(-1))) block.dataset.lookedAt = '';
  }
  return held;
}"""


class Watch:
    """What the browser complained about and where it went while a page was open."""

    def __init__(self, page: Page, origin: str) -> None:
        self.faults: list[str] = []
        self.allowed: set[str] = set()
        self._origin = origin
        self._ways = {"console": self._on_console, "pageerror": self._on_error, "request": self._on_request}
        self._page = page
        for event, way in self._ways.items():
            page.on(event, way)  # type: ignore[call-overload]  # the names of events are literals there

    def close(self) -> None:
        """Look away."""
        for event, way in self._ways.items():
            self._page.remove_listener(event, way)

    def _on_error(self, error: Error) -> None:
        self.faults.append(f"script: {error}")

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
    context.set_default_timeout(60_000)
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


async def shown_wrong(page: Page, *, part: str = "body", alone: bool = False) -> list[str]:
    """What is wrong with an open page in both themes and at every width.

    Sideways scrolling and small targets are measured each time. axe-core sees the whole page wide and light, and then
    whatever of the ``part`` a script drew anew or looks as nothing did before; with ``alone`` it never looks beyond the
    part."""
    await page.evaluate(AXE_SCRIPT)
    found = []
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of THEMES
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        for width in WIDTHS if theme == "light" else reversed(WIDTHS):
            await page.set_viewport_size({"width": width, "height": 900})
            found += [f"{theme} {width}: {line}" for line in await seen(page, theme, part, alone=alone)]
    return found


async def blocks(page: Page, known: set[str]) -> set[str]:
    """What identifies the blocks of an open page; :func:`shown_wrong` passes over those that are known."""
    return set(await page.evaluate(_BLOCKS, list(known)))


async def seen(page: Page, theme: str, part: str, *, alone: bool) -> list[str]:
    """What is wrong with the page as it stands: sideways scrolling, small targets, and axe-core where it is fresh."""
    results = await page.evaluate(_LOOK, [part, theme, alone, RULES, COLOURS])
    lines = [f"sideways: {element}" for element in results["wide"]]
    lines += [f"small target: {element}" for element in results["small"]]
    lines += [described(item, node) for item in results["violations"] for node in item["nodes"]]
    return lines + [
        f"undecided {described(item, node)}"
        for item in results["incomplete"]
        for node in item["nodes"]
        if not decided(item["id"], node)
    ]


def described(item: dict[str, Any], node: dict[str, Any]) -> str:
    """Name a finding: rule, element, reason."""
    messages = "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
    return f"{item['id']} {node['html'][:160]} {messages[:200]}"
