"""What checks, comparisons and methods say to people: titles and sentences, in French and in English."""

import datetime as dt
from collections.abc import Mapping
from typing import Final, Literal

from events_api.domain.tickets.evidence import FACTORS, SIGMAS, Cause, Comparison
from events_api.domain.tickets.methods import (
    CaptureRecaptureResult,
    DensityResult,
    DwellTimeResult,
    GateSamplingResult,
    Interval,
    Method,
    Result,
    SurveyResult,
)
from events_api.domain.tickets.plausibility import Check, CheckCode, CheckVerdict
from events_api.text import formats
from events_api.text.catalogue import label
from events_api.text.formats import Language

Pair = tuple[str, str]
_Kind = Literal["share", "times", "index"]
_EPOCH: Final = dt.date(1970, 1, 1)


def _pick(pair: Pair, language: Language, **values: str) -> str:
    chosen = formats.french(pair[0]) if language == "fr" else pair[1]
    return chosen.format(**values)


# Checks: kind of value, title, what was measured, what may explain it

CHECK_TEXTS: Final[dict[CheckCode, tuple[_Kind, Pair, Pair, Pair]]] = {
    "unknown_codes": (
        "share",
        ("Billets inconnus", "Unknown tickets"),
        (
            "{value} des entrées portent un billet absent de la liste des billets.",
            "{value} of entries are with a ticket that the list of tickets lacks.",
        ),
        (
            "Billets vendus sur place ou par un autre canal, dont la liste n'a pas été déposée.",
            "Tickets sold at the door or elsewhere, whose list was not handed in.",
        ),
    ),
    "cancelled_tickets": (
        "share",
        ("Billets annulés", "Cancelled tickets"),
        (
            "{value} des entrées acceptées portent un billet annulé ou remboursé.",
            "{value} of accepted entries are with a ticket that was cancelled or refunded.",
        ),
        (
            "Remboursements faits après l'événement.",
            "Refunds made after the event.",
        ),
    ),
    "no_show": (
        "share",
        ("Absents", "No-shows"),
        (
            "{value} des billets émis n'ont pas été scannés.",
            "{value} of issued tickets were not scanned.",
        ),
        (
            "La liste des billets ne contient que ceux qui ont été scannés.",
            "The list of tickets holds only those that were scanned.",
        ),
    ),
    "stray_exits": (
        "share",
        ("Sorties sans entrée", "Exits without entry"),
        (
            "{value} des sorties n'ont pas d'entrée juste avant.",
            "{value} of exits have no entry just before them.",
        ),
        (
            "Des entrées n'ont pas été scannées à une porte.",
            "Entries were not scanned at some gate.",
        ),
    ),
    "refused_scans": (
        "share",
        ("Scans refusés", "Refused scans"),
        (
            "{value} des scans ont été refusés (doublons, billets non valables).",
            "{value} of scans were refused (duplicates, tickets that are not valid).",
        ),
        (
            "Les scans refusés ont été retirés du journal avant son dépôt.",
            "Refused scans were taken out of the log before it was handed in.",
        ),
    ),
    "event_days": (
        "share",
        ("Jours de l'édition", "Days of the edition"),
        (
            "{value} des entrées tombent hors des jours de l'édition.",
            "{value} of entries are outside the days of the edition.",
        ),
        (
            "Essais des lecteurs, montage, ou dates de l'édition à corriger.",
            "Tests of the devices, set-up, or dates of the edition that need correcting.",
        ),
    ),
    "night": (
        "share",
        ("Nuit", "Night"),
        (
            "{value} des entrées ont lieu entre 4 h et 6 h du matin.",
            "{value} of entries are between 4 and 6 in the morning.",
        ),
        (
            "Un événement qui commence à l'aube, ou un fuseau horaire mal choisi.",
            "An event that begins at dawn, or a wrong time zone.",
        ),
    ),
    "gate_capacity": (
        "times",
        ("Débit d'une porte", "Flow of a gate"),
        (
            "Le quart d'heure le plus chargé d'une porte vaut {value} fois ce qu'elle peut laisser passer.",
            "The busiest quarter of an hour of a gate is {value} times what it can let in.",
        ),
        (
            "Plusieurs couloirs sous un même nom, ou des billets de groupe.",
            "Several lanes under one name, or group tickets.",
        ),
    ),
    "turnover": (
        "times",
        ("Rotation du public", "Turnover"),
        (
            "Le jour le plus fréquenté compte {value} fois la capacité autorisée.",
            "The busiest day counts {value} times the authorised capacity.",
        ),
        (
            "Visites courtes toute la journée, ou capacité à corriger.",
            "Short visits all day long, or a capacity that needs correcting.",
        ),
    ),
    "over_capacity": (
        "times",
        ("Présents et capacité", "Inside and capacity"),
        (
            "Au plus fort, {value} fois la capacité autorisée se trouve à l'intérieur.",
            "At the peak, {value} times the authorised capacity is inside.",
        ),
        (
            "Des sorties n'ont pas été scannées.",
            "Exits were not scanned.",
        ),
    ),
    "bulk_entries": (
        "share",
        ("Entrées groupées", "Entries in bulk"),
        (
            "{value} des entrées sont enregistrées au même instant que beaucoup d'autres, à la même porte.",
            "{value} of entries are recorded at the same instant as many others at the same gate.",
        ),
        (
            "Une liste pointée après coup, ou un lecteur hors ligne qui a daté ses scans à l'envoi.",
            "A list ticked afterwards, or an offline device that dated its scans when it sent them.",
        ),
    ),
    "paired_entries": (
        "share",
        ("Entrées par paires", "Entries in pairs"),
        (
            "{value} des entrées partagent leur seconde et leur porte avec une autre, au-delà du hasard.",
            "{value} of entries share their second and their gate with another, beyond chance.",
        ),
        (
            "Les billets d'une même commande sont validés ensemble.",
            "The tickets of one order are checked in together.",
        ),
    ),
    "even_spacing": (
        "index",
        ("Intervalles entre les entrées", "Gaps between entries"),
        (
            "La variation des intervalles à une porte est de {value} (1 au hasard, 0 pour un pas constant).",
            "The variation of the gaps at a gate is {value} (1 by chance, 0 for a constant step).",
        ),
        (
            "Un tourniquet qui tourne toujours à la même cadence.",
            "A turnstile that always turns at the same pace.",
        ),
    ),
    "even_counts": (
        "index",
        ("Entrées par minute", "Entries per minute"),
        (
            "La dispersion des entrées par minute à une porte est de {value} (1 au hasard, 0 si elles sont égales).",
            "The dispersion of entries per minute at a gate is {value} (1 by chance, 0 when all are equal).",
        ),
        (
            "Une jauge qui laisse entrer le même nombre de personnes chaque minute.",
            "A quota that lets in the same number of people each minute.",
        ),
    ),
    "flat_profile": (
        "index",
        ("Profil de la journée", "Profile of the day"),
        (
            "Le rythme des entrées d'une journée varie de {value} au plus autour de sa moyenne.",
            "The rate of entries of a day varies by {value} at most around its mean.",
        ),
        (
            "Des créneaux horaires tous remplis.",
            "Time slots that were all full.",
        ),
    ),
    "round_minutes": (
        "share",
        ("Minutes rondes", "Round minutes"),
        (
            "{value} des minutes sont des multiples de cinq (20 % attendus).",
            "{value} of minutes are multiples of five (20% expected).",
        ),
        (
            "Heures notées à la main et arrondies.",
            "Times written by hand and rounded.",
        ),
    ),
    "frequent_second": (
        "share",
        ("Seconde la plus fréquente", "Most frequent second"),
        (
            "{value} des heures finissent par la même seconde, hors :00 (1,7 % attendus).",
            "{value} of times end in the same second, :00 apart (1.7% expected).",
        ),
        (
            "Un logiciel qui complète les heures par une seconde fixe.",
            "A tool that completes times with a fixed second.",
        ),
    ),
    "even_seconds": (
        "index",
        ("Répartition des secondes", "Spread of the seconds"),
        (
            "La répartition des secondes s'écarte de l'égalité de {value} (1 au hasard, 0 si elles sont distribuées).",
            "The spread of the seconds departs from equality by {value} (1 by chance, 0 when dealt out).",
        ),
        (
            "Aucune cause ordinaire connue.",
            "No ordinary cause is known.",
        ),
    ),
    "gate_rotation": (
        "share",
        ("Alternance des portes", "Gates in turn"),
        (
            "Les portes se suivent à tour de rôle pour {value} des entrées de plus qu'au hasard.",
            "The gates take turns for {value} more of the entries than by chance.",
        ),
        (
            "Une file unique que l'on répartit sur les portes.",
            "A single queue that is dealt out to the gates.",
        ),
    ),
    "copied_day": (
        "index",
        ("Jours ou portes copiés", "Copied days or gates"),
        (
            ("L'écart entre les deux jours, ou les deux portes, les plus semblables est de {value} "
            "(1 au hasard, 0 pour une copie)."),
            "The difference between the two most similar days or gates is {value} (1 by chance, 0 for a copy).",
        ),
        (
            "Le même journal déposé deux fois sous deux dates.",
            "The same log handed in twice under two dates.",
        ),
    ),
    "copied_edition": (
        "index",
        ("Autres éditions", "Other editions"),
        (
            ("L'écart avec le jour le plus semblable d'une autre édition est de {value} "
            "(1 au hasard, 0 pour une copie)."),
            "The difference from the most similar day of another edition is {value} (1 by chance, 0 for a copy).",
        ),
        (
            "Le journal d'une autre édition déposé par erreur.",
            "The log of another edition handed in by mistake.",
        ),
    ),
    "file_end": (
        "share",
        ("Fin du fichier", "End of the file"),
        (
            "{value} des lignes sont ajoutées après la fin d'un fichier en ordre, aux mêmes portes.",
            "{value} of lines were added after the end of an orderly file, at the same gates.",
        ),
        (
            "Un lecteur hors ligne dont les scans ont été ajoutés plus tard.",
            "An offline device whose scans were added later.",
        ),
    ),
    "file_order": (
        "index",
        ("Ordre des billets", "Order of tickets"),
        (
            "Les billets passent dans l'ordre de leur liste à {value} (0 au hasard, 1 pour le même ordre).",
            "Tickets come in the order of their list by {value} (0 by chance, 1 for the same order).",
        ),
        (
            "Une liste triée par créneau horaire, ou éditée d'après les entrées.",
            "A list sorted by time slot, or made from the entries.",
        ),
    ),
}  # fmt: skip
_NOT_TESTED: Final[Pair] = (
    "Non vérifié : trop peu de passages, ou une donnée manque.",
    "Not tested: too few passages, or something is not known.",
)
_PASSES: Final[Pair] = (
    " Une explication est demandée {side} {explain}.",
    " An explanation is asked for {side} {explain}.",
)
_TO_EXPLAIN: Final[Pair] = (
    " {side} {explain} : à expliquer. Cause possible : {cause}",
    " {side} {explain}: to explain. Possible cause: {cause}",
)
_IMPLAUSIBLE: Final[Pair] = (
    " {side} {implausible} : pas crédible en l'état. Cause possible : {cause}",
    " {side} {implausible}: not credible as it stands. Possible cause: {cause}",
)
_SIDES: Final[dict[tuple[bool, bool], Pair]] = {
    (False, False): ("au-delà de", "above"),
    (False, True): ("Au-delà de", "Above"),
    (True, False): ("en deçà de", "below"),
    (True, True): ("En deçà de", "Below"),
}  # fmt: skip
VERDICTS: Final[dict[CheckVerdict, Pair]] = {
    "passes": ("Plausible", "Plausible"),
    "to_explain": ("À expliquer", "To explain"),
    "implausible": ("Pas crédible", "Not credible"),
    "not_tested": ("Non vérifié", "Not tested"),
}


