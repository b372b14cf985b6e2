"""Events by the slugs they ever had, the annexes with their versions, and the files that are public through them."""

import datetime as dt
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from events_api.domain.actors import Grant
from events_api.domain.programme import Event
from events_api.read.connections import Pool
from events_api.read.programme import EVENT as EVENT_VISIBILITY
from events_api.read.records import visible
from events_api.read.shapes import EVENT, record_of

ANNEXES: Final = """
    select a.public_id as id, a.year, a.state, coalesce((
        select json_agg(json_build_object('number', v.number, 'frozen_at', v.frozen_at,
                                          'content_hash', encode(v.content_hash, 'hex')) order by v.number)
          from annex_version v where v.annex_id = a.id), '[]'::json) as versions
      from annex a
     where {seen} and ($1::integer is null or a.year = $1) order by a.year desc
"""
VERSION: Final = """
    select v.public_id as id, a.year, v.number, v.frozen_at, encode(v.content_hash, 'hex') as content_hash, v.content,
           v.audit_position, encode(v.audit_hash, 'hex') as audit_hash,
           (select f.public_id from stored_file f where f.sha256 = v.pdf_sha256) as pdf_id,
           (select f.public_id from stored_file f where f.sha256 = v.html_sha256) as html_id,
           (select f.public_id from stored_file f where f.sha256 = v.csv_sha256) as csv_id
      from annex a join annex_version v on v.annex_id = a.id
     where a.year = $1 and v.number = $2
"""
# A file is seen through what refers to it; what refers to none of them is seen by nobody.
FILE: Final = """
    select f.sha256, f.bytes as size, f.media_type,
           'annexe-' || r.year || '-v' || r.number || '.' || r.format as name
      from stored_file f
      cross join lateral (
        select a.year, v.number, case f.sha256 when v.pdf_sha256 then 'pdf' when v.html_sha256 then 'html'
               else 'csv' end as format
          from annex_version v join annex a on a.id = v.annex_id
         where f.sha256 in (v.pdf_sha256, v.html_sha256, v.csv_sha256) order by v.frozen_at limit 1) r
     where f.public_id = $1
"""


class AnnexVersionSummary(Struct, frozen=True, kw_only=True):
    """A frozen version of an annex in the list."""

    number: int
    frozen_at: dt.datetime
    content_hash: str


class Annex(Struct, frozen=True, kw_only=True):
    """The annex of a year; a draft has no version yet."""

    id: UUID
    year: int
    state: Literal["draft", "frozen"]
    versions: list[AnnexVersionSummary]


class AnnexVersion(Struct, frozen=True, kw_only=True):
    """A frozen version: its content, the head of the audit trail when it was frozen, and its files."""

    id: UUID
    year: int
    number: int
    frozen_at: dt.datetime
    content_hash: str
    content: dict[str, Any]
    audit_position: int
    audit_hash: str
    pdf_id: UUID
    html_id: UUID
    csv_id: UUID


class PublicFile(Struct, frozen=True, kw_only=True):
    """A file that may be downloaded: where its bytes are and what to call it."""

    sha256: bytes
    size: int
    media_type: str
    name: str


async def event_by_slug(pool: Pool, viewer: Grant, slug: str) -> Event | None:
    """The event that has or had this slug, or into which the one that had it was merged."""
    values: list[Any] = [slug]
    seen = visible(EVENT_VISIBILITY, viewer, values)
    row = await pool.fetchrow(
        f"select {EVENT.columns} from event t join event_slug s on s.event_id = t.id where s.slug = $1 and {seen}",
        *values,
    )
    return None if row is None else record_of(EVENT, row.items())


async def annexes(pool: Pool, viewer: Grant, year: int | None = None) -> list[Annex]:
    """The annexes, the latest first; drafts for staff only."""
    seen = "true" if viewer.scope == "all" else "exists (select from annex_version v where v.annex_id = a.id)"
    rows = await pool.fetch(ANNEXES.format(seen=seen), year)
    return [
        Annex(**{**dict(row), "versions": msgspec.json.decode(row["versions"], type=list[AnnexVersionSummary])})
        for row in rows
    ]


async def annex_version(pool: Pool, year: int, number: int) -> AnnexVersion | None:
    """One frozen version of the annex of a year."""
    row = await pool.fetchrow(VERSION, year, number)
    return None if row is None else AnnexVersion(**{**dict(row), "content": msgspec.json.decode(row["content"])})


async def public_file(pool: Pool, file_id: UUID) -> PublicFile | None:
    """The file, where something public refers to it."""
    row = await pool.fetchrow(FILE, file_id)
    return None if row is None else PublicFile(**dict(row))
