"""Tickets and scans: files and their blocks of facts, gates and live scans, and the counts kept from both."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T06:00:00:000015"

SQL = r"""
-- The key of the pseudonyms of an edition, sealed under the master key; destroyed, its tickets cannot be linked again.
create table ticket_key (
    edition_id bigint primary key references edition,
    sealed_key bytea,
    created_at timestamptz not null default now(),
    expires_on date,
    destroyed_at timestamptz,
    destroyed_by uuid,
    check ((sealed_key is null) = (destroyed_at is not null))
);

-- How to read a log that no known tool wrote: named by the organisation that uses it.
create table import_profile (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    organisation_id bigint not null references organisation,
    name text not null check (length(name) between 1 and 120),
    mapping jsonb not null,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz
);
create unique index import_profile_once on import_profile (organisation_id, name) where retired_at is null;

-- One file of one edition: its hash, what was recognised, what became of its lines. The file itself is never kept.
create table ticket_import (
    edition_id bigint not null references edition,
    id bigint generated always as identity,
    public_id uuid not null unique,
    sha256 bytea not null check (length(sha256) = 32),
    bytes bigint not null check (bytes >= 0),
    file_name text check (length(file_name) between 1 and 120),
    format text not null check (length(format) between 1 and 60),
    preview jsonb not null,
    draft_sha256 bytea check (length(draft_sha256) = 32),
    refusals_sha256 bytea check (length(refusals_sha256) = 32),
    state text not null default 'previewed' check (state in ('previewed', 'queued', 'done', 'failed', 'undone')),
    failure text check (length(failure) between 1 and 2000),
    simulated boolean not null default false,
    lines_read bigint not null check (lines_read >= 0),
    lines_accepted bigint not null default 0 check (lines_accepted >= 0),
    lines_known bigint not null default 0 check (lines_known >= 0),
    lines_refused bigint not null check (lines_refused >= 0),
    requested_by uuid,
    job_id uuid,
    imported_at timestamptz,
    undone_at timestamptz,
    undone_by uuid,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    primary key (edition_id, id),
    check (state not in ('done', 'undone') or lines_read = lines_accepted + lines_known + lines_refused),
    check ((state = 'undone') = (undone_at is not null))
);
create index ticket_import_file on ticket_import (edition_id, sha256);

-- The facts of a file (events_api/domain/tickets/facts.py), cut by ticket, sorted. Equal content is kept once.
create table import_block (
    edition_id bigint not null,
    import_id bigint not null,
    kind text not null check (kind in ('scan', 'ticket')),
    bucket smallint not null check (bucket between 0 and 15),
    rows integer not null check (rows > 0),
    sha256 bytea not null check (length(sha256) = 32),
    content bytea,
    same_as bigint,
    lines bytea not null,
    primary key (edition_id, import_id, kind, bucket),
    foreign key (edition_id, import_id) references ticket_import (edition_id, id),
    foreign key (edition_id, same_as, kind, bucket) references import_block (edition_id, import_id, kind, bucket),
    check ((content is null) = (same_as is not null))
);
alter table import_block alter column content set storage external, alter column lines set storage external;

-- Names that facts refer to by number.
create table attendance_label (
    edition_id bigint not null references edition,
    kind text not null check (kind in ('gate', 'session', 'category', 'origin', 'device')),
    id integer not null check (id between 1 and 65535),
    label text not null check (length(label) between 1 and 200),
    capacity integer check (capacity > 0),
    primary key (edition_id, kind, id),
    unique (edition_id, kind, label)
);

-- How an edition lets people in.
create table gate_settings (
    edition_id bigint primary key references edition,
    public_id uuid not null unique,
    policy text not null default 'once' check (policy in ('once', 'once_a_day', 're_entry')),
    known_only boolean not null default true,
    authorised_capacity integer check (authorised_capacity > 0),
    day_starts_at time not null default '05:00',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz
);

-- One row per edition with facts: the lock of whoever changes its counts, and when they changed.
create table attendance_state (
    edition_id bigint primary key references edition,
    revision bigint not null default 0,
    live boolean not null default false,
    first_at timestamptz,
    last_at timestamptz,
    changed_at timestamptz not null default now()
);

