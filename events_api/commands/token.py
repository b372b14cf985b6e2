"""token create, list, revoke: machines from the command line."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer
from msgspec import Struct
from rich.console import Console as Screen
from rich.table import Table

from events_api.commands.console import Console, on_console
from events_api.commands.output import AsJson, print_json, print_line
from events_api.domain.accounts import ApiToken
from events_api.domain.records import retire
from events_api.read import accounts as reading
from events_api.store import accounts as store

app = typer.Typer(name="token", help="Machines: opaque tokens, scoped, expiring, revocable.", no_args_is_help=True)


class RoleName(StrEnum):
    """A role that tokens carry."""

    organiser = "organiser"
    gate = "gate"
    officer = "officer"
    communication = "communication"
    elected = "elected"
    auditor = "auditor"
    administrator = "administrator"


class Issued(Struct, frozen=True, kw_only=True):
    """A new token; `token` is the secret, shown once."""

    id: UUID
    token: str
    name: str
    role: str
    organisation_id: UUID | None
    edition_id: UUID | None
    expires_at: dt.datetime


@app.command()
def create(
    role: Annotated[RoleName, typer.Option(help="What the machine may do.")],
    organisation: Annotated[
        str | None, typer.Option(help="For organisers: identifier, SIRET, RNA or exact name.")
    ] = None,
    edition: Annotated[UUID | None, typer.Option(help="For gates: identifier of the edition.")] = None,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "Command line",
    days: Annotated[int, typer.Option(min=1, max=731, help="How long it works.")] = 365,
    *,
    read_only: Annotated[bool, typer.Option("--read-only", help="It may not write.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create a token and print its secret, once."""

    async def run(console: Console) -> Issued:
        organisation_id = None if organisation is None else await reading.organisation_named(console.pool, organisation)
        async with console.transact("token.create") as work:
            values: dict[str, Any] = {
                "name": name,
                "role": role.value,
                "organisation_id": organisation_id,
                "edition_id": edition,
                "scopes": ["read"] if read_only else ["read", "write"],
                "expires_at": work.now + dt.timedelta(days=days),
            }
            token, secret = await store.issue(work, values)
        return Issued(
            id=token.id,
            token=secret,
            name=name,
            role=role.value,
            organisation_id=organisation_id,
            edition_id=edition,
            expires_at=token.expires_at,
        )

    made = on_console(run)
    if as_json:
        print_json(made)
    else:
        print_line(f"{made.token}\n(shown once; role {made.role}, until {made.expires_at:%Y-%m-%d}; revoke: {made.id})")


@app.command(name="list")
def list_tokens(*, as_json: AsJson = False) -> None:
    """List the tokens that are not revoked, with their last use."""
    found = on_console(lambda console: reading.tokens(console.pool))
    if as_json:
        print_json(found)
        return
    table = Table("id", "name", "role", "ends in", "expires", "last use", box=None)
    for token in found:
        used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
        table.add_row(str(token.id), token.name, token.role, token.hint, f"{token.expires_at:%Y-%m-%d}", used)
    Screen(soft_wrap=True).print(table)


@app.command()
def revoke(token_id: Annotated[UUID, typer.Argument(help="The identifier of the token.")]) -> None:
    """Revoke a token: the next request that shows it is refused."""

    async def run(console: Console) -> None:
        async with console.transact("token.revoke") as work:
            await retire(work, ApiToken, token_id, None)

    on_console(run)
    print_line("Revoked.")
