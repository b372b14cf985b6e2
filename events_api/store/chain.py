"""The hash chain over the audit trail: sealing, the head, and the verification that finds what was changed.

An entry's hash covers every column: for each, in the order of COLUMNS, a NULL is the byte `-`, any other value is `+`,
the length of its UTF-8 text in eight bytes (big-endian) and that text; the whole begins with FORMAT. A time is the
number of its microseconds since 1970, jsonb the text PostgreSQL prints. A link's hash is
SHA-256(previous hash, position in eight bytes, entry hash); before the first link stand 32 zero bytes.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import asyncpg
from msgspec import Struct

from events_api.read.connections import Pool

FORMAT = b"audit-entry/1\n"
COLUMNS = (
    "id", "at", "mark", "actor_kind", "actor_id", "role", "request_id", "operation", "subject_kind", "subject_id",
    "before", "after",
)  # fmt: skip
GENESIS = bytes(32)
LOCK = 0x7365616C  # "seal": one sealer at a time
BATCH = 2_000
LATE = dt.timedelta(seconds=60)
SHOWN = 100

_SELECTED = "e.id, (extract(epoch from e.at) * 1000000)::bigint as at, " + ", ".join(
    f"e.{name}{'::text' if name in {'actor_id', 'subject_id', 'before', 'after'} else ''}" for name in COLUMNS[2:]
)
LAST = """
    select l.position, l.hash, l.sealed_at, e.mark, e.id
      from audit_link l left join audit_entry e on e.id = l.entry_id order by l.position desc limit 1
"""
FRONTIER = """
    select e.mark, e.id from audit_link l join audit_entry e on e.id = l.entry_id order by l.position desc limit 1
"""
WAITING = f"""
    select {_SELECTED} from audit_entry e
     where (e.mark, e.id) > ($1, $2) and e.mark < settled_mark()
     order by e.mark, e.id limit $3
"""
LINK = """
    insert into audit_link (position, entry_id, entry_hash, hash)
    select * from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[])
"""
PAGE = f"""
    select l.position, l.entry_id, l.entry_hash, l.hash, {_SELECTED}
      from audit_link l left join audit_entry e on e.id = l.entry_id
     where l.position > $1 order by l.position limit $2
"""
UNSEALED = """
    select e.id, e.at, e.mark, e.mark < settled_mark() as settled, count(*) over () as entries
      from audit_entry e where not exists (select from audit_link l where l.entry_id = e.id)
     order by e.mark, e.id limit 1000
"""

Fault = Literal[
    "entry-altered", "entry-removed", "link-removed", "link-altered", "order-broken", "head-differs", "tail-removed",
    "entry-inserted", "entry-unsealed",
]  # fmt: skip


class Head(Struct, frozen=True, kw_only=True):
    """The end of the chain at a moment: who knows it can tell whether anything before it was changed later."""

    position: int
    hash: str
    at: dt.datetime


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that is not as it was sealed."""

    fault: Fault
    position: int | None = None
    entry_id: int | None = None
    detail: str = ""


class Verification(Struct, frozen=True, kw_only=True):
    """What a walk along the whole chain found; `findings` holds the first hundred of `faults`.

    `tail` links came after the last copied head: if they were cut off together with their entries, nobody could tell.
    """

    intact: bool
    links: int
    waiting: int
    head: Head | None
    copied_heads: int
    last_copied: Head | None
    tail: int
    faults: int
    findings: list[Finding]


async def seal(pool: Pool) -> Head | None:
    """Link the settled entries that have no link yet, at most a batch; returns the new head, None if nothing to do."""
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", LOCK):
            return None
        last = await connection.fetchrow(LAST)
        position, previous = (0, GENESIS) if last is None else (last["position"], last["hash"])
        frontier = (0, 0) if last is None else (last["mark"], last["id"])
        if None in frontier:  # the last entry was removed: continue from the last one that is still there
            row = await connection.fetchrow(FRONTIER)
            frontier = (0, 0) if row is None else (row["mark"], row["id"])
        entries = await connection.fetch(WAITING, *frontier, BATCH)
        if not entries:
            return None
        links = []
        for position, entry in enumerate(entries, start=position + 1):  # noqa: B020  continues the chain
            digest = entry_hash(entry)
            previous = link_hash(previous, position, digest)
            links.append((position, entry["id"], digest, previous))
        await connection.execute(LINK, *map(list, zip(*links, strict=True)))
        at = await connection.fetchval("select sealed_at from audit_link where position = $1", position)
    return Head(position=position, hash=previous.hex(), at=at)


