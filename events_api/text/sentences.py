"""What is said to people: one French and one English sentence for each code of a refusal or a problem.

French is written here with plain spaces and apostrophes; the catalogue sets its typography. Fields in braces are the
typed parameters of the refusal: the catalogue formats them by name and type (`…_cents` as money, `…_bp` as a
percentage, `…year` as a year, dates and times in full) and `{state:subsidy_state}` shows the label of a value.
"""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "account-closed-for-now": (
        (
            "Connexion fermée pour cette adresse jusqu'au {until} : {failures} échecs en {minutes} minutes, "
            "qu'un compte existe ou non. Cela protège contre qui devine des mots de passe."
        ),
        (
            "Logging in with this e-mail address is closed until {until}: {failures} failures in {minutes} "
            "minutes, whether an account exists or not. This protects against guessed passwords."
        ),
    ),
    "address-closed-for-now": (
        (
            "Connexion fermée depuis votre réseau jusqu'au {until} : {failures} échecs en {minutes} minutes."
            " Cela protège contre qui devine des mots de passe."
        ),
        (
            "Logging in from your network is closed until {until}: {failures} failures in {minutes} minutes."
            " This protects against guessed passwords."
        ),
    ),
    "already-retired": (
        "Cet élément a été retiré et ne peut plus changer.",
        "This record was withdrawn and can no longer change.",
    ),
    "already-there": (
        "Un autre enregistrement porte déjà cette valeur, qui doit être unique.",
        "Another record already holds this value, which must be unique.",
    ),
    "closes-before-opening": (
        "L'appel ferme le {closes}, avant d'ouvrir le {opens}.",
        "The call closes on {closes}, before it opens on {opens}.",
    ),
    "conflict-with-itself": (
        "Une contradiction demande deux chiffres différents.",
        "A conflict needs two different figures.",
    ),
    "coordinates-incomplete": (
        "La longitude et la latitude vont ensemble : l'une des deux manque.",
        "Longitude and latitude go together: one of them is missing.",
    ),
    "crash": (
        "Une erreur s'est produite de notre côté. Elle est enregistrée ; réessayez dans un instant.",
        "Something went wrong on our side. It has been recorded; please try again in a moment.",
    ),
    "cross-site-request": (
        "Cette demande vient d'un autre site : elle est refusée.",
        "This request comes from another site: it is refused.",
    ),
    "current-password-wrong": (
        "Le mot de passe actuel ne convient pas.",
        "The current password is not right.",
    ),
    "cursor-unreadable": (
        "Ce curseur ne vient pas de cette liste : reprenez-la depuis son début.",
        "This cursor does not come from this list: start it again from its beginning.",
    ),
    "figure-already-stated": (
        "Le fichier donne une autre valeur que celle qui est inscrite : seule une correction la remplace.",
        "The file gives another value than the figure on file: only a correction replaces it.",
    ),
    "file-unreadable": (
        "Ce fichier ne peut pas être lu : {reason}.",
        "This file cannot be read: {reason}.",
    ),
    "import-attendance-incomplete": (
        "Une fréquentation sans valeur, sans unité ou sans grade de preuve n'est pas inscrite.",
        "An attendance without its value, unit or evidence grade is not recorded.",
    ),
    "import-commune-unknown": (
        "« {name} » n'est pas l'une des 92 communes du territoire.",
        "“{name}” is not one of the 92 communes of the territory.",
    ),
    "import-date-unreadable": (
        "« {text} » n'est pas une date.",
        "“{text}” is not a date.",
    ),
    "import-describes-the-file": (
        "Ce texte décrit le fichier lui-même : il n'est gardé qu'ici.",
        "This text describes the file itself: it is kept here only.",
    ),
    "import-edition-without-year": (
        "Une édition dont l'année n'est pas dite n'est pas inscrite.",
        "An edition whose year is not said is not recorded.",
    ),
    "import-event-without-name": (
        "Un événement sans identifiant ou sans nom n'est pas inscrit.",
        "An event without identifier or name is not recorded.",
    ),
    "import-key-unknown": (
        "Cette clé n'est pas connue de l'import : sa valeur n'est gardée qu'ici.",
        "The import does not know this key: its value is kept here only.",
    ),
    "import-place-without-edition": (
        "Un lieu ne se rattache qu'à une édition, et cet événement n'en a pas.",
        "A place belongs to an edition, and this event has none.",
    ),
    "import-reference-refused": (
        "« {name} », dont cet élément dépend, a été refusé.",
        "“{name}”, on which this record stands, was refused.",
    ),
    "import-reference-unknown": (
        "Le fichier ne définit pas « {name} ».",
        "The file does not define “{name}”.",
    ),
    "import-support-incomplete": (
        "Un soutien sans bénéficiaire ou sans montant n'est pas inscrit.",
        "A support line without beneficiary or amount is not recorded.",
    ),
    "import-value-unusable": (
        "La valeur n'a pas le format attendu ({reason}).",
        "The value does not have the expected format ({reason}).",
    ),
    "import-wrong-type": (
        "La valeur n'est pas du type attendu à cette place.",
        "The value is not of the type expected here.",
    ),
    "event-missing": (
        "Un rapprochement doit dire avec quel événement.",
        "A match must say with which event.",
    ),
    "event-unexpected": (
        "Seul un rapprochement désigne un événement.",
        "Only a match names an event.",
    ),
    "festival-before-header": (
        "Cette ligne précède la ligne d'en-tête.",
        "This line comes before the header line.",
    ),
    "festival-columns": (
        "La ligne compte {found} colonnes au lieu de {expected}.",
        "The line has {found} columns instead of {expected}.",
    ),
    "festival-header-again": (
        "C'est la ligne d'en-tête une fois de plus.",
        "This is the header line once more.",
    ),
    "festival-identifier-missing": (
        "L'identifiant du festival manque ou dépasse 120 caractères.",
        "The identifier of the festival is missing or longer than 120 characters.",
    ),
    "festival-insee-unreadable": (
        "« {text} » n'est pas un code INSEE.",
        "“{text}” is not an INSEE code.",
    ),
    "festival-line-empty": (
        "La ligne est vide.",
        "The line is empty.",
    ),
    "festival-name-missing": (
        "Le nom du festival manque.",
        "The name of the festival is missing.",
    ),
    "festival-outside-territory": (
        "La commune {insee} n'est pas l'une des 92 du territoire.",
        "The commune {insee} is not one of the 92 of the territory.",
    ),
    "festival-text-damaged": (
        "Des caractères de ce nom ont été perdus par un mauvais encodage : corrigez l'original.",
        "Characters of this name were lost to a wrong encoding: correct the original.",
    ),
    "festival-twice": (
        "Cet identifiant est déjà celui de la ligne {line}.",
        "This identifier is already that of line {line}.",
    ),
    "date-outside-year": (
        "L'édition {year} ne peut pas commencer le {starts}.",
        "The {year} edition cannot start on {starts}.",
    ),
    "dates-inconsistent": (
        "Les dates ne vont pas avec leur précision : exacte, des jours ; texte, des mots ; année, rien.",
        "The dates do not match their precision: exact, days; text, words; year, nothing.",
    ),
    "edition-missing": (
        "Un jeton de contrôle d'accès vaut pour une édition : laquelle ?",
        "A gate token is for one edition: which one?",
    ),
    "edition-unexpected": (
        "Seul un jeton de contrôle d'accès est lié à une édition.",
        "Only a gate token is tied to an edition.",
    ),
    "editions-collide": (
        "Les deux événements ont une édition {year} de même numéro ou aux mêmes dates : corrigez-en une d'abord.",
        "Both events have a {year} edition with the same number or dates: correct one of them first.",
    ),
    "editorial-step-impossible": (
        "Cette étape de publication ne peut pas partir de l'état présent.",
        "This editorial step cannot start from the present state.",
    ),
    "editorial-step-not-allowed": (
        "Votre rôle ne permet pas cette étape de publication.",
        "Your role does not take this editorial step.",
    ),
    "email-missing": (
        "Un compte a besoin d'une adresse électronique.",
        "An account needs an e-mail address.",
    ),
    "ends-before-start": (
        "La fin ({ends}) doit suivre le début ({starts}).",
        "The end ({ends}) must come after the start ({starts}).",
    ),
    "expiry-out-of-range": (
        "L'expiration doit être à venir, dans {days} jours au plus.",
        "The expiry must lie ahead, within {days} days.",
    ),
    "field-not-yours": (
        "Votre rôle ne permet pas de fixer ce champ.",
        "Your role does not set this field.",
    ),
    "figure-of-report": (
        "Ce chiffre vient d'un bilan de fréquentation : corrigez le bilan.",
        "This figure comes from an attendance report: correct the report.",
    ),
    "figure-replaced": (
        "Ce chiffre a déjà été corrigé : corrigez celui qui l'a remplacé.",
        "This figure has been corrected already: correct the one that replaced it.",
    ),
    "figures-inconsistent": (
        "{low} dépasse {high} : les visiteurs ne dépassent pas les entrées-jour, ni celles-ci les passages.",
        "{low} is more than {high}: visitors are no more than attendances, nor these more than entries.",
    ),
    "file-too-large": (
        "Le fichier dépasse la taille permise ({limit_bytes} octets).",
        "The file is larger than allowed ({limit_bytes} bytes).",
    ),
    "form-token-missing": (
        "Le formulaire a expiré ou vient d'ailleurs. Rechargez la page, puis recommencez.",
        "The form has expired or comes from elsewhere. Reload the page, then try again.",
    ),
    "grade-missing": (
        "Pas de fréquentation sans le niveau de preuve qui l'accompagne.",
        "No attendance without the grade of its evidence, from A (scanned) to F (forecast).",
    ),
    "grade-needs-review": (
        "Un niveau de preuve meilleur que la déclaration (E) demande l'accord d'un agent instructeur.",
        "A grade better than a declaration (E) needs the consent of an officer.",
    ),
    "identifier-missing": (
        "Le type d'identifiant annoncé demande un numéro, qui manque.",
        "The kind of identifier announced needs a number, which is missing.",
    ),
    "identifier-unexpected": (
        "Une organisation dite sans identifiant ne peut pas porter de numéro.",
        "An organisation said to be without identifier cannot carry a number.",
    ),
    "invalid-siret": (
        "Le SIRET {siret} est faux : sa clé de contrôle ne correspond pas.",
        "The SIRET {siret} is wrong: its control key does not match.",
    ),
    "invitation-refused": (
        "Cette invitation est inconnue, déjà utilisée ou trop ancienne. Demandez-en une autre.",
        "This invitation is unknown, already used or too old. Ask for another one.",
    ),
    "job-already-waiting": (
        "Une demande plus récente pour le même travail attend déjà.",
        "A newer request for the same work is already waiting.",
    ),
    "job-has-ended": (
        "Ce travail est terminé et ne peut plus être annulé.",
        "This job has ended and can no longer be cancelled.",
    ),
    "job-not-requeueable": (
        "Seul un travail en échec ou annulé peut être relancé.",
        "Only a failed or cancelled job can be run again.",
    ),
    "key-malformed": (
        "Une clé d'idempotence compte de 1 à 255 caractères visibles.",
        "An idempotency key has 1 to 255 visible characters.",
    ),
    "key-reused": (
        "Cette clé d'idempotence a déjà servi pour une autre demande.",
        "This idempotency key was used before for another request.",
    ),
    "less-than-paid": (
        "{paid_cents} sont déjà versés : la décision ne peut pas descendre dessous.",
        "{paid_cents} are paid already: the decision cannot go below that.",
    ),
    "login-required": (
        "Identifiez-vous pour continuer.",
        "Log in to continue.",
    ),
    "malformed-field": (
        "Le champ {field} n'a pas la forme attendue : {reason}",
        "The field {field} does not have the expected form: {reason}",
    ),
    "malformed-request": (
        "La demande n'a pas la forme attendue. {reason}",
        "The request does not have the expected form. {reason}",
    ),
    "merged-with-itself": (
        "Une fusion demande deux fiches différentes.",
        "A merge needs two different records.",
    ),
    "method-not-allowed": (
        "Cette adresse n'accepte pas cette méthode.",
        "This address does not accept that method.",
    ),
    "not-a-count": (
        "Une fréquentation est un nombre entier, jamais négatif.",
        "An attendance is a whole number, never negative.",
    ),
    "not-allowed": (
        "Votre rôle ne permet pas cette opération.",
        "Your role does not include this operation.",
    ),
    "not-an-organiser": (
        "Cette organisation n'est pas organisatrice de l'événement.",
        "This organisation does not organise the event.",
    ),
    "not-found": (
        "Rien ne porte cet identifiant, ou son accès ne vous est pas ouvert.",
        "Nothing has this identifier, or it is not open to you.",
    ),
    "not-one-organisation": (
        "« {text} » ne désigne pas une seule organisation : donnez son identifiant.",
        "“{text}” does not name exactly one organisation: give its identifier.",
    ),
    "not-same-figure": (
        "Une correction porte sur la même édition et la même grandeur que le chiffre qu'elle remplace.",
        "A correction is about the same edition and quantity as the figure it replaces.",
    ),
    "not-yours": (
        "Cet élément appartient à une organisation pour laquelle vous n'agissez pas.",
        "This record belongs to an organisation for which you do not act.",
    ),
    "organisation-missing": (
        "Le rôle d'organisateur s'exerce pour une organisation : laquelle ?",
        "The role of organiser is held for an organisation: which one?",
    ),
    "organisation-unexpected": (
        "Seul le rôle d'organisateur est lié à une organisation.",
        "Only the role of organiser is tied to an organisation.",
    ),
    "overpayment": (
        "{asked_cents} demandés, il reste {left_cents}.",
        "{asked_cents} asked, {left_cents} left.",
    ),
    "password-common": (
        "Ce mot de passe est parmi les premiers qu'on essaie. Choisissez plutôt quelques mots sans lien.",
        "This password is among the first to be tried. Choose a few unrelated words instead.",
    ),
    "password-holds-email": (
        "Le mot de passe ne doit pas contenir l'adresse électronique.",
        "The password must not contain the e-mail address.",
    ),
    "password-too-short": (
        "Le mot de passe doit compter au moins {shortest} caractères.",
        "The password must have at least {shortest} characters.",
    ),
    "payment-before-decision": (
        "Le {day} précède la décision du {decided}.",
        "{day} comes before the decision of {decided}.",
    ),
    "precondition-unreadable": (
        "L'en-tête If-Match n'est pas l'étiquette d'une version.",
        "The If-Match header is not the tag of a version.",
    ),
    "profile-column-twice": (
        "Cette colonne sert déjà à autre chose dans ce profil.",
        "This column serves another purpose in this profile already.",
    ),
    "profile-time-missing": (
        "Un journal de passages a besoin d'une colonne pour l'heure.",
        "A log of passages needs a column for the time.",
    ),
    "profile-zone-unknown": (
        "Ce fuseau horaire est inconnu.",
        "This time zone is unknown.",
    ),
    "read-scope-missing": (
        "Un jeton doit pouvoir lire pour pouvoir écrire.",
        "A token must be able to read in order to write.",
    ),
    "reason-missing": (
        "Un refus, ou un montant différent de celui demandé, doit être motivé.",
        "A refusal, or an amount other than the one requested, needs a reason.",
    ),
    "refused-with-amount": (
        "Un refus n'accorde rien : le montant doit être nul.",
        "A refusal grants nothing: the amount must be zero.",
    ),
    "report-closed": (
        "Ce bilan a été déposé : il ne change qu'après avoir été renvoyé avec une note.",
        "This report was submitted: it changes only once it is returned with a note.",
    ),
    "report-incomplete": (
        "Ce champ doit être rempli avant de déposer le bilan.",
        "This field must be filled in before the report is submitted.",
    ),
    "report-step-impossible": (
        "Cette étape ne peut pas partir de l'état « {state:report_state} ».",
        "This step cannot start from the state “{state:report_state}”.",
    ),
    "reports-collide": (
        "Les deux organisations ont chacune un bilan pour la même édition : retirez-en un d'abord.",
        "Both organisations have a report on the same edition: withdraw one of them first.",
    ),
    "request-closed": (
        "Cette demande est instruite ou décidée : elle ne change plus ainsi.",
        "This request is being instructed or was decided: it no longer changes this way.",
    ),
    "request-in-progress": (
        "Une première demande portant la même clé d'idempotence n'est pas terminée.",
        "A first request with the same idempotency key has not ended yet.",
    ),
    "rule-broken": (
        "Ce changement contredit une règle de la base de données ({rule}).",
        "This change breaks a rule of the database ({rule}).",
    ),
    "session-ended": (
        "Votre session est terminée. Identifiez-vous de nouveau.",
        "Your session has ended. Log in again.",
    ),
    "session-outside-edition": (
        "Cette séance tombe hors des jours de l'édition, du {starts} au {ends}.",
        "This session lies outside the days of the edition, {starts} to {ends}.",
    ),
    "shares-exceed-amount": (
        "Les parts font {total_cents}, plus que le montant de {limit_cents}.",
        "The shares add up to {total_cents}, more than the amount of {limit_cents}.",
    ),
    "source-incomplete": (
        "La source doit dire la ligne du fichier, ou le champ.",
        "The source must say the line of the file, or the field.",
    ),
    "stale-version": (
        "Cet élément a changé depuis votre lecture : de la version {expected} à la version {current}.",
        "This record has changed since you read it: from version {expected} to version {current}.",
    ),
    "still-in-use": (
        "Impossible de retirer cet élément : d'autres enregistrements en dépendent.",
        "This cannot be withdrawn: other records stand on it.",
    ),
    "subsidy-step-impossible": (
        "Cette étape ne peut pas partir de l'état « {state:subsidy_state} ».",
        "This step cannot start from the state “{state:subsidy_state}”.",
    ),
    "title-400": (
        "Demande mal formée",
        "Malformed request",
    ),
    "title-401": (
        "Identification requise",
        "Identification required",
    ),
    "title-403": (
        "Opération non permise",
        "Operation not allowed",
    ),
    "title-404": (
        "Introuvable",
        "Not found",
    ),
    "title-405": (
        "Méthode non acceptée",
        "Method not accepted",
    ),
    "title-406": (
        "Format non proposé",
        "Format not offered",
    ),
    "title-408": (
        "Délai dépassé",
        "Time is out",
    ),
    "title-409": (
        "Conflit avec l'état présent",
        "Conflict with the present state",
    ),
    "title-410": (
        "Retiré",
        "Withdrawn",
    ),
    "title-412": (
        "Version dépassée",
        "Outdated version",
    ),
    "title-413": (
        "Contenu trop volumineux",
        "Content too large",
    ),
    "title-414": (
        "Adresse trop longue",
        "Address too long",
    ),
    "title-415": (
        "Type de contenu non accepté",
        "Content type not accepted",
    ),
    "title-422": (
        "Refusé par une règle",
        "Refused by a rule",
    ),
    "title-428": (
        "Version attendue",
        "Version required",
    ),
    "title-429": (
        "Trop de demandes",
        "Too many requests",
    ),
    "title-500": (
        "Erreur de notre côté",
        "Error on our side",
    ),
    "title-503": (
        "Service momentanément indisponible",
        "Service unavailable for the moment",
    ),
    "ticket-add-on": (
        "Cette ligne est une option d'un autre billet : elle n'admet personne de plus.",
        "This line is an add-on to another ticket: it admits nobody more.",
    ),
    "ticket-add-on-left-out": (
        "Options de billets laissées de côté, car elles n'admettent personne de plus : {lines}.",
        "Add-ons to tickets left out, because they admit nobody more: {lines}.",
    ),
    "ticket-automatic-check-in": (
        "Enregistrements faits automatiquement par l'outil, comptés comme des passages : {lines}.",
        "Check-ins that the tool made automatically, counted as passages: {lines}.",
    ),
    "ticket-cancelled": (
        "Billets annulés, comptés à part des billets émis : {lines}.",
        "Cancelled tickets, counted apart from issued ones: {lines}.",
    ),
    "ticket-code-from-order": (
        (
            "Billets sans code propre, nommés par leur commande et leur rang : {lines}. Leurs scans ne pourront "
            "pas leur être rattachés par le code-barres."
        ),
        (
            "Tickets without a code of their own, named by their order and rank: {lines}. Their scans cannot be "
            "matched to them by barcode."
        ),
    ),
    "ticket-code-missing": (
        "Le code du billet manque.",
        "The ticket code is missing.",
    ),
    "ticket-code-rounded": (
        (
            "Ce numéro de plus de 15 chiffres a été arrondi par un tableur : ses derniers chiffres sont perdus. "
            "Reprenez l'export d'origine, sans l'ouvrir dans un tableur."
        ),
        (
            "This number of more than 15 digits was rounded by a spreadsheet: its last digits are lost. Take the "
            "original export, without opening it in a spreadsheet."
        ),
    ),
    "ticket-code-scientific": (
        (
            "Ce code a été changé en nombre par un tableur (1,23E+12) : ses derniers chiffres sont perdus. "
            "Reprenez l'export d'origine, sans l'ouvrir dans un tableur."
        ),
        (
            "This code was turned into a number by a spreadsheet (1.23E+12): its last digits are lost. Take the "
            "original export, without opening it in a spreadsheet."
        ),
    ),
    "ticket-code-too-long": (
        "Le code du billet dépasse 500 caractères.",
        "The ticket code is longer than 500 characters.",
    ),
    "ticket-date-order-contradicted": (
        "Cette date ne s'écrit pas comme les autres du fichier : le jour et le mois y sont dans l'autre ordre.",
        "This date is not written like the others of the file: day and month are the other way round.",
    ),
    "ticket-date-order-unknown": (
        (
            "Cette date peut se lire de deux façons (jour/mois ou mois/jour) et rien dans le fichier ne dit "
            "laquelle : précisez-le dans un profil de lecture."
        ),
        (
            "This date can be read in two ways (day/month or month/day) and nothing in the file says which: say "
            "it in a reading profile."
        ),
    ),
    "ticket-direction-unknown": (
        "Le mot du sens de passage n'est pas compris : ni entrée, ni sortie. Indiquez-le dans un profil de lecture.",
        "The word for the direction is not understood: neither in nor out. Say it in a reading profile.",
    ),
    "ticket-gift-card": (
        "Une carte ou un bon cadeau n'est pas un billet.",
        "A gift card or voucher is not a ticket.",
    ),
    "ticket-gift-card-left-out": (
        "Cartes et bons cadeaux laissés de côté : {lines}.",
        "Gift cards and vouchers left out: {lines}.",
    ),
    "ticket-imported-elsewhere": (
        "Billets que l'outil a importés d'une autre billetterie : {lines}. Ne comptez pas aussi l'export de celle-ci.",
        "Tickets that the tool imported from another ticket office: {lines}. Do not count that one's export too.",
    ),
    "ticket-draft-gone": (
        "Ce qui a été lu de ce fichier n’est plus conservé : déposez-le de nouveau.",
        "What was read of this file is no longer kept: bring the file again.",
    ),
    "ticket-import-not-done": (
        "Seul un import effectué peut être annulé ; celui-ci ne l’est pas.",
        "Only an import that is done can be undone; this one is not.",
    ),
    "ticket-import-not-startable": (
        "Cet import est déjà en attente ou effectué.",
        "This import is waiting or done already.",
    ),
    "time-out-of-range": (
        "Un passage est daté d’avant 1970 ou d’après 2148.",
        "A scan is dated before 1970 or after 2148.",
    ),
    "too-many-labels": (
        "Cette édition a plus de {limit} noms d’une même sorte (accès, séances, tarifs, origines ou appareils).",
        "This edition has more than {limit} names of one kind (gates, sessions, categories, origins or devices).",
    ),
    "ticket-key-destroyed": (
        "La clé des billets de cette édition a été détruite. Ses comptes restent, mais aucun billet n’est retrouvable.",
        "The key of this edition’s tickets was destroyed: its counts stand, but no ticket can be added or found again.",
    ),
    "ticket-last-entry-only": (
        (
            "Billets dont l'export ne donne que la dernière entrée : {lines}. Les passages précédents manquent ; "
            "le journal complet des scans les donnerait."
        ),
        (
            "Tickets of which the export gives only the last entry: {lines}. Earlier passages are missing; the "
            "complete log of scans would give them."
        ),
    ),
    "ticket-list-without-tickets": (
        (
            "Cet objet décrit une liste d'enregistrement et ses totaux : il ne contient aucun billet. Exportez le"
            " journal des scans ou les billets."
        ),
        (
            "This object describes a check-in list and its totals: it holds no ticket. Export the log of scans or"
            " the tickets."
        ),
    ),
    "ticket-not-sold": (
        "Cette place n'a été prise par personne : ce n'est pas un billet émis.",
        "Nobody took this place: it is not an issued ticket.",
    ),
    "ticket-order-without-tickets": (
        "Cette commande ne contient aucun billet.",
        "This order holds no ticket.",
    ),
    "ticket-orders-without-tickets": (
        "Cet export liste des commandes, pas des billets : exportez plutôt les participants.",
        "This export lists orders, not tickets: export the attendees instead.",
    ),
    "ticket-position-left-out": (
        "Billets de commandes laissés de côté, faute de code ou de valeurs lisibles : {lines}.",
        "Tickets of orders left out, for want of a code or readable values: {lines}.",
    ),
    "ticket-price-left-out": (
        "Prix illisibles ou négatifs, laissés vides : {lines}.",
        "Unreadable or negative prices, left empty: {lines}.",
    ),
    "ticket-price-unreadable": (
        "Le prix n'est pas un montant.",
        "The price is not an amount.",
    ),
    "ticket-quantity-unreadable": (
        "Le nombre de personnes n'est pas un nombre entier d'au moins 1.",
        "The number of people is not a whole number of at least 1.",
    ),
    "ticket-refunded": (
        "Billets remboursés, comptés à part des billets émis : {lines}.",
        "Refunded tickets, counted apart from issued ones: {lines}.",
    ),
    "ticket-result-unknown": (
        (
            "Le résultat du contrôle n'est pas compris : ni accepté, ni refusé. Indiquez ce que veut dire ce mot "
            "dans un profil de lecture."
        ),
        (
            "The result of the check is not understood: neither accepted nor refused. Say what this word means in"
            " a reading profile."
        ),
    ),
    "ticket-scan-reverted": (
        "Un enregistrement a été annulé à la main : ce n'est pas un passage.",
        "A check-in was taken back by hand: this is not a passage.",
    ),
    "ticket-secret-not-exported": (
        (
            "Le secret du billet n'est pas dans l'export, et une commande peut en contenir plusieurs : cochez "
            "l'option qui inclut le secret du QR code."
        ),
        (
            "The ticket's secret is not in the export, and an order may hold several: tick the option that "
            "includes the QR-code secret."
        ),
    ),
    "ticket-status-unknown": (
        "Le statut du billet n'est pas compris. Indiquez ce que veut dire ce mot dans un profil de lecture.",
        "The status of the ticket is not understood. Say what this word means in a reading profile.",
    ),
    "ticket-technical-line": (
        "Cette ligne n'admet personne : don, adhésion, frais, parking, consigne ou article.",
        "This line admits nobody: a donation, a membership, a fee, a car park, a deposit or an article.",
    ),
    "ticket-technical-line-left-out": (
        "Articles qui n'admettent personne, laissés de côté : {lines}.",
        "Articles that admit nobody, left out: {lines}.",
    ),
    "ticket-test-order": (
        "Cette commande a été passée en mode test.",
        "This order was made in test mode.",
    ),
    "ticket-time-implausible": (
        "L'année de cette date est hors de 1995 à 2100.",
        "The year of this date is outside 1995 to 2100.",
    ),
    "ticket-time-missing": (
        "L'heure du passage manque.",
        "The time of the passage is missing.",
    ),
    "ticket-time-unreadable": (
        "Cette date ou cette heure ne se lit pas.",
        "This date or time cannot be read.",
    ),
    "ticket-validity-unreadable": (
        "Jours de validité illisibles, laissés vides : {lines}.",
        "Unreadable days of validity, left empty: {lines}.",
    ),
    "ticket-zeros-lost": (
        (
            "Codes dont un tableur a peut-être ôté les zéros du début : {lines}. Vérifiez qu'ils sont ceux que "
            "lisent les bornes."
        ),
        (
            "Codes from which a spreadsheet may have taken the zeros at the beginning: {lines}. Check that they "
            "are those the gates read."
        ),
    ),
    "token-refused": (
        "Ce jeton est inconnu, expiré ou révoqué.",
        "This token is unknown, expired or revoked.",
    ),
    "too-large": (
        "Le contenu envoyé est trop volumineux.",
        "The content sent is too large.",
    ),
    "too-many-decimals": (
        "Quatre décimales au plus.",
        "Four decimals at most.",
    ),
    "too-many-requests": (
        "Trop de demandes en peu de temps. Attendez avant de réessayer.",
        "Too many requests in a short time. Wait before trying again.",
    ),
    "twice-in-list": (
        "Le même identifiant figure deux fois dans la liste.",
        "The same identifier is in the list twice.",
    ),
    "unavailable": (
        "Le service ne peut pas répondre pour le moment ; réessayez dans quelques secondes.",
        "The service cannot answer for the moment; try again in a few seconds.",
    ),
    "unknown-parameter": (
        "Cette opération n'a pas de paramètre « {name} ».",
        "This operation has no parameter “{name}”.",
    ),
    "unknown-reference": (
        "La valeur de ce champ désigne quelque chose qui n'existe pas.",
        "The value of this field names something that does not exist.",
    ),
    "unknown-time-zone": (
        "Le fuseau horaire « {time_zone} » n'existe pas.",
        "There is no time zone “{time_zone}”.",
    ),
    "version-required": (
        "Une modification doit dire de quelle version elle part (en-tête If-Match).",
        "A change must say which version it starts from (If-Match header).",
    ),
    "wrong-content-type": (
        "Le contenu envoyé doit être du JSON et le dire (Content-Type: application/json).",
        "The content sent must be JSON and say so (Content-Type: application/json).",
    ),
    "wrong-credentials": (
        ("L'adresse et le mot de passe ne vont pas ensemble. Après plusieurs échecs, la connexion se ferme un moment."),
        "The address and the password do not go together. After several failures, logging in closes for a while.",
    ),
    "year-missing": (
        "Une subvention porte sur un exercice budgétaire au moins.",
        "A subsidy is for at least one budget year.",
    ),
    "file-empty": (
        "Le fichier est vide.",
        "The file is empty.",
    ),
}
