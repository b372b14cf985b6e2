"""Lock-outs are counted from failed logins; no column of the account holds them."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000013"

SQL = """
alter table account drop column locked_until;
"""

forwards = sql_migration(ID, SQL, description="lock-outs are counted")
