"""make chaos: kill -9 of worker, API, Redis or PostgreSQL at random moments, while a client outside keeps a ledger.

ROUNDS rounds (or those of the argument, as rounds=5). Each round one process is killed while writers write; then the
platform must recover by itself. At the end: the database holds exactly what was acknowledged, every job has ended once
in effect, and the audit trail verifies.
"""

import asyncio
import contextlib
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

import asyncpg
import httpx
import msgspec

from bench.report import Row, publish
from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.embedded import servers_of
from events_api.settings import Settings
from events_api.store.transaction import transact

ROUNDS = 100
WRITERS = 4
RECOVERY_SECONDS = 60.0
TARGETS = {
    "postgres": ("postgres", "-D"),
    "redis": ("redis-server", "valkey-server"),
    "api": ("granian", "serve"),
    "worker": ("events_api.cli worker",),
}


class Ledger(msgspec.Struct):
    """What was acknowledged: the name of each place with its identifier, and the jobs that were asked for."""

    places: dict[str, str] = msgspec.field(default_factory=dict)
    repeated: int = 0
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    jobs: list[str] = msgspec.field(default_factory=list)


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
    return [
        pid
        for pid, line in family(root).items()
        if any(word in line for word in TARGETS[target]) and "guard.py" not in line
    ]


async def write(client: httpx.AsyncClient, ledger: Ledger, stop: asyncio.Event, tag: str) -> None:
    """Create places one after the other; repeat each with its key until it is acknowledged."""
    number = 0
    while not stop.is_set():
        number += 1
        name = f"chaos {tag} {number}"
        while True:
            try:
                answer = await client.post("/api/v1/places", json={"name": name}, headers={"Idempotency-Key": name})
            except httpx.HTTPError as error:
                ledger.refused[type(error).__name__] += 1
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 201:
                ledger.repeated += "idempotency-replayed" in answer.headers
                ledger.places[name] = answer.json()["id"]
                break
            ledger.refused[str(answer.status_code)] += 1
            if answer.status_code not in (409, 500, 502, 503):
                raise RuntimeError(f"{answer.status_code}: {answer.text}")
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.01)


async def ask(settings: Settings, ledger: Ledger, stop: asyncio.Event) -> None:
    """Ask for jobs in transactions of our own; only those whose commit was acknowledged are in the ledger."""
    dsn = settings.app_database_url or settings.database_url
    while not stop.is_set():
        try:
            async with asyncpg.create_pool(dsn, min_size=1, max_size=1, timeout=5) as pool:
                while not stop.is_set():
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
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            await asyncio.sleep(0.1)


async def ready(client: httpx.AsyncClient) -> float:
    """Seconds until the platform says that everything is well again, its worker and Redis included."""
    started = time.perf_counter()
    while time.perf_counter() - started < RECOVERY_SECONDS:
        with contextlib.suppress(httpx.HTTPError):
            answer = await client.get("/health/ready")
            if answer.status_code == 200 and answer.json()["redis"] == "ok" and answer.json()["worker"] == "ok":
                return time.perf_counter() - started
        await asyncio.sleep(0.05)
    raise RuntimeError(f"not ready again after {RECOVERY_SECONDS:.0f} s")


async def judge(settings: Settings, ledger: Ledger) -> list[str]:
    """Hold the database against the ledger; returns what is wrong."""
    wrong = []
    connection = await asyncpg.connect(settings.database_url)
    try:
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
        deadline = time.perf_counter() + RECOVERY_SECONDS
        while await connection.fetchval("select count(*) from job where state in ('queued', 'running')"):
            if time.perf_counter() > deadline:
                wrong.append("jobs still wait")
                break
            await asyncio.sleep(0.2)
        states = await connection.fetch("select state, count(*) as n from job where kind = 'probe' group by state")
        if [row["state"] for row in states] != ["done"]:
            wrong.append(f"jobs ended as {[tuple(row) for row in states]}")
        effects = await connection.fetch(
            "select subject_id::text as job, count(*) as n from audit_entry where subject_kind = 'job' group by 1"
        )
        if any(row["n"] != 1 for row in effects):
            wrong.append(f"{sum(row['n'] != 1 for row in effects)} jobs had their effect more than once")
        if missing := set(ledger.jobs) - {row["job"] for row in effects}:
            wrong.append(f"{len(missing)} acknowledged jobs without effect")
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


async def main(rounds: int, seed: int) -> int:
    """Run the rounds; returns the number of faults found."""
    chance = random.Random(seed)
    ledger, recoveries, killed = Ledger(), [], Counter[str]()
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
                    tasks.create_task(ask(settings, ledger, stop))
                    for number in range(rounds):
                        await asyncio.sleep(chance.uniform(0.05, 0.6))
                        target = chance.choice(sorted(TARGETS))
                        found = victims(up.pid, target)
                        if not found:
                            raise RuntimeError(f"no process of {target} below {up.pid}")
                        # PostgreSQL: the postmaster (its children follow), or one of the backends
                        pid = chance.choice(found)
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                        killed[target] += 1
                        recoveries.append(await ready(client))
                        print(f"round {number + 1}: {target} killed, well after {recoveries[-1]:.2f} s", flush=True)
                    stop.set()
                await asyncio.sleep(6)  # the seal is at most five seconds behind
                wrong = await judge(settings, ledger)
    for fault in wrong:
        print(f"FAULT {fault}")
    recoveries.sort()
    publish(
        [
            Row(name="rounds of kill -9", figure=rounds, unit="rounds", bar=">= 100", holds=rounds >= ROUNDS,
                note=", ".join(f"{name} {count}" for name, count in sorted(killed.items())) + f"; seed {seed}"),
            Row(name="faults after recovery", figure=len(wrong), unit="faults", bar="0", holds=not wrong,
                note="; ".join(wrong) or f"{len(ledger.places)} acknowledged writes ({ledger.repeated} answered "
                f"again), {len(ledger.jobs)} jobs, not acknowledged at first: {dict(ledger.refused)}"),
            Row(name="recovery", figure=round(recoveries[len(recoveries) // 2], 2), unit="s (median)", bar="<= 60",
                holds=recoveries[-1] <= RECOVERY_SECONDS, spread=(round(recoveries[0], 2), round(recoveries[-1], 2))),
        ],
        Path("out/chaos.json"),
    )  # fmt: skip
    print(f"{time.perf_counter() - started:.0f} s")
    return len(wrong)


if __name__ == "__main__":
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    asyncio.run(main(int(options.get("rounds", ROUNDS)), int(options.get("seed", time.time_ns() % 10**6))))
