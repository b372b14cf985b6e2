"""What is told of a result beside its figures at modes: quantiles, probabilities, swings, shares, as nodes (§6, §7.2).

Keys begin with what they tell: `p50_net_primary_impact`, `extended_subsidy`, `swing_crowd_C`, `budget_share_ticketing`.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from events_api.domain.impact.assess import HEADLINE, KAPPA, LEVERAGE, Assessment, Run, Swing
from events_api.domain.impact.formulas import SPECIFICATION, Formula, Formulas, Unit, descendants, evaluate, order
from events_api.domain.impact.model import formulas
from events_api.domain.impact.parameters import label_of, rule
from events_api.domain.impact.provenance import Aspect, Group, Node, nodes
from events_api.domain.impact.segments import AWAY
from events_api.domain.impact.summaries import Distribution, finite

EXTENDED_KAPPA: Final = "extended_kappa"
CONCENTRATED: Final = 0.25
"""The concentration of funders above which a budget leans on too few (§7.2)."""
_OVERNIGHT: Final = tuple(segment for segment in AWAY if segment != "D")
_DRAWN: Final = ("draws", "seed")
_QUANTILES: Final[tuple[tuple[Aspect, float], ...]] = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))


def told(run: Run, result: Assessment) -> dict[str, Node]:
    """Every number of a result by its key, each after those that it comes from; the values are those that were kept."""
    table = formulas(run.inputs, run.parameters)
    found = {
        key: msgspec.structs.replace(node, value=result.central.get(key, node.value))
        for key, node in nodes(run).items()
    }
    for made in (
        _of_the_run(result),
        _extended(table, result, found),
        _quantiles(result, found),
        _probabilities(result),
        _removed(result, found),
        _swings(result),
        _worth_measuring(result, found),
        _shapes(result),
        _shares(run, found),
        _beside(run, found),
    ):
        found |= {node.key: node for node in made}
    return found


def _node(
    key: str,
    value: float | None,
    unit: Unit,
    *,
    section: str,
    text: str,
    inputs: Iterable[str],
    label: str,
    line: str | None = None,
    aspects: tuple[Aspect, ...] = (),
    interval: tuple[float | None, float | None] | None = None,
    group: Group = "impact_figure",
) -> Node:
    return Node(
        key=key,
        value=value,
        unit=unit,
        origin="draws",
        formula=f"{SPECIFICATION} §{section} {key}",
        text=text,
        inputs=tuple(inputs),
        label=label,
        line=line,
        aspects=aspects,
        interval=interval,
        group=group,
    )


def _computed(formula: Formula, value: float | None, *, aspects: tuple[Aspect, ...] = (), group: Group) -> Node:
    return Node(
        key=formula.key,
        value=value,
        unit=formula.unit,
        origin="formula",
        formula=formula.id,
        text=formula.text,
        inputs=formula.inputs,
        kind=formula.kind,
        label=formula.label,
        line=formula.line,
        aspects=aspects,
        group=group,
    )


def _of_the_run(result: Assessment) -> Iterator[Node]:
    yield Node(key="draws", value=result.draws, unit="draws", origin="run", label="draws", group="impact_told")
    yield Node(key="seed", value=result.seed, unit="identifier", origin="run", label="seed", group="impact_told")
    kappa = result.extended_kappa
    yield Node(
        key=EXTENDED_KAPPA,
        value=kappa.mode,
        unit="share",
        origin="rule",
        formula=f"{SPECIFICATION} §6.1 {EXTENDED_KAPPA}",
        label=KAPPA,
        aspects=("extended",),
        interval=(kappa.low, kappa.high),
        group="impact_given",
    )


def _extended(table: Formulas, result: Assessment, found: Mapping[str, Node]) -> Iterator[Node]:
    """The figures that κ changes, with κ of the extended profile."""
    changed = descendants(order(table, table), KAPPA)
    names = {name: f"extended_{name}" for name in changed} | {KAPPA: EXTENDED_KAPPA}
    for key in found:
        if key in changed and key in table:
            formula = msgspec.structs.replace(
                table[key],
                key=names[key],
                text=re.sub(r"[A-Za-z_]\w*", lambda name: names.get(name[0], name[0]), table[key].text),
            )
            value = result.central_extended.get(key)
            yield _computed(formula, value, aspects=("extended",), group="impact_figure")


def _quantiles(result: Assessment, found: Mapping[str, Node]) -> Iterator[Node]:
    for key, of in result.distributions.items():
        yield from _quantiles_of(found[key], of)
    for key, of in result.extended.items():
        if f"extended_{key}" in found:
            yield from _quantiles_of(found[f"extended_{key}"], of)


def _quantiles_of(figure: Node, of: Distribution) -> Iterator[Node]:
    for aspect, probability in _QUANTILES:
        yield _node(
            f"{aspect}_{figure.key}",
            getattr(of, aspect),
            figure.unit,
            section="6",
            text=f"quantile({figure.key}, {probability})",
            inputs=(figure.key, *_DRAWN),
            label=figure.label,
            line=figure.line,
            aspects=(*figure.aspects, aspect),
            interval=(of.p10, of.p90) if aspect == "p50" else None,
        )


def _probabilities(result: Assessment) -> Iterator[Node]:
    for key, value, about, condition in (
        ("prob_net_primary_negative", result.probability_net_negative, HEADLINE, "< 0"),
        ("prob_lev_net_metro_above_1", result.probability_leverage_above_1, LEVERAGE, "> 1"),
    ):
        yield _node(
            key,
            value,
            "share",
            section="6.1",
            text=f"part_of_draws({about} {condition})",
            inputs=(about, *_DRAWN),
            label=key,
            group="impact_told",
        )


def _removed(result: Assessment, found: Mapping[str, Node]) -> Iterator[Node]:
    """What a waterfall takes away, with its sign."""
    removed = [bar.key for bar in result.waterfall if bar.key.startswith("removed_")]
    for key in (*removed, *(f"extended_{key}" for key in removed)):
        if key in found:
            figure = found[key]
            value = figure.value
            formula = Formula(key=f"bar_{key}", unit=figure.unit, section="6.1", text=f"0 - {key}", label=figure.label)
            yield _computed(
                formula,
                None if value is None else -value,
                aspects=(*figure.aspects, "removed"),
                group="impact_figure",
            )


def _swings(result: Assessment) -> Iterator[Node]:
    for one in result.tornado:
        yield from _swing(one)


def _swing(one: Swing) -> Iterator[Node]:
    label, line = label_of(one.param)
    unit = rule(one.param).unit
    ends: tuple[tuple[Aspect, Aspect, float, float, str], ...] = (
        ("p10", "at_p10", one.q10, one.at_q10, "0.1"),
        ("p90", "at_p90", one.q90, one.at_q90, "0.9"),
    )
    for aspect, at, value, reached, probability in ends:
        yield _node(
            f"{aspect}_{one.param}",
            value,
            unit,
            section="6",
            text=f"quantile({one.param}, {probability})",
            inputs=(one.param,),
            label=label,
            line=line,
            aspects=(aspect,),
            group="impact_given",
        )
        yield _node(
            f"{at}_{one.param}",
            reached,
            "eur",
            section="6",
            text=f"{HEADLINE} if {one.param} = {aspect}_{one.param}",
            inputs=(HEADLINE, f"{aspect}_{one.param}"),
            label=label,
            line=line,
            aspects=(at,),
            group="impact_given",
        )
    change = Formula(
        key=f"change_{one.param}",
        unit="eur",
        section="6",
        text=f"at_p90_{one.param} - at_p10_{one.param}",
        label=label,
        line=line,
    )
    yield _computed(change, one.at_q90 - one.at_q10, aspects=("change",), group="impact_given")
    yield _amplitude(one.param, one.swing, f"abs({change.key})", (change.key,))
    yield _node(
        f"rank_{one.param}",
        one.spearman,
        "number",
        section="6",
        text=f"spearman({one.param}, {HEADLINE})",
        inputs=(one.param, HEADLINE, *_DRAWN),
        label=label,
        line=line,
        aspects=("rank",),
        group="impact_given",
    )


def _amplitude(param: str, value: float, text: str, inputs: Iterable[str]) -> Node:
    label, line = label_of(param)
    return _node(
        f"swing_{param}",
        value,
        "eur",
        section="6",
        text=text,
        inputs=inputs,
        label=label,
        line=line,
        aspects=("swing",),
        group="impact_given",
    )


def _worth_measuring(result: Assessment, found: Mapping[str, Node]) -> Iterator[Node]:
    """The swings that the tornado does not hold, and how great each is beside the greatest of them."""
    for one in result.worth_measuring:
        if f"swing_{one.param}" not in found:
            text = f"abs({HEADLINE} if {one.param} is at its P90 - {HEADLINE} if it is at its P10)"
            yield _amplitude(one.param, one.swing, text, (one.param, HEADLINE))
    for one in result.worth_measuring:
        label, line = label_of(one.param)
        formula = Formula(
            key=f"swing_share_{one.param}",
            unit="share",
            section="6",
            text=f"swing_{one.param} / swing_{result.worth_measuring[0].param}",
            label=label,
            line=line,
        )
        value = finite(one.swing / result.worth_measuring[0].swing)
        yield _computed(formula, value, aspects=("swing_share",), group="impact_given")


def _shapes(result: Assessment) -> Iterator[Node]:
    """The steps of a histogram: where each begins and the draws in it."""
    for key, shape in result.histograms.items():
        last = len(shape.counts)
        edges = shape.edges
        for rank in (0, last, *range(1, last)):
            text = f"quantile({key}, {0.005 if rank == 0 else 0.995})"
            inputs: tuple[str, ...] = (key, *_DRAWN)
            if 0 < rank < last:
                first, end = f"edge_0_{key}", f"edge_{last}_{key}"
                text, inputs = f"{first} + ({end} - {first}) * {rank} / {last}", (first, end)
            yield _node(
                f"edge_{rank}_{key}",
                edges[rank],
                "eur",
                section="11",
                text=text,
                inputs=inputs,
                label=key,
                aspects=("edge",),
            )
        counted: tuple[tuple[str, int, str, tuple[str, ...], Aspect], ...] = (
            ("below", shape.below, f"draws({key} < edge_0_{key})", (f"edge_0_{key}",), "below"),
            *(
                (
                    f"{rank}",
                    count,
                    f"draws(edge_{rank}_{key} <= {key} {'<=' if rank + 1 == last else '<'} edge_{rank + 1}_{key})",
                    (f"edge_{rank}_{key}", f"edge_{rank + 1}_{key}"),
                    "step",
                )
                for rank, count in enumerate(shape.counts)
            ),
            ("above", shape.above, f"draws({key} > edge_{last}_{key})", (f"edge_{last}_{key}",), "above"),
        )
        for name, count, text, inputs, aspect in counted:
            yield _node(
                f"draws_{name}_{key}",
                count,
                "draws",
                section="11",
                text=text,
                inputs=(key, *inputs, *_DRAWN),
                label=key,
                aspects=(aspect,),
            )


def _shares(run: Run, found: Mapping[str, Node]) -> Iterator[Node]:
    """Who pays which share of the budget, and how concentrated that is."""
    lines = [line for line in run.inputs.revenue if f"revenue_{line}" in found]
    shares = [f"budget_share_{line}" for line in lines]
    made = [_told(share, "share", f"revenue_{line} / budget", line) for line, share in zip(lines, shares, strict=True)]
    if shares:
        made += [
            _told("budget_share", "share", f"({' + '.join(f'revenue_{line}' for line in lines)}) / budget"),
            _told("hhi", "number", " + ".join(f"{share} * {share}" for share in shares)),
        ]
    yield from _evaluated(made, found)
    yield Node(
        key="hhi_threshold",
        value=CONCENTRATED,
        unit="number",
        origin="rule",
        formula=f"{SPECIFICATION} §7.2 hhi_threshold",
        label="hhi_threshold",
        group="impact_told",
    )


def _beside(run: Run, found: Mapping[str, Node]) -> Iterator[Node]:
    """What of the new spending those who stay overnight bring; how far the multiplier goes."""
    spending = " + ".join(f"new_spend_{segment}" for segment in _OVERNIGHT)
    yield from _evaluated([_told("new_spend_share_overnight", "share", f"({spending}) / net_new_visitor_spend")], found)
    if "multiplier" in run.parameters:
        yield Node(
            key="high_multiplier",
            value=run.parameters["multiplier"].high,
            unit="factor",
            origin="parameter",
            inputs=("multiplier",),
            label="multiplier",
            aspects=("high",),
        )


def _told(key: str, unit: Unit, text: str, line: str | None = None) -> Formula:
    label = key.removesuffix(f"_{line}") if line else key
    section = "4.8" if key == "new_spend_share_overnight" else "7.2"
    return Formula(key=key, unit=unit, section=section, text=text, label=label, line=line)


def _evaluated(made: list[Formula], found: Mapping[str, Node]) -> Iterator[Node]:
    values = evaluate(made, {key: math.nan if node.value is None else node.value for key, node in found.items()})
    for formula in made:
        yield _computed(formula, finite(float(values[formula.key])), group="impact_told")
