"""simulate: the files of a festival that never was, of any size."""

import datetime as dt
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from events_api.commands.output import AsJson, people, print_json, print_line
from events_api.domain.tickets.simulation import Festival, festival, tickets_for
from events_api.exporters.simulated import write_scans, write_tickets

FIRST = dt.datetime(2026, 7, 3)  # noqa: DTZ001  a day; the zone is given below
OPENS_AT = 16

app = typer.Typer()


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="Where scans.csv and tickets.csv are written.")],
    scans: Annotated[int, typer.Option(min=1, max=200_000_000, help="About how many scans.")] = 100_000,
    days: Annotated[int, typer.Option(min=1, max=60)] = 5,
    gates: Annotated[int, typer.Option(min=1, max=250)] = 8,
    first_day: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day, open from 16:00.")
    ] = FIRST,
    seed: Annotated[int, typer.Option(help="The same seed makes the same files.")] = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the tickets and scans of a fictional festival; upload them with `simulated=true`."""
    opens = first_day.replace(hour=OPENS_AT, tzinfo=ZoneInfo("Europe/Paris"))
    with people.status("Simulating…"):
        made = festival(
            tickets=tickets_for(scans, days),
            days=days,
            gates=gates,
            opens=int(opens.timestamp()) * 1_000_000,
            seed=seed,
        )
        files = write(made, folder)
    figures = {"tickets": len(made.code), "scans": len(made.at), "files": [str(file) for file in files]}
    if as_json:
        print_json(figures)
    else:
        print_line(
            f"{figures['tickets']} tickets and {figures['scans']} scans, all fictional: {files[0]}, {files[1]}.\n"
            "Upload them with simulated=true, so that every page says so."
        )


def write(made: Festival, folder: Path) -> tuple[Path, Path]:
    """Write both files of a festival; returns those of the tickets and of the scans."""
    folder.mkdir(parents=True, exist_ok=True)
    tickets, scans = folder / "tickets.csv", folder / "scans.csv"
    with tickets.open("wb") as target:
        write_tickets(made, target)
    with scans.open("wb") as target:
        write_scans(made, target)
    return tickets, scans
