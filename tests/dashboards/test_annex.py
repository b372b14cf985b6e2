import csv
import io
import json
import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pikepdf
import pytest
from pypdf import PdfReader

from dashboards.annex import AnnexData
from dashboards.annex.content import document, encode, fingerprint
from dashboards.annex.lines import COLUMNS, annex_csv, guarded
from dashboards.annex.page import annex_html
from dashboards.annex.pdf import annex_pdf, printable
from dashboards.annex.render import render_annex
from dashboards.facts import YearFacts
from tests.dashboards.programme import PACKAGED, SAMPLE, annex_data

ROOT = Path(__file__).parents[2]
HOSTILE = (
    "#panic()[*_",
    '"\\',
    '"\\"]) #eval("1")',
    "$x^2$ <b> @ref `code` // -- ~ \\ #",
    "<script>alert(1)</script>&amp;'",
    "日本 😀 \u202e\u0000\x07\ue000 e\u0301 \ud7ff\n\r\t",
    "={{ 7*7 }} {% raw %}",
    "= Titre\n- liste\n+ un / deux",
)


@pytest.fixture(scope="module")
def sample() -> AnnexData:
    return annex_data(SAMPLE)


@pytest.fixture(scope="module")
def pdf(sample: AnnexData) -> bytes:
    return annex_pdf(sample)


def with_name(data: AnnexData, name: str) -> AnnexData:
    """The same annex whose first edition has another name, organiser and note everywhere."""
    plain = msgspec.to_builtins(data)
    first = plain["facts"]["editions"][0]
    first |= {
        "event": name,
        "organisers": [name],
        "communes": [name],
        "date_text": {"fr": name, "en": ""},
        "source": {"document": name, "place": name},
        "attendances": [{"value": 5, "grade": "A", "source": {"document": name, "place": name}, "unit": name}],
        "notes": [{"fr": name, "en": ""}],
    }
    plain["facts"]["support"][0]["beneficiary"] = name
    plain["facts"]["territory"] = name
    plain["publisher"] = name
    return msgspec.convert(plain, AnnexData)


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_the_pdf_says_that_it_is_accessible_and_archivable(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        metadata = opened.open_metadata()
        said = {
            "tagged": bool(opened.Root.MarkInfo.Marked),
            "structure": "/StructTreeRoot" in opened.Root,
            "language": str(opened.Root.Lang)[:2],
            "title shown": bool(opened.Root.ViewerPreferences.DisplayDocTitle),
            "title": metadata["dc:title"],
            "pdf/ua": metadata["pdfuaid:part"],
            "pdf/a": metadata["pdfaid:part"] + metadata["pdfaid:conformance"],
            "created": metadata["xmp:CreateDate"],
            "bookmarks": "/Outlines" in opened.Root,
        }

    assert said == {
        "tagged": True,
        "structure": True,
        "language": "fr",
        "title shown": True,
        "title": "Annexe annuelle des événements 2024, Métropole Aix-Marseille-Provence",
        "pdf/ua": "1",
        "pdf/a": "2A",
        "created": "2025-01-15T09:30:00Z",
        "bookmarks": True,
    }


def test_every_font_is_embedded(pdf: bytes) -> None:
    found: dict[str, bool] = {}
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
                files = ("/FontFile", "/FontFile2", "/FontFile3")
                found[str(thing.FontName).split("+")[-1]] = any(name in thing for name in files)

    assert found
    assert all(found.values()), found
    assert all("Libertinus" in name for name in found), found


def structure(opened: pikepdf.Pdf) -> list[tuple[str, pikepdf.Dictionary]]:
    """Every element of the structure tree, in reading order."""
    found: list[tuple[str, pikepdf.Dictionary]] = []

    def walk(node: pikepdf.Object) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:  # type: ignore[attr-defined]
                walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append((str(node.S), node))
            if "/K" in node:
                walk(node.K)

    walk(opened.Root.StructTreeRoot.K)
    return found


def test_every_chart_has_its_words_and_every_table_its_headers(pdf: bytes, sample: AnnexData) -> None:
    sections = document(sample).sections
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        elements = structure(opened)
        alternatives = [str(node.Alt) for kind, node in elements if kind == "/Figure" and "/Alt" in node]
        kinds = [kind for kind, _ in elements]

    assert alternatives == [chart.summary for section in sections for chart in section.charts]
    assert kinds.count("/Table") == sum(len(section.tables) for section in sections)
    assert kinds.count("/TH") >= sum(len(table.headers) for section in sections for table in section.tables)
    assert kinds.count("/H1") == len(sections) + 1


def test_the_text_reads_in_order(pdf: bytes, sample: AnnexData) -> None:
    text = "\n".join(pages(pdf)[2:])
    titles = [f"{rank}. {section.title}" for rank, section in enumerate(document(sample).sections, 1)]

    places = [text.find(title) for title in titles]

    assert -1 not in places, titles[places.index(-1)]
    assert places == sorted(places)


def test_what_is_missing_is_said_and_both_sides_of_a_conflict_are_shown(pdf: bytes) -> None:
    text = " ".join(" ".join(pages(pdf)).split())

    assert "Fréquentation non mesurée : 3 éditions sur 7." in text
    assert "non mesuré n’est pas zéro" in text
    assert "64, levier annoncé" in text
    assert "110, soit 55 M€ déclarés pour 0,5 M€" in text
    assert "Contradiction non résolue : les deux chiffres restent au dossier." in text


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati"])
def test_another_locale_and_time_zone_give_the_same_bytes(sample: AnnexData, zone: str, tmp_path: Path) -> None:
    given = tmp_path / "annex.json"
    given.write_bytes(encode(sample))
    script = (
        "import sys, hashlib, json; from pathlib import Path; from dashboards.annex.render import render_annex\n"
        "made = render_annex(Path(sys.argv[1]).read_bytes())\n"
        "print(json.dumps({kind: hashlib.sha256(content).hexdigest() for kind, content in made.items()}))"
    )
    prints = []
    for locale, timezone_ in (("C", "America/New_York"), ("C.utf8", zone)):
        made = subprocess.run(
            [sys.executable, "-c", script, str(given)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": locale, "TZ": timezone_, "HOME": "/"},
            capture_output=True,
            check=True,
        )
        prints.append(json.loads(made.stdout))

    assert prints[0] == prints[1]
    assert sorted(prints[0]) == ["csv", "html", "pdf"]


def test_the_same_moment_in_another_zone_is_the_same_date(sample: AnnexData) -> None:
    late = datetime(2024, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-5)))

    made = document(msgspec.structs.replace(sample, frozen_at=late))

    assert made.frozen_on == "1er janvier 2025"
    assert made.frozen_on == document(msgspec.structs.replace(sample, frozen_at=late.astimezone(UTC))).frozen_on


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_a_name(sample: AnnexData, name: str) -> None:
    made = render_annex(encode(with_name(sample, name)))

    text = "".join("".join(pages(made["pdf"])).replace("\u200b", "").split())
    assert "".join(printable(name).split()) in text
    html = made["html"].decode()
    assert "<script" not in html
    assert "{{ 7*7 }}" in html or "7*7" not in name


