"""Keep the embedded servers of EVENTS_HOME for as long as another process lives: what the test run stands on.

    python -m events_api.embedded PID [--temporary]

Prints their settings as JSON once they answer; a temporary home is removed at the end.
"""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import msgspec

from events_api.embedded import embedded_servers
from events_api.embedded.child import run_until_stopped
from events_api.embedded.places import POINTER, ServersUnavailable
from events_api.settings import Settings


async def keep_until_end_of(pid: int, *, temporary: bool) -> None:
    """Run the servers until the process is gone."""
    settings = Settings.read()
    ended = asyncio.Event()
    watch = os.pidfd_open(pid)
    asyncio.get_running_loop().add_reader(watch, ended.set)
    started = False
    try:
        async with embedded_servers(settings, join=False) as named:
            started = True
            sys.stdout.buffer.write(msgspec.json.encode(named, enc_hook=str) + b"\n")
            sys.stdout.flush()
            await ended.wait()
    finally:
        if started and temporary:
            _remove(settings.home)


def _remove(home: Path) -> None:
    pointer = home / POINTER
    if pointer.exists():
        shutil.rmtree(pointer.read_text(encoding="utf-8").strip())
    shutil.rmtree(home)


if __name__ == "__main__":
    try:
        run_until_stopped(lambda: keep_until_end_of(int(sys.argv[1]), temporary="--temporary" in sys.argv[2:]))
    except ServersUnavailable as reason:
        sys.exit(str(reason))
