"""Which repository writes each kind of record: the general one, or its own where more has to happen."""

from typing import TYPE_CHECKING, Any, Final, TypeVar

from events_api.domain.attendance import AttendanceReport
from events_api.domain.programme import Edition, Event, Organisation, Place
from events_api.domain.records import Entity
from events_api.domain.subsidies import Subsidy
from events_api.read.shapes import SHAPES, Shape
from events_api.store.attendance import ReportRecords
from events_api.store.publication import EditionRecords, EventRecords, OrganisationRecords, PlaceRecords
from events_api.store.records import Records
from events_api.store.subsidies import SubsidyRecords

if TYPE_CHECKING:
    from events_api.store.transaction import SqlWork

T = TypeVar("T", bound=Entity)

OWN: Final[dict[type[Entity], type[Records[Any]]]] = {
    Event: EventRecords,
    Edition: EditionRecords,
    Place: PlaceRecords,
    Organisation: OrganisationRecords,
    AttendanceReport: ReportRecords,
    Subsidy: SubsidyRecords,
}


def repository(work: "SqlWork", kind: type[T]) -> Records[T]:
    """The repository of a kind of record."""
    shape: Shape[Any] = SHAPES[kind]
    return OWN.get(kind, Records)(work, shape)
