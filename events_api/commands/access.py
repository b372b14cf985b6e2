"""access: the table of who may do what, printed or written to the file that is committed."""

from pathlib import Path
from typing import Annotated

import typer

from events_api.commands.output import AsJson, print_json, print_line
from events_api.domain.access import ACCESS, PERSONS_ONLY
from events_api.domain.actors import ROLES, Scope

FILE = Path(__file__).parents[2] / "docs" / "access.md"
WORDS: dict[Scope | None, str] = {"all": "all", "own": "own", "public": "public", None: "–"}
HEAD = """# Who may do what

Generated from `events_api/domain/access.py` by `events-api access --write`; a test fails when this file is older.
The guard of the API reads the same table, and `tests/access/` holds every operation against it, with every role, with
the token of another organisation, and with tokens that are expired, revoked or read-only.

- **all**: whatever it concerns.
- **own**: an organiser, what belongs to the organisations for which it acts; a gate, its edition; a person, themselves.
- **public**: what everybody may see or ask.
- **–**: refused, 401 for who is not known and 403 for who is. What one may not know of answers 404.

Somebody with several roles has the widest of their reaches. A read-only token writes nothing. Operations marked with
an asterisk are for people, never for tokens.
"""

app = typer.Typer()


@app.command()
def access(
    *,
    write: Annotated[bool, typer.Option("--write", help="Write docs/access.md instead of printing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the table of who may do what."""
    if write:
        FILE.write_text(document(), encoding="utf-8")
    if as_json:
        print_json(ACCESS)
    else:
        print_line(f"{FILE.name} written, {len(ACCESS)} operations." if write else document().rstrip("\n"))


def document() -> str:
    """The table as it is committed, in the order of the operations' names."""
    mark = "\\*"
    lines = [
        f"| operation | {' | '.join(ROLES)} |",
        f"|---|{'---|' * len(ROLES)}",
        *(
            f"| {operation}{mark if operation in PERSONS_ONLY else ''} |"
            f" {' | '.join(WORDS[ACCESS[operation].get(role)] for role in ROLES)} |"
            for operation in sorted(ACCESS)
        ),
    ]
    return HEAD + "\n" + "\n".join(lines) + "\n"
