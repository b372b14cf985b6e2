"""Provenance of figures, versions of reports, the steps of a subsidy, the note of an editorial step."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000012"

SQL = r"""
-- A figure that comes from a submitted report leads back to the version it was declared in.
alter table attendance_report_version add column id bigint generated always as identity;
alter table attendance_report_version add unique (edition_id, id);
alter table edition_figure
    add foreign key (edition_id, report_version_id) references attendance_report_version (edition_id, id),
    add check (source_kind <> 'file_line' or source_line is not null),
    add check (source_kind not in ('form_field', 'parameter') or source_field is not null);
alter table programme_figure
    add check (source_kind <> 'file_line' or source_line is not null),
    add check (source_kind not in ('form_field', 'parameter', 'formula') or source_field is not null),
    drop constraint programme_figure_subject_year_quantity_source_document_sour_key;
create unique index programme_figure_once on programme_figure (subject, year, quantity, source_document, source_field)
    nulls not distinct where retired_at is null;
create index edition_figure_version on edition_figure (edition_id, report_version_id)
    where report_version_id is not null;

-- The grade that an officer accepted, beside the one that the organiser claims.
alter table attendance_report
    add column accepted_grade text check (accepted_grade in ('A', 'B', 'C', 'D', 'E', 'F')),
    add check (state <> 'validated' or accepted_grade is not null);
create index attendance_report_organisation on attendance_report (organisation_id, id);

-- Never more paid than granted, whoever writes; the sum is kept under the lock of the subsidy.
alter table subsidy
    add column paid_cents bigint not null default 0,
    add column agreement_on date,
    add column agreement_reference text check (length(agreement_reference) between 1 and 120),
    add column reported_on date,
    add column closed_on date,
    add check (paid_cents between 0 and coalesce(granted_cents, 0)),
    add check ((agreement_on is null) = (agreement_reference is null));
create index subsidy_envelope on subsidy (envelope_id) where envelope_id is not null;

-- What the communication team tells the organiser with an editorial step; gone once published.
alter table edition
    add column editorial_note text check (length(editorial_note) between 1 and 2000),
    add check (editorial_state <> 'published' or editorial_note is null);
"""

forwards = sql_migration(ID, SQL, description="resources")