def check_title(code: CheckCode, language: Language) -> str:
    """What a check looks at."""
    return _pick(CHECK_TEXTS[code][1], language)


def verdict(value: CheckVerdict, language: Language) -> str:
    """A verdict in words."""
    return _pick(VERDICTS[value], language)


def check_sentence(check: Check, language: Language, *, below: bool, gates: Mapping[int, str]) -> str:
    """What a check measured, where, and what it means."""
    kind, _, measured, cause = CHECK_TEXTS[check.code]
    if check.value is None:
        return _pick(_NOT_TESTED, language)
    said = _pick(measured, language, value=_value(check.value, kind, language))
    places = []
    if check.gate:
        places.append(
            _pick(("porte « {gate} »", "gate “{gate}”"), language, gate=gates.get(check.gate, str(check.gate)))
        )
    if check.day is not None:
        places.append(formats.day(_EPOCH + dt.timedelta(days=check.day), language))
    if places:
        said = f"{said[:-1]} ({', '.join(places)})."
    if check.verdict == "implausible" and check.implausible is not None:
        bound = _value(check.implausible, kind, language)
        return said + _pick(
            _IMPLAUSIBLE, language, side=_pick(_SIDES[below, True], language), implausible=bound,
            cause=_lowered(_pick(cause, language)),
        )  # fmt: skip
    bound = _value(check.explain, kind, language)
    pair = _TO_EXPLAIN if check.verdict == "to_explain" else _PASSES
    side = _pick(_SIDES[below, check.verdict == "to_explain"], language)
    return said + _pick(pair, language, side=side, explain=bound, cause=_lowered(_pick(cause, language)))


