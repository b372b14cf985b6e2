"""annex freeze, annex list: the yearly annex from the command line; a worker does the work."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct
from rich.console import Console as Screen
from rich.table import Table

from events_api.commands.console import Console, on_console
from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.domain.actors import EVERYTHING
from events_api.read.jobs import Job, job, worker_is_alive
from events_api.read.publication import annex_version, annexes, public_file
from events_api.store.files import DirectoryFiles
from events_api.store.publication import request_freeze

LOOK_SECONDS = 0.3

app = typer.Typer(name="annex", help="The yearly annex and its frozen versions.", no_args_is_help=True)


class Frozen(Struct, frozen=True, kw_only=True):
    """What came of a freezing: the version that says what the register knows, and where its files were written."""

    year: int
    version: int
    written: bool
    files: list[Path]


@app.command()
def freeze(
    year: Annotated[int, typer.Argument(min=1990, max=2200)],
    out: Annotated[
        Path | None, typer.Option(help="Write annex.pdf, annex.html and annex.csv into this folder.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Freeze the annex of a year; where nothing changed, the last version stays the last."""

    if out is not None:
        out.mkdir(parents=True, exist_ok=True)

    async def run(console: Console) -> Frozen:
        async with console.transact("annex.freeze") as work:
            job_id = await request_freeze(work, year)
        if not await worker_is_alive(console.pool):
            people.print("No worker is running: the job waits for `events-api up` or `events-api worker`.")
        with people.status(f"Freezing the annex {year}…"):
            while (found := await job(console.pool, EVERYTHING, None, job_id)) is not None and not _ended(found):  # noqa: ASYNC110  another process, no event to await
                await asyncio.sleep(LOOK_SECONDS)
        if found is None or found.state != "done" or found.result is None:
            reason = "" if found is None else found.last_error or found.state
            people.print(f"events-api: the annex was not frozen: {reason}", markup=False, soft_wrap=True)
            raise typer.Exit(1)
        version = int(found.result["version"])
        files = [] if out is None else await _write_files(console, year, version, out)
        return Frozen(year=year, version=version, written=bool(found.result["written"]), files=files)

    frozen = on_console(run)
    if as_json:
        print_json(frozen)
        return
    print_line(f"Annex {year}: version {frozen.version}{'' if frozen.written else ', nothing changed since'}.")
    for file in frozen.files:
        print_line(str(file))


@app.command("list")
def list_annexes(*, as_json: AsJson = False) -> None:
    """List the annexes with their versions."""
    found = on_console(lambda console: annexes(console.pool, EVERYTHING))
    if as_json:
        print_json(found)
        return
    table = Table("year", "state", "version", "frozen", "content", box=None)
    for annex in found:
        table.add_row(str(annex.year), annex.state)
        for version in annex.versions:
            table.add_row("", "", str(version.number), f"{version.frozen_at:%Y-%m-%d %H:%M}", version.content_hash[:12])
    Screen(soft_wrap=True).print(table)


async def _write_files(console: Console, year: int, number: int, out: Path) -> list[Path]:
    """Write the three files of a frozen version into a folder."""
    version = await annex_version(console.pool, year, number)
    if version is None:
        return []
    store = DirectoryFiles(console.settings.files)
    written = []
    for suffix, file_id in (("pdf", version.pdf_id), ("html", version.html_id), ("csv", version.csv_id)):
        found = await public_file(console.pool, file_id)
        if found is None:
            continue
        target = out / f"annex.{suffix}"
        with target.open("wb") as stream:
            async for chunk in store.open(found.sha256):
                stream.write(chunk)
        written.append(target)
    return written


def _ended(found: Job) -> bool:
    return found.state in {"done", "dead", "cancelled"}
