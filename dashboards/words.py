"""The words shown beside figures: grades, quantities, printed units, what may be missing, glossary."""

from typing import Literal

from dashboards.measures import Language, Text
from events_api.domain.attendance import Grade
from events_api.domain.programme import Status

Quantity = Literal[
    "attendances",
    "unique_visitors",
    "entries_in",
    "tickets_issued",
    "peak_occupancy",
    "reentries",
    "attendance_as_printed",
]
Gap = Literal["attendance", "dates", "commune", "organiser", "number", "support"]

GRADE_NAMES: dict[Grade, Text] = {
    "A": Text("scanné", "scanned"),
    "B": Text("billetterie", "ticketed"),
    "C": Text("compté", "counted"),
    "D": Text("densité ou mobile", "density or mobile"),
    "E": Text("déclaré", "declared"),
    "F": Text("prévu", "forecast"),
}
GRADE_DEFINITIONS: dict[Grade, Text] = {
    "A": Text("journal du contrôle d’accès", "access control log"),
    "B": Text(
        "billets émis, non scannés : l’absentéisme est inconnu", "tickets issued, not scanned: no-shows are unknown"
    ),
    "C": Text("capteurs, comptage aux portes, pointage", "sensors, counting at the gates, tally"),
    "D": Text(
        "grille de densité, photographie aérienne, données d’opérateur",
        "density grid, aerial photograph, operator data",
    ),
    "E": Text("déclaration de l’organisateur, presse", "statement of the organiser, press"),
    "F": Text(
        "attendu avant l’événement : rien n’a encore été observé", "expected before the event: nothing observed yet"
    ),
}
QUANTITY_NAMES: dict[Quantity, Text] = {
    "attendances": Text("entrées-jour", "entry-days"),
    "unique_visitors": Text("visiteurs uniques", "unique visitors"),
    "entries_in": Text("passages", "entries"),
    "tickets_issued": Text("billets émis", "tickets issued"),
    "peak_occupancy": Text("pic de présence", "peak occupancy"),
    "reentries": Text("ré-entrées", "re-entries"),
    "attendance_as_printed": Text("telle qu’imprimée", "as printed"),
}
QUANTITY_DEFINITIONS: dict[Quantity, Text] = {
    "attendances": Text(
        "billets distincts ayant au moins une entrée valide, par jour d’événement (de 5 h à 5 h) ; se somment",
        "distinct tickets with at least one valid entry, by event day (05:00 to 05:00); may be added up",
    ),
    "unique_visitors": Text(
        "personnes distinctes sur toute l’édition ; ne se somment pas d’un événement à l’autre",
        "distinct people over the edition; never added up across events",
    ),
    "entries_in": Text(
        "entrées valides, ré-entrées comprises ; ne se somment pas d’un événement à l’autre",
        "valid entries, re-entries included; never added up across events",
    ),
    "tickets_issued": Text(
        "billets vendus, offerts, accrédités ou abonnements, moins les annulés",
        "tickets sold, free, accredited or passes, minus the cancelled ones",
    ),
    "peak_occupancy": Text("plus grand nombre de personnes présentes à la fois", "most people inside at one time"),
    "reentries": Text("passages moins entrées-jour", "entries minus entry-days"),
    "attendance_as_printed": Text(
        "chiffre repris d’un document qui ne dit pas ce qu’il compte ; ne se somme pas",
        "figure taken from a document that does not say what it counts; never added up",
    ),
}
PRINTED_UNITS: dict[str, str] = {
    "visitors as printed": "visiteurs (tel qu’imprimé)",
    "visitors": "visiteurs",
    "visitors, about": "visiteurs (environ)",
    "visitors, more than": "visiteurs (plus de)",
    "visitors expected": "visiteurs attendus",
    "visitors expected, more than": "visiteurs attendus (plus de)",
    "people expected": "personnes attendues",
    "spectators": "spectateurs",
}
FACT_NAMES: dict[str, Text] = {
    "speakers": Text("intervenants", "speakers"),
    "authors": Text("auteurs", "authors"),
    "guest_of_honour": Text("invité d’honneur", "guest of honour"),
    "productions": Text("productions", "productions"),
    "shooting_days": Text("jours de tournage", "shooting days"),
    "projects": Text("projets", "projects"),
    "players": Text("joueurs", "players"),
    "tournament participants": Text("participants au tournoi", "tournament participants"),
    "libraries": Text("bibliothèques", "libraries"),
    "communes": Text("communes", "communes"),
    "m²": Text("m²", "m²"),
}
GAP_NAMES: dict[Gap, Text] = {
    "attendance": Text("fréquentation non mesurée", "attendance not measured"),
    "dates": Text("dates exactes non communiquées", "exact dates not given"),
    "commune": Text("commune non communiquée", "commune not given"),
    "organiser": Text("organisateur non communiqué", "organiser not given"),
    "number": Text("numéro d’édition non communiqué", "edition number not given"),
    "support": Text("montant du soutien non communiqué", "amount of support not given"),
}
GAP_COLUMNS: dict[Gap, Text] = {
    "attendance": Text("Fréquentation", "Attendance"),
    "dates": Text("Dates exactes", "Exact dates"),
    "commune": Text("Commune", "Commune"),
    "organiser": Text("Organisateur", "Organiser"),
    "number": Text("Numéro", "Number"),
    "support": Text("Soutien", "Support"),
}
STATUS_NAMES: dict[Status, Text] = {
    "scheduled": Text("maintenue", "scheduled"),
    "rescheduled": Text("déplacée", "rescheduled"),
    "moved_online": Text("passée en ligne", "moved online"),
    "postponed": Text("reportée", "postponed"),
    "full": Text("complète", "full"),
    "cancelled": Text("annulée", "cancelled"),
}
GLOSSARY: tuple[tuple[Text, Text], ...] = (
    (
        Text("Événement", "Event"),
        Text("ce qui revient d’une année à l’autre, avec son nom et ses organisateurs", "the recurring thing"),
    ),
    (
        Text("Édition", "Edition"),
        Text("une occurrence d’un événement, avec une année, des dates et des lieux", "one occurrence of an event"),
    ),
    (
        Text("Contradiction", "Conflict"),
        Text(
            "deux affirmations sur la même grandeur qui ne peuvent être vraies ensemble ; les deux restent au dossier",
            "two claims about one quantity that cannot both be true; both stay on file",
        ),
    ),
    (
        Text("Non mesuré", "Not measured"),
        Text("aucun document ne donne le chiffre ; ce n’est pas zéro", "no document gives the figure; it is not zero"),
    ),
    (
        Text("Ligne de soutien", "Support line"),
        Text(
            "montant public inscrit dans un document pour un bénéficiaire et une ou plusieurs années",
            "public amount written in a document for a beneficiary and one or several years",
        ),
    ),
    (
        Text("Levier", "Leverage"),
        Text(
            "dépense déclarée pour un euro de soutien ; il ne prouve pas que le soutien a causé la dépense",
            "declared spending for one euro of support; it does not prove that support caused it",
        ),
    ),
)


def printed_unit(unit: str, language: Language) -> tuple[str, Language]:
    """The printed unit in the language asked for when it is a known one, else as it is."""
    if language == "fr":
        known = PRINTED_UNITS.get(unit)
        return (known, "fr") if known else (unit, "en" if unit.isascii() and unit else "fr")
    return unit, "en"


def grade_words(grade: Grade, language: Language) -> str:
    """The grade with its name: « E, déclaré »."""
    return f"{grade}, {GRADE_NAMES[grade].read(language)[0]}"
