"""Freezes the annex of a year: its facts, the head of the audit trail, and its files, as a version for ever."""

import hashlib
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from dashboards.annex import AnnexData
from dashboards.annex.render import render_annex
from dashboards.queries.facts import TERRITORY, year_facts
from events_api.read.connections import snapshot
from events_api.store.chain import current_head
from events_api.store.dashboards import Frozen, asked_at, keep_version, latest_version
from events_api.store.files import DirectoryFiles
from workers.job import JobContext, job

LARGEST_BYTES = 200_000_000


class FreezeAnnex(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The year of the annex."""

    year: Annotated[int, Meta(ge=1990, le=2200)]


@job("freeze_annex", queue="render", timeout=600)
async def freeze_annex(context: JobContext, payload: FreezeAnnex) -> dict[str, int | bool]:
    """Freeze what the register knows now; where that is what the last version says, that version stays the last.

    The moment of freezing is the one at which the job was asked for, so that each run of it makes the same bytes.
    """
    await context.progress(0, 3, step="collecting")
    async with snapshot(context.pool) as connection:
        facts = await year_facts(connection, payload.year, "council")
        head = await current_head(connection)
        last, content = await latest_version(connection, payload.year)
        frozen_at = await asked_at(connection, context.id)
    result: dict[str, int | bool] = {"year": payload.year, "version": last, "written": False}
    if content is not None and msgspec.json.decode(content, type=AnnexData).facts == facts:
        return result
    publisher = context.settings.operator or TERRITORY
    data = AnnexData(facts=facts, version=last + 1, frozen_at=frozen_at, publisher=publisher)
    encoded = msgspec.json.encode(data, order="deterministic")
    await context.progress(1, 3, step="rendering")
    rendered = await context.render(render_annex, encoded)
    await context.progress(2, 3, step="keeping")
    files = DirectoryFiles(context.settings.files)
    stored = {name: await files.put(_once(content), limit=LARGEST_BYTES) for name, content in rendered.items()}
    result |= {"version": data.version, "written": True}
    async with context.finish(result) as work:
        await keep_version(
            work,
            Frozen(
                year=payload.year,
                number=data.version,
                frozen_at=frozen_at,
                frozen_by=context.requested_by,
                content=encoded.decode(),
                content_hash=hashlib.sha256(encoded).digest(),
                audit_position=0 if head is None else head.position,
                audit_hash=b"" if head is None else bytes.fromhex(head.hash),
                pdf=stored["pdf"],
                html=stored["html"],
                csv=stored["csv"],
            ),
        )
    return result


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
