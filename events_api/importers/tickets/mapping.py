"""Reading a file that no known tool wrote: a profile says which column is what, and a guess fills one in."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct, convert
from msgspec.structs import replace

from events_api.domain.tickets.profiles import Profile
from events_api.importers.tickets.formats import values, words
from events_api.importers.tickets.formats.tables import (
    Flat,
    Plan,
    Role,
    Rows,
    Tickets,
    decided,
    flat_head,
    recognition,
    string,
)
from events_api.importers.tickets.formats.values import DateOrder, Unreadable, clean, key
from events_api.importers.tickets.lines import Context, Direction, Head, Reader, Recognition, Record

T = TypeVar("T")


COLUMNS: Final[tuple[Role, ...]] = (
    "code", "at", "clock", "direction", "verdict", "gate", "device", "session", "category", "postcode", "country",
    "quantity", "price", "channel", "standing", "used", "holder",
)  # fmt: skip
"""The fields of a profile that name a column, each a role."""


def columns_of(profile: Profile) -> dict[Role, str]:
    """The columns that a profile names, by role."""
    return {role: column for role in COLUMNS if (column := getattr(profile, role)) is not None}


def directions_of(profile: Profile) -> words.Vocabulary[Direction]:
    """Words of direction, of which those of a profile may also begin a longer text, as « Entrée Nord »."""
    own: dict[str, Direction] = dict.fromkeys(profile.in_words, "in")
    own |= dict.fromkeys(profile.out_words, "out")
    made = words.vocabulary_of(own, words.DIRECTIONS)
    beginnings = sorted(((key(word), found) for word, found in own.items()), key=lambda pair: -len(pair[0]))
    common = made.like

    def like(text: str) -> Direction | None:
        for beginning, found in beginnings:
            if len(beginning) > 2 and text.startswith(beginning):
                return found
        return common(text) if common is not None else None

    made.like = like
    return made


class Mapped(Struct, frozen=True):
    """A profile as a format."""

    profile: Profile
    name: str = "profile"

    def missing(self, head: Head) -> list[str]:
        """The columns of the profile that a file does not have."""
        have = set(head.columns)
        return [
            column
            for column in columns_of(self.profile).values()
            if column not in have and not (head.container == "objects" and column.split(".")[0] in have)
        ]

    def recognise(self, head: Head) -> Recognition | None:
        """Any file that has the columns of the profile."""
        if self.missing(head):
            return None
        columns = columns_of(self.profile)
        return recognition(columns, tuple(columns.values()), 100)

    def reader(self, head: Head, context: Context) -> Reader:
        """A reader as the profile says."""
        profile = self.profile
        columns = columns_of(profile)
        order: DateOrder | None
        if profile.date_order is None:
            order = decided(head, context, [columns.get("at", "")], None)
        else:
            order = "mdy" if profile.date_order == "mdy" else "dmy"
        plan = Plan(
            columns=columns,
            order=order,
            zone=ZoneInfo(profile.zone) if profile.zone is not None else None,
            unit=profile.price_unit,
            decimal=profile.decimal,
            directions=directions_of(profile),
            verdicts=words.vocabulary_of(profile.verdict_words, words.VERDICTS),
            other_verdict=profile.other_verdict,
            standings=words.vocabulary_of(profile.standing_words, words.STANDINGS),
            channels=words.vocabulary_of(profile.channel_words, words.CHANNELS),
        )
        rows = Rows if profile.facts == "scans" else Tickets
        if head.container == "objects":
            return Flat(rows(plan, flat_head(head, plan)), plan)
        return rows(plan, head)


# Guessing

_NAMES: Final[dict[Role, str]] = {
    "code": "code billet|code du billet|code barres|code barre|codebarres|code à barres|barcode|bar code|ticket code"
    "|ticket barcode|numéro de billet|numéro billet|n° billet|n° de billet|no billet|num billet|billet n°|id billet"
    "|ticket number|ticket no|ticket id|ticketid|ticket uuid|ticket|billet|contremarque|qr code|qrcode|qr|code qr"
    "|badge|n° badge|numéro de badge|no badge|id badge|badge id|badge number|code badge|rfid|nfc|uid|tag|epc|puce"
    "|n° puce|titre|n° titre|code titre|titre d'accès|numéro de titre|support|n° de support|numéro de support"
    "|card number|n° carte|numéro de carte|carte|media id|media|code|identifiant|identifiant billet|serial"
    "|serial number|n° série|numéro|référence billet|ref billet|secret|token|id",
    "at": "horodatage|horodatage passage|horodatage du scan|timestamp|time stamp|date/heure|date et heure|date heure"
    "|dateheure|date - heure|datetime|date time|date/time|scan time|scan date|scan datetime|scanned at|scan at"
    "|date scan|date du scan|date de scan|heure scan|heure du scan|date passage|date de passage|date du passage"
    "|passage|date/heure passage|date et heure de passage|date et heure du passage|date contrôle|date de contrôle"
    "|date lecture|date de lecture|date entrée|date d'entrée|date de validation|validé le|scanné le|lu le|contrôlé le"
    "|passé le|event time|eventtime|event date|read time|readtime|entry time|access time|access date|time of scan"
    "|checked in at|check-in time|check in time|moment|instant|jour|date|day|time|quand|when",
    "clock": "heure|heure passage|heure de passage|heure du passage|heure scan|heure du scan|heure de scan"
    "|heure contrôle|heure de contrôle|heure lecture|heure de lecture|heure entrée|heure d'entrée|time|hour|scan time"
    "|heure locale|local time|h",
    "direction": "sens|dir|sens de passage|sens passage|direction|entrée/sortie|entrée / sortie|entree sortie|e/s"
    "|in/out|in out|entry/exit|type de passage|type passage|type de scan|scan type|mouvement|movement|in_out|io|flux"
    "|type de mouvement|type d'événement|type evenement|event type|action|operation|opération|type",
    "verdict": "résultat|resultat|result|res|résultat du contrôle|résultat contrôle|résultat du scan|scan result|motif"
    "|motif de refus|motif refus|raison|reason|raison du refus|verdict|réponse|response|décision|decision|accès"
    "|access|autorisation|état du contrôle|statut du scan|statut scan|statut contrôle|statut du contrôle|scan status"
    "|status|statut|état|code retour|retour|message|accepté|accepted|valide|valid|validité|ok",
    "gate": "porte|portes|gate|gate name|entrée|entrance|borne|borne d'accès|tourniquet|turnstile|tripode|point d'accès"
    "|point accès|point d'entrée|point de contrôle|access point|accès|zone|zone d'accès|lieu|emplacement|location"
    "|checkpoint|check point|portail|portique|couloir|lane|file|ligne|site|secteur|nom de la porte|libellé porte"
    "|nom porte|équipement|pont|guichet|portillon|sas",
    "device": "appareil|terminal|scanner|scanette|douchette|pda|lecteur|reader|reader id|device|device id|device name"
    "|smartphone|téléphone de scan|n° terminal|id terminal|contrôleur d'accès|machine|poste|matériel|borne id|n° borne",
    "session": "séance|session|spectacle|événement|evenement|event|event name|représentation|concert|programmation"
    "|créneau|slot|manifestation|nom de l'événement|show|performance|match|jour du festival|date de la séance",
    "category": "catégorie|categorie|category|tarif|type de billet|type billet|ticket type|ticket name|nom du billet"
    "|nom du tarif|produit|product|product name|formule|profil|type de titre|libellé tarif|libellé|libellé produit"
    "|catégorie tarifaire|catégorie de billet|rate|price category|type de badge|badge type|type de public|ticket class"
    "|classe|pass|article|nature",
    "postcode": "code postal|cp|codepostal|postcode|post code|zip|zip code|zipcode|postal code|code postal participant"
    "|code postal spectateur|code postal client",
    "country": "pays|country|pays participant|country code|code pays|pays de résidence|nationalité du billet",
    "quantity": "quantité|quantite|qté|qte|quantity|qty|nombre|nb|nb personnes|nombre de personnes|nb de personnes"
    "|nombre de places|nb places|places|personnes|people|pax|nb entrées|nombre d'entrées|admissions|nb passages|count",
    "price": "prix|price|montant|amount|prix ttc|montant ttc|prix unitaire|unit price|tarif ttc|prix payé|total|paid"
    "|ticket price|valeur|valeur faciale|prix du billet|montant payé|total payé|prix billet|facial value|face value",
    "channel": "canal|canal de vente|channel|sales channel|filière|filière de vente|origine|origine de la vente"
    "|point de vente|mode de vente|réseau|réseau de vente|type de vente|moyen de paiement|mode de paiement|source",
    "standing": "statut|status|état|etat|statut du billet|statut billet|état du billet|ticket status|état billet|state"
    "|situation|payé|paid|statut commande|statut de la commande|validité",
    "used": "utilisé|used|scanné|scanned|contrôlé|composté|présent|présence|venu|entré|checked in|check-in|attended"
    "|validé|is used|is scanned|nb scans|pointé|pointage|émargé|redeemed",
    "holder": "email participant|e-mail participant|mail participant|email du participant|e-mail du participant"
    "|attendee email|attendee e-mail|participant email|holder email|email porteur|id porteur|porteur|n° porteur"
    "|id participant|participant id|attendee id|holder id|cardholder id|id titulaire|titulaire|n° abonné"
    "|numéro d'abonné|numéro abonné|id abonné|n° adhérent|id spectateur|account id|id compte|customer id",
}  # fmt: skip
NAMES: Final[dict[Role, tuple[str, ...]]] = {
    role: tuple(dict.fromkeys(key(name) for name in names.split("|"))) for role, names in _NAMES.items()
}
_ELSEWHERE: Final = tuple(
    key(word)
    for word in [
        "upload",
        "serveur",
        "server",
        "réception",
        "reçu",
        "received",
        "sync",
        "import",
        "export",
        "envoi",
        "chargement",
        "téléversement",
        "téléchargement",
        "commande",
        "order",
        "achat",
        "purchase",
        "vente le",
        "réservation",
        "created",
        "création",
        "updated",
        "mise à jour",
        "modification",
        "naissance",
        "birth",
        "fin",
        "end",
        "expiration",
        "acheteur",
        "buyer",
        "payeur",
        "payer",
        "facturation",
        "billing",
        "opérateur",
        "operator",
        "agent",
        "utilisateur",
        "user",
    ]
)
"""Words in a header that make it another thing: the time of upload, the order's, the buyer's, the operator's."""
_PASSAGE: Final = tuple(
    map(key, ("scan", "passage", "passé", "contrôl", "entrée", "entry", "valid", "lecture", "lu le", "read", "horodat",
              "stamp", "check", "access", "accès", "used", "utilis", "compost"))
)  # fmt: skip
"""Words in a header of a list of tickets that make its time that of a passage."""
_REASON: Final = tuple(map(key, ("motif", "raison", "reason", "refus")))
LOOKED_AT: Final = 60
FEW: Final = 12


