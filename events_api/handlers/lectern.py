"""The short way to a stored board: what a machine asks for in the plain form and was sent before, past what the
framework does for every other request.

Each request reads from the database who asks, whether they may see the board, and whether it still stands; only the
bytes are kept. Anything else (another form, a refusal, a board that was not sent yet) goes to the framework.
"""

import re
from collections.abc import Callable, Set
from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from events_api.domain.access import grant
from events_api.domain.accounts import TOKEN_PREFIX
from events_api.domain.errors import DomainError
from events_api.handlers.answers import not_modified
from events_api.handlers.context import language_of
from events_api.handlers.impact_boards import Sheet, kept_sheet
from events_api.handlers.kept import Kept
from events_api.read.connections import Pool
from events_api.store.accounts import token_hash
from events_api.store.board_looks import Ask, Sight, sights
from events_api.store.looks import Looks
from events_api.text.formats import Language

PATH: Final = re.compile(r"/api/v1/editions/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/impact/board")
TEMPLATE: Final = "/api/v1/editions/{edition_id}/impact/board"
"""The route of the operation, as the framework names it in the metrics."""
OPERATION: Final = "readImpactBoard"
Asked = tuple[str, str, Language]
"""The token, the edition and the language of a request."""
_HOST: Final = re.compile(rb"[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_OTHERS: Final = frozenset({b"cookie", b"content-length", b"content-type", b"transfer-encoding"})


class Lectern:
    """Between the envelope and the framework."""

    def __init__(self, inner: ASGIApp, kept: Kept, pool: Callable[[], Pool]) -> None:
        self.inner = inner
        self.kept = kept
        self.pool = pool
        self.looks = Looks(self._look)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a board that was sent before and still stands, or pass the request on as it came."""
        if scope["type"] == ScopeType.HTTP and scope["method"] == "GET":
            found = PATH.fullmatch(scope["path"])
            bearer = None if found is None else _bearer(scope)
            if found is not None and bearer is not None:
                sheet = await self._sheet((bearer, found[1], _language(scope)))
                if sheet is not None:
                    scope["path_template"] = TEMPLATE
                    await _send(sheet, scope, send)
                    return
        await self.inner(scope, receive, send)

    async def _sheet(self, asked: Asked) -> Sheet | None:
        try:
            return await self.looks.of(self.pool(), asked)
        except Exception:  # noqa: BLE001  the operation meets it again, where it is answered
            return None

    async def _look(self, pool: Pool, requests: Set[Asked]) -> dict[Asked, Sheet]:
        asks = {
            Ask(token_hash(bearer), UUID(edition), language): (bearer, edition, language)
            for bearer, edition, language in requests
        }
        found = {
            asks[ask]: kept_sheet(self.kept, ask.edition_id, ask.language, sight.board)
            for ask, sight in (await sights(pool, asks.keys())).items()
            if _may_see(sight)
        }
        return {asked: sheet for asked, sheet in found.items() if sheet is not None}


def _may_see(sight: Sight) -> bool:
    try:
        viewer = grant(OPERATION, sight.actor)
    except DomainError:
        return False
    return viewer.scope == "all" or (viewer.scope == "own" and sight.own)


async def _send(sheet: Sheet, scope: HTTPScope, send: Send) -> None:
    headers, status, body = sheet.encoded_headers, 200, sheet.body
    if any(name == b"if-none-match" for name, _ in scope["headers"]) and not_modified(Request(scope), sheet.etag):
        status, body = 304, b""
    else:
        headers = [*headers, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _bearer(scope: HTTPScope) -> str | None:
    """The token of a request in the plain form, without a body, a cookie or a query; else None."""
    given = list(scope["headers"])
    headers: dict[bytes, bytes] = dict(given)
    if (
        len(headers) < len(given)
        or scope["query_string"]
        or scope.get("root_path")
        or not _OTHERS.isdisjoint(headers)
        or _HOST.fullmatch(headers.get(b"host", b"none")) is None
    ):
        return None
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    secret = secret.strip()
    return secret if scheme.lower() == "bearer" and secret.startswith(TOKEN_PREFIX) else None


def _language(scope: HTTPScope) -> Language:
    asked: Any = any(name == b"accept-language" for name, _ in scope["headers"])
    return language_of(Request(scope)) if asked else "fr"
