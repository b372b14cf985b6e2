"""What of a file's text may be kept: e-mail addresses never are, telephone numbers not in names."""

import functools
import re

ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]]+@[^\s@<>\"',;:()\[\]]+")
PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ .\-]?\d){8,14}(?![\w-])")
REDACTED = "[…]"


def redacted(text: str) -> str:
    """The text without its e-mail addresses."""
    return ADDRESS.sub(REDACTED, text)


def nameable(text: str, length: int = 200) -> str:
    """A name of a column as it may be kept: without addresses, and nothing that does not print."""
    return "".join(letter for letter in redacted(text[: 4 * length]) if letter.isprintable())[:length]


@functools.lru_cache(maxsize=4096)
def label_name(text: str) -> str:
    """The name of a gate, session or category as it may be kept, however it was spaced; empty where nothing is left."""
    return nameable(PHONE.sub(REDACTED, redacted(" ".join(text.split())))).strip()
