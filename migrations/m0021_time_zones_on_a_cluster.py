"""A check without a block of exceptions: that is a subtransaction, in which a cluster cannot copy a table to its nodes."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T06:00:00:000021"

SQL = r"""
-- An unknown zone is refused by the conversion itself.
create or replace function time_zone_exists(name text) returns boolean language sql immutable strict as $$
    select (timestamptz '2000-01-01 00:00+00' at time zone name) is not null
        and name ~ '^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)*$'
$$;
"""

forwards = sql_migration(ID, SQL, description="time zones on a cluster")
