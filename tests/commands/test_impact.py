"""`events-api impact evaluate`: the worked examples through the command, other events, one clear line for an error."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WORKED = ROOT / "tests" / "domain" / "impact" / "worked_examples.json"
PRINTED = (
    "central", "central_extended_kappa_0_25", "at_pert_means", "waterfall", "monte_carlo",
    "monte_carlo_extended_profile", "tornado_net_primary_impact", "tornado_lev_net_metro",
)  # fmt: skip


async def evaluate(file: Path) -> subprocess.CompletedProcess[bytes]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("EVENTS_")}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "events_api.cli", "impact", "evaluate", str(file)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def worked() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(WORKED.read_text(encoding="utf-8"))
    return found


def differences(found: Any, printed: Any, where: str = "") -> list[str]:
    """Where two documents differ by more than the tolerance of the specification, key by key and item by item."""
    match printed:
        case dict():
            if found.keys() != printed.keys():
                return [f"{where}: {found.keys() ^ printed.keys()}"]
            return [one for key in printed for one in differences(found[key], printed[key], f"{where}.{key}")]
        case list():
            if len(found) != len(printed):
                return [f"{where}: {len(found)} for {len(printed)}"]
            return [one for k, part in enumerate(printed) for one in differences(found[k], part, f"{where}.{k}")]
        case float():
            return [] if abs(found - printed) <= 1e-6 * abs(printed) + 1e-9 else [f"{where}: {found} for {printed}"]
    return [] if found == printed else [f"{where}: {found} for {printed}"]


async def test_the_worked_examples_come_out_of_the_command(worked: dict[str, Any]) -> None:
    done = await evaluate(WORKED)

    found = json.loads(done.stdout)
    for bar in found["waterfall"]:
        bar.pop("key")
    assert done.returncode == 0
    assert [line for key in PRINTED for line in differences(found[key], worked[key], key)] == []
    del worked["carbon_mobility"]["inputs"]
    assert differences(found["carbon_mobility"], worked["carbon_mobility"]) == []
    assert done.stderr.decode().splitlines() == [
        "IMP-11: What the métropole gave in kind is not said: its support may be understated."
    ]
    assert all(len(f"{value!r}".strip("-0.").replace(".", "")) <= 12 for value in found["central"].values())


async def test_another_event_has_other_lines(worked: dict[str, Any], tmp_path: Path) -> None:
    parameters = {
        key: [2, 2, 2] if key == "nights_C" else value for key, value in worked["parameters_low_mode_high"].items()
    }
    del parameters["beta_subsidy"]
    parameters["loc_security"] = [0.5, 0.5, 0.9]
    fixed = worked["fixed_inputs"]
    fixed["revenue"] = {"ticketing": 1000.0, "gifts": 500.0, "sub_etat": 500.0}
    fixed["expense"] = {"artists": 1500.0, "security": 500.0}
    file = tmp_path / "inputs.json"
    file.write_text(
        json.dumps({"fixed_inputs": fixed, "parameters_low_mode_high": parameters, "seed": 5, "n_mc": 1000}),
        encoding="utf-8",
    )

    done = await evaluate(file)

    found = json.loads(done.stdout)
    assert found["central"]["organiser_ext_expense"] == 1500 * 0.85 + 250
    assert (found["central"]["lev_net_metro"], found["monte_carlo"]["lev_net_metro"]["p50"]) == (None, None)
    assert "lev_attributable_metro" not in found["central"]
    assert (found["tornado_lev_net_metro"], len(found["tornado_net_primary_impact"])) == ([], 12)
    assert "carbon_mobility" not in found


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"expense": {"artists": 1_799_999}},
            (
                "expense: The budget is not balanced: €1,800,000.00 of income, €1,799,999.00 of expense. Add the line"
                " that is missing."
            ),
        ),
        (
            {"expense": {"rent": 1_800_000}},
            "expense.rent: The local share of the expense “rent” is missing: give loc_rent, between 0 and 1.",
        ),
        (
            {"attendances_scanned": "many"},
            "This file cannot be read: Expected `float`, got `str` - at `$.fixed_inputs.attendances_scanned`.",
        ),
    ],
)
async def test_a_refusal_is_one_line_with_file_and_field(
    worked: dict[str, Any], tmp_path: Path, change: dict[str, Any], line: str
) -> None:
    worked["fixed_inputs"] |= change
    file = tmp_path / "inputs.json"
    file.write_text(json.dumps(worked), encoding="utf-8")

    done = await evaluate(file)

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == f"events-api: {file}: {line}\n"


async def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = await evaluate(tmp_path / "none.json")

    assert (done.returncode, done.stdout) == (2, b"")
