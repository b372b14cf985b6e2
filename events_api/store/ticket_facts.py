"""The facts of ticket files and gates as the database keeps them, and the counting of an edition from them."""

import contextlib
import hashlib
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import anyio.to_thread
import asyncpg
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from events_api.domain.tickets import merging
from events_api.domain.tickets.calendar import DAY as DAY_MICROSECONDS
from events_api.domain.tickets.calendar import LAST_DAY, EventCalendar, day_number
from events_api.domain.tickets.facts import (
    BUCKETS,
    DTYPES,
    LABEL_KINDS,
    SCAN,
    UNTIMED,
    FactKind,
    Facts,
    LabelKind,
    joined,
)
from events_api.domain.tickets.imports import TimeOutOfRange, TooManyLabels, TooManyMinutes
from events_api.domain.tickets.quantities import Counting, Counts, number_of_minutes
from events_api.read.connections import Pool
from events_api.store.drafts import Draft, Part

EDITION: Final = """
    select e.time_zone, coalesce(g.day_starts_at, e.event_day_starts_at) as day_starts_at,
           case when e.starts_on = e.ends_on then e.starts_on end as only_day
      from edition e left join gate_settings g on g.edition_id = e.id
     where e.id = $1
"""
ACTIVE: Final = "select id from ticket_import where edition_id = $1 and state = 'done' order by id"
ROOTS: Final = """
    select kind, bucket, import_id, coalesce(same_as, import_id) as root, rows from import_block
     where edition_id = $1 and import_id = any($2) order by import_id
"""
CONTENT: Final = """
    select b.kind, b.bucket, b.content
      from unnest($2::bigint[], $3::text[], $4::smallint[]) as w (import_id, kind, bucket)
      join import_block b
        on b.edition_id = $1 and b.import_id = w.import_id and b.kind = w.kind and b.bucket = w.bucket
"""
LINES: Final = """
    select lines from import_block where edition_id = $1 and import_id = $2 and kind = $3 and bucket = $4
"""
EQUAL: Final = """
    select b.kind, b.bucket, b.sha256, min(b.import_id) as import_id
      from import_block b join ticket_import i on i.edition_id = b.edition_id and i.id = b.import_id
     where b.edition_id = $1 and b.content is not null and i.state in ('done', 'undone')
     group by b.kind, b.bucket, b.sha256
"""
LIVE: Final = """
    select ticket, at, gate, session, category, origin, device, quantity, direction, verdict
      from live_scan where edition_id = $1 and voided_at is null
"""
KINDS: Final[tuple[FactKind, ...]] = ("scan", "ticket")
BLOCK: Final = ("edition_id", "import_id", "kind", "bucket", "rows", "sha256", "content", "same_as", "lines")
MOST_LABELS: Final = 65_535
MOST_MINUTES: Final = 300_000
"""Minutes with a passage, of more than half a year without a pause: the times of a file that has more are not times."""
SECONDS: Final = 120
ROWS_AT_ONCE: Final = 250_000
"""Facts that are merged and counted at once, unless one bucket has more."""
PATIENCE: Final = "set local lock_timeout = '60s'; set local statement_timeout = '120s'"
_POSTGRES_EPOCH: Final = 946_684_800_000_000
_COPIED: Final = np.dtype(
    [("fields", ">i2"), ("l0", ">i4"), ("high", ">u8"), ("low", ">u8"), ("l1", ">i4"), ("at", ">i8")]
    + [
        pair
        for rank, name in enumerate(("gate", "session", "category", "origin", "device", "quantity"), 2)
        for pair in ((f"l{rank}", ">i4"), (name, ">i4"))
    ]
    + [("l8", ">i4"), ("direction", ">i2"), ("l9", ">i4"), ("verdict", ">i2")]
)
_COPY_HEADER: Final = 19


