"""The page of an assessment: its headline with the interval, its charts, what is worth measuring, what is not."""

import re
from typing import Final

from msgspec import Struct

from dashboards.attendance.canvas import Drawing
from dashboards.formats import say
from dashboards.impact.cascade import cascade
from dashboards.impact.drawing import drawing
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.footprints import footprints
from dashboards.impact.funnel import uncounted, visits
from dashboards.impact.journeys import journeys
from dashboards.impact.leverage import breakeven, leverage
from dashboards.impact.marks import ImpactChart
from dashboards.impact.money import funding
from dashboards.impact.numbers import amounts, headline, significant
from dashboards.impact.spread import spread, tornado, worth_measuring
from dashboards.impact.trend import trend
from dashboards.impact.words import NO_FACT, doubt, printed_label, titled
from dashboards.measures import Language, Text
from dashboards.parts import Part, flat, parts, to
from dashboards.tables import Cell, Header, Table, not_measured
from dashboards.words import grade_words
from events_api.domain.attendance import Grade
from events_api.domain.impact.assess import HEADLINE, KAPPA
from events_api.domain.impact.derived import EXTENDED_KAPPA
from events_api.domain.impact.lints import Flag, Severity
from events_api.text.catalogue import sentence


class Note(Struct, frozen=True, kw_only=True):
    """What a check of the model says beside the result, with where the rule stands."""

    text: str
    severity: Severity
    lint: str
    source: str
    parts: tuple[Part, ...] = ()


class ImpactBoard(Struct, frozen=True, kw_only=True):
    """All that the page shows, in one language. The nodes are the keys that both headlines lead back to.

    Parts are sentences with the nodes that their numbers lead to: the lead, and what is said of each profile.
    """

    language: Language
    grade: Grade
    grade_words: str
    no_fact: str
    label: str
    value: str
    extended: str
    node: str
    lead: str
    drawings: tuple[Drawing, ...]
    tables: tuple[Table, ...]
    notes: tuple[Note, ...]
    extended_node: str = ""
    lead_parts: tuple[Part, ...] = ()
    strict_parts: tuple[Part, ...] = ()
    extended_parts: tuple[Part, ...] = ()


def impact_charts(facts: ImpactFacts, language: Language) -> tuple[ImpactChart, ...]:
    """The charts that the assessment has the figures for, in the order of the page."""
    found = (
        cascade(facts, language),
        leverage(facts, language),
        spread(facts, language),
        tornado(facts, language),
        funding(facts, language),
        journeys(facts, language),
        visits(facts, language),
        trend(facts, language),
        footprints(facts, language),
    )
    return tuple(chart for chart in found if chart)


def impact_board(facts: ImpactFacts, language: Language) -> ImpactBoard:
    """The page. The headline is the median of the net primary impact, with no multiplier (§1.3)."""
    result = facts.assessment
    lead = parts(_lead(facts, language) + doubt(facts, language))
    return ImpactBoard(
        language=language,
        grade=facts.grade,
        grade_words=grade_words(facts.grade, language),
        no_fact="" if facts.as_fact else NO_FACT.read(language)[0],
        label=printed_label("impact_figure", HEADLINE, language),
        value=not_measured(language) if result.headline is None else headline(result.headline, language),
        extended=amounts(result.extended[HEADLINE], language),
        node="" if result.headline is None else f"p50_{HEADLINE}",
        lead=flat(lead),
        drawings=tuple(drawing(chart) for chart in impact_charts(facts, language)),
        tables=tuple(
            table for table in (worth_measuring(facts, language), not_measured_table(facts, language)) if table
        ),
        notes=tuple(
            Note(
                text=sentence(flag.code, flag.params, language),
                severity=flag.severity,
                lint=flag.lint,
                source=flag.source,
                parts=_flagged(flag, language),
            )
            for flag in facts.flags
        ),
        extended_node=f"p50_extended_{HEADLINE}",
        lead_parts=lead,
        strict_parts=_profile(significant(result.kappa, language), KAPPA, "strict", "strict", language),
        extended_parts=_profile(
            significant(result.extended_kappa.mode, language), EXTENDED_KAPPA, "étendu", "extended", language
        ),
    )


def _profile(kappa: str, node: str, fr: str, en: str, language: Language) -> tuple[Part, ...]:
    """What is said under a headline."""
    value = to(kappa, node)
    return parts(
        say(
            language,
            f"médiane [P10–P90], profil {fr} (κ\u00a0=\u00a0{value}), sans multiplicateur",
            f"median [P10–P90], {en} profile (κ\u00a0=\u00a0{value}), without a multiplier",
        )
    )


