"""Sums over several events: what may be added and what may not (AMP-IMPACT/1 §11; IMP-01, IMP-04)."""

import math
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from events_api.domain.errors import DomainError
from events_api.domain.impact.assess import Assessment
from events_api.domain.impact.formulas import Formula, Kind, Unit

ADDITIVE: Final[frozenset[Unit]] = frozenset({"attendances", "nights", "eur", "fte_years", "kg_co2e", "t_co2e"})
"""People attend several events and ratios have several bases: neither is added."""


class TerritoryMissing(DomainError):
    """A result without the territory that it holds for (IMP-04)."""


class TerritoriesDiffer(DomainError):
    """Results for different territories are not added (IMP-04)."""


class FiguresDiffer(DomainError):
    """Figures of different kinds are not added (IMP-01)."""


class NotAdditive(DomainError):
    """A figure that cannot be added over events."""


class Figure(Struct, frozen=True, kw_only=True):
    """One figure of one event, or the sum of several; `events` says of how many.

    `crowding_overlaps` warns that what one event displaces may have been counted by another.
    """

    key: str
    label: str
    kind: Kind | None
    unit: Unit
    territory: str
    value: float
    events: int = 1
    crowding_overlaps: bool = False


def figure(assessment: Assessment, formula: Formula) -> Figure | None:
    """A figure to be added: its mean over the draws, since means add and medians do not; at modes without draws."""
    drawn = assessment.distributions.get(formula.key)
    value = assessment.central[formula.key] if drawn is None else drawn.mean
    if value is None:
        return None
    return Figure(
        key=formula.key,
        label=formula.label,
        kind=formula.kind,
        unit=formula.unit,
        territory=assessment.territory,
        value=value,
    )


def added(figures: Sequence[Figure]) -> Figure:
    """The sum of one figure over several events of one territory."""
    first = figures[0]
    for one in figures:
        if not one.territory:
            raise TerritoryMissing(field="territory")
        if one.territory != first.territory:
            raise TerritoriesDiffer(field="territory", one=first.territory, other=one.territory)
        if (one.key, one.kind, one.unit) != (first.key, first.kind, first.unit):
            raise FiguresDiffer(field="key", one=first.key, other=one.key)
        if one.unit not in ADDITIVE:
            raise NotAdditive(field="key", figure=one.label)
    return Figure(
        key=first.key,
        label=first.label,
        kind=first.kind,
        unit=first.unit,
        territory=first.territory,
        value=math.fsum(one.value for one in figures),
        events=sum(one.events for one in figures),
        crowding_overlaps=first.kind is not None and len(figures) > 1,
    )
