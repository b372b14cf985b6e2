"""A job whose only effect is one entry in the trail: shows that asking, waking, running and ending work, once."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from workers.job import JobContext, job


class Probe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to pretend to work."""

    steps: Annotated[int, Meta(ge=0, le=10_000)] = 0
    step_seconds: Annotated[float, Meta(ge=0, le=60)] = 0.0


@job("probe", queue="fast", timeout=600)
async def probe(context: JobContext, payload: Probe) -> dict[str, int]:
    """Take the steps; the entry and the end of the job commit together."""
    for step in range(payload.steps):
        await context.progress(step, payload.steps, step="probing")
        await asyncio.sleep(payload.step_seconds)
    result = {"steps": payload.steps}
    async with context.finish(result) as work:
        await work.audit("job", context.id, None, result)
    return result