class Guess(Struct, frozen=True, kw_only=True):
    """A profile to begin with, and the words of its columns that nobody understands yet."""

    profile: Profile
    unknown_words: dict[str, list[str]]


class _Looked(Struct):
    """What the first cells of a column are like, as shares of those that are not empty."""

    column: str
    filled: int = 0
    different: int = 0
    moments: float = 0.0
    days: float = 0.0
    clocks: float = 0.0
    codes: float = 0.0
    persons: float = 0.0


def guess(head: Head) -> Guess | None:
    """A profile for a file, from its headers and the shape of its first cells; None where no column can be a code."""
    looked = {column: _look(column, head.records) for column in head.columns}
    found = _roles(looked, head)
    if "code" not in found:
        return None
    of_tickets = {"price", "standing", "used", "holder"} & found.keys()
    of_gates = {"direction", "verdict", "gate", "device"} & found.keys()
    # a list of tickets has no time where a ticket was not used
    always = "at" in found and looked[found["at"]].filled >= 0.9 * min(len(head.records), LOOKED_AT)
    scans = "at" in found and bool(of_gates or (always and not of_tickets))
    for role in _OF_TICKETS if scans else _OF_SCANS:
        found.pop(role, None)
    if not scans and "at" in found and not any(word in key(found["at"]) for word in _PASSAGE):
        del found["at"]  # the day of the order, most likely
        found.pop("clock", None)
    return _worded(convert({"facts": "scans" if scans else "tickets"} | dict[str, str](found.items()), Profile), head)


