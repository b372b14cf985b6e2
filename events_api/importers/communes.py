"""The communes of the territory and Marseille's arrondissements, from the files of the package."""

import csv
from functools import cache
from importlib.resources import files

from msgspec import Struct

from events_api.text.formats import primary_key, sort_key

COMMUNES = files("events_api.importers") / "data" / "amp-communes-92.csv"
ARRONDISSEMENTS = files("events_api.importers") / "data" / "marseille-arrondissements.csv"
TERRITORY = "amp"
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


@cache
def insee_by_name() -> dict[str, str]:
    """The INSEE code of each commune by the primary key of its name."""
    return {primary_key(commune.name): commune.insee for commune in communes()}


@cache
def arrondissements() -> dict[str, str]:
    """The commune of each arrondissement: 13201 to 13216 are Marseille."""
    with ARRONDISSEMENTS.open(encoding="utf-8") as text:
        return {row["insee"]: row["commune"] for row in csv.DictReader(text)}
