import json
import re
from xml.etree import ElementTree as ET

import msgspec
import plotly.graph_objects as go
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dashboards.builders import Dashboard, edition_dashboard, year_dashboard
from dashboards.charts import history_chart, support_chart
from dashboards.facts import AttendanceFigure, EditionFacts, Source, SupportLine, YearFacts
from dashboards.figures import figure
from dashboards.measures import MEASURES, Category, ChartSpec, Kind, Language, Point, Series
from dashboards.palette import DARK_PAGE, LIGHT_PAGE, SERIES, UNVERIFIED, contrast
from dashboards.scales import text_width, ticks, wrap
from dashboards.svg import NARROW, WIDE, render_svg
from dashboards.tables import Cell, chart_table
from events_api.domain.attendance import Grade
from tests.dashboards.programme import year_facts

SVG = "{http://www.w3.org/2000/svg}"
NARROW_SPACE = "\u202f"


def parsed(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 - our own drawing


def spec_of(*points: Point, kind: Kind = "bar", language: Language = "fr") -> ChartSpec:
    return ChartSpec(
        id="a-chart",
        measure="attendance",
        language=language,
        kind=kind,
        title="Fréquentation <2024> & suite",
        territory="Territoire",
        category_axis="Édition",
        value_axis="Personnes",
        unit="count",
        categories=tuple(Category(key=str(rank), label=f"Édition {rank}") for rank in range(len(points))),
        series=(Series(id="one", label="Fréquentation", points=points),),
        summary="Une phrase.",
    )


def all_charts(language: Language) -> list[ChartSpec]:
    facts = year_facts()
    boards: list[Dashboard] = [year_dashboard(facts, language)]
    boards += [
        edition_dashboard(edition, history=[edition], family="", territory=facts.territory, language=language)
        for edition in facts.editions
    ]
    return [chart for board in boards for section in board.sections for chart in section.charts]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_chart_is_named_described_and_inside_its_frame(language: Language, width: int) -> None:
    charts = all_charts(language)
    assert len(charts) > 5

    for chart in charts:
        drawn = render_svg(chart, width=width)
        root = parsed(drawn)
        ids = root.attrib["aria-labelledby"].split()
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert description is not None
        assert (root.attrib["role"], root.attrib["lang"], ids) == (
            "img",
            language,
            [title.attrib["id"], description.attrib["id"]],
        )
        assert (title.text, description.text) == (chart.title, chart.summary)
        assert chart.territory in chart.title
        assert_inside(root, width)
        assert render_svg(chart, width=width) == drawn


def assert_inside(root: ET.Element, width: int) -> None:
    """No label leaves the frame, by the generous measure that the layout uses."""
    _, _, _, height = map(float, root.attrib["viewBox"].split())
    for text in root.iter(f"{SVG}text"):
        wide = text_width(text.text or "", float(text.attrib.get("font-size", 14)))
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        left = {"end": x - wide, "middle": x - wide / 2}.get(text.attrib.get("text-anchor", ""), x)
        assert left >= -2, text.text
        assert left + wide <= width + 2, text.text
        assert 0 < y <= height, text.text
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= width, ET.tostring(rect)


def test_only_what_was_measured_is_drawn_full() -> None:
    grades: tuple[Grade, ...] = ("A", "D", "E", "F")

    root = parsed(render_svg(spec_of(*(Point(value=10, grade=grade) for grade in grades))))

    bars = [
        rect.attrib for rect in root.iter(f"{SVG}rect") if rect.attrib["height"] == "16" and "rx" not in rect.attrib
    ]
    assert [(bar["fill"], bar["stroke"], bar.get("stroke-dasharray")) for bar in bars] == [
        (SERIES[0], SERIES[0], None),
        (SERIES[0], SERIES[0], None),
        ("none", UNVERIFIED, None),
        ("none", UNVERIFIED, "5 3"),
    ]
    letters = [text.text for text in root.iter(f"{SVG}text") if text.attrib.get("font-weight") == "bold"]
    assert letters == ["A", "D", "E", "F"]
    legend = [text.text for text in root.iter(f"{SVG}text")][-3:]
    assert legend == ["A scanné, D densité ou mobile", "E déclaré", "F prévu"]


def test_not_measured_is_said_and_zero_is_zero() -> None:
    spec = spec_of(Point(value=None), Point(value=0), Point(value=1234))

    said = [text.text for text in parsed(render_svg(spec)).iter(f"{SVG}text")]
    rows = chart_table(spec).rows

    assert ["non mesuré" in said, "0" in said, f"1{NARROW_SPACE}234" in said] == [True, True, True]
    assert rows == (
        (Cell(text="Édition 0"), Cell(text="non mesuré", numeric=True, missing=True)),
        (Cell(text="Édition 1"), Cell(text="0", numeric=True)),
        (Cell(text="Édition 2"), Cell(text=f"1{NARROW_SPACE}234", numeric=True)),
    )
    assert figure(spec)["data"][0]["x"] == [None, 0, 1234]


def test_the_colours_keep_three_to_one_on_both_pages() -> None:
    for colour in (*SERIES, UNVERIFIED):
        assert contrast(colour, LIGHT_PAGE) >= 3, colour
        assert contrast(colour, DARK_PAGE) >= 3, colour
    assert round(contrast("#000000", "#ffffff"), 2) == 21


def test_an_svg_asks_for_nothing_outside() -> None:
    for chart in all_charts("fr"):
        drawn = render_svg(chart)
        assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]
        assert "<script" not in drawn
        assert "currentColor" in drawn


