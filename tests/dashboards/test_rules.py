from datetime import date

import pytest

from dashboards.builders import edition_dashboard, year_dashboard, year_key_figures
from dashboards.charts import attendance_chart, communes_chart, months_chart
from dashboards.facts import AttendanceFigure, EditionFacts, Source, YearFacts
from dashboards.formats import collation_key, counted, day, euros, number, period, typeset
from dashboards.measures import Language, Text
from dashboards.phrases import ordinal, summing_sentences, years_text
from dashboards.rules import Total, attendance_total, gap_counts
from dashboards.tables import Cell
from dashboards.words import QUANTITY_NAMES, Quantity, printed_unit
from events_api.domain.attendance import GRADED, Grade
from tests.dashboards.programme import year_facts


def edition(name: str, *figures: tuple[Quantity, Grade, int]) -> EditionFacts:
    return EditionFacts(
        id=name,
        event=name,
        year=2024,
        source=Source("doc"),
        attendances=tuple(
            AttendanceFigure(value=value, grade=grade, source=Source("doc"), quantity=quantity)
            for quantity, grade, value in figures
        ),
    )


def test_only_entry_days_are_added_up_and_forecasts_stay_out() -> None:
    editions = [
        edition("a", ("attendances", "A", 1_000), ("unique_visitors", "A", 700), ("entries_in", "A", 1_200)),
        edition("b", ("attendances", "E", 500), ("attendances", "B", 400)),
        edition("c", ("attendance_as_printed", "E", 150_000)),
        edition("d", ("attendances", "F", 9_000)),
        edition("e"),
    ]

    assert attendance_total(editions) == Total(
        value=1_400, editions=2, by_grade=(("A", 1, 1_000), ("B", 1, 400)), forecasts=1
    )
    assert summing_sentences(editions, "fr") == (
        (
            "Total\u00a0: 1\u202f400 entrées-jour sur 2\u00a0éditions, dont 1\u202f000 (A, scanné, 1\u00a0édition), "
            "400 (B, billetterie, 1\u00a0édition)."
        ),
        "1\u00a0prévision laissée hors total.",
        "1\u00a0chiffre imprimé sans définition (1 de grade E déclaré)\u00a0: montré séparément, jamais additionné.",
    )


def test_printed_figures_alone_have_no_total() -> None:
    editions = [
        edition("a", ("attendance_as_printed", "E", 150_000)),
        edition("b", ("attendance_as_printed", "E", 50_000)),
    ]

    assert attendance_total(editions) is None
    assert "200" not in " ".join(summing_sentences(editions, "en"))


def test_two_quantities_never_share_a_chart() -> None:
    editions = [edition("a", ("attendances", "A", 10)), edition("b", ("unique_visitors", "C", 20))]

    charts = [
        attendance_chart(editions, quantity, year=2024, territory="T", language="fr")
        for quantity in ("attendances", "unique_visitors", "entries_in")
    ]

    assert [chart and [category.label for category in chart.categories] for chart in charts] == [["a"], ["b"], None]


def test_the_best_grade_is_shown_first() -> None:
    both = edition(
        "a", ("attendance_as_printed", "E", 150_000), ("attendances", "C", 90_000), ("unique_visitors", "C", 40_000)
    )

    figure = both.attendance()

    assert figure is not None
    assert (figure.quantity, figure.grade, figure.value) == ("attendances", "C", 90_000)


def test_the_sample_year_says_what_it_lacks() -> None:
    facts = year_facts()

    assert gap_counts(facts.editions) == {
        "attendance": 3,
        "dates": 5,
        "commune": 1,
        "organiser": 4,
        "number": 2,
        "support": 7,
    }
    assert year_dashboard(facts, "fr").missing[0] == "Fréquentation non mesurée\u00a0: 3\u00a0éditions sur 7."


def test_the_key_figures_carry_their_grades_or_their_reason() -> None:
    figures = {
        figure.label: (figure.value, figure.note, figure.grades) for figure in year_key_figures(year_facts(), "fr")
    }

    assert figures == {
        "éditions en 2024": ("7", "comptées au registre", ()),
        "communes connues": ("2", "comptées au registre", ()),
        "éditions avec une fréquentation": ("4 sur 7", "2 de grade E déclaré, 2 de grade F prévu", ("E", "F")),
        "entrées-jour au total": ("non mesuré", "les chiffres imprimés ne s’additionnent pas", ()),
        "de soutiens inscrits": ("930\u202f000\u00a0€", "4\u00a0lignes, toutes périodes, hors attente", ()),
        "contradiction ouverte": ("1", "montrée, non arbitrée", ()),
    }


def test_both_sides_of_a_conflict_stay_side_by_side() -> None:
    (section,) = [section for section in year_dashboard(year_facts(), "en").sections if section.id == "conflicts"]

    assert [point.value for point in section.charts[0].series[0].points] == [64, 110]
    assert section.charts[0].summary == "The documents say both 64 and 110: the conflict is not settled."
    assert [row[1] for row in section.tables[0].rows] == [Cell(text="64", numeric=True), Cell(text="110", numeric=True)]


def test_an_edition_that_nobody_counted_says_so() -> None:
    board = edition_dashboard(edition("a"), history=[edition("a")], family="", territory="T", language="fr")

    (section,) = [section for section in board.sections if section.id == "attendance"]
    assert section.sentences == (
        "Fréquentation non mesurée\u00a0: aucun document ne donne de chiffre, ce n’est pas zéro.",
    )
    assert section.charts == ()


