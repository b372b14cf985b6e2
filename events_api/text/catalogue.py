"""The one catalogue: turns codes, typed parameters and values into French or English text."""

import datetime as dt
import string
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from zoneinfo import ZoneInfo

from events_api.text import formats
from events_api.text.formats import LANGUAGES, Language
from events_api.text.labels import LABELS
from events_api.text.sentences import SENTENCES

_ZONE: Final = ZoneInfo("Europe/Paris")


def sentence(code: str, params: Mapping[str, object], language: Language) -> str:
    """Say what a code means to a person, its parameters formatted by name and type."""
    return _Sentence(language).vformat(_SENTENCES[language][code], (), params).rstrip()


def label(group: str, value: str, language: Language) -> str:
    """Name one value of a closed list, such as ``label("event_status", "cancelled", "fr")``."""
    return _LABELS[language][group][value]


def labels(group: str, language: Language) -> Mapping[str, str]:
    """Name every value of a closed list, in the order of the list."""
    return _LABELS[language][group]


class _Sentence(string.Formatter):
    """Formats fields for people; the specification of a field, when it has one, is a group of labels."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return str(key), super().get_value(key, args, kwargs)

    def format_field(self, value: tuple[str, object], format_spec: str) -> str:
        name, shown = value
        if format_spec:
            return label(format_spec, str(_plain(shown)), self.language)
        return written(name, shown, self.language)


def written(name: str, value: object, language: Language) -> str:
    """Write a typed value for people; its name tells what an integer is."""
    text: str
    match _plain(value):
        case None:
            text = "—"
        case int() as number:
            text = _integer(name, number, language)
        case Decimal() | float() as number:
            text = formats.decimal(number, language, places=2)
        case dt.datetime() as instant:
            text = formats.moment(instant, language, zone=_ZONE)
        case dt.date() as day:
            text = formats.day(day, language)
        case dt.time() as time:
            text = formats.clock(time, language)
        case (list() | tuple() | set() | frozenset()) as items:
            text = ", ".join(written(name, item, language) for item in items)
        case other:
            text = str(other)
    return text


def _integer(name: str, value: int, language: Language) -> str:
    if name.endswith("_cents"):
        return formats.money(value, language)
    if name.endswith("_bp"):
        return formats.percent(Decimal(value).scaleb(-4), language, places=2 if value % 100 else 0)
    return str(value) if name.endswith("year") else formats.integer(value, language)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def _in(language: Language, pair: tuple[str, str]) -> str:
    return formats.french(pair[0]) if language == "fr" else pair[1]


_SENTENCES: Final = {
    language: {code: _in(language, pair) for code, pair in SENTENCES.items()} for language in LANGUAGES
}
_LABELS: Final = {
    language: {group: {value: _in(language, pair) for value, pair in pairs.items()} for group, pairs in LABELS.items()}
    for language in LANGUAGES
}
