"""The lock alone decides what is installed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("file", ["scripts/make_venv.sh", "Dockerfile"])
def test_an_installation_takes_the_lock_and_nothing_released_since(file: str) -> None:
    commands = re.findall(r"pip install ((?:[^\n]*\\\n)*[^\n]*)", (ROOT / file).read_text())

    assert len(commands) == 1
    assert {"--require-hashes", "--no-deps"} <= set(commands[0].split())


def test_the_lock_is_whole() -> None:
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stdout.strip()) == (0, "No broken requirements found.")
