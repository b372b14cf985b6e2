"""From bytes to records: packing, encodings, delimiters, headers, physical lines; a bad line ends only itself."""

import datetime as dt
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.errors import DomainError
from events_api.domain.tickets.files import (
    ArchiveHoldsSeveral,
    FileCutShort,
    FileDamaged,
    FileExpandsTooFar,
    FileKindUnread,
    JsonMalformed,
    JsonWithoutRecords,
    LineTooLong,
    ObjectTooLong,
    TableTooWide,
    TableWithoutHeader,
)
from events_api.importers.tickets.lines import LineRefused, Record
from events_api.importers.tickets.objects import Objects
from events_api.importers.tickets.sheets import Sheets
from events_api.importers.tickets.tables import Table
from events_api.importers.tickets.text import Text
from events_api.importers.tickets.unpack import unpacked

NOISE = random.Random(7).randbytes(60_000) + b"a;b\n" * 50_000  # noqa: S311  the same noise each time
Found = list[tuple[int, Any]]


def pieces(content: bytes, size: int = 1000) -> Iterator[bytes]:
    return (content[begin : begin + size] for begin in range(0, len(content), size))


def whole(content: bytes, size: int = 1000) -> tuple[tuple[str, ...], bytes]:
    opened = unpacked(pieces(content, size))
    return opened.packed, b"".join(iter(opened.source.piece, b""))


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, target: Any = None) -> bytes:
    target = io.BytesIO() if target is None else target
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return bytes(target.getvalue())


class Pipe(io.RawIOBase):
    """What an archive is written to that cannot go back: sizes follow their entry."""

    def __init__(self) -> None:
        super().__init__()
        self.content = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.content += data
        return len(data)

    def getvalue(self) -> bytes:
        return bytes(self.content)


def table(content: bytes, size: int = 1000) -> tuple[Table, Found]:
    read = Table(Text(unpacked(pieces(content, size)).source))
    return read, [(line, shown(found)) for line, found in read.records()]


def objects(content: bytes, size: int = 1000) -> tuple[Objects, Found]:
    read = Objects(Text(unpacked(pieces(content, size)).source))
    return read, [(line, shown(found)) for line, found in read.records()]


def shown(found: Record | LineRefused) -> Any:
    if isinstance(found, LineRefused):
        return (found.code, found.params) if found.params else found.code
    return found.cells if found.value is None else found.value


# Packing


@pytest.mark.parametrize("size", [7, 1000, 10**7])
@pytest.mark.parametrize(
    ("packed", "layers", "content"),
    [
        (NOISE, (), NOISE),
        (gzip.compress(NOISE), ("gzip",), NOISE),
        (gzip.compress(NOISE) + gzip.compress(b"more") + bytes(500), ("gzip",), NOISE + b"more"),
        (zipped({"__MACOSX/._a.csv": b"junk", "dir/a.csv": NOISE}), ("zip",), NOISE),
        (zipped({"a.csv": NOISE}, zipfile.ZIP_STORED), ("zip",), NOISE),
        (zipped({"a.csv": NOISE}, target=Pipe()), ("zip",), NOISE),
        (gzip.compress(zipped({"a.csv": b"x"})), ("gzip", "zip"), b"x"),
        (b"", (), b""),
    ],
    ids=["plain", "gzip", "gzip of two members, padded", "zip", "stored zip", "streamed zip", "zip in gzip", "empty"],
)
def test_a_file_is_known_by_its_first_bytes(packed: bytes, layers: tuple[str, ...], content: bytes, size: int) -> None:
    assert whole(packed, size) == (layers, content)


