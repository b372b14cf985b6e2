"""Files that break off, swell, never end or do not fit: a clear refusal, bounded memory, a service that goes on."""

import asyncio
import contextlib
import gzip
import io
import os
import resource
import signal
import socket
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import openpyxl
import pytest
from httpx import AsyncClient, Response

from events_api.settings import Settings
from tests.factories.people import a_token, an_edition, an_organisation

ROOT = Path(__file__).parents[2]
HEADER = b"ticket_code,scanned_at,direction,gate\n"
LINE = b"A-%d,2026-07-03T18:00:05+02:00,in,Nord\n"
CSV = {"content-type": "text/csv"}
MEGABYTE = 1_000_000


class Served:
    """A server of its own, one edition, and how much memory the server and its readers take."""

    def __init__(self, client: AsyncClient, path: str, files: Path, pid: int) -> None:
        self.client = client
        self.path = path
        self.files = files
        self.pid = pid
        self.port = client.base_url.port or 0
        self.most = 0

    async def put(self, content: Any, **headers: str) -> Response:
        watching = asyncio.create_task(self._watch())
        try:
            return await self.client.put(self.path, content=content, headers=CSV | headers)
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        while True:
            self.most = max(self.most, await asyncio.to_thread(memory, self.pid))
            await asyncio.sleep(0.05)

    async def nothing_is_left(self) -> None:
        async with asyncio.timeout(20):
            while self.left:  # noqa: ASYNC110  what another process leaves is only seen by looking
                await asyncio.sleep(0.1)

    @property
    def left(self) -> list[str]:
        return [path.name for path in self.files.glob(".*")]


