"""Asks, at the end of a transaction, for the attendance that its writes made wrong to be counted anew."""

from collections import defaultdict
from typing import TYPE_CHECKING, Final
from uuid import UUID

from events_api.domain.programme import Edition

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

COUNTED: Final = """
    select e.public_id from edition e join attendance_state s on s.edition_id = e.id where e.public_id = any($1)
"""


async def request_recounts(work: "SqlWork") -> None:
    """Ask for the job `recount_attendance` where the clock of an edition, or the day that it has alone, has changed."""
    said: dict[UUID, set[tuple[object, ...]]] = defaultdict(set)
    for record in work.written:
        if isinstance(record, Edition):
            only_day = record.starts_on if record.starts_on == record.ends_on else None
            said[record.id].add((record.time_zone, record.event_day_starts_at, only_day))
    changed = [edition for edition, clocks in said.items() if len(clocks) > 1]
    if changed:
        for row in await work.connection.fetch(COUNTED, changed):
            edition = str(row["public_id"])
            await work.enqueue("recount_attendance", {"edition": edition}, queue="bulk", key=f"edition:{edition}")
