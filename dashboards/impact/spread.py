"""Charts 5 and 4: how surely the net primary impact is known, and which inputs move it."""

from dashboards.formats import say
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.marks import Axis, ImpactChart, Look, Panel, Row, bar, dot, whisker
from dashboards.impact.numbers import amounts, plain, share, short, significant
from dashboards.impact.words import badges, doubt, euro_cell, fact_look, parameter_label, printed_label, titled
from dashboards.measures import Language
from dashboards.tables import Cell, Header, Table
from events_api.domain.impact.assess import HEADLINE, Swing
from events_api.domain.impact.summaries import Distribution
from events_api.text.formats import percent

TORNADO = 10


def spread(facts: ImpactFacts, language: Language) -> ImpactChart:
    """The quantiles of both profiles. No shape is drawn between them: the result keeps quantiles, not draws."""
    result = facts.assessment
    kappa = significant(result.extended_kappa.mode, language)
    rows = (
        _profile(
            "strict",
            say(language, "Profil strict (κ\u00a0=\u00a00)", "Strict profile (κ\u00a0=\u00a00)"),
            result.distributions[HEADLINE],
            fact_look(facts, "total"),
            language,
        ),
        _profile(
            "extended",
            say(language, f"Profil étendu (κ\u00a0=\u00a0{kappa})", f"Extended profile (κ\u00a0=\u00a0{kappa})"),
            result.extended[HEADLINE],
            fact_look(facts, "other"),
            language,
        ),
    )
    return ImpactChart(
        id="spread",
        measure="impact",
        language=language,
        title=titled("Impact primaire net (euros)", "Net primary impact (euros)", facts, language),
        sentence=_spread_sentence(facts, language) + doubt(facts, language),
        panels=(
            Panel(
                axis=Axis(
                    title=say(
                        language, "Euros ; point : médiane, barre : P10–P90.", "Euros; dot: median, bar: P10–P90."
                    ),
                    unit="euros",
                    line=0,
                    line_label=say(language, "Tirets : zéro.", "Dashes: zero."),
                ),
                rows=rows,
            ),
        ),
        headers=(
            Header(label=say(language, "Profil", "Profile"), width=2),
            *(Header(label=name, numeric=True) for name in ("P10", "P50", "P90")),
        ),
        looks=(),
        badges=badges(facts, language),
    )


def _profile(key: str, label: str, drawn: Distribution, look: Look, language: Language) -> Row:
    return Row(
        key=key,
        label=label,
        marks=(*whisker(drawn.p10, drawn.p90, look), *((dot(drawn.p50, look),) if drawn.p50 is not None else ())),
        words=amounts(drawn, language),
        cells=tuple(euro_cell(value, HEADLINE, language) for value in (drawn.p10, drawn.p50, drawn.p90)),
    )


def _spread_sentence(facts: ImpactFacts, language: Language) -> str:
    result = facts.assessment
    strict, wider = (amounts(one[HEADLINE], language) for one in (result.distributions, result.extended))
    words = say(
        language,
        f"Huit tirages sur dix donnent, autour de la médiane : {strict} au profil strict, {wider} au profil étendu. "
        f"Probabilité d’un impact net négatif : {share(result.probability_net_negative, 'fr')}.",
        f"Eight draws out of ten give, around the median: {strict} in the strict profile, {wider} in the extended one. "
        f"Probability of a negative net impact: {share(result.probability_net_negative, 'en')}.",
    )
    above = result.probability_leverage_above_1
    if above is None or not facts.as_fact:
        return words
    return f"{words} " + say(
        language,
        f"Probabilité d’un levier net supérieur à 1 : {share(above, 'fr')}.",
        f"Probability of a net leverage above 1: {share(above, 'en')}.",
    )


