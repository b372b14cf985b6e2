"""Imports and candidates, dashboards, the yearly annex and its frozen versions."""

from events_api.store.migrate import sql_migration

ID = "2026-11-23T01:00:00:000005"

SQL = r"""
create table import_run (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    kind text not null check (kind in ('programme', 'festivals')),
    file_hash bytea not null check (length(file_hash) = 32),
    file_name text not null check (length(file_name) between 1 and 300),
    profile text not null,
    lines_read bigint not null default 0,
    lines_accepted bigint not null default 0,
    lines_known bigint not null default 0,
    lines_refused bigint not null default 0,
    requested_by uuid,
    created_at timestamptz not null default now(),
    check (lines_read = lines_accepted + lines_known + lines_refused)
);
create index import_run_file on import_run (kind, file_hash);

-- Every line of an import with what became of it; the text is redacted of e-mail addresses before it arrives here.
create table import_line (
    import_id bigint not null references import_run,
    line integer not null check (line > 0),
    outcome text not null check (outcome in ('accepted', 'known', 'refused')),
    code text,
    field text,
    reason_fr text,
    reason_en text,
    redacted text not null,
    primary key (import_id, line),
    check ((outcome = 'refused') = (code is not null))
);

-- A festival of the national list beside our events: matched by INSEE code and name, decided by a person.
create table festival_candidate (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    source_id text not null unique check (length(source_id) between 1 and 120),
    name text not null check (length(name) between 1 and 300),
    sort_key text not null,
    insee text not null references commune,
    printed_commune text,
    postcode text,
    discipline text,
    sub_discipline text,
    period text,
    created_year integer,
    website text,
    longitude double precision,
    latitude double precision,
    matched_event_id bigint references event,
    match_basis text check (match_basis in ('insee_and_name', 'similar_name', 'person')),
    state text not null default 'candidate' check (state in ('candidate', 'matched', 'to_decide', 'rejected')),
    source_document text not null,
    source_line integer not null check (source_line > 0),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz,
    check ((state = 'matched') = (matched_event_id is not null and match_basis is not null) or state = 'to_decide')
);

-- Built by workers, served as they are; the watermark is the mark below which every input was seen.
create table dashboard (
    kind text not null check (kind in ('edition', 'year')),
    subject text not null,
    watermark bigint not null,
    input_hash bytea not null check (length(input_hash) = 32),
    content jsonb not null,
    computed_at timestamptz not null default now(),
    primary key (kind, subject)
);

create table annex (
    id bigint generated always as identity primary key,
    public_id uuid not null unique,
    year integer not null unique check (year between 1990 and 2200),
    state text not null default 'draft' check (state in ('draft', 'frozen')),
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    mark bigint not null default current_mark(),
    retired_at timestamptz
);

create table annex_version (
    annex_id bigint not null references annex,
    number integer not null check (number > 0),
    public_id uuid not null unique,
    frozen_at timestamptz not null,
    frozen_by uuid,
    content jsonb not null,
    content_hash bytea not null check (length(content_hash) = 32),
    audit_position bigint not null,
    audit_hash bytea not null,
    pdf_sha256 bytea not null references stored_file,
    html_sha256 bytea not null references stored_file,
    csv_sha256 bytea not null references stored_file,
    primary key (annex_id, number)
);

grant select, insert on import_run, import_line, annex_version to events_app;
grant select, insert, update on festival_candidate, dashboard, annex to events_app;
"""

forwards = sql_migration(ID, SQL, description="publication")
