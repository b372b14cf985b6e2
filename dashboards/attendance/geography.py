"""The contours of the communes as paths, and the zones that postcodes can tell apart."""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from dashboards.attendance.canvas import n
from dashboards.attendance.facts import Commune

Ring = list[list[float]]


class Contour(Struct, frozen=True):
    """A commune drawn for a frame: its path and its middle."""

    insee: str
    name: str
    path: str
    x: float
    y: float


class Zone(Struct, frozen=True, kw_only=True):
    """Communes that share postcodes: what a postcode can tell apart. Its people live in all of them together."""

    key: str
    name: str
    communes: tuple[str, ...]
    postcodes: frozenset[str]
    population: int


@cache
def contours(width: int) -> tuple[tuple[Contour, ...], float]:
    """The communes of the métropole in a frame of this width, and the height that it takes."""
    source = msgspec.json.decode((files("dashboards.attendance") / "communes.geojson").read_bytes())
    shapes = {feature["properties"]["insee"]: _rings(feature["geometry"]) for feature in source["features"]}
    names = {feature["properties"]["insee"]: feature["properties"]["nom"] for feature in source["features"]}
    points = [point for rings in shapes.values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrowing = math.cos(math.radians((south + north) / 2))
    scale = width / ((east - west) * narrowing)

    def placed(ring: Ring) -> list[tuple[float, float]]:
        return [((x - west) * narrowing * scale, (north - y) * scale) for x, y in ring]

    drawn = []
    for insee, rings in shapes.items():
        outlines = [placed(ring) for ring in rings]
        x, y = _middle(max(outlines, key=lambda outline: abs(_area(outline))))
        drawn.append(Contour(insee, names[insee], "".join(_path(outline) for outline in outlines), x, y))
    return tuple(drawn), (north - south) * scale


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [ring for polygon in polygons for ring in polygon]


def _path(outline: Sequence[tuple[float, float]]) -> str:
    """Points closer than a pixel to the one before are left out."""
    kept = [outline[0]]
    for point in outline[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 1:
            kept.append(point)
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in kept) + "z"


def _area(outline: Sequence[tuple[float, float]]) -> float:
    around = zip(outline, [*outline[1:], outline[0]], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in around) / 2


def _middle(outline: Sequence[tuple[float, float]]) -> tuple[float, float]:
    area = _area(outline)
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    return x / (6 * area), y / (6 * area)


def zones(communes: Iterable[Commune]) -> list[Zone]:
    """Group the communes that share a postcode, directly or through others."""
    groups: list[tuple[set[str], list[Commune]]] = []
    for commune in communes:
        codes, members = set(commune.postcodes), [commune]
        for group in [group for group in groups if group[0] & codes]:
            groups.remove(group)
            codes |= group[0]
            members = [*group[1], *members]
        groups.append((codes, members))
    found = []
    for codes, members in groups:
        ordered = sorted(members, key=lambda one: (-one.population, one.name))
        name = ordered[0].name if len(ordered) == 1 else " + ".join(one.name for one in ordered[:2])
        if len(ordered) > 2:
            name += f" + {len(ordered) - 2}"
        found.append(
            Zone(
                key=ordered[0].insee,
                name=name,
                communes=tuple(one.insee for one in ordered),
                postcodes=frozenset(codes),
                population=sum(one.population for one in ordered),
            )
        )
    return sorted(found, key=lambda zone: zone.key)
