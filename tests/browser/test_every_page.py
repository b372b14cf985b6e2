"""Every HTML route, for each role that may see it: with data, empty and in error, both languages, both themes, three
widths. A route that is added without a sample fails here."""

import asyncio
import datetime as dt
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from litestar import Router
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from playwright.async_api import Browser, BrowserContext

from dashboards.queries.facts import EditionInput
from dashboards.rendering import render_edition, render_year
from events_api.domain.actors import ROLES
from events_api.handlers.identity import SESSION_COOKIE
from events_api.handlers.pages import PAGES
from events_api.settings import Settings
from tests.browser.conftest import serving
from tests.browser.inspection import Watch, opened, shown_wrong
from tests.dashboards.programme import year_facts
from tests.factories.calendar import a_commune, a_family, a_place, an_edition, an_event, an_organisation, insert
from tests.factories.people import a_membership, a_session, a_token, an_account

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

NOW: Final = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
PEOPLE: Final = tuple(role for role in ROLES if role not in ("anonymous", "gate"))
"""The roles that people sign in with; a gate is a machine."""

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


@pytest.fixture(scope="session")
async def world(settings: Settings, pool: asyncpg.Pool) -> dict[str, str]:
    """One of everything, and a session for each role."""
    owner = await asyncpg.connect(settings.database_url)
    try:
        await a_commune(owner)
        organisation = await an_organisation(owner, "Association du Port", identifier_kind="unknown")
        event = await an_event(owner, "Fête du port", slug="fete-du-port", organisers=(organisation,))
        await owner.execute(
            "update event set description_fr = 'Trois jours.', family_id = $2, commune_insee = '13055' where id = $1",
            event,
            await a_family(owner, "musique"),
        )
        place = await a_place(owner, "Quai d'honneur", commune_insee="13055", postcode="13001")
        edition = await an_edition(owner, event, "2026-07-03", "2026-07-05", places=(place,))
        names = {
            "organisation": organisation,
            "event": await owner.fetchval("select public_id from event where id = $1", event),
            "place": await owner.fetchval("select public_id from place where id = $1", place),
            "edition": edition,
        }
        await the_documents(owner, edition)
        names |= await the_files(owner, organisation, edition)
        account = await an_account(pool, display_name="Dominique")
        await a_token(pool, "auditor")
        names |= {
            "account": account,
            "membership": await a_membership(pool, account, "elected"),
            "token": await owner.fetchval("select public_id from api_token limit 1"),
            "dead_job": await a_job(owner, "dead", last_error="ValueError: no figure", finished_at=NOW),
            "waiting_job": await a_job(owner, "queued", done_units=3, total_units=10),
        }
        for role in PEOPLE:
            names[f"session_{role}"] = await signed_in(pool, role, organisation)
        return {name: str(value) for name, value in names.items()}
    finally:
        await owner.close()


async def the_documents(owner: asyncpg.Connection, edition: UUID) -> None:
    """The dashboards of a year and of an edition, and a frozen annex, as workers leave them."""
    facts = year_facts()
    year = render_year(msgspec.json.encode(facts)).decode()
    one = EditionInput(edition=facts.editions[0], history=(), family=facts.families[0].label, territory=facts.territory)
    of_edition = render_edition(msgspec.json.encode(one)).decode()
    for kind, subject, content in (
        ("year", "2024", year),
        ("year", "2024/public", year),
        ("edition", str(edition), of_edition),
    ):
        await owner.execute(
            "insert into dashboard (kind, subject, watermark, input_hash, content)"
            " values ($1, $2, 1, sha256($3::bytea), $4::jsonb)",
            kind,
            subject,
            subject.encode(),
            content,
        )
    digest = b"0" * 32
    await owner.execute(
        "insert into stored_file (sha256, public_id, bytes, media_type) values ($1, $2, 1, 'application/pdf')",
        digest,
        uuid4(),
    )
    annex = await insert(owner, "annex", public_id=uuid4(), year=2024, state="frozen")
    await owner.execute(
        "insert into annex_version (annex_id, number, public_id, frozen_at, content, content_hash, audit_position,"
        " audit_hash, pdf_sha256, html_sha256, csv_sha256) values ($1, 1, $2, $3, '{}', $4, 1, $4, $4, $4, $4)",
        annex,
        uuid4(),
        NOW,
        digest,
    )