def _lowered(words: str) -> str:
    return words[0].lower() + words[1:]


def _value(value: float, kind: _Kind, language: Language) -> str:
    if kind == "share":
        return formats.percent(value, language, places=1 if value >= 0.01 or value == 0 else 2)
    return formats.decimal(value, language, places=2)


# Comparisons

_AGREES: Final[Pair] = (
    (
        "{stated} (niveau {grade}), et compté {counted} ({counted_as}, niveau {counted_grade}) : les deux "
        "s'accordent. Lus selon leur niveau de preuve, ils ne diffèrent pas de plus de {sigmas} écarts-types."
    ),
    (
        "{stated} (grade {grade}), and counted {counted} ({counted_as}, grade {counted_grade}): the two agree. Read "
        "as their grades say, they differ by no more than {sigmas} standard deviations."
    ),
)
_CONTRADICTS: Final[Pair] = (
    (
        "{stated} (niveau {grade}), mais compté {counted} ({counted_as}, niveau {counted_grade}). Lus selon leur "
        "niveau de preuve, {expected} et {counted_expected} : l'écart de {difference} dépasse {sigmas} écarts-types "
        "({reach})."
    ),
    (
        "{stated} (grade {grade}), but counted {counted} ({counted_as}, grade {counted_grade}). Read as their grades "
        "say, {expected} and {counted_expected}: the difference of {difference} exceeds {sigmas} standard deviations "
        "({reach})."
    ),
)
CAUSES: Final[dict[Cause, Pair]] = {
    "entries_as_attendances": (
        "Le chiffre est celui des passages : les ré-entrées y sont comptées comme de nouvelles venues.",
        "The figure is that of entries: people who came back in were counted again.",
    ),
    "entries_as_people": (
        "Le chiffre est celui des passages : chaque entrée y est comptée comme une personne.",
        "The figure is that of entries: each entry was counted as a person.",
    ),
    "attendances_as_people": (
        "Le chiffre est celui des entrées-jour : qui est venu trois jours y compte trois fois.",
        "The figure is that of attendances: who came on three days was counted three times.",
    ),
    "tickets_as_attendances": (
        "Le chiffre est celui des billets émis : les absents y sont comptés.",
        "The figure is that of issued tickets: no-shows were counted.",
    ),
    "days_per_visitor": (
        ("Le rapport est celui de plusieurs jours par visiteur (r entre 1,5 et 3,2) : des entrées-jour ont pu être "
        "annoncées comme des personnes."),
        ("The ratio is that of several days per visitor (r between 1.5 and 3.2): attendances may have been announced "
        "as people."),
    ),
    "overlapping_sites": (
        ("Plusieurs sites ou scènes ont pu être additionnés : une personne qui passe de l'un à l'autre y compte deux "
        "fois."),
        "Several sites or stages may have been added up: a person who goes from one to the other was counted twice.",
    ),
    "part_not_scanned": (
        "Une partie du public a pu entrer sans être scannée (espaces libres, invités, autres portes).",
        "Some people may have come in without being scanned (open areas, guests, other gates).",
    ),
    "part_not_declared": (
        "La déclaration a pu ne couvrir qu'une partie des jours, des sites ou des billets.",
        "What was declared may cover only some of the days, sites or tickets.",
    ),
}  # fmt: skip


