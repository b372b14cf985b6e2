"""Chart 11 beside an assessment: what tickets and gates counted of the edition, with the grade of the count."""

from typing import Final

from dashboards.attendance.canvas import Badge
from dashboards.attendance.funnel import Step, funnel_sentence, funnel_steps, step_value
from dashboards.formats import number, say
from dashboards.impact.facts import ImpactFacts, Visits
from dashboards.impact.marks import Axis, ImpactChart, Look, Panel, Row, bar
from dashboards.impact.words import titled
from dashboards.measures import Language, Text
from dashboards.parts import BESIDE, beside, flat, parts, to
from dashboards.tables import Cell, Header, linked_cell
from dashboards.words import grade_words

UNCOUNTED: Final = (
    Text("Du billet au visiteur", "From ticket to visitor"),
    Text(
        "ni billet ni passage de cette édition n’a été compté : la fréquentation est celle qui a été saisie",
        "neither ticket nor entry of this edition was counted: the attendance is the one that was entered",
    ),
)
_LOOKS: Final[dict[str, Look]] = {"full": "total", "lines": "less", "dots": "apart"}


def visits(facts: ImpactFacts, language: Language) -> ImpactChart | None:
    """From tickets to people; None without any count."""
    counted = facts.visits
    if counted is None or not _any(counted):
        return None
    steps = funnel_steps(counted.total, language, beside)
    said = parts(f"{funnel_sentence(counted.total, language, beside)} {_beside(facts, counted, language)}".rstrip())
    return ImpactChart(
        id="funnel",
        measure="visits",
        language=language,
        title=titled(
            "Du billet au visiteur (billets, entrées-jour, personnes)",
            "From ticket to visitor (tickets, entry-days, people)",
            facts,
            language,
        ),
        sentence=flat(said),
        parts=said,
        panels=(
            Panel(
                axis=Axis(
                    title=say(
                        language,
                        "Nombre ; l’unité change d’une barre à l’autre.",
                        "Number; the unit changes from one bar to the next.",
                    ),
                    unit="count",
                ),
                rows=tuple(_row(step, language) for step in steps),
            ),
        ),
        headers=(
            Header(label=say(language, "Grandeur", "Quantity"), width=1.4),
            Header(label=say(language, "Valeur", "Value"), numeric=True),
            Header(label=say(language, "Unité", "Unit")),
            Header(label=say(language, "Par rapport à ce qui précède", "Compared with the one before"), width=1.6),
            Header(label=say(language, "Définition", "Definition"), width=3),
        ),
        looks=(
            ("total", say(language, "billets", "tickets")),
            ("less", say(language, "billets × jours", "tickets × days")),
            ("apart", say(language, "personnes", "people")),
        ),
        badges=_badges(counted, language),
    )


def uncounted(facts: ImpactFacts) -> tuple[tuple[Text, Text], ...]:
    """The line of what is not measured, where nothing was counted."""
    return () if facts.visits is not None and _any(facts.visits) else (UNCOUNTED,)


def _any(counted: Visits) -> bool:
    return bool(counted.total.tickets_issued or counted.total.entries_in)


def _row(step: Step, language: Language) -> Row:
    value = step_value(step, language)
    return Row(
        key=step.look if step.look != "full" else step.name,
        label=step.name,
        marks=() if step.value is None else (bar(0, step.value, _LOOKS[step.look]),),
        words=value if step.value is None else f"{value} {step.unit}",
        cells=(
            Cell(text=value, numeric=True, missing=True)
            if step.value is None
            else Cell(text=value, numeric=True, node=f"{BESIDE}{step.key}", values=(step.value,)),
            Cell(text=step.unit),
            linked_cell(step.ratio or "—"),
            Cell(text=step.definition),
        ),
    )


def _beside(facts: ImpactFacts, counted: Visits, language: Language) -> str:
    """Whether the assessment stands on another attendance than the one counted."""
    taken = facts.at_modes("attendances")
    if taken is None or not counted.total.attendances or round(taken) == counted.total.attendances:
        return ""
    kept = to(number(round(taken), language), "attendances")
    return say(
        language,
        f"L’évaluation, elle, retient {kept} entrées-jour ({grade_words(facts.grade, 'fr')}).",
        f"The assessment itself takes {kept} entry-days ({grade_words(facts.grade, 'en')}).",
    )


def _badges(counted: Visits, language: Language) -> tuple[Badge, ...]:
    found = [Badge(text=grade_words(counted.grade, language), grade=counted.grade)]
    if counted.simulated:
        found.append(Badge(text=say(language, "données simulées", "simulated data"), kind="simulated"))
    return tuple(found)
