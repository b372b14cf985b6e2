"""The programme of 2024: every printed fact comes back, twice is once, nothing is dropped."""

import asyncpg

from events_api.commands.imports import PROGRAMME, import_programme
from events_api.settings import Settings, master_key
from tests.importers.conftest import snapshot

CONTENT = PROGRAMME.read_bytes()
FILE = "programme_2024.json"


async def test_twice_changes_nothing_in_the_whole_database(empty: Settings, empty_pool: asyncpg.Pool) -> None:
    first = await import_programme(empty_pool, master_key(empty), CONTENT, FILE)
    after_once = await snapshot(empty)

    second = await import_programme(empty_pool, master_key(empty), CONTENT, FILE)

    assert await snapshot(empty) == after_once
    assert (second.id, first.again, second.again) == (first.id, False, True)
    assert (first.lines_read, first.lines_accepted, first.lines_known, first.lines_refused) == (372, 371, 0, 1)
