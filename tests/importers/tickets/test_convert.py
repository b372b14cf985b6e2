"""A file to its draft: facts with pseudonyms, the same by the fast way and line by line, in bounded memory."""

import datetime as dt
import hashlib
import io
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_api.domain.files import FileEmpty
from events_api.domain.tickets.facts import IN, OUT, SCAN, TICKET, UNTIMED, pseudonym
from events_api.domain.tickets.files import (
    Converted,
    LabelsTooMany,
    TicketFileNotRecognised,
    TicketFormatDoesNotFit,
    TicketFormatUnknown,
)
from events_api.domain.tickets.profiles import Profile
from events_api.importers.tickets import convert as module
from events_api.importers.tickets import draft as drafting
from events_api.importers.tickets.convert import convert, guess
from events_api.importers.tickets.frames import Task
from events_api.store.drafts import Draft

KEY = bytes(range(32))
HEADER = "ticket_code,scanned_at,direction,gate,device,result,session,category,postcode,country,quantity\n"


def pieces(content: bytes, size: int = 4096) -> Iterator[bytes]:
    return (content[begin : begin + size] for begin in range(0, len(content), size))


def converted(root: Path, content: bytes | str, size: int = 4096, **more: Any) -> Converted:
    content = content.encode() if isinstance(content, str) else content
    token = hashlib.sha256(os.urandom(8)).hexdigest()
    return convert(Task(key=KEY, zone="Europe/Paris", files=str(root), token=token, **more), pieces(content, size))


def facts(root: Path, made: Converted, kind: Any = "scan") -> list[tuple[Any, ...]]:
    """Line, code and the rest of every fact, labels spelt out, in the order of the lines."""
    if made.draft_sha256 is None:
        return []
    name = made.draft_sha256.hex()
    draft = Draft.open(root / name[:2] / name[2:])
    found = []
    for part in draft.parts():
        if part[0] == kind:
            rows, lines = draft.read(part)
            found += [(int(line), *_spelt(row, draft.head.labels)) for row, line in zip(rows, lines, strict=True)]
    return sorted(found)


def _spelt(row: Any, labels: Any) -> Iterator[Any]:
    values = dict(zip(row.dtype.names, row.item(), strict=True))
    yield values.pop("high").to_bytes(8, "big") + values.pop("low").to_bytes(8, "big")
    for name, value in values.items():
        yield (labels[name][value - 1] if value else None) if name in labels else value


def refusals(root: Path, made: Converted) -> list[tuple[int, str, str | None]]:
    if made.refusals_sha256 is None:
        return []
    name = made.refusals_sha256.hex()
    lines = (root / name[:2] / name[2:]).read_bytes().splitlines()
    return [(line["line"], line["code"], line["column"]) for line in map(json.loads, lines)]


def code(text: str) -> bytes:
    return pseudonym(KEY, text)


def at(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp()) * 1_000_000


def test_scans_become_facts(tmp_path: Path) -> None:
    content = (
        HEADER
        + "A,2026-07-03T18:00:05+02:00,in,Nord,d1,accepted,Samedi,Pass,13001,,1\n"
        + " A ,2026-07-03 16:00:06Z,out,Nord,d1,duplicate,,Pass,1000,FR,4\n"
        + "B,2026-07-03T18:00:07,,,,,,,,BE,\n"
    )

    made = converted(tmp_path, content)

    assert facts(tmp_path, made) == [
        (2, code("A"), at("2026-07-03T16:00:05Z"), "Nord", "Samedi", "Pass", "FR-13001", "d1", 1, IN, 0),
        (3, code("A"), at("2026-07-03T16:00:06Z"), "Nord", None, "Pass", "FR-01000", "d1", 4, OUT, 1),
        (4, code("B"), at("2026-07-03T16:00:07Z"), None, None, None, "BE", None, 1, IN, 0),
    ]
    assert {note.code: note.lines for note in made.preview.notes} == {"times-local": 1, "lines-of-groups": 1}
    assert (made.sha256, made.size, made.lines_read) == (hashlib.sha256(content.encode()).digest(), len(content), 3)
    assert [path for path in tmp_path.rglob("*") if path.name.startswith(".")] == []


def test_tickets_become_facts_of_the_same_pseudonyms(tmp_path: Path) -> None:
    made = converted(
        tmp_path,
        "ticket_code,status,channel,category,price,quantity,holder,postcode,country,session,valid_from,valid_until\n"
        "A,issued,paid,Pass,\"12,50\",2,Jeanne@Example.org,13001,FR,Samedi,2026-07-03,2026-07-05\n"
        "B,refunded,,,,,jeanne@example.org,,,,,\n",
    )  # fmt: skip

    holder = code("jeanne@example.org")
    halves = int.from_bytes(holder[:8], "big"), int.from_bytes(holder[8:], "big")
    first, last = ((dt.date(2026, 7, day) - dt.date(1970, 1, 1)).days for day in (3, 5))
    assert facts(tmp_path, made, "ticket") == [
        (2, code("A"), *halves, 1250, first, last, "Pass", "FR-13001", "Samedi", 2, 1, 0),
        (3, code("B"), *halves, -1, 0, 0, None, None, None, 1, 0, 2),
    ]


