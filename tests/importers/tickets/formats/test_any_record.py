"""Whatever a record holds, a format keeps it or refuses it with a reason: nothing else comes out."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events_api.domain.tickets.profiles import Profile
from events_api.importers.tickets.formats import FORMATS, recognised
from events_api.importers.tickets.formats.french import HELLOASSO
from events_api.importers.tickets.formats.pretix import CHECKINS_JSON, Json
from events_api.importers.tickets.formats.tables import Layout, Objects
from events_api.importers.tickets.formats.world import AlfioAudit
from events_api.importers.tickets.lines import Head, LineRefused, Record, ScanLine, TicketLine
from events_api.importers.tickets.mapping import Mapped, guess
from events_api.text.sentences import SENTENCES
from tests.importers.tickets.formats.reading import CONTEXT, objects, table

PIECES = (
    "", "0", "1", "-1", "oui", "non", "OK", "Billet déjà utilisé", "paid", "Annulé", "2026-08-05 21:07", "05/08/2026",
    "13/13/2026 25:61", "0000-00-00 00:00:00", "12,50", "1e999", "NaN", "inf", "13001", "FR", "=1+1", "'=x", "\x00",
    "\ufffd", "1.23E+12", "9" * 40, "é" * 300, "a@exemple.test", "List (2026-08-05 19:07:33), x (", "Carte cadeau",
    "٣٤", "²",
    "½",
    "99999-01-01", "2026-02-30T10:00", "2026-08-05T24:00:00", "31/12/9999 23:59", "99999999999999999999", "24:00",
    "1:99",
)  # fmt: skip
CELL = st.one_of(st.sampled_from(PIECES), st.text(max_size=12))
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.sampled_from(PIECES),
        st.text(max_size=8),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=8,
)


def kept_or_refused(reader: Any, record: Record) -> None:
    code, lines = None, []
    try:
        lines = reader.read(record)
    except LineRefused as refused:
        code = refused.code
    assert code is None or code in SENTENCES
    for line in lines:
        assert isinstance(line, TicketLine | ScanLine)
        assert line.code
        assert 1 <= line.quantity <= 65535
        assert all(code in SENTENCES for code in reader.notes)


def layouts() -> list[Layout]:
    return [known for known in FORMATS if isinstance(known, Layout)]


@pytest.mark.parametrize("layout", layouts(), ids=lambda layout: layout.name)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_row_of_a_table(layout: Layout, data: st.DataObject) -> None:
    columns = list(dict.fromkeys([names[0] for names in layout.aliases.values()] + list(layout.own)))
    row = Record(line=2, cells={name: data.draw(CELL) for name in columns if data.draw(st.booleans())})
    head = Head(container="table", columns=tuple(columns), records=(row,))

    kept_or_refused(layout.reader(head, CONTEXT), row)


def keys_of(known: Any) -> list[str]:
    if isinstance(known, Json):
        return [*known.keys, *(name.split(".")[-1] for name in known.fields), "positions", "checkins", "canceled"]
    if isinstance(known, Objects):
        return [
            *known.own,
            "amount",
            "state",
            "type",
            "name",
            *(path for paths in known.paths.values() for path in paths),
        ]
    return ["scanTimestamp", "checkInStatus", "operation", "ticketUuid"]


@pytest.mark.parametrize(
    "known", [known for known in FORMATS if not isinstance(known, Layout)], ids=lambda known: known.name
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_object(known: Any, data: st.DataObject) -> None:
    value: dict[str, Any] = {}
    for path in dict.fromkeys(keys_of(known)):
        at = value
        *outer, last = path.split(".")
        for name in outer:
            at = at.setdefault(name, {}) if isinstance(at.get(name, {}), dict) else {}
        at[last] = data.draw(JSON)
    if "positions" in value and data.draw(st.booleans()):
        inner = {name: data.draw(JSON) for name in ("secret", "item", "price", "addon_to", "zipcode", "valid_from")}
        value["positions"] = [inner | {"checkins": [{"datetime": data.draw(JSON), "list": data.draw(JSON)}]}]
    head = objects([value], {"event": data.draw(JSON), "items": data.draw(JSON)})

    kept_or_refused(known.reader(head, CONTEXT), head.records[0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    columns=st.lists(
        st.one_of(st.sampled_from(["Date", "Heure", "Code", "Porte", "Sens", "Résultat", "Prix", "CP", "Statut"]),
                  st.text(min_size=1, max_size=10)),
        min_size=1, max_size=8, unique=True,
    ),
    data=st.data(),
)  # fmt: skip
def test_any_table_is_guessed_and_read_without_an_accident(columns: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(columns), max_size=len(columns)), max_size=4))
    records = tuple(Record(line=n, cells=dict(zip(columns, row, strict=True))) for n, row in enumerate(rows, start=2))
    head = Head(container="table", columns=tuple(columns), records=records)

    recognised(head)
    guessed = guess(head)

    if guessed is not None:
        reader = Mapped(guessed.profile).reader(head, CONTEXT)
        for record in records:
            kept_or_refused(reader, record)


def test_every_format_has_another_name() -> None:
    names = [known.name for known in FORMATS]

    assert len(set(names)) == len(names)
    assert {HELLOASSO.name, CHECKINS_JSON.name, AlfioAudit().name} < set(names)


HEADERS = json.loads((Path(__file__).parent / "headers.json").read_text())


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_no_format_reads_a_column_of_a_person_but_the_holder_s(known: Any) -> None:
    """Of every header that any tool writes, those of names, phones, birth dates and buyers become nothing."""
    columns: dict[str, None] = {}
    for export in HEADERS.values():
        if isinstance(export, dict):
            columns |= dict.fromkeys(map(str, export.get("headers", export.get("fields", []))))
    for export in ("checkinlog", "checkinlist", "checkinlistcodes", "orderlist_positions"):
        for language in ("en", "fr"):
            columns |= dict.fromkeys(column[language] for column in HEADERS["pretix"][export]["headers"])
    personal = ("first", "last", "nom", "name", "phone", "téléphone", "birth", "naissance", "buyer", "acheteur",
                "payer", "payeur", "adresse", "address", "gender", "sexe", "age", "city", "ville")  # fmt: skip
    heads = [table(";".join(columns) + "\n", ";"), objects([dict.fromkeys(columns)])]

    for head in heads:
        recognition = known.recognise(head)
        for column, field in recognition.fields.items() if recognition is not None else ():
            folded = column.casefold()
            if any(folded.startswith(word) or f" {word}" in folded or f"_{word}" in folded for word in personal):
                assert field in {"holder", "category", "session"}, (column, field)
                assert not any(word in folded for word in ("buyer", "acheteur", "payer", "payeur")), column


def test_a_profile_of_the_worst_columns_still_refuses_politely() -> None:
    head = table("a\n" + "\n".join(piece.replace("\n", "") or "x" for piece in PIECES if "," not in piece))

    reader = Mapped(Profile(code="a", at="a", quantity="a", price="a")).reader(head, CONTEXT)

    for record in head.records:
        kept_or_refused(reader, record)
