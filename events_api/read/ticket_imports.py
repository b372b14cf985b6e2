"""Imports of ticket files as they are answered: what was understood, what became of the lines."""

import datetime as dt
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.tickets.files import Preview
from events_api.read.connections import Pool
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


def ticket_import(row: dict[str, Any], language: Language) -> TicketImport:
    """The import of a row of COLUMNS."""
    return TicketImport(**{**row, "preview": said(msgspec.json.decode(row["preview"], type=Preview), language)})


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
