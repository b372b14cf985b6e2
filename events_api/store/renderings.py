"""Files that can be made again at any time: kept by what they are made from, apart from those that are backed up."""

import asyncio
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

AT_ONCE: Final = 2
KEPT: Final = 500


class Renderings:
    """A folder that the processes of the platform share; those asked for longest ago make room for others.

    Making runs in threads, two at a time: the compiler of documents computes outside the interpreter's lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._running: dict[str, asyncio.Task[bytes]] = {}

    async def of(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The file of a key, made where it is not there; whoever asks meanwhile waits for the same making."""
        running = self._running.get(key)
        if running is None:
            running = self._running[key] = asyncio.create_task(self._found_or_made(key, make))
            running.add_done_callback(lambda _: self._running.pop(key))
        return await asyncio.shield(running)  # one who goes away leaves the others their file

    async def _found_or_made(self, key: str, make: Callable[[], bytes]) -> bytes:
        place = self.folder / key
        found = await asyncio.to_thread(_read, place)
        if found is not None:
            return found
        async with self._slots:
            return await asyncio.to_thread(self._made, place, make)

    def _made(self, place: Path, make: Callable[[], bytes]) -> bytes:
        content = make()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f".draft-{secrets.token_hex(16)}"
        draft.write_bytes(content)
        draft.replace(place)  # whole or not at all, whoever else writes it
        self._make_room()
        return content

    def _make_room(self) -> None:
        ages = []
        for one in os.scandir(self.folder):
            try:
                ages.append((one.stat().st_mtime, one.path))
            except FileNotFoundError:  # another process made room first
                continue
        for _, path in sorted(ages)[:-KEPT]:
            Path(path).unlink(missing_ok=True)


def _read(place: Path) -> bytes | None:
    try:
        content = place.read_bytes()
        os.utime(place)
    except FileNotFoundError:
        return None
    return content
