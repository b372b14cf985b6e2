"""The long texts of the site: help, legal notice, privacy, accessibility declaration, in French and in English."""

from typing import Final, NamedTuple

Both = tuple[str, str]


class Section(NamedTuple):
    """A heading with an anchor, then paragraphs (a pair of texts) and lists (a list of pairs).

    ``[label](address)`` makes a link; ``{operator}``, ``{contact}`` and ``{hosting}`` are filled from the settings.
    """

    anchor: str
    title: Both
    blocks: tuple[Both | list[Both], ...]


HELP: Final = (
    Section(
        "chiffres",
        ("Comprendre un chiffre", "Understanding a figure"),
        (
            (
                (
                    "Entrées, fréquentations et visiteurs uniques sont trois quantités différentes. Une entrée est un "
                    "passage à une porte ; une fréquentation est une personne comptée une fois par jour d'événement ; "
                    "un visiteur unique est une personne comptée une fois pour toute l'édition. La page dit toujours "
                    "laquelle elle montre."
                ),
                (
                    "Entries, attendances and unique visitors are three different quantities. An entry is one passage "
                    "through a gate; an attendance is a person counted once per event day; a unique visitor is a "
                    "person counted once for the whole edition. A page always says which one it shows."
                ),
            ),
            (
                (
                    "À côté de chaque fréquentation, une lettre donne le niveau de preuve, de A (scanné à une porte) "
                    "à F (prévision). Un chiffre de niveau E est la parole de l'organisateur : il n'a pas été vérifié "
                    "ici."
                ),
                (
                    "Beside every attendance a letter gives the grade of evidence, from A (scanned at a gate) to F "
                    "(forecast). A grade E figure is the organiser's word: it was not verified here."
                ),
            ),
            (
                (
                    "Deux sources qui se contredisent restent affichées toutes les deux. La plateforme signale "
                    "l'écart et ne choisit pas à la place d'une personne."
                ),
                (
                    "Two sources that contradict each other both stay on display. The platform reports the gap and "
                    "does not choose in place of a person."
                ),
            ),
        ),
    ),
    Section(
        "clavier",
        ("Utiliser le site au clavier", "Using the site with a keyboard"),
        (
            (
                (
                    "Tout le site s'utilise sans souris. La touche Tabulation passe d'un élément au suivant, Maj et "
                    "Tabulation reviennent en arrière, Entrée active un lien ou un bouton. Le premier lien de chaque "
                    "page mène directement au contenu."
                ),
                (
                    "The whole site works without a mouse. The Tab key moves to the next element, Shift and Tab move "
                    "back, Enter activates a link or a button. The first link of every page leads straight to the "
                    "content."
                ),
            ),
            (
                (
                    "Chaque graphique est accompagné d'une phrase et d'un tableau qui contient les mêmes valeurs. Les "
                    "formulaires fonctionnent sans JavaScript."
                ),
                (
                    "Every chart comes with a sentence and a table that holds the same values. Forms work without "
                    "JavaScript."
                ),
            ),
        ),
    ),
    Section(
        "roles",
        ("Qui peut faire quoi", "Who may do what"),
        (
            [
                (
                    "Un organisateur tient les informations de ses événements et dépose le bilan de fréquentation.",
                    "An organiser keeps the details of its events and submits the attendance report.",
                ),
                (
                    "Un chargé de subventions instruit les demandes ; la décision reste la sienne.",
                    "A subsidy officer examines the requests; the decision stays theirs.",
                ),
                (
                    "L'équipe de communication relit et publie les événements de l'agenda.",
                    "The communication team reviews and publishes the events of the calendar.",
                ),
                (
                    "Les élus et leurs équipes lisent l'annexe annuelle et les tableaux de bord.",
                    "Elected members and their staff read the yearly annex and the dashboards.",
                ),
                (
                    "Un auditeur lit tout et ne modifie rien.",
                    "An auditor reads everything and changes nothing.",
                ),
                (
                    "Un administrateur gère les comptes, les rôles et les jetons d'accès.",
                    "An administrator manages accounts, roles and access tokens.",
                ),
            ],
        ),
    ),
    Section(
        "compte",
        ("Compte et connexion", "Account and login"),
        (
            (
                (
                    "Les comptes sont créés par un administrateur. Après plusieurs mots de passe erronés, la "
                    "connexion est suspendue pendant quelques minutes ; la page de connexion le dit et annonce "
                    "l'heure de reprise."
                ),
                (
                    "Accounts are created by an administrator. After several wrong passwords, logging in is suspended "
                    "for a few minutes; the login page says so and announces when it resumes."
                ),
            ),
            ("Une question sans réponse ici : {contact}.", "A question without an answer here: {contact}."),
        ),
    ),
    Section(
        "donnees",
        ("Réutiliser les données", "Reusing the data"),
        (
            (
                (
                    "L'[interface de programmation](/api/v1/docs) décrit toutes les opérations. Les adresses et les "
                    "identifiants publiés ne changent pas ; un événement annulé reste visible, avec la mention de "
                    "l'annulation."
                ),
                (
                    "The [programming interface](/api/v1/docs) describes every operation. Published addresses and "
                    "identifiers do not change; a cancelled event stays visible, marked as cancelled."
                ),
            ),
        ),
    ),
)

