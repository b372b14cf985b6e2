import os
import subprocess
import sys
from pathlib import Path

import msgspec

from events_api.importers.tickets.convert import Task


def test_a_reader_whose_parent_is_gone_ends_without_a_word(tmp_path: Path) -> None:
    task = msgspec.json.encode(Task(key=b"k" * 32, zone="Europe/Paris", files=str(tmp_path), token="t"))
    file = b"ticket_code,scanned_at\nA1,2026-07-03T18:00:00+02:00\n"
    frames = [len(task).to_bytes(4, "little"), task, len(file).to_bytes(4, "little"), file, bytes(4)]
    reading, writing = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-m", "events_api.importers.tickets.child"],
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    os.close(writing)
    os.close(reading)  # nobody will read the answer

    _, said = child.communicate(b"".join(frames), timeout=60)

    assert (child.returncode, said) == (0, b"")
