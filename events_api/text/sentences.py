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
    "impact-entry-missing": (
        "Rien n'est encore saisi pour cette édition : saisissez d'abord ses données.",
        "Nothing is entered for this edition yet: enter what is known of it first.",
    ),
    "impact-not-computed": (
        (
            "L'évaluation n° {number} n'a pas de résultat : elle attend son calcul, a échoué, ou le modèle l'a "
            "refusée. Lisez son état, ou prenez une évaluation calculée."
        ),
        (
            "Assessment no. {number} has no result: it waits, it failed, or the model refused it. Read its state, or "
            "take a computed assessment."
        ),
    ),
    "impact-chart-absent": (
        "Cette évaluation n'a pas de graphique « {name} ». Elle a : {there}.",
        "This assessment has no chart “{name}”. It has: {there}.",
    ),
    "impact-table-absent": (
        "Cette évaluation n'a pas de tableau « {name} ». Elle a : {there}.",
        "This assessment has no table “{name}”. It has: {there}.",
    ),
    "interval-needs-evidence": (
        "L'intervalle doit contenir la fréquentation saisie : du plus bas au plus haut.",
        "The interval must hold the attendance that is entered: from the lowest to the highest.",
    ),
    "archive-holds-several": (
        "L'archive contient {files} fichiers de données : envoyez une archive d'un seul fichier.",
        "The archive holds {files} data files: send an archive of a single file.",
    ),
    "assessment-attendance-changed": (
        "La fréquentation retenue a changé : {was} (niveau {was_grade}) alors, {now} (niveau {now_grade}) maintenant.",
        "The attendance that counts changed: {was} (grade {was_grade}) then, {now} (grade {now_grade}) now.",
    ),
    "assessment-entry-changed": (
        "Les données saisies pour l'édition ont changé : version {was} alors, version {now} maintenant.",
        "What is entered for the edition changed: version {was} then, version {now} now.",
    ),
    "assessment-overrides-changed": (
        "Les hypothèses propres à l'édition ont changé.",
        "The assumptions of the edition itself changed.",
    ),
    "assumptions-unchanged": (
        "Cette copie ne change rien : modifiez au moins une hypothèse.",
        "This copy changes nothing: change at least one assumption.",
    ),
    "clock-wrong": (
        "L'heure du scan est dans le futur ou trop ancienne : réglez l'horloge de l'appareil et renvoyez-le.",
        "The time of the scan is in the future or too old: set the clock of the device and send it again.",
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
    "decision-missing": (
        "Un scan fait hors ligne dit quand il a eu lieu et ce que l'appareil a décidé.",
        "A scan made offline says when it was and what the device decided.",
    ),
    "decision-unexpected": (
        "Seul un appareil hors ligne décide lui-même : sans « offline », il n'y a pas de décision.",
        "Only a device that is offline decides by itself: without “offline” there is no decision.",
    ),
    "figure-already-stated": (
        "Le fichier donne une autre valeur que celle qui est inscrite : seule une correction la remplace.",
        "The file gives another value than the figure on file: only a correction replaces it.",
    ),
    "file-cut-short": (
        (
            "Le fichier s'arrête avant sa fin (après {after_bytes} octets) : le téléchargement ou la copie a été "
            "interrompu."
        ),
        "The file stops before its end (after {after_bytes} bytes): a download or a copy was interrupted.",
    ),
    "file-damaged": (
        "Le fichier compressé est abîmé ({reason}) : téléchargez-le de nouveau.",
        "The packed file is damaged ({reason}): download it again.",
    ),
    "file-empty-lines": (
        "Lignes vides, passées : {lines}.",
        "Empty lines, passed over: {lines}.",
    ),
    "file-expands-too-far": (
        (
            "Le fichier compressé devient démesuré une fois ouvert (plus de {limit_bytes} octets, {ratio} fois "
            "sa taille) : il n'est pas lu."
        ),
        (
            "The packed file becomes absurdly large once opened (over {limit_bytes} bytes, {ratio} times its "
            "size): it is not read."
        ),
    ),
    "file-in-a-form": (
        "Envoyez les octets du fichier eux-mêmes (Content-Type: application/octet-stream), pas un formulaire.",
        "Send the bytes of the file themselves (Content-Type: application/octet-stream), not a form.",
    ),
    "file-kind-unread": (
        "Ce fichier est de type {kind}, qui ne se lit pas ici : exportez en CSV, JSON ou XLSX.",
        "This file is of the kind {kind}, which is not read here: export it as CSV, JSON or XLSX.",
    ),
    "file-sheets-unread": (
        (
            "Autres feuilles de ce classeur qui semblent contenir des billets ou des passages, et qui ne sont pas "
            "lues : {lines}. Envoyez-les chacune dans un fichier."
        ),
        (
            "Other sheets of this workbook that look like tickets or scans, and are not read: {lines}. "
            "Send each as a file."
        ),
    ),
    "file-sheet-given-up": (
        "La fin de la feuille, derrière plus de 100 000 lignes vides, n'a pas été lue.",
        "The end of the sheet, behind more than 100,000 empty rows, was not read.",
    ),
    "file-title-lines": (
        "Lignes de titre avant les noms de colonnes, passées : {lines}.",
        "Title lines before the names of the columns, passed over: {lines}.",
    ),
    "file-too-demanding": (
        (
            "Ce fichier demande plus de mémoire qu'un fichier n'en peut prendre ({limit_bytes} octets) : "
            "exportez-le en CSV."
        ),
        "This file needs more memory than one file may take ({limit_bytes} bytes): export it as CSV.",
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
    "factor-unknown": (
        "Le jeu d'hypothèses n'a ni facteur d'émission ni profil « {name} ».",
        "The assumption set has no emission factor or profile “{name}”.",
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
    "json-malformed": (
        "Le document JSON est incomplet ou mal formé vers l'octet {position}.",
        "The JSON document is incomplete or malformed near byte {position}.",
    ),
    "json-without-records": (
        "Le document JSON ne contient pas de liste de billets ou de passages ; il contient : {keys}.",
        "The JSON document holds no list of tickets or scans; it holds: {keys}.",
    ),
    "key-malformed": (
        "Une clé d'idempotence compte de 1 à 255 caractères visibles.",
        "An idempotency key has 1 to 255 visible characters.",
    ),
    "key-reused": (
        "Cette clé d'idempotence a déjà servi pour une autre demande.",
        "This idempotency key was used before for another request.",
    ),
    "labels-too-many": (
        "La colonne prise pour « {kind} » a plus de {limit} valeurs différentes : ce n'est sans doute pas la bonne.",
        "The column taken for “{kind}” has more than {limit} different values: it is probably not the right one.",
    ),
    "less-than-paid": (
        "{paid_cents} sont déjà versés : la décision ne peut pas descendre dessous.",
        "{paid_cents} are paid already: the decision cannot go below that.",
    ),
    "line-code-missing": (
        "Aucun code de billet sur cette ligne, ou un code démesuré.",
        "No ticket code on this line, or an absurdly long one.",
    ),
    "line-country": (
        "Le pays doit être un code ISO de deux lettres, comme FR ou BE.",
        "The country must be an ISO code of two letters, such as FR or BE.",
    ),
    "line-day": (
        "La date ne se lit pas : elle s'écrit 2026-07-03.",
        "The date cannot be read: it is written 2026-07-03.",
    ),
    "line-encoding": (
        "Cette ligne n'a pas le même codage de caractères que celles d'avant.",
        "This line is not in the same character encoding as those before it.",
    ),
    "line-mojibake": (
        "Des caractères de cette valeur sont abîmés (accents mal convertis).",
        "Characters of this value are broken (accents wrongly converted).",
    ),
    "line-not-a-row": (
        "Cette ligne ne se lit pas comme une ligne de tableau.",
        "This line cannot be read as a row of a table.",
    ),
    "line-not-an-object": (
        "Un objet JSON était attendu.",
        "A JSON object was expected.",
    ),
    "line-not-json": (
        "Cette ligne n'est pas du JSON lisible.",
        "This line is not readable JSON.",
    ),
    "line-nul": (
        "Cette ligne contient un octet nul.",
        "This line holds a NUL byte.",
    ),
    "line-price": (
        "Le prix ne se lit pas : il s'écrit 12.50.",
        "The price cannot be read: it is written 12.50.",
    ),
    "line-quantity": (
        "Le nombre de personnes doit être un entier de 1 à {limit}.",
        "The number of people must be a whole number from 1 to {limit}.",
    ),
    "line-quote-open": (
        "Un guillemet ouvert sur cette ligne n'est jamais refermé.",
        "A quote opened on this line is never closed.",
    ),
    "line-time": (
        "L'instant ne se lit pas : il s'écrit 2026-07-03T18:05:12+02:00.",
        "The time cannot be read: it is written 2026-07-03T18:05:12+02:00.",
    ),
    "line-time-far-away": (
        "L'année de cet instant est invraisemblable.",
        "The year of this time is implausible.",
    ),
    "line-time-never-was": (
        "Cette heure n'a pas existé : les horloges sont passées à l'heure d'été.",
        "This time never was: the clocks had gone forward.",
    ),
    "line-too-long": (
        "La ligne {line} dépasse {limit_bytes} octets : ce n'est pas un fichier de lignes.",
        "Line {line} is longer than {limit_bytes} bytes: this is not a file of lines.",
    ),
    "line-unreadable": (
        "Une valeur de cette ligne ne se comprend pas.",
        "A value of this line makes no sense.",
    ),
    "line-width": (
        "Cette ligne a {found} colonnes, il en faut {expected}.",
        "This line has {found} columns where {expected} are needed.",
    ),
    "line-word": (
        "Mot inconnu dans cette colonne ; les mots possibles : {words}.",
        "Unknown word in this column; the possible ones: {words}.",
    ),
    "lines-of-groups": (
        "Lignes qui valent pour plusieurs personnes : {lines}.",
        "Lines that stand for several people: {lines}.",
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
    "no-room-left": (
        "Le disque de l'installation est plein : rien de ce fichier n'a été gardé. Prévenez l'administration.",
        "The disk of this installation is full: nothing of this file was kept. Tell its administrators.",
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
    "object-too-long": (
        "L'objet numéro {line} du document JSON dépasse {limit_bytes} octets.",
        "Object {line} of the JSON document is longer than {limit_bytes} bytes.",
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
    "readers-busy": (
        "D'autres fichiers sont en cours de lecture : réessayez dans {retry_after_seconds} secondes.",
        "Other files are being read: try again in {retry_after_seconds} seconds.",
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
    "scans-elsewhen": (
        "Passages à plus d'un jour des dates de l'édition : {lines}. Est-ce le bon fichier, et la bonne édition ?",
        "Scans more than a day away from the dates of the edition: {lines}. Is it the right file, and the edition?",
    ),
    "scans-untimed": (
        "Billets utilisés sans heure écrite, qui comptent sans entrer dans le flux : {lines}.",
        "Tickets used at a time nobody wrote, which count without a place in the flow: {lines}.",
    ),
    "event-day-fixed": (
        "Des passages sont déjà comptés par jour d'événement : l'heure à laquelle il commence ne change plus.",
        "Scans are counted by event day already: the hour at which it begins cannot change any more.",
    ),
    "scan-already-voided": (
        "Ce passage a déjà été annulé.",
        "This scan was taken back before.",
    ),
    "sequence-reused": (
        "L'appareil a déjà envoyé un autre scan sous ce numéro : donnez-en un nouveau à celui-ci.",
        "The device sent another scan under this number before: give this one a new number.",
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
    "table-too-wide": (
        "Le tableau a plus de {limit} colonnes.",
        "The table has more than {limit} columns.",
    ),
    "table-without-header": (
        "Aucune ligne ne ressemble à des noms de colonnes : le fichier est vide ou n'est pas un tableau.",
        "No line looks like names of columns: the file is empty or is not a table.",
    ),
    "ticket-file-not-recognised": (
        (
            "Ce fichier se lit, mais aucun format connu n'a ces colonnes : {columns}. Dites ce qu'elles "
            "contiennent dans un profil de votre organisation (POST /api/v1/import-profiles), puis envoyez le "
            "fichier avec profile_id."
        ),
        (
            "This file can be read, but no known format has these columns: {columns}. Say what they hold in a "
            "profile of your organisation (POST /api/v1/import-profiles), then send the file with profile_id."
        ),
    ),
    "ticket-format-ambiguous": (
        "Plusieurs formats conviennent presque aussi bien à ce fichier : dites lequel par format= ({formats}).",
        "Several formats fit this file about as well: say which by format= ({formats}).",
    ),
    "ticket-format-does-not-fit": (
        "Le format ou le profil demandé ne convient pas aux colonnes de ce fichier : {columns}.",
        "The format or profile asked for does not fit the columns of this file: {columns}.",
    ),
    "ticket-format-unknown": (
        "Ce format n'existe pas. Les formats connus : {formats}.",
        "There is no such format. The known ones: {formats}.",
    ),
    "times-local": (
        "Heures écrites sans décalage, lues à l'heure locale de l'édition : {lines}.",
        "Times written without an offset, read as local time of the edition: {lines}.",
    ),
    "times-twice": (
        "Heures de la nuit d'automne qui reviennent deux fois, attribuées d'après l'ordre des passages : {lines}.",
        "Times of the autumn night that come twice, told apart by the order of the scans: {lines}.",
    ),
    "times-without-seconds": (
        "Heures sans secondes, prises au début de la minute : {lines}.",
        "Times without seconds, taken at the start of the minute: {lines}.",
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
    "title-507": (
        "Disque plein",
        "No room left",
    ),
    "ticket-accents-repaired": (
        "Accents encodés deux fois par un autre logiciel, remis comme ils étaient : {lines}.",
        "Accents that other software encoded twice, put back as they were: {lines}.",
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
    "ticket-codes-shared": (
        (
            "Beaucoup de lignes partagent leur code ({lines} lignes lues) : est-ce celui de la commande ? Un code vaut "
            "un billet, et la dernière ligne d'un code l'emporte."
        ),
        (
            "Many lines share their code ({lines} lines read): is it that of the order? One code is one ticket, and "
            "the last line of a code wins."
        ),
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
    "ticket-header-again": (
        "C'est la ligne d'en-tête une fois de plus.",
        "This is the header line once more.",
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
    "too-many-scans": (
        "Une demande porte {most} scans au plus.",
        "A request carries {most} scans at most.",
    ),
    "too-many-minutes": (
        "Les passages tombent dans plus de {limit} minutes différentes : ces heures n'en sont pas.",
        "The scans fall into more than {limit} different minutes: these times are not times.",
    ),
    "too-many-labels": (
        "Cette édition a plus de {limit} noms d’une même sorte (accès, séances, tarifs, origines ou appareils).",
        "This edition has more than {limit} names of one kind (gates, sessions, categories, origins or devices).",
    ),
    "ticket-key-absent": (
        "Cette édition n’a pas de clé : aucun de ses billets n’a encore été apporté.",
        "This edition has no key: none of its tickets has been brought yet.",
    ),
    "ticket-key-destroyed": (
        "La clé des billets de cette édition a été détruite. Ses comptes restent, mais aucun billet n’est retrouvable.",
        "The key of this edition’s tickets was destroyed: its counts stand, but no ticket can be added or found again.",
    ),
    "ticket-key-expiry-past": (
        "Le {on} n’est pas dans l’avenir. Pour détruire la clé maintenant, il faut le demander expressément.",
        "{on} is not in the future. To destroy the key now, ask for its destruction.",
    ),
    "ticket-last-entry-only": (
        (
            "Billets dont l'export ne donne que la dernière entrée : {lines}. Les passages précédents manquent. "
            "Si vous apportez aussi le journal complet des scans, annulez ce fichier : ces entrées y compteraient "
            "deux fois comme passages (une seule fois dans la fréquentation)."
        ),
        (
            "Tickets of which the export gives only the last entry: {lines}. Earlier passages are missing. If you also "
            "bring the complete log of scans, undo this file: these entries would count twice as passages (once "
            "only in attendance)."
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
    "ticket-page-unreadable": (
        "Cette page de résultats ne contient pas de liste de billets.",
        "This page of results holds no list of tickets.",
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
    "ticket-status-not-exported": (
        (
            "Billets pris pour émis, car le fichier ne donne pas leur statut : {lines}. S'il contient des billets "
            "annulés ou remboursés, exportez aussi cette colonne."
        ),
        (
            "Tickets taken for issued, because the file does not give their status: {lines}. If it holds cancelled or "
            "refunded tickets, export that column too."
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
    "ticket-total-row": (
        "C'est une ligne de total, pas un billet.",
        "This is a row of totals, not a ticket.",
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
    "upload-broken": (
        "L'envoi s'est interrompu avant la fin du fichier.",
        "The upload broke off before the end of the file.",
    ),
    "upload-stalled": (
        "Plus rien n'arrivait depuis {seconds} secondes : l'envoi a été abandonné.",
        "Nothing had arrived for {seconds} seconds: the upload was given up.",
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
    "too-few-interviews": (
        "Il faut au moins {least} entretiens pour estimer une dispersion.",
        "A spread needs {least} interviews at least.",
    ),
    "too-few-quadrats": (
        "Il faut au moins {least} carrés comptés dans chaque zone.",
        "Each zone needs {least} counted quadrats at least.",
    ),
    "more-quadrats-than-area": (
        "Les carrés comptés couvrent plus que la surface de leur zone.",
        "The counted quadrats cover more than the area of their zone.",
    ),
    "impossible-density": (
        (
            "{density} personnes par m² : au-delà de {most}, un comptage est refusé. Vérifiez l'unité : 10 pieds "
            "carrés font 0,93 m², et non 3 m²."
        ),
        (
            "{density} people per m²: a count above {most} is refused. Check the unit: 10 square feet are 0.93 m², "
            "not 3 m²."
        ),
    ),
    "density-needs-photo": (
        "{density} personnes par m² : au-delà de {most}, indiquez la photographie qui l'atteste.",
        "{density} people per m²: above {most}, name the photograph that shows it.",
    ),
    "turnover-below-one": (
        "La rotation est d'au moins 1 : chacun est venu au moins une fois.",
        "The turnover is 1 at least: everybody came once at least.",
    ),
    "more-seen-again": (
        "Au plus {most} personnes peuvent être revues : pas plus que de marquées, ni d'observées.",
        "At most {most} people can be seen again: no more than were tagged, or looked at.",
    ),
    "too-few-periods": (
        "Il faut au moins {least} périodes comptées à chaque porte.",
        "Each gate needs {least} counted periods at least.",
    ),
    "coverage-out-of-order": (
        "La part du public qui passe les portes va de la plus basse à la plus haute.",
        "The part of the public that passes the gates goes from the lowest to the highest.",
    ),
    "conditions-not-met": (
        "Une condition de la méthode manque : {condition:estimate_condition}. L'estimation ne peut pas être proposée.",
        "A condition of the method does not hold: {condition:estimate_condition}. It cannot be proposed.",
    ),
    "not-an-estimate": (
        "Un chiffre modélisé ne devient pas une preuve.",
        "A modelled figure becomes no evidence.",
    ),
    "nothing-counted": (
        "Rien n'est compté pour cette édition : déposez d'abord des billets ou des scans.",
        "Nothing is counted for this edition: hand in tickets or scans first.",
    ),
    "counts-changed": (
        "Les comptes ont changé depuis votre lecture (révision {expected}, maintenant {current}) : relisez-les.",
        "The counts changed since you read them (revision {expected}, now {current}): read them again.",
    ),
    "checks-not-ready": (
        "Les vérifications n'ont pas encore porté sur ces comptes. Réessayez dans un instant.",
        "The checks have not looked at these counts yet. Try again in a moment.",
    ),
    "doubts-need-note": (
        "Des vérifications appellent une explication ({verdict:check_verdict}) : notez pourquoi vous acceptez.",
        "Checks ask for an explanation ({verdict:check_verdict}): note why you accept.",
    ),
    "simulated-facts": (
        "Des billets ou des scans sont simulés : ils ne prouvent rien pour une édition réelle.",
        "Some tickets or scans are simulated: they are no evidence for a real edition.",
    ),
    "estimate-decided": (
        "Cette estimation est déjà décidée ({state:estimate_state}).",
        "This estimate was decided already ({state:estimate_state}).",
    ),
    # The impact model
    "unbalanced-budget": (
        (
            "Le budget n'est pas équilibré : {income_cents} de produits, {expense_cents} de charges. Ajoutez la ligne "
            "qui manque."
        ),
        (
            "The budget is not balanced: {income_cents} of income, {expense_cents} of expense. Add the line that is "
            "missing."
        ),
    ),
    "local-share-missing": (
        "La part locale de la charge « {line} » manque : donnez {parameter}, entre 0 et 1.",
        "The local share of the expense “{line}” is missing: give {parameter}, between 0 and 1.",
    ),
    "funder-share-missing": (
        "Quelle part de « {line} » est de l'argent nouveau ? Donnez {parameter}, entre 0 et 1.",
        "Which part of “{line}” is new money? Give {parameter}, between 0 and 1.",
    ),
    "capture-missing": (
        "La catégorie de dépenses « {line} » demande son taux de TVA et {parameter}, entre 0 et 1.",
        "The category of spending “{line}” needs its VAT rate and {parameter}, between 0 and 1.",
    ),
    "parameter-missing": (
        "Le modèle a besoin de {parameter}, qui manque.",
        "The model needs {parameter}, which is missing.",
    ),
    "parameter-unknown": (
        "Le modèle n'a pas de paramètre {parameter} : corrigez son nom.",
        "The model has no parameter {parameter}: correct its name.",
    ),
    "parameter-out-of-bounds": (
        "{parameter} vaut {value} : il doit être entre {least} et {most}.",
        "{parameter} is {value}: it must lie between {least} and {most}.",
    ),
    "parameter-of-other-unit": (
        "{parameter} se donne en {unit:impact_unit}.",
        "{parameter} is given in {unit:impact_unit}.",
    ),
    "parameter-twice": (
        "{parameter} est donné deux fois.",
        "{parameter} is given twice.",
    ),
    "triple-out-of-order": (
        "{parameter} se donne par trois nombres, du plus bas au plus haut : bas, mode, haut.",
        "{parameter} is given by three numbers, from the lowest to the highest: low, mode, high.",
    ),
    "split-not-whole": (
        "Les catégories de dépenses font {total_bp} au lieu du tout.",
        "The categories of spending add up to {total_bp} instead of the whole.",
    ),
    "residents-below-zero": (
        (
            "Les parts de ceux qui viennent d'ailleurs font jusqu'à {total_bp} du public : abaissez les plus hautes "
            "valeurs."
        ),
        "The shares of those from outside reach {total_bp} of the public: lower their highest values.",
    ),
    "seed-out-of-range": (
        "La graine est un nombre entier de 0 à {most}.",
        "The seed is a whole number from 0 to {most}.",
    ),
    "draws-out-of-range": (
        "Demandez de 1 à {most} tirages.",
        "Ask for 1 to {most} draws.",
    ),
    "multiplier-needs-document": (
        "Un multiplicateur de {value}, au-delà de {most}, demande le document d'où il vient (IMP-07).",
        "A multiplier of {value}, above {most}, needs the document that it comes from (IMP-07).",
    ),
    "multiplier-refused": (
        "Un multiplicateur de {value} n'est pas admis : {most} au plus (IMP-07).",
        "A multiplier of {value} is not accepted: {most} at most (IMP-07).",
    ),
    "override-without-reason": (
        "Dites pourquoi {parameter} diffère pour cet événement.",
        "Say why {parameter} differs for this event.",
    ),
    "profile-unknown": (
        "Le profil « {profile} » n'existe pas.",
        "There is no profile “{profile}”.",
    ),
    "modes-not-whole": (
        "Les modes de transport du segment {segment:impact_segment} font {total_bp} au lieu du tout.",
        "The modes of transport of the segment {segment:impact_segment} add up to {total_bp} instead of the whole.",
    ),
    "emission-factor-missing": (
        "Le facteur d'émission du mode « {mode} » manque.",
        "The emission factor of the mode “{mode}” is missing.",
    ),
    "journeys-missing": (
        "Les trajets du segment {segment:impact_segment} manquent : parts des modes et distance aller.",
        "The journeys of the segment {segment:impact_segment} are missing: shares of the modes and distance one way.",
    ),
    "spent-more-than-eligible": (
        "« {name} » a dépensé dans le territoire plus que sa dépense éligible.",
        "“{name}” spent more in the territory than its eligible expense.",
    ),
    "entry-incomplete": (
        "Le niveau {level:impact_level} demande encore : {missing:impact_entry}.",
        "The level {level:impact_level} still needs: {missing:impact_entry}.",
    ),
    "supplier-line-unknown": (
        "Des achats sont donnés pour la charge « {line} », que le budget n'a pas : ajoutez-la aux charges.",
        "Purchases are given for the expense “{line}”, which the budget does not have: add it to the expense.",
    ),
    "suppliers-above-expense": (
        "Les achats de la charge « {line} » font {total_cents}, plus que la charge elle-même : {limit_cents}.",
        "The purchases of the expense “{line}” are {total_cents}, more than the expense itself: {limit_cents}.",
    ),
    "document-kind-unknown": (
        "Ce document n'est ni un PDF, ni une image PNG ou JPEG, ni un fichier bureautique, ni du texte.",
        "This document is neither a PDF, a PNG or JPEG image, a file of an office suite nor text.",
    ),
    "more-from-outside": (
        "Plus de billets d'ailleurs que de billets d'origine connue ({most}).",
        "More tickets from outside than tickets of known origin ({most}).",
    ),
    "kind-missing": (
        (
            "{figure:impact_figure} : dites si c'est une dépense nouvelle, un chiffre d'affaires, une valeur ajoutée "
            "ou du travail (IMP-01)."
        ),
        "{figure:impact_figure}: say whether it is new spending, turnover, value added or work (IMP-01).",
    ),
    "figures-differ": (
        "« {one} » et « {other} » ne s'additionnent pas (IMP-01).",
        "“{one}” and “{other}” are not added (IMP-01).",
    ),
    "jobs-said-created": (
        "« {text} » : des équivalents temps plein sont soutenus, jamais créés (IMP-02).",
        "“{text}”: full-time equivalents are supported, never created (IMP-02).",
    ),
    "multiplier-not-once": (
        "« {figure} » applique le multiplicateur à autre chose qu'au chiffre d'affaires, ou deux fois (IMP-03).",
        "“{figure}” applies the multiplier to something else than turnover, or twice (IMP-03).",
    ),
    "territory-missing": (
        "Un résultat vaut pour un territoire : lequel ? (IMP-04)",
        "A result holds for a territory: which one? (IMP-04)",
    ),
    "territories-differ": (
        (
            "Des résultats de territoires différents ne s'additionnent pas : « {one:impact_territory} », "
            "« {other:impact_territory} » (IMP-04)."
        ),
        (
            "Results for different territories are not added: “{one:impact_territory}”, “{other:impact_territory}” "
            "(IMP-04)."
        ),
    ),
    "not-additive": (
        "{figure:impact_figure} : ce chiffre ne s'additionne pas d'un événement à l'autre.",
        "{figure:impact_figure}: this figure is not added from one event to another.",
    ),
    "residents-counted": (
        "{figure:impact_figure} : les dépenses des résidents n'entrent que dans le brut (IMP-05).",
        "{figure:impact_figure}: spending of residents is in the gross figure alone (IMP-05).",
    ),
    "counterfactual-missing": (
        (
            "Un levier net ne se montre qu'avec le seuil d'additionnalité, ou la part due à l'aide : sans eux, il "
            "suppose que l'événement ne vit que par elle (IMP-08)."
        ),
        (
            "A net leverage is shown with the break-even of additionality, or the part due to the support: without "
            "them it supposes that the event lives by it alone (IMP-08)."
        ),
    ),
    "waterfall-broken": (
        "La cascade ne mène pas à « {figure} », ou cette barre manque (IMP-09).",
        "The waterfall does not lead to “{figure}”, or this bar is missing (IMP-09).",
    ),
    "local-money-counted": (
        "« {line} » : l'argent du territoire n'est jamais de l'argent nouveau (IMP-10).",
        "“{line}”: money of the territory is never new money (IMP-10).",
    ),
    "attribution-not-measured": (
        (
            "{segment:impact_segment} : tous sont comptés comme venus pour l'événement, sans mesure. Demandez-le dans "
            "l'enquête."
        ),
        "{segment:impact_segment}: all are counted as having come for the event, unmeasured. Ask it in the survey.",
    ),
    "multiplier-without-document": (
        "Le multiplicateur va jusqu'à {value} : dites d'où il vient.",
        "The multiplier goes up to {value}: say where it comes from.",
    ),
    "local-money-counted-in-part": (
        "{share_bp} de l'argent local compte comme nouveau (κ) : le profil strict n'en compte rien.",
        "{share_bp} of local money counts as new (κ): the strict profile counts none of it.",
    ),
    "in-kind-not-said": (
        "Les aides en nature de la métropole ne sont pas dites : l'aide est peut-être sous-estimée.",
        "What the métropole gave in kind is not said: its support may be understated.",
    ),
    "assumption-of-other-territory": (
        (
            "{about:impact_territorial} : l'hypothèse du jeu vaut pour les 92 communes. Pour ce territoire "
            "({territory:impact_territory}), mesurez-la ou donnez-lui une hypothèse propre."
        ),
        (
            "{about:impact_territorial}: the assumption of the set holds for the 92 communes. For this territory "
            "({territory:impact_territory}), measure it or state an assumption of its own."
        ),
    ),
    "entry-of-territory-missing": (
        (
            "Rien n'est saisi pour ce territoire ({territory:impact_territory}) : l'origine du public et les parts "
            "locales d'un autre n'y valent pas. Saisissez les siennes."
        ),
        (
            "Nothing is entered for this territory ({territory:impact_territory}): the origin of visitors and the "
            "local shares of another do not hold there. Enter its own."
        ),
    ),
    "journeys-not-said": (
        "Les trajets du public ne sont pas dits : aucune émission ne peut être montrée à côté des euros.",
        "The journeys of the public are not said: no emissions can be shown beside the euros.",
    ),
}
