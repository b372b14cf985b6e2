"""The directory of files: whole or not there, the same bytes once, nothing left of what failed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events_api.domain.files import FileEmpty, FileStore, FileTooLarge, Stored
from events_api.store.files import DirectoryFiles


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def content(store: DirectoryFiles, sha256: bytes) -> bytes:
    return b"".join([chunk async for chunk in store.open(sha256)])


def left(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


async def test_a_file_comes_back_under_the_hash_of_its_content(tmp_path: Path) -> None:
    store = DirectoryFiles(tmp_path / "files")
    digest = hashlib.sha256(b"one, two").digest()

    stored = await store.put(chunks(b"one", b"", b", two"), limit=8)

    assert isinstance(store, FileStore)
    assert stored == Stored(digest, 8)
    assert await content(store, digest) == b"one, two"
    assert left(store.root) == [f"{digest.hex()[:2]}/{digest.hex()[2:]}"]


async def test_a_file_larger_than_a_chunk_is_streamed(tmp_path: Path) -> None:
    store = DirectoryFiles(tmp_path)
    parts = [bytes([number]) * 200_000 for number in range(8)]

    stored = await store.put(chunks(*parts), limit=2_000_000)

    pieces = [chunk async for chunk in store.open(stored.sha256)]
    assert b"".join(pieces) == b"".join(parts)
    assert len(pieces) == 7


async def test_the_same_bytes_are_one_file_even_at_once(tmp_path: Path) -> None:
    store = DirectoryFiles(tmp_path)

    results = await asyncio.gather(*(store.put(chunks(b"same"), limit=4) for _ in range(8)))

    assert len(set(results)) == 1
    assert len(left(tmp_path)) == 1


@pytest.mark.parametrize(("parts", "refusal"), [((b"12345", b"6"), FileTooLarge), ((), FileEmpty), ((b"",), FileEmpty)])
async def test_a_refused_file_leaves_nothing(
    tmp_path: Path, parts: tuple[bytes, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await DirectoryFiles(tmp_path).put(chunks(*parts), limit=5)

    assert left(tmp_path) == []


async def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await DirectoryFiles(tmp_path).put(broken(), limit=100)

    assert left(tmp_path) == []


async def test_what_is_not_there_is_said_before_the_first_byte(tmp_path: Path) -> None:
    store = DirectoryFiles(tmp_path)

    assert await store.has(b"x" * 32) is False
    with pytest.raises(FileNotFoundError):
        await content(store, b"x" * 32)
