"""The words of the pages: every label, hint, button and status message, in French and in English."""

from typing import Final

from events_api.text.formats import Language, french

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # The site
    "site.name": ("Événements et festivals", "Events and festivals"),
    "site.tagline": ("Du programme à la délibération, chaque chiffre avec sa preuve", "Every figure with its evidence"),
    "site.skip": ("Aller au contenu", "Skip to content"),
    "site.menu": ("Menu", "Menu"),
    "site.theme": ("Apparence", "Appearance"),
    "site.theme.auto": ("Automatique", "Automatic"),
    "site.theme.light": ("Claire", "Light"),
    "site.theme.dark": ("Sombre", "Dark"),
    "site.trail": ("Fil d'Ariane", "Breadcrumb"),
    "site.footer": ("Informations sur le site", "About this site"),
    "site.accessibility": ("Accessibilité : partiellement conforme", "Accessibility: partially compliant"),
    "site.error_prefix": ("Erreur : {title}", "Error: {title}"),
    "site.not_given": ("(non renseigné pour cette installation)", "(not given for this installation)"),
    # Navigation
    "nav.main": ("Navigation principale", "Main navigation"),
    "nav.work": ("Espace de travail", "Workspace"),
    "nav.home": ("Accueil", "Home"),
    "nav.calendar": ("Agenda", "Calendar"),
    "nav.events": ("Événements", "Events"),
    "nav.help": ("Aide", "Help"),
    "nav.legal": ("Mentions légales", "Legal notice"),
    "nav.privacy": ("Données personnelles", "Privacy"),
    "nav.accessibility": ("Accessibilité", "Accessibility"),
    "nav.site_map": ("Plan du site", "Site map"),
    "nav.api": ("Interface de programmation", "Programming interface"),
    "site.log_in": ("Se connecter", "Log in"),
    "site.log_out": ("Se déconnecter", "Log out"),
    "account.title": ("Mon compte", "My account"),
    # Forms
    "form.required": ("obligatoire", "required"),
    "form.optional": ("facultatif", "optional"),
    "form.errors.one": ("Une réponse est à corriger", "One answer needs correcting"),
    "form.errors.many": ("{n} réponses sont à corriger", "{n} answers need correcting"),
    "form.error": ("Erreur :", "Error:"),
    "form.choose": ("Choisir…", "Choose…"),
    "form.save": ("Enregistrer", "Save"),
    "form.row": ("Ligne {n}", "Line {n}"),
    "invalid.missing": ("Ce champ est obligatoire.", "This field is required."),
    "invalid.line": ("La valeur n'a pas la forme attendue.", "The value does not have the expected form."),
    "invalid.length": ("{n} caractères au plus.", "{n} characters at most."),
    "invalid.least": ("{n} au moins.", "{n} at least."),
    "invalid.most": ("{n} au plus.", "{n} at most."),
    "invalid.number": ("Un nombre entier est attendu.", "A whole number is expected."),
    "invalid.decimal": ("Un nombre est attendu.", "A number is expected."),
    "invalid.money": (
        "Un montant en euros est attendu, avec deux décimales au plus.",
        "An amount in euros is expected, with two decimals at most.",
    ),
    "invalid.date": ("Une date est attendue, par exemple 2026-07-01.", "A date is expected, such as 2026-07-01."),
    "invalid.time": ("Une heure est attendue, par exemple 05:00.", "A time is expected, such as 05:00."),
    "invalid.choice": ("Choisissez une valeur de la liste.", "Choose a value of the list."),
    "invalid.reference": (
        "Aucune fiche, ou plusieurs, ne portent ce nom. Choisissez une proposition.",
        "No record, or several, have this name. Choose a suggestion.",
    ),
    # Lists of records
    "list.words": ("Nom", "Name"),
    "list.filter": ("Filtrer", "Filter"),
    "list.name": ("Nom", "Name"),
    "list.state": ("État", "State"),
    "list.changed": ("Dernière modification", "Last change"),
    "record.retired": (
        "Fiche retirée le {on}. Elle ne peut plus changer.",
        "Withdrawn on {on}. It can no longer change.",
    ),
    "record.retire": ("Retirer la fiche", "Withdraw this record"),
    "record.retire.text": (
        "La fiche quitte les listes et ne peut plus changer. Ce qui a été publié reste visible, marqué comme retiré.",
        "The record leaves the lists and can no longer change. What was published stays visible, marked as withdrawn.",
    ),
    "record.retire.button": ("Retirer", "Withdraw"),
    "record.organisation.many": ("Organisations", "Organisations"),
    "record.organisation.new": ("Nouvelle organisation", "New organisation"),
    "record.event.many": ("Événements", "Events"),
    "record.event.new": ("Nouvel événement", "New event"),
    "record.edition.many": ("Éditions", "Editions"),
    "record.edition.new": ("Nouvelle édition", "New edition"),
    "record.place.many": ("Lieux", "Places"),
    "record.place.new": ("Nouveau lieu", "New place"),
    # Fields
    "field.name": ("Nom", "Name"),
    "field.identifier_kind": ("Type d'identifiant", "Kind of identifier"),
    "field.siret": ("SIRET", "SIRET"),
    "hint.siret": ("14 chiffres, sans espace.", "14 digits, without spaces."),
    "field.rna": ("Numéro RNA", "RNA number"),
    "hint.rna": ("W suivi de 9 chiffres.", "W followed by 9 digits."),
    "field.foreign_number": ("Numéro étranger", "Foreign number"),
    "field.country": ("Pays", "Country"),
    "hint.country": ("Code de deux lettres, FR pour la France.", "Two-letter code, FR for France."),
    "field.legal_form": ("Forme juridique", "Legal form"),
    "field.commune_insee": ("Commune", "Commune"),
    "field.website": ("Site web", "Website"),
    "hint.website": ("Adresse complète, avec https://.", "Full address, with https://."),
    "field.address": ("Adresse", "Address"),
    "field.postcode": ("Code postal", "Postcode"),
    "hint.postcode": ("5 chiffres.", "5 digits."),
    "field.longitude": ("Longitude", "Longitude"),
    "hint.longitude": ("En degrés, 5,3656 par exemple.", "In degrees, such as 5.3656."),
    "field.latitude": ("Latitude", "Latitude"),
    "hint.latitude": ("En degrés, 43,2918 par exemple.", "In degrees, such as 43.2918."),
    "field.capacity": ("Capacité", "Capacity"),
    "hint.capacity": ("Nombre de personnes.", "Number of people."),
    "field.slug": ("Nom dans l'adresse", "Name in the address"),
    "hint.slug": (
        "Minuscules sans accent, chiffres et tirets. L'ancienne adresse continue de répondre après un changement.",
        "Small letters without accents, digits and hyphens. The old address keeps answering after a change.",
    ),
    "field.as_printed": ("Tel qu'imprimé dans la source", "As printed in the source"),
    "field.description_fr": ("Description en français", "Description in French"),
    "field.description_en": ("Description en anglais", "Description in English"),
    "field.family_id": ("Famille", "Family"),
    "field.sub_sector": ("Sous-secteur", "Sub-sector"),
    "field.audience": ("Public", "Audience"),
    "field.organiser_ids": ("Organisateurs", "Organisers"),
    "field.partner_ids": ("Partenaires", "Partners"),
    "field.funder_ids": ("Financeurs", "Funders"),
    "field.roadmap_action_ids": ("Actions de la feuille de route", "Roadmap actions"),
    "field.event_id": ("Événement", "Event"),
    "field.year": ("Année", "Year"),
    "field.number": ("Numéro de l'édition", "Number of the edition"),
    "field.date_precision": ("Précision des dates", "Precision of the dates"),
    "field.starts_on": ("Premier jour", "First day"),
    "field.ends_on": ("Dernier jour", "Last day"),
    "field.date_text_fr": ("Dates en toutes lettres, en français", "Dates in words, in French"),
    "field.date_text_en": ("Dates en toutes lettres, en anglais", "Dates in words, in English"),
    "field.time_zone": ("Fuseau horaire", "Time zone"),
    "field.event_day_starts_at": ("Début de la journée d'événement", "Start of the event day"),
    "hint.event_day_starts_at": (
        "Une nuit de concert compte pour la veille jusqu'à cette heure.",
        "A night of music counts for the day before until this time.",
    ),
    "field.status": ("Statut", "Status"),
    "field.summary_fr": ("Résumé en français", "Summary in French"),
    "field.summary_en": ("Résumé en anglais", "Summary in English"),
    "field.guest_of_honour": ("Invité d'honneur", "Guest of honour"),
    "field.note": ("Note interne", "Internal note"),
    "field.simulated": ("Données simulées", "Simulated data"),
    "field.place_ids": ("Lieux", "Places"),
    "field.email": ("Adresse électronique", "E-mail address"),
    "hint.email": ("En minuscules.", "In small letters."),
    "field.display_name": ("Nom affiché", "Display name"),
    "field.language": ("Langue", "Language"),
    "field.account_id": ("Personne", "Person"),
    "field.role": ("Rôle", "Role"),
    "field.organisation_id": ("Organisation", "Organisation"),
    "field.edition_id": ("Édition", "Edition"),
    "field.scopes": ("Ce que le jeton permet", "What the token allows"),
    "field.expires_at": ("Dernier jour de validité", "Last day of validity"),
    "hint.expires_at": ("Deux ans au plus.", "Two years at most."),
    "field.password": ("Mot de passe", "Password"),
    "field.new_password": ("Nouveau mot de passe", "New password"),
    "hint.password": (
        "12 caractères au moins. Une phrase que vous êtes seul à connaître convient bien.",
        "12 characters at least. A phrase that only you know does well.",
    ),
    "field.current": ("Mot de passe actuel", "Present password"),
    "field.secret": ("Code d'invitation", "Invitation code"),
    "hint.secret": ("La suite de caractères qui vous a été remise.", "The characters that were handed to you."),
    "choice.language.fr": ("Français", "French"),
    "choice.language.en": ("Anglais", "English"),
    "choice.scopes.read": ("Lire", "Read"),
    "choice.scopes.write": ("Écrire", "Write"),
    # People
    "login.title": ("Se connecter", "Log in"),
    "login.ended": (
        "Votre session a pris fin. Connectez-vous de nouveau pour continuer.",
        "Your session has ended. Log in again to go on.",
    ),
    "login.help": (
        "Mot de passe oublié ou compte à créer : un administrateur envoie une invitation.",
        "Forgotten password, or no account yet: an administrator sends an invitation.",
    ),
    "invitation.title": ("Choisir un mot de passe", "Choose a password"),
    "invitation.text": (
        "Votre invitation ne sert qu'une fois. Après ce choix, vous pourrez vous connecter.",
        "Your invitation works once. After this choice you can log in.",
    ),
    "invitation.button": ("Choisir ce mot de passe", "Choose this password"),
    "account.roles": ("Rôles", "Roles"),
    "account.organisations": ("Organisations représentées", "Organisations represented"),
    "account.language": ("Langue du compte", "Language of the account"),
    "account.language.field": ("Langue des pages et des messages", "Language of pages and messages"),
    "account.password": ("Changer de mot de passe", "Change the password"),
    "account.password.text": (
        "Les sessions ouvertes sur vos autres appareils prendront fin.",
        "Sessions open on your other devices will end.",
    ),
    "account.sessions": ("Sessions ouvertes", "Open sessions"),
    "account.sessions.opened": ("Ouverte", "Opened"),
    "account.sessions.seen": ("Dernière activité", "Last activity"),
    "account.sessions.expires": ("Expiration", "Expires"),
    "account.sessions.action": ("Action", "Action"),
    "account.sessions.current": ("Celle-ci", "This one"),
    "account.sessions.end": ("Mettre fin", "End"),
    "record.account.many": ("Comptes", "Accounts"),
    "record.account.new": ("Nouveau compte", "New account"),
    "record.membership.many": ("Rôles attribués", "Roles given"),
    "record.membership.new": ("Attribuer un rôle", "Give a role"),
    "record.api_token.many": ("Jetons d'accès", "Access tokens"),
    "record.api_token.new": ("Nouveau jeton", "New token"),
    "step.invite": ("Envoyer une invitation", "Make an invitation"),
    "step.invite.text": (
        "L'invitation permet de choisir un mot de passe. Elle s'affiche une fois ; la précédente ne vaut plus.",
        "The invitation lets the person choose a password. It is shown once; a former one ends.",
    ),
    "secret.invitation": ("Invitation créée", "Invitation made"),
    "secret.invitation.text": (
        "Remettez cette adresse à la personne par un moyen sûr. Elle ne sera plus affichée.",
        "Hand this address to the person by a safe way. It will not be shown again.",
    ),
    "secret.token": ("Jeton créé", "Token made"),
    "secret.token.text": (
        "Copiez ce jeton maintenant. Il ne sera plus affiché.",
        "Copy this token now. It will not be shown again.",
    ),
    "secret.back": ("Revenir à la fiche", "Back to the record"),
    # Jobs
    "jobs.title": ("Travaux en arrière-plan", "Background jobs"),
    "jobs.one": ("Travail {kind}", "Job {kind}"),
    "jobs.kind": ("Travail", "Job"),
    "jobs.queue": ("File", "Queue"),
    "jobs.step": ("Étape", "Step"),
    "jobs.attempts": ("Essais", "Attempts"),
    "jobs.attempts.of": ("{n} sur {most}", "{n} of {most}"),
    "jobs.asked": ("Demandé", "Asked for"),
    "jobs.started": ("Commencé", "Started"),
    "jobs.finished": ("Terminé", "Finished"),
    "jobs.request": ("Référence", "Reference"),
    "jobs.progress": ("{done} sur {total}", "{done} of {total}"),
    "jobs.error": ("Dernière erreur", "Last error"),
    "jobs.requeue": ("Relancer", "Run again"),
    "jobs.cancel": ("Arrêter", "Stop"),
    "list.every_state": ("Tous", "Every state"),
    # Audit trail
    "audit.title": ("Journal des modifications", "Audit trail"),
    "audit.lead": (
        (
            "Qui a fait quoi, dans quel rôle, avec les valeurs avant et après. Chaque ligne est scellée dans une "
            "chaîne que la commande « events-api audit verify » contrôle."
        ),
        (
            "Who did what, in which role, with the values before and after. Every line is sealed into a chain that "
            "the command “events-api audit verify” checks."
        ),
    ),
    "audit.subject": ("Type de fiche", "Kind of record"),
    "audit.operation": ("Opération", "Operation"),
    "audit.at": ("Moment", "When"),
    "audit.who": ("Rôle", "Role"),
    "audit.what": ("Opération et fiche", "Operation and record"),
    "audit.how": ("Valeurs", "Values"),
    "audit.fields": ("{n} champs", "{n} fields"),
    "audit.position": ("Maillon", "Link"),
    "audit.unsealed": ("à sceller", "to be sealed"),
    "audit.system": ("La plateforme", "The platform"),
    # Messages after a form
    "done.step": ("C'est fait.", "Done."),
    "done.logged_out": ("Vous êtes déconnecté.", "You are logged out."),
    "done.password_set": ("Mot de passe enregistré. Vous pouvez vous connecter.", "Password set. You can log in."),
    "done.password_changed": ("Mot de passe changé.", "Password changed."),
    "done.session_ended": ("Session terminée.", "Session ended."),
    "done.requeued": ("Travail relancé.", "Job asked for again."),
    "done.cancelled": ("Travail arrêté.", "Job stopped."),
    "done.saved": ("Enregistré.", "Saved."),
    "done.created": ("Fiche créée.", "Record created."),
    "done.retired": ("Fiche retirée.", "Record withdrawn."),
    # Tables and charts
    "table.empty": ("Rien à afficher pour le moment.", "Nothing to show yet."),
    "chart.details": ("Les valeurs en tableau", "The values as a table"),
    "chart.csv": ("Télécharger les valeurs (CSV)", "Download the values (CSV)"),
    "chart.failed": (
        "Le graphique n'a pas pu être dessiné ; le tableau donne les mêmes valeurs.",
        "The chart could not be drawn; the table holds the same values.",
    ),
    # Pages
    "pager.next": ("Page suivante", "Next page"),
    "pager.label": ("Pages de résultats", "Result pages"),
    # Home
    "home.title": ("Accueil", "Home"),
    "home.heading": (
        "Un dossier par événement, de l'inscription à la délibération",
        "One file per event, from registration to the vote",
    ),
    "home.lead": (
        (
            "La plateforme réunit le programme, la fréquentation, les subventions et l'annexe annuelle des événements "
            "culturels et créatifs du territoire. Chaque chiffre publié porte sa définition et son niveau de preuve."
        ),
        (
            "The platform joins the programme, attendance, subsidies and yearly annex of the cultural and creative "
            "events of the territory. Every published figure carries its definition and its level of evidence."
        ),
    ),
    "home.work": ("Travailler", "Work"),
    "home.evidence": ("Lire un chiffre de fréquentation", "Reading an attendance figure"),
    "home.evidence.lead": (
        "Une fréquentation n'est jamais publiée sans sa preuve. Six niveaux, du plus solide au plus fragile :",
        "Attendance is never published without its evidence. Six grades, from the firmest to the weakest:",
    ),
    "home.open": ("Ouvert à tous", "Open to all"),
    "home.open.text": (
        "L'agenda, les flux de calendrier et les données se consultent et se réutilisent sans compte.",
        "The calendar, its feeds and the data can be read and reused without an account.",
    ),
    # Evidence grades
    "grade.A": ("Scanné", "Scanned"),
    "grade.B": ("Billetterie", "Ticketed"),
    "grade.C": ("Compté", "Counted"),
    "grade.D": ("Densité ou mobilité", "Density or mobility"),
    "grade.E": ("Déclaré", "Declared"),
    "grade.F": ("Prévision", "Forecast"),
    # Calendar
    "calendar.title": ("Agenda : {month}", "Calendar: {month}"),
    "calendar.months": ("Mois", "Months"),
    "calendar.as_list": ("Tous les événements de {year}", "Every event of {year}"),
    "calendar.grid": ("Les jours de {month} et ce qui s'y tient", "The days of {month} and what takes place"),
    "calendar.listed": ("Les événements de {month}", "The events of {month}"),
    "calendar.empty": ("Aucun événement publié en {month}.", "No published event in {month}."),
    "calendar.empty_filtered": (
        "Aucun événement publié en {month} ne correspond à ces filtres.",
        "No published event in {month} matches these filters.",
    ),
    "calendar.undated": ("En {year}, sans jour connu", "In {year}, day not known"),
    "calendar.undated.text": (
        "Leurs sources ne donnent pas de date exacte : ils sont cités ici, et absents des flux de calendrier.",
        "Their sources give no exact date: they are listed here, and absent from the calendar feeds.",
    ),
    "calendar.year": ("Les mois de {year}", "The months of {year}"),
    "calendar.count.one": ("{n} événement", "{n} event"),
    "calendar.count.many": ("{n} événements", "{n} events"),
    "calendar.subscribe": ("Suivre cet agenda", "Follow this calendar"),
    "calendar.subscribe.text": (
        "Copiez l'adresse du flux dans votre logiciel d'agenda : il se met à jour seul, annulations comprises.",
        "Copy the address of the feed into your calendar software: it updates by itself, cancellations included.",
    ),
    "calendar.feed": ("Flux iCalendar", "iCalendar feed"),
    "calendar.feed_filtered": ("Flux iCalendar de cette sélection", "iCalendar feed of this selection"),
    "calendar.withdrawn": ("Retiré de l'agenda", "Withdrawn"),
    "calendar.entry_title": ("{status} : {name}", "{status}: {name}"),
    # Events
    "events.title": ("Événements", "Events"),
    "events.filters": ("Filtrer les événements", "Filter the events"),
    "events.words": ("Mots", "Words"),
    "events.year": ("Année", "Year"),
    "events.every_year": ("Toutes", "Every year"),
    "events.every_family": ("Toutes", "Every family"),
    "events.every_commune": ("Toutes", "Every commune"),
    "events.organiser": ("Organisateur", "Organiser"),
    "events.every_organiser": ("Tous", "Every organiser"),
    "events.status": ("Statut", "Status"),
    "events.every_status": ("Tous", "Every status"),
    "events.show": ("Afficher", "Show"),
    "events.clear": ("Effacer les filtres", "Clear the filters"),
    "events.none": ("Aucun événement publié ne correspond à ces filtres.", "No published event matches these filters."),
    "events.first_page": ("Revenir au début", "Back to the beginning"),
    "event.simulated": ("Données simulées", "Simulated data"),
    "event.facts": ("En bref", "In short"),
    "event.family": ("Famille", "Family"),
    "event.sub_sector": ("Secteur", "Sector"),
    "event.audience": ("Public", "Audience"),
    "event.commune": ("Commune", "Commune"),
    "event.organisers": ("Organisateurs", "Organisers"),
    "event.partners": ("Partenaires", "Partners"),
    "event.website": ("Site", "Website"),
    "event.editions": ("Éditions", "Editions"),
    "edition.dates": ("Dates", "Dates"),
    "edition.places": ("Lieux", "Places"),
    "edition.number": ("Édition", "Edition"),
    "edition.guest": ("Invité d'honneur", "Guest of honour"),
    "edition.capacity": ("Capacité", "Capacity"),
    "edition.no_date": (
        "La source ne donne pas de jour exact ; aucun n'est inventé ici.",
        "The source gives no exact day; none is invented here.",
    ),
    "edition.programme": ("Programme", "Programme"),
    "edition.session": ("Séance", "Session"),
    "edition.hours": ("Heures", "Hours"),
    "edition.kind": ("Genre", "Kind"),
    "edition.place": ("Lieu", "Place"),
    "edition.attendance": ("Fréquentation", "Attendance"),
    "edition.attendance.caption": (
        "Chiffres de fréquentation, avec leur preuve et leur source",
        "Attendance figures, with their evidence and source",
    ),
    "edition.quantity": ("Grandeur", "Quantity"),
    "edition.value": ("Valeur", "Value"),
    "edition.grade": ("Niveau de preuve", "Evidence grade"),
    "edition.source": ("Source", "Source"),
    "edition.keep": ("Ajouter à mon agenda", "Add to my calendar"),
    "edition.others": ("Autres éditions", "Other editions"),
    "edition.event": ("Tout sur cet événement", "All about this event"),
    # Site map
    "site_map.title": ("Plan du site", "Site map"),
    "site_map.lead": (
        "Toutes les pages que vous pouvez ouvrir avec votre rôle actuel.",
        "Every page you can open with your current role.",
    ),
    "site_map.public": ("Pages publiques", "Public pages"),
    "site_map.about": ("À propos du site", "About the site"),
    # Error pages
    "error.403.title": ("Accès refusé", "Access denied"),
    "error.403.text": (
        (
            "Votre rôle ne permet pas d'ouvrir cette page, ou le formulaire a expiré. Revenez à la page précédente, "
            "rechargez-la et essayez de nouveau."
        ),
        "Your role does not open this page, or the form has expired. Go back, reload the page and try again.",
    ),
    "error.404.title": ("Page introuvable", "Page not found"),
    "error.404.text": (
        (
            "Aucune page ne répond à cette adresse. Les adresses publiées ici ne changent pas : vérifiez qu'elle a "
            "été copiée en entier."
        ),
        "No page answers at this address. Addresses published here never change: check that it was copied in full.",
    ),
    "error.500.title": ("Erreur du serveur", "Server error"),
    "error.500.text": (
        (
            "La demande n'a pas abouti à cause d'une défaillance de notre côté. Elle est enregistrée ; aucune donnée "
            "n'a été modifiée par cette demande. Essayez de nouveau dans quelques minutes."
        ),
        (
            "The request failed because of a fault on our side. It is recorded; this request changed no data. Try "
            "again in a few minutes."
        ),
    ),
    "error.other.title": ("La demande n'a pas abouti", "The request failed"),
    "error.other.text": (
        "Le serveur n'a pas pu traiter cette demande telle qu'elle a été envoyée.",
        "The server could not process this request as it was sent.",
    ),
    "error.status": ("Code {status}, référence {reference}", "Code {status}, reference {reference}"),
    "error.home": ("Revenir à l'accueil", "Back to the home page"),
    "error.help": ("Ouvrir l'aide", "Open the help page"),
    # API documentation
    "api.title": ("Interface de programmation", "Programming interface"),
    "api.lead": (
        (
            "Toutes les opérations de l'interface, telles que le serveur les publie. Les descriptions techniques sont "
            "en anglais."
        ),
        "Every operation of the interface, as the server publishes it.",
    ),
    "api.file": ("Fichier OpenAPI (JSON)", "OpenAPI file (JSON)"),
    "api.contents": ("Sommaire", "Contents"),
    "api.schemas": ("Structures de données", "Data structures"),
    "api.parameters": ("Paramètres de {operation}", "Parameters of {operation}"),
    "api.body": ("Corps de la requête : ", "Request body: "),
    "api.answers": ("Réponses de {operation}", "Answers of {operation}"),
    "api.fields": ("Champs de {schema}", "Fields of {schema}"),
    "api.name": ("Nom", "Name"),
    "api.place": ("Place", "Place"),
    "api.type": ("Type", "Type"),
    "api.required": ("Obligatoire", "Required"),
    "api.description": ("Description", "Description"),
    "api.status": ("Code", "Status"),
    "api.content": ("Contenu", "Content"),
    "api.yes": ("oui", "yes"),
    "api.no": ("non", "no"),
}


def text(key: str, language: Language, **values: object) -> str:
    """Return a text of the interface; the key must exist and every value its French or English words name be given."""
    words_fr, words_en = TEXTS[key]
    words = french(words_fr) if language == "fr" else words_en.replace("'", "’")
    return words.format(**values) if values else words


def plural(key: str, n: int, language: Language, **values: object) -> str:
    """Return ``key.one`` or ``key.many``: in French zero is singular, in English only one is."""
    singular = n < 2 if language == "fr" else n == 1
    return text(f"{key}.one" if singular else f"{key}.many", language, n=n, **values)
