"""What of a file's text may be kept: e-mail addresses never are."""

import re

ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]]+@[^\s@<>\"',;:()\[\]]+")
REDACTED = "[…]"


def redacted(text: str) -> str:
    """The text without its e-mail addresses."""
    return ADDRESS.sub(REDACTED, text)
