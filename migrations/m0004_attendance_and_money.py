"""Figures with their evidence, attendance reports, subsidies, calls, envelopes and funding plans."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000004"

SQL = r"""
-- One figure of one edition. Never changed: a correction is a new row that names the one it replaces.
create table edition_figure (
    edition_id bigint not null references edition,
    id bigint generated always as identity,
    public_id uuid not null unique,
    quantity text not null check (quantity in (
        'attendance_as_printed', 'tickets_issued', 'entries_in', 'attendances', 'unique_visitors', 'reentries',
        'peak_occupancy', 'participants', 'exhibitors', 'speakers', 'authors', 'budget', 'other')),
    as_printed text check (length(as_printed) between 1 and 300),
    value numeric(20, 4) not null check (value between -1e15 and 1e15),
    unit text not null check (length(unit) between 1 and 60),
    grade text check (grade in ('A', 'B', 'C', 'D', 'E', 'F')),
    territory_code text not null default 'amp' references territory,
    source_kind text not null check (source_kind in ('document', 'file_line', 'form_field', 'parameter')),
    source_document text not null check (length(source_document) between 1 and 300),
    source_line integer check (source_line > 0),
    source_field text check (length(source_field) between 1 and 200),
    report_version_id bigint,
    stated_by uuid,
    stated_at timestamptz not null,
    replaces_id bigint,
    note text check (length(note) between 1 and 1000),
    simulated boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    primary key (edition_id, id),
    foreign key (edition_id, replaces_id) references edition_figure (edition_id, id),
    -- no attendance without its grade; what is not an attendance needs none
    check (grade is not null or quantity in ('speakers', 'authors', 'exhibitors', 'participants', 'budget', 'other')),
    check (quantity not in ('tickets_issued', 'entries_in', 'attendances', 'unique_visitors', 'reentries',
        'peak_occupancy', 'attendance_as_printed') or (value >= 0 and value = trunc(value)))
);
create unique index edition_figure_replaced on edition_figure (edition_id, replaces_id) where replaces_id is not null;

-- A figure about the programme, a support line or a year, outside any one edition.
create table programme_figure (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    subject text not null check (length(subject) between 1 and 200),
    year integer check (year between 1800 and 2200),
    organisation_id bigint references organisation,
    quantity text not null check (quantity ~ '^[a-z][a-z0-9_]{1,60}$'),
    as_printed text check (length(as_printed) between 1 and 300),
    value numeric(20, 4) not null check (value between -1e15 and 1e15),
    unit text not null check (length(unit) between 1 and 60),
    grade text check (grade in ('A', 'B', 'C', 'D', 'E', 'F')),
    territory_code text not null default 'amp' references territory,
    source_kind text not null check (source_kind in ('document', 'file_line', 'form_field', 'parameter', 'formula')),
    source_document text not null check (length(source_document) between 1 and 300),
    source_line integer check (source_line > 0),
    source_field text check (length(source_field) between 1 and 200),
    stated_by uuid,
    stated_at timestamptz not null,
    note text check (length(note) between 1 and 1000),
    simulated boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    unique nulls not distinct (subject, year, quantity, source_document, source_field)
);

-- Two figures that cannot both be right; kept, shown, never resolved by the platform.
create table figure_conflict (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    first_id bigint not null references programme_figure,
    second_id bigint not null references programme_figure check (second_id <> first_id),
    explanation_fr text not null check (length(explanation_fr) between 1 and 1000),
    explanation_en text not null check (length(explanation_en) between 1 and 1000),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    unique (first_id, second_id)
);

create table attendance_report (
    edition_id bigint not null references edition,
    id bigint generated always as identity,
    public_id uuid not null unique,
    organisation_id bigint not null references organisation,
    state text not null default 'draft' check (state in ('draft', 'submitted', 'returned', 'validated')),
    attendances bigint check (attendances between 0 and 100000000),
    unique_visitors bigint check (unique_visitors between 0 and 100000000),
    entries_in bigint check (entries_in between 0 and 100000000),
    tickets_issued bigint check (tickets_issued between 0 and 100000000),
    grade text check (grade in ('A', 'B', 'C', 'D', 'E', 'F')),
    method text check (length(method) between 1 and 2000),
    review_note text check (length(review_note) between 1 and 2000),
    due_on date,
    submitted_versions integer not null default 0 check (submitted_versions >= 0),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    primary key (edition_id, id),
    check (unique_visitors <= attendances),
    check (attendances <= entries_in),
    check (num_nonnulls(attendances, unique_visitors, entries_in, tickets_issued) = 0 or grade is not null),
    check (state = 'draft' or num_nonnulls(attendances, unique_visitors, entries_in, tickets_issued) > 0),
    check (state <> 'returned' or review_note is not null)
);
create unique index attendance_report_once on attendance_report (edition_id, organisation_id)
    where retired_at is null;

