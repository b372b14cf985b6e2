"""The facts of ticket files and gates, and the counts kept from them.

Whoever changes the counts of an edition holds the row of its attendance_state until the commit and adds one to its
revision. Facts are immutable once an import is done: they may be read without the lock, and what was computed from
them holds for as long as the revision stands.
"""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import anyio.to_thread
import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.errors import DomainError, NotFound
from events_api.domain.programme import Edition
from events_api.domain.records import require_owner
from events_api.domain.tickets.facts import (
    Facts,
    LabelKind,
)
from events_api.domain.tickets.imports import TicketDraftGone, TicketImportNotDone, TicketImportNotStartable
from events_api.read.connections import Pool, snapshot
from events_api.store.drafts import Draft, DraftUnreadable, Part
from events_api.store.evidence import request_checks
from events_api.store.gate_tickets import begin, refresh
from events_api.store.ticket_counts import replace_counts
from events_api.store.ticket_facts import (
    PATIENCE,
    BlockWriter,
    Progress,
    Reckoning,
    equal_blocks,
    number_labels,
    reckon,
    sorted_block,
    sources_of,
    unseen,
)
from events_api.store.ticket_keys import require_key

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

STATE: Final = "insert into attendance_state (edition_id) values ($1) on conflict (edition_id) do nothing"
CHANGED: Final = """
    update attendance_state set revision = revision + 1, changed_at = now() where edition_id = $1
"""
LOCK: Final = "select revision, live from attendance_state where edition_id = $1 for update"
FILE: Final = """
    select i.edition_id, e.public_id as edition, i.id, i.public_id, i.state, i.draft_sha256, i.lines_read,
           i.lines_refused
      from ticket_import i join edition e on e.id = i.edition_id
     where i.public_id = $1
"""
BROUGHT: Final = """
    update ticket_import
       set state = 'done', draft_sha256 = null, failure = null, lines_accepted = $3, lines_known = $4,
           imported_at = $5, undone_at = null, undone_by = null, version = version + 1, updated_at = $5,
           mark = current_mark()
     where edition_id = $1 and id = $2
"""
QUEUED: Final = """
    update ticket_import
       set state = 'queued', job_id = $3, failure = null, undone_at = null, undone_by = null, version = version + 1,
           updated_at = now(), mark = current_mark()
     where edition_id = $1 and id = $2
"""
GIVEN_UP: Final = """
    select not exists (select from job j where j.public_id = i.job_id and j.state in ('queued', 'running'))
      from ticket_import i where i.edition_id = $1 and i.id = $2
"""
FAILED: Final = """
    update ticket_import
       set state = 'failed', failure = $3, version = version + 1, updated_at = now(), mark = current_mark()
     where edition_id = $1 and id = $2
"""
UNDONE: Final = """
    update ticket_import
       set state = 'undone', undone_at = $3, undone_by = $4, version = version + 1, updated_at = $3,
           mark = current_mark()
     where edition_id = $1 and id = $2
"""
KNOWN: Final = """
    update import_block b set known = k.known
      from import_block o left join unnest($3::text[], $4::smallint[], $5::bytea[]) as k (kind, bucket, known)
        on k.kind = o.kind and k.bucket = o.bucket
     where o.edition_id = $1 and o.import_id = $2 and b.edition_id = $1 and b.import_id = $2 and b.kind = o.kind
       and b.bucket = o.bucket and b.known is distinct from k.known
"""
TRIES: Final = 2
WRITTEN: Final = 24_000_000
"""Bytes of facts that one transaction writes."""
KEPT: Final = 48_000_000
"""Bytes of facts of an import that stay in memory to be counted; those of a larger one are read again."""


class Held(Struct, frozen=True):
    """The lock on an edition's counts: the revision that they have, and whether gates scan it live."""

    revision: int
    live: bool


async def hold(connection: asyncpg.Connection, edition_id: int) -> Held:
    """Lock the counts of an edition until the end of the transaction."""
    await connection.execute(STATE, edition_id)
    row = await connection.fetchrow(LOCK, edition_id)
    if row is None:
        raise AssertionError("the row was inserted above and is never deleted")
    return Held(row["revision"], row["live"])


class TicketFile(Struct, frozen=True, kw_only=True):
    """An import as its job sees it."""

    edition_id: int
    edition: UUID
    id: int
    public_id: UUID
    state: str
    draft_sha256: bytes | None
    lines_read: int
    lines_refused: int


