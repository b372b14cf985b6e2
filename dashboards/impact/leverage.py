"""Chart 2: three leverages, never one; the gross ratio is grey, the net one has its interval (§1.2, §4.7)."""

from dashboards.formats import say
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.marks import Axis, ImpactChart, Look, Mark, Panel, Row, dot, whisker
from dashboards.impact.numbers import ratios, share, shares, significant, values
from dashboards.impact.words import NO_FACT, badges, doubt, fact_look, printed_label, titled
from dashboards.measures import Language
from dashboards.parts import flat, parts, to
from dashboards.tables import Cell, Header, not_measured
from events_api.domain.impact.assess import BREAKEVEN, HEADLINE, LEVERAGE
from events_api.domain.impact.derived import EXTENDED_KAPPA as KAPPA_EXTENDED
from events_api.domain.impact.summaries import Distribution

FINANCIAL = "cofinancing_per_euro"
GROSS = "lev_gross_metro"


def ratio_axis(language: Language) -> Axis:
    """Euros per euro on a logarithmic scale, with a line at one for one."""
    return Axis(
        title=say(language, "Euros par euro, échelle logarithmique.", "Euros per euro, logarithmic scale."),
        unit="ratio",
        log=True,
        line=1,
        line_label=say(language, "Tirets : un pour un.", "Dashes: one for one."),
    )


def leverage(facts: ImpactFacts, language: Language) -> ImpactChart | None:
    """The three ratios; None without support, whose ratios are null."""
    if not facts.at_modes("subsidy"):
        return None
    found, wider = facts.assessment.distributions, facts.assessment.extended
    financial = facts.at_modes(FINANCIAL)
    rows = [
        _row(facts, FINANCIAL, None, financial, "total", language),
        _row(facts, GROSS, found.get(GROSS), facts.at_modes(GROSS), "grey", language),
        _row(facts, LEVERAGE, found.get(LEVERAGE), facts.at_modes(LEVERAGE), fact_look(facts, "total"), language),
        _row(
            facts,
            LEVERAGE,
            wider.get(LEVERAGE),
            facts.assessment.central_extended.get(LEVERAGE),
            fact_look(facts, "other"),
            language,
            extended=True,
        ),
    ]
    if not any(mark.end > 0 for row in rows for mark in row.marks):
        return None
    said = parts(_sentence(facts, language) + doubt(facts, language))
    return ImpactChart(
        id="leverage",
        measure="leverage",
        language=language,
        title=titled(
            "Trois leviers (euros par euro d’aide de la métropole)",
            "Three leverages (euros per euro of support of the métropole)",
            facts,
            language,
        ),
        sentence=flat(said),
        parts=said,
        panels=(
            Panel(
                axis=ratio_axis(language),
                rows=tuple(rows),
            ),
        ),
        headers=(
            Header(label=say(language, "Ratio", "Ratio"), width=2),
            Header(label=say(language, "Aux modes", "At modes"), numeric=True),
            Header(label=say(language, "Médiane [P10–P90]", "Median [P10–P90]"), numeric=True),
            Header(label=say(language, "Ce qu’il dit", "What it says"), width=2.4),
        ),
        looks=(("grey", say(language, "grisé : pas un fait", "grey: no fact")),),
        badges=badges(facts, language),
    )


def _row(
    facts: ImpactFacts,
    key: str,
    drawn: Distribution | None,
    central: float | None,
    look: Look,
    language: Language,
    *,
    extended: bool = False,
) -> Row:
    """One ratio at its median, where it has one; nothing at or below zero can be drawn on this axis."""
    at = central if drawn is None else drawn.p50
    label = printed_label("impact_figure", key, language)
    named = f"extended_{key}" if extended else key
    if extended:
        kappa = significant(facts.assessment.extended_kappa.mode, language)
        label += say(
            language, f", profil étendu (κ\u00a0=\u00a0{kappa})", f", extended profile (κ\u00a0=\u00a0{kappa})"
        )
    marks: list[Mark] = []
    if at is not None and at > 0:
        if drawn and drawn.p90 is not None and drawn.p10 is not None:
            marks += whisker(drawn.p10, drawn.p90, look)
        marks.append(dot(at, look))
    words = not_measured(language)
    if at is not None:
        words = ratios(drawn, language) if drawn else significant(at, language)
        if at <= 0:
            words += say(language, ", hors échelle", ", off the scale")
    if key == GROSS:
        words += say(language, " (non additionnel)", " (not additional)")
    elif look == "grey":
        words += f" ({NO_FACT.read(language)[0]})"
    return Row(
        key=f"{key}-extended" if extended else key,
        label=label,
        marks=tuple(marks),
        words=words,
        cells=(
            _ratio_cell(central, named, language),
            _interval_cell(drawn, named, language),
            Cell(text=_meaning(facts, key, language)),
        ),
        node=KAPPA_EXTENDED if extended else "",
    )


