"""A backup holds everything, a restore proves it, and neither touches what it should not."""

import hashlib
import io
import stat
import tarfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import pytest

from events_api.settings import Settings, with_database
from events_api.store.backup import BackupRefused, Manifest, Restored, back_up, read_manifest, restore
from events_api.store.heads import copied_heads, heads_file
from events_api.store.key_ends import Destroyed, destroyed_file, note
from tests.cluster import drop_database

Installation = Callable[[str], Awaitable[Settings]]

FILLING = """
    insert into organisation (public_id, name, sort_key, identifier_kind, rna) values
        ('01900000-0000-7000-8000-000000000001', 'L''Été\t"des" \\ arts\n— Ô', 'ete', 'rna', 'W131234567'),
        ('01900000-0000-7000-8000-000000000002', 'Zèbre', 'zebre', 'unknown', null);
    update organisation set merged_into_id = 1, retired_at = '2026-03-29 01:30:00.123456+00' where id = 2;
    insert into place (public_id, name, sort_key, longitude, latitude) values
        ('01900000-0000-7000-8000-000000000003', 'Théâtre', 'theatre', 0.1, 43.29695);
    insert into event (public_id, slug, name, sort_key, audience) values
        ('01900000-0000-7000-8000-000000000004', 'fete', 'Fête', 'fete', 'public');
    insert into event_slug (slug, event_id) values ('fete', 1), ('Fête-b', 1), ('fete-a', 1);
    insert into event_party (event_id, organisation_id, role) values (1, 1, 'organiser');
    insert into audit_entry (actor_kind, role, request_id, operation, subject_kind, before, after) values
        ('system', 'administrator', 'r', 'create', 'event', null, '{"b": 1, "a": [1.50, "é"]}');
    insert into audit_link (position, entry_id, entry_hash, hash)
        select 1, id, sha256('entry'), sha256('link') from audit_entry;
"""
EDITIONS = ("01900000-0000-7000-8000-000000000005", "01900000-0000-7000-8000-000000000006")
KEYS = """
    insert into edition (public_id, event_id, year, date_precision) values
        ('01900000-0000-7000-8000-000000000005', 1, 2025, 'year'),
        ('01900000-0000-7000-8000-000000000006', 1, 2026, 'year');
    insert into ticket_key (edition_id, sealed_key) values (1, '\\x01'), (2, '\\x02');
    insert into attendance_state (edition_id, live) values (1, true);
    insert into gate_ticket (edition_id, ticket, standing, listed) values (1, decode(repeat('ab', 16), 'hex'), 0, true);
"""