LEGAL: Final = (
    Section(
        "editeur",
        ("Éditeur", "Publisher"),
        (
            (
                "Ce site est édité par {operator}. Le directeur de la publication est son représentant légal.",
                "This site is published by {operator}. The publication director is its legal representative.",
            ),
            ("Contact : {contact}.", "Contact: {contact}."),
        ),
    ),
    Section(
        "hebergement",
        ("Hébergement", "Hosting"),
        (("Hébergement : {hosting}.", "Hosting: {hosting}."),),
    ),
    Section(
        "contenus",
        ("Contenus et réutilisation", "Content and reuse"),
        (
            (
                (
                    "Les chiffres publiés sont des informations publiques au sens du code des relations entre le "
                    "public et l'administration. Ils se réutilisent librement, à condition de citer la source, sa "
                    "date et le niveau de preuve qui accompagne le chiffre."
                ),
                (
                    "The published figures are public information within the meaning of the French code of relations "
                    "between the public and the administration. They may be reused freely, provided that the source, "
                    "its date and the evidence grade of the figure are quoted."
                ),
            ),
            (
                "Les textes et images fournis par les organisateurs restent soumis aux droits de leurs auteurs.",
                "Texts and images supplied by organisers remain subject to the rights of their authors.",
            ),
        ),
    ),
    Section(
        "composants",
        ("Composants", "Components"),
        (
            (
                (
                    "Les pages servent elles-mêmes les bibliothèques plotly.js (licence MIT) et htmx (licence 0BSD). "
                    "Aucun contenu n'est chargé depuis un autre site."
                ),
                (
                    "The pages serve the libraries plotly.js (MIT licence) and htmx (0BSD licence) themselves. "
                    "Nothing is loaded from another site."
                ),
            ),
        ),
    ),
)

