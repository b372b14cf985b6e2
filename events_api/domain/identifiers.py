"""Identifiers of legal persons: SIRET, RNA, numbers of other countries."""

from typing import Annotated, Literal

from msgspec import Meta

Siret = Annotated[str, Meta(pattern=r"^[0-9]{14}\Z", description="14 digits, without spaces.")]
Rna = Annotated[str, Meta(pattern=r"^W[0-9][A-Z0-9][0-9]{7}\Z")]
IdentifierKind = Literal["siret", "rna", "foreign", "unknown"]
LA_POSTE = "356000000"


def luhn(digits: str) -> bool:
    """Whether the Luhn sum of a string of digits is a multiple of ten."""
    total = 0
    for rank, character in enumerate(reversed(digits)):
        doubled = int(character) * (1 + rank % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def siret_is_valid(siret: str) -> bool:
    """Luhn on the 14 digits; for La Poste, whose establishments overflow it, a digit sum divisible by five."""
    if len(siret) != 14 or not siret.isascii() or not siret.isdigit() or siret == "0" * 14:
        return False
    return luhn(siret) or (siret.startswith(LA_POSTE) and sum(map(int, siret)) % 5 == 0)
