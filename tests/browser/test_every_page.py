"""Every HTML route, for each role that may see it: with data, empty and in error, both languages, both themes, three
widths. A route that is added without a sample fails here."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest
from litestar import Router
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from playwright.async_api import Browser, Page

from events_api.handlers.pages import PAGES
from tests.browser.inspection import Watch, blocks, opened, shown_wrong
from tests.browser.world import PEOPLE, sign_in

SAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "/api/v1/docs/{tag}": ("/api/v1/docs/people",),
    "/evenements": ("/evenements", "/evenements?q=zzzz"),
    "/evenements/{slug}": ("/evenements/fete-du-port",),
    "/evenements/{slug}/{address}": ("/evenements/fete-du-port/2026",),
    "/calendrier/{year}/{number}": ("/calendrier/2026/7", "/calendrier/2031/1"),
    "/manage/organisations": ("/manage/organisations", "/manage/organisations?q=zzzz"),
    "/manage/organisations/{record_id}": ("/manage/organisations/{organisation}",),
    "/manage/events": ("/manage/events", "/manage/events?q=zzzz"),
    "/manage/events/{record_id}": ("/manage/events/{event}",),
    "/manage/editions": ("/manage/editions", "/manage/editions?q=zzzz"),
    "/manage/editions/{record_id}": ("/manage/editions/{edition}",),
    "/manage/editions/{record_id}/attendance": (
        "/manage/editions/{edition}/attendance",
        "/manage/editions/{uncounted}/attendance",
    ),
    "/manage/editions/{record_id}/control-room": (
        "/manage/editions/{edition}/control-room",
        "/manage/editions/{uncounted}/control-room",
    ),
    "/manage/editions/{record_id}/impact": (
        "/manage/editions/{edition}/impact",
        "/manage/editions/{former}/impact",
        "/manage/editions/{uncounted}/impact",
    ),
    "/manage/editions/{record_id}/impact/{number}/{key}": ("/manage/editions/{edition}/impact/1/organiser_net",),
    "/manage/editions/{record_id}/impact/{number}/beside/{key}": (
        "/manage/editions/{edition}/impact/1/beside/no_show",
        "/manage/editions/{edition}/impact/1/beside/entries_in",
    ),
    "/manage/editions/{record_id}/impact/{number}": (
        "/manage/editions/{edition}/impact/1",
        "/manage/editions/{former}/impact/1",
    ),
    "/manage/editions/{record_id}/impact/entry": (
        "/manage/editions/{edition}/impact/entry",
        "/manage/editions/{uncounted}/impact/entry?level=complete",
    ),
    "/manage/editions/{record_id}/impact/overrides": (
        "/manage/editions/{edition}/impact/overrides",
        "/manage/editions/{uncounted}/impact/overrides",
    ),
    "/manage/editions/{record_id}/impact/assessments": (
        "/manage/editions/{edition}/impact/assessments",
        "/manage/editions/{former}/impact/assessments",
        "/manage/editions/{uncounted}/impact/assessments",
    ),
    "/hypotheses/{number}": ("/hypotheses/1", "/hypotheses/2"),
    "/hypotheses/{number}/copy": (
        "/hypotheses/1/copy",
        "/hypotheses/1/copy?key=spend_D&key=profile.esport&key=factor.tgv",
    ),
    "/manage/editions/{record_id}/impact/shares": (
        "/manage/editions/{edition}/impact/shares",
        "/manage/editions/{uncounted}/impact/shares",
    ),
    "/embed/{token}": ("/embed/{shared}", "/embed/{shared}?lang=en"),
    "/manage/impact/{year}": ("/manage/impact/2026", "/manage/impact/2026?family=-", "/manage/impact/2031"),
    "/manage/impact/{year}/totals/{key}": (
        "/manage/impact/2026/totals/net_primary_impact",
        "/manage/impact/2031/totals/attendances",
    ),
    "/manage/impact/{year}/films/{record_id}": ("/manage/impact/2026/films/{film}",),
    "/manage/impact/{year}/figures": ("/manage/impact/2026/figures", "/manage/impact/2031/figures"),
    "/manage/impact/compare": (
        "/manage/impact/compare",
        "/manage/impact/compare?one=2025&other=2026",
        "/manage/impact/compare?one={edition}&other={former}",
    ),
    "/manage/editions/{record_id}/evidence": (
        "/manage/editions/{edition}/evidence",
        "/manage/editions/{former}/evidence",
        "/manage/editions/{uncounted}/evidence",
    ),
    "/manage/editions/{record_id}/methods/{method}": (
        "/manage/editions/{edition}/methods/survey",
        "/manage/editions/{edition}/methods/gate-sampling",
    ),
    "/manage/estimates/{record_id}": (
        "/manage/estimates/{proposed_estimate}",
        "/manage/estimates/{refused_estimate}",
    ),
    "/methodes/{method}": (
        "/methodes/survey",
        "/methodes/density",
        "/methodes/capture-recapture",
        "/methodes/gate-sampling",
        "/methodes/dwell-time",
    ),
    "/manage/editions/{record_id}/tickets": (
        "/manage/editions/{edition}/tickets",
        "/manage/editions/{uncounted}/tickets",
    ),
    "/manage/ticket-imports/{import_id}": (
        "/manage/ticket-imports/{previewed_import}",
        "/manage/ticket-imports/{done_import}",
        "/manage/ticket-imports/{failed_import}",
    ),
    "/manage/places": ("/manage/places", "/manage/places?q=zzzz"),
    "/manage/places/{record_id}": ("/manage/places/{place}",),
    "/manage/accounts": ("/manage/accounts", "/manage/accounts?q=zzzz"),
    "/manage/accounts/{record_id}": ("/manage/accounts/{account}",),
    "/manage/memberships": ("/manage/memberships", "/manage/memberships?q=zzzz"),
    "/manage/memberships/{record_id}": ("/manage/memberships/{membership}",),
    "/manage/tokens": ("/manage/tokens", "/manage/tokens?q=zzzz"),
    "/manage/tokens/{record_id}": ("/manage/tokens/{token}",),
    "/manage/reports": ("/manage/reports", "/manage/reports?q=zzzz"),
    "/manage/reports/{record_id}": ("/manage/reports/{draft_report}", "/manage/reports/{submitted_report}"),
    "/manage/subsidies": ("/manage/subsidies", "/manage/subsidies?q=zzzz"),
    "/manage/subsidies/{record_id}": ("/manage/subsidies/{request}", "/manage/subsidies/{granted}"),
    "/tableau-de-bord/{year}": ("/tableau-de-bord/2024",),
    "/tableau-de-bord/editions/{edition_id}": ("/tableau-de-bord/editions/{edition}",),
    "/annexe/{year}": ("/annexe/2024",),
    "/editing": ("/editing?editorial_state=published", "/editing?editorial_state=refused"),
    "/jobs": ("/jobs", "/jobs?job_state=cancelled"),
    "/jobs/{job_id}": ("/jobs/{dead_job}", "/jobs/{waiting_job}"),
    "/audit": ("/audit", "/audit?operation=zzzz"),
}
"""Addresses of the routes with a parameter, and of lists that can be empty."""


WINDOWS: Final = 6
HEADERS_SEEN: Final[set[tuple[str | None, str]]] = set()
"""The headers that were looked at: of a role, in a language."""

_MAIN: Final = re.compile(r"<main .*</main>", re.DOTALL)
_SECRETS: Final = re.compile(r'name="csrf_token" value="[^"]*"')


def html_routes() -> Iterator[str]:
    """The paths of the routes that answer a page."""
    for route in Router(path="/", route_handlers=list(PAGES)).routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods:
                annotation = handler.parsed_fn_signature.return_type.annotation
                if annotation is Template or Template in getattr(annotation, "__args__", ()):
                    yield route.path_format


def test_every_route_with_a_parameter_has_a_sample() -> None:
    assert {path for path in html_routes() if "{" in path} - SAMPLES.keys() == set()


@pytest.fixture(scope="session")
async def windows(browser: Browser) -> AsyncIterator[asyncio.Queue[Page]]:
    """Windows that are used again and again: to open one costs more than to look at a page."""
    async with contextlib.AsyncExitStack() as stack:
        free: asyncio.Queue[Page] = asyncio.Queue()
        for _ in range(WINDOWS):
            context = await stack.enter_async_context(opened(browser))
            free.put_nowait(await context.new_page())
        yield free


@pytest.mark.parametrize("path", sorted(html_routes()))
async def test_a_page_is_accessible_to_each_role_that_may_see_it(
    windows: asyncio.Queue[Page], platform: str, world: dict[str, str], path: str
) -> None:
    visits = [(language, sample.format(**world)) for language in ("fr", "en") for sample in SAMPLES.get(path, (path,))]

    found = await asyncio.gather(*(visited(windows, platform, world, *visit) for visit in visits))

    assert [fault for faults in found for fault in faults] == []


async def visited(
    windows: asyncio.Queue[Page], platform: str, world: dict[str, str], language: str, sample: str
) -> list[str]:
    """Look at one address as each role. What roles see alike is looked at once: a block of the body for each address,
    a form that is refused likewise, a header for each role and language."""
    faults: list[str] = []
    known: set[str] = set()
    twins: set[str] = set()
    for role in (None, *PEOPLE):
        where = f"{sample} as {role} in {language}"
        page = await windows.get()
        try:
            await become(page, platform, language, world[f"session_{role}"] if role else None)
            answer = await page.request.get(
                f"{platform}{sample}", headers={"accept": "text/html"}, max_redirects=0, fail_on_status_code=False
            )
            if answer.status in (303, 403, 404):
                continue
            if answer.status != 200:
                faults.append(f"{where}: status {answer.status}")
            main, header = main_of(await answer.text()), (role, language)
            if main not in known:
                part = "main" if header in HEADERS_SEEN else "body"
                faults += await looked_at(page, f"{platform}{sample}", platform, where, part, twins)
            elif header not in HEADERS_SEEN:
                faults += await looked_at(page, f"{platform}{sample}", platform, where, "header", twins)
            known.add(main)
            HEADERS_SEEN.add(header)
        finally:
            windows.put_nowait(page)
    return faults if known else [f"{sample}: no role may see it"]


async def become(page: Page, platform: str, language: str, session: str | None) -> None:
    """Let somebody else sit down at the window."""
    await page.context.clear_cookies()
    await page.context.add_cookies([{"name": "lang", "value": language, "url": platform}])
    if session:
        await sign_in(page.context, platform, session)


async def looked_at(page: Page, url: str, platform: str, where: str, part: str, twins: set[str]) -> list[str]:
    """Open an address and look at all of it but the twins of what was looked at before, or at its header alone; and at
    its forms when they are refused."""
    watch = Watch(page, platform)
    try:
        await page.goto(url, wait_until="networkidle")
        if part == "header":
            return [f"{where}: {line}" for line in await shown_wrong(page, part=part, alone=True)] + watch.faults
        faults = [f"{where}: {line}" for line in await looked_anew(page, part, twins)]
        faults += await refused(page, watch, where, twins)
    finally:
        watch.close()
        await page.goto(f"{platform}/health/live")  # a blank page would cost two processes
    return faults + [f"{where}: {line}" for line in watch.faults]


async def looked_anew(page: Page, part: str, twins: set[str]) -> list[str]:
    """Look at what has no twin, and remember it."""
    found = await blocks(page, twins)
    faults = await shown_wrong(page, part=part, alone=bool(twins))
    twins |= found
    return faults


async def refused(page: Page, watch: Watch, where: str, twins: set[str]) -> list[str]:
    """Send the forms of the page empty, and look at what comes back."""
    faults: list[str] = []
    url = page.url
    forms = await page.locator("main form[method=post]:has([required])").count()
    for rank in range(forms):
        form = page.locator("main form[method=post]:has([required])").nth(rank)
        sent = "sent: " + _SECRETS.sub("", await form.evaluate("form => form.outerHTML"))
        if sent in twins:
            continue
        twins.add(sent)
        watch.allowed.add(page.url)
        await form.evaluate("""form => {
          for (const field of form.querySelectorAll('input:not([type=hidden]), textarea, select')) {
            if (field.type === 'checkbox' || field.type === 'radio') field.checked = false; else field.value = '';
          }
        }""")
        watch.allowed.add(await form.evaluate("form => form.action"))
        async with page.expect_navigation(wait_until="networkidle"):
            await form.evaluate("form => form.submit()")
        if await page.locator(".error-summary").count() != 1:
            faults.append(f"{where}: an empty form is not refused with a summary")
        faults += [f"{where}, form refused: {line}" for line in await looked_anew(page, "main", twins)]
        await page.goto(url)
    return faults


def main_of(html: str) -> str:
    """The part of a page that may be the same for two roles."""
    found = _MAIN.search(_SECRETS.sub("", html))
    return found[0] if found else html


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_pages_of_failures_are_accessible(browser: Browser, platform: str, language: str) -> None:
    async with opened(browser) as context:
        page = await context.new_page()
        await page.goto(f"{platform}/nowhere?lang={language}")

        assert await page.title() == (
            "Page introuvable – Événements et festivals"
            if language == "fr"
            else "Page not found – Events and festivals"
        )
        assert await shown_wrong(page) == []


async def test_a_page_that_a_role_may_not_see_says_so(browser: Browser, platform: str, world: dict[str, str]) -> None:
    async with opened(browser) as context:
        await sign_in(context, platform, world["session_elected"])
        page = await context.new_page()
        answer = await page.goto(f"{platform}/manage/events/new")

        assert answer is not None
        assert answer.status == 403
        assert await page.locator("h1").inner_text() == "Accès refusé"
        assert await shown_wrong(page) == []
