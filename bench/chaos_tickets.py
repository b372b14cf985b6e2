"""The part of `make chaos` about tickets: two gates race for each ticket and files are imported while processes die."""

import asyncio
import datetime as dt
import json
import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx
import msgspec

from events_api.settings import Settings

ASK = Callable[..., Awaitable[httpx.Response]]
"""Sends a request (method, path, and what httpx takes) again until it has its answer."""
PAUSE = 0.02
FILE_TICKETS = 300
COUNTS = """
    select entries_in, attendances, unique_visitors, scans_refused from attendance_count
    where edition_id = (select id from edition where public_id = $1) and dimension = 'edition' and day = '-infinity'
"""
LIVE = """
    select l.label as device, s.sequence, s.verdict from live_scan s
    join attendance_label l on l.edition_id = s.edition_id and l.kind = 'device' and l.id = s.device
    where s.edition_id = (select id from edition where public_id = $1)
"""


class Tickets(msgspec.Struct):
    """What was acknowledged about tickets."""

    gate_edition: str = ""
    file_edition: str = ""
    verdicts: dict[tuple[str, int], str] = msgspec.field(default_factory=dict)
    """What each numbered scan of a device was answered."""
    entries: int = 0
    """Tickets of the files that were imported, each entered once."""
    imports: int = 0
    wrong: list[str] = msgspec.field(default_factory=list)
    at_work: asyncio.Event = msgspec.field(default_factory=asyncio.Event)
    """The gates have their token and scan: without them a kill would show nothing about scans."""


async def race(
    ask: ASK, settings: Settings, tickets: Tickets, stop: asyncio.Event, editions: dict[str, tuple[int, int]]
) -> None:
    """Two gates show the same ticket at the same instant, again and again: one of them lets its holder in."""
    tickets.gate_edition = await _edition(ask, "gates", editions)
    path = f"/api/v1/editions/{tickets.gate_edition}"
    await ask("PUT", f"{path}/gate-settings", json={"policy": "once", "known_only": False})
    token = await _gate_token(settings, tickets.gate_edition)
    number = 0
    while not stop.is_set():
        number += 1
        code, at = secrets.token_hex(8), dt.datetime.now(dt.UTC).isoformat()
        answers = await asyncio.gather(
            *(
                ask(
                    "POST", f"{path}/scans", headers={"Authorization": f"Bearer {token}"},
                    json={"ticket_code": code, "device": device, "sequence": number, "scanned_at": at, "gate": device},
                )
                for device in ("Nord", "Sud")
            )
        )  # fmt: skip
        verdicts = [answer.json()["verdict"] for answer in answers]
        for device, verdict in zip(("Nord", "Sud"), verdicts, strict=True):
            tickets.verdicts[device, number] = verdict
        tickets.at_work.set()
        if verdicts.count("accepted") != 1:
            tickets.wrong.append(f"race {number} ended {verdicts}")
        await asyncio.sleep(PAUSE)


async def upload(ask: ASK, tickets: Tickets, stop: asyncio.Event, editions: dict[str, tuple[int, int]]) -> None:
    """Import files of scans one after the other, each with half of the lines of the one before."""
    tickets.file_edition = await _edition(ask, "files", editions)
    codes: list[str] = []
    day = dt.datetime.now(dt.UTC).replace(hour=18, minute=0, second=0, microsecond=0)
    while not stop.is_set():
        new = [secrets.token_hex(8) for _ in range(FILE_TICKETS)]
        lines = ["ticket_code,scanned_at,direction,gate"]
        codes = codes[len(codes) // 2 :] + new
        lines += [f"{code},{(day + dt.timedelta(seconds=int(code[:3], 16))).isoformat()},in,Nord" for code in codes]
        answer = await ask(
            "PUT",
            f"/api/v1/editions/{tickets.file_edition}/ticket-files",
            params={"start": "true", "simulated": "true"},
            content="\n".join(lines).encode(),
            headers={"Content-Type": "application/octet-stream"},
        )
        record = answer.json()
        while record["state"] not in ("done", "failed"):
            await asyncio.sleep(PAUSE * 5)
            record = (await ask("GET", f"/api/v1/ticket-imports/{record['id']}")).json()
        if record["state"] != "done" or record["lines_accepted"] + record["lines_known"] != len(codes):
            tickets.wrong.append(f"an import ended {record}")
        tickets.entries += FILE_TICKETS
        tickets.imports += 1


async def judge(connection: asyncpg.Connection, settings: Settings, tickets: Tickets) -> list[str]:
    """Hold the scans and the counts against what was answered, and the counts against the facts."""
    wrong = list(tickets.wrong)
    rows = await connection.fetch(LIVE, tickets.gate_edition)
    stored = {(row["device"], row["sequence"]): row["verdict"] == 0 for row in rows}
    if stored != {key: verdict == "accepted" for key, verdict in tickets.verdicts.items()}:
        lost = tickets.verdicts.keys() - stored.keys()
        wrong.append(f"{len(lost)} acknowledged scans lost, {len(stored.keys() - tickets.verdicts.keys())} unknown")
    let_in = sum(verdict == "accepted" for verdict in tickets.verdicts.values())
    counted = await connection.fetchrow(COUNTS, tickets.gate_edition)
    if tuple(counted or ()) != (let_in, let_in, let_in, len(tickets.verdicts) - let_in):
        wrong.append(f"{let_in} of {len(tickets.verdicts)} scans let in, counted {tuple(counted or ())}")
    counted = await connection.fetchrow(COUNTS, tickets.file_edition)
    if tuple(counted or ()) != (*[tickets.entries] * 3, 0):
        wrong.append(f"{tickets.entries} entries in files, counted {tuple(counted or ())}")
    verified = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "events_api.cli", "attendance", "verify", "--json"],
        env=settings.environ() | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
    )
    if verified.returncode:
        wrong.append(f"the counts are not those of the facts: {verified.stdout[-500:]!r} {verified.stderr[-300:]!r}")
    return wrong


async def _edition(ask: ASK, tag: str, editions: dict[str, tuple[int, int]]) -> str:
    event = {"slug": f"chaos-{tag}", "name": f"Chaos {tag}", "audience": "public"}
    found = (await ask("POST", "/api/v1/events", json=event, headers={"Idempotency-Key": f"event {tag}"})).json()
    first = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    edition = {
        "event_id": found["id"], "year": first.year, "date_precision": "exact", "capacity": 1,
        "starts_on": first.isoformat(), "ends_on": (first + dt.timedelta(days=2)).isoformat(),
    }  # fmt: skip
    answer = await ask("POST", "/api/v1/editions", json=edition, headers={"Idempotency-Key": f"edition {tag}"})
    identifier: str = answer.json()["id"]
    editions[identifier] = (1, 1)
    return identifier


async def _gate_token(settings: Settings, edition: str) -> str:
    command = ["token", "create", "--role", "gate", "--edition", edition, "--name", "chaos", "--json"]
    while True:
        made = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "events_api.cli", *command],
            env=settings.environ() | {"PYTHONPATH": str(Path.cwd())},
            capture_output=True,
        )
        if made.returncode == 0:
            token: str = json.loads(made.stdout)["token"]
            return token
        await asyncio.sleep(1)
