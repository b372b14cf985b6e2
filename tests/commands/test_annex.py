"""The annex from the command line: frozen by a worker, listed, written into a folder."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from events_api.commands.imports import PROGRAMME, import_programme
from events_api.settings import Settings, master_key
from tests.workers.conftest import WorkerProcess

ROOT = Path(__file__).parents[2]


async def command(settings: Settings, *arguments: str) -> Any:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | settings.environ()
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "events_api.cli", "annex", *arguments, "--json"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


def beginning(file: str) -> bytes:
    return Path(file).read_bytes()[:5]


async def test_it_is_frozen_listed_and_written(empty: Settings, empty_pool: asyncpg.Pool, tmp_path: Path) -> None:
    home = msgspec.structs.replace(empty, home=tmp_path / "home", shutdown_seconds=6)
    await import_programme(empty_pool, master_key(home), PROGRAMME.read_bytes(), "programme_2024.json")
    worker = WorkerProcess(home, tmp_path / "worker.log")

    try:
        frozen = await command(home, "freeze", "2024", "--out", str(tmp_path / "out"))
        again = await command(home, "freeze", "2024")
        (listed,) = await command(home, "list")
    finally:
        code = worker.end()

    files = [str(tmp_path / "out" / f"annex.{suffix}") for suffix in ("pdf", "html", "csv")]
    assert frozen == {"year": 2024, "version": 1, "written": True, "files": files}
    assert again == {"year": 2024, "version": 1, "written": False, "files": []}
    assert (listed["year"], listed["state"], [version["number"] for version in listed["versions"]]) == (
        2024,
        "frozen",
        [1],
    )
    assert beginning(files[0]) == b"%PDF-"
    assert code == 0
