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

from events_api.domain.attendance import AttendanceReport, EditionFigure, ProgrammeFigure
from events_api.domain.programme import Edition, Event
from events_api.domain.records import Entity
from events_api.domain.subsidies import Envelope, FundingLine, Subsidy


class Touch(Struct, frozen=True):
    """What a record is shown on: these editions and years; and, to be looked up, the years of `with_year` editions and
    every edition of `events`."""

    editions: frozenset[UUID] = frozenset()
    years: frozenset[int] = frozenset()
    with_year: frozenset[UUID] = frozenset()
    events: frozenset[UUID] = frozenset()

    def __or__(self, other: "Touch") -> "Touch":
        return Touch(
            self.editions | other.editions,
            self.years | other.years,
            self.with_year | other.with_year,
            self.events | other.events,
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
        case ProgrammeFigure() if record.year is not None:
            touch = Touch(years=frozenset({record.year}))
        case Subsidy():
            touch = Touch(
                with_year=frozenset(allocation.edition_id for allocation in record.allocations),
                years=frozenset(part.year for part in record.years),
            )
        case Envelope():
            touch = Touch(years=frozenset({record.year}))
        case _:
            pass
    return touch
