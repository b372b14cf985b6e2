"""The laws of uncertain parameters and their draws, each on the stream of its name (AMP-IMPACT/1 §6, §15)."""

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal

import numpy as np
from msgspec import Meta, Struct

from events_api.domain.errors import DomainError
from events_api.domain.impact.draws import (
    LARGEST_SEED,
    Floats,
    beta_quantile,
    beta_tables,
    pert_shape,
    triangular_quantile,
    uniforms,
)
from events_api.domain.impact.formulas import Value
from events_api.domain.impact.segments import AWAY, Segment

Law = Literal["pert4", "triangular"]

STREAMS: Final[tuple[str, ...]] = (
    "acc_C", "acc_P", "att_factor", "attr_C", "attr_D", "attr_N", "attr_P", "beta_subsidy", "cap_acc", "cap_food",
    "cap_leisure", "cap_retail", "cap_transport", "crowd_C", "crowd_P", "days_per_visitor", "ext_sponsors", "kappa_alt",
    "loc_artists", "loc_communication", "loc_logistics", "loc_royalties_taxes", "loc_staff", "loc_technical",
    "multiplier", "nights_C", "nights_N", "nights_P", "phi_departement", "phi_etat", "phi_region", "phi_ue", "share_C",
    "share_D", "share_N", "share_P", "spend_C", "spend_D", "spend_L", "spend_N", "spend_P", "spend_scale",
    "stay_tax_liable", "stay_tax_rate", "turnover_per_fte", "va_ratio",
)  # fmt: skip
"""The rank of a parameter is its stream, whether it varies or is there at all; names that are not here come after."""
MOST_DRAWS: Final = 1_000_000
BLOCK: Final = 16_384
"""Draws at a time: the arrays of a block stay in the caches of a processor."""


class TripleOutOfOrder(DomainError):
    """Low, mode and high of a parameter are not three numbers in this order."""


class ResidentsBelowZero(DomainError):
    """The shares of those who come from outside add up to more than everybody."""


class SeedOutOfRange(DomainError):
    """A seed is a whole number of 64 bits."""


class DrawsOutOfRange(DomainError):
    """Too few or too many draws."""


class Triple(Struct, frozen=True):
    """What is known of a parameter: its lowest, most likely and highest value, and the law between them."""

    low: float
    mode: float
    high: float
    law: Law = "pert4"

    @property
    def constant(self) -> bool:
        """Whether there is nothing to draw."""
        return self.low == self.high

    @property
    def mean(self) -> float:
        """The mean of the law."""
        weight = 4 if self.law == "pert4" else 1
        return (self.low + weight * self.mode + self.high) / (weight + 2)

    @property
    def width(self) -> float:
        """From the lowest to the highest value."""
        return self.high - self.low

    @property
    def place(self) -> float:
        """Where the most likely value is, from 0 at the lowest to 1 at the highest."""
        return (self.mode - self.low) / self.width if self.width else 0.5


class Survey(Struct, frozen=True, kw_only=True):
    """Shares of people by segment from interviews: Dirichlet(n·share + 1), n the effective number of interviews."""

    shares: dict[Segment, Annotated[float, Meta(ge=0, le=1)]]
    effective_n: Annotated[float, Meta(ge=0, le=1e6)]

    @property
    def residents(self) -> float:
        """The share of residents: what those from outside leave."""
        return 1 - math.fsum(self.shares.get(s, 0.0) for s in AWAY)

    @property
    def weights(self) -> tuple[float, ...]:
        """The parameters of the Dirichlet law, in the order of AWAY and residents last."""
        shares = (*(self.shares.get(s, 0.0) for s in AWAY), max(0.0, self.residents))
        return tuple(self.effective_n * share + 1 for share in shares)


def check_triple(name: str, triple: Triple) -> None:
    """Refuse what is not low ≤ mode ≤ high, all finite."""
    if not (math.isfinite(triple.width) and triple.low <= triple.mode <= triple.high):
        raise TripleOutOfOrder(field=name, parameter=name)


def check_residents(least: float) -> None:
    """Refuse shares of those from outside that leave less than nobody for the residents."""
    if least < -1e-12:  # what is left of the rounding of shares that add up to one
        raise ResidentsBelowZero(field="share_L", total_bp=round((1 - least) * 10_000))


def quantiles(triples: Sequence[Triple], probabilities: Sequence[float]) -> Floats:
    """The exact quantiles of laws: a row for each probability, a column for each law."""
    u = np.array(probabilities).reshape(-1, 1)
    place = np.array([triple.place for triple in triples])
    pert = np.array([triple.law == "pert4" for triple in triples], bool)
    x = np.where(pert, beta_quantile(u, *pert_shape(place)), triangular_quantile(u, place))
    x *= np.array([triple.width for triple in triples])
    x += np.array([triple.low for triple in triples])
    return x


