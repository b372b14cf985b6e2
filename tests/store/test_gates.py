"""Scans as they happen: what they change is what counting all facts anew gives, whatever came before and after."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from events_api.domain.tickets.facts import IN, OUT, VERDICTS, pseudonym
from events_api.settings import Settings
from events_api.store import gates
from events_api.store.gate_settings import correct
from events_api.store.gate_tickets import begin
from events_api.store.gates import LiveScans, Outcome, ScanIn
from events_api.store.ticket_keys import edition_key
from tests.domain.tickets.plain import Scan, Ticket, scan_array, ticket_array
from tests.factories.people import a_token, an_edition, an_organisation
from tests.factories.tickets import a_ticket_import
from tests.store.test_tickets import bring, opened, redo, seeded, undo, wrong

KEY = b"k" * 32
FRIDAY = dt.datetime(2026, 7, 3, 16, 0, tzinfo=dt.UTC)
HISTORIES = 100
CODES = [f"T{number}" for number in range(8)]


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, home=tmp_path)


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool))


class Gates:
    """Two processes that scan the tickets of an edition."""

    def __init__(self, pool: asyncpg.Pool, gate_pool: asyncpg.Pool, edition: UUID, secret: str) -> None:
        self.pool, self.edition, self.secret = pool, edition, secret
        self.processes = [LiveScans(lambda: gate_pool, KEY) for _ in range(2)]
        self.sequence = 0

    async def scan(self, *scans: ScanIn, process: int = 0) -> list[Outcome]:
        return await self.processes[process].record(self.edition, self.secret, scans)

    def make(self, code: str = "T0", **values: Any) -> ScanIn:
        self.sequence += 1
        return ScanIn(**{"code": code, "device": "d1", "sequence": self.sequence, "at": FRIDAY} | values)

    async def key(self) -> tuple[int, bytes]:
        async with self.pool.acquire() as connection:
            number = await connection.fetchval("select id from edition where public_id = $1", self.edition)
            return number, await edition_key(connection, KEY, number, self.edition)  # type: ignore[arg-type]


@pytest.fixture
async def at_gates(pool: asyncpg.Pool, gate_pool: asyncpg.Pool, edition: UUID) -> Gates:
    return Gates(pool, gate_pool, edition, await a_token(pool, "gate", edition=edition))


async def of_codes(at_gates: Gates, facts: Any) -> Any:
    """Facts about small numbers made facts about CODES."""
    _, key = await at_gates.key()
    for fact in facts:
        code = pseudonym(key, CODES[int(fact["low"])])
        fact["high"], fact["low"] = int.from_bytes(code[:8], "big"), int.from_bytes(code[8:], "big")
    return facts


async def a_file(at_gates: Gates, home: Settings, scans: list[Scan], tickets: list[Ticket]) -> UUID:
    return await a_ticket_import(
        at_gates.pool,
        home,
        at_gates.edition,
        await of_codes(at_gates, scan_array(scans)),
        await of_codes(at_gates, ticket_array(tickets)),
    )


async def states(pool: asyncpg.Pool, edition: UUID) -> dict[bytes, tuple[Any, ...]]:
    rows = await pool.fetch(
        "select ticket, holder, standing, channel, category, origin, quantity, first_day, last_day, listed, inside,"
        " last_at, entered_at, entered_gate, (select array_agg(v order by v) from unnest(visits) v) as visits,"
        " (select array_agg(f order by f) from unnest(filed) f) as filed"
        " from gate_ticket g join edition e on e.id = g.edition_id where e.public_id = $1",
        edition,
    )
    return {row["ticket"]: tuple(row.values())[1:] for row in rows}


async def rebuilt(pool: asyncpg.Pool, edition: UUID) -> dict[bytes, tuple[Any, ...]]:
    """What the gates would know of the tickets if they began now; nothing of it stays."""
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        number = await connection.fetchval("select id from edition where public_id = $1", edition)
        await begin(connection, number)
        found = await states(connection, edition)
        await transaction.rollback()
        return found


class History:
    """What happened to an edition, drawn by chance."""

    def __init__(self, at_gates: Gates, home: Settings, seed: int) -> None:
        self.gates, self.home, self.chance = at_gates, home, seeded(seed)
        self.active: list[UUID] = []
        self.undone: list[UUID] = []

    def some_time(self) -> dt.datetime:
        return FRIDAY + dt.timedelta(minutes=20 * self.chance.randrange(120))

    def a_scan(self) -> ScanIn:
        chance = self.chance
        return self.gates.make(
            chance.choice(CODES),
            device=chance.choice(["d1", "d2"]),
            at=self.some_time(),
            direction=chance.choice([IN, IN, OUT]),
            gate=chance.choice([None, "Porte Nord", "Porte Sud"]),
            session=chance.choice([None, "Samedi"]),
            decided=chance.choice([None, 1, 1, 0]),
        )

    async def scans(self) -> None:
        both = [[self.a_scan() for _ in range(self.chance.randrange(1, 5))] for _ in range(2)]
        await asyncio.gather(*(self.gates.scan(*scans, process=rank) for rank, scans in enumerate(both)))

    async def file(self) -> None:
        chance = self.chance
        scans = [
            Scan(
                chance.randrange(8),
                None if chance.random() < 0.2 else self.some_time(),
                chance.choice([IN, IN, OUT]),
                chance.choice([0, 0, 1]),
                gate=chance.randrange(3),
                category=chance.randrange(3),
                quantity=chance.choice([1, 1, 3]),
            )
            for _ in range(chance.randrange(8))
        ]
        tickets = [
            Ticket(
                number,
                holder=chance.choice([0, 1, 2]),
                standing=chance.choice([0, 0, 0, 1, 2, 3, 4]),
                channel=chance.randrange(4),
                category=chance.randrange(3),
                quantity=chance.choice([1, 1, 2]),
            )
            for number in chance.sample(range(8), chance.randrange(8))
        ]
        number = await a_file(self.gates, self.home, scans, tickets)
        await bring(self.gates.pool, self.home, number)
        self.active.append(number)

    async def undo(self) -> None:
        if self.active:
            self.undone.append(self.active.pop(self.chance.randrange(len(self.active))))
            await undo(self.gates.pool, self.home, self.undone[-1])

    async def redo(self) -> None:
        if self.undone:
            self.active.append(self.undone.pop())
            await redo(self.gates.pool, self.home, self.active[-1])

    async def take_back(self) -> None:
        row = await self.gates.pool.fetchrow(
            "select d.label, l.sequence from live_scan l join edition e on e.id = l.edition_id join attendance_label d"
            " on d.edition_id = l.edition_id and d.kind = 'device' and d.id = l.device"
            " where e.public_id = $1 and l.voided_at is null order by hashint8(l.sequence * $2) limit 1",
            self.gates.edition,
            self.chance.randrange(1, 1000),
        )
        if row is not None:
            async with opened(self.gates.pool) as work:
                await correct(work, self.gates.edition, row["label"], row["sequence"], "for nothing")

    async def settings(self) -> None:
        await self.gates.pool.execute(
            "insert into gate_settings (edition_id, public_id, policy, known_only)"
            " select id, gen_random_uuid(), $2, $3 from edition where public_id = $1"
            " on conflict (edition_id) do update set policy = excluded.policy, known_only = excluded.known_only",
            self.gates.edition,
            self.chance.choice(["once", "once_a_day", "re_entry"]),
            self.chance.random() < 0.3,
        )

    async def step(self) -> None:
        steps = [self.scans, self.scans, self.scans, self.file, self.undo, self.redo, self.settings]
        await self.chance.choice([*steps, self.take_back, self.take_back])()


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_what_gates_change_is_what_counting_anew_gives(at_gates: Gates, home: Settings, seed: int) -> None:
    history = History(at_gates, home, seed)

    for _ in range(10):
        await history.step()

    assert await wrong(at_gates.pool, home, at_gates.edition) == []
    if await at_gates.pool.fetchval(
        "select live from attendance_state s join edition e on e.id = s.edition_id where e.public_id = $1",
        at_gates.edition,
    ):
        known, anew = await states(at_gates.pool, at_gates.edition), await rebuilt(at_gates.pool, at_gates.edition)
        assert sorted(known.items()) == sorted(anew.items())


async def test_the_other_process_knows_the_gate_and_the_answer(at_gates: Gates) -> None:
    await at_gates.pool.execute(
        "insert into gate_settings (edition_id, public_id, known_only) select id, gen_random_uuid(), false"
        " from edition where public_id = $1",
        at_gates.edition,
    )
    first, second = at_gates.make(gate="Porte Nord"), at_gates.make()
    await at_gates.scan(first)

    [told] = await at_gates.scan(second, process=1)
    [again] = await at_gates.scan(second)

    assert (told.before_at, told.before_gate) == (FRIDAY, "Porte Nord")
    assert again == told


async def test_a_request_that_spoils_its_transaction_spoils_no_other(at_gates: Gates) -> None:
    good, bad = at_gates.make(), at_gates.make("T1", device="nul \0")

    answers = await asyncio.gather(at_gates.scan(bad), at_gates.scan(good), return_exceptions=True)

    assert isinstance(answers[0], asyncpg.DataError)
    assert isinstance(answers[1], list)
    assert [outcome.verdict for outcome in answers[1]] == [VERDICTS.index("unknown")]


@pytest.mark.parametrize("meanwhile", ["scan", "gates closed"])
async def test_what_happens_between_reading_and_writing_is_seen(
    at_gates: Gates, home: Settings, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    await at_gates.pool.execute(
        "insert into gate_settings (edition_id, public_id, known_only) select id, gen_random_uuid(), false"
        " from edition where public_id = $1",
        at_gates.edition,
    )
    for _ in range(2):  # the first makes the key, the second reads it: from then on nothing is locked first
        await at_gates.scan(at_gates.make("T1"))
    number, _ = await at_gates.key()
    read, looked = gates.tickets_at, []

    async def read_and_be_overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(gates, "tickets_at", read)
        looked.append(await read(*arguments))
        if meanwhile == "scan":
            await at_gates.scan(at_gates.make("T2"), process=1)
        else:
            await at_gates.pool.execute("update attendance_state set live = false where edition_id = $1", number)
        return looked[0]

    monkeypatch.setattr(gates, "tickets_at", read_and_be_overtaken)
    answers = await at_gates.scan(at_gates.make("T2"))

    assert looked[0] is not None
    assert answers[0].verdict == VERDICTS.index("duplicate" if meanwhile == "scan" else "accepted")
    assert await at_gates.pool.fetchval("select live from attendance_state where edition_id = $1", number)
    assert await wrong(at_gates.pool, home, at_gates.edition) == []
