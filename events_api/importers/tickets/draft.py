"""The draft of an import: facts without persons, cut into buckets, and the list of what was refused."""

import contextlib
import datetime as dt
import hashlib
import re
import struct
import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final, get_args
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from events_api.domain.tickets.facts import (
    BUCKETS,
    CHANNELS,
    DTYPES,
    IN,
    LABEL_KINDS,
    OUT,
    STANDINGS,
    UNTIMED,
    VERDICTS,
    DraftHead,
    FactKind,
    Facts,
    LabelKind,
    Section,
)
from events_api.domain.tickets.files import SHOWN, LabelsTooMany, RefusedLine, ShownLine
from events_api.importers.redaction import label_name, nameable
from events_api.importers.tickets.clock import SECOND, Clock
from events_api.importers.tickets.frames import forget
from events_api.importers.tickets.lines import LineRefused, Record, ScanLine, TicketLine
from events_api.store.files import DirectoryFiles

HELD: Final = 32_000_000
"""Bytes of facts kept in memory before they go to files without a name."""
MOST_LABELS: Final[dict[LabelKind, int]] = {
    "gate": 5_000, "session": 20_000, "category": 20_000, "origin": 60_000, "device": 20_000,
}  # fmt: skip
LONGEST_CODE: Final = 500
MOST_PEOPLE: Final = 10_000
HIGHEST_PRICE: Final = 2**31 - 1
MOJIBAKE: Final = re.compile("[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac|\ufffd")
ORIGIN: Final = re.compile(r"FR-\d{5}|[A-Z]{2}")
LETTER: Final = re.compile(r"[^\W\d_]")
DIGIT: Final = re.compile(r"\d")
SCAN_PARTS: Final = struct.Struct("<QQqHHHHHHBB")
TICKET_PARTS: Final = struct.Struct("<QQQQiiiHHHHBB")
HALVES: Final = struct.Struct(">QQ")
VERDICT: Final = {name: number for number, name in enumerate(VERDICTS)}
STANDING: Final = {name: number for number, name in enumerate(STANDINGS)}
CHANNEL: Final = {name: number for number, name in enumerate(CHANNELS)}
KINDS: Final[tuple[FactKind, ...]] = get_args(FactKind)
EPOCH_DAY: Final = dt.date(1970, 1, 1).toordinal()
SECRET: Final = frozenset({"code", "holder"})


