"""One child process behind its guard: started, watched, started again with back-off, stopped."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from msgspec import Struct

from events_api.embedded.places import Account, ServersUnavailable

GUARD = Path(__file__).with_name("guard.py")
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
STEADY_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Command(Struct, frozen=True, kw_only=True):
    """What to run, as whom, and how it is asked to stop."""

    name: str
    argv: Sequence[str]
    account: Account
    stop_signals: Sequence[signal.Signals] = (signal.SIGTERM,)
    """Sent one after the other, `grace_seconds` apart, before SIGKILL."""
    grace_seconds: float = 20.0
    log_file: Path | None = None
    """Where its output goes; the terminal when not given."""
    environ: Mapping[str, str] | None = None
    before: Callable[[], None] | None = None
    """Clears what a killed predecessor left, before each start."""
    ready: Callable[[], Awaitable[bool]] | None = None
    """Whether it answers; None when being alive is enough."""
    poll_seconds: float = 0.02
    """Between two such questions."""
    ready_seconds: float = 600.0
    """A database that replays its log after a power cut may take minutes."""


@asynccontextmanager
async def running(command: Command) -> AsyncIterator[None]:
    """Keep the command running: once it has answered it is started again whenever it ends."""
    process = await _start(command)
    try:
        await _await_ready(command, process)
    except BaseException:
        await _stop(process)
        raise
    keeper = asyncio.create_task(_keep(command, process), name=command.name)
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


def run_until_stopped(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it, and let SIGINT and SIGTERM end it in order: what it started stops before this returns."""

    async def cancelled_by_signals() -> None:
        task = asyncio.ensure_future(main())
        stopped = False

        def stop() -> None:
            nonlocal stopped
            stopped = True
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        try:
            await task
        except asyncio.CancelledError:
            if not stopped:
                raise

    asyncio.run(cancelled_by_signals())


async def _keep(command: Command, process: asyncio.subprocess.Process) -> None:
    clock = asyncio.get_running_loop().time
    answered = clock()
    pause = FIRST_PAUSE
    try:
        while True:
            status = await process.wait()
            pause = FIRST_PAUSE if clock() - answered > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            log.warning("child.ended", child=command.name, status=status, restart_in=pause)
            await asyncio.sleep(pause)
            answered = clock()
            try:
                process = await _start(command)
                await _await_ready(command, process)
            except (ServersUnavailable, OSError) as error:
                log.warning("child.failed", child=command.name, reason=str(error))
            else:
                answered = clock()
                log.info("child.restarted", child=command.name)
    finally:
        await asyncio.shield(_stop(process))


async def _start(command: Command) -> asyncio.subprocess.Process:
    if command.before is not None:
        await asyncio.to_thread(command.before)
    signals = ",".join(number.name.removeprefix("SIG") for number in command.stop_signals)
    arguments = [str(command.account.uid), str(command.account.gid), signals, str(command.grace_seconds)]
    output = command.log_file.open("ab") if command.log_file else None
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(GUARD),
            *arguments,
            *command.argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=output or sys.stderr,  # standard output is for the supervisor's own result
            stderr=output,
            env=command.environ,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops its children in order
        )
    finally:
        if output:
            output.close()


async def _await_ready(command: Command, process: asyncio.subprocess.Process) -> None:
    if command.ready is None:
        return
    try:
        async with asyncio.timeout(command.ready_seconds):
            while not await command.ready():
                if process.returncode is not None:
                    raise ServersUnavailable(f"{command.name} ended at its start{_last_line(command.log_file)}")
                await asyncio.sleep(command.poll_seconds)
    except TimeoutError:
        await _stop(process)
        raise ServersUnavailable(f"{command.name} did not answer in {command.ready_seconds:.0f} s") from None


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


def _last_line(log_file: Path | None) -> str:
    if log_file is None or not log_file.exists():
        return ""
    lines = log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f": {lines[-1]} ({log_file})" if lines else f" ({log_file})"