-- What the gates know of a ticket, kept once an edition is scanned live.
create table gate_ticket (
    edition_id bigint not null references edition,
    ticket bytea not null check (length(ticket) = 16),
    holder bytea check (length(holder) = 16),
    standing smallint not null,
    channel smallint not null default 0,
    category integer not null default 0,
    origin integer not null default 0,
    quantity integer not null default 1,
    first_day integer not null default 0,
    last_day integer not null default 0,
    listed boolean not null,
    inside boolean not null default false,
    last_at timestamptz,
    visits bigint[] not null default '{}',
    primary key (edition_id, ticket)
);
create index gate_ticket_holder on gate_ticket (edition_id, holder) where holder is not null;

-- Every scan that a gate sent, refused ones included; the device numbers them.
create table live_scan (
    edition_id bigint not null references edition,
    device integer not null,
    sequence bigint not null,
    ticket bytea not null check (length(ticket) = 16),
    at timestamptz not null,
    received_at timestamptz not null default now(),
    direction smallint not null check (direction in (0, 1)),
    verdict smallint not null,
    gate integer not null default 0,
    session integer not null default 0,
    category integer not null default 0,
    origin integer not null default 0,
    quantity integer not null default 1,
    offline boolean not null default false,
    contradiction smallint,
    voided_at timestamptz,
    voided_by uuid,
    void_reason text check (length(void_reason) between 1 and 500),
    primary key (edition_id, device, sequence)
);
create index live_scan_ticket on live_scan (edition_id, ticket);
create index live_scan_at on live_scan (edition_id, at);

-- Quantities of AMP-IMPACT/1 §3.1. `-infinity` stands for all days, `infinity` for a day nobody wrote down.
create table attendance_count (
    edition_id bigint not null references edition,
    dimension text not null check (dimension in ('edition', 'session', 'gate', 'category', 'channel', 'origin')),
    label_id integer not null,
    day date not null,
    tickets_issued bigint not null default 0 check (tickets_issued >= 0),
    tickets_cancelled bigint not null default 0 check (tickets_cancelled >= 0),
    tickets_scanned bigint not null default 0 check (tickets_scanned >= 0),
    entries_in bigint not null default 0 check (entries_in >= 0),
    exits bigint not null default 0 check (exits >= 0),
    attendances bigint not null default 0 check (attendances between 0 and entries_in),
    unique_visitors bigint not null default 0 check (unique_visitors >= 0),
    scans_refused bigint not null default 0 check (scans_refused >= 0),
    primary key (edition_id, dimension, label_id, day)
) with (fillfactor = 50);

-- Passages per quarter of an hour and gate.
create table attendance_quarter (
    edition_id bigint not null references edition,
    quarter timestamptz not null,
    gate integer not null,
    entries bigint not null check (entries >= 0),
    exits bigint not null check (exits >= 0),
    refused bigint not null check (refused >= 0),
    primary key (edition_id, quarter, gate)
) with (fillfactor = 50);

-- In and out per second of a minute: 60 pairs of uint32, out before in; what occupancy is computed from.
create table attendance_minute (
    edition_id bigint not null references edition,
    minute timestamptz not null,
    changes bytea not null check (length(changes) = 480),
    primary key (edition_id, minute)
) with (fillfactor = 50);

-- Occupancy of a quarter of an hour relative to its beginning: change over it, lowest and highest, when first highest.
create table attendance_presence (
    edition_id bigint not null references edition,
    quarter timestamptz not null,
    net bigint not null,
    lowest bigint not null,
    highest bigint not null,
    highest_at timestamptz not null,
    primary key (edition_id, quarter)
) with (fillfactor = 50);

grant select, insert, update on ticket_key, import_profile, ticket_import, attendance_label, gate_settings,
    attendance_state, gate_ticket, live_scan to events_app;
grant select, insert on import_block to events_app;
grant select, insert, update, delete on attendance_count, attendance_quarter, attendance_minute, attendance_presence,
    gate_ticket to events_app;
"""

forwards = sql_migration(ID, SQL, description="tickets")
