"""The boards that a real worker keeps of assessments, and the rows of the year beside them."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from dashboards.impact.stored import ImpactInput, Latest, StoredBoard, readable
from events_api.domain import records
from events_api.domain.actors import EVERYTHING
from events_api.domain.attendance import Grade
from events_api.domain.programme import Edition, Event
from events_api.read.impact import edition_board
from events_api.store.assessments import put_entry, request_assessment
from events_api.store.impact import EditionRow
from tests.conftest import own_settings
from tests.factories.impact import ENTRY, an_assessment
from tests.factories.people import an_edition, an_organisation
from tests.workers.conftest import Worker, ended, eventually, work_in
from workers.jobs.refresh_dashboard import Impact, impact_of, impact_row

settings = own_settings
ROW = """
    select i.year, i.number, i.attendances, i.grade, i.attended_by, i.assessed_grade, i.stale, i.npi, i.support
      from impact_edition i join edition e on e.id = i.edition_id where e.public_id = $1
"""
BOARDS = """
    select b.language, b.number, b.content, b.watermark, b.drawn_at
      from impact_board b join edition e on e.id = b.edition_id where e.public_id = $1 order by b.language desc
"""
FORMER = EditionRow(
    year=2026, sort_key="former", family=None, commune=None, organiser=None, simulated=False, attendances=None,
    grade=None, attended_by=None, territory="amp",
)  # fmt: skip


@pytest.fixture(autouse=True)
async def _alone(clean: None) -> Any:
    """Nothing of another test."""


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool), name="Fête des tableaux", year=2026)


async def settled(pool: asyncpg.Pool) -> None:
    """Nothing waits and nothing runs."""
    await eventually(lambda: pool.fetchval("select not exists (select from job where state in ('queued', 'running'))"))


async def test_a_worker_keeps_the_board_of_an_assessment_in_both_languages_and_its_row(
    worker: Worker, pool: asyncpg.Pool, edition: UUID
) -> None:
    async with work_in(pool) as work:
        await put_entry(work, edition, ENTRY, "Comptes")
    async with work_in(pool) as work:
        made = await request_assessment(work, edition, set_number=1, seed=None)
    worker()
    await ended(pool, made.job_id)
    await settled(pool)

    boards = await pool.fetch(BOARDS, edition)
    french, english = (msgspec.json.decode(row["content"], type=StoredBoard) for row in boards)
    row = await pool.fetchrow(ROW, edition)
    dead = await pool.fetch("select last_error from job where state <> 'done'")

    assert dead == []
    assert [(one["language"], one["number"]) for one in boards] == [("fr", 1), ("en", 1)]
    assert (french.board.label, english.board.label) == ("Impact primaire net", "Net primary impact")
    assert french.lead.startswith("Fête des tableaux 2026 · ")
    assert [one.id for one in french.board.drawings] == [one.id for one in english.board.drawings]
    assert (row["year"], row["number"], row["assessed_grade"], row["stale"]) == (2026, 1, "A", False)
    assert (row["attendances"], row["grade"], row["attended_by"]) == (ENTRY.attendances, "A", "entry")
    assert row["npi"] > row["support"] > 0


async def test_a_new_name_draws_the_board_anew_and_a_new_entry_tells_that_it_is_stale(
    worker: Worker, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    event = await pool.fetchval(
        "select v.public_id from event v join edition e on e.event_id = v.id where e.public_id = $1", edition
    )
    worker()
    await settled(pool)

    async with work_in(pool) as work:
        await records.change(work, Event, event, None, {"name": "Fête renommée"})
    await settled(pool)
    (renamed, _) = await pool.fetch(BOARDS, edition)
    async with work_in(pool) as work:
        await put_entry(work, edition, msgspec.structs.replace(ENTRY, attendances=41_000), "Recomptées")
    await settled(pool)
    found = await edition_board(pool, EVERYTHING, edition, "fr")
    row = await pool.fetchrow(ROW, edition)

    assert msgspec.json.decode(renamed["content"], type=StoredBoard).lead.startswith("Fête renommée 2026")
    assert found is not None
    assert [why.code for why in found.stale] == ["assessment-entry-changed"]
    assert (row["stale"], row["number"]) == (True, 1)


async def test_an_earlier_edition_that_is_assessed_draws_the_boards_of_the_later_ones_anew(
    worker: Worker, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    former = uuid4()
    await pool.execute(
        "insert into edition (public_id, event_id, year, date_precision)"
        " select $1, e.event_id, 2025, 'year' from edition e where e.public_id = $2",
        former,
        edition,
    )
    worker()
    await settled(pool)
    (alone, _) = await pool.fetch(BOARDS, edition)

    await an_assessment(pool, former, is_computed=False)
    await settled(pool)
    (beside, _) = await pool.fetch(BOARDS, edition)

    charts = [
        [one.id for one in msgspec.json.decode(board["content"], type=StoredBoard).board.drawings]
        for board in (alone, beside)
    ]
    assert ["trend" in found for found in charts] == [False, True]


async def test_the_same_input_writes_nothing_and_an_older_one_replaces_nothing(
    pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    before = await pool.fetch(BOARDS, edition)
    again = await impact_of(pool, edition, _here)
    await an_assessment(pool, edition)
    later = await pool.fetch(BOARDS, edition)
    key = await pool.fetchval("select id from edition where public_id = $1", edition)
    former = Impact(
        key=key,
        watermark=before[0]["watermark"],
        hash=b"o" * 32,
        row=msgspec.structs.replace(FORMER, number=1),
        boards={"fr": before[0]["content"]},
    )

    async with work_in(pool) as work:
        written = await former.keep(work)

    assert again is None
    assert [one["number"] for one in later] == [2, 2]
    assert not written
    assert await pool.fetch(BOARDS, edition) == later


async def test_a_refusal_leaves_the_board_that_was_there_and_a_withdrawn_edition_leaves_none(
    worker: Worker, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    await pool.execute(
        "insert into impact_assessment select edition_id, 2, gen_random_uuid(), entry_number, set_number,"
        " override_numbers, attendance, content, parameter_hash, data_hash, seed, draws, territory, job_id,"
        " requested_by, requested_at from impact_assessment where edition_id ="
        " (select id from edition where public_id = $1)",
        edition,
    )
    await pool.execute(
        "insert into impact_result (edition_id, number, content, code_hash, numpy_version)"
        """ select id, 2, '{"evaluation":null,"refusal":"entry-incomplete","refusal_params":{}}', sha256(''), '2'"""
        " from edition where public_id = $1",
        edition,
    )
    found = await edition_board(pool, EVERYTHING, edition, "en")
    async with work_in(pool) as work:
        await records.change(work, Edition, edition, None, {"capacity": 4_000})
    worker()
    await settled(pool)
    kept = await pool.fetch(BOARDS, edition)
    async with work_in(pool) as work:
        await records.retire(work, Edition, edition, None)
    await settled(pool)

    assert found is not None
    assert found.board is not None
    assert found.later is not None
    assert (found.board.number, found.later.number, found.later.state) == (1, 2, "refused")
    assert [one["number"] for one in kept] == [1, 1]
    assert (await pool.fetch(BOARDS, edition), await pool.fetch(ROW, edition)) == ([], [])


async def test_boards_that_another_release_drew_are_drawn_anew(
    worker: Worker, pool: asyncpg.Pool, edition: UUID
) -> None:
    await an_assessment(pool, edition)
    key = await pool.fetchval("select id from edition where public_id = $1", edition)
    await pool.execute(
        "update impact_board set code_hash = sha256('former'), input_hash = sha256('former'), content = '{}'"
        " where edition_id = $1",
        key,
    )
    await pool.execute("update impact_edition set input_hash = sha256('former') where edition_id = $1", key)
    unread = await edition_board(pool, EVERYTHING, edition, "fr")
    worker()
    async with work_in(pool) as work:
        job = await work.enqueue("redraw_impact", {}, queue="fast")
    row = await ended(pool, job)
    await settled(pool)
    (kept, _) = await pool.fetch(BOARDS, edition)

    assert unread is not None
    assert unread.content is not None
    assert readable(unread.content) is None
    assert row["state"] == "done"
    assert msgspec.json.decode(kept["content"], type=StoredBoard).board.label == "Impact primaire net"


async def _here(function: Any, given: bytes) -> bytes:
    return function(given)


@pytest.mark.parametrize(("official", "kept"), [("B", ("A", "entry")), ("A", ("A", "figure")), (None, ("A", "entry"))])
def test_a_year_adds_the_entry_days_with_the_best_grade(official: Grade | None, kept: tuple[str, str]) -> None:
    latest = Latest(
        number=1, entry=ENTRY, outcome=msgspec.Raw(b"{}"), set_number=1, territory="amp", model_hash="", stale=False,
        counted=True,
    )  # fmt: skip
    given = ImpactInput(
        name="", year=2026, sort_key="", family=None, commune=None, organiser=None, simulated=False,
        attendances=None if official is None else 90_000, grade=official, latest=latest, code="",
    )  # fmt: skip

    row = impact_row(given, None)

    assert (row.grade, row.attended_by) == kept
