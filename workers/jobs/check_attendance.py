"""Checks the logs of an edition: whether what they say can be what happened at its gates."""

from uuid import UUID

from msgspec import Struct

from events_api.domain.tickets.facts import BUCKETS
from events_api.domain.tickets.plausibility import verdict_of
from events_api.store.evidence import keep_checks, request_outdated_checks
from events_api.store.ticket_checks import examine
from workers.job import JobContext, job


class CheckAttendance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The edition."""

    edition: UUID


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """This job needs no values."""


@job("check_scanned", queue="fast", timeout=60)
async def check_scanned(context: JobContext, payload: Nothing) -> dict[str, int]:
    """Ask for the checks of editions whose counts changed at their gates and have been quiet since."""
    del payload
    result = {"editions": 0}
    async with context.finish(result) as work:
        result["editions"] = await request_outdated_checks(work)
    return result


@job("check_attendance", queue="bulk", timeout=1800)
async def check_attendance(context: JobContext, payload: CheckAttendance) -> dict[str, str | int]:
    """Look at everything that counts at one moment, and keep what was found with the revision of the counts."""
    found = await examine(context.pool, payload.edition, lambda done: context.progress(done, BUCKETS, step="checking"))
    if found is None:
        return {"verdict": "absent"}
    verdict = verdict_of(found.checks)
    result: dict[str, str | int] = {"verdict": verdict, "scans": found.scans, "revision": found.revision}
    async with context.finish(result) as work:
        await keep_checks(work, found.edition_id, found.revision, found.scans, found.checks)
    return result
