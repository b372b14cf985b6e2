"""The pseudonyms of many ticket codes at once; those of the last codes are remembered, in memory only."""

import hashlib
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Words = NDArray[np.uint64]
REMEMBERED: Final = 1 << 19
PLACES: Final = 21
"""Bits of the number of a place: four places for each code that is remembered."""
LONGEST: Final = 64
"""Bytes of a code that is remembered."""
_WORD: Final = 8
_FACTORS: Final = np.array(
    [
        *(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93),
        *(0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3),
    ],
    np.uint64,
)
"""Odd numbers that spread codes over the places; two codes in one place only cost a hash."""
_MASKS: Final = np.array([(1 << 8 * size) - 1 for size in range(_WORD + 1)], np.uint64)


class ManyPseudonyms:
    """A code is scanned several times, and its keyed hash costs more than all the rest of its line.

    A place names a row, the row holds the code and its pseudonym. A code is taken as known only where all of it
    matches: a row that was given to another code meanwhile does not.
    """

    def __init__(self, key: bytes) -> None:
        self._fresh = hashlib.blake2b(key=key, digest_size=16).copy
        self._places = np.zeros(1 << PLACES, np.uint32)
        self._words: list[Words] = []
        self._high, self._low = np.zeros(REMEMBERED, np.uint64), np.zeros(REMEMBERED, np.uint64)
        self._next = 0

    def of(self, codes: Any) -> tuple[Words, Words]:
        """The halves of the pseudonym of each code of an Arrow array of texts, none of them empty or with a NUL."""
        words = _words(codes)
        if words is None:
            return self._hashed(codes)
        while len(self._words) < len(words):
            self._words.append(np.zeros(REMEMBERED, np.uint64))
        place = _mixed(words)
        row = self._places[place]
        known = np.ones(len(row), bool)
        for rank, remembered in enumerate(self._words):
            known &= remembered[row] == (words[rank] if rank < len(words) else 0)
        high, low = self._high[row], self._low[row]
        new = np.flatnonzero(~known)
        if len(new):
            high[new], low[new] = self._hashed(codes.take(pa.array(new)))
            self._remember(new[-REMEMBERED:], place, words, high, low)
        return high, low

    def _hashed(self, codes: Any) -> tuple[Words, Words]:
        fresh = self._fresh
        digests: list[bytes] = []
        keep = digests.append
        for code in codes.cast(pa.binary()).to_pylist():
            state = fresh()
            state.update(code)
            keep(state.digest())
        halves = np.frombuffer(b"".join(digests), dtype=">u8").reshape(-1, 2).astype(np.uint64)
        return halves[:, 0], halves[:, 1]

    def _remember(self, new: NDArray[np.intp], place: Any, words: list[Words], high: Words, low: Words) -> None:
        row = (self._next + np.arange(len(new))) % REMEMBERED
        for rank, remembered in enumerate(self._words):
            remembered[row] = words[rank][new] if rank < len(words) else 0
        self._high[row], self._low[row] = high[new], low[new]
        self._places[place[new]] = row
        self._next = (self._next + len(new)) % REMEMBERED


def _words(codes: Any) -> list[Words] | None:
    """The bytes of each code as numbers of eight, filled up with noughts; None where one is too long."""
    _, offsets, content = codes.buffers()
    begin = np.frombuffer(offsets, np.int32)[codes.offset : codes.offset + len(codes) + 1].astype(np.int64)
    sizes = np.diff(begin)
    longest = int(sizes.max(initial=0))
    if longest > LONGEST:
        return None
    padded = np.zeros(int(begin[-1]) + LONGEST + _WORD, np.uint8)
    padded[: begin[-1]] = np.frombuffer(content, np.uint8)[: begin[-1]]
    anywhere = np.ndarray((len(padded) - _WORD + 1,), "<u8", padded, strides=(1,))
    return [
        anywhere[begin[:-1] + at] & _MASKS[np.clip(sizes - at, 0, _WORD)] for at in range(0, max(longest, 1), _WORD)
    ]


def _mixed(words: list[Words]) -> Words:
    """The place of each code."""
    mixed = np.zeros(len(words[0]), np.uint64)
    for word, factor in zip(words, _FACTORS, strict=False):
        mixed ^= word
        mixed *= factor
        mixed ^= mixed >> np.uint64(29)
    place: Words = (mixed * _FACTORS[0]) >> np.uint64(64 - PLACES)
    return place