def test_texts_that_no_font_holds_are_named_by_their_code() -> None:
    assert printable("Été 日 😀\x00\u202e") == "Été [U+65E5] [U+1F600] "
    assert printable("e\u0301") == "é"
    assert printable("L’Œuvre – « 1 € » n° 5 ½ Ł ș Ω Ж") == "L’Œuvre – « 1 € » n° 5 ½ Ł ș Ω Ж"


def test_the_page_stands_alone(sample: AnnexData) -> None:
    html = annex_html(sample).decode()

    assert html.startswith('<!doctype html>\n<html lang="fr">')
    assert html.count("<h1>") == 1
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in html
    assert html.count("<table") == html.count("<caption>")
    assert html.count('scope="row"') > 10


def test_an_identifier_is_used_once_in_the_page(sample: AnnexData) -> None:
    html = annex_html(sample).decode()

    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]

    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33", "'+33"),
        ("-1", "'-1"),
        ("@cmd", "'@cmd"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("Delta = fête", "Delta = fête"),
        ("", ""),
    ],
)
def test_a_spreadsheet_never_reads_a_formula(cell: str, written: str) -> None:
    assert guarded(cell) == written


def test_the_csv_holds_one_line_an_edition(sample: AnnexData) -> None:
    content = annex_csv(sample)

    assert content.startswith(b"\xef\xbb\xbfannee;version;evenement;")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["evenement"] for row in rows] == [
        "Ascension (tournoi e-sport)",
        "Babel Music XP",
        "Cartoon Next",
        "Delta Festival",
        "Festival d'art lyrique d'Aix-en-Provence",
        "Les 1 an de la CinéMaBase",
        "Salon du Livre métropolitain",
    ]
    delta, nothing = rows[3], rows[1]
    assert (delta["frequentation"], delta["grade"], delta["unite_imprimee"]) == ("150000", "E", "visitors as printed")
    assert (nothing["frequentation"], nothing["grade"]) == ("", "")
    assert "fréquentation non mesurée" in nothing["donnees_manquantes"]


def test_an_empty_year_makes_an_annex(sample: AnnexData) -> None:
    facts = YearFacts(year=2031, territory="Métropole", families=(), editions=())

    made = render_annex(encode(msgspec.structs.replace(sample, facts=facts)))

    assert "0 édition en 2031" in " ".join("".join(pages(made["pdf"])).split())
    assert made["csv"].count(b"\r\n") == 1


def test_the_fingerprint_follows_the_data(sample: AnnexData) -> None:
    again = msgspec.json.decode(encode(sample), type=AnnexData)

    assert fingerprint(again) == fingerprint(sample)
    assert fingerprint(msgspec.structs.replace(sample, version=2)) != fingerprint(sample)
    assert fingerprint(sample).encode() in annex_html(sample)


def test_the_renderer_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(render_annex)) is render_annex  # noqa: S301 - our own function


def test_the_forty_events_of_the_programme_are_all_in_the_annex() -> None:
    names = [event["name"] for event in json.loads(PACKAGED.read_text(encoding="utf-8"))["events"]]

    made = render_annex(encode(annex_data(PACKAGED)))

    text = "".join("".join(pages(made["pdf"])).split())
    assert len(names) == 40
    assert [name for name in names if "".join(name.split()) not in text] == []
