"""Every code that a format can give has its two sentences, with the parameters it is given."""

import re
from pathlib import Path

import events_api.importers.tickets.formats as package
from events_api.text.sentences import SENTENCES

CODE = re.compile(r'"(ticket-[a-z0-9-]+)"')
NOTE = re.compile(r'notes\[f?"(ticket-[a-z0-9-]+)"')


def source() -> str:
    folder = Path(package.__file__).parent
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.py")))


def test_every_code_has_its_sentences() -> None:
    left_out = {f"ticket-{name}-left-out" for name in ("add-on", "gift-card", "technical-line")}
    codes = set(CODE.findall(source())) | left_out | {"ticket-refunded", "ticket-cancelled"}

    assert {code for code in codes if code not in SENTENCES} == set()


def test_a_note_says_how_many_lines() -> None:
    notes = set(NOTE.findall(source()))

    assert len(notes) >= 8
    assert {
        code for code in notes if "{lines}" not in SENTENCES[code][0] or "{lines}" not in SENTENCES[code][1]
    } == set()