async def current_head(connection: asyncpg.Connection | Pool) -> Head | None:
    """The end of the chain, to be written into a backup or a frozen document; None while nothing is sealed."""
    row = await connection.fetchrow(LAST)
    return None if row is None else Head(position=row["position"], hash=row["hash"].hex(), at=row["sealed_at"])


async def verify(connection: asyncpg.Connection, heads: Iterable[Head]) -> Verification:
    """Walk the chain from its beginning in one snapshot and hold it against the copied heads."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local statement_timeout = 0")
        return await _Walk(connection, heads).run()


def entry_hash(entry: Mapping[str, Any] | asyncpg.Record) -> bytes:
    """The hash of every column of an entry, in the encoding that this module describes."""
    digest = hashlib.sha256(FORMAT)
    for name in COLUMNS:
        value = entry[name]
        if value is None:
            digest.update(b"-")
        else:
            text = str(value).encode()
            digest.update(b"+" + len(text).to_bytes(8, "big") + text)
    return digest.digest()


def link_hash(previous: bytes, position: int, digest: bytes) -> bytes:
    """The hash that ties an entry to its position and to everything before it."""
    return hashlib.sha256(previous + position.to_bytes(8, "big") + digest).digest()


class _Walk:
    def __init__(self, connection: asyncpg.Connection, heads: Iterable[Head]) -> None:
        self.connection = connection
        self.copied = sorted(set(heads), key=lambda head: head.position)
        self.expected: dict[int, set[str]] = {}
        for head in self.copied:
            self.expected.setdefault(head.position, set()).add(head.hash)
        self.findings: list[Finding] = []
        self.faults = 0
        self.position = 0
        self.previous = GENESIS
        self.order = (0, 0)
        self.differing: int | None = None

    async def run(self) -> Verification:
        while rows := await self.connection.fetch(PAGE, self.position, BATCH):
            for row in rows:
                self._link(row)
        for position, hashes in sorted(self.expected.items()):
            if position > self.position:
                self._find("tail-removed", position=position, detail=f"was copied with the hash {min(hashes)}")
        waiting = await self._unsealed()
        head = await current_head(self.connection)
        last_copied = self.copied[-1] if self.copied else None
        return Verification(
            intact=self.faults == 0,
            links=self.position,
            waiting=waiting,
            head=head,
            copied_heads=len(self.copied),
            last_copied=last_copied,
            tail=max(0, self.position - (last_copied.position if last_copied else 0)),
            faults=self.faults,
            findings=self.findings,
        )

    def _link(self, row: asyncpg.Record) -> None:
        position, entry_id = row["position"], row["entry_id"]
        if position != self.position + 1:
            self._find(
                "link-removed", position=self.position + 1, detail=f"positions {self.position + 1} to {position - 1}"
            )
        if row["id"] is None:
            self._find("entry-removed", position=position, entry_id=entry_id)
        else:
            if entry_hash(row) != row["entry_hash"]:
                self._find("entry-altered", position=position, entry_id=entry_id)
            if (row["mark"], row["id"]) <= self.order:
                self._find("order-broken", position=position, entry_id=entry_id)
            self.order = (row["mark"], row["id"])
        if position == self.position + 1 and link_hash(self.previous, position, row["entry_hash"]) != row["hash"]:
            self._find("link-altered", position=position, entry_id=entry_id)
        if self.expected.get(position, {row["hash"].hex()}) != {row["hash"].hex()}:
            self._find(
                "head-differs", position=position, detail="the chain was written anew at or before this position"
            )
        self.position, self.previous = position, row["hash"]

    async def _unsealed(self) -> int:
        """Entries without a link: behind the frontier they were slipped in; long settled, nobody seals them."""
        rows = await self.connection.fetch(UNSEALED)
        now = await self.connection.fetchval("select now()")
        for row in rows:
            if (row["mark"], row["id"]) < self.order:
                self._find("entry-inserted", entry_id=row["id"], detail="stands before entries that are sealed")
            elif row["settled"] and now - row["at"] > LATE:
                self._find(
                    "entry-unsealed", entry_id=row["id"], detail=f"waits since {row['at']:%Y-%m-%d %H:%M:%S} UTC"
                )
        return rows[0]["entries"] if rows else 0

    def _find(
        self, fault: Fault, *, position: int | None = None, entry_id: int | None = None, detail: str = ""
    ) -> None:
        self.faults += 1
        if len(self.findings) < SHOWN:
            self.findings.append(Finding(fault=fault, position=position, entry_id=entry_id, detail=detail))
