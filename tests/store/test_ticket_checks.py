"""The checks on what the database keeps: files, lists of tickets, gates, other editions."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
import pytest

from events_api.domain.tickets.facts import IN, Facts, LabelKind
from events_api.domain.tickets.plausibility import CHECKS, Check, CheckCode, verdict_of
from events_api.settings import Settings
from events_api.store.evidence import keep_checks, request_outdated_checks
from events_api.store.ticket_checks import Examined, examine
from tests.domain.tickets import logs
from tests.domain.tickets.logs import FIRST_DAY, Festival, Log, festival
from tests.domain.tickets.plain import Scan
from tests.factories.people import an_edition, an_organisation
from tests.factories.tickets import a_live_scan, a_ticket_import
from tests.store.test_tickets import bring, opened, undo

GATES: dict[LabelKind, tuple[str, ...]] = {
    "gate": tuple(f"Porte {number}" for number in range(1, 10)),
    "device": tuple(f"Lecteur {number}" for number in range(1, 100)),
}


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, home=tmp_path)


@pytest.fixture
async def organisation(pool: asyncpg.Pool) -> UUID:
    return await an_organisation(pool)


async def edition_of(pool: asyncpg.Pool, organisation: UUID, *, years: int = 0, days: int = 1) -> UUID:
    """An edition that takes place on the days of the logs, or years later."""
    edition = await an_edition(pool, organisation)
    first = FIRST_DAY + dt.timedelta(days=364 * years)
    await pool.execute(
        "update edition set date_precision = 'exact', year = $2, starts_on = $3, ends_on = $4 where public_id = $1",
        edition,
        first.year,
        first,
        first + dt.timedelta(days=days - 1),
    )
    return edition


async def brought(pool: asyncpg.Pool, home: Settings, edition: UUID, scans: Facts, tickets: Facts) -> list[UUID]:
    """A list of tickets and a log, each a file."""
    files = [
        await a_ticket_import(pool, home, edition, (), tickets, labels=GATES),
        await a_ticket_import(pool, home, edition, scans[np.argsort(scans["at"], kind="stable")], labels=GATES),
    ]
    for file in files:
        await bring(pool, home, file)
    return files


async def looked_at(pool: asyncpg.Pool, edition: UUID) -> Examined:
    async def unseen(_: int) -> None:
        pass

    found = await examine(pool, edition, unseen)
    assert found is not None
    return found


def doubts(checks: list[Check]) -> dict[CheckCode, str]:
    return {check.code: check.verdict for check in checks if check.verdict not in ("passes", "not_tested")}


async def test_a_real_shaped_log_passes_from_the_database(
    pool: asyncpg.Pool, home: Settings, organisation: UUID
) -> None:
    edition = await edition_of(pool, organisation)
    log = festival(1, Festival(people=1500))
    await brought(pool, home, edition, log.scans, np.random.default_rng(1).permutation(log.tickets))

    found = await looked_at(pool, edition)

    assert (found.scans, found.revision, doubts(found.checks)) == (len(log.scans), 2, {})
    values = {check.code: (check.verdict, check.value) for check in found.checks}
    expected = {check.code: (check.verdict, check.value) for check in log.checked()}
    assert values.pop("file_order")[0] == expected.pop("file_order")[0] == "passes"
    assert values == expected


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (logs.invented_codes, "unknown_codes"),
        (logs.a_day_copied, "copied_day"),
        (logs.rounded_to_five_minutes, "round_minutes"),
        (logs.the_list_in_its_order, "file_order"),
        (logs.gates_in_turn, "gate_rotation"),
    ],
)
async def test_a_forged_log_is_caught_from_the_database(
    pool: asyncpg.Pool, home: Settings, organisation: UUID, forge: Callable[[int], Log], code: CheckCode
) -> None:
    edition = await edition_of(pool, organisation, days=2)
    log = forge(3)
    await brought(pool, home, edition, log.scans, log.tickets)

    assert doubts((await looked_at(pool, edition)).checks)[code] == "implausible"


async def test_lines_added_at_the_end_of_a_file_are_seen_in_the_order_of_its_lines(
    pool: asyncpg.Pool, home: Settings, organisation: UUID
) -> None:
    edition = await edition_of(pool, organisation)
    log = festival(5, Festival(people=1000, leaves=0.0, refused=0.0))
    rows = log.scans[np.argsort(log.scans["at"])]
    rows = np.concatenate((np.delete(rows, np.s_[::10]), rows[::10]))
    file = await a_ticket_import(pool, home, edition, rows, labels=GATES)
    await bring(pool, home, file)

    assert doubts((await looked_at(pool, edition)).checks) == {"file_end": "to_explain"}


async def test_the_log_of_another_edition_of_the_organiser_is_recognised(
    pool: asyncpg.Pool, home: Settings, organisation: UUID
) -> None:
    before, after = await edition_of(pool, organisation), await edition_of(pool, organisation, years=1)
    stranger = await edition_of(pool, await an_organisation(pool, "Une autre"), years=1)
    log = festival(2, Festival(people=900, leaves=0.0))
    await brought(pool, home, before, log.scans, log.tickets)
    later = log.scans.copy()
    later["at"] += 364 * 86_400 * logs.MICRO
    await brought(pool, home, after, later, log.tickets)
    await brought(pool, home, stranger, later, log.tickets)

    assert doubts((await looked_at(pool, after)).checks) == {"copied_edition": "implausible"}
    assert doubts((await looked_at(pool, stranger)).checks) == {}


async def test_scans_of_the_gates_are_checked_with_the_files_and_undone_files_are_not(
    pool: asyncpg.Pool, home: Settings, organisation: UUID
) -> None:
    edition = await edition_of(pool, organisation)
    log = festival(1, Festival(people=300))
    files = await brought(pool, home, edition, log.scans, log.tickets)
    await a_live_scan(pool, edition, Scan(1, dt.datetime(2026, 7, 3, 18, tzinfo=dt.UTC)), sequence=1)

    with_gates = await looked_at(pool, edition)
    await undo(pool, home, files[1])
    without = await looked_at(pool, edition)

    assert (with_gates.scans, without.scans) == (len(log.scans) + 1, 1)
    assert next(check for check in with_gates.checks if check.code == "unknown_codes").value == pytest.approx(
        1 / (1 + np.count_nonzero((log.scans["verdict"] == 0) & (log.scans["direction"] == IN))), abs=1e-6
    )


async def test_of_a_very_large_edition_the_busiest_days_are_looked_at(
    pool: asyncpg.Pool, home: Settings, organisation: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = await edition_of(pool, organisation, days=3)
    log = festival(1, Festival(people=3000, days=3))
    await brought(pool, home, edition, log.scans, log.tickets)
    monkeypatch.setattr("events_api.store.ticket_checks.MOST_TIMED", 2500)

    found = {check.code: check for check in (await looked_at(pool, edition)).checks}

    assert found["unknown_codes"].cases > 2500  # tickets are all looked at
    assert 900 < found["night"].cases < 2500
    assert found["file_end"].verdict == "not_tested"


async def test_an_edition_without_facts_is_not_tested_and_an_absent_one_is_none(
    pool: asyncpg.Pool, organisation: UUID
) -> None:
    edition = await edition_of(pool, organisation)

    found = await looked_at(pool, edition)

    async def unseen(_: int) -> None:
        pass

    assert (found.revision, found.scans, verdict_of(found.checks)) == (0, 0, "not_tested")
    assert [check.code for check in found.checks] == list(CHECKS)
    assert await examine(pool, UUID(int=5), unseen) is None


async def test_checks_of_later_facts_stay(pool: asyncpg.Pool, organisation: UUID) -> None:
    edition = await edition_of(pool, organisation)
    found = await looked_at(pool, edition)

    for revision in (3, 2):
        async with opened(pool) as work:
            await keep_checks(work, found.edition_id, revision, revision * 10, found.checks)

    row = await pool.fetchrow("select revision, scans from attendance_check where edition_id = $1", found.edition_id)
    assert tuple(row) == (3, 30)


async def test_editions_that_went_quiet_are_checked_by_themselves(pool: asyncpg.Pool, organisation: UUID) -> None:
    quiet, busy, checked = [await edition_of(pool, organisation, years=years) for years in range(3)]
    for edition, minutes in ((quiet, 30), (busy, 5), (checked, 30)):
        await pool.execute(
            "insert into attendance_state (edition_id, revision, changed_at)"
            " select id, 4, now() - $2 * interval '1 minute' from edition where public_id = $1",
            edition,
            minutes,
        )
    await pool.execute(
        "insert into attendance_check (edition_id, revision, scans, checks) select id, 4, 0, '[]' from edition"
        " where public_id = $1",
        checked,
    )

    async with opened(pool) as work:
        await request_outdated_checks(work)

    keys = {row["key"] for row in await pool.fetch("select key from job where kind = 'check_attendance'")}
    assert {f"edition:{edition}" for edition in (quiet, busy, checked)} & keys == {f"edition:{quiet}"}
