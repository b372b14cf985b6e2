"""No attendance without its grade outside an edition either; a count is whole there, too."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000014"

SQL = """
alter table programme_figure add constraint programme_figure_graded check (
    quantity not in ('tickets_issued', 'entries_in', 'attendances', 'unique_visitors', 'reentries', 'peak_occupancy',
        'attendance_as_printed')
    or (grade is not null and value >= 0 and value = trunc(value)));
"""

forwards = sql_migration(ID, SQL, description="graded everywhere")
