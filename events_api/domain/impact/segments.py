"""Who comes to an event (AMP-IMPACT/1 §4.1)."""

from typing import Final, Literal

Segment = Literal["L", "D", "C", "N", "P"]
"""L residents of the territory; D same-day visitors; C overnight in a paid bed; N overnight in an unpaid bed;
P professionals, exhibitors, press, players."""

SEGMENTS: Final[tuple[Segment, ...]] = ("L", "D", "C", "N", "P")
AWAY: Final[tuple[Segment, ...]] = ("D", "C", "N", "P")
PAID_BEDS: Final[tuple[Segment, ...]] = ("C", "P")
