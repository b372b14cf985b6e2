"""No page goes round the access table: what is not for everybody is guarded by the operation that it stands for."""

from collections.abc import Iterator

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from events_api.domain.access import ACCESS
from events_api.handlers.guards import allowed
from events_api.handlers.pages import PAGES

FOR_EVERYBODY = {
    "GET /",
    "GET /accessibilite",
    "GET /accessibility",
    "GET /api/v1/docs",
    "GET /api/v1/docs/{tag}",
    "GET /calendrier",
    "GET /calendrier.ics",
    "GET /calendrier/{year}/{number}",
    "GET /embed/{token}",
    "GET /evenements",
    "GET /evenements/{slug}",
    "GET /evenements/{slug}/{address}",
    "GET /evenements/{slug}/{address}/calendrier.ics",
    "GET /help",
    "GET /invitation",
    "POST /invitation",
    "GET /legal",
    "GET /login",
    "POST /login",
    "GET /privacy",
    "GET /site-map",
    "GET /static/{release}/{name}",
}


def handlers() -> Iterator[tuple[str, HTTPRouteHandler]]:
    for route in Router(path="/", route_handlers=list(PAGES)).routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                for method in handler.http_methods - {"OPTIONS"}:
                    yield f"{method} {route.path_format}", handler


def test_every_page_is_for_everybody_or_guarded_by_an_operation_of_the_table() -> None:
    unguarded = {
        name
        for name, handler in handlers()
        if allowed not in handler.resolve_guards() or handler.operation_id not in ACCESS
    }

    assert unguarded == FOR_EVERYBODY
