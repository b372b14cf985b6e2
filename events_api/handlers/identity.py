"""Who asks: the middleware that reads the token or the session cookie, and refuses requests forged by other sites.

After it, `scope["state"]["actor"]` is the Actor and `visit_of(scope)` what else the request brought of its session.
"""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, FormMultiDict, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from events_api.domain.accounts import SESSION_LIFE, CrossSiteRequest, FormTokenMissing, SessionEnded, TokenRefused
from events_api.domain.actors import NOBODY, Actor
from events_api.read.connections import Pool
from events_api.store.accounts import Machines, OpenSession, session_actor

SESSION_COOKIE: Final = "__Host-events_session"
FORM_COOKIE: Final = "__Host-events_form"
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf_token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
OPENS_SESSION: Final = "opens_session"
"""The `opt` of an operation that logs in: it works under a session that has ended, and without its token."""
LOOKS_ITSELF: Final = "looks_itself"
"""The `opt` of an operation that finds the holder of a token, and holds it against the access table, on its own way to
the database: `bearer_of(scope)` is the token, and nobody is known before."""

Connection = ASGIConnection[Any, Any, Any, Any]


class Visit:
    """What a request brought besides its actor: an open session, or the cookie that ties an anonymous form to it."""

    def __init__(self, form_key: bytes, form_secret: str | None) -> None:
        self.session: OpenSession | None = None
        self.ended = False
        """A session cookie came whose session is over; the page that answers may say so."""
        self.new_form_secret: str | None = None
        self.form: FormMultiDict | None = None
        self._form_key = form_key
        self._form_secret = form_secret

    @property
    def csrf_token(self) -> str:
        """The token that forms and scripts send back; for an anonymous visitor it may set a cookie."""
        if self.session is not None:
            return _keyed(self.session.csrf_secret, b"form")
        if self._form_secret is None:
            self._form_secret = self.new_form_secret = secrets.token_urlsafe(32)
        return _keyed(self._form_key, self._form_secret.encode())

    def bears(self, token: str) -> bool:
        """Whether a token that came back is the one of this visit."""
        if self.session is None and self._form_secret is None:
            return False
        return hmac.compare_digest(token.encode(), self.csrf_token.encode())


def visit_of(scope: Scope) -> Visit:
    """The session side of the request, as the identity middleware found it."""
    visit: Visit = scope["state"]["visit"]
    return visit


def bearer_of(scope: Scope) -> str | None:
    """The token of a request to an operation that looks for its holder itself."""
    bearer: str | None = scope["state"].get("bearer")
    return bearer


def csrf_token(request: Request[Any, Any, Any]) -> str:
    """The value of the hidden field `csrf_token` of every form, and of the header X-CSRF-Token."""
    return visit_of(request.scope).csrf_token


def session_cookie(secret: str) -> Cookie:
    """The cookie of a new session."""
    return _host_cookie(SESSION_COOKIE, secret, int(SESSION_LIFE.total_seconds()))


def no_session_cookie() -> Cookie:
    """The cookie that makes the browser forget its session."""
    return _host_cookie(SESSION_COOKIE, "", 0)


def address_of(connection: Connection) -> str:
    """The network address that asks, for throttling; the proxies that are trusted were taken off by the server."""
    if connection.client is None:
        return "unknown"
    try:
        address = ipaddress.ip_address(connection.client.host)
    except ValueError:
        return connection.client.host
    # whoever has one address of version 6 has the 2^64 around it
    return str(ipaddress.ip_network((address, 64), strict=False) if address.version == 6 else address)


class IdentityMiddleware(ASGIMiddleware):
    """Finds who asks in one round trip and no cache, so that a revocation holds for the next request."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, *, pool: Callable[[Scope], Pool], master_key: bytes, public_url: str) -> None:
        self.pool = pool
        self.machines = Machines()
        self.form_key = hmac.digest(master_key, b"anonymous forms", "sha256")
        self.origin = _origin(public_url)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: Connection = ASGIConnection(scope)
        cookies = connection.cookies if "cookie" in connection.headers else {}
        visit = Visit(self.form_key, cookies.get(FORM_COOKIE))
        state = scope["state"]
        state["visit"] = visit
        state["actor"] = await self._actor(connection, visit, cookies.get(SESSION_COOKIE))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and (visit.new_form_secret or visit.ended):
                headers = MutableScopeHeaders.from_message(message)
                headers["cache-control"] = "no-store"
                sent = headers.getall("set-cookie", [])
                if visit.new_form_secret:
                    headers.add("set-cookie", _written(_host_cookie(FORM_COOKIE, visit.new_form_secret, None)))
                if visit.ended and not any(value.startswith(SESSION_COOKIE) for value in sent):
                    headers.add("set-cookie", _written(no_session_cookie()))
            await send(message)

        try:
            if cast("HTTPScope", scope)["method"] not in SAFE and "authorization" not in connection.headers:
                await self._refuse_forged(Request(scope, receive, send), visit)
            await next_app(scope, receive, answer)
        finally:
            if visit.form is not None:
                await visit.form.close()

    async def _actor(self, connection: Connection, visit: Visit, cookie: str | None) -> Actor:
        pool = self.pool(connection.scope)
        authorization = connection.headers.get("authorization")
        if authorization is not None:
            scheme, _, secret = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise TokenRefused
            if connection.scope["route_handler"].opt.get(LOOKS_ITSELF):
                connection.scope["state"]["bearer"] = secret.strip()
                return NOBODY
            return await self.machines.holder(pool, secret.strip())
        if not cookie:
            return NOBODY
        try:
            actor, visit.session = await session_actor(pool, cookie)
        except SessionEnded:
            # a page goes on as for anybody and takes the cookie back; the API never forgets that somebody was meant
            if _is_api(connection.scope) and not _opens_session(connection.scope):
                raise
            visit.ended = True
            return NOBODY
        return actor

    async def _refuse_forged(self, request: Request[Any, Any, Any], visit: Visit) -> None:
        """Refuse what another site made the browser send: by the headers browsers set, then by the form's token."""
        headers = request.headers
        site = headers.get("sec-fetch-site")
        origin = headers.get("origin")
        if site is not None and site not in {"same-origin", "none"}:
            raise CrossSiteRequest
        if origin is not None and origin != self.origin and urlsplit(origin).netloc != headers.get("host"):
            raise CrossSiteRequest
        is_form = request.content_type[0] in FORMS
        if not is_form and (visit.session is None or _opens_session(request.scope)):
            return  # JSON cannot be sent across sites without asking, and nothing is done in somebody's name
        token = headers.get(CSRF_HEADER)
        if token is None and is_form:
            visit.form = await request.form()  # kept by the framework for the handler
            token = visit.form.get(CSRF_FIELD)
        if not isinstance(token, str) or not visit.bears(token):
            raise FormTokenMissing


def _is_api(scope: Scope) -> bool:
    return scope["path"].startswith("/api/")


def _opens_session(scope: Scope) -> bool:
    return bool(scope["route_handler"].opt.get(OPENS_SESSION))


def _keyed(key: bytes, value: bytes) -> str:
    return hmac.new(key, value, hashlib.sha256).hexdigest()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _host_cookie(name: str, value: str, max_age: int | None) -> Cookie:
    return Cookie(name, value=value, path="/", secure=True, httponly=True, samesite="lax", max_age=max_age)


def _written(cookie: Cookie) -> str:
    return cookie.to_header(header="")
