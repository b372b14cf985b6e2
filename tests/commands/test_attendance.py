"""`events-api attendance verify` and `recompute`, as a person and as a script run them."""

from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from events_api.settings import Settings
from tests.commands.test_jobs_and_audit import cli
from tests.conftest import own_settings
from tests.factories.people import an_edition, an_organisation
from tests.factories.tickets import a_live_scan, a_ticket_import
from tests.store.test_tickets import bring, everything_kept, seeded, some_scans, some_tickets

settings = own_settings


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, home=tmp_path)


@pytest.fixture
async def counted(pool: asyncpg.Pool, home: Settings) -> UUID:
    edition = await an_edition(pool, await an_organisation(pool))
    chance = seeded(1)
    await bring(pool, home, await a_ticket_import(pool, home, edition, some_scans(chance, 30), some_tickets(chance, 9)))
    return edition


async def test_counts_that_are_right_are_verified(counted: UUID, home: Settings) -> None:
    code, out, err = await cli(home, "attendance", "verify", "--edition", str(counted))

    assert (code, out, err) == (0, f"{counted}: revision 1, every figure is what the facts give.\n", "")


async def test_counts_that_are_wrong_are_found_and_made_anew(
    counted: UUID, home: Settings, pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    before = await everything_kept(pool, counted)
    of_it = "edition_id = (select id from edition where public_id = $1)"
    spoil = (
        "update attendance_count set entries_in = entries_in + 7 where dimension = 'edition' and day = '-infinity' and",
        "delete from attendance_quarter where",
        "update attendance_minute set changes = overlay(changes placing '\\x05' from 9) where",
        "update attendance_presence set highest = highest + 1 where",
    )
    for statement in spoil:
        await owner.execute(f"{statement} {of_it}", counted)

    code, out, _ = await cli(home, "attendance", "verify", "--json")
    found = {one["edition"]: one for one in msgspec.json.decode(out)}[str(counted)]
    recomputed, said, _ = await cli(home, "attendance", "recompute", "--edition", str(counted))
    verified, _, _ = await cli(home, "attendance", "verify", "--edition", str(counted))

    assert code == 1
    assert {difference.partition(" ")[0] for difference in found["differences"]} == {
        "attendance_count",
        "attendance_quarter",
        "attendance_minute",
        "attendance_presence",
    }
    assert (recomputed, said, verified) == (0, "1 editions counted anew.\n", 0)
    assert await everything_kept(pool, counted) == before


async def test_what_its_gates_know_of_a_live_edition_is_made_anew(
    counted: UUID, home: Settings, pool: asyncpg.Pool
) -> None:
    await a_live_scan(pool, counted, some_scans(seeded(2), 1)[0]._replace(verdict=0), sequence=1)
    await pool.execute(
        "update attendance_state set live = true where edition_id = (select id from edition where public_id = $1)",
        counted,
    )

    code, _, _ = await cli(home, "attendance", "recompute")

    assert code == 0
    assert await pool.fetchval(
        "select count(*) > 0 from gate_ticket where edition_id = (select id from edition where public_id = $1)", counted
    )


async def test_an_edition_without_counts_is_not_one(home: Settings) -> None:
    code, out, err = await cli(home, "attendance", "verify", "--edition", str(uuid4()))

    assert (code, out) == (1, "")
    assert err.startswith("events-api: ")
