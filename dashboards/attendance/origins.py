"""Chart 10: where visitors come from, per thousand inhabitants and in numbers; small cells are masked."""

import math
from typing import Literal, get_args

from babel import Locale
from msgspec import Struct
from msgspec.structs import replace

from dashboards.attendance.canvas import BLUE, NARROW, ORANGE, SMALL, WIDE, Canvas, Drawing
from dashboards.attendance.departements import departement
from dashboards.attendance.facts import Count, VisitFacts
from dashboards.attendance.geography import Contour, Zone, contours, zones
from dashboards.formats import LOCALES, collation_key, counted, number, say
from dashboards.measures import Language
from dashboards.scales import text_width, wrap
from dashboards.tables import Cell, Header, Table
from events_api.read.tickets import OfLabel, Quantities
from events_api.read.tickets import masked as masked_labels
from events_api.text.formats import percent

MASK = 11
"""No cell of fewer people is shown [AMP-IMPACT/1 §3.1]."""
BARS = 9
TINTS = ("#cfe4f0", "#94c4de", "#4f9cc6", "#1f6f9f", "#0b3f5e")
Where = Literal["zone", "departement", "country", "unknown"]


class Origin(Struct, frozen=True, kw_only=True):
    """People from one place; masked when they are too few, or when their number would betray another's."""

    where: Where
    key: str
    name: str
    people: int
    population: int | None = None
    apart: int = 0
    """Those of these people whose postcode or country is masked in the quantities of the edition."""
    masked: bool = False

    @property
    def rate(self) -> float | None:
        """People per thousand inhabitants."""
        return None if self.population is None or self.masked else self.people * 1000 / self.population


def masked(cells: list[Origin]) -> list[Origin]:
    """Hide the cells under the threshold, then others until nothing that is hidden follows from what is shown: neither
    here, nor by taking the postcodes that the quantities show from the places that are shown here."""
    chosen = {cell.key for cell in cells if 0 < cell.people < MASK or 0 < cell.apart < MASK}
    others = sorted((cell for cell in cells if cell.people and cell.key not in chosen), key=lambda o: (o.people, o.key))
    while chosen and others:
        hidden = [cell for cell in cells if cell.key in chosen]
        apart = sum(cell.apart for cell in hidden)
        if 0 < apart < MASK and any(cell.apart for cell in others):
            following = next(cell for cell in others if cell.apart)
        elif len(hidden) < 2 or sum(cell.people for cell in hidden) < MASK or 0 < apart < MASK:
            following = others[0]
        else:
            break
        others.remove(following)
        chosen.add(following.key)
    return [replace(cell, masked=cell.key in chosen) for cell in cells]


def origins_of(facts: VisitFacts, language: Language) -> list[Origin]:
    """The people of each zone of the métropole, of each other département, of each country, and of nowhere known."""
    places = {code: zone for zone in zones(facts.communes) for code in zone.postcodes}
    found: dict[tuple[Where, str], Origin] = {}
    values = facts.values("origin")
    apart = _masked_labels(values)
    for name, count in values:
        people = count.unique_visitors if facts.scanned else count.tickets_issued
        if people:
            origin = _origin(name, people, places, language)
            held = found.get((origin.where, origin.key), replace(origin, people=0))
            found[origin.where, origin.key] = replace(
                held, people=held.people + people, apart=held.apart + people * (name in apart)
            )
    cells = masked(list(found.values()))
    return sorted(
        cells,
        key=lambda one: (
            one.where == "unknown",
            one.masked,
            0 if one.masked else -one.people,  # the order of masked ones would tell who are more
            collation_key(one.name),
        ),
    )


def _masked_labels(values: list[tuple[str, Count]]) -> set[str]:
    """The postcodes and countries that the quantities of the edition mask."""
    labels = [
        OfLabel(
            label=name,
            quantities=Quantities(
                tickets_issued=count.tickets_issued,
                attendances=count.attendances,
                unique_visitors=count.unique_visitors,
            ),
            days=[],
        )
        for name, count in values
    ]
    return {str(cell.origin) for cell in masked_labels(labels)[0] if cell.masked}


