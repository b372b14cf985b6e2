"""What each figure means (Measure) and how a chart is specified before anything draws it (ChartSpec)."""

from typing import Literal

from msgspec import Struct

from events_api.domain.attendance import Grade

Language = Literal["fr", "en"]
Kind = Literal["bar", "column", "stacked_bar", "line", "dot"]
Unit = Literal["count", "euro_cents", "ratio"]

GRADES: tuple[Grade, ...] = ("A", "B", "C", "D", "E", "F")
UNVERIFIED: frozenset[Grade] = frozenset(("E", "F"))


class Text(Struct, frozen=True):
    """A sentence in both languages; an empty one falls back on the other."""

    fr: str = ""
    en: str = ""

    def read(self, language: Language) -> tuple[str, Language]:
        """The words and the language they are really in."""
        asked, other = (self.fr, self.en) if language == "fr" else (self.en, self.fr)
        if asked or not other:
            return asked, language
        return other, "en" if language == "fr" else "fr"


class Measure(Struct, frozen=True, kw_only=True):
    """The definition that stands behind a figure, shown wherever the figure is."""

    id: str
    label: Text
    unit: Text
    grain: Text
    formula: Text
    source: Text
    caveat: Text


class Category(Struct, frozen=True, kw_only=True):
    """One position on the category axis."""

    key: str
    label: str


class Point(Struct, frozen=True, kw_only=True):
    """One value of a series; None means not measured, which is not zero."""

    value: int | float | None
    grade: Grade | None = None
    pending: bool = False
    note: str = ""

    @property
    def hollow(self) -> bool:
        """Drawn without fill: declared, forecast or not granted yet."""
        return self.pending or self.grade in UNVERIFIED

    @property
    def dashed(self) -> bool:
        """Drawn with a broken outline: nothing of it has happened yet."""
        return self.pending or self.grade == "F"


class Series(Struct, frozen=True, kw_only=True):
    """Points in the order of the categories."""

    id: str
    label: str
    points: tuple[Point, ...]


class ChartSpec(Struct, frozen=True, kw_only=True):
    """One chart in one language: the Plotly figure, the SVG and the table are all made from it."""

    id: str
    measure: str
    language: Language
    kind: Kind
    title: str
    territory: str
    category_axis: str
    value_axis: str
    unit: Unit
    categories: tuple[Category, ...]
    series: tuple[Series, ...]
    summary: str
    note_axis: str = ""

    def __post_init__(self) -> None:
        if not self.series or any(len(series.points) != len(self.categories) for series in self.series):
            raise ValueError(f"chart {self.id}: every series needs one point per category")

    def points(self) -> tuple[Point, ...]:
        """All points of all series."""
        return tuple(point for series in self.series for point in series.points)


MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure(
            id="attendance",
            label=Text("Fréquentation par édition", "Attendance by edition"),
            unit=Text("personnes, dans les mots de la source", "people, in the words of the source"),
            grain=Text("édition", "edition"),
            formula=Text(
                "chiffre du meilleur grade de preuve, sans correction ni conversion",
                "figure of the best evidence grade, neither corrected nor converted",
            ),
            source=Text("bilans de fréquentation et documents cités", "attendance reports and quoted documents"),
            caveat=Text(
                "les chiffres déclarés (E) et prévus (F) ne se somment pas et ne se comparent qu’avec prudence",
                "declared (E) and forecast (F) figures are never added up and compare with care only",
            ),
        ),
        Measure(
            id="attendance-total",
            label=Text("Total des entrées-jour", "Total entry-days"),
            unit=Text("entrées-jour", "entry-days"),
            grain=Text("année", "year"),
            formula=Text(
                "somme des entrées-jour de grade A à E, prévisions exclues, détaillée par grade",
                "sum of the entry-days of grades A to E, forecasts left out, with its share of each grade",
            ),
            source=Text("bilans de fréquentation", "attendance reports"),
            caveat=Text(
                "passages, visiteurs uniques et chiffres imprimés sans définition ne sont jamais additionnés",
                "entries, unique visitors and printed figures without a definition are never added",
            ),
        ),
        Measure(
            id="events-by-family",
            label=Text("Éditions par famille", "Editions by family"),
            unit=Text("éditions", "editions"),
            grain=Text("famille", "family"),
            formula=Text("nombre d’éditions de l’année", "number of editions of the year"),
            source=Text("registre des événements", "register of events"),
            caveat=Text("une édition a une seule famille", "an edition has one family only"),
        ),
        Measure(
            id="editions-by-commune",
            label=Text("Éditions par commune", "Editions by commune"),
            unit=Text("éditions", "editions"),
            grain=Text("commune", "commune"),
            formula=Text("nombre d’éditions dont la commune est connue", "number of editions whose commune is known"),
            source=Text("registre des événements", "register of events"),
            caveat=Text(
                "une édition dans plusieurs communes compte dans chacune",
                "an edition in several communes counts in each",
            ),
        ),
        Measure(
            id="editions-by-month",
            label=Text("Éditions par mois", "Editions by month"),
            unit=Text("éditions", "editions"),
            grain=Text("mois du premier jour", "month of the first day"),
            formula=Text("nombre d’éditions dont les dates sont connues", "number of editions whose dates are known"),
            source=Text("registre des événements", "register of events"),
            caveat=Text(
                "une édition sans date exacte n’est placée dans aucun mois",
                "an edition without an exact date is put in no month",
            ),
        ),
        Measure(
            id="support-by-beneficiary",
            label=Text("Soutiens par bénéficiaire et par période", "Support by beneficiary and period"),
            unit=Text("euros", "euros"),
            grain=Text("bénéficiaire et période", "beneficiary and period"),
            formula=Text("montant inscrit sur chaque ligne de soutien", "amount written on each support line"),
            source=Text("documents cités", "quoted documents"),
            caveat=Text(
                "un montant en attente n’est pas accordé ; un montant sur plusieurs années n’est pas réparti",
                "a pending amount is not granted; an amount over several years is not split",
            ),
        ),
        Measure(
            id="visits",
            label=Text("Billets, entrées-jour et visiteurs d’une édition", "Tickets, entry-days and visitors"),
            unit=Text("billets, entrées-jour, personnes", "tickets, entry-days, people"),
            grain=Text("édition, jour d’événement", "edition, event day"),
            formula=Text(
                "entrées-jour : billets distincts ayant au moins une entrée valide par jour d’événement ; visiteurs "
                "uniques : billets sans titulaire connu un par un, ceux d’un même titulaire pour le plus grand nombre "
                "utilisé un même jour",
                "entry-days: distinct tickets with at least one valid entry per event day; unique visitors: tickets "
                "without a known holder one by one, those of one holder as the most used on one day",
            ),
            source=Text("fichiers de billetterie et scans en direct", "ticketing files and live scans"),
            caveat=Text(
                "les entrées-jour se somment d’une édition à l’autre, les passages et les visiteurs uniques jamais",
                "entry-days may be added up across editions, entries and unique visitors never",
            ),
        ),
        Measure(
            id="flow",
            label=Text("Débit des entrées", "Flow of entries"),
            unit=Text("entrées par quart d’heure", "entries per quarter of an hour"),
            grain=Text("quart d’heure, porte", "quarter of an hour, gate"),
            formula=Text(
                "entrées valides datées, ré-entrées comprises", "valid entries with a time, re-entries included"
            ),
            source=Text("journal du contrôle d’accès", "access control log"),
            caveat=Text(
                "doublons et refus ne comptent pas ; un scan sans heure n’est dans aucun quart d’heure",
                "duplicates and refusals do not count; a scan without a time is in no quarter of an hour",
            ),
        ),
        Measure(
            id="occupancy",
            label=Text("Personnes présentes", "People inside"),
            unit=Text("personnes", "people"),
            grain=Text("quart d’heure, son plus haut instant", "quarter of an hour, its highest instant"),
            formula=Text(
                "entrées moins sorties ; là où les sorties manquent, entrées de la durée moyenne de présence (Little)",
                "in minus out; where exits are missing, the entries of the mean stay (Little)",
            ),
            source=Text("journal du contrôle d’accès", "access control log"),
            caveat=Text(
                "une valeur modélisée dépend de la durée supposée ; un compte négatif est ramené à zéro et signalé",
                "a modelled value depends on the stay that is assumed; a negative count is set to zero and reported",
            ),
        ),
        Measure(
            id="origins",
            label=Text("Origine des visiteurs", "Origin of visitors"),
            unit=Text("personnes, pour 1\u202f000 habitants", "people, per 1,000 inhabitants"),
            grain=Text(
                "communes de même code postal, département, pays", "communes of one postcode, département, country"
            ),
            formula=Text(
                "visiteurs uniques par code postal ou pays du billet, rapportés à la population des communes",
                "unique visitors by postcode or country of the ticket, against the population of the communes",
            ),
            source=Text("fichiers de billetterie ; populations municipales", "ticketing files; municipal populations"),
            caveat=Text(
                "l’origine est celle que le billet déclare ; aucun nombre inférieur à 11 n’est montré",
                "the origin is what the ticket states; no number under 11 is shown",
            ),
        ),
        Measure(
            id="impact",
            label=Text("Impact primaire net", "Net primary impact"),
            unit=Text("euros", "euros"),
            grain=Text("édition, territoire", "edition, territory"),
            formula=Text(
                "dépenses nouvelles nettes du public plus solde extérieur de l’organisateur, sans multiplicateur",
                "net new spending of visitors plus the external balance of the organiser, without a multiplier",
            ),
            source=Text("AMP-IMPACT/1, § 4 et 6 ; paramètres de l’évaluation", "AMP-IMPACT/1 §4, §6; its parameters"),
            caveat=Text(
                "ne vaut que pour ce territoire ; la médiane des tirages n’est pas la valeur aux modes",
                "holds for this territory alone; the median of the draws is not the value at modes",
            ),
        ),
        Measure(
            id="leverage",
            label=Text("Leviers", "Leverages"),
            unit=Text("euros par euro", "euros per euro"),
            grain=Text("édition, territoire", "edition, territory"),
            formula=Text(
                "autres financements, retombées brutes ou impact primaire net, rapportés à l’aide de la métropole",
                "other funding, gross impact or net primary impact, against the support of the métropole",
            ),
            source=Text("AMP-IMPACT/1, § 4.7", "AMP-IMPACT/1 §4.7"),
            caveat=Text(
                "aucun ne dit ce que l’aide a causé : le seuil d’additionnalité dit ce qu’il faut croire",
                "none says what the support caused: the break-even says what must be believed",
            ),
        ),
        Measure(
            id="funding",
            label=Text("Financement du budget", "Funding of the budget"),
            unit=Text("euros", "euros"),
            grain=Text("ligne de produits", "line of income"),
            formula=Text(
                "part de chaque ligne ; HHI : somme des carrés de ces parts",
                "share of each line; HHI: sum of the squares of these shares",
            ),
            source=Text("budget de l’édition", "budget of the edition"),
            caveat=Text("l’aide en nature est hors du budget et hors de l’indice", "support in kind is in neither"),
        ),
        Measure(
            id="journeys",
            label=Text("Carbone des trajets", "Carbon of the journeys"),
            unit=Text("kg de CO₂e par visiteur", "kg CO₂e per visitor"),
            grain=Text("segment de visiteurs", "segment of visitors"),
            formula=Text(
                "trajets, distance aller et retour, facteur d’émission de chaque mode",
                "journeys, distance there and back, emission factor of each mode",
            ),
            source=Text("AMP-IMPACT/1, § 4.8 ; facteurs de l’ADEME", "AMP-IMPACT/1 §4.8; factors of ADEME"),
            caveat=Text(
                "hébergement, restauration, fret et artistes ne sont pas comptés",
                "beds, food, freight and artists are not counted",
            ),
        ),
        Measure(
            id="conflict",
            label=Text("Affirmations contradictoires", "Conflicting claims"),
            unit=Text("selon l’affirmation", "depends on the claim"),
            grain=Text("affirmation", "claim"),
            formula=Text("chaque affirmation telle qu’elle est, sans arbitrage", "each claim as it is, not settled"),
            source=Text("documents cités", "quoted documents"),
            caveat=Text("la contradiction reste ouverte", "the conflict stays open"),
        ),
    )
}
