"""The table that a run prints and the file that it writes."""

import os
import platform
import statistics
from pathlib import Path

import msgspec
from msgspec import Struct


class Row(Struct, frozen=True, kw_only=True):
    """One measured figure: `bar` is what it must reach, in words; `spread` its least and greatest."""

    name: str
    figure: float
    unit: str
    bar: str
    holds: bool
    spread: tuple[float, float] | None = None
    note: str = ""


def ratio_row(name: str, ours: list[float], theirs: list[float], *, at_least: float, note: str = "") -> Row:
    """The median of the ratios of alternating runs, against a bar that it must reach."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    median = statistics.median(ratios)
    measured = f"ours {statistics.median(ours):.0f}/s, baseline {statistics.median(theirs):.0f}/s"
    return Row(
        name=name,
        figure=round(median, 3),
        unit="ratio of requests a second",
        bar=f">= {at_least}",
        holds=median >= at_least,
        spread=(round(min(ratios), 3), round(max(ratios), 3)),
        note=f"{measured}; {note}" if note else measured,
    )


def times_row(name: str, ours: list[float], theirs: list[float], *, at_most: float, note: str) -> Row:
    """The median of the ratios of alternating times, against a bar that it must not pass."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    median = statistics.median(ratios)
    return Row(
        name=name,
        figure=round(median, 2),
        unit="times as long",
        bar=f"<= {at_most}",
        holds=median <= at_most,
        spread=(round(min(ratios), 2), round(max(ratios), 2)),
        note=f"{statistics.median(ours):.3g} s; {note}",
    )


def publish(rows: list[Row], path: Path) -> None:
    """Print the table and write the file; a row that misses its bar is told, not an error."""
    width = max((len(row.name) for row in rows), default=4)
    for row in rows:
        verdict = "holds" if row.holds else "MISSES"
        spread = f" [{row.spread[0]} … {row.spread[1]}]" if row.spread else ""
        print(f"{row.name:<{width}}  {row.figure:>10} {row.unit}{spread}  bar {row.bar}  {verdict}  {row.note}")
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "processors": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.system() + " " + platform.machine(),
    }
    document = {"machine": machine, "rows": rows}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
