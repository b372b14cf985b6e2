"""The programme file of the roadmap (JSON): what it states, as records; every piece of it is kept or refused."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from importlib.resources import files
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from events_api.domain.attendance import EditionFigure, FigureConflict, ProgrammeFigure
from events_api.domain.imports import FileUnreadable, Piece, Ref, Refusal, Statement
from events_api.domain.programme import Edition, Event, Family, Organisation, Place, RoadmapAction
from events_api.domain.records import Entity
from events_api.domain.subsidies import Subsidy
from events_api.importers.redaction import redacted
from events_api.text.formats import decimal, french, money, primary_key

SYSTEM = "roadmap-2024"
PROFILE = "programme/1"
LARGEST_BYTES = 10_000_000
ROADMAP = "001_246b7bc9db3a0a1b.txt"
METROPOLE = "Métropole Aix-Marseille-Provence"
SAME_ORGANISATION = {"Métropole": METROPOLE}
SIRETS = {METROPOLE: "20005480700017"}
NOTES_FR: dict[str, str] = msgspec.json.decode(
    (files("events_api.importers") / "data" / "notes_fr.json").read_bytes(), type=dict[str, str]
)
"""The notes of the programme file are in English; what the public reads is in both languages."""
FAMILY_NAMES_EN = {
    "cinema_audiovisuel": "Cinema & audiovisual",
    "jeux_video_esport": "Video games & e-sport",
    "livre": "Books",
    "arts_visuels": "Visual arts & art of living",
    "musique_spectacle_vivant": "Music & performing arts",
    "mode_creation": "Fashion & design",
}
NOTED = re.compile(
    r"(?P<value>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+) (?P<unit>tournament participants|players|communes|libraries|m²)"
)
PARTICIPANTS = {"tournament participants", "players"}
T = TypeVar("T")


class Programme(Struct, frozen=True, kw_only=True):
    """What the file states, in an order in which every reference points backwards, and all its pieces."""

    statements: tuple[Statement, ...]
    pieces: tuple[Piece, ...]
    refused: dict[str, Refusal]


def parse(content: bytes, communes: Mapping[str, str], file_name: str) -> Programme:
    """Read the file; `communes` gives the INSEE code by the primary key of the name. Raises FileUnreadable."""
    try:
        document = msgspec.json.decode(content)
    except msgspec.MsgspecError as error:
        raise FileUnreadable(reason=str(error)) from None
    if not isinstance(document, dict) or not isinstance(document.get("events"), list):
        raise FileUnreadable(reason="events")
    reading = _Reading(communes, file_name)
    reading.document(_Node(reading, document, ""))
    found = tuple(pieces(document))
    kept = {path for statement in reading.statements for path in statement.paths}
    refused = dict(reading.refused)
    for piece in found:
        if piece.path not in kept and piece.path not in refused:
            code = "import-describes-the-file" if piece.path == "about" else "import-key-unknown"
            refused[piece.path] = Refusal(code=code)
    return Programme(statements=tuple(reading.statements), pieces=found, refused=refused)


def pieces(value: Any, path: str = "") -> Iterator[Piece]:
    """Walk a decoded document in its order: every scalar and every empty list, with its path."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from pieces(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for rank, item in enumerate(value):
            yield from pieces(item, f"{path}[{rank}]")
    else:
        yield Piece(path=path, text=redacted(msgspec.json.encode(value).decode()))


def listed(text: str) -> list[str]:
    """Split a printed list of organisations: « A et B », « A, B, C »; a name is left whole.

    Every part of a list begins with a capital: « Centre culturel et social » is one name.
    """
    parts = re.split(r", | et |, et ", text)
    return parts if all(part[:1].isupper() for part in parts) else [text]


def slug_of(text: str) -> str:
    """A name as it serves in an identifier; one without a letter or digit is known by its hash."""
    return primary_key(text).replace(" ", "-")[:150] or hashlib.sha256(text.encode()).hexdigest()[:16]