_OF_TICKETS: Final[tuple[Role, ...]] = ("standing", "used", "price", "holder", "channel")
_OF_SCANS: Final[tuple[Role, ...]] = ("direction", "verdict")


def _roles(looked: Mapping[str, _Looked], head: Head) -> dict[Role, str]:
    """The column of each role: by their headers, what is missing of a log by its cells."""
    found = _times(looked)
    code = _best(looked, set(found.values()), "code", lambda one: one.codes > 0.5) or _alike(
        looked, set(found.values()), _as_code
    )
    if code is not None:
        found["code"] = code
    for role in COLUMNS:
        if role not in found and role not in {"code", "at", "clock"}:
            column = _best(looked, set(found.values()), role, _fits(role, head))
            if column is not None:
                found[role] = column
    for role in _OF_SCANS:
        if "at" in found and role not in found:
            found |= _by_words(looked, head, role, found)
    return found


def _times(looked: Mapping[str, _Looked]) -> dict[Role, str]:
    """The column of the moment, with that of the time of day where the first holds only days."""
    at = (
        _best(looked, set(), "at", lambda one: one.moments > 0.5)
        or _best(looked, set(), "at", lambda one: one.days > 0.5)
        or _alike(looked, set(), lambda one: one.moments)
    )
    if at is None:
        return {}
    found: dict[Role, str] = {"at": at}
    clock = _best(looked, {at}, "clock", lambda one: one.clocks > 0.5) if looked[at].moments <= 0.5 else None
    if clock is not None:
        found["clock"] = clock
    return found


