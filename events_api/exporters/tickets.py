"""Facts and quantities of an edition as tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from events_api.domain.tickets.facts import CHANNELS, IN, STANDINGS, UNTIMED, VERDICTS, FactKind, Facts, LabelKind
from events_api.exporters.columns import Column, schema

SCANS: Final = (
    Column("ticket", "text"),
    Column("at", "instant"),
    Column("direction", "text"),
    Column("verdict", "text"),
    Column("gate", "text"),
    Column("session", "text"),
    Column("category", "text"),
    Column("origin", "text"),
    Column("device", "text"),
    Column("quantity", "number"),
)
TICKETS: Final = (
    Column("ticket", "text"),
    Column("holder", "text"),
    Column("standing", "text"),
    Column("channel", "text"),
    Column("category", "text"),
    Column("origin", "text"),
    Column("session", "text"),
    Column("quantity", "number"),
    Column("price_cents", "number"),
    Column("first_day", "day"),
    Column("last_day", "day"),
)
LINES: Final = (
    Column("line", "number"),
    Column("outcome", "text"),
    Column("kind", "text"),
    Column("ticket", "text"),
    Column("holder", "text"),
    Column("at", "instant"),
    Column("direction", "text"),
    Column("verdict", "text"),
    Column("standing", "text"),
    Column("channel", "text"),
    Column("gate", "text"),
    Column("session", "text"),
    Column("category", "text"),
    Column("origin", "text"),
    Column("device", "text"),
    Column("quantity", "number"),
    Column("price_cents", "number"),
    Column("first_day", "day"),
    Column("last_day", "day"),
)
QUANTITIES: Final = (
    Column("dimension", "text"),
    Column("label", "text"),
    Column("day", "day"),
    Column("over", "text"),
    Column("tickets_issued", "number"),
    Column("tickets_cancelled", "number"),
    Column("tickets_scanned", "number"),
    Column("entries_in", "number"),
    Column("exits", "number"),
    Column("attendances", "number"),
    Column("unique_visitors", "number"),
    Column("reentries", "number"),
    Column("scans_refused", "number"),
    Column("no_show_rate", "share"),
    Column("days_per_visitor", "share"),
)
Labels = Mapping[LabelKind, Mapping[int, str]]
_HEX: Final = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), np.uint8).reshape(256, 2)


def scans_table(facts: Facts, labels: Labels) -> pa.Table:
    """Scans as rows of SCANS: tickets by their pseudonym, no time where nobody wrote one down."""
    untimed = facts["at"] == UNTIMED
    return pa.table(
        [
            _pseudonyms(facts["high"], facts["low"]),
            pa.array(facts["at"], pa.int64(), mask=untimed).cast(pa.timestamp("us", tz="UTC")),
            _words(facts["direction"] == IN, ["out", "in"]),
            _words(facts["verdict"], VERDICTS),
            *(
                _labels(facts[kind], labels.get(kind, {}))
                for kind in ("gate", "session", "category", "origin", "device")
            ),
            pa.array(facts["quantity"].astype(np.int64)),
        ],
        schema=schema(SCANS),
    )


def tickets_table(facts: Facts, labels: Labels) -> pa.Table:
    """Tickets as rows of TICKETS: tickets and holders by their pseudonym."""
    nobody = (facts["holder_high"] == 0) & (facts["holder_low"] == 0)
    return pa.table(
        [
            _pseudonyms(facts["high"], facts["low"]),
            _pseudonyms(facts["holder_high"], facts["holder_low"], nobody),
            _words(facts["standing"], STANDINGS),
            _words(facts["channel"], CHANNELS),
            *(_labels(facts[kind], labels.get(kind, {})) for kind in ("category", "origin", "session")),
            pa.array(facts["quantity"].astype(np.int64)),
            pa.array(facts["price"].astype(np.int64), mask=facts["price"] < 0),
            *(
                pa.array(facts[day], pa.int32(), mask=facts[day] == 0).cast(pa.date32())
                for day in ("first_day", "last_day")
            ),
        ],
        schema=schema(TICKETS),
    )


def lines_table(
    kind: FactKind, facts: Facts, lines: NDArray[np.uint32], known: NDArray[np.bool_], labels: Labels
) -> pa.Table:
    """Lines of an import as rows of LINES: which line, what became of it, and what is kept of it."""
    found = scans_table(facts, labels) if kind == "scan" else tickets_table(facts, labels)
    own = pa.table(
        {
            "line": pa.array(lines.astype(np.int64)),
            "outcome": _words(known, ["accepted", "known"]),
            "kind": pa.repeat(kind, len(facts)),
        }
    )
    wanted = schema(LINES)
    return pa.table(
        [
            own.column(field.name)
            if field.name in own.column_names
            else found.column(field.name)
            if field.name in found.column_names
            else pa.nulls(len(facts), field.type)
            for field in wanted
        ],
        schema=wanted,
    )


def rows_table(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """A table of few rows."""
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table(
        [pa.array(of, kind.type) for of, kind in zip(values, schema(columns), strict=True)], schema=schema(columns)
    )


def _pseudonyms(high: NDArray[Any], low: NDArray[Any], none: NDArray[np.bool_] | None = None) -> Any:
    halves = np.empty((len(high), 2), ">u8")
    halves[:, 0], halves[:, 1] = high, low
    letters = _HEX[halves.view(np.uint8).reshape(len(high), 16)].reshape(-1)
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), len(high), [None, pa.py_buffer(letters.tobytes())])
    found = fixed.cast(pa.binary()).cast(pa.string())
    return found if none is None else pc.if_else(pa.array(none), None, found)


def _words(numbers: NDArray[Any], words: Sequence[str]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), pa.array(words)).dictionary_decode()


def _labels(numbers: NDArray[Any], labels: Mapping[int, str]) -> Any:
    last = int(numbers.max(initial=0))
    spelled = pa.array([labels.get(number) for number in range(last + 1)], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), spelled).dictionary_decode()
