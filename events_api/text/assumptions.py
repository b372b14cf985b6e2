"""The words of the pages about assumptions, entries and assessments, in French and in English."""

from typing import Final

ASSUMPTIONS: Final[dict[str, tuple[str, str]]] = {
    # Assumption sets
    "sets.title": ("Hypothèses", "Assumptions"),
    "sets.lead": (
        (
            "Ce que le modèle d'impact suppose, version par version. Une version publiée ne change jamais : "
            "une autre hypothèse fait une autre version."
        ),
        (
            "What the impact model assumes, version by version. A published version never changes: "
            "another assumption makes another version."
        ),
    ),
    "sets.one": ("Version", "Version"),
    "sets.number": ("version {number}", "version {number}"),
    "sets.version": ("Version {number} – {name}", "Version {number} – {name}"),
    "sets.reason": ("Motif", "Reason"),
    "sets.based_on": ("Copiée de", "Copied from"),
    "sets.author": ("Auteur", "Author"),
    "sets.published": ("Publiée le", "Published on"),
    "sets.shipped": ("livrée avec l'application", "shipped with the application"),
    "sets.you": ("vous", "you"),
    "sets.somebody": ("une personne habilitée", "an authorised person"),
    "sets.copy": ("Copier et modifier", "Copy and change"),
    "sets.copy_of": ("Copie de la version {number}", "Copy of version {number}"),
    "sets.copy.lead": (
        (
            "La copie de la version {number} sera publiée comme nouvelle version. Les évaluations déjà faites restent "
            "ce qu'elles sont."
        ),
        (
            "The copy of version {number} will be published as a new version. Assessments that were made stay "
            "what they are."
        ),
    ),
    "sets.choose": ("Ce qui change", "What changes"),
    "sets.choose.text": (
        "Cochez les hypothèses à modifier. Ce qui est déjà écrit dans le formulaire ci-dessus n'est pas repris.",
        "Tick the assumptions to change. What is written in the form above already is not taken over.",
    ),
    "sets.choose.button": ("Modifier celles-ci", "Change these"),
    "sets.publish": ("Publier cette version", "Publish this version"),
    "sets.stands": (
        "Version {number} : {low} – {mode} – {high} ({unit})",
        "Version {number}: {low} – {mode} – {high} ({unit})",
    ),
    "sets.csv": ("Télécharger en CSV", "Download as CSV"),
    "sets.json": ("Lire en JSON", "Read as JSON"),
    "sets.changes": ("Ce qui diffère de la version {number}", "What differs from version {number}"),
    "sets.parameter": ("Hypothèse", "Assumption"),
    "sets.parameter.many": ("Paramètres", "Parameters"),
    "sets.profile": ("Profil", "Profile"),
    "sets.profile.many": (
        "Profils d'événements : part du public venue d'ailleurs",
        "Profiles of events: share of the public from outside",
    ),
    "sets.factor": ("Mode de transport", "Mode of transport"),
    "sets.factor.many": ("Facteurs d'émission", "Emission factors"),
    "sets.what": ("Quoi", "What"),
    "sets.before": ("Avant", "Before"),
    "sets.now": ("Maintenant", "Now"),
    "sets.unit": ("Unité", "Unit"),
    "sets.low": ("Bas", "Low"),
    "sets.mode": ("Mode", "Mode"),
    "sets.high": ("Haut", "High"),
    "sets.value": ("Valeur", "Value"),
    "sets.year": ("Année", "Year"),
    "sets.status": ("Statut", "Status"),
    "sets.sources": ("Source", "Source"),
    "sets.document": ("Document", "Document"),
    "sets.note": ("Remarque", "Remark"),
    "sets.kappa": ("Les deux profils de κ", "The two profiles of κ"),
    "sets.kappa.text": (
        (
            "κ est la part de l'argent local du budget qui serait partie du territoire de toute façon. "
            "Le choix de κ change plus le résultat qu'aucune dépense : les deux profils sont toujours montrés."
        ),
        (
            "κ is the part of the local money of the budget that would have left the territory anyway. "
            "The choice of κ moves the result more than any spending: both profiles are always shown."
        ),
    ),
    "sets.kappa.strict": ("Profil strict", "Strict profile"),
    "sets.kappa.extended": ("Profil étendu", "Extended profile"),
    "done.set_published": ("La nouvelle version est publiée.", "The new version is published."),
    "field.set_name": ("Nom de la version", "Name of the version"),
    "field.change_reason": ("Motif du changement", "Reason of the change"),
    "field.lowest": ("Valeur basse", "Low value"),
    "field.likely": ("Valeur la plus probable", "Most likely value"),
    "field.highest": ("Valeur haute", "High value"),
    "field.impact_status": ("Statut", "Status"),
    "field.source_lines": ("Sources", "Sources"),
    "hint.source_lines": ("Une par ligne.", "One a line."),
    "field.price_year": ("Année des prix", "Year of the prices"),
    "field.backing": ("Document à l'appui", "Document that backs it"),
    "hint.backing": (
        "Exigé pour un multiplicateur au-delà de 1,5 : son titre et sa page.",
        "Needed for a multiplier above 1.5: its title and page.",
    ),
    "field.remark": ("Remarque", "Remark"),
    "field.factor_value": ("Kilogrammes de CO₂e par kilomètre", "Kilograms of CO₂e per kilometre"),
    # What is entered for an edition
    "entry.title": ("Saisie pour l'impact", "Entry for the impact"),
    "entry.figure": (
        "Fréquentation retenue sans rien saisir : {n} ({quantity}), {grade}. Source : {source}",
        "Attendance that counts without an entry: {n} ({quantity}), {grade}. Source: {source}",
    ),
    "entry.no_figure": (
        "Aucune fréquentation n'est encore connue pour cette édition : saisissez-la.",
        "No attendance of this edition is known yet: enter it.",
    ),
    "entry.levels": ("Trois niveaux de saisie", "Three levels of entry"),
    "entry.level": ("Niveau", "Level"),
    "entry.needs": ("Ce qu'il demande", "What it needs"),
    "entry.gives": ("Ce qu'il donne", "What it gives"),
    "entry.level.express": (
        "Un premier ordre de grandeur : le reste vient du profil et des hypothèses.",
        "A first order of magnitude: the rest comes from the profile and the assumptions.",
    ),
    "entry.level.standard": (
        "Le budget ligne par ligne et l'origine des billets remplacent le profil.",
        "The budget line by line and the origin of the tickets take the place of the profile.",
    ),
    "entry.level.complete": (
        "Une enquête, les fournisseurs et les hébergements remplacent les parts estimées.",
        "A survey, the suppliers and the beds take the place of the judged shares.",
    ),
    "entry.form": ("Formulaire – niveau {level}", "Form – level {level}"),
    "entry.from_version": (
        "Les réponses sont reprises de la version {number} de la saisie.",
        "The answers are taken over from version {number} of the entry.",
    ),
    "entry.filled": ("Repris de ce qui est déjà connu, à vérifier", "Taken from what is known already, to be checked"),
    "entry.answer": ("Réponse", "Answer"),
    "entry.from_subsidy": (
        "Subvention décidée « {title} », délibération {deliberation}",
        "Granted subsidy “{title}”, deliberation {deliberation}",
    ),
    "entry.from_plan": (
        "Plan de financement, ligne « {label} » ({status})",
        "Funding plan, line “{label}” ({status})",
    ),
    "entry.optional": ("Facultatif", "Optional"),
    "entry.optional.text": (
        "Ce qui est donné ici remplace une hypothèse et resserre l'intervalle.",
        "What is given here takes the place of an assumption and narrows the interval.",
    ),
    "entry.stands": ("Ventes des stands", "Sales of stands"),
    "entry.mobility_kept": (
        "Les trajets du public saisis par l'interface de programmation sont conservés.",
        "The journeys of the public that were entered through the programming interface are kept.",
    ),
    "entry.keep": ("Enregistrer cette saisie", "Keep this entry"),
    "entry.versions": ("Versions de la saisie", "Versions of the entry"),
    "entry.what": ("Contenu", "Content"),
    "entry.at": ("Saisie le", "Entered on"),
    "entry.attendances_of": ("{n} entrées-jour, niveau {grade}", "{n} attendances, grade {grade}"),
    "entry.budget_of": ("budget de {amount}", "budget of {amount}"),
    "entry.missing": ("Ce niveau demande encore : {part}.", "This level still needs: {part}."),
    "entry.together": ("Ces réponses vont ensemble : complétez celle-ci.", "These answers go together: give this one."),
    "entry.too_many": ("{n} lignes au plus : regroupez-les.", "{n} lines at most: put some together."),
    "entry.line_twice": (
        "Cette ligne est déjà là : additionnez les montants.",
        "This line is there already: add the amounts up.",
    ),
    "entry.line_unreadable": (
        "Donnez à la ligne un nom qui commence par une lettre, de 60 caractères au plus.",
        "Give the line a name that begins with a letter, of 60 characters at most.",
    ),
    "done.entry_kept": ("La saisie est enregistrée.", "The entry is kept."),
    "field.impact_territory": ("Territoire", "Territory"),
    "hint.impact_territory": (
        "Celui dont on mesure le gain : public, fournisseurs et financeurs de ce territoire ne sont pas d'ailleurs.",
        "The one whose gain is measured: visitors, suppliers and funders of this territory are not from outside.",
    ),
    "field.raw_attendances": ("Entrées-jour", "Attendances"),
    "hint.raw_attendances": (
        "Laissez vide pour retenir le chiffre le mieux prouvé, s'il y en a un.",
        "Leave empty to take the figure with the best evidence, where there is one.",
    ),
    "field.interval_low": ("Intervalle à 95 %, borne basse", "95% interval, lower bound"),
    "field.interval_high": ("Intervalle à 95 %, borne haute", "95% interval, upper bound"),
    "field.impact_profile": ("Profil de l'événement", "Profile of the event"),
    "hint.impact_profile": (
        "Dit quelle part du public vient d'ailleurs, faute de la mesurer.",
        "Says which share of the public comes from outside, for want of a measurement.",
    ),
    "field.paid_nights": ("Nuits par séjour en hébergement payant", "Nights per stay in paid beds"),
    "hint.paid_nights": ("Une moyenne, 2,5 par exemple.", "A mean, such as 2.5."),
    "field.budget_total": ("Budget total (euros)", "Total budget (euros)"),
    "field.metropole_support": ("Dont subvention de la Métropole (euros)", "Of this, subsidy of the métropole (euros)"),
    "field.income_lines": ("Produits, ligne par ligne", "Income, line by line"),
    "hint.income_lines": (
        "En euros. Les lignes sans montant sont ignorées. Pour un autre financeur public : « Subvention » et son nom.",
        "In euros. Lines without an amount are left out. For another public funder: “Subsidy” and its name.",
    ),
    "field.expense_lines": ("Charges, ligne par ligne", "Expense, line by line"),
    "hint.expense_lines": (
        (
            "En euros, autant que de produits. La part locale, de 0 à 1, est ce qui est dépensé dans le territoire ; "
            "vide, elle vient des hypothèses."
        ),
        (
            "In euros, as much as the income. The local share, from 0 to 1, is what is spent in the territory; "
            "left empty, it comes from the assumptions."
        ),
    ),
    "field.kind_lines": ("Aides en nature", "Support in kind"),
    "hint.kind_lines": (
        "Ce qu'un financeur public a donné sans payer, en euros. Les lignes sans montant sont ignorées.",
        "What a public funder gave without paying, in euros. Lines without an amount are left out.",
    ),
    "field.purchases": ("Achats par code postal des fournisseurs", "Purchases by postcode of the suppliers"),
    "hint.purchases": (
        (
            "Remplace la part locale estimée d'une charge pour ce que les factures couvrent. "
            "Ni nom ni numéro de fournisseur."
        ),
        (
            "Takes the place of the judged local share of an expense, as far as the invoices go. "
            "No name or number of a supplier."
        ),
    ),
    "field.budget_line": ("Ligne", "Line"),
    "field.amount": ("Montant (euros)", "Amount (euros)"),
    "field.local_share": ("Part locale", "Local share"),
    "field.funder": ("Financeur", "Funder"),
    "field.supplier_postcode": ("Code postal, ou pays en deux lettres", "Postcode, or country in two letters"),
    "field.tickets_known": ("Billets dont l'origine est connue", "Tickets of known origin"),
    "field.tickets_outside": ("Dont hors du territoire", "Of these, from outside the territory"),
    "field.survey_D": ("Part des visiteurs à la journée", "Share of same-day visitors"),
    "field.survey_C": ("Part en hébergement payant", "Share in paid beds"),
    "field.survey_N": ("Part en hébergement gratuit", "Share in unpaid beds"),
    "field.survey_P": ("Part des professionnels et accrédités", "Share of professionals and accredited people"),
    "field.interviews": ("Nombre efficace d'entretiens", "Effective number of interviews"),
    "hint.interviews": ("Donné par la méthode d'enquête.", "Given by the method of the survey."),
    "field.days_low": ("Jours de présence par visiteur, au plus bas", "Days attended per visitor, lowest"),
    "field.days_likely": ("Jours de présence, le plus probable", "Days attended, most likely"),
    "field.days_high": ("Jours de présence, au plus haut", "Days attended, highest"),
    "field.hotel_base": ("Nuitées vendues sans l'événement", "Nights sold without the event"),
    "field.hotel_capacity": ("Nuitées que les hébergements peuvent vendre", "Nights that beds can sell"),
    "field.stands_local": (
        "Ventes des stands locaux à ceux qui viennent d'ailleurs (euros)",
        "Sales of local stands to those from outside (euros)",
    ),
    "field.stands_outside": (
        "Ventes des stands extérieurs aux résidents (euros)",
        "Sales of outside stands to residents (euros)",
    ),
    "field.entry_reason": ("Motif de cette version", "Reason of this version"),
    # Assumptions of an edition
    "overrides.title": ("Hypothèses propres à l'édition", "Assumptions of the edition"),
    "overrides.lead": (
        "Une hypothèse mesurée à cette édition prend la place de celle du jeu publié, avec son document et son motif.",
        (
            "An assumption that was measured at this edition takes the place of the published one, with its document "
            "and its reason."
        ),
    ),
    "overrides.standing": ("Hypothèses en vigueur", "Assumptions that stand"),
    "overrides.retired": ("Hypothèses retirées ou remplacées", "Assumptions withdrawn or replaced"),
    "overrides.stated": ("Posée par", "Set by"),
    "overrides.withdrawn": ("Retirée par", "Withdrawn by"),
    "overrides.withdraw": ("Retirer", "Withdraw"),
    "overrides.put": ("Poser une hypothèse", "Set an assumption"),
    "overrides.put.button": ("Poser cette hypothèse", "Set this assumption"),
    "overrides.parameter.hint": (
        "Avec les valeurs de la version {number}. Celle qui est déjà posée est remplacée.",
        "The values shown are those of version {number}. One that is set already is replaced.",
    ),
    "overrides.choice": ("{words} : {low} – {mode} – {high}", "{words}: {low} – {mode} – {high}"),
    "overrides.upload": ("Fichier du document", "File of the document"),
    "overrides.upload.hint": (
        "PDF, image, fichier bureautique ou texte, de 20 Mo au plus. Sans noms de personnes.",
        "PDF, image, file of an office suite or text, of 20 MB at most. Without names of people.",
    ),
    "field.document_name": ("Document d'où elle vient", "Document that it comes from"),
    "hint.document_name": ("Son titre, sa date, la page.", "Its title, its date, the page."),
    "field.override_reason": ("Motif", "Reason"),
    "done.override_kept": ("L'hypothèse est posée.", "The assumption is set."),
    "done.override_withdrawn": (
        "L'hypothèse est retirée : celle du jeu publié compte de nouveau.",
        "The assumption is withdrawn: that of the published set counts again.",
    ),
    # Assessments
    "asked.title": ("Évaluations de l'édition", "Assessments of the edition"),
    "asked.list": ("Toutes les évaluations", "All assessments"),
    "asked.one": ("Évaluation", "Assessment"),
    "asked.number": ("Évaluation {number}", "Assessment {number}"),
    "asked.ask": ("Demander une évaluation", "Ask for an assessment"),
    "asked.ask.text": (
        "Elle fige la saisie, la fréquentation et les hypothèses d'aujourd'hui, puis se calcule en arrière-plan.",
        "It freezes the entry, the attendance and the assumptions of today, and is then computed in the background.",
    ),
    "asked.set.hint": ("La dernière version, sauf raison contraire.", "The latest version, unless there is a reason."),
    "field.asked_territory": ("Territoire", "Territory"),
    "hint.asked_territory": (
        "L'évaluation prend la dernière saisie faite pour ce territoire.",
        "The assessment takes the latest entry that was made for this territory.",
    ),
    "asked.button": ("Demander", "Ask"),
    "asked.nothing_entered": (
        "Rien n'est encore saisi pour cette édition.",
        "Nothing is entered for this edition yet.",
    ),
    "asked.on": ("Repose sur", "Stands on"),
    "asked.stands": (
        "saisie {entry} ({level}), hypothèses version {set}",
        "entry {entry} ({level}), assumptions version {set}",
    ),
    "asked.by": ("Demandée par", "Asked for by"),
    "asked.stale": ("périmée", "out of date"),
    "asked.job": ("Voir le travail", "See the job"),
    "asked.state.waiting": ("En attente", "Waiting"),
    "asked.state.computed": ("Calculée", "Computed"),
    "asked.state.refused": ("Refusée par le modèle", "Refused by the model"),
    "asked.state.failed": ("Échec du calcul", "Computing failed"),
    "done.assessment_asked": (
        "L'évaluation est demandée : elle apparaît ci-dessous et se calcule.",
        "The assessment was asked for: it stands below and is being computed.",
    ),
}
