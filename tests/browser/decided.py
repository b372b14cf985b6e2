"""What axe-core leaves to a person, and what we decided, with the reason."""

from typing import Any, Final

_IN_A_CHART: Final = (
    "words inside a chart: charts.js writes them in --ink on --chart, and axe-core measures --ink on lighter and on "
    "darker grounds elsewhere; plotly.js lays transparent drawings over them, which axe-core cannot see through"
)
DECISIONS: Final[tuple[tuple[str, str, str], ...]] = (
    ("color-contrast", "<text ", _IN_A_CHART),
    ("color-contrast", "<tspan ", _IN_A_CHART),
)
"""Rule, how the element's HTML begins, why it is right."""


def decided(rule: str, node: dict[str, Any]) -> bool:
    """Say whether a person has looked at this and found it right."""
    return any(rule == of and node["html"].startswith(beginning) for of, beginning, _ in DECISIONS)
