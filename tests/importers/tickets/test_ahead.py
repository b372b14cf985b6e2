"""The second process that reads blocks: the same as one process, and nothing left where one of them is killed."""

import contextlib
import itertools
import multiprocessing
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from events_api.importers.tickets import ahead as module
from events_api.importers.tickets.ahead import Ahead, SecondReaderGone

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # the tests have threads, a reader none
BLOCKS = [b"%d\n" % number for number in range(9)]


@pytest.fixture(autouse=True)
def _from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ALONE", 4)  # two blocks


def where(block: bytes) -> tuple[int, bytes]:
    if block == b"7\n":
        raise ValueError("unusual")
    return os.getpid(), block


def read(ahead: Ahead[Any], seen: list[bytes]) -> None:
    with contextlib.closing(ahead):
        seen.extend(block for block, _ in ahead)


def test_blocks_come_in_their_order_with_what_the_second_process_made_of_them() -> None:
    with contextlib.closing(Ahead(iter(BLOCKS), where)) as ahead:
        found = list(ahead)

    assert [block for block, _ in found] == BLOCKS
    assert [made and made[1] for _, made in found] == [None, None, *BLOCKS[2:7], None, BLOCKS[8]]
    assert os.getpid() not in {made[0] for _, made in found if made}


@pytest.mark.parametrize("taken", [0, 1, 4, 8])
def test_blocks_taken_along_do_not_come_again(taken: int) -> None:
    seen: list[bytes] = []

    with contextlib.closing(Ahead(iter(BLOCKS), where)) as ahead:
        for rank, (block, made) in enumerate(ahead):
            assert made is None or made[1] == block
            seen.append(block)
            if rank == taken:
                seen.extend(itertools.islice(ahead.behind(), 2))

    assert seen == BLOCKS


def test_without_room_for_another_process_one_reads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr(module, "_forked", no_room)

    assert list(Ahead(iter(BLOCKS), where)) == [(block, None) for block in BLOCKS]


def test_a_second_process_that_is_killed_is_said() -> None:
    def killed(block: bytes) -> bytes:
        if block == b"5\n":
            os.kill(os.getpid(), signal.SIGKILL)
        return block

    seen: list[bytes] = []
    with pytest.raises(SecondReaderGone):
        read(Ahead(iter(BLOCKS), killed), seen)

    assert seen == BLOCKS[:5]


def test_a_file_that_is_given_up_leaves_no_process() -> None:
    def blocks() -> Iterator[bytes]:
        yield from BLOCKS[:6]
        raise LookupError

    seen: list[bytes] = []
    ahead = Ahead(blocks(), where)
    with pytest.raises(LookupError):
        read(ahead, seen)

    assert seen == BLOCKS[:5]
    assert multiprocessing.active_children() == []