class Sampler:
    """The draws of a set of parameters under a seed: the same whatever the number of those that are asked for at once.

    A survey replaces the shares of the segments. Its Dirichlet law is drawn by breaking a stick: D, C, N and P in this
    order take the part of what is left that Beta(own weight, weights after it) gives on the stream of their share.
    """

    def __init__(
        self,
        triples: Mapping[str, Triple],
        *,
        seed: int,
        draws: int,
        survey: Survey | None = None,
        streams: Sequence[str] = STREAMS,
    ) -> None:
        if not 0 <= seed <= LARGEST_SEED:
            raise SeedOutOfRange(field="seed", most=LARGEST_SEED)
        if not 1 <= draws <= MOST_DRAWS:
            raise DrawsOutOfRange(field="draws", most=MOST_DRAWS)
        for name, triple in triples.items():
            check_triple(name, triple)
        if survey is not None:
            check_residents(survey.residents)
        self._seed, self._draws, self._survey = seed, draws, survey
        self._triples = {name: triple for name, triple in triples.items() if survey is None or name not in _SHARES}
        self.streams = (*streams, *sorted({*triples} - {*streams}))
        self._ranks = {name: rank for rank, name in enumerate(self.streams)}
        self._laws = self._made_laws()

    def _made_laws(self) -> dict[str, Callable[[Floats], Floats]]:
        """What turns the uniform numbers of each varying parameter into a part of its width, or of the stick."""
        varying = {name: triple for name, triple in self._triples.items() if not triple.constant}
        shapes = {name: pert_shape(triple.place) for name, triple in varying.items() if triple.law == "pert4"}
        if self._survey is not None:
            weights = self._survey.weights
            shapes |= {name: (weights[k], math.fsum(weights[k + 1 :])) for k, name in enumerate(_SHARES)}
        laws: dict[str, Callable[[Floats], Floats]] = {
            name: functools.partial(triangular_quantile, mode=triple.place) for name, triple in varying.items()
        }
        return {**laws, **dict(zip(shapes, beta_tables([*shapes.values()]), strict=True))}

    @property
    def varying(self) -> list[str]:
        """The parameters that are drawn, in the order of their streams."""
        return sorted(self._laws, key=self._ranks.__getitem__)

    def modes(self) -> dict[str, float]:
        """Every parameter at its most likely value."""
        shares = {} if self._survey is None else {f"share_{s}": self._survey.shares.get(s, 0.0) for s in AWAY}
        return {name: triple.mode for name, triple in self._triples.items()} | shares

    def means(self) -> dict[str, float]:
        """Every parameter at the mean of its law."""
        weights = () if self._survey is None else self._survey.weights
        shares = {name: weight / math.fsum(weights) for name, weight in zip(_SHARES, weights, strict=False)}
        return {name: triple.mean for name, triple in self._triples.items()} | shares

    def quantiles(self, names: Sequence[str], probabilities: Sequence[float]) -> Floats:
        """The exact quantiles of parameters, each of its own law alone: a row for each probability."""
        result = quantiles([self._triples.get(name, _UNIT) for name in names], probabilities)
        if self._survey is not None:
            weights = self._survey.weights
            u = np.array(probabilities)
            for column, name in enumerate(names):
                if name in _SHARES:
                    own = weights[_SHARES.index(name)]
                    result[:, column] = beta_quantile(u, own, math.fsum(weights) - own)
        return result

    def block(self, first: int, count: int) -> dict[str, Value]:
        """The draws from `first` on; what does not vary is one number."""
        drawn: dict[str, Value] = {name: self._drawn(name, first, count) for name in self._triples}
        return drawn if self._survey is None else drawn | self._broken_stick(first, count)

    def all_of(self, name: str) -> Floats:
        """All draws of one parameter that varies."""
        return np.concatenate(
            [
                self._drawn(name, first, count) if name in self._triples else self._broken_stick(first, count)[name]
                for first, count in blocks(self._draws)
            ]
        )

    def _drawn(self, name: str, first: int, count: int) -> Value:
        triple = self._triples[name]
        if name not in self._laws:
            return np.float64(triple.mode)
        x = self._part(name, first, count)
        x *= triple.width
        x += triple.low
        return x

    def _part(self, name: str, first: int, count: int) -> Floats:
        return self._laws[name](uniforms(self._seed, first=self._ranks[name] * self._draws + first, count=count))

    def _broken_stick(self, first: int, count: int) -> dict[str, Value]:
        left = np.ones(count)
        found: dict[str, Value] = {}
        for name in _SHARES:
            share = left * self._part(name, first, count)
            found[name] = share
            left = left - share
        return found


def blocks(draws: int) -> Iterator[tuple[int, int]]:
    """The first draw of each block and the draws in it."""
    return ((first, min(BLOCK, draws - first)) for first in range(0, draws, BLOCK))


_SHARES: Final = tuple(f"share_{s}" for s in AWAY)
_UNIT: Final = Triple(0.0, 0.5, 1.0)
