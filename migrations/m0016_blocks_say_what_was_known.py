"""Which facts of a block were known already, and blocks of an import that never ended may be thrown away."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T06:00:00:000016"

SQL = r"""
-- One bit for each row, the highest of a byte first; null where every fact was new.
alter table import_block add column known bytea;
grant delete, update (known) on import_block to events_app;
"""

forwards = sql_migration(ID, SQL, description="blocks say what was known")
