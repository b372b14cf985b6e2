"""Around every request: its id, its line in the log, HEAD answered as GET without a body."""

import time
from typing import Any, cast

import structlog
import uuid_utils.compat
from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from events_api.handlers.context import REQUEST_ID

_log = structlog.get_logger("http")


class Envelope(ASGIMiddleware):
    """The outermost middleware of ours."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Give the request its id, pass it on, log its end."""
        if scope["type"] != "http":
            await next_app(scope, receive, send)
            return
        state = cast("dict[str, Any]", scope.setdefault("state", {}))
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid_utils.compat.uuid7())
        state["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", [])
                MutableScopeHeaders.from_message(message)["x-request-id"] = request_id
            await send(message)

        try:
            await next_app(scope, receive, sending)
        finally:
            _log.info(
                "http.request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
            structlog.contextvars.unbind_contextvars("request_id")
