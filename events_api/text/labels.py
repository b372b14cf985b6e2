"""Short labels of the values people see: one French and one English text for each value of each closed list."""

from typing import Final

LABELS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "role": {
        "anonymous": ("Public", "Public"),
        "organiser": ("Organisateur", "Organiser"),
        "gate": ("Contrôle d'accès", "Gate"),
        "officer": ("Chargé de subventions", "Subsidy officer"),
        "communication": ("Communication", "Communication"),
        "elected": ("Élu", "Elected member"),
        "auditor": ("Auditeur", "Auditor"),
        "administrator": ("Administrateur", "Administrator"),
    },
    "event_status": {
        "scheduled": ("Programmé", "Scheduled"),
        "rescheduled": ("Déplacé à une autre date", "Rescheduled"),
        "moved_online": ("Passé en ligne", "Moved online"),
        "postponed": ("Reporté", "Postponed"),
        "full": ("Complet", "Full"),
        "cancelled": ("Annulé", "Cancelled"),
    },
    "editorial_state": {
        "draft": ("Brouillon", "Draft"),
        "to_review": ("À relire", "To review"),
        "ready": ("Prêt", "Ready"),
        "published": ("Publié", "Published"),
        "refused": ("Refusé", "Refused"),
    },
    "grade": {
        "A": ("A : scanné", "A: scanned"),
        "B": ("B : billetterie", "B: ticketed"),
        "C": ("C : compté", "C: counted"),
        "D": ("D : densité ou mobile", "D: density or mobile"),
        "E": ("E : déclaré", "E: declared"),
        "F": ("F : prévu", "F: forecast"),
    },
    "grade_meaning": {
        "A": ("Journal du contrôle d'accès", "Access control log"),
        "B": (
            "Billets émis, non scannés : les absents ne sont pas connus",
            "Tickets issued, not scanned: no-shows unknown",
        ),
        "C": ("Capteurs, échantillon aux entrées ou pointage", "Sensors, gate sampling or tally"),
        "D": (
            "Grille de densité, photographie aérienne ou données d'opérateur mobile",
            "Density grid, aerial photograph or mobile operator data",
        ),
        "E": ("Déclaration de l'organisateur ou presse", "Statement of the organiser, or press"),
        "F": ("Fréquentation attendue", "Expected attendance"),
    },
    "quantity": {
        "as_printed": ("Telle qu'imprimée", "As printed"),
        "tickets_issued": ("Billets émis", "Tickets issued"),
        "entries": ("Passages", "Entries"),
        "attendances": ("Entrées-jour", "Attendances"),
        "unique_visitors": ("Visiteurs uniques", "Unique visitors"),
        "reentries": ("Ré-entrées", "Re-entries"),
        "no_show": ("Billets non présentés", "No-shows"),
        "no_show_rate": ("Taux d'absence", "No-show rate"),
        "peak_occupancy": ("Pic de présence", "Peak occupancy"),
        "days_per_visitor": ("Jours par visiteur", "Days per visitor"),
    },
    "quantity_meaning": {
        "as_printed": (
            "Nombre repris d'un document qui ne dit pas ce qu'il compte",
            "Number taken from a document that does not say what it counts",
        ),
        "tickets_issued": (
            "Billets payants, invitations, accréditations et forfaits, moins les annulés",
            "Paid, complimentary, accredited and pass tickets, minus the cancelled ones",
        ),
        "entries": (
            "Lectures valides à l'entrée, ré-entrées comprises",
            "Valid readings at the way in, re-entries included",
        ),
        "attendances": (
            "Couples distincts de billet et de jour avec au moins une entrée valide",
            "Distinct pairs of ticket and day with at least one valid entry",
        ),
        "unique_visitors": (
            "Personnes distinctes sur toute l'édition : un forfait de trois jours compte une fois",
            "Distinct people over the whole edition: a three-day pass counts once",
        ),
        "reentries": ("Passages moins entrées-jour", "Entries minus attendances"),
        "no_show": ("Billets émis qu'aucune lecture n'a vus", "Tickets issued that no reading has seen"),
        "no_show_rate": (
            "Part des billets émis qui n'ont pas été présentés",
            "Share of the tickets issued that were not presented",
        ),
        "peak_occupancy": (
            "Plus grand nombre de personnes présentes en même temps",
            "Largest number of people inside at the same time",
        ),
        "days_per_visitor": ("Entrées-jour par visiteur unique", "Attendances per unique visitor"),
    },
    "report_state": {
        "draft": ("Brouillon", "Draft"),
        "submitted": ("Déposé", "Submitted"),
        "returned": ("À corriger", "Returned"),
        "validated": ("Validé", "Validated"),
    },
    "subsidy_state": {
        "requested": ("Demandée", "Requested"),
        "instructed": ("Instruite", "Instructed"),
        "decided": ("Délibérée", "Decided"),
        "agreement": ("Conventionnée", "Under agreement"),
        "payments": ("En paiement", "In payment"),
        "financial_report": ("Compte rendu financier attendu", "Financial report due"),
        "closed": ("Close", "Closed"),
        "refused": ("Refusée", "Refused"),
        "withdrawn": ("Retirée", "Withdrawn"),
    },
    "job_state": {
        "waiting": ("En attente", "Waiting"),
        "ready": ("Prêt", "Ready"),
        "running": ("En cours", "Running"),
        "done": ("Terminé", "Done"),
        "failed": ("En échec, sera repris", "Failed, will be tried again"),
        "dead": ("Abandonné après plusieurs essais", "Given up after several tries"),
    },
    "annex_state": {
        "draft": ("Projet", "Draft"),
        "frozen": ("Figée", "Frozen"),
    },
    "audience": {
        "public": ("Grand public", "General public"),
        "professional": ("Professionnels", "Professionals"),
        "mixed": ("Grand public et professionnels", "Public and professionals"),
    },
    "family": {
        "cinema_audiovisuel": ("Cinéma & audiovisuel", "Film & television"),
        "jeux_video_esport": ("Jeux vidéo", "Video games"),
        "livre": ("Édition", "Books"),
        "arts_visuels": ("Arts visuels & art de vivre", "Visual arts & art of living"),
        "musique_spectacle_vivant": ("Musique & spectacle vivant", "Music & performing arts"),
        "mode_creation": ("Mode & création", "Fashion & design"),
    },
}