PRIVACY: Final = (
    Section(
        "visiteurs",
        ("Si vous consultez le site", "If you browse the site"),
        (
            (
                (
                    "Le site ne mesure pas l'audience, ne dépose aucun traceur et n'appelle aucun autre site. Il "
                    "n'utilise que les cookies nécessaires à son fonctionnement :"
                ),
                (
                    "The site measures no audience, sets no tracker and calls no other site. It uses only the cookies "
                    "it needs to work:"
                ),
            ),
            [
                ("la langue choisie (un an) ;", "the chosen language (one year);"),
                ("l'apparence choisie (un an) ;", "the chosen appearance (one year);"),
                (
                    "la session d'une personne connectée, jusqu'à la déconnexion ou l'expiration ;",
                    "the session of a person who is logged in, until log-out or expiry;",
                ),
                ("la protection des formulaires ;", "the protection of forms;"),
                (
                    "le message de confirmation affiché après un envoi (une minute).",
                    "the confirmation shown after a form is sent (one minute).",
                ),
            ],
        ),
    ),
    Section(
        "public",
        ("Si vous avez assisté à un événement", "If you attended an event"),
        (
            (
                (
                    "La plateforme ne conserve ni le nom, ni l'adresse, ni le téléphone, ni la date de naissance des "
                    "porteurs de billets. Les fichiers des organisateurs sont lus au passage et ne sont pas gardés. Le "
                    "code du billet est remplacé à l'arrivée par un pseudonyme, calculé avec une clé propre à "
                    "l'édition : personne ne peut être suivi d'un festival à l'autre."
                ),
                (
                    "The platform keeps neither the name, nor the address, nor the phone, nor the birth date of ticket "
                    "holders. The files of organisers are read as they pass and are not kept. On arrival the ticket "
                    "code is replaced by a pseudonym, computed with a key of the edition: nobody can be followed from "
                    "one festival to another."
                ),
            ),
            ("Restent, sous ce pseudonyme :", "What remains, under that pseudonym:"),
            [
                (
                    "les passages aux portes : date et heure, sens, porte, résultat du contrôle ;",
                    "the passages at gates: date and time, direction, gate, result of the check;",
                ),
                (
                    "le billet : tarif, prix, validité, nombre de personnes, code postal ou pays ;",
                    "the ticket: category, price, validity, number of people, postcode or country;",
                ),
                (
                    "un second pseudonyme, qui dit que plusieurs billets d'une édition sont à la même personne.",
                    "a second pseudonym, which says that several tickets of an edition belong to one person.",
                ),
            ],
            (
                (
                    "La clé est détruite 24 mois après la fin de l'édition, terme du contrôle des subventions (et pas "
                    "avant trois mois pour un fichier apporté plus tard). Ensuite plus personne ne peut retrouver un "
                    "billet à partir de son code ; les comptes restent. Les sauvegardes antérieures contiennent encore "
                    "cette clé, chiffrée, jusqu'à leur propre effacement."
                ),
                (
                    "The key is destroyed 24 months after the end of the edition, when the control of subsidies ends "
                    "(and not before three months for a file brought later). From then on nobody can find a ticket by "
                    "its code; the counts stay. Backups from before still hold that key, encrypted, until they are "
                    "deleted themselves."
                ),
            ),
            (
                (
                    "Ces lignes ne sont montrées qu'aux agents habilités et à l'organisateur de l'édition. Une origine "
                    "de moins de 11 personnes n'est distinguée nulle part."
                ),
                (
                    "These rows are shown only to authorised staff and to the organiser of the edition. An origin of "
                    "fewer than 11 people is told apart nowhere."
                ),
            ),
            (
                (
                    "Finalité : établir la fréquentation des événements soutenus. Base légale : mission d'intérêt "
                    "public (article 6.1.e du règlement général sur la protection des données). Pour la vente du "
                    "billet elle-même, le responsable est l'organisateur."
                ),
                (
                    "Purpose: establishing the attendance of supported events. Legal basis: task carried out in the "
                    "public interest (article 6.1.e of the General Data Protection Regulation). For the sale of the "
                    "ticket itself, the organiser is the controller."
                ),
            ),
        ),
    ),
    Section(
        "comptes",
        ("Si vous avez un compte", "If you have an account"),
        (
            (
                (
                    "Sont conservés : le nom affiché, l'adresse électronique, une empreinte du mot de passe, les "
                    "rôles, et le journal de vos actions. Le journal est chiffré par personne : l'effacement d'un "
                    "compte rend illisibles ses valeurs personnelles sans rompre la chaîne de contrôle."
                ),
                (
                    "The following are kept: the display name, the e-mail address, a hash of the password, the roles, "
                    "and the log of your actions. The log is encrypted per person: erasing an account makes its "
                    "personal values unreadable without breaking the chain of control."
                ),
            ),
        ),
    ),
    Section(
        "droits",
        ("Vos droits", "Your rights"),
        (
            (
                (
                    "Le responsable du traitement est {operator}. Pour exercer vos droits d'accès, de rectification, "
                    "d'effacement, de limitation ou d'opposition : {contact}. Vous pouvez aussi saisir la Commission "
                    "nationale de l'informatique et des libertés (CNIL)."
                ),
                (
                    "The controller is {operator}. To exercise your rights of access, rectification, erasure, "
                    "restriction or objection: {contact}. You may also lodge a complaint with the French data "
                    "protection authority (CNIL)."
                ),
            ),
        ),
    ),
)

