"""The files of an assessment: drawings, figures, tables and its page on paper, opened by those who read such files."""

import asyncio
import csv
import datetime as dt
import io
import struct
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import openpyxl
import pytest
from httpx import AsyncClient, Response
from litestar import Litestar
from msgspec.structs import replace
from pypdf import PdfReader

from dashboards.tables import Cell, Header, Table
from events_api.exporters.csv import RFC4180
from events_api.handlers.impact_facts import table_csv, table_xlsx
from events_api.settings import Settings
from events_api.store import renderings
from events_api.store.assessments import put_entry
from events_api.store.renderings import Renderings
from tests.factories.impact import ENTRY, an_assessment
from tests.handlers.conftest import Speak
from tests.handlers.scene import Scene, a_scene, problem
from tests.workers.conftest import work_in

CHARTS = ["cascade", "leverage", "spread", "tornado", "funding"]
SVG = "{http://www.w3.org/2000/svg}"
FILES = ("charts/cascade", "charts/cascade/svg", "charts/cascade/png", "tables/funding-table/csv",
         "tables/funding-table/xlsx", "pdf")  # fmt: skip


@pytest.fixture
async def scene(speak: Speak, pool: asyncpg.Pool) -> Scene:
    return await a_scene(speak, pool)


@pytest.fixture
async def assessed(scene: Scene, pool: asyncpg.Pool) -> Scene:
    await an_assessment(pool, UUID(scene.edition["id"]))
    return scene


def path(scene: Scene, rest: str, *, number: int = 1) -> str:
    return f"/api/v1/editions/{scene.edition['id']}/impact/assessments/{number}/{rest}"


async def file(scene: Scene, rest: str, *, by: AsyncClient | None = None) -> Response:
    answer = await (by or scene.officer).get(path(scene, rest))
    assert answer.status_code == 200, answer.text
    return answer


def words_of(svg: bytes) -> str:
    return " ".join(text for node in ET.fromstring(svg).iter(f"{SVG}text") for text in node.itertext())  # noqa: S314  ours


@pytest.mark.parametrize("chart", CHARTS)
async def test_a_drawing_alone_says_what_it_is_how_sure_and_where_it_comes_from(assessed: Scene, chart: str) -> None:
    answer = await file(assessed, f"charts/{chart}/svg?lang=fr")

    root = ET.fromstring(answer.content)  # noqa: S314  ours
    words = words_of(answer.content).replace("\u202f", " ").replace("\u00a0", " ")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="impact-fete-des-quais-2024-evaluation-1-{chart}.svg"'
    )
    assert "Fête des quais 2024" in words
    assert "communes d’Aix-Marseille-Provence" in words
    assert "euros" in words.lower()
    assert "Modélisé, non mesuré (modèle AMP-IMPACT/1, hypothèses : version 1)" in words
    assert "Grade de preuve de la fréquentation : A, scanné" in words
    assert "Source : évaluation n° 1 de Fête des quais 2024" in words
    assert root.find(f"{SVG}rect").get("fill") == "#fff"  # type: ignore[union-attr]  # a test
    assert root.get("font-family", "").endswith("sans-serif")
    assert "var(--" not in answer.text
    assert root.find(f"{SVG}title") is not None


async def test_a_picture_has_two_pixels_for_each_of_the_drawing(assessed: Scene) -> None:
    svg = ET.fromstring((await file(assessed, "charts/cascade/svg")).content)  # noqa: S314  ours

    answer = await file(assessed, "charts/cascade/png")

    assert answer.headers["content-type"] == "image/png"
    width, height = struct.unpack(">II", answer.content[16:24])
    assert (width, height) == (2 * int(svg.get("width", "0")), 2 * int(svg.get("height", "0")))
    assert len(set(_pixels(answer.content))) > 8


