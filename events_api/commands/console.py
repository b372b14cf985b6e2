"""What commands that read and write share: the pool, a transaction in the name of the platform, one clear refusal."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import typer
from msgspec import Struct

from events_api.commands.output import people
from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.errors import DomainError
from events_api.embedded import embedded_servers
from events_api.read.connections import Pool
from events_api.settings import Settings, master_key
from events_api.store.pool import open_pool
from events_api.store.roles import app_dsn
from events_api.store.transaction import SqlWork, transact
from events_api.text.catalogue import sentence

T = TypeVar("T")


class Console(Struct, frozen=True):
    """The installation as a command has it."""

    pool: Pool
    settings: Settings

    def transact(self, operation: str) -> AbstractAsyncContextManager[SqlWork]:
        """Open a transaction of the platform itself, under a request id of this command."""
        return transact(
            self.pool,
            actor=SYSTEM,
            grant=EVERYTHING,
            request_id=f"cli-{secrets.token_hex(6)}",
            operation=f"cli.{operation}",
            master_key=master_key(self.settings),
        )


def on_console(action: Callable[[Console], Awaitable[T]]) -> T:
    """Run a command against the servers of this installation; a refusal is one line and exit 1."""

    async def run() -> T:
        async with embedded_servers(Settings.read()) as settings:
            pool = await open_pool(await app_dsn(settings), smallest=1, largest=2, application="cli")
            async with pool:
                return await action(Console(pool, settings))

    try:
        return asyncio.run(run())
    except DomainError as refusal:
        raise refused(refusal) from None


def refused(refusal: DomainError, *, about: str = "") -> typer.Exit:
    """Say a refusal in one line: the file that it is about, the field, the sentence; what is to be raised then."""
    where = "".join(f"{part}: " for part in (about, refusal.field) if part)
    people.print(f"events-api: {where}{sentence(refusal.code, refusal.params, 'en')}", markup=False, soft_wrap=True)
    return typer.Exit(1)
