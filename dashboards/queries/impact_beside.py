"""Who says a number that stands beside an assessment, where, when and from which document."""

import datetime as dt
from typing import Final
from uuid import UUID

from msgspec import Struct

from dashboards.impact.beside import Beside, By
from dashboards.queries.impact import GRANTED
from events_api.read.connections import Pool

COUNT: Final = """
    select coalesce(s.revision, 0)::text as name, null as document, null::uuid as author, s.changed_at as at,
           '/manage/editions/' || e.public_id || '/evidence' as place
      from edition e left join attendance_state s on s.edition_id = e.id where e.public_id = $1
"""
FIGURE: Final = """
    select '' as name, concat_ws(', ', f.source_document, f.source_field) as document, f.stated_by as author,
           f.stated_at as at, '/manage/editions/' || e.public_id || '/evidence' as place
      from edition_figure f join edition e on e.id = f.edition_id
     where e.public_id = $1 and f.quantity = $2 and f.grade = $3 and f.retired_at is null
     order by f.stated_at desc, f.id desc limit 1
"""
ENTRY: Final = """
    select n.number::text as name, n.reason as document, n.entered_by as author, n.entered_at as at,
           '/manage/editions/' || e.public_id || '/impact/entry' as place
      from impact_entry n join edition e on e.id = n.edition_id
     where e.public_id = $1 order by n.number desc limit 1
"""
SUBSIDY: Final = f"""
    select s.title as name, concat_ws(', ', s.deliberation, s.source_document) as document, null::uuid as author,
           s.updated_at as at, '/manage/subsidies/' || s.public_id as place
    {GRANTED.replace("any($1)", "any(select e.id from edition e where e.public_id = $1)")}
     order by s.id
"""
ASSESSMENT: Final = """
    select q.number::text as name, null as document, q.requested_by as author, r.computed_at as at,
           '/manage/editions/' || e.public_id || '/impact/' || q.number as place
      from impact_assessment q join edition e on e.id = q.edition_id
      join impact_result r on r.edition_id = q.edition_id and r.number = q.number
     where e.public_id = $1 and q.number = $2
"""


class Stated(Struct, frozen=True, kw_only=True):
    """One who says it: the name of what says it, its document, its author, its time, its page."""

    by: By
    name: str
    document: str | None
    author: UUID | None
    at: dt.datetime | None
    place: str


async def stated(pool: Pool, one: Beside) -> list[Stated]:
    """Those who say a number that nobody computed; a support may be several."""
    edition = UUID(one.edition)
    match one.by:
        case "figure":
            rows = await pool.fetch(FIGURE, edition, one.quantity, one.grade)
        case "assessment":
            rows = await pool.fetch(ASSESSMENT, edition, one.number)
        case _:
            rows = await pool.fetch({"count": COUNT, "entry": ENTRY, "subsidy": SUBSIDY}[one.by], edition)
    return [Stated(by=one.by, **dict(row)) for row in rows]
