"""Chart 14 over the editions of an event: carbon of the journeys and net euros for one visitor, with the nights."""

from dashboards.attendance.canvas import Badge
from dashboards.formats import say
from dashboards.impact.facts import EditionOfEvent, Footprint, ImpactFacts
from dashboards.impact.marks import Axis, ImpactChart, Look, Panel, Row, bar
from dashboards.impact.numbers import amount, plain, significant
from dashboards.impact.words import titled
from dashboards.measures import UNVERIFIED, Language
from dashboards.parts import BESIDE, beside, flat, parts
from dashboards.tables import Cell, Header
from dashboards.words import grade_words

Pair = tuple[EditionOfEvent, Footprint]


def footprints(facts: ImpactFacts, language: Language) -> ImpactChart | None:
    """The editions side by side, carbon never without euros; None where fewer than two have both."""
    known = [(one, one.footprint) for one in facts.editions if one.footprint is not None]
    if len(known) < 2:
        return None
    said = parts(_sentence(known, language))
    return ImpactChart(
        id="footprints",
        measure="journeys",
        language=language,
        title=titled(
            "Carbone (kg de CO₂e) et argent nouveau (euros) par visiteur, nuitées nouvelles, par édition",
            "Carbon (kg CO₂e) and new money (euros) per visitor, new nights, by edition",
            facts,
            language,
        ),
        sentence=flat(said),
        parts=said,
        panels=(
            Panel(
                name=say(language, "Carbone des trajets", "Carbon of the journeys"),
                axis=Axis(title=say(language, "kg de CO₂e par visiteur.", "kg CO₂e per visitor."), unit="kg"),
                rows=tuple(_carbon(*one, language) for one in known),
            ),
            Panel(
                name=say(language, "Impact primaire net", "Net primary impact"),
                axis=Axis(
                    title=say(language, "Euros par visiteur, aux modes.", "Euros per visitor, at modes."), unit="count"
                ),
                rows=tuple(_euros(*one, language) for one in known),
            ),
            Panel(
                name=say(language, "Nuitées nouvelles", "New nights"),
                axis=Axis(title=say(language, "Nuitées, aux modes.", "Nights, at modes."), unit="count"),
                rows=tuple(_nights(*one, language) for one in known),
            ),
        ),
        headers=(
            Header(label=say(language, "Édition", "Edition")),
            Header(label=say(language, "Grandeur", "Quantity"), width=2),
            Header(label=say(language, "Valeur", "Value"), numeric=True),
            Header(label=say(language, "Grade de preuve", "Evidence grade")),
        ),
        looks=_looks(known, language),
        badges=_badges(known, language),
        beside=True,
    )


def _carbon(edition: EditionOfEvent, found: Footprint, language: Language) -> Row:
    words = f"{significant(found.kg, language)}\u00a0kg"
    about = say(language, "kg de CO₂e par visiteur", "kg CO₂e per visitor")
    return _row("kg", edition, found, (found.kg, "total"), words, about, language)


def _euros(edition: EditionOfEvent, found: Footprint, language: Language) -> Row:
    look: Look = "more" if found.net_euros >= 0 else "less"
    about = say(language, "impact primaire net par visiteur", "net primary impact per visitor")
    return _row("net", edition, found, (found.net_euros, look), amount(found.net_euros, language), about, language)


def _nights(edition: EditionOfEvent, found: Footprint, language: Language) -> Row:
    about = say(language, "nuitées nouvelles", "new nights")
    words = plain(round(found.nights), language)
    return _row("nights", edition, found, (found.nights, "other"), words, about, language)


def _row(
    key: str,
    edition: EditionOfEvent,
    found: Footprint,
    drawn: tuple[float, Look],
    words: str,
    about: str,
    language: Language,
) -> Row:
    value, look = drawn
    unsure = found.grade in UNVERIFIED
    return Row(
        key=f"{key}-{edition.id}",
        label=f"{edition.year} ({found.grade})",
        marks=(bar(0, value, "grey" if unsure else look),),
        words=words,
        cells=(
            Cell(text=about),
            Cell(text=words, numeric=True, node=BESIDE + footprint_node(key, edition), values=(value,)),
            Cell(text=grade_words(found.grade, language), grade=found.grade),
        ),
    )


def _sentence(known: list[Pair], language: Language) -> str:
    (first, was), (last, now) = known[0], known[-1]
    kg_was, kg_now = (_linked("kg", one, significant(found.kg, language)) for one, found in (known[0], known[-1]))
    net_was, net_now = (_linked("net", one, amount(found.net_euros, language)) for one, found in (known[0], known[-1]))
    words = say(
        language,
        f"De {first.year} à {last.year}, un visiteur passe de {kg_was} à {kg_now} kg de CO₂e de trajets, et de "
        f"{net_was} à {net_now} d’argent nouveau : les deux se lisent ensemble, avec les nuitées.",
        f"From {first.year} to {last.year}, one visitor goes from {kg_was} to {kg_now} kg CO₂e of journeys, and from "
        f"{net_was} to {net_now} of new money: both are read together, with the nights.",
    )
    if was.grade != now.grade:
        words += " " + say(
            language,
            f"Les fréquentations sont de grades {was.grade} et {now.grade} : à comparer avec précaution.",
            f"The attendances are of grades {was.grade} and {now.grade}: they do not compare without care.",
        )
    return words


def footprint_node(key: str, edition: EditionOfEvent) -> str:
    """The key of a value of an edition."""
    return f"{key}_{edition.id.replace('-', '')}"


def _linked(key: str, edition: EditionOfEvent, words: str) -> str:
    return beside(words, footprint_node(key, edition))


def _looks(known: list[Pair], language: Language) -> tuple[tuple[Look, str], ...]:
    if not any(found.grade in UNVERIFIED for _, found in known):
        return ()
    return (("grey", say(language, "fréquentation déclarée ou prévue", "declared or forecast attendance")),)


def _badges(known: list[Pair], language: Language) -> tuple[Badge, ...]:
    if not any(one.simulated for one, _ in known):
        return ()
    return (Badge(text=say(language, "données simulées", "simulated data"), kind="simulated"),)
