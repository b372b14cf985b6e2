"""What the journeys to an event emit (AMP-IMPACT/1 §4.8, §15): always shown beside euros (IMP-11)."""

import math
from typing import Annotated, Final

from msgspec import Meta, Struct

from events_api.domain.errors import DomainError
from events_api.domain.impact.formulas import Formula, Unit
from events_api.domain.impact.segments import AWAY, SEGMENTS, Segment

CAR: Final = "car_vehicle"
"""The one mode whose factor is of a vehicle, not of a passenger."""
OCCUPANCY: Final = 2.2
"""People in a car that goes to an event [J]."""
_EVERY_DAY: Final[tuple[Segment, ...]] = ("L", "D")

Mode = Annotated[str, Meta(pattern="^[A-Za-z][A-Za-z0-9_]{0,59}$")]


class ModesNotWhole(DomainError):
    """The modes of transport of a segment do not add up to all its journeys."""


class EmissionFactorMissing(DomainError):
    """A mode of transport without its emission factor."""


class JourneysMissing(DomainError):
    """A segment of visitors whose journeys are not said."""


class Mobility(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares of the modes and kilometres one way by segment; kg CO₂e per passenger-km, per vehicle-km for the car."""

    mode_shares: dict[Segment, dict[Mode, Annotated[float, Meta(ge=0, le=1)]]]
    one_way_km: dict[Segment, Annotated[float, Meta(ge=0, le=20_100)]]
    emission_factors: dict[Mode, Annotated[float, Meta(ge=0, le=100)]]
    car_occupancy: Annotated[float, Meta(ge=1, le=9)] = OCCUPANCY


def check(mobility: Mobility) -> None:
    """Refuse journeys that are incomplete."""
    for segment in SEGMENTS:
        modes = mobility.mode_shares.get(segment)
        if modes is None or segment not in mobility.one_way_km:
            raise JourneysMissing(field="mobility", segment=segment)
        whole = math.fsum(modes.values())
        if not abs(whole - 1) < 1e-6:
            raise ModesNotWhole(
                field=f"mobility.mode_shares.{segment}", segment=segment, total_bp=round(whole * 10_000)
            )
        for mode in modes:
            if mode not in mobility.emission_factors:
                raise EmissionFactorMissing(field=f"mobility.emission_factors.{mode}", mode=mode)


def facts(mobility: Mobility) -> dict[str, float]:
    """The journeys by the names that formulas know them by."""
    found = {"car_occupancy": mobility.car_occupancy}
    found |= {f"ef_{mode}": factor for mode, factor in mobility.emission_factors.items()}
    for segment, modes in mobility.mode_shares.items():
        found[f"one_way_km_{segment}"] = mobility.one_way_km[segment]
        found |= {f"mode_{segment}_{mode}": share for mode, share in modes.items()}
    return found


def formulas(mobility: Mobility) -> list[Formula]:
    """Emissions by segment and in all; those that the event caused count residents in full, others by attribution."""
    found = []
    for s in SEGMENTS:
        per_km = " + ".join(
            f"mode_{s}_{mode} * ef_{mode}" + (" / car_occupancy" if mode == CAR else "")
            for mode in mobility.mode_shares[s]
        )
        trips = "days_per_visitor" if s in _EVERY_DAY else "1"
        found += [
            _formula(f"kg_per_visitor_{s}", "kg_co2e_per_person", f"{trips} * 2 * one_way_km_{s} * ({per_km})", s),
            _formula(f"carbon_{s}", "kg_co2e", f"unique_{s} * kg_per_visitor_{s}", s),
        ]
    total = " + ".join(f"carbon_{s}" for s in SEGMENTS)
    caused = " + ".join(["carbon_L", *(f"attr_{s} * carbon_{s}" for s in AWAY)])
    return [
        *found,
        _formula("carbon_total", "kg_co2e", total),
        _formula("carbon_total_t", "t_co2e", "carbon_total / 1000"),
        _formula("carbon_attributable_t", "t_co2e", f"({caused}) / 1000"),
        _formula("kg_per_unique_visitor", "kg_co2e_per_person", "carbon_total / unique_visitors"),
        _formula("kg_per_attendance", "kg_co2e_per_attendance", "carbon_total / attendances"),
        _formula("carbon_share_overnight", "share", "(carbon_C + carbon_N + carbon_P) / carbon_total"),
    ]


def _formula(key: str, unit: Unit, text: str, segment: Segment | None = None) -> Formula:
    label = key.removesuffix(f"_{segment}") if segment else key
    return Formula(key=key, unit=unit, section="4.8", text=text, label=label, line=segment)
