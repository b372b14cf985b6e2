"""Builds the dashboard of an edition with its impact board, or that of a year, from what the register knows now."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from msgspec import Struct

from dashboards.impact.stored import Drawn, ImpactInput, drawing_hash, render_impact
from dashboards.queries.facts import MARK, edition_input, input_hash, year_facts
from dashboards.queries.impact_board import impact_input
from dashboards.rendering import render_edition, render_year
from events_api.domain.impact.assess import HEADLINE
from events_api.read.connections import Pool, snapshot
from events_api.store.dashboards import DashboardKind, input_hash_of, keep_dashboard
from events_api.store.impact import EditionRow, forget_impact, keep_impact, kept_impact_hash, request_later_editions
from events_api.store.transaction import SqlWork
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
    impact = None if payload.edition is None else await impact_of(context.pool, payload.edition, context.render)
    result = {"written": 0}
    async with context.finish(result) as work:
        for one, content in built:
            result["written"] += await keep_dashboard(
                work, kind=kind, subject=one.subject, watermark=watermark, input_hash=one.hash, content=content
            )
        if payload.edition is not None and impact is not None:
            if await impact.keep(work):
                result["written"] += 1
                await request_later_editions(work, payload.edition)
        elif payload.edition is not None:
            await forget_impact(work, payload.edition)
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


class Impact(Struct, frozen=True, kw_only=True):
    """What is to be kept of the impact of an edition."""

    key: int
    watermark: int
    hash: bytes
    row: EditionRow
    boards: dict[str, bytes]

    async def keep(self, work: SqlWork) -> bool:
        """Keep it unless a later one is there; returns whether it was written."""
        return await keep_impact(
            work,
            self.key,
            self.row,
            self.boards,
            watermark=self.watermark,
            input_hash=self.hash,
            code_hash=drawing_hash(),
        )


Render = Callable[[Callable[[bytes], bytes], bytes], Awaitable[bytes]]


async def impact_of(pool: Pool, edition_id: UUID, render: Render) -> Impact | None:
    """The row of an edition in its year and its boards; None where its input is the same, or it is gone."""
    async with snapshot(pool) as connection:
        watermark: int = await connection.fetchval(MARK)
        found = await impact_input(connection, edition_id)
        if found is None:
            return None
        key, given = found
        digest = input_hash(given)
        if await kept_impact_hash(connection, key) == digest:
            return None
    drawn: Drawn | None = None
    if given.latest is not None:
        drawn = msgspec.json.decode(await render(render_impact, msgspec.json.encode(given)), type=Drawn)
    boards = {} if drawn is None else {language: bytes(board) for language, board in drawn.boards.items()}
    return Impact(key=key, watermark=watermark, hash=digest, row=impact_row(given, drawn), boards=boards)


def impact_row(given: ImpactInput, drawn: Drawn | None) -> EditionRow:
    """The row of an edition: the entry-days with the best grade, official or assessed, and what is added of it."""
    latest, attendances, grade, attended_by = given.latest, given.attendances, given.grade, "figure"
    if latest is not None and latest.counted and (grade is None or latest.entry.grade < grade):
        attendances, grade, attended_by = latest.entry.attendances, latest.entry.grade, "entry"
    known = attendances is not None
    row = EditionRow(
        year=given.year,
        sort_key=given.sort_key,
        family=given.family,
        commune=given.commune,
        organiser=given.organiser,
        simulated=given.simulated,
        attendances=attendances,
        grade=grade if known else None,
        attended_by=attended_by if known else None,
    )
    if latest is None or drawn is None:
        return row
    sums = drawn.figures.sums
    return msgspec.structs.replace(
        row,
        number=latest.number,
        assessed_grade=latest.entry.grade,
        territory=latest.territory,
        set_number=latest.set_number,
        model_hash=latest.model_hash,
        stale=latest.stale,
        figures=msgspec.json.encode(drawn.figures).decode(),
        npi=sums.get(HEADLINE),
        support=sums.get("subsidy"),
    )
