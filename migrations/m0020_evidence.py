"""Checks of the logs of an edition, what officers decided about its counts, and estimates made without tickets."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T06:00:00:000020"

SQL = r"""
-- What the checks found, of the facts that were there at one revision of the counts.
create table attendance_check (
    edition_id bigint primary key references edition,
    revision bigint not null check (revision >= 0),
    scans bigint not null check (scans >= 0),
    checks jsonb not null,
    checked_at timestamptz not null default now()
);

-- What an officer decided about the counts of an edition: never changed, the next decision is a new version.
create table attendance_evidence (
    edition_id bigint not null references edition,
    number integer not null check (number > 0),
    public_id uuid not null unique,
    decision text not null check (decision in ('accepted', 'refused')),
    revision bigint not null,
    content jsonb not null,
    content_hash bytea not null check (length(content_hash) = 32),
    figure_ids uuid[] not null,
    decided_by uuid,
    decided_at timestamptz not null default now(),
    primary key (edition_id, number)
);

-- An attendance that a method without tickets gives, proposed as a figure and accepted by an officer.
create table attendance_estimate (
    edition_id bigint not null references edition,
    id bigint generated always as identity,
    public_id uuid not null unique,
    method text not null check (method in ('survey', 'density', 'capture-recapture', 'gate-sampling')),
    inputs jsonb not null,
    result jsonb not null,
    figures jsonb not null,
    state text not null default 'proposed' check (state in ('proposed', 'accepted', 'refused')),
    note text check (length(note) between 1 and 2000),
    review_note text check (length(review_note) between 1 and 2000),
    figure_ids jsonb not null default '[]',
    proposed_by uuid,
    decided_by uuid,
    decided_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    primary key (edition_id, id),
    check (state <> 'refused' or review_note is not null)
);

grant select, insert, update on attendance_check, attendance_estimate to events_app;
grant select, insert on attendance_evidence to events_app;
"""

forwards = sql_migration(ID, SQL, description="evidence")
