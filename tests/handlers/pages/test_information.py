"""The pages that need no database: languages, themes, headers, files, documentation."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar, get
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath
from prometheus_client import CollectorRegistry

from events_api.handlers.envelope import Envelope
from events_api.handlers.pages import INFORMATION, PagesPlugin
from events_api.handlers.pages.assets import asset_url
from events_api.handlers.pages.base import AnyRequest, Site, done, page
from events_api.handlers.security import CHART_POLICY, PAGE_POLICY
from events_api.logs import RequestLog
from events_api.settings import Settings


class Ticket(msgspec.Struct):
    """One right to enter."""

    category: str
    price_cents: int | None = None


@get("/tickets/{number:int}", operation_id="readTicket", tags=["tickets"], sync_to_thread=False)
def read_ticket(number: FromPath[int]) -> Ticket:
    """Read a ticket."""
    return Ticket("full")


@get("/saved", include_in_schema=False)
async def saved(request: AnyRequest) -> Any:
    return done(request, "/help", "saved")


@get("/drawn", include_in_schema=False)
async def drawn(request: AnyRequest) -> Any:
    return page(request, "error.html", title="Drawn", charts=True, status=200, explanation="", reference="")


def application(site: Site) -> Litestar:
    app = Litestar(
        [read_ticket, saved, drawn],
        plugins=[PagesPlugin(site, INFORMATION)],
        openapi_config=OpenAPIConfig("Events", "1", path="/openapi"),
    )
    app.asgi_handler = Envelope(
        app.asgi_handler, registry=CollectorRegistry(), request_log=RequestLog(Settings.read({})), https=site.https
    )
    return app


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = application(Site(operator="Métropole <test>", contact="contact@example.org"))
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/help", {}, "fr"),
        ("/help", {"accept-language": "en-GB,en;q=0.9,fr;q=0.1"}, "en"),
        ("/help", {"accept-language": "de,fr;q=0.5,en;q=0.4"}, "fr"),
        ("/help", {"accept-language": "en;q=x, *"}, "fr"),
        ("/help", {"accept-language": "en", "cookie": "lang=fr"}, "fr"),
        ("/help?lang=en", {"cookie": "lang=fr"}, "en"),
        ("/help?lang=de", {"cookie": "lang=en"}, "en"),
    ],
)
async def test_the_address_wins_over_the_choice_kept_and_the_choice_over_the_browser(
    client: AsyncClient, path: str, headers: dict[str, str], expected: str
) -> None:
    answer = await client.get(path, headers=headers)

    assert (answer.status_code, answer.headers["content-language"]) == (200, expected)
    assert f'<html lang="{expected}"' in answer.text


async def test_a_choice_is_kept_for_a_year_and_out_of_reach_of_scripts(client: AsyncClient) -> None:
    answer = await client.get("/?lang=en&theme=dark&page=2")

    assert answer.headers.get_list("set-cookie") == [
        "lang=en; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax",
        "theme=dark; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax",
    ]
    assert '<html lang="en" data-theme="dark">' in answer.text
    assert '<a href="?theme=dark&amp;page=2&amp;lang=fr" lang="fr"' in answer.text


async def test_a_message_is_shown_once(client: AsyncClient) -> None:
    redirect = await client.get("/saved")
    first = await client.get(redirect.headers["location"])
    second = await client.get("/help")

    assert redirect.status_code == 303
    assert '<p class="message">Enregistré.</p>' in first.text
    assert 'class="message"' not in second.text


async def test_every_answer_carries_the_strict_headers(client: AsyncClient) -> None:
    expected = {
        "content-security-policy": PAGE_POLICY,
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
    }

    for path in ("/", "/nowhere", asset_url("site.css"), "/tickets/1", "/tickets/x"):
        headers = (await client.get(path)).headers
        assert {name: headers[name] for name in expected} == expected
        assert "strict-transport-security" not in headers


async def test_only_pages_with_charts_allow_the_styles_of_plotly(client: AsyncClient) -> None:
    answer = await client.get("/drawn")

    assert answer.headers["content-security-policy"] == CHART_POLICY
    assert asset_url("plotly.js") in answer.text
    assert asset_url("plotly.js") not in (await client.get("/")).text


async def test_over_https_cookies_and_transport_are_secure() -> None:
    app = application(Site(public_url="https://events.example.org"))
    async with AsyncClient(transport=ASGITransport(app=app), base_url="https://test") as client:
        answer = await client.get("/?lang=en")

    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["set-cookie"] == "lang=en; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax; Secure"


async def test_what_the_installation_says_about_itself_is_escaped(client: AsyncClient) -> None:
    answer = await client.get("/accessibility?lang=en")

    assert "Métropole &lt;test&gt; undertakes" in answer.text
    assert '<a href="mailto:contact@example.org">contact@example.org</a>' in answer.text


async def test_what_the_installation_does_not_say_is_said_to_be_missing() -> None:
    async with AsyncClient(transport=ASGITransport(app=application(Site())), base_url="http://test") as client:
        answer = await client.get("/legal?lang=en")

    assert "Hosting: (not given for this installation)." in answer.text


@pytest.mark.parametrize(
    ("name", "media_type", "beginning"),
    [
        ("site.css", "text/css; charset=utf-8", b"/* Limestone"),
        ("site.js", "text/javascript; charset=utf-8", b"// The menu"),
        ("charts.js", "text/javascript; charset=utf-8", b"// Draws"),
        ("mark.svg", "image/svg+xml", b"<svg "),
        ("htmx.js", "text/javascript; charset=utf-8", b"var htmx="),
        ("plotly.js", "text/javascript; charset=utf-8", b"/**\n* plotly.js v4"),
    ],
)
async def test_files_come_from_here_and_stay_in_the_browser(
    client: AsyncClient, name: str, media_type: str, beginning: bytes
) -> None:
    plain = await client.get(asset_url(name), headers={"accept-encoding": "identity"})
    small = await client.get(asset_url(name), headers={"accept-encoding": "gzip"})

    assert (plain.status_code, plain.headers["content-type"]) == (200, media_type)
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.content.startswith(beginning)
    assert (small.headers["content-encoding"], small.content) == ("gzip", plain.content)


async def test_a_file_of_an_older_release_is_answered_but_not_kept(client: AsyncClient) -> None:
    answer = await client.get("/static/0000000000000000/site.css")

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert (await client.get("/static/0000000000000000/base.html")).status_code == 404


async def test_the_recommended_french_address_leads_to_the_declaration(client: AsyncClient) -> None:
    answer = await client.get("/accessibilite")

    assert (answer.status_code, answer.headers["location"]) == (301, "/accessibility")


async def test_the_documentation_names_operations_parameters_and_structures(client: AsyncClient) -> None:
    index = (await client.get("/api/v1/docs?lang=en")).text
    answer = await client.get("/api/v1/docs/tickets?lang=en")

    assert '<a href="/api/v1/docs/tickets#readTicket">ReadTicket</a>' in index
    assert '<h2 id="readTicket" lang="en">ReadTicket</h2>' in answer.text
    assert '<code><b class="method">GET</b> /tickets/{number}</code>' in answer.text
    assert '<th scope="row" role="rowheader">number</th>' in answer.text
    assert '<a href="#schema-Ticket">Ticket</a> <code>application/json</code>' in answer.text
    assert '<td role="cell" data-label="Type">integer or null</td>' in answer.text
    assert (await client.get("/api/v1/docs/nowhere")).status_code == 404
