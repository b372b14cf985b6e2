"""Around every request: its id, its line in the log, the security headers, HEAD answered as GET without a body."""

import time

import structlog
import uuid_utils
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Histogram

from events_api.handlers.context import REQUEST_ID
from events_api.handlers.security import security_headers
from events_api.logs import RequestLog

_log = structlog.get_logger("http")


class Envelope:
    """Outside the application, so that unknown paths and wrong methods have their id and their line too."""

    def __init__(self, inner: ASGIApp, *, registry: CollectorRegistry, request_log: RequestLog, https: bool) -> None:
        self.inner = inner
        self.security_headers = security_headers(https=https)
        self.request_log = request_log
        self.durations = Histogram(
            "http_request_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ("method", "route", "status"),
            registry=registry,
        )

        self.series: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the request its id, pass it on, log its end."""
        if scope["type"] != ScopeType.HTTP:
            await self.inner(scope, receive, send)
            return
        next_app = self.inner
        head = scope["method"] == "HEAD"
        if head:
            scope["method"] = HttpMethod.GET
        state = scope.setdefault("state", {})
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid_utils.uuid7())
        state["request_id"] = request_id
        state["head"] = head
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                names = {name.lower() for name, _ in headers}
                message["headers"] = headers + [each for each in self.security_headers if each[0] not in names]
            if head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await next_app(scope, receive, sending)
        except Exception as error:
            _log.error("http.crash", path=scope["path"], exc_info=error)  # a handler of errors failed itself
            raise
        finally:
            seconds = time.perf_counter() - started
            method = "HEAD" if head else scope["method"]
            # the route, never the path: identifiers would make a series each
            series = (method, scope.get("path_template", "none"), status or 500)
            if series not in self.series:
                self.series[series] = self.durations.labels(*series)
            self.series[series].observe(seconds)
            self.request_log(
                request_id=request_id, method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 1)
            )
            structlog.contextvars.unbind_contextvars("request_id")
