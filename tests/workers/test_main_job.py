"""The main job: the programme comes in, real workers build every dashboard and freeze the annex, readers see them."""

import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from httpx import ASGITransport, AsyncClient

from dashboards.annex import AnnexData
from dashboards.annex.render import render_annex
from events_api.app import create_app
from events_api.commands.imports import PROGRAMME, import_programme
from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.settings import Settings, master_key
from events_api.store.publication import request_freeze
from events_api.store.transaction import transact
from tests.factories.people import a_token
from tests.workers.conftest import WorkerProcess, ended, eventually

PATIENCE = 120.0
WAITING = "select count(*) = 0 from job where state in ('queued', 'running')"


@pytest.fixture
async def working(empty: Settings, empty_pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Settings]:
    """The programme in a database of its own, and a worker that has done all there was to do."""
    home = msgspec.structs.replace(empty, home=tmp_path / "home", shutdown_seconds=6)
    await import_programme(empty_pool, master_key(home), PROGRAMME.read_bytes(), "programme_2024.json")
    worker = WorkerProcess(home, tmp_path / "worker.log")
    try:
        await eventually(lambda: empty_pool.fetchval(WAITING), seconds=PATIENCE)
        yield home
    finally:
        assert worker.end() == 0


async def frozen(pool: asyncpg.Pool, settings: Settings, year: int) -> dict[str, Any]:
    async with transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id="freeze", operation="test", master_key=master_key(settings)
    ) as work:
        job_id = await request_freeze(work, year)
    job = await ended(pool, job_id, seconds=PATIENCE)
    assert job["state"] == "done", job["last_error"]
    return dict(msgspec.json.decode(job["result"]))


async def refreshed(pool: asyncpg.Pool, settings: Settings, year: int) -> dict[str, Any]:
    async with transact(
        pool, actor=SYSTEM, grant=EVERYTHING, request_id="refresh", operation="test", master_key=master_key(settings)
    ) as work:
        job_id = await work.enqueue("refresh_dashboard", {"year": year}, queue="render", key=f"year:{year}")
    job = await ended(pool, job_id, seconds=PATIENCE)
    return dict(msgspec.json.decode(job["result"]))


async def test_workers_build_every_dashboard_and_the_annex_and_do_nothing_twice(
    working: Settings, empty_pool: asyncpg.Pool
) -> None:
    pool = empty_pool
    editions = {str(row[0]) for row in await pool.fetch("select public_id from edition")}
    years = {"2018", "2022", "2023", "2024", "2025"}

    built = {(row[0], row[1]) for row in await pool.fetch("select kind, subject from dashboard")}
    dead = await pool.fetch("select kind, last_error from job where state <> 'done'")
    rebuilt = await refreshed(pool, working, 2024)
    first = await frozen(pool, working, 2024)
    again = await frozen(pool, working, 2024)

    assert [tuple(row) for row in dead] == []
    assert built == {("edition", edition) for edition in editions} | {
        ("year", subject) for year in years for subject in (year, f"{year}/public")
    }
    assert rebuilt == {"written": 0}
    assert (first, again) == (
        {"year": 2024, "version": 1, "written": True},
        {"year": 2024, "version": 1, "written": False},
    )
    (version,) = await pool.fetch("select * from annex_version")
    data = msgspec.json.encode(msgspec.json.decode(version["content"], type=AnnexData), order="deterministic")
    assert hashlib.sha256(data).digest() == version["content_hash"]
    made = render_annex(data)
    for name in ("pdf", "html", "csv"):
        sha256 = version[f"{name}_sha256"]
        stored = (working.files / sha256.hex()[:2] / sha256.hex()[2:]).read_bytes()
        assert hashlib.sha256(stored).digest() == sha256
        assert made[name] == stored
    assert version["audit_position"] > 0


async def test_a_dashboard_is_read_as_far_as_its_reader_may_see(working: Settings, empty_pool: asyncpg.Pool) -> None:
    application = create_app(working)
    application.state.pool = empty_pool
    edition_id = await empty_pool.fetchval(
        "select e.public_id from edition e join event v on v.id = e.event_id where v.slug = 'delta-festival'"
    )
    async with contextlib.AsyncExitStack() as stack:

        async def speak(role: str | None) -> AsyncClient:
            headers = {"Authorization": f"Bearer {await a_token(empty_pool, role)}"} if role else {}
            client = AsyncClient(transport=ASGITransport(application), base_url="https://events.test", headers=headers)
            return await stack.enter_async_context(client)

        nobody, officer, elected = await speak(None), await speak("officer"), await speak("elected")
        url = f"/api/v1/dashboards/editions/{edition_id}"
        draft = await nobody.get(url)
        seen = await officer.get(url, headers={"Accept-Language": "en"})
        year, public = (
            await elected.get("/api/v1/dashboards/years/2024"),
            await nobody.get("/api/v1/dashboards/years/2024"),
        )
        same = await elected.get("/api/v1/dashboards/years/2024", headers={"If-None-Match": year.headers["etag"]})
        charts = [chart for section in year.json()["content"]["sections"] for chart in section["charts"]]
        figure = await elected.get(f"/api/v1/dashboards/years/2024/charts/{charts[0]['id']}")
        absent = [
            (await elected.get(f"/api/v1/dashboards/{path}")).status_code
            for path in (
                "years/1999",
                "years/2024/charts/none",
                f"editions/{uuid4()}",
                f"editions/{edition_id}/charts/x",
            )
        ]

    assert draft.status_code == 404
    assert (seen.status_code, seen.headers["content-language"]) == (200, "en")
    assert seen.json()["content"]["title"].startswith("Delta Festival")
    assert "150,000" in seen.text
    assert (year.json()["content"]["id"], year.json()["content"]["language"]) == ("year-2024", "fr")
    assert (same.status_code, same.content) == (304, b"")
    assert "Delta Festival" in year.text
    assert "Delta Festival" not in public.text
    assert figure.json() == charts[0]["figure"]
    assert all(chart["sentence"] and chart["figure"]["data"] and chart["table"]["rows"] for chart in charts)
    assert absent == [404, 404, 404, 404]
