"""The application for the walk, and the number of its cells after the run."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from events_api.app import create_app
from events_api.handlers import presence
from events_api.settings import Settings
from tests.access.world import CALLERS, World
from tests.conftest import database_of_its_own


@pytest.fixture(scope="session")
async def world(shared_settings: Settings, template: str) -> AsyncIterator[World]:
    """The two sides and their callers, made once, in a database that no other test empties."""
    async with (
        database_of_its_own(shared_settings, template, "access") as own,
        asyncpg.create_pool(own.app_database_url, min_size=1, max_size=10) as pool,
    ):
        app = create_app(own)
        app.state.pool = app.state.gate_pool = pool
        owner = await asyncpg.connect(own.database_url)
        made = World(app, own, pool, owner)
        await made.open()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(presence, "LASTS_SECONDS", 0)  # this client waits for the end of a stream
            yield made
        await made.client.aclose()
        await owner.close()
        app.state.passwords.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cells of the access table were asked for, over all workers."""
    cells = [
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "access_cells"
    ]
    if cells:
        terminalreporter.write_line(
            f"access: {len(cells)} operations x {len(CALLERS)} callers, {sum(cells)} cells as declared"
        )
