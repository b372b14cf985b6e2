"""Charts 5 and 4: how surely the net primary impact is known, and which inputs move it."""

from dashboards.formats import say
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.marks import Axis, Columns, ImpactChart, Look, Panel, Row, Rule, bar, dot, whisker
from dashboards.impact.numbers import amounts, plain, share, short, significant
from dashboards.impact.words import badges, doubt, euro_cell, fact_look, parameter_label, printed_label, titled
from dashboards.measures import Language
from dashboards.parts import flat, parts, to
from dashboards.tables import Cell, Header, Table
from events_api.domain.impact.assess import HEADLINE, KAPPA, Swing
from events_api.domain.impact.derived import EXTENDED_KAPPA
from events_api.domain.impact.summaries import Distribution, Histogram
from events_api.text.formats import percent

TORNADO = 10


def spread(facts: ImpactFacts, language: Language) -> ImpactChart:
    """The shape of the draws, where the result keeps it, and the quantiles of both profiles."""
    result = facts.assessment
    strict, kappa = significant(result.kappa, language), significant(result.extended_kappa.mode, language)
    rows = (
        _profile(
            "strict",
            say(language, f"Profil strict (κ\u00a0=\u00a0{strict})", f"Strict profile (κ\u00a0=\u00a0{strict})"),
            KAPPA,
            result.distributions[HEADLINE],
            HEADLINE,
            fact_look(facts, "total"),
            language,
        ),
        _profile(
            "extended",
            say(language, f"Profil étendu (κ\u00a0=\u00a0{kappa})", f"Extended profile (κ\u00a0=\u00a0{kappa})"),
            EXTENDED_KAPPA,
            result.extended[HEADLINE],
            f"extended_{HEADLINE}",
            fact_look(facts, "other"),
            language,
        ),
    )
    shape = result.histograms.get(HEADLINE)
    said = parts(_spread_sentence(facts, language) + doubt(facts, language))
    profiles = Panel(
        axis=Axis(
            title=say(language, "Euros ; point : médiane, barre : P10–P90.", "Euros; dot: median, bar: P10–P90."),
            unit="euros",
            line=0,
            line_label=say(language, "Tirets : zéro.", "Dashes: zero."),
        ),
        rows=rows,
        name="" if shape is None else say(language, "Les deux profils", "Both profiles"),
    )
    return ImpactChart(
        id="spread",
        measure="impact",
        language=language,
        title=titled("Impact primaire net (euros)", "Net primary impact (euros)", facts, language),
        sentence=flat(said),
        parts=said,
        panels=(profiles,) if shape is None else (_shape(facts, shape, language), profiles),
        headers=(
            Header(label=say(language, "Profil", "Profile"), width=2),
            *(Header(label=name, numeric=True) for name in ("P10", "P50", "P90")),
        ),
        looks=(("less", say(language, "tirages négatifs", "negative draws")),)
        if shape is not None and shape.low < 0 and facts.as_fact
        else (),
        badges=badges(facts, language),
        more=() if shape is None else (histogram_table(facts, shape, language),),
    )


def _profile(key: str, label: str, kappa: str, drawn: Distribution, node: str, look: Look, language: Language) -> Row:
    return Row(
        key=key,
        label=label,
        marks=(*whisker(drawn.p10, drawn.p90, look), *((dot(drawn.p50, look),) if drawn.p50 is not None else ())),
        words=amounts(drawn, language),
        cells=tuple(
            euro_cell(value, f"{name}_{node}", language)
            for name, value in (("p10", drawn.p10), ("p50", drawn.p50), ("p90", drawn.p90))
        ),
        node=kappa,
    )


def _shape(facts: ImpactFacts, shape: Histogram, language: Language) -> Panel:
    """The strict profile as columns, its quantiles as lines across them."""
    of = facts.assessment.distributions[HEADLINE]
    rules = [
        Rule(at=value, label=name, dashed=name != "P50")
        for name, value in (("P10", of.p10), ("P50", of.p50), ("P90", of.p90))
        if value is not None
    ]
    return Panel(
        axis=Axis(
            title=say(
                language,
                "Euros, profil strict. Les tirages au-delà des deux bords sont dans le tableau.",
                "Euros, strict profile. The draws beyond both edges are in the table.",
            ),
            unit="euros",
            zero=False,
        ),
        rows=(),
        name=say(language, "Combien de tirages donnent combien", "How many draws give how much"),
        columns=Columns(
            edges=shape.edges,
            counts=shape.counts,
            look=fact_look(facts, "total"),
            below_zero=fact_look(facts, "less"),
            rules=tuple(rules),
            label=say(language, "tirages", "draws"),
        ),
    )