def test_objects_with_our_names_are_scans_and_tickets(tmp_path: Path) -> None:
    lines = [
        {"ticket_code": "A", "status": "issued", "price": 12.5, "quantity": 2},
        {"ticket_code": "A", "scanned_at": "2026-07-03T18:00:05+02:00", "gate": "Nord", "name": "Jeanne"},
        {"ticket_code": 17, "scanned_at": "2026-07-03T18:00:05+02:00"},
    ]
    written = "\n".join(map(json.dumps, lines))

    made = converted(tmp_path, written)

    assert facts(tmp_path, made) == [
        (2, code("A"), at("2026-07-03T16:00:05Z"), "Nord", None, None, None, None, 1, IN, 0),
        (3, code("17"), at("2026-07-03T16:00:05Z"), None, None, None, None, None, 1, IN, 0),
    ]
    assert facts(tmp_path, made, "ticket")[0][:5] == (1, code("A"), 0, 0, 1250)
    assert {use.column: use.field for use in made.preview.columns}["name"] is None


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        (",2026-07-03T18:00:05Z,in,,,,,,,,", ("line-code-missing", "ticket_code")),
        ("A,,in,,,,,,,,", ("line-time", "scanned_at")),
        ("A,2026-07-03,in,,,,,,,,", ("line-time", "scanned_at")),
        ("A,2026-03-29T02:30:00,in,,,,,,,,", ("line-time-never-was", "scanned_at")),
        ("A,1026-07-03T18:00:05Z,in,,,,,,,,", ("line-time-far-away", "scanned_at")),
        ("A,2026-07-03T18:00:05Z,inside,,,,,,,,", ("line-word", "direction")),
        ("A,2026-07-03T18:00:05Z,in,,,ok,,,,,", ("line-word", "result")),
        ("A,2026-07-03T18:00:05Z,in,,,,,,,Belgique,", ("line-country", "country")),
        ("A,2026-07-03T18:00:05Z,in,,,,,,,,0", ("line-quantity", "quantity")),
        ("A,2026-07-03T18:00:05Z,in,,,,,,,,20000", ("line-quantity", "quantity")),
        ("A,2026-07-03T18:00:05Z,in,EntrÃ©e,,,,,,,", ("line-mojibake", "gate")),
        ("A,2026-07-03T18:00:05Z,in", ("line-width", None)),
    ],
)
@pytest.mark.parametrize("before", [0, 100], ids=["slow", "fast"])
def test_a_value_that_is_not_as_documented_refuses_its_line(
    tmp_path: Path, cells: str, refusal: tuple[str, str | None], before: int
) -> None:
    good = "B,2026-07-03T18:00:05Z,in,Nord,,,,,,,\n"

    made = converted(tmp_path, HEADER + good * before + cells + "\n" + good)

    assert refusals(tmp_path, made) == [(before + 2, *refusal)]
    assert (made.lines_read, made.lines_refused) == (before + 2, 1)
    assert [line for line, *_ in facts(tmp_path, made)] == [*range(2, before + 2), before + 3]


CELL = {
    "code": st.sampled_from(["A1", "A2", " A1", "é-3", "x" * 20, "", "'=1", '"q,r"', '"a\nb"']),
    "at": st.sampled_from(
        ["2026-07-03T18:00:05+02:00", "2026-07-03T16:00:05Z", "2026-07-03 16:00:05.25Z", "2026-07-03T18:00:05",
         "2026-10-25T02:30:00", "2026-03-29T02:30:00", "2026-07-03T18:00", "2026-07-03", "2026-07-03T00:00:00", "", "x"]
    ),
    "direction": st.sampled_from(["in", "out", "", "IN", "up"]),
    "gate": st.sampled_from(["Nord", " Nord", "Sud", "", "Zone é", "a@b.fr", "06 12 34 56 78", "EntrÃ©e"]),
    "quantity": st.sampled_from(["", "1", "3", "0", "x", "03"]),
    "place": st.sampled_from(["13001,", "1000,FR", ",BE", ",", "13001,be"]),
}  # fmt: skip


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("mixed", [False, True])
def test_the_fast_way_tells_the_autumn_hours_apart_as_the_slow_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, falling: bool, mixed: bool
) -> None:
    chance = random.Random(5)  # noqa: S311  the same file each time
    instants = [dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC) + dt.timedelta(seconds=20 * rank) for rank in range(1200)]
    local = [f"{(at + dt.timedelta(hours=2 if at.hour in (22, 23, 0) else 1)):%Y-%m-%dT%H:%M:%S}" for at in instants]
    if falling:
        local.reverse()
    if mixed:
        local[200:240] = chance.sample(local[200:240], 40)
    rows = [f"T{rank},{at},in,{chance.choice('NS')},d{chance.randrange(3)}\n" for rank, at in enumerate(local)]
    content = "ticket_code,scanned_at,direction,gate,device\n" + "".join(rows)
    monkeypatch.setattr("events_api.importers.tickets.text.BLOCK", 2000)
    fast = converted(tmp_path, content, 500)
    monkeypatch.setattr(module, "NAME", "no fast way")

    slow = converted(tmp_path, content, 500)

    assert facts(tmp_path, fast) == facts(tmp_path, slow)
    assert [note.lines for note in fast.preview.notes] == [note.lines for note in slow.preview.notes]
    if not mixed:
        found = [at for _, _, at, *_ in sorted(facts(tmp_path, fast))]
        assert found == sorted(found, reverse=falling)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # the tests have threads, a reader none
