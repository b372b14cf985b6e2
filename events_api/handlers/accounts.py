"""People and machines over HTTP: accounts, memberships, invitations, tokens, and one's own session and password."""

import datetime as dt
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import structlog
from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath, FromQuery
from msgspec import Meta, Struct

from events_api.domain import records
from events_api.domain.access import grant
from events_api.domain.accounts import (
    SESSION_IDLE,
    Account,
    ApiToken,
    CurrentPasswordWrong,
    HeldRole,
    Membership,
    Password,
    WrongCredentials,
    check_password,
)
from events_api.domain.actors import Actor
from events_api.domain.errors import LoginRequired, NotFound
from events_api.domain.records import Instant
from events_api.handlers.answers import answer, expected_version, tag
from events_api.handlers.context import actor_of, grant_of, request_id_of
from events_api.handlers.identity import OPENS_SESSION, address_of, no_session_cookie, session_cookie, visit_of
from events_api.handlers.paging import Changes, Limit, Page
from events_api.handlers.problems import CHANGE_PROBLEMS, READ_PROBLEMS, WRITE_PROBLEMS
from events_api.handlers.resources import listing, resource
from events_api.handlers.writing import Writing
from events_api.read import accounts as reading
from events_api.read import records as rows
from events_api.read import shapes
from events_api.read.accounts import Me, SessionSeen
from events_api.read.connections import Pool
from events_api.read.programme import equal, of
from events_api.store import accounts as store
from events_api.store.transaction import SqlWork, transact

AnyRequest = Request[Any, Any, Any]
CursorText = Annotated[str, Meta(min_length=1, max_length=200)]
Secret = Annotated[str, Meta(min_length=1, max_length=200)]
NO_STORE = "no-store"
_log = structlog.get_logger("accounts")


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person shows to open a session."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Password


