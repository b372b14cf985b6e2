"""The security headers of every answer: a strict content security policy first."""

from typing import Final

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


def security_headers(*, https: bool) -> list[tuple[bytes, bytes]]:
    """The headers that every answer carries unless it has its own of that name."""
    headers = {**_HEADERS, "strict-transport-security": _ONE_YEAR} if https else _HEADERS
    return [(name.encode(), value.encode()) for name, value in headers.items()]