def _pixels(png: bytes) -> bytes:
    """What a PNG holds of its rows, unpacked; raises where a part of it does not match its sum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + content) == struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0]
        packed += content if kind == b"IDAT" else b""
        at += 12 + length
    return zlib.decompress(packed)


async def test_a_figure_is_what_plotly_draws_in_the_language_asked_for(assessed: Scene) -> None:
    answer = await file(assessed, "charts/leverage?lang=en")

    figure = answer.json()
    assert answer.headers["content-language"] == "en"
    assert figure["layout"]["meta"]["chart"] == "leverage"
    assert figure["layout"]["meta"]["title"].startswith("Three leverages")
    assert len(figure["data"]) > 3


async def test_a_table_is_read_by_machines_and_by_a_french_spreadsheet(assessed: Scene) -> None:
    plain = await file(assessed, "tables/funding-table/csv?lang=en")
    french = await file(assessed, "tables/funding-table/csv?lang=fr&dialect=excel-fr")

    rows = list(csv.reader(io.StringIO(plain.text)))
    lines = list(csv.reader(io.StringIO(french.content.decode("utf-8-sig")), delimiter=";"))
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert rows[0] == ["Line", "Euros", "Euros – value", "Share of the budget", "Share of the budget – value",
                       "Kind", "nodes"]  # fmt: skip
    assert rows[1] == [
        "Budget, all lines",
        "€1,800,000",
        "1800000.0",
        "100%",
        "1.0",
        "total paid",
        "budget budget_share",
    ]
    assert french.content.startswith("\ufeff".encode())
    assert lines[1][:5] == ["Budget, toutes lignes", "1\u202f800\u202f000\u00a0€", "1800000,0", "100\u00a0%", "1,0"]


async def test_a_median_travels_with_its_interval_as_numbers(assessed: Scene) -> None:
    rows = list(csv.reader(io.StringIO((await file(assessed, "tables/leverage-table/csv?lang=en")).text)))

    found = dict(zip(rows[0], rows[3], strict=True))
    low, median, high = (float(found[f"Median [P10–P90] – {part}"]) for part in ("P10", "value", "P90"))
    assert low < median < high
    assert found["nodes"] == "lev_net_metro p50_lev_net_metro"


async def test_a_workbook_holds_numbers_where_the_page_has_words(assessed: Scene) -> None:
    answer = await file(assessed, "tables/cascade-table/xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    header, first = list(sheet.iter_rows(min_row=1, max_row=2, values_only=True))
    assert sheet.title == "cascade-table"
    assert header[-1] == "nodes"
    assert first[-1] == "gross_impact p50_gross_impact"
    assert isinstance(first[2], int | float)
    assert answer.content == (await file(assessed, "tables/cascade-table/xlsx")).content


def test_words_that_look_like_formulas_stay_words() -> None:
    names = ["=cmd()", "+1", "-1", "@x", 'l\'"été";,']
    table = Table(
        id="names",
        caption="",
        summary="",
        headers=(Header(label="=Nom"), Header(label="Valeur", numeric=True)),
        rows=tuple((Cell(text=name), Cell(text="−1", numeric=True, values=(-1.0,))) for name in names),
    )

    rows = list(csv.reader(io.StringIO(table_csv(table, "fr", RFC4180).decode())))
    made = table_xlsx(table, "fr", "names", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active

    escaped = ["'=cmd()", "'+1", "'-1", "'@x", names[4]]
    assert [row[0] for row in rows] == ["'=Nom", *escaped]
    assert {row[2] for row in rows[1:]} == {"-1.0"}
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows()] == ["'=Nom", *escaped]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row[:3]} == {"s", "n"}


async def test_a_name_with_quotes_and_markup_stays_a_name(assessed: Scene, pool: asyncpg.Pool) -> None:
    name = '"L’été" <b>&amp; =1+1 \u65e5'
    await pool.execute("update event set name = $2 where public_id = $1", UUID(assessed.event["id"]), name)

    svg = await file(assessed, "charts/cascade/svg?lang=fr")
    png = await file(assessed, "charts/cascade/png?lang=fr")
    pdf = PdfReader(io.BytesIO((await file(assessed, "pdf?lang=fr")).content))

    assert name in words_of(svg.content)
    assert png.headers["content-disposition"] == (
        'attachment; filename="impact-l-ete-b-amp-1-1-2024-evaluation-1-cascade.png"'
    )
    assert '"L’été" <b>&amp; =1+1 [U+65E5]' in pdf.pages[0].extract_text()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", ["Impact de l’édition", "profil strict", "profil étendu", "À savoir", "Du brut au net", "Leviers",
                "Ce qui n’est pas mesuré", "Empreinte des données", "Graine des tirages", "AMP-IMPACT/1"]),
        ("en", ["Impact of the edition", "strict profile", "extended profile", "From gross to net", "Leverages",
                "What is not measured", "Hash of the data", "Seed of the draws", "AMP-IMPACT/1"]),
    ],
)  # fmt: skip
async def test_the_page_on_paper_is_whole_tagged_and_numbered(assessed: Scene, lang: str, said: list[str]) -> None:
    answer = await file(assessed, f"pdf?lang={lang}")

    pdf = PdfReader(io.BytesIO(answer.content))
    root: Any = pdf.trailer["/Root"]
    pages = [page.extract_text() for page in pdf.pages]
    whole = " ".join(" ".join(pages).split())
    metadata = root["/Metadata"].get_data().decode()
    assert [words for words in said if words != "À savoir" and words not in whole] == []
    assert root["/Lang"].startswith(lang)
    assert root["/MarkInfo"]["/Marked"]
    assert "pdfuaid:part>1<" in metadata.replace('="1"', ">1<")
    assert len(_alternatives(root["/StructTreeRoot"])) == len(CHARTS)
    assert [f"page {rank} {'sur' if lang == 'fr' else 'of'} {len(pages)}" in text
            for rank, text in enumerate(pages, 1)] == [True] * len(pages)  # fmt: skip
    assert {round(float(pdf.pages[0].mediabox.width)), round(float(pdf.pages[0].mediabox.height))} == {595, 842}
    assert {"fr": "Billetterie 820", "en": "Ticketing €820"}[lang] in whole


def _alternatives(node: Any) -> list[str]:
    """The alternative texts of the structure of a document."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if not hasattr(node, "get"):
        return []
    found = [str(node["/Alt"])] if "/Alt" in node else []
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found += _alternatives(kid)
    return found


