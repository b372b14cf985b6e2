"""The writing side of ticket files: what an edition gives to read one, and the import that a file becomes."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from events_api.domain.errors import AlreadyRetired
from events_api.domain.programme import Edition
from events_api.domain.records import referenced, require_owner
from events_api.domain.tickets.files import Converted, ProfileUse
from events_api.domain.tickets.profiles import ImportProfile
from events_api.store.ticket_keys import edition_key, require_key

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

ADD = """
    insert into ticket_import (edition_id, public_id, sha256, bytes, file_name, format, preview, draft_sha256,
                               refusals_sha256, simulated, lines_read, lines_refused, requested_by)
    select e.id, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10 or e.simulated, $11, $12, $13
      from edition e where e.public_id = $1
"""


class Surroundings(Struct, frozen=True, kw_only=True):
    """What the reading of a file needs to know of its edition."""

    key: bytes
    zone: ZoneInfo
    first_day: dt.date | None
    last_day: dt.date | None
    profile: ImportProfile | None


async def surroundings(work: "SqlWork", edition_id: UUID, profile_id: UUID | None = None) -> Surroundings:
    """What is known of an edition whose files this actor may bring; raises NotFound, NotYours, AlreadyRetired."""
    profile = None
    if profile_id is not None:
        profile = await referenced(work, ImportProfile, profile_id, "profile_id")
        await require_owner(work, profile)
        if profile.retired_at is not None:
            raise AlreadyRetired(field="profile_id")
    edition = await work.of(Edition).lock(edition_id)
    await require_owner(work, edition)
    if edition.retired_at is not None:
        raise AlreadyRetired
    internal: int = await work.connection.fetchval("select id from edition where public_id = $1", edition_id)
    return Surroundings(
        key=await edition_key(work.connection, work.master_key, internal, edition_id),
        zone=ZoneInfo(edition.time_zone),
        first_day=edition.starts_on,
        last_day=edition.ends_on,
        profile=profile,
    )


async def add_import(
    work: "SqlWork", edition_id: UUID, converted: Converted, *, file_name: str | None, simulated: bool
) -> UUID:
    """Enter the import of a file that was read; it counts once it is started. Raises TicketKeyDestroyed."""
    await require_key(
        work.connection, await work.connection.fetchval("select id from edition where public_id = $1", edition_id)
    )
    import_id = work.new_id()
    await work.connection.execute(
        ADD,
        edition_id,
        import_id,
        converted.sha256,
        converted.size,
        file_name,
        converted.preview.format,
        msgspec.json.encode(converted.preview).decode(),
        converted.draft_sha256,
        converted.refusals_sha256,
        simulated,
        converted.lines_read,
        converted.lines_refused,
        work.actor.id,
    )
    brought = {
        "edition_id": str(edition_id),
        "file_sha256": converted.sha256.hex(),
        "format": converted.preview.format,
        "lines_read": converted.lines_read,
        "lines_refused": converted.lines_refused,
    }
    await work.audit("ticket_import", import_id, None, brought)
    return import_id


def read_with(converted: Converted, profile: ImportProfile | None) -> Converted:
    """A file that was read with a profile says so."""
    if profile is None:
        return converted
    used = ProfileUse(id=profile.id, name=profile.name, version=profile.version)
    return replace(converted, preview=replace(converted.preview, profile=used))
