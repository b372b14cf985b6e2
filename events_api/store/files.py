"""Files in a directory, by the hash of their content; and their index in the database."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from events_api.domain.files import FileEmpty, FileTooLarge, Stored
from events_api.store.transaction import SqlWork

CHUNK = 256 * 1024


class DirectoryFiles:
    """The FileStore on a directory that api and worker share: `ab/cdef…`, written beside and renamed when complete."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def put(self, chunks: AsyncIterable[bytes], *, limit: int) -> Stored:
        """Keep a stream of bytes, durable on return; raises FileTooLarge beyond `limit` bytes, FileEmpty on none."""
        draft, target = await asyncio.to_thread(self._draft)
        digest, size = hashlib.sha256(), 0
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise FileTooLarge(limit_bytes=limit)
                digest.update(chunk)
                await asyncio.to_thread(target.write, chunk)
            if not size:
                raise FileEmpty
            await asyncio.to_thread(self.keep, draft, target, digest.digest())
        finally:
            target.close()
            draft.unlink(missing_ok=True)
        return Stored(digest.digest(), size)

    async def open(self, sha256: bytes) -> AsyncIterator[bytes]:
        """The bytes of a file in order; raises FileNotFoundError before the first of them when there is none."""
        source = await asyncio.to_thread(self.path(sha256).open, "rb")
        try:
            while chunk := await asyncio.to_thread(source.read, CHUNK):
                yield chunk
        finally:
            source.close()

    async def has(self, sha256: bytes) -> bool:
        """Whether the file is there."""
        return await asyncio.to_thread(self.path(sha256).is_file)

    async def remove(self, sha256: bytes) -> None:
        """Forget a file that nothing refers to."""
        await asyncio.to_thread(self.path(sha256).unlink, missing_ok=True)

    def path(self, sha256: bytes) -> Path:
        """Where the bytes with this hash lie."""
        name = sha256.hex()
        return self.root / name[:2] / name[2:]

    def _draft(self) -> tuple[Path, BinaryIO]:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.root / f".{secrets.token_hex(16)}"  # backups pass over names that begin with a dot
        return draft, draft.open("xb")

    def keep(self, draft: Path, target: BinaryIO, sha256: bytes) -> None:
        """Make a complete draft of this directory the file of its hash, durable on return."""
        target.flush()
        os.fsync(target.fileno())
        place = self.path(sha256)
        place.parent.mkdir(exist_ok=True)
        draft.replace(place)
        for folder in (place.parent, self.root):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


async def register(work: SqlWork, stored: Stored, media_type: str) -> UUID:
    """Enter a stored file in the index, in the transaction that refers to it; returns its public identifier."""
    await work.connection.execute(
        "insert into stored_file (sha256, public_id, bytes, media_type) values ($1, $2, $3, $4)"
        " on conflict (sha256) do nothing",
        stored.sha256,
        work.new_id(),
        stored.size,
        media_type,
    )
    public_id: UUID = await work.connection.fetchval(
        "select public_id from stored_file where sha256 = $1", stored.sha256
    )
    return public_id
