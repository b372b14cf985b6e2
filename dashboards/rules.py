"""What may be added up, what is missing, in which order: the rules behind every figure."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from dashboards.facts import AttendanceFigure, EditionFacts
from dashboards.formats import collation_key
from dashboards.measures import GRADES
from dashboards.words import GAP_NAMES, Gap
from events_api.domain.attendance import Grade


class Total(Struct, frozen=True, kw_only=True):
    """A sum of one quantity over editions, with what went into it and what stayed out."""

    value: int
    editions: int
    by_grade: tuple[tuple[Grade, int, int], ...]
    forecasts: int


def attendance_total(editions: Iterable[EditionFacts]) -> Total | None:
    """The sum of the entry-days, the only quantity that may be added up; forecasts are left out and counted."""
    chosen: list[AttendanceFigure] = []
    for edition in editions:
        same = [figure for figure in edition.attendances if figure.quantity == "attendances"]
        if same:
            chosen.append(min(same, key=lambda figure: (GRADES.index(figure.grade), figure.value)))
    observed = [figure for figure in chosen if figure.grade != "F"]
    if not observed:
        return None
    by_grade = tuple(
        (grade, len(values), sum(values))
        for grade in GRADES
        if (values := [figure.value for figure in observed if figure.grade == grade])
    )
    return Total(
        value=sum(figure.value for figure in observed),
        editions=len(observed),
        by_grade=by_grade,
        forecasts=len(chosen) - len(observed),
    )


def gap_counts(editions: Iterable[EditionFacts]) -> dict[Gap, int]:
    """How many editions lack each thing, in the order of the words."""
    counts = Counter(gap for edition in editions for gap in edition.gaps())
    return {gap: counts[gap] for gap in GAP_NAMES if counts[gap]}


def in_order(editions: Iterable[EditionFacts]) -> list[EditionFacts]:
    """Editions by name, then id, whatever the locale of the machine."""
    return sorted(editions, key=lambda edition: (collation_key(edition.event), edition.id))