def _origin(label: str, people: int, places: dict[str, Zone], language: Language) -> Origin:
    if not label:
        unknown = say(language, "Origine inconnue", "Unknown origin")
        return Origin(where="unknown", key="", name=unknown, people=people)
    country, _, postcode = label.partition("-")
    if country != "FR" or not postcode:
        name = Locale.parse(LOCALES[language]).territories.get(country, country)
        return Origin(where="country", key=country, name=str(name), people=people)
    zone = places.get(postcode)
    if zone:
        return Origin(where="zone", key=zone.key, name=zone.name, people=people, population=zone.population)
    name = departement(postcode)
    return Origin(where="departement", key=name, name=name, people=people)


def origins(facts: VisitFacts, language: Language) -> Drawing | None:
    """The map of the métropole and the bars of everywhere else; None where no origin is known."""
    cells = origins_of(facts, language)
    if not any(cell.where != "unknown" for cell in cells):
        return None
    people = _people(facts, language)
    title = say(
        language,
        f"Origine des visiteurs ({people}, pour 1\u202f000 habitants et en nombre), {facts.event} {facts.year}",
        f"Origin of visitors ({people}, per 1,000 inhabitants and in numbers), {facts.event} {facts.year}",
    )
    sentence = _sentence(cells, language)
    return Drawing(
        id="origins",
        measure="origins",
        title=title,
        sentence=sentence,
        wide=_draw(cells, facts, WIDE, title, sentence, language),
        narrow=_draw(cells, facts, NARROW, title, sentence, language),
        table=_table(cells, title, sentence, people, language),
    )


def _people(facts: VisitFacts, language: Language) -> str:
    if facts.scanned:
        return say(language, "visiteurs uniques", "unique visitors")
    return say(language, "billets émis", "tickets issued")


def _tells(cells: list[Origin]) -> bool:
    """Whether the number of these people together tells that of a masked cell."""
    hidden = [cell.people for cell in cells if cell.masked]
    return bool(hidden) and (len(hidden) < 2 or sum(hidden) < MASK)


def _shares(cells: list[Origin], language: Language) -> str:
    total = sum(cell.people for cell in cells)
    known = sum(cell.people for cell in cells if cell.where != "unknown")
    inside = sum(cell.people for cell in cells if cell.where == "zone")
    abroad = sum(cell.people for cell in cells if cell.where == "country")
    return say(
        language,
        f"L’origine est connue pour {percent(known / total, 'fr')} ; parmi eux, {percent(inside / known, 'fr')} "
        f"viennent de la métropole et {percent(abroad / known, 'fr')} de l’étranger.",
        f"The origin is known of {percent(known / total, 'en')}; of these, {percent(inside / known, 'en')} come "
        f"from the métropole and {percent(abroad / known, 'en')} from abroad.",
    )


def _sentence(cells: list[Origin], language: Language) -> str:
    groups = ([cell for cell in cells if cell.where == where] for where in get_args(Where))
    parts = [] if any(_tells(group) for group in groups) else [_shares(cells, language)]
    rated = [(cell.rate, cell.name) for cell in cells if cell.rate is not None]
    if rated:
        rate, name = max(rated)
        parts.append(
            say(
                language,
                f"Rapporté à la population, {name} vient en tête ({number(rate, 'fr')} pour 1\u202f000 habitants).",
                f"By population, {name} comes first ({number(rate, 'en')} per 1,000 inhabitants).",
            )
        )
    hidden = sum(cell.masked for cell in cells)
    if hidden:
        parts.append(
            say(
                language,
                f"Les nombres de {hidden} lieux sont masqués : moins de {MASK} personnes, ou de quoi les déduire.",
                f"The numbers of {hidden} places are masked: fewer than {MASK} people, or a way to work them out.",
            )
        )
    return " ".join(parts)


