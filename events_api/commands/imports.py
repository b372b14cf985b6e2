"""import programme, import festivals: files from outside into the register."""

import csv
import hashlib
from collections.abc import Callable
from importlib.resources import files
from io import BufferedReader
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress

from events_api.commands.console import Console, on_console
from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.domain import imports as domain
from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.festivals import Taking
from events_api.exporters.cells import inert
from events_api.importers import communes, festivals, programme
from events_api.read.connections import Pool
from events_api.read.imports import refused_lines
from events_api.settings import master_key
from events_api.store import imports as store
from events_api.store.migrate import migrate
from events_api.store.transaction import transact
from events_api.text.formats import primary_key

PROGRAMME = files("events_api.importers") / "data" / "programme_2024.json"

app = typer.Typer(name="import", help="Bring files from outside into the register.", no_args_is_help=True)


@app.command("programme")
def import_programme_file(
    file: Annotated[Path | None, typer.Argument(help="A programme file; the one of 2024 when not given.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Load the communes and the programme: events, editions, places, organisers, figures, support."""
    name = "programme_2024.json" if file is None else _name(file)
    content = PROGRAMME.read_bytes() if file is None else _content(file)

    async def bring(console: Console) -> store.Run:
        await migrate(console.settings.database_url)
        with people.status("Importing the programme…"):
            return await import_programme(console.pool, master_key(console.settings), content, name)

    _report(on_console(bring), as_json=as_json)


async def import_programme(pool: Pool, key: bytes, content: bytes, file_name: str) -> store.Run:
    """Bring the communes and a programme file into the register, in one transaction; the same file again is a no-op."""
    async with transact(
        pool,
        actor=SYSTEM,
        grant=EVERYTHING,
        request_id=f"import-{hashlib.sha256(content).hexdigest()[:16]}",
        operation="importProgramme",
        master_key=key,
    ) as work:
        digest = hashlib.sha256(content).digest()
        await store.bring_communes(work, communes.communes())
        known = await store.run_of(work, "programme", digest, programme.PROFILE)
        if known is not None:
            return known
        read = programme.parse(content, communes.insee_by_name(), file_name)
        outcome = await domain.register(
            work, programme.SYSTEM, read.statements, lambda siret: store.organisation_of_siret(work, siret)
        )
        async with store.open_run(
            work, kind="programme", file_hash=digest, file_name=file_name, profile=programme.PROFILE
        ) as run:
            for line in domain.lines(read.pieces, outcome | read.refused):
                await run.keep(line)
        return run.closed


@app.command("festivals")
def import_festivals_file(
    file: Annotated[Path, typer.Argument(help="The national list of festivals (CSV).", exists=True, dir_okay=False)],
    *,
    refused: Annotated[Path | None, typer.Option(help="Write the refused lines, with their reasons, here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Load the festivals of the territory as candidates beside our events; every line is accepted or refused."""

    async def bring(console: Console) -> store.Run:
        await migrate(console.settings.database_url)
        with Progress(console=people, transient=True) as progress, file.open("rb") as stream:
            task = progress.add_task("Importing festivals", total=file.stat().st_size)
            run = await import_festivals(
                console.pool,
                master_key(console.settings),
                stream,
                _name(file),
                lambda: progress.update(task, completed=stream.tell()),
            )
        if refused is not None:
            rows = await refused_lines(console.pool, run.id)
            with refused.open("w", encoding="utf-8-sig", newline="") as text:
                csv.writer(text, delimiter=";").writerows([inert(cell) for cell in row] for row in rows)
        return run

    _report(on_console(bring), as_json=as_json)


async def import_festivals(
    pool: Pool, key: bytes, stream: BufferedReader, file_name: str, advance: Callable[[], None] = lambda: None
) -> store.Run:
    """Bring a list of festivals into the register, in one transaction; the same file again is a no-op."""
    digest = hashlib.file_digest(stream, "sha256").digest()
    stream.seek(0)
    territory = festivals.Territory(
        communes=frozenset(commune.insee for commune in communes.communes()), aliases=communes.arrondissements()
    )
    async with transact(
        pool,
        actor=SYSTEM,
        grant=EVERYTHING,
        request_id=f"import-{digest.hex()[:16]}",
        operation="importFestivals",
        master_key=key,
    ) as work:
        await store.bring_communes(work, communes.communes())
        known = await store.run_of(work, "festivals", digest, festivals.PROFILE)
        if known is not None:
            return known
        taking = Taking(
            work,
            file_name,
            events=await store.known_events(work),
            known=await store.candidates(work),
            taken=await store.taken_events(work),
        )
        async with store.open_run(
            work, kind="festivals", file_hash=digest, file_name=file_name, profile=festivals.PROFILE
        ) as run:
            for line in festivals.read(stream, territory):
                await run.keep(await _taken(taking, line))
                advance()
        return run.closed


async def _taken(taking: Taking, line: festivals.Read) -> domain.Line:
    if isinstance(line.found, domain.Refusal):
        return domain.Line(
            number=line.number, result="refused", text=line.text, field=line.found.field, refusal=line.found
        )
    values = msgspec.structs.asdict(line.found)
    result = await taking.take(values, primary_key(line.found.name), line.number)
    return domain.Line(number=line.number, result=result, text=line.text)


def _report(run: store.Run, *, as_json: bool) -> None:
    if as_json:
        print_json(run)
        return
    again = "already imported: nothing changed. " if run.again else ""
    print_line(
        f"{run.file_name}: {again}{run.lines_read} lines read, {run.lines_accepted} accepted, {run.lines_known} known,"
        f" {run.lines_refused} refused."
    )


def _name(file: Path) -> str:
    """The name of a file as text, whatever its bytes."""
    return file.name.encode(errors="replace").decode()


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(programme.LARGEST_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from None
    if len(content) > programme.LARGEST_BYTES:
        raise typer.BadParameter(f"{file} is larger than {programme.LARGEST_BYTES} bytes")
    return content
