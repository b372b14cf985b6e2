"""Who sees which figures and reports, and the versions of a report."""

from typing import Any, Final
from uuid import UUID

import msgspec

from events_api.domain.actors import Grant
from events_api.domain.attendance import ReportContent, ReportVersion
from events_api.read.connections import Pool
from events_api.read.records import Visibility, visible

OF_OWN_ORGANISATION: Final = Visibility(
    public="false",
    own="exists (select from organisation o where o.id = t.organisation_id and o.public_id = any({}))",
    known="false",
)
VERSIONS: Final = """
    select v.public_id as id, t.public_id as report_id, v.number, v.content,
           encode(v.content_hash, 'hex') as content_hash, v.submitted_by, v.submitted_at
      from attendance_report t
      join attendance_report_version v on v.edition_id = t.edition_id and v.report_id = t.id
     where t.public_id = $1 and {seen}{numbered} order by v.number
"""


async def versions(pool: Pool, viewer: Grant, report_id: UUID, number: int | None = None) -> list[ReportVersion]:
    """The versions of a report, or the one with this number; none where the viewer does not see the report."""
    values: list[Any] = [report_id]
    seen = visible(OF_OWN_ORGANISATION, viewer, values)
    numbered = ""
    if number is not None:
        values.append(number)
        numbered = f" and v.number = ${len(values)}"
    rows = await pool.fetch(VERSIONS.format(seen=seen, numbered=numbered), *values)
    return [
        ReportVersion(**{**dict(row), "content": msgspec.json.decode(row["content"], type=ReportContent)})
        for row in rows
    ]
