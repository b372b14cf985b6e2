"""What is checked before any operation of the API runs: the access table, the content type, the parameters."""

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, get_args, get_origin

from litestar.connection import ASGIConnection
from litestar.exceptions import ClientException, ValidationException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from events_api.domain.access import grant
from events_api.domain.errors import DomainError, NotAllowed
from events_api.handlers.context import actor_of

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
# The framework also takes the word null for an absent value, and a number for the seconds since 1970.
_VALUE: Final = re.compile(r"(?!null\Z)", re.IGNORECASE)
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


class WrongContentType(ClientException):
    """A body that is not said to be JSON."""

    status_code = 415


class UnknownParameter(DomainError):
    """A query parameter that the operation does not have; ignoring it would answer another question."""

    kind = "refused"


async def permitted(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The one guard of the API: the access table, then the form; async, as Litestar runs others in a thread."""
    await allowed(connection, handler)
    _well_formed(connection, handler)


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
    has_body = connection.headers.get("content-length", "0") != "0" or "transfer-encoding" in connection.headers
    expects = handler.parsed_fn_signature.parameters
    if connection.scope.get("method") in WRITING and has_body and "data" in expects:
        content_type = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in JSON_TYPES:
            raise WrongContentType
    if not connection.query_params:
        return
    forms, seen = _forms(handler), set[str]()
    for name, value in connection.query_params.multi_items():
        if name not in expects:
            raise UnknownParameter(field=name, name=name[:60])
        if name in seen:
            raise ValidationException(extra=[{"key": name, "message": "given twice"}])
        if name in forms and not forms[name].match(value):
            raise ValidationException(extra=[{"key": name, "message": "not a value of this parameter"}])
        seen.add(name)


@functools.lru_cache(maxsize=1024)
def _forms(handler: BaseRouteHandler) -> Mapping[str, re.Pattern[str]]:
    """How the value of a parameter begins, for those that the framework reads too generously."""
    forms = {}
    for name, definition in handler.parsed_fn_signature.parameters.items():
        kinds = set(_kinds(definition.annotation))
        if dt.datetime in kinds:
            forms[name] = _MOMENT
        elif str not in kinds:
            forms[name] = _VALUE
    return forms


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types that a value may have."""
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from _kinds(parts[0])
    elif parts:
        for part in parts:
            yield from _kinds(part)
    else:
        yield annotation
