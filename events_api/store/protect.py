"""Personal values in the audit trail: encrypted under a key of the person, itself kept under the master key."""

import base64
import secrets
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events_api.read.personal import NONCE, unlock

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork


async def sealed(work: "SqlWork", person: UUID, value: str | None) -> dict[str, str] | None:
    """Encrypt one value of one person; the key is made on the first use and goes when the person is erased."""
    if value is None:
        return None
    key = await person_key(work.connection, work.master_key, person)
    if key is None:  # the person was erased: what is written about them afterwards is not kept
        return {"erased": str(person)}
    nonce = secrets.token_bytes(NONCE)
    box = nonce + AESGCM(key).encrypt(nonce, value.encode(), person.bytes)
    return {"sealed": base64.b64encode(box).decode(), "person": str(person)}


async def person_key(connection: asyncpg.Connection, master_key: bytes, person: UUID) -> bytes | None:
    """The key of a person in clear, made on its first use, or None when the person was erased.

    Raises InvalidTag under another master key.
    """
    row = await connection.fetchrow(
        "select a.id, a.erased_at, k.sealed_key from account a left join person_key k on k.account_id = a.id"
        " where a.public_id = $1",
        person,
    )
    if row is None or row["erased_at"] is not None:
        return None
    if row["sealed_key"] is not None:
        return unlock(master_key, person, bytes(row["sealed_key"]))
    key, nonce = secrets.token_bytes(32), secrets.token_bytes(NONCE)
    await connection.execute(
        "insert into person_key (account_id, sealed_key) values ($1, $2)",
        row["id"],
        nonce + AESGCM(master_key).encrypt(nonce, key, person.bytes),
    )
    return key
