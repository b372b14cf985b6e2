import csv
from pathlib import Path

from typer.testing import CliRunner

from events_api.cli import app


def simulate(folder: Path, *arguments: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    result = CliRunner().invoke(app, ["simulate", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    tickets, scans = (
        list(csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines()))
        for name in ("tickets.csv", "scans.csv")
    )
    return tickets, scans


def test_the_files_are_canonical_and_agree(tmp_path: Path) -> None:
    tickets, scans = simulate(tmp_path / "a", "--scans", "3000", "--days", "2", "--gates", "3")

    assert [*tickets[0]] == [
        "ticket_code", "status", "channel", "category", "postcode", "country", "valid_from", "valid_until",
    ]  # fmt: skip
    assert [*scans[0]] == ["ticket_code", "scanned_at", "direction", "gate", "device", "result", "category"]
    assert {row["ticket_code"] for row in scans} < {row["ticket_code"] for row in tickets}
    assert all(row["ticket_code"].startswith("SIM") for row in tickets)
    assert scans[0]["scanned_at"] >= "2026-07-03T14:00:00Z"
    assert {row["gate"] for row in scans} == {"Porte 1", "Porte 2", "Porte 3"}
    admits = {row["ticket_code"]: row["valid_from"] for row in tickets}
    entered = [row for row in scans if row["direction"] == "in" and admits[row["ticket_code"]]]
    assert all(row["scanned_at"][:10] == admits[row["ticket_code"]] for row in entered)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        simulate(tmp_path / name, "--scans", "500", "--seed", "7")

    assert (tmp_path / "a" / "scans.csv").read_bytes() == (tmp_path / "b" / "scans.csv").read_bytes()
