"""Chart 14 for one edition: what the journeys of each kind of visitor emit, beside the euros that they bring."""

from typing import Final

from dashboards.formats import say
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.marks import Axis, ImpactChart, Panel, Row, bar
from dashboards.impact.numbers import plain, share, short, significant
from dashboards.impact.words import badges, doubt, euro_cell, fact_look, printed_label, titled
from dashboards.measures import Language
from dashboards.parts import flat, parts, to
from dashboards.tables import Cell, Header, not_measured
from events_api.domain.impact.segments import SEGMENTS, Segment

PER_VISITOR = "kg_per_unique_visitor"
OVERNIGHT: Final[tuple[Segment, ...]] = ("C", "N", "P")


def journeys(facts: ImpactFacts, language: Language) -> ImpactChart | None:
    """By segment; None where the journeys are not said or nobody came."""
    whole = facts.at_modes(PER_VISITOR)
    if whole is None:
        return None
    kg = say(language, "kg de CO₂e par visiteur, aller et retour.", "kg CO₂e per visitor, there and back.")
    said = parts(_sentence(facts, whole, language) + doubt(facts, language))
    return ImpactChart(
        id="journeys",
        measure="journeys",
        language=language,
        title=titled(
            "Carbone des trajets (kg de CO₂e par visiteur) et dépense nouvelle (euros)",
            "Carbon of the journeys (kg CO₂e per visitor) and new spending (euros)",
            facts,
            language,
        ),
        sentence=flat(said),
        parts=said,
        panels=(
            Panel(
                name=say(language, "Carbone", "Carbon"),
                axis=Axis(title=kg, unit="kg"),
                rows=tuple(_carbon(facts, one, language) for one in SEGMENTS),
            ),
            Panel(
                name=say(language, "Dépense nouvelle", "New spending"),
                axis=Axis(title=say(language, "Euros, aux modes.", "Euros, at modes."), unit="euros"),
                rows=tuple(_euros(facts, one, language) for one in SEGMENTS),
            ),
        ),
        headers=(
            Header(label=say(language, "Visiteurs", "Visitors"), width=2),
            Header(label=say(language, "Par visiteur", "Per visitor"), numeric=True),
            Header(label=say(language, "En tout", "In all"), numeric=True),
            Header(label=say(language, "Unité", "Unit")),
        ),
        looks=(),
        badges=badges(facts, language),
        beside=True,
    )


def _carbon(facts: ImpactFacts, one: Segment, language: Language) -> Row:
    key = f"kg_per_visitor_{one}"
    value, total = facts.at_modes(key), facts.at_modes(f"carbon_{one}")
    return Row(
        key=key,
        label=printed_label("impact_segment", one, language),
        marks=(bar(0, value or 0.0, fact_look(facts, "total")),),
        words=f"{significant(value or 0.0, language)}\u00a0kg",
        cells=(
            _cell(value, "" if value is None else significant(value, language), key, language),
            _cell(total, "" if total is None else plain(round(total), language), f"carbon_{one}", language),
            Cell(text=say(language, "kg de CO₂e", "kg CO₂e")),
        ),
    )


def _euros(facts: ImpactFacts, one: Segment, language: Language) -> Row:
    """Residents bring nothing new: there is no such figure, whatever they spend."""
    key, stay = f"new_spend_{one}", f"spend_per_stay_{one}"
    value, each = facts.at_modes(key), facts.at_modes(stay)
    label = printed_label("impact_segment", one, language)
    none = say(language, "aucune, par règle", "none, by rule")
    total = Cell(text=none, numeric=True, missing=True) if value is None else euro_cell(value, key, language)
    return Row(
        key=key,
        label=label,
        marks=() if value is None else (bar(0, value, fact_look(facts, "more")),),
        words=none if value is None else short(value, language),
        cells=(
            Cell(text="—", numeric=True, missing=True) if value is None else euro_cell(each, stay, language),
            total,
            Cell(text=say(language, "euros ; par séjour", "euros; per stay")),
        ),
    )


def _cell(value: float | None, words: str, node: str, language: Language) -> Cell:
    if value is None:
        return Cell(text=not_measured(language), numeric=True, missing=True)
    return Cell(text=words, numeric=True, node=node, values=(value,))


def _sentence(facts: ImpactFacts, whole: float, language: Language) -> str:
    overnight, attendance = facts.at_modes("carbon_share_overnight"), facts.at_modes("kg_per_attendance")
    visitor = to(significant(whole, language), PER_VISITOR)
    entry = to(significant(attendance or 0.0, language), "kg_per_attendance")
    words = say(
        language,
        f"Les trajets émettent {visitor} kg de CO₂e par visiteur unique et {entry} kg par entrée-jour.",
        f"Journeys emit {visitor} kg CO₂e per unique visitor and {entry} kg per attendance.",
    )
    spending = facts.at_modes("net_new_visitor_spend")
    if overnight is not None and spending:
        theirs = sum(facts.at_modes(f"new_spend_{one}") or 0.0 for one in OVERNIGHT) / spending
        emitted = to(share(overnight, language), "carbon_share_overnight")
        spent = to(share(theirs, language), "new_spend_share_overnight")
        words += " " + say(
            language,
            f"Ceux qui dorment sur place font {emitted} de ces émissions et {spent} de la dépense nouvelle du public : "
            "les deux se lisent ensemble.",
            f"Those who stay overnight make {emitted} of these emissions and {spent} of the new spending of visitors: "
            "the two are read together.",
        )
    return words