@pytest.mark.parametrize("rest", FILES)
async def test_who_has_a_file_is_not_sent_it_again_until_what_it_says_changes(
    assessed: Scene, pool: asyncpg.Pool, rest: str
) -> None:
    first = await file(assessed, rest)
    same = {"if-none-match": first.headers["etag"]}

    again = await assessed.officer.get(path(assessed, rest), headers=same)
    other = await assessed.officer.get(path(assessed, f"{rest}?lang=en"), headers=same)
    async with work_in(pool) as work:
        await put_entry(work, UUID(assessed.edition["id"]), replace(ENTRY, attendances=41_000), "Recomptées")
    stale = await assessed.officer.get(path(assessed, rest), headers=same)

    assert (again.status_code, again.content) == (304, b"")
    assert (other.status_code, stale.status_code) == (200, 200)


async def test_an_outdated_assessment_says_so_in_its_files(assessed: Scene, pool: asyncpg.Pool) -> None:
    async with work_in(pool) as work:
        await put_entry(work, UUID(assessed.edition["id"]), replace(ENTRY, attendances=41_000), "Recomptées")

    svg = await file(assessed, "charts/cascade/svg?lang=fr")
    pdf = PdfReader(io.BytesIO((await file(assessed, "pdf?lang=fr")).content))

    assert "n’est plus à jour" in words_of(svg.content)
    assert "n’est plus à jour" in pdf.pages[0].extract_text()


async def test_simulated_data_are_marked_in_every_picture(assessed: Scene, pool: asyncpg.Pool) -> None:
    await pool.execute("update edition set simulated = true where public_id = $1", UUID(assessed.edition["id"]))

    assert "Données simulées." in words_of((await file(assessed, "charts/cascade/svg?lang=fr")).content)


