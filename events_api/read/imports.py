"""Imports and what became of every line of them."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from events_api.read.connections import Pool
from events_api.text.formats import Language

ImportKind = Literal["programme", "festivals"]
LineResult = Literal["accepted", "known", "refused"]
RUN = """
    select r.id as key, r.public_id as id, r.kind, r.file_name, encode(r.file_hash, 'hex') as file_sha256, r.profile,
           r.lines_read, r.lines_accepted, r.lines_known, r.lines_refused, r.requested_by, r.created_at
      from import_run r
"""


class Import(Struct, frozen=True, kw_only=True):
    """One import of one file: how many lines it had and what became of them."""

    id: UUID
    kind: ImportKind
    file_name: str
    file_sha256: str
    profile: str
    lines_read: int
    lines_accepted: int
    lines_known: int
    lines_refused: int
    requested_by: UUID | None
    created_at: dt.datetime


class ImportLine(Struct, frozen=True, kw_only=True):
    """A line (of a JSON file: a value) with what became of it; its text holds no e-mail address."""

    line: int
    outcome: LineResult
    field: str | None
    code: str | None
    reason: str | None
    text: str


async def imports(
    pool: Pool, *, kind: ImportKind | None, before: int | None, limit: int
) -> tuple[list[Import], int | None]:
    """Imports, the newest first, and the key to continue from, or None at the end."""
    rows = await pool.fetch(
        f"{RUN} where ($1::text is null or r.kind = $1) and r.id < coalesce($2, 9223372036854775807)"
        " order by r.id desc limit $3",
        kind,
        before,
        limit + 1,
    )
    return [_import(row) for row in rows[:limit]], rows[limit - 1]["key"] if len(rows) > limit else None


async def one(pool: Pool, import_id: UUID) -> Import | None:
    """An import."""
    row = await pool.fetchrow(f"{RUN} where r.public_id = $1", import_id)
    return None if row is None else _import(row)


async def lines(
    pool: Pool, import_id: UUID, language: Language, *, outcome: LineResult | None, after: int, limit: int
) -> tuple[list[ImportLine], int | None]:
    """The lines of an import in their order, reasons in one language, and the line to continue after."""
    rows = await pool.fetch(
        f"select line, outcome, field, code, reason_{language} as reason, redacted as text from import_line"
        " where import_id = (select id from import_run where public_id = $1) and line > $2"
        " and ($3::text is null or outcome = $3) order by line limit $4",
        import_id,
        after,
        outcome,
        limit + 1,
    )
    found = [ImportLine(**dict(row)) for row in rows[:limit]]
    return found, found[-1].line if len(rows) > limit else None


async def refused_lines(pool: Pool, import_id: UUID) -> list[list[str]]:
    """The refused lines of an import under their header: number, field, code, both reasons, the redacted line."""
    rows = await pool.fetch(
        "select line, field, code, reason_fr, reason_en, redacted from import_line"
        " where import_id = (select id from import_run where public_id = $1) and outcome = 'refused' order by line",
        import_id,
    )
    header = ["line", "field", "code", "reason_fr", "reason_en", "text"]
    return [header, *([str(value or "") for value in row.values()] for row in rows)]


def _import(row: Any) -> Import:
    return Import(**{name: value for name, value in row.items() if name != "key"})
