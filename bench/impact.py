"""The rows of `make bench` about the impact model: its draws against quantiles by scipy, and what its pages need."""

import contextlib
import functools
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
from msgspec.structs import astuple
from scipy.stats import beta

from bench.report import Row, times_row
from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.assessments import computed
from events_api.domain.impact import laws
from events_api.domain.impact.assess import BREAKEVEN, Run, assess, simulate
from events_api.domain.impact.draws import Floats
from events_api.domain.impact.laws import Sampler
from events_api.domain.impact.levels import Entry, Origins
from events_api.domain.impact.model import formulas
from events_api.importers.communes import communes
from events_api.importers.impact import read_run
from events_api.read.assessments import asked
from events_api.settings import Settings
from events_api.store.assessments import keep_result, put_entry, request_assessment
from events_api.store.transaction import SqlWork, transact
from workers.jobs.refresh_dashboard import impact_of

COMMUNE = """
    insert into commune (insee, name, sort_key, siren, departement, population, population_source, postcodes,
        longitude, latitude, territory_code) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict do nothing
"""
FAMILIES = """
    insert into family (public_id, slug, name_fr, name_en, position)
    select uuidv7(), 'famille-' || n, 'Famille ' || n, 'Family ' || n, n from generate_series(1, 6) as n
    on conflict do nothing
"""
ORGANISERS = """
    insert into organisation (public_id, name, sort_key, identifier_kind)
    select uuidv7(), 'Organisation simulée ' || n, 'organisation simulee ' || n, 'unknown'
      from generate_series(1, 500) as n
"""
EVENTS = """
    insert into event (public_id, slug, name, sort_key, audience, family_id, commune_insee)
    select uuidv7(), 'bench-' || $1::integer || '-' || n, 'Festival simulé ' || n, 'festival simule ' || n, 'public',
           (select id from family order by (id * 7 + n) % 11, id limit 1),
           (select insee from commune order by (length(sort_key) * 13 + n * 7) % 29, insee offset n % 5 limit 1)
      from generate_series(1, $2::integer) as n
"""
PARTIES = """
    insert into event_party (event_id, organisation_id, role)
    select v.id, (select id from organisation where sort_key like 'organisation simulee %' order by id
                  offset v.id % 500 limit 1), 'organiser'
      from event v where v.slug like 'bench-' || $1::integer || '-%'
"""
EDITIONS = """
    insert into edition (public_id, event_id, year, date_precision, simulated)
    select uuidv7(), v.id, $1::integer, 'year', true from event v where v.slug like 'bench-' || $1::integer || '-%'
"""
IMPACT = """
    insert into impact_edition (edition_id, year, sort_key, family_id, commune_insee, organiser_id, simulated,
        attendances, grade, attended_by, number, assessed_grade, territory, set_number, model_hash, stale, figures, npi,
        support, watermark, input_hash)
    select e.id, e.year, v.sort_key, v.family_id, v.commune_insee, p.organisation_id, true, i.attendances + e.id,
           i.grade, i.attended_by, i.number, i.assessed_grade, i.territory, i.set_number, i.model_hash, e.id % 3 = 0,
           i.figures, i.npi + e.id, i.support, 0, i.input_hash
      from edition e join event v on v.id = e.event_id join event_party p on p.event_id = v.id
      join impact_edition i on i.edition_id = (select id from edition where public_id = $2)
     where e.year = $1
"""
WORKED = Path(__file__).parents[1] / "tests" / "domain" / "impact" / "worked_examples.json"
TURNS = 3


def draws() -> list[Row]:
    """100,000 draws of the worked example: both draw every parameter and evaluate the model, by other quantiles."""
    run = read_run(WORKED.read_bytes())
    ours, theirs, worst = [], [], 0.0
    for turn in range(TURNS + 1):
        taken, found = _timed(run)
        with patch.object(laws, "beta_tables", _by_scipy):
            their_time, expected = _timed(run)
        worst = max(worst, *(_apart(found[key], expected[key]) for key in found if key != BREAKEVEN))
        if turn:
            ours.append(taken)
            theirs.append(their_time)
    if worst > 1e-9:
        raise RuntimeError(f"the figures differ by {worst:.1e} of their spread")
    started = time.perf_counter()
    assess(run)
    whole = time.perf_counter() - started
    note = (
        f"scipy {min(theirs):.2f} s at best; figures differ by {worst:.0e} of their spread at most; with quantiles,"
        f" tornado and rank correlations {whole:.2f} s"
    )
    name = "100,000 draws against scipy.stats.beta.ppf for every parameter"
    return [times_row(name, ours, theirs, at_most=0.25, note=note)]


def _timed(run: Run) -> tuple[float, dict[str, Floats]]:
    started = time.perf_counter()
    sampler = Sampler(run.parameters, seed=run.seed, draws=run.draws)
    found, _ = simulate(run, sampler, formulas(run.inputs, run.names))
    return time.perf_counter() - started, found


def _by_scipy(shapes: Sequence[tuple[float, float]]) -> list[Callable[[Floats], Floats]]:
    return [functools.partial(beta.ppf, a=a, b=b) for a, b in shapes]


def _apart(one: Floats, other: Floats) -> float:
    return float(np.abs(one - other).max() / np.ptp(other))


ROWS = {"impact": draws}


async def a_board(settings: Settings, edition: UUID) -> None:
    """The assessment of the worked example on an edition, computed and drawn as the worker does."""
    accounts = msgspec.json.decode(WORKED.read_bytes())["fixed_inputs"]
    entry = Entry(
        level="standard",
        territory="amp",
        attendances=accounts["attendances_scanned"],
        grade="A",
        profile="festival_urbain",
        revenue=accounts["revenue"],
        expense=accounts["expense"],
        origin=Origins(known=8_000, outside=3_840),
        in_kind={"metropole": 12_000.0},
    )
    async with asyncpg.create_pool(settings.app_database_url, min_size=1, max_size=2) as pool:
        async with _work(pool) as work:
            await put_entry(work, edition, entry, "bench")
        async with _work(pool) as work:
            made = await request_assessment(work, edition, set_number=1, seed=None)
        assessed = await asked(pool, made.id)
        if assessed is None:
            raise RuntimeError("the assessment is gone")
        async with _work(pool) as work:
            await keep_result(work, assessed, computed(msgspec.json.encode(assessed.inputs)))
        impact = await impact_of(pool, edition, _here)
        if impact is None:
            raise RuntimeError("the assessment was drawn already")
        async with _work(pool) as work:
            await impact.keep(work)


async def years(settings: Settings, edition: UUID, sizes: Mapping[int, int]) -> None:
    """Years of so many editions, simulated: spread over families, communes and organisers, with one assessment."""
    owner = await asyncpg.connect(settings.database_url)
    try:
        await owner.executemany(COMMUNE, [astuple(commune) for commune in communes()])
        await owner.execute(FAMILIES)
        await owner.execute(ORGANISERS)
        for year, size in sizes.items():
            await owner.execute(EVENTS, year, size)
            await owner.execute(PARTIES, year)
            await owner.execute(EDITIONS, year)
            await owner.execute(IMPACT, year, edition)
        await owner.execute("analyze")
    finally:
        await owner.close()


def _work(pool: asyncpg.Pool) -> contextlib.AbstractAsyncContextManager[SqlWork]:
    return transact(pool, actor=SYSTEM, grant=EVERYTHING, request_id="bench", operation="bench", master_key=bytes(32))


async def _here(function: Callable[[bytes], bytes], given: bytes) -> bytes:
    return function(given)