def _flipped(content: bytes, at: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (gzip.compress(NOISE)[:-20], FileCutShort),
        (gzip.compress(NOISE)[:500], FileCutShort),
        (zipped({"a.csv": NOISE})[:-60_000], FileCutShort),
        (zipped({"a.csv": NOISE}, target=Pipe())[:1000], FileCutShort),
        (_flipped(zipped({"a.csv": NOISE}), 30_000), FileDamaged),
        (_flipped(gzip.compress(NOISE), 30_000), FileDamaged),
        (gzip.compress(b"a;b\n", mtime=0) + b"trailing", FileDamaged),
        (gzip.compress(bytes(200_000_000)), FileExpandsTooFar),
        (zipped({"a.csv": b"a;b\n" * 40_000_000}), FileExpandsTooFar),
        (gzip.compress(gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), mtime=0), FileKindUnread),
        (zipped({"a.csv": b"x", "b.csv": b"y"}), ArchiveHoldsSeveral),
        (zipped({}), ArchiveHoldsSeveral),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"x"}), FileKindUnread),
        (b"%PDF-1.7", FileKindUnread),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old Excel", FileKindUnread),
    ],
)
def test_a_packed_file_that_is_cut_damaged_or_swelling_is_refused(content: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        whole(content, 65536)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_are_read_or_refused(content: bytes, size: int) -> None:
    try:
        opened = unpacked(pieces(content, size))
        text = Text(opened.source)
        read = Objects(text) if text.json else Table(text)
        list(read.records())
    except DomainError:
        pass


# Tables


def test_title_lines_empty_lines_and_repeated_headers() -> None:
    content = (
        b"Export du 3 juillet\n\nCode;Heure;Nom du si\xe8ge;Nom du si\xe8ge\nx1;12,50;a;b\nx2;12,50\nx3;1;2;3;4;;\n"
        b'\n;;;\nx4;"a\nb";c;d\nx5;e;f;g;;\n'
    )

    read, found = table(content)

    assert (read.delimiter, read.columns, read.text.encoding, read.titles, read.empty) == (
        ";",
        ("Code", "Heure", "Nom du siège", "Nom du siège (2)"),
        "cp1252",
        2,
        2,
    )
    assert found == [
        (4, {"Code": "x1", "Heure": "12,50", "Nom du siège": "a", "Nom du siège (2)": "b"}),
        (5, ("line-width", {"expected": 4, "found": 2})),
        (6, ("line-width", {"expected": 4, "found": 5})),
        (9, {"Code": "x4", "Heure": "a\nb", "Nom du siège": "c", "Nom du siège (2)": "d"}),
        (11, {"Code": "x5", "Heure": "e", "Nom du siège": "f", "Nom du siège (2)": "g"}),
    ]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Zone,Né\né,1\nœ,2\n".encode(), "utf-8"),
        ("Zone,Né\né,1\nœ,2\n".encode("utf-8-sig"), "utf-8"),
        ("Zone,Né\né,1\nœ,2\n".encode("cp1252"), "cp1252"),
        ("Zone,Né\né,1\nœ,2\n".encode("utf-16"), "utf-8"),
        ("Zone,Né\né,1\nœ,2\n".encode("utf-16-be"), "utf-8"),
        ("Zone,Né\r\né,1\r\nœ,2\r\n".encode(), "utf-8"),
        ("Zone,Né\ré,1\rœ,2\r".encode(), "utf-8"),
        ("Zone,Né\r\r\né,1\r\r\nœ,2\r\r\n".encode(), "utf-8"),
    ],
)
def test_every_encoding_and_line_break_reads_alike(content: bytes, encoding: str) -> None:
    for size in (1, 3, 1000):
        read, found = table(content, size)
        assert (read.text.encoding, found) == (encoding, [(2, {"Zone": "é", "Né": "1"}), (3, {"Zone": "œ", "Né": "2"})])


def test_a_line_in_another_encoding_is_refused_by_itself() -> None:
    _, first_utf8 = table("a,b\né,1\n".encode() + b"\xe9,2\nx,\0\nz,3\n")
    _, first_latin = table(b"a,b\n\xe9,1\n" + "é,2\nz,3\n".encode())

    assert first_utf8 == [(2, {"a": "é", "b": "1"}), (3, "line-encoding"), (4, "line-nul"), (5, {"a": "z", "b": "3"})]
    assert first_latin == [(2, {"a": "é", "b": "1"}), (3, "line-encoding"), (4, {"a": "z", "b": "3"})]


