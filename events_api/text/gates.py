"""What the person at a gate reads: short, and what to do comes first."""

import datetime as dt
from functools import lru_cache
from typing import Final

from events_api.domain.tickets.facts import Standing, Verdict
from events_api.text import formats
from events_api.text.formats import Language, french

SPOKEN: Final[dict[str, tuple[str, str]]] = {
    "accepted": ("Entrez", "Come in"),
    "accepted.group": ("Entrez : {people} personnes", "Come in: {people} people"),
    "out": ("Sortez", "Go out"),
    "out.group": ("Sortez : {people} personnes", "Go out: {people} people"),
    "duplicate": ("Déjà scanné : n'entrez pas", "Already scanned: do not come in"),
    "duplicate.when": ("Déjà scanné {when}", "Already scanned {when}"),
    "inside": ("Déjà à l'intérieur : n'entrez pas", "Already inside: do not come in"),
    "inside.when": ("Déjà à l'intérieur, entré {when}", "Already inside, came in {when}"),
    "unknown": ("Billet inconnu : n'entrez pas", "Unknown ticket: do not come in"),
    "refunded": ("Billet remboursé : n'entrez pas", "Refunded ticket: do not come in"),
    "refunded.cancelled": ("Billet annulé : n'entrez pas", "Cancelled ticket: do not come in"),
    "refunded.reserved": ("Billet réservé, pas payé : passez à la caisse", "Reserved, not paid: go to the till"),
    "wrong_day": ("Ce n'est pas le jour de ce billet : n'entrez pas", "Not the day of this ticket: do not come in"),
    "blocked": ("Billet bloqué : appelez un responsable", "Blocked ticket: call a supervisor"),
    "refused": ("Refus noté", "Refusal noted"),
    "offline": ("Passage noté. {else}", "Passage noted. {else}"),
    "offline.refused": ("Refus noté, mais ce billet était bon", "Refusal noted, but this ticket was good"),
    "sequence_reused": (
        "Numéro déjà pris par un autre scan : renumérotez celui-ci",
        "Number taken by another scan: give this one another",
    ),
    "clock_wrong": ("Réglez l'horloge de l'appareil", "Set the clock of the device"),
}
_SPOKEN: Final = {
    "fr": {key: french(texts[0]) for key, texts in SPOKEN.items()},
    "en": {key: texts[1] for key, texts in SPOKEN.items()},
}
_SHORT: Final = dt.timedelta(hours=12)


def fault_spoken(fault: str, language: Language) -> str:
    """Why a scan was not kept."""
    return _SPOKEN[language][fault]


def spoken(
    verdict: Verdict,
    language: Language,
    *,
    inward: bool,
    contradiction: Verdict | None = None,
    standing: Standing | None = None,
    entered: dt.datetime | None = None,
    gate: str | None = None,
    at: dt.datetime,
    people: int = 1,
) -> str:
    """What the gate says; `entered` is the former entry on the clocks of the place, at that gate."""
    words = _SPOKEN[language]
    if contradiction == "accepted":
        return words["offline.refused"]
    if contradiction is not None:
        reason = _refusal(contradiction, words, language, standing=standing, entered=entered, gate=gate, at=at)
        return words["offline"].format_map({"else": reason})
    if verdict == "accepted":
        key = "accepted" if inward else "out"
        return words[key] if people == 1 else words[f"{key}.group"].format(people=formats.integer(people, language))
    return _refusal(verdict, words, language, standing=standing, entered=entered, gate=gate, at=at)


def _refusal(
    verdict: Verdict,
    words: dict[str, str],
    language: Language,
    *,
    standing: Standing | None,
    entered: dt.datetime | None,
    gate: str | None,
    at: dt.datetime,
) -> str:
    if verdict == "refunded":
        return words.get(f"refunded.{standing}", words["refunded"])
    if verdict not in ("duplicate", "inside") or entered is None:
        return words[verdict]
    when = _when(entered.replace(second=0, microsecond=0), language, far=at - entered > _SHORT)
    return words[f"{verdict}.when"].format(when=when if gate is None else f"{when}, {gate}")


@lru_cache(maxsize=4096)
def _when(local: dt.datetime, language: Language, *, far: bool) -> str:
    joint = "à" if language == "fr" else "at"
    clock = f"{joint} {formats.clock(local, language)}"
    if not far:
        return clock
    day = formats.day(local.date(), language)
    return f"le {day} {clock}" if language == "fr" else f"on {day} {clock}"
