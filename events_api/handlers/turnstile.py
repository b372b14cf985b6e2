"""The short way of scans: what a gate sends in the plain form, past what the framework does for every other request.

It answers only what it understands in full. Anything else (another form, a body that does not read, a scan that is
refused) goes to the framework, which answers as for any operation.
"""

import re
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, ReceiveMessage, Scope, Send

from events_api.handlers.context import language_of
from events_api.handlers.scans import FAILED, MOST_BYTES, ScanBody, recorded
from events_api.store.gates import LiveScans
from events_api.text.formats import Language

PATH: Final = re.compile(r"/api/v1/editions/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/scans")
TEMPLATE: Final = "/api/v1/editions/{edition_id}/scans"
"""The route of the operation, as the framework names it in the metrics."""
_HOST: Final = re.compile(rb"[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_LENGTH: Final = re.compile(rb"[0-9]{1,7}")
_BODY: Final = msgspec.json.Decoder(ScanBody)
_HEADERS: Final = ((b"cache-control", b"no-store"), (b"content-type", b"application/json"))


class Turnstile:
    """Between the envelope and the framework."""

    def __init__(self, inner: ASGIApp, live: LiveScans) -> None:
        self.inner = inner
        self.live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record the scans of a request and answer, or pass it on as it came."""
        if scope["type"] != ScopeType.HTTP or scope["method"] != "POST":
            await self.inner(scope, receive, send)
            return
        found = PATH.fullmatch(scope["path"])
        bearer = None if found is None else _bearer(scope)
        if found is None or bearer is None:
            await self.inner(scope, receive, send)
            return
        messages: list[Any] = []
        content = await self._record(scope, UUID(found[1]), bearer, await _body(receive, messages))
        if content is None:
            await self.inner(scope, _again(messages, receive), send)
            return
        scope["path_template"] = TEMPLATE
        headers = [*_HEADERS, (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content, "more_body": False})

    async def _record(self, scope: HTTPScope, edition: UUID, bearer: str, body: bytes | None) -> bytes | None:
        """The content of the answer; None where the framework has to say what is wrong."""
        if body is None:
            return None
        try:
            data = _BODY.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        try:
            return await recorded(self.live, edition, bearer, data, lambda: _language(scope))
        except Exception as error:  # noqa: BLE001  the operation raises it again, where it is answered
            scope["state"][FAILED] = error
            return None


def _bearer(scope: HTTPScope) -> str | None:
    """The token of a request in the plain form, JSON of a known length and nothing to be negotiated; else None."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    if (
        len(headers) < len(list(scope["headers"]))
        or scope["query_string"]
        or scope.get("root_path")
        or headers.get(b"content-type") != b"application/json"
        or _LENGTH.fullmatch(length) is None
        or int(length) > MOST_BYTES
        or _HOST.fullmatch(headers.get(b"host", b"none")) is None
    ):
        return None
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return (secret.strip() or None) if scheme.lower() == "bearer" else None


async def _body(receive: Receive, messages: list[Any]) -> bytes | None:
    """The body; None where its sender went away or sends more than was announced. `messages` are what was received."""
    taken = 0
    while True:
        message: Any = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            return None
        taken += len(message.get("body", b""))
        if taken > MOST_BYTES:
            return None
        if not message.get("more_body"):
            return messages[0]["body"] if len(messages) == 1 else b"".join([each.get("body", b"") for each in messages])


def _again(messages: list[Any], receive: Receive) -> Receive:
    """What was received once more, and then what comes."""
    left = iter(messages)

    async def receiving() -> ReceiveMessage:
        message: ReceiveMessage | None = next(left, None)
        return await receive() if message is None else message

    return receiving


def _language(scope: HTTPScope) -> Language:
    asked = any(name == b"accept-language" for name, _ in scope["headers"])
    return language_of(ASGIConnection(scope)) if asked else "fr"
