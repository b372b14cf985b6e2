"""Every number of a page leads to what explains it: finds those that do not, and follows those that do."""

import html
import re
from typing import Final

from playwright.async_api import Page

REFERENCES: Final = re.compile(
    r"\bP(?:10|50|90)\b"  # the names of quantiles
    r"|\bAMP-IMPACT/1\b|\b(?:IMP|ATT)-\d\d\b|§[\s\u202f\u00a0]?\d+(?:\.\d+)*(?:(?:,| et| and) §?\d+(?:\.\d+)*)*"
    r"|\bversion \d+\b|\b(?:ligne|line) \d+\b"
    r"|\b(?:indice|index|repart de|begins again at|from) 100\b"  # how an index is defined
    r"|\bde 5[\s\u202f\u00a0]h à 5[\s\u202f\u00a0]h\b|\b05:00 to 05:00\b"  # an event day
    r"|\b(?:\d{1,2} \w+ )?(?:19|20|21)\d\d\b"  # years, days and moments
    r"(?:(?:,| à| at) \d\d?(?::|[\s\u202f\u00a0]h[\s\u202f\u00a0])\d\d)?"
)
"""What has digits and is no number of the page: names of quantiles, chapters, rules, years, what defines a unit."""
NUMBER: Final = re.compile(r"−?€?\d(?:[\d.,\u202f]*\d)?(?:\u00a0?(?:[kM]?€|Md€|%)|[km]\b|bn\b)?")

# The text outside links, drawings, forms, hashes and dates, block by block. What is folded away counts, too.
_BARE = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (/\\d/.test(node.data) && !node.parentElement.closest('a, svg, code, time, script, style, template, form, nav'))
      found.push(node.data.trim().replace(/[ \\n]+/g, ' '));
  }
  return found;
}"""
_LINKS = """links => links.map((link, rank) => [rank, link.getAttribute('href'), link.textContent.trim()])"""
_OF_ONE_NUMBER: Final = re.compile(r"/impact/\d+/(?:\w)|/beside/")
"""The addresses of pages that are of one number: it stands in their first list, not somewhere beside it."""


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


async def misled(page: Page) -> tuple[int, list[str]]:
    """Click every distinct link of a number; how many there are, and which lead to no page that says it."""
    await page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
    links = page.locator("main a.node")
    found: dict[str, dict[str, int]] = {}
    for rank, address, words in await links.evaluate_all(_LINKS):
        found.setdefault(address, {}).setdefault(words, rank)
    faults: list[str] = []
    for address, said in found.items():
        faults += await _clicked(page, address, said)
    return sum(len(said) for said in found.values()), faults


async def _clicked(page: Page, address: str, said: dict[str, int]) -> list[str]:
    """Click a link as a person does, hold what is shown against every text that leads there, and come back."""
    await page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
    async with page.expect_navigation(wait_until="domcontentloaded") as navigation:
        await page.locator("main a.node").nth(next(iter(said.values()))).click()
    status = (await navigation.value).status
    shown = NUMBER.findall(await page.locator("main").inner_text())
    told = NUMBER.findall(_told(await page.content(), address))
    await page.go_back(wait_until="domcontentloaded")
    faults = []
    for words in said:
        missing = [one for one in NUMBER.findall(words) if one not in told or one not in shown]
        if status != 200 or missing:
            faults.append(f"{words!r} -> {address}: {status}, does not say {missing}")
    return faults


def _told(body: str, address: str) -> str:
    """The text that explains the number: the first list of a page of one number, else all of the page."""
    main = body.partition("<main")[2].partition("</main>")[0]
    if _OF_ONE_NUMBER.search(address):
        main = main.partition("<dl")[2].partition("</dl>")[0]
    return html.unescape(re.sub(r"<code>.*?</code>|<[^>]*>", " ", main))