class Language(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person chooses for themselves."""

    language: Literal["fr", "en"]


class NewPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of password."""

    current: Password
    password: Password


class Acceptance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation and the password that its person chooses."""

    secret: Secret
    password: Password


class Invitation(Struct, frozen=True, kw_only=True):
    """The secret that lets a person set a password, shown once; to be handed over by a safe way."""

    secret: str | None
    expires_at: dt.datetime


class IssuedToken(Struct, frozen=True, kw_only=True):
    """A new token with its secret, shown once."""

    token: ApiToken
    secret: str | None


def _body(kind: type[Struct], example: dict[str, object]) -> Any:
    shown = Example(summary=kind.__name__, value=example)
    return Annotated[kind, BodyKwarg(media_type=RequestEncodingType.JSON, examples=[shown])]


PHRASE = "des quais au soleil couchant"
TokenIn: Any = _body(
    records.incoming(ApiToken),
    {
        "name": "Export vers le site de la métropole",
        "role": "auditor",
        "scopes": ["read"],
        "expires_at": "2027-06-30T22:00:00Z",
    },
)
LoginIn: Any = _body(Login, {"email": "camille@example.org", "password": PHRASE})
LanguageIn: Any = _body(Language, {"language": "en"})
NewPasswordIn: Any = _body(NewPassword, {"current": PHRASE, "password": "une autre phrase bien longue"})
AcceptanceIn: Any = _body(Acceptance, {"secret": "secret-of-the-invitation", "password": PHRASE})


def _transact(request: AnyRequest, operation: str, actor: Actor) -> AbstractAsyncContextManager[SqlWork]:
    """A transaction for an operation of the access table, whoever serves it: the API or a page."""
    return transact(
        request.app.state.pool,
        actor=actor,
        grant=grant(operation, actor_of(request.scope)),
        request_id=request_id_of(request.scope),
        operation=operation,
        master_key=request.app.state.master_key,
    )


async def log_in(request: AnyRequest, email: str, password: str) -> str:
    """Open a session and return the value of its cookie; refuses wrong credentials, and anything after many of them."""
    state, former = request.app.state, visit_of(request.scope).session
    written = email.replace("\0", "").strip().lower()
    attempt, found = await store.begin_attempt(state.pool, state.master_key, written, address_of(request))
    right = await state.passwords.verify(found.password_hash, password)
    if not right or found.account_id is None or found.password_hash is None:
        _log.info("login.refused")
        raise WrongCredentials
    async with _transact(request, "logIn", Actor(kind="person", id=found.account_id)) as work:
        secret = await store.open_session(work, found.account_id, found.password_hash, former)
        await store.attempt_succeeded(work.connection, attempt)
    return secret


async def change_password(request: AnyRequest, current: str, password: str) -> None:
    """Change the password of who asks and end their other sessions; the present one is asked for and counted."""
    state, actor, visit = request.app.state, actor_of(request.scope), visit_of(request.scope)
    email = str((await reading.me(state.pool, actor)).email)
    check_password(password, email)
    attempt, found = await store.begin_attempt(state.pool, state.master_key, email, address_of(request))
    if not await state.passwords.verify(found.password_hash, current) or found.account_id is None:
        raise CurrentPasswordWrong(field="current")
    hashed = await state.passwords.hash(password)
    async with _transact(request, "changeMyPassword", actor) as work:
        await store.set_password(work, found.account_id, hashed, keep=visit.session)
        await store.attempt_succeeded(work.connection, attempt)


async def log_out(request: AnyRequest) -> None:
    """End the session of the cookie; without one there is nothing to end."""
    session, actor = visit_of(request.scope).session, actor_of(request.scope)
    if session is not None and actor.id is not None:
        async with _transact(request, "logOut", actor) as work:
            await store.end_sessions(work, actor.id, only=store.session_public_id(session.token_hash))


async def accept_invitation(request: AnyRequest, secret: str, password: str) -> None:
    """Set the password of an invited person; opens no session."""
    state = request.app.state
    account_id, email = await store.invited(state.pool, secret)
    check_password(password, email)
    hashed = await state.passwords.hash(password)
    async with _transact(request, "acceptInvitation", Actor(kind="person", id=account_id)) as work:
        await store.use_invitation(work, account_id, secret, hashed)


class SessionOfMine(Controller):
    """Log in, log out."""

    path = "/session"
    tags: ClassVar[list[str]] = ["people"]  # type: ignore[misc]  # Litestar reads the attribute of the class

    @post("/", operation_id="logIn", summary="Log in", opt={OPENS_SESSION: True}, responses=WRITE_PROBLEMS)
    async def create(self, request: AnyRequest, data: LoginIn, pool: NamedDependency[Pool]) -> Response[Me]:
        """Open a session for a browser: the answer sets a cookie that scripts cannot read."""
        secret = await log_in(request, data.email, data.password)
        visit = visit_of(request.scope)
        actor, visit.session = await store.session_actor(pool, secret)
        me = await reading.me(pool, actor, csrf_token=visit.csrf_token, session_expires_at=visit.session.expires_at)
        response = answer(request, me, status=201, cache=NO_STORE)
        response.set_cookie(session_cookie(secret))
        return response

    @delete("/", operation_id="logOut", summary="Log out", status_code=204, responses=READ_PROBLEMS)
    async def end(self, request: AnyRequest) -> Response[None]:
        """End the session of the cookie; without one there is nothing to end."""
        await log_out(request)
        response: Response[None] = Response(None, status_code=204, headers={"cache-control": NO_STORE})
        response.set_cookie(no_session_cookie())
        return response


class Myself(Controller):
    """Who asks: roles, language, password, sessions."""

    path = "/me"
    tags: ClassVar[list[str]] = ["people"]  # type: ignore[misc]  # Litestar reads the attribute of the class

    @get("/", operation_id="readMe", summary="Who asks", responses=READ_PROBLEMS)
    async def read(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Response[Me]:
        """Who the token or the cookie belongs to, in which roles, for which organisations."""
        visit = visit_of(request.scope)
        session = visit.session
        me = await reading.me(
            pool,
            actor_of(request.scope),
            csrf_token=visit.csrf_token if session else None,
            session_expires_at=session.expires_at if session else None,
        )
        return answer(request, me, cache=NO_STORE)

    @patch("/", operation_id="changeMe", summary="Choose one's language", responses=WRITE_PROBLEMS)
    async def change(
        self, request: AnyRequest, data: LanguageIn, pool: NamedDependency[Pool], write: NamedDependency[Writing]
    ) -> Response[Me]:
        """Choose the language of pages and answers."""
        actor = actor_of(request.scope)
        if actor.id is None:
            raise LoginRequired
        async with write.transact() as work:
            await store.choose_language(work, actor.id, data.language)
        return answer(request, await reading.me(pool, actor), cache=NO_STORE)

    @put("/password", operation_id="changeMyPassword", summary="Change one's password", status_code=204,
         responses=WRITE_PROBLEMS)  # fmt: skip
    async def change_password(
        self,
        request: AnyRequest,
        data: NewPasswordIn,
    ) -> None:
        """Change the password and end all other sessions."""
        await change_password(request, data.current, data.password)

    @get("/sessions", operation_id="listMySessions", summary="List one's sessions", responses=READ_PROBLEMS)
    async def sessions(self, request: AnyRequest, pool: NamedDependency[Pool]) -> Response[list[SessionSeen]]:
        """The open sessions of who asks; a machine has none."""
        actor, session = actor_of(request.scope), visit_of(request.scope).session
        current = session.token_hash if session else None
        found = await reading.sessions(pool, actor.id, current, SESSION_IDLE) if actor.id else []
        return answer(request, found, cache=NO_STORE)

    @delete("/sessions/{session_id:uuid}", operation_id="endMySession", summary="End one of one's sessions",
            status_code=204, responses=READ_PROBLEMS)  # fmt: skip
    async def end_session(
        self, request: AnyRequest, session_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> None:
        """End a session of one's own, on another device for instance."""
        actor = actor_of(request.scope)
        async with write.transact() as work:
            if actor.id is None or not await store.end_sessions(work, actor.id, only=session_id):
                raise NotFound(kind="session")


AccountBase = resource(
    shapes.ACCOUNT,
    path="/accounts",
    tag_name="people",
    visibility=reading.NOBODYS,
    example={"email": "camille@example.org", "display_name": "Camille"},
)
MembershipBase = resource(
    shapes.MEMBERSHIP,
    path="/memberships",
    tag_name="people",
    visibility=reading.NOBODYS,
    example={"account_id": "01a20639-a789-730b-b64f-65dbeb811a7e", "role": "officer", "starts_on": "2026-01-01"},
)


class AccountController(AccountBase):  # type: ignore[misc, valid-type]
    """Accounts of people."""

    @get("/", operation_id="listAccounts", summary="List accounts", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Account] | Changes[Account]]:
        return await listing(
            request, pool, shapes.ACCOUNT, reading.NOBODYS, [], cursor=cursor, limit=limit, updated_since=updated_since
        )

    @delete(
        "/{record_id:uuid}",
        status_code=200,
        operation_id="eraseAccount",
        summary="Erase a person",
        responses=CHANGE_PROBLEMS,
    )
    async def retire(
        self, request: AnyRequest, record_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[Account]:
        """Clear name, address and password, end sessions and roles; what the trail says of the person goes dark."""
        expected = expected_version(request)
        return await write(lambda work: store.erase(work, record_id, expected))

    @post("/{record_id:uuid}/invitations", operation_id="createInvitation", summary="Invite a person",
          responses=WRITE_PROBLEMS)  # fmt: skip
    async def invite(self, record_id: FromPath[UUID], write: NamedDependency[Writing]) -> Response[Invitation]:
        """Make the secret with which the person sets a password; a former invitation ends."""
        return await write(
            lambda work: store.invite(work, record_id),
            status=201,
            present=lambda made: Invitation(secret=made[0], expires_at=made[1]),
            remember=lambda made: Invitation(secret=None, expires_at=made[1]),
        )


@post("/invitations/acceptance", operation_id="acceptInvitation", summary="Set the password of an invitation",
      status_code=204, tags=["people"], opt={OPENS_SESSION: True}, responses=WRITE_PROBLEMS)  # fmt: skip
async def accept(
    request: AnyRequest,
    data: AcceptanceIn,
) -> None:
    """Choose a password with the secret of an invitation, once; then log in."""
    await accept_invitation(request, data.secret, data.password)


class MembershipController(MembershipBase):  # type: ignore[misc, valid-type]
    """Roles of people, for a while."""

    @get("/", operation_id="listMemberships", summary="List memberships", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        account: FromQuery[UUID | None] = None,
        organisation: FromQuery[UUID | None] = None,
        role: FromQuery[HeldRole | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[Membership] | Changes[Membership]]:
        conditions = [
            *of("t.account_id", "account", account),
            *of("t.organisation_id", "organisation", organisation),
            *equal("t.role", role),
        ]
        return await listing(
            request,
            pool,
            shapes.MEMBERSHIP,
            reading.NOBODYS,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )


class TokenController(Controller):
    """Tokens of machines."""

    path = "/tokens"
    tags: ClassVar[list[str]] = ["people"]  # type: ignore[misc]  # Litestar reads the attribute of the class

    @post("/", operation_id="createToken", summary="Create a token", responses=WRITE_PROBLEMS)
    async def create(self, data: TokenIn, write: NamedDependency[Writing]) -> Response[IssuedToken]:
        """Make a token; its secret is in this answer and nowhere else, not even in the answer to a repeated request."""
        return await write(
            lambda work: store.issue(work, records.given(data)),
            status=201,
            location=lambda made: f"/api/v1/tokens/{made[0].id}",
            present=lambda made: IssuedToken(token=made[0], secret=made[1]),
            remember=lambda made: IssuedToken(token=made[0], secret=None),
        )

    @get("/", operation_id="listTokens", summary="List tokens", responses=READ_PROBLEMS)
    async def index(
        self,
        request: AnyRequest,
        pool: NamedDependency[Pool],
        organisation: FromQuery[UUID | None] = None,
        edition: FromQuery[UUID | None] = None,
        cursor: FromQuery[CursorText | None] = None,
        limit: Limit = 50,
        updated_since: FromQuery[Instant | None] = None,
    ) -> Response[Page[ApiToken] | Changes[ApiToken]]:
        """Tokens that were not revoked; those that expired are among them."""
        conditions = [
            *of("t.organisation_id", "organisation", organisation),
            *of("t.edition_id", "edition", edition),
        ]
        return await listing(
            request,
            pool,
            shapes.API_TOKEN,
            reading.TOKEN,
            conditions,
            cursor=cursor,
            limit=limit,
            updated_since=updated_since,
        )

    @get("/{record_id:uuid}", operation_id="readToken", summary="Read a token", responses=READ_PROBLEMS)
    async def read(
        self, request: AnyRequest, record_id: FromPath[UUID], pool: NamedDependency[Pool]
    ) -> Response[ApiToken]:
        token = await rows.one(pool, shapes.API_TOKEN, reading.TOKEN, grant_of(request.scope), record_id)
        if token is None:
            raise NotFound(kind="api_token")
        return answer(request, token, etag=tag(token))

    @delete("/{record_id:uuid}", operation_id="revokeToken", summary="Revoke a token", status_code=200,
            responses=CHANGE_PROBLEMS)  # fmt: skip
    async def revoke(
        self, request: AnyRequest, record_id: FromPath[UUID], write: NamedDependency[Writing]
    ) -> Response[ApiToken]:
        """Revoke a token; the next request that shows it is refused."""
        expected = expected_version(request)
        return await write(lambda work: records.retire(work, ApiToken, record_id, expected))


HANDLERS = (SessionOfMine, Myself, AccountController, accept, MembershipController, TokenController)