class _Node:
    """An object of the file: where it stands, and which of its pieces a statement keeps."""

    def __init__(self, reading: "_Reading", value: dict[str, Any], path: str) -> None:
        self.reading = reading
        self.value = value
        self.path = path
        self.kept: list[str] = []

    def at(self, key: str) -> str:
        """The path of one of its keys."""
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str, kind: type[T]) -> T | None:
        """A scalar, kept from now on; None where it is absent or of another type."""
        value = self.value.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or isinstance(value, bool):
            self.reading.refuse(self.at(key), "import-wrong-type")
            return None
        self.kept.append(self.at(key))
        return value

    def whole(self, key: str, kind: type[T]) -> T | None:
        """A list or an object; None where it is absent or of another type."""
        value = self.value.get(key)
        if value is None:
            return None
        if not isinstance(value, kind):
            self.reading.refuse(self.at(key), "import-wrong-type")
            return None
        if not value:
            self.kept.append(self.at(key))
        return value

    def items(self, key: str, kind: type[T]) -> Iterator[tuple[T, str]]:
        """The items of a list that have a type, with their paths."""
        for rank, item in enumerate(self.whole(key, list) or []):
            path = f"{self.at(key)}[{rank}]"
            if isinstance(item, kind) and not isinstance(item, bool):
                yield item, path
            else:
                self.reading.refuse(path, "import-wrong-type")

    def nodes(self, key: str) -> "Iterator[_Node]":
        """The objects of a list."""
        for value, path in self.items(key, dict):
            yield _Node(self.reading, value, path)

    def node(self, key: str) -> "_Node":
        """An object; an empty one where it is absent."""
        return _Node(self.reading, self.whole(key, dict) or {}, self.at(key))