_FLAGGED: Final = {"multiplier-without-document": "high_multiplier", "local-money-counted-in-part": KAPPA}
"""Which number a flag says."""


def _flagged(flag: Flag, language: Language) -> tuple[Part, ...]:
    words, node = sentence(flag.code, flag.params, language), _FLAGGED.get(flag.code)
    if node is None:
        return (Part(words=words),)
    return parts(_NUMBER.sub(lambda number: to(number[0], node), words, count=1))


_NUMBER: Final = re.compile(r"\d[\d.,\u202f]*(?:\u00a0?%)?")


def _lead(facts: ImpactFacts, language: Language) -> str:
    median = facts.assessment.distributions[HEADLINE].p50
    words = say(
        language,
        "Argent nouveau dans le territoire, sans multiplicateur : médiane et intervalle de huit tirages sur dix.",
        "New money in the territory, without a multiplier: median and interval of eight draws out of ten.",
    )
    if median is not None and median < 0:
        words += " " + say(
            language,
            "Il est négatif : l’événement fait sortir plus d’argent qu’il n’en fait entrer.",
            "It is negative: the event takes more money out than it brings in.",
        )
    return f"{words} {breakeven(facts, language)}"


_ALWAYS = (
    (
        Text("Part de l’impact due à l’aide (β)", "Part of the impact due to the support (β)"),
        Text(
            "aucune valeur par défaut : le seuil d’additionnalité dit ce qu’il faut croire",
            "no default: the break-even says what must be believed",
        ),
    ),
    (
        Text("Impôts autres que la taxe de séjour", "Taxes other than the stay tax"),
        Text("aucun autre impôt n’est modélisé", "no other tax is modelled"),
    ),
    (
        Text("Image, lien social, culture, effets de long terme", "Image, social ties, culture, long-run effects"),
        Text(
            "ils ont leurs propres indicateurs, à côté des euros et jamais dedans",
            "they have indicators of their own, beside the euros and never inside",
        ),
    ),
)
_JOURNEYS = (
    Text("Carbone des trajets", "Carbon of the journeys"),
    Text("les trajets du public ne sont pas donnés", "the journeys of the public are not given"),
)
_OTHER_CARBON = (
    Text("Carbone hors trajets", "Carbon beside the journeys"),
    Text(
        "hébergement, restauration, fret et artistes ne sont pas comptés",
        "beds, food, freight and artists are left out",
    ),
)
_LEVERAGE = Text("Leviers et seuil d’additionnalité", "Leverages and break-even")
_NO_SUPPORT = Text("la métropole ne donne rien à cette édition", "the métropole gives nothing to this edition")
_NO_SCALE = Text(
    "aucun n’est positif : ils ne se dessinent pas sur une échelle logarithmique",
    "none is positive: they cannot be drawn on a logarithmic scale",
)
_DECLARED = (
    Text("Leviers, comme des faits", "Leverages, as facts"),
    Text("la fréquentation est déclarée ou prévue, non comptée", "the attendance is declared or forecast, not counted"),
)
_IN_KIND = (
    Text("Aide en nature de la métropole", "Support in kind of the métropole"),
    Text("elle n’est pas dite : l’aide est peut-être sous-estimée", "it is not said: the support may be understated"),
)
_FUNDING = (
    Text("Financeurs du budget", "Funders of the budget"),
    Text("aucun produit n’est donné", "no income is given"),
)


def not_measured_table(facts: ImpactFacts, language: Language) -> Table:
    """What the page cannot say, and why."""
    rows = []
    if not facts.at_modes("subsidy"):
        rows.append((_LEVERAGE, _NO_SUPPORT))
    elif leverage(facts, language) is None:
        rows.append((_LEVERAGE, _NO_SCALE))
    elif not facts.as_fact:
        rows.append(_DECLARED)
    rows.append(_JOURNEYS if journeys(facts, language) is None else _OTHER_CARBON)
    if any(flag.code == "in-kind-not-said" for flag in facts.flags):
        rows.append(_IN_KIND)
    if funding(facts, language) is None:
        rows.append(_FUNDING)
    rows += uncounted(facts)
    rows += _ALWAYS
    return Table(
        id="not-measured",
        caption=titled("Ce qui n’est pas mesuré", "What is not measured", facts, language),
        summary="",
        headers=(
            Header(label=say(language, "Grandeur", "Quantity")),
            Header(label=say(language, "Pourquoi", "Why"), width=2),
        ),
        rows=tuple(tuple(Cell(text=say(language, part.fr, part.en)) for part in row) for row in rows),
    )