def _fits(role: Role, head: Head) -> Callable[[_Looked], bool]:
    """Whether the cells of a column can have a role."""
    if role in {"postcode", "country"}:
        return lambda one: one.persons < 0.5
    if role == "holder":
        return lambda one: one.moments < 0.5
    if role in {"quantity", "price"}:
        reader: Callable[[str], object] = values.quantity if role == "quantity" else values.cents
        return lambda one: _share(_texts(one.column, head.records), reader) > 0.7
    if role in _VOCABULARIES:
        return lambda one: one.different <= FEW and _says(role, one.column, head)
    if role == "channel":
        return lambda one: one.different <= FEW and one.persons < 0.2 and one.moments < 0.2
    return lambda one: one.persons < 0.2 and one.moments < 0.2 and one.clocks < 0.5


_VOCABULARIES: Final[Mapping[str, Mapping[str, object]]] = {
    "direction": words.DIRECTIONS, "verdict": words.VERDICTS, "standing": words.STANDINGS, "used": words.YES_NO,
}  # fmt: skip


def _says(role: Role, column: str, head: Head) -> bool:
    """Whether the words of a column are mostly those of a role; a column of reasons may have words of its own."""
    texts = list(dict.fromkeys(_texts(column, head.records)))
    understood = {
        name: sum(vocabulary.get(key(text)) is not None for text in texts) / max(1, len(texts))
        for name, vocabulary in _VOCABULARIES.items()
    }
    if role == "verdict" and understood["standing"] > understood["verdict"]:
        return False
    name = key(column)
    return understood[role] >= 0.5 or (role == "verdict" and any(word in name for word in (*_REASON, "result")))


def _best(looked: Mapping[str, _Looked], taken: set[str], role: Role, fits: Callable[[_Looked], bool]) -> str | None:
    """The column whose header says a role best and whose cells allow it."""
    scores: list[tuple[float, str]] = []
    for column, one in looked.items():
        if column in taken or (one.filled and not fits(one)):
            continue
        name = key(column)
        score = 0.0
        for rank, alias in enumerate(NAMES[role]):
            if name == alias:
                score = 1000 - rank
                break
            if len(alias) >= 4 and alias in name:
                score = max(score, 500 - rank - (len(name) - len(alias)))
        if score and any(word in name for word in _ELSEWHERE):
            score = score - 700 if score >= 500 else 0
        if score > 0:
            scores.append((score, column))
    return max(scores, key=lambda pair: pair[0])[1] if scores else None


def _alike(looked: Mapping[str, _Looked], taken: set[str], measure: Callable[[_Looked], float]) -> str | None:
    """The column whose cells are most like something, whatever its header."""
    free = [one for column, one in looked.items() if column not in taken and measure(one) > 0.8]
    return max(free, key=measure).column if free else None


