"""How an edition lets people in, and scans that are taken back: the writing side beside the gates themselves."""

import datetime as dt
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from events_api.domain.errors import ConflictError, NotFound, StaleVersion
from events_api.domain.programme import Edition, no_repeats
from events_api.domain.records import require_owner
from events_api.domain.tickets.facts import IN
from events_api.domain.tickets.gates import ACCEPTED, Changes, GateCapacity, GateSettings, GateTicket, Passage
from events_api.store.gate_states import Past, pasts_of, tickets_of
from events_api.store.gate_writes import micros_of, write
from events_api.store.ticket_facts import calendar_of, number_labels
from events_api.store.ticket_keys import require_key
from events_api.store.tickets import hold
from events_api.store.transaction import SqlWork

KEEP: Final = """
    insert into gate_settings as s (edition_id, public_id, policy, known_only, authorised_capacity, day_starts_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (edition_id) do update set policy = excluded.policy, known_only = excluded.known_only,
        authorised_capacity = excluded.authorised_capacity, day_starts_at = excluded.day_starts_at,
        version = s.version + 1, updated_at = excluded.updated_at, mark = excluded.mark
"""
SCAN: Final = """
    select l.device, l.ticket, l.at, l.direction, l.verdict, l.gate, l.session, l.voided_at
    from live_scan l join attendance_label d on d.edition_id = l.edition_id and d.kind = 'device' and d.id = l.device
    where l.edition_id = $1 and d.label = $2 and l.sequence = $3
    for update of l
"""
VOID: Final = """
    update live_scan set voided_at = $4, voided_by = $5, void_reason = $6
    where edition_id = $1 and device = $2 and sequence = $3
"""
FORGET: Final = """
    delete from gate_ticket
    where edition_id = $1 and ticket = $2 and not listed and last_at is null and visits = '{}' and filed = '{}'
        and category = 0 and origin = 0
"""
BOUNDS: Final = """
    update attendance_state set
        first_at = (select min(minute) from attendance_minute where edition_id = $1 and changes <> $3),
        last_at = (select max(minute) from attendance_minute where edition_id = $1 and changes <> $3)
    where edition_id = $1 and $2 in (first_at, last_at)
"""
COUNTED: Final = "select exists (select from attendance_count where edition_id = $1)"
CAPACITIES: Final = """
    update attendance_label l set capacity = g.capacity
    from attendance_label o left join unnest($2::integer[], $3::integer[]) as g (id, capacity) on g.id = o.id
    where l.edition_id = $1 and l.kind = 'gate' and o.edition_id = $1 and o.kind = 'gate' and o.id = l.id
        and l.capacity is distinct from g.capacity
"""
SETTINGS: Final = """
    select coalesce(s.version, 0) as version, coalesce(s.policy, 'once') as policy,
        coalesce(s.known_only, true) as known_only, s.authorised_capacity,
        coalesce(s.day_starts_at, e.event_day_starts_at) as day_starts_at
    from edition e left join gate_settings s on s.edition_id = e.id
    where e.id = $1
"""
GATES: Final = """
    select label, capacity from attendance_label where edition_id = $1 and kind = 'gate' and capacity is not null
    order by label
"""
NOTHING: Final = bytes(480)


class EventDayFixed(ConflictError):
    """The hour at which the days of an edition begin cannot change while scans are counted by it."""


class ScanAlreadyVoided(ConflictError):
    """A scan that was taken back is not taken back again."""


async def keep_settings(work: SqlWork, edition: UUID, settings: GateSettings, expected: int | None) -> GateSettings:
    """Put the settings of the gates of an edition; what each gate can take is told by name, others lose theirs.

    Raises NotFound, NotYours, StaleVersion, EventDayFixed, TwiceInList and TooManyLabels.
    """
    no_repeats([gate.name for gate in settings.gates], "gates")
    edition_id = await _own(work, edition)
    before = await gate_settings(work.connection, edition_id)
    if expected is not None and before.version != expected:
        raise StaleVersion(expected=expected, current=before.version)
    if settings.day_starts_at is None:
        settings = msgspec.structs.replace(settings, day_starts_at=before.day_starts_at)
    if settings.day_starts_at != before.day_starts_at and await work.connection.fetchval(COUNTED, edition_id):
        raise EventDayFixed(field="day_starts_at")
    await work.connection.execute(
        KEEP,
        edition_id,
        work.new_id(),
        settings.policy,
        settings.known_only,
        settings.authorised_capacity,
        settings.day_starts_at,
    )
    names = [gate.name for gate in settings.gates]
    numbers = await number_labels(work.connection, edition_id, "gate", names)
    await work.connection.execute(CAPACITIES, edition_id, numbers, [gate.capacity for gate in settings.gates])
    kept = await gate_settings(work.connection, edition_id)
    after, said = msgspec.to_builtins(kept), msgspec.to_builtins(before)
    changed = {name for name in after if after[name] != said[name]}
    if changed:
        await work.audit(
            "gate_settings", edition, {name: said[name] for name in changed}, {name: after[name] for name in changed}
        )
    return kept


