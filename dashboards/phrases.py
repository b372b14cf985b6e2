"""Sentences and names in the two languages, from facts."""

from collections import Counter
from collections.abc import Iterable, Sequence

from dashboards.facts import Conflict, EditionFacts, PrintedFact, Source, SupportLine
from dashboards.formats import counted, euros, number, say
from dashboards.measures import GRADES, Language
from dashboards.rules import attendance_total, gap_counts
from dashboards.words import (
    FACT_NAMES,
    GAP_NAMES,
    GRADE_NAMES,
    STATUS_NAMES,
    grade_words,
)
from events_api.domain.attendance import Grade


def edition_name(edition: EditionFacts, language: Language) -> str:
    """The event, the number of its edition when it is known, and what happened to it when it did not go as planned."""
    about = [] if edition.number is None else [ordinal(edition.number, language)]
    if edition.status not in ("scheduled", "full"):
        about.append(STATUS_NAMES[edition.status].read(language)[0])
    return f"{edition.event} ({', '.join(about)})" if about else edition.event


def ordinal(rank: int, language: Language) -> str:
    """« 2e édition », “2nd edition”."""
    if language == "fr":
        return "1re\u00a0édition" if rank == 1 else f"{rank}e\u00a0édition"
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}\u00a0edition"


def years_text(years: Sequence[int], language: Language) -> str:
    """The budget years of an amount, as a range when they follow each other."""
    if not years:
        return say(language, "année non précisée", "year not stated")
    if len(years) > 1 and list(years) == list(range(years[0], years[-1] + 1)):
        return f"{years[0]}–{years[-1]}"
    return ", ".join(map(str, years))


def grade_counts(grades: Iterable[Grade], language: Language) -> str:
    """« 6 de grade E déclaré, 2 de grade F prévu »."""
    counts = Counter(grades)
    return ", ".join(
        say(
            language,
            f"{counts[grade]} de grade {grade} {GRADE_NAMES[grade].fr}",
            f"{counts[grade]} of grade {grade} {GRADE_NAMES[grade].en}",
        )
        for grade in GRADES
        if counts[grade]
    )


def support_words(line: SupportLine, language: Language) -> str:
    """An amount with its period and its status."""
    period = years_text(line.years, language)
    return f"{euros(line.amount_cents, language)}, {period}, {support_status(line, language)}"


def source_words(source: Source) -> str:
    """The document and the place in it."""
    return f"{source.document}, {source.place}" if source.place else source.document


def joined(names: Sequence[str], language: Language) -> str:
    """« Marseille, Miramas et Vitrolles »."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {say(language, 'et', 'and')} {names[-1]}"


def fact_name(fact: PrintedFact, language: Language) -> str:
    """A known printed fact in words, else its own name."""
    known = FACT_NAMES.get(fact.name)
    return known.read(language)[0] if known else fact.name


def support_status(line: SupportLine, language: Language) -> str:
    """Whether the amount is recorded or still pending."""
    return say(language, "en attente", "pending") if line.status == "pending" else say(language, "inscrit", "recorded")


def summing_sentences(editions: Sequence[EditionFacts], language: Language) -> tuple[str, ...]:
    """What was added up, with which grades, and what was not."""
    said = []
    total = attendance_total(editions)
    if total is None:
        said.append(
            say(
                language,
                "Aucun total de fréquentation : seules les entrées-jour se somment, et aucune n’est connue.",
                "No total attendance is given: only entry-days may be added up, and none is known.",
            )
        )
    else:
        shares = ", ".join(
            f"{number(value, language)} ({grade_words(grade, language)}, "
            f"{counted(count, language, *say_editions(language))})"
            for grade, count, value in total.by_grade
        )
        said.append(
            say(
                language,
                f"Total : {number(total.value, 'fr')} entrées-jour sur "
                f"{counted(total.editions, 'fr', 'édition', 'éditions')}, dont {shares}.",
                f"Total: {number(total.value, 'en')} entry-days over "
                f"{counted(total.editions, 'en', 'edition', 'editions')}: {shares}.",
            )
        )
        if total.forecasts:
            said.append(
                say(
                    language,
                    f"{counted(total.forecasts, 'fr', 'prévision laissée', 'prévisions laissées')} hors total.",
                    f"{counted(total.forecasts, 'en', 'forecast is', 'forecasts are')} left out of the total.",
                )
            )
    printed = [
        figure.grade
        for edition in editions
        for figure in edition.attendances
        if figure.quantity == "attendance_as_printed"
    ]
    if printed:
        said.append(
            say(
                language,
                f"{counted(len(printed), 'fr', 'chiffre imprimé', 'chiffres imprimés')} sans définition "
                f"({grade_counts(printed, 'fr')}) : "
                + (
                    "montrés un par un, jamais additionnés."
                    if len(printed) > 1
                    else "montré séparément, jamais additionné."
                ),
                f"{counted(len(printed), 'en', 'printed figure', 'printed figures')} without a definition "
                f"({grade_counts(printed, 'en')}): shown one by one, never added up.",
            )
        )
    return tuple(said)


def say_editions(language: Language) -> tuple[str, str]:
    """The noun, singular and plural."""
    return ("édition", "éditions") if language == "fr" else ("edition", "editions")


def missing_sentences(editions: Sequence[EditionFacts], language: Language) -> tuple[str, ...]:
    """One sentence for each thing that some edition lacks."""
    total = len(editions)
    if total == 1:
        return tuple(f"{GAP_NAMES[gap].read(language)[0].capitalize()}." for gap in gap_counts(editions))
    return tuple(
        say(
            language,
            f"{GAP_NAMES[gap].fr[:1].upper()}{GAP_NAMES[gap].fr[1:]} : "
            f"{counted(count, 'fr', 'édition', 'éditions')} sur {total}.",
            f"{GAP_NAMES[gap].en[:1].upper()}{GAP_NAMES[gap].en[1:]}: "
            f"{counted(count, 'en', 'edition', 'editions')} of {total}.",
        )
        for gap, count in gap_counts(editions).items()
    )


def conflict_sentences(conflict: Conflict, language: Language) -> tuple[str, ...]:
    """The conflict as text, for whoever does not read the chart."""
    claims = " / ".join(claim.statement.read(language)[0] for claim in conflict.claims)
    name = conflict.quantity.read(language)[0]
    said = [
        say(
            language,
            f"{conflict.subject}, {name} : {claims}. Contradiction non résolue : les deux chiffres restent au dossier.",
            f"{conflict.subject}, {name}: {claims}. Conflict not settled: both figures stay on file.",
        )
    ]
    question, _ = conflict.question.read(language)
    return (*said, question) if question else tuple(said)
