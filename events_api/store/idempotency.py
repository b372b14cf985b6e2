"""Answers kept under their idempotency key, written in the transaction whose effect they tell."""

from typing import NamedTuple

import asyncpg
import msgspec

from events_api.domain.errors import RequestInProgress


class Kept(NamedTuple):
    """What was asked (as a hash) and what was answered."""

    request_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes


async def claim(connection: asyncpg.Connection, principal: str, key: str) -> Kept | None:
    """Take the key for this transaction; returns the former answer, raises RequestInProgress while one runs."""
    free = await connection.fetchval("select pg_try_advisory_xact_lock(hashtextextended($1, 1))", f"{principal}\n{key}")
    if not free:
        raise RequestInProgress(field="Idempotency-Key")
    row = await connection.fetchrow(
        "select request_hash, status, headers, body from idempotency where principal = $1 and key = $2", principal, key
    )
    if row is None:
        return None
    headers = msgspec.json.decode(row["headers"], type=dict[str, str])
    return Kept(bytes(row["request_hash"]), row["status"], headers, bytes(row["body"]))


async def keep(connection: asyncpg.Connection, principal: str, key: str, kept: Kept) -> None:
    """Keep an answer with the effect that it tells."""
    await connection.execute(
        "insert into idempotency (principal, key, request_hash, status, headers, body)"
        " values ($1, $2, $3, $4, $5::jsonb, $6)",
        principal,
        key,
        kept.request_hash,
        kept.status,
        msgspec.json.encode(kept.headers).decode(),
        kept.body,
    )
