"""`events-api privacy`, as a person and as a script run it."""

import datetime as dt
import os
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from events_api.settings import Settings, master_key
from events_api.store.key_ends import destroyed_file, noted
from events_api.store.ticket_keys import edition_key
from tests.commands.test_jobs_and_audit import cli
from tests.conftest import own_settings
from tests.factories.people import an_edition, an_organisation
from tests.factories.tickets import a_ticket_import
from tests.store.test_tickets import bring, everything_kept, seeded, some_scans, some_tickets

settings = own_settings
BACKUPS = (
    "Archives made before a key was destroyed still hold it, sealed; kept 7 days where the rotation of"
    " docs/runbook/backup.md is followed. The master key, which opens it, is in no archive."
)


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, home=tmp_path)


@pytest.fixture
async def edition(pool: asyncpg.Pool, home: Settings) -> UUID:
    edition = await an_edition(pool, await an_organisation(pool))
    async with pool.acquire() as connection:
        number = await connection.fetchval("select id from edition where public_id = $1", edition)
        await edition_key(connection, master_key(home), number, edition)
    return edition


async def test_a_key_is_shown_given_a_day_and_destroyed(home: Settings, pool: asyncpg.Pool, edition: UUID) -> None:
    today = dt.datetime.now(dt.UTC).date()
    archive = home.home / "backups" / "events-20200101T000000Z.tar.gz"
    archive.parent.mkdir()
    archive.touch()
    os.utime(archive, (0, 0))

    shown = await cli(home, "privacy", "show", "--edition", str(edition))
    dated = await cli(home, "privacy", "expire", "--edition", str(edition), "--on", "2199-01-01")
    lifted = await cli(home, "privacy", "expire", "--edition", str(edition), "--lift", "--json")
    past = await cli(home, "privacy", "expire", "--edition", str(edition), "--on", "2020-01-01")
    unsure = await cli(home, "privacy", "destroy", "--edition", str(edition))
    destroyed = await cli(home, "privacy", "destroy", "--edition", str(edition), "--yes", "--json")
    twice = await cli(home, "privacy", "destroy", "--edition", str(edition), "--yes")
    afterwards = await cli(home, "privacy", "show", "--edition", str(edition))

    assert shown[0] == 0
    assert shown[1].splitlines()[0] == f"{edition}  Fête des quais 2026"
    assert shown[1].splitlines()[1].startswith(f"  made {today}, destroyed on ")
    assert shown[1].splitlines()[1].endswith(" (by default)")
    assert shown[1].splitlines()[2:] == [
        "  0 ticket facts, 0 scan facts, 0 live scans, 0 files that were read and do not count"
    ]
    assert dated[1].splitlines()[1] == f"  made {today}, destroyed on 2199-01-01"
    assert msgspec.json.decode(lifted[1])["expires_by_default"] is True
    assert (past[0], past[1]) == (1, "")
    assert "is not in the future" in past[2]
    assert (unsure[0], unsure[1]) == (2, "")
    found = msgspec.json.decode(destroyed[1])
    assert (found["backups"], found["backup_days"]) == ([str(archive)], 7)
    assert [(key["edition_id"], key["destroyed_by"]) for key in found["keys"]] == [
        (str(edition), "cli.privacy.destroy")
    ]
    assert twice[0] == 1
    assert afterwards[1].splitlines()[1].endswith(" UTC from the command line")
    assert afterwards[1].splitlines()[3:] == [BACKUPS, f"Such archives in this home, to be deleted: {archive.name}"]
    assert [key.edition_id for key in noted(destroyed_file(home))] == [edition]
    assert await pool.fetchval(
        "select sealed_key is null from ticket_key k join edition e on e.id = k.edition_id where e.public_id = $1",
        edition,
    )


async def test_counts_are_held_against_the_facts_and_made_anew_without_the_key(
    home: Settings, pool: asyncpg.Pool, edition: UUID
) -> None:
    chance = seeded(1)
    one = await a_ticket_import(pool, home, edition, some_scans(chance, 60), some_tickets(chance, 9))
    await bring(pool, home, one)
    before = await everything_kept(pool, edition)

    destroyed = await cli(home, "privacy", "destroy", "--edition", str(edition), "--yes")
    verified = await cli(home, "attendance", "verify", "--edition", str(edition), "--json")
    made_anew = await cli(home, "attendance", "recompute", "--edition", str(edition))

    assert (destroyed[0], destroyed[2].splitlines()) == (0, [BACKUPS])
    assert [(found["edition"], found["differences"]) for found in msgspec.json.decode(verified[1])] == [
        (str(edition), [])
    ]
    assert (verified[0], made_anew[0]) == (0, 0)
    assert await everything_kept(pool, edition) == before


async def test_what_has_no_key_is_said(home: Settings, pool: asyncpg.Pool) -> None:
    without = await an_edition(pool, await an_organisation(pool))

    shown = await cli(home, "privacy", "show", "--edition", str(without))
    refused = await cli(home, "privacy", "destroy", "--edition", str(without), "--yes")
    unknown = await cli(home, "privacy", "expire", "--edition", str(uuid4()), "--lift")

    assert shown == (0, "This edition has no ticket key.\n", "")
    assert (refused[0], refused[2]) == (
        1,
        "events-api: This edition has no key: none of its tickets has been brought yet.\n",
    )
    assert (unknown[0], unknown[2]) == (1, "events-api: Nothing has this identifier, or it is not open to you.\n")
