"""The words of the pages exist in both languages, are all used, and templates hold no word of their own."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from events_api.handlers.pages import TEMPLATES
from events_api.handlers.pages.fields import Field
from events_api.handlers.pages.files import REPORTS, SUBSIDIES
from events_api.handlers.pages.people import ACCOUNTS, MEMBERSHIPS, TOKENS
from events_api.handlers.pages.programme import EDITIONS, EVENTS, ORGANISATIONS, PLACES
from events_api.handlers.pages.records import Desk
from events_api.text import prose
from events_api.text.catalogue import labels
from events_api.text.interface import TEXTS, plural, text

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "events_api" / "handlers").rglob("*.py")) + sorted(TEMPLATES.rglob("*.html"))
PROGRAMME = (ORGANISATIONS, EVENTS, EDITIONS, PLACES)
FILES = (REPORTS, SUBSIDIES)
PEOPLE = (ACCOUNTS, MEMBERSHIPS, TOKENS)
KEY = re.compile(r"""["']([a-z_]+(?:\.[A-Za-z0-9_]+)+)["']""")
DYNAMIC = re.compile(r"""f?["']([a-z_]+(?:\.[a-z_]+)*\.)(?:["'] ~|\{)""")


def used_in(sources: list[Path]) -> tuple[set[str], set[str]]:
    """The keys written in full, and the beginnings of the keys that are composed."""
    texts = [path.read_text(encoding="utf-8") for path in sources]
    whole = {key for source in texts for key in KEY.findall(source)}
    return whole, {prefix for source in texts for prefix in DYNAMIC.findall(source)}


def test_every_text_is_written_in_both_languages() -> None:
    empty = [key for key, (fr, en) in TEXTS.items() if not fr.strip() or not en.strip()]

    assert empty == []


def test_both_languages_name_the_same_values() -> None:
    names = re.compile(r"\{(\w+)\}")
    different = [key for key, (fr, en) in TEXTS.items() if set(names.findall(fr)) != set(names.findall(en))]

    assert different == []


def test_every_key_that_a_page_names_exists() -> None:
    named = set()
    for path in sorted(TEMPLATES.rglob("*.html")):
        named |= set(re.findall(r"""\bt\(\s*"([^"]+)"\s*[,)]""", path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "events_api" / "handlers").rglob("*.py")):
        named |= set(re.findall(r"""\btext\(\s*"([^"]+)"\s*,""", path.read_text(encoding="utf-8")))

    assert named - set(TEXTS) == set()


def test_no_text_is_left_over() -> None:
    whole, prefixes = used_in(SOURCES)
    parts = {f"{key.rpartition('.')[0]}" for key in TEXTS if key.endswith((".one", ".many"))}
    counted = {f"{key}.{form}" for key in whole & parts for form in ("one", "many")}

    unused = [key for key in TEXTS if key not in whole | counted and not key.startswith(tuple(prefixes))]

    assert unused == []


def test_french_gets_its_no_break_spaces_and_zero_is_singular() -> None:
    assert text("form.error", "fr") == "Erreur\N{NO-BREAK SPACE}:"
    assert plural("form.errors", 0, "fr") == "Une réponse est à corriger"
    assert plural("form.errors", 0, "en") == "0 answers need correcting"
    assert plural("form.errors", 2, "fr") == "2 réponses sont à corriger"


@pytest.mark.parametrize("sections", [prose.HELP, prose.LEGAL, prose.PRIVACY, prose.ACCESSIBILITY])
def test_long_texts_say_the_same_in_both_languages(sections: tuple[prose.Section, ...]) -> None:
    pairs = [
        pair
        for section in sections
        for block in [section.title, *section.blocks]
        for pair in (block if isinstance(block, list) else [block])
    ]
    marks = re.compile(r"\{\w+\}|\]\([^)]*\)")

    assert [pair for pair in pairs if not all(pair)] == []
    assert [pair for pair in pairs if sorted(marks.findall(pair[0])) != sorted(marks.findall(pair[1]))] == []


class VisibleText(HTMLParser):
    """Collects what a person would read or hear in a template once its expressions are taken out."""

    READ = frozenset({"alt", "title", "aria-label", "placeholder", "aria-description", "label"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        if re.search(r"[^\W\d_]{2,}", data):
            self.found.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # HTMLParser's
        read = [value or "" for name, value in attrs if name in self.READ]
        self.found += [value for value in read if re.search(r"[^\W\d_]{2,}", value)]


def visible_text(template: str) -> list[str]:
    tokens = list(Environment(autoescape=True).lex(template))
    parser = VisibleText()
    parser.feed("".join(value for _, kind, value in tokens if kind == "data"))
    return parser.found


def test_a_word_written_in_a_template_would_be_found() -> None:
    assert visible_text('<p title="Oui">{{ t("a") }} Bonjour {# mot #}</p>') == ["Oui", "Bonjour"]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_word_of_their_own(path: Path) -> None:
    names_of_languages = {"English", "Français"}

    assert set(visible_text(path.read_text(encoding="utf-8"))) - names_of_languages == set()


def asked(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from asked(field.members)


@pytest.mark.parametrize("desk", [*PROGRAMME, *FILES, *PEOPLE], ids=lambda desk: desk.subject)
def test_every_field_and_every_choice_of_a_form_has_its_words(desk: Desk) -> None:
    fields = [*asked(desk.fields), *(field for step in desk.steps for field in asked(step.fields))]

    assert {f"field.{field.name}" for field in fields} - TEXTS.keys() == set()
    assert {f"step.{step.key}" for step in desk.steps} - TEXTS.keys() == set()
    assert {
        (field.group, option)
        for field in fields
        for option in field.options
        if f"choice.{field.group}.{option}" not in TEXTS and option not in labels(field.group, "fr")
    } == set()