class _Reading:
    """One pass over the file."""

    def __init__(self, communes: Mapping[str, str], file_name: str) -> None:
        self.communes = communes
        self.file_name = file_name
        self.statements: list[Statement] = []
        self.refused: dict[str, Refusal] = {}
        self.known: dict[tuple[type[Entity], str], Ref] = {}

    def refuse(self, path: str, code: str, **params: object) -> None:
        """Remember why a piece is not kept."""
        self.refused[path] = Refusal(code=code, params=params)

    def state(self, kind: type[Entity], external_id: str, paths: Sequence[str], **values: Any) -> Ref:
        """Add a statement; what the file does not say is left out."""
        given = {name: value for name, value in values.items() if value is not None}
        self.statements.append(Statement(kind=kind, external_id=external_id, values=given, paths=tuple(paths)))
        return self.known.setdefault((kind, external_id), Ref(kind, external_id))

    def document(self, root: _Node) -> None:
        """Read everything."""
        labels = root.node("family_labels_fr")
        for rank, (slug, path) in enumerate(root.items("families", str)):
            name = labels.take(slug, str)
            self.state(
                Family,
                slug,
                [path, *labels.kept[-1:]] if name else [path],
                slug=slug,
                name_fr=name or slug,
                name_en=FAMILY_NAMES_EN.get(slug, name or slug),
                position=rank + 1,
            )
        actions = root.node("roadmap_actions")
        for code in sorted(actions.value):
            name = actions.take(code, str)
            if name is not None:
                self.state(RoadmapAction, code, [actions.at(code)], code=code, name_fr=name)
        for event in root.nodes("events"):
            self.event(event)
        self.presence(root.node("outside_territory_presence"))
        for line in root.nodes("support_lines"):
            self.support(line)
        for year in root.nodes("film_shoots"):
            self.film_shoots(year)

    def organisation(self, name: str, path: str) -> Ref:
        """The organisation of a printed name, stated once."""
        name = SAME_ORGANISATION.get(name, name)
        slug = slug_of(name)
        siret = SIRETS.get(name)
        return self.known.get((Organisation, slug)) or self.state(
            Organisation,
            slug,
            [path],
            name=name,
            identifier_kind="siret" if siret else "unknown",
            siret=siret,
            legal_form="public_body" if siret else None,
        )

    def organisations(self, event: _Node, key: str) -> list[Ref]:
        """The organisations of a list, or of a text that is one."""
        if isinstance(event.value.get(key), str):
            text, path = event.take(key, str) or "", event.at(key)
            return list(dict.fromkeys(self.organisation(name, path) for name in listed(text)))
        found = []
        for name, path in event.items(key, str):
            event.kept.append(path)
            found.append(self.organisation(name, path))
        return list(dict.fromkeys(found))

    def commune(self, event: _Node) -> str | None:
        """The INSEE code of a commune of the territory, by its name."""
        name = event.take("commune", str)
        insee = None if name is None else self.communes.get(primary_key(name))
        if name is not None and insee is None:
            event.kept.remove(event.at("commune"))
            self.refuse(event.at("commune"), "import-commune-unknown", name=name)
        return insee

    def referred(self, kind: type[Entity], event: _Node, key: str) -> Ref | None:
        """A record that the file has stated under this identifier."""
        name = event.take(key, str)
        found = self.known.get((kind, name)) if name is not None else None
        if name is not None and found is None:
            event.kept.remove(event.at(key))
            self.refuse(event.at(key), "import-reference-unknown", name=name)
        return found

    def event(self, node: _Node) -> None:
        """An event with its organisations, places, editions and their figures."""
        slug, name = node.take("slug", str), node.take("name", str)
        if slug is None or name is None:
            for piece in pieces(node.value, node.path):
                self.refuse(piece.path, "import-event-without-name")
            return
        action = self.referred(RoadmapAction, node, "roadmap_action")
        insee = self.commune(node)
        note = node.take("note", str)
        values = {
            "slug": slug,
            "name": name,
            "as_printed": node.take("as_printed", str),
            "family_id": self.referred(Family, node, "family"),
            "sub_sector": node.take("sub_sector", str),
            "audience": node.take("audience", str),
            "commune_insee": insee,
            "organiser_ids": self.organisations(node, "organiser"),
            "partner_ids": self.organisations(node, "partners"),
            "funder_ids": self.organisations(node, "funders"),
            "roadmap_action_ids": [action] if action else [],
            "organisers_as_printed": node.take("organiser", str),
            "source_document": node.take("source", str) or ROADMAP,
            "note": note,
            "description_fr": NOTES_FR.get(note or ""),
            "description_en": note,
        }
        places = [self.place(text, path, insee) for text, path in node.items("venues", str)]
        venues = [path for _, path in node.items("venues", str)]
        editions = list(node.nodes("editions"))
        event = self.state(Event, slug, list(dict.fromkeys(node.kept)), **values)
        seen: set[str] = set()
        for edition in editions:
            self.edition(edition, event, places, venues, seen)
        if not editions:
            for path in venues:
                self.refuse(path, "import-place-without-edition")

    def place(self, name: str, path: str, insee: str | None) -> Ref:
        """The place of a printed name, stated once."""
        slug = slug_of(name)
        return self.known.get((Place, slug)) or self.state(Place, slug, [path], name=name, commune_insee=insee)

    def edition(self, node: _Node, event: Ref, places: list[Ref], venues: list[str], seen: set[str]) -> None:
        """An edition, and a figure for each number printed about it."""
        year = node.take("year", int)
        if year is None:
            for piece in pieces(node.value, node.path):
                self.refuse(piece.path, "import-edition-without-year")
            return
        external_id = f"{event.external_id}-{year}"
        if external_id in seen:
            external_id = f"{external_id}-{sum(one.startswith(external_id) for one in seen) + 1}"
        seen.add(external_id)
        start, text = self.date(node, "start"), node.take("date_text", str)
        end = self.date(node, "end")
        note = node.take("note", str)
        number = node.take("number", int)
        guest = node.take("guest_of_honour", str)
        edition = self.state(
            Edition,
            external_id,
            [*node.kept, *venues],
            event_id=event,
            year=year,
            number=number,
            date_precision="exact" if start and end else "text" if text else "year",
            starts_on=start,
            ends_on=end,
            date_text_fr=text,
            guest_of_honour=guest,
            note=note,
            summary_fr=NOTES_FR.get(note or ""),
            summary_en=note,
            place_ids=places,
        )
        self.attendance(node.node("attendance"), edition)
        for quantity in ("speakers", "authors", "exhibitors", "participants"):
            value = node.take(quantity, int)
            if value is not None:
                self.figure(edition, quantity, node.at(quantity), [node.at(quantity)], value=value, unit=quantity)
        for rank, found in enumerate(NOTED.finditer(note or ""), start=1):
            self.figure(
                edition,
                "participants" if found["unit"] in PARTICIPANTS else "other",
                node.at("note"),
                [node.at("note")],
                rank=rank,
                value=int(found["value"].replace(",", "")),
                unit=found["unit"],
                as_printed=found[0],
            )

    def date(self, node: _Node, key: str) -> str | None:
        """A day as it is written, if it is one."""
        text = node.take(key, str)
        if text is None:
            return None
        try:
            dt.date.fromisoformat(text)
        except ValueError:
            node.kept.remove(node.at(key))
            self.refuse(node.at(key), "import-date-unreadable", text=text[:40])
            return None
        return text

    def attendance(self, node: _Node, edition: Ref) -> None:
        """The printed attendance: never without its grade."""
        value, unit, grade = node.take("value", int), node.take("unit", str), node.take("grade", str)
        if not node.value:
            return
        if value is None or unit is None or grade is None:
            for piece in pieces(node.value, node.path):
                self.refuse(piece.path, "import-attendance-incomplete")
            return
        self.figure(edition, "attendance_as_printed", node.path, node.kept, value=value, unit=unit, grade=grade)

    def figure(
        self, edition: Ref, quantity: str, where: str, paths: Sequence[str], *, rank: int | None = None, **values: Any
    ) -> None:
        """A figure of an edition with its place in the file."""
        suffix = "" if rank is None else f"-{rank}"
        self.state(
            EditionFigure,
            f"{edition.external_id}-{quantity}{suffix}",
            paths,
            edition_id=edition,
            quantity=quantity,
            source_kind="document",
            source_document=self.file_name,
            source_field=where,
            **values,
        )

    def programme_figure(
        self, subject: str, quantity: str, where: str, paths: Sequence[str], *, year: int | None, **values: Any
    ) -> Ref:
        """A figure outside any one edition with its place in the file."""
        return self.state(
            ProgrammeFigure,
            f"{slug_of(subject)}-{year or 'no-year'}-{quantity}"[:200],
            paths,
            subject=subject,
            year=year,
            quantity=quantity,
            source_document=self.file_name,
            source_field=where,
            **{"source_kind": "document"} | values,
        )

    def presence(self, node: _Node) -> None:
        """Where the territory shows itself elsewhere: one figure each, of value 1."""
        action = self.referred(RoadmapAction, node, "roadmap_action")
        for name, path in node.items("events", str):
            self.programme_figure(
                name,
                "outside_presence",
                path,
                [path, *node.kept],
                year=None,
                value=1,
                unit="presence",
                as_printed=name,
                territory_code="world",
                note=None if action is None else f"roadmap_action {action.external_id}",
            )

    def film_shoots(self, node: _Node) -> None:
        """The declared film shoots of a year."""
        year = node.take("year", int)
        for key, unit in (("productions", "productions"), ("shooting_days", "days"), ("declared_spend_eur", "EUR")):
            value = node.take(key, int)
            if value is not None:
                self.programme_figure(
                    "film_shoots", key, node.at(key), [node.at(key), *node.kept[:1]], year=year,
                    value=value, unit=unit, grade="E" if key == "declared_spend_eur" else None,
                )  # fmt: skip

    def support(self, node: _Node) -> None:
        """A line of support: a subsidy where its organisation and budget years are said, else figures."""
        beneficiary = node.take("beneficiary", str)
        amount = node.take("amount_eur", int)
        if beneficiary is None or amount is None:
            for piece in pieces(node.value, node.path):
                self.refuse(piece.path, "import-support-incomplete")
            return
        organisation = self.beneficiary(beneficiary, node.at("beneficiary"))
        years = [(value, path) for value, path in node.items("years", int)]
        if organisation is None or not (years or isinstance(node.value.get("year"), int)):
            self.support_figures(node, beneficiary, amount, organisation)
            return
        year, status = node.take("year", int), node.take("status", str)
        node.kept += [path for _, path in years]
        waiting = status == "pending"
        self.state(
            Subsidy,
            slug_of(beneficiary),
            node.kept,
            organisation_id=organisation,
            title=beneficiary,
            state="requested" if waiting else "decided",
            requested_cents=amount * 100 if waiting else None,
            granted_cents=None if waiting else amount * 100,
            years=[{"year": one} for one in sorted({*([year] if year else []), *(value for value, _ in years)})],
            printed_status=status,
            source_document=f"{self.file_name}#{node.path}",
        )

    def beneficiary(self, printed: str, path: str) -> Ref | None:
        """The organisation that a printed beneficiary names: « What (ACRONYM) », « What – Who » or a plain name.

        What stands in parentheses and is no known organisation explains a fund, which is no legal person.
        """
        inside = re.fullmatch(r"(.+?) \((.+)\)", printed)
        if inside is None:
            return self.organisation(printed.partition(" – ")[2] or printed, path)
        name = slug_of(inside[2])
        named = [
            ref
            for (kind, slug), ref in self.known.items()
            if kind is Organisation and (slug == name or slug.startswith(f"{name}-"))
        ]
        return named[0] if len(named) == 1 else None

    def support_figures(self, node: _Node, subject: str, amount: int, organisation: Ref | None) -> None:
        """Support of a fund (no legal person), or without a budget year: figures, and both ratios where they differ."""
        year, note, status = node.take("year", int), node.take("note", str), node.take("status", str)
        shared = [path for path in node.kept if path != node.at("amount_eur")]
        found: dict[str, int] = {}
        figures = {"support_amount": self.programme_figure(
            subject, "support_amount" if status is None else f"support_amount_{slug_of(status).replace('-', '_')}",
            node.at("amount_eur"), [node.at("amount_eur"), *shared], year=year, organisation_id=organisation,
            value=amount, unit="EUR", note=note, as_printed=status,
        )}  # fmt: skip
        for key, unit in (("projects", "projects"), ("declared_spend_eur", "EUR"), ("declared_leverage", "ratio")):
            value = node.take(key, int)
            if value is not None:
                found[key] = value
                figures[key] = self.programme_figure(
                    subject, key, node.at(key), [node.at(key)], year=year, value=value, unit=unit,
                    grade=None if key == "projects" else "E", note=note if key == "declared_leverage" else None,
                )  # fmt: skip
        spend, declared = found.get("declared_spend_eur"), found.get("declared_leverage")
        if spend is None or declared is None or amount <= 0 or spend == declared * amount:
            return
        computed = round(Decimal(spend) / amount, 4)
        second = self.programme_figure(
            subject, "computed_leverage", "declared_spend_eur / amount_eur",
            [node.at("declared_spend_eur"), node.at("amount_eur")], year=year, value=float(computed), unit="ratio",
            source_kind="formula", note=f"{spend} / {amount}",
        )  # fmt: skip
        self.state(
            FigureConflict,
            f"{slug_of(subject)}-{year or 'no-year'}-leverage",
            [node.at("declared_leverage")],
            first_id=figures["declared_leverage"],
            second_id=second,
            **_explained(subject, declared, computed, spend, amount),
        )


def _explained(subject: str, declared: int, computed: Decimal, spend: int, amount: int) -> dict[str, str]:
    """Why two ratios cannot both be right, in both languages."""
    ratio = computed.normalize() if computed != computed.to_integral() else computed.to_integral()
    return {
        "explanation_fr": french(
            f"{subject} : le document annonce un effet de levier de {declared}, mais ses propres montants"
            f" ({money(spend * 100, 'fr', whole=True)} dépensés pour {money(amount * 100, 'fr', whole=True)} d'aide)"
            f" donnent {decimal(ratio, 'fr', places=0 if ratio == ratio.to_integral() else 2)}."
            " Les deux chiffres sont conservés ; les périmètres sont à demander."
        ),
        "explanation_en": (
            f"{subject}: the document announces a leverage of {declared}, yet its own amounts"
            f" ({money(spend * 100, 'en', whole=True)} spent for {money(amount * 100, 'en', whole=True)} of aid)"
            f" give {decimal(ratio, 'en', places=0 if ratio == ratio.to_integral() else 2)}."
            " Both figures are kept; what each covers has to be asked."
        ),
    }
