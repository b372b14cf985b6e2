"""Fuzzing with schemathesis: the real platform, the whole OpenAPI file, every phase, for some seconds.

python -m bench.fuzz [seconds=300] [seed=1]: exits with schemathesis' own status, after saying which operations were
never answered 2xx (the server's own measurements tell; what the preparation was answered does not count).
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec

from bench.chaos import platform, ready
from bench.report import Row, publish
from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.settings import Settings
from events_api.store.transaction import transact

SAMPLE = re.compile(
    r'^http_request_seconds_count\{method="(\w+)",route="([^"]+)",status="(\d+)"\} ([0-9.e+]+)', re.MULTILINE
)
EMAIL, PASSWORD = "dominique@example.org", "une longue phrase de passe"
FESTIVALS = "Nom du festival;Code Insee commune;Identifiant"
Answered = Counter[tuple[str, str, int]]


async def main(seconds: int, seed: int, out: Path) -> int:
    """Fuzz; returns the exit status."""
    with tempfile.TemporaryDirectory(prefix="events-fuzz-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        async with platform(home, role="administrator") as (_, settings, token):
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(base_url=settings.public_url, headers=headers, timeout=30) as client:
                await ready(client)
                await _load(settings, home)
                document = (await client.get("/api/v1/openapi.json")).json()
                prepared = await _prepared(client, document, token, settings.public_url)
                (home / "prepared.json").write_bytes(msgspec.json.encode(prepared))
                before = _answered((await client.get("/metrics")).text)
                status = await asyncio.to_thread(_fuzz, settings, seconds, seed, home)
                seen = _answered((await client.get("/metrics")).text) - before
    operations = {
        (method.upper(), re.sub(r":[a-z]+\}", "}", path)): operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    well = {(method, route) for method, route, code in seen if 200 <= code < 300}
    broken = {(method, route) for method, route, code in seen if code >= 500}
    never = sorted(name for key, name in operations.items() if key not in well)
    crashed = sorted(operations.get(key, " ".join(key)) for key in broken)
    share = 1 - len(never) / len(operations)
    publish(
        [
            Row(name="operations answered 2xx", figure=round(share, 3), unit=f"of {len(operations)}", bar=">= 0.9",
                holds=share >= 0.9, note="never: " + (", ".join(never) or "none")),
            Row(name="operations that answered 5xx", figure=len(crashed), unit="operations", bar="0",
                holds=not crashed, note=", ".join(crashed)),
            Row(name="schemathesis", figure=status, unit="exit status", bar="0", holds=status == 0,
                note=f"{seconds} s, seed {seed}, {seen.total()} requests"),
        ],
        out,
    )  # fmt: skip
    return status or bool(crashed)


async def _load(settings: Settings, home: Path) -> None:
    """The programme of 2024, some festival candidates, and jobs that wait for tomorrow."""
    names = "\n".join(f"Festival {number};13055;F{number}" for number in range(40))
    (home / "festivals.csv").write_text(f"{FESTIVALS}\n{names}\n", encoding="utf-8")
    for arguments in (["programme"], ["festivals", str(home / "festivals.csv")]):
        command = [sys.executable, "-m", "events_api.cli", "import", *arguments, "--json"]
        await asyncio.to_thread(subprocess.run, command, env=_environ(settings), check=True, stdout=subprocess.DEVNULL)
    async with asyncpg.create_pool(settings.database_url, min_size=1, max_size=1) as pool:
        for _ in range(40):
            async with transact(
                pool, actor=SYSTEM, grant=EVERYTHING, request_id="fuzz", operation="fuzz", master_key=b"0" * 32
            ) as work:
                job = await work.enqueue("probe", {}, queue="fast")
                await work.connection.execute(
                    "update job set run_after = now() + interval '1 day' where public_id = $1", job
                )


async def _prepared(client: httpx.AsyncClient, document: Any, token: str, url: str) -> dict[str, Any]:
    """An account that can log in, and what every list holds."""
    account = (
        await client.post("/api/v1/accounts", json={"email": EMAIL, "display_name": "Dominique", "language": "fr"})
    ).json()
    invitation = (await client.post(f"/api/v1/accounts/{account['id']}/invitations")).json()
    acceptance = {"secret": invitation["secret"], "password": PASSWORD}
    (await client.post("/api/v1/invitations/acceptance", json=acceptance)).raise_for_status()
    membership = {"account_id": account["id"], "role": "administrator", "starts_on": "2024-01-01"}
    (await client.post("/api/v1/memberships", json=membership)).raise_for_status()
    own = [account["id"], (await client.get("/api/v1/me")).json()["id"]]
    records: dict[str, dict[str, Any]] = {}
    for path in sorted(document["paths"]):
        collection = path.rpartition("/")[2]
        if collection.startswith("{"):
            continue
        answer = await client.get(path, params={"limit": 200}) if "{" not in path else None
        found = answer.json() if answer is not None and answer.status_code == 200 else None
        if "get" in document["paths"][path] and (found is None or "items" in found):
            records[collection] = {
                item["id"]: item for item in (found or {}).get("items", []) if item.get("id") not in (None, *own)
            }
    return {"url": url, "token": token, "email": EMAIL, "password": PASSWORD, "own": own, "records": records}


def _answered(metrics: str) -> Answered:
    return Counter(
        {(method, route, int(status)): round(float(count)) for method, route, status, count in SAMPLE.findall(metrics)}
    )


def _environ(settings: Settings) -> dict[str, str]:
    return settings.environ() | {"PYTHONPATH": str(Path.cwd())}


def _fuzz(settings: Settings, seconds: int, seed: int, home: Path) -> int:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", "bench/schemathesis.toml", "run",
        f"{settings.public_url}/api/v1/openapi.json", "--checks", "all", "--max-time", str(seconds),
        "--seed", str(seed), "--continue-on-failure", "--no-color", "--generation-database", "none",
        "--exclude-operation-id", "readJobEvents",  # a stream ends with its job: tests/handlers has a server for it
    ]  # fmt: skip
    environ = _environ(settings) | {
        "SCHEMATHESIS_HOOKS": "bench.fuzz_hooks", "FUZZ_PREPARED": str(home / "prepared.json"),
    }  # fmt: skip
    return subprocess.run(command, env=environ, check=False).returncode


if __name__ == "__main__":
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    out_file = Path(options.get("out", "out/fuzz.json"))
    sys.exit(asyncio.run(main(int(options.get("seconds", 300)), int(options.get("seed", 1)), out_file)))
