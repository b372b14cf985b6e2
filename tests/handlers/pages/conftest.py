"""Browsers without a window: somebody of a role signed in, and the hidden fields of a form."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar

from events_api.handlers.identity import SESSION_COOKIE
from tests.factories.people import a_membership, a_session, an_account

SignIn = Callable[..., Awaitable[AsyncClient]]


@pytest.fixture
async def sign_in(app: Litestar, pool: asyncpg.Pool) -> AsyncIterator[SignIn]:
    """Make a browser in which somebody of a role is signed in; without a role, nobody."""
    async with AsyncExitStack() as stack:

        async def browser(role: str | None = None, *, organisation: UUID | None = None) -> AsyncClient:
            client = AsyncClient(
                transport=ASGITransport(app, raise_app_exceptions=False),
                base_url="https://events.test",
                headers={"accept": "text/html"},
            )
            if role:
                account = await an_account(pool)
                await a_membership(pool, account, role, organisation=organisation)
                client.cookies.set(SESSION_COOKIE, await a_session(pool, account))
            return await stack.enter_async_context(client)

        yield browser


async def hidden(client: AsyncClient, path: str) -> dict[str, str]:
    """The hidden fields of the form of a page."""
    page = (await client.get(path)).text
    form = page[page.index('<form class="stack"') :]
    found = {}
    for part in form[: form.index("</form>")].split('<input type="hidden" ')[1:]:
        name, value = part.split('name="')[1].split('"')[0], part.split('value="')[1].split('"')[0]
        found[name] = value
    return found
