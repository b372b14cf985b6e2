"""JSON as text: an array, a document that holds one, or one object per line; read object by object."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from events_api.domain.tickets.files import (
    LONGEST_OBJECT,
    FileDamaged,
    JsonMalformed,
    JsonWithoutRecords,
    ObjectTooLong,
)
from events_api.importers.redaction import nameable
from events_api.importers.tickets.lines import Head, LineRefused, Record
from events_api.importers.tickets.tables import Numbered
from events_api.importers.tickets.text import Text

LISTS: Final = frozenset(
    {"orders", "results", "tickets", "participants", "attendees", "data", "scans", "checkins", "check_ins", "records",
     "positions", "registrations", "lines", "rows", "hydra:member", "member"}
)  # fmt: skip
"""Keys under which exports and APIs keep their list."""
DEEPEST: Final = 3
LOOKED_AT: Final = 20
SPACE: Final = re.compile(r"[ \t\n\r]*")
MOST_OUTSIDE: Final = 2_000_000


class Objects:
    """A JSON document or lines of JSON, read object by object."""

    def __init__(self, text: Text, *, partial: bool = False) -> None:
        self.text = text
        self.path = ""
        self.outside: dict[str, Any] = {}
        self.by_line = _one_per_line(text.first)
        self.empty = 0
        self._ahead: list[Numbered] = []
        self._records = self._lines() if self.by_line else self._document()
        try:
            for numbered in self._records:
                self._ahead.append(numbered)
                if len(self._ahead) == LOOKED_AT:
                    break
        except JsonMalformed:
            if not (partial and self._ahead):
                raise

    def head(self, file_name: str | None) -> Head:
        """What the file looks like."""
        records = tuple(found for _, found in self._ahead if isinstance(found, Record))
        keys = dict.fromkeys(key for record in records for key in record.value or {})
        return Head(
            container="objects",
            columns=tuple(dict.fromkeys(map(nameable, keys))),
            records=records,
            encoding=self.text.said or self.text.encoding,
            path=self.path,
            outside=self.outside,
            file_name=file_name,
        )

    def records(self) -> Iterator[Numbered]:
        """Every object, or why it is none."""
        yield from self._ahead
        self._ahead.clear()
        yield from self._records

    def _lines(self) -> Iterator[Numbered]:
        number = 0
        for block in self.text.blocks():
            for line in self.text.decoded(block):
                number += 1
                if line is None:
                    yield number, LineRefused("line-encoding")
                elif not line.strip():
                    self.empty += 1
                else:
                    yield number, _object(number, line)

    def _document(self) -> Iterator[Numbered]:
        walk = _Walk(self.text)
        found = False
        for path, rank, value in walk.elements():
            found = True
            self.path, self.outside = path, walk.outside
            if isinstance(value, dict):
                yield rank, Record(rank, {}, value)
            else:
                yield rank, LineRefused("line-not-an-object")
        if not found:
            if walk.lists:
                self.path, self.outside = walk.lists[0], walk.outside
                return
            raise JsonWithoutRecords(keys=[nameable(key, 60) for key in list(walk.outside)[:20]])


def _one_per_line(block: bytes) -> bool:
    """Whether the first line is an object by itself, and more than an envelope of the rest."""
    lines = [line for line in block.split(b"\n", 3)[:3] if line.strip()]
    if not lines or not lines[0].lstrip().startswith(b"{"):
        return False
    try:
        first = json.loads(lines[0])
    except (ValueError, RecursionError):
        return len(lines) > 1 and all(_looks_whole(line) for line in lines[:2])
    return len(lines) > 1 or not _holds_list(first, DEEPEST)


def _holds_list(value: object, depth: int) -> bool:
    if not isinstance(value, dict):
        return False
    return any(isinstance(value.get(key), list) for key in LISTS) or (
        depth > 0 and any(_holds_list(inner, depth - 1) for inner in value.values())
    )


def _looks_whole(line: bytes) -> bool:
    return line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}")


def _object(number: int, line: str) -> Record | LineRefused:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return LineRefused("line-not-json")
    return Record(number, {}, value) if isinstance(value, dict) else LineRefused("line-not-an-object")


class _Walk:
    """Goes through a document and stops at each element of the list that holds the records."""

    def __init__(self, text: Text) -> None:
        self.outside: dict[str, Any] = {}
        self.lists: list[str] = []
        self._decoder = json.JSONDecoder()
        self._pieces = self._decoded(text)
        self._buffer = ""
        self._at = 0
        self._passed = 0
        self._kept = 0

    def elements(self) -> Iterator[tuple[str, int, Any]]:
        """The path of the list, the rank and the value of each of its elements."""
        first = self._next()
        if first == "[":
            yield from self._list("")
        elif first == "{":
            yield from self._within((), self.outside)
        else:
            raise self._wrong()
        if self._space():
            raise self._wrong()

    def _within(self, path: tuple[str, ...], outside: dict[str, Any]) -> Iterator[tuple[str, int, Any]]:
        if self._space() == "}":
            self._at += 1
            return
        while True:
            self._space()
            key = self._value()
            if not isinstance(key, str) or self._next() != ":":
                raise self._wrong()
            yield from self._member((*path, key), outside)
            after = self._next()
            if after == "}":
                return
            if after != ",":
                raise self._wrong()

    def _member(self, here: tuple[str, ...], outside: dict[str, Any]) -> Iterator[tuple[str, int, Any]]:
        begin, key = self._space(), here[-1]
        if begin == "[" and key in LISTS:
            self._at += 1
            first = not self.lists
            for found in self._list(".".join(here)):
                if first:  # of a second list nothing is read
                    yield found
        elif begin == "{" and len(here) <= DEEPEST and not self.lists:
            self._at += 1
            inner: dict[str, Any] = {}
            outside[key] = inner
            yield from self._within(here, inner)
        else:
            before = self._passed + self._at
            value = self._value()
            self._kept += self._passed + self._at - before
            if self._kept <= MOST_OUTSIDE:
                outside[key] = value

    def _list(self, path: str) -> Iterator[tuple[str, int, Any]]:
        self.lists.append(path)
        if self._space() == "]":
            self._at += 1
            return
        rank = 0
        while True:
            rank += 1
            self._space()
            yield path, rank, self._value(rank)
            after = self._next()
            if after == "]":
                return
            if after != ",":
                raise self._wrong()

    def _value(self, rank: int = 0) -> Any:
        """The value that begins here, read on until it is whole."""
        wanted = 0
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except RecursionError:
                raise self._wrong() from None
            except ValueError as error:
                wrong = self._wrong()
                if not isinstance(error, json.JSONDecodeError):
                    raise wrong from None
                if not self._more(wanted):
                    raise wrong from None
            else:
                # a number or word at the very end of the buffer may go on
                if end < len(self._buffer) or not self._more(0):
                    self._at = end
                    return value
            held = len(self._buffer) - self._at
            if held > LONGEST_OBJECT:
                raise ObjectTooLong(line=rank, limit_bytes=LONGEST_OBJECT)
            wanted = held

    def _next(self) -> str:
        found = self._space()
        self._at += 1
        return found

    def _space(self) -> str:
        """The next character that is not a space, not taken; empty at the end."""
        while True:
            found = SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more(0):
                return ""

    def _more(self, wanted: int) -> bool:
        """Read at least one piece, and as much again as is held, so that a long value is not tried too often."""
        parts, size = [self._buffer[self._at :]], 0
        for piece in self._pieces:
            parts.append(piece)
            size += len(piece)
            if size > wanted:
                break
        if not size:
            return False
        self._passed += self._at
        self._at, self._buffer = 0, "".join(parts)
        return True

    def _wrong(self) -> JsonMalformed:
        return JsonMalformed(position=self._passed + self._at)

    @staticmethod
    def _decoded(text: Text) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for block in text.stream():
                if piece := decoder.decode(block):
                    yield piece
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise FileDamaged(reason="utf-8") from None
