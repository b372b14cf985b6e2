"""What the gates know of each ticket, made of the facts: when an edition goes live, and after each import."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final

import asyncpg
import numpy as np
from numpy.typing import NDArray

from events_api.domain.tickets.calendar import NO_DAY, EventCalendar
from events_api.domain.tickets.facts import DTYPES, IN, UNTIMED, Facts
from events_api.domain.tickets.quantities import Visit, pack
from events_api.store.ticket_counts import moment
from events_api.store.ticket_facts import PATIENCE, ROOTS, SECONDS, BucketFacts, Sources, facts_of, sources_of

COLUMNS: Final = (
    "edition_id", "ticket", "holder", "standing", "channel", "category", "origin", "quantity", "first_day", "last_day",
    "listed", "inside", "last_at", "entered_at", "entered_gate", "visits", "filed",
)  # fmt: skip
Identity = tuple[int, int, int, int, int]
"""What makes two scans of a ticket the same: time, direction, verdict, gate, session."""
_PAIR: Final = np.dtype([("high", ">u8"), ("low", ">u8")])
Texts = NDArray[np.bytes_]


async def begin(connection: asyncpg.Connection, edition_id: int) -> None:
    """Make an edition one that is scanned live: its gates take over what its files say. The caller holds it."""
    await connection.execute(PATIENCE)
    await _write(connection, edition_id, await sources_of(connection, edition_id), None)
    await connection.execute("update attendance_state set live = true where edition_id = $1", edition_id)


async def refresh(connection: asyncpg.Connection, edition_id: int, import_id: int) -> None:
    """Tell the gates what changed with an import that came to count or no longer does; the caller holds the edition."""
    if not await connection.fetchval("select live from attendance_state where edition_id = $1", edition_id):
        return
    touched = defaultdict[int, list[Texts]](list)
    for row in await connection.fetch(ROOTS, edition_id, [import_id]):
        content = await connection.fetchval(
            "select content from import_block where edition_id = $1 and import_id = $2 and kind = $3 and bucket = $4",
            edition_id,
            row["root"],
            row["kind"],
            row["bucket"],
            timeout=SECONDS,
        )
        touched[row["bucket"]].append(_tickets(np.frombuffer(content, DTYPES[row["kind"]])))
    distinct = {bucket: np.unique(np.concatenate(pairs)) for bucket, pairs in touched.items()}
    await _write(connection, edition_id, await sources_of(connection, edition_id), distinct)


async def filed_scans(
    connection: asyncpg.Connection, edition_id: int, tickets: Collection[bytes]
) -> dict[bytes, Counter[Identity]]:
    """The scans of some tickets that files have, as many as the file with the most of them."""
    sources = await sources_of(connection, edition_id, live=False)
    asked = np.sort(np.frombuffer(b"".join(tickets), "S16"))
    found = defaultdict[bytes, Counter[Identity]](Counter)
    async for facts in facts_of(connection, sources, sorted({ticket[0] >> 4 for ticket in tickets})):
        scans = facts.filed[np.isin(_tickets(facts.filed), asked)]
        said = zip(*(scans[name].tolist() for name in ("at", "direction", "verdict", "gate", "session")), strict=True)
        for ticket, identity in zip(_each(_tickets(scans)), said, strict=True):
            found[ticket][identity] += 1
    return found


async def _write(
    connection: asyncpg.Connection, edition_id: int, sources: Sources, only: dict[int, Texts] | None
) -> None:
    """Write the tickets of the gates anew, all of them or some of each bucket."""
    if only is not None and not only:
        return
    if only is None:
        await connection.execute("delete from gate_ticket where edition_id = $1", edition_id)
        async for facts in facts_of(connection, sources):
            await _copy(connection, edition_id, facts, sources.calendar)
        return
    buckets = sorted(only)
    number = 0
    async for facts in facts_of(connection, sources, buckets):
        pairs = only[buckets[number]]
        number += 1
        await connection.execute(
            "delete from gate_ticket where edition_id = $1 and ticket = any($2::bytea[])",
            edition_id,
            _each(pairs),
        )
        chosen = BucketFacts(
            filed=facts.filed[np.isin(_tickets(facts.filed), pairs)],
            scans=facts.scans[np.isin(_tickets(facts.scans), pairs)],
            tickets=facts.tickets[np.isin(_tickets(facts.tickets), pairs)],
        )
        await _copy(connection, edition_id, chosen, sources.calendar)


async def _copy(connection: asyncpg.Connection, edition_id: int, facts: BucketFacts, calendar: EventCalendar) -> None:
    await connection.copy_records_to_table(
        "gate_ticket", records=_rows(edition_id, facts, calendar), columns=COLUMNS, timeout=SECONDS
    )


def _rows(edition_id: int, facts: BucketFacts, calendar: EventCalendar) -> Iterator[tuple[Any, ...]]:
    """One row for every ticket that is listed, or of which scans say more than that it was refused."""
    listed = _tickets(facts.tickets)
    scanned = _tickets(facts.scans)
    pasts = _pasts(facts, scanned, calendar)
    names = ("holder_high", "holder_low", "standing", "channel", "category", "origin", "quantity", "first_day",
             "last_day")  # fmt: skip
    known = {
        ticket: values
        for ticket, *values in zip(_each(listed), *(facts.tickets[name].tolist() for name in names), strict=True)
    }
    unlisted = [0, 0, 0, 0, 0, 0, 1, 0, 0]
    nothing = _Past()
    for ticket in known.keys() | pasts.keys():
        high, low, standing, channel, category, origin, quantity, first_day, last_day = known.get(ticket, unlisted)
        past = pasts.get(ticket, nothing)
        if ticket not in known and past.is_nothing:
            continue
        yield (
            edition_id,
            ticket,
            high.to_bytes(8, "big") + low.to_bytes(8, "big") if high or low else None,
            standing,
            channel,
            category or past.category,
            origin or past.origin,
            quantity,
            first_day,
            last_day,
            ticket in known,
            past.inside,
            moment(past.last_at),
            moment(past.entered_at),
            past.entered_gate,
            past.visits,
            past.filed,
        )


class _Past:
    """What the scans of a ticket amount to."""

    def __init__(self) -> None:
        self.category = self.origin = self.entered_gate = 0
        self.inside = False
        self.last_at: int | None = None
        self.entered_at: int | None = None
        self.visits: list[int] = []
        self.filed: list[int] = []

    @property
    def is_nothing(self) -> bool:
        """Whether the ticket was only ever refused."""
        return self.last_at is None and not (self.visits or self.filed or self.category or self.origin)


def _pasts(facts: BucketFacts, scanned: Texts, calendar: EventCalendar) -> dict[bytes, _Past]:
    """What the scans amount to, ticket by ticket: they come in the order of time, out before in."""
    pasts = defaultdict[bytes, _Past](_Past)
    scans = facts.scans
    days = calendar.days_of(scans["at"]).tolist()
    names = ("at", "gate", "session", "category", "origin", "quantity", "direction", "verdict")
    for ticket, day, (at, gate, session, category, origin, quantity, direction, verdict) in zip(
        _each(scanned), days, zip(*(scans[name].tolist() for name in names), strict=True),
        strict=True,
    ):  # fmt: skip
        past = pasts[ticket]
        past.category, past.origin = max(past.category, category), max(past.origin, origin)
        if verdict:
            continue
        if at != UNTIMED:
            past.last_at, past.inside = at, direction == IN
        if direction == IN:
            past.visits.append(pack(Visit(NO_DAY if at == UNTIMED else day, gate, session, quantity)))
            if at != UNTIMED:
                past.entered_at, past.entered_gate = at, gate
    for ticket, at in zip(_each(_tickets(facts.filed)), facts.filed["at"].tolist(), strict=True):
        if at != UNTIMED:
            pasts[ticket].filed.append(at)
    return pasts


def _tickets(facts: Facts) -> Texts:
    """The pseudonyms of facts as texts of 16 bytes, which compare and sort fast."""
    pairs = np.empty(len(facts), _PAIR)
    pairs["high"], pairs["low"] = facts["high"], facts["low"]
    return pairs.view("S16")


def _each(texts: Texts) -> list[bytes]:
    """The bytes of pseudonyms, final noughts too, which NumPy takes off a text."""
    content = texts.tobytes()
    return [content[first : first + 16] for first in range(0, len(content), 16)]
