"""What the page of an assessment is made from: the result, the edition it is of, its evidence, its funders."""

from msgspec import Struct

from events_api.domain.attendance import Grade
from events_api.domain.impact.assess import Assessment
from events_api.domain.impact.lints import Flag


class FundingLine(Struct, frozen=True, kw_only=True):
    """One line of the income of the budget, or what a funder gave in kind beside it; the node is the fact's key."""

    node: str
    name: str
    euros: float
    in_kind: bool = False


class ImpactFacts(Struct, frozen=True, kw_only=True):
    """An assessment and what is said beside it. The territory is in words, for the titles."""

    edition: str
    territory: str
    grade: Grade
    assessment: Assessment
    funding: tuple[FundingLine, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def as_fact(self) -> bool:
        """Whether the attendance is good enough for what rests on it to be shown as a fact (§7.2)."""
        return self.grade not in ("E", "F")

    def at_modes(self, key: str) -> float | None:
        """A figure at the modes of the parameters; null where there is none."""
        return self.assessment.central.get(key)