@pytest.mark.parametrize("rest", FILES)
async def test_files_are_for_those_who_read_the_assessment(assessed: Scene, speak: Speak, rest: str) -> None:
    url = path(assessed, rest)
    answers = {
        "own": await assessed.organiser.get(url),
        "elected": await (await speak("elected")).get(url),
        "auditor": await (await speak("auditor")).get(url),
        "stranger": await assessed.stranger.get(url),
        "communication": await (await speak("communication")).get(url),
        "nobody": await (await speak()).get(url),
    }

    assert {who: answer.status_code for who, answer in answers.items()} == {
        "own": 200, "elected": 200, "auditor": 200, "stranger": 404, "communication": 403, "nobody": 401,
    }  # fmt: skip


@pytest.mark.parametrize("rest", FILES)
async def test_an_assessment_without_a_result_has_no_files_and_says_why(
    scene: Scene, pool: asyncpg.Pool, rest: str
) -> None:
    await an_assessment(pool, UUID(scene.edition["id"]), is_computed=False)

    waiting = await scene.officer.get(path(scene, rest), headers={"accept-language": "fr"})
    unknown = await scene.officer.get(path(scene, rest, number=7))

    assert problem(waiting) == (409, "impact-not-computed", None)
    assert "n’a pas de résultat" in waiting.json()["detail"]
    assert problem(unknown)[:2] == (404, "not-found")


async def test_an_unknown_chart_or_table_is_refused_with_those_there_are(assessed: Scene) -> None:
    english = {"accept-language": "en"}
    answers = [
        await assessed.officer.get(path(assessed, rest), headers=english)
        for rest in ("charts/pie", "charts/pie/svg", "charts/journeys/png", "tables/pie/csv", "tables/pie/xlsx")
    ]

    assert [problem(answer)[:2] for answer in answers] == [
        *[(404, "impact-chart-absent")] * 3, *[(404, "impact-table-absent")] * 2
    ]  # fmt: skip
    assert answers[0].json()["detail"] == (
        "This assessment has no chart “pie”. It has: cascade, leverage, spread, tornado, funding."
    )
    assert "not-measured" in answers[3].json()["detail"]


async def test_a_wrong_language_or_dialect_is_refused(assessed: Scene) -> None:
    answers = [
        await assessed.officer.get(path(assessed, f"tables/not-measured/csv?{query}"))
        for query in ("lang=de", "dialect=pipe", "colour=red")
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 422]


async def test_a_page_on_paper_is_made_once_for_all_who_ask_and_kept(
    app: Litestar, assessed: Scene, shared_settings: Settings
) -> None:
    folder: Path = app.state.renderings.folder

    answers = await asyncio.gather(*(file(assessed, "pdf?lang=fr") for _ in range(6)))
    made = await asyncio.to_thread(names_in, folder)
    again = await file(assessed, "pdf?lang=fr")

    assert len({answer.content for answer in (*answers, again)}) == 1
    assert folder == shared_settings.home / "renderings"
    assert not folder.is_relative_to(shared_settings.files)  # what is backed up
    assert await asyncio.to_thread(names_in, folder) == made
    assert [name for name in made if name.startswith(".")] == []  # no draft stays


async def test_one_making_serves_all_and_one_that_fails_is_tried_again(tmp_path: Path) -> None:
    kept, makings = Renderings(tmp_path), []

    def make() -> bytes:
        makings.append(1)
        if len(makings) == 1:
            raise ValueError("the first time")
        return b"done"

    failed = await asyncio.gather(kept.of("a.pdf", make), kept.of("a.pdf", make), return_exceptions=True)
    found = await asyncio.gather(*(kept.of("a.pdf", make) for _ in range(5)))

    assert [type(one) for one in failed] == [ValueError, ValueError]
    assert (found, len(makings)) == ([b"done"] * 5, 2)


async def test_what_was_asked_for_longest_ago_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderings, "KEPT", 3)
    kept = Renderings(tmp_path)

    for rank in range(6):
        await kept.of(f"{rank}.png", lambda: b"x")

    assert len(await asyncio.to_thread(names_in, kept.folder)) == 3


def names_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())