async def calendar_of(connection: asyncpg.Connection, edition_id: int) -> EventCalendar:
    """How the edition divides time."""
    row = await connection.fetchrow(EDITION, edition_id)
    if row is None:
        raise LookupError(f"there is no edition {edition_id}")
    only_day = None if row["only_day"] is None else day_number(row["only_day"])
    return EventCalendar(zone=row["time_zone"], day_starts_at=row["day_starts_at"], only_day=only_day)


async def number_labels(
    connection: asyncpg.Connection, edition_id: int, kind: LabelKind, labels: Sequence[str]
) -> list[int]:
    """The numbers of labels, given to new ones; the caller holds the edition. Raises TooManyLabels."""
    rows = await connection.fetch(
        "select id, label from attendance_label where edition_id = $1 and kind = $2", edition_id, kind
    )
    known = {row["label"]: row["id"] for row in rows}
    last = max(known.values(), default=0)
    new = list(dict.fromkeys(label for label in labels if label not in known))
    if last + len(new) > MOST_LABELS:
        raise TooManyLabels(kind=kind, limit=MOST_LABELS)
    if new:
        numbers = list(range(last + 1, last + 1 + len(new)))
        await connection.execute(
            "insert into attendance_label (edition_id, kind, id, label)"
            " select $1, $2, new.id, new.label from unnest($3::integer[], $4::text[]) as new (id, label)",
            edition_id,
            kind,
            numbers,
            new,
        )
        known |= dict(zip(new, numbers, strict=True))
    return [known[label] for label in labels]


class Sources(Struct, frozen=True, kw_only=True):
    """What the facts of an edition are made of at one revision: imports in order, and the scans of its gates."""

    edition_id: int
    revision: int
    imports: tuple[int, ...]
    scans: Facts
    calendar: EventCalendar
    labelled: frozenset[LabelKind]


async def sources_of(
    connection: asyncpg.Connection,
    edition_id: int,
    *,
    with_import: int | None = None,
    without: int | None = None,
    live: bool = True,
) -> Sources:
    """What counts now, with and without an import; the connection shows one moment or holds the edition."""
    await connection.execute(PATIENCE)
    revision = await connection.fetchval("select revision from attendance_state where edition_id = $1", edition_id)
    kinds = await connection.fetch("select distinct kind from attendance_label where edition_id = $1", edition_id)
    imports = {row["id"] for row in await connection.fetch(ACTIVE, edition_id)}
    if with_import is not None:
        imports.add(with_import)
    imports.discard(without)
    return Sources(
        edition_id=edition_id,
        revision=revision or 0,
        imports=tuple(sorted(imports)),
        scans=await live_scans(connection, edition_id) if live else np.empty(0, SCAN),
        calendar=await calendar_of(connection, edition_id),
        labelled=frozenset(row["kind"] for row in kinds),
    )


