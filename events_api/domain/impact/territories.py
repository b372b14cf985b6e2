"""The territories that an impact is assessed for, and the assumptions that change with them (AMP-IMPACT/1 §4)."""

from collections.abc import Mapping
from typing import Final, Literal

Territory = Literal["amp", "departement_13", "region_sud"]
"""The 92 communes; the Bouches-du-Rhône; Provence-Alpes-Côte d'Azur."""
OF_THE_SETS: Final[Territory] = "amp"
"""What the assumptions of every set hold for."""
Territorial = Literal["residents", "purchases", "captures", "sponsors", "funders", "multiplier"]
"""What another territory makes another assumption of."""

_PREFIXES: Final[tuple[tuple[str, Territorial], ...]] = (
    ("share_", "residents"),
    ("nonlocal_share", "residents"),
    ("loc_", "purchases"),
    ("cap_", "captures"),
    ("ext_sponsors", "sponsors"),
    ("phi_", "funders"),
    ("multiplier", "multiplier"),
)
_WITHIN: Final[Mapping[Territory, frozenset[str]]] = {
    "amp": frozenset(),
    "departement_13": frozenset({"phi_departement"}),
    "region_sud": frozenset({"phi_departement", "phi_region"}),
}


def territorial(key: str) -> Territorial | None:
    """What a parameter says of a territory; None where it says nothing of one."""
    return next((group for prefix, group in _PREFIXES if key.startswith(prefix)), None)


def never_new(territory: str) -> frozenset[str]:
    """The funders whose taxpayers all live in the territory: none of their money is new there, by rule (§4.4)."""
    return next((funders for name, funders in _WITHIN.items() if name == territory), frozenset())


def holds(key: str, stated_for: str, territory: str) -> bool:
    """Whether an assumption that was stated for one territory says something of another."""
    return stated_for == territory or territorial(key) is None
