"""What a process has made of stored boards and may send again, by the hash of what it is made from."""

import sys
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")
MOST_BYTES: Final = 64_000_000


class Kept:
    """No more than so many bytes; what was asked for longest ago makes room.

    Nothing here ages and nothing is told apart by who reads: a key names all that its value is made from, and whoever
    looks has been let in and has read the key from the database first.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._found: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable, kind: type[T]) -> T | None:
        """What is kept under a key."""
        found = self._found.get(key)
        if found is None:
            return None
        self._found.move_to_end(key)
        return found[0] if isinstance(found[0], kind) else None

    def put(self, key: Hashable, value: object, *parts: object) -> None:
        """Keep a value of which `parts` take the room, itself where none are named."""
        size = sum(sys.getsizeof(part) for part in parts or (value,))
        former = self._found.pop(key, None)
        self.bytes -= 0 if former is None else former[1]
        if size > self.most_bytes:
            return
        self._found[key] = (value, size)
        self.bytes += size
        while self.bytes > self.most_bytes:
            self.bytes -= self._found.popitem(last=False)[1][1]
