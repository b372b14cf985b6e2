"""impact verify: stored assessments run again, digit by digit."""

from typing import Annotated
from uuid import UUID

import typer

from events_api.commands.console import Console, on_console
from events_api.commands.output import AsJson, print_json, print_line
from events_api.domain.assessments import computed
from events_api.read.assessments import computed_ids
from events_api.store.assessments import Verified, verify

app = typer.Typer()


@app.command("verify")
def verify_assessments(
    *,
    assessment: Annotated[UUID | None, typer.Option(help="One assessment; without it, every stored one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run stored assessments again from what is kept of them; exit 1 where a digit differs."""
    found = on_console(lambda console: _verify(console, assessment))
    if as_json:
        print_json(found)
    for one in found if not as_json else ():
        print_line(_said(one))
    if not as_json:
        print_line(f"{len(found)} assessments, {sum(one.same for one in found)} with the same digits.")
    if not all(one.same and one.same_inputs for one in found):
        raise typer.Exit(1)


async def _verify(console: Console, assessment: UUID | None) -> list[Verified]:
    wanted = await computed_ids(console.pool) if assessment is None else [assessment]
    return [await verify(console.pool, one, computed) for one in wanted]


def _said(one: Verified) -> str:
    differs = [
        name
        for name, same in (("inputs", one.same_inputs), ("code", one.same_code), ("NumPy", one.same_numpy))
        if not same
    ]
    by = f" (not the same: {', '.join(differs)})" if differs else ""
    return f"{one.id}: {'same digits' if one.same else 'OTHER DIGITS'}{by}"
