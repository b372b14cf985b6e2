"""user create, list, password, erase: people from the command line."""

import datetime as dt
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from msgspec import Struct
from rich.console import Console as Screen
from rich.table import Table

from events_api.commands.console import Console, on_console
from events_api.commands.output import AsJson, print_json, print_line
from events_api.domain.accounts import check_password, register
from events_api.read import accounts as reading
from events_api.store import accounts as store
from events_api.store.passwords import Passwords

Who = Annotated[str, typer.Argument(help="E-mail address or identifier of the account.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="File whose first line is the password; - is standard input.")
]

app = typer.Typer(name="user", help="People: accounts, passwords, erasure.", no_args_is_help=True)


class RoleName(StrEnum):
    """A role that people hold."""

    organiser = "organiser"
    officer = "officer"
    communication = "communication"
    elected = "elected"
    auditor = "auditor"
    administrator = "administrator"


class LanguageName(StrEnum):
    """A language of the interface."""

    fr = "fr"
    en = "en"


class Created(Struct, frozen=True, kw_only=True):
    """A new account; the invitation is there when no password was given."""

    id: UUID
    email: str
    role: str | None
    invitation: str | None
    invitation_expires_at: dt.datetime | None


@app.command()
def create(
    email: Annotated[str, typer.Option(help="E-mail address, with which the person logs in.")],
    name: Annotated[str, typer.Option(help="The name that others see.")],
    role: Annotated[RoleName | None, typer.Option(help="The role of the person, from today on.")] = None,
    organisation: Annotated[
        str | None, typer.Option(help="For organisers: identifier, SIRET, RNA or exact name.")
    ] = None,
    language: Annotated[LanguageName, typer.Option(help="The language of pages and answers.")] = LanguageName.fr,
    password_file: PasswordFile = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Create an account; without a password the secret of an invitation is printed."""
    password = None if password_file is None else _password(password_file)

    async def run(console: Console) -> Created:
        organisation_id = None if organisation is None else await reading.organisation_named(console.pool, organisation)
        hashed = None if password is None else await _hashed(password, email.lower())
        async with console.transact("user.create") as work:
            account = await register(
                work,
                email=email.lower(),
                display_name=name,
                language=language.value,
                role=role.value if role else None,
                organisation_id=organisation_id,
                today=dt.datetime.now(ZoneInfo("Europe/Paris")).date(),
            )
            secret, expires_at = None, None
            if hashed is None:
                secret, expires_at = await store.invite(work, account.id)
            else:
                await store.set_password(work, account.id, hashed)
        return Created(
            id=account.id,
            email=email.lower(),
            role=role.value if role else None,
            invitation=secret,
            invitation_expires_at=expires_at,
        )

    made = on_console(run)
    if as_json:
        print_json(made)
    else:
        print_line(f"Account {made.id} created.")
        if made.invitation:
            print_line(f"Invitation, shown once, until {made.invitation_expires_at:%Y-%m-%d}: {made.invitation}")


@app.command(name="list")
def list_users(*, as_json: AsJson = False) -> None:
    """List the accounts with the roles they hold today."""
    found = on_console(lambda console: reading.people(console.pool))
    if as_json:
        print_json(found)
        return
    table = Table("id", "e-mail", "name", "roles", "password", box=None)
    for person in found:
        table.add_row(
            str(person.id), person.email, person.display_name, ", ".join(person.roles), "set" if person.password else ""
        )
    Screen(soft_wrap=True).print(table)


@app.command()
def password(who: Who, password_file: PasswordFile = None) -> None:
    """Set the password of a person, asked for on the terminal unless a file is given; their sessions end."""
    text = _password(password_file) if password_file else typer.prompt("New password", hide_input=True)

    async def run(console: Console) -> None:
        person = await reading.person_named(console.pool, who)
        hashed = await _hashed(text, str(person.email))
        async with console.transact("user.password") as work:
            await store.set_password(work, person.id, hashed)

    on_console(run)
    print_line("Password set; the sessions of the person are ended.")


@app.command()
def erase(who: Who, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Erase a person: name, address and password go, roles and sessions end, the audit trail keeps no readable name."""
    if not yes:
        typer.confirm(f"Erase {who} for ever?", abort=True)

    async def run(console: Console) -> None:
        person = await reading.person_named(console.pool, who)
        async with console.transact("user.erase") as work:
            await store.erase(work, person.id, None)

    on_console(run)
    print_line("Erased.")


async def _hashed(text: str, email: str) -> str:
    check_password(text, email)
    passwords = Passwords(threads=1)
    try:
        return await passwords.hash(text)
    finally:
        passwords.close()


def _password(file: Path) -> str:
    lines = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8").partition("\n")[0]
    return lines.rstrip("\r\n")