async def live_scans(connection: asyncpg.Connection, edition_id: int) -> Facts:
    """The scans of the gates that stand, in order."""
    copied = bytearray()

    async def take(data: bytes) -> None:
        copied.extend(data)

    await connection.copy_from_query(LIVE, edition_id, output=take, format="binary", timeout=SECONDS)
    rows = np.frombuffer(copied, _COPIED, (len(copied) - _COPY_HEADER - 2) // _COPIED.itemsize, _COPY_HEADER)
    scans = np.zeros(len(rows), SCAN)
    for name in SCAN.names or ():
        scans[name] = rows[name]
    scans["at"] += _POSTGRES_EPOCH
    return merging.arrange_scans(scans).facts


class DiskShelf:
    """A shelf of nameless files that go with the process: uses by holders hold pseudonyms only."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files: dict[str, Any] = {}

    def put(self, name: str, content: Facts) -> None:
        """Add rows."""
        if name not in self._files:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._files[name] = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115  closed by `take`
        self._files[name].write(content.tobytes())

    def take(self, name: str, dtype: np.dtype[np.void]) -> Facts:
        """All rows that were put under the name."""
        file = self._files.pop(name, None)
        if file is None:
            return np.empty(0, dtype)
        with file:
            file.seek(0)
            return np.frombuffer(file.read(), dtype)


class Reckoning(Struct, frozen=True, kw_only=True):
    """The counts of an edition from some sources; of the import asked about, which facts others knew and how many of
    its lines say something new. No counts: they are what they were."""

    counts: Counts | None
    known: dict[Part, bytes]
    new_lines: int


Progress = Callable[[int], Awaitable[None]]


async def unseen(_: int) -> None:
    """Show no progress."""


async def reckon(
    pool: Pool | asyncpg.Connection,
    sources: Sources,
    *,
    directory: Path,
    asked: int | None = None,
    own: Mapping[Part, Facts] | None = None,
    progress: Progress = unseen,
) -> Reckoning:
    """Count the facts of an edition, some buckets at a time; `own` are facts of the import asked about, at hand."""
    blocks = await _blocks(pool, sources)
    mine = {part: of[asked].rows for part, of in blocks.items() if asked in of} if asked is not None else {}
    if asked is not None and all(_is_repeated(part, blocks[part], asked) for part in mine):
        everything = {part: np.packbits(np.ones(number, bool)).tobytes() for part, number in mine.items()}
        return Reckoning(counts=None, known=everything, new_lines=0)
    counting = Counting(sources.calendar, labelled=sources.labelled, shelf=DiskShelf(directory))
    known: dict[Part, bytes] = {}
    news = _NewLines()
    for buckets in _together(sources, blocks, KINDS):
        merged: dict[FactKind, Facts] = {}
        for kind in KINDS:
            parts: list[Part] = [(kind, bucket) for bucket in buckets if (kind, bucket) in blocks]
            rank, arrays = await _arrays(pool, sources, {part: blocks[part] for part in parts}, asked, own or {})
            found = await _merged(sources, kind, buckets, arrays, rank)
            merged[kind] = found.facts
            first = 0
            for part in (part for part in parts if part in mine):
                new = found.new[first : first + mine[part]]
                first += mine[part]
                lines = await pool.fetchval(LINES, sources.edition_id, asked, *part, timeout=SECONDS)
                news.add(np.frombuffer(lines, "<u4")[new])
                if not new.all():
                    known[part] = np.packbits(~new).tobytes()
        await anyio.to_thread.run_sync(counting.add, merged["scan"], merged["ticket"])
        await progress(buckets[-1] + 1)
    counts = await anyio.to_thread.run_sync(counting.finish)
    if asked is not None and number_of_minutes(counts.seconds) > MOST_MINUTES:
        raise TooManyMinutes(limit=MOST_MINUTES)
    return Reckoning(counts=counts, known=known, new_lines=news.number())


class BucketFacts(Struct, frozen=True, kw_only=True):
    """The facts of a bucket: scans and tickets of files, and all scans with those of the gates."""

    filed: Facts
    scans: Facts
    tickets: Facts


async def facts_of(
    connection: Pool | asyncpg.Connection, sources: Sources, buckets: Iterable[int] = range(BUCKETS)
) -> AsyncIterator[BucketFacts]:
    """The facts of an edition, bucket by bucket."""
    blocks = await _blocks(connection, sources)
    for bucket in buckets:
        of: dict[FactKind, list[Facts]] = {}
        for kind in KINDS:
            part: Part = (kind, bucket)
            _, of[kind] = await _arrays(connection, sources, {part: blocks.get(part, {})}, None, {})
        filed = (await anyio.to_thread.run_sync(merging.merge_scans, of["scan"])).facts
        yield BucketFacts(
            filed=filed,
            scans=(await _merged(sources, "scan", range(bucket, bucket + 1), [filed], None)).facts,
            tickets=(await anyio.to_thread.run_sync(merging.merge_tickets, of["ticket"])).facts,
        )


async def standing_facts(pool: Pool | asyncpg.Connection, sources: Sources) -> AsyncIterator[tuple[Facts, Facts]]:
    """The scans and the tickets that stand, bucket by bucket: all of a ticket are in one."""
    async for facts in facts_of(pool, sources):
        yield facts.scans, facts.tickets


async def facts_of_kind(pool: Pool | asyncpg.Connection, sources: Sources, kind: FactKind) -> AsyncIterator[Facts]:
    """The facts of an edition of one kind, ticket by ticket, some buckets at a time."""
    blocks = await _blocks(pool, sources)
    for buckets in _together(sources, blocks, (kind,)):
        parts: list[Part] = [(kind, bucket) for bucket in buckets if (kind, bucket) in blocks]
        _, arrays = await _arrays(pool, sources, {part: blocks[part] for part in parts}, None, {})
        yield (await _merged(sources, kind, buckets, arrays, None)).facts


class _Root(Struct, frozen=True):
    """The import whose block holds a content, and its rows."""

    import_id: int
    rows: int


Blocks = dict[Part, dict[int, _Root]]
"""For each kind and bucket the imports that have facts of it, in order."""


async def _blocks(pool: Pool | asyncpg.Connection, sources: Sources) -> Blocks:
    blocks: Blocks = defaultdict(dict)
    for row in await pool.fetch(ROOTS, sources.edition_id, list(sources.imports)):
        blocks[row["kind"], row["bucket"]][row["import_id"]] = _Root(row["root"], row["rows"])
    return blocks


def _together(sources: Sources, blocks: Blocks, kinds: Sequence[FactKind]) -> Iterator[range]:
    """Neighbouring buckets that are taken at once, so many that they have no more than ROWS_AT_ONCE facts."""
    live = np.bincount((sources.scans["high"] >> np.uint64(60)).astype(np.int64), minlength=BUCKETS)
    first, rows = 0, 0
    for bucket in range(BUCKETS):
        size = int(live[bucket]) + sum(
            block.rows for kind in kinds for block in blocks.get((kind, bucket), {}).values()
        )
        if bucket > first and rows + size > ROWS_AT_ONCE:
            yield range(first, bucket)
            first, rows = bucket, 0
        rows += size
    yield range(first, BUCKETS)


async def _merged(
    sources: Sources, kind: FactKind, buckets: range, arrays: list[Facts], rank: int | None
) -> merging.Merged:
    """What these sources say together, and the gates with them."""
    if kind == "ticket":
        return await anyio.to_thread.run_sync(merging.merge_tickets, arrays, rank)
    bucket = sources.scans["high"] >> np.uint64(60)
    first, end = np.searchsorted(bucket, [buckets.start, buckets.stop])
    return await anyio.to_thread.run_sync(merging.merge_scans, [*arrays, sources.scans[first:end]], rank)


def _is_repeated(part: Part, roots: Mapping[int, _Root], asked: int) -> bool:
    """Whether an import says with a block what others say: of scans any other, of tickets the last of them."""
    others = [root.import_id for number, root in roots.items() if number != asked]
    return roots[asked].import_id in (others if part[0] == "scan" else others[-1:])


async def _arrays(
    pool: Pool | asyncpg.Connection,
    sources: Sources,
    blocks: Mapping[Part, Mapping[int, _Root]],
    asked: int | None,
    own: Mapping[Part, Facts],
) -> tuple[int | None, list[Facts]]:
    """The facts of each import in some buckets, of equal ones those of the last; the rank of the one asked about."""
    wanted: dict[int, list[Part]] = defaultdict(list)
    for part, roots in blocks.items():
        last = {root.import_id: number for number, root in roots.items() if number != asked}
        for number, root in roots.items():
            if number == asked or last[root.import_id] == number:
                wanted[number].append(part)
    arrays, numbers = [], sorted(wanted)
    for number in numbers:
        at_hand = own if number == asked else {}
        missing = [part for part in wanted[number] if part not in at_hand]
        read = await _contents(pool, sources.edition_id, [(blocks[part][number].import_id, *part) for part in missing])
        pieces = [at_hand[part] if part in at_hand else read[part] for part in wanted[number]]
        arrays.append(joined(pieces, DTYPES[wanted[number][0][0]]))
    return (numbers.index(asked) if asked is not None and asked in wanted else None), arrays


@contextlib.asynccontextmanager
async def _patient(pool: Pool | asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """A connection whose statements may take longer than those of a request."""
    if isinstance(pool, asyncpg.Pool):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(PATIENCE)
            yield connection  # type: ignore[misc]  # a pool hands out a proxy of the connection
    else:
        yield pool


async def _contents(
    pool: Pool | asyncpg.Connection, edition_id: int, wanted: Sequence[tuple[int, FactKind, int]]
) -> dict[Part, Facts]:
    """The contents of blocks, by import, kind and bucket."""
    if not wanted:
        return {}
    columns = map(list, zip(*wanted, strict=True))
    async with _patient(pool) as connection:
        rows = await connection.fetch(CONTENT, edition_id, *columns, timeout=SECONDS)
    return {(row["kind"], row["bucket"]): np.frombuffer(row["content"], DTYPES[row["kind"]]) for row in rows}


class _NewLines:
    """Lines that say something new, however many facts they are."""

    def __init__(self) -> None:
        self._seen = np.zeros(0, bool)

    def add(self, lines: NDArray[np.uint32]) -> None:
        last = int(lines.max(initial=0))
        if last >= len(self._seen):
            grown = np.zeros(max(last + 1, 2 * len(self._seen)), bool)
            grown[: len(self._seen)] = self._seen
            self._seen = grown
        self._seen[lines] = True

    def number(self) -> int:
        return int(np.count_nonzero(self._seen))


class Block(Struct, frozen=True, kw_only=True):
    """Facts in order, with the lines they come from."""

    part: Part
    facts: Facts
    lines: NDArray[np.uint32]


def sorted_block(draft: Draft, part: Part, numbers: Mapping[LabelKind, Sequence[int]]) -> Block:
    """A part of a draft in the order of blocks, with the labels of the edition. Raises TimeOutOfRange."""
    facts, lines = draft.read(part)
    for kind in LABEL_KINDS:
        new = numbers.get(kind, ())
        if kind in (facts.dtype.names or ()) and list(new) != list(range(1, len(new) + 1)):
            facts[kind] = np.array([0, *new], "<u2")[facts[kind]]
    if part[0] == "scan":
        at = facts["at"]
        if ((at != UNTIMED) & ((at < 0) | (at >= LAST_DAY * DAY_MICROSECONDS))).any():
            raise TimeOutOfRange
        arranged = merging.arrange_scans(facts)
    else:
        arranged = merging.arrange_tickets(facts)
    return Block(part=part, facts=arranged.facts, lines=lines[arranged.order])


class BlockWriter:
    """Writes the blocks of one import by COPY, several in a transaction; equal content is kept once."""

    def __init__(self, edition_id: int, import_id: int, equal: Mapping[tuple[str, int, bytes], int]) -> None:
        self.edition_id, self.import_id = edition_id, import_id
        self._equal = equal
        self.waiting: list[tuple[Any, ...]] = []
        self.bytes = 0

    def add(self, block: Block) -> None:
        """Prepare a block."""
        content = block.facts.tobytes()
        digest = hashlib.sha256(content).digest()
        same = self._equal.get((*block.part, digest))
        lines = block.lines.astype("<u4").tobytes()
        self.waiting.append(
            (
                self.edition_id,
                self.import_id,
                *block.part,
                len(block.facts),
                digest,
                None if same is not None else content,
                same,
                lines,
            )
        )
        self.bytes += len(lines) + (0 if same is not None else len(content))

    async def write(self, connection: asyncpg.Connection) -> None:
        """Write what was prepared."""
        waiting, self.waiting, self.bytes = self.waiting, [], 0
        await connection.execute(PATIENCE)
        await connection.copy_records_to_table("import_block", records=waiting, columns=BLOCK, timeout=SECONDS)


async def equal_blocks(connection: Pool | asyncpg.Connection, edition_id: int) -> dict[tuple[str, int, bytes], int]:
    """The import that holds each content, by kind, bucket and hash."""
    return {
        (row["kind"], row["bucket"], row["sha256"]): row["import_id"]
        for row in await connection.fetch(EQUAL, edition_id)
    }
