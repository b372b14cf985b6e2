"""Forget what is kept for a while only."""

from msgspec import Struct

from events_api.store import upkeep
from workers.job import JobContext, job


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """This job needs no values."""


@job("forget_expired", queue="bulk", timeout=120)
async def forget_expired(context: JobContext, payload: Nothing) -> None:
    """Delete idempotency keys, sessions and login attempts that have outlived their purpose."""
    del payload
    counts: dict[str, int] = {}
    async with context.finish(counts) as work:
        counts |= await upkeep.forget_expired(work.connection)
