"""Makes ticket files count, and no longer count: facts are kept block by block, counts change in the last step."""

from uuid import UUID

from msgspec import Struct

from events_api.domain.errors import DomainError
from events_api.domain.tickets.facts import BUCKETS
from events_api.store.files import DirectoryFiles
from events_api.store.tickets import Change, draft_is_wanted, edition_of, fail, keep_blocks, settle, ticket_file
from workers.job import JobContext, job


class TicketImport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The import."""

    import_id: UUID


class Recount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The edition."""

    edition: UUID


@job("import_tickets", queue="bulk", timeout=7200)
async def import_tickets(context: JobContext, payload: TicketImport) -> dict[str, str]:
    """Bring a ticket file that was read, or one that was undone. A run that was broken off begins again."""
    file = await ticket_file(context.pool, payload.import_id)
    if file is None or file.state != "queued":
        return {"state": "absent" if file is None else file.state}
    files = DirectoryFiles(context.settings.files)
    result: dict[str, str] = {"state": "done"}
    try:
        own = {}
        if file.draft_sha256 is not None:
            own = await keep_blocks(
                context.pool,
                context.transact,
                file,
                files.path(file.draft_sha256),
                progress=lambda done: context.progress(done, 32, step="keeping"),
            )
        await settle(
            context.pool,
            lambda: context.finish(result),
            Change(edition_id=file.edition_id, brought=file),
            directory=context.settings.home,
            own=own,
            progress=lambda done: context.progress(done, BUCKETS, step="counting"),
        )
    except DomainError as refusal:
        result |= {"state": "failed", "code": refusal.code}
        async with context.finish(result) as work:
            await fail(work, file, refusal)
        return result
    if file.draft_sha256 is not None and not await draft_is_wanted(context.pool, file.draft_sha256):
        await files.remove(file.draft_sha256)
    return result


@job("undo_tickets", queue="bulk", timeout=7200)
async def undo_tickets(context: JobContext, payload: TicketImport) -> dict[str, str]:
    """Take an import out of the counts; its facts stay, so that it can be brought again."""
    file = await ticket_file(context.pool, payload.import_id)
    if file is None or file.state != "done":
        return {"state": "absent" if file is None else file.state}
    result = {"state": "undone"}
    await settle(
        context.pool,
        lambda: context.finish(result),
        Change(edition_id=file.edition_id, undone=file, undone_by=context.requested_by),
        directory=context.settings.home,
        progress=lambda done: context.progress(done, BUCKETS, step="counting"),
    )
    return result


@job("recount_attendance", queue="bulk", timeout=7200)
async def recount_attendance(context: JobContext, payload: Recount) -> dict[str, str]:
    """Count an edition anew from its facts: its clock or its days have changed."""
    key = await edition_of(context.pool, payload.edition)
    if key is None:
        return {"state": "absent"}
    result = {"state": "counted"}
    await settle(
        context.pool,
        lambda: context.finish(result),
        Change(edition_id=key),
        directory=context.settings.home,
        progress=lambda done: context.progress(done, BUCKETS, step="counting"),
    )
    return result