def test_a_quote_that_never_closes_costs_its_own_line() -> None:
    _, endless = table(b'a,b\n1,"open\n' + b"2,x\n" * 150 + b"3,y\n")
    _, at_the_end = table(b'a,b\n1,2\n3,"open\n4,x\n5,y')

    assert (endless[0], len(endless), endless[-1]) == ((2, "line-quote-open"), 152, (153, {"a": "3", "b": "y"}))
    assert at_the_end == [
        (2, {"a": "1", "b": "2"}),
        (3, "line-quote-open"),
        (4, {"a": "4", "b": "x"}),
        (5, {"a": "5", "b": "y"}),
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_equal_rows(delimiter: str) -> None:
    rows = [["Code", "Prix", "Texte"], ["A1", '"12,50"' if delimiter == "," else "12,50", "un mot"], ["A2", "3", "x"]]

    read, found = table("\n".join(delimiter.join(row) for row in rows).encode())

    assert (read.delimiter, read.columns) == (delimiter, ("Code", "Prix", "Texte"))
    assert found[0] == (2, {"Code": "A1", "Prix": "12,50", "Texte": "un mot"})


def test_a_spreadsheet_says_its_delimiter_and_protects_its_cells() -> None:
    assert table(b"sep=;\na;b\n'+33;'=x\n'abc;\t@y\n")[1] == [
        (3, {"a": "+33", "b": "=x"}),
        (4, {"a": "'abc", "b": "@y"}),
    ]


@pytest.mark.parametrize(
    "header", ["Code;Votre e-mail (nom@domaine.fr) ?;2026", "Code;Votre e-mail (nom@domaine.fr) ?;2026;"]
)
def test_a_delimiter_at_the_end_of_lines_is_no_column(header: str) -> None:
    read, found = table(f"{header}\nA1;x;1;\nA2;y;2;\nA3;;;\nA4;y;2;;z\n".encode())

    names = ("Code", "Votre e-mail (nom@domaine.fr) ?", "2026")
    assert read.columns == tuple(name.replace("nom@domaine.fr", "[…]") for name in names)
    assert [shown if isinstance(shown, tuple) else tuple(shown.values()) for _, shown in found] == [
        ("A1", "x", "1"),
        ("A2", "y", "2"),
        ("A3", "", ""),
        ("line-width", {"expected": 3, "found": 5}),
    ]


def test_a_table_without_header_has_numbered_columns() -> None:
    read, found = table(b"AB12;2026-07-03 18:00\nAB13;2026-07-03 18:01\n")

    assert read.columns == ("#1", "#2")
    assert [line for line, _ in found] == [1, 2]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"\n\n", TableWithoutHeader),
        (b"x" * 3_000_000, LineTooLong),
        (b"a;b\n1;2\n" + b"x" * 3_000_000, LineTooLong),
        (b"a;b\n1;2\n" * 200_000 + b"x" * 3_000_000 + b"\n" + b"1;2\n" * 1000, LineTooLong),
        (b";".join(b"c%d" % rank for rank in range(600)), TableTooWide),
        (b"<!DOCTYPE html><p>Just a moment", FileKindUnread),
        (bytes(range(1, 30)) * 100, FileKindUnread),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        table(content, 65536)


@given(
    st.lists(st.lists(st.text("ab\"'é,;\n \t=", max_size=6), min_size=3, max_size=3), min_size=1, max_size=30),
    st.integers(1, 40),
)
def test_what_a_spreadsheet_writes_is_read_back_with_its_lines(rows: list[list[str]], size: int) -> None:
    target = io.StringIO()
    target.write('"col a","col b","col c"\n')
    expected, line = [], 2
    for row in rows:
        text = ",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n"
        if any(row):
            cells = [cell if not cell.startswith(("'=", "'\t", "\t=")) else cell[1:] for cell in row]
            expected.append((line, dict(zip(("col a", "col b", "col c"), cells, strict=True))))
        target.write(text)
        line += text.count("\n")

    assert table(target.getvalue().encode(), size)[1] == expected


# JSON


