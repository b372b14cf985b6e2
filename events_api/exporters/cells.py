"""What a table that leaves the system may hold, and the guard against cells that a spreadsheet would run."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

Cell = str | int | float | Decimal | bool | dt.date | dt.datetime | None
Row = Sequence[Cell]

OPENS_A_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


def inert(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(OPENS_A_FORMULA) else text
