"""An application with one page that shows every macro of the base: with data, empty and in error."""

from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader
from litestar import Litestar, get
from litestar.response import Template
from prometheus_client import CollectorRegistry

from events_api.handlers.envelope import Envelope
from events_api.handlers.pages import INFORMATION, PagesPlugin
from events_api.handlers.pages.base import AnyRequest, Crumb, Site, page
from events_api.handlers.pages.forms import Form
from events_api.logs import RequestLog
from events_api.settings import Settings

EMPTY = Form()
WRONG = Form(
    values={"name": "Été <b>", "seats": "mille", "kind": "b", "agreed": "yes", "way": "2"},
    errors={
        "name": "Le nom est trop long.",
        "seats": "Un nombre entier est attendu.",
        "opening": "La date manque.",
        "kind": "Cette famille n'existe plus.",
        "story": "Le texte manque.",
        "agreed": "L'accord est requis.",
        "way": "Choisissez une réponse.",
        "": "Le dossier a changé entre-temps.",
    },
)


@get("/gallery/full")
async def full(request: AnyRequest) -> Template:
    """Everything, filled."""
    return shown(
        request, "Galerie", EMPTY, rows=[["Delta Festival", "12 000", "A"], ["Avec un très long nom", "3", "E"]]
    )


@get("/gallery/empty")
async def empty(request: AnyRequest) -> Template:
    """Lists without a row, a chart whose figures cannot be read."""
    return shown(request, "Galerie vide", EMPTY, rows=[], figure="/gallery/nowhere.json")


@get("/gallery/wrong")
async def wrong(request: AnyRequest) -> Template:
    """A form that was refused."""
    return shown(request, "Galerie en erreur", WRONG, rows=[])


@get("/gallery/figure.json")
async def figure() -> dict[str, Any]:
    """A small Plotly figure."""
    bars = {"type": "bar", "x": ["Janvier", "Février"], "y": [1234.5, 2345.5], "marker": {"color": "#2f7ea8"}}
    return {"data": [bars], "layout": {"title": {"text": "Un titre"}, "yaxis": {"title": {"text": "Entrées"}}}}


def shown(
    request: AnyRequest, title: str, form: Form, *, rows: list[list[str]], figure: str = "/gallery/figure.json"
) -> Template:
    trail = (Crumb("Accueil", "/"),)
    return page(request, "gallery.html", title=title, trail=trail, charts=True, form=form, rows=rows, figure=figure)


def create() -> Litestar:
    """Build the application that the gallery's server runs."""
    site = Site(operator="Métropole d'essai", contact="contact@example.org")
    app = Litestar([full, empty, wrong, figure], plugins=[PagesPlugin(site, INFORMATION)], openapi_config=None)
    app.asgi_handler = Envelope(
        app.asgi_handler, registry=CollectorRegistry(), request_log=RequestLog(Settings.read({})), https=site.https
    )
    jinja = app.template_engine.engine  # type: ignore[union-attr]  # the pages plugin sets it
    jinja.loader = ChoiceLoader([jinja.loader, FileSystemLoader(Path(__file__).parent / "templates")])
    return app
