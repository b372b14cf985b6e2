"""make chaos: kill -9 of worker, API, Redis or PostgreSQL at random moments, while a client outside keeps a ledger.

ROUNDS rounds (or those of the argument, as rounds=5). Each round one process is killed while clients read, write and
change; then the platform must recover by itself: a write that begins after the kill is acknowledged, a job that is
asked for after it is done, Redis and the worker answer. Meanwhile a request that is answered is answered rightly, or
with 503. At the end the database holds exactly what was acknowledged, scans and the entries of imported files included,
the counts are those of the facts, every job has ended once in effect, the audit trail verifies, and no process has
logged a crash.
"""

import asyncio
import contextlib
import functools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec

from bench import chaos_tickets
from bench.report import Row, publish
from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.embedded import servers_of
from events_api.settings import Settings
from events_api.store.transaction import transact
from workers.job import load_jobs

ROUNDS = 100
WRITERS = 3
RECOVERY_SECONDS = 60.0
SEALED_SECONDS = 6.0
"""The seal is at most five seconds behind."""
PAUSE = 0.02
DONE = "select state = 'done' from job where public_id = $1::uuid"
TARGETS = {
    "postgres": "postgres -D",
    "postgres backend": "postgres: events_app",
    "redis": ("redis-server", "valkey-server"),
    "api": "events_api.cli serve",
    "worker": "events_api.cli worker",
}
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)
CRASHES = ("http.crash", "worker.crashed", "Traceback (")


class Ledger(msgspec.Struct):
    """What was acknowledged, what was not at first, and every answer that should not have been given."""

    places: dict[str, str] = msgspec.field(default_factory=dict)
    """The name of each with its identifier."""
    editions: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    """The identifier of each with its version and its capacity, after all changes."""
    jobs: list[str] = msgspec.field(default_factory=list)
    repeated: int = 0
    delayed: Counter[str] = msgspec.field(default_factory=Counter)
    wrong: list[str] = msgspec.field(default_factory=list)

    def put_off(self, answer: httpx.Response | httpx.HTTPError) -> None:
        """Note a request that has to be repeated; it may only be refused in the one way that says so."""
        if isinstance(answer, httpx.HTTPError):
            self.delayed[type(answer).__name__] += 1
            return
        self.delayed[str(answer.status_code)] += 1
        kind = answer.json().get("type", "") if "problem+json" in answer.headers.get("content-type", "") else ""
        if (answer.status_code, kind.rpartition(":")[2]) not in {(503, "unavailable"), (409, "request-in-progress")}:
            self.wrong.append(f"{answer.request.method} {answer.status_code}: {answer.text[:200]}")


@contextlib.asynccontextmanager
async def platform(
    home: Path, *, role: str = "officer"
) -> AsyncIterator[tuple[subprocess.Popen[bytes], Settings, str]]:
    """`events-api up` in a home of its own, with a token of that role."""
    settings = Settings.read({"EVENTS_HOME": str(home), "EVENTS_LOG_LEVEL": "warning"})
    environ = settings.environ() | {"PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "events_api.cli"]
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [*command, "up", "--port", "0", "--json"], env=environ, stdout=subprocess.PIPE, stderr=log
        )
    try:
        assert up.stdout is not None
        line = await asyncio.to_thread(up.stdout.readline)
        if not line:
            raise RuntimeError((home / "up.log").read_text(encoding="utf-8")[-2000:])
        url = json.loads(line)["url"]
        token = subprocess.run(
            [*command, "token", "create", "--role", role, "--name", "bench", "--json"],
            env=environ, check=True, capture_output=True,
        )  # fmt: skip
        named = servers_of(settings)
        yield up, msgspec.structs.replace(named, public_url=url), json.loads(token.stdout)["token"]
    finally:
        up.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(up.wait, 60)
        except subprocess.TimeoutExpired:
            up.kill()


