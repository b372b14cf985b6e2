"""The national list of festivals (CSV): a line at a time, each one a candidate of the territory or refused."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from msgspec import Struct

from events_api.domain.imports import FileUnreadable, Refusal
from events_api.importers.redaction import ADDRESS, redacted
from events_api.text.formats import primary_key

PROFILE: Final = "festivals/1"
DELIMITERS: Final = (";", ",", "\t", "|")
LONGEST_LINE: Final = 100_000
LINES_BEFORE_HEADER: Final = 20
LINES_IN_A_FIELD: Final = 10
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
NAME, INSEE, IDENTIFIER = "Nom du festival", "Code Insee commune", "Identifiant"
COMMUNE, POSTCODE = "Commune principale de déroulement", "Code postal (de la commune principale de déroulement)"
DISCIPLINE, PERIOD = "Discipline dominante", "Période principale de déroulement du festival"
CREATED, WEBSITE, PLACE = "Année de création du festival", "Site internet du festival", "Géocodage xy"
SUB_DISCIPLINES: Final = (
    "Sous-catégorie spectacle vivant", "Sous-catégorie musique", "Sous-catégorie Musique CNM",
    "Sous-catégorie cinéma et audiovisuel", "Sous-catégorie arts visuels et arts numériques",
    "Sous-catégorie livre et littérature",
)  # fmt: skip
REQUIRED: Final = (NAME, INSEE, IDENTIFIER)
TWICE_DECODED: Final = re.compile("[ÃÂ][\u0080-¿‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
PLACE_PAIR: Final = re.compile(r"\s*(-?[0-9]{1,2}(?:\.[0-9]+)?)\s*,\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*")


class Festival(Struct, frozen=True, kw_only=True):
    """What a line states of a festival of the territory."""

    source_id: str
    name: str
    insee: str
    printed_commune: str | None
    postcode: str | None
    discipline: str | None
    sub_discipline: str | None
    period: str | None
    created_year: int | None
    website: str | None
    longitude: float | None
    latitude: float | None


class Read(Struct, frozen=True, kw_only=True):
    """One line of the file, its text without e-mail addresses, and what it states or why it is refused."""

    number: int
    text: str
    found: Festival | Refusal


class Territory(Struct, frozen=True, kw_only=True):
    """The communes that count, by INSEE code, and the codes that stand for one of them."""

    communes: frozenset[str]
    aliases: Mapping[str, str]


def read(stream: BinaryIO, territory: Territory) -> Iterator[Read]:
    """Read a list line by line; raises FileUnreadable where no line names the columns."""
    lines = _lines(stream)
    header, skipped = None, []
    for number, text in lines:
        header = _header(text)
        if header is not None:
            break
        skipped.append(Read(number=number, text=redacted(text), found=Refusal(code="festival-before-header")))
        if len(skipped) > LINES_BEFORE_HEADER:
            break
    if header is None:
        raise FileUnreadable(reason=f"{', '.join(REQUIRED)} ?")
    yield from skipped
    seen: dict[str, int] = {}
    for number, text, cells in _records(lines, header):
        found = _festival(cells, header, territory)
        if isinstance(found, Festival):
            first = seen.setdefault(found.source_id, number)
            if first != number:
                found = Refusal(code="festival-twice", field=IDENTIFIER, params={"line": str(first)})
        yield Read(number=number, text=redacted(text), found=found)


class _Header(Struct, frozen=True):
    delimiter: str
    columns: dict[str, int]
    width: int
    keys: tuple[str, ...]


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """The physical lines with their numbers, each decoded by itself: a file may mix encodings."""
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        if number == 1 and raw.startswith(UTF16):
            raise FileUnreadable(reason="UTF-16")
        if b"\x00" in raw:
            raise FileUnreadable(reason="NUL")
        if not raw.endswith(b"\n") and len(raw) >= LONGEST_LINE:
            raise FileUnreadable(reason=f"> {LONGEST_LINE}")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
        yield number, (text.lstrip(BOM) if number == 1 else text).rstrip("\r\n")


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def _header(text: str) -> _Header | None:
    """The columns that a line names, with whatever delimiter names the required ones."""
    for delimiter in DELIMITERS:
        keys = tuple(primary_key(cell) for cell in _cells(text, delimiter))
        if all(primary_key(name) in keys for name in REQUIRED):
            return _Header(delimiter, {key: rank for rank, key in reversed(list(enumerate(keys)))}, len(keys), keys)
    return None


def _records(lines: Iterator[tuple[int, str]], header: _Header) -> Iterator[tuple[int, str, list[str]]]:
    """One record a line; a quoted line break joins lines, a quote that never closes costs only its own line."""
    waiting: deque[tuple[int, str]] = deque()
    while True:
        if not waiting:
            following = next(lines, None)
            if following is None:
                return
            waiting.append(following)
        number, text = waiting.popleft()
        cells = _cells(text, header.delimiter)
        if text.count('"') % 2:
            joined = text
            for used in range(1, LINES_IN_A_FIELD):
                if len(waiting) < used:
                    following = next(lines, None)
                    if following is None:
                        break
                    waiting.append(following)
                joined = f"{joined}\n{waiting[used - 1][1]}"
                whole = _joined(joined, header.delimiter)
                if joined.count('"') % 2 == 0 and len(whole) == header.width:
                    text, cells = joined, whole
                    for _ in range(used):
                        waiting.popleft()
                    break
        yield number, text, cells


def _joined(text: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader(text.split("\n"), delimiter=delimiter))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []


def _festival(cells: list[str], header: _Header, territory: Territory) -> Festival | Refusal:
    """What a record states, or the first reason why it cannot be kept."""

    def cell(name: str) -> str | None:
        rank = header.columns.get(primary_key(name))
        text = "" if rank is None else " ".join(redacted(cells[rank]).split())
        return text[:300] or None

    refusal = _misshapen(cells, header)
    if refusal is not None:
        return refusal
    identifier, name = cell(IDENTIFIER), cell(NAME)
    if identifier is None or len(identifier) > 120:
        return Refusal(code="festival-identifier-missing", field=IDENTIFIER)
    if name is None:
        return Refusal(code="festival-name-missing", field=NAME)
    if "\N{REPLACEMENT CHARACTER}" in name or TWICE_DECODED.search(name):
        return Refusal(code="festival-text-damaged", field=NAME)
    insee = _insee(cell(INSEE) or "", territory)
    if isinstance(insee, Refusal):
        return insee
    longitude, latitude = _place(cell(PLACE))
    website_rank = header.columns.get(primary_key(WEBSITE))
    website = None if website_rank is not None and ADDRESS.search(cells[website_rank]) else cell(WEBSITE)
    return Festival(
        source_id=identifier,
        name=name,
        insee=insee,
        printed_commune=cell(COMMUNE),
        postcode=cell(POSTCODE),
        discipline=cell(DISCIPLINE),
        sub_discipline=", ".join(text for column in SUB_DISCIPLINES if (text := cell(column))) or None,
        period=cell(PERIOD),
        created_year=_year(cell(CREATED)),
        website=website,
        longitude=longitude,
        latitude=latitude,
    )


def _misshapen(cells: list[str], header: _Header) -> Refusal | None:
    if not any(cell.strip() for cell in cells):
        return Refusal(code="festival-line-empty")
    if len(cells) != header.width:
        return Refusal(code="festival-columns", params={"found": len(cells), "expected": header.width})
    if tuple(primary_key(cell) for cell in cells) == header.keys:
        return Refusal(code="festival-header-again")
    return None


def _insee(text: str, territory: Territory) -> str | Refusal:
    """The commune of the territory: zeros that a spreadsheet dropped or added are put right, digits are not guessed."""
    code = text.upper().replace(" ", "")
    if re.fullmatch(r"[0-9]+", code):
        code = code.lstrip("0").zfill(5)
    if not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", code):
        return Refusal(code="festival-insee-unreadable", field=INSEE, params={"text": text[:40]})
    code = territory.aliases.get(code, code)
    if code not in territory.communes:
        return Refusal(code="festival-outside-territory", field=INSEE, params={"insee": code})
    return code


def _year(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"(1[5-9]|20|21)[0-9]{2}", text) else None


def _place(text: str | None) -> tuple[float | None, float | None]:
    """Longitude and latitude of « latitude, longitude »."""
    pair = PLACE_PAIR.fullmatch(text or "")
    if pair is None:
        return None, None
    latitude, longitude = float(pair[1]), float(pair[2])
    return (longitude, latitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else (None, None)