@settings(max_examples=60)
@given(
    st.lists(st.tuples(*CELL.values()), max_size=25),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 300),
)
def test_the_fast_way_gives_what_line_by_line_gives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], encoding: str, end: str, size: int
) -> None:
    root = tmp_path_factory.mktemp("drafts")
    usual = ["B,2026-07-03T18:00:05+02:00,in,Nord,1,13001,"] * 60
    odd = [",".join(row) for row in rows]
    lines = ["ticket_code,scanned_at,direction,gate,quantity,postcode,country", *usual, *odd, *usual]
    content = (end.join(lines) + end).encode(encoding, "replace")
    outcomes = []
    ways = (
        ("canonical", 700, 10**6),
        ("canonical", 700, 0),
        ("canonical", 10**6, 10**6),
        ("no fast way", 10**6, 10**6),
    )
    for name, block, alone in ways:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "NAME", name)
            patch.setattr("events_api.importers.tickets.text.BLOCK", block)
            patch.setattr("events_api.importers.tickets.ahead.ALONE", alone)
            made = converted(root, content, size)
        notes = [(note.code, note.lines) for note in made.preview.notes]
        outcomes.append((facts(root, made), refusals(root, made), made.lines_read, notes, made.preview.shown))

    assert outcomes[:-1] == outcomes[-1:] * 3


def test_what_does_not_fit_in_memory_is_written_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(3)  # noqa: S311  the same file each time
    lines = [
        f"T{chance.randrange(500)},2026-07-03T18:{chance.randrange(60):02d}:05Z,in,{chance.choice('NS')},,,,,,,\n"
        for _ in range(5000)
    ]
    content = HEADER + "".join(lines)
    held = facts(tmp_path, converted(tmp_path, content))
    monkeypatch.setattr(drafting, "HELD", 3000)

    spilt = facts(tmp_path, converted(tmp_path, content))

    assert spilt == held
    assert len(held) == 5000
    assert list(tmp_path.glob(".*")) == []


def test_the_layout_of_the_facts_is_the_one_that_is_packed() -> None:
    assert (SCAN.itemsize, TICKET.itemsize) == (drafting.SCAN_PARTS.size, drafting.TICKET_PARTS.size)
    assert np.iinfo(np.int64).min == UNTIMED


def test_names_of_places_lose_addresses_and_telephones(tmp_path: Path) -> None:
    made = converted(
        tmp_path,
        HEADER
        + "A,2026-07-03T18:00:05Z,in,Porte de jeanne@example.org,,,,06 12 34 56 78,,,\n"
        + "A,2026-07-03T18:00:06Z,in,  Porte   2026-07-03 ,,,,Pass 3 jours 12,,,\n",
    )

    assert [(row[3], row[5]) for row in facts(tmp_path, made)] == [
        ("Porte de […]", "[…]"),
        ("Porte 2026-07-03", "Pass 3 jours 12"),
    ]


