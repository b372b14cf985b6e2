"""The demonstration as a newcomer runs it: from an empty folder to the annex, twice, with nothing left running."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.importers.test_festivals import HEADER

ROOT = Path(__file__).parents[2]


def demonstrate(home: Path, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "events_api.cli", "demo", "--exit", "--out", str(out), *arguments],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | {"EVENTS_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def processes_of(home: Path) -> list[str]:
    """The command lines and environments that still name this home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(home).encode() in text:
            found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


def test_from_an_empty_folder_to_the_annex_and_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    festivals = tmp_path / "festivals.csv"
    festivals.write_text(f"{HEADER}\nMarsatac;13055;F1;;;\nAilleurs;75056;F2;;;\n", encoding="utf-8")

    first = demonstrate(home, tmp_path / "first")
    second = demonstrate(home, tmp_path / "second", "--festivals", str(festivals))

    assert (first.returncode, first.stderr[-2000:] if first.returncode else "") == (0, "")
    assert (second.returncode, second.stderr[-2000:] if second.returncode else "") == (0, "")
    assert processes_of(home) == []
    said = json.loads((tmp_path / "first" / "summary.json").read_text())
    again = json.loads((tmp_path / "second" / "summary.json").read_text())
    wanted = {"events": 40, "editions": 38, "published": 34, "dashboards": 39, "annex_version": 1}
    assert {name: said[name] for name in wanted} == wanted
    assert {name: again[name] for name in wanted} == wanted
    assert (said["festivals"], again["festivals"]) == (None, {"read": 2, "accepted": 1, "refused": 1})
    for name in ("annex.pdf", "annex.html", "annex.csv"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert (tmp_path / "first" / "annex.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "first" / "calendar.ics").read_bytes().count(b"BEGIN:VEVENT") == 4
    assert len(list((tmp_path / "first" / "dashboards").iterdir())) == 39