def children(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += children(int(child))
    return found


def is_reader(pid: int) -> bool:
    """Whether a process reads files."""
    return b"events_api.importers.tickets.child" in Path(f"/proc/{pid}/cmdline").read_bytes()


def memory(pid: int) -> int:
    """The proportional memory (bytes) of the server and its readers."""
    total = 0
    for each in children(pid):
        with contextlib.suppress(OSError, IndexError):
            text = Path(f"/proc/{each}/smaps_rollup").read_text()
            total += int(text.split("Pss:")[1].split()[0]) * 1024
    return total


@pytest.fixture(scope="module")
async def served(
    settings: Settings, pool: asyncpg.Pool, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The real server."""
    home = tmp_path_factory.mktemp("served")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = msgspec.structs.replace(settings, home=home, port=port, pool_min=1, pool_max=3)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "events_api.cli", "serve",
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | own.environ(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    organisation = await an_organisation(pool)
    edition = await an_edition(pool, organisation)
    token = await a_token(pool, "organiser", organisation=organisation)
    url = f"http://127.0.0.1:{port}"
    try:
        async with AsyncClient(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=httpx.Timeout(120)
        ) as client:
            async with asyncio.timeout(120):
                while True:
                    with contextlib.suppress(httpx.ConnectError):
                        if (await client.get("/health/live")).status_code == 200:
                            break
                    await asyncio.sleep(0.1)
            yield Served(client, f"/api/v1/editions/{edition}/ticket-files", own.files, process.pid)
    finally:
        process.terminate()
        await process.wait()


def said(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:events-api:problem:")


def lines(count: int) -> bytes:
    return HEADER + b"".join(LINE % number for number in range(count))


async def test_a_truncated_gzip_says_that_it_is_cut(served: Served) -> None:
    answer = await served.put(gzip.compress(lines(200_000))[:-100])

    assert said(answer) == (422, "file-cut-short")
    assert served.left == []


async def test_a_gzip_bomb_is_not_read_to_its_end(served: Served) -> None:
    bomb = gzip.compress(HEADER + (b"A-1,2026-07-03T18:00:05+02:00,in,Nord\n" * 27_000) * 300, 9)

    answer = await served.put(bomb)

    assert (len(bomb) < 5 * MEGABYTE, said(answer)) == (True, (422, "file-expands-too-far"))
    assert served.left == []
    assert served.most < 400 * MEGABYTE


async def test_a_line_without_end_is_given_up(served: Served) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000 * MEGABYTE:
            sent += MEGABYTE
            yield b"x" * MEGABYTE

    answer = None
    with contextlib.suppress(httpx.WriteError, httpx.ReadError):  # this client only listens once it has sent all
        answer = await served.put(endless())
    finite = await served.put(HEADER + b"x" * 8 * MEGABYTE)

    assert answer is None or said(answer) == (422, "line-too-long")
    assert said(finite) == (422, "line-too-long")
    assert sent < 500 * MEGABYTE
    assert served.left == []
    assert served.most < 400 * MEGABYTE


async def test_a_sheet_of_a_million_empty_rows_is_read_in_bounds(served: Served) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["ticket_code", "scanned_at", "gate"])
    sheet.append(["A-1", "2026-07-03T18:00:05+02:00", "Nord"])
    for _ in range(1_000_000):
        sheet.append([])
    content = io.BytesIO()
    book.save(content)

    answer = await served.put(content.getvalue())

    found = answer.json()
    assert (answer.status_code, found["lines_read"], found["lines_refused"]) == (201, 1, 0)
    assert [note["code"] for note in found["preview"]["notes"]] == ["file-sheet-given-up"]
    assert served.most < 400 * MEGABYTE


async def test_a_workbook_that_swells_is_refused_by_its_directory(served: Served) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"<" * 100 * MEGABYTE)

    answer = await served.put(content.getvalue())

    assert said(answer) == (422, "file-expands-too-far")
    assert served.left == []


async def test_lines_that_change_their_columns_are_refused_by_number(served: Served) -> None:
    answer = await served.put(HEADER + LINE % 1 + b"A-2,2026-07-03T18:00:05+02:00\n" + LINE % 3 + b"1,2,3,4,5,6\n")

    found = answer.json()
    refused = [(line["line"], line["code"], line["params"]) for line in found["preview"]["refused"]]
    assert (answer.status_code, found["lines_read"], found["lines_refused"]) == (201, 4, 2)
    assert refused == [
        (3, "line-width", {"expected": 4, "found": 2}),
        (5, "line-width", {"expected": 4, "found": 6}),
    ]


async def test_who_goes_away_leaves_nothing(served: Served) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield lines(200_000)
        await asyncio.sleep(1)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await served.put(broken())
    await served.nothing_is_left()

    assert said(await served.put(b"")) == (422, "file-empty")


async def test_the_service_answers_while_a_file_is_read(served: Served) -> None:
    loop, slowest = asyncio.get_running_loop(), 0.0
    reading = asyncio.create_task(served.put(gzip.compress(lines(300_000), 1)))

    while not reading.done():
        begun = loop.time()
        assert (await served.client.get("/health/live")).status_code == 200
        slowest = max(slowest, loop.time() - begun)
        await asyncio.sleep(0.02)

    assert (await reading).json()["lines_read"] == 300_000
    assert slowest < 2


async def test_a_full_disk_refuses_the_file_and_nothing_else(served: Served) -> None:
    assert (await served.put(lines(1))).status_code == 201  # a reader is there and waits
    for pid in children(served.pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (2 * MEGABYTE, resource.RLIM_INFINITY))
    kept = {path for path in served.files.rglob("*") if path.is_file()}

    draft = await served.put(lines(200_000))
    refusals = await served.put(HEADER + b"A-1,hier,in,Nord\n" * 200_000)
    small = await served.put(lines(3))
    for pid in children(served.pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = await served.put(lines(200_000))

    assert (said(draft), said(refusals)) == ((507, "no-room-left"), (507, "no-room-left"))
    assert (small.status_code, again.status_code) == (201, 201)
    assert served.left == []
    assert len({path for path in served.files.rglob("*") if path.is_file()} - kept) == 2


async def test_a_reader_that_is_killed_is_replaced(served: Served) -> None:
    before = set(children(served.pid))

    async def slow() -> AsyncIterator[bytes]:
        yield lines(100_000)
        await asyncio.sleep(1)
        for pid in children(served.pid):
            if is_reader(pid):
                os.kill(pid, signal.SIGKILL)
        yield lines(10)

    answer = await served.put(slow())
    again = await served.put(lines(2))

    assert said(answer) == (422, "file-too-demanding")
    assert again.json()["lines_read"] == 2
    assert served.left == []
    assert before != set(children(served.pid))


@pytest.mark.parametrize(
    ("query", "headers", "refusal"),
    [
        ("?nothing=1", {}, (422, "unknown-parameter")),
        ("", {"content-type": "multipart/form-data"}, (422, "file-in-a-form")),
        ("", {"authorization": "Bearer evt_unknown"}, (401, "token-refused")),
        ("x", {}, (404, "not-found")),
    ],
)
async def test_who_is_refused_while_sending_reads_why(
    served: Served, query: str, headers: dict[str, str], refusal: tuple[int, str]
) -> None:
    """A client that listens only once it has sent all, as browsers do; the line breaks before if nobody takes it."""
    content = lines(200_000)
    given = dict(served.client.headers) | CSV | headers | {"content-length": str(len(content)), "connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)

    writer.write(f"PUT {served.path}{query} HTTP/1.1\r\n{head}\r\n".encode())
    for start in range(0, len(content), 100_000):
        writer.write(content[start : start + 100_000])
        await writer.drain()
        await asyncio.sleep(0.002)
    answer = await reader.read()
    writer.close()

    status, body = answer.split(b"\r\n\r\n", 1)
    found = msgspec.json.decode(body)
    assert (int(status.split()[1]), found["type"].removeprefix("urn:events-api:problem:")) == refusal
