"""Scans as they happen: gathered while others commit, decided under the lock of their edition, kept at once."""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import Struct

from events_api.domain.access import grant
from events_api.domain.accounts import TokenRefused
from events_api.domain.actors import Actor
from events_api.domain.errors import DomainError, NotAllowed, NotFound, NotYours
from events_api.domain.tickets.calendar import SECOND, EventCalendar, day_number
from events_api.domain.tickets.facts import IN, LabelKind
from events_api.domain.tickets.gates import (
    ACCEPTED,
    CLOCK_AHEAD,
    EXPLAINED,
    REFUNDED,
    REFUSED,
    Changes,
    GateRules,
    GateTicket,
    Passage,
    decide,
)
from events_api.read.connections import Pool
from events_api.store.accounts import HOLDERS, machine_of, token_hash
from events_api.store.gate_states import Households, Past, Tickets, pasts_of, tickets_at, tickets_of
from events_api.store.gate_tickets import begin
from events_api.store.gate_writes import COPIED, Seconds, instant, micros_of, write
from events_api.store.ticket_facts import number_labels
from events_api.store.ticket_keys import edition_key, require_key
from events_api.store.tickets import LOCK, hold

OPERATION: Final = "recordScans"
SPOILT: Final = (DomainError, asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What one request may do to those that share its transaction."""
TOGETHER: Final = 8
"""Requests of one transaction at least, when as many wait; of more, half: the others are read while it commits."""
BATCH: Final = 4_000
"""Scans of one transaction; what waits beyond goes into the next."""
NAMED: Final[tuple[LabelKind, ...]] = ("gate", "session", "device")
_MINUTE: Final = 60 * SECOND
EARLIEST: Final = micros_of(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
LATEST: Final = micros_of(dt.datetime(2149, 1, 1, tzinfo=dt.UTC))

EDITION: Final = f"""
    {HOLDERS}, at as (
        select e.id, e.time_zone, e.starts_on, e.ends_on,
            coalesce(s.day_starts_at, e.event_day_starts_at) as day_starts_at, coalesce(s.policy, 'once') as policy,
            coalesce(s.known_only, true) as known_only, k.sealed_key
        from edition e left join gate_settings s on s.edition_id = e.id left join ticket_key k on k.edition_id = e.id
        where e.public_id = $2 and e.retired_at is null
    )
    select at.id, at.time_zone, at.starts_on, at.ends_on, at.day_starts_at, at.policy, at.known_only, at.sealed_key,
        f.token_hash, f.public_id, f.role, f.scopes, f.organisation, f.edition
    from found f left join at on true
"""
HIGHEST: Final = """
    select d.device, coalesce(l.sequence, -1) as sequence
    from unnest($2::integer[]) as d (device) left join lateral (
        select sequence from live_scan where edition_id = $1 and device = d.device
        order by edition_id desc, device desc, sequence desc limit 1) l on true
"""
KNOWN: Final = """
    select l.device, l.sequence, l.ticket, l.at, l.direction, l.verdict, l.gate, l.session, l.offline, l.contradiction,
        l.before_at, l.before_gate, l.inside, l.standing
    from unnest($2::integer[], $3::bigint[]) as g (device, sequence) cross join lateral (
        select device, sequence, ticket, at, direction, verdict, gate, session, offline, contradiction, before_at,
            before_gate, inside, standing
        from live_scan where edition_id = $1 and device = g.device and sequence = g.sequence
        offset 0) l
"""
INSIDE: Final = "select coalesce(sum(net), 0)::bigint from attendance_presence where edition_id = $1"
GATES: Final = (
    "select id, label from attendance_label where edition_id = $1 and kind = 'gate' and id = any($2::integer[])"
)
Fault = Literal["sequence_reused", "clock_wrong"]
"""Why a scan is not kept: its number has another scan, its time cannot be."""


class ScanIn(Struct, frozen=True, kw_only=True, gc=False):
    """A scan as a device sends it: `decided` is what an offline device did, None where the gate waits for us."""

    code: str
    device: str
    sequence: int
    direction: int = IN
    at: dt.datetime | None = None
    gate: str | None = None
    session: str | None = None
    decided: int | None = None


class Outcome(Struct, frozen=True, kw_only=True, gc=False):
    """What is answered: a verdict with what explains it, or why the scan was not kept."""

    verdict: int | None = None
    contradiction: int | None = None
    standing: int | None = None
    before_at: dt.datetime | None = None
    before_gate: str | None = None
    people: int = 1
    inside: int = 0
    at: dt.datetime | None = None
    fault: Fault | None = None


class _Request:
    """The scans of one request, and where its outcomes are awaited."""

    __slots__ = ("answered", "scans", "token")

    def __init__(self, token: bytes, scans: Sequence[ScanIn]) -> None:
        self.token = token
        self.scans = scans
        self.answered: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()

    def answer(self, outcomes: list[Outcome]) -> None:
        """Tell who asked, unless they went away: their scans are kept all the same."""
        if not self.answered.done():
            self.answered.set_result(outcomes)

    def refuse(self, error: BaseException) -> None:
        """Tell who asked why nothing was kept."""
        if not self.answered.done():
            self.answered.set_exception(error)


class LiveScans:
    """The live scans of one process, edition by edition."""

    def __init__(self, pool: Callable[[], Pool], master_key: bytes) -> None:
        self._pool = pool
        self._master_key = master_key
        self._desks: dict[UUID, Desk] = {}

    async def record(self, edition: UUID, secret: str, scans: Sequence[ScanIn]) -> list[Outcome]:
        """Decide and keep the scans of who holds a token; returns when they are on disk.

        Raises TokenRefused, NotAllowed, NotYours, NotFound, TooManyLabels and TicketKeyDestroyed.
        """
        desk = self._desks.get(edition)
        if desk is None:
            desk = self._desks[edition] = Desk(self._pool, self._master_key, edition)
        return await desk.record(token_hash(secret), scans)


class Desk:
    """One edition: what waits while a transaction commits goes into the next one, all of it.

    What is remembered between two transactions holds while the revision of the edition is the one we left; names and
    their numbers never change.
    """

    def __init__(self, pool: Callable[[], Pool], master_key: bytes, edition: UUID) -> None:
        self._pool = pool
        self._master_key = master_key
        self._edition = edition
        self._waiting: list[_Request] = []
        self._working: asyncio.Task[None] | None = None
        self._labels: dict[LabelKind, dict[str, int]] = {kind: {} for kind in NAMED}
        self._gates: dict[int, str] = {}
        self._sealed: bytes | None = None
        self._hash = hashlib.blake2b(digest_size=16)
        self._said: tuple[Any, ...] = ()
        self._rules = GateRules()
        self._days: dict[int, int] = {}
        self._revision = -1
        self._inside = 0
        self._seconds: Seconds = {}
        self._highest: dict[int, int] = {}
        """By device, the highest number that it has used: what comes above it is new."""

    async def record(self, token: bytes, scans: Sequence[ScanIn]) -> list[Outcome]:
        """Decide and keep the scans of who holds a token; returns when they are on disk."""
        request = _Request(token, scans)
        self._waiting.append(request)
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await request.answered

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch: list[_Request] = []
                scans = 0
                for request in self._waiting[: max(TOGETHER, len(self._waiting) // 2)]:
                    if batch and scans + len(request.scans) > BATCH:
                        break
                    batch.append(request)
                    scans += len(request.scans)
                del self._waiting[: len(batch)]
                await self._answer(batch)
        finally:
            self._working = None

    async def _answer(self, batch: list[_Request]) -> None:
        """Commit a batch and answer it; where one of its requests spoils it, each goes alone."""
        committing = asyncio.ensure_future(self._commit(batch))
        await asyncio.wait([committing])
        error = committing.exception()
        if error is None:
            return
        self._revision = -1
        self._labels = {kind: {} for kind in NAMED}
        if len(batch) > 1 and isinstance(error, SPOILT):
            for request in batch:
                await self._answer([request])
            return
        for request in batch:
            request.refuse(error)

    async def _commit(self, batch: list[_Request]) -> None:
        async with self._pool().acquire() as proxy:
            connection: asyncpg.Connection = proxy  # type: ignore[assignment]  # a pool hands out a proxy of it
            rows = await connection.fetch(EDITION, list({request.token for request in batch}), self._edition)
            holders = {row["token_hash"]: machine_of(row) for row in rows}
            admitted = [request for request in batch if self._admits(request, holders.get(request.token))]
            if not any(request.scans for request in admitted):
                for request in admitted:
                    request.answer([])
                return
            edition = rows[0]
            if edition["id"] is None:
                raise NotFound(kind="edition")
            self._read_rules(edition)
            requests = [request.scans for request in admitted]
            outcomes = await self._without_lock(connection, edition, requests)
            if outcomes is None:
                outcomes = await self._under_lock(connection, edition, requests)
        for request, answers in zip(admitted, outcomes, strict=True):
            request.answer(answers)

    async def _without_lock(
        self, connection: asyncpg.Connection, edition: asyncpg.Record, requests: list[Sequence[ScanIn]]
    ) -> list[list[Outcome]] | None:
        """Decide on what the last transaction left and write it by one statement, if nobody else changed anything.

        None where somebody did, or where there is more to write: then nothing was written.
        """
        if (
            self._revision < 0
            or self._sealed is None
            or edition["sealed_key"] != self._sealed
            or sum(map(len, requests)) > COPIED
            or self._unnamed(requests)
        ):
            return None
        read = [[self._identify(scan) for scan in scans] for scans in requests]
        asked = [scan.ticket for scans in read for scan in scans]
        standing = await tickets_at(connection, edition["id"], asked, self._revision)
        return standing and await self._run(connection, edition["id"], read, *standing, expected=self._revision)

    async def _under_lock(
        self, connection: asyncpg.Connection, edition: asyncpg.Record, requests: list[Sequence[ScanIn]]
    ) -> list[list[Outcome]]:
        """Decide and write while nobody else can change the counts of the edition."""
        edition_id: int = edition["id"]
        async with connection.transaction():
            revision = await self._lock(connection, edition_id)
            if revision != self._revision:
                self._inside = await connection.fetchval(INSIDE, edition_id)
                self._seconds, self._highest = {}, {}
                self._revision = revision
            await self._read_key(connection, edition)
            await self._name(connection, edition_id, self._unnamed(requests))
            read = [[self._identify(scan) for scan in scans] for scans in requests]
            standing = await tickets_of(connection, edition_id, [scan.ticket for scans in read for scan in scans])
            outcomes = await self._run(connection, edition_id, read, *standing)
        if outcomes is None:
            raise AssertionError("under the lock everything is written")
        return outcomes

    def _admits(self, request: _Request, holder: Actor | None) -> bool:
        """Whether who asks may scan here; tells it where not."""
        if holder is None:
            request.refuse(TokenRefused())
            return False
        try:
            granted = grant(OPERATION, holder)
        except DomainError as refusal:
            request.refuse(refusal)
            return False
        if not holder.may_write:
            request.refuse(NotAllowed())
        elif granted.edition != self._edition:
            request.refuse(NotYours())
        return holder.may_write and granted.edition == self._edition

    def _read_rules(self, edition: asyncpg.Record) -> None:
        said = tuple(edition.values())[1:7]
        if said != self._said:
            first, last = edition["starts_on"], edition["ends_on"]
            first_day, last_day = (None, None) if first is None else (day_number(first), day_number(last))
            calendar = EventCalendar(
                zone=edition["time_zone"],
                day_starts_at=edition["day_starts_at"],
                only_day=first_day if first_day == last_day else None,
            )
            self._rules = GateRules(
                policy=edition["policy"],
                known_only=edition["known_only"],
                calendar=calendar,
                first_day=first_day,
                last_day=last_day,
            )
            self._said, self._days = said, {}

    async def _lock(self, connection: asyncpg.Connection, edition_id: int) -> int:
        """Lock the counts of the edition; its first live scan takes over what its files say. Returns the revision.

        Whoever destroys a key holds this lock and ends the live time of the edition: while it is live, it has a key.
        """
        state = await connection.fetchrow(LOCK, edition_id)
        if state is not None and state["live"]:
            revision: int = state["revision"]
            return revision
        held = await hold(connection, edition_id)
        if not held.live:
            await require_key(connection, edition_id)
            await begin(connection, edition_id)
        return held.revision

    async def _read_key(self, connection: asyncpg.Connection, edition: asyncpg.Record) -> None:
        sealed = edition["sealed_key"]
        if sealed is None or sealed != self._sealed:
            key = await edition_key(connection, self._master_key, edition["id"], self._edition)
            self._hash = hashlib.blake2b(key=key, digest_size=16)
            self._sealed = sealed

    def _unnamed(self, requests: list[Sequence[ScanIn]]) -> set[tuple[LabelKind, str]]:
        """The gates, sessions and devices that have no number yet, as far as is known here."""
        known = self._labels
        wanted: set[tuple[LabelKind, str]] = set()
        for scans in requests:
            for scan in scans:
                if scan.device not in known["device"]:
                    wanted.add(("device", scan.device))
                if scan.gate is not None and scan.gate not in known["gate"]:
                    wanted.add(("gate", scan.gate))
                if scan.session is not None and scan.session not in known["session"]:
                    wanted.add(("session", scan.session))
        return wanted

    async def _name(self, connection: asyncpg.Connection, edition_id: int, wanted: set[tuple[LabelKind, str]]) -> None:
        """Give gates, sessions and devices their numbers."""
        for kind in NAMED:
            names = sorted(name for of, name in wanted if of == kind)
            if names:
                numbers = await number_labels(connection, edition_id, kind, names)
                self._labels[kind] |= dict(zip(names, numbers, strict=True))
                if kind == "gate":
                    self._gates |= dict(zip(numbers, names, strict=True))

    async def _run(
        self,
        connection: asyncpg.Connection,
        edition_id: int,
        read: list[list["_Scan"]],
        tickets: Tickets,
        households: Households,
        *,
        expected: int | None = None,
    ) -> list[list[Outcome]] | None:
        """Decide the scans in order and write what follows; returns the outcomes, None where nothing was written."""
        every = [scan for scans in read for scan in scans]
        kept = await self._kept(connection, edition_id, every, tickets)
        pasts = await self._pasts(connection, edition_id, every, tickets)
        passed = {ticket.entered_gate for ticket in tickets.values()}
        await self._name_gates(connection, edition_id, passed.union(*(past.gates for past in pasts.values())))
        batch = _Batch(self._rules, tickets, households, pasts, kept, self._gates, self._inside)
        outcomes = [[batch.take(scan) for scan in scans] for scans in read]
        if batch.rows:
            moved, revision, self._revision = batch.moved.values(), self._revision, -1
            if not await write(
                connection, edition_id, batch.changes, seconds=self._seconds, scans=batch.rows, moved=moved,
                expected=expected,
            ):  # fmt: skip
                return None
            self._revision = revision + 1
            self._inside += batch.changes.inside
            for scan in every:
                self._highest[scan.device] = max(self._highest[scan.device], scan.sequence)
        return outcomes

    def _identify(self, scan: ScanIn) -> "_Scan":
        """A scan with numbers in place of names, and a pseudonym in place of the code."""
        digest = self._hash.copy()
        digest.update(scan.code.encode())
        at = scan.at or dt.datetime.now(dt.UTC)
        micros = micros_of(at)
        day = self._days.get(micros // _MINUTE)
        if not EARLIEST <= micros <= LATEST:
            day = 0  # refused as `clock_wrong`, whatever its day, which no calendar may have
        elif day is None:
            if len(self._days) > 10_000:
                self._days.clear()
            day = self._days[micros // _MINUTE] = self._rules.calendar.day_of(micros)
        return _Scan(
            device=self._labels["device"][scan.device],
            sequence=scan.sequence,
            ticket=digest.digest(),
            moment=at,
            timed=scan.at is not None,
            decided=scan.decided,
            passage=Passage(
                micros,
                day,
                scan.direction,
                0 if scan.gate is None else self._labels["gate"][scan.gate],
                0 if scan.session is None else self._labels["session"][scan.session],
            ),
        )

    async def _kept(
        self,
        connection: asyncpg.Connection,
        edition_id: int,
        scans: list["_Scan"],
        tickets: dict[bytes, GateTicket],
    ) -> dict[tuple[int, int], "_Kept"]:
        """The scans that were sent before, by device and number."""
        if unseen := {scan.device for scan in scans} - self._highest.keys():
            for row in await connection.fetch(HIGHEST, edition_id, list(unseen)):
                self._highest[row["device"]] = row["sequence"]
        old = [scan for scan in scans if scan.sequence <= self._highest[scan.device]]
        if not old:
            return {}
        rows = await connection.fetch(KNOWN, edition_id, [scan.device for scan in old], [scan.sequence for scan in old])
        await self._name_gates(connection, edition_id, {row["before_gate"] for row in rows} - {None})
        zone = ZoneInfo(self._rules.calendar.zone)
        return {
            (row["device"], row["sequence"]): _Kept(
                ticket=row["ticket"],
                at=row["at"],
                direction=row["direction"],
                gate=row["gate"],
                session=row["session"],
                decided=int(row["verdict"] == ACCEPTED) if row["offline"] else None,
                outcome=Outcome(
                    verdict=row["verdict"],
                    contradiction=row["contradiction"],
                    standing=row["standing"],
                    before_at=None if row["before_at"] is None else row["before_at"].astimezone(zone),
                    before_gate=self._gates.get(row["before_gate"]),
                    people=tickets[row["ticket"]].people if row["ticket"] in tickets else 1,
                    inside=row["inside"],
                    at=row["at"],
                ),
            )
            for row in rows
        }

    async def _name_gates(self, connection: asyncpg.Connection, edition_id: int, numbers: set[int]) -> None:
        if unnamed := numbers - self._gates.keys() - {0}:
            for row in await connection.fetch(GATES, edition_id, list(unnamed)):
                self._gates[row["id"]] = row["label"]

    async def _pasts(
        self, connection: asyncpg.Connection, edition_id: int, scans: list["_Scan"], tickets: dict[bytes, GateTicket]
    ) -> dict[bytes, Past]:
        """The scans of tickets for which their order matters: those of before their last passage, those in files."""
        seen: set[bytes] = set()
        wanted: set[bytes] = set()
        for scan in scans:
            ticket = tickets.get(scan.ticket)
            if scan.ticket in seen or (
                ticket is not None
                and (
                    (ticket.last_at is not None and scan.passage.at <= ticket.last_at)
                    or scan.passage.at in ticket.filed
                )
            ):
                wanted.add(scan.ticket)
            seen.add(scan.ticket)
        if not wanted:
            return {}
        return await pasts_of(connection, edition_id, wanted, {t for t in wanted if t in tickets and tickets[t].filed})


class _Scan(Struct, frozen=True, gc=False):
    device: int
    sequence: int
    ticket: bytes
    moment: dt.datetime
    timed: bool
    decided: int | None
    passage: Passage


class _Kept(Struct, frozen=True, gc=False):
    """A scan that a device sent before, and what it was answered."""

    ticket: bytes
    at: dt.datetime
    direction: int
    gate: int
    session: int
    decided: int | None
    outcome: Outcome

    def is_again(self, scan: _Scan) -> bool:
        """Whether the device sends the same once more; a time that it did not say is not compared."""
        passage = scan.passage
        return (
            self.ticket == scan.ticket
            and self.direction == passage.direction
            and self.gate == passage.gate
            and self.session == passage.session
            and self.decided == scan.decided
            and (not scan.timed or self.at == scan.moment)
        )


class _Batch:
    """The scans of one transaction, decided one after the other."""

    def __init__(
        self,
        rules: GateRules,
        tickets: dict[bytes, GateTicket],
        households: dict[bytes, list[GateTicket]],
        pasts: dict[bytes, Past],
        kept: dict[tuple[int, int], _Kept],
        gates: dict[int, str],
        inside: int,
    ) -> None:
        self.changes = Changes(rules.calendar.only_day)
        self.rows: list[tuple[Any, ...]] = []
        """Columns of live_scan."""
        self.moved: dict[bytes, GateTicket] = {}
        """Tickets that passed."""
        self._rules, self._tickets, self._households, self._pasts = rules, tickets, households, pasts
        self._kept, self._gates, self._inside = kept, gates, inside
        self._zone = ZoneInfo(rules.calendar.zone)
        now = dt.datetime.now(dt.UTC)
        self._latest = micros_of(now) + CLOCK_AHEAD

    def take(self, scan: _Scan) -> Outcome:
        """Decide a scan, or answer one that was sent before."""
        key = (scan.device, scan.sequence)
        kept = self._kept.get(key)
        if kept is not None:
            return kept.outcome if kept.is_again(scan) else Outcome(fault="sequence_reused")
        passage = scan.passage
        if not EARLIEST <= passage.at <= self._latest:
            return Outcome(fault="clock_wrong")
        outcome = self._decide(scan)
        self._kept[key] = _Kept(
            scan.ticket, scan.moment, passage.direction, passage.gate, passage.session, scan.decided, outcome
        )
        return outcome

    def _decide(self, scan: _Scan) -> Outcome:
        passage, changes = scan.passage, self.changes
        ticket, past = self._tickets.get(scan.ticket), self._pasts.get(scan.ticket)
        then = None
        if past is not None and ticket is not None and ticket.last_at is not None and passage.at <= ticket.last_at:
            then = past.presence(passage.at)
        policy = decide(self._rules, ticket, passage, then)
        verdict, contradiction = policy, None
        if scan.decided is not None:
            verdict = ACCEPTED if scan.decided else policy or REFUSED
            contradiction = policy if (policy == ACCEPTED) != (verdict == ACCEPTED) else None
        before_at = before_gate = None
        if ticket is not None and policy in EXPLAINED:
            entered_at, gate = (
                (ticket.entered_at, ticket.entered_gate) if then is None else (then.entered_at, then.entered_gate)
            )
            before_at, before_gate = instant(entered_at, self._zone), gate or None
        adds = past is None or past.adds(passage, verdict)
        if not adds:
            contradiction = None  # a file has it: it is the same passage
        elif verdict == ACCEPTED:
            if ticket is None:
                ticket = self._tickets[scan.ticket] = GateTicket(ticket=scan.ticket, visits=[], new=True)
            if passage.direction == IN:
                household = self._households.get(ticket.holder, []) if ticket.holder is not None else ()
                changes.enter(ticket, passage, [other for other in household if other is not ticket])
            else:
                changes.leave(ticket, passage)
            self.moved[scan.ticket] = ticket
        else:
            changes.refuse(ticket, passage)
        standing = ticket.standing if ticket is not None and policy == REFUNDED else None
        inside = max(self._inside + changes.inside, 0)
        people = ticket.people if ticket is not None else 1
        self.rows.append(
            (
                scan.device, scan.sequence, scan.ticket, scan.moment, passage.direction, verdict, passage.gate,
                passage.session, scan.decided is not None, contradiction, before_at, before_gate, inside, standing,
            )
        )  # fmt: skip
        return Outcome(
            verdict=verdict,
            contradiction=contradiction,
            standing=standing,
            before_at=before_at,
            before_gate=None if before_gate is None else self._gates.get(before_gate),
            people=people,
            inside=inside,
            at=scan.moment,
        )