create table attendance_report_version (
    edition_id bigint not null,
    report_id bigint not null,
    number integer not null check (number > 0),
    public_id uuid not null unique,
    content jsonb not null,
    content_hash bytea not null check (length(content_hash) = 32),
    submitted_by uuid,
    submitted_at timestamptz not null default now(),
    primary key (edition_id, report_id, number),
    foreign key (edition_id, report_id) references attendance_report (edition_id, id)
);

create table call (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    title_fr text not null check (length(title_fr) between 1 and 200),
    title_en text check (length(title_en) between 1 and 200),
    rules_fr text check (length(rules_fr) between 1 and 20000),
    opens_on date not null,
    closes_on date not null check (closes_on >= opens_on),
    weights jsonb,
    deliberation text check (length(deliberation) between 1 and 120),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz
);

create table envelope (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    name text not null check (length(name) between 1 and 200),
    year integer not null check (year between 1990 and 2200),
    amount_cents bigint not null check (amount_cents between 0 and 100000000000000),
    deliberation text check (length(deliberation) between 1 and 120),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz
);
create unique index envelope_once on envelope (year, name) where retired_at is null;

create table subsidy (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    organisation_id bigint not null references organisation,
    funder_id bigint references organisation,
    call_id bigint references call,
    envelope_id bigint references envelope,
    title text not null check (length(title) between 1 and 256),
    state text not null default 'requested' check (state in (
        'requested', 'instructed', 'decided', 'refused', 'agreement', 'paying', 'reported', 'closed', 'withdrawn')),
    nature text not null default 'cash' check (nature in ('cash', 'in_kind', 'both')),
    requested_cents bigint check (requested_cents between 0 and 100000000000000),
    granted_cents bigint check (granted_cents between 0 and 100000000000000),
    decided_on date,
    deliberation text check (length(deliberation) between 1 and 120),
    decision_reason text check (length(decision_reason) between 1 and 2000),
    printed_status text check (length(printed_status) between 1 and 60),
    source_document text check (length(source_document) between 1 and 300),
    simulated boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check (state not in ('decided', 'agreement', 'paying', 'reported', 'closed') or granted_cents is not null),
    check (state in ('requested', 'instructed', 'withdrawn') = (decided_on is null) or source_document is not null)
);
create index subsidy_organisation on subsidy (organisation_id, id);

create table subsidy_year (
    subsidy_id bigint not null references subsidy,
    year integer not null check (year between 1990 and 2200),
    amount_cents bigint check (amount_cents between 0 and 100000000000000),
    primary key (subsidy_id, year)
);

create table subsidy_allocation (
    edition_id bigint not null references edition,
    subsidy_id bigint not null references subsidy,
    amount_cents bigint check (amount_cents between 0 and 100000000000000),
    primary key (edition_id, subsidy_id)
);
create index subsidy_allocation_subsidy on subsidy_allocation (subsidy_id);

-- What was decided, each time; never changed.
create table subsidy_decision (
    subsidy_id bigint not null references subsidy,
    number integer not null check (number > 0),
    public_id uuid not null unique,
    granted_cents bigint not null check (granted_cents between 0 and 100000000000000),
    refused boolean not null,
    decided_on date not null,
    deliberation text not null,
    reason text,
    content jsonb not null,
    content_hash bytea not null check (length(content_hash) = 32),
    decided_by uuid,
    recorded_at timestamptz not null default now(),
    primary key (subsidy_id, number),
    check (not refused or granted_cents = 0)
);

create table subsidy_payment (
    subsidy_id bigint not null references subsidy,
    number integer not null check (number > 0),
    public_id uuid not null unique,
    amount_cents bigint not null check (amount_cents between 1 and 100000000000000),
    paid_on date not null,
    reference text check (length(reference) between 1 and 120),
    recorded_by uuid,
    recorded_at timestamptz not null default now(),
    primary key (subsidy_id, number)
);

create table funding_line (
    edition_id bigint not null references edition,
    id bigint generated always as identity,
    public_id uuid not null unique,
    funder_id bigint references organisation,
    label text not null check (length(label) between 1 and 200),
    source_kind text not null check (source_kind in ('ticketing', 'sales', 'sponsor', 'metropole', 'commune',
        'departement', 'region', 'state', 'eu', 'other_public', 'own_funds', 'other')),
    nature text not null default 'cash' check (nature in ('cash', 'in_kind')),
    amount_cents bigint not null check (amount_cents between 0 and 100000000000000),
    status text not null default 'requested' check (status in ('planned', 'requested', 'acquired', 'received')),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    primary key (edition_id, id)
);

grant select, insert, update on attendance_report, call, envelope, subsidy, funding_line, figure_conflict to events_app;
grant select, insert on edition_figure, programme_figure, attendance_report_version, subsidy_decision,
    subsidy_payment to events_app;
grant update (version, updated_at, mark, retired_at) on edition_figure, programme_figure to events_app;
grant select, insert, delete on subsidy_year, subsidy_allocation to events_app;
"""

forwards = sql_migration(ID, SQL, description="attendance and money")
