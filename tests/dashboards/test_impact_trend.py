"""What stands beside an assessment: the funnel of tickets and the editions of the event."""

from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from dashboards.impact.beside import beside_numbers, leaves
from dashboards.impact.board import impact_board, impact_charts
from dashboards.impact.drawing import render
from dashboards.impact.facts import EditionOfEvent, ImpactFacts, Observed
from dashboards.impact.figure import impact_figure
from dashboards.impact.footprints import footprints
from dashboards.impact.funnel import visits
from dashboards.impact.marks import impact_table
from dashboards.impact.trend import trend
from dashboards.measures import MEASURES, Language
from dashboards.parts import BESIDE, Part
from tests.dashboards.impact_sample import EDITIONS, VISITS, a_run, the_facts

LANGUAGES: tuple[Language, ...] = get_args(Language)
NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def bare() -> ImpactFacts:
    """An assessment of an edition of which nothing else is known."""
    return the_facts(a_run())


@pytest.fixture(scope="module")
def facts(bare: ImpactFacts) -> ImpactFacts:
    return replace(bare, visits=VISITS, editions=EDITIONS)


def test_the_funnel_is_that_of_the_attendance_page_with_the_grade_of_the_count(facts: ImpactFacts) -> None:
    drawn = visits(facts, "fr")

    assert drawn is not None
    assert [(row.label, row.words) for row in drawn.rows()] == [
        ("Billets émis", f"30{NARROW}000 billets"),
        ("Billets scannés", f"27{NARROW}000 billets"),
        ("Entrées-jour", f"38{NARROW}000 billets × jours"),
        ("Visiteurs uniques", f"24{NARROW}000 personnes"),
    ]
    assert [(one.text, one.kind) for one in drawn.badges] == [("A, scanné", ""), ("données simulées", "simulated")]
    assert drawn.sentence.endswith(f"L’évaluation, elle, retient 40{NARROW}000 entrées-jour (A, scanné).")


def test_where_nothing_was_counted_the_page_says_so(bare: ImpactFacts, facts: ImpactFacts) -> None:
    nothing = replace(bare, visits=replace(VISITS, total=replace(VISITS.total, tickets_issued=0, entries_in=0)))

    said = [
        [row[0].text for table in impact_board(one, "fr").tables if table.id == "not-measured" for row in table.rows]
        for one in (bare, nothing, facts)
    ]

    assert ["Du billet au visiteur" in words for words in said] == [True, True, False]
    assert [visits(one, "fr") is None for one in (bare, nothing, facts)] == [True, True, False]


def test_a_ticket_list_without_scans_leaves_the_rest_unknown(bare: ImpactFacts) -> None:
    total = replace(VISITS.total, tickets_scanned=0, entries_in=0, attendances=0, unique_visitors=0)
    drawn = visits(replace(bare, visits=replace(VISITS, total=total, grade="B")), "en")

    assert drawn is not None
    assert [(row.words, len(row.marks)) for row in drawn.rows()] == [
        ("30,000 tickets", 1), ("not known", 0), ("not known", 0), ("not known", 0),
    ]  # fmt: skip
    assert "no-shows are unknown" in drawn.sentence


def test_each_trend_is_from_100_at_its_first_known_edition_and_a_gap_is_no_zero(facts: ImpactFacts) -> None:
    drawn = trend(facts, "en")

    assert drawn is not None
    rows = [[cell.text for cell in row] for row in impact_table(drawn).rows]
    assert rows == [
        ["2022", "Attendance (entry-days)", "50,000", "100", "E, declared"],
        ["2023", "Attendance (entry-days)", "not measured", "—", "—"],
        ["— break —", "Attendance (entry-days)", "E then A: not comparable, the index begins again at 100", "—", "—"],
        ["2024", "Attendance (entry-days)", "32,000", "100", "A, scanned"],
        [
            "2025", "Attendance (entry-days)", f"another quantity, not comparable: 21,000{NBSP}unique visitors", "—",
            "C, counted",
        ],
        ["2026 (simulated)", "Attendance (entry-days)", "38,000", "119", "A, scanned"],
        ["2022", "Support of the métropole (euros)", "€100,000", "100", "—"],
        ["2023", "Support of the métropole (euros)", "€120,000", "120", "—"],
        ["2024", "Support of the métropole (euros)", "not given", "—", "—"],
        ["2025", "Support of the métropole (euros)", "€120,000", "120", "—"],
        ["2026 (simulated)", "Support of the métropole (euros)", "€150,000", "150", "—"],
        ["2022", "Own income (euros)", "not given", "—", "—"],
        ["2023", "Own income (euros)", "not given", "—", "—"],
        ["2024", "Own income (euros)", "€400,000", "100", "—"],
        ["2025", "Own income (euros)", "€440,000", "110", "—"],
        ["2026 (simulated)", "Own income (euros)", "€500,000", "125", "—"],
    ]  # fmt: skip


