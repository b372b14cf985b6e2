"""backup and restore."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.embedded import embedded_servers
from events_api.settings import Settings
from events_api.store.backup import Manifest, Restored, back_up
from events_api.store.backup import restore as restore_archive
from events_api.store.key_ends import destroyed_file

app = typer.Typer()


@app.command()
def backup(
    archive: Annotated[Path | None, typer.Argument(help="The file to write; the default names the moment.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Save database and files into one archive, while everything runs."""
    settings = Settings.read()
    target = archive or settings.home / "backups" / f"events-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"

    async def save() -> Manifest:
        async with embedded_servers(settings) as named:
            with progress_bars() as progress:
                return await back_up(named, target, progress)

    report(asyncio.run(save()), target, as_json=as_json)


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="An archive that `backup` wrote.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Fill an empty installation from an archive; the API and the worker must not run."""
    settings = Settings.read()

    async def fill() -> Restored:
        async with embedded_servers(settings, join=False) as named:
            with progress_bars() as progress:
                return await restore_archive(named, archive, progress)

    restored = asyncio.run(fill())
    report(restored.manifest, archive, as_json=as_json)
    for line in of_ticket_keys(restored, settings):
        people.print(line, soft_wrap=True)
    if not settings.secret_path.exists():
        people.print(
            f"The master key is not in the archive: put the old installation's key into {settings.secret_path} "
            "before the first start.",
            soft_wrap=True,
        )


def of_ticket_keys(restored: Restored, settings: Settings) -> list[str]:
    """What a person must know of ticket keys after a restore: an archive holds those destroyed since."""
    lines = []
    if restored.destroyed_again:
        lines.append(f"Ticket keys known to be destroyed, destroyed again: {len(restored.destroyed_again)}.")
    if restored.ticket_keys:
        made, path = restored.manifest.made_at, destroyed_file(settings)
        lines.append(
            f"{restored.ticket_keys} editions have a ticket key as of {made:%Y-%m-%d %H:%M} UTC. "
            + (
                f"A key destroyed since that {path.name} does not note is back: destroy it again (events-api privacy)."
                if path.exists()
                else f"No {path.name} was in the home: keys destroyed since then are back. Destroy them again "
                "(events-api privacy show, destroy)."
            )
        )
    return lines


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """One bar for each kind of step, on standard error and only where a person watches."""
    with Progress(console=people, transient=True, disable=not people.is_terminal) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def report(manifest: Manifest, archive: Path, *, as_json: bool) -> None:
    """Say what went into or came out of the archive."""
    rows = sum(table.rows for table in manifest.tables)
    if as_json:
        print_json(
            {
                "archive": archive,
                "content_hash": manifest.content_hash,
                "tables": len(manifest.tables),
                "rows": rows,
                "files": len(manifest.files),
                "audit_head": manifest.audit_head,
                "made_at": manifest.made_at,
            }
        )
        return
    print_line(f"{archive}: {len(manifest.tables)} tables, {rows} rows, {len(manifest.files)} files")
    print_line(f"content hash {manifest.content_hash}")
