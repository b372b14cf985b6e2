"""The assessment that a real worker computes, and the same digits from a backup on an empty server."""

import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from events_api.domain.assessments import Frozen, Outcome, computed, kept_set
from events_api.domain.impact.levels import Entry
from events_api.importers.impact import first_parameters
from events_api.read.assessments import Assessed, asked
from events_api.settings import Settings, with_database
from events_api.store.assessments import keep_result, put_entry, request_assessment, verify
from events_api.store.backup import back_up, restore
from tests.cluster import create_database, drop_database
from tests.conftest import own_settings
from tests.factories.people import an_edition, an_organisation
from tests.workers.conftest import ROOT, Worker, ended, work_in

settings = own_settings
ENTRY = Entry(
    level="express",
    territory="amp",
    attendances=40_000,
    grade="A",
    profile="festival_urbain",
    nights=2.5,
    budget=1_800_000,
    subsidy=150_000,
)


async def an_assessment(pool: asyncpg.Pool) -> tuple[UUID, UUID]:
    """An assessment that was asked for, and its job."""
    edition = await an_edition(pool, await an_organisation(pool))
    async with work_in(pool) as work:
        await put_entry(work, edition, ENTRY, "Comptes")
    async with work_in(pool) as work:
        made = await request_assessment(work, edition, set_number=1, seed=None)
    return made.id, made.job_id


async def found(pool: asyncpg.Pool, assessment: UUID) -> Assessed:
    assessed = await asked(pool, assessment)
    assert assessed is not None
    return assessed


async def cli(settings: Settings, *arguments: str) -> tuple[int, str]:
    process = await create_subprocess_exec(
        sys.executable,
        "-m",
        "events_api.cli",
        *arguments,
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | settings.environ(),
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, (out + err).decode()


async def test_a_worker_computes_once_and_a_second_run_changes_nothing(worker: Worker, pool: asyncpg.Pool) -> None:
    assessment, job = await an_assessment(pool)
    worker()

    row = await ended(pool, job)
    first = await found(pool, assessment)
    async with work_in(pool) as work:
        again = await work.enqueue("assess_impact", {"assessment": str(assessment)}, queue="render")
    second = await ended(pool, again)

    assert (row["state"], second["state"]) == ("done", "done")
    assert first.outcome is not None
    assert first.outcome.evaluation is not None
    assert first.outcome.evaluation.result.draws == 100_000
    assert first.content == computed(msgspec.json.encode(first.inputs))
    assert (await found(pool, assessment)).content == first.content
    kept = "select count(*) from impact_result where edition_id = $1 and number = $2"
    assert await pool.fetchval(kept, first.key, first.number) == 1


def test_a_refusal_of_the_model_is_kept_as_the_outcome() -> None:
    entry = Entry(level="express", territory="amp", attendances=1_000)
    inputs = Frozen(entry=entry, assumptions=first_parameters(), seed=1, draws=10_000)

    outcome = msgspec.json.decode(computed(msgspec.json.encode(inputs)), type=Outcome)

    assert outcome == Outcome(refusal="entry-incomplete", refusal_params={"level": "express", "missing": "budget"})


async def test_a_frozen_assessment_rebuilt_from_backup_on_an_empty_server_has_the_same_digits(
    pool: asyncpg.Pool, home: Settings, tmp_path: Path
) -> None:
    assessment, _ = await an_assessment(pool)
    before = await found(pool, assessment)
    async with work_in(pool) as work:
        await keep_result(work, before, computed(msgspec.json.encode(before.inputs)))
    before = await found(pool, assessment)
    archive = tmp_path / "archive"
    await back_up(home, archive, _silent)
    database = f"restored_{assessment.hex}"
    await create_database(home.database_url, database, "template0")
    target = msgspec.structs.replace(
        home,
        home=tmp_path / "target",
        database_url=with_database(home.database_url, database),
        app_database_url=with_database(home.app_database_url, database),
    )
    target.home.mkdir()
    try:
        await restore(target, archive, _silent)
        async with asyncpg.create_pool(target.app_database_url, min_size=1, max_size=2) as restored:
            after = await found(restored, assessment)
            verified = await verify(restored, assessment, computed)
            kept = await restored.fetchval("select content_hash from assumption_set where number = 1")
        code, said = await cli(target, "impact", "verify")
        await _spoil(target)
        spoiled, told = await cli(target, "impact", "verify", "--assessment", str(assessment))
    finally:
        await drop_database(home.database_url, database)

    assert after.content == before.content
    assert (after.parameter_hash, after.data_hash, after.code_hash) == (
        before.parameter_hash,
        before.data_hash,
        before.code_hash,
    )
    assert kept == kept_set(first_parameters())[1]
    assert (verified.same, verified.same_inputs, verified.same_code, verified.same_numpy) == (True,) * 4
    assert (code, f"{assessment}: same digits" in said) == (0, True), said
    assert (spoiled, "OTHER DIGITS" in told) == (1, True), told


async def _spoil(target: Settings) -> None:
    """Change one digit past the application."""
    owner = await asyncpg.connect(target.database_url)
    await owner.execute("update impact_result set content = replace(content, '\"draws\":100000', '\"draws\":100001')")
    await owner.close()


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


@pytest.fixture(autouse=True)
async def _alone(clean: None) -> Any:
    """Nothing of another test."""
