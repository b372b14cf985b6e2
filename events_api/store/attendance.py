"""The versions of attendance reports, and the figures that came from them."""

from typing import Any, Final
from uuid import UUID

import msgspec

from events_api.domain.attendance import AttendanceReport, EditionFigure, ReportVersion
from events_api.read.shapes import EDITION_FIGURE, record_of
from events_api.store.records import Records

KEEP: Final = """
    insert into attendance_report_version
        (edition_id, report_id, number, public_id, content, content_hash, submitted_by, submitted_at)
    select r.edition_id, r.id, $2, $3, $4::jsonb, $5, $6, $7 from attendance_report r where r.public_id = $1
"""
FIGURES: Final = f"""
    select {EDITION_FIGURE.columns} from edition_figure t
      join attendance_report_version v on v.edition_id = t.edition_id and v.id = t.report_version_id
      join attendance_report r on r.edition_id = v.edition_id and r.id = v.report_id
     where r.public_id = $1 and t.retired_at is null order by t.id
"""
VERSION: Final = """
    select v.public_id from attendance_report_version v
      join attendance_report r on r.edition_id = v.edition_id and r.id = v.report_id
     where r.public_id = $1 and v.number = $2
"""


class ReportRecords(Records[AttendanceReport]):
    """Reports with their versions."""

    async def keep_version(self, version: ReportVersion) -> None:
        """Write a version, for ever."""
        content = msgspec.json.encode(version.content, order="sorted").decode()
        await self.connection.execute(
            KEEP,
            version.report_id,
            version.number,
            version.id,
            content,
            bytes.fromhex(version.content_hash),
            version.submitted_by,
            version.submitted_at,
        )
        after: dict[str, Any] = msgspec.to_builtins(version)
        await self.work.audit("attendance_report_version", version.id, None, after)

    async def version_id(self, report: AttendanceReport) -> UUID:
        """The last version of a report that was submitted."""
        found: UUID = await self.connection.fetchval(VERSION, report.id, report.submitted_versions)
        return found

    async def figures(self, report: AttendanceReport) -> list[EditionFigure]:
        """The figures that stand today from any version of a report."""
        rows = await self.connection.fetch(FIGURES, report.id)
        return [record_of(EDITION_FIGURE, row.items()) for row in rows]
