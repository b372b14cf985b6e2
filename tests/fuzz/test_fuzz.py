"""Thirty seconds of fuzzing on the real platform: no failure of any check, no 5xx."""

import subprocess
import sys
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]


def test_half_a_minute_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    out = tmp_path / "fuzz.json"

    ended = subprocess.run(
        [sys.executable, "-m", "bench.fuzz", "seconds=30", "seed=1", f"out={out}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

    rows = {row["name"]: row["figure"] for row in msgspec.json.decode(out.read_bytes())["rows"]}
    found = (ended.returncode, rows["operations that answered 5xx"], rows["schemathesis"])
    assert found == (0, 0, 0), ended.stdout[-6000:] + ended.stderr[-2000:]