async def the_files(owner: asyncpg.Connection, organisation: UUID, edition: UUID) -> dict[str, UUID]:
    """A report that is a draft and one that waits for its review; a subsidy asked for and one that was granted."""
    edition_key, event = await owner.fetchrow("select id, event_id from edition where public_id = $1", edition)
    other = await an_edition(owner, event, "2025-07-04", "2025-07-06")
    other_key = await owner.fetchval("select id from edition where public_id = $1", other)
    key = await owner.fetchval("select id from organisation where public_id = $1", organisation)
    names = {name: uuid4() for name in ("draft_report", "submitted_report", "request", "granted")}
    of = {"organisation_id": key}
    await owner.execute(
        "insert into attendance_report (public_id, edition_id, organisation_id, state, attendances, grade, method)"
        " values ($1, $2, $3, 'draft', null, null, null), ($4, $5, $3, 'submitted', 12000, 'B', 'Billetterie')",
        names["draft_report"],
        edition_key,
        key,
        names["submitted_report"],
        other_key,
    )
    request = await insert(
        owner, "subsidy", public_id=names["request"], title="Aide 2026", requested_cents=1_250_050, **of
    )
    granted = await insert(
        owner,
        "subsidy",
        public_id=names["granted"],
        title="Aide 2025",
        requested_cents=1_000_000,
        granted_cents=900_000,
        state="decided",
        decided_on=dt.date(2025, 6, 25),
        deliberation="CULT-001",
        **of,
    )
    for subsidy, year in ((request, 2026), (granted, 2025)):
        await owner.execute("insert into subsidy_year (subsidy_id, year) values ($1, $2)", subsidy, year)
    return names


async def a_job(owner: asyncpg.Connection, state: str, **values: Any) -> UUID:
    public_id = uuid4()
    row = {"public_id": public_id, "kind": "build_annex", "queue": "render", "payload": "{}", "state": state}
    await insert(owner, "job", **row, attempts=1, max_attempts=3, request_id="request-1", **values)
    return public_id


async def signed_in(pool: asyncpg.Pool, role: str, organisation: UUID) -> str:
    account = await an_account(pool, display_name="Camille", email=f"{role}@example.org")
    acting = organisation if role == "organiser" else None
    await a_membership(pool, account, role, organisation=acting, starts_on=dt.date(2020, 1, 1))
    return await a_session(pool, account)


@pytest.fixture(scope="session")
async def platform(settings: Settings, world: dict[str, str]) -> AsyncIterator[str]:
    """The real application on a real server."""
    async with serving("events_api.app:create_app", settings.environ()) as address:
        yield address


def test_every_route_with_a_parameter_has_a_sample() -> None:
    assert {path for path in html_routes() if "{" in path} - SAMPLES.keys() == set()


@pytest.mark.parametrize("path", sorted(html_routes()))
async def test_a_page_is_accessible_to_each_role_that_may_see_it(
    browser: Browser, platform: str, world: dict[str, str], path: str
) -> None:
    visits = [(language, sample.format(**world)) for language in ("fr", "en") for sample in SAMPLES.get(path, (path,))]

    found = await asyncio.gather(*(visited(browser, platform, world, *visit) for visit in visits))

    assert [fault for faults in found for fault in faults] == []


async def visited(browser: Browser, platform: str, world: dict[str, str], language: str, sample: str) -> list[str]:
    """Look at one address as each role. What roles see alike is looked at once: a body for each address, a header for
    each role and language."""
    faults: list[str] = []
    known: set[str] = set()
    for role in (None, *PEOPLE):
        async with opened(browser) as context:
            await context.add_cookies([{"name": "lang", "value": language, "url": platform}])
            if role:
                await sign_in(context, platform, world[f"session_{role}"])
            where = f"{sample} as {role} in {language}"
            answer = await context.request.get(
                f"{platform}{sample}", headers={"accept": "text/html"}, max_redirects=0, fail_on_status_code=False
            )
            if answer.status in (303, 403, 404):
                continue
            if answer.status != 200:
                faults.append(f"{where}: status {answer.status}")
            main = main_of(await answer.text())
            if main not in known or (role, language) not in HEADERS_SEEN:
                faults += await looked_at(context, f"{platform}{sample}", platform, where, whole=main not in known)
            known.add(main)
            HEADERS_SEEN.add((role, language))
    return faults if known else [f"{sample}: no role may see it"]


async def looked_at(context: BrowserContext, url: str, platform: str, where: str, *, whole: bool) -> list[str]:
    """Open an address and look at all of it, or at its header; and at its forms when they are refused."""
    page = await context.new_page()
    watch = Watch(page, platform)
    await page.goto(url, wait_until="networkidle")
    faults = [f"{where}: {line}" for line in await shown_wrong(page, within=None if whole else "header")]
    faults += [f"{where}: {line}" for line in watch.faults]
    return faults + (await refused(page, watch, where) if whole else [])


async def refused(page: Any, watch: Watch, where: str) -> list[str]:
    """Send the forms of the page empty, and look at what comes back."""
    faults: list[str] = []
    forms = await page.locator("main form[method=post]:has([required])").count()
    for rank in range(forms):
        form = page.locator("main form[method=post]:has([required])").nth(rank)
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
        faults += [f"{where}, form refused: {line}" for line in await shown_wrong(page)]
        await page.go_back()
    return faults


async def sign_in(context: BrowserContext, platform: str, session: str) -> None:
    """Put the cookie of a session into the browser; browsers keep Secure cookies on loopback, too."""
    host = urlsplit(platform).hostname
    await context.add_cookies(
        [{"name": SESSION_COOKIE, "value": session, "domain": host, "path": "/", "secure": True, "httpOnly": True}]
    )


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
