"""What the page of an assessment is made from: the result, the edition it is of, its evidence, its funders."""

from typing import Literal

from msgspec import Struct

from dashboards.attendance.facts import Count
from dashboards.words import Quantity
from events_api.domain.attendance import Grade
from events_api.domain.impact.assess import Assessment
from events_api.domain.impact.lints import Flag


class FundingLine(Struct, frozen=True, kw_only=True):
    """One line of the income of the budget, or what a funder gave in kind beside it; the node is the fact's key."""

    node: str
    name: str
    euros: float
    in_kind: bool = False


class Visits(Struct, frozen=True, kw_only=True):
    """What tickets and gates counted over the edition, and the grade that this deserves."""

    total: Count
    grade: Grade
    simulated: bool = False


class Observed(Struct, frozen=True, kw_only=True):
    """An attendance of an edition: which quantity, how many, on what evidence, and who says so: the counts, a figure
    of the register, or what was entered for the model."""

    quantity: Quantity
    value: float
    grade: Grade
    by: Literal["count", "figure", "entry"] = "figure"


class Footprint(Struct, frozen=True, kw_only=True):
    """What the assessment of that number found for one visitor, at modes, and the nights that the edition brought."""

    number: int = 0

    kg: float
    net_euros: float
    nights: float
    grade: Grade


class EditionOfEvent(Struct, frozen=True, kw_only=True):
    """An edition of the same event, with what the register knows of it. None is what nobody said: a gap, no zero.

    The subsidy is cash of the métropole; the own income is what was sold to visitors, as last entered; the footprint
    is that of its latest assessment for the same territory.
    """

    id: str
    year: int
    number: int | None = None
    simulated: bool = False
    figures: tuple[Observed, ...] = ()
    subsidy_cents: int | None = None
    own_income_cents: int | None = None
    footprint: Footprint | None = None


class ImpactFacts(Struct, frozen=True, kw_only=True):
    """An assessment and what is said beside it. The territory is in words, for the titles.

    `visits` is None where nothing was counted; `editions` are those of the event up to this one, the first first.
    """

    edition: str
    territory: str
    grade: Grade
    assessment: Assessment
    funding: tuple[FundingLine, ...] = ()
    flags: tuple[Flag, ...] = ()
    visits: Visits | None = None
    editions: tuple[EditionOfEvent, ...] = ()

    @property
    def as_fact(self) -> bool:
        """Whether the attendance is good enough for what rests on it to be shown as a fact (§7.2)."""
        return self.grade not in ("E", "F")

    def at_modes(self, key: str) -> float | None:
        """A figure at the modes of the parameters; null where there is none."""
        return self.assessment.central.get(key)
