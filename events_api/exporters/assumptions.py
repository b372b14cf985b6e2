"""An assumption set as CSV: parameters, emission factors and profiles, one a line, with unit, status and source."""

from collections.abc import Iterator
from typing import Final

from events_api.domain.impact.parameters import ParameterSet
from events_api.exporters.cells import Row
from events_api.exporters.csv import RFC4180, stream

HEADER: Final = (
    "kind", "key", "unit", "low", "mode", "high", "law", "year", "status", "sources", "document", "note",
)  # fmt: skip


def assumptions_csv(given: ParameterSet) -> bytes:
    """The whole set; the same bytes for the same set."""
    return b"".join(stream(HEADER, _rows(given), RFC4180))


def _rows(given: ParameterSet) -> Iterator[Row]:
    for one in given.parameters:
        yield (
            "parameter", one.key, one.unit, one.low, one.mode, one.high, one.dist, one.year, one.status,
            _named(given, one.sources), one.document, one.note,
        )  # fmt: skip
    for factor in given.emission_factors:
        yield (
            "emission_factor", factor.mode, "kg_co2e_per_km", factor.value, factor.value, factor.value, "const", None,
            factor.status, _named(given, factor.sources), None, factor.note,
        )  # fmt: skip
    for profile in given.profiles:
        yield (
            "profile", profile.name, "share", profile.low, profile.mode, profile.high, "pert4", None, profile.status,
            "", None, profile.note,
        )  # fmt: skip


def _named(given: ParameterSet, sources: tuple[str, ...]) -> str:
    """The sources in full where the set says what their numbers stand for."""
    return "; ".join(f"{name}: {given.sources[name]}" if name in given.sources else name for name in sources)
