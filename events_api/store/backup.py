"""One archive of the database and the file store, and the way back into an empty installation.

The content hash covers the rows of every table in the order of its key, and the files. It does not depend on the
server: no object or transaction ids, no physical order, and not the epoch, which a restore raises.
"""

import asyncio
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from events_api.domain.actors import EVERYTHING, SYSTEM
from events_api.settings import Settings
from events_api.store import key_ends
from events_api.store.chain import Head, current_head
from events_api.store.heads import copy_head, heads_file
from events_api.store.migrate import migrate, pending
from events_api.store.transaction import SqlWork

FORMAT = 1
MANIFEST = "manifest.json"
LEDGER = "migration"
OUTSIDE_THE_CONTENT = {"installation": frozenset({"epoch"})}
SESSION = {
    "timezone": "UTC",
    "datestyle": "iso, ymd",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "application_name": "backup",
}
BLOCK = 1 << 20
DAMAGE = (tarfile.TarError, EOFError, OSError, zlib.error)

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many of its steps are behind, and how many there are."""

TABLES = """
    select c.relname as name,
           (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
           (select array_agg(format('%I', a.attname) || case when a.attcollation <> 0 then ' collate "C"' else '' end
                             order by k.place) from pg_index i
              cross join unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
              join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
             where i.indrelid = c.oid and i.indisprimary) as key
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> $1
     order by c.relname collate "C"
"""
SEQUENCES = "select sequencename as name, last_value from pg_sequences where schemaname = 'public' order by 1"
FOREIGN_KEYS = """
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
           format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as add
      from pg_constraint
     where connamespace = 'public'::regnamespace and contype = 'f' and conparentid = 0
     order by conrelid::regclass::text, conname
"""
TRIGGERED = """
    select distinct tgrelid::regclass::text from pg_trigger
     where not tgisinternal and tgrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
"""


class BackupRefused(Exception):
    """The archive or the installation is not what the operation needs; the message says why."""


class Table(Struct, frozen=True):
    """The rows of one table as COPY text, in the order of its key."""

    name: str
    columns: list[str]
    rows: int
    bytes: int
    sha256: str


class StoredFile(Struct, frozen=True):
    """One file of the store."""

    path: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What the archive holds."""

    format: int
    made_at: datetime
    migrations: list[str]
    epoch: int
    audit_head: Head | None
    tables: list[Table]
    sequences: dict[str, int | None]
    files: list[StoredFile]
    content_hash: str


async def back_up(settings: Settings, archive: Path, progress: Progress) -> Manifest:
    """Write one consistent archive while the installation runs; it appears under its name only when it is whole."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".backup-") as directory:
        drafts = Path(directory)
        connection = await asyncpg.connect(settings.database_url, server_settings=SESSION)
        try:
            if await pending(connection):
                raise BackupRefused("the database is not at this release: run `events-api migrate` first")
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                tables = await _copy_out(connection, drafts, progress)
                sequences = {row["name"]: row["last_value"] for row in await connection.fetch(SEQUENCES)}
                done = await connection.fetch("select name from migration order by name")
                epoch = await connection.fetchval("select epoch from installation")
                head = await current_head(connection)
        finally:
            await connection.close()
        files = _list_files(settings.files, progress)
        manifest = Manifest(
            format=FORMAT,
            made_at=datetime.now(UTC),
            migrations=[row["name"] for row in done],
            epoch=epoch,
            audit_head=head,
            tables=tables,
            sequences=sequences,
            files=files,
            content_hash=_content_hash(tables, files),
        )
        whole = drafts / "archive"
        _write_archive(whole, manifest, drafts, settings.files, progress)
        whole.chmod(0o600)
        whole.replace(archive)
    return manifest


class Restored(Struct, frozen=True, kw_only=True):
    """What a restore brought back; `destroyed_again` are the editions whose ticket keys were known to be destroyed."""

    manifest: Manifest
    destroyed_again: list[UUID]
    ticket_keys: int


async def restore(settings: Settings, archive: Path, progress: Progress) -> Restored:
    """Fill an empty installation from an archive, all or nothing, and prove that the content is the same.

    Ticket keys that `home` notes as destroyed are destroyed again before anybody can use them.
    """
    with _opened(archive) as tar, tempfile.TemporaryDirectory(dir=settings.home, prefix=".restore-") as directory:
        drafts = Path(directory)
        manifest = _read_manifest(tar, archive)
        _refuse_existing_files(settings.files)
        await _prepare_database(settings, manifest)
        _extract(tar, manifest, drafts, progress)
        connection = await asyncpg.connect(settings.database_url, server_settings=SESSION)
        try:
            async with connection.transaction():
                await _refuse_existing_rows(connection)
                await _copy_in(connection, manifest, drafts, progress)
                tables = await _copy_out(connection, drafts, progress)
                if _content_hash(tables, manifest.files) != manifest.content_hash:
                    raise BackupRefused("the restored rows differ from the archive's: nothing was restored")
                destroyed = await _destroy_again(connection, settings)
                ticket_keys = await key_ends.alive(connection)
                _place_files(manifest, drafts, settings.files)
        finally:
            await connection.close()
        if manifest.audit_head is not None:
            await asyncio.to_thread(copy_head, heads_file(settings), manifest.audit_head)
    return Restored(manifest=manifest, destroyed_again=destroyed, ticket_keys=ticket_keys)


def read_manifest(archive: Path) -> Manifest:
    """What an archive says that it holds."""
    with _opened(archive) as tar:
        return _read_manifest(tar, archive)


async def _copy_out(connection: asyncpg.Connection, drafts: Path, progress: Progress) -> list[Table]:
    found = await connection.fetch(TABLES, LEDGER)
    tables = []
    for done, row in enumerate(found):
        progress("Reading tables", done, len(found))
        columns = [name for name in row["columns"] if name not in OUTSIDE_THE_CONTENT.get(row["name"], ())]
        order = row["key"] or [f'{_quoted(name)}::text collate "C"' for name in columns]
        query = f"select {', '.join(map(_quoted, columns))} from {_quoted(row['name'])} order by {', '.join(order)}"
        path = drafts / f"{row['name']}.copy"
        with path.open("wb") as output:
            status = await connection.copy_from_query(query, output=output)
        with path.open("rb") as rows:
            digest = hashlib.file_digest(rows, "sha256").hexdigest()
        tables.append(Table(row["name"], columns, int(status.split()[-1]), path.stat().st_size, digest))
    progress("Reading tables", len(found), len(found))
    return tables


def _list_files(directory: Path, progress: Progress) -> list[StoredFile]:
    paths = sorted(path for path in directory.rglob("*") if path.is_file() and not path.name.startswith("."))
    files = []
    for done, path in enumerate(paths):
        progress("Reading files", done, len(paths))
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        files.append(StoredFile(path.relative_to(directory).as_posix(), path.stat().st_size, digest))
    progress("Reading files", len(paths), len(paths))
    return files


def _content_hash(tables: Iterable[Table], files: Iterable[StoredFile]) -> str:
    content = [[(table.name, table.columns, table.sha256) for table in tables], [(f.path, f.sha256) for f in files]]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _write_archive(target: Path, manifest: Manifest, drafts: Path, store: Path, progress: Progress) -> None:
    total = len(manifest.tables) + len(manifest.files)
    with tarfile.open(target, "w:gz", compresslevel=3, format=tarfile.PAX_FORMAT) as tar:
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        _add(tar, MANIFEST, io.BytesIO(text), len(text))
        for done, table in enumerate(manifest.tables):
            progress("Writing the archive", done, total)
            with (drafts / f"{table.name}.copy").open("rb") as content:
                _add(tar, f"tables/{table.name}.copy", content, table.bytes)
        for done, file in enumerate(manifest.files, len(manifest.tables)):
            progress("Writing the archive", done, total)
            with (store / file.path).open("rb") as content:
                _add(tar, f"files/{file.path}", content, file.bytes)
    progress("Writing the archive", total, total)


def _add(tar: tarfile.TarFile, name: str, content: BinaryIO, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    tar.addfile(member, content)


def _opened(archive: Path) -> AbstractContextManager[tarfile.TarFile]:
    try:
        return tarfile.open(archive, "r:gz")
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise BackupRefused(f"{archive} cannot be read: {error.strerror}") from None
    except DAMAGE:
        raise BackupRefused(f"{archive} is not an archive of this program") from None


def _read_manifest(tar: tarfile.TarFile, archive: Path) -> Manifest:
    try:
        first = tar.next()
        content = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
        if content is None:
            raise BackupRefused(f"{archive} is not an archive of this program")
        manifest = msgspec.json.decode(content.read(), type=Manifest)
    except (*DAMAGE, msgspec.DecodeError):
        raise BackupRefused(f"{archive} is damaged: its manifest cannot be read") from None
    if manifest.format != FORMAT:
        raise BackupRefused(f"{archive} has format {manifest.format} and this release reads {FORMAT}")
    if _content_hash(manifest.tables, manifest.files) != manifest.content_hash:
        raise BackupRefused(f"{archive} is damaged: its manifest contradicts itself")
    return manifest


async def _prepare_database(settings: Settings, manifest: Manifest) -> None:
    await migrate(settings.database_url)
    connection = await asyncpg.connect(settings.database_url)
    try:
        done = [row["name"] for row in await connection.fetch("select name from migration order by name")]
        if done != manifest.migrations:
            raise BackupRefused(
                f"the archive was made by another release (its last migration is {manifest.migrations[-1]}, "
                f"here it is {done[-1]}): restore with that release, then migrate"
            )
        await _refuse_existing_rows(connection)
    finally:
        await connection.close()


async def _refuse_existing_rows(connection: asyncpg.Connection) -> None:
    """Every write leaves a line in the trail, so an empty trail means that nobody has used the database."""
    if await connection.fetchval("select exists (select from audit_entry) or exists (select from account)"):
        raise BackupRefused("the database is not empty: restore into a new one")


def _refuse_existing_files(directory: Path) -> None:
    if directory.exists() and any(path.is_file() for path in directory.rglob("*")):
        raise BackupRefused(f"the file store {directory} is not empty: restore into a new EVENTS_HOME")


def _extract(tar: tarfile.TarFile, manifest: Manifest, drafts: Path, progress: Progress) -> None:
    """Write the members that the manifest names, and no other, and check each against its hash."""
    expected = {f"tables/{table.name}.copy": (drafts / f"{table.name}.copy", table.sha256) for table in manifest.tables}
    for file in manifest.files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts:
            raise BackupRefused(f"the archive names a file outside the store: {file.path}")
        expected[f"files/{file.path}"] = (drafts / "files" / path, file.sha256)
    total = len(expected)
    try:
        while (member := tar.next()) is not None:
            target, digest = expected.pop(member.name, (None, ""))
            content = tar.extractfile(member)
            if target is None or content is None:
                raise BackupRefused(f"the archive holds {member.name}, which its manifest does not name")
            progress("Reading the archive", total - len(expected), total)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as output:
                shutil.copyfileobj(content, output, BLOCK)
            with target.open("rb") as written:
                if hashlib.file_digest(written, "sha256").hexdigest() != digest:
                    raise BackupRefused(f"the archive is damaged: {member.name} has another content than was saved")
    except DAMAGE as error:
        raise BackupRefused(f"the archive is damaged: {error}") from None
    if expected:
        raise BackupRefused(f"the archive is damaged: it lacks {next(iter(expected))}")


async def _copy_in(connection: asyncpg.Connection, manifest: Manifest, drafts: Path, progress: Progress) -> None:
    """Rows first, then the foreign keys again, which checks them all; in the transaction of the caller."""
    here = {row["name"] for row in await connection.fetch(TABLES, LEDGER)}
    if here != {table.name for table in manifest.tables}:
        raise BackupRefused("the archive and this release have different tables")
    foreign_keys = await connection.fetch(FOREIGN_KEYS)
    triggered = [row[0] for row in await connection.fetch(TRIGGERED)]
    for key in foreign_keys:
        await connection.execute(key["drop"])
    for name in triggered:
        await connection.execute(f"alter table {name} disable trigger user")
    await connection.execute("update installation set epoch = $1", manifest.epoch + 1)
    await connection.execute(f"truncate {', '.join(_quoted(name) for name in sorted(here - {'installation'}))}")
    for done, table in enumerate(manifest.tables):
        progress("Writing tables", done, len(manifest.tables))
        if table.name == "installation":
            await _write_installation(connection, table, drafts)
            continue
        with (drafts / f"{table.name}.copy").open("rb") as rows:
            await connection.copy_to_table(table.name, source=rows, columns=table.columns)
    for name, last in manifest.sequences.items():
        if last is not None:
            await connection.execute("select setval(format('public.%I', $1::text)::regclass, $2)", name, last)
    for name in triggered:
        await connection.execute(f"alter table {name} enable trigger user")
    for done, key in enumerate(foreign_keys):
        progress("Checking foreign keys", done, len(foreign_keys))
        await connection.execute(key["add"])
    progress("Checking foreign keys", len(foreign_keys), len(foreign_keys))


async def _write_installation(connection: asyncpg.Connection, table: Table, drafts: Path) -> None:
    """Its one row is kept, because the epoch is not part of the content; the other columns come from the archive."""
    columns = ", ".join(map(_quoted, table.columns))
    await connection.execute("create temporary table restored on commit drop as table installation with no data")
    with (drafts / f"{table.name}.copy").open("rb") as rows:
        await connection.copy_to_table("restored", source=rows, columns=table.columns)
    await connection.execute(f"update installation set ({columns}) = (select {columns} from restored)")


async def _destroy_again(connection: asyncpg.Connection, settings: Settings) -> list[UUID]:
    work = SqlWork(
        connection,
        actor=SYSTEM,
        grant=EVERYTHING,
        now=datetime.now(UTC),
        request_id="restore",
        operation="cli.restore",
        master_key=b"",
    )
    destroyed = await key_ends.destroy_again(work, key_ends.noted(key_ends.destroyed_file(settings)))
    await work.write_trail()
    return destroyed


def _place_files(manifest: Manifest, drafts: Path, store: Path) -> None:
    for file in manifest.files:
        target = store / file.path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(drafts / "files" / file.path, target)
    os.sync()  # the rows that refer to them are about to be durable


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
