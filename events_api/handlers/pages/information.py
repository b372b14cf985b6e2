"""The pages that need no database: home, help, legal notice, privacy, accessibility, site map."""

import re
from collections.abc import Callable

from litestar import Controller, get
from litestar.response import Redirect, Template
from markupsafe import Markup

from events_api.handlers.pages.base import AnyRequest, Crumb, Site, language_of, page, site_of
from events_api.text import prose
from events_api.text.formats import Language, french
from events_api.text.interface import text

_LINK = re.compile(r"\[([^\]]+)\]\((/[^)\s]*)\)")


class InformationController(Controller):
    """Home and the pages about the site."""

    include_in_schema = False

    @get("/", name="home")
    async def home(self, request: AnyRequest) -> Template:
        """Say what the platform is and where to go."""
        return page(request, "home.html", title=text("home.title", language_of(request)))

    @get("/help")
    async def help(self, request: AnyRequest) -> Template:
        """Explain figures, keyboard, roles and accounts."""
        return _prose(request, "nav.help", prose.HELP)

    @get("/legal")
    async def legal(self, request: AnyRequest) -> Template:
        """Show the legal notice."""
        return _prose(request, "nav.legal", prose.LEGAL)

    @get("/privacy")
    async def privacy(self, request: AnyRequest) -> Template:
        """Say which personal data are kept and why."""
        return _prose(request, "nav.privacy", prose.PRIVACY)

    @get("/accessibility")
    async def accessibility(self, request: AnyRequest) -> Template:
        """Show the accessibility declaration."""
        return _prose(request, "nav.accessibility", prose.ACCESSIBILITY)

    @get("/accessibilite")
    async def accessibilite(self) -> Redirect:
        """Answer at the address that the French framework recommends."""
        return Redirect("/accessibility", status_code=301)

    @get("/site-map")
    async def site_map(self, request: AnyRequest) -> Template:
        """List every page the role may open."""
        language = language_of(request)
        title = text("site_map.title", language)
        return page(request, "site_map.html", title=title, trail=home_trail(language))


def home_trail(language: Language, *crumbs: Crumb) -> tuple[Crumb, ...]:
    """Return a trail that begins at the home page."""
    return (Crumb(text("nav.home", language), "/"), *crumbs)


def _prose(request: AnyRequest, title_key: str, sections: tuple[prose.Section, ...]) -> Template:
    language = language_of(request)
    write = _writer(language, site_of(request))
    written = [
        (
            section.anchor,
            write(section.title),
            [[write(item) for item in block] if isinstance(block, list) else write(block) for block in section.blocks],
        )
        for section in sections
    ]
    title = text(title_key, language)
    return page(request, "prose.html", title=title, trail=home_trail(language), sections=written)


def _writer(language: Language, site: Site) -> Callable[[prose.Both], Markup]:
    missing = text("site.not_given", language)
    contact = Markup("{}").format(site.contact or missing)
    if "@" in site.contact:
        contact = Markup('<a href="mailto:{0}">{0}</a>').format(site.contact)

    def write(both: prose.Both) -> Markup:
        words = Markup.escape(french(both[0]) if language == "fr" else both[1].replace("'", "’"))
        linked = Markup(_LINK.sub(r'<a href="\2">\1</a>', words))  # noqa: S704  # escaped just above
        return linked.format(operator=site.operator or missing, contact=contact, hosting=site.hosting or missing)

    return write
