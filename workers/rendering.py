"""Pure, long computations (PDF, large figures) in processes of their own, so that they never block the event loop."""

import asyncio
import ctypes
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
PR_SET_PDEATHSIG = 1


class Rendering:
    """As many processes as may compute at once, each kept for the next call, killed when its call is given up."""

    def __init__(self, processes: int) -> None:
        self._idle: list[ProcessPoolExecutor] = []
        self._slots = asyncio.Semaphore(processes)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function in a process; what it raises is raised here. A cancelled call kills its process."""
        async with self._slots:
            executor = self._idle.pop() if self._idle else _new_executor()
            usable = False
            try:
                answer = await asyncio.get_running_loop().run_in_executor(executor, partial(function, *args, **kwargs))
                usable = True
            except BrokenExecutor:
                raise
            except Exception:
                usable = True  # the function failed, its process did not
                raise
            else:
                return answer
            finally:
                if usable:
                    self._idle.append(executor)
                else:
                    _kill(executor)

    def close(self) -> None:
        """End every process."""
        while self._idle:
            _kill(self._idle.pop())


def _new_executor() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        max_workers=1, mp_context=multiprocessing.get_context("spawn"), initializer=_die_with_parent
    )


def _kill(executor: ProcessPoolExecutor) -> None:
    for process in list((executor._processes or {}).values()):  # noqa: SLF001  public from Python 3.14: kill_workers
        process.kill()
    executor.shutdown(wait=True, cancel_futures=True)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
