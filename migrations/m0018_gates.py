"""Gates: what a repeated scan is answered, when a ticket came in last, and the times of its scans in files."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T06:30:00:000018"

SQL = r"""
alter table gate_ticket
    add entered_at timestamptz,
    add entered_gate integer not null default 0,
    add filed bigint[] not null default '{}';
alter table gate_ticket set (fillfactor = 80);
comment on column gate_ticket.filed is 'times of its scans in files, in microseconds since 1970';
-- What the gate was told beside the verdict: the former entry, how many were inside, and what the ticket was worth.
alter table live_scan
    add before_at timestamptz,
    add before_gate integer,
    add inside bigint,
    add standing smallint;
-- Written only under the lock of attendance_state, which refers to the edition: no check for each row.
alter table gate_ticket drop constraint gate_ticket_edition_id_fkey;
alter table live_scan drop constraint live_scan_edition_id_fkey;
-- What a device sent before is found by its number alone: no other index may look as good while the table is empty.
drop index live_scan_at;
drop index live_scan_ticket;
create index live_scan_ticket on live_scan (ticket, edition_id);
create index live_scan_contradicted on live_scan (edition_id, at) where contradiction is not null;
"""

forwards = sql_migration(ID, SQL, description="gates")
