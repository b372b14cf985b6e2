"""What of a file's text may be kept: e-mail addresses never are."""

import re

ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]]+@[^\s@<>\"',;:()\[\]]+")
REDACTED = "[…]"


def redacted(text: str) -> str:
    """The text without its e-mail addresses."""
    return ADDRESS.sub(REDACTED, text)


def nameable(text: str, length: int = 200) -> str:
    """A name of a column as it may be kept: without addresses, and nothing that does not print."""
    return "".join(letter for letter in redacted(text[: 4 * length]) if letter.isprintable())[:length]
