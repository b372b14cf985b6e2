"""What is left of files full of persons: nothing, wherever one looks."""

import asyncio
import contextlib
import gzip
import io
import json
import os
import socket
import sys
import tarfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import openpyxl
import redis.asyncio
from httpx import AsyncClient

from events_api.settings import Settings
from events_api.store.backup import back_up
from tests.conftest import own_settings
from tests.factories.people import a_token, an_edition, an_organisation
from tests.handlers.test_ticket_file_faults import children, is_reader

settings = own_settings
ROOT = Path(__file__).parents[2]
MARKERS = (
    "zqxjeanne", "zqxdurand", "zqxmail", "zqx.example", "0699887766", "06 99 88 77 66", "+33699887766", "1907-06-05",
    "05/06/1907", "rue zqxvictor", "zqxcode", "zqxsecret", "zqxorder",
)  # fmt: skip
"""Names, addresses, telephones, birth dates, and the codes of the tickets: searched in any case, as text and as hex."""
PERSON = '"Zqxjeanne Zqxdurand",zqxmail@zqx.example,06 99 88 77 66,05/06/1907,12 rue Zqxvictor'
PERSON_COLUMNS = "Nom,E-mail,Téléphone,Date de naissance,Adresse"
SCANS = f"""ticket_code,scanned_at,direction,gate,{PERSON_COLUMNS}
ZQXCODE1,2026-07-03T18:00:05+02:00,in,Nord,{PERSON}
ZQXCODE2,2026-07-03T18:00:07+02:00,in,zqxmail@zqx.example,{PERSON}
ZQXCODE2,2026-07-03T18:01:07+02:00,in,+33699887766,{PERSON}
ZQXCODE1,Zqxjeanne Zqxdurand,out,Nord,{PERSON}
ZQXCODE1,2026-07-03T18:00:05+02:00,Zqxjeanne,Nord,{PERSON}
Zqxjeanne Zqxdurand,zqxmail@zqx.example
ZQXCODE1,2026-07-03T18:00:05+02:00,in,"Zqxjeanne ouvert jamais,{PERSON}
"""
TICKETS = f"""ticket_code,status,holder,price,quantity,{PERSON_COLUMNS}
ZQXCODE1,issued,zqxmail@zqx.example,12.50,1,{PERSON}
ZQXCODE2,Zqxjeanne,zqxmail@zqx.example,0699887766,1,{PERSON}
ZQXCODE3,issued,Zqxjeanne Zqxdurand,zqxmail@zqx.example,1907-06-05,{PERSON}
"""
PRETIX = """Order code,Attendee name,Product,Price,Checked in,Checked out,Automatically checked in,Secret,Email,\
Phone number,Company,Voucher code,Order date,Order time,Requires special attention,Comment,Address,ZIP code,City,Country
ZQXORDER,Zqxjeanne Zqxdurand,Pass,"12,50",2026-07-03 18:00,,No,ZQXSECRET,zqxmail@zqx.example,'+33699887766,\
,,2026-06-01,10:00,No,née le 05/06/1907,12 rue Zqxvictor,13001,Marseille,FR
ZQXORDER,Zqxjeanne Zqxdurand,zqxmail@zqx.example,Zqxjeanne,Zqxdurand,,No,ZQXSECRET2,zqxmail@zqx.example,,\
,,2026-06-01,10:00,No,,,Zqxdurand,,Zqxjeanne
"""
BILLETWEB = {
    "id": "1", "barcode": "ZQXCODE9", "used": "1", "used_date": "2026-07-03 18:05:00", "email": "zqxmail@zqx.example",
    "firstname": "Zqxjeanne", "name": "Zqxdurand", "ticket": "Pass", "ticket_id": "3", "price": "12.00",
    "order_id": "ZQXORDER", "disabled": "0", "order_date": "2026-06-01 10:00:00", "order_paid": "1",
    "order_payment_type": "web", "order_session": "0", "lane": "", "last_update": "2026-06-01 10:00:00",
    "custom": {"Date de naissance": "05/06/1907", "Téléphone": "0699887766"},
}  # fmt: skip
NO_HEADER = "Zqxjeanne Zqxdurand;zqxmail@zqx.example;0699887766\n" * 3
LOG = "Badge;Heure;Porteur\nZQXCODE1;13/07/2026 18:00:05;Zqxjeanne Zqxdurand\nZQXCODE2;Zqxjeanne;zqxmail@zqx.example\n"