@settings(max_examples=60, deadline=None)
@given(
    label=st.text(max_size=60),
    values=st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=1, max_size=6),
    kind=st.sampled_from(("bar", "column", "line", "dot", "stacked_bar")),
    width=st.sampled_from((WIDE, NARROW)),
)
def test_any_label_and_any_value_make_a_drawing(label: str, values: list[int | None], kind: Kind, width: int) -> None:
    spec = spec_of(*(Point(value=value) for value in values), kind=kind)
    spec = msgspec.structs.replace(
        spec,
        title=label,
        categories=tuple(Category(key=category.key, label=label) for category in spec.categories),
    )

    root = parsed(render_svg(spec, width=width))

    for number in re.findall(r'"(-?[0-9.e+]+)"', ET.tostring(root).decode()):
        assert abs(float(number)) < 20_000


@example(highest=10**11 + 1)
@given(highest=st.integers(1, 10**12))
def test_ticks_reach_the_highest_value_with_few_whole_steps(highest: int) -> None:
    made = ticks(highest)

    assert made[0] == 0
    assert made[-1] >= highest
    assert len(made) <= 6
    assert all(tick == int(tick) for tick in made)


@given(text=st.text(alphabet=st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=80))
def test_wrapping_loses_no_letter(text: str) -> None:
    lines = wrap(text, 120)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line) <= 120 or len(line) == 1 for line in lines)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_figure_is_plain_json_that_plotly_accepts(language: Language) -> None:
    for chart in all_charts(language):
        made = figure(chart)

        assert made["layout"]["template"] is None
        assert json.loads(json.dumps(made, allow_nan=False)) == made
        assert go.Figure(made).to_plotly_json()["data"]
        assert made["layout"]["separators"] == (f",{NARROW_SPACE}" if language == "fr" else ".,")
        assert len(json.dumps(made)) < 10_000


def test_a_figure_shows_the_grade_without_colour() -> None:
    made = figure(spec_of(Point(value=150_000, grade="E"), Point(value=5_000, grade="F"), Point(value=7, grade="A")))

    (trace,) = made["data"]
    assert trace["marker"]["color"] == ["rgba(0,0,0,0)", UNVERIFIED, SERIES[0]]
    assert trace["marker"]["pattern"]["shape"] == ["", "|", ""]
    assert trace["text"] == [f"150{NARROW_SPACE}000 (E)", f"5{NARROW_SPACE}000 (F)", "7 (A)"]
    assert trace["customdata"] == [
        f"150{NARROW_SPACE}000 (E, déclaré)",
        f"5{NARROW_SPACE}000 (F, prévu)",
        "7 (A, scanné)",
    ]


def test_a_name_is_never_markup_in_a_figure() -> None:
    spec = msgspec.structs.replace(
        spec_of(Point(value=1)), categories=(Category(key="x", label="<a href='javascript:1'>&</a>"),)
    )

    made = json.dumps(figure(spec))

    assert "<a" not in made
    assert "&lt;a href='javascript:1'&gt;&amp;&lt;/a&gt;" in made


def test_a_chart_needs_one_point_per_category() -> None:
    spec = spec_of(Point(value=1))

    with pytest.raises(ValueError, match="one point per category"):
        msgspec.structs.replace(spec, categories=())


def test_every_chart_and_measure_is_defined() -> None:
    used = {chart.measure for chart in all_charts("fr")}

    assert used <= set(MEASURES)
    assert all(text.fr and text.en for measure in MEASURES.values() for text in (measure.label, measure.caveat))


def test_pending_money_is_hollow_and_not_in_the_sum() -> None:
    lines = (
        SupportLine(beneficiary="Une association", amount_cents=100_000_00, source=Source("doc"), years=(2024,)),
        SupportLine(beneficiary="SATIS", amount_cents=150_000_00, source=Source("doc"), status="pending"),
    )

    chart = support_chart(lines, chart_id="support", territory="Territoire", language="fr")

    assert chart is not None
    assert [series.label for series in chart.series] == ["2024", "Année non précisée"]
    assert [[point.value for point in series.points] for series in chart.series] == [
        [None, 100_000_00],
        [150_000_00, None],
    ]
    assert chart.series[1].points[0].hollow
    assert chart.summary == (
        f"2\u00a0lignes de soutien pour 2\u00a0bénéficiaires\u00a0: 100{NARROW_SPACE}000\u00a0€ inscrits, toutes "
        f"périodes confondues. 150{NARROW_SPACE}000\u00a0€ sont en attente et ne sont pas comptés."
    )


def test_the_history_of_an_event_keeps_its_gaps() -> None:
    known = {2022: ("E", 34_000), 2023: None, 2024: ("A", 21_500)}
    editions = [
        EditionFacts(
            id=str(year),
            event="Festival",
            year=year,
            source=Source("doc"),
            attendances=(
                AttendanceFigure(value=figure[1], grade=figure[0], source=Source("doc"), quantity="attendances"),
            )
            if figure
            else (),
        )
        for year, figure in known.items()
    ]

    chart = history_chart(editions, territory="Territoire", language="en")

    assert chart is not None
    assert [(point.value, point.grade) for point in chart.series[0].points] == [
        (34_000, "E"),
        (None, None),
        (21_500, "A"),
    ]
    assert chart.summary == (
        "From 2022 to 2024, evidence grades differ between years: 1 of grade A scanned, 1 of grade E declared."
    )
    assert "not measured" in render_svg(chart)


def test_a_year_without_any_fact_still_has_its_page() -> None:
    board = year_dashboard(YearFacts(year=2031, territory="Territoire", families=(), editions=()), "en")

    assert [section.id for section in board.sections] == [
        "summary",
        "attendance",
        "programme",
        "support",
        "conflicts",
        "missing",
    ]
    assert board.missing == ()
    assert [chart for section in board.sections for chart in section.charts] == []
