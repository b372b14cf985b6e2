"""audit verify: hold the audit trail against its chain and against the heads copied outside the database."""

import asyncio
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.embedded import embedded_servers
from events_api.settings import Settings
from events_api.store import chain, heads
from events_api.store.chain import Verification
from events_api.store.roles import app_dsn

app = typer.Typer(name="audit", help="The audit trail.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The audit trail."""


@app.command()
def verify(
    heads_files: Annotated[
        list[Path] | None,
        typer.Option("--heads", exists=True, dir_okay=False, help="Copied heads; the default is the worker's file."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Find what was altered, removed, reordered or slipped in; exit 1 when anything was."""
    settings = Settings.read()
    own = heads.heads_file(settings)
    files = heads_files or ([own] if own.exists() else [])

    async def walk() -> Verification:
        async with embedded_servers(settings) as named:
            connection = await asyncpg.connect(await app_dsn(named), server_settings={"timezone": "UTC"})
            try:
                with people.status("Verifying…"):
                    return await chain.verify(connection, heads.copied_heads(files))
            finally:
                await connection.close()

    try:
        found = asyncio.run(walk())
    except heads.HeadsUnreadable as refusal:
        people.print(f"events-api: {refusal}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    if as_json:
        print_json(found)
    else:
        print_line("\n".join(report(found)))
    if not found.intact:
        raise typer.Exit(1)


def report(found: Verification) -> list[str]:
    """The lines that a person reads."""
    lines = [
        f"{found.links} sealed entries, {found.waiting} waiting to be sealed.",
        f"Head: position {found.head.position}, {found.head.hash}" if found.head else "Nothing is sealed yet.",
    ]
    if found.last_copied is None:
        lines.append("No copied head was given: removal of the end, or a chain computed anew, could not be noticed.")
    else:
        lines.append(
            f"Held against {found.copied_heads} copied heads, the last at position {found.last_copied.position}"
            f" ({found.last_copied.at:%Y-%m-%d %H:%M:%S} UTC)."
        )
    if found.tail:
        lines.append(f"The last {found.tail} sealed entries are younger: their removal could not be noticed.")
    for finding in found.findings:
        place = [
            *([f"position {finding.position}"] if finding.position is not None else []),
            *([f"entry {finding.entry_id}"] if finding.entry_id is not None else []),
        ]
        lines.append(f"FAULT {finding.fault}: {', '.join(place)}{': ' + finding.detail if finding.detail else ''}")
    if found.faults > len(found.findings):
        lines.append(f"… and {found.faults - len(found.findings)} more.")
    lines.append("The trail is intact." if found.intact else f"The trail is NOT intact: {found.faults} faults.")
    return lines