def comparison_sentence(comparison: Comparison, language: Language) -> str:
    """Whether a stated figure and the counted one agree, and by how much they may differ."""

    def number(value: float) -> str:
        return formats.integer(round(value), language)

    figure = comparison.figure
    named = label("quantity", figure.quantity, language)
    counted = label("quantity", comparison.counted_quantity, language)
    joint = formats.NBSP + ": " if language == "fr" else ": "
    return _pick(
        _AGREES if comparison.agreement == "agrees" else _CONTRADICTS,
        language,
        stated=f"{named}{joint}{number(figure.value)}",
        grade=figure.grade,
        counted=number(comparison.counted),
        counted_as=_lowered(counted),
        counted_grade=comparison.counted_grade,
        expected=number(comparison.expected),
        counted_expected=number(comparison.counted_expected),
        difference=number(abs(comparison.expected - comparison.counted_expected)),
        sigmas=f"{SIGMAS:.0f}",
        reach=number(SIGMAS * comparison.sigma),
    )


def cause(code: Cause, language: Language) -> str:
    """A possible cause of a contradiction."""
    return _pick(CAUSES[code], language)


def ticketed_note(language: Language) -> str:
    """What must be said with tickets issued."""
    low, mode, high = (formats.decimal(part, language, places=2) for part in FACTORS["B"])
    return _pick(
        (
            (
                "Billets émis, et non des entrées : pour estimer les entrées, multiplier par {low} / {mode} / {high} "
                "(AMP-IMPACT/1 §3.2)."
            ),
            (
                "Tickets issued, not attendances: to estimate attendances, multiply by {low} / {mode} / {high} "
                "(AMP-IMPACT/1 §3.2)."
            ),
        ),
        language,
        low=low,
        mode=mode,
        high=high,
    )


