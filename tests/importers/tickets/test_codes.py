"""Many pseudonyms at once: those of one code at a time, whatever is remembered of the codes before."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_api.domain.tickets.facts import pseudonym
from events_api.importers.tickets import codes as module
from events_api.importers.tickets.codes import ManyPseudonyms

KEY = bytes(range(32))
CODE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=70)
BLOCKS = st.lists(
    st.lists(st.sampled_from(["A", "B", "AB", "A" * 8, "A" * 9, "é" * 40]) | CODE, min_size=1), max_size=6
)


@pytest.mark.parametrize(("remembered", "places"), [(4, 1), (1 << 10, 12)])
@given(BLOCKS)
def test_remembered_pseudonyms_are_those_of_their_codes(remembered: int, places: int, blocks: list[list[str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "REMEMBERED", remembered)
        patch.setattr(module, "PLACES", places)
        pseudonyms = ManyPseudonyms(KEY)

        for block in blocks:
            high, low = pseudonyms.of(pa.array(block))

            found = [int(a).to_bytes(8, "big") + int(b).to_bytes(8, "big") for a, b in zip(high, low, strict=True)]
            assert found == [pseudonym(KEY, code) for code in block]


def test_a_code_that_comes_again_is_not_hashed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pseudonyms = ManyPseudonyms(KEY)
    first = pseudonyms.of(pa.array([f"A-{number}" for number in range(1000)]))
    monkeypatch.setattr(pseudonyms, "_fresh", None)

    again = pseudonyms.of(pa.array([f"A-{number}" for number in reversed(range(1000))]))

    assert [half.tolist()[::-1] for half in again] == [half.tolist() for half in first]
