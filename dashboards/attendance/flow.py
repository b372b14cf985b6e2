"""Chart 8: entries per quarter of an hour at each gate, against what the gate can let through."""

import datetime as dt

from dashboards.attendance.canvas import BLUE, NARROW, ORANGE, SMALL, WIDE, Canvas, Drawing, hour, short_day
from dashboards.attendance.facts import Label, VisitFacts
from dashboards.attendance.timeline import Timeline
from dashboards.formats import counted, number, say
from dashboards.measures import Language
from dashboards.scales import text_width, wrap
from dashboards.tables import Cell, Header, Table
from dashboards.words import QUANTITY_NAMES

SHOWN = 12
"""Gates that are drawn, those with most entries; the table has them all."""
PANEL = 74.0
Series = dict[dt.date, dict[int, int]]


class Gate:
    """The entries of one gate, and the quarters above its capacity."""

    def __init__(self, label: Label, entries: Series) -> None:
        self.name = label.name
        self.entries = entries
        self.total = sum(sum(quarters.values()) for quarters in entries.values())
        self.threshold = label.capacity
        most, day, index = max(
            (people, -day.toordinal(), -index)
            for day, quarters in entries.items()
            for index, people in quarters.items()
        )
        self.peak = (most, dt.date.fromordinal(-day), -index)
        self.above: Series = {
            day: {index: people for index, people in quarters.items() if self.threshold and people > self.threshold}
            for day, quarters in entries.items()
        }

    @property
    def quarters_above(self) -> int:
        """How often more people entered than the gate can let through."""
        return sum(len(quarters) for quarters in self.above.values())


def flow(facts: VisitFacts, language: Language) -> Drawing | None:
    """Each gate on its own band, all on one scale; None without a timed entry."""
    gates = _gates(facts, language)
    if not gates:
        return None
    title = say(
        language,
        f"Débit des portes (entrées par quart d’heure), {facts.event} {facts.year}",
        f"Flow of the gates (entries per quarter of an hour), {facts.event} {facts.year}",
    )
    sentence = _sentence(gates, language)
    return Drawing(
        id="flow",
        measure="flow",
        title=title,
        sentence=sentence,
        wide=_draw(facts, gates, WIDE, title, sentence, language),
        narrow=_draw(facts, gates, NARROW, title, sentence, language),
        table=_table(facts, gates, title, sentence, language),
    )


def _gates(facts: VisitFacts, language: Language) -> list[Gate]:
    labels = {label.id: label for label in facts.labels.get("gate", ())}
    unnamed = say(language, "Porte non précisée", "Gate not given")
    series: dict[int, Series] = {}
    for day, index, quarter in facts.placed:
        if quarter.entries:
            held = series.setdefault(quarter.gate, {}).setdefault(day, {})
            held[index] = held.get(index, 0) + quarter.entries
    gates = [Gate(labels.get(key, Label(id=key, name=unnamed)), entries) for key, entries in series.items()]
    return sorted(gates, key=lambda gate: (-gate.total, gate.name))


def _sentence(gates: list[Gate], language: Language) -> str:
    busiest = max(gates, key=lambda gate: gate.peak[0])
    above = [gate for gate in gates if gate.quarters_above]
    known = [gate for gate in gates if gate.threshold is not None]
    parts = [
        say(
            language,
            f"{counted(len(gates), 'fr', 'porte', 'portes')} ; le plus fort débit est celui de « {busiest.name} » avec "
            f"{number(busiest.peak[0], 'fr')} entrées en un quart d’heure.",
            f"{counted(len(gates), 'en', 'gate', 'gates')}; the highest flow is that of “{busiest.name}” with "
            f"{number(busiest.peak[0], 'en')} entries in a quarter of an hour.",
        )
    ]
    if above:
        times = sum(gate.quarters_above for gate in above)
        parts.append(
            say(
                language,
                f"La capacité a été dépassée pendant {counted(times, 'fr', 'quart d’heure', 'quarts d’heure')} : "
                f"{', '.join(gate.name for gate in above)}.",
                f"Capacity was exceeded during {counted(times, 'en', 'quarter', 'quarters')} of an hour: "
                f"{', '.join(gate.name for gate in above)}.",
            )
        )
    elif known:
        parts.append(
            say(language, "Aucune porte n’a dépassé sa capacité connue.", "No gate exceeded its known capacity.")
        )
    if len(known) < len(gates):
        missing = len(gates) - len(known)
        parts.append(
            say(
                language,
                f"Capacité non renseignée pour {counted(missing, 'fr', 'porte', 'portes')}.",
                f"Capacity not given for {counted(missing, 'en', 'gate', 'gates')}.",
            )
        )
    parts.append(
        say(language, "Les doublons et scans refusés ne comptent pas.", "Duplicates and refused scans do not count.")
    )
    return " ".join(parts)


