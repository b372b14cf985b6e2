import datetime as dt
import re
import string

import pytest

from events_api.text import catalogue
from events_api.text.formats import NARROW, NBSP, french
from events_api.text.labels import LABELS
from events_api.text.sentences import SENTENCES

PAIRS = [*SENTENCES.items(), *((f"{g}.{v}", pair) for g, values in LABELS.items() for v, pair in values.items())]


def faults(sentence: str) -> list[str]:
    """Return what breaks French typography in a sentence that is ready to be shown."""
    rules = {
        "a sign without its narrow no-break space": rf"(?<![{NARROW}!?…])[;!?»]",
        "a colon without its no-break space": rf"(?<![{NBSP}0-9a-z{{_]):(?! //)",
        "an opening guillemet without its space": rf"«(?!{NARROW})",
        "a straight apostrophe or three dots": r"'|\.\.\.",
        "a straight quotation mark": r'"',
        "two spaces, or one at an end": r"^\s|\s$|[ \xa0\u202f]{2}",
        "a unit that may fall on the next line": r" [%€]",
        "a capital without its accent": r"\b(A|Etat|Etes|Evenement|Edition|Ecole|Elu)\b(?= |$)",
    }
    return [name for name, rule in rules.items() if re.search(rule, sentence)]


def names_and_specs(sentence: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize(("key", "pair"), PAIRS, ids=[key for key, _ in PAIRS])
def test_both_languages_say_the_same(key: str, pair: tuple[str, str]) -> None:
    written_in_french, written_in_english = pair

    assert written_in_french.strip()
    assert written_in_english.strip()
    assert names_and_specs(written_in_french) == names_and_specs(written_in_english)
    assert all(spec in LABELS or not spec for _, spec in names_and_specs(written_in_french))


@pytest.mark.parametrize(("key", "pair"), PAIRS, ids=[key for key, _ in PAIRS])
def test_no_french_sentence_breaks_typography(key: str, pair: tuple[str, str]) -> None:
    shown = re.sub(r"\bA\b(?=\xa0:)", "grade", french(pair[0]))

    assert faults(shown) == []


@pytest.mark.parametrize("wrong", ["Quoi ?", "Reste : 3", "« non »", "l'heure", "12 %", "Etat : refusé", "A relire"])
def test_a_fault_is_seen(wrong: str) -> None:
    assert len(faults(wrong)) >= 1


def test_parameters_are_written_by_name_and_type(monkeypatch: pytest.MonkeyPatch) -> None:
    template = (
        "{asked_cents} le {on}, {seen_at}, {budget_year}, {count}, {rate_bp}, {names}, {state:event_status}, {gone}"
    )
    monkeypatch.setitem(catalogue._SENTENCES["fr"], "sample", template)
    monkeypatch.setitem(catalogue._SENTENCES["en"], "sample", template.replace(" le ", " on "))
    params = {
        "asked_cents": 1_00,
        "on": dt.date(2026, 7, 1),
        "seen_at": dt.datetime(2026, 7, 1, 18, 30, tzinfo=dt.UTC),
        "budget_year": 2024,
        "count": 150000,
        "rate_bp": 1250,
        "names": ["a", "b"],
        "state": "cancelled",
        "gone": None,
    }

    assert catalogue.sentence("sample", params, "fr") == (
        "1,00\xa0€ le 1er juillet 2026, 1er juillet 2026 à 20\xa0h\xa030, "
        "2024, 150\u202f000, 12,50\xa0%, a, b, Annulé, —"
    )
    assert catalogue.sentence("sample", params, "en") == (
        "€1.00 on 1 July 2026, 1 July 2026 at 20:30, 2024, 150,000, 12.50%, a, b, Cancelled, —"
    )


def test_what_a_user_typed_is_not_retouched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue._SENTENCES["fr"], "sample", french("« {text} » est pris."))

    assert catalogue.sentence("sample", {"text": "L'été {x} ; oui"}, "fr") == "«\u202fL'été {x} ; oui\u202f» est pris."


def test_labels_keep_the_order_of_their_list() -> None:
    assert list(catalogue.labels("event_status", "fr")) == [
        "scheduled",
        "rescheduled",
        "moved_online",
        "postponed",
        "full",
        "cancelled",
    ]
    assert catalogue.label("grade", "A", "fr") == "A\xa0: scanné"