def workbook() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in SCANS.splitlines()[:4]:
        book.active.append([cell.strip('"') for cell in line.split(",")])
    book.create_sheet("Zqxjeanne").append(["Zqxdurand", "zqxmail@zqx.example"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@contextlib.asynccontextmanager
async def running(command: str, settings: Settings, folder: Path) -> AsyncIterator[int]:
    """A process of the platform; what it says goes to a file, its temporary files to a folder."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("EVENTS_")} | settings.environ()
    with (folder / f"{command}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "events_api.cli", command,
            cwd=ROOT, env=environ | {"TMPDIR": str(temporary)}, stdin=asyncio.subprocess.DEVNULL,
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield process.pid
        finally:
            process.terminate()
            await process.wait()


async def test_nothing_of_a_person_is_left_anywhere(settings: Settings, pool: asyncpg.Pool, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = msgspec.structs.replace(
        settings, home=tmp_path / "home", port=port, pool_min=1, pool_max=4, log_level="debug"
    )
    organisation = await an_organisation(pool)
    edition = await an_edition(pool, organisation)
    token = await a_token(pool, "organiser", organisation=organisation)
    client = AsyncClient(
        base_url=f"http://127.0.0.1:{port}/api/v1",
        headers={"authorization": f"Bearer {token}", "content-type": "text/csv"},
        timeout=60,
    )

    async with running("serve", own, tmp_path) as pid, running("worker", own, tmp_path), client:
        await _ready(client)
        profile = await client.post(
            "/import-profiles",
            json={
                "organisation_id": str(organisation),
                "name": "Portiques",
                "mapping": {"facts": "scans", "code": "Badge", "at": "Heure"},
            },
            headers={"content-type": "application/json"},
        )
        path = f"/editions/{edition}/ticket-files"
        brought = {
            name: await client.put(f"{path}?start=true{more}", content=content)
            for name, content, more in (
                ("scans", SCANS, "&file_name=liste de zqxmail@zqx.example.csv"),
                ("tickets", TICKETS, ""),
                ("pretix", PRETIX, ""),
                ("json", json.dumps([BILLETWEB, BILLETWEB | {"used_date": "Zqxjeanne"}]), ""),
                ("workbook", workbook(), ""),
                ("gzip", gzip.compress(SCANS.encode()), ""),
                ("profile", LOG, f"&profile_id={profile.json()['id']}"),
            )
        }
        refused = {
            name: await client.put(path, content=content)
            for name, content in (
                ("no header", NO_HEADER),
                ("strange", "Zqxjeanne;zqxmail@zqx.example\nx;y\n"),
                ("cut", gzip.compress(SCANS.encode() * 9)[:-9]),
                ("endless", SCANS + "Zqxjeanne" * 200_000),
                ("broken", '[{"ticket_code": "ZQXCODE1", "scanned_at": "zqxmail@zqx.example"'),
            )
        }
        guessed = await client.post(f"/editions/{edition}/ticket-file-previews", content=LOG)
        with contextlib.suppress(ConnectionError, httpx.HTTPError):
            await client.put(path, content=_broken_off())
        killed = await client.put(path, content=_killed(pid))
        assert {name: answer.status_code for name, answer in brought.items()} == dict.fromkeys(brought, 201)
        assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(refused, 422)
        assert (guessed.status_code, killed.status_code) == (200, 422)
        await _brought(pool, len(brought))
        place = tmp_path / "backup.tar.gz"
        await back_up(own, place, lambda *_: None)
        answers = [*brought.values(), *refused.values(), guessed, killed]

    places = {
        **{f"answer {rank}": answer.content for rank, answer in enumerate(answers) if answer is not refused["strange"]},
        **{name: content async for name, content in _database(settings)},
        **{f"redis {name}": content async for name, content in _redis(settings)},
        **dict(_files(tmp_path)),
        **dict(_archive(place)),
    }
    assert sum(name.startswith("table ") for name in places) > 40
    assert {name: found for name, content in places.items() if (found := _markers(content))} == {}
    assert [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()] == []


def _markers(content: bytes) -> list[str]:
    lowered = content.lower()
    return [
        marker
        for marker in MARKERS
        if any(
            form in lowered for form in (marker.encode(), marker.encode().hex().encode(), marker.encode("utf-16-le"))
        )
    ]


async def _ready(client: AsyncClient) -> None:
    async with asyncio.timeout(120):
        while True:
            with contextlib.suppress(httpx.ConnectError):
                if (await client.get("/families")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


async def _broken_off() -> AsyncIterator[bytes]:
    yield SCANS.encode() * 2000
    await asyncio.sleep(0.5)
    raise ConnectionError


async def _killed(pid: int) -> AsyncIterator[bytes]:
    yield SCANS.encode() * 200
    await asyncio.sleep(0.5)
    for each in children(pid):
        if is_reader(each):
            os.kill(each, 9)
    yield SCANS.encode()


async def _brought(pool: asyncpg.Pool, number: int) -> None:
    async with asyncio.timeout(60):
        while await pool.fetchval("select count(*) from ticket_import where state = 'done'") < number:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _database(settings: Settings) -> AsyncIterator[tuple[str, bytes]]:
    """Every row of every table as text, of the platform and of the catalogue."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        tables = await connection.fetch(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'"
        )
        for table in tables:
            target = io.BytesIO()
            await connection.copy_from_query(f"select t::text from {table['name']} t", output=target)  # noqa: S608
            yield f"table {table['name']}", target.getvalue()
    finally:
        await connection.close()


async def _redis(settings: Settings) -> AsyncIterator[tuple[str, bytes]]:
    client = redis.asyncio.Redis.from_url(settings.redis_url)
    try:
        async for key in client.scan_iter():
            yield key.decode(), key + (await client.dump(key) or b"")
    finally:
        await client.aclose()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield f"file {path.relative_to(folder)}", path.name.encode() + path.read_bytes()


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            source: Any = archive.extractfile(member)
            if source is not None:
                yield f"backup {member.name}", member.name.encode() + source.read()