def _table(facts: VisitFacts, gates: list[Gate], title: str, summary: str, language: Language) -> Table:
    absent = say(language, "non renseignée", "not given")
    return Table(
        id="flow-table",
        caption=title,
        summary=summary,
        headers=(
            Header(label=say(language, "Porte", "Gate"), width=1.6),
            Header(label=QUANTITY_NAMES["entries_in"].read(language)[0].capitalize(), numeric=True),
            Header(label=say(language, "Plus fort quart d’heure", "Busiest quarter of an hour"), numeric=True),
            Header(label=say(language, "Quand", "When"), width=1.6),
            Header(label=say(language, "Capacité par quart d’heure", "Capacity per quarter of an hour"), numeric=True),
            Header(label=say(language, "Quarts d’heure au-dessus", "Quarters above"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(text=gate.name),
                Cell(text=number(gate.total, language), numeric=True),
                Cell(text=number(gate.peak[0], language), numeric=True),
                Cell(text=_when(facts, gate, language)),
                Cell(
                    text=absent if gate.threshold is None else number(gate.threshold, language),
                    numeric=True,
                    missing=gate.threshold is None,
                ),
                Cell(
                    text="—" if gate.threshold is None else number(gate.quarters_above, language),
                    numeric=True,
                    missing=gate.threshold is None,
                ),
            )
            for gate in gates
        ),
    )


def _when(facts: VisitFacts, gate: Gate, language: Language) -> str:
    _, day, index = gate.peak
    return f"{short_day(day, language)}, {hour(facts.clock(index), language)}"


def _draw(facts: VisitFacts, gates: list[Gate], width: int, title: str, summary: str, language: Language) -> str:
    canvas = Canvas("flow", width, title=title, summary=summary, language=language)
    drawn = gates[:SHOWN]
    highest = max([gate.peak[0] for gate in drawn] + [gate.threshold or 0 for gate in drawn])
    left = text_width(number(highest, language), SMALL) + 8
    line = Timeline(facts, canvas, left, width - 2)
    hatch = canvas.pattern(
        "above", f'<rect width="6" height="6" fill="{ORANGE}"/><path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="#fff"/>', 6
    )
    span = PANEL / (highest * 1.05)
    y = 0.0
    for gate in drawn:
        y = _head(facts, gate, canvas, y) + 6
        base = y + max(gate.peak[0], gate.threshold or 0) * span + 4
        _panel(gate, canvas, line, left, base, span, hatch)
        last = gate is drawn[-1]
        y = line.axis(base, names=last) + (4 if last else 10)
    canvas.height = y
    entries: list[tuple[dict[str, str], str]] = [
        ({"fill": BLUE}, say(language, "entrées par quart d’heure", "entries per quarter of an hour"))
    ]
    if any(gate.threshold is not None for gate in drawn):
        entries.append(
            ({"stroke": ORANGE}, say(language, "capacité de la porte (tirets)", "capacity of the gate (dashes)"))
        )
    if any(gate.quarters_above for gate in drawn):
        entries.append(({"fill": hatch}, say(language, "au-dessus de la capacité", "above capacity")))
    canvas.legend(entries)
    return canvas.render()


def _head(facts: VisitFacts, gate: Gate, canvas: Canvas, y: float) -> float:
    """The name of a gate and what became of it; says where the words end."""
    language = canvas.language
    said = [f"max. {number(gate.peak[0], language)}, {_when(facts, gate, language)}"]
    if gate.threshold is not None:
        threshold = number(gate.threshold, language)
        said.append(say(language, f"capacité {threshold}", f"capacity {threshold}"))
    if gate.quarters_above:
        said.append(say(language, f"dépassée {gate.quarters_above} fois", f"exceeded {gate.quarters_above} times"))
    for words in wrap(gate.name, canvas.width - 4):
        y += 18
        canvas.text(0, y, words, bold=True)
    for words in wrap(" · ".join(said), canvas.width - 4, SMALL):
        y += 15
        canvas.text(0, y, words, size=SMALL)
    return y


def _panel(gate: Gate, canvas: Canvas, line: Timeline, left: float, base: float, span: float, hatch: str) -> None:
    """The entries of a gate over all days, and the line that they should not cross."""
    right = canvas.width - 2
    top = base - gate.peak[0] * span
    canvas.text(left - 6, top + 4, number(gate.peak[0], canvas.language), size=SMALL, anchor="end")
    canvas.text(left - 6, base, "0", size=SMALL, anchor="end")
    canvas.grid(left, top, right, top)
    for day in line.days:
        canvas.path(line.steps(day, gate.entries.get(day, {}), base, span), fill=BLUE)
        for index, people in sorted(gate.above.get(day, {}).items()):
            canvas.rect(line.x(day, index), base - people * span, max(line.quarter, 1), people * span, fill=hatch)
    if gate.threshold is not None:
        level = base - gate.threshold * span
        canvas.line(left, level, right, level, colour=ORANGE, width=2, dash="7 4")