def _by_words(looked: Mapping[str, _Looked], head: Head, role: Role, found: Mapping[Role, str]) -> dict[Role, str]:
    """A column whatever its header of which every word is one of a role: « IN », « OUT »."""
    vocabulary = _VOCABULARIES[role]
    for column, one in looked.items():
        texts = _texts(column, head.records)
        if column in found.values() or one.different > FEW or len(texts) < 2 or all(map(str.isdecimal, texts)):
            continue
        if all(vocabulary.get(key(text)) is not None for text in texts):
            return {role: column}
    return {}


def _as_code(one: _Looked) -> float:
    return one.codes * (0.9 + 0.1 * one.different / max(1, one.filled)) if one.different > 1 else 0.0


def _texts(column: str, records: Iterable[Record]) -> list[str]:
    found = []
    for record in records:
        text = clean(record.cells.get(column, "") if record.value is None else string(record.value.get(column)))
        if text:
            found.append(text)
        if len(found) == LOOKED_AT:
            break
    return found


def _look(column: str, records: Iterable[Record]) -> _Looked:
    texts = _texts(column, records)
    if not texts:
        return _Looked(column=column)
    return _Looked(
        column=column,
        filled=len(texts),
        different=len(set(texts)),
        moments=_share(texts, _moment),
        days=_share(texts, lambda text: values.day(text, _order(text)) is not None),
        clocks=_share(texts, _clock),
        codes=_share(texts, _code),
        persons=sum("@" in text for text in texts) / len(texts),
    )


def _share(texts: list[str], reads: Callable[[str], object]) -> float:
    """The share of texts that a function can read and does not deny."""
    good = 0
    for text in texts:
        try:
            good += reads(text) is not False
        except Unreadable:
            continue
    return good / len(texts) if texts else 0.0


def _order(text: str) -> DateOrder:
    return values.evidence([text]) or "dmy"


def _moment(text: str) -> bool:
    # ten digits are rather a barcode than seconds since 1970, unless nothing else is a time
    return not text.isdecimal() and values.instant(text, _order(text)) is not None


def _clock(text: str) -> bool:
    return not text.isdecimal() and not values.numeric_date(text) and len(text) <= 12 and values.clock(text) is not None


def _code(text: str) -> bool:
    bare = "".join(text.split())
    return (
        3 <= len(bare) <= 200
        and "@" not in text
        and any(c.isdigit() for c in bare)
        and not _reads(_moment, text)
        and not _reads(_clock, text)
        and not values.numeric_date(text)
        and all(c.isalnum() or c in "-_.=+/|:" for c in bare)
    )


def _reads(reads: Callable[[str], object], text: str) -> bool:
    try:
        return bool(reads(text))
    except Unreadable:
        return False


def _worded(profile: Profile, head: Head) -> Guess:
    """The profile with what its words show: a gate that names directions, words that are not understood."""
    changes: dict[str, object] = {}
    if profile.facts == "scans" and profile.direction is None and profile.gate is not None:
        starts = {key(text)[:6] for text in _texts(profile.gate, head.records)}
        if {"entree", "sortie"} <= starts:
            changes = {"direction": profile.gate, "in_words": ("Entrée",), "out_words": ("Sortie",)}
    if profile.at is not None:
        dates = [text for text in _texts(profile.at, head.records) if values.numeric_date(text)]
        if dates:
            american = any(text[-1:] in "mM" for text in dates)
            changes["date_order"] = values.evidence(dates) or ("mdy" if american else "dmy")
    if profile.verdict is not None and any(word in key(profile.verdict) for word in _REASON):
        changes["other_verdict"] = "refused"
    profile = replace(profile, **changes)
    vocabularies: tuple[tuple[str | None, Mapping[str, object]], ...] = (
        (profile.direction, directions_of(profile)),
        (profile.verdict, words.VERDICTS),
        (profile.standing, words.STANDINGS),
    )
    unknown: dict[str, list[str]] = {}
    for column, vocabulary in vocabularies:
        if column is None:
            continue
        texts = dict.fromkeys(_texts(column, head.records))
        strange = [text for text in texts if vocabulary.get(key(text)) is None and len(text) <= 40]
        if strange and not (column == profile.verdict and profile.other_verdict is not None):
            unknown[column] = strange[:FEW]
    return Guess(profile=profile, unknown_words=unknown)
