"""Chart 1: from gross to net, what the net is made of, and apart what the multiplier would add."""

from collections.abc import Sequence
from itertools import takewhile

from dashboards.formats import say
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.marks import Axis, ImpactChart, Look, Mark, Panel, Row, bar, whisker
from dashboards.impact.numbers import amounts, short, values
from dashboards.impact.words import badges, doubt, euro_cell, fact_look, printed_label, titled
from dashboards.measures import Language
from dashboards.parts import flat, parts, to
from dashboards.tables import Cell, Header
from events_api.domain.impact.assess import HEADLINE
from events_api.domain.impact.model import Bar
from events_api.domain.impact.summaries import Distribution

PARTS = ("net_new_visitor_spend", "organiser_net")


def cascade(facts: ImpactFacts, language: Language) -> ImpactChart:
    """The bars of the model in its order; the totals carry the interval of the draws."""
    bars = facts.assessment.waterfall
    first = [*takewhile(lambda one: one.key != HEADLINE, bars), *(one for one in bars if one.key == HEADLINE)]
    axis = Axis(
        title=say(language, "Euros, valeurs aux modes ; trait : P10–P90", "Euros, values at modes; line: P10–P90"),
        unit="euros",
    )
    said = parts(_sentence(facts, language) + doubt(facts, language))
    return ImpactChart(
        id="cascade",
        measure="impact",
        language=language,
        title=titled("Du brut au net (euros)", "From gross to net (euros)", facts, language),
        sentence=flat(said),
        parts=said,
        panels=(
            Panel(
                axis=axis, rows=_rows(facts, first, 0.0, language), name=say(language, "Du brut au net", "Down to net")
            ),
            Panel(
                axis=axis,
                rows=_parts(facts, language),
                name=say(language, "De quoi le net est fait", "What the net is made of"),
            ),
            Panel(
                axis=axis,
                rows=_rows(facts, bars[len(first) :], first[-1].value, language, apart=True),
                name=say(
                    language,
                    "À part : du chiffre d’affaires local, puis ce que le multiplicateur y ajoute",
                    "Apart: local turnover, then what the multiplier adds to it",
                ),
            ),
        ),
        headers=(
            Header(label=say(language, "Étape", "Step"), width=2.2),
            Header(label=say(language, "Profil strict, aux modes", "Strict profile, at modes"), numeric=True),
            Header(label=say(language, "Médiane [P10–P90]", "Median [P10–P90]"), numeric=True),
            Header(label=say(language, "Profil étendu, aux modes", "Extended profile, at modes"), numeric=True),
        ),
        looks=_legend(facts, language),
        badges=badges(facts, language),
    )


def _legend(facts: ImpactFacts, language: Language) -> tuple[tuple[Look, str], ...]:
    if not facts.as_fact:
        return (("grey", say(language, "grisé : pas un fait", "grey: no fact")),)
    return (
        ("total", say(language, "total", "total")),
        ("less", say(language, "retiré", "taken away")),
        ("more", say(language, "ajouté", "added")),
        ("apart", say(language, "à part : ne s’ajoute pas au net", "apart: not added to the net")),
    )


def _rows(
    facts: ImpactFacts, bars: Sequence[Bar], reached: float, language: Language, *, apart: bool = False
) -> tuple[Row, ...]:
    rows = []
    for one in bars:
        start = 0.0 if one.kind == "total" else reached
        reached = one.value if one.kind == "total" else reached + one.value
        look: Look = "less" if one.value < 0 else "more"
        if one.kind == "total":
            look = "apart" if apart else "total"
        elif apart and one.value > 0:
            look = "apart"
        mark = bar(start, reached, fact_look(facts, look))
        rows.append(_row(facts, one.key, one.value, mark, language, group="impact_bar"))
    return tuple(rows)


def _parts(facts: ImpactFacts, language: Language) -> tuple[Row, ...]:
    rows, reached = [], 0.0
    for key in PARTS:
        value = facts.at_modes(key) or 0.0
        mark = bar(reached, reached + value, fact_look(facts, "less" if value < 0 else "more"))
        reached += value
        rows.append(_row(facts, key, value, mark, language, group="impact_figure"))
    return tuple(rows)


def _row(facts: ImpactFacts, key: str, value: float, mark: Mark, language: Language, *, group: str) -> Row:
    drawn = facts.assessment.distributions.get(key)
    alone = mark.start == 0
    removed = key.startswith("removed")
    wider = facts.assessment.central_extended.get(key)
    of_wider = key if wider == facts.at_modes(key) else f"extended_{key}"
    return Row(
        key=key,
        label=printed_label(group, key, language),
        marks=(mark, *(whisker(drawn.p10, drawn.p90, mark.look) if drawn and alone else ())),
        words=short(value, language),
        cells=(
            euro_cell(value, f"bar_{key}" if removed else key, language),
            _interval_cell(drawn, key, language),
            euro_cell(-wider, f"bar_{of_wider}", language)
            if removed and wider is not None
            else euro_cell(wider, of_wider, language),
        ),
    )


def _interval_cell(drawn: Distribution | None, key: str, language: Language) -> Cell:
    if drawn is None:
        return Cell(text="—", numeric=True, missing=True)
    return Cell(text=amounts(drawn, language), numeric=True, node=f"p50_{key}", values=values(drawn))


def _sentence(facts: ImpactFacts, language: Language) -> str:
    gross, net, organiser = (
        to(short(facts.at_modes(key) or 0.0, language), key) for key in ("gross_impact", HEADLINE, "organiser_net")
    )
    median = to(amounts(facts.assessment.distributions[HEADLINE], language), f"p50_{HEADLINE}")
    return say(
        language,
        f"Sur {gross} de retombées brutes, {net} d’argent nouveau restent dans le territoire aux valeurs centrales ; "
        f"la médiane des tirages est de {median}. Le solde extérieur de l’organisateur est de {organiser}. Ce que le "
        "multiplicateur ajoute est montré à part et n’entre pas dans le net.",
        f"Of {gross} of gross impact, {net} of new money stays in the territory at central values; the median of the "
        f"draws is {median}. The external balance of the organiser is {organiser}. What the multiplier adds is shown "
        "apart and is no part of the net.",
    )
