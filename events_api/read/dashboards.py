"""Dashboards as workers built them, as far as their reader may see."""

import datetime as dt
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Raw, Struct

from events_api.domain.actors import Grant
from events_api.read.connections import Pool
from events_api.read.programme import EDITION
from events_api.read.records import visible
from events_api.text.formats import Language

COLUMNS = "d.computed_at, d.watermark, encode(d.input_hash, 'hex') as input_hash, d.content -> $2 as content"
FIGURE = """
    d.computed_at, d.watermark, encode(d.input_hash, 'hex') as input_hash,
    jsonb_path_query_first(d.content -> $2, '$.sections[*].charts[*] ? (@.id == $chart).figure',
                           jsonb_build_object('chart', $3::text)) as content
"""


class Dashboard(Struct, frozen=True, kw_only=True):
    """A dashboard in one language; every change below the watermark is in it."""

    computed_at: dt.datetime
    watermark: int
    input_hash: str
    content: Raw


async def edition_dashboard(
    pool: Pool, viewer: Grant, edition_id: UUID, language: Language, chart: str | None = None
) -> Dashboard | None:
    """The dashboard of an edition that this viewer may see, or one of its figures."""
    values: list[Any] = [edition_id, language, *([] if chart is None else [chart])]
    seen = visible(EDITION, viewer, values)
    columns = COLUMNS if chart is None else FIGURE
    return _dashboard(
        await pool.fetchrow(
            f"select {columns} from dashboard d join edition t on t.public_id::text = d.subject"
            f" where d.kind = 'edition' and t.public_id = $1 and t.retired_at is null and {seen}",
            *values,
        )
    )


async def edition_has_dashboard(pool: Pool, viewer: Grant, edition_id: UUID) -> bool:
    """Whether there is a dashboard of an edition that this viewer may see."""
    values: list[Any] = [edition_id]
    seen = visible(EDITION, viewer, values)
    found: bool = await pool.fetchval(
        "select exists (select from dashboard d join edition t on t.public_id::text = d.subject"
        f" where d.kind = 'edition' and t.public_id = $1 and t.retired_at is null and {seen})",
        *values,
    )
    return found


async def year_dashboard(
    pool: Pool, viewer: Grant, year: int, language: Language, chart: str | None = None
) -> Dashboard | None:
    """The dashboard of a year: everything for staff, what was published for the others; or one of its figures."""
    subject = str(year) if viewer.scope == "all" else f"{year}/public"
    columns = COLUMNS if chart is None else FIGURE
    values = [subject, language, *([] if chart is None else [chart])]
    return _dashboard(
        await pool.fetchrow(f"select {columns} from dashboard d where d.kind = 'year' and d.subject = $1", *values)
    )


def _dashboard(row: asyncpg.Record | None) -> Dashboard | None:
    if row is None or row["content"] is None:
        return None
    return Dashboard(**{**dict(row), "content": msgspec.Raw(row["content"])})


class EditionNamed(Struct, frozen=True, kw_only=True):
    """An edition that has a dashboard."""

    id: UUID
    name: str
    year: int


async def years(pool: Pool, viewer: Grant) -> list[int]:
    """The years that have a dashboard for this viewer, the latest first."""
    pattern = "^[0-9]+$" if viewer.scope == "all" else "^[0-9]+/public$"
    rows = await pool.fetch(
        "select split_part(subject, '/', 1)::int as year from dashboard where kind = 'year' and subject ~ $1"
        " order by year desc",
        pattern,
    )
    return [row["year"] for row in rows]


async def editions(pool: Pool, viewer: Grant) -> list[EditionNamed]:
    """The editions that have a dashboard and that this viewer may see, by name."""
    values: list[Any] = []
    seen = visible(EDITION, viewer, values)
    rows = await pool.fetch(
        "select t.public_id as id, v.name, t.year from dashboard d join edition t on t.public_id::text = d.subject"
        f" join event v on v.id = t.event_id where d.kind = 'edition' and t.retired_at is null and {seen}"
        " order by t.year desc, v.sort_key, t.id",
        *values,
    )
    return [EditionNamed(**dict(row)) for row in rows]
