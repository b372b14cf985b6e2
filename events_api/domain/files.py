"""Files, known by their content: the same bytes are one file."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol, runtime_checkable

from msgspec import Struct

from events_api.domain.errors import DomainError


class FileTooLarge(DomainError):
    """A file beyond the bound of its use."""


class FileEmpty(DomainError):
    """A file without a byte."""


class Stored(Struct, frozen=True):
    """What the store knows of a file: the SHA-256 of its bytes and their number."""

    sha256: bytes
    size: int


@runtime_checkable
class FileStore(Protocol):
    """Where the bytes are; shared by every process of the platform."""

    async def put(self, chunks: AsyncIterable[bytes], *, limit: int) -> Stored:
        """Keep a stream of bytes, durable on return; raises FileTooLarge beyond `limit` bytes, FileEmpty on none."""
        ...

    def open(self, sha256: bytes) -> AsyncIterator[bytes]:
        """The bytes of a file in order; raises FileNotFoundError before the first of them when there is none."""
        ...

    async def has(self, sha256: bytes) -> bool:
        """Whether the file is there."""
        ...
