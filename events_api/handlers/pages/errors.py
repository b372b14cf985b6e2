"""The page a person sees when a request fails; programs get ``application/problem+json`` instead."""

from typing import Final

from litestar import Response
from litestar.response import Template

from events_api.handlers.pages.base import AnyRequest, language_of, page
from events_api.text.interface import text

_EXPLAINED: Final = frozenset({403, 404, 500})


def wants_page(request: AnyRequest) -> bool:
    """Say whether the answer is for a person: a browser asking for something outside the API."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def error_page(request: AnyRequest, status_code: int, *, detail: str = "") -> Response[bytes]:
    """Render the error page of a status; ``detail`` is a sentence of the catalogue, already in the right language."""
    language = language_of(request)
    key = f"error.{status_code}" if status_code in _EXPLAINED else "error.other"
    template: Template = page(
        request,
        "error.html",
        title=text(f"{key}.title", language),
        status_code=status_code,
        explanation=detail or text(f"{key}.text", language),
        status=status_code,
    )
    return template
