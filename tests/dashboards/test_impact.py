"""The charts of an impact assessment: what they say in both languages, where each number leads, what is no fact."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import get_args
from xml.etree import ElementTree as ET

import msgspec
import pytest
from msgspec.structs import replace

from dashboards.impact.board import ImpactBoard, impact_board, impact_charts
from dashboards.impact.drawing import render
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.figure import impact_figure
from dashboards.impact.marks import ImpactChart, impact_table
from dashboards.impact.money import concentration
from dashboards.impact.numbers import amounts, share, short, significant
from dashboards.impact.shown import as_said, in_full
from dashboards.measures import MEASURES, Language
from dashboards.parts import flat
from dashboards.tables import Table
from events_api.domain.impact.assess import Run
from events_api.domain.impact.derived import told
from events_api.domain.impact.laws import Triple
from events_api.domain.impact.summaries import Distribution
from tests.dashboards.impact_sample import a_run, the_facts

LANGUAGES: tuple[Language, ...] = get_args(Language)
NARROW = "\N{NARROW NO-BREAK SPACE}"
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def run() -> Run:
    return a_run(in_kind={"metropole": 40_000.0})


@pytest.fixture(scope="module")
def facts(run: Run) -> ImpactFacts:
    return the_facts(run)


@pytest.fixture(scope="module")
def declared(run: Run) -> ImpactFacts:
    return the_facts(run, "E")


@pytest.fixture(scope="module")
def empty_run() -> Run:
    return a_run(attendances=0.0)


@pytest.fixture(scope="module")
def empty(empty_run: Run) -> ImpactFacts:
    """Nobody came."""
    return the_facts(empty_run)


@pytest.fixture(scope="module")
def unsupported_run(run: Run) -> Run:
    revenue = dict(run.inputs.revenue)
    revenue["ticketing"] += revenue.pop("sub_metropole")
    return a_run(revenue=revenue, mobility=None)


@pytest.fixture(scope="module")
def unsupported(unsupported_run: Run) -> ImpactFacts:
    return the_facts(unsupported_run)


@pytest.fixture(scope="module")
def runs(run: Run, empty_run: Run, unsupported_run: Run) -> dict[str, Run]:
    """What the facts of each name were made from."""
    return {"facts": run, "declared": run, "empty": empty_run, "unsupported": unsupported_run}


def chart(facts: ImpactFacts, name: str, language: Language = "fr") -> ImpactChart:
    return next(one for one in impact_charts(facts, language) if one.id == name)


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def table_of(board: ImpactBoard, name: str) -> Table:
    return next(table for table in board.tables if table.id == name)


def all_tables(facts: ImpactFacts) -> Iterable[Table]:
    board = impact_board(facts, "fr")
    return (*(drawing.table for drawing in board.drawings), *board.tables)


def test_the_headline_is_the_median_with_its_interval_and_no_multiplier(facts: ImpactFacts) -> None:
    board = impact_board(facts, "fr")

    assert (board.label, board.value, board.extended, board.node) == (
        "Impact primaire net",
        f"440{NBSP}k€ [240–660]",
        f"760{NBSP}k€ [530–1{NARROW}000]",
        "p50_net_primary_impact",
    )


def test_the_cascade_keeps_the_order_of_the_model_and_sets_the_multiplier_apart(facts: ImpactFacts) -> None:
    drawn = chart(facts, "cascade")

    assert [[row.key for row in panel.rows] for panel in drawn.panels] == [
        [
            "gross_impact", "removed_locals", "removed_casuals_timeswitchers", "removed_crowding_out",
            "removed_local_money", "removed_external_purchases", "net_primary_impact",
        ],
        ["net_new_visitor_spend", "organiser_net"],
        ["removed_vat_and_import_leak", "local_turnover", "added_multiplier", "total_net_impact"],
    ]  # fmt: skip
    assert {mark.look for row in drawn.panels[2].rows for mark in row.marks} == {"apart", "less"}
    assert drawn.sentence == (
        f"Sur 3,67{NBSP}M€ de retombées brutes, 521{NBSP}k€ d’argent nouveau restent dans le territoire aux valeurs "
        f"centrales{NARROW}; la médiane des tirages est de 440{NBSP}k€ [240–660]. Le solde extérieur de l’organisateur "
        f"est de −358{NBSP}k€. Ce que le multiplicateur ajoute est montré à part et n’entre pas dans le net."
    )


def test_every_bar_of_the_cascade_begins_where_the_one_before_ended(facts: ImpactFacts) -> None:
    rows = [
        row for panel in (chart(facts, "cascade").panels[0], chart(facts, "cascade").panels[2]) for row in panel.rows
    ]
    bars = [row.marks[0] for row in rows]

    for before, after in pairwise(bars):
        assert after.start == pytest.approx(before.end) or (after.start == 0 and after.end == pytest.approx(before.end))


def test_both_profiles_stand_in_the_table_of_the_cascade(facts: ImpactFacts) -> None:
    rows = {row[0]: row[1:] for row in texts(impact_table(chart(facts, "cascade", "en")))}

    assert rows["− local money in the budget (with the métropole’s subsidy)"] == ["−€1,211,255", "—", "−€908,441"]
    assert rows["External balance of the organiser"] == ["−€357,755", "−€370k [−430 to −310]", "−€54,941"]
    assert rows["Net primary impact"] == ["€521,013", "€440k [240–660]", "€823,826"]


def test_the_three_leverages_are_told_apart(facts: ImpactFacts) -> None:
    drawn = chart(facts, "leverage", "en")

    assert [(row.label, row.words, {mark.look for mark in row.marks}) for row in drawn.rows()] == [
        ("Financial leverage", "8.5", {"total"}),
        ("Gross impact / support", "19 [17–21] (not additional)", {"grey"}),
        ("Net leverage (event)", "2.3 [1.3–3.5]", {"total"}),
        (f"Net leverage (event), extended profile (κ{NBSP}={NBSP}0.25)", "4.0 [2.8–5.3]", {"other"}),
    ]
    assert (drawn.panels[0].axis.log, drawn.panels[0].axis.line) == (True, 1)
    assert drawn.sentence == (
        "For one euro of the métropole: 8.5 from the other funders, 19 of gross impact (not additional), 2.3 [1.3–3.5] "
        "of new money if the event lived by this support alone. Break-even β*: 43% [29%\u00a0–\u00a079%]. The support "
        "brings in more than it costs only if at least 43% of the net impact depends on it."
    )


def test_a_declared_attendance_makes_no_leverage_a_fact(declared: ImpactFacts) -> None:
    drawn = chart(declared, "leverage")

    looks = [{mark.look for mark in row.marks} for row in drawn.rows()]
    assert looks == [{"total"}, {"grey"}, {"grey"}, {"grey"}]
    assert [badge.text for badge in drawn.badges] == ["E, déclaré", "non mesuré comme un fait"]
    assert "d’argent nouveau si" not in drawn.sentence
    assert drawn.sentence.endswith("ces valeurs sont des hypothèses, non mesurées comme un fait.")
    assert {
        mark.look for name in ("cascade", "journeys") for row in chart(declared, name).rows() for mark in row.marks
    } == {"grey"}
    assert "levier net supérieur" not in chart(declared, "spread").sentence
    assert impact_board(declared, "fr").no_fact == "non mesuré comme un fait"
    assert texts(table_of(impact_board(declared, "fr"), "not-measured"))[0] == [
        "Leviers, comme des faits",
        "la fréquentation est déclarée ou prévue, non comptée",
    ]


def test_the_spread_says_both_profiles_and_the_risk(facts: ImpactFacts) -> None:
    assert chart(facts, "spread").sentence == (
        f"Huit tirages sur dix donnent, autour de la médiane{NBSP}: 440{NBSP}k€ [240–660] au profil strict, "
        f"760{NBSP}k€ [530–1{NARROW}000] au profil étendu. Probabilité d’un impact net "
        f"négatif{NBSP}: moins de 1{NBSP}%. "
        f"Probabilité d’un levier net supérieur à un euro par euro{NBSP}: 95{NBSP}%."
    )
    assert texts(impact_table(chart(facts, "spread", "en"))) == [
        [f"Strict profile (κ{NBSP}={NBSP}0)", "€241,019", "€443,485", "€662,150"],
        [f"Extended profile (κ{NBSP}={NBSP}0.25)", "€531,478", "€763,177", "€997,692"],
    ]


def test_the_tornado_has_ten_signed_swings(facts: ImpactFacts) -> None:
    table = impact_table(chart(facts, "tornado"))

    assert len(table.rows) == 10
    assert texts(table)[1] == [
        "Part évincée des séjours payants (Visiteurs en hébergement payant)", "0,12", "0,44", f"558{NARROW}276{NBSP}€",
        f"413{NARROW}097{NBSP}€", f"−145{NBSP}k€", "−0,3",
    ]  # fmt: skip


def test_the_concentration_is_that_of_the_worked_example(facts: ImpactFacts) -> None:
    found = concentration(facts.funding)

    assert found is not None
    assert round(found, 6) == 0.255679
    assert chart(facts, "funding").sentence == (
        f"«{NARROW}Billetterie{NARROW}» porte 46{NBSP}% d’un budget de 1,8{NBSP}M€. Concentration (HHI){NBSP}: "
        f"0,256{NARROW}; au-delà du seuil de 0,25. Le budget repose sur peu de ressources."
    )


def test_what_is_in_kind_is_hatched_and_outside_the_budget(facts: ImpactFacts) -> None:
    drawn = chart(facts, "funding")

    whole, last = drawn.rows()[0], drawn.rows()[-1]
    assert [mark.look for mark in last.marks] == ["less"]
    assert (whole.words, len(whole.marks), whole.marks[-1].end) == (f"1,8{NBSP}M€", 9, 1_800_000)
    assert last.words == f"40{NBSP}k€, hors budget"


def test_carbon_stands_beside_euros(facts: ImpactFacts) -> None:
    drawn = chart(facts, "journeys")

    assert drawn.sentence == (
        "Les trajets émettent 18 kg de CO₂e par visiteur unique et 11 kg par entrée-jour. Ceux qui dorment sur place "
        f"font 78{NBSP}% de ces émissions et 81{NBSP}% de la dépense nouvelle du public{NBSP}: les deux se "
        "lisent ensemble."
    )
    assert texts(impact_table(drawn))[5] == [
        "Résidents du territoire",
        "—",
        "aucune, par règle",
        f"euros{NARROW}; par séjour",
    ]


def test_without_journeys_and_without_support_the_page_says_so(unsupported: ImpactFacts) -> None:
    board = impact_board(unsupported, "fr")

    assert [drawing.id for drawing in board.drawings] == ["cascade", "spread", "tornado", "funding"]
    assert texts(table_of(board, "not-measured"))[:3] == [
        ["Leviers et seuil d’additionnalité", "la métropole ne donne rien à cette édition"],
        ["Carbone des trajets", "les trajets du public ne sont pas donnés"],
        ["Aide en nature de la métropole", f"elle n’est pas dite{NBSP}: l’aide est peut-être sous-estimée"],
    ]
    assert [note.lint for note in board.notes] == ["IMP-11", "IMP-11"]
    assert board.lead.endswith("Sans aide de la métropole, il n’y a ni levier ni seuil d’additionnalité.")


def test_an_event_that_nobody_came_to_has_a_negative_impact_and_no_break_even(empty: ImpactFacts) -> None:
    board = impact_board(empty, "fr")

    assert board.value.startswith("−")
    assert "Il est négatif" in board.lead
    assert "β*\N{NO-BREAK SPACE}: infini" in board.lead
    assert "journeys" not in [drawing.id for drawing in board.drawings]
    assert next(row.words for row in chart(empty, "leverage").rows() if row.key == "lev_net_metro").endswith(
        "hors échelle"
    )


@pytest.mark.parametrize("name", ["facts", "declared", "empty", "unsupported"])
def test_every_number_of_a_table_leads_to_its_node(
    request: pytest.FixtureRequest, name: str, runs: dict[str, Run]
) -> None:
    found: ImpactFacts = request.getfixturevalue(name)
    known = told(runs[name], found.assessment)
    cells = [(table.id, cell) for table in all_tables(found) for row in table.rows for cell in row]

    assert [(table, cell.text) for table, cell in cells if cell.numeric and not cell.missing and not cell.node] == []
    assert {cell.node for _, cell in cells if cell.node} - known.keys() == set()


@pytest.mark.parametrize("name", ["facts", "declared", "empty", "unsupported"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_a_sentence_leads_to_a_node_that_is_written_so(
    request: pytest.FixtureRequest, name: str, language: Language, runs: dict[str, Run]
) -> None:
    board = impact_board(request.getfixturevalue(name), language)
    known = told(runs[name], request.getfixturevalue(name).assessment)
    said = [
        board.lead_parts, board.strict_parts, board.extended_parts,
        *(drawing.parts for drawing in board.drawings), *(note.parts for note in board.notes),
    ]  # fmt: skip

    for parts in said:
        for part in parts:
            bare = re.sub(r"P[159]0|IMP-\d+", "", part.words)
            assert part.node or not re.search(r"\d", bare), part
            if part.node:
                node = known[part.node]
                assert node.value is not None
                ways = as_said(node.value, node.unit, node.interval, language)
                assert part.words in (*ways, in_full(node.value, node.unit, language)), part
    assert [flat(drawing.parts) for drawing in board.drawings] == [drawing.sentence for drawing in board.drawings]
    assert flat(board.lead_parts) == board.lead


def test_a_flag_leads_its_number_to_what_it_says(run: Run) -> None:
    kappa = replace(run, parameters=run.parameters | {"kappa_alt": Triple(0.1, 0.25, 0.4)})
    raised = replace(kappa, parameters=kappa.parameters | {"multiplier": Triple(1.1, 1.3, 1.6)})

    board = impact_board(the_facts(raised), "en")

    assert [(part.words, part.node) for note in board.notes for part in note.parts if part.node] == [
        ("1.60", "high_multiplier"), ("25%", "kappa_alt"),
    ]  # fmt: skip


def test_the_draws_have_a_shape_that_counts_them_all(facts: ImpactFacts) -> None:
    drawn = chart(facts, "spread", "en")

    columns = drawn.panels[0].columns
    assert columns is not None
    assert [rule.label for rule in columns.rules] == ["P10", "P50", "P90"]
    (table,) = drawn.more
    counts = [int(row[2].text.replace(",", "")) for row in table.rows]
    assert (len(counts), sum(counts)) == (32, 10_000)
    assert texts(table)[0] == ["—", "€68,488", "50"]
    assert texts(table)[-1] == ["€906,940", "—", "50"]


def test_draws_below_zero_have_a_look_and_a_legend_of_their_own(facts: ImpactFacts, empty: ImpactFacts) -> None:
    drawn = chart(empty, "spread", "en")

    columns = drawn.panels[0].columns
    assert columns is not None
    assert set(columns.looks()) == {"less"}
    assert drawn.looks == (("less", "negative draws"),)
    assert chart(facts, "spread").looks == ()


def test_an_assessment_of_an_earlier_release_shows_its_quantiles_alone(facts: ImpactFacts) -> None:
    earlier = replace(facts, assessment=replace(facts.assessment, histograms={}))

    drawn = chart(earlier, "spread")

    assert ([panel.columns for panel in drawn.panels], drawn.more) == ([None], ())
    assert drawn.sentence == chart(facts, "spread").sentence


def test_a_board_is_kept_and_read_again_as_it_was(facts: ImpactFacts) -> None:
    board = impact_board(facts, "fr")

    assert msgspec.json.decode(msgspec.json.encode(board), type=ImpactBoard) == board


@pytest.mark.parametrize("name", ["facts", "declared", "empty", "unsupported"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_is_drawn_named_described_and_of_a_known_measure(
    request: pytest.FixtureRequest, name: str, language: Language
) -> None:
    for drawn in impact_charts(request.getfixturevalue(name), language):
        assert drawn.title.endswith("Festival d’essai 2026, Aix-Marseille-Provence")
        assert drawn.measure in MEASURES
        for width in (960, 300):
            svg = ET.fromstring(render(drawn, width))  # noqa: S314 - our own drawing
            assert [part.text for part in list(svg)[:2]] == [drawn.title, drawn.sentence]
            numbers = [value for node in svg.iter() for value in node.attrib.values()]
            assert [value for value in numbers if re.search(r"\b(nan|inf)", value)] == []


@pytest.mark.parametrize("name", ["facts", "empty"])
def test_the_figure_of_plotly_has_the_rows_of_the_drawing(request: pytest.FixtureRequest, name: str) -> None:
    for drawn in impact_charts(request.getfixturevalue(name), "fr"):
        figure = impact_figure(drawn)

        named = [axis for key, axis in sorted(figure["layout"].items()) if key.startswith("yaxis")]
        axes = [axis for axis, panel in zip(named, drawn.panels, strict=True) if panel.columns is None]
        assert [key for axis in axes for key in axis["tickvals"]] == [row.key for row in drawn.rows()]
        columns = [panel for panel in drawn.panels if panel.columns]
        assert len(figure["data"]) == sum(len(row.marks) for row in drawn.rows()) + len(columns)
        assert figure["layout"]["meta"]["title"] == drawn.title


def test_french_sentences_have_the_spaces_of_print(facts: ImpactFacts, declared: ImpactFacts) -> None:
    boards = [impact_board(one, "fr") for one in (facts, declared)]
    said = [text for board in boards for text in (board.lead, *(drawing.sentence for drawing in board.drawings))]

    assert [text for text in said if re.search(r" [;:!?»%€]|« |'", text)] == []


def test_very_long_names_stay_inside_the_drawing(run: Run) -> None:
    long = the_facts(run, edition="Rencontres internationales " * 6)
    lines = tuple(type(line)(node=line.node, name="Établissement " * 9, euros=line.euros) for line in long.funding)
    drawn = chart(ImpactFacts(**{**{f: getattr(long, f) for f in long.__struct_fields__}, "funding": lines}), "funding")

    for width in (960, 300):
        svg = ET.fromstring(render(drawn, width))  # noqa: S314 - our own drawing
        words = [node.text or "" for node in svg.iter() if node.tag.endswith("}text")]
        assert max(len(text) for text in words) < 60


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (0.0, "0", "0"),
        (3.0, "3,0", "3.0"),
        (0.0249, "0,025", "0.025"),
        (24.4, "24", "24"),
        (-1234.0, f"−1{NARROW}234", "−1,234"),
    ],
)
def test_two_digits_are_kept(value: float, fr: str, en: str) -> None:
    assert (significant(value, "fr"), significant(value, "en")) == (fr, en)


def test_amounts_near_nothing_beyond_limits_and_absent_are_written() -> None:
    assert short(-999_999.0, "fr") == f"−1{NBSP}M€"
    assert short(-2_345.0, "en") == "−€2.35k"
    assert share(0.004, "en") == "less than 1%"
    assert amounts(Distribution(p10=None, p50=None, p90=None), "fr") == "—"
    assert amounts(Distribution(p10=-120_000.0, p50=-40_000.0, p90=30_000.0), "en") == "−€40k [−120 to 30]"
