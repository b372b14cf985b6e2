"""Forget what is kept for a while only."""

import anyio.to_thread
from msgspec import Struct

from events_api.store import key_ends, upkeep
from events_api.store.files import DirectoryFiles
from workers.job import JobContext, job


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """This job needs no values."""


@job("forget_expired", queue="bulk", timeout=3600)
async def forget_expired(context: JobContext, payload: Nothing) -> None:
    """Delete idempotency keys, sessions, login attempts and ticket keys that have outlived their purpose."""
    del payload
    editions = await key_ends.expired(context.pool)
    for edition in editions:
        async with context.transact() as work:
            await key_ends.destroy(work, edition)
    await anyio.to_thread.run_sync(
        key_ends.note, key_ends.destroyed_file(context.settings), await key_ends.destroyed(context.pool)
    )
    drafts = await key_ends.forget_drafts(context.pool, DirectoryFiles(context.settings.files))
    counts = {"ticket_keys": len(editions), "ticket_drafts": drafts}
    async with context.finish(counts) as work:
        counts |= await upkeep.forget_expired(work.connection)
