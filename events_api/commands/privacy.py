"""privacy show, expire, destroy: the keys that tie tickets to their pseudonyms, from the command line."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import anyio.to_thread
import typer
from msgspec import Struct

from events_api.commands.console import Console, on_console
from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.read import ticket_keys as reading
from events_api.read.ticket_keys import TicketKey
from events_api.settings import Settings
from events_api.store import key_ends
from events_api.store.files import DirectoryFiles

BACKUP_DAYS: Final = 7
"""How long the rotation of docs/runbook/backup.md keeps an archive."""

Edition = Annotated[UUID, typer.Option(help="Identifier of the edition.")]

app = typer.Typer(
    name="privacy", help="Keys of ticket pseudonyms: see, let expire, destroy them.", no_args_is_help=True
)


class Shown(Struct, frozen=True, kw_only=True):
    """Keys, and the archives under `home` that hold some of those destroyed since, sealed."""

    keys: list[TicketKey]
    backups: list[Path]
    backup_days: int


@app.command()
def show(
    edition: Annotated[UUID | None, typer.Option(help="Identifier of one edition; the default is all.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the keys of editions: when made, until when, whether destroyed, and what was made with them."""

    async def look(console: Console) -> Shown:
        return _shown(console.settings, await reading.keys(console.pool, edition))

    shown = on_console(look)
    if as_json:
        print_json(shown)
        return
    for key in shown.keys:
        print_line("\n".join(described(key)))
    if not shown.keys:
        print_line("No edition has a ticket key." if edition is None else "This edition has no ticket key.")
    for line in of_backups(shown):
        print_line(line)


@app.command()
def expire(
    edition: Edition,
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which the key is destroyed.")
    ] = None,
    *,
    lift: Annotated[bool, typer.Option("--lift", help="Take a day back that was set: the default applies.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say on which day a key is destroyed, or give it its default back."""
    if lift == (on is not None):
        raise typer.BadParameter("give either --on DATE or --lift")

    async def change(console: Console) -> list[TicketKey]:
        async with console.transact("privacy.expire") as work:
            await key_ends.set_expiry(work, edition, None if on is None else on.date())
        return await reading.keys(console.pool, edition)

    (key,) = on_console(change)
    if as_json:
        print_json(key)
    else:
        print_line("\n".join(described(key)))


@app.command()
def destroy(
    edition: Edition,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: nothing brings a key back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Destroy a key for ever: counts stay, no ticket can be linked to its scans, no file or scan can be added."""
    if not yes:
        raise typer.BadParameter("nothing brings a key back: say --yes")

    async def end(console: Console) -> Shown:
        async with console.transact("privacy.destroy") as work:
            gone = await key_ends.destroy(work, edition)
        await anyio.to_thread.run_sync(key_ends.note, key_ends.destroyed_file(console.settings), [gone])
        await key_ends.forget_drafts(console.pool, DirectoryFiles(console.settings.files))
        return _shown(console.settings, await reading.keys(console.pool, edition))

    shown = on_console(end)
    if as_json:
        print_json(shown)
        return
    for key in shown.keys:
        print_line("\n".join(described(key)))
    for line in of_backups(shown):
        people.print(line, markup=False, soft_wrap=True)


def described(key: TicketKey) -> Iterator[str]:
    """The lines of one key that a person reads."""
    yield f"{key.edition_id}  {key.event} {key.year}"
    if key.destroyed_at is None:
        default = " (by default)" if key.expires_by_default else ""
        yield f"  made {key.created_at:%Y-%m-%d}, destroyed on {key.expires_on}{default}"
    else:
        by = {"job.forget_expired": "by expiry", "cli.privacy.destroy": "from the command line"}
        how = by.get(key.destroyed_by or "", "again, at a restore")
        yield f"  made {key.created_at:%Y-%m-%d}, destroyed {key.destroyed_at:%Y-%m-%d %H:%M} UTC {how}"
    yield (
        f"  {key.ticket_facts} ticket facts, {key.scan_facts} scan facts, {key.live_scans} live scans,"
        f" {key.drafts} files that were read and do not count"
    )


def of_backups(shown: Shown) -> Iterator[str]:
    """What a person must know: a destroyed key is still in the archives from before."""
    if all(key.destroyed_at is None for key in shown.keys):
        return
    yield (
        f"Archives made before a key was destroyed still hold it, sealed; kept {shown.backup_days} days where the"
        " rotation of docs/runbook/backup.md is followed. The master key, which opens it, is in no archive."
    )
    if shown.backups:
        yield "Such archives in this home, to be deleted: " + ", ".join(path.name for path in shown.backups)


def _shown(settings: Settings, keys: list[TicketKey]) -> Shown:
    last = max((key.destroyed_at for key in keys if key.destroyed_at is not None), default=None)
    archives = sorted((settings.home / "backups").glob("*.tar.gz"))
    older = [
        path for path in archives if last is not None and dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < last
    ]
    return Shown(keys=keys, backups=older, backup_days=BACKUP_DAYS)