def test_no_percentage_is_said_across_a_change_of_grade(facts: ImpactFacts) -> None:
    drawn = trend(facts, "en")

    assert drawn is not None
    assert drawn.sentence.startswith(
        "Attendance: 32,000 entry-days in 2024, 38,000 in 2026 (+18.8%), grade A. What comes before is of another "
        "evidence grade and does not compare. Without a figure: 2023, 2025."
    )
    assert {mark.look for mark in drawn.panels[0].rows[0].marks} == {"grey"}
    declared_last = replace(facts, editions=(EDITIONS[2], replace(EDITIONS[4], figures=(EDITIONS[4].figures[1],))))
    alone = trend(declared_last, "en")
    assert alone is not None
    assert "the edition of 2026 (E) does not compare with those before" in alone.sentence


def test_one_edition_with_a_figure_is_no_trend(bare: ImpactFacts) -> None:
    for editions in ((), EDITIONS[4:], (EDITIONS[1], replace(EDITIONS[2], figures=(), own_income_cents=None))):
        found = trend(replace(bare, editions=editions), "fr")
        assert (found is None) == (sum(one.subsidy_cents is not None for one in editions) < 2)


def test_a_first_edition_that_earned_nothing_is_no_base_of_an_index(bare: ImpactFacts) -> None:
    editions = tuple(
        EditionOfEvent(id=f"e{year}", year=year, own_income_cents=cents, figures=(
            Observed(quantity="attendances", value=0, grade="A"),
        ))
        for year, cents in ((2024, 0), (2025, 100_00), (2026, 50_00))
    )  # fmt: skip
    drawn = trend(replace(bare, editions=editions), "en")

    assert drawn is not None
    rows = [[cell.text for cell in row] for row in impact_table(drawn).rows]
    assert [row[3] for row in rows if row[1] == "Own income (euros)"] == ["0", "100", "50"]
    assert [row[3] for row in rows if row[1] == "Attendance (entry-days)"] == ["—", "—", "—"]


def test_carbon_and_euros_of_the_editions_stand_beside_each_other_with_the_nights(facts: ImpactFacts) -> None:
    drawn = footprints(facts, "en")

    assert drawn is not None
    assert [[(row.label, row.words) for row in panel.rows] for panel in drawn.panels] == [
        [("2024 (E)", f"22{NBSP}kg"), ("2026 (A)", f"18{NBSP}kg")],
        [("2024 (E)", "−€3"), ("2026 (A)", "€21")],
        [("2024 (E)", "6,100"), ("2026 (A)", "9,400")],
    ]
    assert [mark.look for row in drawn.panels[1].rows for mark in row.marks] == ["grey", "more"]
    assert "of grades E and A: they do not compare without care" in drawn.sentence
    assert footprints(replace(facts, editions=EDITIONS[3:]), "en") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_are_drawn_named_described_and_as_a_figure(facts: ImpactFacts, language: Language) -> None:
    drawn = [one for one in impact_charts(facts, language) if one.id in {"funnel", "trend", "footprints"}]

    assert len(drawn) == 3
    for one in drawn:
        assert one.title.endswith("Festival d’essai 2026, Aix-Marseille-Provence")
        assert one.measure in MEASURES
        assert len({row.key for row in one.rows()}) == len(one.rows())
        assert impact_figure(one)["layout"]["meta"]["summary"] == one.sentence
        for width in (960, 300):
            svg = ET.fromstring(render(one, width))  # noqa: S314 - our own drawing
            assert [part.text for part in list(svg)[:2]] == [one.title, one.sentence]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_beside_is_said_in_the_same_words_where_it_leads(facts: ImpactFacts, language: Language) -> None:
    said = beside_numbers("e2026", facts.visits, facts.editions, language)
    drawn = [one for one in impact_charts(facts, language) if one.id in {"funnel", "trend", "footprints"}]

    parts = [part for one in drawn for part in one.parts]
    for one in drawn:
        for cell in (cell for row in impact_table(one).rows for cell in row):
            parts += cell.parts or (Part(words=cell.text, node=cell.node),)
    links = {(part.node.removeprefix(BESIDE), part.words) for part in parts if part.node.startswith(BESIDE)}

    assert {key for key, _ in links} - said.keys() == set()
    kilograms = f"{NBSP}kg"
    assert [
        (key, words)
        for key, words in links
        if words.removesuffix(kilograms) not in (said[key].words.removesuffix(kilograms), *said[key].also)
    ] == []
    assert all(
        {each.by for each in leaves(said, key)} <= {"count", "figure", "entry", "subsidy", "assessment"} for key in said
    )


def test_an_index_stands_on_two_values_and_the_first_of_them_on_one(facts: ImpactFacts) -> None:
    said = beside_numbers("e2026", facts.visits, facts.editions, "en")

    assert [(one.key, one.words) for one in leaves(said, "attendance_index_e2026")] == [
        ("attendance_e2026", "38,000"), ("attendance_e2024", "32,000"),
    ]  # fmt: skip
    assert (said["attendance_index_e2026"].words, said["attendance_index_e2026"].also) == ("119", ("118.75",))
    assert said["attendance_index_e2026"].formula == "100 * attendance_2026 / attendance_2024"
    assert said["attendance_index_e2024"].inputs == ("attendance_e2024",)
    assert said["attendance_change_e2026"].words == "+18.8%"
    assert (said["attendance_e2025"].words, said["attendance_e2025"].quantity) == ("21,000", "unique_visitors")
    assert said["no_show"].inputs == ("tickets_scanned", "tickets_issued")
    assert "attendance_e2023" not in said
