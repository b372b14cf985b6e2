"""The plain facts that dashboards and the annex are built from; whoever reads the database fills them."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from dashboards.measures import GRADES, Text
from dashboards.words import Gap, Quantity
from events_api.domain.attendance import Grade
from events_api.domain.programme import Status

_QUANTITY_ORDER: tuple[Quantity, ...] = (
    "attendances",
    "unique_visitors",
    "entries_in",
    "tickets_issued",
    "peak_occupancy",
    "reentries",
    "attendance_as_printed",
)


class Source(Struct, frozen=True):
    """The document a fact comes from and the place in it: a line, a page, a field."""

    document: str
    place: str = ""


class AttendanceFigure(Struct, frozen=True, kw_only=True):
    """One attendance with its definition, its evidence grade and where it comes from."""

    value: int
    grade: Grade
    source: Source
    quantity: Quantity = "attendance_as_printed"
    unit: str = ""


class PrintedFact(Struct, frozen=True, kw_only=True):
    """Any other printed fact of an edition: authors, speakers, guest of honour."""

    name: str
    value: int | str
    source: Source
    grade: Grade | None = None


class SupportLine(Struct, frozen=True, kw_only=True):
    """Public money written in a document for a beneficiary; no year means that the document does not say."""

    beneficiary: str
    amount_cents: int
    source: Source
    years: tuple[int, ...] = ()
    status: Literal["recorded", "pending"] = "recorded"
    projects: int | None = None
    declared_spend_cents: int | None = None
    note: Text = Text()
    edition_ids: tuple[str, ...] = ()


class Claim(Struct, frozen=True, kw_only=True):
    """One side of a conflict, as it is."""

    statement: Text
    source: Source
    value: float | None = None


class Conflict(Struct, frozen=True, kw_only=True):
    """Claims about one quantity that cannot all be true; the platform shows them and settles nothing."""

    id: str
    subject: str
    quantity: Text
    claims: tuple[Claim, ...]
    question: Text = Text()


class FilmShoots(Struct, frozen=True, kw_only=True):
    """The declared film shoots of a year."""

    year: int
    source: Source
    productions: int | None = None
    shooting_days: int | None = None
    declared_spend_cents: int | None = None


class RoadmapAction(Struct, frozen=True, kw_only=True):
    """An action of the roadmap, with its number as printed."""

    number: str
    label: str


class Family(Struct, frozen=True, kw_only=True):
    """A family of events, in the order the administrator gave."""

    key: str
    label: Text


class EditionFacts(Struct, frozen=True, kw_only=True):
    """What is known of one edition; what is absent is absent, never guessed."""

    id: str
    event: str
    year: int
    source: Source
    family: str | None = None
    number: int | None = None
    organisers: tuple[str, ...] = ()
    funders: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    date_text: Text = Text()
    status: Status = "scheduled"
    attendances: tuple[AttendanceFigure, ...] = ()
    facts: tuple[PrintedFact, ...] = ()
    support: tuple[SupportLine, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    roadmap_action: str = ""
    notes: tuple[Text, ...] = ()

    def attendance(self) -> AttendanceFigure | None:
        """The figure shown first: the best evidence grade, entry-days before other quantities."""
        return min(
            self.attendances,
            key=lambda figure: (GRADES.index(figure.grade), _QUANTITY_ORDER.index(figure.quantity), figure.value),
            default=None,
        )

    def gaps(self) -> tuple[Gap, ...]:
        """What the documents do not say."""
        absent: dict[Gap, bool] = {
            "attendance": not self.attendances,
            "dates": self.start is None,
            "commune": not self.communes,
            "organiser": not self.organisers,
            "number": self.number is None,
            "support": not self.support,
        }
        return tuple(gap for gap, missing in absent.items() if missing)


class OtherEvent(Struct, frozen=True, kw_only=True):
    """An event of the programme that has no known edition in the year."""

    name: str
    source: Source
    family: str | None = None
    communes: tuple[str, ...] = ()
    organisers: tuple[str, ...] = ()
    editions: tuple[EditionFacts, ...] = ()
    notes: tuple[Text, ...] = ()


class YearFacts(Struct, frozen=True, kw_only=True):
    """What is known of one year on one territory."""

    year: int
    territory: str
    families: tuple[Family, ...]
    editions: tuple[EditionFacts, ...]
    support: tuple[SupportLine, ...] = ()
    film_shoots: tuple[FilmShoots, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    roadmap: tuple[RoadmapAction, ...] = ()
    other_events: tuple[OtherEvent, ...] = ()
    outside_presence: tuple[str, ...] = ()
    computed_at: datetime | None = None
    watermark: str = ""
