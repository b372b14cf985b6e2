"""Asks for the boards that another release drew: their words and drawings may be others now."""

from msgspec import Struct

from dashboards.impact.stored import drawing_hash
from events_api.store.impact import boards_of_other_code, request_impact_refresh
from workers.job import JobContext, job


class RedrawImpact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All boards."""


@job("redraw_impact", queue="fast", timeout=60)
async def redraw_impact(context: JobContext, payload: RedrawImpact) -> dict[str, int]:
    """One refresh for each; those that wait already are asked for once."""
    del payload
    result = {"asked": 0}
    async with context.finish(result) as work:
        for edition in await boards_of_other_code(work.connection, drawing_hash()):
            await request_impact_refresh(work, edition)
            result["asked"] += 1
    return result