async def ticket_file(connection: Pool | asyncpg.Connection, public_id: UUID) -> TicketFile | None:
    """The import with this identifier."""
    row = await connection.fetchrow(FILE, public_id)
    return None if row is None else TicketFile(**dict(row))


async def counted_editions(connection: Pool | asyncpg.Connection) -> list[tuple[int, UUID]]:
    """The editions that have counts."""
    rows = await connection.fetch(
        "select e.id, e.public_id from attendance_state s join edition e on e.id = s.edition_id order by e.id"
    )
    return [(row["id"], row["public_id"]) for row in rows]


async def edition_of(connection: Pool | asyncpg.Connection, public_id: UUID) -> int | None:
    """The key of an edition."""
    key: int | None = await connection.fetchval("select id from edition where public_id = $1", public_id)
    return key


class Change(Struct, frozen=True, kw_only=True):
    """What is to change in the facts of an edition: an import that comes to count, or one that no longer does.

    Nothing: its counts, and what its gates know, are only made anew.
    """

    edition_id: int
    brought: TicketFile | None = None
    undone: TicketFile | None = None
    undone_by: UUID | None = None


Open = Callable[[], contextlib.AbstractAsyncContextManager["SqlWork"]]


async def settle(
    pool: Pool,
    finish: Open,
    change: Change,
    *,
    directory: Path,
    own: Mapping[Part, Facts] | None = None,
    progress: Progress = unseen,
) -> Reckoning:
    """Count an edition anew with a change of its facts, and commit both in the transaction that `finish` opens.

    Counting goes on while others change the counts; where they did, it begins again, the last time under their lock.
    """
    added = None if change.brought is None else change.brought.id
    removed = None if change.undone is None else change.undone.id
    for _ in range(TRIES):
        async with snapshot(pool) as connection:
            sources = await sources_of(connection, change.edition_id, with_import=added, without=removed)
        reckoning = await reckon(pool, sources, directory=directory, asked=added, own=own, progress=progress)
        try:
            async with finish() as work:
                await work.connection.execute(PATIENCE)
                await _still_at(work.connection, change.edition_id, sources.revision)
                await _conclude(work, change, reckoning)
        except _CountsChanged:
            continue
        return reckoning
    async with finish() as work:
        await work.connection.execute(PATIENCE)
        await hold(work.connection, change.edition_id)
        sources = await sources_of(work.connection, change.edition_id, with_import=added, without=removed)
        reckoning = await reckon(work.connection, sources, directory=directory, asked=added, own=own)
        await _conclude(work, change, reckoning)
    return reckoning


class _CountsChanged(Exception):
    """Somebody else changed the counts while these were computed."""


async def _still_at(connection: asyncpg.Connection, edition_id: int, revision: int) -> None:
    if (await hold(connection, edition_id)).revision != revision:
        raise _CountsChanged


async def _conclude(work: "SqlWork", change: Change, reckoning: Reckoning) -> None:
    connection = work.connection
    if change.brought is not None and change.brought.draft_sha256 is not None:
        await require_key(connection, change.edition_id)
    if reckoning.counts is not None:
        await replace_counts(connection, change.edition_id, reckoning.counts)
    await connection.execute(CHANGED, change.edition_id)
    if (file := change.brought) is not None:
        await connection.execute(
            BROUGHT,
            file.edition_id,
            file.id,
            reckoning.new_lines,
            file.lines_read - file.lines_refused - reckoning.new_lines,
            work.now,
        )
        await connection.execute(
            KNOWN,
            file.edition_id,
            file.id,
            [kind for kind, _ in reckoning.known],
            [bucket for _, bucket in reckoning.known],
            list(reckoning.known.values()),
        )
        after = {"state": "done", "lines_accepted": reckoning.new_lines}
        await work.audit("ticket_import", file.public_id, {"state": file.state}, after)
        await refresh(connection, file.edition_id, file.id)
    if (file := change.undone) is not None:
        await connection.execute(UNDONE, file.edition_id, file.id, work.now, change.undone_by)
        await work.audit("ticket_import", file.public_id, {"state": file.state}, {"state": "undone"})
        await refresh(connection, file.edition_id, file.id)
    if change.brought is None and change.undone is None and (await hold(connection, change.edition_id)).live:
        await begin(connection, change.edition_id)
    edition = await connection.fetchval("select public_id from edition where id = $1", change.edition_id)
    await request_checks(work, edition)


