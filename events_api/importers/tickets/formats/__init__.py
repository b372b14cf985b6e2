"""The formats that are recognised by themselves, and the choice among those that recognise a file."""

from collections.abc import Iterable
from typing import Final

from events_api.importers.tickets.formats import eventbrite, french, pretix, world
from events_api.importers.tickets.formats.pages import Pages, opened
from events_api.importers.tickets.lines import Format, Head, Recognition

FORMATS: Final[tuple[Format, ...]] = (*pretix.FORMATS, *eventbrite.FORMATS, *french.FORMATS, *world.FORMATS)
CLOSE: Final = 3
"""Two recognitions nearer than this are ambiguous: a person chooses."""


def recognised(head: Head, formats: Iterable[Format] = FORMATS) -> list[tuple[Format, Recognition]]:
    """The formats that recognise a file, or the records of its pages, the surest first."""
    formats = tuple(formats)
    found = [(known, said) for known in formats if (said := known.recognise(head)) is not None]
    inner = opened(head) if not found else None
    if inner is not None:
        found = [(Pages(known), said) for known in formats if (said := known.recognise(inner)) is not None]
    return sorted(found, key=lambda choice: -choice[1].confidence)


def ambiguous(choices: list[tuple[Format, Recognition]]) -> bool:
    """Whether the two surest formats are too near for a machine to choose."""
    return len(choices) > 1 and choices[0][1].confidence - choices[1][1].confidence < CLOSE
