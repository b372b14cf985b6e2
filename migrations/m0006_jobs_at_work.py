"""Jobs: found by queue, one run at a time for a key; the settled mark reads the snapshot of the query that asks."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000006"

SQL = r"""
drop index job_due;
create index job_due on job (queue, run_after, id) where state = 'queued';
-- Two runs for one key would race: the older could write its result last.
create unique index job_running on job (kind, key) where key is not null and state = 'running';

-- A volatile function looks at a snapshot of its own, later than the one of the query around it: a transaction that
-- commits between the two would be below the mark and yet unseen, and whoever continues after that mark would skip it.
alter function settled_mark() stable;

grant delete on job to events_app;  -- those that ended well, after 90 days
create index schedule_run_job on schedule_run (job_id);
create index outbox_job on outbox (job_id);
"""

forwards = sql_migration(ID, SQL, description="jobs at work")
