"""impact evaluate: the impact model on the inputs of a file, without a server."""

from pathlib import Path
from typing import Annotated

import typer

from events_api.commands.console import refused
from events_api.commands.output import people, print_json
from events_api.domain.errors import DomainError
from events_api.domain.impact.assess import assess
from events_api.domain.impact.lints import check_result, flags
from events_api.exporters.impact import document
from events_api.importers.impact import LARGEST_BYTES, read_run
from events_api.text.catalogue import sentence

app = typer.Typer(name="impact", help="The impact model AMP-IMPACT/1.", no_args_is_help=True)


@app.callback()
def impact() -> None:
    """The impact model AMP-IMPACT/1."""


@app.command()
def evaluate(
    inputs: Annotated[
        Path,
        typer.Argument(
            metavar="INPUTS.json",
            help="fixed_inputs, parameters_low_mode_high, seed and n_mc, as in the worked examples of AMP-IMPACT/1.",
            exists=True,
            dir_okay=False,
        ),
    ],
) -> None:
    """Print the result as one JSON document: central values, waterfall, intervals, tornados.

    The extended profile counts the part κ of local money that would have left the territory anyway: 0.10, 0.25, 0.45,
    or monte_carlo_extended_profile.inputs.kappa_alt of the file; its central values are at the middle one. A parameter
    draws on the stream of its rank in parameter_stream_order (46 names by default); names that are not there come
    after, in alphabetical order.
    """
    with inputs.open("rb") as stream:
        content = stream.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise typer.BadParameter(f"{inputs} is larger than {LARGEST_BYTES} bytes")
    try:
        run = read_run(content)
        said = flags(run)
        assessment = assess(run)
        check_result(run, assessment)
    except DomainError as refusal:
        raise refused(refusal, about=str(inputs)) from None
    for flag in said:
        people.print(f"{flag.lint}: {sentence(flag.code, flag.params, 'en')}", markup=False, soft_wrap=True)
    print_json(document(assessment))
