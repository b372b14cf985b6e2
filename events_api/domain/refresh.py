"""Which dashboards a write makes stale.

The store notes what every written record touches and asks for the rebuilding at the end of the same transaction: one
job `refresh_dashboard` on the queue `render` for each, waiting at most once:

- payload `{"edition": "<public id>"}` under the key `edition:<public id>`: the dashboard of that edition;
- payload `{"year": 2024}` under the key `year:2024`: the dashboard of that year.

A job that waits is locked (for share) until the transaction that counts on it has ended: a worker that takes its job
with `for update skip locked` never builds from before a change that counted on this run.
"""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from events_api.domain.attendance import AttendanceReport, EditionFigure, FigureConflict, ProgrammeFigure
from events_api.domain.programme import Edition, Event, Family, Organisation, Place, RoadmapAction
from events_api.domain.records import Entity
from events_api.domain.subsidies import Envelope, FundingLine, Subsidy


class Touch(Struct, frozen=True):
    """What a record is shown on: these editions and years; and, to be looked up, the years of `with_year` editions,
    every edition of `events`, every edition that shows one of `names`, and, where `every_year`, each year there is."""

    editions: frozenset[UUID] = frozenset()
    years: frozenset[int] = frozenset()
    with_year: frozenset[UUID] = frozenset()
    events: frozenset[UUID] = frozenset()
    names: frozenset[UUID] = frozenset()
    every_year: bool = False

    def __or__(self, other: "Touch") -> "Touch":
        return Touch(
            self.editions | other.editions,
            self.years | other.years,
            self.with_year | other.with_year,
            self.events | other.events,
            self.names | other.names,
            self.every_year or other.every_year,
        )


def touched(records: Iterable[Entity]) -> Touch:
    """What all these records touch together."""
    touch = Touch()
    for record in records:
        touch |= _touched(record)
    return touch


def _touched(record: Entity) -> Touch:
    touch = Touch()
    match record:
        case Edition():
            touch = Touch(editions=frozenset({record.id}), years=frozenset({record.year}))
        case Event():
            touch = Touch(events=frozenset({record.id}))
        case EditionFigure() | AttendanceReport() | FundingLine():
            touch = Touch(with_year=frozenset({record.edition_id}))
        case ProgrammeFigure():  # the years show the lines of support of all periods
            touch = Touch(years=frozenset() if record.year is None else frozenset({record.year}), every_year=True)
        case FigureConflict():
            touch = Touch(every_year=True)
        case Organisation() | Place() if record.version > 1:  # nothing shows a new one yet
            touch = Touch(names=frozenset({record.id}))
        case Family() | RoadmapAction():
            touch = Touch(names=frozenset({record.id} if record.version > 1 else ()), every_year=True)
        case Subsidy():
            touch = Touch(
                with_year=frozenset(allocation.edition_id for allocation in record.allocations),
                years=frozenset(part.year for part in record.years),
                every_year=True,
            )
        case Envelope():
            touch = Touch(years=frozenset({record.year}))
        case _:
            pass
    return touch
