"""Packed files: plain, gzip and zip by their first bytes, unpacked as a stream within bounds."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from events_api.domain.tickets.files import (
    LARGEST_FILE,
    ArchiveHoldsSeveral,
    FileCutShort,
    FileDamaged,
    FileExpandsTooFar,
    FileKindUnread,
)

PIECE: Final = 256 * 1024
RATIO: Final = 300
"""A log of one and the same line packs about 200 to 1; a bomb 1,000 to 1."""
RATIO_FROM: Final = 50_000_000
"""Bytes up to which any ratio is let through."""
LAYERS: Final = 2
OTHERS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
)
LOCAL, CENTRAL, CENTRAL_64, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x06\x06", b"PK\x05\x06"
SHEET_PARTS: Final = ("[Content_Types].xml", "_rels/", "xl/", "docProps/", "customXml/", "docMetadata/")


class Bytes:
    """A stream of bytes that can be looked at before it is taken."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._kept = b""
        self.taken = 0

    def peek(self, size: int) -> bytes:
        """Up to `size` next bytes, fewer only at the end."""
        if len(self._kept) < size:
            parts, held = [self._kept], len(self._kept)
            for chunk in self._chunks:
                parts.append(chunk)
                held += len(chunk)
                if held >= size:
                    break
            self._kept = b"".join(parts)
        return self._kept[:size]

    def take(self, size: int) -> bytes:
        """Up to `size` next bytes, fewer only at the end."""
        taken = self.peek(size)
        self._kept = self._kept[len(taken) :]
        self.taken += len(taken)
        return taken

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes; raises FileCutShort."""
        taken = self.take(size)
        if len(taken) < size:
            raise FileCutShort(after_bytes=self.taken)
        return taken

    def piece(self) -> bytes:
        """The next bytes as they come, none at the end."""
        kept = self._kept or next(self._chunks, b"")
        self._kept = b""
        self.taken += len(kept)
        return kept

    def give_back(self, data: bytes) -> None:
        """Put bytes back in front."""
        self._kept = data + self._kept
        self.taken -= len(data)


class Unpacked:
    """What a file holds once its packing is taken off; `sheet` where it is a workbook, which is read whole."""

    def __init__(self, source: Bytes, *, sheet: bool, packed: tuple[str, ...]) -> None:
        self.source = source
        self.sheet = sheet
        self.packed = packed


def unpacked(chunks: Iterable[bytes]) -> Unpacked:
    """Look at the first bytes of a file and take its packing off; what it holds is checked as it is read."""
    source = Bytes(chunks)
    layers: list[str] = []
    for _ in range(LAYERS + 1):
        first = source.peek(64)
        for magic, kind in OTHERS:
            if first.startswith(magic):
                raise FileKindUnread(kind=kind)
        if first.startswith(b"\x1f\x8b"):
            layers.append("gzip")
            source = Bytes(_gunzipped(source))
        elif first.startswith(LOCAL):
            if _entry_name(source.peek(400)).startswith(SHEET_PARTS):
                return Unpacked(source, sheet=True, packed=tuple(layers))
            layers.append("zip")
            source = Bytes(_unzipped(source))
        elif first.startswith(END):
            raise ArchiveHoldsSeveral(files=0)
        else:
            return Unpacked(source, sheet=False, packed=tuple(layers))
    raise FileKindUnread(kind=" › ".join(layers))


def _bounded(out: int, taken: int) -> None:
    if out > LARGEST_FILE:
        raise FileExpandsTooFar(ratio=RATIO, limit_bytes=LARGEST_FILE)
    if out > RATIO_FROM and out > taken * RATIO:
        raise FileExpandsTooFar(ratio=RATIO, limit_bytes=RATIO_FROM)


def _inflated(source: Bytes, engine: "zlib._Decompress", out: int, begun: int) -> Iterator[bytes]:
    """One deflate stream up to its end; what follows it is given back to the source."""
    while not engine.eof:
        data = engine.unconsumed_tail or source.piece()
        try:
            piece = engine.decompress(data, PIECE) if data else engine.flush(PIECE)
        except zlib.error as error:
            raise FileDamaged(reason=str(error)) from None
        if not data and not piece and not engine.eof:
            raise FileCutShort(after_bytes=source.taken)
        out += len(piece)
        _bounded(out, source.taken - begun)
        if piece:
            yield piece
    source.give_back(engine.unused_data)


def _gunzipped(source: Bytes) -> Iterator[bytes]:
    out = 0
    while True:
        for piece in _inflated(source, zlib.decompressobj(wbits=31), out, 0):
            out += len(piece)
            yield piece
        after = source.peek(64)
        while after and not after.strip(b"\0"):  # padded to whole blocks
            source.take(len(after))
            after = source.peek(64)
        if not after:
            return
        if not after.startswith(b"\x1f\x8b"):
            raise FileDamaged(reason="gzip")


def _entry_name(header: bytes) -> str:
    size = int.from_bytes(header[26:28], "little")
    return header[30 : 30 + size].decode("utf-8", "replace")


def _is_data(name: str) -> bool:
    base = name.rsplit("/", 1)[-1]
    return bool(base) and not base.startswith(".") and not name.startswith("__MACOSX/")


def _unzipped(source: Bytes) -> Iterator[bytes]:
    """The one file of an archive; each entry is read in the order of the archive, the directory at its end is not."""
    files = 0
    while (signature := source.peek(4)) not in {CENTRAL, CENTRAL_64, END}:
        if len(signature) < 4:
            raise FileCutShort(after_bytes=source.taken)
        if signature != LOCAL:
            raise FileDamaged(reason="zip")
        header = source.exactly(30)
        name = source.exactly(int.from_bytes(header[26:28], "little")).decode("utf-8", "replace")
        wanted = _is_data(name)
        files += wanted
        if files > 1:
            raise ArchiveHoldsSeveral(files=files)
        for piece in _checked_entry(source, header, name):
            if wanted:
                yield piece
    if not files:
        raise ArchiveHoldsSeveral(files=0)
    while source.piece():
        pass


def _checked_entry(source: Bytes, header: bytes, name: str) -> Iterator[bytes]:
    flags, method, crc, packed_size, size, extra_size = struct.unpack("<6xHH4xIII2xH", header)
    extra = source.exactly(extra_size)
    if name == "mimetype":
        raise FileKindUnread(kind="OpenDocument")
    if flags & 1:
        raise FileKindUnread(kind="zip (chiffré, encrypted)")
    check = 0
    for piece in _entry(source, method, flags, packed_size, size, extra):
        check = zlib.crc32(piece, check)
        yield piece
    if flags & 8:
        crc = _descriptor(source)
    if crc != check:
        raise FileDamaged(reason="CRC-32")


def _entry(source: Bytes, method: int, flags: int, packed_size: int, size: int, extra: bytes) -> Iterator[bytes]:
    if method == 8:
        yield from _inflated(source, zlib.decompressobj(wbits=-15), 0, source.taken)
    elif method == 0 and not flags & 8:
        left = packed_size
        if left == size == 0xFFFFFFFF and extra[:2] == b"\x01\x00":
            left = int.from_bytes(extra[12:20], "little")
        while left:
            piece = source.take(min(PIECE, left))
            if not piece:
                raise FileCutShort(after_bytes=source.taken)
            left -= len(piece)
            yield piece
    else:
        raise FileKindUnread(kind=f"zip ({method})")


def _descriptor(source: Bytes) -> int:
    """The checksum that stands behind an entry, with or without signature, with sizes of 4 or 8 bytes."""
    near = source.peek(28)
    for size in (16, 24, 12, 20):
        if near[size : size + 4] in (LOCAL, CENTRAL):
            begin = 4 if size in (16, 24) else 0
            source.take(size)
            return int.from_bytes(near[begin : begin + 4], "little")
    if len(near) < 28:
        raise FileCutShort(after_bytes=source.taken)
    raise FileDamaged(reason="zip")
