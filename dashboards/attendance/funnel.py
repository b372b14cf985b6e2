"""Chart 11: tickets issued, scanned, entry-days, unique visitors. Four quantities, each named with its unit."""

from msgspec import Struct

from dashboards.attendance.canvas import BLUE, GREY, NARROW, SMALL, WIDE, Canvas, Drawing
from dashboards.attendance.facts import Count, VisitFacts
from dashboards.formats import number, say
from dashboards.measures import Language
from dashboards.parts import Link, nowhere
from dashboards.scales import text_width, wrap
from dashboards.tables import Cell, Header, Table
from dashboards.words import QUANTITY_DEFINITIONS
from events_api.text.formats import percent

BAR = 30


class Step(Struct, frozen=True, kw_only=True):
    """One bar: its words, its unit, its value or None where nothing is known, and what it is of the one before."""

    key: str
    name: str
    unit: str
    value: int | None
    ratio: str
    definition: str
    look: str


def funnel(facts: VisitFacts, language: Language) -> Drawing | None:
    """From tickets to people; None without any count."""
    total = facts.total
    if total is None or not (total.tickets_issued or total.entries_in):
        return None
    steps = funnel_steps(total, language)
    title = say(
        language,
        f"Du billet au visiteur (billets, entrées-jour, personnes), {facts.event} {facts.year}",
        f"From ticket to visitor (tickets, entry-days, people), {facts.event} {facts.year}",
    )
    sentence = funnel_sentence(total, language)
    drawn = [_draw(steps, width, title, sentence, language) for width in (WIDE, NARROW)]
    table = Table(
        id="funnel-table",
        caption=title,
        summary=sentence,
        headers=(
            Header(label=say(language, "Grandeur", "Quantity"), width=1.4),
            Header(label=say(language, "Valeur", "Value"), numeric=True),
            Header(label=say(language, "Unité", "Unit")),
            Header(label=say(language, "Par rapport à ce qui précède", "Compared with the one before"), width=1.6),
            Header(label=say(language, "Définition", "Definition"), width=3),
        ),
        rows=tuple(
            (
                Cell(text=step.name),
                Cell(text=step_value(step, language), numeric=True, missing=step.value is None),
                Cell(text=step.unit),
                Cell(text=step.ratio or "—"),
                Cell(text=step.definition),
            )
            for step in steps
        ),
    )
    return Drawing(
        id="funnel", measure="visits", title=title, sentence=sentence, wide=drawn[0], narrow=drawn[1], table=table
    )


def funnel_steps(total: Count, language: Language, link: Link = nowhere) -> list[Step]:
    """The four quantities in their order; ``link`` makes the numbers of a ratio lead somewhere."""
    issued = total.tickets_issued or None
    scanned = (total.tickets_scanned or None) if issued else None
    entered = total.attendances or None
    people = total.unique_visitors or None
    absent = total.no_show
    tickets = say(language, "billets", "tickets")
    cancelled = link(number(total.tickets_cancelled, language), "tickets_cancelled")
    used = "" if absent is None else link(percent(1 - absent, language), "scanned_share")
    unused = "" if absent is None else link(percent(absent, language), "no_show")
    by_ticket = link(number(entered / scanned, language), "days_per_ticket") if entered and scanned else ""
    by_person = link(number(entered / people, language), "days_per_visitor") if entered and people else ""
    return [
        Step(
            key="tickets_issued",
            name=say(language, "Billets émis", "Tickets issued"),
            unit=tickets,
            value=issued,
            ratio=""
            if not total.tickets_cancelled
            else say(
                language,
                f"{cancelled} annulés ou remboursés, déjà retirés",
                f"{cancelled} cancelled or refunded, already left out",
            ),
            definition=QUANTITY_DEFINITIONS["tickets_issued"].read(language)[0],
            look="full",
        ),
        Step(
            key="tickets_scanned",
            name=say(language, "Billets scannés", "Tickets scanned"),
            unit=tickets,
            value=scanned,
            ratio=""
            if absent is None
            else say(
                language,
                f"{used} des billets émis ; absentéisme {unused}",
                f"{used} of the tickets issued; no-show {unused}",
            ),
            definition=say(
                language,
                "billets émis ayant au moins une entrée valide",
                "tickets issued with at least one valid entry",
            ),
            look="full",
        ),
        Step(
            key="attendances",
            name=say(language, "Entrées-jour", "Entry-days"),
            unit=say(language, "billets × jours", "tickets × days"),
            value=entered,
            ratio=by_ticket
            and say(language, f"{by_ticket} jour par billet scanné", f"{by_ticket} days per scanned ticket"),
            definition=QUANTITY_DEFINITIONS["attendances"].read(language)[0],
            look="lines",
        ),
        Step(
            key="unique_visitors",
            name=say(language, "Visiteurs uniques", "Unique visitors"),
            unit=say(language, "personnes", "people"),
            value=people,
            ratio=by_person
            and say(language, f"{by_person} entrée-jour par visiteur", f"{by_person} entry-days per visitor"),
            definition=QUANTITY_DEFINITIONS["unique_visitors"].read(language)[0],
            look="dots",
        ),
    ]


