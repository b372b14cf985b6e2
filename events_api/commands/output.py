"""What the commands print: sentences for people, one JSON document for scripts, one line for an error."""

import sys
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")]

people = Console(stderr=True, highlight=False)
"""Progress and sentences go to standard error, so that standard output holds the result alone."""


def print_json(value: Any) -> None:
    """Write the result that a script reads."""
    sys.stdout.buffer.write(msgspec.json.encode(value, enc_hook=str) + b"\n")
    sys.stdout.flush()


def print_line(text: str) -> None:
    """Write a line of the result that a person reads."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
