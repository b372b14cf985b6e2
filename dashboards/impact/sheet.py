"""An assessment as it leaves the site: what its files are made from, in one language, and what each of them is."""

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import msgspec
from msgspec import Struct

from dashboards.formats import say
from dashboards.impact.board import impact_board, impact_charts
from dashboards.impact.facts import ImpactFacts
from dashboards.impact.marks import ImpactChart
from dashboards.measures import Language
from dashboards.tables import Table
from dashboards.words import grade_words
from events_api.text.interface import text


class ImpactSheet(Struct, frozen=True, kw_only=True):
    """An assessment in one language. ``made`` are the pairs of what it can be computed again from; ``stale`` says, a
    sentence each, why it is out of date; ``address`` is where it is read on the site."""

    language: Language
    facts: ImpactFacts
    number: int
    computed_on: str
    assumptions: str
    address: str
    made: tuple[tuple[str, str], ...]
    stale: tuple[str, ...] = ()
    simulated: bool = False

    def key(self, *what: str) -> str:
        """What a file made from this is known by: another content, another program or another compiler, another key."""
        content = msgspec.json.encode([self, what, drawn_by(), version("typst")], order="deterministic")
        return hashlib.sha256(content).hexdigest()

    def chart(self, name: str) -> ImpactChart | None:
        """One chart, None where the assessment has none of that name."""
        return next((chart for chart in impact_charts(self.facts, self.language) if chart.id == name), None)

    def charts(self) -> dict[str, str]:
        """The charts that the assessment has, by their names: the title of each."""
        return {chart.id: chart.title for chart in impact_charts(self.facts, self.language)}

    def tables(self) -> dict[str, Table]:
        """Every table by its name: those of the charts, and those that stand alone."""
        board = impact_board(self.facts, self.language)
        drawn = (table for drawing in board.drawings for table in (drawing.table, *drawing.more))
        return {table.id: table for table in (*drawn, *board.tables)}

    def modelled(self) -> str:
        """What no file of an assessment leaves out: its grade, and that it comes from a model."""
        grade = grade_words(self.facts.grade, self.language)
        specification = self.facts.assessment.specification
        words = say(self.language, "Données simulées. ", "Simulated data. ") if self.simulated else ""
        return words + say(
            self.language,
            f"Modélisé, non mesuré (modèle {specification}, hypothèses : {self.assumptions}). "
            f"Grade de preuve de la fréquentation : {grade}.",
            f"Modelled, not measured (model {specification}, assumptions: {self.assumptions}). "
            f"Evidence grade of the attendance: {grade}.",
        )

    def source(self) -> str:
        """Where a file comes from."""
        words = say(
            self.language,
            f"Source : évaluation n°\u00a0{self.number} de {self.facts.edition}, calculée le {self.computed_on}.",
            f"Source: assessment no. {self.number} of {self.facts.edition}, computed on {self.computed_on}.",
        )
        return f"{words} {self.address}".rstrip()

    def outdated(self) -> str:
        """That it is out of date and why, or nothing."""
        return " ".join((text("impact.stale", self.language), *self.stale)) if self.stale else ""


@cache
def drawn_by() -> str:
    """The SHA-256 of the sources of the dashboards: another program may draw the same figures differently."""
    digest, waiting = hashlib.sha256(), [files("dashboards")]
    while waiting:
        for one in sorted(waiting.pop().iterdir(), key=lambda each: each.name):
            if one.is_dir():
                waiting.append(one)
            elif one.name.endswith((".py", ".typ")):
                digest.update(f"{one.name} {hashlib.sha256(one.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