def test_editions_without_a_date_are_in_no_month() -> None:
    dated = EditionFacts(id="x", event="X", year=2024, source=Source("doc"), start=date(2024, 10, 25))
    facts = YearFacts(year=2024, territory="T", families=(), editions=(dated, edition("y")))

    chart = months_chart(facts, "fr")

    assert chart is not None
    assert sum(point.value or 0 for point in chart.points()) == 1
    assert (
        chart.summary
        == "1\u00a0édition placée\u00a0; le plus\u00a0: octobre (1). 1\u00a0édition sans date exacte.".replace(
            "\u00a0;", "\u202f;"
        )
    )


@pytest.mark.parametrize(
    ("language", "start", "end", "said"),
    [
        ("fr", date(2024, 10, 25), date(2024, 10, 28), "du 25 au 28 octobre 2024"),
        ("fr", date(2024, 7, 1), date(2024, 7, 3), "du 1er au 3 juillet 2024"),
        ("fr", date(2024, 7, 1), date(2024, 7, 1), "1er juillet 2024"),
        ("fr", date(2024, 10, 30), date(2024, 11, 2), "du 30 octobre au 2 novembre 2024"),
        ("fr", date(2024, 12, 30), date(2025, 1, 2), "du 30 décembre 2024 au 2 janvier 2025"),
        ("fr", date(2024, 12, 11), None, "11 décembre 2024"),
        ("en", date(2024, 10, 25), date(2024, 10, 28), "25–28 October 2024"),
        ("en", date(2024, 10, 30), date(2024, 11, 2), "30 October – 2 November 2024"),
    ],
)
def test_the_days_of_an_edition_in_words(language: Language, start: date, end: date | None, said: str) -> None:
    assert period(start, end, language) == said


def test_numbers_and_money_as_a_french_reader_expects_them() -> None:
    assert number(1_234_567, "fr") == "1\u202f234\u202f567"
    assert number(1234.5, "fr") == "1\u202f234,5"
    assert euros(250_000_00, "fr") == "250\u202f000\u00a0€"
    assert euros(1_00, "fr") == "1\u00a0€"
    assert euros(1_234_50, "fr") == "1\u202f234,50\u00a0€"
    assert euros(1_234_50, "en") == "€1,234.50"
    assert day(date(2026, 7, 1), "fr") == "1er juillet 2026"
    assert counted(0, "fr", "édition", "éditions") == "0\u00a0édition"
    assert counted(0, "en", "edition", "editions") == "0\u00a0editions"
    assert typeset("« Oui » : non ; si ! quoi ?") == ("«\u202fOui\u202f»\u00a0: non\u202f; si\u202f! quoi\u202f?")
    assert sorted(["Zinc", "Élancées", "Été", "aflam", "Œuvre", "Oz"], key=collation_key) == [
        "aflam",
        "Élancées",
        "Été",
        "Œuvre",
        "Oz",
        "Zinc",
    ]


def test_words_around_figures() -> None:
    assert [ordinal(rank, "fr") for rank in (1, 2, 76)] == ["1re\u00a0édition", "2e\u00a0édition", "76e\u00a0édition"]
    assert [ordinal(rank, "en").split("\u00a0")[0] for rank in (1, 2, 3, 11, 21, 112)] == [
        "1st",
        "2nd",
        "3rd",
        "11th",
        "21st",
        "112th",
    ]
    assert [years_text(years, "fr") for years in ((2024,), (2023, 2024, 2025), (2020, 2024), ())] == [
        "2024",
        "2023–2025",
        "2020, 2024",
        "année non précisée",
    ]
    assert printed_unit("visitors, about", "fr") == ("visiteurs (environ)", "fr")
    assert printed_unit("heads", "fr") == ("heads", "en")
    assert Text(en="only English").read("fr") == ("only English", "en")


def test_a_long_chart_draws_the_largest_and_says_where_the_others_are() -> None:
    editions = [edition(f"Édition {rank:03}", ("attendances", "A", rank)) for rank in range(1, 101)]

    chart = attendance_chart(editions, "attendances", year=2024, territory="T", language="fr")

    assert chart is not None
    assert [point.value for point in chart.points()] == list(range(100, 75, -1))
    assert chart.summary.endswith("Les 25 plus élevés sont dessinés, les 75 autres sont dans le tableau.")


def test_many_communes_end_in_one_bar_that_names_their_number() -> None:
    editions = tuple(
        EditionFacts(id=str(rank), event=str(rank), year=2024, source=Source("doc"), communes=(f"Commune {rank:02}",))
        for rank in range(92)
    )

    chart = communes_chart(YearFacts(year=2024, territory="T", families=(), editions=editions), "fr")

    assert chart is not None
    assert len(chart.categories) == 25
    assert chart.categories[-1].label == "68 autres communes"
    assert sum(point.value or 0 for point in chart.points()) == 92
    assert chart.summary == "92\u00a0éditions placées\u202f; le plus\u00a0: 92 à égalité (1)."


def test_the_quantities_of_attendance_are_those_of_the_domain() -> None:
    assert set(QUANTITY_NAMES) == GRADED


def test_a_cancelled_edition_is_said_to_be_cancelled_wherever_it_is_named() -> None:
    cancelled = EditionFacts(
        id="x",
        event="Fête",
        year=2024,
        source=Source("doc"),
        number=3,
        status="cancelled",
        attendances=(AttendanceFigure(value=5, grade="F", source=Source("doc")),),
    )

    board = edition_dashboard(cancelled, history=[cancelled], family="", territory="T", language="fr")

    assert board.title == "Fête (3e\u00a0édition, annulée), 2024"
    assert [chart.categories[0].label for section in board.sections for chart in section.charts] == ["Fête (annulée)"]
