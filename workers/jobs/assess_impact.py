"""Runs the impact model on the frozen inputs of an assessment, and keeps what came of it."""

from uuid import UUID

import msgspec
from msgspec import Struct

from events_api.domain.assessments import computed
from events_api.read.assessments import asked
from events_api.store.assessments import keep_result
from workers.job import JobContext, job


class AssessImpact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The assessment."""

    assessment: UUID


@job("assess_impact", queue="render", timeout=600)
async def assess_impact(context: JobContext, payload: AssessImpact) -> dict[str, str | int]:
    """Evaluate what was frozen in a process of its own; a refusal of the model is kept as the outcome."""
    assessed = await asked(context.pool, payload.assessment)
    if assessed is None:
        return {"outcome": "absent"}
    result: dict[str, str | int] = {"outcome": "kept", "number": assessed.number}
    if assessed.outcome is not None:
        return result
    await context.progress(0, 1, step="computing")
    content = await context.render(computed, msgspec.json.encode(assessed.inputs))
    async with context.finish(result) as work:
        await keep_result(work, assessed, content)
    return result
