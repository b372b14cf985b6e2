"""The net leverage of an edition in a column: a year counts the editions above one for one without reading JSON."""

from events_api.store.migrate import sql_migration

ID = "2026-11-29T20:50:00:000025"

SQL = r"""
-- The median of the draws; null where nothing was assessed or no subsidy was paid.
alter table impact_edition add column net_leverage double precision
    generated always as ((figures #>> '{leverage,p50}')::double precision) stored;
"""

forwards = sql_migration(ID, SQL, description="net leverage")
