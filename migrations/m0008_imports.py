"""Imports: what the programme prints of an event, external names of every imported kind, communes from the files."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000008"

SQL = r"""
alter table event
    add column organisers_as_printed text check (length(organisers_as_printed) between 1 and 300),
    add column source_document text check (length(source_document) between 1 and 300),
    add column note text check (length(note) between 1 and 1000);

alter table external_identifier
    drop constraint external_identifier_kind_check,
    add constraint external_identifier_kind_check check (kind in ('organisation', 'place', 'event', 'edition', 'family',
        'roadmap_action', 'edition_figure', 'programme_figure', 'figure_conflict', 'subsidy'));

grant insert, update on commune to events_app;
grant update (lines_read, lines_accepted, lines_known, lines_refused) on import_run to events_app;
"""

forwards = sql_migration(ID, SQL, description="imports")
