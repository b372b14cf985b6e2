"""Five rounds of `make chaos`: one kill of each kind of process, in a home of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_nothing_acknowledged_is_lost_when_processes_are_killed(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench.chaos", "rounds=5", "seed=1", f"out={tmp_path / 'chaos.json'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

    assert (ended.returncode, [line for line in ended.stdout.splitlines() if line.startswith("FAULT")]) == (0, []), (
        ended.stdout[-3000:] + ended.stderr[-3000:]
    )
