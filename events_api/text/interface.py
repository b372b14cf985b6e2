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
    # Forms
    "form.required": ("obligatoire", "required"),
    "form.optional": ("facultatif", "optional"),
    "form.errors.one": ("Une réponse est à corriger", "One answer needs correcting"),
    "form.errors.many": ("{n} réponses sont à corriger", "{n} answers need correcting"),
    "form.error": ("Erreur :", "Error:"),
    "form.choose": ("Choisir…", "Choose…"),
    # Messages after a form
    "done.saved": ("Enregistré.", "Saved."),
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
    "grade.A.text": ("chaque entrée a été lue à une porte", "every entry was read at a gate"),
    "grade.B": ("Billetterie", "Ticketed"),
    "grade.B.text": ("billets émis, sans lecture à l'entrée", "tickets issued, not read at the gate"),
    "grade.C": ("Compté", "Counted"),
    "grade.C.text": ("compteurs manuels ou automatiques", "manual or automatic counters"),
    "grade.D": ("Densité ou mobilité", "Density or mobility"),
    "grade.D.text": ("estimation par surface ou par téléphonie", "estimated from area or mobile phones"),
    "grade.E": ("Déclaré", "Declared"),
    "grade.E.text": ("chiffre donné par l'organisateur", "a figure given by the organiser"),
    "grade.F": ("Prévision", "Forecast"),
    "grade.F.text": ("attendu avant l'événement", "expected before the event"),
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
    "error.status": ("Code {status}", "Code {status}"),
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
