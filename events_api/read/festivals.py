"""Candidates of the national list, and the refused lines of an import."""

from uuid import UUID

from events_api.read.connections import Pool
from events_api.read.records import Visibility

STAFF = Visibility(public="false")


async def read_refused(pool: Pool, run_id: UUID) -> list[list[str]]:
    """The refused lines of an import under their header: number, field, code, both reasons, the redacted line."""
    rows = await pool.fetch(
        "select line, field, code, reason_fr, reason_en, redacted from import_line"
        " where import_id = (select id from import_run where public_id = $1) and outcome = 'refused' order by line",
        run_id,
    )
    header = ["line", "field", "code", "reason_fr", "reason_en", "text"]
    return [header, *([str(value or "") for value in row.values()] for row in rows)]