def _ratio_cell(value: float | None, key: str, language: Language) -> Cell:
    if value is None:
        return Cell(text=not_measured(language), numeric=True, missing=True)
    return Cell(text=significant(value, language), numeric=True, node=key, values=(value,))


def _interval_cell(drawn: Distribution | None, key: str, language: Language) -> Cell:
    if drawn is None or drawn.p50 is None:
        return Cell(text="—", numeric=True, missing=True)
    return Cell(text=ratios(drawn, language), numeric=True, node=f"p50_{key}", values=values(drawn))


def _meaning(facts: ImpactFacts, key: str, language: Language) -> str:
    if key == FINANCIAL:
        return say(
            language,
            "euros des autres financeurs par euro de la métropole ; rien d’économique",
            "euros of the other funders per euro of the métropole; no economics in it",
        )
    if key == GROSS:
        return say(
            language,
            "ce que la presse cite ; non additionnel : il compte ce qui aurait eu lieu sans l’événement",
            "what the press quotes; not additional: it counts what would have happened without the event",
        )
    words = say(
        language,
        "argent nouveau par euro, si l’événement ne vivait que de cette aide",
        "new money per euro, if the event lived by this support alone",
    )
    return words if facts.as_fact else f"{words} ; {NO_FACT.fr}" if language == "fr" else f"{words}; {NO_FACT.en}"


def _sentence(facts: ImpactFacts, language: Language) -> str:
    return f"{_compared(facts, language)} {breakeven(facts, language)}"


def _compared(facts: ImpactFacts, language: Language) -> str:
    financial, gross = facts.at_modes(FINANCIAL), facts.at_modes(GROSS)
    drawn = facts.assessment.distributions.get(LEVERAGE)
    if financial is None or gross is None or drawn is None or not facts.as_fact:
        return say(
            language,
            "Trois ratios portent le nom de levier : aucun ne remplace les deux autres.",
            "Three ratios are called leverage: none of them stands for the two others.",
        )
    others, much = to(significant(financial, language), FINANCIAL), to(significant(gross, language), GROSS)
    new = to(ratios(drawn, language), f"p50_{LEVERAGE}")
    return say(
        language,
        f"Pour un euro de la métropole : {others} des autres financeurs, {much} de retombées brutes (non additionnel), "
        f"{new} d’argent nouveau si l’événement ne vivait que de cette aide.",
        f"For one euro of the métropole: {others} from the other funders, {much} of gross impact (not additional), "
        f"{new} of new money if the event lived by this support alone.",
    )


def breakeven(facts: ImpactFacts, language: Language) -> str:
    """What must be believed of the support for it to bring in more than it costs (§1.9)."""
    drawn = facts.assessment.distributions.get(BREAKEVEN)
    if not facts.at_modes("subsidy"):
        return say(
            language,
            "Sans aide de la métropole, il n’y a ni levier ni seuil d’additionnalité.",
            "Without support of the métropole there is neither leverage nor a break-even.",
        )
    median, node = None if drawn is None else drawn.p50, f"p50_{BREAKEVEN}"
    net = facts.assessment.distributions[HEADLINE].p50
    if drawn is None or median is None or net is None or net <= 0:
        return say(
            language,
            "Seuil d’additionnalité β* : infini. L’impact primaire net n’est pas positif, aucune part due à l’aide "
            "ne la compense.",
            "Break-even β*: infinite. The net primary impact is not positive, no part due to the support "
            "makes up for it.",
        )
    least, between = to(share(median, language), node), to(shares(drawn, language), node)
    if median > 1:
        return say(
            language,
            f"Seuil d’additionnalité β* : {least}, plus que le tout. Même si tout l’impact net dépendait de l’aide, "
            "elle coûterait plus qu’elle ne rapporte.",
            f"Break-even β*: {least}, more than the whole. Even if all the net impact depended on the support, it "
            "would cost more than it brings in.",
        )
    return say(
        language,
        f"Seuil d’additionnalité β* : {between}. L’aide rapporte plus qu’elle ne coûte seulement si au moins {least} "
        "de l’impact net dépend d’elle.",
        f"Break-even β*: {between}. The support brings in more than it costs only if at least {least} of the net "
        "impact depends on it.",
    )
