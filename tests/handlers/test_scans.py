"""What a gate is answered over the API, in every policy, online and after a day offline."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from httpx import AsyncClient

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.domain.tickets.facts import STANDINGS, pseudonym
from events_api.settings import Settings, master_key
from events_api.store.key_ends import destroy
from events_api.store.ticket_keys import edition_key
from events_api.store.transaction import SqlWork, transact
from tests.cluster import waits_for_a_lock
from tests.conftest import own_settings as settings  # noqa: F401  a fixture
from tests.factories.people import a_token, an_edition, an_organisation
from tests.handlers.conftest import Speak
from tests.handlers.scene import problem
from tests.workers.conftest import eventually

NBSP, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
EVENING = dt.datetime(2026, 7, 3, 16, 5, tzinfo=dt.UTC)
SCANS = "select count(*) from live_scan l join edition e on e.id = l.edition_id where e.public_id = $1"
SETTINGS = """
    insert into gate_settings (edition_id, public_id, policy, known_only)
    select id, gen_random_uuid(), $2, $3 from edition where public_id = $1
"""


@pytest.fixture
async def edition(pool: asyncpg.Pool) -> UUID:
    return await an_edition(pool, await an_organisation(pool))


class Gate:
    """A gate that posts scans of an edition of which some tickets are known."""

    def __init__(self, client: AsyncClient, edition: UUID) -> None:
        self.client, self.path, self.sequence = client, f"/api/v1/editions/{edition}/scans", 0

    async def __call__(self, code: str = "T1", *, at: dt.datetime = EVENING, **values: Any) -> dict[str, Any]:
        answer = await self.client.post(self.path, json=self.scan(code, at=at, **values))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def scan(self, code: str = "T1", *, at: dt.datetime = EVENING, **values: Any) -> dict[str, Any]:
        self.sequence += 1
        return {"ticket_code": code, "device": "nord-1", "sequence": self.sequence, "gate": "porte Nord",
                "scanned_at": at.isoformat()} | values  # fmt: skip


Open = Callable[..., Awaitable[Gate]]


@pytest.fixture
async def open_gate(pool: asyncpg.Pool, speak: Speak, edition: UUID, settings: Settings) -> Open:  # noqa: F811
    async def opened(policy: str = "once", *, known_only: bool = True, **tickets: dict[str, Any]) -> Gate:
        await pool.execute(SETTINGS, edition, policy, known_only)
        async with pool.acquire() as connection:
            number = await connection.fetchval("select id from edition where public_id = $1", edition)
            key = await edition_key(connection, master_key(settings), number, edition)  # type: ignore[arg-type]
            await connection.execute("insert into attendance_state (edition_id, live) values ($1, true)", number)
            for code, values in ({"T1": {}} | tickets).items():
                columns = {"standing": 0, "listed": True} | values
                await connection.copy_records_to_table(
                    "gate_ticket",
                    records=[(number, pseudonym(key, code), *columns.values())],
                    columns=["edition_id", "ticket", *columns],
                )
        return Gate(await speak("gate", edition=edition), edition)

    return opened


def work_of(pool: asyncpg.Pool) -> AbstractAsyncContextManager[SqlWork]:
    return transact(pool, actor=SYSTEM, grant=EVERYTHING, request_id="test", operation="test", master_key=b"")


def said(answer: dict[str, Any]) -> tuple[str, str]:
    return answer["verdict"], answer["message"].replace(NBSP, " ").replace(NARROW, " ")


async def test_a_good_ticket_comes_in_and_the_answer_says_everything(open_gate: Open) -> None:
    gate = await open_gate()

    answer = await gate()

    assert answer == {
        "device": "nord-1",
        "sequence": 1,
        "verdict": "accepted",
        "message": "Entrez",
        "contradiction": None,
        "scanned_at": "2026-07-03T16:05:00Z",
        "entered_at": None,
        "entered_gate": None,
        "inside": 1,
        "fault": None,
    }


@pytest.mark.parametrize(
    ("policy", "again", "tomorrow", "after_leaving"),
    [
        ("once", "duplicate", "duplicate", "duplicate"),
        ("once_a_day", "duplicate", "accepted", "duplicate"),
        ("re_entry", "inside", "accepted", "accepted"),
    ],
)
async def test_a_ticket_comes_back_as_the_policy_says(
    open_gate: Open, policy: str, again: str, tomorrow: str, after_leaving: str
) -> None:
    gate = await open_gate(policy, T2={}, T3={})

    async def verdicts(code: str, *steps: tuple[str, int]) -> list[str]:
        hours = dt.timedelta(hours=1)
        return [
            (await gate(code, direction=direction, at=EVENING + hour * hours))["verdict"] for direction, hour in steps
        ]

    assert await verdicts("T1", ("in", 0), ("in", 1)) == ["accepted", again]
    assert await verdicts("T2", ("in", 0), ("in", 24)) == ["accepted", tomorrow]
    assert await verdicts("T3", ("in", 0), ("out", 1), ("in", 2)) == ["accepted", "accepted", after_leaving]


async def test_each_refusal_says_what_to_do(open_gate: Open) -> None:
    day = (EVENING.date() - dt.date(1970, 1, 1)).days
    gate = await open_gate(
        **{standing: {"standing": STANDINGS.index(standing)} for standing in STANDINGS[1:]},
        late={"first_day": day + 1, "last_day": day + 1},
        group={"quantity": 4},
    )
    await gate()

    answers = [
        await gate("T1", at=EVENING + dt.timedelta(minutes=30)),
        await gate("nobody"),
        *[await gate(standing) for standing in STANDINGS[1:]],
        await gate("late"),
        await gate("group"),
        await gate("group", direction="out"),
    ]

    assert [said(answer) for answer in answers] == [
        ("duplicate", "Déjà scanné à 18 h 05, porte Nord"),
        ("unknown", "Billet inconnu : n’entrez pas"),
        ("refunded", "Billet annulé : n’entrez pas"),
        ("refunded", "Billet remboursé : n’entrez pas"),
        ("blocked", "Billet bloqué : appelez un responsable"),
        ("refunded", "Billet réservé, pas payé : passez à la caisse"),
        ("wrong_day", "Ce n’est pas le jour de ce billet : n’entrez pas"),
        ("accepted", "Entrez : 4 personnes"),
        ("accepted", "Sortez : 4 personnes"),
    ]
    assert [answer["inside"] for answer in answers] == [1, 1, 1, 1, 1, 1, 1, 5, 1]


async def test_the_gate_speaks_english_when_asked(open_gate: Open) -> None:
    gate = await open_gate("re_entry")
    gate.client.headers["accept-language"] = "en"
    await gate()

    answer = await gate(at=EVENING + dt.timedelta(minutes=1))

    assert said(answer) == ("inside", "Already inside, came in at 18:05, porte Nord")


async def test_unknown_tickets_come_in_where_they_may(open_gate: Open) -> None:
    gate = await open_gate(known_only=False)

    assert [(await gate("somebody"))["verdict"] for _ in range(2)] == ["accepted", "duplicate"]


async def test_a_scan_sent_again_gets_its_answer_again(open_gate: Open, pool: asyncpg.Pool, edition: UUID) -> None:
    gate = await open_gate(T2={})
    first = gate.scan()
    second = gate.scan()

    answers = [(await gate.client.post(gate.path, json=body)).content for body in (first, second, first, second)]
    another = await gate.client.post(gate.path, json=first | {"ticket_code": "T2"})
    several = await gate.client.post(gate.path, json=[first | {"ticket_code": "T2"}, gate.scan("T2"), first])

    assert answers[2:] == answers[:2]
    assert (another.status_code, another.json()["type"]) == (409, "urn:events-api:problem:sequence-reused")
    assert [(one["verdict"], one["fault"]) for one in several.json()] == [
        (None, "sequence_reused"), ("accepted", None), ("accepted", None),
    ]  # fmt: skip
    assert await pool.fetchval(SCANS, edition) == 3


async def test_a_day_offline_keeps_its_times_and_shows_its_contradictions(
    open_gate: Open, pool: asyncpg.Pool, edition: UUID
) -> None:
    gate = await open_gate(T2={}, T3={})
    online = await gate("T1", at=EVENING + dt.timedelta(hours=1))
    earlier = {"offline": True, "device": "sud-1", "gate": "porte Sud"}

    answer = await gate.client.post(
        gate.path,
        json=[
            gate.scan("T1", **earlier, decision="accepted"),
            gate.scan("T2", **earlier, decision="accepted"),
            gate.scan("T3", **earlier, decision="refused"),
            gate.scan("nobody", **earlier, decision="refused"),
        ],
    )
    late = await gate("T2", at=EVENING + dt.timedelta(hours=2))

    assert online["verdict"] == "accepted"
    assert [(one["verdict"], one["contradiction"], one["scanned_at"]) for one in answer.json()] == [
        ("accepted", "duplicate", "2026-07-03T16:05:00Z"),
        ("accepted", None, "2026-07-03T16:05:00Z"),
        ("refused", "accepted", "2026-07-03T16:05:00Z"),
        ("unknown", None, "2026-07-03T16:05:00Z"),
    ]
    assert said(late) == ("duplicate", "Déjà scanné à 18 h 05, porte Sud")
    row = await pool.fetchrow(
        "select entries_in, attendances, scans_refused from attendance_count c join edition e on e.id = c.edition_id"
        " where e.public_id = $1 and dimension = 'edition' and day = '-infinity'",
        edition,
    )
    assert tuple(row) == (3, 2, 3)


async def test_the_second_of_the_autumn_hours_is_another_quarter_of_the_same_evening(
    open_gate: Open, pool: asyncpg.Pool, edition: UUID
) -> None:
    gate = await open_gate("re_entry", T2={})
    summer, winter = (dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC) for hour in (0, 1))  # both 02:30

    answers = [await gate("T1", at=summer), await gate("T2", at=winter), await gate("T1", at=winter)]

    assert [answer["verdict"] for answer in answers] == ["accepted", "accepted", "inside"]
    days = await pool.fetch(
        "select day, entries_in from attendance_count c join edition e on e.id = c.edition_id"
        " where e.public_id = $1 and dimension = 'edition' and day <> '-infinity'",
        edition,
    )
    assert [tuple(row) for row in days] == [(dt.date(2026, 10, 24), 2)]
    quarters = await pool.fetch(
        "select quarter, entries, refused from attendance_quarter q join edition e on e.id = q.edition_id"
        " where e.public_id = $1 order by quarter",
        edition,
    )
    assert [tuple(row) for row in quarters] == [(summer, 1, 0), (winter, 1, 1)]


async def test_a_clock_in_the_future_is_to_be_set(open_gate: Open, pool: asyncpg.Pool) -> None:
    gate = await open_gate()
    body = gate.scan(at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=2))

    refused = await gate.client.post(gate.path, json=body)
    again = await gate.client.post(gate.path, json=body | {"scanned_at": EVENING.isoformat()})

    assert (refused.status_code, refused.json()["field"]) == (422, "scanned_at")
    assert again.json()["verdict"] == "accepted"


async def test_only_the_gate_of_the_edition_scans(
    open_gate: Open, pool: asyncpg.Pool, speak: Speak, edition: UUID
) -> None:
    gate = await open_gate()
    other = await an_edition(pool, await an_organisation(pool))

    async def status(client: AsyncClient) -> int:
        return (await client.post(gate.path, json=gate.scan())).status_code

    assert await status(await speak("gate", edition=other)) == 403
    assert await status(await speak("administrator")) == 403
    assert await status(await speak()) == 401
    assert await status(await speak("gate", edition=edition, scopes=("read",))) == 403
    assert await status(await speak("gate", edition=edition, retired_at=EVENING)) == 401
    assert await pool.fetchval(SCANS, edition) == 0


async def test_what_an_offline_device_must_say(open_gate: Open) -> None:
    gate = await open_gate()
    wrong = [
        gate.scan(offline=True),
        gate.scan(decision="accepted"),
        gate.scan(device=""),
        gate.scan(code="a\nb"),
        [gate.scan() for _ in range(1001)],
    ]

    statuses = [(await gate.client.post(gate.path, json=body)).status_code for body in wrong]

    assert statuses == [422, 422, 400, 400, 422]


async def test_a_revoked_token_scans_no_more(open_gate: Open, pool: asyncpg.Pool, edition: UUID) -> None:
    gate = await open_gate(T2={})
    gate.client.headers["authorization"] = f"Bearer {await a_token(pool, 'gate', edition=edition)}"
    await gate()
    await pool.execute("update api_token set retired_at = now()")

    answer = await gate.client.post(gate.path, json=gate.scan("T2"))

    assert answer.status_code == 401


async def test_no_scan_is_taken_once_the_key_is_destroyed(
    open_gate: Open,
    pool: asyncpg.Pool,
    edition: UUID,
    settings: Settings,  # noqa: F811
) -> None:
    gate = await open_gate(T2={})
    await gate()
    async with work_of(pool) as work:
        await destroy(work, edition)
        meanwhile = asyncio.create_task(gate.client.post(gate.path, json=gate.scan("T2")))
        await eventually(lambda: waits_for_a_lock(settings.database_url))

    answers = [await meanwhile, await gate.client.post(gate.path, json=gate.scan("T2"))]

    assert [problem(answer)[:2] for answer in answers] == [(409, "ticket-key-destroyed")] * 2
    assert await pool.fetchval(SCANS, edition) == 1
    state = await pool.fetchrow(
        "select s.live, (select count(*) from gate_ticket g where g.edition_id = s.edition_id) as tickets"
        " from attendance_state s join edition e on e.id = s.edition_id where e.public_id = $1",
        edition,
    )
    assert tuple(state) == (False, 0)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1900-01-01T00:00:00Z"])
async def test_a_clock_at_the_end_of_time_is_wrong_and_harms_no_other_scan(open_gate: Open, moment: str) -> None:
    gate = await open_gate()
    wrong = gate.scan("T2") | {"scanned_at": moment}

    alone = await gate.client.post(gate.path, json=wrong)
    both = await gate.client.post(gate.path, json=[wrong, gate.scan()])

    assert problem(alone) == (422, "clock-wrong", "scanned_at")
    assert [(each["fault"], each["verdict"]) for each in both.json()] == [("clock_wrong", None), (None, "accepted")]


async def test_a_body_of_endless_brackets_is_malformed(open_gate: Open) -> None:
    gate = await open_gate()

    answer = await gate.client.post(
        gate.path, content=b"[" * 10_000 + b"]" * 10_000, headers={"content-type": "application/json"}
    )

    assert problem(answer) == (400, "malformed-request", None)


async def test_a_code_of_nothing_but_spaces_is_no_code(open_gate: Open) -> None:
    gate = await open_gate(known_only=False)

    answer = await gate.client.post(gate.path, json=gate.scan("   "))

    assert problem(answer) == (400, "malformed-field", "ticket_code")


async def test_a_gate_is_named_as_in_a_file_and_by_nobodys_address(
    open_gate: Open, pool: asyncpg.Pool, edition: UUID
) -> None:
    gate = await open_gate(known_only=False)

    for code, name in enumerate(
        ["porte  Nord", "porte\u00a0Nord", "jeanne@example.org", "Jeanne 06 12 34 56 78", "\u00a0"]
    ):
        await gate(f"A{code}", gate=name, session=name)

    rows = await pool.fetch(
        "select kind, label from attendance_label l join edition e on e.id = l.edition_id"
        " where e.public_id = $1 and kind in ('gate', 'session') order by 1, 2",
        edition,
    )
    assert [tuple(row) for row in rows] == [
        (kind, name) for kind in ("gate", "session") for name in ("Jeanne […]", "[…]", "porte Nord")
    ]
