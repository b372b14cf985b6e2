"""The short way for scans in our own columns: blocks of CSV to arrays, the same facts as line by line.

A block in which anything is out of the ordinary is left to the slow way, which says what and where.
"""

import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from msgspec import Struct

from events_api.domain.tickets.facts import IN, OUT, SCAN, Facts, LabelKind
from events_api.domain.tickets.files import SHOWN
from events_api.importers.tickets import canonical
from events_api.importers.tickets.clock import FIRST_YEAR, LAST_YEAR, NAIVE_EPOCH, SECOND
from events_api.importers.tickets.codes import ManyPseudonyms
from events_api.importers.tickets.draft import LONGEST_CODE, MOST_PEOPLE, VERDICT, Draft
from events_api.importers.tickets.lines import LineRefused
from events_api.importers.tickets.text import LINE_FEED, Text

DICTIONARY: Final = pa.dictionary(pa.int32(), pa.string())
ZONED: Final = pa.timestamp("us", tz="UTC")
LOCAL: Final = pa.timestamp("us")
LABELS: Final[tuple[LabelKind, ...]] = ("gate", "session", "category", "device")
EARLIEST: Final = int((dt.datetime(FIRST_YEAR, 1, 2) - NAIVE_EPOCH).total_seconds()) * SECOND  # noqa: DTZ001
LATEST: Final = int((dt.datetime(LAST_YEAR, 12, 30) - NAIVE_EPOCH).total_seconds()) * SECOND  # noqa: DTZ001
MINUTE: Final = 60 * SECOND
HOUR: Final = 3600 * SECOND
CARRIAGE_RETURN: Final = ord("\r")
MOST_RANKS: Final = 65_536


class Unusual(Exception):
    """A block that must be read line by line."""


class Scans(Struct, frozen=True, kw_only=True):
    """What a block of whole lines says, before the draft gives pseudonyms to its codes and numbers to its names."""

    lines: int
    plain: bool
    codes: Any
    """An Arrow array of texts."""
    facts: Facts
    """In the order of the lines, without tickets; a name is its rank in `names`."""
    names: dict[LabelKind, list[str | None]]
    naive: int
    elsewhen: int
    groups: int
    seconds: bool
    follows: list[tuple[tuple[str | None, str | None], int, int, bool, bool]]