def test_a_column_of_a_thousand_names_is_not_one_of_gates(tmp_path: Path) -> None:
    rows = "".join(f"A,2026-07-03T18:00:05Z,in,Porte {chr(97 + rank % 26)}{rank},,,,,,,\n" for rank in range(6000))

    with pytest.raises(LabelsTooMany):
        converted(tmp_path, HEADER + rows)

    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("content", "more", "refusal"),
    [
        (b"", {}, FileEmpty),
        (b"fruit;couleur\npomme;rouge\n", {}, TicketFileNotRecognised),
        (HEADER.encode(), {"format": "none"}, TicketFormatUnknown),
        (HEADER.encode(), {"format": "pretix-checkinlog"}, TicketFormatDoesNotFit),
        (HEADER.encode(), {"profile": Profile(code="Badge", at="Heure")}, TicketFormatDoesNotFit),
    ],
)
def test_what_nobody_understands_is_said(
    tmp_path: Path, content: bytes, more: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        converted(tmp_path, content, **more)

    assert list(tmp_path.rglob("*")) == []


def test_a_guess_shows_no_value(tmp_path: Path) -> None:
    task = Task(key=KEY, zone="Europe/Paris", files=str(tmp_path), token="t", guess=True)

    found = guess(task, pieces(b"Nom;Courriel;Passage;Porte\nDurand;j@example.org;13/07/2026 18:00;Nord\n" * 3))

    assert [(column.column, column.kind, column.shapes) for column in found.columns] == [
        ("Nom", "person", ["aaaaaa", "aaa"]),
        ("Courriel", "e-mail", ["[…]", "aaaaaaaa"]),
        ("Passage", "date", ["00/00/0000 00:00", "aaaaaaa"]),
        ("Porte", "text", ["aaaa", "aaaaa"]),
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)


JSON_TEXT = st.text(st.characters(), max_size=8)  # all of Unicode, halves of pairs and NUL too


@settings(max_examples=150)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["gate", "category", "result", "scanned_at", "quantity", "\x00", "\ud800x", "a@b.fr"]),
            JSON_TEXT | st.sampled_from(["2026-07-03T18:00:05Z", "accepted"]) | st.none() | st.integers(),
        ),
        max_size=5,
    )
)
def test_any_text_can_be_answered_and_kept(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]]
) -> None:
    first = {"ticket_code": "A", "scanned_at": "2026-07-03T18:00:05Z"}

    written = json.dumps([first, *({"ticket_code": "B"} | each for each in objects)])
    root = tmp_path_factory.mktemp("drafts")
    made = converted(root, written)
    task = Task(key=KEY, zone="Europe/Paris", files=str(root), token="t", guess=True)

    assert "\0" not in "".join(_texts(msgspec.json.decode(msgspec.json.encode(made))))
    assert "\0" not in "".join(_texts(msgspec.json.decode(msgspec.json.encode(guess(task, [written.encode()])))))
    assert made.lines_read == len(objects) + 1


def test_names_of_columns_are_bounded_and_stay_different(tmp_path: Path) -> None:
    task = Task(key=KEY, zone="Europe/Paris", files=str(tmp_path), token="t", guess=True)

    found = guess(task, [(f"{'Catégorie ' * 30};" * 3 + "Badge\nA1;B2;C3;D4\n").encode()])

    assert len({column.column for column in found.columns}) == 4
    assert max(len(column.column) for column in found.columns) <= 200


@pytest.mark.parametrize("before", [0, 5000])
def test_codes_that_a_spreadsheet_made_numbers_are_refused(tmp_path: Path, before: int) -> None:
    lines = [f"A-{number},2026-07-03T18:00:05+02:00\n" for number in range(before)]
    lines += ["1.23E+12,2026-07-03T18:00:05+02:00\n", "E+5,2026-07-03T18:00:05+02:00\n"]

    made = converted(tmp_path, "ticket_code,scanned_at\n" + "".join(lines))

    assert (made.lines_read, made.lines_refused) == (before + 2, 1)
    assert refusals(tmp_path, made) == [(before + 2, "ticket-code-scientific", "ticket_code")]


@pytest.mark.parametrize("before", [0, 5000])
def test_scans_of_another_year_are_noted(tmp_path: Path, before: int) -> None:
    days = ["2026-07-03"] * before + ["2025-07-03", "2026-07-01", "2026-07-02", "2026-07-06", "2026-07-07"]
    lines = [f"A-{number},{day}T18:00:05+02:00\n" for number, day in enumerate(days)]
    festival = {"first_day": dt.date(2026, 7, 3), "last_day": dt.date(2026, 7, 5)}

    made = converted(tmp_path, "ticket_code,scanned_at\n" + "".join(lines), **festival)

    assert [(note.code, note.lines) for note in made.preview.notes] == [("scans-elsewhen", 3)]


def test_a_second_sheet_of_scans_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Vendredi"
    for sheet in (book.active, book.create_sheet("Samedi"), book.create_sheet("Lisez-moi")):
        sheet.append(["Notes"] if sheet.title == "Lisez-moi" else ["ticket_code", "scanned_at"])
        sheet.append(["A-1", "2026-07-03T18:00:05+02:00"])
    content = io.BytesIO()
    book.save(content)

    made = converted(tmp_path, content.getvalue())

    assert (made.lines_read, [(note.code, note.lines) for note in made.preview.notes]) == (
        1,
        [("file-sheets-unread", 1)],
    )
