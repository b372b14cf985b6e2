"""Answers kept under their idempotency key, written in the transaction whose effect they tell."""

from typing import Any, NamedTuple

import asyncpg
import msgspec

from events_api.domain.errors import RequestInProgress

CLAIM = """
    select pg_try_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 1)) as free, k.request_hash, k.status,
        k.headers, k.body
    from (select 1) as one left join idempotency k on k.principal = $1 and k.key = $2
"""


class Kept(NamedTuple):
    """What was asked (as a hash) under which key, and what was answered."""

    principal: str
    key: str
    request_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes

    def values(self) -> tuple[Any, ...]:
        """The columns in their order."""
        return *self[:4], msgspec.json.encode(self.headers).decode(), self.body


async def claim(connection: asyncpg.Connection, principal: str, key: str) -> Kept | None:
    """Take the key for this transaction; returns the former answer, raises RequestInProgress while one runs.

    The lock and the answer are read at one moment: a first request that ends just then is not seen here, and its row
    makes ours fail at the end, with the same refusal.
    """
    row = await connection.fetchrow(CLAIM, principal, key)
    if row is None or not row["free"]:
        raise RequestInProgress(field="Idempotency-Key")
    if row["request_hash"] is None:
        return None
    headers = msgspec.json.decode(row["headers"], type=dict[str, str])
    return Kept(principal, key, bytes(row["request_hash"]), row["status"], headers, bytes(row["body"]))
