"""The charts of an edition's attendance: whose trap each of them avoids."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.attendance.board import board
from dashboards.attendance.canvas import NARROW, WIDE
from dashboards.attendance.facts import Commune, Count, Former, Label, Presence, Quarter, VisitFacts
from dashboards.attendance.heat import heat_map
from dashboards.attendance.occupancy import Curve, occupancy
from dashboards.attendance.origins import MASK, Origin, masked, origins, origins_of
from dashboards.measures import Language

SVG = "{http://www.w3.org/2000/svg}"
AIX = Commune(insee="13001", name="Aix-en-Provence", population=100_000, postcodes=("13080", "13100"))
LE_THOLONET = Commune(insee="13109", name="Le Tholonet", population=2_000, postcodes=("13100",))
CASSIS = Commune(insee="13022", name="Cassis", population=7_000, postcodes=("13260",))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def facts(**values: object) -> VisitFacts:
    row: dict[str, object] = {
        "id": "one", "event": "Fête", "year": 2026, "number": None, "first_day": None, "last_day": None,
        "zone": "Europe/Paris", "day_starts_at": dt.time(5), "capacity": 100, "simulated": False, "changed_at": None,
    }  # fmt: skip
    return VisitFacts(**(row | values))  # type: ignore[arg-type]


def entries(*quarters: tuple[str, int]) -> tuple[Quarter, ...]:
    return tuple(Quarter(at=at(when), gate=0, entries=people, exits=0) for when, people in quarters)


def origin_counts(**people: int) -> dict[str, object]:
    """Counts by origin, « FR_13100 » for FR-13100."""
    labels = tuple(Label(id=rank, name=name.replace("_", "-")) for rank, name in enumerate(people, start=1))
    total = Count(dimension="edition", label=0, day=None, entries_in=9, attendances=9, unique_visitors=9)
    counts = tuple(
        Count(dimension="origin", label=rank, day=None, unique_visitors=number)
        for rank, number in enumerate(people.values(), start=1)
    )
    return {"counts": (total, *counts), "labels": {"origin": labels}, "communes": (AIX, LE_THOLONET, CASSIS)}


def test_an_entry_after_midnight_stays_with_its_evening() -> None:
    drawn = heat_map(facts(quarters=entries(("2026-07-03T21:00+02:00", 7), ("2026-07-04T00:30+02:00", 3))), "fr")

    assert drawn is not None
    assert [[cell.text for cell in row] for row in drawn.table.rows] == [
        ["ven. 3 juil., 21\xa0h", "7", "7 (21\xa0h)"],
        ["ven. 3 juil., 0\xa0h", "3", "3 (0\xa0h\xa030)"],
    ]


def test_both_hours_of_the_autumn_night_are_kept() -> None:
    night = facts(
        quarters=entries(("2026-10-25T02:15+02:00", 4), ("2026-10-25T02:15+01:00", 5)),
        presence=tuple(
            Presence(at=at(when), net=net, lowest=0, highest=net, highest_at=at(when))
            for when, net in (("2026-10-25T02:15+02:00", 4), ("2026-10-25T02:15+01:00", 5))
        ),
    )

    assert night.entries == {dt.date(2026, 10, 24): {85: 9}}


def test_without_exits_the_number_inside_is_modelled_and_says_so() -> None:
    day = facts(
        quarters=entries(("2026-07-03T18:00+02:00", 40), ("2026-07-03T19:00+02:00", 20)),
        presence=(
            Presence(at=at("2026-07-03T18:00+02:00"), net=40, lowest=0, highest=40, highest_at=at("2026-07-03T18:01")),
        ),
        dwell_minutes=60,
    )

    drawn = occupancy(day, "fr")

    assert drawn is not None
    assert [badge.text for badge in drawn.badges] == ["modélisé"]
    assert "stroke-dasharray" in drawn.wide
    assert Curve(day).values[dt.date(2026, 7, 3)] == {52: 40, 53: 40, 54: 40, 55: 40, 56: 20, 57: 20, 58: 20, 59: 20}


def test_exits_without_an_entry_are_floored_and_said() -> None:
    day = facts(
        quarters=(
            Quarter(at=at("2026-07-03T18:00+02:00"), gate=0, entries=0, exits=2),
            Quarter(at=at("2026-07-03T18:15+02:00"), gate=0, entries=3, exits=1),
        ),
        presence=(
            Presence(at=at("2026-07-03T18:00+02:00"), net=-2, lowest=-2, highest=0, highest_at=at("2026-07-03T18:00")),
            Presence(at=at("2026-07-03T18:15+02:00"), net=2, lowest=0, highest=3, highest_at=at("2026-07-03T18:20")),
        ),
    )

    curve = Curve(day)

    assert (curve.below_zero, curve.highest, curve.left_over) == (True, 1, 0)


def test_a_count_that_one_could_work_out_is_masked_too() -> None:
    cells = [
        Origin(where="country", key=key, name=key, people=people) for key, people in (("BE", 40), ("DE", 12), ("CH", 4))
    ]

    assert [(cell.key, cell.masked) for cell in masked(cells)] == [("BE", False), ("DE", True), ("CH", True)]


def test_no_number_under_eleven_leaves_the_chart() -> None:
    drawn = origins(facts(**origin_counts(FR_13100=507, FR_13260=70, FR_84000=9, BE=30)), "fr")

    assert drawn is not None
    assert [[cell.text for cell in row] for row in drawn.table.rows] == [
        ["Aix-en-Provence + Le Tholonet", "Métropole", "507", "4,97"],
        ["Cassis", "Métropole", "70", "10"],
        ["Belgique", "Étranger", "masqué", "masqué"],
        ["Vaucluse (84)", "Autre département", "masqué", "masqué"],
    ]
    assert not re.search(r">9<|>30<", drawn.wide)


def test_a_share_that_gives_a_masked_number_away_is_not_said() -> None:
    alone = origins(facts(**origin_counts(FR_13100=500, FR_13260=70, BE=9)), "fr")
    together = origins(facts(**origin_counts(FR_13100=500, FR_13260=70, FR_84000=60, BE=9, DE=8)), "fr")

    assert alone is not None
    assert together is not None
    assert "%" not in alone.sentence
    assert "de l’étranger" in together.sentence


def test_a_place_does_not_tell_the_postcode_that_the_quantities_mask() -> None:
    few = facts(**origin_counts(FR_84000=500, FR_84200=300, FR_84100=6, FR_83000=90, FR_83100=40, BE=70))

    cells = {cell.key: cell for cell in origins_of(few, "fr")}

    assert {key: (cell.people, cell.apart, cell.masked) for key, cell in cells.items()} == {
        "Vaucluse (84)": (806, 6, True),
        "Var (83)": (130, 40, True),
        "BE": (70, 0, False),
    }


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_what_is_masked_never_follows_from_what_is_shown(numbers: list[tuple[int, int]]) -> None:
    cells = [
        Origin(where="country", key=str(rank), name=str(rank), people=people, apart=min(apart, people))
        for rank, (people, apart) in enumerate(numbers)
    ]

    shown = masked(cells)

    assert not any(0 < cell.people < MASK or 0 < cell.apart < MASK for cell in shown if not cell.masked)
    hidden = [cell for cell in shown if cell.masked]
    everything = len(hidden) == sum(cell.people > 0 for cell in cells)
    assert everything or not hidden or (len(hidden) >= 2 and sum(cell.people for cell in hidden) >= MASK)
    assert everything or not 0 < sum(cell.apart for cell in hidden) < MASK


def test_editions_are_compared_over_as_many_days() -> None:
    days = [dt.date(2026, 7, 3), dt.date(2026, 7, 4)]
    counts = [Count(dimension="edition", label=0, day=None, entries_in=30, attendances=30, unique_visitors=20)]
    counts += [Count(dimension="edition", label=0, day=day, entries_in=15, attendances=15) for day in days]
    former = Former(id="old", year=2025, number=None, days=tuple((dt.date(2025, 7, day), 10) for day in (4, 5, 6)))

    found = board(facts(counts=tuple(counts), former=(former,)), "fr")

    assert found is not None
    drawn = {drawing.id: drawing for drawing in found.drawings}
    assert drawn["comparison"].sentence == (
        "Sur 2\xa0jours, 30 entrées-jour contre 20 à l’édition 2025\xa0: 50,0\xa0% de plus."
    )


def test_a_season_draws_its_busiest_days_and_lists_them_all() -> None:
    first = dt.date(2026, 1, 5)
    quarters = entries(*((f"{first + dt.timedelta(days=day)}T20:00+01:00", 100 + day) for day in range(0, 140, 2)))

    drawn = heat_map(facts(quarters=quarters), "fr")

    assert drawn is not None
    assert drawn.sentence.endswith(
        "Les 45 jours les plus fréquentés sont dessinés, les 25 autres sont dans le tableau."
    )
    assert len(drawn.table.rows) == 70
    widths = [float(width) for width in re.findall(r' width="([-0-9.]+)"', drawn.narrow)]
    assert min(widths) > 0


def test_tickets_without_scans_are_of_grade_b_and_draw_no_hour() -> None:
    total = Count(dimension="edition", label=0, day=None, tickets_issued=120, tickets_cancelled=3)

    found = board(facts(counts=(total,)), "fr")

    assert found is not None
    assert (found.grade, [drawing.id for drawing in found.drawings]) == ("B", ["funnel"])
    assert [(figure.label, figure.value, figure.grade) for figure in found.figures] == [("Billets émis", "120", "B")]


def test_scans_that_nobody_dated_count_and_are_in_no_hour() -> None:
    total = Count(dimension="edition", label=0, day=None, entries_in=7, attendances=7, unique_visitors=7)
    undated = Count(dimension="edition", label=0, day=dt.date.max, entries_in=7, attendances=7)

    found = board(facts(counts=(total, undated)), "fr")

    assert found is not None
    assert [drawing.id for drawing in found.drawings] == ["funnel"]
    assert [[cell.text for cell in row] for row in found.tables[0].rows] == [["jour inconnu", "7", "7", "0", "0"]]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_drawing_is_named_described_and_inside_its_frame(language: Language) -> None:
    quarters = tuple(
        Quarter(at=at(f"2026-07-0{day}T{hour}:{minute:02}+02:00"), gate=gate, entries=5 * hour, exits=2 * hour)
        for day in (3, 4)
        for hour in range(17, 24)
        for minute in (0, 15, 30, 45)
        for gate in (0, 1)
    )
    labels = {"gate": (Label(id=1, name="Une porte au nom plutôt long, côté mer", capacity=60),)}
    whole = origin_counts(FR_13100=507, FR_13260=4, FR_84000=90, BE=30)
    whole["labels"] = whole["labels"] | labels  # type: ignore[operator]
    found = board(facts(quarters=quarters, **whole), language)

    assert found is not None
    assert [drawing.id for drawing in found.drawings] == ["funnel", "heat", "flow", "occupancy", "origins"]
    for drawing in found.drawings:
        for width, drawn in ((WIDE, drawing.wide), (NARROW, drawing.narrow)):
            root = ET.fromstring(drawn)  # noqa: S314 - our own drawing
            height = float(root.get("height") or 0)
            assert root.get("viewBox") == f"0 0 {width} {root.get('height')}"
            assert root.find(f"{SVG}title").text == drawing.title  # type: ignore[union-attr]
            assert root.find(f"{SVG}desc").text == drawing.sentence  # type: ignore[union-attr]
            for text in root.iter(f"{SVG}text"):
                assert 0 <= float(text.get("x") or 0) <= width
                assert 0 < float(text.get("y") or 0) <= height
        assert drawing.sentence
        assert drawing.table.rows
