"""The words of ticketing tools, French and English, and what each means here; all are compared by their key."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

from events_api.domain.tickets.facts import Channel, Standing, Verdict
from events_api.importers.tickets.formats.values import key
from events_api.importers.tickets.lines import Direction

T = TypeVar("T")
MOST_WORDS: Final = 5_000


class Vocabulary(dict[str, T]):
    """Words by their key, and what a longer text says that is none of them: « Refusé : déjà scanné à 20:15 »."""

    def __init__(self, words: Mapping[str, T], like: Callable[[str], T | None] | None = None) -> None:
        """Take the words, and the reading of longer texts."""
        super().__init__(words)
        self.like = like

    def get(self, word: str, default: Any = None) -> Any:
        """What a word means, else the default; what a longer text was found to say is kept."""
        found = super().get(word)
        if found is None and self.like is not None and len(word) > 3:
            found = self.like(word)
            if found is not None and len(self) < MOST_WORDS:
                self[word] = found
        return default if found is None else found


def vocabulary_of(words: Mapping[str, T], common: Mapping[str, T]) -> Vocabulary[T]:
    """The common vocabulary with the words of one tool or organisation before it."""
    like = common.like if isinstance(common, Vocabulary) else None
    return Vocabulary(dict(common) | {key(word): found for word, found in words.items()}, like)


def _words(meanings: Mapping[T, str], like: Callable[[str], T | None] | None = None) -> Vocabulary[T]:
    return Vocabulary({key(word): meaning for meaning, words in meanings.items() for word in words.split("|")}, like)


def _like(patterns: Mapping[T, str]) -> Callable[[str], T | None]:
    """What a longer text says: the first meaning of which it has a part; « ^ » ties a part to the beginning."""
    compiled = [(meaning, re.compile(pattern)) for meaning, pattern in patterns.items()]
    return lambda word: next((meaning for meaning, pattern in compiled if pattern.search(word)), None)


YES_NO: Final[Mapping[str, bool]] = _words(
    {
        True: (
            "oui|yes|vrai|true|1|o|y|x|ok|utilisé|used|composté|scanné|scanned|checked in|checked_in"
            "|présent|present|entré|validé|contrôlé|enregistré|attended|redeemed"
        ),
        False: (
            "non|no|faux|false|0|n|non utilisé|unused|not used|non composté|jamais composté|non scanné"
            "|not scanned|not checked in|not_checked_in|absent|non validé|non contrôlé|non enregistré"
            "|no show|à venir"
        ),
    }
)
"""Whether a ticket was used."""
TICKS: Final = frozenset("✓✔☑☒✅")

DIRECTIONS: Final[Mapping[str, Direction]] = _words(
    {
        "in": (
            "in|entrée|entree|entry|entrance|enter|entered|e|ent|entrant|checkin|check-in|check in"
            "|ingress|arrivée|arrival|inside|passage|scan|entrer|re-entrée|réentrée|re-entry|checked_in"
        ),
        "out": (
            "out|sortie|exit|s|sor|sortant|checkout|check-out|check out|leave|egress|départ|departure"
            "|outside|sortir|sortie définitive|checked_out"
        ),
    },
    _like(
        {
            "out": "^(sortie|exit|checkout|out$|depart)",
            "in": "^(entree|entry|checkin|reentree|arrivee)",
        }
    ),
)

VERDICTS: Final[Mapping[str, Verdict]] = _words(
    {
        "accepted": (
            "ok|accepté|acceptée|accepted|valide|valid|validé|validée|autorisé|autorisée|granted"
            "|access granted|accès autorisé|success|successful|succès|réussi|passed|pass|oui|yes|true"
            "|vrai|1|entrée autorisée|billet valide|ticket valide|vert|green|contrôlé|composté|scanné"
            "|allowed|authorized|authorised|passage autorisé|checked in|badge_scan_success|bon"
        ),
        "duplicate": (
            "déjà utilisé|déjà scanné|déjà composté|déjà validé|déjà passé|already used|already scanned"
            "|already redeemed|already_redeemed|already checked in|already_check_in|duplicate|doublon"
            "|billet déjà utilisé|ticket already used|déjà contrôlé|badge_scan_already_done"
            "|billet déjà scanné|déjà enregistré|ticket already exchanged|already_exchanged"
            "|billet déjà échangé|utilisé|used|deja utilise|double passage|anti-passback"
        ),
        "inside": (
            "déjà entré|déjà à l'intérieur|already inside|already entered|already in|inside|présent dans la zone"
        ),
        "unknown": (
            "inconnu|inconnue|billet inconnu|unknown|unknown ticket|not found|introuvable|code inconnu"
            "|ticket_not_found|invalid_ticket_code|empty_ticket_code|non trouvé|unknown code"
            "|billet introuvable|invalid|code invalide|invalid code|inexistant|billet inexistant"
            "|event_not_found|medium_invalid|reusable medium invalid|support réutilisable non valide"
            "|ambiguous|ticket code is ambiguous on list|le code du billet est ambigu dans la liste"
            "|not_found"
        ),
        "refunded": (
            "remboursé|remboursée|refunded|annulé|annulée|cancelled|canceled|order canceled"
            "|commande annulée|billet annulé|billet remboursé|revoked|ticket code revoked/changed"
            "|code de billet bloqué/modifié|révoqué|ticket cancelled|ticket canceled"
        ),
        "wrong_day": (
            "mauvais jour|mauvaise date|wrong day|wrong date|not valid at this time|hors date"
            "|ticket not valid at this time|billet non valable pour le moment|invalid_time|hors horaire"
            "|hors créneau|pas aujourd'hui|autre jour|mauvaise séance|wrong session|trop tôt|trop tard"
            "|too early|too late|expiré|expired|invalid_ticket_category_check_in_date|hors plage horaire"
            "|mauvais créneau|not yet valid"
        ),
        "blocked": (
            "bloqué|bloquée|blocked|ticket blocked|billet bloqué|liste noire|blacklisted|blacklist"
            "|opposition|interdit|banni|banned|suspendu"
        ),
        "refused": (
            "refusé|refusée|refused|rejeté|rejetée|rejected|denied|access denied|accès refusé|échec"
            "|failed|failure|ko|nok|non|no|false|faux|0|rouge|red|erreur|error|server error"
            "|erreur côté serveur|invalide|non valide|billet invalide|ticket invalide|ticket invalid"
            "|billet non valide|unpaid|non payé|billet non payé|ticket not paid|must_pay|product"
            "|ticket type not allowed here|type de billet non autorisé ici|rules|forbidden by custom rule"
            "|interdit par une règle personnalisée|incomplete|information required"
            "|informations nécessaires|unapproved|order not approved|commande non validée|mauvaise porte"
            "|mauvaise zone|wrong gate|wrong zone|zone non autorisée|non autorisé|not allowed"
            "|unauthorized|unauthorised|annulled|check-in annulled|enregistrement annulé|medium_exists"
            "|reusable medium already exists|il existe déjà un support réutilisable|invalid_ticket_state"
            "|mauvais événement|wrong event|accès non autorisé"
        ),
    },
    _like(
        {
            "duplicate": "deja(ete)?(scan|utilis|compost|valid|control|pass|enregistr)|already(scan|us|redeem|check)"
            "|doublon|duplicate|antipassback",
            "inside": "dejaentr|deja(a)?linterieur|alreadyin|alreadyenter",
            "unknown": "inconnu|unknown|introuvable|notfound|inexistant",
            "refunded": "rembours|refund|annul|cancel",
            "wrong_day": "mauvais(jour|edate|creneau|eseance)|wrong(day|date|session)|hors(date|jour|creneau|horaire)"
            "|perime|expir|pasencorevalid|notyetvalid",
            "blocked": "^(bloqu|block)|billetbloqu|ticketblocked|listenoire|blacklist|opposition",
            "refused": "refus|deni|reject|rejet|interdit|invalid|nonvalid|notvalid|nonautoris|notallow|unauthori|impaye"
            "|nonpaye|notpaid|unpaid|^(echec|erreur|error|fail|ko|nok)",
            "accepted": "^(ok|accept|autoris|valid|succes|grant|allow|accesautoris|accessgrant|passageautoris|entreeok"
            "|billetvalid|ticketvalid)",
        }
    ),
)

STANDINGS: Final[Mapping[str, Standing]] = _words(
    {
        "issued": (
            "payé|payée|paid|payed|réglé|réglée|valide|valid|validé|validée|confirmé|confirmée|confirmed"
            "|complete|completed|complété|terminé|processed|registered|inscrit|inscrite|attending"
            "|participe|participant|checked in|enregistré|enregistrée|active|actif|acquired|checked_in"
            "|issued|émis|émise|vendu|vendue|sold|ok|scanné|scannée|scanned|utilisé|used|composté"
            "|non scanné|not scanned|resold|revendu|emailed|delivered|gratuit|free|invitation|invité"
            "|offert|pending (confirmed)|accepté|accepted|traité|traitée|succès|success|réussi|oui|yes|1"
            "|true|validated|payment confirmed|paiement confirmé|contrôlé|succeeded|finalisée|finalisé"
            "|honorée|effectuée|autorisé|autorisée"
        ),
        "refunded": (
            "remboursé|remboursée|refunded|refund|partially refunded|contested|contesté|chargeback"
            "|remboursement|rembourse|litige"
        ),
        "cancelled": (
            "annulé|annulée|cancelled|canceled|supprimé|supprimée|deleted|rejected|refusé|refusée|refused"
            "|declined|not attending|n'assiste pas|expired|expiré|expirée|abandoned|abandonné|abandonnée"
            "|withdrawn|retirée|invalidated|invalidé|désactivé|disabled|released|annulé (frais payés)"
            "|canceled (paid fee)|void|voided|failed|échoué|no longer attending|ne participe plus|erreur"
            "|transféré vers un autre billet|transferred|échangé|annulation"
        ),
        "reserved": (
            "réservé|réservée|reserved|booked|en attente|pending|waiting|attente de paiement|non payé"
            "|non payée|unpaid|impayé|impayée|to_be_paid|pre_reserved|pending_organizer_approval"
            "|payment_plan_pending|à payer|option|approval pending|approbation en attente|liste d'attente"
            "|waitlist|waitlisted|awaiting payment|awaiting_payment|awaiting_offline_payment"
            "|pending payment|pending (overdue)|moderated|en cours|non|no|0|false|non réglé|non réglée"
            "|pending_payment|paiement en attente|pending moderation|créée|created|à confirmer"
            "|waiting for payment"
        ),
        "blocked": "bloqué|bloquée|blocked|locked|suspendu|suspendue|opposition",
    },
    _like(
        {
            "reserved": "enattente|attentede|pending|awaiting|nonpaye|nonregl|impaye|unpaid|notpaid"
            "|apayer|^reserv|^option",
            "refunded": "^(rembours|refund|totalementrembours|partiellementrembours|fullyrefund|partiallyrefund)",
            "cancelled": "^(annul|cancel|supprim|delet|expir|rejet|reject|refus|abandon|desactiv|billetannul)",
            "blocked": "^(bloqu|block)",
            "issued": "^(pay(e|ed)|paid|regl|valide|valid$|confirm|emis|issued|inscrit|complet|scann"
            "|utilis|compost|vendu"
            "|billetvalid|commandevalid)",
        }
    ),
)

CHANNELS: Final[Mapping[str, Channel]] = _words(
    {
        "paid": (
            "payant|payante|paid|vente|sale|web|en ligne|online|internet|guichet|box office|boxoffice"
            "|caisse|cb|card|carte|carte bancaire|check|chèque|espèces|cash|multiple|fnac|digitick"
            "|ticketmaster|see tickets|distributeur|revendeur|virement|transfer|plein tarif|tarif réduit"
            "|pass culture|site|site web|mobile|pos|eventbrite completed"
        ),
        "comp": (
            "invitation|invité|invités|comp|complimentary|exonéré|exonérée|gratuit|gratuite|free|offert"
            "|offerte|free order|guest|guestlist|guest list|free tickets|gratuité|exo|servitude|concours"
        ),
        "accredited": (
            "accrédité|accréditation|accreditation|accredited|presse|press|staff|bénévole|volunteer|pro"
            "|professionnel|artiste|artist|exposant|exhibitor|équipe|crew|prestataire|media|badge"
            "|partenaire|partner|sponsor"
        ),
        "pass": "pass|abonnement|subscription|season ticket|forfait|abonné|abo|season",
    }
)

_COMP: Final = re.compile(
    r"\b(invitations?|invites?|exos?|exoneres?|gratuites?|guest ?list|complimentary|servitudes?)\b"
)
_ACCREDITED: Final = re.compile(
    r"\b(accredit\w*|presse|press|staff|benevoles?|volunteers?|exposants?|exhibitors?|crew)\b"
)
_PASS: Final = re.compile(
    r"\b(pass(?!e| culture)|abonnements?|abonnes?|forfaits?|season tickets?|cartes? d ?abonnement|billet \d jours"
    r"|\d ?jours|\d ?days?|week ?end pass)\b"
)
_GIFT: Final = re.compile(
    r"\b(e ?)?(carte|cheque|bon|coffret)s? ?(d achat|cadeaux?)\b|\bgift ?(card|voucher|certificate)s?\b"
)
_TECHNICAL: Final = re.compile(
    r"(don|dons|don libre|faire un don|donation|donations|adhesion.*|cotisation.*|membership.*"
    r"|(place (de|d) )?(parking|stationnement|car park)\b.*|frais (de|d)\b.*|service fees?|booking fees?|shipping.*"
    r"|livraison.*|(assurance|garantie)( annulation| remboursement)?.*|consignes?( gobelet)?|gobelets?.*|vestiaires?"
    r"|t ?shirts?.*|affiches?|jetons?.*|recharge cashless.*|cashless.*|top ?up|merchandising.*|goodies.*)"
)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in _unaccented(text)).split())


def _unaccented(text: str) -> str:
    return "".join(key(c) or " " for c in text)


@lru_cache(maxsize=4096)
def no_admission(category: str) -> str | None:
    """The code of the refusal of a line that admits nobody: a gift card, a donation, a car park, a fee."""
    plain = _plain(category)
    if _GIFT.search(plain):
        return "ticket-gift-card"
    if _TECHNICAL.fullmatch(plain):
        return "ticket-technical-line"
    return None


def channel(category: str | None, price_cents: int | None, word: Channel = "unknown") -> Channel:
    """How a ticket was obtained: what the tool says, else what its category names, else its price."""
    if word not in {"unknown", "paid"}:
        return word
    plain = _plain(category or "")
    for pattern, found in ((_ACCREDITED, "accredited"), (_COMP, "comp"), (_PASS, "pass")):
        if pattern.search(plain):
            return found  # type: ignore[return-value]  # the literals of the tuple above
    if price_cents is not None:
        return "paid" if price_cents > 0 else "comp"
    return word


def used(text: str) -> bool | None:
    """Whether a cell says that the ticket was used, None where it is not understood."""
    text = text.strip()
    return bool(text) if not key(text) and (not text or text in TICKS) else YES_NO.get(key(text))
