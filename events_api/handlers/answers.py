"""Answers to conditional requests: entity tags, 304, If-Match."""

import hashlib
import re
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.types import Receive, Scope, Send

from events_api.domain.errors import DomainError, VersionRequired
from events_api.domain.records import Entity

_ENCODER: Final = msgspec.json.Encoder()
_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')
PRIVATE: Final = "private, no-cache"


class PreconditionUnreadable(DomainError):
    """An If-Match that is not the tag of a version."""


def tag(record: Entity) -> str:
    """The entity tag of a record; it begins with its version."""
    return f'"{record.tag}"'


class Encoded(Response[bytes]):
    """An answer whose bytes and headers are made: sent as it is, without another look at each header."""

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> Any:
        """The answer as an application; one with cookies goes the framework's way."""
        if self.cookies or self.background:
            return super().to_asgi_response(*args, **kwargs)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.content:
            headers.append((b"content-type", str(self.media_type).encode()))
        if self.status_code != 304:
            headers.append((b"content-length", b"%d" % len(self.content)))
        start = {"type": "http.response.start", "status": self.status_code, "headers": headers}
        body = {"type": "http.response.body", "body": self.content, "more_body": False}

        async def send_it(scope: Scope, receive: Receive, send: Send) -> None:
            del scope, receive
            await send(start)  # type: ignore[arg-type]  # the keys above are those of the message
            await send(body)  # type: ignore[arg-type]  # same

        return send_it


def answer(
    request: Request[Any, Any, Any],
    content: object,
    *,
    etag: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    cache: str = PRIVATE,
) -> Response[Any]:
    """Encode the content with its tag, or answer 304 to a reader who already has it."""
    body = _ENCODER.encode(content)
    etag = etag or f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    all_headers = {"etag": etag, "cache-control": cache, "vary": "authorization, cookie", **(headers or {})}
    return encoded(request, body, all_headers, status=status)


def encoded(
    request: Request[Any, Any, Any], body: bytes, headers: dict[str, str], *, status: int = 200
) -> Response[Any]:
    """The same of JSON that is encoded, under the tag among its headers."""
    if request.method == "GET" and not_modified(request, headers["etag"]):
        return Encoded(b"", status_code=304, headers=headers, media_type="application/json")
    return Encoded(body, status_code=status, headers=headers, media_type="application/json")


def not_modified(request: Request[Any, Any, Any], etag: str) -> bool:
    """Whether If-None-Match names this tag (weak comparison)."""
    asked = request.headers.get("if-none-match")
    if asked is None:
        return False
    return asked.strip() == "*" or etag.removeprefix("W/").strip('"') in _TAG.findall(asked)


def version_if_given(request: Request[Any, Any, Any]) -> int | None:
    """The version that If-Match asks for where a step is conditional; without the header the state alone decides."""
    return expected_version(request) if "if-match" in request.headers else None


def expected_version(request: Request[Any, Any, Any]) -> int | None:
    """The version that If-Match asks for; `*` is any, returned as None; raises VersionRequired where it is missing."""
    asked = request.headers.get("if-match")
    if asked is None:
        raise VersionRequired
    if asked.strip() == "*":
        return None
    found = _TAG.fullmatch(asked.strip())
    version = found[1].partition("-")[0] if found is not None else ""
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        raise PreconditionUnreadable(field="If-Match")
    return int(version)
