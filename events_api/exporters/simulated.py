"""A simulated festival as the canonical files of tickets and scans."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from events_api.domain.tickets.simulation import CHANNELS, COUNTRIES, KINDS, ORIGINS, Festival

ROWS = 200_000


def write_scans(festival: Festival, target: BinaryIO) -> None:
    """Write the scans in the order of time: code, time in UTC, direction, gate, device, result, category."""
    _write(target, _scans(festival))


def write_tickets(festival: Festival, target: BinaryIO) -> None:
    """Write the tickets: code, status, channel, category, postcode, country, days on which it admits."""
    _write(target, _tickets(festival))


def _scans(festival: Festival) -> Iterator[pa.Table]:
    codes, kinds = _codes(festival), pa.array(KINDS)
    gates = pa.array([f"Porte {number}" for number in range(1, 256)])
    devices = pa.array([f"Simulateur {number:03d}" for number in range(1, 1024)])
    directions, results = pa.array(["out", "in"]), pa.array(["duplicate", "accepted"])
    for start in range(0, len(festival.at), ROWS):
        part = slice(start, start + ROWS)
        ticket, gate = festival.ticket[part], festival.gate[part]
        yield pa.table(
            {
                "ticket_code": codes.take(pa.array(ticket)),
                "scanned_at": pc.strftime(pa.array(festival.at[part], pa.timestamp("us")).cast("timestamp[s]"),
                                          format="%Y-%m-%dT%H:%M:%SZ"),
                "direction": directions.take(pa.array(festival.entry[part].astype(np.int8))),
                "gate": gates.take(pa.array(gate)),
                "device": devices.take(pa.array(gate.astype(np.int32) * 4 + ticket.astype(np.int64) % 4)),
                "result": results.take(pa.array(festival.accepted[part].astype(np.int8))),
                "category": kinds.take(pa.array(festival.kind[ticket])),
            }
        )  # fmt: skip


def _tickets(festival: Festival) -> Iterator[pa.Table]:
    first = int(festival.at.min()) // 86_400_000_000 if len(festival.at) else 0
    days = (festival.day.astype(np.int64) + first) * 86_400
    on = pc.if_else(
        pa.array(festival.day >= 0), pc.strftime(pa.array(days, pa.timestamp("s")), format="%Y-%m-%d"), pa.scalar("")
    )
    yield pa.table(
        {
            "ticket_code": _codes(festival),
            "status": pa.array(["issued", "refunded"]).take(pa.array(festival.refunded.astype(np.int8))),
            "channel": pa.array(CHANNELS).take(pa.array(festival.kind)),
            "category": pa.array(KINDS).take(pa.array(festival.kind)),
            "postcode": pa.array(ORIGINS).take(pa.array(festival.origin)),
            "country": pa.array(COUNTRIES).take(pa.array(festival.origin)),
            "valid_from": on,
            "valid_until": on,
        }
    )


def _codes(festival: Festival) -> pa.Array:
    return pa.array([f"SIM{code:016X}" for code in festival.code.tolist()])


def _write(target: BinaryIO, tables: Iterator[pa.Table]) -> None:
    writer = None
    for table in tables:
        if writer is None:
            writer = csv.CSVWriter(target, table.schema, write_options=csv.WriteOptions(quoting_style="none"))
        writer.write_table(table)
    if writer is not None:
        writer.close()
