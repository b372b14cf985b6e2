"""The security headers of every answer: a strict content security policy first."""

from collections.abc import Awaitable, Callable
from typing import Final

from litestar.types import Message, Scope

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PAGE_POLICY: Final = _POLICY.format(styles="")
CHART_POLICY: Final = _POLICY.format(styles=" 'unsafe-inline'")
"""plotly.js writes style elements of its own (plotly.js#7543)."""

_HEADERS: Final = {
    "content-security-policy": PAGE_POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
_ONE_YEAR: Final = "max-age=31536000; includeSubDomains"


def security_headers(*, https: bool) -> Callable[[Message, Scope], Awaitable[None]]:
    """Return the ``before_send`` hook that adds the headers which the answer does not carry already."""
    headers = {**_HEADERS, "strict-transport-security": _ONE_YEAR} if https else _HEADERS
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def add(message: Message, scope: Scope) -> None:  # noqa: ARG001  # the signature is Litestar's
        if message["type"] == "http.response.start":
            present = message["headers"] = list(message.get("headers", ()))
            names = {name.lower() for name, _ in present}
            present += [header for header in encoded if header[0] not in names]

    return add