def histogram_table(facts: ImpactFacts, shape: Histogram, language: Language) -> Table:
    """The steps of the histogram and the draws in them, with those beyond on both sides."""
    edges, last = shape.edges, len(shape.counts)
    steps = [
        (
            euro_cell(edges[rank], f"edge_{rank}_{HEADLINE}", language),
            euro_cell(edges[rank + 1], f"edge_{rank + 1}_{HEADLINE}", language),
            _count(count, str(rank), language),
        )
        for rank, count in enumerate(shape.counts)
    ]
    nothing = Cell(text="—", numeric=True, missing=True)
    return Table(
        id="spread-histogram",
        caption=titled(
            "Tirages par tranche d’impact primaire net (euros)",
            "Draws by step of net primary impact (euros)",
            facts,
            language,
        ),
        summary="",
        headers=(
            Header(label=say(language, "De", "From")),
            Header(label=say(language, "À", "To"), numeric=True),
            Header(label=say(language, "Tirages", "Draws"), numeric=True),
        ),
        rows=(
            (nothing, euro_cell(edges[0], f"edge_0_{HEADLINE}", language), _count(shape.below, "below", language)),
            *steps,
            (
                euro_cell(edges[last], f"edge_{last}_{HEADLINE}", language),
                nothing,
                _count(shape.above, "above", language),
            ),
        ),
    )


def _count(count: int, step: str, language: Language) -> Cell:
    return Cell(text=plain(count, language), numeric=True, node=f"draws_{step}_{HEADLINE}")


def _spread_sentence(facts: ImpactFacts, language: Language) -> str:
    result = facts.assessment
    strict = to(amounts(result.distributions[HEADLINE], language), f"p50_{HEADLINE}")
    wider = to(amounts(result.extended[HEADLINE], language), f"p50_extended_{HEADLINE}")
    negative = to(share(result.probability_net_negative, language), "prob_net_primary_negative")
    words = say(
        language,
        f"Huit tirages sur dix donnent, autour de la médiane : {strict} au profil strict, {wider} au profil étendu. "
        f"Probabilité d’un impact net négatif : {negative}.",
        f"Eight draws out of ten give, around the median: {strict} in the strict profile, {wider} in the extended one. "
        f"Probability of a negative net impact: {negative}.",
    )
    if result.probability_leverage_above_1 is None or not facts.as_fact:
        return words
    above = to(share(result.probability_leverage_above_1, language), "prob_lev_net_metro_above_1")
    return f"{words} " + say(
        language,
        f"Probabilité d’un levier net supérieur à un euro par euro : {above}.",
        f"Probability of a net leverage above one euro per euro: {above}.",
    )


def tornado(facts: ImpactFacts, language: Language) -> ImpactChart | None:
    """The ten greatest swings around the value at modes; None where nothing varies."""
    swings = facts.assessment.tornado[:TORNADO]
    centre = facts.at_modes(HEADLINE)
    if not swings or centre is None:
        return None
    said = parts(_tornado_sentence(swings[0], centre, language) + doubt(facts, language))
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
        sentence=flat(said),
        parts=said,
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
            Cell(text=significant(one.q10, language), numeric=True, node=f"p10_{one.param}", values=(one.q10,)),
            Cell(text=significant(one.q90, language), numeric=True, node=f"p90_{one.param}", values=(one.q90,)),
            euro_cell(one.at_q10, f"at_p10_{one.param}", language),
            euro_cell(one.at_q90, f"at_p90_{one.param}", language),
            Cell(text=words, numeric=True, node=f"change_{one.param}", values=(change,)),
            Cell(text=rank, numeric=True, missing=True)
            if one.spearman is None
            else Cell(text=rank, numeric=True, node=f"rank_{one.param}", values=(one.spearman,)),
        ),
    )


def _tornado_sentence(most: Swing, centre: float, language: Language) -> str:
    name = parameter_label(most.param, language)
    low, high = (
        to(short(value, language), f"at_{end}_{most.param}")
        for end, value in (("p10", most.at_q10), ("p90", most.at_q90))
    )
    modes = to(short(centre, language), HEADLINE)
    return say(
        language,
        f"« {name} » pèse le plus : de son P10 à son P90, l’impact net passe de {low} à {high}, pour {modes} aux "
        "modes. Les plus grands écarts sont montrés, un paramètre à la fois.",
        f"“{name}” weighs most: from its P10 to its P90 the net impact goes from {low} to {high}, against {modes} at "
        "modes. The greatest swings are shown, one parameter at a time.",
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
                Cell(text=short(one.swing, language), numeric=True, node=f"swing_{one.param}", values=(one.swing,)),
                _part(one.swing / (rows[0].swing or 1), f"swing_share_{one.param}", language),
            )
            for one in rows
        ),
    )


def _part(part: float, node: str, language: Language) -> Cell:
    return Cell(text=percent(part, language, places=0), numeric=True, node=node, values=(part,))
