"""How keys of ticket pseudonyms end: the day they expire, their destruction, and what is noted of it for a restore.

Destroyed keys are noted in a file beside the database, one JSON object a line: an archive from before still holds them,
and whoever restores it must know that they are gone.
"""

import datetime as dt
import fcntl
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.errors import NotFound
from events_api.domain.tickets.keys import TicketKeyAbsent, TicketKeyDestroyed, require_future
from events_api.read.connections import Pool
from events_api.read.ticket_keys import EXPIRES
from events_api.settings import Settings
from events_api.store.files import DirectoryFiles
from events_api.store.ticket_facts import PATIENCE
from events_api.store.tickets import draft_is_wanted, hold

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

EDITION: Final = "select id from edition where public_id = $1"
KEY: Final = "select expires_on, destroyed_at from ticket_key where edition_id = $1 for update"
DESTROY: Final = """
    insert into ticket_key (edition_id, destroyed_at, destroyed_by) values ($1, $2, $3)
    on conflict (edition_id) do update
       set sealed_key = null, destroyed_at = excluded.destroyed_at, destroyed_by = excluded.destroyed_by
"""
EXPIRED: Final = f"""
    select e.public_id from ticket_key k join edition e on e.id = k.edition_id
     where k.destroyed_at is null and {EXPIRES} <= current_date
     order by e.id
"""
DESTROYED: Final = """
    select e.public_id as edition_id, k.destroyed_at, k.destroyed_by
      from ticket_key k join edition e on e.id = k.edition_id
     where k.destroyed_at is not null order by k.destroyed_at, e.id
"""
ALIVE: Final = "select count(*) from ticket_key where destroyed_at is null"
LEFT_DRAFTS: Final = """
    select i.edition_id, i.id, i.draft_sha256
      from ticket_import i join ticket_key k on k.edition_id = i.edition_id
     where k.destroyed_at is not null and i.state in ('previewed', 'failed') and i.draft_sha256 is not null
"""
FORGET_DRAFT: Final = """
    update ticket_import set draft_sha256 = null
     where edition_id = $1 and id = $2 and state in ('previewed', 'failed')
"""
LONGEST: Final = 900
"""Seconds that the tickets of the gates of a large edition may take to be wiped."""


class Destroyed(Struct, frozen=True, kw_only=True):
    """A key that is no more; `destroyed_by` is null where it had expired."""

    edition_id: UUID
    destroyed_at: dt.datetime
    destroyed_by: UUID | None = None


async def set_expiry(work: "SqlWork", edition: UUID, on: dt.date | None) -> None:
    """Say on which day a key expires; None gives it the default back. Raises TicketKeyAbsent, TicketKeyDestroyed."""
    require_future(on, work.now.date())
    number = await _number(work.connection, edition)
    key = await work.connection.fetchrow(KEY, number)
    if key is None:
        raise TicketKeyAbsent
    if key["destroyed_at"] is not None:
        raise TicketKeyDestroyed
    await work.connection.execute("update ticket_key set expires_on = $2 where edition_id = $1", number, on)
    await work.audit("ticket_key", edition, {"expires_on": key["expires_on"]}, {"expires_on": on})


async def destroy(work: "SqlWork", edition: UUID) -> Destroyed:
    """Destroy the key of an edition for ever. Raises TicketKeyAbsent, TicketKeyDestroyed."""
    number = await _number(work.connection, edition)
    await work.connection.execute(PATIENCE)
    await hold(work.connection, number)  # before the key, as gates do
    key = await work.connection.fetchrow(KEY, number)
    if key is None:
        raise TicketKeyAbsent
    if key["destroyed_at"] is not None:
        raise TicketKeyDestroyed
    gone = Destroyed(edition_id=edition, destroyed_at=work.now, destroyed_by=work.actor.id)
    await _end(work, number, gone)
    return gone


async def destroy_again(work: "SqlWork", noted: Iterable[Destroyed]) -> list[UUID]:
    """Destroy what a restored archive brought back, and let no new key be made in its place; returns the editions."""
    again = []
    for gone in noted:
        number = await work.connection.fetchval(EDITION, gone.edition_id)
        if number is None:
            continue
        await hold(work.connection, number)
        key = await work.connection.fetchrow(KEY, number)
        if key is None or key["destroyed_at"] is None:
            await _end(work, number, gone)
            again.append(gone.edition_id)
    return again


async def _end(work: "SqlWork", number: int, gone: Destroyed) -> None:
    """The end of a key: the gates forget the tickets, which serve to find them again only. Facts and counts stay."""
    await work.connection.execute(f"set local statement_timeout = '{LONGEST}s'")
    await work.connection.execute(DESTROY, number, gone.destroyed_at, gone.destroyed_by)
    await work.connection.execute("delete from gate_ticket where edition_id = $1", number, timeout=LONGEST)
    await work.connection.execute("update attendance_state set live = false where edition_id = $1", number)
    await work.audit("ticket_key", gone.edition_id, {"destroyed": False}, {"destroyed": True})


async def expired(pool: Pool) -> list[UUID]:
    """The editions whose keys have outlived their purpose."""
    return [row["public_id"] for row in await pool.fetch(EXPIRED)]


async def destroyed(pool: Pool) -> list[Destroyed]:
    """Every key that was destroyed."""
    return [Destroyed(**dict(row)) for row in await pool.fetch(DESTROYED)]


async def alive(connection: Pool | asyncpg.Connection) -> int:
    """How many editions have a key."""
    number: int = await connection.fetchval(ALIVE)
    return number


async def forget_drafts(pool: Pool, files: DirectoryFiles) -> int:
    """Remove what was read of files that can no longer count, as the key of their edition was destroyed."""
    rows = await pool.fetch(LEFT_DRAFTS)
    for row in rows:
        await pool.execute(FORGET_DRAFT, row["edition_id"], row["id"])
        if not await draft_is_wanted(pool, row["draft_sha256"]):
            await files.remove(row["draft_sha256"])
    return len(rows)


def destroyed_file(settings: Settings) -> Path:
    """Where destroyed keys are noted, outside the database."""
    return settings.home / "destroyed-ticket-keys.ndjson"


def note(path: Path, keys: Sequence[Destroyed]) -> None:
    """Append the keys that the file does not have yet, and wait until the disk has them."""
    if not keys:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        known = {key.edition_id for key in _read(text)}
        new = [msgspec.json.encode(key) + b"\n" for key in keys if key.edition_id not in known]
        if not new:
            return
        # a line that a power cut left half-written is closed, so that ours stand alone
        file.write((b"\n" if text and not text.endswith(b"\n") else b"") + b"".join(new))
        file.flush()
        os.fsync(file.fileno())


def noted(path: Path) -> list[Destroyed]:
    """The keys that a file notes as destroyed; none where there is no file."""
    return _read(path.read_bytes()) if path.exists() else []


def _read(text: bytes) -> list[Destroyed]:
    found = []
    for line in text.splitlines():
        try:
            found.append(msgspec.json.decode(line, type=Destroyed))
        except msgspec.MsgspecError:
            continue  # cut by a power failure; the hourly job notes that key again
    return found


async def _number(connection: asyncpg.Connection, edition: UUID) -> int:
    number: int | None = await connection.fetchval(EDITION, edition)
    if number is None:
        raise NotFound(kind="edition")
    return number
