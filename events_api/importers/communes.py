"""The communes of the territory and Marseille's arrondissements, from the files of the package."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from msgspec import Struct

from events_api.domain.impact.territories import Territory
from events_api.text.formats import primary_key, sort_key

COMMUNES = files("events_api.importers") / "data" / "amp-communes-92.csv"
ARRONDISSEMENTS = files("events_api.importers") / "data" / "marseille-arrondissements.csv"
TERRITORY: Final[Territory] = "amp"
DEPARTEMENTS: Final[Mapping[Territory, frozenset[str]]] = {
    "departement_13": frozenset({"13"}),
    "region_sud": frozenset({"04", "05", "06", "13", "83", "84"}),
}
# The file does not name the vintage: the sum over the 92 communes tells which one it is.
POPULATION = "amp-communes-92.csv#population_communes_json, vintage 2023 (inferred)"


class Commune(Struct, frozen=True, kw_only=True):
    """A commune as the reference file gives it."""

    insee: str
    name: str
    sort_key: str
    siren: str
    departement: str
    population: int
    population_source: str
    postcodes: list[str]
    longitude: float
    latitude: float
    territory_code: str


@cache
def communes() -> tuple[Commune, ...]:
    """The 92 communes."""
    with COMMUNES.open(encoding="utf-8") as text:
        return tuple(
            Commune(
                insee=row["insee"],
                name=row["nom"],
                sort_key=sort_key(row["nom"]),
                siren=row["siren"],
                departement=row["departement"],
                population=int(row["population_communes_json"]),
                population_source=POPULATION,
                postcodes=row["codes_postaux"].split("|"),
                longitude=float(row["longitude"]),
                latitude=float(row["latitude"]),
                territory_code=TERRITORY,
            )
            for row in csv.DictReader(text)
        )


@cache
def postcodes() -> frozenset[str]:
    """The postcodes of the territory; a few are shared with communes beyond it."""
    return frozenset(code for commune in communes() for code in commune.postcodes)


def within(territory: Territory, codes: Iterable[str]) -> frozenset[str]:
    """Those of the postcodes that are in a territory; the first two digits name the département."""
    if territory == "amp":
        return frozenset(codes) & postcodes()
    return frozenset(code for code in codes if code[:2] in DEPARTEMENTS[territory])


@cache
def insee_by_name() -> dict[str, str]:
    """The INSEE code of each commune by the primary key of its name."""
    return {primary_key(commune.name): commune.insee for commune in communes()}


@cache
def arrondissements() -> dict[str, str]:
    """The commune of each arrondissement: 13201 to 13216 are Marseille."""
    with ARRONDISSEMENTS.open(encoding="utf-8") as text:
        return {row["insee"]: row["commune"] for row in csv.DictReader(text)}