class Pseudonyms:
    """The keyed hash of an edition, ready to be copied: facts.pseudonym, faster."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.fresh = hashlib.blake2b(key=key, digest_size=16).copy

    def of(self, text: str) -> bytes:
        """The 128 bits that stand for a text."""
        state = self.fresh()
        state.update(text.encode("utf-8", "surrogatepass"))
        return state.digest()


class Labels:
    """The names that facts refer to by number."""

    def __init__(self) -> None:
        self.names: dict[LabelKind, list[str]] = {kind: [] for kind in LABEL_KINDS}
        self._numbers: dict[LabelKind, dict[str, int]] = {kind: {} for kind in LABEL_KINDS}
        self._spelt: dict[LabelKind, dict[str, int]] = {kind: {"": 0} for kind in LABEL_KINDS}

    def number(self, kind: LabelKind, text: str | None) -> int:
        """The number of a name, 0 for none; raises LineRefused for a name of broken characters."""
        if text is None:
            return 0
        found = self._spelt[kind].get(text)
        return self._new(kind, text) if found is None else found

    def known(self, kind: LabelKind, text: str) -> bool:
        """Whether a name has come before."""
        return text in self._spelt[kind]

    def _new(self, kind: LabelKind, text: str) -> int:
        if MOJIBAKE.search(text):
            raise LineRefused("line-mojibake", kind)
        name = "" if kind == "origin" and not ORIGIN.fullmatch(text) else label_name(text)
        number = 0
        if name:
            numbers = self._numbers[kind]
            number = numbers.get(name) or len(numbers) + 1
            if number > len(numbers):
                if number > MOST_LABELS[kind]:
                    raise LabelsTooMany(kind=kind, limit=MOST_LABELS[kind])
                numbers[name] = number
                self.names[kind].append(name)
        spelt = self._spelt[kind]
        if len(spelt) > 4 * MOST_LABELS[kind]:
            raise LabelsTooMany(kind=kind, limit=MOST_LABELS[kind])
        spelt[text] = number
        return number


class Draft:
    """Facts as they come, line by line or as arrays, written down once at the end."""

    def __init__(
        self,
        *,
        key: bytes,
        zone: ZoneInfo,
        files: DirectoryFiles,
        token: str,
        between: tuple[int, int] = (UNTIMED, np.iinfo(np.int64).max),
    ) -> None:
        self.between = between
        """The instants from and before which scans are expected."""
        self.elsewhen = 0
        self.pseudonyms = Pseudonyms(key)
        self.labels = Labels()
        self.clock = Clock(zone)
        self.files = files
        self.columns: dict[str, str] = {}
        """The column of each field, for what is said of refused lines."""
        self.fields: Mapping[str, str] = {}
        self.rows: dict[FactKind, int] = {"scan": 0, "ticket": 0}
        self.lines = 0
        """Lines that are kept."""
        self.refused = 0
        self.timed = 0
        self.seconds_seen = False
        self.groups = 0
        self.untimed = 0
        self.shown: list[ShownLine] = []
        self.first_refused: list[RefusedLine] = []
        self._facts: dict[tuple[FactKind, int], bytearray] = {}
        self._lines: dict[tuple[FactKind, int], array[int]] = {}
        for kind in KINDS:
            for bucket in range(BUCKETS):
                self._facts[kind, bucket] = bytearray()
                self._lines[kind, bucket] = array("I")
        self._held = 0
        self._spilt: dict[tuple[FactKind, int, str], BinaryIO] = {}
        self._token = token
        self._encoder = msgspec.json.Encoder()
        files.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._draft = files.root / f".{token}-draft"
        self._refusals = files.root / f".{token}-refusals"
        self._refusals_file: BinaryIO | None = None

    def add(self, line: int, found: Sequence[TicketLine | ScanLine]) -> None:
        """Keep what a line says, all of it or nothing; raises LineRefused where it cannot be facts."""
        added: list[tuple[FactKind, int]] = []
        shown = len(self.shown)
        try:
            for one in found:
                place = self._add_scan(line, one) if isinstance(one, ScanLine) else self._add_ticket(line, one)
                added.append(place)
        except LineRefused:
            for kind, bucket in added:
                del self._facts[kind, bucket][-DTYPES[kind].itemsize :]
                self._lines[kind, bucket].pop()
                self.rows[kind] -= 1
            del self.shown[shown:]
            raise
        self.lines += 1
        if self._held > HELD:
            self.spill()

    def _code(self, text: str) -> bytes:
        text = text.strip()
        if not text or len(text) > LONGEST_CODE:
            raise LineRefused("line-code-missing", self.columns.get("code"))
        return self.pseudonyms.of(text)

    def _quantity(self, quantity: int) -> int:
        if not 1 <= quantity <= MOST_PEOPLE:
            raise LineRefused("line-quantity", self.columns.get("quantity"), limit=MOST_PEOPLE)
        if quantity > 1:
            self.groups += 1
        return quantity

    def _label(self, kind: LabelKind, text: str | None) -> int:
        try:
            return self.labels.number(kind, text)
        except LineRefused as refusal:
            raise LineRefused(refusal.code, self.columns.get(kind)) from None

    def _add_scan(self, line: int, scan: ScanLine) -> tuple[FactKind, int]:
        digest = self._code(scan.code)
        at = UNTIMED
        if scan.at is not None:
            try:
                at = self.clock.instant(scan.at, (scan.device, scan.gate))
            except LineRefused as refusal:
                raise LineRefused(refusal.code, self.columns.get("at")) from None
            self.timed += 1
            if not self.between[0] <= at < self.between[1]:
                self.elsewhen += 1
            if at % (60 * SECOND):
                self.seconds_seen = True
        else:
            self.untimed += 1
        quantity = scan.quantity if scan.quantity == 1 else self._quantity(scan.quantity)
        high, low = HALVES.unpack(digest)
        place: tuple[FactKind, int] = ("scan", digest[0] >> 4)
        label = self._label
        self._facts[place] += SCAN_PARTS.pack(
            high,
            low,
            at,
            label("gate", scan.gate),
            label("session", scan.session),
            label("category", scan.category),
            label("origin", scan.origin),
            label("device", scan.device),
            quantity,
            IN if scan.direction == "in" else OUT,
            VERDICT[scan.verdict],
        )
        self._lines[place].append(line)
        self._held += SCAN_PARTS.size + 4
        self.rows["scan"] += 1
        if len(self.shown) < SHOWN:
            self._show(line, "scan", digest, scan, at)
        return place

    def _add_ticket(self, line: int, ticket: TicketLine) -> tuple[FactKind, int]:
        digest = self._code(ticket.code)
        holder = ticket.holder.strip() if ticket.holder else ""
        price = -1 if ticket.price_cents is None else ticket.price_cents
        if not -1 <= price <= HIGHEST_PRICE:
            raise LineRefused("line-price", self.columns.get("price"))
        high, low = HALVES.unpack(digest)
        place: tuple[FactKind, int] = ("ticket", digest[0] >> 4)
        self._facts[place] += TICKET_PARTS.pack(
            high,
            low,
            *(HALVES.unpack(self.pseudonyms.of(holder.casefold())) if holder else (0, 0)),
            price,
            _day(ticket.first_day),
            _day(ticket.last_day),
            self._label("category", ticket.category),
            self._label("origin", ticket.origin),
            self._label("session", ticket.session),
            self._quantity(ticket.quantity),
            CHANNEL[ticket.channel],
            STANDING[ticket.standing],
        )
        self._lines[place].append(line)
        self._held += TICKET_PARTS.size + 4
        self.rows["ticket"] += 1
        if len(self.shown) < SHOWN:
            self._show(line, "ticket", digest, ticket, None)
        return place

    def _show(self, line: int, kind: FactKind, digest: bytes, found: TicketLine | ScanLine, at: int | None) -> None:
        values: dict[str, Any] = {"code": digest.hex()}
        for name in found.__struct_fields__[1:]:
            value = getattr(found, name)
            if value is None:
                continue
            if name == "holder":
                value = self.pseudonyms.of(value.strip().casefold()).hex()
            elif name == "at" and at is not None:
                value = instant_text(at)
            elif name in LABEL_KINDS:
                number = self.labels.number(name, value)
                value = self.labels.names[name][number - 1] if number else None
            values[name] = value
        self.shown.append(ShownLine(line=line, kind=kind, values=values))

    def extend_scans(self, facts: Facts, lines: NDArray[np.uint32]) -> None:
        """Keep scans that are whole arrays already, in the order of the file."""
        buckets = (facts["high"] >> np.uint64(60)).astype(np.uint8)
        order = buckets.argsort(kind="stable")
        facts, lines = facts.take(order), lines.take(order)
        bounds = buckets.take(order).searchsorted(np.arange(BUCKETS + 1, dtype=np.uint8))
        for bucket in range(BUCKETS):
            begin, end = bounds[bucket], bounds[bucket + 1]
            self._facts["scan", bucket] += facts[begin:end].tobytes()
            self._lines["scan", bucket].frombytes(lines[begin:end].tobytes())
        self.rows["scan"] += len(facts)
        self.lines += len(facts)
        self._held += facts.nbytes + lines.nbytes
        if self._held > HELD:
            self.spill()

    def refuse(self, line: int, refusal: LineRefused, record: Record | None) -> None:
        """Keep why a line is not kept."""
        self.refused += 1
        found = RefusedLine(
            line=line,
            column=None if refusal.column is None else nameable(refusal.column),
            code=refusal.code,
            params=dict(refusal.params),
            text="" if record is None else self._redacted(record),
        )
        if len(self.first_refused) < SHOWN:
            self.first_refused.append(found)
        if self._refusals_file is None:
            self._refusals_file = self._refusals.open("xb", buffering=1 << 16)
        self._refusals_file.write(self._encoder.encode(found) + b"\n")

    def _redacted(self, record: Record) -> str:
        parts = []
        cells: Mapping[str, Any] = record.cells or record.value or {}
        for column, field in self.fields.items():
            value = cells.get(column)
            if field in SECRET or value in (None, "") or not isinstance(value, str | int | float):
                continue
            text = str(value)
            known = field in LABEL_KINDS and self.labels.known(field, text)
            shown = text if known else shape(text)
            parts.append(f"{nameable(column)}={nameable(shown, 60)}")
        return "; ".join(parts)[:1000]

    def spill(self) -> None:
        """Move the facts that wait in memory to files without a name."""
        for (kind, bucket), facts in self._facts.items():
            if facts:
                self._part(kind, bucket, "facts").write(facts)
                self._part(kind, bucket, "lines").write(self._lines[kind, bucket].tobytes())
                facts.clear()
                self._lines[kind, bucket] = array("I")
        self._held = 0

    def _part(self, kind: FactKind, bucket: int, what: str) -> BinaryIO:
        key = (kind, bucket, what)
        if key not in self._spilt:
            self._spilt[key] = tempfile.TemporaryFile(dir=self.files.root)  # noqa: SIM115  closed with the draft
        return self._spilt[key]

    def finish(self) -> tuple[tuple[bytes, int] | None, tuple[bytes, int] | None]:
        """Write the draft and the refusals to the store: their hashes and sizes, None where there is nothing."""
        draft = self._finish_draft() if any(self.rows.values()) else None
        refusals = None
        if self._refusals_file is not None:
            self._refusals_file.close()
            digest, size = hashlib.sha256(), self._refusals.stat().st_size
            with self._refusals.open("rb+") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
                self.files.keep(self._refusals, file, digest.digest())
            refusals = digest.digest(), size
        return draft, refusals

    def _finish_draft(self) -> tuple[bytes, int]:
        sections, offset = [], 0
        for kind in KINDS:
            width = DTYPES[kind].itemsize
            for bucket in range(BUCKETS):
                held = len(self._facts[kind, bucket])
                spilt = self._spilt.get((kind, bucket, "facts"))
                rows = (held + (spilt.tell() if spilt is not None else 0)) // width
                if rows:
                    sections.append(Section(kind=kind, bucket=bucket, rows=rows, offset=offset))
                    offset += rows * (width + 4)
        head = msgspec.json.encode(DraftHead(labels=self.labels.names, sections=sections, upload=self._token))
        digest, size = hashlib.sha256(), 0
        with self._draft.open("xb") as file:
            for piece in self._pieces(head, sections):
                digest.update(piece)
                file.write(piece)
                size += len(piece)
            self.files.keep(self._draft, file, digest.digest())
        return digest.digest(), size

    def _pieces(self, head: bytes, sections: list[Section]) -> Iterator[bytes]:
        yield len(head).to_bytes(8, "little") + head
        for section in sections:
            place = (section.kind, section.bucket)
            for what, rest in (("facts", bytes(self._facts[place])), ("lines", self._lines[place].tobytes())):
                spilt = self._spilt.get((*place, what))
                if spilt is not None:
                    spilt.seek(0)
                    while piece := spilt.read(1 << 20):
                        yield piece
                yield rest

    def close(self) -> None:
        """Leave nothing behind that was not kept."""
        for file in self._spilt.values():
            with contextlib.suppress(OSError):
                file.close()
        if self._refusals_file is not None:
            with contextlib.suppress(OSError):  # a full disk refuses what waits to be written
                self._refusals_file.close()
        forget(self.files.root, self._draft.name.removesuffix("-draft"))


def shape(text: str) -> str:
    """What a text looks like without what it says: « aaa 00/00 »."""
    return DIGIT.sub("0", LETTER.sub("a", nameable(text, 60)))


def instant_text(at: int) -> str:
    """Microseconds since 1970 as ISO 8601."""
    return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=at)).isoformat()


def _day(day: dt.date | None) -> int:
    return 0 if day is None else day.toordinal() - EPOCH_DAY