@pytest.fixture
async def installation(settings: Settings, template: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Make installations with a home and a database of their own: migrated, or wholly empty."""
    made = []
    owner = await asyncpg.connect(settings.database_url)

    async def make(kind: str) -> Settings:
        name = f"{template}_{uuid.uuid4().hex[:8]}"
        await owner.execute(f'create database "{name}"' + (f' template "{template}"' if kind == "migrated" else ""))
        made.append(name)
        home = tmp_path / name
        home.mkdir()
        return msgspec.structs.replace(settings, home=home, database_url=with_database(settings.database_url, name))

    yield make
    await owner.close()
    for name in made:
        await drop_database(settings.database_url, name)


@pytest.fixture
async def source(installation: Installation) -> Settings:
    """An installation with rows of many kinds and two files."""
    made = await installation("migrated")
    connection = await asyncpg.connect(made.database_url)
    await connection.execute(FILLING)
    await connection.close()
    for content in (b"first", b"second " * 100_000):
        digest = hashlib.sha256(content).hexdigest()
        path = made.files / digest[:2] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return made


@pytest.mark.parametrize("kind", ["wholly empty", "migrated"])
async def test_a_restore_into_an_empty_installation_has_the_same_content(
    source: Settings, installation: Installation, tmp_path: Path, kind: str
) -> None:
    archive = tmp_path / "archive"
    saved = await back_up(source, archive, silent)
    target = await installation(kind)

    restored = await restore(target, archive, silent)
    again = await back_up(target, tmp_path / "again", silent)

    assert restored == Restored(manifest=saved, destroyed_again=[], ticket_keys=0)
    assert saved == read_manifest(archive)
    assert again.content_hash == saved.content_hash
    assert (again.tables, again.files, again.sequences) == (saved.tables, saved.files, saved.sequences)
    assert again.audit_head == saved.audit_head
    assert list(copied_heads([heads_file(target)])) == [saved.audit_head]
    assert rows_of(again) == rows_of(saved)
    assert files_of(target) == files_of(source)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


async def test_a_restored_database_has_its_rules_its_sequences_and_a_later_epoch(
    source: Settings, installation: Installation, tmp_path: Path
) -> None:
    await back_up(source, tmp_path / "archive", silent)
    target = await installation("wholly empty")
    await restore(target, tmp_path / "archive", silent)

    before, after = await picture(source), await picture(target)

    assert after == before
    connection = await asyncpg.connect(target.database_url)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute("insert into event_slug (slug, event_id) values ('nowhere', 99)")
    number = await connection.fetchval(
        "insert into family (public_id, slug, name_fr, name_en) values (gen_random_uuid(), 'x', 'x', 'x') returning id"
    )
    next_event = await connection.fetchval(
        "insert into event (public_id, slug, name, sort_key, audience) "
        "values (gen_random_uuid(), 'n', 'n', 'n', 'public') returning id"
    )
    epoch = await connection.fetchval("select epoch from installation")
    marks = await connection.fetchrow(
        "select (select mark from event where slug = 'n') > max(mark) as later from event where slug <> 'n'"
    )
    await connection.close()
    assert (number, next_event, epoch, marks["later"]) == (1, 2, 2, True)


async def test_what_is_in_use_is_never_overwritten(
    source: Settings, installation: Installation, tmp_path: Path
) -> None:
    saved = await back_up(source, tmp_path / "archive", silent)
    with_files = await installation("migrated")
    with_files.files.mkdir()
    (with_files.files / "kept").write_bytes(b"kept")

    with pytest.raises(BackupRefused, match=r"the file store .* is not empty: restore into a new EVENTS_HOME"):
        await restore(with_files, tmp_path / "archive", silent)
    with pytest.raises(BackupRefused, match="the database is not empty: restore into a new one"):
        await restore(msgspec.structs.replace(source, home=with_files.home.parent), tmp_path / "archive", silent)

    assert files_of(with_files) == {"kept": b"kept"}
    assert (await back_up(source, tmp_path / "again", silent)).content_hash == saved.content_hash


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("tables/event.copy", "the archive is damaged: tables/event.copy has another content than was saved"),
        ("files/", "the archive is damaged: files/.* has another content than was saved"),
        ("manifest.json", "is damaged: its manifest contradicts itself"),
    ],
)
async def test_a_changed_archive_restores_nothing(
    source: Settings, installation: Installation, tmp_path: Path, member: str, reason: str
) -> None:
    await back_up(source, tmp_path / "archive", silent)
    change_member(tmp_path / "archive", tmp_path / "changed", member)
    target = await installation("migrated")

    with pytest.raises(BackupRefused, match=reason):
        await restore(target, tmp_path / "changed", silent)

    assert files_of(target) == {}
    connection = await asyncpg.connect(target.database_url)
    assert await connection.fetchval("select count(*) from event") == 0
    await connection.close()


async def test_a_shortened_archive_restores_nothing(
    source: Settings, installation: Installation, tmp_path: Path
) -> None:
    await back_up(source, tmp_path / "archive", silent)
    content = (tmp_path / "archive").read_bytes()
    target = await installation("migrated")

    for size in (0, 10, 1000, len(content) // 2, len(content) * 9 // 10):
        (tmp_path / "cut").write_bytes(content[:size])
        with pytest.raises(BackupRefused):
            await restore(target, tmp_path / "cut", silent)

    assert files_of(target) == {}


async def test_a_backup_is_one_moment_although_writing_goes_on(source: Settings, tmp_path: Path) -> None:
    connection = await asyncpg.connect(source.database_url)
    first = await back_up(source, tmp_path / "first", silent)

    def write_meanwhile(what: str, done: int, total: int) -> None:
        if (what, done) == ("Reading tables", 1):
            meanwhile.append(True)

    meanwhile: list[bool] = []
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("update event set name = 'Other'")
    second = await back_up(source, tmp_path / "second", write_meanwhile)
    await transaction.commit()
    third = await back_up(source, tmp_path / "third", silent)
    await connection.close()

    assert meanwhile == [True]
    assert second.content_hash == first.content_hash
    assert third.content_hash != first.content_hash


async def test_a_key_known_to_be_destroyed_does_not_come_back_from_an_older_archive(
    source: Settings, installation: Installation, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(source.database_url)
    await connection.execute(KEYS)
    await connection.close()
    await back_up(source, tmp_path / "archive", silent)
    gone = Destroyed(edition_id=UUID(EDITIONS[0]), destroyed_at=datetime(2026, 11, 1, 12, tzinfo=UTC))
    knowing, ignorant = await installation("migrated"), await installation("migrated")
    note(destroyed_file(knowing), [gone])

    restored = await restore(knowing, tmp_path / "archive", silent)
    without = await restore(ignorant, tmp_path / "archive", silent)

    assert (restored.destroyed_again, restored.ticket_keys) == ([gone.edition_id], 1)
    assert (without.destroyed_again, without.ticket_keys) == ([], 2)
    connection = await asyncpg.connect(knowing.database_url)
    rows = await connection.fetch(
        "select e.public_id, k.sealed_key, k.destroyed_at from ticket_key k join edition e on e.id = k.edition_id"
        " order by e.public_id"
    )
    tickets = await connection.fetchval("select count(*) from gate_ticket")
    trail = await connection.fetch("select operation, subject_id from audit_entry where subject_kind = 'ticket_key'")
    await connection.close()
    assert [tuple(row) for row in rows] == [
        (gone.edition_id, None, gone.destroyed_at),
        (UUID(EDITIONS[1]), b"\x02", None),
    ]
    assert tickets == 0
    assert [tuple(row) for row in trail] == [("cli.restore", gone.edition_id)]


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def rows_of(manifest: Manifest) -> dict[str, int]:
    return {table.name: table.rows for table in manifest.tables}


def files_of(settings: Settings) -> dict[str, bytes]:
    return {
        path.relative_to(settings.files).as_posix(): path.read_bytes()
        for path in settings.files.rglob("*")
        if path.is_file()
    }


async def picture(settings: Settings) -> list[tuple[str, ...]]:
    """Every constraint and trigger of the schema."""
    connection = await asyncpg.connect(settings.database_url)
    rows = await connection.fetch(
        "select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), convalidated::text "
        "from pg_constraint where connamespace = 'public'::regnamespace union all "
        "select tgrelid::regclass::text, tgname::text, pg_get_triggerdef(oid), tgenabled::text from pg_trigger "
        "where not tgisinternal order by 1, 2"
    )
    await connection.close()
    return [tuple(row) for row in rows]


def change_member(source: Path, target: Path, name: str) -> None:
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        changed = False
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name.startswith(name) and not changed:
                changed = True
                data = data.replace(b'"rows": 1', b'"rows": 2').replace(b'"sha256": "', b'"sha256": "0', 1)
                data = (
                    data.replace(b"F\xc3\xaate", b"F\xc3\xaat\xc3\xa9")
                    .replace(b"first", b"fIrst")
                    .replace(b"second", b"sEcond", 1)
                )
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
        assert changed