@pytest.mark.parametrize(
    ("content", "path", "outside", "found"),
    [
        ('[{"a":1},{"b":"é"}, 3 ]', "", {}, [(1, {"a": 1}), (2, {"b": "é"}), (3, "line-not-an-object")]),
        ("[]", "", {}, []),
        (
            '{"count":2,"results":[{"a":1},{"a":[1,2]}],"next":null}',
            "results",
            {"count": 2, "next": None},
            [(1, {"a": 1}), (2, {"a": [1, 2]})],
        ),
        (
            '{"event":{"name":"x","items":[{"id":1}],"orders":[{"code":"A"}],"quotas":[]},"version":1}',
            "event.orders",
            {"event": {"name": "x", "items": [{"id": 1}], "quotas": []}, "version": 1},
            [(1, {"code": "A"})],
        ),
        ('{"a":1}\n{"a":2}\n\nxx\n', "", {}, [(1, {"a": 1}), (2, {"a": 2}), (4, "line-not-json")]),
        ('{"a":1}', "", {}, [(1, {"a": 1})]),
        ('\ufeff[\n{"a":1}\n]\n', "", {}, [(1, {"a": 1})]),
        ('{"data":{"attendees":[]}}', "data.attendees", {"data": {}}, []),
    ],
)
def test_lists_of_objects_are_found_where_tools_put_them(
    content: str, path: str, outside: dict[str, Any], found: Found
) -> None:
    for encoding in ("utf-8", "utf-16"):
        for size in (1, 7, 1000):
            bare = content if encoding == "utf-8" else content.removeprefix("\ufeff")
            read, records = objects(bare.encode(encoding), size)
            assert (read.path, read.outside, records) == (path, outside, found)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ('[{"a":1},{"b"', JsonMalformed),
        ('[{"a":1}', JsonMalformed),
        ('[{"a":1}] x', JsonMalformed),
        ("[" * 100_000, JsonMalformed),
        ("[" + "9" * 5000 + "]", JsonMalformed),
        ('{"x":\n[1]}', JsonWithoutRecords),
        ('[{"a":"' + "x" * 9_000_000 + '"}]', ObjectTooLong),
        ('{"a":"' + "x" * 9_000_000, ObjectTooLong),
    ],
)
def test_json_that_breaks_off_or_holds_no_list_is_refused(content: str, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        objects(content.encode(), 65536)


def test_a_long_array_is_read_piece_by_piece() -> None:
    values = [{"id": rank, "secret": "x" * 20, "list": [1, {"y": None}]} for rank in range(20_000)]

    assert [value for _, value in objects(json.dumps(values).encode(), 65536)[1]] == values


# Workbooks


def book(fill: Callable[[Any], None]) -> bytes:
    made = openpyxl.Workbook()
    fill(made)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def test_a_workbook_gives_the_rows_of_each_sheet_as_text() -> None:
    def fill(made: Any) -> None:
        sheet = made.active
        for row in (["Ventes"], [], ["Code", "Passage", "N"], ["x", dt.datetime(2026, 7, 3, 18, 5, 3), 1.0]):  # noqa: DTZ001
            sheet.append(row)
        sheet.append([123, dt.date(2026, 7, 3), "'=a"])
        sheet.append(["y", None, True, "beside"])
        sheet.cell(row=1000, column=1, value="z")
        made.create_sheet("Vide")
        made.create_sheet("Autre").append(["a", "b"])

    opened = unpacked(pieces(book(fill)))
    first, second = Sheets(opened.source).tables()

    assert (opened.sheet, first.names, second.head(None).sheet) == (True, ("Sheet", "Vide", "Autre"), "Autre")
    assert [(line, shown(found)) for line, found in first.records()] == [
        (4, {"Code": "x", "Passage": "2026-07-03 18:05:03", "N": "1"}),
        (5, {"Code": "123", "Passage": "2026-07-03 00:00:00", "N": "=a"}),
        (6, ("line-width", {"expected": 3, "found": 4})),
        (1000, {"Code": "z", "Passage": "", "N": ""}),
    ]
    assert (first.titles, first.empty) == (1, 993)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (book(lambda _: None)[:-100], FileCutShort),
        (book(lambda _: None), TableWithoutHeader),
        (zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), FileKindUnread),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b"no xml"}), FileDamaged),
        (
            zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/sharedStrings.xml": bytes(70_000_000)}),
            FileExpandsTooFar,
        ),
        (
            zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""} | {f"xl/{rank}": b"" for rank in range(1100)}),
            FileExpandsTooFar,
        ),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused(content: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        Sheets(unpacked(pieces(content)).source).tables()
