"""The application for the walk, and the number of its cells after the run."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from events_api.app import create_app
from events_api.settings import Settings
from tests.access.world import CALLERS, World


@pytest.fixture(scope="session")
async def world(settings: Settings, pool: asyncpg.Pool) -> AsyncIterator[World]:
    """The two sides and their callers, made once."""
    app = create_app(settings)
    app.state.pool = pool
    owner = await asyncpg.connect(settings.database_url)
    made = World(app, settings, pool, owner)
    await made.open()
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