async def correct(work: SqlWork, edition: UUID, device: str, sequence: int, reason: str) -> dt.datetime:
    """Take a live scan back: from now on it is as if it had never been, but for its row. Returns when it had been.

    What it takes out of the counts follows from its ticket: where the gates know tickets no more, nothing is taken
    back. Raises NotFound, NotYours, ScanAlreadyVoided and TicketKeyDestroyed.
    """
    connection = work.connection
    edition_id = await _own(work, edition)
    await require_key(connection, edition_id)
    row = await connection.fetchrow(SCAN, edition_id, device, sequence)
    if row is None:
        raise NotFound(kind="scan")
    if row["voided_at"] is not None:
        raise ScanAlreadyVoided
    at: dt.datetime = row["at"]
    calendar = await calendar_of(connection, edition_id)
    passage = Passage(micros_of(at), calendar.day_of(micros_of(at)), row["direction"], row["gate"], row["session"])
    tickets, households = await tickets_of(connection, edition_id, [row["ticket"]])
    ticket = tickets.get(row["ticket"])
    filed = {row["ticket"]} if ticket is not None and ticket.filed else set[bytes]()
    past = (await pasts_of(connection, edition_id, {row["ticket"]}, filed))[row["ticket"]]
    await connection.execute(VOID, edition_id, row["device"], sequence, work.now, work.actor.id, reason)
    changes = Changes(calendar.only_day)
    moved: list[GateTicket] = []
    if past.takes_back(passage, row["verdict"]):
        if row["verdict"] != ACCEPTED:
            changes.refuse(ticket, passage, -1)
        elif ticket is not None:
            household = households.get(ticket.holder, []) if ticket.holder is not None else []
            changes.withdraw(ticket, passage, [other for other in household if other is not ticket])
            _look_again(ticket, past)
            moved.append(ticket)
    await write(connection, edition_id, changes, seconds={}, moved=moved)
    if moved:
        await connection.execute(FORGET, edition_id, row["ticket"])
        await connection.execute(BOUNDS, edition_id, at, NOTHING)
    await work.audit("live_scan", edition, None, {"device": device, "sequence": sequence, "voided": reason})
    return at


async def gate_settings(connection: asyncpg.Connection, edition_id: int) -> GateSettings:
    """How the gates of an edition are set; version 0 where nobody ever set them."""
    row = await connection.fetchrow(SETTINGS, edition_id)
    if row is None:
        raise NotFound(kind="edition")
    gates = [
        GateCapacity(name=gate["label"], capacity=gate["capacity"])
        for gate in await connection.fetch(GATES, edition_id)
    ]
    return GateSettings(gates=gates, **dict(row))


async def _own(work: SqlWork, edition: UUID) -> int:
    """The key of an edition, its counts held, where whoever acts may change it; raises NotFound and NotYours."""
    edition_id: int | None = await work.connection.fetchval("select id from edition where public_id = $1", edition)
    if edition_id is None:
        raise NotFound(kind="edition")
    await hold(work.connection, edition_id)
    await require_owner(work, await work.of(Edition).lock(edition))
    return edition_id


def _look_again(ticket: GateTicket, past: Past) -> None:
    """Find out from the scans that are left whether a ticket is inside, and since when."""
    ticket.inside, ticket.last_at, ticket.entered_at, ticket.entered_gate = False, None, None, 0
    for at, direction, verdict, gate, _ in sorted(past.left()):
        if verdict == ACCEPTED:
            ticket.inside, ticket.last_at = direction == IN, at
            if direction == IN:
                ticket.entered_at, ticket.entered_gate = at, gate
