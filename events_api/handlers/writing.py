"""The one way a request writes: one transaction, the idempotency key inside it, the answer built from the result."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.datastructures import State

from events_api.domain.errors import DomainError, KeyReused, RequestInProgress
from events_api.domain.records import Entity
from events_api.handlers.answers import PRIVATE, answer, tag
from events_api.handlers.context import actor_of, grant_of, request_id_of
from events_api.read.connections import Pool
from events_api.store.idempotency import Kept, claim
from events_api.store.transaction import SqlWork, transact

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]


class KeyMalformed(DomainError):
    """An idempotency key that is empty, too long or not printable."""


class Writing:
    """Runs a use case for a request; a POST that repeats its idempotency key gets the first answer again."""

    def __init__(self, request: AnyRequest, pool: Pool, master_key: bytes) -> None:
        self.request = request
        self.pool = pool
        self.master_key = master_key

    async def __call__(
        self,
        step: Callable[[SqlWork], Awaitable[T]],
        *,
        status: int = 200,
        location: Callable[[T], str] | None = None,
        present: Callable[[T], object] | None = None,
        remember: Callable[[T], object] | None = None,
    ) -> Response[Any]:
        """Run `step` in a transaction and answer with what it returns, or with what `present` makes of it.

        `remember` makes what a repeated request gets instead, where the answer holds a secret that is never kept.
        """
        request = self.request
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            raise KeyMalformed(field="Idempotency-Key")
        asked = await self._hash() if key is not None else b""
        principal = actor_of(request.scope).principal
        try:
            async with self.transact() as work:
                if key is not None:
                    kept = await claim(work.connection, principal, key)
                    if kept is not None:
                        return _again(kept, asked)
                result = await step(work)
                response = self._answer(result, status, location, present)
                if key is not None:
                    headers = {name: value for name, value in response.headers.items() if name in ("etag", "location")}
                    body = response.content if isinstance(response.content, bytes) else b""
                    if remember is not None:
                        headers, body = {}, msgspec.json.encode(remember(result))
                    work.kept = Kept(principal, key, asked, response.status_code or 200, headers, body)
                return response
        except asyncpg.UniqueViolationError as error:
            if error.table_name == "idempotency":
                raise RequestInProgress(field="Idempotency-Key") from error
            raise

    def transact(self) -> Any:
        """Open the transaction of this request."""
        scope = self.request.scope
        handler: Any = self.request.route_handler
        return transact(
            self.pool,
            actor=actor_of(scope),
            grant=grant_of(scope),
            request_id=request_id_of(scope),
            operation=str(handler.operation_id or handler.name),
            master_key=self.master_key,
        )

    def _answer(
        self,
        result: T,
        status: int,
        location: Callable[[T], str] | None,
        present: Callable[[T], object] | None,
    ) -> Response[Any]:
        headers = {"location": location(result)} if location else {}
        etag = tag(result) if isinstance(result, Entity) else None
        if status == 204:
            return Response(None, status_code=204, headers={"cache-control": PRIVATE, **headers})
        return answer(self.request, present(result) if present else result, etag=etag, status=status, headers=headers)

    async def _hash(self) -> bytes:
        digest = hashlib.sha256(f"{self.request.method} {self.request.url.path}?{self.request.url.query}\n".encode())
        digest.update(await self.request.body())
        return digest.digest()


def _again(kept: Kept, asked: bytes) -> Response[bytes]:
    if kept.request_hash != asked:
        raise KeyReused(field="Idempotency-Key")
    headers = kept.headers | {"idempotency-replayed": "true", "cache-control": PRIVATE}
    return Response(kept.body, status_code=kept.status, headers=headers, media_type="application/json")


def provide_writing(request: AnyRequest, state: State) -> Writing:
    """The dependency that handlers name `write`."""
    return Writing(request, state.pool, state.master_key)
