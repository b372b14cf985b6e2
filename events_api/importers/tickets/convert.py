"""A file of tickets or scans to its draft: what the child process does with the bytes it is fed."""

import contextlib
import datetime as dt
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from events_api.domain.files import FileEmpty, FileTooLarge
from events_api.domain.tickets.facts import UNTIMED
from events_api.domain.tickets.files import (
    LARGEST_FILE,
    ColumnGuess,
    ColumnUse,
    Converted,
    FileCutShort,
    FileGuess,
    Note,
    Preview,
    TicketFileNotRecognised,
    TicketFormatAmbiguous,
    TicketFormatDoesNotFit,
    TicketFormatUnknown,
)
from events_api.importers.redaction import nameable
from events_api.importers.tickets import mapping
from events_api.importers.tickets.ahead import Ahead
from events_api.importers.tickets.canonical import NAME, Canonical
from events_api.importers.tickets.clock import SECOND
from events_api.importers.tickets.draft import Draft, shape
from events_api.importers.tickets.fast import FastScans, Unusual
from events_api.importers.tickets.formats import FORMATS, ambiguous, recognised
from events_api.importers.tickets.frames import Task
from events_api.importers.tickets.lines import Context, Format, Head, LineRefused, Reader, Recognition, Record
from events_api.importers.tickets.mapping import Mapped
from events_api.importers.tickets.objects import Objects
from events_api.importers.tickets.sheets import Sheet, Sheets
from events_api.importers.tickets.tables import Numbered, Table
from events_api.importers.tickets.text import Text
from events_api.importers.tickets.unpack import Bytes, Unpacked, unpacked
from events_api.store.files import DirectoryFiles

KNOWN: Final[tuple[Format, ...]] = (Canonical(), *FORMATS)
SLOW_AT_FIRST: Final = 40
"""Lines that are read one by one, so that the first of them can be shown."""
DEFECTS: Final = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError)
"""What an odd value can make of a format that did not think of it: the line is refused."""
Source = Table | Objects | Sheet


