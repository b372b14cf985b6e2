"""Passwords: argon2id in a few threads of its own, so that no request waits behind a hash."""

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from events_api.domain.accounts import TooManyRequests

T = TypeVar("T")


class Passwords:
    """Hashes and verifies; at most `waiting` callers stand in line, the next one is refused."""

    def __init__(self, *, threads: int = 2, waiting: int = 30) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = threads + waiting
        salt, tail = (base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (16, 32))
        h = self._hasher
        # the hash of nobody's password: verifying against it takes as long as against a real one
        self._nobody = f"$argon2id$v=19$m={h.memory_cost},t={h.time_cost},p={h.parallelism}${salt}${tail}"

    async def hash(self, password: str) -> str:
        """Hash an accepted password."""
        return await self._run(lambda: self._hasher.hash(_normal(password)))

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether the password is the one that was hashed; takes its time where there is no hash, too."""
        return await self._run(lambda: self._verify(hashed or self._nobody, _normal(password)))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerifyMismatchError:
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room == 0:
            raise TooManyRequests(retry_after_seconds=5)
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._room += 1


def _normal(password: str) -> str:
    """The same text whatever keyboard composed it."""
    return unicodedata.normalize("NFKC", password)
