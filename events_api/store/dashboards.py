"""What workers build: dashboards, kept while their input is the same, and the frozen versions of the annex."""

import datetime as dt
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import asyncpg
from msgspec import Struct

from events_api.domain.errors import NotFound
from events_api.domain.files import Stored
from events_api.store.files import register

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

KEEP = """
    insert into dashboard (kind, subject, watermark, input_hash, content) values ($1, $2, $3, $4, $5::jsonb)
    on conflict (kind, subject) do update
       set watermark = excluded.watermark, input_hash = excluded.input_hash, content = excluded.content,
           computed_at = excluded.computed_at
     where dashboard.watermark <= excluded.watermark and dashboard.input_hash <> excluded.input_hash
    returning true
"""
LATEST = """
    select v.number, v.content from annex_version v join annex a on a.id = v.annex_id
     where a.year = $1 order by v.number desc limit 1
"""
ADD_VERSION = """
    insert into annex_version (annex_id, number, public_id, frozen_at, frozen_by, content, content_hash, audit_position,
        audit_hash, pdf_sha256, html_sha256, csv_sha256)
    values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12)
"""
FROZEN = """
    update annex set state = 'frozen', version = version + 1, updated_at = $2, mark = current_mark() where id = $1
"""
DashboardKind = Literal["edition", "year"]


class VersionTaken(Exception):
    """Another run froze this version first."""


class Frozen(Struct, frozen=True, kw_only=True):
    """A version of the annex to be kept: what it says, the head of the audit trail it was made under, its files."""

    year: int
    number: int
    frozen_at: dt.datetime
    frozen_by: UUID | None
    content: str
    content_hash: bytes
    audit_position: int
    audit_hash: bytes
    pdf: Stored
    html: Stored
    csv: Stored


async def input_hash_of(connection: asyncpg.Connection, kind: DashboardKind, subject: str) -> bytes | None:
    """The hash of what a dashboard was built from."""
    found: bytes | None = await connection.fetchval(
        "select input_hash from dashboard where kind = $1 and subject = $2", kind, subject
    )
    return found


async def keep_dashboard(
    work: "SqlWork", *, kind: DashboardKind, subject: str, watermark: int, input_hash: bytes, content: bytes
) -> bool:
    """Keep a dashboard unless a later one is there; returns whether it was written."""
    return bool(await work.connection.fetchval(KEEP, kind, subject, watermark, input_hash, content.decode()))


async def latest_version(connection: asyncpg.Connection, year: int) -> tuple[int, str | None]:
    """The number and the content of the last frozen version of an annex; 0 and None before the first."""
    row = await connection.fetchrow(LATEST, year)
    return (0, None) if row is None else (row["number"], row["content"])


async def asked_at(connection: asyncpg.Connection, job_id: UUID) -> dt.datetime:
    """When a job was asked for: the same in each of its runs."""
    moment: dt.datetime = await connection.fetchval("select created_at from job where public_id = $1", job_id)
    return moment


async def keep_version(work: "SqlWork", frozen: Frozen) -> UUID:
    """Keep a frozen version with its files; raises VersionTaken when its number is no longer the next."""
    annex = await work.connection.fetchrow("select id from annex where year = $1 for update", frozen.year)
    if annex is None:
        raise NotFound(kind="annex")
    last, _ = await latest_version(work.connection, frozen.year)
    if last != frozen.number - 1:
        raise VersionTaken
    public_id = work.new_id()
    for stored, media_type in ((frozen.pdf, "application/pdf"), (frozen.html, "text/html"), (frozen.csv, "text/csv")):
        await register(work, stored, media_type)
    await work.connection.execute(
        ADD_VERSION, annex["id"], frozen.number, public_id, frozen.frozen_at, frozen.frozen_by, frozen.content,
        frozen.content_hash, frozen.audit_position, frozen.audit_hash,
        frozen.pdf.sha256, frozen.html.sha256, frozen.csv.sha256,
    )  # fmt: skip
    await work.connection.execute(FROZEN, annex["id"], work.now)
    after = {
        "year": frozen.year,
        "number": frozen.number,
        "content_hash": frozen.content_hash.hex(),
        "audit_position": frozen.audit_position,
        "pdf_sha256": frozen.pdf.sha256.hex(),
        "html_sha256": frozen.html.sha256.hex(),
        "csv_sha256": frozen.csv.sha256.hex(),
    }
    await work.audit("annex_version", public_id, None, after)
    return public_id
