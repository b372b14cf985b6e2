"""Every number of a page leads to what explains it: finds those that do not, and follows those that do."""

import re
from typing import Final
from urllib.parse import urljoin

from playwright.async_api import BrowserContext, Page

REFERENCES: Final = re.compile(
    r"\bP(?:10|50|90)\b"  # the names of quantiles
    r"|\bAMP-IMPACT/1\b|\b(?:IMP|ATT)-\d\d\b|§[\s\u202f\u00a0]?\d+(?:\.\d+)*(?:(?:,| et| and) §?\d+(?:\.\d+)*)*"
    r"|\bversion \d+\b"
)
"""What has digits and is no number of the page: names of quantiles, chapters, rules, versions of what was entered."""
NUMBER: Final = re.compile(r"−?€?\d(?:[\d.,\u202f]*\d)?(?:\u00a0?(?:[kM]?€|Md€|%)|[km]\b|bn\b)?")

# The text outside links, drawings, hashes and dates, block by block. What is folded away counts, too.
_BARE = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (/\\d/.test(node.data) && !node.parentElement.closest('a, svg, code, time, script, style, template'))
      found.push(node.data.trim().replace(/[ \\n]+/g, ' '));
  }
  return found;
}"""
_LINKS = """links => links.map((link, rank) => [rank, link.getAttribute('href'), link.textContent.trim()])"""


async def unlinked(page: Page, *, names: tuple[str, ...] = ()) -> list[str]:
    """The texts of the page with a number that leads nowhere; ``names`` are those of editions, which may hold some."""
    found = []
    for text in await page.evaluate(_BARE):
        bare = text
        for name in names:
            bare = bare.replace(name, "")
        if re.search(r"\d", REFERENCES.sub("", bare)):
            found.append(text)
    return found


async def misled(context: BrowserContext, page: Page) -> tuple[int, list[str]]:
    """Click every distinct link of a number; how many there are, and which do not lead to a page that says it."""
    seen: set[tuple[str, str]] = set()
    faults = []
    await page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
    await page.evaluate("for (const link of document.querySelectorAll('main a.node')) link.target = 'answer'")
    links = page.locator("main a.node")
    answer: Page | None = None
    for rank, address, words in await links.evaluate_all(_LINKS):
        if (address, words) in seen:
            continue
        seen.add((address, words))
        if answer is None:
            async with context.expect_page() as opened:
                await links.nth(rank).evaluate("link => link.click()")
            answer = await opened.value
            await answer.wait_for_load_state("domcontentloaded")
            status = (await page.request.get(urljoin(page.url, address))).status
        else:
            async with answer.expect_navigation(wait_until="domcontentloaded") as navigation:
                await links.nth(rank).evaluate("link => link.click()")
            status = (await navigation.value).status
        told = await answer.locator("main dl").first.inner_text() if status == 200 else ""
        missing = [number for number in NUMBER.findall(words) if number not in NUMBER.findall(told)]
        if status != 200 or missing:
            faults.append(f"{words!r} -> {address}: {status}, does not say {missing}: {told[:120]!r}")
    return len(seen), faults
