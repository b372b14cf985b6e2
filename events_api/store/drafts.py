"""Drafts: what a ticket file became after reading, as a file of arrays (domain/tickets/facts.py says the layout)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events_api.domain.tickets.facts import DTYPES, DraftHead, FactKind, Facts, LabelKind, Section, joined

Lines = NDArray[np.uint32]
Part = tuple[FactKind, int]
"""A kind and a bucket."""
LENGTH_BYTES = 8


class DraftUnreadable(Exception):
    """A file that is no draft, or only part of one."""


class Draft(Struct, frozen=True):
    """A draft on the disk: its head, and its facts read part by part."""

    path: Path
    head: DraftHead
    begins: int

    @classmethod
    def open(cls, path: Path) -> "Draft":
        """Read the head; raises DraftUnreadable, FileNotFoundError."""
        with path.open("rb") as source:
            length = int.from_bytes(source.read(LENGTH_BYTES), "little")
            if length > path.stat().st_size:
                raise DraftUnreadable
            try:
                head = msgspec.json.decode(source.read(length), type=DraftHead)
            except msgspec.MsgspecError as error:
                raise DraftUnreadable from error
        return cls(path, head, LENGTH_BYTES + length)

    def parts(self) -> list[Part]:
        """The kinds and buckets that it has facts of, in order."""
        return sorted({(section.kind, section.bucket) for section in self.head.sections if section.rows})

    def read(self, part: Part) -> tuple[Facts, Lines]:
        """The facts of a kind and bucket in the order of the file, and their lines."""
        kind = part[0]
        facts, lines = [], []
        with self.path.open("rb") as source:
            for section in self.head.sections:
                if (section.kind, section.bucket) == part:
                    source.seek(self.begins + section.offset)
                    facts.append(np.fromfile(source, DTYPES[kind], section.rows))
                    lines.append(np.fromfile(source, "<u4", section.rows))
        if sum(map(len, lines)) != sum(s.rows for s in self.head.sections if (s.kind, s.bucket) == part):
            raise DraftUnreadable
        return joined(facts, DTYPES[kind]), np.concatenate(lines)


def draft_bytes(
    labels: Mapping[LabelKind, Sequence[str]], parts: Mapping[Part, Sequence[tuple[Facts, Lines]]]
) -> Iterator[bytes]:
    """The bytes of a draft, piece by piece; facts of a part may come as several pieces."""
    sections, offset = [], 0
    for kind, bucket in parts:
        for facts, _ in parts[kind, bucket]:
            sections.append(Section(kind, bucket, len(facts), offset))
            offset += len(facts) * (DTYPES[kind].itemsize + 4)
    head = msgspec.json.encode(DraftHead(labels={kind: list(of) for kind, of in labels.items()}, sections=sections))
    yield len(head).to_bytes(LENGTH_BYTES, "little") + head
    for pieces in parts.values():
        for facts, lines in pieces:
            yield facts.tobytes()
            yield lines.astype("<u4").tobytes()
