"""attendance verify, attendance recompute: hold the kept counts against the facts, and make them of the facts."""

from typing import Annotated, Final
from uuid import UUID

import typer
from msgspec import Struct

from events_api.commands.console import Console, on_console
from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.domain.errors import NotFound
from events_api.store.ticket_counts import verify as verify_counts
from events_api.store.tickets import Change, counted_editions, settle

SHOWN: Final = 20
Editions = Annotated[
    list[UUID] | None, typer.Option("--edition", help="Only this edition; may be given again. All by default.")
]

app = typer.Typer(name="attendance", help="The kept counts of attendance.", no_args_is_help=True)


class Verified(Struct, frozen=True, kw_only=True):
    """An edition whose counts were held against its facts: where they differ."""

    edition: UUID
    revision: int
    differences: list[str]


@app.command()
def verify(edition: Editions = None, *, as_json: AsJson = False) -> None:
    """Count every edition anew from its facts and compare; exit 1 where a kept figure differs."""

    async def run(console: Console) -> list[Verified]:
        found = []
        for key, public_id in await _editions(console, edition):
            with people.status(f"Counting {public_id}…"):
                revision, differences = await verify_counts(console.pool, key, directory=console.settings.home)
            found.append(Verified(edition=public_id, revision=revision, differences=differences))
        return found

    found = on_console(run)
    if as_json:
        print_json(found)
    else:
        for one in found:
            print_line(f"{one.edition}: {_words(one)}")
            for difference in one.differences[:SHOWN]:
                print_line(f"  {difference}")
    if any(one.differences for one in found):
        raise typer.Exit(1)


@app.command()
def recompute(edition: Editions = None, *, as_json: AsJson = False) -> None:
    """Replace the kept counts of every edition by those that its facts give."""

    async def run(console: Console) -> list[UUID]:
        found = []
        for key, public_id in await _editions(console, edition):
            with people.status(f"Counting {public_id}…"):
                await settle(
                    console.pool,
                    lambda: console.transact("attendance.recompute"),
                    Change(edition_id=key),
                    directory=console.settings.home,
                )
            found.append(public_id)
        return found

    found = on_console(run)
    if as_json:
        print_json(found)
    else:
        print_line(f"{len(found)} editions counted anew.")


async def _editions(console: Console, asked: list[UUID] | None) -> list[tuple[int, UUID]]:
    found = await counted_editions(console.pool)
    if asked is None:
        return found
    missing = set(asked) - {public_id for _, public_id in found}
    if missing:
        raise NotFound(kind="edition")
    return [(key, public_id) for key, public_id in found if public_id in asked]


def _words(one: Verified) -> str:
    if not one.differences:
        return f"revision {one.revision}, every figure is what the facts give."
    return f"revision {one.revision}, {len(one.differences)} figures differ."