def _table(cells: list[Origin], title: str, summary: str, people: str, language: Language) -> Table:
    kinds: dict[Where, str] = {
        "zone": say(language, "Métropole", "Métropole"),
        "departement": say(language, "Autre département", "Other département"),
        "country": say(language, "Étranger", "Abroad"),
        "unknown": "—",
    }
    hidden = say(language, "masqué", "masked")
    return Table(
        id="origins-table",
        caption=title,
        summary=summary,
        headers=(
            Header(label=say(language, "Origine", "Origin"), width=2),
            Header(label=say(language, "Où", "Where")),
            Header(label=people[:1].upper() + people[1:], numeric=True),
            Header(label=say(language, "Pour 1\u202f000 habitants", "Per 1,000 inhabitants"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(text=cell.name),
                Cell(text=kinds[cell.where]),
                Cell(text=hidden if cell.masked else number(cell.people, language), numeric=True, missing=cell.masked),
                Cell(
                    text=hidden if cell.masked else "—" if cell.rate is None else number(cell.rate, language),
                    numeric=True,
                    missing=cell.rate is None,
                ),
            )
            for cell in cells
        ),
    )


def classes(highest: float) -> list[float]:
    """The lower bounds of five classes of rates, each about twice the one before, the last one holding the highest."""
    steps = [factor * 10.0**power for power in range(-4, 5) for factor in (1, 2, 5)]
    below = [step for step in steps if step <= highest] or steps[:1]
    return [0.0, *below[-4:]]


def _rank(rate: float, bounds: list[float]) -> int:
    return max(rank for rank, bound in enumerate(bounds, start=1) if rate >= bound)


def _draw(cells: list[Origin], facts: VisitFacts, width: int, title: str, summary: str, language: Language) -> str:
    canvas = Canvas("origins", width, title=title, summary=summary, language=language)
    side = 300 if not canvas.narrow else 0
    shapes, height = contours(width - side - (16 if side else 0))
    hatch = canvas.hatch("masked", opacity=0.6)
    by_zone = {cell.key: cell for cell in cells if cell.where == "zone"}
    belongs = {insee: zone.key for zone in zones(facts.communes) for insee in zone.communes}
    rates = [cell.rate for cell in by_zone.values() if cell.rate is not None]
    bounds = classes(max(rates, default=0))
    for shape in shapes:
        cell = by_zone.get(belongs.get(shape.insee, ""))
        _commune(canvas, shape, cell, bounds, hatch, language)
    _circles(canvas, shapes, by_zone)
    outside = [cell for cell in cells if cell.where in ("departement", "country")]
    canvas.height = height + 8
    if side:
        _bars(canvas, outside, float(width - side), 4.0, side, language)
        canvas.height = max(canvas.height, height + 8)
    _legend(canvas, bounds, hatch, language, masked=any(cell.masked for cell in by_zone.values()))
    if not side and outside:
        _bars(canvas, outside, 0.0, canvas.height + 14, width, language)
    return canvas.render()


def _commune(
    canvas: Canvas, shape: Contour, cell: Origin | None, bounds: list[float], hatch: str, language: Language
) -> None:
    tip = shape.name
    fill, css = "none", "ground"
    if cell is not None and cell.masked:
        fill, css = hatch, ""
        tip += say(language, " : masqué", ": masked")
    elif cell is not None and cell.rate is not None:
        rank = _rank(cell.rate, bounds)
        fill, css = TINTS[rank - 1], f"heat-{rank}"
        people, rate = number(cell.people, language), number(cell.rate, language)
        tip = say(language, f"{cell.name} : {people} ({rate} ‰)", f"{cell.name}: {people} ({rate}‰)")
    canvas.path(shape.path, fill=fill, css=css, stroke="currentColor", width=0.5, opacity=0.45, tip=tip)


def _circles(canvas: Canvas, shapes: tuple[Contour, ...], by_zone: dict[str, Origin]) -> None:
    """A ring whose area is the number of people, so that a dense small commune is not taken for a crowd."""
    shown = [(shape, by_zone[shape.insee]) for shape in shapes if shape.insee in by_zone]
    shown = [(shape, cell) for shape, cell in shown if not cell.masked]
    most = max((cell.people for _, cell in shown), default=0)
    room = 26 if not canvas.narrow else 18
    for shape, cell in sorted(shown, key=lambda pair: -pair[1].people):
        radius = max(2.0, room * math.sqrt(cell.people / most))
        x, y = shape.x - radius, shape.y
        canvas.path(
            f"M{x:.1f} {y:.1f}a{radius:.1f} {radius:.1f} 0 1 0 {2 * radius:.1f} 0"
            f"a{radius:.1f} {radius:.1f} 0 1 0 {-2 * radius:.1f} 0z",
            fill=ORANGE, fill_opacity=0.12, stroke=ORANGE, width=2,
        )  # fmt: skip
    for shape, cell in sorted(shown, key=lambda pair: -pair[1].people)[:3]:
        canvas.text(
            shape.x,
            shape.y + 4,
            number(cell.people, canvas.language),
            size=SMALL,
            anchor="middle",
            bold=True,
            halo=True,
        )


def _bars(canvas: Canvas, cells: list[Origin], x: float, y: float, width: float, language: Language) -> None:
    """The other départements, then the countries, the largest of each."""
    most = max((cell.people for cell in cells if not cell.masked), default=1)
    groups: tuple[tuple[Where, str], ...] = (
        ("departement", say(language, "Autres départements", "Other départements")),
        ("country", say(language, "Étranger", "Abroad")),
    )
    for where, heading in groups:
        group = [cell for cell in cells if cell.where == where]
        shown = [cell for cell in group if not cell.masked][:BARS]
        if not group:
            continue
        canvas.text(x, y + 12, heading, bold=True)
        y += 20
        for cell in shown:
            words = number(cell.people, language)
            for line in wrap(cell.name, width - text_width(words, SMALL) - 10, SMALL)[:1]:
                canvas.text(x, y + 11, line, size=SMALL)
            canvas.text(x + width - 2, y + 11, words, size=SMALL, anchor="end")
            canvas.rect(x, y + 15, max(1.5, (width - 2) * cell.people / most), 5, fill=BLUE)
            y += 26
        rest = len(group) - len(shown)
        if rest:
            words = say(
                language,
                f"et {counted(rest, 'fr', 'autre, petit ou masqué', 'autres, petits ou masqués')}",
                f"and {counted(rest, 'en', 'other, small or masked', 'others, small or masked')}",
            )
            for line in wrap(words, width - 4, SMALL):
                canvas.text(x, y + 11, line, size=SMALL)
                y += 15
        y += 12
    canvas.height = max(canvas.height, y)


def _legend(canvas: Canvas, bounds: list[float], hatch: str, language: Language, *, masked: bool) -> None:
    canvas.height += 4
    for line in wrap(
        say(language, "Teinte : visiteurs pour 1\u202f000 habitants. Cercle : nombre de visiteurs.",
            "Tint: visitors per 1,000 inhabitants. Circle: number of visitors."),
        canvas.width - 4,
        SMALL,
    ):  # fmt: skip
        canvas.height += 15
        canvas.text(0, canvas.height, line, size=SMALL)
    entries: list[tuple[dict[str, str], str]] = []
    for rank, low in enumerate(bounds, start=1):
        high = bounds[rank] if rank < len(bounds) else None
        words = (
            say(language, f"{number(low, 'fr')} et plus", f"{number(low, 'en')} and more")
            if high is None
            else f"{number(low, language)}–{number(high, language)}"
        )
        entries.append(({"fill": TINTS[rank - 1], "css": f"heat-{rank}"}, words))
    if masked:
        entries.append(
            (
                {"fill": hatch, "stroke": "currentColor"},
                say(language, f"masqué (moins de {MASK})", f"masked (under {MASK})"),
            )
        )
    entries.append(({"stroke": "currentColor"}, say(language, "personne", "nobody")))
    canvas.legend(entries)
