"""Log in, log out, one's own account; accounts, memberships and tokens for those who manage them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events_api.domain.accounts import SESSION_IDLE, TokenRefused
from events_api.domain.errors import DomainError, NotFound
from events_api.domain.records import retire
from events_api.handlers.accounts import accept_invitation, change_password, log_in
from events_api.handlers.context import actor_of
from events_api.handlers.guards import allowed
from events_api.handlers.identity import OPENS_SESSION, no_session_cookie, session_cookie, visit_of
from events_api.handlers.pages.base import AnyRequest, done, language_of, page
from events_api.handlers.pages.fields import refusal
from events_api.handlers.pages.forms import Form
from events_api.handlers.pages.information import home_trail
from events_api.handlers.pages.records import Desk, Revealed, Step, record_pages
from events_api.handlers.problems import STATUS
from events_api.handlers.writing import Writing
from events_api.read import accounts as reading
from events_api.read import shapes
from events_api.read.connections import Pool
from events_api.store import accounts as store
from events_api.store.transaction import SqlWork
from events_api.text.formats import Language
from events_api.text.interface import text

_CREDENTIALS: Final = ("email", "password")
_PASSWORDS: Final = ("current", "password")


class LoginController(Controller):
    """The door: open a session, end it, set a first password."""

    @get("/login")
    async def ask(self, request: AnyRequest, next: FromQuery[str] = "/") -> Response[Any]:  # noqa: A002  # in addresses
        """Ask for an e-mail address and a password; who is signed in goes on."""
        if visit_of(request.scope).session is not None:
            return Redirect(_inside(next), status_code=303)
        return _login_page(request, Form(values={"next": next}), ended=visit_of(request.scope).ended)

    @post("/login", opt={OPENS_SESSION: True})
    async def enter(self, request: AnyRequest) -> Response[Any]:
        """Open a session, or say why not without telling which of the two was wrong."""
        typed = await _typed(request, "email", "password", "next")
        errors = _missing(request, typed, _CREDENTIALS)
        status = 422
        if not errors:
            try:
                secret = await log_in(request, typed["email"], typed["password"])
            except DomainError as error:
                errors, status = refusal(error, _CREDENTIALS, language_of(request)), STATUS[error.kind]
            else:
                return Redirect(_inside(typed["next"]), status_code=303, cookies=[session_cookie(secret)])
        form = Form(values={"email": typed["email"], "next": typed["next"]}, errors=errors)
        return _login_page(request, form, status_code=422 if status == 401 else status)

    @post("/logout", guards=[allowed], operation_id="logOut")
    async def leave(self, request: AnyRequest, write: NamedDependency[Writing]) -> Response[Any]:
        """End the session of this browser."""
        session, actor = visit_of(request.scope).session, actor_of(request.scope)
        if session is not None and actor.id is not None:
            async with write.transact() as work:
                await store.end_sessions(work, actor.id, only=store.session_public_id(session.token_hash))
        response = done(request, "/", "logged_out")
        response.set_cookie(no_session_cookie())
        return response

    @get("/invitation")
    async def invited(self, request: AnyRequest) -> Template:
        """Ask for the secret of an invitation and a password; a link carries the secret behind its `#`."""
        return _invitation_page(request, Form())

    @post("/invitation", opt={OPENS_SESSION: True})
    async def accept(self, request: AnyRequest) -> Response[Any]:
        """Set the password that the invited person chose."""
        typed = await _typed(request, "secret", "password")
        errors = _missing(request, typed, ("secret", "password"))
        if not errors:
            try:
                await accept_invitation(request, typed["secret"], typed["password"])
            except DomainError as error:
                errors = refusal(error, ("secret", "password"), language_of(request))
            else:
                return done(request, "/login", "password_set")
        return _invitation_page(request, Form(values={"secret": typed["secret"]}, errors=errors))


class AccountController(Controller):
    """One's own account: roles, language, password, sessions."""

    path = "/account"
    guards = [allowed]  # noqa: RUF012  # Litestar's attribute

    @get("/", operation_id="changeMe")
    async def show(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Template:
        """Show who one is here."""
        return await _account_page(request, pool, Form())

    @post("/language", operation_id="changeMe")
    async def choose_language(self, request: AnyRequest, write: NamedDependency[Writing]) -> Response[Any]:
        """Choose the language of the account."""
        wish = (await _typed(request, "language"))["language"]
        chosen: Language = "en" if wish == "en" else "fr"
        actor = actor_of(request.scope)
        if actor.id is not None:
            async with write.transact() as work:
                await store.choose_language(work, actor.id, chosen)
        return done(request, f"/account?lang={chosen}", "saved")

    @post("/password", operation_id="changeMyPassword")
    async def choose_password(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Response[Any]:
        """Change one's password; every other session ends."""
        typed = await _typed(request, *_PASSWORDS)
        errors = _missing(request, typed, _PASSWORDS)
        if not errors:
            try:
                await change_password(request, typed["current"], typed["password"])
            except DomainError as error:
                errors = refusal(error, _PASSWORDS, language_of(request))
            else:
                return done(request, "/account", "password_changed")
        return await _account_page(request, pool, Form(errors=errors))

    @post("/sessions/{session_id:uuid}/end", operation_id="endMySession")
    async def end_session(
        self, request: AnyRequest, session_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[Any]:
        """End a session on another device."""
        actor = actor_of(request.scope)
        async with write.transact() as work:
            if actor.id is None or not await store.end_sessions(work, actor.id, only=session_id):
                raise NotFound(kind="session")
        return done(request, "/account", "session_ended")


async def _typed(request: AnyRequest, *names: str) -> dict[str, str]:
    form = await request.form()
    return {name: str(form.get(name, "")) for name in names}


def _missing(request: AnyRequest, typed: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: text("invalid.missing", language_of(request)) for name in names if not typed[name]}


def _inside(address: str) -> str:
    """Where to go on after logging in: an address of this site, else home."""
    # browsers read a backslash as a slash, and two slashes or more as the beginning of another site
    inside = address.startswith("/") and address[1:2] not in {"/", "\\"} and address.isprintable()
    return address if inside else "/"


def _login_page(request: AnyRequest, form: Form, *, ended: bool = False, status_code: int = 200) -> Template:
    language = language_of(request)
    return page(
        request,
        "login.html",
        title=text("login.title", language),
        trail=home_trail(language),
        status_code=status_code,
        headers={"Cache-Control": "no-store"},
        form=form,
        ended=ended,
    )


def _invitation_page(request: AnyRequest, form: Form) -> Template:
    language = language_of(request)
    return page(
        request,
        "invitation.html",
        title=text("invitation.title", language),
        trail=home_trail(language),
        status_code=422 if form.errors else 200,
        headers={"Cache-Control": "no-store"},
        form=form,
    )


async def _account_page(request: AnyRequest, pool: Pool, form: Form) -> Template:
    language, actor, session = language_of(request), actor_of(request.scope), visit_of(request.scope).session
    if actor.id is None:
        raise TokenRefused
    return page(
        request,
        "account.html",
        title=text("account.title", language),
        trail=home_trail(language),
        status_code=422 if form.errors else 200,
        headers={"Cache-Control": "no-store"},
        form=form,
        me=await reading.me(pool, actor),
        sessions=await reading.sessions(pool, actor.id, session.token_hash if session else None, SESSION_IDLE),
    )


# Accounts, memberships, tokens


async def _invite(work: SqlWork, record_id: UUID, expected: int, values: Mapping[str, Any]) -> Revealed:
    del expected, values
    secret, _ = await store.invite(work, record_id)
    return Revealed(secret=secret, key="invitation", address=f"/invitation#{secret}")


async def _issue(work: SqlWork, values: Mapping[str, Any]) -> Revealed:
    token, secret = await store.issue(work, values)
    return Revealed(secret=secret, key="token", record_id=token.id)


async def _revoke(work: SqlWork, record_id: UUID, expected: int) -> Any:
    return await retire(work, shapes.API_TOKEN.kind, record_id, expected)


ACCOUNTS: Final = Desk(
    shape=shapes.ACCOUNT,
    visibility=reading.NOBODYS,
    path="/manage/accounts",
    plural="Accounts",
    retire=store.erase,
    retire_operation="eraseAccount",
    steps=(Step(key="invite", operation="createInvitation", run=_invite, states=frozenset({""}), look="secondary"),),
)
MEMBERSHIPS: Final = Desk(
    shape=shapes.MEMBERSHIP,
    visibility=reading.NOBODYS,
    path="/manage/memberships",
    plural="Memberships",
    state="role",
    state_group="role",
)
TOKENS: Final = Desk(
    shape=shapes.API_TOKEN,
    visibility=reading.TOKEN,
    path="/manage/tokens",
    plural="Tokens",
    singular="Token",
    state="role",
    state_group="role",
    create=_issue,
    retire=_revoke,
    retire_operation="revokeToken",
    changeable=False,
)

PEOPLE_PAGES: Final = [
    LoginController,
    AccountController,
    *(page_of for desk in (ACCOUNTS, MEMBERSHIPS, TOKENS) for page_of in record_pages(desk)),
]
