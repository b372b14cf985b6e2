"""Chart 13: who pays for the budget, how concentrated it is, and what is given in kind beside it."""

from dashboards.formats import say
from dashboards.impact.facts import FundingLine, ImpactFacts
from dashboards.impact.marks import Axis, ImpactChart, Look, Mark, Panel, Row, bar
from dashboards.impact.numbers import plain, share, short
from dashboards.impact.words import euro_cell, titled
from dashboards.measures import Language
from dashboards.parts import flat, parts, to
from dashboards.tables import Cell, Header
from events_api.domain.impact.derived import CONCENTRATED
from events_api.text.formats import decimal

DEPENDENT = 0.5
"""Above this share of one funder, or CONCENTRATED, the budget leans on too few (§7.2)."""


def concentration(lines: tuple[FundingLine, ...]) -> float | None:
    """The Herfindahl–Hirschman index over the lines of income, in kind left out."""
    paid = [line.euros for line in lines if not line.in_kind]
    total = sum(paid)
    return sum((euros / total) ** 2 for euros in paid) if total else None


def funding(facts: ImpactFacts, language: Language) -> ImpactChart | None:
    """The stacked bar of the budget, unfolded line by line so that each is named; None without income."""
    lines = tuple(
        sorted((line for line in facts.funding if line.euros > 0), key=lambda line: (line.in_kind, -line.euros))
    )
    paid = [line for line in lines if not line.in_kind]
    total = sum(line.euros for line in paid)
    if not total:
        return None
    rows, stack, reached = [], [], 0.0
    for rank, line in enumerate(lines):
        look: Look = "less" if line.in_kind else "total" if rank % 2 == 0 else "other"
        mark = bar(reached, reached + line.euros, look)
        reached += line.euros
        if not line.in_kind:
            stack.append(mark)
        rows.append(_row(line, mark, total, language))
    said = parts(_sentence(lines, total, language))
    return ImpactChart(
        id="funding",
        measure="funding",
        language=language,
        title=titled("Qui finance le budget (euros)", "Who funds the budget (euros)", facts, language),
        sentence=flat(said),
        parts=said,
        panels=(
            Panel(
                axis=Axis(title=say(language, "Euros, cumulés.", "Euros, cumulated."), unit="euros"),
                rows=(_whole(tuple(stack), total, language), *rows),
            ),
        ),
        headers=(
            Header(label=say(language, "Ligne", "Line"), width=2),
            Header(label=say(language, "Euros", "Euros"), numeric=True),
            Header(label=say(language, "Part du budget", "Share of the budget"), numeric=True),
            Header(label=say(language, "Nature", "Kind")),
        ),
        looks=(
            ("total", say(language, "versé", "paid")),
            *((("other", say(language, "versé, ligne suivante", "paid, next line")),) if len(paid) > 1 else ()),
            *(
                (("less", say(language, "en nature, hors budget", "in kind, outside the budget")),)
                if len(paid) < len(lines)
                else ()
            ),
        ),
    )


def _whole(stack: tuple[Mark, ...], total: float, language: Language) -> Row:
    return Row(
        key="budget",
        label=say(language, "Budget, toutes lignes", "Budget, all lines"),
        marks=stack,
        words=short(total, language),
        cells=(
            euro_cell(total, "budget", language),
            Cell(text=share(1, language), numeric=True, node="budget_share", values=(1.0,)),
            Cell(text=say(language, "total versé", "total paid")),
        ),
    )


def _row(line: FundingLine, mark: Mark, total: float, language: Language) -> Row:
    part = share(line.euros / total, language)
    beside = say(language, "hors budget", "outside the budget")
    return Row(
        key=line.node,
        label=line.name,
        marks=(mark,),
        words=f"{short(line.euros, language)}, {beside if line.in_kind else part}",
        cells=(
            euro_cell(line.euros, line.node, language),
            Cell(text="—", numeric=True, missing=True)
            if line.in_kind
            else Cell(text=part, numeric=True, node=_share_node(line), values=(line.euros / total,)),
            Cell(text=say(language, "en nature", "in kind") if line.in_kind else say(language, "versé", "paid")),
        ),
    )


def _share_node(line: FundingLine) -> str:
    return f"budget_share_{line.node.removeprefix('revenue_')}"


def _sentence(lines: tuple[FundingLine, ...], total: float, language: Language) -> str:
    most = lines[0]
    index = concentration(lines) or 0.0
    part = most.euros / total
    leaning = index > CONCENTRATED or part > DEPENDENT
    carried, budget = to(share(part, language), _share_node(most)), to(short(total, language), "budget")
    found = to(decimal(index, language, places=3), "hhi")
    limit = to(plain(CONCENTRATED, language), "hhi_threshold")
    words = say(
        language,
        f"« {most.name} » porte {carried} d’un budget de {budget}. Concentration (HHI) : {found} ; "
        f"{'au-delà' if index > CONCENTRATED else 'en deçà'} du seuil de {limit}.",
        f"“{most.name}” carries {carried} of a budget of {budget}. Concentration (HHI): {found}, "
        f"{'above' if index > CONCENTRATED else 'not above'} the threshold of {limit}.",
    )
    if leaning:
        words += " " + say(language, "Le budget repose sur peu de ressources.", "The budget leans on few resources.")
    return words
