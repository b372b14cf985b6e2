"""Imports from the command line: what a script reads, the file of refused lines, one clear refusal."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg

from events_api.settings import Settings
from tests.importers.test_festivals import HEADER

ROOT = Path(__file__).parents[2]


async def command(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | settings.environ()
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "events_api.cli", "import", *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        check=False,
        timeout=120,
    )


async def test_files_come_in_and_say_what_became_of_them(
    empty: Settings, empty_pool: asyncpg.Pool, tmp_path: Path
) -> None:
    listed, refused, broken = tmp_path / "list.csv", tmp_path / "refused.csv", tmp_path / "broken.json"
    listed.write_text(f"{HEADER}\nMarsatac;13055;F1;;;\n=1+1;75056;F2;a@b.fr;;\n", encoding="utf-8")
    broken.write_text("{", encoding="utf-8")

    programme = await command(empty, "programme", "--json")
    festivals = await command(empty, "festivals", str(listed), "--refused", str(refused))
    again = await command(empty, "festivals", str(listed), "--json")
    unreadable = await command(empty, "programme", str(broken))

    counted = json.loads(programme.stdout)
    assert [counted[f"lines_{name}"] for name in ("read", "accepted", "known", "refused")] == [372, 371, 0, 1]
    assert await empty_pool.fetchval("select count(*) from commune") == 92
    assert festivals.stdout.decode() == "list.csv: 2 lines read, 1 accepted, 0 known, 1 refused.\n"
    assert json.loads(again.stdout)["again"] is True
    assert refused.read_text(encoding="utf-8-sig").splitlines()[1] == (
        "3;Code Insee commune;festival-outside-territory;La commune 75056 n’est pas l’une des 92 du territoire.;"
        'The commune 75056 is not one of the 92 of the territory.;"\'=1+1;75056;F2;[…];;"'
    )
    assert (unreadable.returncode, unreadable.stdout) == (1, b"")
    assert unreadable.stderr.decode().startswith("events-api: This file cannot be read:")
