"""The facts of attendance as arrays: one row per ticket or scan, the same layout in drafts, blocks and computations.

A fact never holds a person: ticket codes and holders are keyed BLAKE2b pseudonyms of 128 bits, kept as two unsigned
64-bit halves (`high` is the big-endian first half), so that they sort and compare fast. Names (gate, session, category,
origin, device) are labels: small numbers that a table of the edition spells out; 0 means none.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

BUCKETS: Final = 16
"""Facts are cut by the first four bits of their ticket, so that each part of a large edition fits in memory."""
UNTIMED: Final = np.iinfo(np.int64).min
"""The `at` of a ticket that was used at a time nobody wrote down."""
OUT: Final = 0
IN: Final = 1
"""Directions sort as they count: at the same instant, out comes before in (AMP-IMPACT/1 §15)."""

Verdict = Literal["accepted", "duplicate", "inside", "unknown", "refunded", "wrong_day", "blocked", "refused"]
VERDICTS: Final[tuple[Verdict, ...]] = (
    "accepted", "duplicate", "inside", "unknown", "refunded", "wrong_day", "blocked", "refused",
)  # fmt: skip
"""What the gate said, by its number. Only `accepted` counts; `refused` is said where no other reason was given."""
Standing = Literal["issued", "cancelled", "refunded", "blocked", "reserved"]
STANDINGS: Final[tuple[Standing, ...]] = ("issued", "cancelled", "refunded", "blocked", "reserved")
"""What a ticket is worth, by its number. `issued` and `blocked` count as issued; `reserved` is not paid yet."""
Channel = Literal["unknown", "paid", "comp", "accredited", "pass"]
CHANNELS: Final[tuple[Channel, ...]] = ("unknown", "paid", "comp", "accredited", "pass")
LabelKind = Literal["gate", "session", "category", "origin", "device"]
LABEL_KINDS: Final[tuple[LabelKind, ...]] = ("gate", "session", "category", "origin", "device")

SCAN: Final = np.dtype(
    [
        ("high", "<u8"),
        ("low", "<u8"),
        ("at", "<i8"),  # microseconds since 1970 UTC, or UNTIMED
        ("gate", "<u2"),
        ("session", "<u2"),
        ("category", "<u2"),
        ("origin", "<u2"),
        ("device", "<u2"),
        ("quantity", "<u2"),  # people who passed on this scan, 1 unless it is a group ticket
        ("direction", "u1"),  # OUT or IN
        ("verdict", "u1"),  # index in VERDICTS
    ]
)
TICKET: Final = np.dtype(
    [
        ("high", "<u8"),
        ("low", "<u8"),
        ("holder_high", "<u8"),  # both halves 0: nobody is known to hold it with other tickets
        ("holder_low", "<u8"),
        ("price", "<i4"),  # cents, -1 unknown
        ("first_day", "<i4"),  # days since 1970 on which it admits, 0 without a limit
        ("last_day", "<i4"),
        ("category", "<u2"),
        ("origin", "<u2"),
        ("session", "<u2"),
        ("quantity", "<u2"),  # people it admits
        ("channel", "u1"),  # index in CHANNELS
        ("standing", "u1"),  # index in STANDINGS
    ]
)
Facts = NDArray[np.void]
"""A one-dimensional array of SCAN or TICKET. Rows are taken by `take`: an index of brackets copies them field by field,
which takes twenty times as long."""
FactKind = Literal["scan", "ticket"]
DTYPES: Final[dict[FactKind, np.dtype[np.void]]] = {"scan": SCAN, "ticket": TICKET}


class Section(Struct, frozen=True):
    """Where a draft holds the facts of one kind and bucket: `rows` facts at `offset`, then their lines as uint32."""

    kind: FactKind
    bucket: int
    rows: int
    offset: int


class DraftHead(Struct, frozen=True, kw_only=True):
    """The head of a draft: what a file became after reading, before it counts.

    A draft file is 8 bytes (the length of the head, little-endian), the head as JSON, then the sections; offsets count
    from the end of the head. Facts of a section are in the order of the file. `labels[kind][i]` spells label i + 1.
    """

    labels: dict[LabelKind, list[str]]
    sections: list[Section]
    upload: str = ""
    """Makes two drafts of one file two files of the store: one may go when its import is done."""


def joined(parts: Sequence[Facts], layout: np.dtype[np.void]) -> Facts:
    """Rows of one layout behind each other, copied whole."""
    if len(parts) == 1:
        return parts[0]
    whole = np.dtype((np.void, layout.itemsize))
    return np.concatenate([np.empty(0, whole), *(part.view(whole) for part in parts)]).view(layout)


def pseudonym(key: bytes, text: str) -> bytes:
    """The 128 bits that stand for a ticket code or a holder in one edition (keyed BLAKE2b, RFC 7693)."""
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).digest()
