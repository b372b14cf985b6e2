"""Computations in other processes: their answers, their failures, and what happens when one is given up."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from concurrent.futures import BrokenExecutor

import pytest

from workers.rendering import Rendering


@pytest.fixture
async def rendering() -> AsyncIterator[Rendering]:
    made = Rendering(1)
    yield made
    made.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_process_is_kept_for_the_next_call_also_after_a_failure(rendering: Rendering) -> None:
    first = await rendering.run(os.getpid)

    with pytest.raises(ValueError, match="invalid literal"):
        await rendering.run(int, "not a number")

    assert first != os.getpid()
    assert await rendering.run(os.getpid) == first


async def test_a_call_that_is_given_up_does_not_go_on_computing(rendering: Rendering) -> None:
    stuck = await rendering.run(os.getpid)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await rendering.run(time.sleep, 60)

    assert not alive(stuck)
    assert await rendering.run(sum, [1, 2]) == 3


async def test_a_process_that_dies_fails_its_call_only(rendering: Rendering) -> None:
    victim = await rendering.run(os.getpid)

    async def kill() -> None:
        await asyncio.sleep(0.3)
        os.kill(victim, signal.SIGKILL)

    with pytest.raises(BrokenExecutor):
        await asyncio.gather(rendering.run(time.sleep, 60), kill())

    assert await rendering.run(sum, [1, 2]) == 3


async def test_calls_beyond_the_number_of_processes_wait(rendering: Rendering) -> None:
    answers = await asyncio.gather(*(rendering.run(abs, -number) for number in range(5)))

    assert answers == [0, 1, 2, 3, 4]
