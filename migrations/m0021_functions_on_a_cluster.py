"""What a cluster asks of two functions: no subtransaction in a check, nothing volatile in an update."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T06:00:00:000021"

SQL = r"""
-- An unknown zone is refused by the conversion itself.
create or replace function time_zone_exists(name text) returns boolean language sql immutable strict as $$
    select (timestamptz '2000-01-01 00:00+00' at time zone name) is not null
        and name ~ '^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)*$'
$$;

-- The same all through a transaction, which is what stable says.
alter function current_mark() stable;
"""

forwards = sql_migration(ID, SQL, description="functions on a cluster")
