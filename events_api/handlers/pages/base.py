"""What every page shares: its language, its theme, its navigation, its trail and its one-time message."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment
from litestar import Request
from litestar.datastructures import Cookie
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from markupsafe import Markup
from msgspec import Struct

from events_api.handlers.context import actor_of
from events_api.handlers.context import language_of as preferred_language
from events_api.handlers.identity import csrf_token
from events_api.handlers.pages.navigation import groups_for
from events_api.handlers.security import CHART_POLICY
from events_api.text import formats
from events_api.text.catalogue import label
from events_api.text.formats import LANGUAGES, Language
from events_api.text.interface import TEXTS, plural, text

AnyRequest = Request[Any, Any, Any]

ZONE: Final = ZoneInfo("Europe/Paris")
"""The clock of the métropole; what belongs to an edition is shown in the edition's own zone."""
THEMES: Final = ("auto", "light", "dark")
_ONE_YEAR: Final = 365 * 24 * 3600
_FLASH: Final = "flash"


class Site(Struct, frozen=True, kw_only=True):
    """What an installation says about itself; an empty text is shown as missing, never invented."""

    operator: str = ""
    contact: str = ""
    hosting: str = ""
    public_url: str = ""

    @property
    def https(self) -> bool:
        """Whether people reach the site over TLS."""
        return self.public_url.startswith("https://")


class Crumb(NamedTuple):
    """One step of the breadcrumb trail."""

    label: str
    url: str


def language_of(request: AnyRequest) -> Language:
    """Choose the language: the address, the choice kept, the account, the preference of the browser, French."""
    for wish in (request.query_params.get("lang"), request.cookies.get("lang")):
        for language in LANGUAGES:
            if wish == language:
                return language
    return preferred_language(request)


def theme_of(request: AnyRequest) -> str:
    """Return the theme asked for now or remembered; ``auto`` follows the system."""
    wish = request.query_params.get("theme") or request.cookies.get("theme")
    return wish if wish in THEMES else "auto"


def page(
    request: AnyRequest,
    template: str,
    *,
    title: str,
    trail: Sequence[Crumb] = (),
    status_code: int = 200,
    charts: bool = False,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Template:
    """Render a template on the common base; ``charts`` allows the styles plotly.js writes and loads it."""
    language = language_of(request)
    all_headers = {
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language, Cookie",
        "Content-Language": language,
        **({"Content-Security-Policy": CHART_POLICY} if charts else {}),
        **(headers or {}),
    }
    return Template(
        template,
        status_code=status_code,
        media_type="text/html",
        headers=all_headers,
        cookies=_remembered(request),
        context={
            **words_of(language),
            "theme": theme_of(request),
            "themes": THEMES,
            "csrf_token": lambda: csrf_token(request),
            "signed_in": actor_of(request.scope).kind == "person",
            "navigation": groups_for(actor_of(request.scope).roles),
            "path": request.url.path,
            "with_query": lambda **changes: _with_query(request, changes),
            "title": title,
            "trail": trail,
            "message": _flash(request, language),
            "charts": charts,
            "site": site_of(request),
            **context,
        },
    )


def words_of(language: Language) -> dict[str, Any]:
    """The part of the context of every template that depends on nothing but the language."""
    return {
        "t": lambda key, **values: text(key, language, **values),
        "language": language,
        "plural": lambda key, n: plural(key, n, language),
        "label": lambda group, value: _label(group, value, language),
        "has": TEXTS.__contains__,
        "day": lambda value: formats.day(value, language),
        "moment": lambda value: formats.moment(value, language, zone=ZONE),
        "integer": lambda value: formats.integer(value, language),
        "money": lambda cents: formats.money(cents, language),
        "edition_days": lambda edition: formats.edition_days(
            language, first=edition.starts_on, last=edition.ends_on, year=edition.year, text=edition.date_text
        ),
        "link": Markup('<a href="{}">{}</a>').format,
    }


def _label(group: str, value: str, language: Language) -> str:
    """Name a value of a closed list; those that only the pages have are among the texts of the interface."""
    key = f"choice.{group}.{value}"
    return text(key, language) if key in TEXTS else label(group, value, language)


def templates_of(request: AnyRequest) -> Environment:
    """Return the templates, for what is rendered apart from its page."""
    engine = request.app.template_engine
    assert isinstance(engine, JinjaTemplateEngine)  # noqa: S101  # set once by the pages plugin
    return engine.engine


def site_of(request: AnyRequest) -> Site:
    """Return what the installation says about itself."""
    site = request.app.state.site
    assert isinstance(site, Site)  # noqa: S101  # set once by the pages plugin
    return site


def done(request: AnyRequest, url: str, message: str) -> Redirect:
    """Redirect after a successful form, so that the next page shows the text ``done.<message>`` once."""
    return Redirect(url, status_code=303, cookies=[_cookie(request, _FLASH, message, max_age=60)])


def _flash(request: AnyRequest, language: Language) -> str | None:
    key = f"done.{request.cookies.get(_FLASH, '')}"
    return text(key, language) if key in TEXTS else None


def _remembered(request: AnyRequest) -> list[Cookie]:
    """Keep the choices made in the address, and forget a message once it is shown."""
    choices = {"lang": LANGUAGES, "theme": THEMES}
    cookies = [
        _cookie(request, name, wish, max_age=_ONE_YEAR)
        for name, allowed in choices.items()
        if (wish := request.query_params.get(name)) in allowed
    ]
    if _FLASH in request.cookies:
        cookies.append(_cookie(request, _FLASH, "", max_age=0))
    return cookies


def _cookie(request: AnyRequest, name: str, value: str, *, max_age: int) -> Cookie:
    secure = site_of(request).https
    return Cookie(name, value=value, max_age=max_age, httponly=True, samesite="lax", secure=secure)


def _with_query(request: AnyRequest, changes: Mapping[str, object]) -> str:
    """Return the address of this page with some query parameters changed; ``None`` removes one."""
    present = parse_qsl(request.url.query, keep_blank_values=True)
    pairs = [(name, value) for name, value in present if name not in changes]
    pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
    return f"?{urlencode(pairs)}" if pairs else request.url.path