class Counted:
    """The bytes of an upload as they pass: their number and their hash."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > LARGEST_FILE:
                raise FileTooLarge(limit_bytes=LARGEST_FILE)
            self.digest.update(chunk)
            yield chunk


def convert(task: Task, chunks: Iterable[bytes]) -> Converted:
    """Read a file whole and write its draft; raises TicketFileError, leaving nothing behind."""
    counted = Counted(chunks)
    whole = iter(counted)
    opened = unpacked(whole)
    files = DirectoryFiles(Path(task.files))
    zone = ZoneInfo(task.zone)
    draft = Draft(key=task.key, zone=zone, files=files, token=task.token, between=_around(task, zone))
    try:
        source, head, chosen, recognition, unread = _understood(opened, task)
        context = Context(zone=zone, first_day=task.first_day, last_day=task.last_day)
        reader = chosen.reader(head, context)
        draft.fields = recognition.fields
        draft.columns = {field: column for column, field in reversed(recognition.fields.items())}
        passed = _read(source, chosen.name, reader, draft)
        while opened.source.piece():  # a list of a JSON document may end before the document
            pass
        for _ in whole:
            pass
        if not counted.size:
            raise FileEmpty
        kept, refusals = draft.finish()
        lines = draft.refused + draft.lines
        return Converted(
            sha256=counted.digest.digest(),
            size=counted.size,
            lines_read=lines,
            lines_refused=draft.refused,
            draft_sha256=kept[0] if kept else None,
            draft_bytes=kept[1] if kept else 0,
            refusals_sha256=refusals[0] if refusals else None,
            refusals_bytes=refusals[1] if refusals else 0,
            preview=Preview(
                format=chosen.name,
                because=[nameable(column) for column in recognition.because],
                confidence=recognition.confidence,
                container=head.container,
                encoding=source.text.said or source.text.encoding if not isinstance(source, Sheet) else head.encoding,
                delimiter=head.delimiter,
                packed=list(opened.packed),
                sheet=head.sheets.index(head.sheet) + 1 if head.sheet is not None else None,
                sheets=len(head.sheets),
                path=nameable(head.path),
                columns=_uses(head, recognition),
                tickets=draft.rows["ticket"],
                scans=draft.rows["scan"],
                passed_over=passed,
                notes=_notes(source, reader, draft, unread),
                shown=draft.shown,
                refused=draft.first_refused,
            ),
        )
    finally:
        draft.close()


def guess(task: Task, chunks: Iterable[bytes]) -> FileGuess:
    """Say what the beginning of a file looks like, without a value of it."""
    counted = Counted(chunks)
    opened = unpacked(counted)
    if not opened.sheet:
        opened = Unpacked(Bytes(_as_far_as_it_goes(opened.source)), sheet=False, packed=opened.packed)
    sources = _sources(opened, partial=True)
    heads = [source.head(task.file_name) for source in sources]
    found = [(head, next(iter(recognised(head, KNOWN)), None)) for head in heads]
    head, best = max(found, key=lambda pair: pair[1][1].confidence if pair[1] else -1)
    fields = best[1].fields if best else {}
    begun = mapping.guess(head)
    return FileGuess(
        format=best[0].name if best else None,
        because=[nameable(column) for column in best[1].because] if best else [],
        confidence=best[1].confidence if best else 0,
        container=head.container,
        encoding=head.encoding,
        delimiter=head.delimiter,
        packed=list(opened.packed),
        sheets=list(head.sheets),
        path=nameable(head.path),
        columns=[_column(column, fields.get(column), head.records) for column in head.columns],
        profile=begun.profile if begun else None,
        unknown_words={
            column: [nameable(word, 40) for word in words]
            for column, words in (begun.unknown_words if begun else {}).items()
        },
    )


def _as_far_as_it_goes(source: Bytes) -> Iterator[bytes]:
    with contextlib.suppress(FileCutShort):  # only the beginning of the file was sent
        yield from iter(source.piece, b"")


def _around(task: Task, zone: ZoneInfo) -> tuple[int, int]:
    """The instants between which the scans of an edition are expected: a day more on either side."""
    if task.first_day is None or task.last_day is None:
        return UNTIMED, np.iinfo(np.int64).max
    first, end = (
        dt.datetime.combine(day, dt.time(), tzinfo=zone)
        for day in (task.first_day - dt.timedelta(days=1), task.last_day + dt.timedelta(days=2))
    )
    return int(first.timestamp()) * SECOND, int(end.timestamp()) * SECOND


def _understood(opened: Unpacked, task: Task) -> tuple[Source, Head, Format, Recognition, int]:
    """The table of the file that is surest of a format, with that format, and how many others are left unread."""
    formats: Sequence[Format] = KNOWN
    if task.profile is not None:
        formats = (Mapped(task.profile),)
    elif task.format is not None:
        formats = [known for known in KNOWN if known.name == task.format]
        if not formats:
            raise TicketFormatUnknown(field="format", formats=[known.name for known in KNOWN])
    best: tuple[Source, Head, Format, Recognition] | None = None
    understood = 0
    columns: tuple[str, ...] = ()
    for source in _sources(opened):
        head = source.head(task.file_name)
        columns = columns or head.columns
        found = _best(formats, head)
        understood += found is not None
        if found is not None and (best is None or found[1].confidence > best[3].confidence):
            best = (source, head, *found)
    if best is None:
        said = [nameable(column, 80) for column in columns[:60]]
        if task.profile is not None or task.format is not None:
            raise TicketFormatDoesNotFit(columns=said)
        raise TicketFileNotRecognised(columns=said)
    return *best, understood - 1


def _best(formats: Sequence[Format], head: Head) -> tuple[Format, Recognition] | None:
    choices = recognised(head, formats)
    if ambiguous(choices):
        raise TicketFormatAmbiguous(field="format", formats=[known.name for known, _ in choices])
    return choices[0] if choices else None


def _sources(opened: Unpacked, *, partial: bool = False) -> Sequence[Source]:
    if opened.sheet:
        return Sheets(opened.source).tables()
    if not opened.source.peek(1):
        raise FileEmpty
    text = Text(opened.source)
    return [Objects(text, partial=partial) if text.json else Table(text)]


def _read(source: Source, name: str, reader: Reader, draft: Draft) -> int:
    """Read every record into the draft; returns how many were passed over."""
    if isinstance(source, Table) and name == NAME and "scanned_at" in source.columns:
        return _read_fast(source, reader, draft)
    return _read_records(source.records(), reader, draft)


def _read_records(records: Iterable[Numbered], reader: Reader, draft: Draft) -> int:
    passed = 0
    read, add = reader.read, draft.add
    for line, record in records:
        if isinstance(record, LineRefused):
            draft.refuse(line, record, None)
            continue
        try:
            found = read(record)
            if found:
                add(line, found)
            else:
                passed += 1
        except LineRefused as refusal:
            draft.refuse(line, refusal, record)
        except DEFECTS:
            draft.refuse(line, LineRefused("line-unreadable"), record)
    return passed


def _read_fast(table: Table, reader: Reader, draft: Draft) -> int:
    """Read blocks the short way, and those that have something unusual line by line."""
    text, passed, line = table.text, 0, 1
    fast = FastScans(draft, table.columns, table.delimiter)
    firsts, blocks = _first_lines(text.blocks(), table.first_line - 1 + SLOW_AT_FIRST)
    ahead = Ahead(blocks, fast.read)
    with contextlib.closing(ahead):
        first = _Following(firsts, ahead.behind())
        passed += _read_records(table.rest(line, first), reader, draft)
        line += first.lines
        for block, scans in ahead:
            try:
                line += fast.keep(scans or fast.read(block), line, text)
            except Unusual:
                # a quoted cell may go on in the next block: blocks are taken along until the row ends
                following = _Following(block, ahead.behind())
                passed += _read_records(table.rest(line, following), reader, draft)
                line += following.lines
    return passed


def _first_lines(blocks: Iterator[bytes], lines: int) -> tuple[bytes, Iterator[bytes]]:
    """The first lines, and the blocks behind them."""
    first = next(blocks, b"")
    cut = 0
    for _ in range(lines):
        cut = first.find(b"\n", cut) + 1
        if not cut:
            cut = len(first)
            break
    return first[:cut], itertools.chain([first[cut:]] if first[cut:] else [], blocks)


class _Following:
    """A block, and those behind it as long as a quote may be open."""

    def __init__(self, block: bytes, behind: Iterator[bytes]) -> None:
        self._block = block
        self._behind = behind
        self._quotes = 0
        self.lines = 0

    def __iter__(self) -> "_Following":
        return self

    def __next__(self) -> bytes:
        if not self._block:
            raise StopIteration
        block = self._block
        self._quotes += block.count(b'"')
        self._block = next(self._behind, b"") if self._quotes % 2 else b""
        self.lines += block.count(b"\n") + (not block.endswith(b"\n"))
        return block


def _uses(head: Head, recognition: Recognition) -> list[ColumnUse]:
    fields = recognition.fields
    columns = dict.fromkeys(head.columns) | dict.fromkeys(fields)
    return [ColumnUse(column=nameable(column), field=fields.get(column)) for column in columns]


def _notes(source: Source, reader: Reader, draft: Draft, unread: int) -> list[Note]:
    counts = Counter[str](reader.notes)
    clock = draft.clock
    counts |= Counter(
        {
            "file-title-lines": 0 if isinstance(source, Objects) else source.titles,
            "file-empty-lines": source.empty,
            "file-sheet-given-up": int(isinstance(source, Sheet) and source.given_up),
            "times-local": clock.naive,
            "times-twice": clock.ambiguous,
            "times-without-seconds": draft.timed if draft.timed > 1 and not draft.seconds_seen else 0,
            "file-sheets-unread": unread,
            "scans-elsewhen": draft.elsewhen,
            "scans-untimed": draft.untimed,
            "lines-of-groups": draft.groups,
        }
    )
    return [Note(code=code, lines=lines) for code, lines in sorted(counts.items()) if lines]


# What a column looks like

EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
PHONE: Final = re.compile(r"'?\+?[\d .()\-]{9,20}")
DATE: Final = re.compile(r"\d{4}-\d\d?-\d\d?.*|\d\d?[/.]\d\d?[/.]\d{2,4}.*|\d\d? \w+ \d{4}.*")
TIME: Final = re.compile(r"\d\d?[:h]\d\d.*")
NUMBER: Final = re.compile(r"-?\d+([.,]\d+)?\s*€?")
YES: Final = frozenset({"yes", "no", "oui", "non", "true", "false", "0", "1", "vrai", "faux", "in", "out"})
PERSON: Final = re.compile(r"nom|name|pr[ée]nom|mail|phone|t[ée]l|adresse|address|naissance|birth", re.IGNORECASE)


def _kind(text: str) -> str:
    for kind, pattern in (("e-mail", EMAIL), ("date", DATE), ("time", TIME), ("number", NUMBER), ("phone", PHONE)):
        if pattern.fullmatch(text):
            return kind
    if text.lower() in YES:
        return "yes-no"
    if re.fullmatch(r"[\w\-]{6,}", text) and any(letter.isdigit() for letter in text):
        return "code"
    return "text"


def _column(column: str, field: str | None, records: Sequence[Record]) -> ColumnGuess:
    texts = [str(value) for record in records if (value := _value(record, column)) not in (None, "")]
    kinds = Counter(_kind(text) for text in texts)
    kind = kinds.most_common(1)[0][0] if kinds else "empty"
    if kind in {"text", "code"} and PERSON.search(column):
        kind = "person"
    return ColumnGuess(
        column=nameable(column),
        field=field,
        kind=kind,
        filled=len(texts),
        different=len(set(texts)),
        longest=max(map(len, texts), default=0),
        shapes=list(dict.fromkeys(shape(text)[:40] for text in texts))[:3],
    )


def _value(record: Record, column: str) -> Any:
    cells: Mapping[str, Any] = record.cells or record.value or {}
    return cells.get(column)
