"""Imports of ticket files as they are answered: what was understood, what became of the lines."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.files import FileStore
from events_api.domain.tickets.files import Preview, RefusedLine
from events_api.domain.tickets.profiles import COLUMNS as MAPPED
from events_api.read.connections import Pool
from events_api.read.programme import OWN_EDITION
from events_api.read.records import visible
from events_api.read.subsidies import OF_OWN_EDITION
from events_api.text.catalogue import sentence
from events_api.text.formats import Language

State = Literal["previewed", "queued", "done", "failed", "undone"]
COLUMNS: Final = """
    i.public_id as id, e.public_id as edition_id, encode(i.sha256, 'hex') as sha256, i.bytes, i.file_name, i.format,
    i.state, i.failure, i.simulated, i.lines_read, i.lines_accepted, i.lines_known, i.lines_refused, i.preview,
    i.requested_by, i.job_id, i.created_at, i.imported_at, i.undone_at, i.version,
    (select p.public_id from ticket_import p where p.edition_id = i.edition_id and p.sha256 = i.sha256 and p.id < i.id
      order by p.id desc limit 1) as same_file_as
"""
ONE: Final = f"select {COLUMNS} from ticket_import i join edition e on e.id = i.edition_id where i.public_id = $1"

SEEN: Final = f"""
    select {COLUMNS} from ticket_import i join edition e on e.id = i.edition_id
     where i.public_id = $1
       and exists (select from ticket_import t where t.edition_id = i.edition_id and t.id = i.id and {{seen}})
"""
PAGE: Final = f"""
    select i.id as key, {COLUMNS} from ticket_import i join edition e on e.id = i.edition_id
     where i.edition_id = $1 and i.id < coalesce($2, 9223372036854775807) order by i.id desc limit $3
"""
_REFUSED: Final = msgspec.json.Decoder(RefusedLine)


class TicketImport(Struct, frozen=True, kw_only=True):
    """One file of one edition. `same_file_as` is the last import of the very same bytes."""

    id: UUID
    edition_id: UUID
    sha256: str
    bytes: int
    file_name: str | None
    format: str
    state: State
    failure: str | None
    simulated: bool
    lines_read: int
    lines_accepted: int
    lines_known: int
    lines_refused: int
    preview: Preview
    same_file_as: UUID | None
    requested_by: UUID | None
    job_id: UUID | None
    created_at: dt.datetime
    imported_at: dt.datetime | None
    undone_at: dt.datetime | None
    version: int


async def one(pool: Pool | asyncpg.Connection, import_id: UUID, language: Language) -> TicketImport | None:
    """An import, its notes and refusals said in a language."""
    row = await pool.fetchrow(ONE, import_id)
    return None if row is None else ticket_import(dict(row), language)


async def seen(pool: Pool, viewer: Grant, import_id: UUID, language: Language) -> TicketImport | None:
    """An import, where the viewer is of the staff or an organiser of its edition."""
    values: list[Any] = [import_id]
    condition = visible(OF_OWN_EDITION, viewer, values)
    row = await pool.fetchrow(SEEN.format(seen=condition), *values)
    return None if row is None else ticket_import(dict(row), language)


async def page(
    pool: Pool, viewer: Grant, edition_id: UUID, language: Language, *, before: int | None, limit: int
) -> tuple[list[TicketImport], int | None] | None:
    """The imports of an edition, the newest first, and the key to continue from; None where the viewer sees none."""
    values: list[Any] = [edition_id]
    condition = visible(OWN_EDITION, viewer, values)
    key = await pool.fetchval(
        f"select t.id from edition t where t.public_id = $1 and t.retired_at is null and {condition}", *values
    )
    if key is None:
        return None
    rows = await pool.fetch(PAGE, key, before, limit + 1)
    items = [
        ticket_import({name: value for name, value in row.items() if name != "key"}, language) for row in rows[:limit]
    ]
    return items, rows[limit - 1]["key"] if len(rows) > limit else None


Refusal = tuple[int, str | None, str, str, str]
"""Line, column, reason in words, code, what is shown of the line."""


async def refusals(pool: Pool, files: FileStore, import_id: UUID, language: Language) -> AsyncIterator[list[Refusal]]:
    """The refused lines of an import, some at a time."""
    sha256 = await pool.fetchval("select refusals_sha256 from ticket_import where public_id = $1", import_id)
    if sha256 is None:
        return
    rest = b""
    async for chunk in files.open(sha256):
        *lines, rest = (rest + chunk).split(b"\n")
        found = [_REFUSED.decode(line) for line in lines if line]
        yield [
            (line.line, line.column, sentence(line.code, line.params, language), line.code, line.text) for line in found
        ]


def ticket_import(row: dict[str, Any], language: Language) -> TicketImport:
    """The import of a row of COLUMNS."""
    preview = said(msgspec.json.decode(row["preview"], type=Preview), language)
    failure = None
    if row["failure"] is not None:
        refusal = msgspec.json.decode(row["failure"], type=dict[str, Any])
        failure = sentence(refusal["code"], refusal["params"], language)
    return TicketImport(**{**row, "preview": preview, "failure": failure})


def said(preview: Preview, language: Language) -> Preview:
    """A preview with the sentences of its notes and refusals."""
    return msgspec.structs.replace(
        preview,
        notes=[
            msgspec.structs.replace(note, sentence=sentence(note.code, {"lines": note.lines}, language))
            for note in preview.notes
        ],
        refused=[
            msgspec.structs.replace(line, sentence=sentence(line.code, line.params, language))
            for line in preview.refused
        ],
    )


ORGANISERS: Final = """
    select o.public_id as id, o.name
      from event_party p join organisation o on o.id = p.organisation_id
     where p.role = 'organiser' and p.event_id = (select event_id from edition where public_id = $1)
       and ($2::uuid[] is null or o.public_id = any($2)) and o.retired_at is null
     order by p.position, o.id
"""
PROFILES: Final = """
    select f.public_id as id, f.name, f.mapping
      from import_profile f join organisation o on o.id = f.organisation_id
     where o.public_id = any($1) and f.retired_at is null order by f.name, f.id
"""


class Named(Struct, frozen=True, kw_only=True):
    """An organisation in whose name a profile is kept."""

    id: UUID
    name: str


class ProfileChoice(Struct, frozen=True, kw_only=True):
    """A profile that a file may be read with, and the columns that it needs."""

    id: UUID
    name: str
    columns: list[str]


async def organisers(pool: Pool, viewer: Grant, edition_id: UUID) -> list[Named]:
    """The organisers of an edition, of whom somebody who acts for some sees only those."""
    own = None if viewer.scope == "all" else list(viewer.organisations)
    return [Named(**dict(row)) for row in await pool.fetch(ORGANISERS, edition_id, own)]


async def profiles(pool: Pool, organisations: list[UUID]) -> list[ProfileChoice]:
    """The profiles of these organisations."""
    found = []
    for row in await pool.fetch(PROFILES, organisations):
        mapping = msgspec.json.decode(row["mapping"])
        columns = [mapping[role] for role in MAPPED if mapping.get(role)]
        found.append(ProfileChoice(id=row["id"], name=row["name"], columns=columns))
    return found
