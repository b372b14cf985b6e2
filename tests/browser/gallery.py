"""An application with one page that shows every macro of the base: with data, empty and in error."""

import datetime as dt
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.response import Template
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from dashboards.impact.stored import board_of
from events_api.domain.attendance import Grade
from events_api.handlers.envelope import Envelope
from events_api.handlers.impact_facts import Made
from events_api.handlers.pages import INFORMATION, PagesPlugin
from events_api.handlers.pages.base import AnyRequest, Crumb, Site, language_of, page, templates_of
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.impact_sheet import impact_context, impact_parts, impact_title
from events_api.logs import RequestLog
from events_api.settings import Settings
from tests.dashboards.impact_sample import EDITIONS, VISITS, a_run, the_facts

EMPTY = Form()
MADE = Made(
    computed_at=dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC),
    specification="AMP-IMPACT/1",
    assumptions="AMP 2026, version 3",
    code_version="0.1.0",
    parameters_hash="a3f1" * 16,
    data_hash="0c9e" * 16,
    seed=20240601,
    draws=100_000,
)
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


@get("/gallery/impact/{grade:str}")
async def impact(request: AnyRequest, grade: FromPath[Grade]) -> Template:
    """An assessment; where its attendance was only declared it is out of date, and what is in kind is not said."""
    return sheet(request, grade)


def sheet(request: AnyRequest, grade: Grade) -> Template:
    """The page of the worked example of the impact model."""
    language = language_of(request)
    facts = the_facts(a_run(in_kind=None if grade == "E" else {"metropole": 40_000.0}), grade)
    if facts.as_fact:
        facts = replace(facts, visits=VISITS, editions=EDITIONS)
    return page(
        request,
        "impact.html",
        title=impact_title(language),
        trail=(Crumb("Accueil", "/"),),
        **impact_context(
            impact_parts(
                templates_of(request),
                board_of(facts, language),
                MADE,
                language=language,
                nodes=f"/gallery/impact/{grade}?node=",
                downloads=f"/gallery/impact/{grade}?file=",
            ),
            downloads=f"/gallery/impact/{grade}?file=",
            stale=[] if facts.as_fact else ["La fréquentation a été corrigée depuis."],
        ),
        doors=(),
    )


def shown(
    request: AnyRequest, title: str, form: Form, *, rows: list[list[str]], figure: str = "/gallery/figure.json"
) -> Template:
    trail = (Crumb("Accueil", "/"),)
    return page(request, "gallery.html", title=title, trail=trail, charts=True, form=form, rows=rows, figure=figure)


def create() -> Litestar:
    """Build the application that the gallery's server runs."""
    site = Site(operator="Métropole d'essai", contact="contact@example.org")
    app = Litestar([full, empty, wrong, figure, impact], plugins=[PagesPlugin(site, INFORMATION)], openapi_config=None)
    app.asgi_handler = Envelope(
        app.asgi_handler, registry=CollectorRegistry(), request_log=RequestLog(Settings.read({})), https=site.https
    )
    jinja = app.template_engine.engine  # type: ignore[union-attr]  # the pages plugin sets it
    jinja.loader = ChoiceLoader([jinja.loader, FileSystemLoader(Path(__file__).parent / "templates")])
    return app
