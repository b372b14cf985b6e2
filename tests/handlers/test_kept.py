"""What a process keeps of stored boards takes no more than its room."""

import sys

from events_api.handlers.kept import Kept

SIZE = sys.getsizeof(b"x" * 1000)


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    kept = Kept(3 * SIZE)
    for key in "abc":
        kept.put(key, key.encode() * 1000)
    kept.get("a", bytes)

    kept.put("d", b"d" * 1000)

    assert [key for key in "abcd" if kept.get(key, bytes)] == ["a", "c", "d"]
    assert kept.bytes == 3 * SIZE


def test_what_is_kept_anew_takes_its_room_once_and_what_is_too_large_is_not_kept() -> None:
    kept = Kept(3 * SIZE)
    for _ in range(9):
        kept.put("a", b"a" * 1000)
    kept.put("b", b"b" * 4000)
    kept.put("c", "shown", b"c" * 1000, b"c" * 1000)

    assert (kept.get("a", bytes), kept.get("b", bytes), kept.get("c", str)) == (b"a" * 1000, None, "shown")
    assert kept.get("c", bytes) is None
    assert kept.bytes == 3 * SIZE