class FastScans:
    """Reads blocks of whole lines with our columns into a draft."""

    def __init__(self, draft: Draft, columns: Sequence[str], delimiter: str) -> None:
        self.draft = draft
        self.columns = list(columns)
        self._kept = [column for column in columns if column in canonical.SCAN_FIELDS]
        self._delimiter = delimiter
        self._time = ZONED
        self._pseudonyms = ManyPseudonyms(draft.pseudonyms.key)

    def read(self, block: bytes) -> Scans:
        """Every scan of a block, or raise Unusual; nothing of the draft changes."""
        if b"'" in block or b"\0" in block or b'"' in block:
            raise Unusual
        lines = _lines(block)
        table = self._table(block)
        if table.num_rows != lines:
            raise Unusual
        facts = np.zeros(lines, SCAN)
        naive = self._times(table, facts)
        codes = self._codes(table, numbers=b"+" in block and (b"E+" in block or b"e+" in block))
        self._words(table, facts)
        names = self._names(table, facts)
        at, between = facts["at"], self.draft.between
        return Scans(
            lines=lines,
            plain=block.isascii(),
            codes=codes,
            facts=facts,
            names=names,
            naive=naive,
            elsewhen=int(((at < between[0]) | (at >= between[1])).sum()),
            groups=int((facts["quantity"] > 1).sum()),
            seconds=bool((at[:100] % MINUTE).any() or (at % MINUTE).any()),
            follows=self._follows(table, at) if naive else [],
        )

    def keep(self, scans: Scans, first_line: int, text: Text) -> int:
        """Keep what was read in the block that comes next, or nothing and raise Unusual; the number of its lines."""
        draft = self.draft
        if len(draft.shown) < SHOWN or (not scans.plain and text.encoding == "cp1252"):
            raise Unusual  # the first lines of a file are shown, which the slow way does
        facts = scans.facts
        try:
            for kind, names in scans.names.items():
                facts[kind] = np.array([draft.labels.number(kind, name) for name in names], "<u2")[facts[kind]]
        except LineRefused:
            raise Unusual from None
        if not scans.plain:
            text.encoding = "utf-8"
        draft.timed += scans.lines
        draft.elsewhen += scans.elsewhen
        draft.clock.naive += scans.naive
        for sequence, first, last, rises, falls in scans.follows:
            draft.clock.follow(sequence, first, last, rises=rises, falls=falls)
        draft.groups += scans.groups
        draft.seconds_seen = draft.seconds_seen or scans.seconds
        facts["high"], facts["low"] = self._pseudonyms.of(scans.codes)
        draft.extend_scans(facts, np.arange(first_line, first_line + scans.lines, dtype=np.uint32))
        return scans.lines

    def _table(self, block: bytes) -> Any:
        types: dict[str, Any] = dict.fromkeys(self._kept, DICTIONARY)
        types |= {"ticket_code": pa.string(), "scanned_at": self._time}
        try:
            return self._parsed(block, types)
        except pa.ArrowInvalid:
            pass
        self._time = LOCAL if self._time is ZONED else ZONED
        try:
            return self._parsed(block, types | {"scanned_at": self._time})
        except pa.ArrowInvalid:
            raise Unusual from None

    def _parsed(self, block: bytes, types: dict[str, Any]) -> Any:
        return pa_csv.read_csv(
            io.BytesIO(block),
            read_options=pa_csv.ReadOptions(
                column_names=self.columns, use_threads=False, block_size=len(block) + 1, encoding="utf8"
            ),
            parse_options=pa_csv.ParseOptions(delimiter=self._delimiter, quote_char=False, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=types,
                include_columns=self._kept,
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
                null_values=[],
                timestamp_parsers=[pa_csv.ISO8601],
            ),
        ).combine_chunks()

    def _times(self, table: Any, facts: Facts) -> int:
        column = _one(table, "scanned_at")
        if column.null_count:
            raise Unusual
        at = column.cast(pa.int64()).to_numpy(zero_copy_only=False)
        naive = 0
        if column.type == LOCAL:
            naive = len(at)
            clock, hours = self.draft.clock, at // HOUR
            only, where = np.unique(hours, return_inverse=True)
            offsets = [clock.offset(clock.zone, int(hour) * HOUR) for hour in only]
            if None in offsets:
                raise Unusual  # a night of the clock change: the order of the lines decides
            at = at - np.array(offsets, dtype=np.int64)[where]
        if len(at) and (at.min() < EARLIEST or at.max() > LATEST):
            raise Unusual
        facts["at"] = at
        return naive

    def _follows(self, table: Any, at: Any) -> list[tuple[tuple[str | None, str | None], int, int, bool, bool]]:
        """What to tell the clock: in which order each device at each gate wrote."""
        devices, gates = (
            self._spelt(table, name) if name in self._kept else ([None], np.zeros(len(at), dtype=np.int32))
            for name in ("device", "gate")
        )
        pairs = devices[1].astype(np.int64) * len(gates[0]) + gates[1]
        order = pairs.argsort(kind="stable")
        pairs, at = pairs[order], at[order]
        begins = np.flatnonzero(np.diff(pairs, prepend=-1))
        steps = np.diff(at, append=at[-1:])
        steps[begins[1:] - 1] = 0  # from the last of one pair to the first of the next
        rising, falling = (np.logical_or.reduceat(found, begins) for found in (steps > 0, steps < 0))
        ends = np.append(begins[1:], len(at)) - 1
        found = []
        for rank, (begin, end) in enumerate(zip(begins, ends, strict=True)):
            device, gate = devices[0][int(pairs[begin]) // len(gates[0])], gates[0][int(pairs[begin]) % len(gates[0])]
            found.append(((device, gate), int(at[begin]), int(at[end]), bool(rising[rank]), bool(falling[rank])))
        return found

    def _codes(self, table: Any, *, numbers: bool) -> Any:
        codes = pc.utf8_trim_whitespace(_one(table, "ticket_code"))
        lengths = pc.utf8_length(codes)
        bounds = pc.min_max(lengths).as_py()
        if not 0 < (bounds["min"] or 0) <= bounds["max"] <= LONGEST_CODE:
            raise Unusual
        if numbers and pc.any(pc.match_substring_regex(codes, f"^(?:{canonical.SCIENTIFIC.pattern})$")).as_py():
            raise Unusual
        return codes

    def _names(self, table: Any, facts: Facts) -> dict[LabelKind, list[str | None]]:
        names: dict[LabelKind, list[str | None]] = {}
        for kind in LABELS:
            if kind in self._kept:
                names[kind], facts[kind] = self._ranked(*self._spelt(table, kind))
        if "postcode" in self._kept or "country" in self._kept:
            postcodes, countries = (self._spelt(table, name) for name in ("postcode", "country"))
            pairs = postcodes[1].astype(np.int64) * len(countries[0]) + countries[1]
            only, where = np.unique(pairs, return_inverse=True)
            try:
                origins = [
                    canonical.origin(
                        postcodes[0][int(pair) // len(countries[0])], countries[0][pair % len(countries[0])]
                    )
                    for pair in only
                ]
            except LineRefused:
                raise Unusual from None
            names["origin"], facts["origin"] = self._ranked(origins, where)
        return names

    @staticmethod
    def _ranked(names: Sequence[str | None], where: Any) -> tuple[list[str | None], Any]:
        if len(names) > MOST_RANKS:
            raise Unusual  # more than any draft takes, which the slow way says
        return list(names), where

    def _words(self, table: Any, facts: Facts) -> None:
        directions = {word: IN if said == "in" else OUT for word, said in canonical.DIRECTIONS.items()}
        verdicts = {word: VERDICT[said] for word, said in canonical.RESULTS.items()}
        facts["direction"] = self._numbers(table, "direction", _of(directions)) if "direction" in self._kept else IN
        if "result" in self._kept:
            facts["verdict"] = self._numbers(table, "result", _of(verdicts))
        facts["quantity"] = self._numbers(table, "quantity", _people) if "quantity" in self._kept else 1

    def _numbers(self, table: Any, column: str, number: Callable[[str], int]) -> Facts:
        names, where = self._spelt(table, column)
        found: Facts = np.array([number(name) for name in names], dtype="<u2")[where]
        return found

    def _spelt(self, table: Any, column: str) -> tuple[list[str], Any]:
        """The different texts of a column, and which of them each row has."""
        if column not in self._kept:
            return [""], np.zeros(table.num_rows, dtype=np.int32)
        found = _one(table, column)
        return found.dictionary.to_pylist(), found.indices.to_numpy(zero_copy_only=False)


def _lines(block: bytes) -> int:
    """The number of lines, none of them empty; a search for two bytes would take longer than all of this."""
    octets = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(octets == LINE_FEED)
    if (ends[1:] - ends[:-1] == 1).any():
        raise Unusual
    if b"\r" in block:
        returns = octets == CARRIAGE_RETURN
        if (returns[1:] & returns[:-1]).any():
            raise Unusual
    return len(ends) + (not block.endswith(b"\n"))


def _one(table: Any, column: str) -> Any:
    found = table.column(column)
    return found.chunk(0) if found.num_chunks == 1 else pa.concat_arrays(found.unify_dictionaries().chunks)


def _of(numbers: dict[str, int]) -> Callable[[str], int]:
    def number(word: str) -> int:
        try:
            return numbers[word]
        except KeyError:
            raise Unusual from None

    return number


def _people(text: str) -> int:
    try:
        people = canonical.quantity(text)
    except LineRefused:
        raise Unusual from None
    if not 1 <= people <= MOST_PEOPLE:
        raise Unusual
    return people
