"""Whatever a file holds, its importer reads it to the end or says that it cannot, and loses nothing."""

import io
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events_api.domain.imports import FileUnreadable, Refusal
from events_api.importers.communes import insee_by_name
from events_api.importers.festivals import read
from events_api.importers.programme import parse, pieces
from tests.importers.test_festivals import HEADER, TERRITORY

PARTS = st.sampled_from(
    [
        ";",
        '"',
        '""',
        "\n",
        "\r\n",
        "13055",
        "13201",
        "75056",
        "F1",
        "F2",
        "Fête",
        "a@b.fr",
        "\ufeff",
        " ",
        "43.1, 5.2",
        ",",
    ]
)
LINES = st.lists(PARTS | st.text(max_size=5), max_size=60).map("".join)
KEYS = st.sampled_from(
    ["events", "slug", "name", "editions", "year", "note", "attendance", "value", "unit", "grade", "families", "family",
     "family_labels_fr", "roadmap_actions", "roadmap_action", "support_lines", "beneficiary", "amount_eur", "venues",
     "declared_leverage", "declared_spend_eur", "film_shoots", "organiser", "funders", "start", "commune", "years"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 3000) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["2024-10-25", "Marseille", "A et B", "X (Y)", "X – Y", "", "34,000 players", "jean@exemple.fr"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=40,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@example(text='\r"\n;', encoding="utf-8")
@given(text=LINES, encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]))
def test_every_line_of_a_list_is_accounted_for(text: str, encoding: str) -> None:
    content = f"{HEADER}\n{text}".encode(encoding, errors="replace")

    try:
        found = list(read(io.BytesIO(content), TERRITORY))
    except FileUnreadable:
        return

    numbers = [line.number for line in found]
    assert numbers == sorted(set(numbers))
    assert "a@b.fr" not in "".join(line.text for line in found)
    taken = [line.found for line in found if not isinstance(line.found, Refusal)]
    assert len({one.source_id for one in taken}) == len(taken)
    assert all(one.insee in TERRITORY.communes and one.name for one in taken)


@settings(max_examples=300, deadline=None)
@given(document=st.dictionaries(KEYS, VALUES, max_size=8), events=st.lists(VALUES, max_size=5))
def test_every_piece_of_a_programme_is_kept_or_refused(document: dict[str, Any], events: list[Any]) -> None:
    document["events"] = events

    found = parse(msgspec.json.encode(document), insee_by_name(), "any.json")

    kept = {path for statement in found.statements for path in statement.paths}
    assert {piece.path for piece in pieces(document)} <= kept | set(found.refused)
    assert "jean@exemple.fr" not in "".join(piece.text for piece in found.pieces)
