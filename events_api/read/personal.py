"""Personal values of the audit trail: how they are opened while the key of their person exists."""

import base64
from typing import Any
from uuid import UUID

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
ERASED = {"erased": True}


def unlock(master_key: bytes, person: UUID, sealed_key: bytes) -> bytes:
    """The key of a person in clear; raises InvalidTag under another master key."""
    return AESGCM(master_key).decrypt(sealed_key[:NONCE], sealed_key[NONCE:], person.bytes)


def open_box(key: bytes, box: dict[str, str]) -> str:
    """Decrypt a sealed value with the key of its person."""
    raw = base64.b64decode(box["sealed"])
    return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], UUID(box["person"]).bytes).decode()


class Opener:
    """Opens the sealed values in JSON documents, asking for the key of each person once."""

    def __init__(self, connection: asyncpg.Connection, master_key: bytes) -> None:
        self.connection = connection
        self.master_key = master_key
        self.keys: dict[UUID, bytes | None] = {}

    async def clear(self, value: Any) -> Any:
        """The same document in clear; what belonged to an erased person is {"erased": true}."""
        if isinstance(value, list):
            return [await self.clear(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"sealed", "person"}:
            return await self._open(value)
        if value.keys() == {"erased"}:
            return ERASED
        return {name: await self.clear(item) for name, item in value.items()}

    async def _open(self, box: dict[str, str]) -> str | dict[str, bool]:
        person = UUID(box["person"])
        if person not in self.keys:
            sealed_key = await self.connection.fetchval(
                "select k.sealed_key from person_key k join account a on a.id = k.account_id"
                " where a.public_id = $1 and a.erased_at is null",
                person,
            )
            self.keys[person] = None if sealed_key is None else unlock(self.master_key, person, bytes(sealed_key))
        key = self.keys[person]
        return ERASED if key is None else open_box(key, box)
