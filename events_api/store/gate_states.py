"""What the gates know of tickets, as the tables have it: their state, those of the same holder, their scans."""

from collections import Counter
from typing import Final

import asyncpg

from events_api.domain.tickets.facts import UNTIMED
from events_api.domain.tickets.gates import ACCEPTED, GateTicket, Passage, Presence, presence_at
from events_api.domain.tickets.quantities import unpack
from events_api.store.gate_tickets import Identity, filed_scans
from events_api.store.gate_writes import micros_of

_COLUMNS: Final = """ticket, holder, standing, channel, category, origin, quantity, first_day, last_day, listed,
    inside, last_at, entered_at, entered_gate, visits, filed"""
TICKETS: Final = f"select {_COLUMNS} from gate_ticket where edition_id = $1 and ticket = any($2::bytea[])"
STANDING: Final = f"""
    select s.revision, s.live, {", ".join(f"t.{name.strip()}" for name in _COLUMNS.split(","))}
    from attendance_state s left join gate_ticket t on t.edition_id = s.edition_id and t.ticket = any($2::bytea[])
    where s.edition_id = $1
"""
HELD: Final = f"""
    select {_COLUMNS} from unnest($2::bytea[]) as h (of) cross join lateral (
        select {_COLUMNS} from gate_ticket where edition_id = $1 and holder = h.of offset 0) t
"""
PASSAGES: Final = """
    select ticket, at, direction, verdict, gate, session from live_scan
    where edition_id = $1 and ticket = any($2::bytea[]) and voided_at is null
"""


Tickets = dict[bytes, GateTicket]
Households = dict[bytes, list[GateTicket]]
"""For each holder of a ticket that passes, all tickets of theirs."""


async def tickets_of(connection: asyncpg.Connection, edition_id: int, asked: list[bytes]) -> tuple[Tickets, Households]:
    """What is known of the tickets, and for each holder of one of them all tickets of theirs."""
    tickets = {row["ticket"]: _ticket(row) for row in await connection.fetch(TICKETS, edition_id, asked)}
    return tickets, await _households(connection, edition_id, tickets)


async def tickets_at(
    connection: asyncpg.Connection, edition_id: int, asked: list[bytes], revision: int
) -> tuple[Tickets, Households] | None:
    """The same without the lock of the edition; None unless it is scanned live and its revision is this one."""
    rows = await connection.fetch(STANDING, edition_id, asked)
    if not rows or not rows[0]["live"] or rows[0]["revision"] != revision:
        return None
    tickets = {row["ticket"]: _ticket(row) for row in rows if row["ticket"] is not None}
    return tickets, await _households(connection, edition_id, tickets)


async def _households(connection: asyncpg.Connection, edition_id: int, tickets: Tickets) -> Households:
    """All tickets of the holders of some, which are put beside those."""
    households: Households = {}
    for ticket in tickets.values():
        if ticket.holder is not None:
            households.setdefault(ticket.holder, []).append(ticket)
    if households:
        for row in await connection.fetch(HELD, edition_id, list(households)):
            if row["ticket"] not in tickets:
                other = tickets[row["ticket"]] = _ticket(row)
                households[row["holder"]].append(other)
    return households


class Past:
    """The scans of one ticket, live ones and those in files, where their order or their repetition matters."""

    def __init__(self) -> None:
        self.live: Counter[Identity] = Counter()
        self.files: Counter[Identity] = Counter()

    @property
    def gates(self) -> set[int]:
        """The gates that the ticket passed."""
        return {gate for _, _, _, gate, _ in self.live.keys() | self.files.keys()}

    def presence(self, at: int) -> Presence:
        """Whether the ticket was inside just before an instant."""
        return presence_at(
            at,
            [(moment, direction, gate) for moment, direction, verdict, gate, _ in self.left() if verdict == ACCEPTED],
        )

    def adds(self, passage: Passage, verdict: int) -> bool:
        """Take a live scan; returns whether it is one that no file has yet."""
        identity = (passage.at, passage.direction, verdict, passage.gate, passage.session)
        self.live[identity] += 1
        return self.live[identity] > self.files[identity]

    def takes_back(self, passage: Passage, verdict: int) -> bool:
        """Leave a live scan out; returns whether no file has it either."""
        identity = (passage.at, passage.direction, verdict, passage.gate, passage.session)
        self.live[identity] -= 1
        return self.live[identity] >= self.files[identity]

    def left(self) -> set[Identity]:
        """The scans that somebody still tells of, at a time that is known."""
        told = {identity for identity, times in (self.live | self.files).items() if times}
        return {identity for identity in told if identity[0] != UNTIMED}


async def pasts_of(
    connection: asyncpg.Connection, edition_id: int, tickets: set[bytes], filed: set[bytes]
) -> dict[bytes, Past]:
    """The scans of some tickets; `filed` are those of them that files have scans of."""
    pasts = {ticket: Past() for ticket in tickets}
    for row in await connection.fetch(PASSAGES, edition_id, list(tickets)):
        identity = (micros_of(row["at"]), row["direction"], row["verdict"], row["gate"], row["session"])
        pasts[row["ticket"]].live[identity] += 1
    if filed:
        for ticket, scans in (await filed_scans(connection, edition_id, filed)).items():
            pasts[ticket].files = scans
    return pasts


def _ticket(row: asyncpg.Record) -> GateTicket:
    """The ticket of a row of gate_ticket."""
    last_at, entered_at = row["last_at"], row["entered_at"]
    return GateTicket(
        ticket=row["ticket"],
        holder=row["holder"],
        standing=row["standing"],
        channel=row["channel"],
        category=row["category"],
        origin=row["origin"],
        quantity=row["quantity"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        listed=row["listed"],
        inside=row["inside"],
        last_at=None if last_at is None else micros_of(last_at),
        entered_at=None if entered_at is None else micros_of(entered_at),
        entered_gate=row["entered_gate"],
        visits=[unpack(visit) for visit in row["visits"]],
        filed=row["filed"],
    )