# Methods

METHOD_TEXTS: Final[dict[Method, tuple[Pair, Pair, Pair]]] = {
    "survey": (
        ("Enquête auprès du public", "Visitor survey"),
        (
            ("Combien de personnes derrière les entrées-jour ? Qui vient plusieurs jours a plus de chances d'être "
            "interrogé : l'enquête sur place est redressée."),
            ("How many people are behind the attendances? Who comes on several days is more likely to be interviewed: "
            "a survey on site is corrected for that."),
        ),
        (
            ("Jours par visiteur = n / Σ(1/jours) ; visiteurs = entrées-jour / jours par visiteur ; intervalle de "
            "Student à 95 %. Source : AMP-IMPACT/1 §3.3."),
            ("Days per visitor = n / Σ(1/days); visitors = attendances / days per visitor; Student's interval at 95%. "
            "Source: AMP-IMPACT/1 §3.3."),
        ),
    ),
    "density": (
        ("Grille de densité", "Density grid"),
        (
            "Combien de personnes au plus fort, d'après le nombre compté dans quelques carrés de chaque zone ?",
            "How many people at the peak, from the number counted in a few quadrats of each zone?",
        ),
        (
            ("Présents = Σ surface × densité moyenne ; tirage sans remise, incertitude des surfaces, Student avec les "
            "degrés de liberté de Satterthwaite ; cumul = présents × rotation. Plus de 5 personnes par m² : refusé ; "
            "plus de 3 : photographie exigée. Source : AMP-IMPACT/1 §3.4 et §15 (grille de Jacobs)."),
            ("People = Σ area × mean density; drawn without replacement, uncertain areas, Student with Satterthwaite's "
            "degrees of freedom; in all = people × turnover. More than 5 people per m² are refused, more than 3 need "
            "a photograph. Source: AMP-IMPACT/1 §3.4 and §15 (Jacobs' grid)."),
        ),
    ),
    "capture-recapture": (
        ("Marquage et recapture", "Capture–recapture"),
        (
            "Combien de personnes, d'après la part de celles qui portent un bracelet ou un tract déjà remis ?",
            "How many people, from the part of them who wear a wristband or carry a flyer given before?",
        ),
        (
            ("Chapman : N = (marqués + 1)(observés + 1) / (revus + 1) − 1 ; intervalle log-normal à 95 %. Il faut au "
            "moins 20 revus, un public qui ne se renouvelle pas entre les deux passages, des marques dispersées. "
            "Source : AMP-IMPACT/1 §3.4 et §15."),
            ("Chapman: N = (tagged + 1)(seen + 1) / (seen again + 1) − 1; log-normal interval at 95%. It needs 20 "
            "people seen again, a public that does not change between the two passes, and tags spread among it. "
            "Source: AMP-IMPACT/1 §3.4 and §15."),
        ),
    ),
    "gate-sampling": (
        ("Comptage partiel aux entrées", "Gate sampling"),
        (
            "Combien d'entrées, d'après un comptage d'une partie de chaque heure à chaque porte ?",
            "How many entries, from counting a part of each hour at each gate?",
        ),
        (
            ("Total = Σ comptages / part comptée ; variance des différences successives ; divisé par la part du "
            "public qui passe par les portes. Source : AMP-IMPACT/1 §3.4 et §15."),
            ("Total = Σ counts / part counted; variance from successive differences; divided by the part of the "
            "public that passes the gates. Source: AMP-IMPACT/1 §3.4 and §15."),
        ),
    ),
    "dwell-time": (
        ("Durée de présence", "Dwell time"),
        (
            "Combien de personnes présentes en moyenne, quand les sorties ne sont pas comptées ?",
            "How many people are present on average, when exits are not counted?",
        ),
        (
            ("Loi de Little : présents = entrées par heure × durée moyenne de présence. Chiffre modélisé, qui ne "
            "devient pas une preuve. Source : AMP-IMPACT/1 §3.1."),
            ("Little's law: people present = entries per hour × mean stay. A modelled figure, which becomes no "
            "evidence. Source: AMP-IMPACT/1 §3.1."),
        ),
    ),
}  # fmt: skip


