"""The page a person sees when a request fails; programs get ``application/problem+json`` instead."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect, Template
from litestar.types import ExceptionHandlersMap

from events_api.domain.errors import DomainError
from events_api.handlers.context import request_id_of
from events_api.handlers.pages.base import AnyRequest, language_of, page
from events_api.text.catalogue import sentence
from events_api.text.interface import text

_EXPLAINED: Final = frozenset({403, 404, 500})


def wants_page(request: AnyRequest) -> bool:
    """Say whether the answer is for a person: a browser asking for something outside the API, or for its pages."""
    path = request.url.path
    is_page = not path.startswith("/api/") or path.startswith("/api/v1/docs")
    return is_page and "text/html" in request.headers.get("accept", "")


def error_page(request: AnyRequest, status_code: int, *, detail: str = "") -> Template:
    """Render the error page of a status; ``detail`` is a sentence already in the right language."""
    language = language_of(request)
    key = f"error.{status_code}" if status_code in _EXPLAINED else "error.other"
    return page(
        request,
        "error.html",
        title=text(f"{key}.title", language),
        status_code=status_code,
        explanation=detail or text(f"{key}.text", language),
        status=status_code,
        reference=request_id_of(request.scope),
    )


def for_people(handlers: ExceptionHandlersMap) -> ExceptionHandlersMap:
    """Wrap the handlers that answer programs, so that a person gets a page or is asked to log in."""
    return {kind: _with_page(handler) for kind, handler in handlers.items()}


def _with_page(handler: Any) -> Any:  # handlers of any kind of exception
    def answer(request: AnyRequest, error: Exception) -> Response[Any]:
        response: Response[Any] = handler(request, error)
        if not wants_page(request):
            return response
        if isinstance(error, DomainError):
            if error.kind == "unauthenticated":
                return Redirect(f"/login?{urlencode({'next': _here(request)})}", status_code=303)
            detail = sentence(error.code, error.params, language_of(request))
            return error_page(request, response.status_code or 500, detail=detail)
        drawn = error_page(request, response.status_code or 500)
        drawn.headers.update(_kept(response.headers))
        return drawn

    return answer


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in {"allow", "retry-after"}}


def _here(request: AnyRequest) -> str:
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
