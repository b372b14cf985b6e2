"""What is said to people: one French and one English sentence for each code of a refusal or a problem.

French is written here with plain spaces and apostrophes; the catalogue sets its typography. Fields in braces are the
typed parameters of the refusal: the catalogue formats them by name and type (`…_cents` as money, `…_bp` as a
percentage, `…year` as a year, dates and times in full) and `{state:subsidy_state}` shows the label of a value.
"""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "internal-error": (
        "Une erreur s'est produite de notre côté. Elle est enregistrée ; réessayez dans un instant.",
        "Something went wrong on our side. It has been recorded; please try again in a moment.",
    ),
    "malformed": ("La demande n'a pas la forme attendue.", "The request does not have the expected form."),
    "method-not-allowed": ("Cette adresse n'accepte pas cette méthode.", "This address does not accept that method."),
    "not-found": ("Cette page ou cette ressource n'existe pas.", "This page or resource does not exist."),
    "payload-too-large": ("Le contenu envoyé est trop volumineux.", "The content sent is too large."),
    "too-many-requests": (
        "Trop de demandes en peu de temps. Attendez avant de réessayer.",
        "Too many requests in a short time. Wait before trying again.",
    ),
    "unsupported-media-type": (
        "Le type du contenu envoyé n'est pas accepté ici.",
        "The type of the content sent is not accepted here.",
    ),
}