ACCESSIBILITY: Final = (
    Section(
        "etat",
        ("État de conformité", "Compliance status"),
        (
            (
                (
                    "{operator} s'engage à rendre ce service accessible, conformément à l'article 47 de la loi n° "
                    "2005-102 du 11 février 2005. Le service est déclaré partiellement conforme au référentiel "
                    "général d'amélioration de l'accessibilité (RGAA 4.1)."
                ),
                (
                    "{operator} undertakes to make this service accessible, in accordance with article 47 of French "
                    "act no. 2005-102 of 11 February 2005. The service is declared partially compliant with the "
                    "French general accessibility framework (RGAA 4.1)."
                ),
            ),
            (
                (
                    "Cette déclaration repose sur nos propres essais automatiques, qui ne couvrent qu'une partie des "
                    "critères. Aucun audit par un tiers n'a encore eu lieu ; aucun taux de conformité n'est donc "
                    "annoncé."
                ),
                (
                    "This declaration rests on our own automated tests, which cover only part of the criteria. No "
                    "third-party audit has taken place yet, so no compliance rate is announced."
                ),
            ),
            (
                (
                    "Déclaration établie le 23 novembre 2026. Le schéma pluriannuel et le plan d'action annuel ne "
                    "sont pas encore publiés."
                ),
                (
                    "Declaration drawn up on 23 November 2026. The multi-year scheme and the yearly action plan are "
                    "not published yet."
                ),
            ),
        ),
    ),
    Section(
        "essais",
        ("Ce qui est vérifié", "What is checked"),
        (
            [
                (
                    (
                        "Chaque page, pour chaque rôle, dans les deux langues et les deux apparences, avec axe-core "
                        "(règles WCAG 2.1 A et AA), dans Chromium."
                    ),
                    (
                        "Every page, for every role, in both languages and both appearances, with axe-core (WCAG 2.1 "
                        "A and AA rules), in Chromium."
                    ),
                ),
                (
                    "L'absence de défilement horizontal à 320, 390 et 1280 pixels de large.",
                    "The absence of sideways scrolling at 320, 390 and 1280 pixels of width.",
                ),
                (
                    "Le balisage de l'annexe PDF : titre, langue, ordre de lecture, tableaux.",
                    "The tagging of the PDF annex: title, language, reading order, tables.",
                ),
            ],
        ),
    ),
    Section(
        "limites",
        ("Ce qui n'a pas été vérifié", "What has not been checked"),
        (
            [
                (
                    "L'usage avec des lecteurs d'écran (NVDA, JAWS, VoiceOver) n'a pas été essayé.",
                    "Use with screen readers (NVDA, JAWS, VoiceOver) has not been tried.",
                ),
                (
                    "Les textes et documents fournis par les organisateurs ne sont pas contrôlés un à un.",
                    "Texts and documents supplied by organisers are not checked one by one.",
                ),
                (
                    "Les descriptions de l'interface de programmation ne sont rédigées qu'en anglais.",
                    "The descriptions of the programming interface are written in English only.",
                ),
            ],
        ),
    ),
    Section(
        "contact",
        ("Signaler une difficulté", "Reporting a difficulty"),
        (
            (
                (
                    "Si une page ou un document vous résiste, écrivez-nous pour obtenir le contenu sous une autre "
                    "forme : {contact}. Indiquez l'adresse de la page et la difficulté rencontrée."
                ),
                (
                    "If a page or a document defeats you, write to us to get the content in another form: {contact}. "
                    "Give the address of the page and the difficulty you met."
                ),
            ),
        ),
    ),
    Section(
        "recours",
        ("Voies de recours", "Enforcement"),
        (
            (
                (
                    "Si vous n'obtenez pas de réponse satisfaisante, vous pouvez saisir le Défenseur des droits : par "
                    "son formulaire en ligne, auprès de son délégué dans votre région, ou par courrier gratuit, sans "
                    "timbre, à Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07."
                ),
                (
                    "If you do not get a satisfactory answer, you may refer the matter to the French Defender of "
                    "Rights: through its online form, through its delegate in your region, or by free post, no stamp "
                    "needed, to Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07."
                ),
            ),
        ),
    ),
)
