"""The words that the charts of an assessment share: titles, badges, labels of figures and of parameters, cells."""

from typing import Final

from dashboards.attendance.canvas import Badge
from dashboards.formats import say, typeset
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.marks import Look
from dashboards.impact.numbers import amount
from dashboards.measures import Language, Text
from dashboards.tables import Cell, not_measured
from dashboards.words import grade_words
from events_api.domain.impact.parameters import label_of
from events_api.domain.impact.segments import SEGMENTS
from events_api.text.catalogue import label, labels

FUNDER: Final = "sub_"
NO_FACT: Final = Text("non mesuré comme un fait", "not measured as a fact")


def titled(fr: str, en: str, facts: ImpactFacts, language: Language) -> str:
    """What is drawn and its unit, the edition, the territory."""
    return f"{say(language, fr, en)}, {facts.edition}, {facts.territory}"


def badges(facts: ImpactFacts, language: Language) -> tuple[Badge, ...]:
    """The evidence grade, and that the figures are no fact where it is E or F."""
    grade = Badge(text=grade_words(facts.grade, language), grade=facts.grade)
    if facts.as_fact:
        return (grade,)
    return grade, Badge(text=NO_FACT.read(language)[0], kind="modelled")


def fact_look(facts: ImpactFacts, look: Look) -> Look:
    """Grey where the figure is no fact."""
    return look if facts.as_fact else "grey"


def doubt(facts: ImpactFacts, language: Language) -> str:
    """What is said after a sentence that rests on a declared or forecast attendance."""
    if facts.as_fact:
        return ""
    grade = grade_words(facts.grade, language)
    return " " + say(
        language,
        f"La fréquentation est de grade {grade} : ces valeurs sont des hypothèses, non mesurées comme un fait.",
        f"The attendance is of grade {grade}: these values are assumptions, not measured as a fact.",
    )


def printed_label(group: str, value: str, language: Language) -> str:
    """A label with the apostrophe of print."""
    return _typeset(label(group, value, language), language)


def parameter_label(key: str, language: Language) -> str:
    """A parameter, and the segment or the line that it is of."""
    name, line = label_of(key)
    words = printed_label("impact_given", name, language)
    if line is None:
        return words
    about = printed_label("impact_segment", line, language) if line in SEGMENTS else line_words(line, language)
    return f"{words} ({about})"


def line_words(line: str, language: Language) -> str:
    """The name of a line of a budget, of a category or of a funder; one that somebody made up is shown as it is."""
    known = labels("impact_line", language)
    return _typeset(known[line], language) if line in known else line.removeprefix(FUNDER).replace("_", " ")


def euro_cell(value: float | None, node: str, language: Language) -> Cell:
    """Whole euros, or that they are not measured."""
    if value is None:
        return Cell(text=not_measured(language), numeric=True, missing=True)
    return Cell(text=amount(value, language), numeric=True, node=node, values=(value,))


def _typeset(words: str, language: Language) -> str:
    words = words.replace("'", "’")
    return typeset(words) if language == "fr" else words
