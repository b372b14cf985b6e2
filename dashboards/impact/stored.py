"""The board of an assessment as a worker keeps it, and what the year keeps of the edition."""

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec
from msgspec import Raw, Struct

from dashboards.impact.board import ImpactBoard, impact_board
from dashboards.impact.facts import EditionOfEvent, FundingLine, ImpactFacts, Visits
from dashboards.impact.leverage import FINANCIAL, GROSS
from dashboards.impact.words import line_words
from dashboards.measures import Language
from events_api.domain.assessments import Evaluation, Outcome
from events_api.domain.attendance import Grade
from events_api.domain.impact.adding import Figure, figure
from events_api.domain.impact.assess import HEADLINE, LEVERAGE
from events_api.domain.impact.levels import Entry
from events_api.domain.impact.model import FORMULAS
from events_api.domain.impact.summaries import Distribution
from events_api.text.catalogue import label

SUMMED = (
    HEADLINE, "net_new_visitor_spend", "organiser_net", "subsidy", "new_commercial_nights", "fte_years",
    "stay_tax_commune",
)  # fmt: skip
"""What a year adds of assessments, besides their entry-days."""


class StoredBoard(Struct, frozen=True, kw_only=True):
    """All that the page of an assessment shows of it, in one language."""

    board: ImpactBoard
    lead: str
    specification: str


_BOARD = msgspec.json.Decoder(StoredBoard)


class AssessedFigures(Struct, frozen=True, kw_only=True):
    """What a year shows of an assessment: `sums` are means over the draws, which add; the intervals do not."""

    sums: dict[str, float]
    impact: Distribution
    leverage: Distribution | None
    gross: Distribution | None
    financial: float | None


class Latest(Struct, frozen=True, kw_only=True):
    """The latest assessment that the model computed: its number, what it was asked with, what came of it."""

    number: int
    entry: Entry
    outcome: Raw
    set_number: int
    territory: str
    model_hash: str
    stale: bool
    counted: bool
    """Whether its attendance is of entry-days, and not of tickets."""


class ImpactInput(Struct, frozen=True, kw_only=True):
    """All that the board of an edition and its row in the year are made from."""

    name: str
    year: int
    sort_key: str
    family: int | None
    commune: str | None
    organiser: int | None
    simulated: bool
    attendances: float | None
    grade: Grade | None
    latest: Latest | None
    visits: Visits | None = None
    editions: tuple[EditionOfEvent, ...] = ()
    code: str


class Drawn(Struct, frozen=True, kw_only=True):
    """What a process makes of an input: the boards by language, as they are kept, and the figures of the year."""

    boards: dict[str, Raw]
    figures: AssessedFigures


def render_impact(input_json: bytes) -> bytes:
    """The boards of the latest assessment in both languages; the same input gives the same bytes."""
    given = msgspec.json.decode(input_json, type=ImpactInput)
    if given.latest is None:
        raise AssertionError("only an assessment is drawn")
    evaluation = msgspec.json.decode(given.latest.outcome, type=Outcome).evaluation
    if evaluation is None:
        raise AssertionError("a refusal has no board")
    languages: tuple[Language, ...] = ("fr", "en")
    boards: dict[str, Raw] = {}
    for language in languages:
        facts = facts_of(given.latest.entry, evaluation, given.name, language, given.visits, given.editions)
        boards[language] = Raw(msgspec.json.encode(board_of(facts, language)))
    return msgspec.json.encode(Drawn(boards=boards, figures=assessed_figures(evaluation)))


def board_of(facts: ImpactFacts, language: Language) -> StoredBoard:
    """The board with what stands around it."""
    return StoredBoard(
        board=impact_board(facts, language),
        lead=f"{facts.edition} · {facts.territory}",
        specification=facts.assessment.specification,
    )


def readable(content: bytes) -> StoredBoard | None:
    """A board as it is kept; None where another release drew it in another form: it is being drawn anew."""
    try:
        return _BOARD.decode(content)
    except msgspec.ValidationError:
        return None


def facts_of(
    entry: Entry,
    evaluation: Evaluation,
    name: str,
    language: Language,
    visits: Visits | None,
    editions: tuple[EditionOfEvent, ...],
) -> ImpactFacts:
    """What the page of an assessment is made from, with what stands beside it."""
    return ImpactFacts(
        edition=name,
        territory=label("impact_territory", evaluation.result.territory, language),
        grade=entry.grade,
        assessment=evaluation.result,
        funding=tuple(_funding(entry, language)),
        flags=evaluation.flags,
        visits=visits,
        editions=editions,
    )


def assessed_figures(evaluation: Evaluation) -> AssessedFigures:
    """The figures of an assessment that a year adds, lists or compares."""
    result = evaluation.result
    supported = bool(result.central.get("subsidy"))
    added: dict[str, Figure | None] = {
        key: figure(result, FORMULAS[key]) for key in SUMMED if key in result.central and key in FORMULAS
    }
    return AssessedFigures(
        sums={key: one.value for key, one in added.items() if one is not None},
        impact=result.distributions[HEADLINE],
        leverage=result.distributions.get(LEVERAGE) if supported else None,
        gross=result.distributions.get(GROSS) if supported else None,
        financial=result.central.get(FINANCIAL) if supported else None,
    )


@cache
def drawing_hash() -> bytes:
    """The SHA-256 of what draws and words a board: another release draws anew."""
    digest = hashlib.sha256()
    for package in ("dashboards", "events_api.text"):
        for name, module in sorted(_modules(files(package), package)):
            digest.update(f"{name} {hashlib.sha256(module.read_bytes()).hexdigest()}\n".encode())
    return digest.digest()


def _modules(place: Traversable, path: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for one in place.iterdir():
        if one.is_dir() and not one.name.startswith((".", "__")):
            found += _modules(one, f"{path}/{one.name}")
        elif one.name.endswith(".py"):
            found.append((f"{path}/{one.name}", one))
    return found


def _funding(entry: Entry, language: Language) -> list[FundingLine]:
    """The income as it was entered, line by line, and what was given in kind beside it."""
    lines = [
        FundingLine(node=f"revenue_{line}", name=line_words(line, language), euros=amount)
        for line, amount in (entry.revenue or {}).items()
        if entry.expense is not None
    ]
    kind = [
        FundingLine(node=f"in_kind_{line}", name=line_words(line, language), euros=amount, in_kind=True)
        for line, amount in (entry.in_kind or {}).items()
    ]
    return lines + kind
