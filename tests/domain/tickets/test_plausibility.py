"""Forged logs are caught by the check that looks for them; real-shaped ones pass."""

import time
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
import pytest

from events_api.domain.tickets.facts import SCAN, TICKET, UNTIMED
from events_api.domain.tickets.plausibility import (
    CHECKS,
    LIMITS,
    CheckCode,
    CheckVerdict,
    Setting,
    gather,
    judge,
    local_seconds,
    together,
    verdict_of,
)
from tests.domain.tickets import logs
from tests.domain.tickets.logs import FIRST, REAL, Festival, Log, any_festival, festival, local

FORGED: Final[tuple[tuple[Callable[[int], Log], CheckCode, CheckVerdict], ...]] = (
    (logs.invented_codes, "unknown_codes", "implausible"),
    (logs.refunded_tickets_used, "cancelled_tickets", "implausible"),
    (logs.everybody_came, "no_show", "to_explain"),
    (logs.exits_by_chance, "stray_exits", "implausible"),
    (logs.nobody_refused, "refused_scans", "to_explain"),
    (logs.other_days, "event_days", "implausible"),
    (logs.all_day_and_night, "night", "implausible"),
    (logs.a_gate_too_fast, "gate_capacity", "implausible"),
    (logs.a_hall_too_small, "turnover", "implausible"),
    (logs.a_hall_never_left, "over_capacity", "implausible"),
    (logs.everybody_ticked_at_once, "bulk_entries", "implausible"),
    (logs.every_line_twice, "paired_entries", "implausible"),
    (logs.a_constant_step, "even_spacing", "implausible"),
    (logs.a_constant_step_without_seconds, "even_spacing", "implausible"),
    (logs.a_constant_number_each_minute, "even_counts", "implausible"),
    (logs.times_by_chance, "flat_profile", "implausible"),
    (logs.few_times_by_chance, "flat_profile", "to_explain"),
    (logs.rounded_to_five_minutes, "round_minutes", "implausible"),
    (logs.the_same_second, "frequent_second", "implausible"),
    (logs.seconds_dealt_out, "even_seconds", "implausible"),
    (logs.gates_in_turn, "gate_rotation", "implausible"),
    (logs.a_day_copied, "copied_day", "implausible"),
    (logs.an_edition_copied, "copied_edition", "implausible"),
    (logs.lines_added_at_the_end, "file_end", "to_explain"),
    (logs.the_list_in_its_order, "file_order", "implausible"),
)


@pytest.mark.parametrize(("forge", "code", "verdict"), FORGED, ids=[forge.__name__ for forge, _, _ in FORGED])
@pytest.mark.parametrize("seed", range(5))
def test_a_forged_log_is_caught(forge: Callable[[int], Log], code: CheckCode, verdict: CheckVerdict, seed: int) -> None:
    assert forge(seed).found().get(code) == verdict


def test_there_is_a_forged_log_for_every_check() -> None:
    assert {code for _, code, _ in FORGED} == set(CHECKS)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("seed", range(3))
def test_a_real_shaped_log_passes(name: str, seed: int) -> None:
    assert festival(seed, REAL[name]).found() == {}


def test_of_two_hundred_festivals_at_most_four_are_asked_for_an_explanation_and_none_is_disbelieved() -> None:
    found = [log.found() for log in (festival(seed, any_festival(seed)) for seed in range(5000, 5200))]

    assert [each for each in found if "implausible" in each.values()] == []
    assert len([each for each in found if each]) <= 4


@pytest.mark.parametrize(("shift", "lost"), [(0, 0.0), (600, 0.0), (-1800, 0.05), (90, 0.1), (77, 0.0)])
def test_a_copied_day_is_found_at_any_offset_and_with_lines_left_out(shift: int, lost: float) -> None:
    assert logs.a_day_copied(11, shift=shift, lost=lost).found()["copied_day"] == "implausible"


def test_a_gate_copied_to_another_is_found() -> None:
    log = festival(4, Festival(gates=(1.0,), leaves=0.0))
    copy = log.scans.copy()
    copy["gate"] = 2
    copy["at"] += 180 * logs.MICRO
    copy["high"], copy["low"] = logs.codes(np.random.default_rng(5), len(copy))
    log.scans = np.concatenate((log.scans, copy))
    log.tickets = log.tickets[:0]

    assert log.found()["copied_day"] == "implausible"