def tornado(facts: ImpactFacts, language: Language) -> ImpactChart | None:
    """The ten greatest swings around the value at modes; None where nothing varies."""
    swings = facts.assessment.tornado[:TORNADO]
    centre = facts.at_modes(HEADLINE)
    if not swings or centre is None:
        return None
    return ImpactChart(
        id="tornado",
        measure="impact",
        language=language,
        title=titled(
            "Ce qui fait bouger l’impact primaire net (euros)",
            "What moves the net primary impact (euros)",
            facts,
            language,
        ),
        sentence=_tornado_sentence(swings[0], len(swings), centre, language) + doubt(facts, language),
        panels=(
            Panel(
                axis=Axis(
                    title=say(language, "Impact primaire net, euros.", "Net primary impact, euros."),
                    unit="euros",
                    zero=False,
                    line=centre,
                    line_label=say(language, "Tirets : valeur aux modes.", "Dashes: value at modes."),
                ),
                rows=tuple(_swing(one, centre, language) for one in swings),
            ),
        ),
        headers=(
            Header(label=say(language, "Paramètre", "Parameter"), width=2.2),
            Header(label=say(language, "Son P10", "Its P10"), numeric=True),
            Header(label=say(language, "Son P90", "Its P90"), numeric=True),
            Header(label=say(language, "Impact net au P10", "Net impact at P10"), numeric=True),
            Header(label=say(language, "Impact net au P90", "Net impact at P90"), numeric=True),
            Header(label=say(language, "Écart signé", "Signed swing"), numeric=True),
            Header(label=say(language, "Corrélation de rang", "Rank correlation"), numeric=True),
        ),
        looks=(
            ("less", say(language, "paramètre à son P10", "parameter at its P10")),
            ("more", say(language, "paramètre à son P90", "parameter at its P90")),
        ),
        badges=badges(facts, language),
    )


def _swing(one: Swing, centre: float, language: Language) -> Row:
    change = one.at_q90 - one.at_q10
    words = ("+" if change > 0 else "") + short(change, language)
    rank = "—" if one.spearman is None else plain(one.spearman, language)
    return Row(
        key=one.param,
        label=parameter_label(one.param, language),
        marks=(bar(centre, one.at_q10, "less"), bar(centre, one.at_q90, "more")),
        words=words,
        cells=(
            *(
                Cell(text=significant(value, language), numeric=True, node=one.param, values=(value,))
                for value in (one.q10, one.q90)
            ),
            *(euro_cell(value, HEADLINE, language) for value in (one.at_q10, one.at_q90)),
            Cell(text=words, numeric=True, node=HEADLINE, values=(change,)),
            Cell(text=rank, numeric=True, missing=True)
            if one.spearman is None
            else Cell(text=rank, numeric=True, node=HEADLINE, values=(one.spearman,)),
        ),
    )


def _tornado_sentence(most: Swing, count: int, centre: float, language: Language) -> str:
    name = parameter_label(most.param, language)
    return say(
        language,
        f"« {name} » pèse le plus : de son P10 à son P90, l’impact net passe de {short(most.at_q10, 'fr')} à "
        f"{short(most.at_q90, 'fr')}, pour {short(centre, 'fr')} aux modes. Les {count} plus grands écarts sont "
        "montrés, un paramètre à la fois.",
        f"“{name}” weighs most: from its P10 to its P90 the net impact goes from {short(most.at_q10, 'en')} to "
        f"{short(most.at_q90, 'en')}, against {short(centre, 'en')} at modes. The {count} greatest swings are shown, "
        "one parameter at a time.",
    )


def worth_measuring(facts: ImpactFacts, language: Language) -> Table | None:
    """The inputs that no source settles and whose measurement would shrink the interval most."""
    rows = facts.assessment.worth_measuring
    if not rows:
        return None
    return Table(
        id="worth-measuring",
        caption=titled("Ce qu’il vaut la peine de mesurer (euros)", "What is worth measuring (euros)", facts, language),
        summary="",
        headers=(
            Header(label=say(language, "Paramètre", "Parameter"), width=2.2),
            Header(label=say(language, "Comment il est connu", "How it is known")),
            Header(label=say(language, "Écart sur l’impact net", "Swing of the net impact"), numeric=True),
            Header(label=say(language, "Part du plus grand écart", "Part of the greatest swing"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(text=parameter_label(one.param, language)),
                Cell(text=printed_label("impact_status", one.status, language)),
                Cell(text=short(one.swing, language), numeric=True, node=one.param, values=(one.swing,)),
                _part(one.swing / (rows[0].swing or 1), one.param, language),
            )
            for one in rows
        ),
    )


def _part(part: float, node: str, language: Language) -> Cell:
    return Cell(text=percent(part, language, places=0), numeric=True, node=node, values=(part,))
