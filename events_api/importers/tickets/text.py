"""Bytes to lines of text: the encoding found as the file is read, every line with its number, none too long."""

import codecs
from collections.abc import Iterator
from typing import Final

import numpy as np

from events_api.domain.tickets.files import LONGEST_LINE, FileDamaged, FileKindUnread, LineTooLong
from events_api.importers.tickets.unpack import Bytes

BLOCK: Final = 1_000_000
"""Bytes of whole lines that are taken at once."""
WEB_PAGES: Final = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg")
LINE_FEED: Final = ord("\n")
CONTROLS: Final = bytes(set(range(32)) - {9, 10, 13, 27, 0})


class Text:
    """The lines of a file as blocks of UTF-8 or of one byte a character, line breaks as one \\n."""

    def __init__(self, source: Bytes) -> None:
        self.encoding = "ascii"
        """What the characters seen so far tell: ascii, utf-8 or cp1252; UTF-16 is said and recoded."""
        self.said = ""
        self._line = 1
        self._held = b""
        first = source.peek(64 * 1024)
        pieces = iter(source.piece, b"")
        if first.startswith(codecs.BOM_UTF8):
            source.take(3)
            self.encoding, self.said = "utf-8", "utf-8 (BOM)"
        elif (wide := _wide(first)) is not None:
            self.encoding, self.said = "utf-8", wide
            pieces = _recoded(pieces, wide)
        elif first.lstrip().lower().startswith(WEB_PAGES):
            raise FileKindUnread(kind="HTML")
        elif len(first) - len(first.translate(None, CONTROLS)) > len(first) // 50:
            raise FileKindUnread(kind="binary")
        if b"\r" in first and b"\n" not in first:
            pieces = (piece.replace(b"\r", b"\n") for piece in pieces)
        self._pieces = pieces
        self.first = b""
        """The first whole lines, with which `blocks` begins; or what a JSON document begins with, one line or many."""
        self.json = first.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")[:1] in (
            b"{",
            b"[",
        )
        """Whether it begins like JSON."""
        if self.json:
            self._held = self.first = self._begin()
        else:
            self.first = self._next()

    def blocks(self) -> Iterator[bytes]:
        """Blocks of whole lines; only the last line of the file may end without a line break."""
        block = self._next() if self.json else self.first
        while block:
            yield block
            block = self._next()

    def stream(self) -> Iterator[bytes]:
        """The bytes as they come, for what is not made of lines."""
        if self.first:
            yield self.first
        yield from self._pieces

    def decoded(self, block: bytes) -> list[str | None]:
        """The lines of a block without their breaks; None where a line is in another encoding than those before it."""
        if block.isascii():
            return list(_lines(block.decode("ascii")))
        if self.encoding != "cp1252":
            try:
                text = block.decode("utf-8")
            except UnicodeDecodeError:
                pass
            else:
                self.encoding = "utf-8"
                return list(_lines(text))
        lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        return [self._decoded_line(line.rstrip(b"\r")) for line in lines]

    def _decoded_line(self, line: bytes) -> str | None:
        if line.isascii():
            return line.decode("ascii")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            if self.encoding == "utf-8":
                return None
            self.encoding = "cp1252"
            try:
                return line.decode("cp1252")
            except UnicodeDecodeError:
                return None
        if self.encoding == "cp1252":
            return None
        self.encoding = "utf-8"
        return text

    def _begin(self) -> bytes:
        parts, size = [], 0
        for piece in self._pieces:
            parts.append(piece)
            size += len(piece)
            if size > LONGEST_LINE:
                break
        return b"".join(parts)

    def _next(self) -> bytes:
        parts, size = [self._held], len(self._held)
        self._held = b""
        broken = b"\n" in parts[0]
        for piece in self._pieces:
            parts.append(piece)
            size += len(piece)
            broken = broken or b"\n" in piece
            if size >= BLOCK and broken:
                break
            if size > LONGEST_LINE and not broken:
                raise LineTooLong(line=self._line, limit_bytes=LONGEST_LINE)
        else:
            return self._counted(b"".join(parts))
        joined = b"".join(parts)
        cut = joined.rfind(b"\n") + 1
        self._held = joined[cut:]
        return self._counted(joined[:cut])

    def _counted(self, block: bytes) -> bytes:
        if len(block) > LONGEST_LINE:
            begin = 0
            while begin < len(block) - LONGEST_LINE:
                end = block.rfind(b"\n", begin, begin + LONGEST_LINE)
                if end < 0:
                    raise LineTooLong(line=self._line + block.count(b"\n", 0, begin), limit_bytes=LONGEST_LINE)
                begin = end + 1
        self._line += int(np.count_nonzero(np.frombuffer(block, np.uint8) == LINE_FEED))
        return block


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if "\r" in text:
        return [line.rstrip("\r") for line in lines]
    return lines


def _wide(first: bytes) -> str | None:
    if first.startswith(codecs.BOM_UTF16_LE) or (len(first) > 3 and first[1] == first[3] == 0 and first[0] != 0):
        return "utf-16-le"
    if first.startswith(codecs.BOM_UTF16_BE) or (len(first) > 3 and first[0] == first[2] == 0 and first[1] != 0):
        return "utf-16-be"
    return None


def _recoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        begun = False
        for piece in pieces:
            text = decoder.decode(piece)
            if not begun and text:
                text, begun = text.removeprefix("\ufeff"), True
            yield text.encode("utf-8", "surrogatepass")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise FileDamaged(reason=encoding) from error
