"""The application in the test's own loop, and clients that speak to it in a role."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from litestar.types import Receive, Scope, Send

from events_api.app import create_app
from events_api.settings import Settings
from tests.factories.people import a_token

Speak = Callable[..., Awaitable[AsyncClient]]


@pytest.fixture(scope="session")
async def application(shared_settings: Settings) -> AsyncIterator[Litestar]:
    """The real application; its lifespan, which opens a pool of its own, is tested with servers."""
    application = create_app(shared_settings)
    yield application
    await application.state.readers.close()


@pytest.fixture(scope="module")
def app(application: Litestar, pool: asyncpg.Pool, gate_pool: asyncpg.Pool) -> Litestar:
    """The application on the database of the module."""
    application.state.pool, application.state.gate_pool = pool, gate_pool
    return application


@pytest.fixture
async def speak(app: Litestar, pool: asyncpg.Pool) -> AsyncIterator[Speak]:
    """Make a client that speaks in a role, with a token made for it; without a role it is nobody."""
    async with contextlib.AsyncExitStack() as stack:

        async def speak_as(role: str | None = None, **token: Any) -> AsyncClient:
            headers = {"Authorization": f"Bearer {await a_token(pool, role, **token)}"} if role else {}
            client = AsyncClient(
                transport=ASGITransport(app, raise_app_exceptions=False),
                base_url="https://events.test",
                headers=headers,
            )
            return await stack.enter_async_context(client)

        yield speak_as


def noted_paths(layer: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that a way past the framework passes on to what lies within it, as they come."""
    paths, inner = [], layer.inner

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        await inner(scope, receive, send)

    monkeypatch.setattr(layer, "inner", noted)
    return paths