def step_value(step: Step, language: Language) -> str:
    """Its number, or that it is not known."""
    return say(language, "non connu", "not known") if step.value is None else number(step.value, language)


def funnel_sentence(total: Count, language: Language, link: Link = nowhere) -> str:
    """What was not used, and that passages, entry-days and people are three quantities."""
    parts = []
    absent = total.no_show
    issued = link(number(total.tickets_issued, language), "tickets_issued")
    if absent is not None:
        unused = link(percent(absent, language), "no_show")
        parts.append(
            say(
                language,
                f"Sur {issued} billets émis, {unused} n’ont pas servi.",
                f"Of {issued} tickets issued, {unused} were not used.",
            )
        )
    elif total.tickets_issued:
        parts.append(
            say(
                language,
                f"{issued} billets émis, aucun scanné : l’absentéisme est inconnu.",
                f"{issued} tickets issued, none scanned: no-shows are unknown.",
            )
        )
    else:
        parts.append(
            say(
                language,
                "Aucune liste de billets émis : l’absentéisme est inconnu.",
                "No list of issued tickets: no-shows are unknown.",
            )
        )
    if total.entries_in:
        entries = link(number(total.entries_in, language), "entries_in")
        days = link(number(total.attendances, language), "attendances")
        people = link(number(total.unique_visitors, language), "unique_visitors")
        parts.append(
            say(
                language,
                f"Les {entries} passages font {days} entrées-jour et {people} visiteurs uniques : trois grandeurs, à "
                "ne pas confondre.",
                f"The {entries} entries make {days} entry-days and {people} unique visitors: three quantities, not to "
                "be confused.",
            )
        )
    return " ".join(parts)


def _draw(steps: list[Step], width: int, title: str, summary: str, language: Language) -> str:
    canvas = Canvas("funnel", width, title=title, summary=summary, language=language)
    looks = {
        "full": BLUE,
        "lines": canvas.pattern(
            "lines",
            f'<rect width="8" height="8" fill="{BLUE}" fill-opacity=".2"/>'
            f'<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="{BLUE}" stroke-width="2"/>',
            8,
        ),
        "dots": canvas.pattern(
            "dots",
            f'<rect width="8" height="8" fill="{BLUE}" fill-opacity=".2"/>'
            f'<circle cx="4" cy="4" r="2.2" fill="{BLUE}"/>',
            8,
        ),
    }
    left = 0.0 if canvas.narrow else max(text_width(step.name) for step in steps) + 16
    room = max(text_width(step_value(step, language), 16) for step in steps) + 12
    most = max(step.value or 0 for step in steps)
    span = (width - left - room - 2) / most
    y = 6.0
    for step in steps:
        if canvas.narrow:
            canvas.text(0, y + 14, step.name, bold=True)
            y += 22
        else:
            canvas.text(0, y + BAR / 2 - 1, step.name, bold=True)
            canvas.text(0, y + BAR / 2 + 15, step.unit, size=SMALL)
        if step.value is None:
            canvas.path(f"M{left + 1} {y + BAR / 2}h40", stroke=GREY, width=2, dash="5 4")
            canvas.text(left + 50, y + BAR / 2 + 5, step_value(step, language))
        else:
            length = max(step.value * span, 2)
            canvas.rect(left + 1, y, length, BAR, fill=looks[step.look], stroke=BLUE, line=2)
            canvas.text(left + length + 10, y + BAR / 2 + 6, step_value(step, language), size=16, bold=True)
        y += BAR
        words = (
            f"{step.unit}. {step.ratio}" if canvas.narrow and step.ratio else step.unit if canvas.narrow else step.ratio
        )
        for line in wrap(words, width - left - 4, SMALL) if words else []:
            y += 15
            canvas.text(left + (0 if canvas.narrow else 2), y, line, size=SMALL)
        y += 16
    canvas.height = y
    return canvas.render()
