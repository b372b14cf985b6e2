"""The database's catalogue after all migrations, held against a committed picture; the rule of the keys."""

import os
from pathlib import Path

import asyncpg

from events_api.store.distribute import BY_EDITION, EVERYWHERE
from tests.conftest import own_settings

settings = own_settings

PICTURE = Path(__file__).parent / "catalogue.txt"
WRITE = "EVENTS_TEST_WRITE_CATALOGUE"
COLUMNS = """
    select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                  case when a.attnotnull then ' not null' else '' end,
                  coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), case a.attidentity::text when '' then ''
                           else ' identity ' || a.attidentity::text end))
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
"""
CONSTRAINTS = """
    select format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0 and contype <> 'n'
"""
INDEXES = "select indexdef from pg_indexes where schemaname = 'public'"
FUNCTIONS = """
    select format('function %s(%s) returns %s %s', proname, pg_get_function_identity_arguments(oid),
                  pg_get_function_result(oid), md5(prosrc))
    from pg_proc where pronamespace = 'public'::regnamespace
"""
GRANTS = """
    select format('grant %s on %s to %s', string_agg(privilege_type, ', ' order by privilege_type), table_name, grantee)
    from information_schema.role_table_grants
    where table_schema = 'public' and grantee <> 'events_owner' and grantee <> current_user
    group by table_name, grantee
"""
OWNED = """
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'edition_id'
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnotnull order by 1
"""
PRIMARY = """
    select a.attname from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.conrelid = $1::regclass and k.contype = 'p'
"""
KEYS = """
    select i.indexrelid::regclass::text as key, a.attname as first, null as refers_to
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indisunique and i.indrelid::regclass::text = any ($1)
    union all
    select k.conname, a.attname, k.confrelid::regclass::text
    from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype in ('f', 'x') and k.conrelid::regclass::text = any ($1)
"""
IDENTITIES = """
    select attrelid::regclass::text || '.' || attname from pg_attribute
    where attidentity <> '' and attrelid::regclass::text = any ($1)
"""
TRIGGERS = """
    select tgrelid::regclass::text from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where not tgisinternal and c.relnamespace = 'public'::regnamespace
"""


async def test_the_catalogue_is_the_committed_picture(owner: asyncpg.Connection) -> None:
    lines: list[str] = []
    for query in (COLUMNS, CONSTRAINTS, INDEXES, FUNCTIONS, GRANTS):
        lines += sorted(row[0] for row in await owner.fetch(query))
        lines.append("")
    found = "\n".join(lines)
    if os.environ.get(WRITE):
        PICTURE.write_text(found, encoding="utf-8")

    assert found == PICTURE.read_text(encoding="utf-8"), f"a migration changed it: run with {WRITE}=1 and read the diff"


async def test_rows_owned_by_an_edition_have_it_first_in_their_key(owner: asyncpg.Connection) -> None:
    tables = [row["relname"] for row in await owner.fetch(OWNED)]

    assert {"session", "edition_figure", "attendance_report", "funding_line", "subsidy_allocation"} <= set(tables)
    assert {table: await owner.fetchval(PRIMARY, table) for table in tables} == dict.fromkeys(tables, "edition_id")


async def test_no_table_has_a_trigger(owner: asyncpg.Connection) -> None:
    assert await owner.fetch(TRIGGERS) == []


async def test_what_a_cluster_spreads_by_edition_can_be_spread(owner: asyncpg.Connection) -> None:
    """Every key of a distributed table begins with the edition, and it refers to its like or to a small table."""
    keys = await owner.fetch(KEYS, list(BY_EDITION))

    assert {row["key"] for row in keys if row["first"] != "edition_id"} == set()
    assert {row["refers_to"] for row in keys} - {None} <= set(EVERYWHERE) | set(BY_EDITION)
    assert [row[0] for row in await owner.fetch(IDENTITIES, list(BY_EDITION))] == []
