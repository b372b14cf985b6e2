"""Builds the dashboard of an edition or of a year from what the register knows now."""

from collections.abc import Callable
from uuid import UUID

import msgspec
from msgspec import Struct

from dashboards.queries.facts import MARK, edition_input, input_hash, year_facts
from dashboards.rendering import render_edition, render_year
from events_api.read.connections import snapshot
from events_api.store.dashboards import DashboardKind, input_hash_of, keep_dashboard
from workers.job import JobContext, job


class RefreshDashboard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The dashboard to build: of one edition, or of one year."""

    edition: UUID | None = None
    year: int | None = None


class _Stale(Struct, frozen=True, kw_only=True):
    """A dashboard whose input is not the one it was built from."""

    subject: str
    hash: bytes
    facts: bytes


@job("refresh_dashboard", queue="render", timeout=120)
async def refresh_dashboard(context: JobContext, payload: RefreshDashboard) -> dict[str, int]:
    """Read everything in one snapshot, build in a process, keep; the same input writes nothing."""
    kind: DashboardKind = "year" if payload.year is not None else "edition"
    watermark, stale = await _stale(context, payload, kind)
    render: Callable[[bytes], bytes] = render_year if kind == "year" else render_edition
    built = [(one, await context.render(render, one.facts)) for one in stale]
    result = {"written": 0}
    async with context.finish(result) as work:
        for one, content in built:
            result["written"] += await keep_dashboard(
                work, kind=kind, subject=one.subject, watermark=watermark, input_hash=one.hash, content=content
            )
    return result


async def _stale(context: JobContext, payload: RefreshDashboard, kind: DashboardKind) -> tuple[int, list[_Stale]]:
    """The dashboards that are to be built, and the mark below which everything was seen."""
    async with snapshot(context.pool) as connection:
        watermark: int = await connection.fetchval(MARK)
        inputs: dict[str, Struct] = {}
        if payload.year is not None:
            inputs[str(payload.year)] = await year_facts(connection, payload.year, "staff")
            inputs[f"{payload.year}/public"] = await year_facts(connection, payload.year, "public")
        elif payload.edition is not None:
            found = await edition_input(connection, payload.edition)
            if found is not None:
                inputs[str(payload.edition)] = found
        stale = []
        for subject, facts in inputs.items():
            digest = input_hash(facts)
            if await input_hash_of(connection, kind, subject) != digest:
                stale.append(_Stale(subject=subject, hash=digest, facts=msgspec.json.encode(facts)))
    return watermark, stale
