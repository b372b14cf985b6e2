"""Sentences whose numbers lead somewhere: words, and the key of the node that some of them lead to."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

BESIDE: Final = "beside/"
"""How the address of a number that stands beside an assessment begins, after that of the assessment."""
_LINK: Final = re.compile("\x02([^\x1f]*)\x1f([^\x03]*)\x03")


class Part(Struct, frozen=True, kw_only=True):
    """Some words of a sentence; the node is the key that they lead to."""

    words: str
    node: str = ""


def to(words: str, node: str) -> str:
    """Words inside a sentence that lead to a node, until `parts` divides it."""
    return f"\x02{node}\x1f{words}\x03" if node else words


Link = Callable[[str, str], str]
"""Makes words lead to a key: `to`, `beside`, or `nowhere`."""


def nowhere(words: str, node: str) -> str:
    """The words alone."""
    del node
    return words


def beside(words: str, key: str) -> str:
    """Words that lead to a number that stands beside an assessment and is none of its nodes."""
    return to(words, f"{BESIDE}{key}")


def parts(sentence: str) -> tuple[Part, ...]:
    """A sentence, divided where `to` was said."""
    found, end = [], 0
    for link in _LINK.finditer(sentence):
        if link.start() > end:
            found.append(Part(words=sentence[end : link.start()]))
        found.append(Part(words=link[2], node=link[1]))
        end = link.end()
    if end < len(sentence):
        found.append(Part(words=sentence[end:]))
    return tuple(found)


def flat(divided: Iterable[Part]) -> str:
    """The sentence without its links, as a drawing is described and a table is summed up."""
    return "".join(part.words for part in divided)
