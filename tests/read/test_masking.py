"""Origins of few people: no answer shows a cell under 11, nor what gives one away by subtraction."""

from hypothesis import given
from hypothesis import strategies as st

from events_api.read.tickets import SMALLEST_CELL, OfLabel, OfOrigin, derived, masked

COUNT = st.one_of(st.integers(0, 15), st.integers(0, 5_000))
NAMES = ("tickets_issued", "attendances", "unique_visitors")


@st.composite
def people(draw: st.DrawFn) -> list[OfLabel]:
    """Origins with whatever numbers a log can give."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        issued, attendances = draw(COUNT), draw(COUNT)
        unique = draw(st.integers(0, attendances))
        values = derived(issued, 0, 0, attendances, 0, attendances, unique, 0)
        found.append(OfLabel(label=None if number == 3 else f"FR-{number:05}", quantities=values, days=[]))
    return found


def values_of(origin: OfOrigin) -> list[int | None]:
    return [getattr(origin, name) for name in NAMES]


@given(people())
def test_no_cell_under_eleven_is_shown_or_follows_from_the_total(origins: list[OfLabel]) -> None:
    shown, together = masked(origins)

    for origin, cell in zip(origins, shown, strict=True):
        expected = [None] * 3 if cell.masked else [getattr(origin.quantities, name) for name in NAMES]
        assert (cell.origin, values_of(cell)) == (origin.label, expected)
        assert not any(value is not None and 0 < value < SMALLEST_CELL for value in values_of(cell))
    hidden = [origin for origin, cell in zip(origins, shown, strict=True) if cell.masked]
    assert (together is None) == (not hidden)
    sums = [sum(getattr(origin.quantities, name) for origin in hidden) for name in NAMES]
    safe = len(hidden) >= 2 and not any(0 < value < SMALLEST_CELL for value in sums)
    counted = [origin for origin in origins if any(getattr(origin.quantities, name) for name in NAMES)]
    assert safe or not hidden or hidden == counted
    if together is not None:
        assert values_of(together) == (sums if safe else [None] * 3)