def method_title(method: Method, language: Language) -> str:
    """The name of a method."""
    return _pick(METHOD_TEXTS[method][0], language)


def method_question(method: Method, language: Language) -> str:
    """What a method answers."""
    return _pick(METHOD_TEXTS[method][1], language)


def method_source(method: Method, language: Language) -> str:
    """The formula of a method and where it comes from."""
    return _pick(METHOD_TEXTS[method][2], language)


def frame(value: str, language: Language) -> str:
    """Where the people of a survey were found."""
    return label("frame", value, language)


def result_sentence(result: Result, language: Language) -> str:
    """A result with its interval, in one sentence."""

    def number(value: float) -> str:
        return formats.integer(round(value), language)

    def between(interval: Interval) -> dict[str, str]:
        return {"low": number(interval.low), "high": number(interval.high)}

    match result:
        case SurveyResult():
            return _pick(
                (
                    (
                        "{value} visiteurs uniques, entre {low} et {high} (95 %) : {days} jours par visiteur, d'après "
                        "{n} entretiens. Sans redressement : {naive}."
                    ),
                    (
                        "{value} unique visitors, between {low} and {high} (95%): {days} days per visitor, from {n} "
                        "interviews. Without correction: {naive}."
                    ),
                ),
                language,
                value=number(result.unique_visitors),
                days=formats.decimal(result.mean_days, language, places=2),
                n=number(result.interviews),
                naive=number(result.unique_naive),
                **between(result.interval),
            )
        case DensityResult():
            said = _pick(
                (
                    "{value} personnes au plus fort, entre {low} et {high} (95 %).",
                    "{value} people at the peak, between {low} and {high} (95%).",
                ),
                language,
                value=number(result.peak),
                **between(result.interval),
            )
            if result.cumulative is None or result.cumulative_interval is None:
                return said
            return f"{said} " + _pick(
                (
                    "Sur tout l'événement : {value}, entre {low} et {high} (95 %).",
                    "Over the whole event: {value}, between {low} and {high} (95%).",
                ),
                language,
                value=number(result.cumulative),
                **between(result.cumulative_interval),
            )
        case CaptureRecaptureResult():
            return _pick(
                ("{value} personnes, entre {low} et {high} (95 %).", "{value} people, between {low} and {high} (95%)."),
                language,
                value=number(result.estimate),
                **between(result.interval),
            )
        case GateSamplingResult():
            return _pick(
                (
                    (
                        "{value} entrées, entre {low} et {high} : {gates} aux portes (de {gate_low} à {gate_high}, "
                        "95 %), divisées par la part du public qui y passe."
                    ),
                    (
                        "{value} entries, between {low} and {high}: {gates} at the gates ({gate_low} to {gate_high}, "
                        "95%), divided by the part of the public that passes them."
                    ),
                ),
                language,
                value=number(result.estimate),
                gates=number(result.at_gates),
                gate_low=number(result.interval.low),
                gate_high=number(result.interval.high),
                **between(result.outer_range),
            )
        case DwellTimeResult():
            return _pick(
                (
                    "{value} personnes présentes en moyenne, entre {low} et {high} (95 %). Chiffre modélisé.",
                    "{value} people present on average, between {low} and {high} (95%). A modelled figure.",
                ),
                language,
                value=number(result.mean_occupancy),
                **between(result.interval),
            )
