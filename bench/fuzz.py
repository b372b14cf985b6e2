"""Fuzzing with schemathesis: the real platform, the whole OpenAPI file, every phase, for some seconds.

python -m bench.fuzz [seconds=300] [seed=1]: exits with schemathesis' own status, after saying which operations were
never answered 2xx (the server's own measurements tell).
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import msgspec

from bench.chaos import platform, ready
from bench.report import Row, publish

SAMPLE = re.compile(r'^http_request_seconds_count\{method="(\w+)",route="([^"]+)",status="(\d+)"\}', re.MULTILINE)
LISTS = {
    "event": "events", "edition": "editions", "organisation": "organisations", "place": "places",
    "family": "families", "session": "sessions", "roadmap_action": "roadmap-actions",
}  # fmt: skip


async def main(seconds: int, seed: int) -> int:
    """Fuzz; returns the exit status."""
    with tempfile.TemporaryDirectory(prefix="events-fuzz-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        async with platform(home, role="administrator") as (_, settings, token):
            headers = {"Authorization": f"Bearer {token}"}
            environ = settings.environ() | {"PYTHONPATH": str(Path.cwd())}
            command = [sys.executable, "-m", "events_api.cli", "import", "programme", "--json"]
            await asyncio.to_thread(subprocess.run, command, env=environ, check=True, stdout=subprocess.DEVNULL)
            async with httpx.AsyncClient(base_url=settings.public_url, headers=headers, timeout=30) as client:
                await ready(client)
                document = (await client.get("/api/v1/openapi.json")).json()
                known = {
                    kind: [item["id"] for item in (await client.get(f"/api/v1/{path}?limit=20")).json()["items"]]
                    for kind, path in LISTS.items()
                }
                (home / "known.json").write_bytes(msgspec.json.encode(known))
                status = await asyncio.to_thread(_fuzz, settings.public_url, token, seconds, seed, home, environ)
                seen = _answered((await client.get("/metrics")).text)
    operations = {
        (method.upper(), re.sub(r":[a-z]+\}", "}", path)): operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    never = sorted(name for key, name in operations.items() if not any(200 <= code < 400 for code in seen.get(key, ())))
    crashed = sorted(name for key, name in operations.items() if any(code >= 500 for code in seen.get(key, ())))
    share = 1 - len(never) / len(operations)
    publish(
        [
            Row(name="operations answered 2xx", figure=round(share, 3), unit=f"of {len(operations)}", bar=">= 0.9",
                holds=share >= 0.9, note="never: " + (", ".join(never) or "none")),
            Row(name="operations that answered 5xx", figure=len(crashed), unit="operations", bar="0",
                holds=not crashed, note=", ".join(crashed)),
            Row(name="schemathesis", figure=status, unit="exit status", bar="0", holds=status == 0,
                note=f"{seconds} s, seed {seed}"),
        ],
        Path("out/fuzz.json"),
    )  # fmt: skip
    return status or bool(crashed)


def _answered(metrics: str) -> dict[tuple[str, str], set[int]]:
    seen: dict[tuple[str, str], set[int]] = {}
    for method, route, status in SAMPLE.findall(metrics):
        seen.setdefault((method, route), set()).add(int(status))
    return seen


def _fuzz(url: str, token: str, seconds: int, seed: int, home: Path, environ: dict[str, str]) -> int:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", "bench/schemathesis.toml", "run",
        f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}", "--checks", "all",
        "--max-time", str(seconds), "--seed", str(seed), "--continue-on-failure", "--no-color",
        "--exclude-path-regex", "/events$",  # an event stream does not end by itself: tests/handlers covers it
    ]  # fmt: skip
    environ = environ | {"SCHEMATHESIS_HOOKS": "bench.fuzz_hooks", "FUZZ_KNOWN": str(home / "known.json")}
    return subprocess.run(command, env=environ, check=False).returncode


if __name__ == "__main__":
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    sys.exit(asyncio.run(main(int(options.get("seconds", 300)), int(options.get("seed", 1)))))
