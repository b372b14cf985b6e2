"""What is checked before any operation of the API runs: the access table, the content type, the parameters."""

from types import NoneType
from typing import Annotated, Any, get_args, get_origin

import msgspec
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, ValidationException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.params import QueryParameter
from litestar.types import ASGIApp, Receive, Scope, Send

from events_api.domain.access import grant
from events_api.domain.errors import DomainError, NotAllowed
from events_api.handlers.context import actor_of
from events_api.handlers.identity import bearer_of

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})


class WrongContentType(ClientException):
    """A body that is not said to be JSON."""

    status_code = 415


class UnknownParameter(DomainError):
    """A query parameter that the operation does not have; ignoring it would answer another question."""

    kind = "refused"


class Permission(ASGIMiddleware):
    """Before every operation of the API: the access table, then the form.

    Not a guard in the framework's sense: for each of those it copies the handler at every request.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the request through, or raise its refusal."""
        handler: BaseRouteHandler = scope["route_handler"]
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        if bearer_of(scope) is None:
            await allowed(connection, handler)
        _well_formed(connection, handler)
        await next_app(scope, receive, send)


async def allowed(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Hold the operation against the access table and keep what it grants for the handler."""
    if not isinstance(handler, HTTPRouteHandler) or not isinstance(handler.operation_id, str):
        raise NotAllowed
    actor = actor_of(connection.scope)
    method = str(connection.scope.get("method"))
    connection.scope["state"]["grant"] = grant(handler.operation_id, actor)
    if method in WRITING and not actor.may_write:
        raise NotAllowed


def _well_formed(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse a body that is not JSON (a browser may send others across sites) and parameters nobody reads."""
    expects = handler.parsed_fn_signature.parameters
    if connection.scope.get("method") in WRITING and "data" in expects:
        headers = connection.headers
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        if has_body and headers.get("content-type", "").partition(";")[0].strip().lower() not in JSON_TYPES:
            raise WrongContentType
    if not connection.scope["query_string"]:
        return
    seen = set[str]()
    for name, value in connection.query_params.multi_items():
        if name not in expects or not isinstance(expects[name].kwarg_definition, QueryParameter):
            raise UnknownParameter(field=name, name=name[:60])
        if name in seen:
            raise ValidationException(extra=[{"key": name, "message": "given twice"}])
        try:
            kind, strict = _said(expects[name].annotation)
            msgspec.convert(value, kind, strict=strict)
        except msgspec.ValidationError as error:
            raise ValidationException(extra=[{"key": name, "message": str(error)}]) from None
        seen.add(name)


def _said(annotation: Any) -> tuple[Any, bool]:
    """The type of a parameter that is given, so never null, and whether to read it strictly: numbers are written out.

    The framework forgets the limits of a type that may also be left out.
    """
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    kind = kinds[0] if NoneType in get_args(annotation) and len(kinds) == 1 else annotation
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return kind, bare not in (int, float, bool)
