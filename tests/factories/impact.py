"""Assessments of the impact model, as the API asks for them and the worker computes them."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from events_api.domain.assessments import AssumptionSetIn, OverrideIn, ParameterChange, computed
from events_api.domain.impact.levels import Entry, Origins
from events_api.domain.shares import ChartShare
from events_api.read.assessments import asked
from events_api.store.assessments import (
    copy_set,
    keep_result,
    put_entry,
    put_override,
    request_assessment,
    retire_override,
)
from events_api.store.shares import share_chart, withdraw_share
from tests.workers.conftest import work_in
from workers.jobs.refresh_dashboard import impact_of

EXAMPLES = json.loads((Path(__file__).parents[1] / "domain" / "impact" / "worked_examples.json").read_text())
ACCOUNTS = EXAMPLES["fixed_inputs"]
ENTRY = Entry(
    level="standard",
    territory="amp",
    attendances=ACCOUNTS["attendances_scanned"],
    grade="A",
    profile="festival_urbain",
    revenue=ACCOUNTS["revenue"],
    expense=ACCOUNTS["expense"],
    origin=Origins(known=8_000, outside=3_840),
    in_kind={"metropole": 12_000.0},
)


async def an_assessment(pool: asyncpg.Pool, edition: UUID, *, is_computed: bool = True, entry: Entry = ENTRY) -> UUID:
    """An assessment of the accounts of the worked example, asked for or computed."""
    async with work_in(pool) as work:
        await put_entry(work, edition, entry, "Comptes")
    async with work_in(pool) as work:
        made = await request_assessment(work, edition, set_number=1, seed=None)
    if is_computed:
        await compute(pool, made.id)
    return made.id


async def compute(pool: asyncpg.Pool, assessment: UUID) -> None:
    """What the worker does with an assessment."""
    assessed = await asked(pool, assessment)
    assert assessed is not None
    async with work_in(pool) as work:
        await keep_result(work, assessed, computed(msgspec.json.encode(assessed.inputs)))
    await draw(pool, assessed.edition_id)


async def draw(pool: asyncpg.Pool, edition: UUID) -> None:
    """What the worker keeps of the impact of an edition: its boards and its row in the year."""
    made = await impact_of(pool, edition, _here)
    async with work_in(pool) as work:
        if made is not None:
            await made.keep(work)


async def _here(function: Callable[[bytes], bytes], given: bytes) -> bytes:
    return function(given)


async def other_assumptions(pool: asyncpg.Pool, edition: UUID) -> None:
    """A second version of the set, an assumption of the edition that stands and one that was withdrawn."""
    change = ParameterChange(key="spend_D", low=20, mode=31, high=45, status="sourced", sources=("S16",), year=2026)
    stated = OverrideIn(
        low=2.1, mode=2.4, high=2.9, status="sourced", document="Enquête fictive, p. 12", reason="Essai"
    )
    async with work_in(pool) as work:
        await copy_set(work, AssumptionSetIn(based_on=1, name="Essai", reason="Enquête fictive", parameters=(change,)))
    async with work_in(pool) as work:
        await put_override(work, edition, "nights_C", stated)
        await put_override(work, edition, "nights_P", stated)
        await retire_override(work, edition, "nights_P")


async def a_share(
    pool: asyncpg.Pool, edition: UUID, chart: str = "cascade", *, number: int = 1, withdrawn: bool = False
) -> ChartShare:
    """A chart of a computed assessment under its public address, open or closed again."""
    async with work_in(pool) as work:
        made = await share_chart(work, edition, number, chart)
    if withdrawn:
        async with work_in(pool) as work:
            await withdraw_share(work, edition, made.id)
    return made