async def keep_blocks(
    pool: Pool, step: Open, file: TicketFile, path: Path, *, progress: Progress = unseen
) -> dict[Part, Facts]:
    """Write the facts of a draft, in the transactions that `step` opens; returns those few enough to stay in memory.

    What a run that was broken off left behind is removed first. Raises TicketDraftGone, TicketKeyDestroyed,
    TimeOutOfRange, TooManyLabels.
    """
    try:
        draft = await anyio.to_thread.run_sync(Draft.open, path)
    except (FileNotFoundError, DraftUnreadable):
        raise TicketDraftGone from None
    async with step() as work:
        numbers = await _number_draft_labels(work, file, draft)
    writer = BlockWriter(file.edition_id, file.id, await equal_blocks(pool, file.edition_id))
    parts = draft.parts()
    own: dict[Part, Facts] = {}
    held = 0
    for done, part in enumerate(parts, 1):
        block = await anyio.to_thread.run_sync(sorted_block, draft, part, numbers)
        await anyio.to_thread.run_sync(writer.add, block)
        held += block.facts.nbytes
        own[part] = block.facts
        if held > KEPT:
            own.clear()
        if writer.bytes > WRITTEN or done == len(parts):
            async with step() as work:
                await writer.write(work.connection)
        await progress(done)
    return own


async def _number_draft_labels(work: "SqlWork", file: TicketFile, draft: Draft) -> dict[LabelKind, list[int]]:
    await work.connection.execute(PATIENCE)
    await hold(work.connection, file.edition_id)
    await require_key(work.connection, file.edition_id)
    await work.connection.execute(
        "delete from import_block where edition_id = $1 and import_id = $2", file.edition_id, file.id
    )
    return {
        kind: await number_labels(work.connection, file.edition_id, kind, labels)
        for kind, labels in draft.head.labels.items()
    }


async def request_start(work: "SqlWork", public_id: UUID) -> UUID:
    """Ask for an import to count: one that was previewed, has failed, was undone or given up by its job.

    Returns the job. Without the key of the edition no facts come to it; those of an undone import were there before.
    """
    file = await _held(work, public_id)
    given_up = file.state == "queued" and await work.connection.fetchval(GIVEN_UP, file.edition_id, file.id)
    if file.state not in {"previewed", "failed", "undone"} and not given_up:
        raise TicketImportNotStartable(state=file.state)
    if file.state != "undone":
        await require_key(work.connection, file.edition_id)
    job_id = await work.enqueue("import_tickets", {"import_id": public_id}, queue="bulk", key=str(public_id))
    await work.connection.execute(QUEUED, file.edition_id, file.id, job_id)
    await work.audit("ticket_import", public_id, {"state": file.state}, {"state": "queued"})
    return job_id


async def request_undo(work: "SqlWork", public_id: UUID) -> UUID:
    """Ask for an import to count no longer. Returns the job."""
    file = await _held(work, public_id)
    if file.state != "done":
        raise TicketImportNotDone(state=file.state)
    job_id = await work.enqueue("undo_tickets", {"import_id": public_id}, queue="bulk", key=str(public_id))
    await work.connection.execute(
        "update ticket_import set job_id = $3 where edition_id = $1 and id = $2", file.edition_id, file.id, job_id
    )
    return job_id


async def fail(work: "SqlWork", file: TicketFile, refusal: DomainError) -> None:
    """Say why an import cannot count."""
    failure = msgspec.json.encode({"code": refusal.code, "params": refusal.params}, enc_hook=str).decode()
    await work.connection.execute(FAILED, file.edition_id, file.id, failure)
    await work.audit("ticket_import", file.public_id, {"state": file.state}, {"state": "failed"})


async def draft_is_wanted(pool: Pool, sha256: bytes) -> bool:
    """Whether an import still needs a draft."""
    wanted: bool = await pool.fetchval("select exists (select from ticket_import where draft_sha256 = $1)", sha256)
    return wanted


async def _held(work: "SqlWork", public_id: UUID) -> TicketFile:
    file = await ticket_file(work.connection, public_id)
    if file is None:
        raise NotFound(kind="ticket_import")
    await require_owner(work, await work.of(Edition).lock(file.edition))
    await work.connection.execute(
        "select from ticket_import where edition_id = $1 and id = $2 for update", file.edition_id, file.id
    )
    file = await ticket_file(work.connection, public_id)
    if file is None:
        raise AssertionError("imports are never deleted")
    return file
