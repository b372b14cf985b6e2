"""Every error leaves as application/problem+json: a stable type, where it is, and a sentence for the person."""

import re
from typing import Any, Final

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec

from events_api.domain.errors import DomainError
from events_api.handlers.context import language_of, request_id_of
from events_api.text.catalogue import sentence

MEDIA_TYPE: Final = "application/problem+json"
STATUS: Final = {
    "refused": 422,
    "absent": 404,
    "conflict": 409,
    "forbidden": 403,
    "unauthenticated": 401,
    "stale": 412,
    "unconditional": 428,
    "throttled": 429,
    "full": 507,
}
BY_STATUS: Final = {
    401: "login-required",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "wrong-content-type",
    429: "too-many-requests",
}
_log = structlog.get_logger("http")


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457. `type` is a URN that never changes; `instance` is the id of the request, for the person on call."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    field: str | None = None


def _spec(what: str) -> ResponseSpec:
    return ResponseSpec(data_container=Problem, media_type=MEDIA_TYPE, description=what, generate_examples=False)


READ_PROBLEMS: Final = {
    400: _spec("The request is malformed."),
    401: _spec("Who asks is not known."),
    403: _spec("Not allowed for this role."),
    404: _spec("Nothing there, or not for this reader."),
    422: _spec("A rule refuses the content."),
    429: _spec("Too many requests."),
    503: _spec("The service cannot answer for the moment."),
}
WRITE_PROBLEMS: Final = READ_PROBLEMS | {
    409: _spec("The present state contradicts the request."),
    413: _spec("The body is too large."),
    415: _spec("The body is not JSON."),
}
FILE_PROBLEMS: Final = WRITE_PROBLEMS | {507: _spec("The disk of the installation is full.")}
UPSERT_PROBLEMS: Final = WRITE_PROBLEMS | {412: _spec("The record was changed since it was read.")}
CHANGE_PROBLEMS: Final = UPSERT_PROBLEMS | {428: _spec("If-Match is missing.")}


def problem(
    request: Request[Any, Any, Any],
    code: str,
    status: int,
    *,
    params: dict[str, object] | None = None,
    field: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """Build the answer for a code of the catalogue."""
    language = language_of(request)
    body = Problem(
        type=f"urn:events-api:problem:{code}",
        title=sentence("title-" + str(status), {}, language),
        status=status,
        detail=sentence(code, params or {}, language),
        instance=request_id_of(request.scope),
        field=field,
    )
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"content-language": language, "cache-control": "no-store", **(headers or {})},
    )


def on_refusal(request: Request[Any, Any, Any], error: DomainError) -> Response[bytes]:
    """Answer a refusal of the domain."""
    headers = {}
    if error.kind == "unauthenticated":
        headers["www-authenticate"] = "Bearer"
    if error.kind == "throttled":
        headers["retry-after"] = str(error.params.get("retry_after_seconds", 60))
    return problem(request, error.code, STATUS[error.kind], params=error.params, field=error.field, headers=headers)


_NAMED: Final = re.compile(r"(?:missing required field|unknown field) `([^`]+)`")


def _where(key: str, message: str) -> tuple[str, str]:
    """The field that a message of msgspec is about, and the message."""
    named = _NAMED.search(message)
    if named is None:
        return key, message
    return (named[1] if key in ("", "data") else f"{key}.{named[1]}"), message


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what the framework refused: malformed input, unknown path, wrong method, too large a body."""
    code = BY_STATUS.get(error.status_code, "malformed-request" if error.status_code < 500 else "crash")
    field, reason = None, ""
    if isinstance(error, ValidationException):
        for item in error.extra if isinstance(error.extra, list) else []:
            field, reason = _where(str(item.get("key", "")), str(item.get("message", "")))
            break
        code = "malformed-field" if field else "malformed-request"
    elif error.status_code == 400:
        reason = str(error.detail)
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return problem(
        request, code, error.status_code, params={"field": field or "", "reason": reason}, field=field, headers=headers
    )


def on_busy(request: Request[Any, Any, Any], error: asyncpg.PostgresError | OSError | TimeoutError) -> Response[bytes]:
    """Answer a database that is away, overloaded or held up by another change."""
    _log.warning("http.unavailable", error=type(error).__name__, path=request.scope["path"])
    return problem(request, "unavailable", 503, headers={"retry-after": "2"})


def on_depth(request: Request[Any, Any, Any], error: RecursionError) -> Response[bytes]:
    """Answer a body nested deeper than anything that is read here."""
    del error
    return problem(request, "malformed-request", 400, params={"reason": ""})


def on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a defect of ours; the log has the trace, the answer has its request id."""
    _log.error("http.crash", path=request.scope["path"], exc_info=error)
    return problem(request, "crash", 500)


EXCEPTION_HANDLERS: Final[dict[int | type[Exception], Any]] = {
    DomainError: on_refusal,
    HTTPException: on_http_error,
    asyncpg.PostgresConnectionError: on_busy,
    asyncpg.CannotConnectNowError: on_busy,
    asyncpg.AdminShutdownError: on_busy,
    asyncpg.CrashShutdownError: on_busy,
    asyncpg.TooManyConnectionsError: on_busy,
    asyncpg.QueryCanceledError: on_busy,
    asyncpg.LockNotAvailableError: on_busy,
    asyncpg.DeadlockDetectedError: on_busy,
    asyncpg.SerializationError: on_busy,
    asyncpg.InterfaceError: on_busy,
    asyncpg.InternalClientError: on_busy,  # the server went away between two statements of one connection
    OSError: on_busy,
    TimeoutError: on_busy,
    RecursionError: on_depth,
    Exception: on_crash,
}
