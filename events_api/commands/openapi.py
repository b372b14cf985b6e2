"""openapi: the document of the API, printed or written to the file that is committed."""

import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from events_api.commands.output import AsJson, print_json, print_line
from events_api.settings import Settings

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"

app = typer.Typer()


@app.command()
def openapi(
    *,
    write: Annotated[bool, typer.Option("--write", help="Write docs/openapi.json instead of printing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the OpenAPI document of this release."""
    text = document()
    if write:
        FILE.write_bytes(text)
    if write and as_json:
        print_json({"file": FILE, "bytes": len(text)})
    else:
        print_line(f"{FILE.name} written, {len(text)} bytes." if write else text.decode().rstrip("\n"))


def document() -> bytes:
    """The document as it is committed: indented, the same bytes on every machine."""
    from events_api.app import create_app  # noqa: PLC0415  slow import

    with tempfile.TemporaryDirectory() as home:  # the application wants a master key; the document holds nothing of it
        application = create_app(Settings.read({"EVENTS_HOME": home}))
    raw = msgspec.json.encode(application.openapi_schema.to_schema(), order="deterministic")
    return msgspec.json.format(raw, indent=2) + b"\n"
