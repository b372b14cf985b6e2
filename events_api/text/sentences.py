"""What is said to people: one French and one English sentence for each code of a refusal or a problem.

French is written here with plain spaces and apostrophes; the catalogue sets its typography. Fields in braces are the
typed parameters of the refusal: the catalogue formats them by name and type (`…_cents` as money, `…_bp` as a
percentage, `…year` as a year, dates and times in full) and `{state:subsidy_state}` shows the label of a value.
"""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "already-retired": (
        "Cet élément a été retiré et ne peut plus changer.",
        "This record was withdrawn and can no longer change.",
    ),
    "already-there": (
        "Un autre enregistrement porte déjà cette valeur, qui doit être unique.",
        "Another record already holds this value, which must be unique.",
    ),
    "coordinates-incomplete": (
        "La longitude et la latitude vont ensemble : l'une des deux manque.",
        "Longitude and latitude go together: one of them is missing.",
    ),
    "date-outside-year": (
        "L'édition {year} ne peut pas commencer le {starts}.",
        "The {year} edition cannot start on {starts}.",
    ),
    "dates-inconsistent": (
        "Les dates ne vont pas avec leur précision : exacte, des jours ; texte, des mots ; année, rien.",
        "The dates do not match their precision: exact, days; text, words; year, nothing.",
    ),
    "editorial-step-impossible": (
        "Cette étape de publication ne peut pas partir de l'état présent.",
        "This editorial step cannot start from the present state.",
    ),
    "editorial-step-not-allowed": (
        "Votre rôle ne permet pas cette étape de publication.",
        "Your role does not take this editorial step.",
    ),
    "ends-before-start": (
        "La fin ({ends}) doit suivre le début ({starts}).",
        "The end ({ends}) must come after the start ({starts}).",
    ),
    "identifier-missing": (
        "Le type d'identifiant annoncé demande un numéro, qui manque.",
        "The kind of identifier announced needs a number, which is missing.",
    ),
    "identifier-unexpected": (
        "Une organisation dite sans identifiant ne peut pas porter de numéro.",
        "An organisation said to be without identifier cannot carry a number.",
    ),
    "internal-error": (
        "Une erreur s'est produite de notre côté. Elle est enregistrée ; réessayez dans un instant.",
        "Something went wrong on our side. It has been recorded; please try again in a moment.",
    ),
    "invalid-siret": (
        "Le SIRET {siret} est faux : sa clé de contrôle ne correspond pas.",
        "The SIRET {siret} is wrong: its control key does not match.",
    ),
    "key-reused": (
        "Cette clé d'idempotence a déjà servi pour une autre demande.",
        "This idempotency key was used before for another request.",
    ),
    "login-required": (
        "Identifiez-vous pour continuer.",
        "Log in to continue.",
    ),
    "malformed": (
        "La demande n'a pas la forme attendue.",
        "The request does not have the expected form.",
    ),
    "method-not-allowed": (
        "Cette adresse n'accepte pas cette méthode.",
        "This address does not accept that method.",
    ),
    "not-allowed": (
        "Votre rôle ne permet pas cette opération.",
        "Your role does not include this operation.",
    ),
    "not-found": (
        "Rien ne porte cet identifiant, ou son accès ne vous est pas ouvert.",
        "Nothing has this identifier, or it is not open to you.",
    ),
    "not-yours": (
        "Cet élément appartient à une organisation pour laquelle vous n'agissez pas.",
        "This record belongs to an organisation for which you do not act.",
    ),
    "payload-too-large": (
        "Le contenu envoyé est trop volumineux.",
        "The content sent is too large.",
    ),
    "request-in-progress": (
        "Une première demande portant la même clé d'idempotence n'est pas terminée.",
        "A first request with the same idempotency key has not ended yet.",
    ),
    "rule-broken": (
        "Ce changement contredit une règle de la base de données ({rule}).",
        "This change breaks a rule of the database ({rule}).",
    ),
    "session-outside-edition": (
        "Cette séance tombe hors des jours de l'édition, du {starts} au {ends}.",
        "This session lies outside the days of the edition, {starts} to {ends}.",
    ),
    "stale-version": (
        "Cet élément a changé depuis votre lecture : de la version {expected} à la version {current}.",
        "This record has changed since you read it: from version {expected} to version {current}.",
    ),
    "still-in-use": (
        "Impossible de retirer cet élément : d'autres enregistrements en dépendent.",
        "This cannot be withdrawn: other records stand on it.",
    ),
    "too-many-requests": (
        "Trop de demandes en peu de temps. Attendez avant de réessayer.",
        "Too many requests in a short time. Wait before trying again.",
    ),
    "twice-in-list": (
        "Le même identifiant figure deux fois dans la liste.",
        "The same identifier is in the list twice.",
    ),
    "unknown-reference": (
        "La valeur de ce champ désigne quelque chose qui n'existe pas.",
        "The value of this field names something that does not exist.",
    ),
    "unknown-time-zone": (
        "Le fuseau horaire « {time_zone} » n'existe pas.",
        "There is no time zone “{time_zone}”.",
    ),
    "unsupported-media-type": (
        "Le type du contenu envoyé n'est pas accepté ici.",
        "The type of the content sent is not accepted here.",
    ),
    "version-required": (
        "Une modification doit dire de quelle version elle part (en-tête If-Match).",
        "A change must say which version it starts from (If-Match header).",
    ),
}
