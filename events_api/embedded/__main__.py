"""Keep the embedded servers of EVENTS_HOME for as long as another process lives: what the test run stands on.

    python -m events_api.embedded PID

Prints their settings as JSON once they answer; the home is removed at the end when it is temporary (made by mkdtemp).
"""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from events_api.embedded import embedded_servers
from events_api.embedded.places import POINTER
from events_api.settings import Settings


async def keep_until_end_of(pid: int) -> None:
    """Run the servers until the process is gone."""
    settings = Settings.read()
    ended = asyncio.Event()
    watch = os.pidfd_open(pid)
    asyncio.get_running_loop().add_reader(watch, ended.set)
    async with embedded_servers(settings, join=False) as named:
        sys.stdout.buffer.write(msgspec.json.encode(named, enc_hook=str) + b"\n")
        sys.stdout.flush()
        await ended.wait()
    pointer = settings.home / POINTER
    if settings.home.parent == Path(tempfile.gettempdir()):
        if pointer.exists():
            shutil.rmtree(pointer.read_text(encoding="utf-8").strip())
        shutil.rmtree(settings.home)


if __name__ == "__main__":
    asyncio.run(keep_until_end_of(int(sys.argv[1])))