def family(root: int) -> dict[int, str]:
    """The processes below `root` with their command lines."""
    children: dict[int, list[int]] = {}
    lines: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
            lines[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    found, todo = {}, [root]
    while todo:
        for child in children.get(todo.pop(), []):
            found[child] = lines.get(child, "")
            todo.append(child)
    return found


def victims(root: int, target: str) -> list[int]:
    """The processes of one part of the platform, its guard left out (the guard is what restarts)."""
    words = TARGETS[target]
    return [
        pid
        for pid, line in family(root).items()
        if any(word in line for word in ([words] if isinstance(words, str) else words)) and "guard.py" not in line
    ]


async def send(client: httpx.AsyncClient, ledger: Ledger, method: str, path: str, **how: Any) -> httpx.Response:
    """Send a request again until it has its answer, be it a refusal."""
    while True:
        try:
            answer = await client.request(method, path, **how)
        except httpx.HTTPError as error:
            ledger.put_off(error)
        else:
            if answer.status_code in (200, 201, 412):
                return answer
            ledger.put_off(answer)
        await asyncio.sleep(PAUSE)


async def create(client: httpx.AsyncClient, ledger: Ledger, name: str) -> None:
    """Create a place and read it back."""
    answer = await send(
        client, ledger, "POST", "/api/v1/places", json={"name": name}, headers={"Idempotency-Key": name}
    )
    ledger.repeated += "idempotency-replayed" in answer.headers
    place = answer.json()
    ledger.places[name] = place["id"]
    read = await send(client, ledger, "GET", f"/api/v1/places/{place['id']}")
    if read.json() != place:
        ledger.wrong.append(f"place {name} was answered {place} and is read as {read.text[:200]}")


async def write(client: httpx.AsyncClient, ledger: Ledger, stop: asyncio.Event, tag: str) -> None:
    """Create places one after the other."""
    number = 0
    while not stop.is_set():
        number += 1
        await create(client, ledger, f"chaos {tag} {number}")
        await asyncio.sleep(PAUSE)


async def change(client: httpx.AsyncClient, ledger: Ledger, stop: asyncio.Event, tag: str) -> None:
    """Change one edition again and again, each time from the version that the last answer had."""
    event = {"slug": f"chaos-{tag}", "name": f"Chaos {tag}", "audience": "public"}
    answer = await send(client, ledger, "POST", "/api/v1/events", json=event, headers={"Idempotency-Key": f"v {tag}"})
    edition = {"event_id": answer.json()["id"], "year": 2024, "date_precision": "year", "capacity": 1}
    answer = await send(
        client, ledger, "POST", "/api/v1/editions", json=edition, headers={"Idempotency-Key": f"e {tag}"}
    )
    found, path = answer.json(), f"/api/v1/editions/{answer.json()['id']}"
    while not stop.is_set():
        capacity = found["capacity"] + 1
        answer = await send(
            client, ledger, "PATCH", path, json={"capacity": capacity}, headers={"If-Match": answer.headers["etag"]}
        )
        if answer.status_code == 412:  # the answer to the first try was lost, its effect was not
            answer = await send(client, ledger, "GET", path)
            ledger.repeated += 1
        version, found = found["version"] + 1, answer.json()
        if (found["version"], found["capacity"]) != (version, capacity):
            ledger.wrong.append(f"change to {capacity} in version {version} gave {answer.text[:300]}")
        ledger.editions[found["id"]] = (found["version"], found["capacity"])
        await asyncio.sleep(PAUSE)


async def ask(settings: Settings, ledger: Ledger, stop: asyncio.Event) -> None:
    """Ask for jobs in transactions of our own; only those whose commit was acknowledged are in the ledger."""
    async with asyncpg.create_pool(settings.app_database_url, min_size=0, max_size=1, timeout=5) as pool:
        while not stop.is_set():
            with contextlib.suppress(*AWAY):
                async with transact(
                    pool,
                    actor=SYSTEM,
                    grant=EVERYTHING,
                    request_id="chaos",
                    operation="chaos",
                    master_key=b"0" * 32,
                ) as work:
                    job = await work.enqueue("probe", {"steps": 2, "step_seconds": 0.05}, queue="fast")
                ledger.jobs.append(str(job))
            await asyncio.sleep(0.1)


async def ready(client: httpx.AsyncClient) -> None:
    """Wait until the platform says that everything is well, its worker and Redis included."""
    while True:
        with contextlib.suppress(httpx.HTTPError):
            answer = await client.get("/health/ready")
            if answer.status_code == 200 and answer.json()["redis"] == "ok" and answer.json()["worker"] == "ok":
                return
        await asyncio.sleep(PAUSE)


async def recover(client: httpx.AsyncClient, settings: Settings, ledger: Ledger, name: str) -> float:
    """Seconds until a write, a job and Redis work again, all begun after the kill."""
    started, asked = time.perf_counter(), len(ledger.jobs)
    try:
        async with asyncio.timeout(RECOVERY_SECONDS):
            await create(client, ledger, name)
            await ready(client)
            while len(ledger.jobs) <= asked + 1:  # noqa: ASYNC110  # the first may have been asked for before
                await asyncio.sleep(PAUSE)
            connection = await asyncpg.connect(settings.database_url)
            try:
                job = ledger.jobs[asked + 1]
                while not await connection.fetchval(DONE, job):  # noqa: ASYNC110  # another process works
                    await asyncio.sleep(PAUSE)
            finally:
                await connection.close()
    except TimeoutError:
        raise RuntimeError(f"not well again after {RECOVERY_SECONDS:.0f} s") from None
    return time.perf_counter() - started


async def judge(settings: Settings, ledger: Ledger, tickets: chaos_tickets.Tickets) -> list[str]:
    """Hold the database against the ledger; returns what is wrong."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        wrong = [*await _records(connection, ledger), *await _jobs(connection, ledger)]
        wrong += await chaos_tickets.judge(connection, settings, tickets)
    finally:
        await connection.close()
    verified = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "events_api.cli", "audit", "verify", "--json"],
        env=settings.environ() | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
    )
    if verified.returncode:
        wrong.append(f"the trail does not verify: {verified.stdout[-500:]!r} {verified.stderr[-300:]!r}")
    return wrong


async def _records(connection: asyncpg.Connection, ledger: Ledger) -> list[str]:
    """Every acknowledged write is there once, with one entry of the trail, and nothing else is."""
    wrong = []
    rows = await connection.fetch("select name, public_id::text from place where name like 'chaos %'")
    stored = Counter(row["name"] for row in rows)
    if any(count > 1 for count in stored.values()):
        wrong.append(f"{sum(count > 1 for count in stored.values())} places twice")
    if {row["name"]: row["public_id"] for row in rows} != ledger.places:
        lost, extra = ledger.places.keys() - stored.keys(), stored.keys() - ledger.places.keys()
        wrong.append(f"{len(lost)} acknowledged writes lost, {len(extra)} unknown, or other identifiers")
    trail = await connection.fetchval(
        "select count(*) from audit_entry where subject_kind = 'place' and operation = 'createPlace'"
    )
    if trail != len(ledger.places):
        wrong.append(f"{trail} trail entries for {len(ledger.places)} places")
    rows = await connection.fetch("select public_id::text, version, capacity from edition")
    if {row["public_id"]: (row["version"], row["capacity"]) for row in rows} != ledger.editions:
        wrong.append(f"editions {[tuple(row) for row in rows]} instead of {ledger.editions}")
    changes = await connection.fetchval("select count(*) from audit_entry where subject_kind = 'edition'")
    if changes != sum(version for version, _ in ledger.editions.values()):
        wrong.append(f"{changes} trail entries for the versions of {ledger.editions}")
    return wrong


async def _jobs(connection: asyncpg.Connection, ledger: Ledger) -> list[str]:
    """Every job ends, and those of the ledger have had their effect, once."""
    wrong = []
    deadline = time.perf_counter() + RECOVERY_SECONDS
    while await connection.fetchval("select count(*) from job where state in ('queued', 'running')"):
        if time.perf_counter() > deadline:
            wrong.append("jobs still wait")
            break
        await asyncio.sleep(0.2)
    states = await connection.fetch(
        "select kind, state, max(last_error) as error, count(*) from job j"
        " where state <> 'done' and kind = any($1)"
        # a run that lost its worker gives way to a newer request for the same work, which then must have been done
        " and not (state = 'cancelled' and exists (select from job n where n.kind = j.kind and n.key = j.key"
        "          and n.id > j.id and n.state = 'done'))"
        " group by kind, state",
        list(load_jobs()),
    )
    if states:
        wrong.append(f"jobs ended as {[tuple(row) for row in states]}")
    if await connection.fetchval("select count(*) from outbox"):
        wrong.append("the outbox is not empty")
    effects = await connection.fetch(
        "select subject_id::text as job, count(*) as n from audit_entry where subject_kind = 'job' group by 1"
    )
    if any(row["n"] != 1 for row in effects):
        wrong.append(f"{sum(row['n'] != 1 for row in effects)} jobs had their effect more than once")
    if missing := set(ledger.jobs) - {row["job"] for row in effects}:
        wrong.append(f"{len(missing)} acknowledged jobs without effect")
    return wrong


async def main(rounds: int, seed: int, out: Path) -> int:
    """Run the rounds; returns the number of faults found."""
    chance = random.Random(seed)
    ledger, tickets, recoveries, killed = Ledger(), chaos_tickets.Tickets(), dict[str, list[float]](), 0
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="events-chaos-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        async with platform(home) as (up, settings, token):
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(base_url=settings.public_url, headers=headers, timeout=10) as client:
                await ready(client)
                stop = asyncio.Event()
                async with asyncio.TaskGroup() as tasks:
                    for number in range(WRITERS):
                        tasks.create_task(write(client, ledger, stop, f"{uuid.uuid4().hex[:6]}-{number}"))
                    tasks.create_task(change(client, ledger, stop, uuid.uuid4().hex[:6]))
                    tasks.create_task(ask(settings, ledger, stop))
                    sending = functools.partial(send, client, ledger)
                    tasks.create_task(chaos_tickets.race(sending, settings, tickets, stop, ledger.editions))
                    tasks.create_task(chaos_tickets.upload(sending, tickets, stop, ledger.editions))
                    await asyncio.wait_for(tickets.at_work.wait(), RECOVERY_SECONDS)
                    for number in range(rounds):
                        await asyncio.sleep(chance.uniform(0.05, 0.6))
                        # every target once, then whichever
                        target = sorted(TARGETS)[number] if number < len(TARGETS) else chance.choice(sorted(TARGETS))
                        found = victims(up.pid, target)
                        if not found:
                            raise RuntimeError(f"no process of {target} below {up.pid}")
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(chance.choice(found), signal.SIGKILL)
                            killed += 1
                        seconds = await recover(client, settings, ledger, f"chaos after {number}")
                        recoveries.setdefault(target, []).append(seconds)
                        print(f"round {number + 1}: {target} killed, well again after {seconds:.2f} s", flush=True)
                    stop.set()
                await asyncio.sleep(SEALED_SECONDS)
                wrong = ledger.wrong + await judge(settings, ledger, tickets)
                log = (home / "up.log").read_text(encoding="utf-8")
                lines = log.splitlines()
                wrong += [
                    " | ".join(lines[rank : rank + 30])[:3000]
                    for rank, line in enumerate(lines)
                    if any(word in line for word in CRASHES)
                ]
    for fault in wrong:
        print(f"FAULT {fault}")
    times = sorted(seconds for each in recoveries.values() for seconds in each)
    middle = {name: f"{sorted(each)[len(each) // 2]:.1f} s" for name, each in sorted(recoveries.items())}
    publish(
        [
            Row(name="rounds of kill -9", figure=killed, unit="rounds", bar=f">= {ROUNDS}", holds=killed >= ROUNDS,
                note=", ".join(f"{name} {len(each)}" for name, each in sorted(recoveries.items())) + f"; seed {seed}"),
            Row(name="faults after recovery", figure=len(wrong), unit="faults", bar="0", holds=not wrong,
                note="; ".join(wrong)[:1000] or f"{len(ledger.places)} places, {ledger.editions} as version and "
                f"capacity after changes, {len(ledger.jobs)} jobs; {ledger.repeated} requests had had their effect "
                f"before their answer; {len(tickets.verdicts)} scans, {tickets.imports} files with "
                f"{tickets.entries} entries; put off: {dict(ledger.delayed)}"),
            Row(name="recovery", figure=round(times[len(times) // 2], 2), unit="s (median)",
                bar=f"<= {RECOVERY_SECONDS:.0f}", holds=times[-1] <= RECOVERY_SECONDS,
                spread=(round(times[0], 2), round(times[-1], 2)), note=f"medians: {middle}"),
        ],
        out,
    )  # fmt: skip
    print(f"{time.perf_counter() - started:.0f} s")
    return len(wrong)


if __name__ == "__main__":
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    faults = asyncio.run(
        main(
            int(options.get("rounds", ROUNDS)),
            int(options.get("seed", time.time_ns() % 10**6)),
            Path(options.get("out", "out/chaos.json")),
        )
    )
    print(f"{faults} faults")
