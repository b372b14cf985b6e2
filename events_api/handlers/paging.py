"""Keyset cursors: opaque to the reader, exact under concurrent writes."""

import base64
import binascii
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from litestar.params import QueryParameter
from msgspec import Struct

from events_api.domain.errors import DomainError
from events_api.domain.records import Tombstone

T = TypeVar("T")
BIGGEST = 2**63 - 1
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many items at most.")]


class CursorUnreadable(DomainError):
    """A cursor that this list did not give."""


class Cursor(Struct, frozen=True, array_like=True, gc=False):
    """Where a reader stands: in the list of records (by key) or in the list of changes (by mark, then key)."""

    kind: Literal["list", "sync"]
    key: int
    mark: int = 0

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Read a cursor back; raises CursorUnreadable."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            cursor = msgspec.json.decode(raw, type=cls)
        except (binascii.Error, ValueError, UnicodeError, msgspec.MsgspecError):
            raise CursorUnreadable(field="cursor") from None
        if not (0 <= cursor.key <= BIGGEST and 0 <= cursor.mark <= BIGGEST):
            raise CursorUnreadable(field="cursor")
        return cursor


class Page(Struct, Generic[T], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some records; `next` continues the list, and is null at its end."""

    items: list[T]
    next: str | None


class Changes(Struct, Generic[T], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes since a moment, withdrawn records as tombstones; `next` always continues, `more` says whether now."""

    items: list[T | Tombstone]
    next: str
    more: bool
