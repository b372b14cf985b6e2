"""Files, known by their content: the same bytes are one file."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Final, Protocol, runtime_checkable

from msgspec import Struct

from events_api.domain.errors import DomainError


class FileTooLarge(DomainError):
    """A file beyond the bound of its use."""


class FileEmpty(DomainError):
    """A file without a byte."""


class DocumentKindUnknown(DomainError):
    """A document that is neither a PDF, an image, a file of an office suite nor text."""


_BEGINNINGS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
)
_CONTROLS: Final = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b")


def kind_of_document(beginning: bytes) -> str:
    """What a document is by its first bytes; raises DocumentKindUnknown."""
    for bytes_of, kind in _BEGINNINGS:
        if beginning.startswith(bytes_of):
            return kind
    if _CONTROLS.isdisjoint(beginning):
        return "text/plain"
    raise DocumentKindUnknown(field="document")


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