def test_a_check_says_what_it_measured_and_where() -> None:
    checks = {check.code: check for check in logs.a_gate_too_fast(1).checked()}

    check = checks["gate_capacity"]
    assert (check.verdict, check.gate, check.cases, check.explain, check.implausible, check.source) == (
        "implausible",
        1,
        8000,
        1.0,
        2.0,
        "AMP-IMPACT/1 §3.1",
    )
    assert check.value is not None
    assert 2.5 < check.value < 4


def test_the_capacity_that_a_gate_states_is_what_counts() -> None:
    log = festival(2)
    log.setting = msgspec.structs.replace(log.setting, gate_capacity={1: 40, 2: 5000, 3: 5000})

    assert log.found() == {"gate_capacity": "implausible"}


def test_no_scan_at_all_is_nothing_to_judge() -> None:
    empty = gather(np.empty(0, SCAN), np.empty(0, TICKET), Setting())

    checks = judge(together([empty, empty]), Setting())

    assert [(check.code, check.verdict, check.value) for check in checks] == [
        (code, "not_tested", None) for code in CHECKS
    ]
    assert verdict_of(checks) == "not_tested"


def test_tickets_used_at_a_time_that_nobody_wrote_down_are_judged_as_tickets_only() -> None:
    log = festival(3, Festival(leaves=0.0, refused=0.0))
    log.scans["at"] = UNTIMED
    log.files = []

    checks = {check.code: check for check in log.checked()}

    assert checks["no_show"].verdict == checks["unknown_codes"].verdict == "passes"
    assert {check.verdict for code, check in checks.items() if code not in ("no_show", "unknown_codes")} <= {
        "not_tested",
        "passes",
    }


def test_the_order_of_facts_does_not_matter() -> None:
    log = festival(6, Festival(people=800, leaves=0.4, exits_scanned=0.9))
    checked = log.checked()

    log.scans = np.random.default_rng(1).permutation(log.scans)

    assert log.checked() == checked


def test_the_clocks_of_the_edition_are_read_through_the_autumn_night() -> None:
    before, after = 1_792_889_999, 1_792_890_000  # 2026-10-25 00:59:59 and 01:00:00 UTC

    assert list(local_seconds(np.array([before, after]), "Europe/Paris") - [before, after]) == [7200, 3600]


def test_entries_of_a_second_hour_that_came_twice_are_nothing_special() -> None:
    log = festival(7, Festival(doors=22.0))
    moved = 113 * 86_400  # the night of 25 October
    log.scans["at"] += moved * logs.MICRO
    log.files = []
    log.setting = Setting(first_day=FIRST + 113, last_day=FIRST + 113)

    assert local(0, 22) + moved < 1_792_890_000 < log.scans["at"].max() / logs.MICRO
    assert log.found() == {}


def test_verdicts_follow_their_limits() -> None:
    assert [LIMITS["night"].verdict(value) for value in (0.02, 0.021, 0.061)] == [
        "passes",
        "to_explain",
        "implausible",
    ]
    assert [LIMITS["even_spacing"].verdict(value) for value in (0.2, 0.19, 0.14)] == [
        "passes",
        "to_explain",
        "implausible",
    ]
    assert LIMITS["no_show"].verdict(0.0) == "to_explain"


def test_a_million_scans_are_checked_in_about_a_second() -> None:
    log = festival(1, Festival(people=850_000, days=3, passes=0.15, lanes=12, check_seconds=1.0, gates=(0.1,) * 10))
    parts = [
        (
            log.scans[log.scans["high"] >> np.uint64(60) == part],
            log.tickets[log.tickets["high"] >> np.uint64(60) == part],
        )
        for part in range(16)
    ]

    start = time.process_time()
    checks = judge(together([gather(scans, tickets, log.setting) for scans, tickets in parts]), log.setting)
    took = time.process_time() - start

    assert len(log.scans) > 1_000_000
    assert verdict_of(checks) == "passes"
    assert took < 2  # 0.8 s of processor time here; the bound leaves room for a busy machine
