"""The key of an edition's ticket pseudonyms: made on first use, sealed under the master key, destroyed for ever."""

import secrets
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events_api.domain.tickets.keys import TicketKeyDestroyed

NONCE = 12


async def edition_key(connection: asyncpg.Connection, master_key: bytes, edition_id: int, edition: UUID) -> bytes:
    """The 32 bytes that key the pseudonyms of an edition (`edition_id` in the database, `edition` in public).

    Made on first use, in the transaction of the caller. Raises TicketKeyDestroyed, and InvalidTag under another master
    key.
    """
    select = "select sealed_key from ticket_key where edition_id = $1"
    row = await connection.fetchrow(select, edition_id)
    if row is None:
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(NONCE)
        await connection.execute(
            "insert into ticket_key (edition_id, sealed_key) values ($1, $2) on conflict (edition_id) do nothing",
            edition_id,
            nonce + AESGCM(master_key).encrypt(nonce, key, _bound_to(edition)),
        )
        row = await connection.fetchrow(select, edition_id)  # another transaction may have been first
    if row is None or row["sealed_key"] is None:
        raise TicketKeyDestroyed
    sealed = bytes(row["sealed_key"])
    return AESGCM(master_key).decrypt(sealed[:NONCE], sealed[NONCE:], _bound_to(edition))


async def require_key(connection: asyncpg.Connection, edition_id: int) -> None:
    """Refuse new facts of an edition whose key was destroyed: nobody could ever say again whose they are.

    The answer holds until the end of the transaction where the caller holds the counts of the edition.
    """
    if await connection.fetchval("select destroyed_at is not null from ticket_key where edition_id = $1", edition_id):
        raise TicketKeyDestroyed


def _bound_to(edition: UUID) -> bytes:
    return b"ticket-key:" + edition.bytes
